"""The file of a SQLite store: opened, locked, migrated and copied, and what can go wrong."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NoReturn

from workhours_sla.errors import StoreError

APPLICATION: Final = 0x57484F53
"""Marks a file as a store of ours ("WHOS")."""

MIGRATIONS: Final = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE event (
        number INTEGER PRIMARY KEY,     -- in the order of arrival
        event_id TEXT NOT NULL,
        appeal_id TEXT NOT NULL,
        body BLOB NOT NULL,
        aside TEXT,                     -- why it does not count, NULL if it does
        repaired INTEGER NOT NULL
    );
    CREATE INDEX event_by_id ON event (event_id);
    CREATE INDEX event_by_appeal ON event (appeal_id);
    CREATE INDEX event_aside ON event (aside) WHERE aside IS NOT NULL;
    CREATE INDEX event_repaired ON event (event_id) WHERE repaired;
    CREATE TABLE appeal (
        appeal_id TEXT PRIMARY KEY,
        reported BLOB NOT NULL,
        timer INTEGER,                  -- when time alone changes it, microseconds since 1970
        settled_at INTEGER              -- when the last thing happened, if no more is awaited
    );
    CREATE INDEX appeal_by_timer ON appeal (timer) WHERE timer IS NOT NULL;
    CREATE INDEX appeal_by_settled_at ON appeal (settled_at) WHERE settled_at IS NOT NULL;
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER,                     -- the watermark when it was told
        body BLOB NOT NULL
    );
    CREATE TABLE delivered (sink TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE place (
        source TEXT, partition TEXT, position TEXT NOT NULL, heard_at INTEGER,
        PRIMARY KEY (source, partition)
    ) WITHOUT ROWID;
    CREATE TABLE rejected (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, text TEXT NOT NULL
    );
    CREATE TABLE tombstone (hash BLOB PRIMARY KEY) WITHOUT ROWID;
    """,
    """
    -- of each clock [target, cycle, [[[kind, at, revision], ...], due, count]] becomes
    -- [target, cycle, [kind, ...], [at, ...], [revision, ...], due, count]
    UPDATE appeal SET reported = CAST((
        SELECT json_group_array(json_array(
            json_extract(value, '$[0]'),
            json_extract(value, '$[1]'),
            json((SELECT json_group_array(json_extract(value, '$[0]'))
                  FROM json_each(clock.value, '$[2][0]'))),
            json((SELECT json_group_array(json_extract(value, '$[1]'))
                  FROM json_each(clock.value, '$[2][0]'))),
            json((SELECT json_group_array(json_extract(value, '$[2]'))
                  FROM json_each(clock.value, '$[2][0]'))),
            json_extract(value, '$[2][1]'),
            json_extract(value, '$[2][2]')
        )) FROM json_each(CAST(reported AS TEXT)) AS clock
    ) AS BLOB);
    """,
)
"""What leads from each schema to the next; PRAGMA user_version counts those done."""

_WAYS_OUT: Final = {
    sqlite3.SQLITE_FULL: "free some space on its disk and start again",
    sqlite3.SQLITE_READONLY: "give a file, in a directory, that can be written",
    sqlite3.SQLITE_CANTOPEN: "give a file, in a directory, that is there and can be written",
    sqlite3.SQLITE_PERM: "give a file that can be read and written",
    sqlite3.SQLITE_BUSY: "end the other process that keeps it locked",
    sqlite3.SQLITE_LOCKED: "end the other process that keeps it locked",
    sqlite3.SQLITE_CORRUPT: "restore its last snapshot",
    sqlite3.SQLITE_NOTADB: "give a store, or a file that is not there yet",
    sqlite3.SQLITE_IOERR: "see whether its disk is well, and start again",
}


def refuse(path: Path, error: sqlite3.Error) -> NoReturn:
    """Raise StoreError for what SQLite complains of. What was committed before stands."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    way_out = _WAYS_OUT.get(code, "see whether the file is a store")
    msg = f"the store {str(path)!r} failed ({error}); {way_out}"
    raise StoreError(msg, path=str(path)) from None


def open_file(path: Path) -> sqlite3.Connection:
    """Open a store for writing, made or migrated as needed. Raises StoreError."""
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            _check(db, path)
            _log_ahead(db, path)
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cache_size=-65536")
            db.execute("PRAGMA wal_autocheckpoint=8000")
            _migrate(db)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        refuse(path, error)
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a store that another process may be writing. Raises StoreError."""
    if not path.exists():
        msg = f"no store {str(path)!r}; check the path"
        raise StoreError(msg, path=str(path))
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            isolation_level=None,
            uri=True,
            check_same_thread=False,
        )
        try:
            _check(db, path, least=len(MIGRATIONS))
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        refuse(path, error)
    return db


def copy(db: sqlite3.Connection, path: Path) -> None:
    """Copy an open store to a file that is not there yet, all of one moment. Raises StoreError."""
    if path.exists():
        msg = f"there is a file {str(path)!r} already; give a name that is free"
        raise StoreError(msg, path=str(path))
    begun = path.with_name(path.name + "-begun")
    begun.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(begun)) as into:
            db.backup(into)
            into.execute("PRAGMA journal_mode=DELETE")
        with begun.open("rb+") as written:
            os.fsync(written.fileno())
        begun.rename(path)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        msg = f"cannot copy the store to {str(path)!r} ({error}); give another file or disk"
        raise StoreError(msg, path=str(path)) from None


def _log_ahead(db: sqlite3.Connection, path: Path) -> None:
    (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        msg = f"the disk of {str(path)!r} cannot keep a write-ahead log; give a local one"
        raise StoreError(msg, path=str(path))


def _check(db: sqlite3.Connection, path: Path, least: int = 0) -> None:
    """Refuse what is no store, and a store of a later schema, or an earlier one than ``least``."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (objects,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or objects):
        msg = f"{str(path)!r} is a database but no store of workhours; give another file"
        raise StoreError(msg, path=str(path))
    version = _version(db)
    if version > len(MIGRATIONS):
        msg = (
            f"the store {str(path)!r} has schema {version}, and this version of workhours-sla "
            f"knows up to {len(MIGRATIONS)}; install the version that wrote it, or a later one"
        )
        raise StoreError(msg, path=str(path), version=version)
    if version < least:
        msg = f"the store {str(path)!r} is of an older version; open it for writing once"
        raise StoreError(msg, path=str(path), version=version)


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(db: sqlite3.Connection) -> None:
    """Take each step that is missing, whole or not at all."""
    for done in range(_version(db), len(MIGRATIONS)):
        db.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[done]}; PRAGMA application_id={APPLICATION};"
            f"PRAGMA user_version={done + 1}; COMMIT;"
        )

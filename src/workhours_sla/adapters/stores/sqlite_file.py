"""The file of a SQLite store: made, opened, verified, locked, copied, and what can go wrong."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from workhours_sla.adapters.stores.sqlite_rows import (
    WAY_OUT,
    Row,
    is_intact,
    is_intact_body,
    refuse_row,
)
from workhours_sla.errors import EventError, StoreError

APPLICATION: Final = 0x57484F53
"""Marks a file as a store of ours ("WHOS")."""

FIRST_SCHEMA: Final = 3
"""The oldest schema that can be read."""

MIGRATIONS: Final = (
    """
    -- no table is WITHOUT ROWID: then each key is there twice, in its table and in an index, and
    -- integrity_check compares them
    CREATE TABLE meta (key TEXT PRIMARY KEY, value, checksum INTEGER NOT NULL);
    CREATE TABLE event (
        number INTEGER PRIMARY KEY,     -- in the order of arrival
        event_id TEXT NOT NULL,
        appeal_id TEXT NOT NULL,
        body BLOB NOT NULL,
        checksum INTEGER NOT NULL,
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
        checksum INTEGER NOT NULL,
        timer INTEGER,                  -- when time alone changes it, microseconds since 1970
        settled_at INTEGER              -- when the last thing happened, if no more is awaited
    );
    CREATE INDEX appeal_by_timer ON appeal (timer) WHERE timer IS NOT NULL;
    CREATE INDEX appeal_by_settled_at ON appeal (settled_at) WHERE settled_at IS NOT NULL;
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY,     -- never used again: meta has the last one
        at INTEGER,                     -- the watermark when it was told
        body BLOB NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE TABLE delivered (
        sink TEXT PRIMARY KEY, number INTEGER NOT NULL, checksum INTEGER NOT NULL
    );
    CREATE TABLE place (
        source TEXT, partition TEXT, position TEXT NOT NULL, heard_at INTEGER,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (source, partition)
    );
    CREATE TABLE rejected (
        number INTEGER PRIMARY KEY,     -- never used again: meta has the last one
        source TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, text TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE INDEX rejected_by_reason ON rejected (reason);
    CREATE TABLE tombstone (hash BLOB PRIMARY KEY);
    """,
)
"""Makes FIRST_SCHEMA, then leads from each schema to the next, as PRAGMA user_version has it."""

_DEFINITIONS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"

_WAYS_OUT: Final = {
    sqlite3.SQLITE_FULL: "free some space on its disk and start again",
    sqlite3.SQLITE_READONLY: "give a file, in a directory, that can be written",
    sqlite3.SQLITE_CANTOPEN: "give a file, in a directory, that is there and can be written",
    sqlite3.SQLITE_PERM: "give a file that can be read and written",
    sqlite3.SQLITE_BUSY: "end the other process that keeps it locked",
    sqlite3.SQLITE_LOCKED: "end the other process that keeps it locked",
    sqlite3.SQLITE_CORRUPT: WAY_OUT,
    sqlite3.SQLITE_NOTADB: "give a store, or a file that is not there yet",
    sqlite3.SQLITE_IOERR: "see whether its disk is well, and start again",
}


def refuse(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> NoReturn:
    """Raise StoreError for what SQLite complains of. What was committed before stands."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    way_out = _WAYS_OUT.get(code, "see whether the file is a store")
    if isinstance(error, UnicodeDecodeError):  # a complaint that quotes damaged text
        way_out = WAY_OUT
    msg = f"the store {str(path)!r} failed ({error}); {way_out}"
    raise StoreError(msg, path=str(path)) from None


def refuse_text(error: UnicodeEncodeError) -> NoReturn:
    """Raise EventError for text that is not stored as it has no bytes in UTF-8."""
    msg = f"{error.object!r} cannot be stored, as it is no text in UTF-8; correct it"
    raise EventError(msg) from None


def open_file(path: Path) -> sqlite3.Connection:
    """Open a store for writing, migrated as needed, and verify it. Raises StoreError."""
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            _check(db, path)
            verify(db, path)
            _log_ahead(db, path)
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cache_size=-65536")
            db.execute("PRAGMA wal_autocheckpoint=8000")
            _migrate(db)
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError) as error:
        refuse(path, error)
    return db


def open_for_reading(path: Path, *, verified: bool = True) -> sqlite3.Connection:
    """Open a store that another process may be writing, and verify it. Raises StoreError."""
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
            _check(db, path, least=_latest())
            if verified:
                verify(db, path)
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError) as error:
        refuse(path, error)
    return db


def fetched(
    db: sqlite3.Connection, path: Path, sql: str, values: Sequence[object] = ()
) -> list[Row]:
    """Return the rows of a statement. Raises StoreError."""
    try:
        return db.execute(sql, values).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        refuse(path, error)
    except UnicodeEncodeError as error:
        refuse_text(error)


def checked(
    db: sqlite3.Connection, path: Path, table: str, sql: str, values: Sequence[object] = ()
) -> list[Row]:
    """Return whole rows of a table of small ones, each as it was written. Raises StoreError."""
    return _all_of(is_intact, path, table, fetched(db, path, sql, values))


def checked_bodies(
    db: sqlite3.Connection, path: Path, table: str, sql: str, values: Sequence[object] = ()
) -> list[Row]:
    """Return rows of a table with bodies, each as it was written. Raises StoreError.

    They begin with the key, the number that the checksum is made with, body and checksum.
    """
    return _all_of(is_intact_body, path, table, fetched(db, path, sql, values))


def _all_of(intact: Callable[[Row], bool], path: Path, table: str, rows: list[Row]) -> list[Row]:
    if not all(map(intact, rows)):
        refuse_row(path, table, next(row for row in rows if not intact(row)))
    return rows


def verify(db: sqlite3.Connection, path: Path) -> None:
    """Refuse a file whose pages, keys and indexes are not as SQLite writes them.

    Whatever the damage, a row is then found by its keys; what else it says, its checksum protects.
    """
    wrong = next(wrong_definitions(db), None)
    what = None if wrong is None else f"the definition of {wrong} is not the one it was made with"
    if what is None:
        what = next(wrong_pages(db), None)
    if what is not None:
        msg = f"the store {str(path)!r} is damaged ({what}); {WAY_OUT}"
        raise StoreError(msg, path=str(path))


def wrong_definitions(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the tables and indexes that are missing or defined otherwise than they were made."""
    there = set(db.execute(_DEFINITIONS))
    version = _version(db)
    for kind, name, table, sql in _definitions(MIGRATIONS[: version - FIRST_SCHEMA + 1]):
        if (kind, name, table, sql) not in there:
            yield f"{kind} {name}"


def wrong_pages(db: sqlite3.Connection, most: int = 1) -> Iterator[str]:
    """Yield what ``PRAGMA integrity_check`` finds, at most so much."""
    for (found,) in db.execute(f"PRAGMA integrity_check({most})"):
        if found != "ok":
            yield " ".join(found.removeprefix("*** in database main ***").split())


def copy(db: sqlite3.Connection, path: Path) -> None:
    """Copy an open store to a file that is not there yet, all of one moment. Raises StoreError."""
    if path.exists():
        msg = f"there is a file {str(path)!r} already; give a name that is free"
        raise StoreError(msg, path=str(path))
    try:
        with _new_file(path) as into:
            db.backup(into)
            into.execute("PRAGMA journal_mode=DELETE")
    except (sqlite3.Error, OSError) as error:
        msg = f"cannot copy the store to {str(path)!r} ({error}); give another file or disk"
        raise StoreError(msg, path=str(path)) from None


def make_file(path: Path) -> None:
    """Make an empty store in a file that is not there yet, all of it or nothing."""
    try:
        with _new_file(path) as into:
            _migrate(into)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error):
            refuse(path, error)
        msg = f"cannot make the store {str(path)!r} ({error.strerror}); give another file or disk"
        raise StoreError(msg, path=str(path)) from None


@contextmanager
def _new_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a database that is at ``path``, and on the disk, once all is written to it.

    A log that an earlier file of that name has left there would be taken for its own.
    """
    begun = path.with_name(path.name + "-begun")
    try:
        begun.unlink(missing_ok=True)
        with closing(sqlite3.connect(begun, isolation_level=None)) as db:
            yield db
        with begun.open("rb+") as written:
            os.fsync(written.fileno())
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        begun.rename(path)
    except BaseException:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        raise


def _log_ahead(db: sqlite3.Connection, path: Path) -> None:
    (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        msg = f"the disk of {str(path)!r} cannot keep a write-ahead log; give a local one"
        raise StoreError(msg, path=str(path))


def _check(db: sqlite3.Connection, path: Path, least: int = 0) -> None:
    """Refuse what is no store, and a store of a later schema, or an earlier one than ``least``."""
    if not path.stat().st_size:
        msg = (
            f"the store {str(path)!r} is an empty file; restore its last snapshot, or remove it "
            "to begin a new store"
        )
        raise StoreError(msg, path=str(path))
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION:
        msg = f"{str(path)!r} is a database but no store of workhours; give another file"
        raise StoreError(msg, path=str(path))
    version = _version(db)
    if version > _latest():
        msg = (
            f"the store {str(path)!r} has schema {version}, and this version of workhours-sla "
            f"knows up to {_latest()}; install the version that wrote it, or a later one"
        )
        raise StoreError(msg, path=str(path), version=version)
    if version < FIRST_SCHEMA:
        msg = (
            f"the store {str(path)!r} has schema {version}, which this version of workhours-sla "
            "reads no more; give another file, and let watch read its source again"
        )
        raise StoreError(msg, path=str(path), version=version)
    if version < least:
        msg = f"the store {str(path)!r} is of an older version; open it for writing once"
        raise StoreError(msg, path=str(path), version=version)


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _latest() -> int:
    return FIRST_SCHEMA + len(MIGRATIONS) - 1


def _migrate(db: sqlite3.Connection) -> None:
    """Take each step that is missing, whole or not at all."""
    for version in range(max(_version(db) + 1, FIRST_SCHEMA), _latest() + 1):
        db.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[version - FIRST_SCHEMA]};"
            f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={version}; COMMIT;"
        )


@cache
def _definitions(migrations: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """Return what a store has tables and indexes of, and how they are defined."""
    with closing(sqlite3.connect(":memory:")) as db:
        for step in migrations:
            db.executescript(step)
        return db.execute(_DEFINITIONS).fetchall()

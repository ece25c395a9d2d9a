"""The file of a SQLite store: create, open, verify and copy it, and report its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from workhours_sla.errors import EventError, StoreError
from workhours_sla.stores.stored_rows import REMEDY
from workhours_sla.text.messages import Phrase, say

APPLICATION_ID: Final = 0x57485354
"""The application id of a SQLite file that is a store of this library ("WHST")."""

SCHEMA: Final = 1
"""The schema number in PRAGMA user_version. No other schema can be read."""

TABLES: Final = """
    -- no table is WITHOUT ROWID: so each key is stored twice, in its table and in an index, and
    -- integrity_check compares them
    CREATE TABLE meta (key TEXT PRIMARY KEY, value);
    CREATE TABLE event (
        number INTEGER PRIMARY KEY,     -- in the order of arrival
        event_id TEXT NOT NULL,
        appeal_id TEXT NOT NULL,
        body BLOB NOT NULL,
        quarantined TEXT,               -- why it does not count, NULL if it does
        repaired INTEGER NOT NULL
    );
    CREATE INDEX event_by_id ON event (event_id);
    CREATE INDEX event_by_appeal ON event (appeal_id);
    CREATE INDEX event_quarantined ON event (quarantined) WHERE quarantined IS NOT NULL;
    CREATE INDEX event_repaired ON event (event_id) WHERE repaired;
    CREATE TABLE appeal (
        appeal_id TEXT PRIMARY KEY,
        reported BLOB NOT NULL,
        timer INTEGER,                  -- when time alone changes it, microseconds since 1970
        ended_at INTEGER                -- its last event, if all its clocks have ended
    );
    CREATE INDEX appeal_by_timer ON appeal (timer) WHERE timer IS NOT NULL;
    CREATE INDEX appeal_by_ended_at ON appeal (ended_at) WHERE ended_at IS NOT NULL;
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY,     -- never used again: meta has the last one
        at INTEGER,                     -- the watermark when it was emitted
        body BLOB NOT NULL
    );
    CREATE TABLE progress (             -- each sink has all changes up to a number
        sink TEXT PRIMARY KEY, number INTEGER NOT NULL
    );
    CREATE TABLE failure (              -- but for those that it did not accept
        sink TEXT, number INTEGER, attempts INTEGER NOT NULL,
        retry_at INTEGER,               -- NULL: a dead letter
        error TEXT NOT NULL,
        PRIMARY KEY (sink, number)
    );
    CREATE TABLE position (
        source TEXT, partition TEXT, position TEXT NOT NULL, received_until INTEGER,
        PRIMARY KEY (source, partition)
    );
    CREATE TABLE rejected (
        number INTEGER PRIMARY KEY,     -- never used again: meta has the last one
        source TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, text TEXT NOT NULL,
        at INTEGER                      -- the watermark when it was read
    );
    CREATE INDEX rejected_by_reason ON rejected (reason);
    CREATE INDEX rejected_by_at ON rejected (at);
    CREATE TABLE tombstone (hash BLOB PRIMARY KEY);
"""

_DEFINITIONS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"

_REMEDIES: Final = {
    sqlite3.SQLITE_FULL: "free some space on its disk and start again",
    sqlite3.SQLITE_READONLY: "give a file, in a directory, that can be written",
    sqlite3.SQLITE_CANTOPEN: "give a file, in a directory, that is there and can be written",
    sqlite3.SQLITE_PERM: "give a file that can be read and written",
    sqlite3.SQLITE_BUSY: say("end_other_process"),
    sqlite3.SQLITE_LOCKED: say("end_other_process"),
    sqlite3.SQLITE_CORRUPT: REMEDY,
    sqlite3.SQLITE_NOTADB: say("give_store"),
    sqlite3.SQLITE_IOERR: say("check_disk"),
}


def refuse(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> NoReturn:
    """Raise StoreError for an error of SQLite, after which committed transactions are intact."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    remedy = _REMEDIES.get(code, say("check_store"))
    if isinstance(error, UnicodeDecodeError):  # the error quotes damaged text
        remedy = REMEDY
    msg = say("store_failed", path=repr(str(path)), error=str(error), remedy=remedy)
    raise StoreError(msg, path=str(path)) from None


def refuse_text(error: UnicodeEncodeError) -> NoReturn:
    """Raise EventError for text that cannot be encoded in UTF-8."""
    msg = say("text_not_stored", text=repr(error.object))
    raise EventError(msg) from None


def open_file(path: Path) -> sqlite3.Connection:
    """Open a store for writing and verify it. Raises StoreError."""
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            _check(db, path)
            verify(db, path)
            _log_ahead(db, path)
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cache_size=-65536")
            db.execute("PRAGMA wal_autocheckpoint=8000")
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError) as error:
        refuse(path, error)
    return db


def open_for_reading(path: Path, *, verified: bool = True) -> sqlite3.Connection:
    """Open a store that another process may be writing, and verify it. Raises StoreError."""
    if not path.exists():
        msg = say("no_store", path=repr(str(path)))
        raise StoreError(msg, path=str(path))
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            isolation_level=None,
            uri=True,
            check_same_thread=False,
        )
        try:
            _check(db, path)
            if verified:
                verify(db, path)
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError) as error:
        refuse(path, error)
    return db


def verify(db: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError if the definitions, pages or indexes of a file are damaged."""
    wrong = next(wrong_definitions(db), None)
    what: Phrase | None = None
    if wrong is not None:
        what = say("other_definition", of=wrong, table=wrong.partition(" ")[2])
    elif (found := next(wrong_pages(db), None)) is not None:
        what = say("wrong_pages", found=found)
    if what is not None:
        msg = say("store_damaged", path=repr(str(path)), what=what, remedy=REMEDY)
        raise StoreError(msg, path=str(path))


def wrong_definitions(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the tables and indexes that are missing or have a wrong definition."""
    found = set(db.execute(_DEFINITIONS))
    for definition in _definitions():
        if definition not in found:
            kind, name, _, _ = definition
            yield f"{kind} {name}"


def wrong_pages(db: sqlite3.Connection, most: int = 1) -> Iterator[str]:
    """Yield at most ``most`` faults that ``PRAGMA integrity_check`` finds, as text."""
    for (found,) in db.execute(f"PRAGMA integrity_check({most})"):
        if found != "ok":
            yield " ".join(found.removeprefix("*** in database main ***").split())


def copy(db: sqlite3.Connection, path: Path) -> None:
    """Copy an open store, as of one moment, to a new file. Raises StoreError."""
    if path.exists():
        msg = say("file_exists", path=repr(str(path)))
        raise StoreError(msg, path=str(path))
    try:
        with _new_file(path) as into:
            db.backup(into)
            into.execute("PRAGMA journal_mode=DELETE")
    except (sqlite3.Error, OSError) as error:
        msg = say("store_not_copied", path=repr(str(path)), error=str(error))
        raise StoreError(msg, path=str(path)) from None


def make_file(path: Path) -> None:
    """Create an empty store in a new file, completely or not at all. Raises StoreError."""
    with new_store(path):
        pass


@contextmanager
def new_store(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a new store, and move it to ``path`` when the block ends, completely or not at all.

    Raises StoreError.
    """
    try:
        with _new_file(path) as into:
            create(into)
            yield into
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, StoreError):
            raise
        if isinstance(error, sqlite3.Error):
            refuse(path, error)
        msg = say("store_not_made", path=repr(str(path)), error=error.strerror)
        raise StoreError(msg, path=str(path)) from None


@contextmanager
def _new_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a new database, and move it durably to ``path`` when the block ends.

    If an earlier file of the same name has left a write-ahead log, the log is removed, because
    SQLite would replay it.
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
        msg = say("no_log_on_disk", path=repr(str(path)))
        raise StoreError(msg, path=str(path))


def _check(db: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError for a file that is not a store or that has another schema."""
    if not path.stat().st_size:
        msg = say("store_empty", path=repr(str(path)))
        raise StoreError(msg, path=str(path))
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        msg = say("other_database", path=repr(str(path)))
        raise StoreError(msg, path=str(path))
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA:
        remedy = say("install_later" if version > SCHEMA else "read_source_again")
        facts = {"path": repr(str(path)), "version": version, "known": SCHEMA}
        msg = say("other_schema", **facts, remedy=remedy)
        raise StoreError(msg, path=str(path), version=version)


def create(db: sqlite3.Connection) -> None:
    """Create the tables of a store in an empty database."""
    db.executescript(
        f"BEGIN IMMEDIATE; {TABLES};"
        f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA}; COMMIT;"
    )


@cache
def _definitions() -> list[tuple[str, str, str, str]]:
    """Return the type, name, table and SQL of each table and index of an undamaged store."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(TABLES)
        return db.execute(_DEFINITIONS).fetchall()


def restore(snapshot: Path | str, path: Path | str) -> None:
    """Create a store from a snapshot in a new file. Raises StoreError.

    The new store reads its sources from the positions in the snapshot, so rows that came after the
    snapshot are read again.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteReader, SqliteStore, events_of
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     with SqliteReader(Path(folder, "appeals.db")) as reader:
    ...         reader.snapshot(Path(folder, "snapshot.db"))
    ...     restore(Path(folder, "snapshot.db"), Path(folder, "again.db"))
    ...     events_of(Path(folder, "again.db"))
    []
    """
    if not Path(snapshot).exists():
        msg = say("no_snapshot", path=repr(str(snapshot)))
        raise StoreError(msg, path=str(snapshot))
    with closing(open_for_reading(Path(snapshot))) as db:
        copy(db, Path(path))

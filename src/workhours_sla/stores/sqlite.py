"""A SQLite database as a store: in a file or in memory; its lock, and the messages of its errors."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from workhours_sla.disk.faults import fail
from workhours_sla.disk.file_locks import lock_file, unlock_file
from workhours_sla.errors import StoreError, WorkHoursError
from workhours_sla.stores.schema import (
    MIGRATIONS,
    VERSION_KEY,
    Database,
    Row,
    check_version,
    copy_rows,
    migrate,
    refuse_text,
    upsert,
    verify,
)
from workhours_sla.text.messages import say

APPLICATION_ID: Final = 0x57485354
"""The application id of a SQLite file that is a store of this library ("WHST")."""
BESIDE: Final = "-writer"
"""The suffix of the name of the file that the writer of a store locks."""
CHUNK: Final = 500
"""Maximum number of values in one SQL statement."""

_TYPES: Final = {"TEXT": "TEXT", "BLOB": "BLOB", "INTEGER": "INTEGER"}
_VERSION: Final = "SELECT value FROM meta WHERE key=?"
_DEFINITIONS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
_DAMAGED: Final = "restore_snapshot"
_REMEDIES: Final = {
    sqlite3.SQLITE_FULL: "free some space on its disk and start again",
    sqlite3.SQLITE_READONLY: "give a file, in a directory, that can be written",
    sqlite3.SQLITE_CANTOPEN: "give a file, in a directory, that is there and can be written",
    sqlite3.SQLITE_PERM: "give a file that can be read and written",
    sqlite3.SQLITE_BUSY: say("end_other_process"),
    sqlite3.SQLITE_LOCKED: say("end_other_process"),
    sqlite3.SQLITE_CORRUPT: say(_DAMAGED),
    sqlite3.SQLITE_NOTADB: say("give_store"),
    sqlite3.SQLITE_IOERR: say("check_disk"),
}


class SqliteDatabase:
    """A SQLite database that is open, for one process that writes or for any number that read."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.place = str(path)
        self.connection = connection
        self._path = path
        self._lock: WriterLock | None = None
        self._inode: tuple[int, int] | None = None

    @classmethod
    def to_read(cls, path: Path, *, verified: bool = True) -> SqliteDatabase:
        """Open a file that another process may be writing. Raises StoreError."""
        if not path.exists():
            _refuse("no_store", path)
        self = cls(path, _connect(path, f"{path.absolute().as_uri()}?mode=ro"))
        with self._opening():
            check_version(self.place, self._version())
            if verified:
                verify(self, _DAMAGED)
        return self

    @classmethod
    def to_write(cls, path: Path) -> SqliteDatabase:
        """Open a file for writing; it is created if it does not exist.

        Raises StoreError, also if another process writes the file.
        """
        lock = WriterLock(path)
        try:
            self = cls(path, _connect(path, path))
        except BaseException:
            lock.close()
            raise
        self._lock = lock
        with self._opening():
            migrate(self, self._version(), _TYPES)
            verify(self, _DAMAGED)
            if self.rows("PRAGMA journal_mode=WAL") != [("wal",)]:
                _refuse("no_log_on_disk", path)
            for setting in ("synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=8000"):
                self.connection.execute(f"PRAGMA {setting}")
            self._inode = _inode(path)
        return self

    @classmethod
    def in_memory(cls) -> SqliteDatabase:
        """Create an empty store in memory."""
        self = cls(Path(":memory:"), _connect(Path(":memory:"), ":memory:"))
        create(self)
        return self

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Close the database if the block raises, and convert errors of SQLite."""
        try:
            with self._refusing():
                yield
        except BaseException:
            self.close()
            raise

    def _version(self) -> int:
        """Return the version of the schema. Raises StoreError for a file that is no store."""
        if not self._path.stat().st_size:
            _refuse("store_empty", self._path)
        version = None
        if self.connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,):
            version = self.connection.execute(_VERSION, (VERSION_KEY,)).fetchone()
        if version is None:
            _refuse("other_database", self._path)
        return int(version[0])

    def close(self) -> None:
        """Close the database, and let other writers open it."""
        self.connection.close()
        if self._lock is not None:
            self._lock.close()

    # -- read ----------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a statement."""
        with self._refusing():
            return self.connection.execute(sql, values).fetchall()

    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        """Return the rows of a statement with ``IN (*)`` for a list of values."""
        found: list[Row] = []
        wanted = list(values)
        for first in range(0, len(wanted), CHUNK):
            chunk = wanted[first : first + CHUNK]
            found += self.rows(sql.replace("(*)", f"({','.join('?' * len(chunk))})"), *chunk)
        return found

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table."""
        with self._refusing():
            yield from self.connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own name

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state throughout the block, even if another process writes."""
        self.rows("BEGIN")
        try:
            yield
        finally:
            self._roll_back()  # nothing was written

    def beside(self) -> SqliteDatabase:
        """Open another connection to a file, or copy a database in memory."""
        if self._path.name != ":memory:":
            return SqliteDatabase.to_read(self._path, verified=False)
        copy = SqliteDatabase.in_memory()
        copy.load(self.connection.serialize())
        return copy

    def load(self, content: bytes) -> None:
        """Replace the content in memory. Raises WorkHoursError if ``content`` is no store."""
        with suppress(TypeError, sqlite3.Error):
            self.connection.deserialize(content)
            if self.connection.execute(_VERSION, (VERSION_KEY,)).fetchone() == (
                str(len(MIGRATIONS)),
            ):
                return
        raise WorkHoursError(say("no_snapshot_form", form=len(MIGRATIONS)))

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield each wrong definition, and what ``PRAGMA integrity_check`` finds."""
        try:
            found = set(self.connection.execute(_DEFINITIONS))
            for definition in _definitions():
                if definition not in found:
                    yield "definition", f"{definition[0]} {definition[1]}"
            for (what,) in self.connection.execute("PRAGMA integrity_check"):
                if what != "ok":
                    yield "pages", " ".join(what.removeprefix("*** in database main ***").split())
        except (sqlite3.Error, UnicodeDecodeError) as error:
            yield "pages", str(error)

    # -- write ---------------------------------------------------------------------------------

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows, or replace the rows that have their keys, within ``transaction``."""
        self.run(upsert(table), rows)

    def run(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement once for the values of each row, within ``transaction``."""
        if rows:
            self.connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within the block durably when it ends, or nothing if it raises.

        Raises StoreError if the path has another file now.
        """
        with self._refusing():
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield
                self.check_place()
                self.connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self.connection.execute("ROLLBACK")

    def check_place(self) -> None:
        """Raise StoreError if the path has another file than the one that is open for writing."""
        if self._inode is not None and self._inode != _inode(self._path):
            fail("store_replaced", self._path)

    def refuse_other_writer(self) -> NoReturn:
        """Raise the StoreError that another process has begun to write."""
        fail("store_taken_over", self._path)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            _refuse_error(self._path, error)
        except UnicodeEncodeError as error:
            refuse_text(error)


class WriterLock:
    """Prevents other writers from opening a store, until it is closed or the process ends.

    The lock is on a file beside the store, such as ``appeals.db-writer``. If the path is a symbolic
    link, this file is beside the real store. A store with hard links is rejected. The store is
    created if it does not exist. Raises StoreError.
    """

    def __init__(self, path: Path) -> None:
        real = Path(os.path.realpath(path))
        self._file: int | None = None
        self._process = os.getpid()
        try:
            if real.is_dir():  # before a lock file is created beside it
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))  # noqa: TRY301
            self._file = os.open(f"{real}{BESIDE}", os.O_RDWR | os.O_CREAT, 0o644)
            if not lock_file(self._file):
                fail("store_in_use", path)
            if not real.exists():
                with new_file(real):
                    pass
            names = real.stat().st_nlink
            if names > 1:
                fail("store_linked", path, count=names)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and not isinstance(error, StoreError):
                fail("store_unwritable", path, error=error.strerror)
            raise

    def close(self) -> None:
        """Release the lock, so that another writer can open the store."""
        if self._file is not None:
            if self._process == os.getpid():  # a forked child shares the lock
                unlock_file(self._file)
            os.close(self._file)
            self._file = None


def create(db: SqliteDatabase) -> None:
    """Create the tables of a store in an empty database."""
    migrate(db, 0, _TYPES)
    db.connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


@contextmanager
def new_file(path: Path) -> Iterator[SqliteDatabase]:
    """Open a new store, and move it durably to ``path`` when the block ends, or not at all.

    If an earlier file of the same name has left a write-ahead log, the log is removed, because
    SQLite would replay it. Raises StoreError.
    """
    begun = path.with_name(path.name + "-begun")
    try:
        begun.unlink(missing_ok=True)
        with closing(SqliteDatabase(path, _connect(path, begun))) as made:
            create(made)
            yield made
        with begun.open("rb+") as written:
            os.fsync(written.fileno())
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        begun.rename(path)
    except BaseException as error:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            _refuse("store_not_made", path, error=error.strerror)
        raise


def copy_to_file(source: Database, path: Path) -> int:
    """Copy a database to a new SQLite file within ``moment``; return the number of events."""
    if path.exists():
        _refuse("file_exists", path)
    with new_file(path) as into, into.transaction():
        return copy_rows(source, into)


def _connect(path: Path, where: Path | str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            where,
            isolation_level=None,
            timeout=30,
            uri=isinstance(where, str),
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        _refuse_error(path, error)


def _refuse(cause: str, path: Path, **facts: object) -> NoReturn:
    raise StoreError(say(cause, path=repr(str(path)), **facts), path=str(path)) from None


def _refuse_error(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> NoReturn:
    """Raise StoreError for an error of SQLite, after which committed transactions are intact."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    remedy = _REMEDIES.get(code, say("check_store"))
    if isinstance(error, UnicodeDecodeError):  # the error quotes damaged text
        remedy = say(_DAMAGED)
    _refuse("store_failed", path, error=str(error), remedy=remedy)


@cache
def _definitions() -> list[tuple[str, str, str, str]]:
    """Return the type, name, table and SQL of each table and index of an undamaged store."""
    with closing(SqliteDatabase.in_memory()) as made:
        return made.connection.execute(_DEFINITIONS).fetchall()


def _inode(path: Path) -> tuple[int, int]:
    """Return the device and inode numbers of a file, zeros if there is no such file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_dev, status.st_ino

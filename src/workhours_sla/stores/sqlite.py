"""A SQLite database as a store, in a file or in memory, and the lock of its writer."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from time import monotonic, sleep
from typing import ClassVar, Final, NamedTuple, NoReturn

from workhours_sla.disk.faults import fail
from workhours_sla.disk.file_locks import lock_file, unlock_file
from workhours_sla.errors import StoreError, WorkHoursError
from workhours_sla.stores.database import Database, refuse_text
from workhours_sla.stores.schema import MIGRATIONS, VERSION_KEY, Row, upsert
from workhours_sla.text.messages import say

APPLICATION_ID: Final = 0x57485354
"""The application id of a SQLite file that is a store of this library ("WHST")."""
BESIDE: Final = "-writer"  # the suffix of the name of the file that the writer of a store locks
LONGEST_WAIT: Final = 30.0  # seconds to wait while another program keeps the file locked
LOG_BYTES: Final = 32 << 20
"""Size of the write-ahead log from which on its pages move to the file whenever it has grown."""
LOG_HEAD: Final = 32  # bytes of the head of the write-ahead log
FRAME_HEAD: Final = 24  # bytes of the head of each of its pages
CHUNK: Final = 500  # maximum number of values in one SQL statement

_MEMORY: Final = Path(":memory:")
_VERSION: Final = "SELECT value FROM meta WHERE key=?"
_REMEDIES: Final = {
    sqlite3.SQLITE_FULL: "free_space",
    sqlite3.SQLITE_READONLY: "give_writable",
    sqlite3.SQLITE_CANTOPEN: "give_writable",
    sqlite3.SQLITE_PERM: "give_writable",
    sqlite3.SQLITE_BUSY: "end_other_process",
    sqlite3.SQLITE_LOCKED: "end_other_process",
    sqlite3.SQLITE_CORRUPT: "restore_snapshot",
    sqlite3.SQLITE_NOTADB: "give_store",
    sqlite3.SQLITE_IOERR: "check_disk",
    **dict.fromkeys((sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE), "no_growth"),
}


class SqliteDatabase(Database):
    """A SQLite database that is open, for one process that writes or for any number that read."""

    types: ClassVar[dict[str, str]] = {"TEXT": "TEXT", "BLOB": "BLOB", "INTEGER": "INTEGER"}
    begin = "BEGIN IMMEDIATE"
    begin_reading = "BEGIN"

    def __init__(self, path: Path, where: Path | str, lock: int | None = None) -> None:
        super().__init__(str(path))
        self._path = path
        self._lock = lock
        self._real = Path(os.path.realpath(path))
        self._files: _Files | None = None
        """The files as this writer left them; None if it writes none that others may change."""
        with self.refusing:
            self.connection: sqlite3.Connection = sqlite3.connect(
                where,
                isolation_level=None,
                timeout=LONGEST_WAIT,
                uri=isinstance(where, str),
                check_same_thread=False,
            )

    @classmethod
    def to_read(cls, path: Path, *, verified: bool = True) -> SqliteDatabase:
        """Open a file that another process may be writing. Raises StoreError."""
        if not path.exists():
            fail("no_store", path)
        self = cls(path, f"{path.absolute().as_uri()}?mode=ro")
        with self.opening():
            self.check_version(self.version())
            if verified:
                self._verify()
        return self

    @classmethod
    def to_write(cls, path: Path) -> SqliteDatabase:
        """Open a file for writing; it is created if it does not exist."""
        lock = _locked(path)
        try:
            self = cls(path, path, lock)
        except BaseException:
            os.close(lock)
            raise
        with self.opening():
            self.migrate(self.version())
            self._verify()
            if self.execute("PRAGMA journal_mode=WAL") != [("wal",)]:
                self.refuse("no_log_on_disk")
            limit = f"journal_size_limit={LOG_BYTES}"
            for one in ("synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=0", limit):
                self.execute(f"PRAGMA {one}")
            self.execute(_VERSION, (VERSION_KEY,))  # SQLite creates the log when something is read
            self._files = self._found_files()
            self.execute("PRAGMA busy_timeout=0")  # ``begin_to_write`` waits
        return self

    @classmethod
    def new(cls, path: Path, where: Path | str) -> SqliteDatabase:
        """Create an empty store in a new file or in memory, with ``path`` for messages."""
        self = cls(path, where)
        with self.opening():
            self.migrate(0)
            self.execute(f"PRAGMA application_id={APPLICATION_ID}")
        return self

    @classmethod
    def in_memory(cls) -> SqliteDatabase:
        return cls.new(_MEMORY, str(_MEMORY))

    def begin_to_write(self) -> None:
        until = monotonic() + LONGEST_WAIT
        while True:
            try:
                self.execute(self.begin)
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or monotonic() > min(until, self.waits_until):
                    raise
                sleep(0.02)
            else:
                return

    def convert(self, error: BaseException) -> None:
        if isinstance(error, UnicodeEncodeError):
            refuse_text(error)
        if isinstance(error, (sqlite3.Error, UnicodeDecodeError)):
            code = getattr(error, "sqlite_errorcode", 0)
            remedy = _REMEDIES.get(code) or _REMEDIES.get(code & 0xFF, "check_store")
            if isinstance(error, UnicodeDecodeError):  # the error quotes damaged text
                remedy = "restore_snapshot"
            self.refuse("store_failed", error=str(error), remedy=say(remedy))

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, rows: Sequence[Row]) -> int:
        return self.connection.executemany(sql, rows).rowcount if rows else 0

    def put(self, table: str, rows: Sequence[Row]) -> None:
        self.run(upsert(table), rows)

    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        found: list[Row] = []
        wanted = list(values)
        for first in range(0, len(wanted), CHUNK):
            chunk = wanted[first : first + CHUNK]
            found += self.rows(sql.replace("(*)", f"({','.join('?' * len(chunk))})"), *chunk)
        return found

    def stream(self, table: str) -> Iterator[Row]:
        with self.refusing:
            yield from self.connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own name

    def beside(self) -> SqliteDatabase:
        if self._path != _MEMORY:
            return SqliteDatabase.to_read(self._path, verified=False)
        copy = SqliteDatabase.in_memory()
        copy.load(self.connection.serialize())
        return copy

    def load(self, content: bytes) -> None:
        """Replace the content in memory. Raises WorkHoursError if ``content`` is no store."""
        with suppress(TypeError, sqlite3.Error):
            self.connection.deserialize(content)
            if self.execute(_VERSION, (VERSION_KEY,)) == [(str(len(MIGRATIONS)),)]:
                return
        raise WorkHoursError(say("no_snapshot_form", form=len(MIGRATIONS)))

    def check_place(self) -> None:
        if self._files is not None and self._files != self._found_files():
            self._refuse_changed(self._files)

    def note_written(self) -> None:
        before = self._files
        if before is None:
            return
        now = self._found_files()
        if before.main != now.main or not self._continues(before.log, now.log):
            self._refuse_changed(before)
        if now.log.size > max(before.log.size, LOG_BYTES):
            self.execute("PRAGMA wal_checkpoint")  # only here is the main file written
            now = self._found_files()
        self._files = now

    def _continues(self, before: _FileState, now: _FileState) -> bool:
        """Return whether the log has all that was written to it before the transaction."""
        size = min(before.size, LOG_BYTES)
        if before.inode not in {(0, 0), now.inode} or now.size < size:
            return False
        if size <= LOG_HEAD:
            return True
        # a path of text, because this runs after each transaction; the log may be removed by now
        with suppress(FileNotFoundError), open(f"{self._real}-wal", "rb") as log:  # noqa: PTH123
            head = log.read(LOG_HEAD)
            page = FRAME_HEAD + int.from_bytes(head[8:12])
            log.seek(LOG_HEAD + ((size - LOG_HEAD) // page - 1) * page)
            return any(head) and any(log.read(FRAME_HEAD))  # a file cut within is filled with 0
        return False

    def _found_files(self) -> _Files:
        return _Files(_FileState.of(self._path), _FileState.of(f"{self._real}-wal"))

    def _refuse_changed(self, before: _Files) -> NoReturn:
        log, lock = Path(f"{self._real}-wal"), _FileState.of(f"{self._real}{BESIDE}")
        if before.main.inode == _FileState.of(self._path).inode:
            if self._lock is None or lock.inode != _FileState.of(self._lock).inode:
                self.refuse_other_writer()
            with suppress(OSError):  # it may be gone, or the disk full
                # SQLite would write it over what is in the file now
                copyfile(log, f"{log}-left")
                os.truncate(log, 0)
        fail("store_replaced", self._path)

    def refuse_other_writer(self) -> NoReturn:
        fail("store_taken_over", self._path)

    def version(self) -> int:
        if not self._path.stat().st_size:
            self.refuse("store_empty")
        found = []
        if self.execute("PRAGMA application_id") == [(APPLICATION_ID,)]:
            found = self.execute(_VERSION, (VERSION_KEY,))
        if not found:
            self.refuse("other_database")
        return int(found[0][0])

    def faults(self) -> Iterator[str]:
        try:
            for (what,) in self.connection.execute("PRAGMA integrity_check"):
                if what != "ok":
                    yield " ".join(what.removeprefix("*** in database main ***").split())
        except (sqlite3.Error, UnicodeDecodeError) as error:
            yield str(error)

    def _verify(self) -> None:
        for found in self.faults():
            what, remedy = say("wrong_pages", found=found), say("restore_snapshot")
            self.refuse("store_damaged", what=what, remedy=remedy)

    def close(self) -> None:
        self.connection.close()
        if self._lock is not None:
            unlock_file(self._lock)
            os.close(self._lock)
            self._lock = None


def _locked(path: Path) -> int:
    """Lock the file beside a store, such as ``appeals.db-writer``, and return its descriptor."""
    real = Path(os.path.realpath(path))
    file = None
    try:
        if real.is_dir():  # before a lock file is created beside it
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))  # noqa: TRY301
        file = os.open(f"{real}{BESIDE}", os.O_RDWR | os.O_CREAT, 0o644)
        if not lock_file(file):
            fail("store_in_use", path)
        if not real.exists():
            with new_file(real):
                pass
        names = real.stat().st_nlink
        if names > 1:
            fail("store_linked", path, count=names)
    except BaseException as error:
        if file is not None:
            os.close(file)
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            fail("store_unwritable", path, error=error.strerror)
        raise
    return file


@contextmanager
def new_file(path: Path) -> Iterator[SqliteDatabase]:
    """Open a new store, and move it durably to ``path`` when the block ends, or not at all."""
    # SQLite would replay a write-ahead log that an earlier file of the name has left
    begun = path.with_name(path.name + "-begun")
    try:
        begun.unlink(missing_ok=True)
        with closing(SqliteDatabase.new(path, begun)) as made:
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
            fail("store_not_made", path, error=error.strerror)
        raise


def copy_to_file(source: Database, path: Path) -> int:
    """Copy a database to a new SQLite file within ``moment``; return the number of events."""
    if path.exists():
        fail("file_exists", path)
    with new_file(path) as into, into.transaction():
        return into.copy_from(source)


class _FileState(NamedTuple):
    inode: tuple[int, int] = (0, 0)
    size: int = -1
    changed: int = 0

    @classmethod
    def of(cls, path: Path | str | int) -> _FileState:
        try:
            found = os.stat(path)  # noqa: PTH116 - it may be a descriptor
        except FileNotFoundError:
            return cls()
        # Windows sets the time of a change when the file is closed
        return cls(
            (found.st_dev, found.st_ino), found.st_size, os.name != "nt" and found.st_mtime_ns
        )


class _Files(NamedTuple):
    """The file of a store and its write-ahead log, which only the writer changes."""

    main: _FileState
    log: _FileState

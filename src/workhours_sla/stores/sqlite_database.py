"""A SQLite file as the database of a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Final

from workhours_sla.disk.faults import fail
from workhours_sla.stores.database import WRITER_KEY, insert, upsert
from workhours_sla.stores.sqlite_file import (
    copy,
    make_file,
    open_file,
    open_for_reading,
    refuse,
    refuse_text,
    wrong_definitions,
    wrong_pages,
)
from workhours_sla.stores.stored_rows import Row
from workhours_sla.stores.writer_lock import WriterLock

CHUNK: Final = 500
"""Maximum number of values in one SQL statement."""
MOST_OF_PAGES: Final = 100
"""Maximum number of faults of pages and indexes that are listed."""


class SqliteDatabase:
    """A SQLite file that is open, for one process that writes or for any number that read."""

    errors = (sqlite3.Error, UnicodeDecodeError)

    def __init__(
        self, path: Path, connection: sqlite3.Connection, lock: WriterLock | None = None
    ) -> None:
        self._path = path
        self.place = str(path)
        self.connection = connection
        self._lock = lock
        self._token = token_hex()
        self._inode: tuple[int, int] | None = None

    @classmethod
    def to_read(cls, path: Path) -> SqliteDatabase:
        """Open a file that another process may be writing. Raises StoreError."""
        return cls(path, open_for_reading(path))

    def beside(self) -> SqliteDatabase:
        """Open another connection, to read the file while this one writes it. Raises StoreError."""
        return SqliteDatabase(self._path, open_for_reading(self._path, verified=False))

    @classmethod
    def to_check(cls, path: Path) -> SqliteDatabase:
        """Open a file that may be damaged. Raises StoreError if it is no store."""
        return cls(path, open_for_reading(path, verified=False))

    @classmethod
    def to_write(cls, path: Path) -> SqliteDatabase:
        """Open a file for writing; it is created if it does not exist.

        Raises StoreError, also if another process writes the file.
        """
        lock = WriterLock(path, make_file)
        try:
            self = cls(path, open_file(path), lock)
            with self._writing():
                self.put("meta", [(WRITER_KEY, self._token)])
            self._inode = _inode(path)
        except BaseException:
            lock.close()
            raise
        return self

    def close(self) -> None:
        """Close the file, and let other writers open it."""
        self.connection.close()
        if self._lock is not None:
            self._lock.close()  # last, because this drops the locks that SQLite has on the file

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a statement."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            refuse(self._path, error)
        except UnicodeEncodeError as error:
            refuse_text(error)

    def where(self, sql: str, values: Iterable[object]) -> Iterator[Row]:
        """Yield the rows of a statement with ``IN (*)`` for a list of values."""
        left = iter(values)
        while chunk := list(islice(left, CHUNK)):
            yield from self.rows(sql.replace("(*)", f"({','.join('?' * len(chunk))})"), *chunk)

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table, with the columns in their order."""
        yield from self.connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own name

    def wrong(self) -> Iterator[tuple[str, str]]:
        """Yield each fault, as ``definition`` or ``pages`` and a text."""
        for name in wrong_definitions(self.connection):
            yield "definition", name
        for what in wrong_pages(self.connection, MOST_OF_PAGES):
            yield "pages", what

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows with new keys, within ``transaction``."""
        self.run(insert(table), rows)

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

        Raises StoreError if the path has another file now, or if the file has another writer.
        """
        with self._writing():
            if self._inode is not None:
                found = self.rows("SELECT value FROM meta WHERE key=?", WRITER_KEY)
                if found != [(self._token,)]:
                    fail("store_taken_over", self._path)
            yield
            if self._inode is not None and self._inode != _inode(self._path):
                fail("store_replaced", self._path)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error | UnicodeDecodeError):
                refuse(self._path, error)
            if isinstance(error, UnicodeEncodeError):
                refuse_text(error)
            raise

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state throughout the block, even if another process writes."""
        self.rows("BEGIN")
        try:
            yield
        except self.errors as error:
            refuse(self._path, error)
        finally:
            with suppress(sqlite3.Error):  # nothing was written
                self.connection.execute("ROLLBACK")

    def snapshot(self, path: Path) -> None:
        """Copy the state of one moment to a new file."""
        copy(self.connection, path)


def _inode(path: Path) -> tuple[int, int]:
    """Return the device and inode numbers of a file, zeros if there is no such file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_dev, status.st_ino

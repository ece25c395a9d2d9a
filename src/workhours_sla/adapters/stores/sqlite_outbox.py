"""What a SQLite store keeps for its sinks: the changes, and how far each sink has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workhours_sla.adapters.stores.sqlite_file import make_file, open_file, refuse
from workhours_sla.adapters.stores.sqlite_reading import SqliteReader, serialised
from workhours_sla.adapters.stores.sqlite_rows import with_checksum
from workhours_sla.adapters.stores.writer_lock import WriterLock
from workhours_sla.sla.change import Change
from workhours_sla.sla.pipeline import Delivered


class SqliteOutbox(SqliteReader):
    """A store opened for writing, as far as its sinks need it; made where there is none yet.

    One process at a time opens it, and others may read. Raises StoreError, also where another
    process writes the file.
    """

    def __init__(self, path: Path | str) -> None:
        self._lock = WriterLock(Path(path), make_file)
        try:
            super().__init__(path)
        except BaseException:
            self._lock.close()
            raise

    def _open(self) -> sqlite3.Connection:
        return open_file(self._path)

    def close(self) -> None:
        """Close the file, after the call that another thread is in, and let other writers in."""
        with self._turn:
            super().close()
            self._lock.close()  # last, as this drops the locks that SQLite has on the file

    @serialised
    def undelivered(self, sink: str, most: int) -> list[tuple[int, Change]]:
        """Return the first changes, with their numbers, that a sink has not acknowledged."""
        return self.changes(self._number(sink), most)

    @serialised
    def delivered(self, sink: str, number: int, end: str | None = None) -> None:
        """Record that a sink has the changes up to a number, and, if given, where it then ends."""
        with self._both():
            self._db.execute("REPLACE INTO delivered VALUES (?,?,?)", with_checksum(sink, number))
            if end is not None:
                kept = with_checksum(_end_key(sink), f"{number} {end}")
                self._db.execute("REPLACE INTO meta VALUES (?,?,?)", kept)

    @serialised
    def delivery(self, sink: str) -> Delivered:
        """Return how far a sink has the changes."""
        number = self._number(sink)
        rows = self._rows("meta", "SELECT * FROM meta WHERE key=?", _end_key(sink))
        if not rows:
            return Delivered(number, None, self._id_of(number))
        kept, _, end = rows[0][1].partition(" ")
        return Delivered(number, end, self._id_of(number) if number > int(kept) else None)

    @serialised
    def sinks(self) -> list[str]:
        """Return the names of the sinks that have acknowledged changes."""
        return [name for (name,) in self._all("SELECT sink FROM delivered ORDER BY sink")]

    def _number(self, sink: str) -> int:
        rows = self._rows("delivered", "SELECT * FROM delivered WHERE sink=?", sink)
        return rows[0][1] if rows else 0

    def _id_of(self, number: int) -> str | None:
        found = self.changes(number - 1, 1) if number else []
        return found[0][1].change_id if found and found[0][0] == number else None

    @contextmanager
    def _both(self) -> Iterator[None]:
        """Write what is found within as one, or nothing of it."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                refuse(self._path, error)
            raise


def _end_key(sink: str) -> str:
    return f"end:{sink}"

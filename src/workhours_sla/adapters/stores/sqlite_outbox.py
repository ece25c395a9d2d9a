"""The changes of a SQLite store, and the progress and failures of each sink."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from workhours_sla.adapters.stores.sqlite_file import make_file, open_file, refuse, refuse_text
from workhours_sla.adapters.stores.sqlite_reading import SqliteReader, serialised
from workhours_sla.adapters.stores.sqlite_rows import instant, micros, with_checksum
from workhours_sla.adapters.stores.writer_lock import WriterLock
from workhours_sla.sla.change import Change
from workhours_sla.sla.delivery import DeadLetter, Failure, Pending, Progress, decide


class SqliteOutbox(SqliteReader):
    """A store in which the progress of sinks can be written; created if it does not exist.

    Only one process at a time can open it for writing; other processes may read it. Raises
    StoreError, also if another process writes the file.
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
        """Close the file once no call is running, and let other writers open it."""
        with self._turn:
            super().close()
            self._lock.close()  # last, because this drops the locks that SQLite has on the file

    @serialised
    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the first numbered changes that must be sent to a sink at the time ``now``."""
        number = self._number(sink)
        only, after, retry_at = decide(number, self.failures(sink), now)
        if only is not None:
            return Pending(self._change(only.number), only.attempts)
        return Pending([] if after is None else self.changes(after, limit), 0, retry_at)

    @serialised
    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the changes with these numbers, and all changes before them.

        ``end`` is the position at which the sink then ends, in the format of the sink.
        """
        number = max(self._number(sink), *numbers)
        with self._atomic():
            self._set_number(sink, number)
            failures = [(sink, one.number) for one in self.failures(sink) if one.number in numbers]
            self._db.executemany("DELETE FROM failure WHERE sink=? AND number=?", failures)
            if end is not None:
                text = f"{number} {end}"
                self._db.execute(
                    "REPLACE INTO meta VALUES (?,?,?)", with_checksum(_end_key(sink), text)
                )

    @serialised
    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change: a dead letter if ``retry_at`` is None."""
        before = next((one.attempts for one in self.failures(sink) if one.number == number), 0)
        with self._atomic():
            self._set_failure(sink, Failure(number, before + 1, retry_at, error))
            if retry_at is None:
                self._set_number(sink, max(self._number(sink), number))

    @serialised
    def dead(self, sink: str) -> list[DeadLetter]:
        """Return the dead letters of a sink: changes that are no longer sent to it."""
        return [
            DeadLetter(one.number, change, one.attempts, one.error)
            for one in self.failures(sink)
            if one.retry_at is None
            for _, change in self._change(one.number)
        ]

    @serialised
    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again. Return how many were found."""
        wanted = set(numbers)
        found = [
            one for one in self.failures(sink) if one.retry_at is None and one.number in wanted
        ]
        with self._atomic():
            for one in found:
                self._set_failure(sink, Failure(one.number, 0, instant(0), one.error))
        return len(found)

    @serialised
    def failures(self, sink: str) -> list[Failure]:
        """Return the changes that a sink did not accept, sorted by number."""
        rows = self._rows("failure", "SELECT * FROM failure WHERE sink=? ORDER BY number", sink)
        return [
            Failure(number, attempts, None if at is None else instant(at), error)
            for _, number, attempts, at, error, _ in rows
        ]

    @serialised
    def progress(self, sink: str) -> Progress:
        """Return how many changes a sink has acknowledged, and where it ends."""
        number = self._number(sink)
        rows = self._rows("meta", "SELECT * FROM meta WHERE key=?", _end_key(sink))
        last = next((change.change_id for _, change in self._change(number)), None)
        if not rows:
            return Progress(number, None, last)
        recorded, _, end = rows[0][1].partition(" ")
        return Progress(number, end, last if number > int(recorded) else None)

    @serialised
    def sinks(self) -> list[str]:
        """Return the names of the sinks that have accepted or failed to accept changes."""
        return [
            name
            for (name,) in self._all(
                "SELECT sink FROM progress UNION SELECT sink FROM failure ORDER BY sink"
            )
        ]

    def _number(self, sink: str) -> int:
        rows = self._rows("progress", "SELECT * FROM progress WHERE sink=?", sink)
        return rows[0][1] if rows else 0

    def _set_number(self, sink: str, number: int) -> None:
        self._db.execute("REPLACE INTO progress VALUES (?,?,?)", with_checksum(sink, number))

    def _set_failure(self, sink: str, failure: Failure) -> None:
        number, attempts, retry_at, error = failure
        at = None if retry_at is None else micros(retry_at)
        self._db.execute(
            "REPLACE INTO failure VALUES (?,?,?,?,?,?)",
            with_checksum(sink, number, attempts, at, error),
        )

    def _change(self, number: int) -> list[tuple[int, Change]]:
        found = self.changes(number - 1, 1) if number else []
        return found if found and found[0][0] == number else []

    @contextmanager
    def _atomic(self) -> Iterator[None]:
        """Write everything within the block when it ends, or nothing if it raises."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error | UnicodeDecodeError):
                refuse(self._path, error)
            if isinstance(error, UnicodeEncodeError):
                refuse_text(error)
            raise


def _end_key(sink: str) -> str:
    return f"end:{sink}"

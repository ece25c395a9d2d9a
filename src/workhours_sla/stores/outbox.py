"""Record in a store which changes the sinks have received."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from workhours_sla.sla.changes import Change
from workhours_sla.stores.database import Database
from workhours_sla.stores.reader import StoreReader, serialised
from workhours_sla.stores.stored_rows import instant, micros, storable
from workhours_sla.stream.delivery import Failure, Pending, Progress, decide, repeated

_AHEAD: Final = 100
"""How many changes are read at once for a sink that takes them one by one."""


class StoreOutbox(StoreReader):
    """A store in a database, opened to record which changes sinks have received.

    Only one process at a time can open a store for writing; other processes may read it. Raises
    StoreError.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._sinks: set[str] = set()
        self._unsent: tuple[int, list[tuple[int, Change]]] = (0, [])
        """The changes after a number that were read back last."""
        self._has_all = False
        """Whether ``_unsent`` has every change after its number."""

    @serialised
    def deliver_to(self, sinks: Iterable[str]) -> None:
        """Add sinks that are in use: changes are dropped only after all of them have the changes.

        If this was never called, all sinks that have ever accepted changes are in use.
        """
        self._sinks.update(sinks)

    def _acknowledged(self) -> int:
        """Return the number of the last change that every sink in use has, 0 if there is none."""
        rows = self._all("SELECT sink, number FROM progress")
        numbers = dict(rows)
        return min((numbers.get(sink, 0) for sink in self._sinks or numbers), default=0)

    @serialised
    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the changes that must be sent to a sink at ``now``, at most ``limit`` of them."""
        number = self._number(sink)
        only, after, retry_at = decide(number, self.failures(sink), now)
        if only is not None:
            return Pending(self._change(only.number), only.attempts)
        return Pending([] if after is None else self._following(after, limit), 0, retry_at)

    def _following(self, after: int, limit: int) -> list[tuple[int, Change]]:
        """Return the changes after a number, which are read back once for all sinks."""
        since, read = self._unsent
        start = bisect_right(read, after, key=lambda one: one[0])
        found = read[start : start + limit]
        if after < since or (len(found) < limit and not self._has_all):
            most = max(limit, _AHEAD)
            read = self.changes(after, most)
            self._unsent, self._has_all = (after, read), len(read) < most
            found = read[:limit]
        return found

    @serialised
    def undelivered(self, sink: str) -> int:
        """Return how many changes a sink has not accepted. Dead letters are not counted."""
        number = self._number(sink)
        ((count,),) = self._all("SELECT count(*) FROM outbox WHERE number>?", number)
        return int(count) + repeated(number, self.failures(sink))

    @serialised
    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the changes with these numbers, and all changes before them.

        ``end`` is the end position of the sink after these changes, in the format of the sink.
        """
        number = max(self._number(sink), *numbers)
        with self._db.transaction():
            self._set_number(sink, number)
            failures = [(sink, one.number) for one in self.failures(sink) if one.number in numbers]
            self._db.run("DELETE FROM failure WHERE sink=? AND number=?", failures)
            if end is not None:
                self._db.put("meta", [(_end_key(sink), f"{number} {end}")])

    @serialised
    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change.

        The change becomes a dead letter if ``retry_at`` is None.
        """
        before = next((one.attempts for one in self.failures(sink) if one.number == number), 0)
        with self._db.transaction():
            self._set_failure(sink, Failure(number, before + 1, retry_at, error))
            if retry_at is None:
                self._set_number(sink, max(self._number(sink), number))

    @serialised
    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again. Return how many were found."""
        wanted = set(numbers)
        found = [
            one for one in self.failures(sink) if one.retry_at is None and one.number in wanted
        ]
        with self._db.transaction():
            for one in found:
                self._set_failure(sink, Failure(one.number, 0, instant(0), one.error))
        return len(found)

    @serialised
    def progress(self, sink: str) -> Progress:
        """Return how many changes a sink has acknowledged, and the end position of the sink."""
        number = self._number(sink)
        rows = self._all("SELECT value FROM meta WHERE key=?", _end_key(sink))
        last = next((change.change_id for _, change in self._change(number)), None)
        if not rows:
            return Progress(number, None, last)
        recorded, _, end = rows[0][0].partition(" ")
        return Progress(number, end, last if number > int(recorded) else None)

    def _number(self, sink: str) -> int:
        rows = self._all("SELECT number FROM progress WHERE sink=?", sink)
        return rows[0][0] if rows else 0

    def _set_number(self, sink: str, number: int) -> None:
        self._db.put("progress", [(sink, number)])

    def _set_failure(self, sink: str, failure: Failure) -> None:
        number, attempts, retry_at, error = failure
        at = None if retry_at is None else micros(retry_at)
        self._db.put("failure", [(sink, number, attempts, at, storable(error))])


def _end_key(sink: str) -> str:
    return f"end:{sink}"

"""The outbox of a store in memory: the changes, and how far each sink has received them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import RLock

from workhours_sla.sla.delivery import DeadLetter, Failure, Pending, decide, repeated
from workhours_sla.sla.emitted_changes import Change
from workhours_sla.sla.instants import BEGINNING


class MemoryOutbox:
    """The changes of a store and their delivery; the store that inherits it writes them.

    Every change is kept until all sinks have it. Without ``keeps_changes`` no change is kept.
    Usable from any thread.
    """

    def __init__(self, *, keeps_changes: bool) -> None:
        self.lock: RLock = RLock()
        self._keeps_changes = keeps_changes
        self._outbox: list[tuple[int, Change]] = []
        self._last_change = 0
        self._progress: dict[str, int] = {}
        self._failures: dict[str, dict[int, Failure]] = {}

    def _add_changes(self, changes: Sequence[Change], first: int) -> None:
        """Keep the changes from place ``first`` on, and number them."""
        if self._keeps_changes and changes:
            self._outbox += enumerate(changes[first:], self._last_change + 1)
            self._last_change += len(changes) - first

    def _drop_changes(self) -> None:
        """Drop the changes that every sink has."""
        last = min(self._progress.values(), default=0)
        failed = {number for one in self._failures.values() for number in one}
        known = bisect_right(self._outbox, last, key=lambda one: one[0])
        if known > len(failed):
            self._outbox[:known] = [one for one in self._outbox[:known] if one[0] in failed]

    def changes(self, after: int = 0, limit: int = -1) -> list[tuple[int, Change]]:
        """Return the changes with numbers greater than ``after``, as pairs of number and change."""
        first = bisect_right(self._outbox, after, key=lambda one: one[0])
        return self._outbox[first : None if limit < 0 else first + limit]

    def deliver_to(self, sinks: Iterable[str]) -> None:
        """Add sinks that are in use: changes are dropped only after all of them have the changes.

        If this was never called, all sinks that have ever asked for changes are in use.
        """
        with self.lock:
            for sink in sinks:
                self._progress.setdefault(sink, 0)

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the changes that must be sent to a sink at ``now``, at most ``limit`` of them."""
        with self.lock:
            number = self._progress.setdefault(sink, 0)
            failures = self._failures.get(sink, {})
            only, after, retry_at = decide(number, failures.values(), now)
            if only is not None:
                return Pending(self.changes(only.number - 1, 1), only.attempts)
            changes = [] if after is None else self.changes(after, limit)
            return Pending(changes, 0, retry_at)

    def undelivered(self, sink: str) -> int:
        """Return how many changes a sink has not accepted. Dead letters are not counted."""
        with self.lock:
            number = self._progress.get(sink, 0)
            accepted = bisect_right(self._outbox, number, key=lambda one: one[0])
            failures = self._failures.get(sink, {}).values()
            return len(self._outbox) - accepted + repeated(number, failures)

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the changes with these numbers, and all changes before them."""
        with self.lock:
            self._progress[sink] = max(self._progress.get(sink, 0), *numbers)
            for number in numbers:
                self._failures.get(sink, {}).pop(number, None)

    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change.

        The change becomes a dead letter if ``retry_at`` is None.
        """
        with self.lock:
            failures = self._failures.setdefault(sink, {})
            attempts = failures[number].attempts if number in failures else 0
            failures[number] = Failure(number, attempts + 1, retry_at, error)
            if retry_at is None:
                self._progress[sink] = max(self._progress.get(sink, 0), number)

    def dead(self, sink: str) -> Sequence[DeadLetter]:
        """Return the dead letters of a sink: changes that are no longer sent to it."""
        with self.lock:
            return [
                DeadLetter(number, self.changes(number - 1, 1)[0][1], one.attempts, one.error)
                for number, one in sorted(self._failures.get(sink, {}).items())
                if one.retry_at is None
            ]

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again. Return how many were found."""
        with self.lock:
            failures = self._failures.get(sink, {})
            found = {
                number
                for number in numbers
                if number in failures and failures[number].retry_at is None
            }
            failures |= {number: Failure(number, 0, BEGINNING, "") for number in found}
            return len(found)

"""The clocks of the earlier cycles of an appeal, in the order of their next changes.

An appeal may have thousands of cycles. When time passes, only the clocks that change are reported.
Without this, 2,000 replies and reopenings of one appeal, applied one by one, took 3 seconds instead
of 0.25.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import heappop, heappush

from workhours_sla.sla.clock import Clock


class EarlierClocks:
    """The clocks of earlier cycles, and when time alone changes them; mutable."""

    __slots__ = ("_heap", "_keys", "_last")

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Clock]] = []
        """The next change of each clock, a number that differs between entries, and the clock."""
        self._keys: set[tuple[int, int]] = set()
        self._last = 0

    def has_any(self, clocks: Iterable[Clock]) -> bool:
        """Return whether a clock of the same target and cycle as one of ``clocks`` was added."""
        return any((id(clock.target), clock.cycle) in self._keys for clock in clocks)

    def add(self, clocks: Iterable[Clock], after: datetime) -> None:
        """Add clocks, or add them again after ``due`` has returned them."""
        for clock in clocks:
            self._keys.add((id(clock.target), clock.cycle))
            moment = clock.next_change(after)
            if moment is not None:
                self._last += 1
                heappush(self._heap, (moment, self._last, clock))

    def due(self, watermark: datetime) -> list[Clock]:
        """Return the clocks that change up to a watermark, and forget when they change."""
        heap, found = self._heap, []
        while heap and heap[0][0] <= watermark:
            found.append(heappop(heap)[2])
        return found

    @property
    def next_at(self) -> datetime | None:
        """The next change of all these clocks, None if there is none."""
        return self._heap[0][0] if self._heap else None

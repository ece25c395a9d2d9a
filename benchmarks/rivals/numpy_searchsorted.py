"""The office in numpy alone: a binary search in the sorted intervals of working time."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np

from benchmarks.workload import FIRST, LAST, ZONE, Amounts, Instants, Office


class SortedIntervals:
    """The intervals of working time as sorted arrays.

    An empty interval before the first one makes every search succeed.
    """

    def __init__(self, office: Office) -> None:
        begin, end = (datetime.combine(day, time(), ZONE) for day in (FIRST, LAST))
        intervals = office.schedule().intervals(begin, end)
        edges = [begin, begin, *(edge for interval in intervals for edge in interval)]
        utc = np.array([e.astimezone(UTC).replace(tzinfo=None) for e in edges], "M8[us]")
        self._starts = utc[::2]
        self._lengths = utc[1::2] - self._starts
        self._before = np.cumsum(self._lengths) - self._lengths

    def _worked(self, instants: Instants) -> Amounts:
        at = np.searchsorted(self._starts, instants, "right") - 1
        within = np.minimum(instants - self._starts[at], self._lengths[at])
        worked: Amounts = self._before[at] + within
        return worked

    def elapsed(self, starts: Instants, ends: Instants) -> Amounts:
        """Return the working time between two columns of instants."""
        return self._worked(ends) - self._worked(starts)

    def deadline(self, starts: Instants, budget: np.timedelta64) -> Instants:
        """Return, for each start, the first instant at which the budget is used up."""
        wanted = self._worked(starts) + budget
        at = np.searchsorted(self._before, wanted, "left") - 1
        due: Instants = self._starts[at] + (wanted - self._before[at])
        return due

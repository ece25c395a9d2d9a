"""How much working time pauses take from a budget, kept while more of them come."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import ZERO

ClosedPause = tuple[datetime, datetime]
"""A pause with an end."""

since_of, until_of = itemgetter(0), itemgetter(1)
"""Return where a pause begins, and where it ends."""


class PausedTime:
    """How much working time the pauses after a start take, up to each of them; mutable.

    Each time the same pauses are given, but the last may have another end or be gone, and more
    may follow.
    """

    __slots__ = ("_before", "_schedule", "_since", "_start", "_used")

    def __init__(self, schedule: Schedule, start: datetime) -> None:
        self._schedule = schedule
        self._start = start
        self._since: list[datetime] = []
        """When each begins."""
        self._used: list[timedelta] = []
        """The working time outside of pauses from the start to the beginning of each."""
        self._before: list[timedelta] = []
        """The working time within the pauses before each."""

    def times(
        self, closed: Sequence[ClosedPause], budget: timedelta, used_at_warning: timedelta
    ) -> tuple[datetime, datetime, datetime]:
        """Return the deadline and the limit of a budget, and the deadline of a smaller one.

        Raises CalendarCoverageError.
        """
        schedule, start = self._schedule, self._start
        later = self._ahead(closed, budget, latest=True)
        sooner = self._ahead(closed, budget, latest=False)
        due, limit = schedule.due_and_limit(start, budget + later)
        if sooner != later:
            due = schedule.deadline(start, budget + sooner)
        to_warning = self._ahead(closed, used_at_warning, latest=False)
        return due, limit, schedule.deadline(start, used_at_warning + to_warning)

    def _ahead(
        self, closed: Sequence[ClosedPause], budget: timedelta, *, latest: bool
    ) -> timedelta:
        """Return the working time that pauses take before a budget is used up.

        ``latest`` is for the last instant within the budget: then a pause also counts that begins
        when just the budget was used.
        """
        begins, used, before = self._since, self._used, self._before
        elapsed, start = self._schedule.elapsed, self._start
        if used and len(used) <= len(closed) and closed[len(used) - 1][0] != begins[-1]:
            del begins[-1], used[-1], before[-1]  # the last was gone
        while len(used) < len(closed) and (not used or used[-1] <= budget):
            place = len(used)
            since = closed[place][0]
            taken = before[-1] + elapsed(*closed[place - 1]) if place else ZERO
            passed = elapsed(start, since) - taken
            begins.append(since)
            used.append(passed)
            before.append(taken)
        known = min(len(used), len(closed))
        reached = (bisect_right if latest else bisect_left)(used, budget, 0, known)
        if not reached:
            return ZERO
        return before[reached - 1] + elapsed(*closed[reached - 1])

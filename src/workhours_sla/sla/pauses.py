"""Compute which pauses of an appeal count for a clock, and how much working time they take.

A pause lasts from a ``paused`` event to the next ``resumed`` event, but no longer than the
``pause_cap`` of the target. A ``paused`` event after the end of the cap begins another pause. The
time of pauses that overlap counts once. A pause that begins when another pause ends continues it. A
pause that began before the start of the clock counts from the start. The end of the clock ends
every pause.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, NamedTuple

from workhours_sla.sla.instants import BEGINNING
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.due_dates import paused_dates
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone_offsets import ZERO

Pause = tuple[datetime, datetime | None]
"""A pause: the instants of a ``paused`` and of the next ``resumed``, None if there is none yet."""
ClosedPause = tuple[datetime, datetime]
"""A pause with an end."""

since_of: Final = itemgetter(0)
until_of: Final = itemgetter(1)
"""Return the end of a pause; ``since_of`` returns its beginning."""

_MOST_STARTS: Final = 8
"""Maximum number of clock starts for which a PauseLine keeps a PausedTime."""


class ClockPauses(NamedTuple):
    """The pauses of a clock: the closed pauses, and the beginning of the open pause."""

    closed: tuple[ClosedPause, ...] = ()
    open_since: datetime | None = None

    def closed_at(self, until: datetime) -> tuple[ClosedPause, ...]:
        """Return all pauses as closed pauses. An open pause ends at ``until``."""
        closed, open_since = self
        if open_since is not None and open_since < until:
            return (*closed, (open_since, until))
        return closed

    def is_paused(self, at: datetime) -> bool:
        """Return whether an instant lies within a pause."""
        closed, open_since = self
        if open_since is not None and open_since <= at:
            return True
        place = bisect_right(closed, at, key=since_of)
        return place > 0 and at < closed[place - 1][1]


class PausedTime:
    """Computes what pauses take after the start of a clock: working time or dates; mutable.

    Every call must pass the pauses of the previous call. Only the last of these pauses may have a
    new end or be missing, and more pauses may follow. Results of earlier calls are kept, so the
    work for a growing list of pauses is linear.
    """

    __slots__ = ("_before", "_checked", "_overnight", "_schedule", "_since", "_start", "_used")

    def __init__(self, schedule: Schedule, start: datetime) -> None:
        self._schedule = schedule
        self._start = start
        self._since: list[datetime] = []
        """The beginning of each pause."""
        self._used: list[timedelta] = []
        """The working time from the start to each pause, without the pauses before it."""
        self._before: list[timedelta] = []
        """The working time within all pauses before each pause."""
        self._overnight: list[int] = []
        """The indices of the pauses that contain the end of a date."""
        self._checked = 0
        """The number of pauses that have been checked for this."""

    def overnight(self, closed: Sequence[ClosedPause]) -> Sequence[ClosedPause]:
        """Return the pauses that contain the end of a date. No other pause affects a DayBudget.

        Raises CalendarCoverageError.
        """
        if not closed:
            return closed
        final = len(closed) - 1  # the number of pauses that no longer change
        for place in range(self._checked, final):
            if paused_dates(self._schedule, closed[place : place + 1]):
                self._overnight.append(place)
            self._checked = place + 1
        found = [closed[place] for place in self._overnight if place < final]
        if paused_dates(self._schedule, closed[final:]):
            found.append(closed[final])
        return found

    def times(
        self, closed: Sequence[ClosedPause], budget: timedelta, used_at_warning: timedelta
    ) -> tuple[datetime, datetime, datetime]:
        """Return the due time, the limit and the warning time of a budget of working time.

        ``used_at_warning`` is the amount that is used at the warning time. Raises
        CalendarCoverageError.
        """
        schedule, start = self._schedule, self._start
        later = self._paused_before(closed, budget, latest=True)
        sooner = self._paused_before(closed, budget, latest=False)
        due, limit = schedule.due_and_limit(start, budget + later)
        if sooner != later:
            due = schedule.deadline(start, budget + sooner)
        to_warning = self._paused_before(closed, used_at_warning, latest=False)
        return due, limit, schedule.deadline(start, used_at_warning + to_warning)

    def _paused_before(
        self, closed: Sequence[ClosedPause], budget: timedelta, *, latest: bool
    ) -> timedelta:
        """Return the working time that pauses take before a budget is used up.

        With ``latest``, a pause that begins exactly when the budget is used up counts too.
        """
        begins, used, before = self._since, self._used, self._before
        elapsed, start = self._schedule.elapsed, self._start
        if used and len(used) <= len(closed) and closed[len(used) - 1][0] != begins[-1]:
            del begins[-1], used[-1], before[-1]  # another pause has replaced the last pause
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


class PauseLine:
    """The pauses of one cycle, shortened to at most ``cap``, disjoint and in order; mutable.

    ``cap`` is a budget that is counted on ``schedule``; None does not shorten any pause. ``extend``
    reads only the pauses that the cycle has got since the last call.
    """

    __slots__ = (
        "_cap",
        "_closed",
        "_end",
        "_last",
        "_open_since",
        "_paused_times",
        "_schedule",
        "_seen",
    )

    def __init__(self, cap: Budget | None, schedule: Schedule) -> None:
        self._cap = cap
        self._schedule = schedule
        self._closed: list[ClosedPause] = []
        """The closed pauses. Only the last of them may still change."""
        self._open_since: datetime | None = None
        self._seen = 0
        """The number of pauses of the cycle that have been read."""
        self._last = -1
        """The index of the last pause that counts in the cycle's pauses, -1 if it is closed."""
        self._end: datetime | None = BEGINNING
        """When the last pause that counts ends, by its cap if it is open. None if it has no end."""
        self._paused_times: dict[tuple[Schedule, datetime], PausedTime] = {}

    def extend(self, pauses: Sequence[Pause]) -> None:
        """Read the pauses that the cycle has got since the last call.

        ``pauses`` are all pauses of the cycle. Raises CalendarCoverageError if the instant at which
        the cap is used up depends on an uncertain date.
        """
        if self._last >= 0:
            since, until = pauses[self._last]
            if until is not None:
                self._last = -1
                self._close(since, until)
        for place in range(self._seen, len(pauses)):
            since, until = pauses[place]
            if self._end is not None and since >= self._end:
                end = until
                if self._cap is not None:
                    cap = self._schedule.deadline(since, self._cap)
                    end = cap if until is None else min(until, cap)
                self._add(since, end)
                self._last = place if until is None else -1
            self._seen = place + 1

    def within(
        self, start: datetime, end: datetime | None, cut_out: Sequence[ClosedPause]
    ) -> ClockPauses:
        """Return the parts of the pauses between ``start`` and ``end``, joined with ``cut_out``.

        ``cut_out`` are intervals that count as closed pauses too.
        """
        return within(self._closed, self._open_since, start, end, cut_out)

    def paused_time(self, schedule: Schedule, start: datetime) -> PausedTime:
        """Return the PausedTime of a clock, which keeps the sums that were computed before."""
        found = self._paused_times.get((schedule, start))
        if found is None:
            if len(self._paused_times) == _MOST_STARTS:
                self._paused_times.clear()
            found = self._paused_times[schedule, start] = PausedTime(schedule, start)
        return found

    def _add(self, since: datetime, end: datetime | None) -> None:
        self._end = end
        closed = self._closed
        if end is None:
            self._open_since = since
        elif since < end:
            if closed and closed[-1][1] == since:
                since = closed.pop()[0]
            closed.append((since, end))

    def _close(self, since: datetime, until: datetime) -> None:
        """End the last pause, which was open until now."""
        if self._open_since is not None:
            self._open_since = None
            self._add(since, until)
        elif self._end is not None and until < self._end:
            self._end = until
            self._closed[-1] = self._closed[-1][0], until


def within(
    closed: Sequence[ClosedPause],
    open_since: datetime | None,
    start: datetime,
    end: datetime | None,
    cut_out: Sequence[ClosedPause],
) -> ClockPauses:
    """Return the parts of pauses that lie between ``start`` and ``end``, joined with ``cut_out``.

    ``start`` and ``end`` are the start and the end of a clock; ``end`` is None if the clock has not
    ended. ``closed`` are closed pauses, disjoint and in order. ``open_since`` is when the open
    pause began. ``cut_out`` are intervals that count as closed pauses too.
    """
    found: list[ClosedPause] = []
    begins: datetime | None = None
    if end is None or start < end:
        first = bisect_right(closed, start, key=until_of)
        last = len(closed) if end is None else bisect_left(closed, end, key=since_of)
        found += closed[first:last]
        if found and found[0][0] < start:
            found[0] = start, found[0][1]
        if end is not None and found and found[-1][1] > end:
            found[-1] = found[-1][0], end
        if open_since is not None:
            begins = max(open_since, start)
        if begins is not None and end is not None:
            if begins < end:
                found = join([*found, (begins, end)])
            begins = None
    if cut_out:
        found = join([*cut_out, *found])
    while begins is not None and found and found[-1][1] >= begins:
        begins = min(begins, found.pop()[0])  # a closed pause continues into the open one
    return ClockPauses(tuple(found), begins)

"""The pauses of a clock: which of an appeal's pauses count, and from when to when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from workhours_sla.sla.limits import BEGINNING, ClockPauses, deadline_bounds
from workhours_sla.sla.paused_time import ClosedPause, PausedTime, since_of, until_of
from workhours_sla.worktime.budget_kinds import Budget
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.schedule import Schedule

Pause = tuple[datetime, datetime | None]
"""From a ``paused`` to the next ``resumed``, None where there is none yet."""

_MOST_STARTS: Final = 8
"""How many starts a line keeps the held time of."""


class PauseLine:
    """The pauses of one cycle that count under one cap: disjoint and in order.

    It is extended as pauses are added to the cycle, so that they are not all read again.
    A pause that begins within the one before is part of it. ``cap`` is how long each may last,
    counted on ``schedule``.
    """

    __slots__ = ("_cap", "_closed", "_end", "_held", "_last", "_open_since", "_schedule", "_seen")

    def __init__(self, cap: Budget | None, schedule: Schedule) -> None:
        self._cap = cap
        self._schedule = schedule
        self._closed: list[ClosedPause] = []
        """Those with an end; only the last of them may still change."""
        self._open_since: datetime | None = None
        self._seen = 0
        """How many pauses of the cycle were followed."""
        self._last = -1
        """The place, among them, of the last that counts, while it is open."""
        self._end: datetime | None = BEGINNING
        """Where the last that counts ends, by its cap if it is open; None where nothing ends it."""
        self._held: dict[tuple[Schedule, datetime], PausedTime] = {}

    def follow(self, pauses: Sequence[Pause]) -> None:
        """Add what is new among all pauses of the cycle.

        Raises CalendarCoverageError where a cap depends on an unknown date.
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
        self, start: datetime, ended: datetime | None, held: Sequence[ClosedPause]
    ) -> ClockPauses:
        """Return the pauses of a clock that starts and ends then, joined with ``held``."""
        return within(self._closed, self._open_since, start, ended, held)

    def paused_time(self, schedule: Schedule, start: datetime) -> PausedTime:
        """Return the time that the pauses take from a clock with that start, as known so far."""
        found = self._held.get((schedule, start))
        if found is None:
            if len(self._held) == _MOST_STARTS:
                self._held.clear()
            found = self._held[schedule, start] = PausedTime(schedule, start)
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
        """End the last pause, which was open."""
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
    ended: datetime | None,
    held: Sequence[ClosedPause],
) -> ClockPauses:
    """Return pauses from the start to the end of a clock, joined with the stretches ``held``.

    ``closed`` are disjoint and in order.
    """
    found: list[ClosedPause] = []
    begins: datetime | None = None
    if ended is None or start < ended:
        first = bisect_right(closed, start, key=until_of)
        last = len(closed) if ended is None else bisect_left(closed, ended, key=since_of)
        found += closed[first:last]
        if found and found[0][0] < start:
            found[0] = start, found[0][1]
        if ended is not None and found and found[-1][1] > ended:
            found[-1] = found[-1][0], ended
        if open_since is not None:
            begins = max(open_since, start)
        if begins is not None and ended is not None:
            if begins < ended:
                found = join([*found, (begins, ended)])
            begins = None
    if held:
        found = join([*held, *found])
    while begins is not None and found and found[-1][1] >= begins:
        begins = min(begins, found.pop()[0])  # one goes on into the other
    return ClockPauses(tuple(found), begins)


def pause_bounds(  # noqa: PLR0913, PLR0917
    pauses: Sequence[Pause],
    cap: Budget,
    schedule: Schedule,
    start: datetime,
    ended: datetime | None,
    held: Sequence[ClosedPause],
) -> tuple[ClockPauses, ClockPauses]:
    """Return the pauses that there are in any case, and all those that there may be.

    A pause lasts at least to the earliest end of its cap, and at most to the latest. One that
    begins within the longest of those before may count as part of them.
    """
    sure: list[Pause] = []
    possible: list[Pause] = []
    latest_end: datetime | None = BEGINNING
    for since, until in pauses:
        shortest, longest = deadline_bounds(schedule, since, cap)
        if latest_end is not None and latest_end <= since:
            sure.append((since, shortest if until is None else min(until, shortest)))
        ends = longest if until is None else until if longest is None else min(until, longest)
        possible.append((since, ends))
        if latest_end is not None:
            latest_end = None if ends is None else max(latest_end, ends)
    first, second = (
        within(
            join((since, until) for since, until in some if until is not None and since < until),
            min((since for since, until in some if until is None), default=None),
            start,
            ended,
            held,
        )
        for some in (sure, possible)
    )
    return first, second

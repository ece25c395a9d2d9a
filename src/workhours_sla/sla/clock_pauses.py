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
from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple

from workhours_sla.sla.event import BEGINNING
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.intervals import join
from workhours_sla.worktime.schedule import Schedule

Pause = tuple[datetime, datetime | None]
"""A pause: the instants of a ``paused`` and of the next ``resumed``, None if there is none yet."""
ClosedPause = tuple[datetime, datetime]
"""A pause with an end."""

since_of: Final = itemgetter(0)
until_of: Final = itemgetter(1)
"""Return the end of a pause; ``since_of`` returns its beginning."""


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
        closed, open_since = self
        if open_since is not None and open_since <= at:
            return True
        place = bisect_right(closed, at, key=since_of)
        return place > 0 and at < closed[place - 1][1]


def capped(
    pauses: Sequence[Pause], cap: Budget | None, schedule: Schedule
) -> tuple[list[ClosedPause], datetime | None]:
    """Return the closed pauses, disjoint and in order, and the beginning of the open pause."""
    closed: list[ClosedPause] = []
    end: datetime | None = BEGINNING
    for since, until in pauses:
        if end is None:
            break
        if since < end:
            continue
        end = until
        if cap is not None:
            used_up = schedule.deadline(since, cap)
            end = used_up if until is None else min(until, used_up)
        if end is None:
            return closed, since
        if since < end:
            begins = closed.pop()[0] if closed and closed[-1][1] == since else since
            closed.append((begins, end))
    return closed, None


def within(
    closed: Sequence[ClosedPause],
    open_since: datetime | None,
    start: datetime,
    end: datetime | None,
    cut_out: Sequence[ClosedPause],
) -> ClockPauses:
    """Return the parts of pauses between ``start`` and ``end``, joined with ``cut_out``."""
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

"""Compile the shifts of dates to intervals of instants.

A day number counts dates from 1970-01-01, which is day 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from workhours_sla.worktime.interval_sets import clip, join
from workhours_sla.worktime.shifts import Shifts
from workhours_sla.worktime.zone_offsets import BASE, ONE_DAY, ZERO, TimeSpan, Zone

_BASE_ORDINAL = BASE.toordinal()
_MARGIN = 3
"""Offset changes more than this many days away from a date cannot affect its shifts.

A shift ends at most two days after its date begins, and an offset is less than one day.
"""


class Compiler:
    """Compiles the shifts of one range of known dates to intervals of instants.

    ``shifts_between(a, b)`` returns the shifts of each date from a to b. ``reach`` is the earliest
    start and the latest end of all shifts, as time since midnight. ``surely`` is a span of instants
    that are known in any case, whatever the shifts of the first and the last date are.
    """

    __slots__ = ("_first", "_last", "_reach", "_shifts_between", "surely", "zone")

    def __init__(
        self,
        zone: Zone,
        first: date,
        last: date,
        shifts_between: Callable[[date, date], list[Shifts]],
        reach: tuple[timedelta, timedelta],
    ) -> None:
        self.zone: Zone = zone
        self._first = first.toordinal() - _BASE_ORDINAL
        self._last = last.toordinal() - _BASE_ORDINAL
        self._shifts_between = shifts_between
        self._reach = reach
        spill = max(reach[1] - ONE_DAY, ZERO)
        midnight, after = ONE_DAY * self._first, ONE_DAY * (self._last + 1)
        self.surely: tuple[timedelta, timedelta] = (
            zone.end_of(midnight + spill),
            zone.start_of(after),
        )

    def known_span(self) -> TimeSpan:
        """Return the span of instants that no shift of an unknown date can change.

        A shift of the date before the first date may last until after midnight. The span starts at
        the first instant after all possible shifts of that date. If a shift of the first date
        covers this instant, the span starts with the shift. The span ends at the midnight after
        the last date. If a shift covers this midnight, the span ends with the shift.
        """
        lo, hi = self.surely
        earliest = self.zone.end_of(ONE_DAY * self._first)
        for start, end in join(self.day_intervals(self._first)):
            if start <= lo <= end:
                lo = max(start, earliest)
        near_end = [*self.day_intervals(self._last - 1), *self.day_intervals(self._last)]
        for start, end in join(near_end):
            if start <= hi < end:
                hi = end
        return lo, max(lo, hi)

    def day_intervals(self, day: int) -> list[TimeSpan]:
        """Return the intervals of the shifts that start on a day number."""
        if not self._first <= day <= self._last:
            return []
        return self._intervals_of(day, day)

    def _intervals_of(self, first: int, last: int) -> list[TimeSpan]:
        """Return the intervals of the shifts that start on day numbers ``first`` to ``last``."""
        changes = self.zone.changes(first - _MARGIN, last + _MARGIN)
        near_change = {
            moment // ONE_DAY + step
            for moment, _ in changes
            for step in range(-_MARGIN, _MARGIN + 1)
        }
        offset = self.zone.offset_on(first)
        midnight = ONE_DAY * first - offset
        dates = (date.fromordinal(_BASE_ORDINAL + day) for day in (first, last))
        found: list[TimeSpan] = []
        for day, shifts in enumerate(self._shifts_between(*dates), first):
            if day in near_change:
                wall = ONE_DAY * day
                for start, end in shifts:
                    found += self.zone.instants_of(wall + start, wall + end)
                midnight = wall + ONE_DAY - self.zone.offset_on(day + 1)
            else:
                for start, end in shifts:
                    found.append((midnight + start, midnight + end))
                midnight += ONE_DAY
        return found

    def compile_span(self, lo: timedelta, hi: timedelta) -> list[TimeSpan]:
        """Return the working time within the instants ``[lo, hi)``, as sorted disjoint spans."""
        earliest_wall = lo + min(map(self.zone.offset_at, (lo, lo + ONE_DAY)))
        latest_wall = hi + max(map(self.zone.offset_at, (hi, hi - ONE_DAY)))
        first = max(self._first, (earliest_wall - self._reach[1]) // ONE_DAY)
        last = min(self._last, (latest_wall - self._reach[0]) // ONE_DAY)
        if first > last:
            return []
        return clip(join(self._intervals_of(first, last)), lo, hi)

"""Compiled working time: a timeline for each range of known dates.

A ``Compiler`` converts the shifts of dates to intervals of instants. Whole UTC years are compiled
when they are first needed, and kept as ``Intervals``. Larger intervals replace the previous ones in
one step, so readers need no lock. Both count the same working time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import MAXYEAR, date, datetime, timedelta
from threading import Lock
from typing import NoReturn

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.fast import FastPath
from workhours_sla.worktime.intervals import Intervals, clip, join
from workhours_sla.worktime.shifts import Shifts
from workhours_sla.worktime.times import BASE, ONE_DAY, ONE_SECOND, TICK, ZERO, TimeSpan, Zone

_BASE_ORDINAL = BASE.toordinal()
_MARGIN = 3
"""Offset changes more than this many days away from a date cannot affect its shifts.

A shift ends at most two days after its date begins, and an offset is less than one day.
"""


class Compiler:
    """Compiles the shifts of one range of known dates to intervals of instants."""

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
        """Return the span of instants that no shift of an unknown date can change."""
        # from after all possible shifts of the date before the first date to the midnight after
        # the last date; a shift that covers one of these instants is in the span
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


class Timeline:
    """The working time of one range of known dates, compiled only as far as needed so far.

    ``known_span`` calculates the whole range; ``surely`` is a part of it that is known at once, so
    that most questions need not calculate the whole. Working time at the
    first or the last known instant may go on beyond, so these may be no real opening or closing.
    """

    __slots__ = ("_compile_span", "_growing", "_known", "_known_span", "_surely", "compiled")

    def __init__(
        self,
        compile_span: Callable[[timedelta, timedelta], list[TimeSpan]],
        surely: TimeSpan,
        known_span: Callable[[], TimeSpan],
    ) -> None:
        self._compile_span = compile_span
        self._surely = surely
        self._known_span = known_span
        self._known: TimeSpan | None = None
        self.compiled: Intervals | None = None
        self._growing = Lock()

    @property
    def lo(self) -> timedelta:
        """The first known instant: shifts of unknown dates can only change the time before it."""
        return self._span()[0]

    @property
    def hi(self) -> timedelta:
        """The last known instant: shifts of unknown dates can only change the time after it."""
        return self._span()[1]

    def _span(self) -> TimeSpan:
        if self._known is None:
            self._known = self._known_span()
        return self._known

    def surely_from(self) -> timedelta:
        """Return the start of ``surely``, for bisection: calculating ``lo`` would take longer."""
        return self._surely[0]

    def knows(self, moment: timedelta) -> bool:
        """Return whether an instant is known: from ``lo`` to ``hi``, both included."""
        return self._surely[0] <= moment <= self._surely[1] or self.lo <= moment <= self.hi

    def _goes_on_after(self, moment: timedelta) -> bool:
        return moment < self._surely[1] or moment < self.hi

    def at(self, moment: timedelta) -> Intervals:
        """Return intervals that contain ``moment``, and compile more years if they must."""
        found = self.compiled
        if found is not None and found.lo <= moment < found.hi:
            return found
        with self._growing:
            found = self.compiled
            if found is None:
                lo, hi = self._year_around(moment)
                found = Intervals.of(lo, hi, self._compile_span(lo, hi))
            elif moment >= found.hi and self._goes_on_after(found.hi):
                hi = self._year_around(moment)[1]
                found = found.extended(found.lo, hi, self._compile_span(found.hi, hi))
            elif moment < found.lo:
                lo = self._year_around(moment)[0]
                found = found.extended(lo, found.hi, self._compile_span(lo, found.lo))
            self.compiled = found
            return found

    def _year_around(self, moment: timedelta) -> TimeSpan:
        year = (BASE + moment).year
        start = datetime(year, 1, 1) - BASE  # noqa: DTZ001
        end = datetime(min(year + 1, MAXYEAR), 1, 1) - BASE  # noqa: DTZ001
        return (
            start if start > self._surely[0] else max(start, self.lo),
            end if end < self._surely[1] else min(end, self.hi),
        )

    def _grown(self, found: Intervals, *, ahead: bool) -> Intervals | None:
        if not ahead:
            goes_on = found.lo > self._surely[0] or found.lo > self.lo
            return self.at(found.lo - ONE_SECOND) if goes_on else None
        if not self._goes_on_after(found.hi):
            return None
        # each step adds half of the compiled length, so that a distant answer takes few steps
        more = ONE_DAY * 180 + (found.hi - found.lo) // 2
        return self.at(min(found.hi + more, max(found.hi, self._surely[1])))

    # -- the arithmetic ----------------------------------------------------------------------

    def worked(self, moment: timedelta) -> timedelta:
        """Return the working time from an arbitrary zero up to an instant: C(moment)."""
        found = self.compiled
        if found is None or not found.lo <= moment < found.hi:
            found = self.at(moment)
        index = bisect_right(found.starts, moment)
        return min(moment - found.shift[index], found.cum[index])

    def _reaching(self, enough: Callable[[Intervals], bool], *, ahead: bool) -> Intervals:
        found = self.compiled
        assert found is not None  # noqa: S101 - callers have computed C
        while not enough(found):
            more = self._grown(found, ahead=ahead)
            if more is None:
                break
            found = more
        return found

    def earliest(self, worked: timedelta) -> timedelta | None:
        """Return the first instant at which the working time is ``worked``, None after ``hi``."""
        found = self._reaching(lambda one: worked <= one.cum[-1], ahead=True)
        index = bisect_left(found.cum, worked)
        return worked + found.shift[index] if index < len(found.shift) else None

    def latest(self, worked: timedelta) -> timedelta | None:
        """Return the last instant at which the working time is ``worked``, None after ``hi``."""
        found = self._reaching(lambda one: worked < one.cum[-1], ahead=True)
        index = bisect_right(found.cum, worked)
        return worked + found.shift[index] if index < len(found.shift) else None

    def latest_before(self, worked: timedelta) -> timedelta | None:
        """Return the last instant at which the working time is ``worked``, None before ``lo``."""
        found = self._reaching(lambda one: worked >= one.cum[0], ahead=False)
        index = bisect_right(found.cum, worked)
        return worked + found.shift[index] if index else None

    def between(self, lo: timedelta, hi: timedelta) -> list[TimeSpan]:
        """Return the intervals of working time, clipped to the instants ``[lo, hi)``."""
        self.at(lo)
        return self.at(hi).between(lo, hi)

    def edge(self, moment: timedelta, *, opening: bool, ahead: bool) -> timedelta | None:
        """Return the first start (or end) of an interval after ``moment``, or the last up to it."""
        found = self.at(moment)
        while True:
            edges = found.starts if opening else found.ends
            index = bisect_right(edges, moment) - (not ahead)
            edge = edges[index] if 0 <= index < len(edges) else None
            outermost = found.hi if ahead else found.lo
            if edge is not None and (opening == ahead or edge != outermost):
                return edge
            more = self._grown(found, ahead=ahead)
            if more is None:
                return edge
            found = more


class CompiledTime:
    """The timelines of working time, one for each range of known dates, compiled when needed."""

    __slots__ = ("_fast", "_lines", "compile_lines", "refuse_unknown")

    def __init__(
        self,
        compile_lines: Callable[[], tuple[Timeline, ...]],
        refuse_unknown: Callable[[timedelta], NoReturn],
        fast: FastPath,
    ) -> None:
        self.compile_lines: Callable[[], tuple[Timeline, ...]] = compile_lines
        self.refuse_unknown: Callable[[timedelta], NoReturn] = refuse_unknown
        self._fast = fast
        self._lines: tuple[Timeline, ...] | None = None

    @property
    def lines(self) -> tuple[Timeline, ...]:
        lines = self._lines
        if lines is None:
            lines = self._lines = self.compile_lines()
        return lines

    def line_at(self, moment: timedelta) -> Timeline:
        lines = self._lines or self.lines
        if len(lines) > 1:
            index = bisect_right(lines, moment, key=Timeline.surely_from)
            lines = lines[max(0, index - 1) : index + 1]
        for line in lines:
            if line.knows(moment):
                self._fast.offer(line.compiled)
                return line
        return self.refuse_unknown(moment)

    def refuse_after(self, line: Timeline, answer: str) -> NoReturn:
        """Raise CalendarCoverageError for an ``answer`` past the end of a timeline."""
        self._refuse(line.hi + TICK, f"{answer} runs past the known dates")

    def refuse_before(self, line: Timeline, answer: str) -> NoReturn:
        """Raise CalendarCoverageError for an ``answer`` before the start of a timeline."""
        self._refuse(line.lo - TICK, f"{answer} lies before the known dates")

    def _refuse(self, moment: timedelta, what: str) -> NoReturn:
        try:
            self.refuse_unknown(moment)
        except CalendarCoverageError as error:
            error.args = (f"{what}: {error.args[0]}",)
            raise

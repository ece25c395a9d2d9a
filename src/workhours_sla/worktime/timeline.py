"""The scalar engine: compiled working time, and the exact arithmetic on it.

Working time compiles to sorted, disjoint, non-touching half-open intervals ``[s, e)`` on the
exact time line, held as ``timedelta`` since 1970-01-01T00:00 UTC. With ``cum[i]`` the working
time before interval i and j = #{s <= x}, the working time up to x is

    C(x) = min(x - (s[j-1] - cum[j-1]), cum[j])

``elapsed(a, b)`` is ``C(b) - C(a)``; a deadline is the inverse of C. The line is compiled in
chunks of one UTC year, when first needed; a larger snapshot replaces the old one whole, so
readers need no lock, and C never changes when the horizon grows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import NamedTuple

from workhours_sla.worktime.shifts import Shifts

BASE = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock and UTC are both counted from here
BASE_UTC = BASE.replace(tzinfo=UTC)
_BASE_ORDINAL = BASE.toordinal()
ZERO = timedelta(0)
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
_MARGIN = 3
"""Days around a date within which a change of the zone's offset can touch its shifts: a shift
ends at most two days after its date begins, and an offset is less than one day."""

Interval = tuple[timedelta, timedelta]


class Zone:
    """The offsets of a time zone, as changes on the exact time line.

    Changes are found by asking for the offset at each UTC midnight and bisecting where two
    neighbours differ. In the tz database no zone has two changes within a day of each other
    after 1970 that would cancel out.
    """

    __slots__ = ("_offsets", "tz")

    def __init__(self, tz: tzinfo) -> None:
        self.tz = tz
        self._offsets: dict[int, timedelta] = {}

    def offset_at(self, moment: timedelta) -> timedelta:
        """Return the offset from UTC at an instant."""
        offset = (BASE_UTC + moment).astimezone(self.tz).utcoffset()
        assert offset is not None  # noqa: S101 - an aware datetime has one
        return offset

    def offset_on(self, day: int) -> timedelta:
        """Return the offset at the UTC midnight that begins day number ``day``."""
        offset = self._offsets.get(day)
        if offset is None:
            offset = self._offsets[day] = self.offset_at(ONE_DAY * day)
        return offset

    def changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
        """Return (instant, new offset) of the changes between two UTC midnights."""
        found = []
        before = self.offset_on(first)
        for day in range(first, last):
            after = self.offset_on(day + 1)
            if after != before:
                lo, hi = ONE_DAY * day, ONE_DAY * (day + 1)
                while hi - lo > ONE_SECOND:
                    middle = lo + ONE_SECOND * ((hi - lo) // ONE_SECOND // 2)
                    if self.offset_at(middle) == before:
                        lo = middle
                    else:
                        hi = middle
                found.append((hi, after))
                before = after
        return found

    def instants_of(self, wall_start: timedelta, wall_end: timedelta) -> list[Interval]:
        """Return the instants whose wall-clock reading is within ``[wall_start, wall_end)``.

        An edge inside a skipped hour moves to the change; one inside a repeated hour makes two
        intervals.
        """
        first, last = wall_start // ONE_DAY - 2, wall_end // ONE_DAY + 2
        changes = self.changes(first, last)
        begin, offset = ONE_DAY * first, self.offset_on(first)
        found = []
        for until, next_offset in [*changes, (ONE_DAY * last, offset)]:
            start, end = max(wall_start - offset, begin), min(wall_end - offset, until)
            if start < end:
                found.append((start, end))
            begin, offset = until, next_offset
        return found


class Snapshot(NamedTuple):
    """Working time compiled from ``lo`` to ``hi``; ``day_index`` counts starts before each day.

    ``shift[j]`` is A of the formula above, with a first element for instants before any
    interval; ``cum`` has one element more than there are intervals.
    """

    lo: timedelta
    hi: timedelta
    starts: list[timedelta]
    ends: list[timedelta]
    cum: list[timedelta]
    shift: list[timedelta]
    inverse: list[timedelta]
    day_index: list[int]
    first_day: int


def join(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals in order, those that overlap or touch made one."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what of the intervals is not in any of those taken, in order."""
    left = join(intervals)
    for from_, until in taken:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, from_)), (max(start, until), end))
            if piece[0] < piece[1]
        ]
    return left


def _snapshot(lo: timedelta, hi: timedelta, intervals: list[Interval], base: timedelta) -> Snapshot:
    """Return the tables for ``[lo, hi)`` where working time up to ``lo`` is ``base``."""
    starts = [start for start, _ in intervals]
    ends = [end for _, end in intervals]
    cum = list(accumulate((end - start for start, end in intervals), initial=base))
    shift = [lo - base, *(start - before for start, before in zip(starts, cum, strict=False))]
    first_day, last_day = lo // ONE_DAY, -(-hi // ONE_DAY)
    day_index = [bisect_right(starts, ONE_DAY * day) for day in range(first_day, last_day + 1)]
    return Snapshot(lo, hi, starts, ends, cum, shift, shift[1:], day_index, first_day)


class Timeline:
    """Working time over one run of known dates, compiled as far as it has been asked for.

    ``shifts_between`` gives the shifts of each date from one to another, both known. ``reach``
    bounds every shift of every date: the earliest start and the latest end after its midnight.
    Outside ``lo`` to ``hi`` working time is not known, as a shift of an unknown date might reach
    there.
    """

    __slots__ = (
        *("_first", "_known", "_last", "_reach"),
        *("_shifts_between", "_snapshot", "_surely", "zone"),
    )

    def __init__(
        self,
        zone: Zone,
        first: date,
        last: date,
        shifts_between: Callable[[date, date], list[Shifts]],
        reach: tuple[timedelta, timedelta],
    ) -> None:
        self.zone = zone
        self._first = first.toordinal() - _BASE_ORDINAL
        self._last = last.toordinal() - _BASE_ORDINAL
        self._shifts_between = shifts_between
        self._reach = reach
        spill = max(reach[1] - ONE_DAY, ZERO)
        midnight, after = ONE_DAY * self._first, ONE_DAY * (self._last + 1)
        # the last instant that reads earlier, and the first that reads as late
        self._surely = (
            zone.instants_of(midnight - ONE_DAY, midnight + spill)[-1][1],
            zone.instants_of(after, after + ONE_DAY)[0][0],
        )
        self._known: Interval | None = None
        self._snapshot: Snapshot | None = None

    @property
    def lo(self) -> timedelta:
        """The first instant that no shift of an unknown date can change."""
        return self._known_span()[0]

    @property
    def hi(self) -> timedelta:
        """The end of what no shift of an unknown date can change."""
        return self._known_span()[1]

    def _known_span(self) -> Interval:
        """Return the known span.

        It starts where shifts of the date before the first could no longer reach, or with a
        shift of the first date that covers that instant; it ends at the midnight after the last
        date, or with a shift that runs past it.
        """
        if self._known is None:
            lo, hi = self._surely
            midnight = ONE_DAY * self._first
            floor = self.zone.instants_of(midnight - ONE_DAY, midnight)[-1][1]
            for start, end in join(self.day_intervals(self._first)):
                if start <= lo <= end:
                    lo = max(start, floor)
            near_end = [*self.day_intervals(self._last - 1), *self.day_intervals(self._last)]
            for start, end in join(near_end):
                if start <= hi < end:
                    hi = end
            self._known = lo, max(lo, hi)
        return self._known

    def surely_from(self) -> timedelta:
        """Return the instant from which it is known whatever the shifts of its first date."""
        return self._surely[0]

    def knows(self, moment: timedelta) -> bool:
        """Whether working time up to ``moment`` is known, the end of the span included."""
        return self._surely[0] <= moment <= self._surely[1] or self.lo <= moment <= self.hi

    def _goes_on_after(self, moment: timedelta) -> bool:
        return moment < self._surely[1] or moment < self.hi

    def _goes_on_before(self, moment: timedelta) -> bool:
        return moment > self._surely[0] or moment > self.lo

    def day_intervals(self, day: int) -> list[Interval]:
        """Return the intervals of the shifts that start on day number ``day``, as instants."""
        if not self._first <= day <= self._last:
            return []
        return self._intervals_of(day, day)

    def _intervals_of(self, first: int, last: int) -> list[Interval]:
        """Return the intervals of the shifts that start on the days from ``first`` to ``last``."""
        changed = [
            moment // ONE_DAY for moment, _ in self.zone.changes(first - _MARGIN, last + _MARGIN)
        ]
        dates = (date.fromordinal(_BASE_ORDINAL + day) for day in (first, last))
        found: list[Interval] = []
        for day, shifts in enumerate(self._shifts_between(*dates), first):
            if not shifts:
                continue
            midnight = ONE_DAY * day
            if changed and any(abs(day - near) <= _MARGIN for near in changed):
                for start, end in shifts:
                    found += self.zone.instants_of(midnight + start, midnight + end)
            else:
                midnight -= self.zone.offset_on(day)
                found += [(midnight + start, midnight + end) for start, end in shifts]
        return found

    def _compile(self, lo: timedelta, hi: timedelta) -> list[Interval]:
        """Return the working time within ``[lo, hi)``, from just the dates that can reach it."""
        earliest_wall = lo + min(map(self.zone.offset_at, (lo, lo + ONE_DAY)))
        latest_wall = hi + max(map(self.zone.offset_at, (hi, hi - ONE_DAY)))
        first = max(self._first, (earliest_wall - self._reach[1]) // ONE_DAY)
        last = min(self._last, (latest_wall - self._reach[0]) // ONE_DAY)
        if first > last:
            return []
        return join(
            [
                (max(start, lo), min(end, hi))
                for start, end in self._intervals_of(first, last)
                if start < hi and end > lo
            ]
        )

    def at(self, moment: timedelta) -> Snapshot:
        """Return a snapshot that holds ``moment``, which must be within ``lo`` to ``hi``."""
        snapshot = self._snapshot
        if snapshot is None:
            lo, hi = self._year_around(moment)
            snapshot = _snapshot(lo, hi, self._compile(lo, hi), ZERO)
        while moment >= snapshot.hi and self._goes_on_after(snapshot.hi):
            lo, hi = self._year_around(snapshot.hi)
            snapshot = _extended(snapshot, snapshot.lo, hi, self._compile(lo, hi))
        while moment < snapshot.lo:
            lo, hi = self._year_around(snapshot.lo - ONE_SECOND)
            snapshot = _extended(snapshot, lo, snapshot.hi, self._compile(lo, hi))
        self._snapshot = snapshot
        return snapshot

    def _year_around(self, moment: timedelta) -> Interval:
        year = (BASE + moment).year
        start = datetime(year, 1, 1) - BASE  # noqa: DTZ001
        end = datetime(year + 1, 1, 1) - BASE  # noqa: DTZ001
        return (
            start if start > self._surely[0] else max(start, self.lo),
            end if end < self._surely[1] else min(end, self.hi),
        )

    # -- the arithmetic ----------------------------------------------------------------------

    def worked(self, moment: timedelta) -> timedelta:
        """Return C(moment): working time up to an instant, from a fixed but arbitrary zero."""
        snapshot = self._snapshot
        if snapshot is None or not snapshot.lo <= moment < snapshot.hi:
            snapshot = self.at(moment)
        index = snapshot.day_index[moment // ONE_DAY - snapshot.first_day]
        starts = snapshot.starts
        count = len(starts)
        while index < count and starts[index] <= moment:
            index += 1
        sofar, total = moment - snapshot.shift[index], snapshot.cum[index]
        return min(total, sofar)

    def earliest(self, worked: timedelta) -> timedelta | None:
        """Return the first instant with C == worked, or None where it lies past ``hi``.

        ``worked`` must be more than C at some instant already asked for.
        """
        snapshot = self._grown_to(worked)
        if worked > snapshot.cum[-1]:
            return None
        return worked + snapshot.inverse[bisect_left(snapshot.cum, worked) - 1]

    def latest(self, worked: timedelta) -> timedelta | None:
        """Return the last instant with C == worked, or None where it lies past ``hi``."""
        snapshot = self._grown_to(worked, beyond=True)
        index = bisect_right(snapshot.cum, worked) - 1
        if index >= len(snapshot.inverse):
            return None
        return worked + snapshot.inverse[index]

    def latest_before(self, worked: timedelta) -> timedelta | None:
        """Return ``latest(worked)`` for an amount worked earlier, None where before ``lo``."""
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - C was asked for before
        while worked < snapshot.cum[0] and self._goes_on_before(snapshot.lo):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        if worked < snapshot.cum[0]:
            return None
        index = bisect_right(snapshot.cum, worked) - 1
        return worked + snapshot.inverse[index]

    def _grown_to(self, worked: timedelta, *, beyond: bool = False) -> Snapshot:
        snapshot = self._snapshot
        assert snapshot is not None  # noqa: S101 - C was asked for before
        while (
            worked >= snapshot.cum[-1] if beyond else worked > snapshot.cum[-1]
        ) and self._goes_on_after(snapshot.hi):
            snapshot = self.at(snapshot.hi)
        return snapshot

    def between(self, lo: timedelta, hi: timedelta) -> list[Interval]:
        """Return the working intervals clipped to ``[lo, hi)``."""
        self.at(lo)
        snapshot = self.at(hi)
        index = bisect_right(snapshot.ends, lo)
        found = []
        while index < len(snapshot.starts) and snapshot.starts[index] < hi:
            found.append((max(snapshot.starts[index], lo), min(snapshot.ends[index], hi)))
            index += 1
        return found

    def opening_from(self, moment: timedelta) -> timedelta | None:
        """Return the first working instant at or after ``moment``, None where past ``hi``."""
        return self.latest(self.worked(moment))

    def closing_until(self, moment: timedelta) -> timedelta | None:
        """Return the last end of working time at or before ``moment``, None where before ``lo``."""
        snapshot = self.at(moment)
        while (index := bisect_right(snapshot.ends, moment)) == 0 and self._goes_on_before(
            snapshot.lo
        ):
            snapshot = self.at(snapshot.lo - ONE_SECOND)
        return snapshot.ends[index - 1] if index else None


def _extended(snapshot: Snapshot, lo: timedelta, hi: timedelta, added: list[Interval]) -> Snapshot:
    """Return the snapshot grown to ``[lo, hi)`` by the intervals of the new part."""
    old = list(zip(snapshot.starts, snapshot.ends, strict=True))
    base = snapshot.cum[0] - sum((end - start for start, end in added if start < snapshot.lo), ZERO)
    return _snapshot(lo, hi, join([*old, *added]), base)

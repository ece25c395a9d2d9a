"""The fast path of the verbs: intervals indexed by day number, on the clock of one time zone.

The index replaces a binary search, and times on the clock of the caller's zone need no conversion.
Median ratio of a call to the same call without the fast path, for 2,000 instants of a year in the
schedule's own zone (CPython 3.11): ``deadline`` 0.04 (0.33 us), ``elapsed`` 0.06 (0.54 us),
``breaches_after`` 0.05 (0.40 us), ``is_working`` 0.03 (0.21 us). Indexing a year takes 0.5 ms, as
long as compiling the year, so intervals are indexed only when they are used a second time.

All times here are clock times: a clock time is the ``timedelta`` since 1970-01-01T00:00 on the
clock of UTC or of a time zone. A day or an interval is *quiet* if the zone's offset changes neither
within it nor within a day of it. On quiet days clock arithmetic is exact, since no time is skipped
or repeated. A day that is not quiet is missing from ``index``. An interval that is not quiet has
None as its end, which cannot be compared. In both cases one of the errors in ``UNAVAILABLE`` is
raised, and the caller then answers from the timeline.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from workhours_sla.worktime.intervals import Intervals
from workhours_sla.worktime.pauses import Pauses, moments_of, paused_before_answer
from workhours_sla.worktime.times import BASE, ONE_DAY, ZERO, zone_offsets

MAX_WALK = timedelta(hours=80)
"""Maximum budget for stepping through intervals; above it, a binary search is faster."""

UNAVAILABLE = (KeyError, TypeError, OverflowError)
"""The exceptions that a fast path raises if it cannot answer."""

Arrays = tuple[dict[int, int], list[timedelta], list[timedelta], list[timedelta], list[timedelta]]


class Clock:
    """The intervals of working time as the clocks of one zone show them, found by day number.

    ``arrays`` is (index, starts, ends, closed, gaps); for a time x, let j be the number of
    intervals that start at or before x. ``index[day]`` is j at the midnight of the day;
    ``starts[j]`` and ``ends[j]`` are the first interval after x; ``closed[j]`` is the end of the
    last one that starts at or before x, and ``gaps[j]`` the time from there to ``starts[j]``.
    """

    __slots__ = ("_cum", "_shift", "arrays")

    def __init__(self, arrays: Arrays, shift: list[timedelta], cum: list[timedelta]) -> None:
        self.arrays: Arrays = arrays
        self._shift = shift
        self._cum = cum

    def worked(self, moment: timedelta) -> timedelta:
        """Return the working time before a clock time."""
        index, starts, _, _, _ = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        worked = moment - self._shift[j]
        total = self._cum[j]
        # min() would cost twice as much
        return total if worked > total else worked  # noqa: FURB136

    def is_working(self, moment: timedelta) -> bool:
        index, starts, _, closed, _ = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        return moment < closed[j]

    def due(self, moment: timedelta, budget: timedelta) -> timedelta:
        """Return the due time of a budget greater than 0, as clock time."""
        if not ZERO < budget <= MAX_WALK:
            raise KeyError
        index, starts, ends, closed, gaps = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        end = closed[j]
        if moment < end:
            due = moment + budget
            if due > end:
                due += gaps[j]
        else:
            due = starts[j] + budget
        while due > ends[j]:
            j += 1
            due += gaps[j]
        return due

    def limit(self, moment: timedelta, budget: timedelta) -> timedelta:
        if not ZERO <= budget <= MAX_WALK:
            raise KeyError
        index, starts, ends, closed, gaps = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        end = closed[j]
        if moment < end:
            limit = moment + budget
            if limit >= end:
                limit += gaps[j]
        else:
            limit = starts[j] + budget
        while limit >= ends[j]:
            j += 1
            limit += gaps[j]
        return limit


_EMPTY = Clock(({}, [], [], [], []), [], [])


class FastPath:
    """A ``Clock`` for UTC and one for the zone ``tz``, for the years that were asked last."""

    __slots__ = ("_indexed", "_offered", "base", "utc", "wall")

    def __init__(self, tz: tzinfo) -> None:
        self.base: datetime = BASE.replace(tzinfo=tz)
        self.utc: Clock = _EMPTY
        self.wall: Clock = _EMPTY
        self._indexed: Intervals | None = None
        self._offered: Intervals | None = None

    def due_and_limit(
        self, moment: timedelta, budget: timedelta, pauses: Pauses
    ) -> tuple[timedelta, timedelta]:
        """Return the due time and the limit of a budget greater than 0, as instants."""
        clock, later = self.utc, budget
        if pauses:
            spans, start = moments_of(pauses), budget
            budget += paused_before_answer(clock.worked, moment, start, spans, limit=False) or ZERO
            later += paused_before_answer(clock.worked, moment, start, spans, limit=True) or ZERO
        return clock.due(moment, budget), clock.limit(moment, later)

    def offer(self, intervals: Intervals | None) -> None:
        """Index intervals if they are offered twice in a row."""
        if intervals is None or intervals is self._indexed:
            return
        if intervals is not self._offered:
            self._offered = intervals
            return
        quiet = [(intervals.lo, intervals.hi, ZERO)]
        self.utc = _clock(intervals, intervals.starts, intervals.ends, quiet)
        tz = self.base.tzinfo
        assert tz is not None  # noqa: S101 - the constructor has set it
        self.wall = _wall_clock(intervals, tz)
        self._indexed = intervals


def _wall_clock(intervals: Intervals, tz: tzinfo) -> Clock:
    zone, lo, hi = zone_offsets(tz), intervals.lo, intervals.hi
    changes = zone.changes(lo // ONE_DAY - 2, hi // ONE_DAY + 3)
    moments = [moment for moment, _ in changes]
    offsets = [zone.offset_on(lo // ONE_DAY - 2), *(offset for _, offset in changes)]
    edges = [lo, *moments, hi]
    # spans at least a day from any offset change, also from changes just outside of the intervals
    quiet = [
        (
            since if since == lo else max(lo, since + ONE_DAY),
            until if until == hi else min(hi, until - ONE_DAY),
            offset,
        )
        for (since, until), offset in zip(pairwise(edges), offsets, strict=True)
    ]
    starts: list[timedelta] = []
    ends: list[Any] = []
    for start, end in zip(intervals.starts, intervals.ends, strict=True):
        since, until, offset = quiet[bisect_right(moments, start)]
        starts.append(start + offset)
        ends.append(end + offset if since <= start and end <= until else None)
    return _clock(intervals, starts, ends, quiet)


def _clock(
    intervals: Intervals,
    starts: list[timedelta],
    ends: list[Any],
    quiet: list[tuple[timedelta, timedelta, timedelta]],
) -> Clock:
    """Return a clock for intervals with the given clock times."""
    cum = intervals.cum
    index: dict[int, int] = {}
    j = 0
    following = [*intervals.starts, timedelta.max]
    for since, until, offset in quiet:
        day = -(-(since + offset) // ONE_DAY)
        midnight = ONE_DAY * day - offset
        while midnight + ONE_DAY <= until:
            while following[j] <= midnight:
                j += 1
            index[day] = j
            day += 1
            midnight += ONE_DAY
    once: dict[timedelta, timedelta] = {}  # equal gaps share one object: few differ
    gaps = [
        None if end is None else once.setdefault(start - end, start - end)
        for start, end in zip(starts[1:], ends, strict=False)
    ]
    shift: list[Any] = intervals.shift[1:]
    if starts is not intervals.starts:
        shift = [
            None if end is None else start - before
            for start, end, before in zip(starts, ends, cum, strict=False)
        ]
    early = intervals.lo - ONE_DAY * 3  # earlier than any clock time
    arrays: Any = (
        index,
        [*starts, timedelta.max],
        [*ends, None],
        [early, *ends],
        [None, *gaps, None],
    )
    return Clock(arrays, [early - cum[0], *shift], cum)

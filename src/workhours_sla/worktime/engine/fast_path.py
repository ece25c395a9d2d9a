"""A snapshot indexed by day number, for one clock: the verbs without conversions and searches.

Measured: a verb takes about 1/20 of its plain time (``fast_verbs`` has the figures). To index one
year takes 0.5 ms, as long as to compile it, so a snapshot is indexed when it is used again.

All times here are readings of one clock, as ``timedelta`` since 1970-01-01T00:00. The clock is
UTC, or a zone's wall clock where it is *quiet*: a day or an interval is quiet if the zone's
offset does not change within a day of it. On quiet days wall-clock arithmetic is exact, and no
reading is skipped or repeated. Days that are not quiet are missing from ``index``, and edges of
intervals that are not quiet are None, which compares with nothing. Both raise one of
``UNAVAILABLE``; the caller then uses the plain verb.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from itertools import pairwise
from typing import Any

from workhours_sla.worktime.engine.timeline import Snapshot
from workhours_sla.worktime.zone import ONE_DAY, ZERO, Zone

MAX_WALK = timedelta(hours=80)
"""Above this much working time a binary search is cheaper than stepping through intervals."""

UNAVAILABLE = (KeyError, TypeError, OverflowError)
"""Exceptions that mean the fast path is unavailable."""


Arrays = tuple[dict[int, int], list[timedelta], list[timedelta], list[timedelta], list[timedelta]]


class FastPath:
    """The intervals on one clock. Below, j is the number of starts at or before a time.

    Immutable. ``arrays`` is a plain tuple, since that unpacks fastest: ``index``, where
    ``index[day]`` is j at the midnight that begins a day; ``starts``, where ``starts[j]`` is the
    next start; ``ends[j]``, its end; ``closed[j]``, the end before it; ``gaps[j]``, the time
    between the two. The working time up to x is ``min(x - shift[j], cum[j])``.
    """

    __slots__ = ("_shift", "arrays", "cum")

    def __init__(self, arrays: Arrays, shift: list[timedelta], cum: list[timedelta]) -> None:
        self.arrays: Arrays = arrays
        self._shift = shift
        self.cum: list[timedelta] = cum

    def worked(self, moment: timedelta) -> timedelta:
        """Return the working time up to a time."""
        index, starts, _, _, _ = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        worked = moment - self._shift[j]
        total = self.cum[j]
        # min() would cost twice as much
        return total if worked > total else worked  # noqa: FURB136

    def is_working(self, moment: timedelta) -> bool:
        """Return whether a time is working time."""
        index, starts, _, closed, _ = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        return moment < closed[j]

    def due(self, moment: timedelta, budget: timedelta) -> timedelta:
        """Return the first time at which a budget of more than 0 is used up."""
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

    def due_and_limit(self, moment: timedelta, budget: timedelta) -> tuple[timedelta, timedelta]:
        """Return the first and the last time at which exactly a budget of more than 0 is used."""
        if not ZERO < budget <= MAX_WALK:
            raise KeyError
        index, starts, ends, closed, gaps = self.arrays
        j = index[moment.days]
        while starts[j] <= moment:
            j += 1
        end = closed[j]
        if moment < end:
            due = moment + budget
            if due < end:
                return due, due
            if due == end:
                return due, due + gaps[j]
            due += gaps[j]
        else:
            due = starts[j] + budget
        while due > ends[j]:
            j += 1
            due += gaps[j]
        return due, due if due < ends[j] else due + gaps[j + 1]

    def limit(self, moment: timedelta, budget: timedelta) -> timedelta:
        """Return the last time at which no more than a budget is used."""
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


EMPTY: FastPath = FastPath(({}, [], [], [], []), [], [])


def utc_path(snapshot: Snapshot) -> FastPath:
    """Return the fast path of a snapshot for instants in UTC."""
    return _path(snapshot, snapshot.starts, snapshot.ends, [(snapshot.lo, snapshot.hi, ZERO)])


def wall_path(snapshot: Snapshot, zone: Zone) -> FastPath:
    """Return a snapshot on a zone's wall clock."""
    lo, hi = snapshot.lo, snapshot.hi
    changes = zone.changes(lo // ONE_DAY - 2, hi // ONE_DAY + 3)
    moments = [moment for moment, _ in changes]
    offsets = [zone.offset_on(lo // ONE_DAY - 2), *(offset for _, offset in changes)]
    edges = [lo, *moments, hi]
    # the stretches at least a day from any change, including changes just outside of the span
    quiet = [
        (
            since if since == lo else max(lo, since + ONE_DAY),
            until if until == hi else min(hi, until - ONE_DAY),
            offset,
        )
        for (since, until), offset in zip(pairwise(edges), offsets, strict=True)
    ]
    if not changes:
        return _path(
            snapshot,
            [start + offsets[0] for start in snapshot.starts],
            [end + offsets[0] for end in snapshot.ends],
            quiet,
        )
    starts: list[timedelta] = []
    ends: list[Any] = []
    for start, end in zip(snapshot.starts, snapshot.ends, strict=True):
        part = bisect_right(moments, start)
        since, until, offset = quiet[part]
        starts.append(start + offset)
        ends.append(end + offset if since <= start and end <= until else None)
    return _path(snapshot, starts, ends, quiet)


def _path(
    snapshot: Snapshot,
    starts: list[timedelta],
    ends: list[Any],
    quiet: list[tuple[timedelta, timedelta, timedelta]],
) -> FastPath:
    """Return a fast path from readings of its clock; quiet spans are (since, until, offset)."""
    cum = snapshot.cum
    index: dict[int, int] = {}
    j = 0
    following = [*snapshot.starts, timedelta.max]
    for since, until, offset in quiet:
        day = -(-(since + offset) // ONE_DAY)
        midnight = ONE_DAY * day - offset
        while midnight + ONE_DAY <= until:
            while following[j] <= midnight:
                j += 1
            index[day] = j
            day += 1
            midnight += ONE_DAY
    once: dict[timedelta, timedelta] = {}  # few gaps differ, so equal ones share an object
    gaps = [
        None if end is None else once.setdefault(start - end, start - end)
        for start, end in zip(starts[1:], ends, strict=False)
    ]
    shift: list[Any] = snapshot.inverse
    if starts is not snapshot.starts:
        shift = [
            None if end is None else start - before
            for start, end, before in zip(starts, ends, cum, strict=False)
        ]
    early = snapshot.lo - ONE_DAY * 3  # before any time on the fast path, whatever the offset
    arrays: Any = (
        index,
        [*starts, timedelta.max],
        [*ends, None],
        [early, *ends],
        [None, *gaps, None],
    )
    return FastPath(arrays, [early - cum[0], *shift], cum)

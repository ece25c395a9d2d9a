"""Sets of instants as lists of disjoint half-open intervals: union, difference, intersection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TypeVar

from workhours_sla.worktime.zone import Interval

Edge = TypeVar("Edge", timedelta, datetime)


def join(intervals: Iterable[tuple[Edge, Edge]]) -> list[tuple[Edge, Edge]]:
    """Return intervals in order, those that overlap or touch made one."""
    joined: list[tuple[Edge, Edge]] = []
    until: Edge | None = None
    for interval in sorted(intervals, key=itemgetter(0)):
        start, end = interval
        if until is None or start > until:
            joined.append(interval)
            until = end
        elif end > until:
            joined[-1] = joined[-1][0], end
            until = end
    return joined


def clip(intervals: list[Interval], lo: timedelta, hi: timedelta) -> list[Interval]:
    """Return what of intervals, disjoint and in order, is within ``[lo, hi)``."""
    first, last = 0, len(intervals)
    while first < last and intervals[first][1] <= lo:
        first += 1
    while first < last and intervals[last - 1][0] >= hi:
        last -= 1
    within = intervals[first:last]
    if within:
        within[0] = max(within[0][0], lo), within[0][1]
        within[-1] = within[-1][0], min(within[-1][1], hi)
    return within


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


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """Return what is in both, in order."""
    first, second = join(left), join(right)
    found = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            found.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return found

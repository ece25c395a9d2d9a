"""Union, difference and intersection of sets of instants.

A set is a list of disjoint half-open spans (start, end), sorted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TypeVar

from workhours_sla.worktime.zone_offsets import TimeSpan

Edge = TypeVar("Edge", timedelta, datetime)


def join(spans: Iterable[tuple[Edge, Edge]]) -> list[tuple[Edge, Edge]]:
    """Return the spans sorted, with spans that overlap or touch merged into one."""
    joined: list[tuple[Edge, Edge]] = []
    until: Edge | None = None
    for span in sorted(spans, key=itemgetter(0)):
        start, end = span
        if until is None or start > until:
            joined.append(span)
            until = end
        elif end > until:
            joined[-1] = joined[-1][0], end
            until = end
    return joined


def clip(spans: list[TimeSpan], lo: timedelta, hi: timedelta) -> list[TimeSpan]:
    """Return the instants of ``spans`` that are within ``[lo, hi)``."""
    first = bisect_right(spans, lo, key=itemgetter(1))
    within = spans[first : bisect_left(spans, hi, key=itemgetter(0))]
    if within:
        within[0] = max(within[0][0], lo), within[0][1]
        within[-1] = within[-1][0], min(within[-1][1], hi)
    return within


def subtract(spans: Iterable[TimeSpan], removed: Iterable[TimeSpan]) -> list[TimeSpan]:
    """Return the instants that are in ``spans`` but not in ``removed``."""
    left = join(spans)
    for since, until in removed:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, since)), (max(start, until), end))
            if piece[0] < piece[1]
        ]
    return left


def intersect(left: Iterable[TimeSpan], right: Iterable[TimeSpan]) -> list[TimeSpan]:
    """Return the instants that are in both sets."""
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

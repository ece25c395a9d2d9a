"""Sorted disjoint intervals of instants: set operations, and the working time up to an instant.

A set of instants is a list of disjoint half-open spans (start, end), sorted.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate
from operator import itemgetter, sub
from typing import NamedTuple, TypeVar

from workhours_sla.worktime.times import ZERO, TimeSpan

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


def subtract(
    spans: Iterable[tuple[Edge, Edge]], removed: Iterable[tuple[Edge, Edge]]
) -> list[tuple[Edge, Edge]]:
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


class Intervals(NamedTuple):
    """The intervals of working time from the instant ``lo`` to the instant ``hi``.

    ``cum[i]`` is the working time before interval i, and its last element that before ``hi``. The
    working time before an instant x with j starts s <= x is

        C(x) = min(x - shift[j], cum[j])  with shift[j] = s[j-1] - cum[j-1]

    ``elapsed(a, b)`` is C(b) - C(a); a deadline is the inverse of C.
    """

    lo: timedelta
    hi: timedelta
    starts: list[timedelta]
    ends: list[timedelta]
    cum: list[timedelta]
    shift: list[timedelta]

    @classmethod
    def of(
        cls, lo: timedelta, hi: timedelta, spans: list[TimeSpan], base: timedelta = ZERO
    ) -> Intervals:
        """Return the intervals ``spans`` of ``[lo, hi)``; ``base`` is C at ``lo``."""
        starts = [start for start, _ in spans]
        ends = [end for _, end in spans]
        cum = list(accumulate(map(sub, ends, starts), initial=base))
        return cls(lo, hi, starts, ends, cum, [lo - base, *map(sub, starts, cum)])

    def extended(self, lo: timedelta, hi: timedelta, added: list[TimeSpan]) -> Intervals:
        """Return the intervals of ``[lo, hi)``; ``added`` are those before or after these."""
        base, earlier = self.cum[0], lo < self.lo
        if earlier:
            base -= sum((end - start for start, end in added), ZERO)
        new = Intervals.of(lo, hi, added, base if earlier else self.cum[-1])
        left, right = (new, self) if earlier else (self, new)
        starts, ends, cum = right.starts, right.ends, right.cum
        left_ends, shift = left.ends, right.shift[1:]
        if left_ends and starts and left_ends[-1] == starts[0]:  # one interval across the boundary
            left_ends = [*left_ends[:-1], ends[0]]
            starts, ends, cum, shift = starts[1:], ends[1:], cum[1:], shift[1:]
        return Intervals(
            lo,
            hi,
            starts=left.starts + starts,
            ends=left_ends + ends,
            cum=left.cum[:-1] + cum,
            shift=[lo - base, *left.shift[1:], *shift],
        )

    def between(self, lo: timedelta, hi: timedelta) -> list[TimeSpan]:
        """Return the intervals clipped to the instants ``[lo, hi)``."""
        first, last = bisect_right(self.ends, lo), bisect_left(self.starts, hi)
        edges = zip(self.starts[first:last], self.ends[first:last], strict=True)
        return [(max(start, lo), min(end, hi)) for start, end in edges]

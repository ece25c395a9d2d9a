"""Choose the look-up tables of columns: the only place where this is decided.

For the working time C up to an instant, from the fastest on:

- cells (``cells``): one look-up;
- buckets with at most one start (``DirectForward``): three look-ups;
- buckets with several starts (``SteppedForward``): two look-ups and a few more per step;
- a binary search in the starts (``SearchedForward``), which needs no time to build.

For a due time, a limit or a latest start, C is followed by the inverse of C. If many rows have the
same budget, a table of the answers (``one_budget``) replaces both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workhours_sla.worktime.columns.cells import CellForward, cells_fit
from workhours_sla.worktime.columns.lookups import (
    MAX,
    Buckets,
    DirectForward,
    DirectInverse,
    Forward,
    Ints,
    Inverse,
    Joined,
    SearchedForward,
    SearchedInverse,
    ShortInverse,
    SteppedForward,
    SteppedInverse,
    Stretch,
    common_divisor,
)

# Nanoseconds per row with a million random rows, on an AMD EPYC with 1 MB of L2 and 32 MB of L3
# cache; two bare look-ups and a subtraction, the lower bound for elapsed, take 2.7:
#
#                                              without cells   with cells   with one_budget
#   elapsed over 2 years, 17,520 cells                   8.5          4.4
#   elapsed over 20 years, 175,000 cells                11.1          5.1
#   elapsed, 12 schedules, 210,000 cells                13.1          7.6
#   deadline over 2 years                                6.7          4.3               2.6
#   deadline over 20 years                               8.1          4.8               2.7
#   deadline, 12 schedules                              10.0          6.7               4.7
#
# A cell takes 8 bytes, so tables of more than 2**19 cells (4 MB) are never built: they would be
# slower than the other tables where the cache is smaller. Schedules with odd opening hours, such as
# 09:00:07, exceed this limit. ``cells_fit`` excludes instants before 1970.
_CELLS = 2**19
_DIRECT_BUCKETS = 2**14
_MOST_BUCKETS = 2**21
_MOST_CELLS = 2**21
_MOST_STEPS = 8
# The inverse has a cell for each piece of working time. Cells of 4 bytes take 7 % longer per row in
# tables of up to 2**19 cells, and up to 15 % less in larger ones, which fit into no near cache.
# Building the table of one budget takes 15 ns per cell; a row then takes 2 ns less. The rows of all
# calls count, since the table is kept.
_ROWS_PER_CELL = 8


def rows_for_one_budget(cells: int) -> int | None:
    """Return the rows from which a table of the answers of one budget is worth building.

    Returns None if it never is.
    """
    return _ROWS_PER_CELL * cells if 0 < cells <= _CELLS else None


def forward(joined: Joined, slot_of: Ints, g: int, *, few_rows: bool) -> Forward:
    """Return the fastest table of the working time C up to an instant.

    For few rows, return the table that takes no time to build. ``g`` divides every edge.
    """
    stretches = joined.stretches
    known = [stretch for stretch in stretches if stretch.lo <= stretch.hi]
    if few_rows or not known:
        return SearchedForward(stretches, slot_of)
    lo, hi = min(stretch.lo for stretch in known), max(stretch.hi for stretch in known)
    if len(stretches) * (hi - lo) <= _CELLS * g and cells_fit(stretches, g):
        return CellForward(stretches, slot_of, g)
    shortest = min(int(np.diff(one.cum).min(initial=hi - lo + 1)) for one in stretches)
    bits = max(0, shortest.bit_length() - 1)
    while len(stretches) * ((hi >> bits) - (lo >> bits) + 1) > _MOST_BUCKETS:
        bits += 1
    buckets = Buckets(bits, lo >> bits, (hi >> bits) - (lo >> bits) + 1)
    if 1 << bits <= shortest and len(stretches) * buckets.size <= _DIRECT_BUCKETS:
        return DirectForward(stretches, buckets, slot_of)
    steps = max(buckets.most_in_one(stretch.starts) for stretch in stretches)
    if steps > _MOST_STEPS:
        return SearchedForward(stretches, slot_of)
    while buckets.size > 1:  # fewer buckets are better, if they need no more steps
        coarser = Buckets(bits + 1, lo >> (bits + 1), (hi >> (bits + 1)) - (lo >> (bits + 1)) + 1)
        if max(coarser.most_in_one(stretch.starts) for stretch in stretches) > steps:
            break
        bits, buckets = bits + 1, coarser
    return SteppedForward(joined, buckets, steps, slot_of)


def inverse(stretches: Sequence[Stretch], g: int, cells: int, *, few_rows: bool) -> Inverse:
    """Return the fastest table that maps amounts of working time to instants.

    For few rows, return the table that takes no time to build. ``g`` divides the length of every
    interval. ``cells`` is the total length divided by ``g``.
    """
    cums = [stretch.cum for stretch in stretches]
    # A of each interval, and 0 for the cell between the totals of two schedules
    shifts = [np.append(stretch.a[1:], 0) for stretch in stretches]
    if few_rows:
        return SearchedInverse(cums, shifts)
    if cells <= _MOST_CELLS:
        unit = common_divisor(g, *shifts)
        farthest = max(int(np.abs(shift).max()) for shift in shifts)
        if cells > _CELLS and farthest < 2**31 * unit:
            return ShortInverse(cums, shifts, g, unit)
        return DirectInverse(cums, shifts, g)
    bounds = np.concatenate([*cums, [MAX]])
    lengths = np.diff(bounds)[:-1]
    bits = max(0, int(lengths[lengths > 0].min()).bit_length() - 1)
    last = max(int(cum[-1]) for cum in cums)
    while (last >> bits) + 1 > _MOST_BUCKETS:
        bits += 1
    buckets = Buckets(bits, 0, (last >> bits) + 2)
    steps = buckets.most_in_one(bounds[:-1])
    if steps > _MOST_STEPS:
        return SearchedInverse(cums, shifts)
    return SteppedInverse(bounds, shifts, buckets, steps)

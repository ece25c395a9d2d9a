"""Tables with one cell for each piece of time between possible edges: one look-up per instant.

All openings, closings and ends of known dates are multiples of g. Time since 1970 is divided into
cells of length g, so a cell is entirely working or entirely closed. A cell stores one number X for
a value v, which may be the working time C up to an instant t of the cell:

- if v is the same for all instants of the cell, X is v;
- if v grows with t, X is t - v, which is the same for all instants of the cell.

So v is X or t - X. The cell of a C that is at most t / 2 needs no flag: ``v = min(X, t - X)``. If
v is at least t / 2, as an answer is, ``v = max(X, t - X)``. See ``one_budget`` for the answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from mmap import mmap

import numpy as np

from workhours_sla.worktime.columns.arguments import NAT
from workhours_sla.worktime.columns.lookups import (
    Bools,
    Ints,
    Offsets,
    Scratch,
    Stretch,
    common_divisor,
)
from workhours_sla.worktime.columns.rows import Rows

_MOST_RESERVED = 2**22
"""The most cells from 1970 to the last known instant: 32 MB of addresses."""


def cell_length(stretches: Sequence[Stretch]) -> int:
    """Return g, the greatest common divisor of all edges and of all ends of known dates."""
    known = [edge for one in stretches for edge in (one.lo, one.hi)]
    edges = (edges for one in stretches for edges in (one.starts, one.ends))
    return common_divisor(math.gcd(*known), *edges)


def cells_fit(stretches: Sequence[Stretch], g: int) -> bool:
    """Return whether C is positive and at most t / 2 at each known instant t.

    This is False before 1970, and if working time counts from 0 too long before the first row.
    """
    # within an interval, C grows faster than t / 2, so its end decides
    return all(
        0 <= one.lo < one.hi
        and 0 < 2 * int(one.cum[0]) <= one.lo
        and bool((2 * one.cum[1:] <= one.ends).all())
        and one.hi // g < _MOST_RESERVED
        for one in stretches
    )


class CellForward:
    """The table of C in cells: a division and one array look-up per instant.

    Cells are counted from 1970, so that the cell of an instant needs no subtraction. The cells
    before the first known instant are addresses that are never written, so they need no memory.

    For a single schedule, they and the last cell contain 0. Their C is at most 0, which no known
    instant has.
    """

    def __init__(self, stretches: Sequence[Stretch], slot_of: Ints, g: int) -> None:
        self._g = np.uint64(g)
        lo, hi = min(one.lo for one in stretches) // g, max(one.hi for one in stretches) // g
        # the last cell of each schedule is for the last known instant
        parts = [_cells(stretch, g, lo, hi + 1) for stretch in stretches]
        size = hi + 1 - lo
        table = np.frombuffer(mmap(-1, (lo + len(parts) * size) * 8), np.int64)
        np.concatenate(parts, out=table[lo:])
        self.offsets = Offsets(slot_of, size)
        self._known = table
        if len(parts) == 1:
            self._known = table[:hi]
            table[hi] = 0
        self._table = table
        # the cells that are known in all schedules
        self._first = max(one.lo for one in stretches) // g
        self._after = min(one.hi for one in stretches) // g

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """Write to ``out`` the working time C up to each instant of ``t``; see ``Forward``."""
        self._place(t, space)
        self._write(self._known, t, offsets, out, space)

    def answer(self, rows: Rows, out: Ints, space: Scratch) -> bool:
        """Write to ``out`` the working time between the two instants of each row; see ``Quick``.

        Each schedule must have one range of known dates. Its last known instant counts as unknown.
        """
        assert rows.end is not None  # noqa: S101 - elapsed has ends
        columns = (rows.end, out), (rows.start, space.y)
        with_nat: list[Bools] = []
        if rows.codes is None:
            for t, found in columns:
                self._place(t, space)
                self._write(self._table, t, None, found, space)
                least = int(found.min())
                if least == NAT:
                    with_nat.append(np.equal(found, NAT))
                    # NaT is the least integer: subtracting 1 makes it the greatest
                    least = int(np.subtract(found, 1, out=space.x).min()) + 1
                if least <= 0:
                    return False
        else:
            offsets = self.offsets.take(rows.codes, out=space.offsets)
            for t, found in columns:
                self._place(t, space)
                if int(space.i.min()) < self._first or int(space.i.max()) >= self._after:
                    return False
                self._write(self._table, t, offsets, found, space)
        np.subtract(out, space.y, out=out)
        for flags in with_nat:
            np.copyto(out, NAT, where=flags)
        return True

    def _place(self, t: Ints, space: Scratch) -> None:
        """Write to ``space.i`` the number of the cell of each instant.

        The number is greater than that of every cell for an instant before 1970 and for NaT, or
        negative if cells have the length 1.
        """
        np.floor_divide(t.view(np.uint64), self._g, out=space.whole)

    @staticmethod
    def _write(table: Ints, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """Write C to ``out``; ``space.i`` is the result of ``_place``.

        If ``table`` has a single schedule, C is at most 0 if it is unknown, and NAT for NaT.
        """
        i = space.i
        if offsets is not None:
            np.add(i, offsets, out=i)
        table.take(i, out=out, mode="clip")
        np.subtract(t, out, out=i)
        np.minimum(out, i, out=out)


def _cells(stretch: Stretch, g: int, first: int, last: int) -> Ints:
    """Return X of the cells ``first`` to ``last - 1``; the schedule is closed at unknown times."""
    values = np.empty(2 * len(stretch.starts) + 1, np.int64)
    values[0::2] = stretch.cum
    values[1::2] = stretch.starts - stretch.cum[:-1]
    edges = np.empty(len(values) + 1, np.int64)
    edges[0], edges[-1] = first * g, last * g
    edges[1:-1:2] = stretch.starts
    edges[2:-1:2] = stretch.ends
    return np.repeat(values, np.diff(edges) // g)

"""Tables that find the working time of all rows at once, and the instants of amounts.

Let s be the starts of the intervals, ``cum[i]`` the working time before interval i, and j the
number of starts s <= t. With A[j] = s[j-1] - cum[j-1] the working time up to t is

    C(t) = min(t - A[j], cum[j])

``Searched`` looks j up. If all edges are multiples of some g that is not too small, a cell of
length g is entirely working or entirely closed, and ``Cells`` stores one number X for it: C is X if
the cell is closed, and t - X if it is worked. As C <= t / 2, it is ``min(X, t - X)``. An answer
for one fixed budget is at least t / 2, so it is ``max(X, t - X)`` of other cells (``OneBudget``).

The tables of several schedules lie one after another; a schedule's place is its slot. Each slot
counts its working time from a number of its own, so that a value of C identifies the slot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_Mode = Literal["clip", "wrap"]

MICROS = {"s": 1_000_000, "ms": 1_000, "us": 1}
"""The microseconds of the numpy units from seconds to microseconds, the coarsest first."""
MAX = 2**63 - 1
NAT = -MAX - 1
"""The integer that represents NaT in numpy: the least int64."""
ROOM = 2**62
"""Numbers whose absolute value is below this limit have sums and differences in int64."""

CELLS = 2**19
"""The most cells of a table: 4 MB, which fit into a near cache."""
RESERVED = 2**22
"""The most cells from 1970 to the last known instant: 32 MB of addresses, not of memory."""
BUCKETS = 2**21
INVERSE_CELLS = 2**21
STEPS = 8


def common_divisor(divisor: int, *columns: Ints) -> int:
    """Return the greatest common divisor of a number and of all elements of some arrays."""
    for column in columns:
        left = column
        while left.size:  # a few passes, where np.gcd.reduce divides several times per element
            divisor = math.gcd(divisor, int(left[0]))
            left = left[left % divisor != 0] if divisor else left[left != 0]
    return divisor


def coarsest_unit(divisor: int) -> str:
    """Return the coarsest numpy unit in which multiples of ``divisor`` microseconds are whole."""
    return next(unit for unit, size in MICROS.items() if divisor % size == 0)


class Scratch:
    """Work arrays for one chunk of rows, reused for the next chunk."""

    slots: Ints
    i: Ints
    x: Ints
    y: Ints
    z: Ints

    def __init__(self, numbers: Ints, flags: Bools) -> None:
        self._numbers = numbers
        self.slots, self.i, self.x, self.y, self.z = numbers
        self.whole: NDArray[np.uint64] = self.i.view(np.uint64)  # the same memory as i
        self.flags = flags

    @classmethod
    def of(cls, size: int) -> Scratch:
        """Return work arrays for ``size`` rows."""
        return cls(np.empty((5, size), np.int64), np.empty(size, np.bool_))

    def cut(self, size: int) -> Scratch:
        return self if size == len(self.i) else Scratch(self._numbers[:, :size], self.flags[:size])


class Curve(NamedTuple):
    """The compiled part of a schedule: sorted intervals, as instants."""

    starts: Ints
    ends: Ints
    cum: Ints  # the working time before each interval, then the total
    lo: Ints  # run r is known from lo[r] to hi[r] and has the intervals first[r]:first[r + 1]
    hi: Ints
    first: Ints

    @classmethod
    def of(cls, runs: Sequence[tuple[Ints, Ints, int, int]]) -> Curve:
        """Return the curve of runs, each with its starts, its ends, and its known instants."""
        empty = np.empty(0, np.int64)
        starts = np.concatenate([empty, *(run[0] for run in runs)])
        ends = np.concatenate([empty, *(run[1] for run in runs)])
        return cls(
            starts,
            ends,
            np.concatenate([[0], np.cumsum(ends - starts)]),
            np.array([run[2] for run in runs], np.int64),
            np.array([run[3] for run in runs], np.int64),
            np.cumsum([0, *(len(run[0]) for run in runs)], dtype=np.int64),
        )

    @property
    def edges(self) -> tuple[Ints, ...]:
        return self.starts, self.ends, self.lo, self.hi

    @property
    def since(self) -> int:
        """The first known instant. It is after ``until`` if nothing is known."""
        return int(self.lo[0]) if len(self.lo) else 0

    @property
    def until(self) -> int:
        return int(self.hi[-1]) if len(self.hi) else -1

    @property
    def a(self) -> Ints:
        """A[j]; A[0] is for instants before the first interval."""
        return np.concatenate([[self.since - self.cum[0]], self.starts - self.cum[:-1]])


class Finder:
    """Finds the number of sorted bounds up to a value: a look-up, then a few comparisons.

    It is a binary search if no table of buckets needs few comparisons.
    """

    def __init__(self, parts: Sequence[Ints], span: tuple[int, int]) -> None:
        self._parts = parts
        self._firsts = np.cumsum([0, *(len(part) + 1 for part in parts)])[:-1]
        self._next = np.concatenate([np.append(part, MAX) for part in parts])
        self._index: Ints | None = None
        (lo, hi), steps = span, STEPS + 1
        for bits in range((hi - lo).bit_length(), -1, -1):  # from the coarsest buckets on
            first, size = lo >> bits, (hi >> bits) - (lo >> bits) + 1
            if size * len(parts) > BUCKETS or steps == 1:
                break
            most = max(
                int(np.bincount((part >> bits) - first, minlength=1).max()) for part in parts
            )
            if most < steps:
                steps, self._bits, self._first, self._size = most, bits, first, size
        if steps > STEPS:
            return
        self._steps = steps
        before = (
            np.bincount(((part - 1) >> self._bits) + 1 - self._first, minlength=self._size + 1)
            for part in parts
        )
        self._index = np.concatenate(
            [np.cumsum(n[: self._size]) + at for n, at in zip(before, self._firsts, strict=True)]
        )

    def find(self, t: Ints, slots: Ints | None, space: Scratch) -> Ints:
        """Return the place of each value, in ``space.i``; overwrites ``space.x``."""
        i, x = space.i, space.x
        if self._index is None:
            for slot in [0] if slots is None else np.unique(slots).tolist():
                own = slice(None) if slots is None else slots == slot
                i[own] = self._firsts[slot] + self._parts[slot].searchsorted(t[own], "right")
            return i
        np.right_shift(t, self._bits, out=x)
        np.subtract(x, self._first, out=x)
        if slots is not None:
            np.add(x, np.multiply(slots, self._size, out=i), out=x)
        self._index.take(x, out=i, mode="clip")
        for _ in range(self._steps):
            self._next.take(i, out=x, mode="clip")
            np.add(i, np.greater_equal(t, x, out=space.flags), out=i)
        return i


class Searched:
    """The working time up to an instant, by a ``Finder`` of starts."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        span = _span([one for one in curves if one.since <= one.until] or curves)
        self._finder = Finder([one.starts for one in curves], span)
        self._a = np.concatenate([one.a for one in curves])
        self._cum = np.concatenate([one.cum for one in curves])

    def worked(self, t: Ints, slots: Ints | None, out: Ints, space: Scratch) -> None:
        """Write to ``out``, which must be contiguous, C of each instant of ``t``."""
        i = self._finder.find(t, slots, space)
        self._a.take(i, out=out, mode="clip")
        np.subtract(t, out, out=out)
        self._cum.take(i, out=space.x, mode="clip")
        np.minimum(out, space.x, out=out)


class Cells:
    """The working time up to an instant by cells of length g, which are counted from 1970."""

    def __init__(self, curves: Sequence[Curve], g: int) -> None:
        self._g = np.uint64(g)
        lo, hi = (edge // g for edge in _span(curves))
        self._size = hi + 1 - lo
        self._table = np.zeros(lo + len(curves) * self._size, np.int64)
        parts = [_cells(curve, g, lo, hi + 1) for curve in curves]
        np.concatenate(parts, out=self._table[lo:])
        # the cells that are known in all slots
        self._first = max(one.since for one in curves) // g
        self._after = min(one.until for one in curves) // g

    @staticmethod
    def fit(curves: Sequence[Curve], g: int) -> bool:
        """Return whether there are not too many cells, and 0 < C <= t / 2 at each known instant."""
        lo, hi = _span(curves)
        return (
            len(curves) * (hi - lo) <= CELLS * g
            and hi // g < RESERVED
            and all(
                0 < 2 * int(one.cum[0]) <= one.since < one.until
                and bool((2 * one.cum[1:] <= one.ends).all())
                for one in curves  # C grows faster than t / 2 in an interval, so its end decides
            )
        )

    def worked(self, t: Ints, slots: Ints | None, out: Ints, space: Scratch) -> None:
        """Write to ``out``, which must be contiguous, C of each instant of ``t``."""
        np.floor_divide(t.view(np.uint64), self._g, out=space.whole)
        self._write(t, self._offsets(slots, space.x), out, space.i)

    def between(
        self, start: Ints, end: Ints, slots: Ints | None, out: Ints, space: Scratch
    ) -> bool:
        """Write the working time; return False if an instant is not in a cell known to all."""
        offsets = self._offsets(slots, space.z)
        for t, found in ((end, out), (start, space.y)):
            np.floor_divide(t.view(np.uint64), self._g, out=space.whole)
            if int(space.i.min()) < self._first or int(space.i.max()) >= self._after:
                return False
            # "wrap" is faster than "clip", but takes very long for an index far outside
            self._write(t, offsets, found, space.i, mode="wrap")
        np.subtract(out, space.y, out=out)
        return True

    def _offsets(self, slots: Ints | None, out: Ints) -> Ints | None:
        return None if slots is None else np.multiply(slots, self._size, out=out)

    def _write(
        self, t: Ints, offsets: Ints | None, out: Ints, i: Ints, *, mode: _Mode = "clip"
    ) -> None:
        if offsets is not None:
            np.add(i, offsets, out=i)
        self._table.take(i, out=out, mode=mode)
        np.subtract(t, out, out=i)
        np.minimum(out, i, out=out)


def _cells(curve: Curve, g: int, first: int, last: int) -> Ints:
    numbers = np.empty(2 * len(curve.starts) + 1, np.int64)
    numbers[0::2], numbers[1::2] = curve.cum, curve.starts - curve.cum[:-1]
    edges = np.empty(len(numbers) + 1, np.int64)
    edges[0], edges[-1] = first * g, last * g
    edges[1:-1:2], edges[2:-1:2] = curve.starts, curve.ends
    return np.repeat(numbers, np.diff(edges) // g)


def _span(curves: Sequence[Curve]) -> tuple[int, int]:
    return min(one.since for one in curves), max(one.until for one in curves)


class Inverse:
    """The instant of an amount of working time: ``t = u + Q[u // g]``, or by a ``Finder``.

    ``g`` divides the length of every interval. There is an empty cell before each slot.
    """

    def __init__(self, curves: Sequence[Curve], g: int) -> None:
        cums = [one.cum for one in curves]
        shifts = np.concatenate([[0], *(np.append(one.a[1:], 0) for one in curves)])
        self._g, self._finder = np.uint64(g), None
        if int(cums[-1][-1]) // g >= INVERSE_CELLS:
            span = 0, int(cums[-1][-1])
            self._finder = Finder([np.concatenate(cums)], span)
            self._table = shifts
        else:
            sizes = [np.ones(1, np.int64), *(np.append(np.diff(cum) // g, 1) for cum in cums)]
            self._table = np.repeat(shifts, np.concatenate(sizes))

    def shift(self, amounts: Ints, out: Ints, space: Scratch) -> None:
        """Write to ``out``, which must be contiguous, the instant of each amount minus it."""
        if self._finder is None:
            np.floor_divide(amounts.view(np.uint64), self._g, out=space.whole)
        else:
            self._finder.find(amounts, None, space)
        self._table.take(space.i, out=out, mode="clip")


class OneBudget:
    """The answers of a verb for one budget, in cells whose length also divides the budget.

    In a cell the answer grows with the instant in working time, and stays in closed time; it jumps
    only between two cells. With ``after`` a cell includes its end, not its beginning.
    """

    def __init__(
        self, edges: Ints, answers: Sequence[Ints], worked: Sequence[Ints], *, after: bool
    ) -> None:
        self._shift = int(edges[0]) + after
        self._g = np.uint64(edges[1] - edges[0])
        self._size = len(edges) - 1
        at = slice(int(after), int(after) + self._size)
        times, found = edges[at], [one[at] for one in answers]
        self._table = np.concatenate(
            [
                np.where(np.diff(c) > 0, times - one, one)
                for one, c in zip(found, worked, strict=True)
            ]
        )
        self.cells: int = len(self._table)
        # an answer changes by at most the length of its cell
        least = min(int((2 * one - times).min()) for one in found)
        self.fits: bool = least >= 3 * int(self._g)

    def answer(self, t: Ints, slots: Ints | None, out: Ints, space: Scratch) -> bool:
        """Write the answers to ``out``; return False if a row is NaT or outside of the cells."""
        i, whole = space.i, space.whole
        np.subtract(t, self._shift, out=i)
        np.floor_divide(whole, self._g, out=whole)
        if int(whole.max()) >= self._size:  # as uint64, negative numbers are large
            return False
        if slots is not None:
            np.add(i, np.multiply(slots, self._size, out=space.x), out=i)
        self._table.take(i, out=out, mode="wrap")  # see ``Cells.between``
        np.subtract(t, out, out=i)
        np.maximum(out, i, out=out)
        return True

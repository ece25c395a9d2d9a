"""Look-up tables: the working time up to each instant of a column, and the inverse.

Let s be the starts of the intervals, ``cum[i]`` the working time before interval i, and j the
number of starts s <= t. With A[j] = s[j-1] - cum[j-1] and B[j] = cum[j], the working time up to t
is

    C(t) = min(t - A[j], B[j]) = max over j of min(t - A[j], B[j])

Time is divided into buckets whose length is a power of two. If a bucket is no longer than the
shortest interval, it contains at most one start, so only two values of j are possible in it. Then
the second formula needs no search: ``C = max(min(t - A0, B0), t - A1)``.

For the inverse, working time u is divided into cells of length g, the greatest common divisor of
the lengths of all intervals. Within a cell t - u is constant, so ``t = u + Q[u // g]``.

If there would be too many buckets or cells, the buckets are longer, and a few comparisons find j.
If a bucket would need too many comparisons, a binary search finds j.

The tables of several schedules are stored one after another. Each schedule counts its working time
from a number of its own, so that a value of C identifies the schedule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Whole = NDArray[np.uint64]
Bools = NDArray[np.bool_]

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""Numpy units, the coarsest first, mapped to their number per second."""
MAX = 2**63 - 1
ROOM = 2**62
"""Numbers whose absolute value is below this limit have sums and differences in int64."""


def common_divisor(divisor: int, *columns: Ints) -> int:
    """Return the greatest common divisor of a number and of all elements of some arrays.

    It needs a few passes over the arrays, where ``np.gcd.reduce`` divides several times per
    element.
    """
    for values in columns:
        left = values
        while left.size:
            divisor = math.gcd(divisor, int(left[0]))
            left = left[left % divisor != 0] if divisor else left[left != 0]
    return divisor


class Scratch:
    """Work arrays for one chunk of rows, reused for the next chunk."""

    __slots__ = ("flags", "i", "offsets", "whole", "x", "y", "z")
    i: Ints
    offsets: Ints
    x: Ints
    y: Ints
    z: Ints

    def __init__(self, size: int) -> None:
        self.i, self.offsets, self.x, self.y, self.z = np.empty((5, size), np.int64)
        self.flags: Bools = np.empty(size, np.bool_)
        self.whole: Whole = self.i.view(np.uint64)  # the same memory as i

    def cut(self, size: int) -> Scratch:
        """Return the first ``size`` elements of each array, as views, for a shorter chunk."""
        if size == len(self.i):
            return self
        shorter = Scratch.__new__(Scratch)
        for name in Scratch.__slots__:
            setattr(shorter, name, getattr(self, name)[:size])
        return shorter


class Offsets:
    """The offset in some tables at which the part of each schedule begins.

    ``slot_of[i]`` is the index of the part of schedule i, and each part has the length ``size``.
    """

    def __init__(self, slot_of: Ints, size: int) -> None:
        self._of = slot_of * size
        # a multiplication takes a third of the time of a look-up
        self._size = size if np.array_equal(slot_of, np.arange(len(slot_of))) else None

    def take(self, codes: Ints, out: Ints | None = None) -> Ints:
        """Return the offset of the schedule of each row, written to ``out``."""
        if self._size is None:
            return self._of.take(codes, out=out, mode="clip")
        found: Ints = np.multiply(codes, self._size, out=out)
        return found


class Forward(Protocol):
    """A table that returns the working time up to each instant of a chunk."""

    offsets: Offsets

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """Write to ``out`` the working time C up to each instant of ``t``.

        ``offsets[i]`` is the position in the tables at which the schedule of row i begins.
        ``out`` must be contiguous, and not ``t``, ``space.i`` or ``space.x``.
        """


class Inverse(Protocol):
    """A table that returns the instant at which an amount of working time has passed."""

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """Write to ``out`` for each amount in ``w`` its due instant minus the amount.

        ``out`` must be contiguous, and not ``w`` or ``space.i``.
        """


class Stretch(NamedTuple):
    """The working time of one schedule, as integers in one unit.

    ``starts`` are the starts of the schedule's intervals. ``cum`` is the working time before each
    interval, followed by the total. The schedule is known from the instant ``lo`` to the instant
    ``hi``, or at no instant if ``hi`` < ``lo``.
    """

    starts: Ints
    cum: Ints
    lo: int
    hi: int

    @property
    def ends(self) -> Ints:
        """The ends of the intervals."""
        return self.starts + np.diff(self.cum)

    @property
    def a(self) -> Ints:
        """A[j] of the module's formula; A[0] is for instants before the first interval."""
        return np.concatenate([[self.lo - self.cum[0]], self.starts - self.cum[:-1]])


class Joined(NamedTuple):
    """The intervals of all schedules in two arrays, one schedule after another.

    ``next_start`` are the starts of each schedule's intervals, followed by MAX. ``cum`` has the
    elements of ``Stretch.cum`` for each schedule. The arrays of ``stretches`` are parts of these.
    """

    next_start: Ints
    cum: Ints
    stretches: list[Stretch]


# -- working time up to an instant -----------------------------------------------------------


class Buckets(NamedTuple):
    """``size`` buckets of 2**bits units each; the first bucket begins at first * 2**bits."""

    bits: int
    first: int
    size: int

    def starts_before(self, starts: Ints) -> Ints:
        """Return the number of starts at or before the beginning of each bucket."""
        counted_from = ((starts - 1) >> self.bits) + 1 - self.first
        return np.cumsum(np.bincount(counted_from, minlength=self.size + 1)[: self.size])

    def most_in_one(self, starts: Ints) -> int:
        """Return the number of starts in the bucket that contains the most starts."""
        return int(np.bincount((starts >> self.bits) - self.first, minlength=1).max())

    def place(self, t: Ints, offsets: Ints | None, out: Ints) -> None:
        """Write to ``out`` the index of the bucket of each instant, plus its offset."""
        np.right_shift(t, self.bits, out=out)
        np.subtract(out, self.first, out=out)
        if offsets is not None:
            np.add(out, offsets, out=out)


class DirectForward:
    """The table of C for buckets with at most one start: three array look-ups per instant."""

    def __init__(self, stretches: Sequence[Stretch], buckets: Buckets, slot_of: Ints) -> None:
        self._buckets = buckets
        self.offsets = Offsets(slot_of, buckets.size)
        a0, b0, a1 = [], [], []
        for stretch in stretches:
            index = buckets.starts_before(stretch.starts)
            a = stretch.a
            a0.append(a[index])
            b0.append(stretch.cum[index])
            a1.append(np.append(a[1:], min(stretch.lo + ROOM, MAX))[index])
        self._a0, self._b0, self._a1 = map(np.concatenate, (a0, b0, a1))

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """See ``Forward``."""
        i, x = space.i, space.x
        self._buckets.place(t, offsets, i)
        self._a0.take(i, out=out, mode="clip")
        np.subtract(t, out, out=out)
        self._b0.take(i, out=x, mode="clip")
        np.minimum(out, x, out=out)
        self._a1.take(i, out=x, mode="clip")
        np.subtract(t, x, out=x)
        np.maximum(out, x, out=out)


class SteppedForward:
    """The table of C for buckets with several starts: a look-up, then ``steps`` comparisons."""

    def __init__(self, joined: Joined, buckets: Buckets, steps: int, slot_of: Ints) -> None:
        self._buckets, self._steps = buckets, steps
        self.offsets = Offsets(slot_of, buckets.size)
        stretches = joined.stretches
        sizes = np.cumsum([0, *(len(stretch.cum) for stretch in stretches)])
        self._index = np.empty(len(stretches) * buckets.size, np.int32)
        parts = self._index.reshape(len(stretches), buckets.size)
        for part, stretch, first in zip(parts, stretches, sizes[:-1], strict=True):
            np.add(buckets.starts_before(stretch.starts), first, out=part, casting="same_kind")
        self._a = np.concatenate([stretch.a for stretch in stretches])
        self._b = joined.cum
        self._next_start = joined.next_start

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """See ``Forward``."""
        i, x = space.i, space.x
        self._buckets.place(t, offsets, x)
        short = out.view(np.int32)[: len(t)]  # not used for the answer yet
        self._index.take(x, out=short, mode="clip")
        np.copyto(i, short)
        _step(t, i, self._next_start, self._steps, x, space.flags)
        self._a.take(i, out=out, mode="clip")
        np.subtract(t, out, out=out)
        self._b.take(i, out=x, mode="clip")
        np.minimum(out, x, out=out)


class SearchedForward:
    """A table of C that uses binary search in the starts of each schedule, and no time to build."""

    def __init__(self, stretches: Sequence[Stretch], slot_of: Ints) -> None:
        self._parts = [(stretch.starts, stretch.a, stretch.cum) for stretch in stretches]
        self.offsets = Offsets(slot_of, 1)

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """See ``Forward``."""
        slots = [0] if offsets is None else np.unique(offsets).tolist()
        for slot in slots:
            starts, a, cum = self._parts[slot]
            if len(slots) == 1:
                index = starts.searchsorted(t, "right")
                np.minimum(t - a.take(index), cum.take(index), out=out)
            else:
                rows = offsets == slot
                own = t[rows]
                index = starts.searchsorted(own, "right")
                out[rows] = np.minimum(own - a.take(index), cum.take(index))


def _step(x: Ints, index: Ints, bounds: Ints, steps: int, space: Ints, flags: Bools) -> None:
    """Increase each index while ``bounds[index]`` is at most ``x``, up to ``steps`` times."""
    for _ in range(steps):
        bounds.take(index, out=space, mode="clip")
        np.greater_equal(x, space, out=flags)
        np.add(index, flags, out=index)


# -- the instant of an amount ----------------------------------------------------------------


class DirectInverse:
    """The inverse of C as a table of cells: one division and one array look-up per amount."""

    def __init__(self, cums: Sequence[Ints], shifts: Sequence[Ints], g: int) -> None:
        self._g = np.uint64(g)
        # working time counts from g, so cell 0 is not used
        cells = [np.ones(1, np.int64), *(np.append(np.diff(cum) // g, 1) for cum in cums)]
        self._q = np.repeat(np.concatenate([[0], *shifts]), np.concatenate(cells))

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """See ``Inverse``."""
        np.floor_divide(w.view(np.uint64), self._g, out=space.whole)
        self._q.take(space.i, out=out, mode="clip")


class ShortInverse:
    """The table of ``DirectInverse`` with numbers of 4 bytes, which are multiplied by ``unit``."""

    def __init__(self, cums: Sequence[Ints], shifts: Sequence[Ints], g: int, unit: int) -> None:
        self._g, self._unit = np.uint64(g), np.int64(unit)
        cells = [np.ones(1, np.int64), *(np.append(np.diff(cum) // g, 1) for cum in cums)]
        short = [(shift // unit).astype(np.int32) for shift in shifts]
        self._q = np.repeat(np.concatenate([np.zeros(1, np.int32), *short]), np.concatenate(cells))

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """See ``Inverse``."""
        np.floor_divide(w.view(np.uint64), self._g, out=space.whole)
        short = out.view(np.int32)[: len(w)]
        self._q.take(space.i, out=short, mode="clip")
        np.copyto(space.i, short)
        np.multiply(space.i, self._unit, out=out)


class SteppedInverse:
    """The inverse of C as a table of buckets of working time: a look-up, then a few comparisons."""

    def __init__(self, bounds: Ints, shifts: Sequence[Ints], buckets: Buckets, steps: int) -> None:
        self._shifts = np.concatenate(shifts)
        self._bounds = bounds[1:]
        self._buckets, self._steps = buckets, steps
        before = buckets.starts_before(bounds[:-1]) - 1
        self._index = np.maximum(before, 0)

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """See ``Inverse``."""
        self._buckets.place(w, None, space.x)
        self._index.take(space.x, out=space.i, mode="clip")
        _step(w, space.i, self._bounds, self._steps, space.x, space.flags)
        self._shifts.take(space.i, out=out, mode="clip")


class SearchedInverse:
    """The inverse of C that uses binary search, and no time to build."""

    def __init__(self, cums: Sequence[Ints], shifts: Sequence[Ints]) -> None:
        self._cum, self._shifts = np.concatenate(cums), np.concatenate(shifts)

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """See ``Inverse``."""
        index = self._cum.searchsorted(w, "right") - 1
        self._shifts.take(index, out=out, mode="clip")

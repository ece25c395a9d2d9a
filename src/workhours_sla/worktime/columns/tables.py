"""Working time as arrays of integers: what a column is looked up in.

With starts s, ``cum`` the working time before each interval, j = #{s <= t}, A[j] = s[j-1] -
cum[j-1] and B[j] = cum[j], the working time up to t is

    C(t) = min(t - A[j], B[j]) = max over j of min(t - A[j], B[j])

A bucket of a power of two no longer than the shortest interval holds at most one start, so by
the second form two neighbours answer without a search: ``C = max(min(t - A0, B0), t - A1)``. The
inverse divides by g, the greatest common divisor of the lengths, as every boundary is a multiple
of g: ``t = u + Q[u // g]``. Where the buckets or the cells would be too many, a coarser bucket
and a few compares find j, and where even those are too many, a binary search.

Several schedules lie one after another in the same tables. Each counts from a base of its own,
so that an amount of working time says by itself whose it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from workhours_sla.worktime.timeline import Timeline
from workhours_sla.worktime.verbs import WorkingTime

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""The units a column can have, the coarsest first."""
MAX = 2**63 - 1
ROOM = 2**62
"""Differences of two numbers below this cannot overflow."""

_DIRECT_BUCKETS = 2**14
_MOST_BUCKETS = 2**21
_MOST_CELLS = 2**21
_MOST_STEPS = 8
_MOST_LASTS = 1_000


class Scratch:
    """Space for one chunk, used again for the next."""

    __slots__ = ("flags", "i", "offsets", "x", "y", "z")

    def __init__(self, size: int) -> None:
        self.i, self.offsets, self.x, self.y, self.z = np.empty((5, size), np.int64)
        self.flags = np.empty(size, np.bool_)

    def cut(self, size: int) -> Scratch:
        """Return the same space for a shorter chunk."""
        if size == len(self.i):
            return self
        shorter = Scratch.__new__(Scratch)
        for name in Scratch.__slots__:
            setattr(shorter, name, getattr(self, name)[:size])
        return shorter


class Curve(NamedTuple):
    """The working time of one schedule over the runs of known dates that were asked for.

    In microseconds since 1970-01-01T00:00 UTC: run r is known and compiled from ``lo[r]`` to
    ``hi[r]``, both included, and has the intervals from ``first[r]`` to ``first[r + 1]``.
    """

    starts: Ints
    ends: Ints
    lo: Ints
    hi: Ints
    first: Ints

    @property
    def key(self) -> tuple[bytes, ...]:
        """What two schedules share whose working time is the same."""
        return tuple(part.tobytes() for part in self)


class Demand(NamedTuple):
    """What a column asks for: a span of instants, and how far the answers may lie beyond it.

    ``ahead`` and ``back`` are amounts of working time, None where no answer lies outside.
    """

    lo: timedelta
    hi: timedelta
    ahead: timedelta | None = None
    back: timedelta | None = None


def _curve(lines: Sequence[Timeline], demand: Demand) -> Curve:
    """Compile what the demand needs, each run of known dates as far as it goes."""
    snapshots = []
    for line in lines:
        first, last = max(demand.lo, line.lo), min(demand.hi, line.hi)
        if first > last:
            continue
        line.at(first)
        line.at(last)
        if demand.ahead is not None:
            line.latest(line.worked(last) + demand.ahead)
        if demand.back is not None:
            line.latest_before(line.worked(first) - demand.back)
        snapshots.append(line.at(last))
    counts = [len(snapshot.starts) for snapshot in snapshots]
    return Curve(
        starts=_micros([start for snapshot in snapshots for start in snapshot.starts]),
        ends=_micros([end for snapshot in snapshots for end in snapshot.ends]),
        lo=_micros([snapshot.lo for snapshot in snapshots]),
        hi=_micros([snapshot.hi for snapshot in snapshots]),
        first=np.cumsum([0, *counts], dtype=np.int64),
    )


def _micros(amounts: list[timedelta]) -> Ints:
    return np.array(amounts, "m8[us]").view(np.int64)


class Horizon:
    """The curves of some schedules as far as they are compiled; tables are made when needed.

    ``slot_of`` gives the curve of each schedule: those that work at the same times share one.
    ``unit`` is the coarsest in which every boundary is a whole number.
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        slots: dict[tuple[bytes, ...], int] = {}
        self.curves: list[Curve] = []
        self.slot_of = np.empty(len(curves), np.int64)
        for code, curve in enumerate(curves):
            slot = slots.setdefault(curve.key, len(slots))
            self.slot_of[code] = slot
            if slot == len(self.curves):
                self.curves.append(curve)
        parts = [part for curve in self.curves for part in curve[:4]]
        finest = int(np.gcd.reduce(np.concatenate(parts))) if parts else 0
        self.unit = next(
            unit for unit, scale in PER_SECOND.items() if finest % (1_000_000 // scale) == 0
        )
        self._tables: dict[tuple[str, bool], Tables] = {}

    def tables(self, unit: str, *, few_rows: bool) -> Tables:
        """Return the tables in a unit; for a few rows those that cost nothing to build."""
        found = self._tables.get((unit, False)) or self._tables.get((unit, few_rows))
        if found is None:
            found = Tables(self, unit, few_rows=few_rows)
            self._tables[unit, few_rows] = found
        return found


_NOTHING = Horizon([])


class Compiled:
    """The horizon of some schedules, replaced by a larger one whole when a column asks for more.

    Two threads may both enlarge it; each goes on with what it made, and both are right.
    """

    def __init__(self, schedules: tuple[WorkingTime, ...]) -> None:
        self._lines = [schedule._lines() for schedule in schedules]  # noqa: SLF001
        self.horizon = _NOTHING
        self._asked: Demand | None = None

    def reaching(self, demand: Demand) -> Horizon:
        """Return a horizon that meets the demand as far as the calendars know."""
        asked = self._asked
        if asked is not None:
            demand = Demand(
                min(asked.lo, demand.lo),
                max(asked.hi, demand.hi),
                max(filter(None, (asked.ahead, demand.ahead)), default=demand.ahead),
                max(filter(None, (asked.back, demand.back)), default=demand.back),
            )
        if demand != asked:
            horizon = Horizon([_curve(lines, demand) for lines in self._lines])
            self.horizon, self._asked = horizon, demand
            return horizon
        return self.horizon


@lru_cache(maxsize=32)
def compiled(schedules: tuple[WorkingTime, ...]) -> Compiled:
    """Return what is compiled of some schedules, the same for equal ones."""
    return Compiled(schedules)


class Forward(Protocol):
    """Working time up to each instant of a chunk."""

    offset_of: Ints
    """What a row adds to its place in the tables, by the schedule's code."""

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        """Put C(t) into ``out``, which is neither ``t`` nor of ``space.i`` and ``space.x``."""


class Inverse(Protocol):
    """Instants at which an amount of working time has passed."""

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        """Put into ``out`` what turns working time within the interval of ``w`` into instants."""


class Tables:
    """All that is looked up, in one unit.

    Row by row within [lo, hi] one run of known dates holds, for every schedule; ``lo`` > ``hi``
    where that is so of no row. ``base`` and ``total`` are C at ``lo`` and at the end of each
    curve.
    """

    def __init__(self, horizon: Horizon, unit: str, *, few_rows: bool) -> None:
        self.unit = unit
        curves = [_in_unit(curve, unit) for curve in horizon.curves]
        lengths = [curve.ends - curve.starts for curve in curves]
        # no more than a day, as each curve is padded by one
        a_day = 86_400 * PER_SECOND[unit]
        self.g = math.gcd(int(np.gcd.reduce(np.concatenate(lengths))), a_day)
        self.lo, self.hi = 1, 0
        if all(len(curve.lo) == 1 for curve in curves):
            self.lo = max(int(curve.lo[0]) for curve in curves)
            self.hi = min(int(curve.hi[0]) for curve in curves)
        self.curves = curves
        totals = [int(length.sum()) for length in lengths]
        cells = [total // self.g + 1 for total in totals]
        firsts = [sum(cells[:slot]) for slot in range(len(cells))]
        _refuse_overflow(curves, sum(cells) * self.g, unit)
        self.base = np.array([first * self.g for first in firsts], np.int64)
        self.total = self.base + totals
        self.cum = [
            np.concatenate([[base], base + np.cumsum(length)])
            for base, length in zip(self.base, lengths, strict=True)
        ]
        stretches = [
            _Stretch(curve.starts, cum, int(curve.lo[0]) if len(curve.lo) else 0)
            for curve, cum in zip(curves, self.cum, strict=True)
        ]
        self.slot_of = horizon.slot_of
        self._lasts: dict[tuple[int, bool], int] = {}
        self.forward = _forward(stretches, curves, horizon.slot_of, few_rows=few_rows)
        self.inverse = _inverse(stretches, self.cum, self.g, sum(cells), few_rows=few_rows)
        self._runs = _Runs(curves, self.cum)

    def last_with(self, ahead: int, *, opening: bool) -> int:
        """Return the last instant within [lo, hi] whose answer ``ahead`` is within them all.

        ``ahead`` is working time; with ``opening`` the answer is the next opening after it.
        """
        known = self._lasts.get((ahead, opening))
        if known is None:
            if len(self._lasts) >= _MOST_LASTS:
                self._lasts.clear()
            known = self._lasts[ahead, opening] = self._last_with(ahead, opening=opening)
        return known

    def _last_with(self, ahead: int, *, opening: bool) -> int:
        last = self.hi
        for curve, cum, total in zip(self.curves, self.cum, self.total.tolist(), strict=True):
            left = total - ahead - opening
            index = int(np.searchsorted(cum, left, "right")) - 1
            if index < 0:
                return self.lo - 1
            if index < len(curve.starts):
                last = min(last, int(curve.starts[index]) + left - int(cum[index]))
        return last

    def first_with(self, back: int) -> int:
        """Return the first instant within [lo, hi] whose answer ``back`` is within them all."""
        first = self.lo
        for curve, cum in zip(self.curves, self.cum, strict=True):
            needed = int(cum[0]) + back
            index = int(np.searchsorted(cum, needed, "left"))
            if index == len(cum):
                return self.hi + 1
            if index:
                first = max(first, int(curve.starts[index - 1]) + needed - int(cum[index - 1]))
        return first

    def runs_of(self, t: Ints, codes: Ints | None) -> Ints:
        """Return the run of known dates that holds each instant, -1 for none."""
        return self._runs.find(t, None if codes is None else self.slot_of.take(codes))

    @property
    def run_base(self) -> Ints:
        """C at the beginning of each run; the last element is for rows that are in none."""
        return self._runs.base

    @property
    def run_total(self) -> Ints:
        """C at the end of each run; the last element is for rows that are in none."""
        return self._runs.total

    @property
    def run_end(self) -> Ints:
        """The last instant of each run; the last element is for rows that are in none."""
        return self._runs.end


def _in_unit(curve: Curve, unit: str) -> Curve:
    """Return a curve in a unit that can hold it; nanoseconds end in 1677 and 2262."""
    scale = PER_SECOND[unit]
    if scale <= PER_SECOND["us"]:
        step = PER_SECOND["us"] // scale
        starts, ends, lo, hi = (part // step for part in curve[:4])
        return Curve(starts, ends, lo, hi, curve.first)
    edge = MAX // 1000 - 1
    runs = [
        (run, max(int(curve.lo[run]), -edge), min(int(curve.hi[run]), edge))
        for run in range(len(curve.lo))
    ]
    runs = [(run, lo, hi) for run, lo, hi in runs if lo <= hi]
    parts = []
    for run, least, most in runs:
        own = slice(int(curve.first[run]), int(curve.first[run + 1]))
        starts = np.clip(curve.starts[own], least, most)
        ends = np.clip(curve.ends[own], least, most)
        parts.append((starts[starts < ends], ends[starts < ends]))
    return Curve(
        starts=np.concatenate([np.empty(0, np.int64), *(starts for starts, _ in parts)]) * 1000,
        ends=np.concatenate([np.empty(0, np.int64), *(ends for _, ends in parts)]) * 1000,
        lo=np.array([lo for _, lo, _ in runs], np.int64) * 1000,
        hi=np.array([hi for _, _, hi in runs], np.int64) * 1000,
        first=np.cumsum([0, *(len(starts) for starts, _ in parts)], dtype=np.int64),
    )


def _refuse_overflow(curves: Sequence[Curve], total: int, unit: str) -> None:
    spans = [int(curve.hi[-1]) - int(curve.lo[0]) for curve in curves if len(curve.lo)]
    if max([total, *spans]) >= ROOM:
        msg = (
            f"datetime64[{unit}] is too fine for {len(curves)} schedules over so many years; "
            "give coarser columns, such as starts.astype('datetime64[us]')"
        )
        raise OverflowError(msg)


class _Stretch(NamedTuple):
    """A curve as the formula wants it: A and B of one element more than there are intervals."""

    starts: Ints
    cum: Ints
    lo: int

    @property
    def a(self) -> Ints:
        return np.concatenate([[self.lo - self.cum[0]], self.starts - self.cum[:-1]])

    @property
    def next_start(self) -> Ints:
        return np.append(self.starts, MAX)


class _Runs:
    """The runs of known dates of every curve, one after another."""

    def __init__(self, curves: Sequence[Curve], cums: Sequence[Ints]) -> None:
        self._curves = curves
        self._first = np.cumsum([0, *(len(curve.lo) for curve in curves)])
        nothing = np.zeros(1, np.int64)
        pairs = list(zip(curves, cums, strict=True))
        self.base = np.concatenate([*(cum[curve.first[:-1]] for curve, cum in pairs), nothing])
        self.total = np.concatenate([*(cum[curve.first[1:]] for curve, cum in pairs), nothing])
        self.end = np.concatenate([*(curve.hi for curve in curves), nothing])

    def find(self, t: Ints, slots: Ints | None) -> Ints:
        if slots is None:
            return self._within(0, t)
        found = np.full(len(t), -1, np.int64)
        for slot in np.unique(slots).tolist():
            rows = slots == slot
            found[rows] = self._within(slot, t[rows])
        return found

    def _within(self, slot: int, t: Ints) -> Ints:
        curve = self._curves[slot]
        if not len(curve.lo):
            return np.full(len(t), -1, np.int64)
        run = np.searchsorted(curve.hi, t, "left")
        known = curve.lo.take(run, mode="clip") <= t
        known &= run < len(curve.lo)
        return np.where(known, run + self._first[slot], -1)


# -- working time up to an instant -----------------------------------------------------------


def _forward(
    stretches: Sequence[_Stretch], curves: Sequence[Curve], slot_of: Ints, *, few_rows: bool
) -> Forward:
    if few_rows or not any(len(curve.lo) for curve in curves):
        return _SearchedForward(stretches, slot_of)
    lo = min(int(curve.lo[0]) for curve in curves if len(curve.lo))
    hi = max(int(curve.hi[-1]) for curve in curves if len(curve.lo))
    shortest = min(int((c.ends - c.starts).min(initial=hi - lo + 1)) for c in curves)
    bits = max(0, shortest.bit_length() - 1)
    while len(stretches) * ((hi >> bits) - (lo >> bits) + 1) > _MOST_BUCKETS:
        bits += 1
    buckets = _Buckets(bits, lo >> bits, (hi >> bits) - (lo >> bits) + 1)
    if 1 << bits <= shortest and len(stretches) * buckets.size <= _DIRECT_BUCKETS:
        return _DirectForward(stretches, buckets, slot_of)
    steps = max(buckets.most_in_one(stretch.starts) for stretch in stretches)
    if steps > _MOST_STEPS:
        return _SearchedForward(stretches, slot_of)
    while buckets.size > 1:  # the fewer buckets the better, at no more steps
        coarser = _Buckets(bits + 1, lo >> (bits + 1), (hi >> (bits + 1)) - (lo >> (bits + 1)) + 1)
        if max(coarser.most_in_one(stretch.starts) for stretch in stretches) > steps:
            break
        bits, buckets = bits + 1, coarser
    return _SteppedForward(stretches, buckets, steps, slot_of)


class _Buckets(NamedTuple):
    """Stretches of 2**bits units, the first of them number ``first``."""

    bits: int
    first: int
    size: int

    def starts_before(self, starts: Ints) -> Ints:
        """Return how many starts are at or before the beginning of each bucket."""
        counted_from = ((starts - 1) >> self.bits) + 1 - self.first
        return np.cumsum(np.bincount(counted_from, minlength=self.size + 1)[: self.size])

    def most_in_one(self, starts: Ints) -> int:
        """Return the most starts that come after the beginning of a bucket and before its end."""
        return int(np.bincount((starts >> self.bits) - self.first, minlength=1).max())

    def place(self, t: Ints, offsets: Ints | None, out: Ints) -> None:
        np.right_shift(t, self.bits, out=out)
        np.subtract(out, self.first, out=out)
        if offsets is not None:
            np.add(out, offsets, out=out)


class _DirectForward:
    """Three gathers: the two neighbours of each bucket."""

    def __init__(self, stretches: Sequence[_Stretch], buckets: _Buckets, slot_of: Ints) -> None:
        self._buckets = buckets
        self.offset_of = slot_of * buckets.size
        a0, b0, a1 = [], [], []
        for stretch in stretches:
            index = buckets.starts_before(stretch.starts)
            a = stretch.a
            a0.append(a[index])
            b0.append(stretch.cum[index])
            a1.append(np.append(a[1:], min(stretch.lo + ROOM, MAX))[index])
        self._a0, self._b0, self._a1 = map(np.concatenate, (a0, b0, a1))

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        i, x = space.i, space.x
        self._buckets.place(t, offsets, i)
        self._a0.take(i, out=out, mode="clip")
        np.subtract(t, out, out=out)
        self._b0.take(i, out=x, mode="clip")
        np.minimum(out, x, out=out)
        self._a1.take(i, out=x, mode="clip")
        np.subtract(t, x, out=x)
        np.maximum(out, x, out=out)


class _SteppedForward:
    """A coarse bucket, then as many compares as a bucket has starts."""

    def __init__(
        self, stretches: Sequence[_Stretch], buckets: _Buckets, steps: int, slot_of: Ints
    ) -> None:
        self._buckets, self._steps = buckets, steps
        self.offset_of = slot_of * buckets.size
        sizes = np.cumsum([0, *(len(stretch.cum) for stretch in stretches)])
        index = [
            buckets.starts_before(stretch.starts) + first
            for stretch, first in zip(stretches, sizes[:-1], strict=True)
        ]
        self._index = np.concatenate(index)
        self._a = np.concatenate([stretch.a for stretch in stretches])
        self._b = np.concatenate([stretch.cum for stretch in stretches])
        self._next_start = np.concatenate([stretch.next_start for stretch in stretches])

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:
        i, x = space.i, space.x
        self._buckets.place(t, offsets, x)
        self._index.take(x, out=i, mode="clip")
        _step(t, i, self._next_start, self._steps, x, space.flags)
        self._a.take(i, out=out, mode="clip")
        np.subtract(t, out, out=out)
        self._b.take(i, out=x, mode="clip")
        np.minimum(out, x, out=out)


class _SearchedForward:
    """A binary search in each curve: nothing to build, right for any."""

    def __init__(self, stretches: Sequence[_Stretch], slot_of: Ints) -> None:
        self._parts = [(stretch.starts, stretch.a, stretch.cum) for stretch in stretches]
        self.offset_of = slot_of

    def worked(self, t: Ints, offsets: Ints | None, out: Ints, space: Scratch) -> None:  # noqa: ARG002
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


def _step(  # noqa: PLR0913, PLR0917
    x: Ints, index: Ints, bounds: Ints, steps: int, space: Ints, flags: Bools
) -> None:
    """Move each index on past the bounds that are at or below x."""
    for _ in range(steps):
        bounds.take(index, out=space, mode="clip")
        np.greater_equal(x, space, out=flags)
        np.add(index, flags, out=index)


# -- the instant of an amount ----------------------------------------------------------------


def _inverse(
    stretches: Sequence[_Stretch], cums: Sequence[Ints], g: int, cells: int, *, few_rows: bool
) -> Inverse:
    # A of each interval; the element that comes after a curve's last is for its pad
    shifts = [np.append(stretch.a[1:], 0) for stretch in stretches]
    if few_rows:
        return _SearchedInverse(cums, shifts)
    if cells <= _MOST_CELLS:
        return _DirectInverse(cums, shifts, g)
    bounds = np.concatenate([*cums, [MAX]])
    lengths = np.diff(bounds)[:-1]
    bits = max(0, int(lengths[lengths > 0].min()).bit_length() - 1)
    last = max(int(cum[-1]) for cum in cums)
    while (last >> bits) + 1 > _MOST_BUCKETS:
        bits += 1
    buckets = _Buckets(bits, 0, (last >> bits) + 2)
    steps = buckets.most_in_one(bounds[:-1])
    if steps > _MOST_STEPS:
        return _SearchedInverse(cums, shifts)
    return _SteppedInverse(bounds, shifts, buckets, steps)


class _DirectInverse:
    """One division and one gather."""

    def __init__(self, cums: Sequence[Ints], shifts: Sequence[Ints], g: int) -> None:
        self._g = g
        cells = [np.append(np.diff(cum) // g, 1) for cum in cums]
        self._q = np.repeat(np.concatenate(shifts), np.concatenate(cells))

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        np.floor_divide(w, self._g, out=space.i)
        self._q.take(space.i, out=out, mode="clip")


class _SteppedInverse:
    """A coarse bucket of working time, then a few compares."""

    def __init__(self, bounds: Ints, shifts: Sequence[Ints], buckets: _Buckets, steps: int) -> None:
        self._shifts = np.concatenate(shifts)
        self._bounds = bounds[1:]
        self._buckets, self._steps = buckets, steps
        before = buckets.starts_before(bounds[:-1]) - 1
        self._index = np.maximum(before, 0)

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:
        self._buckets.place(w, None, space.x)
        self._index.take(space.x, out=space.i, mode="clip")
        _step(w, space.i, self._bounds, self._steps, space.x, space.flags)
        self._shifts.take(space.i, out=out, mode="clip")


class _SearchedInverse:
    """A binary search: nothing to build, right for any."""

    def __init__(self, cums: Sequence[Ints], shifts: Sequence[Ints]) -> None:
        self._cum, self._shifts = np.concatenate(cums), np.concatenate(shifts)

    def shift(self, w: Ints, out: Ints, space: Scratch) -> None:  # noqa: ARG002
        index = self._cum.searchsorted(w, "right") - 1
        self._shifts.take(index, out=out, mode="clip")

"""Compile schedules for columns: to curves, and to look-up tables in the unit of a column.

A curve is the working time of a schedule in microseconds, compiled only as far as the columns that
were answered so far needed. A run is one of the ranges of known dates of a curve. Tables are built
from curves when the tables are first needed. Schedules with equal curves share one curve. The index
of a curve is called a slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from workhours_sla.worktime.columns.cells import cell_length
from workhours_sla.worktime.columns.choice import forward, inverse
from workhours_sla.worktime.columns.lookups import (
    MAX,
    PER_SECOND,
    ROOM,
    Bools,
    Forward,
    Ints,
    Inverse,
    Joined,
    Stretch,
    common_divisor,
)
from workhours_sla.worktime.columns.rows import Quick, Verb
from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import TICK

_MOST_LASTS = 1_000


class Curve(NamedTuple):
    """The compiled part of the working time of a schedule, with its ranges of known dates.

    Interval i of working time is ``starts[i]`` to ``ends[i]``. Range r is known from ``lo[r]`` to
    ``hi[r]``, both included, and has the intervals ``first[r]:first[r + 1]``. All arrays except
    ``first`` are instants, in microseconds or another unit since 1970-01-01T00:00 UTC.
    """

    starts: Ints
    ends: Ints
    lo: Ints
    hi: Ints
    first: Ints

    @property
    def key(self) -> tuple[bytes, ...]:
        """The content of the arrays as bytes: equal keys mean equal working time."""
        return tuple(part.tobytes() for part in self)


class Demand(NamedTuple):
    """What must be compiled for a column: a span of instants, and working time around it.

    ``ahead`` is the largest working time from an instant to a later answer, or None if no answer is
    later. ``back`` is the largest working time from an instant to an earlier answer, or None if no
    answer is earlier.
    """

    lo: timedelta
    hi: timedelta
    ahead: timedelta | None = None
    back: timedelta | None = None

    def merged_with(self, other: Demand) -> Demand:
        """Return the demand that includes both demands."""
        return Demand(
            min(other.lo, self.lo),
            max(other.hi, self.hi),
            max(filter(None, (other.ahead, self.ahead)), default=self.ahead),
            max(filter(None, (other.back, self.back)), default=self.back),
        )


def _curve(lines: Sequence[Timeline], demand: Demand, *, edges: bool) -> Curve:
    """Compile the timelines of a schedule for a demand, and return the curve.

    With ``edges`` the openings and closings next to the demand's span are compiled, too.
    """
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
        if edges:
            before = max(line.lo, first - TICK)
            line.opening_until(before)
            line.closing_until(before)
            line.opening_after(last)
            line.closing_after(last)
        snapshots.append(line.at(last))
    counts = [len(snapshot.starts) for snapshot in snapshots]
    return Curve(
        starts=_micros([start for snapshot in snapshots for start in snapshot.starts]),
        ends=_micros([end for snapshot in snapshots for end in snapshot.ends]),
        lo=_micros([snapshot.lo for snapshot in snapshots]),
        hi=_micros([snapshot.hi for snapshot in snapshots]),
        first=np.cumsum([0, *counts], dtype=np.int64),
    )


def _joined(curves: Sequence[Curve]) -> tuple[list[Curve], Ints]:
    """Return the curves with starts that are parts of one array, and this array."""
    next_start = np.concatenate([np.append(curve.starts, MAX) for curve in curves])
    found, first = [], 0
    for curve in curves:
        after = first + len(curve.starts)
        found.append(curve._replace(starts=next_start[first:after]))
        first = after + 1
    return found, next_start


def _micros(amounts: list[timedelta]) -> Ints:
    # np.array(amounts, "m8[us]") takes three times as long
    return np.array([amount // TICK for amount in amounts], np.int64)


class Horizon:
    """The compiled curves of some schedules, and the tables built from the curves.

    ``slot_of[i]`` is the index of the curve of schedule i. ``unit`` is the coarsest unit in which
    every opening and closing is a whole number.
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        slots: dict[tuple[bytes, ...], int] = {}
        slot_of: dict[int, int] = {}
        self.curves: list[Curve] = []
        for curve in curves:
            if id(curve) in slot_of:  # the curve of the same schedule, listed twice
                continue
            slot = slot_of[id(curve)] = slots.setdefault(curve.key, len(slots))
            if slot == len(self.curves):
                self.curves.append(curve)
        self.slot_of: Ints = np.array([slot_of[id(curve)] for curve in curves], np.int64)
        parts = (part for curve in self.curves for part in curve[:4])
        finest = common_divisor(1_000_000, *parts)
        self.unit: str = next(
            unit for unit, scale in PER_SECOND.items() if finest % (1_000_000 // scale) == 0
        )
        self._tables: dict[tuple[str, bool], Tables] = {}
        self._in_unit: dict[str, tuple[list[Curve], Ints]] = {}

    def curves_in(self, unit: str) -> tuple[list[Curve], Ints]:
        """Return the curves, converted to a unit, and their starts in one array.

        In the array, the starts of each curve are followed by MAX.
        """
        found = self._in_unit.get(unit)
        if found is None:
            found = _joined(
                self.curves if unit == "us" else [_in_unit(one, unit) for one in self.curves]
            )
            self._in_unit[unit] = found
            if unit == "us":
                self.curves = found[0]  # which need no memory of their own for their starts
        return found

    def tables(self, unit: str, *, few_rows: bool) -> Tables:
        """Return the tables in a unit; for few rows the tables that take no time to build."""
        found = self._tables.get((unit, False)) or self._tables.get((unit, few_rows))
        if found is None:
            found = Tables(self, unit, few_rows=few_rows)
            self._tables[unit, few_rows] = found
        return found


_NOTHING = Horizon([])


class Compiled:
    """The compiled part of some schedules, which grows when a column needs more.

    Two threads may replace ``horizon`` at the same time. Each thread then continues with the
    Horizon that it built itself, and both are correct.

    With ``edges``, which the verbs for openings and closings use, the schedules are compiled
    separately. An opening may be very far away. If the tables of other verbs reached as far, they
    would become slow, or would exceed the range of nanoseconds.
    """

    def __init__(self, schedules: tuple[WorkingTime, ...], *, edges: bool) -> None:
        self._schedules = schedules
        self._lines = {
            schedule: schedule._compile() if edges else schedule._lines()
            for schedule in dict.fromkeys(schedules)
        }
        self._edges = edges
        self.horizon: Horizon = _NOTHING
        self._asked: Demand | None = None

    def reaching(self, demand: Demand) -> Horizon:
        """Return a Horizon that contains what ``demand`` needs, within the dates that are known."""
        asked = self._asked
        if asked is not None:
            demand = demand.merged_with(asked)
        if demand != asked:
            curves = {
                schedule: _curve(lines, demand, edges=self._edges)
                for schedule, lines in self._lines.items()
            }
            horizon = Horizon([curves[schedule] for schedule in self._schedules])
            self.horizon, self._asked = horizon, demand
            return horizon
        return self.horizon


@lru_cache(maxsize=32)
def compiled(schedules: tuple[WorkingTime, ...], *, edges: bool = False) -> Compiled:
    """Return the cached Compiled object of some schedules; equal schedules share it."""
    return Compiled(schedules, edges=edges)


class Tables:
    """The look-up tables of some schedules in one unit.

    All schedules are known from the instant ``lo`` to the instant ``hi``. If a schedule has several
    ranges of known dates, or none, ``lo`` is greater than ``hi``. ``base`` and ``total`` are the
    working time C at the beginning and at the end of each curve. ``cell`` divides every opening,
    closing and end of known dates. ``one_budgets`` are the tables of ``one_budget``, or the number
    of rows after which to build them.
    """

    def __init__(self, horizon: Horizon, unit: str, *, few_rows: bool) -> None:
        self.unit = unit
        curves, next_start = horizon.curves_in(unit)
        lengths = [curve.ends - curve.starts for curve in curves]
        # g is at most a day, since each curve is followed by an empty cell of length g
        a_day = 86_400 * PER_SECOND[unit]
        self.g: int = common_divisor(a_day, *lengths)
        self.lo: int = 1
        self.hi: int = 0
        if all(len(curve.lo) == 1 for curve in curves):
            self.lo = max(int(curve.lo[0]) for curve in curves)
            self.hi = min(int(curve.hi[0]) for curve in curves)
        self.curves = curves
        totals = [int(length.sum()) for length in lengths]
        cells = [total // self.g + 1 for total in totals]
        firsts = [1 + sum(cells[:slot]) for slot in range(len(cells))]
        _refuse_overflow(curves, (1 + sum(cells)) * self.g, unit)
        self.base: Ints = np.array([first * self.g for first in firsts], np.int64)
        self.total: Ints = self.base + totals
        cum = np.concatenate(
            [
                np.concatenate([[base], base + np.cumsum(length)])
                for base, length in zip(self.base, lengths, strict=True)
            ]
        )
        edges = np.cumsum([len(length) + 1 for length in lengths])[:-1]
        self.cum: list[Ints] = np.split(cum, edges)
        stretches = [
            Stretch(curve.starts, cum, *_span(curve))
            for curve, cum in zip(curves, self.cum, strict=True)
        ]
        self.slot_of: Ints = horizon.slot_of
        self.cell: int = cell_length(stretches)
        self.one_budgets: dict[tuple[Verb, int], Quick | int | None] = {}
        self._lasts: dict[tuple[int, bool], int] = {}
        joined = Joined(next_start, cum, stretches)
        self.forward: Forward = forward(joined, horizon.slot_of, self.cell, few_rows=few_rows)
        self.inverse: Inverse = inverse(stretches, self.g, sum(cells), few_rows=few_rows)
        self.runs: Runs = Runs(curves, self.cum, horizon.slot_of)

    def last_with(self, ahead: int, *, opening: bool) -> int:
        """Return the last instant after which ``ahead`` of working time is known in all schedules.

        With ``opening`` the next opening after this working time must be known, too. Instants and
        amounts are integers in the unit of the tables.
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
        """Return the first instant after ``back`` of known working time in all schedules."""
        first = self.lo
        for curve, cum in zip(self.curves, self.cum, strict=True):
            needed = int(cum[0]) + back
            index = int(np.searchsorted(cum, needed, "left"))
            if index == len(cum):
                return self.hi + 1
            if index:
                first = max(first, int(curve.starts[index - 1]) + needed - int(cum[index - 1]))
        return first


def _span(curve: Curve) -> tuple[int, int]:
    """Return the first and the last known instant of a curve, or (0, -1) if none is known."""
    return (int(curve.lo[0]), int(curve.hi[-1])) if len(curve.lo) else (0, -1)


def _in_unit(curve: Curve, unit: str) -> Curve:
    """Return a curve converted to a unit; nanoseconds are clipped to the years 1677 to 2262."""
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


class Runs:
    """The ranges of known dates (runs) of all curves, numbered one curve after another.

    ``begin`` and ``end`` are the first and the last instant of each run, ``base`` and ``total`` the
    working time C at these instants. Each array ends with an additional 0, so that index -1
    can be used for instants in no run.
    """

    def __init__(self, curves: Sequence[Curve], cums: Sequence[Ints], slot_of: Ints) -> None:
        counts = np.array([len(curve.lo) for curve in curves])
        first = np.cumsum([0, *counts])
        self._first_of, self._after_of = first[:-1].take(slot_of), first[1:].take(slot_of)
        self._steps = [1 << bit for bit in reversed(range(int(counts.max() - 1).bit_length()))]
        nothing = np.zeros(1, np.int64)
        pairs = list(zip(curves, cums, strict=True))
        self.base: Ints = np.concatenate(
            [*(cum[curve.first[:-1]] for curve, cum in pairs), nothing]
        )
        self.total: Ints = np.concatenate(
            [*(cum[curve.first[1:]] for curve, cum in pairs), nothing]
        )
        self.begin: Ints = np.concatenate([*(curve.lo for curve in curves), nothing])
        self.end: Ints = np.concatenate([*(curve.hi for curve in curves), nothing])

    def of(self, t: Ints, codes: Ints | None) -> Ints:
        """Return for each instant the index of the run of known dates that contains it, or -1.

        ``codes`` are the indexes of each row's schedule, or None if there is a single schedule.
        """
        first, after = self._first_of, self._after_of
        if codes is None:
            run, after = np.full(len(t), first[0]), after[:1]
        else:
            run, after = first.take(codes), after.take(codes)
        for step in self._steps:  # a binary search for the last run that begins at or before t
            later = run + step
            begun = (later < after) & (self.begin.take(later, mode="clip") <= t)
            np.add(run, step, out=run, where=begun)
        return np.where((run < after) & self.contain(run, t), run, -1)

    def contain(self, run: Ints, t: Ints) -> Bools:
        """Return for each instant whether the run with an index contains it."""
        known: Bools = self.begin.take(run) <= t
        known &= t <= self.end.take(run)
        return known

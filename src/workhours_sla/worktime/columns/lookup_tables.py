"""Compile schedules for columns: to curves, and to look-up tables.

A curve is compiled only as far as the columns that were answered so far needed. Schedules with
equal curves share a slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from workhours_sla.worktime.columns.lookups import (
    MAX,
    ROOM,
    Bools,
    Cells,
    Curve,
    Finder,
    Ints,
    Inverse,
    OneBudget,
    Scratch,
    Searched,
    coarsest_unit,
    common_divisor,
)
from workhours_sla.worktime.timeline import Timeline
from workhours_sla.worktime.times import TICK
from workhours_sla.worktime.verbs import WorkingTime

_DAY = 86_400_000_000


class Demand(NamedTuple):
    """A span of instants to compile, and the working time ``ahead`` of it and ``back`` from it."""

    lo: timedelta
    hi: timedelta
    ahead: timedelta | None = None
    back: timedelta | None = None

    def merged_with(self, other: Demand) -> Demand:
        return Demand(
            min(other.lo, self.lo),
            max(other.hi, self.hi),
            max(filter(None, (other.ahead, self.ahead)), default=self.ahead),
            max(filter(None, (other.back, self.back)), default=self.back),
        )


def _curve(lines: Sequence[Timeline], demand: Demand, *, edges: bool) -> Curve:
    runs = []
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
            for opening in (False, True):
                line.edge(before, opening=opening, ahead=False)
                line.edge(last, opening=opening, ahead=True)
        snapshot = line.at(last)
        starts, ends = (
            np.array([moment // TICK for moment in moments], np.int64)
            for moments in (snapshot.starts, snapshot.ends)
        )
        runs.append((starts, ends, snapshot.lo // TICK, snapshot.hi // TICK))
    return Curve.of(runs)


class Horizon:
    """The compiled curves, and the tables built from them."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        slots: dict[tuple[bytes, ...], int] = {}
        keys = {id(curve): tuple(part.tobytes() for part in curve) for curve in curves}
        places = [slots.setdefault(keys[id(curve)], len(slots)) for curve in curves]
        self.curves: list[Curve] = [curves[places.index(slot)] for slot in range(len(slots))]
        self.slot_of: Ints = np.array(places, np.int64)
        self._identity = places == list(range(len(places)))
        edges = (part for curve in self.curves for part in curve.edges)
        self.unit: str = coarsest_unit(common_divisor(1_000_000, *edges))
        self._tables: Tables | None = None

    def slots(self, codes: Ints | None, out: Ints) -> Ints | None:
        """Return the slot of each row, given the index of its schedule; may use ``out``."""
        if codes is None or self._identity:
            return codes
        found: Ints = self.slot_of.take(codes, out=out, mode="clip")
        return found

    def tables(self) -> Tables:
        found = self._tables
        if found is None:
            found = self._tables = Tables(self.curves)
        return found


class Compiled:
    """The compiled part of some schedules, which grows when a column needs more."""

    # Two threads may replace the horizon at the same time; each continues with its own. Openings
    # and closings (``edges``) have timelines of their own: an opening may be very far away, and
    # would make the tables of all other verbs large.

    def __init__(self, schedules: tuple[WorkingTime, ...], *, edges: bool) -> None:
        self._schedules, self._edges = schedules, edges
        self._lines = {
            one: one.compiled.compile_lines() if edges else one.compiled.lines
            for one in set(schedules)
        }
        self._reached: tuple[Demand | None, Horizon] = None, Horizon([])

    @property
    def horizon(self) -> Horizon:
        return self._reached[1]

    def reaching(self, demand: Demand) -> Horizon:
        """Return a Horizon that contains what ``demand`` needs, within the dates that are known."""
        asked, horizon = self._reached
        if asked is not None:
            demand = demand.merged_with(asked)
        if demand != asked:
            curves = {
                one: _curve(lines, demand, edges=self._edges) for one, lines in self._lines.items()
            }
            horizon = Horizon([curves[one] for one in self._schedules])
            self._reached = demand, horizon
        return horizon


@lru_cache(maxsize=32)
def compiled(schedules: tuple[WorkingTime, ...], *, edges: bool = False) -> Compiled:
    """Return the cached Compiled object of some schedules; equal schedules share it."""
    return Compiled(schedules, edges=edges)


class Tables:
    """The look-up tables of some schedules.

    From ``lo`` to ``hi`` all schedules are known; the range is empty if unknown dates divide the
    known time of one of them.
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        lengths = [curve.ends - curve.starts for curve in curves]
        # at most a day, since each slot is followed by an empty cell of this length
        g = common_divisor(_DAY, *lengths)
        cells = np.array([int(length.sum()) // g + 1 for length in lengths])
        if (1 + int(cells.sum())) * g >= ROOM:
            msg = (
                f"{len(curves)} schedules over so many years have too much working time for one "
                "column; ask about fewer schedules, or about fewer years"
            )
            raise OverflowError(msg)
        bases = (1 + np.cumsum(cells) - cells) * g
        self.curves: list[Curve] = [
            curve._replace(cum=curve.cum + base) for curve, base in zip(curves, bases, strict=True)
        ]
        self.lo: int = 1
        self.hi: int = 0
        if all(len(curve.lo) == 1 for curve in curves):
            self.lo = max(one.since for one in self.curves)
            self.hi = min(one.until for one in self.curves)
        self.cell: int = common_divisor(0, *(part for curve in curves for part in curve.edges))
        known = [one for one in self.curves if one.since <= one.until]
        by_cells = len(known) == len(curves) and Cells.fit(known, self.cell)
        self.forward: Cells | Searched = (
            Cells(known, self.cell) if by_cells else Searched(self.curves)
        )
        self.inverse: Inverse = Inverse(self.curves, g)
        self.runs: Runs = Runs(self.curves)
        self.budgets: dict[tuple[str, int], OneBudget | int] = {}
        """The tables of ``solve._one_budget``, or the number of rows that were asked for so far."""

    def last_with(self, ahead: int, *, opening: bool) -> int:
        """Return the last instant after which all slots know ``ahead``, or also an ``opening``."""
        last = self.hi
        for one in self.curves:
            left = int(one.cum[-1]) - ahead - opening
            index = int(one.cum.searchsorted(left, "right")) - 1
            if index < 0:
                return self.lo - 1
            if index < len(one.starts):
                last = min(last, int(one.starts[index]) + left - int(one.cum[index]))
        return last

    def first_with(self, back: int) -> int:
        """Return the first instant before which all slots know ``back`` of working time."""
        first = self.lo
        for one in self.curves:
            needed = int(one.cum[0]) + back
            index = int(one.cum.searchsorted(needed, "left"))
            if index == len(one.cum):
                return self.hi + 1
            if index:
                first = max(first, int(one.starts[index - 1]) + needed - int(one.cum[index - 1]))
        return first


class Runs:
    """The runs of all slots, one slot after another; run 0 is that of unknown instants.

    ``begin`` and ``end`` are the first and the last instant of each run, and ``base`` and ``total``
    the working time before them. Each slot has a place before its runs, which no instant is in.
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        known = [one for one in curves if len(one.lo)]
        lo, hi = min(one.since for one in known), max(one.until for one in known)
        self._span = lo, hi
        self._finder = Finder([one.lo for one in curves], self._span)
        columns = (
            np.concatenate([np.append(before, part) for part in parts])
            for before, parts in (
                (MAX, [one.lo for one in curves]),
                (0, [one.hi for one in curves]),
                (0, [one.cum[one.first[:-1]] for one in curves]),
                (0, [one.cum[one.first[1:]] for one in curves]),
            )
        )
        self.begin: Ints = next(columns)
        self.end: Ints = next(columns)
        self.base: Ints = next(columns)
        self.total: Ints = next(columns)

    def of(self, t: Ints, slots: Ints | None) -> Ints:
        """Return the run that contains each instant, or 0."""
        run = self._finder.find(t.clip(*self._span), slots, Scratch.of(len(t)))
        return np.where(self.contain(run, t), run, 0)

    def contain(self, run: Ints, t: Ints) -> Bools:
        found: Bools = (self.begin.take(run) <= t) & (t <= self.end.take(run))
        return found

"""Answer a column in one pass, chunk by chunk; only the answers need memory for the whole column.

If all instants and answers of a chunk are within one range of known dates, the rows of the chunk
are not checked one by one. Otherwise the schedules are compiled once, as far as the whole column
needs. If a chunk is then still not within one range, each of its rows is checked, and unknown rows
are marked.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from workhours_sla.worktime.columns.arguments import NAT
from workhours_sla.worktime.columns.cells import CellForward
from workhours_sla.worktime.columns.kernels import locate, measure
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints, Scratch
from workhours_sla.worktime.columns.one_budget import one_budget
from workhours_sla.worktime.columns.rows import Quick, Rows, Verb
from workhours_sla.worktime.columns.tables import Compiled, Demand, Horizon, Tables

CHUNK = 131_072
FEW_ROWS = 500
"""For fewer rows, a binary search is faster than building tables."""
_FARTHEST = 10**18
"""Microseconds from 1970 to an instant after year 9999; negated, to one before year 1."""


class FinerUnit(Exception):  # noqa: N818 - control flow, not an error
    """Raised if opening hours are not whole numbers in the rows' unit; ``unit`` is fine enough."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit


def sweep(verb: Verb, compiled: Compiled, rows: Rows, unit: str) -> tuple[Ints, Bools | None]:
    """Return the answers, and a mask of the rows that depend on unknown dates.

    The mask is None if no row depends on unknown dates. Raises FinerUnit.
    """
    count = len(rows.start)
    out = np.empty(count, np.int64)
    unknown: Bools | None = None
    few = count < FEW_ROWS
    space = Scratch(min(CHUNK, count))
    solve = measure if verb in ("elapsed", "is_working") else locate
    bounds = _Bounds(verb, rows)
    grown = False
    reach = _Reach(verb, bounds, _tables(compiled.horizon, unit, few_rows=few))
    quick = quick_of(verb, reach, rows)
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        chunk = rows if last - first == count else rows.cut(first, last)
        own = space.cut(last - first)
        if quick is not None and quick.answer(chunk, out[first:last], own):
            continue
        lo, hi, with_nat = bounds.of(chunk, own)
        known = reach.covers(lo, hi)
        if not known and not grown:
            horizon = compiled.reaching(bounds.demand(rows, unit))
            reach = _Reach(verb, bounds, _tables(horizon, unit, few_rows=few))
            grown, known = True, reach.covers(lo, hi)
            quick = quick_of(verb, reach, rows)
            if quick is not None and quick.answer(chunk, out[first:last], own):
                continue
        missing: Bools | None
        if reach.tables is None:  # none of these instants is known
            out[first:last] = NAT
            missing = np.ones(last - first, np.bool_)
        else:
            missing = solve(verb, reach.tables, chunk, out[first:last], own, known=known)
        for column in with_nat:
            np.equal(column, NAT, out=own.flags)
            np.copyto(out[first:last], 0 if verb == "is_working" else NAT, where=own.flags)
            if missing is not None:
                missing &= ~own.flags
        if missing is not None and missing.any():
            unknown = np.zeros(count, np.bool_) if unknown is None else unknown
            unknown[first:last] = missing
    return out, unknown


def _tables(horizon: Horizon, unit: str, *, few_rows: bool) -> Tables | None:
    if PER_SECOND[horizon.unit] > PER_SECOND[unit]:
        raise FinerUnit(horizon.unit)
    if not any(len(curve.lo) for curve in horizon.curves):
        return None
    return horizon.tables(unit, few_rows=few_rows)


def quick_of(verb: Verb, reach: _Reach, rows: Rows) -> Quick | None:
    """Return a table that answers most chunks without checking each row, or None."""
    tables = reach.tables
    if tables is None or reach.first > reach.last or rows.pauses is not None:
        return None
    if verb == "elapsed":
        forward = tables.forward
        return forward if isinstance(forward, CellForward) else None
    if verb == "is_working" or isinstance(rows.budget, np.ndarray):
        return None
    return one_budget(verb, rows.budget, tables, (reach.first, reach.last), len(rows.start))


class _Bounds:
    """Calculates the earliest and the latest instant of rows.

    ``most`` is the largest budget of all rows.
    """

    def __init__(self, verb: Verb, rows: Rows) -> None:
        self._verb = verb
        budget = rows.budget
        self.most = int(budget.max(initial=0)) if isinstance(budget, np.ndarray) else budget

    @staticmethod
    def of(rows: Rows, space: Scratch) -> tuple[int, int, list[Ints]]:
        """Return the earliest and the latest instant of rows, and the columns that have NaT."""
        lo, hi = MAX, NAT
        with_nat = []
        for column in (rows.start, rows.end):
            if column is None or not len(column):
                continue
            least = int(column.min())
            if least == NAT:
                with_nat.append(column)
                # NaT is the least integer: subtracting 1 makes it the greatest
                least = int(np.subtract(column, 1, out=space.x).min()) + 1
            lo, hi = min(lo, least), max(hi, int(column.max()))
        return lo, hi, with_nat

    def demand(self, rows: Rows, unit: str) -> Demand:
        """Return what must be compiled for all rows, whose instants are in ``unit``s."""
        lo, hi = MAX, NAT
        space = Scratch(min(CHUNK, len(rows.start)))
        for first in range(0, len(rows.start), CHUNK):
            last = min(first + CHUNK, len(rows.start))
            least, most, _ = self.of(rows.cut(first, last), space.cut(last - first))
            lo, hi = min(lo, least), max(hi, most)
        if rows.pauses is not None and self._verb != "elapsed" and rows.pauses.ends.size:
            until = rows.pauses.ends
            if rows.pauses.open_ended is not None:
                until = until[~rows.pauses.open_ended]
            hi = max(hi, int(until.max(initial=hi)))
        scale = PER_SECOND[unit]
        amount = timedelta(microseconds=min(-(-self.most * 1_000_000 // scale), _FARTHEST))
        return Demand(
            moment_at(lo, scale),
            moment_at(hi + 1, scale),
            ahead=amount if self._verb in ("deadline", "breaches_after") else None,
            back=amount if self._verb == "latest_start" else None,
        )


def moment_at(value: int, scale: int) -> timedelta:
    """Return an integer as an instant; ``scale`` is the number of its units in a second.

    Instants farther from 1970 than ``_FARTHEST`` are clipped.
    """
    micros = value * 1_000_000 // scale
    return timedelta(microseconds=max(-_FARTHEST, min(micros, _FARTHEST)))


class _Reach:
    """The instants for which a verb has an answer with every schedule and budget of the column."""

    def __init__(self, verb: Verb, bounds: _Bounds, tables: Tables | None) -> None:
        self.tables = tables
        self.most = bounds.most
        self.first, self.last = 1, 0
        if tables is None:
            return
        self.first, self.last = tables.lo, tables.hi
        if self.first > self.last:
            return
        if verb == "is_working":
            self.last -= 1
        elif verb == "latest_start":
            self.first = tables.first_with(bounds.most)
        elif verb != "elapsed":
            self.last = tables.last_with(bounds.most, opening=verb == "breaches_after")

    def covers(self, lo: int, hi: int) -> bool:
        return lo > hi or (self.first <= lo and hi <= self.last)

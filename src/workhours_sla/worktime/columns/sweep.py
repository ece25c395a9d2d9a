"""One pass over the rows: chunk by chunk, in place, with nothing allocated but the answer.

A chunk whose instants all lie within one run of known dates, answers included, needs no look at
any single row. Where some row does not, the horizon grows once to hold the whole column; what
then still lies outside is looked at row by row, and marked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

import numpy as np

from workhours_sla.worktime.columns.arguments import NAT, HeldRows
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints, Scratch
from workhours_sla.worktime.columns.tables import Compiled, Demand, Horizon, Tables

CHUNK = 32_768
FEW_ROWS = 500
"""Below this many rows a binary search is cheaper than building tables."""
_FARTHEST = 10**18
"""Microseconds past either end of the years 1 to 9999."""

Verb = Literal["elapsed", "is_working", "deadline", "breaches_after", "latest_start"]


class Rows(NamedTuple):
    """What is asked of each row, as integers of one unit and of one length."""

    start: Ints
    end: Ints | None = None
    budget: Ints | int = 0
    codes: Ints | None = None
    held: HeldRows | None = None

    def cut(self, first: int, last: int) -> Rows:
        """Return the rows from ``first`` to ``last``."""
        own = slice(first, last)
        return Rows(
            self.start[own],
            None if self.end is None else self.end[own],
            self.budget[own] if isinstance(self.budget, np.ndarray) else self.budget,
            None if self.codes is None else self.codes[own],
            None if self.held is None else self.held.cut(first, last),
        )


class FinerUnit(Exception):  # noqa: N818 - a turn of the way, not an error
    """The schedules turn out to have boundaries that the rows' unit cannot hold."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit


def sweep(verb: Verb, compiled: Compiled, rows: Rows, unit: str) -> tuple[Ints, Bools | None]:
    """Return the answers, and which rows the calendar does not know (None: it knows all)."""
    count = len(rows.start)
    out = np.empty(count, np.int64)
    unknown: Bools | None = None
    few = count < FEW_ROWS
    space = Scratch(min(CHUNK, count))
    solve = _measure if verb in ("elapsed", "is_working") else _locate
    bounds = _Bounds(verb, rows)
    grown = False
    reach = _Reach(verb, bounds, _tables(compiled.horizon, unit, few_rows=few))
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        chunk = rows if last - first == count else rows.cut(first, last)
        own = space.cut(last - first)
        lo, hi, with_nat = bounds.of(chunk, own)
        known = reach.covers(lo, hi)
        if not known and not grown:
            horizon = compiled.reaching(bounds.demand(rows, unit))
            reach = _Reach(verb, bounds, _tables(horizon, unit, few_rows=few))
            grown, known = True, reach.covers(lo, hi)
        if reach.tables is None:  # not one of these instants is known
            out[first:last] = NAT
            missing: Bools | None = np.ones(last - first, np.bool_)
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


class _Bounds:
    """The least and the greatest instant of rows, and the budgets they have at most."""

    def __init__(self, verb: Verb, rows: Rows) -> None:
        self._verb = verb
        budget = rows.budget
        self.most = int(budget.max(initial=0)) if isinstance(budget, np.ndarray) else budget

    @staticmethod
    def of(rows: Rows, space: Scratch) -> tuple[int, int, list[Ints]]:
        """Return (least, greatest, the columns that have NaT), NaT left aside."""
        lo, hi = MAX, NAT
        with_nat = []
        for column in (rows.start, rows.end):
            if column is None or not len(column):
                continue
            least = int(column.min())
            if least == NAT:
                with_nat.append(column)
                # one below the least integer wraps to the greatest
                least = int(np.subtract(column, 1, out=space.x).min()) + 1
            lo, hi = min(lo, least), max(hi, int(column.max()))
        return lo, hi, with_nat

    def demand(self, rows: Rows, unit: str) -> Demand:
        """Return what the whole column needs compiled."""
        lo, hi = MAX, NAT
        space = Scratch(min(CHUNK, len(rows.start)))
        for first in range(0, len(rows.start), CHUNK):
            last = min(first + CHUNK, len(rows.start))
            least, most, _ = self.of(rows.cut(first, last), space.cut(last - first))
            lo, hi = min(lo, least), max(hi, most)
        if rows.held is not None and self._verb != "elapsed" and rows.held.ends.size:
            until = rows.held.ends
            if rows.held.goes_on is not None:
                until = until[~rows.held.goes_on]
            hi = max(hi, int(until.max(initial=hi)))
        scale = PER_SECOND[unit]
        amount = timedelta(microseconds=min(-(-self.most * 1_000_000 // scale), _FARTHEST))
        return Demand(
            _moment(lo, scale),
            _moment(hi + 1, scale),
            ahead=amount if self._verb in ("deadline", "breaches_after") else None,
            back=amount if self._verb == "latest_start" else None,
        )


def _moment(value: int, scale: int) -> timedelta:
    micros = value * 1_000_000 // scale
    return timedelta(microseconds=max(-_FARTHEST, min(micros, _FARTHEST)))


class _Reach:
    """Between which instants every row has an answer, whatever its schedule."""

    def __init__(self, verb: Verb, bounds: _Bounds, tables: Tables | None) -> None:
        self.tables = tables
        self._first, self._last = 1, 0
        if tables is None:
            return
        self._first, self._last = tables.lo, tables.hi
        if self._first > self._last:
            return
        if verb == "is_working":
            self._last -= 1
        elif verb == "latest_start":
            self._first = tables.first_with(bounds.most)
        elif verb != "elapsed":
            self._last = tables.last_with(bounds.most, opening=verb == "breaches_after")

    def covers(self, lo: int, hi: int) -> bool:
        return lo > hi or (self._first <= lo and hi <= self._last)


def _measure(  # noqa: PLR0913
    verb: Verb, tables: Tables, rows: Rows, out: Ints, space: Scratch, *, known: bool
) -> Bools | None:
    """Put the working time between two instants into ``out``; mark the rows not known."""
    forward = tables.forward
    offsets = _offsets(tables, rows, space)
    end = rows.end
    if verb == "is_working":
        end = np.add(rows.start, 1, out=space.z)
    assert end is not None  # noqa: S101 - of the two verbs that measure
    forward.worked(end, offsets, out, space)
    forward.worked(rows.start, offsets, space.y, space)
    np.subtract(out, space.y, out=out)
    if rows.held is not None and len(rows.held.starts):
        out -= _held_between(tables, rows, rows.held)
    if known:
        return None
    run = tables.runs_of(rows.start, rows.codes)
    if verb == "is_working":
        ends: Bools = rows.start >= tables.run_end[run]
        return ends | (run < 0)
    apart: Bools = run != tables.runs_of(end, rows.codes)
    return apart | (run < 0)


def _offsets(tables: Tables, rows: Rows, space: Scratch) -> Ints | None:
    if rows.codes is None:
        return None
    return tables.forward.offset_of.take(rows.codes, out=space.offsets, mode="clip")


def _held_between(tables: Tables, rows: Rows, held: HeldRows) -> Ints:
    """Return the working time held back of each row, of its sign."""
    assert rows.end is not None  # noqa: S101 - only elapsed has holds
    of_row = held.rows()
    lo = _of(np.minimum(rows.start, rows.end), of_row)
    hi = _of(np.maximum(rows.start, rows.end), of_row)
    space = Scratch(len(held.starts))
    offsets = _offsets_of(tables, rows, of_row)
    np.minimum(np.maximum(held.ends, lo, out=space.y), hi, out=space.y)
    paused = np.empty(len(held.starts), np.int64)
    tables.forward.worked(space.y, offsets, paused, space)
    np.minimum(np.maximum(held.starts, lo, out=space.y), hi, out=space.y)
    tables.forward.worked(space.y, offsets, space.z, space)
    np.subtract(paused, space.z, out=paused)
    held_back = paused if of_row is None else _summed(paused, held.offsets)
    backwards = rows.end < rows.start
    return np.negative(held_back, out=held_back, where=backwards)


def _of(values: Ints, of_row: Ints | None) -> Ints:
    """Return the value of each hold's row."""
    return values if of_row is None else values.take(of_row)


def _offsets_of(tables: Tables, rows: Rows, of_row: Ints | None) -> Ints | None:
    if rows.codes is None:
        return None
    return tables.forward.offset_of.take(_of(rows.codes, of_row))


def _before(amounts: Ints) -> Ints:
    """Return the sum of the amounts before each, and that of all."""
    before = np.empty(len(amounts) + 1, np.int64)
    before[0] = 0
    np.cumsum(amounts, out=before[1:])
    return before


def _summed(amounts: Ints, offsets: Ints) -> Ints:
    before = _before(amounts)
    return before.take(offsets[1:]) - before.take(offsets[:-1])


def _locate(  # noqa: PLR0913
    verb: Verb, tables: Tables, rows: Rows, out: Ints, space: Scratch, *, known: bool
) -> Bools | None:
    """Put the instant that a budget leads to into ``out``; mark the rows not known."""
    forward, start, budget = tables.forward, rows.start, rows.budget
    offsets = _offsets(tables, rows, space)
    forward.worked(start, offsets, space.y, space)
    wanted = (np.subtract if verb == "latest_start" else np.add)(space.y, budget, out=space.z)
    missing: Bools | None = None
    goes_on: Bools | None = None
    if rows.held is not None and len(rows.held.starts):
        paused, missing, goes_on = _held_ahead(verb, tables, rows, rows.held, space.y)
        wanted += paused
    if not known or missing is not None:
        outside = _outside(verb, tables, rows, wanted)
        missing = outside if missing is None else missing | outside
        if goes_on is not None:
            missing &= ~goes_on
    amount = np.subtract(wanted, 1, out=space.y) if verb == "deadline" else wanted
    tables.inverse.shift(amount, out, space)
    np.add(out, wanted, out=out)
    if verb != "breaches_after" and not np.all(budget):
        np.copyto(out, start, where=np.equal(budget, 0))
    if goes_on is not None:
        np.copyto(out, NAT, where=goes_on)
    return missing


def _outside(verb: Verb, tables: Tables, rows: Rows, wanted: Ints) -> Bools:
    """Return the rows that are in no run of known dates, or whose answer lies outside of it."""
    run = tables.runs_of(rows.start, rows.codes)
    if verb == "latest_start":
        outside = wanted < tables.run_base[run]
    elif verb == "deadline":
        outside = wanted > tables.run_total[run]
    else:
        outside = wanted >= tables.run_total[run]
    if verb != "breaches_after":
        outside &= np.not_equal(rows.budget, 0)
    return outside | (run < 0)


def _held_ahead(
    verb: Verb, tables: Tables, rows: Rows, held: HeldRows, at_start: Ints
) -> tuple[Ints, Bools, Bools | None]:
    """Return (working time held back before the answer, rows not known, rows without answer).

    A hold delays the answer when less than the budget was used before it; for the latest
    instant within the budget, also when just the budget was. ``at_start`` is C of each start.
    """
    of_row = held.rows()
    run = tables.runs_of(rows.start, rows.codes)
    start, end = _of(rows.start, of_row), _of(tables.run_end[run], of_row)
    offsets = _offsets_of(tables, rows, of_row)
    space = Scratch(len(start))
    begins, ends = np.maximum(held.starts, start), np.maximum(held.ends, start)
    hold_from, paused = np.empty_like(begins), np.empty_like(begins)
    tables.forward.worked(np.minimum(begins, end, out=space.y), offsets, hold_from, space)
    tables.forward.worked(np.minimum(ends, end, out=space.y), offsets, paused, space)
    np.subtract(paused, hold_from, out=paused)
    used = hold_from - _of(at_start, of_row)
    if of_row is not None:
        before = _before(paused)
        used -= before[:-1] - before.take(held.offsets[:-1]).take(of_row)
    budget: Ints | int = rows.budget
    if isinstance(budget, np.ndarray):
        budget = _of(budget, of_row)
    counts = used <= budget if verb == "breaches_after" else used < budget
    counts &= _of(run, of_row) >= 0
    counts &= (begins <= end) & (ends > start)
    past = counts & (ends > end)
    if held.goes_on is None:
        return _total(paused * counts, held, of_row), _any(past, held, of_row), None
    past &= ~held.goes_on
    return (
        _total(paused * counts, held, of_row),
        _any(past, held, of_row),
        _any(counts & held.goes_on, held, of_row),
    )


def _total(amounts: Ints, held: HeldRows, of_row: Ints | None) -> Ints:
    return amounts if of_row is None else _summed(amounts, held.offsets)


def _any(marks: Bools, held: HeldRows, of_row: Ints | None) -> Bools:
    return marks if of_row is None else _summed(marks.astype(np.int64), held.offsets) > 0

"""Answer a column in one pass, chunk by chunk; only the answers need memory for the whole column.

If all instants and answers of a chunk are within the run that all schedules know, its rows are not
checked. Otherwise the schedules are compiled once, as far as the whole column needs, and then the
rows of each chunk that is still not within it are checked one by one.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, Final

import numpy as np

from workhours_sla.worktime.columns.inputs import EDGE_VERBS, PauseRows, Question, Verb
from workhours_sla.worktime.columns.lookup_tables import Compiled, Demand, Horizon, Tables, compiled
from workhours_sla.worktime.columns.lookups import (
    CELLS,
    MAX,
    NAT,
    Bools,
    Cells,
    Curve,
    Ints,
    OneBudget,
    Scratch,
)
from workhours_sla.worktime.pauses import delays

CHUNK = 131_072
ROWS_PER_CELL = 8
"""A table of one budget is built after this many rows for each cell, in one or more columns."""
LOCATED: Final = ("deadline", "breaches_after", "latest_start")
_MOST_BUDGETS, _MOST_BUDGET_CELLS = 8, 2**20
_FARTHEST = 10**18
"""Microseconds from 1970 to an instant after year 9999; negated, to one before year 1."""

Solved = tuple[Ints, str, Bools | None]
"""The answers, a numpy unit in which they are whole, and a mask of the rows that depend on unknown
dates, None without any."""


def solve(asked: Question[Any]) -> Solved:
    """Return the answers of a verb whose budget is an amount of working time."""
    edges = asked.verb in EDGE_VERBS
    known = compiled(asked.schedules, edges=True) if edges else compiled(asked.schedules)
    found, unknown = _find_edges(asked, known) if edges else _sweep(asked, known)
    return found, known.horizon.unit, unknown


def _sweep(asked: Question[Any], known: Compiled) -> tuple[Ints, Bools | None]:
    out = np.empty(asked.size, np.int64)
    unknown: Bools | None = None
    space = Scratch.of(min(CHUNK, asked.size))
    reach, grown = _Reach(asked, known.horizon), False
    for first in range(0, asked.size, CHUNK):
        last = min(first + CHUNK, asked.size)
        chunk = asked.some(slice(first, last)) if asked.size > CHUNK else asked
        found, own = out[first:last], space.cut(last - first)
        if reach.answer_unchecked(chunk, found, own):
            continue
        lo, hi, nat = _bounds(chunk, own)
        if not (grown or reach.covers(lo, hi)):
            reach, grown = _Reach(asked, known.reaching(_demand(asked))), True
            if reach.answer_unchecked(chunk, found, own):
                continue
        missing = reach.answer(chunk, found, own, known=reach.covers(lo, hi))
        for column in nat:
            rows = column == NAT
            found[rows] = 0 if asked.verb == "is_working" else NAT
            if missing is not None:
                missing &= ~rows
        if missing is not None and missing.any():
            unknown = np.zeros(asked.size, np.bool_) if unknown is None else unknown
            unknown[first:last] = missing
    return out, unknown


def _bounds(asked: Question[Any], space: Scratch) -> tuple[int, int, list[Ints]]:
    """Return the earliest and the latest instant, and the columns that have NaT."""
    lo, hi, nat = MAX, NAT, []
    for column in (asked.start, asked.end):
        if column is None or not len(column):
            continue
        least = int(column.min())
        if least == NAT:
            nat.append(column)
            # NaT is the least integer: subtracting 1 makes it the greatest
            least = int(np.subtract(column, 1, out=space.x).min()) + 1
        lo, hi = min(lo, least), max(hi, int(column.max()))
    return lo, hi, nat


def _demand(asked: Question[Any]) -> Demand:
    verb = asked.verb
    lo, hi, _ = _bounds(asked, Scratch.of(asked.size))
    if asked.pauses is not None and verb != "elapsed":
        ends = asked.pauses.ends
        hi = int(ends.max(initial=hi, where=ends != MAX))
    amount = timedelta(microseconds=_most(asked.budget))
    return Demand(
        _moment(lo),
        _moment(min(hi, _FARTHEST) + 1),
        ahead=amount if verb in ("deadline", "breaches_after") else None,
        back=amount if verb == "latest_start" else None,
    )


def _most(budget: Ints | int) -> int:
    return budget if isinstance(budget, int) else int(budget.max(initial=0))


def _moment(micros: int) -> timedelta:
    return timedelta(microseconds=max(-_FARTHEST, min(micros, _FARTHEST)))


class _Reach:
    """The tables for a question, and the instants at which every row would have an answer."""

    def __init__(self, asked: Question[Any], horizon: Horizon) -> None:
        verb, budget = asked.verb, asked.budget
        self._horizon = horizon
        self._tables: Tables | None = None
        self._one_budget: OneBudget | None = None
        self._first, self._last = 1, 0
        if not any(len(curve.lo) for curve in horizon.curves):
            return
        tables = self._tables = horizon.tables()
        self._first, self._last = tables.lo, tables.hi
        if self._first > self._last:
            return
        if verb == "is_working":
            self._last -= 1
        elif verb == "latest_start":
            self._first = tables.first_with(_most(budget))
        elif verb != "elapsed":
            self._last = tables.last_with(_most(budget), opening=verb == "breaches_after")
        if verb in LOCATED and isinstance(budget, int) and asked.pauses is None:
            self._one_budget = _one_budget(asked, budget, tables, (self._first, self._last))

    def covers(self, lo: int, hi: int) -> bool:
        return lo > hi or (self._first <= lo and hi <= self._last)

    def answer_unchecked(self, asked: Question[Any], out: Ints, space: Scratch) -> bool:
        """Write the answers to ``out`` without checking each row; return False if impossible."""
        tables = self._tables
        if tables is None or self._first > self._last or asked.pauses is not None:
            return False
        slots = self._horizon.slots(asked.codes, space.slots)
        if self._one_budget is not None:
            return self._one_budget.answer(asked.start, slots, out, space)
        if asked.verb != "elapsed" or asked.end is None or not isinstance(tables.forward, Cells):
            return False
        return tables.forward.between(asked.start, asked.end, slots, out, space)

    def answer(
        self, asked: Question[Any], out: Ints, space: Scratch, *, known: bool
    ) -> Bools | None:
        """Write the answers; return the rows with unknown dates, None if all are ``known``."""
        tables = self._tables
        if tables is None:
            out[:] = NAT
            return np.ones(len(out), np.bool_)
        slots = self._horizon.slots(asked.codes, space.slots)
        if asked.verb not in LOCATED:
            end = np.add(asked.start, 1, out=space.z) if asked.end is None else asked.end
            _measure(asked, end, tables, slots, out, space)
            return None if known else _not_together(asked, end, tables, slots)
        if asked.pauses is None:
            wanted = _locate(asked, tables, slots, out, space)
            return None if known else _outside(asked, tables, slots, wanted)
        paused, missing, is_open = _paused_before_answer(asked, asked.pauses, tables, slots)
        extended = asked._replace(budget=asked.budget + paused)
        wanted = _locate(extended, tables, slots, out, space)
        missing |= _outside(extended, tables, slots, wanted)
        out[is_open] = NAT
        return missing & ~is_open


# -- amounts ---------------------------------------------------------------------------------


def _measure(
    asked: Question[Any], end: Ints, tables: Tables, slots: Ints | None, out: Ints, space: Scratch
) -> None:
    """Write the working time from each start to its end; for ``is_working`` that of a tick."""
    start, pauses = asked.start, asked.pauses
    tables.forward.worked(end, slots, out, space)
    tables.forward.worked(start, slots, space.y, space)
    np.subtract(out, space.y, out=out)
    if pauses is not None:
        lo, hi = pauses.each(np.minimum(start, end)), pauses.each(np.maximum(start, end))
        within = pauses.starts.clip(lo, hi), pauses.ends.clip(lo, hi)
        since, until = _worked_in_pauses(tables, within, pauses, slots)
        paused = pauses.summed(until - since)
        out -= np.where(end < start, -paused, paused)


def _not_together(asked: Question[Any], end: Ints, tables: Tables, slots: Ints | None) -> Bools:
    run = tables.runs.of(asked.start, slots)
    known = tables.runs.contain(run, end)
    if asked.verb == "is_working":
        known &= asked.start < tables.runs.end[run]
    return ~known


def _worked_in_pauses(
    tables: Tables, columns: tuple[Ints, ...], pauses: PauseRows, slots: Ints | None
) -> list[Ints]:
    slots = None if slots is None else pauses.each(slots)
    space, found = Scratch.of(len(columns[0])), []
    for column in columns:
        found.append(np.empty_like(column))
        tables.forward.worked(column, slots, found[-1], space)
    return found


# -- instants --------------------------------------------------------------------------------


def _locate(
    asked: Question[Any], tables: Tables, slots: Ints | None, out: Ints, space: Scratch
) -> Ints:
    """Write due times, limits or latest starts to ``out``; return C at them, in ``space.z``."""
    verb, start, budget = asked.verb, asked.start, asked.budget
    tables.forward.worked(start, slots, space.y, space)
    wanted = space.z
    (np.subtract if verb == "latest_start" else np.add)(space.y, budget, out=wanted)
    amount = np.subtract(wanted, 1, out=space.y) if verb == "deadline" else wanted
    tables.inverse.shift(amount, out, space)
    np.add(out, wanted, out=out)
    least = budget if isinstance(budget, int) else int(budget.min())
    if verb != "breaches_after" and least == 0:
        np.copyto(out, start, where=np.equal(budget, 0))
    return wanted


def _outside(asked: Question[Any], tables: Tables, slots: Ints | None, wanted: Ints) -> Bools:
    """Return which rows have a start or an answer, at which C is ``wanted``, outside of its run."""
    run = tables.runs.of(asked.start, slots)
    outside: Bools
    if asked.verb == "latest_start":
        outside = wanted < tables.runs.base[run]
    elif asked.verb == "deadline":
        outside = wanted > tables.runs.total[run]
    else:
        outside = wanted >= tables.runs.total[run]
    if asked.verb != "breaches_after":
        outside &= np.not_equal(asked.budget, 0)
    outside |= run == 0
    return outside


def _paused_before_answer(
    asked: Question[Any], pauses: PauseRows, tables: Tables, slots: Ints | None
) -> tuple[Ints, Bools, Bools]:
    """Return the paused working time before each answer, and the unknown and the open rows."""
    # a row is open if a pause without an end delays it
    run = pauses.each(tables.runs.of(asked.start, slots))
    start, end = pauses.each(asked.start), tables.runs.end[run]
    begins, ends = np.maximum(pauses.starts, start), np.maximum(pauses.ends, start)
    instants = np.minimum(begins, end), np.minimum(ends, end), start
    before, after, at_start = _worked_in_pauses(tables, instants, pauses, slots)
    paused = after - before
    earlier = np.concatenate([[0], np.cumsum(paused)])
    used = before - at_start - (earlier[:-1] - pauses.each(earlier.take(pauses.offsets[:-1])))
    budget = asked.budget if isinstance(asked.budget, int) else pauses.each(asked.budget)
    counts = delays(used, budget, limit=asked.verb == "breaches_after")
    counts &= (run > 0) & (begins <= end) & (ends > start)
    is_open = counts & (pauses.ends == MAX)
    return (
        pauses.summed(paused * counts),
        pauses.summed(counts & (ends > end) & ~is_open) > 0,
        pauses.summed(is_open) > 0,
    )


def _one_budget(
    asked: Question[Any], budget: int, tables: Tables, between: tuple[int, int]
) -> OneBudget | None:
    """Return the table of a verb and a budget once enough rows were asked for, else None."""
    kept, key = tables.budgets, (asked.verb, budget)
    found = kept.get(key, 0)
    if isinstance(found, OneBudget):
        return found if found.fits else None
    if found == 0 and len(kept) >= _MOST_BUDGETS:
        kept.clear()
    kept[key] = found + asked.size
    g = math.gcd(tables.cell, budget)
    first, last = -(-between[0] // g), between[1] // g
    cells = max(0, last - first) * len(tables.curves)
    # the answer without a budget is the instant itself, except for the limit
    pays = 0 < cells <= CELLS and (budget > 0 or asked.verb == "breaches_after")
    if not pays or found + asked.size < ROWS_PER_CELL * cells:
        return None
    built = [one.cells for one in list(kept.values()) if isinstance(one, OneBudget)]
    if sum(built) + cells > _MOST_BUDGET_CELLS:
        kept.clear()
    edges = np.arange(first, last + 1) * g
    every = asked._replace(start=edges, codes=None)
    space, answers, worked = Scratch.of(len(edges)), [], []
    for slot in range(len(tables.curves)):
        slots = np.full(len(edges), slot)
        answers.append(np.empty_like(edges))
        _locate(every, tables, slots, answers[-1], space)
        worked.append(np.empty_like(edges))
        tables.forward.worked(edges, slots, worked[-1], space)
    table = kept[key] = OneBudget(edges, answers, worked, after=asked.verb == "deadline")
    return table if table.fits else None


# -- openings and closings -------------------------------------------------------------------


def _find_edges(asked: Question[Any], known: Compiled) -> tuple[Ints, Bools | None]:
    out, unknown = np.full(asked.size, NAT), np.zeros(asked.size, np.bool_)
    lo, hi, _ = _bounds(asked, Scratch.of(asked.size))
    if lo > hi:
        return out, None
    horizon = known.reaching(Demand(_moment(lo), _moment(hi + 1)))
    slots = horizon.slots(asked.codes, np.empty(asked.size, np.int64))
    for slot, curve in enumerate(horizon.curves):
        rows = slice(None) if slots is None else np.flatnonzero(slots == slot)
        t = asked.start[rows]
        found, is_known = _edges(asked.verb, curve, t, inclusive=asked.inclusive)
        out[rows], unknown[rows] = np.where(is_known, found, NAT), ~is_known & (t != NAT)
    return out, unknown if unknown.any() else None


def _edges(verb: Verb, curve: Curve, t: Ints, *, inclusive: bool) -> tuple[Ints, Bools]:
    """Return the edge next to each instant, and which rows know it."""
    if not len(curve.starts):
        return t, np.zeros(len(t), np.bool_)
    ahead, opening = verb.startswith("next"), verb.endswith("opening")
    inclusive &= verb != "next_opening"  # the limit without a budget answers the other case
    several = len(curve.hi) > 1
    run = np.minimum(curve.hi.searchsorted(t), len(curve.hi) - 1) if several else 0
    lo, hi, first, after = (
        part[run] for part in (curve.lo, curve.hi, curve.first[:-1], curve.first[1:])
    )
    edges = curve.starts if opening else curve.ends
    index = edges.searchsorted(t, "left" if ahead == inclusive else "right") - (not ahead)
    found = edges.take(index, mode="clip")
    known = (lo <= t) & (t <= hi) & (first <= index) & (index < after)
    known &= (found > lo) | ahead if opening else found < hi
    if not (ahead or inclusive):
        known &= t > lo
    elif verb == "next_closing" and inclusive:
        # working time may end at the first known instant, if it does not start there
        known &= (t > lo) | ((first < after) & (curve.starts.take(first, mode="clip") == lo))
    elif verb == "previous_opening":
        # working time may start at the last known instant, if it does not end there
        known &= (t < hi) | ((first < after) & (curve.ends.take(after - 1, mode="clip") == hi))
    return found, known

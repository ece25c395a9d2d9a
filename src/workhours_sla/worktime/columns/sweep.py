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
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints, Scratch
from workhours_sla.worktime.columns.rows import PauseRows, Rows, Verb
from workhours_sla.worktime.columns.tables import Compiled, Demand, Horizon, Tables

CHUNK = 32_768
FEW_ROWS = 500
"""For fewer rows, a binary search is faster than building tables."""
_FARTHEST = 10**18
"""Microseconds from 1970 to an instant after year 9999; the negative number is before year 1."""


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
    """Write to ``out`` the working time between the two instants of each row.

    For ``is_working``, writes 1 or 0 instead. Returns a mask of the rows that depend on unknown
    dates, or None if all rows are ``known``.
    """
    forward = tables.forward
    offsets = _offsets(tables, rows, space)
    end = rows.end
    if verb == "is_working":
        end = np.add(rows.start, 1, out=space.z)
    assert end is not None  # noqa: S101 - elapsed has ends
    forward.worked(end, offsets, out, space)
    forward.worked(rows.start, offsets, space.y, space)
    np.subtract(out, space.y, out=out)
    if rows.pauses is not None and len(rows.pauses.starts):
        out -= _paused_between(tables, rows, rows.pauses)
    if known:
        return None
    run = tables.runs.of(rows.start, rows.codes)
    if verb == "is_working":
        ends: Bools = rows.start >= tables.runs.end[run]
        return ends | (run < 0)
    apart: Bools = run != tables.runs.of(end, rows.codes)
    return apart | (run < 0)


def _offsets(tables: Tables, rows: Rows, space: Scratch) -> Ints | None:
    if rows.codes is None:
        return None
    return tables.forward.offset_of.take(rows.codes, out=space.offsets, mode="clip")


def _paused_between(tables: Tables, rows: Rows, pauses: PauseRows) -> Ints:
    """Return the paused working time of each row, negative if the row ends before it starts."""
    assert rows.end is not None  # noqa: S101 - elapsed has ends
    of_row = pauses.rows()
    lo = _of(np.minimum(rows.start, rows.end), of_row)
    hi = _of(np.maximum(rows.start, rows.end), of_row)
    space = Scratch(len(pauses.starts))
    offsets = _offsets_of(tables, rows, of_row)
    np.minimum(np.maximum(pauses.ends, lo, out=space.y), hi, out=space.y)
    paused = np.empty(len(pauses.starts), np.int64)
    tables.forward.worked(space.y, offsets, paused, space)
    np.minimum(np.maximum(pauses.starts, lo, out=space.y), hi, out=space.y)
    tables.forward.worked(space.y, offsets, space.z, space)
    np.subtract(paused, space.z, out=paused)
    within = _summed(paused, pauses, of_row)
    backwards = rows.end < rows.start
    return np.negative(within, out=within, where=backwards)


def _of(values: Ints, of_row: Ints | None) -> Ints:
    """Return the value of each pause's row; ``of_row`` is the result of ``PauseRows.rows``."""
    return values if of_row is None else values.take(of_row)


def _offsets_of(tables: Tables, rows: Rows, of_row: Ints | None) -> Ints | None:
    if rows.codes is None:
        return None
    return tables.forward.offset_of.take(_of(rows.codes, of_row))


def _before(amounts: Ints | Bools) -> Ints:
    """Return cumulative sums: element i is the sum of the first i amounts."""
    before = np.empty(len(amounts) + 1, np.int64)
    before[0] = 0
    np.cumsum(amounts, out=before[1:])
    return before


def _locate(  # noqa: PLR0913
    verb: Verb, tables: Tables, rows: Rows, out: Ints, space: Scratch, *, known: bool
) -> Bools | None:
    """Write to ``out`` the due time, limit or latest start of each row.

    Returns a mask of the rows that depend on unknown dates, or None if all rows are known.
    """
    forward, start, budget = tables.forward, rows.start, rows.budget
    offsets = _offsets(tables, rows, space)
    forward.worked(start, offsets, space.y, space)
    wanted = (np.subtract if verb == "latest_start" else np.add)(space.y, budget, out=space.z)
    missing: Bools | None = None
    open_ended: Bools | None = None
    if rows.pauses is not None and len(rows.pauses.starts):
        paused, missing, open_ended = _paused_before_answer(
            verb, tables, rows, rows.pauses, space.y
        )
        wanted += paused
    if not known or missing is not None:
        outside = _outside(verb, tables, rows, wanted)
        missing = outside if missing is None else missing | outside
        if open_ended is not None:
            missing &= ~open_ended
    amount = np.subtract(wanted, 1, out=space.y) if verb == "deadline" else wanted
    tables.inverse.shift(amount, out, space)
    np.add(out, wanted, out=out)
    if verb != "breaches_after" and not np.all(budget):
        np.copyto(out, start, where=np.equal(budget, 0))
    if open_ended is not None:
        np.copyto(out, NAT, where=open_ended)
    return missing


def _outside(verb: Verb, tables: Tables, rows: Rows, wanted: Ints) -> Bools:
    """Return a mask of the rows whose start or answer is unknown.

    An answer is known if it is in the same range of known dates as the start. ``wanted`` is the
    working time C at each answer.
    """
    run = tables.runs.of(rows.start, rows.codes)
    if verb == "latest_start":
        outside = wanted < tables.runs.base[run]
    elif verb == "deadline":
        outside = wanted > tables.runs.total[run]
    else:
        outside = wanted >= tables.runs.total[run]
    if verb != "breaches_after":
        outside &= np.not_equal(rows.budget, 0)
    return outside | (run < 0)


def _paused_before_answer(
    verb: Verb, tables: Tables, rows: Rows, pauses: PauseRows, at_start: Ints
) -> tuple[Ints, Bools, Bools | None]:
    """Return the paused working time before each answer, and masks of unknown and open rows.

    A pause that begins before the budget is used up delays the due time and the limit. A pause that
    begins exactly when the budget is used up delays only the limit. ``at_start`` is the working
    time C at each start. A row is open if a pause without an end delays its answer. The mask of
    open rows is None if all pauses have an end.
    """
    of_row = pauses.rows()
    run = tables.runs.of(rows.start, rows.codes)
    start, end = _of(rows.start, of_row), _of(tables.runs.end[run], of_row)
    offsets = _offsets_of(tables, rows, of_row)
    space = Scratch(len(start))
    begins, ends = np.maximum(pauses.starts, start), np.maximum(pauses.ends, start)
    used_before, paused = np.empty_like(begins), np.empty_like(begins)
    tables.forward.worked(np.minimum(begins, end, out=space.y), offsets, used_before, space)
    tables.forward.worked(np.minimum(ends, end, out=space.y), offsets, paused, space)
    np.subtract(paused, used_before, out=paused)
    used = used_before - _of(at_start, of_row)
    if of_row is not None:
        before = _before(paused)
        used -= before[:-1] - before.take(pauses.offsets[:-1]).take(of_row)
    budget: Ints | int = rows.budget
    if isinstance(budget, np.ndarray):
        budget = _of(budget, of_row)
    counts = used <= budget if verb == "breaches_after" else used < budget
    counts &= _of(run, of_row) >= 0
    counts &= (begins <= end) & (ends > start)
    past = counts & (ends > end)
    open_rows: Bools | None = None
    if pauses.open_ended is not None:
        past &= ~pauses.open_ended
        open_rows = _summed(counts & pauses.open_ended, pauses, of_row) > 0
    total = _summed(paused * counts, pauses, of_row)
    return total, _summed(past, pauses, of_row) > 0, open_rows


def _summed(amounts: Ints | Bools, pauses: PauseRows, of_row: Ints | None) -> Ints:
    """Return for each row the sum of the amounts of its pauses.

    ``amounts`` has one element per pause. ``of_row`` is the result of ``pauses.rows()``.
    """
    if of_row is None:
        return amounts.astype(np.int64, copy=False)
    before = _before(amounts)
    return before.take(pauses.offsets[1:]) - before.take(pauses.offsets[:-1])

"""Calculate the answers of a chunk of rows from the look-up tables."""

from __future__ import annotations

import numpy as np

from workhours_sla.worktime.columns.arguments import NAT
from workhours_sla.worktime.columns.lookups import Bools, Ints, Scratch
from workhours_sla.worktime.columns.rows import PauseRows, Rows, Verb
from workhours_sla.worktime.columns.tables import Tables


def measure(
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
    apart: Bools = ~tables.runs.contain(run, end)
    return apart | (run < 0)


def _offsets(tables: Tables, rows: Rows, space: Scratch, of_row: Ints | None = None) -> Ints | None:
    """Return the offset of each row; with ``of_row``, that of each pause."""
    if rows.codes is None:
        return None
    return tables.forward.offsets.take(_of(rows.codes, of_row), out=space.offsets)


def _paused_between(tables: Tables, rows: Rows, pauses: PauseRows) -> Ints:
    """Return the paused working time of each row, negative if the row ends before it starts."""
    assert rows.end is not None  # noqa: S101 - elapsed has ends
    of_row = pauses.rows()
    lo = _of(np.minimum(rows.start, rows.end), of_row)
    hi = _of(np.maximum(rows.start, rows.end), of_row)
    space = Scratch(len(pauses.starts))
    offsets = _offsets(tables, rows, space, of_row)
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


def _before(amounts: Ints | Bools) -> Ints:
    """Return cumulative sums: element i is the sum of the first i amounts."""
    before = np.empty(len(amounts) + 1, np.int64)
    before[0] = 0
    np.cumsum(amounts, out=before[1:])
    return before


def locate(
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
    least = int(budget.min()) if isinstance(budget, np.ndarray) else budget
    if verb != "breaches_after" and least == 0:
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
    space = Scratch(len(start))
    offsets = _offsets(tables, rows, space, of_row)
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

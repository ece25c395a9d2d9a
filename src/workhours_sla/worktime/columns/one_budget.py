"""The answers of one budget as a table of cells: one look-up per row.

For a fixed budget, the due time of an instant t is a function of t alone, and so are the limit and
the latest start. If t passes through a cell of ``cells``, whose length also divides the budget, the
answer grows with t in working time, and does not change in closed time. It jumps only between two
cells: a due time just after the instant, the others at the instant.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from workhours_sla.worktime.columns.choice import rows_for_one_budget
from workhours_sla.worktime.columns.kernels import locate
from workhours_sla.worktime.columns.lookups import Ints, Offsets, Scratch
from workhours_sla.worktime.columns.rows import Quick, Rows, Verb
from workhours_sla.worktime.columns.tables import Tables

_MOST_TABLES = 8
_MOST_CELLS = 2**20
"""The most tables kept with the tables of some schedules, and the most cells in them: 8 MB."""


def one_budget(
    verb: Verb, budget: int, tables: Tables, between: tuple[int, int], rows: int
) -> Quick | None:
    """Return the table of a verb and a budget, or None while it is not worth building.

    It is worth building for many rows, in one column or in several. ``between`` are the first and
    the last instant at which all schedules have an answer.
    """
    kept, key = tables.one_budgets, (verb, budget)
    found = kept.get(key)
    if isinstance(found, int):
        found -= rows
        if found > 0:
            kept[key] = found
            return None
    elif key in kept:
        return found
    span = _Span.within(between, math.gcd(tables.cell, budget))
    cells = span.size * len(tables.curves)
    if found is None:
        if len(kept) >= _MOST_TABLES:
            kept.clear()
        # the answer without a budget is the instant itself, except for the limit
        pays = budget > 0 or verb == "breaches_after"
        least = rows_for_one_budget(cells) if pays else None
        if least is None or least > rows:
            kept[key] = None if least is None else least - rows
            return None
    built = [len(one._table) for one in list(kept.values()) if isinstance(one, OneBudget)]
    if sum(built) + cells > _MOST_CELLS:
        kept.clear()
    table = OneBudget(verb, budget, tables, span)
    kept[key] = found = table if table.fits else None
    return found


class _Span(NamedTuple):
    """The cells ``first`` to ``last - 1`` of length g."""

    g: int
    first: int
    last: int

    @classmethod
    def within(cls, between: tuple[int, int], g: int) -> _Span:
        """Return the cells that lie between two instants."""
        return cls(g, -(-between[0] // g), between[1] // g)

    @property
    def size(self) -> int:
        """The number of cells."""
        return max(0, self.last - self.first)


class OneBudget:
    """The answers of a verb for one budget, which must not be 0."""

    def __init__(self, verb: Verb, budget: int, tables: Tables, span: _Span) -> None:
        edges = np.arange(span.first, span.last + 1) * span.g
        after = int(verb == "deadline")  # a cell includes its end, not its beginning
        self._shift = span.first * span.g + after
        self._g = np.uint64(span.g)
        self._size = span.size
        self._offsets = Offsets(tables.slot_of, span.size)
        self._table = np.empty(len(tables.curves) * span.size, np.int64)
        space = Scratch(len(edges))
        found, worked = np.empty_like(edges), np.empty_like(edges)
        fits = True
        for slot in range(len(tables.curves)):
            code = int(np.flatnonzero(tables.slot_of == slot)[0])
            codes = np.full(len(edges), code) if len(tables.curves) > 1 else None
            rows = Rows(edges, budget=budget, codes=codes)
            locate(verb, tables, rows, found, space, known=True)
            offsets = None if codes is None else tables.forward.offsets.take(codes)
            tables.forward.worked(edges, offsets, worked, space)
            at = slice(after, after + span.size)
            answers, times = found[at], edges[at]
            own = self._table[slot * span.size : (slot + 1) * span.size]
            own[:] = np.where(np.diff(worked) > 0, times - answers, answers)
            # an answer changes by at most g within its cell
            fits &= bool((2 * (answers - span.g) >= times + span.g).all())
        self.fits: bool = fits

    def answer(self, rows: Rows, out: Ints, space: Scratch) -> bool:
        """Write the answers to ``out``.

        Returns False if a row is NaT or outside of the cells; then ``out`` is not an answer.
        """
        i, whole = space.i, space.whole
        np.subtract(rows.start, self._shift, out=i)
        np.floor_divide(whole, self._g, out=whole)
        if int(whole.max()) >= self._size:  # as uint64, negative numbers are large
            return False
        if rows.codes is not None:
            np.add(i, self._offsets.take(rows.codes, out=space.offsets), out=i)
        # "wrap" is faster than "clip", but takes very long for an index far outside
        self._table.take(i, out=out, mode="wrap")
        np.subtract(rows.start, out, out=i)
        np.maximum(out, i, out=out)
        return True

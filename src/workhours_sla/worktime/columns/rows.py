"""The arguments of a column verb as integer arrays in one unit, all with the same length."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Protocol, get_args

import numpy as np

from workhours_sla.worktime.columns.lookups import Bools, Ints, Scratch

EdgeVerb = Literal["next_opening", "next_closing", "previous_opening", "previous_closing"]
Verb = Literal["elapsed", "is_working", "deadline", "breaches_after", "latest_start"] | EdgeVerb
EDGE_VERBS: Final[tuple[EdgeVerb, ...]] = get_args(EdgeVerb)


class PauseRows(NamedTuple):
    """The pauses of all rows as integers; row i has the pauses ``offsets[i]:offsets[i + 1]``."""

    starts: Ints
    ends: Ints
    offsets: Ints
    open_ended: Bools | None
    """A mask of the pauses that have no end; None if all pauses have one."""

    def cut(self, first: int, last: int) -> PauseRows:
        """Return the pauses of the rows ``first:last``."""
        offsets = self.offsets[first : last + 1]
        own = slice(int(offsets[0]), int(offsets[-1]))
        return PauseRows(
            self.starts[own],
            self.ends[own],
            offsets - offsets[0],
            None if self.open_ended is None else self.open_ended[own],
        )

    def rows(self) -> Ints | None:
        """Return the row number of each pause, or None if every row has exactly one pause."""
        counts = np.diff(self.offsets)
        if len(counts) == len(self.starts) and counts.all():
            return None
        return np.repeat(np.arange(len(counts)), counts)


class Rows(NamedTuple):
    """The columns of a question as integers, one element per row.

    Only the verbs for openings and closings use ``inclusive``.
    """

    start: Ints
    end: Ints | None = None
    budget: Ints | int = 0
    codes: Ints | None = None
    pauses: PauseRows | None = None
    inclusive: bool = True

    def cut(self, first: int, last: int) -> Rows:
        """Return the rows ``first:last``."""
        own = slice(first, last)
        return Rows(
            self.start[own],
            None if self.end is None else self.end[own],
            self.budget[own] if isinstance(self.budget, np.ndarray) else self.budget,
            None if self.codes is None else self.codes[own],
            None if self.pauses is None else self.pauses.cut(first, last),
            self.inclusive,
        )


class Quick(Protocol):
    """A table that answers a chunk of rows without checking each row, or declines."""

    def answer(self, rows: Rows, out: Ints, space: Scratch) -> bool:
        """Write the answers to ``out``.

        Returns False if a row is NaT, or if its answer may be unknown; then ``out`` is no answer.
        """

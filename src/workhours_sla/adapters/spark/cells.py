"""Schedules as two tables of cells that Spark joins: from an instant to working time, and back.

All numbers are microseconds; instants are counted from 1970-01-01T00:00 UTC. The axis is divided
into cells of ``1 << shift``. Within a cell the answer follows a few straight pieces, so that its
expression is short and the same for every schedule. The tables are small because each schedule has
the largest cells that have at most ``MOST_STARTS`` starts of a new piece.

The working time C of a schedule counts up from run to run, so that an amount of C names its run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workhours_sla.worktime.runs import Run

Ints: TypeAlias = NDArray[np.int64]

MOST_STARTS: Final = 3
"""The most pieces that begin within a cell."""
ENOUGH_CELLS: Final = 20_000
"""A table of a schedule with at most this many cells is small enough."""
MOST_CELLS: Final = 4_000_000
"""A table with more cells is too large to be sent to every process of Spark."""
_SHIFTS: Final = range(20, 47)
_NEVER: Final = 2**62


class Pieces(NamedTuple):
    """The straight pieces of a function: where each starts, and its values.

    ``first`` and ``last`` are the ends of the axis. The first piece starts at ``first``.
    """

    first: int
    last: int
    starts: Ints
    values: tuple[Ints, ...]

    def most_starts(self, shift: int) -> int:
        """Return the most pieces that start within a cell, not counting its first piece."""
        cell = self.starts >> shift
        inside = self.starts > np.maximum(cell << shift, self.first)
        _, counts = np.unique(cell[inside], return_counts=True)
        return int(counts.max(initial=0))

    def count(self, shift: int) -> int:
        """Return the number of cells."""
        return (self.last >> shift) - (self.first >> shift) + 1

    @property
    def shift(self) -> int:
        """The binary logarithm of the size of the cells.

        With this size there are few enough cells, if possible, and few pieces start in each.
        """
        found = _SHIFTS.start
        for most in range(1, MOST_STARTS + 1):
            found = max(
                (one for one in _SHIFTS if self.most_starts(one) <= most), default=_SHIFTS.start
            )
            if self.count(found) <= ENOUGH_CELLS:
                break
        return found


@dataclass(frozen=True)
class Axis:
    """The cells of all schedules on one axis.

    At ``x``, schedule ``number`` has the cell ``offsets[number] + (x >> shifts[number])``.
    ``bounds`` has the places at which a further piece starts within a cell. ``values`` has the
    columns of each piece.
    """

    shifts: tuple[int, ...]
    offsets: tuple[int, ...]
    keys: Ints
    bounds: tuple[Ints, ...]
    values: tuple[tuple[Ints, ...], ...]

    @property
    def columns(self) -> dict[str, Ints]:
        """The columns: ``key``, ``s1``, ``s2``, ..., the pieces ``a0``, ``b0``, ..., ``a1``, ..."""
        found = {"key": self.keys}
        found |= {f"s{n}": bound for n, bound in enumerate(self.bounds, 1)}
        for n, columns in enumerate(self.values):
            found |= {f"{'abcde'[k]}{n}": one for k, one in enumerate(columns)}
        return found


def axis_of(functions: Sequence[Pieces]) -> Axis:
    """Return the cells of the functions of several schedules."""
    shifts = [pieces.shift for pieces in functions]
    most = max(map(Pieces.most_starts, functions, shifts))
    firsts = list(accumulate(map(Pieces.count, functions, shifts), initial=0))
    offsets, keys, parts = [], [], []
    for pieces, shift, first, following in zip(functions, shifts, firsts, firsts[1:], strict=False):
        offset = first - (pieces.first >> shift)
        key = np.arange(first, following)
        cell = key - offset
        index = np.searchsorted(pieces.starts, np.maximum(cell << shift, pieces.first), "right") - 1
        starts = np.append(pieces.starts, [_NEVER] * (most + 1))
        last = len(pieces.starts) - 1
        part = [
            np.where(starts[index + n] >> shift == cell, starts[index + n], _NEVER)
            for n in range(1, most + 1)
        ]
        part += [
            column[np.minimum(index + n, last)] for n in range(most + 1) for column in pieces.values
        ]
        offsets.append(offset)
        keys.append(key)
        parts.append(part)
    columns = [np.concatenate(of_all) for of_all in zip(*parts, strict=True)]
    width = len(functions[0].values)
    values = columns[most:]
    return Axis(
        tuple(shifts),
        tuple(offsets),
        np.concatenate(keys),
        tuple(columns[:most]),
        tuple(tuple(values[n * width : (n + 1) * width]) for n in range(most + 1)),
    )


class Known(NamedTuple):
    """A run of known instants, both ends included, and C at its last instant."""

    lo: int
    hi: int
    last: int


@dataclass(frozen=True)
class Cells:
    """The tables of some schedules, which are numbered from 0.

    A piece of ``worked`` has the columns a and b: C at x is ``min(x - a, b)``. If a schedule has
    several runs, it also has c, d and e: the first and the last instant of the run, and C at its
    end. A piece of ``located`` has the column a: C is w at the instant ``w + a``.

    ``runs`` has the runs of each schedule.
    """

    worked: Axis
    located: Axis
    runs: tuple[tuple[Known, ...], ...]

    @property
    def has_gaps(self) -> bool:
        """Whether a schedule has several runs."""
        return any(len(runs) > 1 for runs in self.runs)


def cells_of(schedules: Iterable[Sequence[Run]]) -> Cells:
    """Return the tables of schedules. A schedule is given as the runs of instants that it knows."""
    functions = [_functions(runs) for runs in schedules]
    known = tuple(ends for _, _, ends in functions)
    worked = [pieces for pieces, _, _ in functions]
    if all(len(runs) == 1 for runs in known):
        worked = [pieces._replace(values=pieces.values[:2]) for pieces in worked]
    return Cells(axis_of(worked), axis_of([inverse for _, inverse, _ in functions]), known)


def _functions(runs: Sequence[Run]) -> tuple[Pieces, Pieces, tuple[Known, ...]]:
    """Return C as a function of the instant, its inverse, and the runs of one schedule."""
    base = 0
    starts, moved, least, begins, shifts = [], [], [], [], []
    known = []
    for run in runs:
        opens, closes = np.array(run.intervals, np.int64).reshape(-1, 2).T
        before = base + np.concatenate([[0], np.cumsum(closes - opens)])
        # an interval that opens with the run replaces the piece before it
        extra = 0 if len(opens) and opens[0] == run.lo else 1
        starts.append(np.concatenate([[run.lo], opens])[1 - extra :])
        moved.append(np.concatenate([[run.lo - base], opens - before[:-1]])[1 - extra :])
        least.append(np.concatenate([[base], before[1:]])[1 - extra :])
        begins.append(before[:-1])
        shifts.append(opens - before[:-1])
        known.append(Known(run.lo, run.hi, int(before[-1])))
        base = int(before[-1]) + 1
    repeats = [len(one) for one in starts]
    of_run = [np.repeat([run[k] for run in known], repeats) for k in range(3)]
    worked = (np.concatenate(moved), np.concatenate(least), *of_run)
    pieces = Pieces(runs[0].lo, runs[-1].hi, np.concatenate(starts), worked)
    begin, shift = np.concatenate(begins), np.concatenate(shifts)
    if not len(begin):  # no working time, so nothing is looked up
        begin, shift = np.zeros(1, np.int64), np.zeros(1, np.int64)
    return pieces, Pieces(0, max(base - 1, 0), begin, (shift,)), tuple(known)

"""The working time of a UTC day as a pattern, which many days share.

All times are microseconds since the start of the UTC day.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Final, NamedTuple

from workhours_sla.worktime.runs import Run

DAY: Final = 86_400_000_000


class Gap(NamedTuple):
    """A stretch of unknown instants within a day, both ends excluded.

    ``jump`` is added to the working time at ``until``, so that the working time of two runs
    differs.
    """

    since: int
    until: int
    jump: int


class Pattern(NamedTuple):
    """The working time of a UTC day: ``pieces`` are pairs (start, length), sorted and disjoint."""

    pieces: tuple[tuple[int, int], ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def total(self) -> int:
        """What the working time grows by over the day, jumps included."""
        return sum(length for _, length in self.pieces) + sum(gap.jump for gap in self.gaps)


EMPTY: Final = Pattern()


class InversePattern(NamedTuple):
    """The working time of a segment, to find the instant at which an amount is worked.

    A segment is one UTC day or several. ``steps`` are triples (before, after, shift): an amount w
    between ``before`` and ``after`` is worked at w + ``shift``, counted from the start of the first
    day.
    """

    steps: tuple[tuple[int, int, int], ...]

    @property
    def total(self) -> int:
        """The working time of the segment."""
        return self.steps[-1][1]

    def joined(self, days: int, before: int, other: InversePattern) -> InversePattern:
        """Return this segment continued by another, which starts some days and amount later."""
        moved = (
            (before + begin, before + end, days * DAY + shift - before)
            for begin, end, shift in other.steps
        )
        return InversePattern((*self.steps, *moved))


def inverse_of(pattern: Pattern) -> InversePattern:
    """Return the inverse of a pattern with working time."""
    jumps = [
        sum(gap.jump for gap in pattern.gaps if gap.until <= start) for start, _ in pattern.pieces
    ]
    worked = accumulate((length for _, length in pattern.pieces), initial=0)
    before = [jump + amount for jump, amount in zip(jumps, worked, strict=False)]
    return InversePattern(
        tuple(
            (begin, begin + length, start - begin)
            for begin, (start, length) in zip(before, pattern.pieces, strict=True)
        )
    )


class Day(NamedTuple):
    """A UTC day of a schedule: its number since 1970-01-01, and the working time before it."""

    number: int
    before: int
    pattern: Pattern


class KnownRun(NamedTuple):
    """The working time C of a run: ``base`` at its first instant ``lo``, ``last`` at ``hi``."""

    lo: int
    hi: int
    base: int
    last: int


def days_of(runs: Iterable[Run], base: int) -> tuple[list[Day], list[KnownRun]]:
    """Return the UTC days of some runs without a hole, and the working time C of each run.

    C is ``base`` at the first instant. C grows by at least 1 from run to run and from day to day of
    a gap, so that it names one run, and the days with the same C differ in no working time.
    """
    days: list[Day] = []
    known: list[KnownRun] = []
    worked = base
    builder: _DayBuilder | None = None
    before_gap = 0
    for run in runs:
        first = run.lo // DAY
        if builder is None:
            builder = _DayBuilder(first, worked)
        else:
            gap_from = before_gap
            while builder.number < first:
                builder.gaps.append(Gap(gap_from - builder.number * DAY, DAY, 1))
                worked += 1
                days.append(builder.day())
                builder = _DayBuilder(builder.number + 1, worked)
                gap_from = builder.number * DAY - 1
            if max(run.lo - 1, gap_from) >= builder.number * DAY:
                since, until = gap_from - builder.number * DAY, run.lo - builder.number * DAY
                builder.gaps.append(Gap(since, until, 1))
                worked += 1
        start_worked = worked
        for start, end in run.intervals:
            at = start
            while at < end:
                while builder.number < at // DAY:
                    days.append(builder.day())
                    builder = _DayBuilder(builder.number + 1, worked)
                until = min(end, (builder.number + 1) * DAY)
                builder.pieces.append((at - builder.number * DAY, until - at))
                worked += until - at
                at = until
        while builder.number < run.hi // DAY:
            days.append(builder.day())
            builder = _DayBuilder(builder.number + 1, worked)
        known.append(KnownRun(run.lo, run.hi, start_worked, worked))
        before_gap = run.hi
    if builder is not None:
        days.append(builder.day())
    return days, known


class _DayBuilder:
    """A UTC day whose pieces and gaps are still being collected."""

    def __init__(self, number: int, before: int) -> None:
        self.number, self.before = number, before
        self.pieces: list[tuple[int, int]] = []
        self.gaps: list[Gap] = []

    def day(self) -> Day:
        return Day(self.number, self.before, Pattern(tuple(self.pieces), tuple(self.gaps)))

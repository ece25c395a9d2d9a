"""Compiled schedules as two tables of edges, in which one search finds an instant or an amount.

All numbers are microseconds; instants are counted from 1970-01-01T00:00 UTC. The *position* of an
instant counts up through all schedules, so that a position names its schedule, too. An *amount* is
the working time since the beginning of the table. Between two schedules, and between two runs of
known instants, positions and amounts leave out more than any budget reaches.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from workhours_sla.errors import ScriptError, needs_extra, shown
from workhours_sla.text.messages import say
from workhours_sla.worktime.runs import (
    Run,
    calendar_versions,
    check_covered,
    runs_between,
)
from workhours_sla.worktime.verbs import WorkingTime

_NAME: Final = re.compile(r"(?!\s)[^\x00-\x1f\x7f\\]{1,200}(?<!\s)")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
FIRST_DATE: Final = date(1970, 1, 2)
"""The first date that is after 1970-01-01T00:00 UTC in every zone: no instant is negative."""
LAST_DATE: Final = date(2105, 12, 31)
"""A double has the microseconds of an instant until February 2106; PostgreSQL counts in doubles."""
UNKNOWN: Final = 2**62
"""The shift of unknown instants: it makes their amounts negative, in signed 64-bit integers."""


class Table(NamedTuple):
    """A table of a script: its name, its columns and its rows.

    >>> Table("days", ("day", "value"), [(20000, 5)]).rows
    [(20000, 5)]
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table; raises ImportError without the extra ``arrow``."""
        try:
            import pyarrow as pa
        except ImportError as error:
            raise needs_extra(what="Arrow tables need pyarrow", extras=("arrow",)) from error
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return pa.table(dict(zip(self.columns, map(list, columns), strict=True)))


class Edge(NamedTuple):
    """The first position of a stretch, the amount there, and the position minus the amount."""

    position: int
    amount: int
    shift: int


@dataclass(frozen=True)
class CompiledSchedules:
    """Schedules as tables of integers, for the dates ``since <= date < until``.

    Instants are microseconds since 1970-01-01T00:00 UTC. ``runs`` has the ranges of known instants
    of each schedule, with their working time.

    >>> from datetime import date
    >>> from workhours_sla import Schedule, sql
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> made = sql.tables({"roads": office}, since=date(2025, 3, 3), until=date(2025, 3, 5))
    >>> made.intervals.rows
    [('roads', 1740981600000000, 1741014000000000), ('roads', 1741068000000000, 1741100400000000)]
    """

    schedules: Mapping[str, WorkingTime]
    since: date
    until: date
    runs: Mapping[str, tuple[Run, ...]]

    @cached_property
    def coverage(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """The ranges (first, last) of known instants of each schedule, both included."""
        return {name: tuple((run.lo, run.hi) for run in runs) for name, runs in self.runs.items()}

    @cached_property
    def version(self) -> str:
        """The date of the Russian calendar data, as text; empty if no schedule is Russian."""
        versions = (calendar_versions(schedule) for schedule in self.schedules.values())
        dates = (one[:10] for of_one in versions for one in of_one if _DATE.match(one))
        return max(dates, default="")

    @cached_property
    def digest(self) -> str:
        """A fingerprint of all names and working time, as 16 hexadecimal digits."""
        content = [(name, [tuple(run) for run in runs]) for name, runs in sorted(self.runs.items())]
        return hashlib.sha256(repr(content).encode()).hexdigest()[:16]

    @cached_property
    def first(self) -> int:
        """The first known instant of all schedules, in microseconds since 1970 UTC."""
        return min(runs[0].lo for runs in self.runs.values())

    @cached_property
    def last(self) -> int:
        """The last known instant of all schedules, in microseconds since 1970 UTC."""
        return max(runs[-1].hi for runs in self.runs.values())

    @property
    def reach(self) -> int:
        """An amount, in microseconds, that is larger than the working time of any schedule."""
        return self.last - self.first + 2

    @cached_property
    def offsets(self) -> dict[str, int]:
        """For each schedule, the number to add to an instant to get its position in ``at``.

        Schedules with the same working time have the same offset.
        """
        distinct = {runs: number for number, runs in enumerate(dict.fromkeys(self.runs.values()))}
        step = self.reach + 2  # beyond the last known instant are two edges
        return {name: distinct[runs] * step - self.first for name, runs in self.runs.items()}

    # -- the tables --------------------------------------------------------------------------

    @property
    def intervals(self) -> Table:
        """One row for each interval of working time of each schedule."""
        rows = [
            (name, start, end)
            for name, runs in self.runs.items()
            for run in runs
            for start, end in run.intervals
        ]
        return Table("interval", ("schedule", "opens", "closes"), rows)

    @cached_property
    def at(self) -> Table:
        """The table that gives the total working time up to an instant.

        A position is an instant plus the schedule's offset. A row is for positions x from ``first``
        to the next row: the total is ``least(x - shift, top)``, negative if unknown.
        """
        edges = list({edge.position: edge for edge in self._edges}.values())
        tops = [*(edge.amount for edge in edges[1:]), edges[-1].amount]
        rows = [(edge.position, edge.shift, top) for edge, top in zip(edges, tops, strict=True)]
        return Table("at", ("first", "shift", "top"), rows)

    @cached_property
    def used(self) -> Table:
        """The table that gives the position at which a total of working time is reached.

        A row is for totals u from ``first`` to the next row: u is reached at ``u + shift``.
        """
        shifts = {edge.amount: edge.shift for edge in self._edges}
        return Table("used", ("first", "shift"), list(shifts.items()))

    @cached_property
    def _edges(self) -> list[Edge]:
        """The openings, and the first instants of known and unknown stretches, sorted.

        Of edges at one position or amount the last counts.
        """
        edges: list[Edge] = []
        amount = 1
        by_offset = {offset: self.runs[name] for name, offset in self.offsets.items()}
        for offset, runs in by_offset.items():
            edges.append(Edge(self.first + offset, amount, UNKNOWN))
            for run in runs:
                for start in _starts(run):
                    edges.append(Edge(start[0] + offset, amount, start[0] + offset - amount))
                    amount += start[1]
                edges.append(Edge(run.hi + 1 + offset, amount, UNKNOWN))
                amount += self.reach + 1
        if edges[-1].position + amount >= UNKNOWN // 2:
            raise ScriptError(say("sql_too_much", count=len(by_offset)))
        return edges


def _starts(run: Run) -> Iterator[tuple[int, int]]:
    """Return the first instant of a run and of its intervals, with the work that follows."""
    yield run.lo, 0
    for start, end in run.intervals:
        yield start, end - start


def compile_schedules(
    schedules: Mapping[str, WorkingTime], since: date, until: date
) -> CompiledSchedules:
    """Compile schedules from the date ``since`` to the date ``until``, which is excluded.

    The first and the last date must be known. A gap between them makes several runs.

    Raises CalendarCoverageError and ScriptError.
    """
    if not schedules:
        raise ScriptError(say("sql_no_schedule"))
    if not FIRST_DATE <= since < until <= LAST_DATE:
        raise ScriptError(say("sql_dates", since=str(since), until=str(until)))
    runs = {}
    for name, schedule in schedules.items():
        if not isinstance(schedule, WorkingTime):
            msg = f"schedules maps names to schedules, but {name!r} has {schedule!r}"
            raise TypeError(msg)
        if not _NAME.fullmatch(str(name)) or "$wh" in name:
            raise ScriptError(say("sql_name", name=shown(name)))
        check_covered(schedule, since, until)
        runs[name] = tuple(runs_between(schedule, since, until))
    return CompiledSchedules(dict(schedules), since, until, runs)

"""The compiled schedules as tables of integers: what a script installs, and what an engine joins.

A *slot* is a compiled schedule; schedules with the same working time share a slot. The working time
C of a slot counts up from the slot's own base, so that an amount of C names its slot, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

from workhours_sla.adapters.sql.patterns import (
    DAY,
    EMPTY,
    Day,
    InversePattern,
    KnownRun,
    Pattern,
    days_of,
    inverse_of,
)
from workhours_sla.errors import ScriptError, needs_extra, shown
from workhours_sla.module_names import public
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
MOST_CELLS_PER_DAY: Final = 4
MOST: Final = 2**62
"""Packed numbers are below this, so that every engine's signed 64-bit integers can store them."""


class Segment(NamedTuple):
    """One or more UTC days with working time: the first day, C before it, and its inverse."""

    number: int
    before: int
    inverse: InversePattern


class Cell(NamedTuple):
    """All amounts C with the same ``C - base >> shift``.

    An amount up to ``bound`` is worked in the segment number ``segment`` of the slot, a greater
    amount in the next.
    """

    key: int
    bound: int
    segment: int


@dataclass(frozen=True)
class Slot:
    """One compiled schedule. ``last`` is the working time C at the end of its last run."""

    index: int
    base: int
    days: tuple[Day, ...]
    runs: tuple[KnownRun, ...]

    @property
    def lo(self) -> int:
        """The first known instant."""
        return self.runs[0].lo

    @property
    def hi(self) -> int:
        """The last known instant."""
        return self.runs[-1].hi

    @property
    def last(self) -> int:
        """The working time from the first to the last known instant, in microseconds."""
        return self.runs[-1].last

    @property
    def first_day(self) -> int:
        """The number of the first UTC day since 1970-01-01."""
        return self.days[0].number

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The distinct patterns of the days, except the empty pattern."""
        return tuple(dict.fromkeys(day.pattern for day in self.days if day.pattern != EMPTY))

    @cached_property
    def shift(self) -> int:
        """The binary logarithm of a cell's size."""
        working = [day for day in self.days if day.pattern.pieces]
        least = min((later.before - day.before for day, later in pairwise(working)), default=DAY)
        fewest = (self.last - self.base) // (MOST_CELLS_PER_DAY * len(self.days))
        return max(least.bit_length() - 1, fewest.bit_length())

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The working days as segments, none with less working time than the size of a cell."""
        found: list[Segment] = []
        for day in self.days:
            if not day.pattern.pieces:
                continue
            one = Segment(day.number, day.before, inverse_of(day.pattern))
            short = found and day.before - found[-1].before < 1 << self.shift
            if short:
                into = found.pop()
                inverse = into.inverse.joined(
                    one.number - into.number, one.before - into.before, one.inverse
                )
                one = Segment(into.number, into.before, inverse)
            found.append(one)
        return tuple(found)

    @cached_property
    def inverses(self) -> tuple[InversePattern, ...]:
        """The distinct inverse patterns of the segments."""
        return tuple(dict.fromkeys(segment.inverse for segment in self.segments))

    def cells(self) -> Iterator[Cell]:
        """Return the cells of all amounts from the base to ``last``, in order."""
        starts = [segment.before for segment in self.segments]
        index = 0
        for key in range((self.last - self.base >> self.shift) + 1):
            first = self.base + (key << self.shift)
            while index + 1 < len(starts) and starts[index + 1] < first:
                index += 1
            bound = starts[index + 1] if index + 1 < len(starts) else self.last
            yield Cell(key, bound, index)


@public("workhours_sla.sql")
class Table(NamedTuple):
    """A table of a script: its name, its columns and its rows.

    >>> Table("days", ("day", "value"), [(20000, 5)]).rows
    [(20000, 5)]
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def to_arrow(self) -> Any:
        """Return the rows as a table of Arrow. Raises ImportError without the extra ``arrow``."""
        try:
            import pyarrow as pa
        except ImportError as error:
            raise needs_extra(what="Arrow tables need pyarrow", extras=("arrow",)) from error
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return pa.table(dict(zip(self.columns, map(list, columns), strict=True)))


@public("workhours_sla.sql")
@dataclass(frozen=True)
class CompiledSchedules:
    """Schedules compiled from the date ``since`` to the date ``until``, which is excluded.

    ``slot_of`` has the index in ``slots`` of each schedule. ``coverage`` has the known instants of
    each schedule as pairs (first, last) in microseconds since 1970-01-01T00:00 UTC, both included.

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
    slots: tuple[Slot, ...]
    slot_of: Mapping[str, int]

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The distinct patterns of all slots; the first is the empty pattern."""
        found = (pattern for slot in self.slots for pattern in slot.patterns)
        return tuple(dict.fromkeys([EMPTY, *found]))

    @cached_property
    def inverses(self) -> tuple[InversePattern, ...]:
        """The distinct inverse patterns of all slots."""
        return tuple(dict.fromkeys(one for slot in self.slots for one in slot.inverses))

    @cached_property
    def bits(self) -> int:
        """The number of bits for the number of a pattern, forward or inverse."""
        return max(1, (max(len(self.patterns), len(self.inverses)) - 1).bit_length())

    @cached_property
    def pattern_numbers(self) -> dict[Pattern, int]:
        """The number of each pattern; that of the empty pattern is 0."""
        return {pattern: number for number, pattern in enumerate(self.patterns)}

    @cached_property
    def inverse_numbers(self) -> dict[InversePattern, int]:
        """The number of each inverse pattern."""
        return {pattern: number for number, pattern in enumerate(self.inverses)}

    def packed_days(self, slot: Slot) -> list[int]:
        """Return for each UTC day of a slot ``C << bits | pattern``, sorted."""
        numbers = self.pattern_numbers
        return [day.before << self.bits | numbers[day.pattern] for day in slot.days]

    def packed_segments(self, slot: Slot) -> list[int]:
        """Return for each segment of a slot ``C << bits | inverse pattern``, sorted."""
        numbers = self.inverse_numbers
        return [one.before << self.bits | numbers[one.inverse] for one in slot.segments]

    @cached_property
    def coverage(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """The known instants of each schedule."""
        return {
            name: tuple((run.lo, run.hi) for run in self.slots[slot].runs)
            for name, slot in self.slot_of.items()
        }

    @cached_property
    def version(self) -> str:
        """The latest version of Russian calendar data, which is a date; empty without any."""
        versions = (calendar_versions(schedule) for schedule in self.schedules.values())
        dates = (one[:10] for of_one in versions for one in of_one if _DATE.match(one))
        return max(dates, default="")

    @cached_property
    def digest(self) -> str:
        """The first 16 digits of the SHA-256 of all names, days and runs."""
        content = [
            (name, self.slots[slot].days, self.slots[slot].runs)
            for name, slot in sorted(self.slot_of.items())
        ]
        return hashlib.sha256(repr(content).encode()).hexdigest()[:16]

    # -- the tables --------------------------------------------------------------------------

    @property
    def schedule_table(self) -> Table:
        """One row per schedule: its slot, and the numbers with which to look up the others."""
        columns = ("schedule", "slot", "lo", "hi", "base", "shift", "last")
        rows = [
            (name, slot.index, slot.lo, slot.hi, slot.base, slot.shift, slot.last)
            for name, slot in ((name, self.slots[at]) for name, at in self.slot_of.items())
        ]
        return Table("schedule", columns, rows)

    @property
    def days(self) -> Table:
        """One row per slot and UTC day: ``value`` is ``C << bits | pattern``."""
        rows = [
            (slot.index, day.number, value)
            for slot in self.slots
            for day, value in zip(slot.days, self.packed_days(slot), strict=True)
        ]
        return Table("day", ("slot", "day", "value"), rows)

    @property
    def work(self) -> Table:
        """One row per slot and cell: the segments before and after ``bound``, each with its day."""
        rows = []
        for slot in self.slots:
            packed = self.packed_segments(slot)
            last = len(packed) - 1
            for key, bound, index in slot.cells() if packed else ():
                after = min(index + 1, last)
                days = slot.segments[index].number, slot.segments[after].number
                rows.append(
                    (slot.index, key, bound, days[0], packed[index], days[1], packed[after])
                )
        columns = ("slot", "cell", "bound", "day0", "value0", "day1", "value1")
        return Table("work", columns, rows)

    @property
    def runs(self) -> Table:
        """One row per slot and run: its instants, and the working time C at both ends."""
        rows = [(slot.index, *run) for slot in self.slots for run in slot.runs]
        return Table("run", ("slot", "lo", "hi", "base", "last"), rows)

    @property
    def intervals(self) -> Table:
        """One row per schedule and interval of working time, for readers and for other engines."""
        rows = [
            (name, start, end)
            for name, schedule in self.schedules.items()
            for run in runs_between(schedule, self.since, self.until)
            for start, end in run.intervals
        ]
        return Table("interval", ("schedule", "opens", "closes"), rows)


def compile_schedules(
    schedules: Mapping[str, WorkingTime], since: date, until: date
) -> CompiledSchedules:
    """Compile schedules from the date ``since`` to the date ``until``, which is excluded.

    The first and the last date must be known. A gap between them makes several runs.

    Raises CalendarCoverageError and ScriptError.
    """
    check_names(schedules)
    if not FIRST_DATE <= since < until <= LAST_DATE:
        raise ScriptError(say("sql_dates", since=str(since), until=str(until)))
    by_runs: dict[tuple[Run, ...], int] = {}
    slots: list[Slot] = []
    slot_of: dict[str, int] = {}
    base = 0
    for name, schedule in schedules.items():
        check_covered(schedule, since, until)
        runs = tuple(runs_between(schedule, since, until))
        if runs not in by_runs:
            days, known = days_of(runs, base)
            slot = Slot(len(slots), base, tuple(days), tuple(known))
            by_runs[runs] = slot.index
            slots.append(slot)
            base = slot.last + DAY
        slot_of[name] = by_runs[runs]
    found = CompiledSchedules(dict(schedules), since, until, tuple(slots), slot_of)
    if base << found.bits >= MOST:
        raise ScriptError(say("sql_too_much", count=len(slots)))
    return found


def check_names(schedules: Mapping[str, WorkingTime]) -> None:
    """Raise ScriptError for a name that not every engine can quote, or without any schedule."""
    if not schedules:
        raise ScriptError(say("sql_no_schedule"))
    for name, schedule in schedules.items():
        if not isinstance(schedule, WorkingTime):
            msg = f"schedules maps names to schedules, but {name!r} has {schedule!r}"
            raise TypeError(msg)
        if not _NAME.fullmatch(str(name)) or "$wh" in name:
            raise ScriptError(say("sql_name", name=shown(name)))

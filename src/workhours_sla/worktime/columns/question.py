"""One question about whole columns: solved as integers, then checked row by row where unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Literal, NamedTuple, NoReturn, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.columns.arguments import (
    NAT,
    AmountColumn,
    InstantColumn,
    Pauses,
    check_pauses,
    finest,
    instants_of,
    schedules_of,
    shape_of,
)
from workhours_sla.worktime.columns.edges import find_edges
from workhours_sla.worktime.columns.lookups import PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.rows import EDGE_VERBS, Rows, Verb
from workhours_sla.worktime.columns.sweep import FinerUnit, sweep
from workhours_sla.worktime.columns.tables import compiled
from workhours_sla.worktime.coverage import warn_provisional
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone import BASE_UTC

Values = TypeVar("Values")
Given = TypeVar("Given")
"""The kind of the first column, which is the kind of answers that are instants."""
OnUnknown = Literal["raise", "mark"]
_ON_UNKNOWN: Final = get_args(OnUnknown)
Amounts = NDArray[np.timedelta64]
Flags = NDArray[np.bool_]


class Marked(NamedTuple, Generic[Values]):
    """Answers, and which rows are not certain: returned with ``on_unknown="mark"``.

    ``unknown`` rows have NaT (``is_working``: False), as the calendar does not cover them;
    ``provisional`` rows are answered by rule, where no act decides the dates yet.

    >>> from workhours_sla import Schedule, columns, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T06:00", "2031-03-12T06:00"], "M8[s]")
    >>> columns.deadline(office, starts, working_hours(4), tz="UTC", on_unknown="mark").unknown
    array([False,  True])
    """

    values: Values
    unknown: NDArray[np.bool_]
    provisional: NDArray[np.bool_]


class Options(NamedTuple):
    """The options that verbs share."""

    codes: object
    pauses: Pauses | None
    tz: object
    on_unknown: str
    provisional: bool


class Question(NamedTuple, Generic[Given]):
    """A verb and its columns, of one shape."""

    verb: Verb
    schedules: tuple[WorkingTime, ...]
    codes: Ints | None
    start: InstantColumn
    end: InstantColumn | None
    budget: AmountColumn | None
    inclusive: bool
    shape: tuple[int, ...]
    options: Options

    @property
    def size(self) -> int:
        """The number of rows."""
        return math.prod(self.shape)

    def unit(self) -> str:
        """Return the finest unit among the columns."""
        units = [self.start.unit]
        units += [part.unit for part in (self.end, self.budget) if part is not None]
        if self.options.pauses is not None:
            units += [column.unit for column in self.pause_columns()]
        return finest(units)

    def pause_columns(self) -> tuple[InstantColumn, InstantColumn]:
        """Return the starts and the ends of the pauses."""
        pauses, tz = self.options.pauses, self.options.tz
        assert pauses is not None  # noqa: S101 - callers have checked
        return (
            instants_of("pauses.starts", pauses.starts, tz),
            instants_of("pauses.ends", pauses.ends, tz),
        )

    def rows(self, unit: str) -> Rows:
        """Return the columns as integers of a unit, spread over the rows."""
        pauses = self.options.pauses
        budget = 0 if self.budget is None else self.budget.in_unit(unit)
        return Rows(
            self._spread(self.start.in_unit(unit).values),
            None if self.end is None else self._spread(self.end.in_unit(unit).values),
            self._spread(budget) if isinstance(budget, np.ndarray) else budget,
            None if self.codes is None else self._spread(self.codes),
            None
            if pauses is None
            else check_pauses(self.pause_columns(), pauses.offsets, self.size, unit),
            self.inclusive,
        )

    def _spread(self, values: Ints) -> Ints:
        if values.shape == self.shape:
            return values.reshape(-1)
        if not values.ndim:
            return np.broadcast_to(values, (self.size,))
        return np.broadcast_to(values, self.shape).reshape(-1)

    def some(self, rows: NDArray[np.intp]) -> Question[Given]:
        """Return the question for some of the rows."""

        def taken(values: Ints) -> Ints:
            return self._spread(values)[rows]

        pauses = self.options.pauses
        if pauses is not None:
            offsets = np.asarray(pauses.offsets)
            sizes = np.diff(offsets)[rows]
            kept = np.repeat(np.isin(np.arange(self.size), rows), np.diff(offsets))
            starts, ends = (np.asarray(part)[kept] for part in (pauses.starts, pauses.ends))
            pauses = Pauses(starts, ends, np.concatenate([[0], np.cumsum(sizes)]))
        budget = self.budget
        if budget is not None and not isinstance(budget.values, int):
            budget = budget._replace(values=taken(budget.values))
        return self._replace(
            codes=None if self.codes is None else taken(self.codes),
            start=self.start._replace(values=taken(self.start.values)),
            end=None if self.end is None else self.end._replace(values=taken(self.end.values)),
            budget=budget,
            shape=(len(rows),),
            options=self.options._replace(pauses=pauses),
        )

    def schedule_of(self, row: int) -> WorkingTime:
        """Return the schedule of a row."""
        return self.schedules[0 if self.codes is None else int(self._spread(self.codes)[row])]


def question(  # noqa: PLR0913
    verb: Verb,
    schedule: WorkingTime | Sequence[WorkingTime],
    columns: Mapping[str, Given],
    options: Options,
    *,
    budget: AmountColumn | None = None,
    inclusive: bool = True,
) -> Question[Given]:
    """Return a question about one or two named columns of instants. Raises as the verbs do."""
    if options.on_unknown not in _ON_UNKNOWN:
        msg = f"on_unknown is 'raise' or 'mark', not {options.on_unknown!r}"
        raise ValueError(msg)
    schedules, codes = schedules_of(schedule, options.codes)
    instants, named = [], {}
    for name, given in columns.items():
        column = instants_of(name, given, options.tz)
        instants.append(column)
        named[name] = column.values
    if budget is not None and not isinstance(budget.values, int):
        named["budget"] = budget.values
    if codes is not None:
        named["codes"] = codes
    return Question(
        verb,
        schedules,
        codes,
        instants[0],
        instants[1] if len(instants) > 1 else None,
        budget,
        inclusive,
        shape_of(named),
        options,
    )


# -- the answers as integers -----------------------------------------------------------------


class _Answer(NamedTuple):
    found: Ints
    unit: str
    unknown: Bools | None = None
    provisional: Bools | None = None


def _solve(asked: Question[Any]) -> tuple[Ints, str, Bools | None]:
    """Return the answers, their unit, and the rows that the calendar does not cover."""
    unit = asked.unit()
    edges = asked.verb in EDGE_VERBS
    solve = find_edges if edges else sweep
    known = compiled(asked.schedules, edges=True) if edges else compiled(asked.schedules)
    while True:
        unit = finest([unit, known.horizon.unit])
        try:
            found, unknown = solve(asked.verb, known, asked.rows(unit), unit)
        except FinerUnit as finer:
            unit = finer.unit
        else:
            return found, unit, unknown


def _answer(asked: Question[Any]) -> _Answer:
    """Return the answers, with those that are certain or by rule where dates are unknown."""
    found, unit, unknown = _solve(asked)
    if unknown is None:
        return _Answer(found, unit)
    found, unit, unknown = _in_any_case(asked, found, unit, unknown)
    by_rule = np.zeros(asked.size, np.bool_)
    rows = np.flatnonzero(unknown)
    if asked.options.provisional and rows.size:
        some = asked.some(rows)._replace(
            schedules=tuple(schedule.provisionally() for schedule in asked.schedules)
        )
        ruled, finer, left = _solve(some)
        found, ruled, unit = _in_one_unit(found, unit, ruled, finer)
        found[rows] = ruled
        by_rule[rows] = True
        unknown = np.zeros(asked.size, np.bool_)
        if left is not None:
            unknown[rows[left]] = True
            by_rule[rows[left]] = False
    if asked.options.on_unknown == "raise":
        if unknown.any():
            _refuse_row(asked, int(np.flatnonzero(unknown)[0]))
        if by_rule.any():
            row = int(np.flatnonzero(by_rule)[0])
            count = int(by_rule.sum())
            warn_provisional(f"{count} answers are provisional, the first of row {row}")
    found[unknown] = 0 if asked.verb == "is_working" else NAT
    return _Answer(found, unit, unknown, by_rule)


def _in_any_case(
    asked: Question[Any], found: Ints, unit: str, unknown: Bools
) -> tuple[Ints, str, Bools]:
    """Return the answers with those that are certain, and the rows that are still unknown.

    The conditions are those of ``coverage.same_in_any_case``: the same answer with all unknown
    dates off and with all full; for an opening or closing also the same working time to it.
    """
    rows = np.flatnonzero(unknown)
    some = asked.some(rows)
    extremes = [one.completions() or (one, one) for one in asked.schedules]
    least, both, same = _compare(some, extremes)
    if asked.verb in EDGE_VERBS and same.any():
        edges = InstantColumn(np.where(same, least, NAT), both, None)
        near = some._replace(verb="elapsed", start=edges, end=some.start)
        *_, as_far = _compare(near, extremes)
        same &= as_far
    found, least, unit = _in_one_unit(found, unit, least, both)
    found[rows[same]] = least[same]
    still = np.zeros(asked.size, np.bool_)
    still[rows[~same]] = True
    return found, unit, still


def _compare(
    asked: Question[Any], extremes: Sequence[tuple[WorkingTime, WorkingTime]]
) -> tuple[Ints, str, Bools]:
    """Return the answers with unknown dates off, their unit, and which are certain.

    Those are known, and the same with unknown dates full.
    """
    least, unit, left = _solve(asked._replace(schedules=tuple(off for off, _ in extremes)))
    most, other, also_left = _solve(asked._replace(schedules=tuple(full for _, full in extremes)))
    least, most, both = _in_one_unit(least, unit, most, other)
    same: Bools = least == most
    for missing in (left, also_left):
        if missing is not None:
            same &= ~missing
    return least, both, same


def _in_one_unit(one: Ints, unit: str, other: Ints, other_unit: str) -> tuple[Ints, Ints, str]:
    """Return two columns in the finer of their units."""
    if unit == other_unit:
        return one, other, unit
    both = finest([unit, other_unit])
    columns = [
        np.where(column == NAT, NAT, column * (PER_SECOND[both] // PER_SECOND[own]))
        for column, own in ((one, unit), (other, other_unit))
    ]
    return columns[0], columns[1], both


# -- the error of an unknown row -------------------------------------------------------------


def _refuse_row(asked: Question[Any], row: int) -> NoReturn:
    """Raise the error of the scalar verb for the first row that has no answer."""
    schedule = asked.schedule_of(row)
    if asked.options.provisional:
        schedule = schedule.provisionally()
    try:
        _ask_schedule(schedule, asked.some(np.array([row])))
    except CalendarCoverageError as error:
        msg = f"row {row}: {error}"
        raise CalendarCoverageError(msg, row=row, **error.__dict__) from None
    msg = (
        f"row {row}: the answer is outside of what datetime64[{asked.unit()}] can represent; give "
        "coarser columns, such as starts.astype('datetime64[us]')"
    )
    raise OverflowError(msg)


def _ask_schedule(schedule: WorkingTime, one: Question[Any]) -> None:
    """Call the scalar verb for a single row."""
    arguments = [_datetimes(one.start)[0]]
    options: dict[str, object] = {}
    if one.end is not None:
        arguments += _datetimes(one.end)
    if one.verb in EDGE_VERBS:
        options["inclusive"] = one.inclusive
    if one.options.pauses is not None:
        sides = map(_datetimes, one.pause_columns())
        options["pauses"] = [
            (since, max(since, until)) for since, until in zip(*sides, strict=True)
        ]
    budget = [] if one.budget is None else [_amount(one.budget)]
    getattr(schedule, one.verb)(*arguments, *budget, **options)


def _amount(budget: AmountColumn) -> timedelta:
    value = budget.values if isinstance(budget.values, int) else int(budget.values[0])
    return timedelta(microseconds=value * 1_000_000 // PER_SECOND[budget.unit])


def _datetimes(column: InstantColumn) -> list[datetime]:
    """Return a column as datetimes; NaT and values out of range as the farthest datetime."""
    found = []
    for value in column.values.reshape(-1).tolist():
        micros = value * 1_000_000 // PER_SECOND[column.unit]
        try:
            found.append(BASE_UTC + timedelta(microseconds=micros))
        except OverflowError:
            year = 9999 if micros > 0 or value == NAT else 1
            found.append(datetime(year, 1, 1, tzinfo=UTC))
    return found


# -- the answers as the caller's columns -----------------------------------------------------


def find_instants(asked: Question[Given]) -> Given | Marked[Given]:
    """Return the answers as datetime64, or as datetimes in the zone of the first column."""
    answer = _answer(asked)
    zone = asked.start.zone
    found: Given | Marked[Given]
    if zone is None:
        found = _returned(asked, answer, answer.found.view(f"M8[{answer.unit}]"))
        return found
    scale = PER_SECOND[answer.unit]
    listed = [
        None
        if value == NAT
        else (BASE_UTC + timedelta(microseconds=value * 1_000_000 // scale)).astimezone(zone)
        for value in answer.found.tolist()
    ]
    found = _returned(asked, answer, listed)
    return found


def find_amounts(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    """Return the answers as timedelta64."""
    answer = _answer(asked)
    found: Amounts | Marked[Amounts]
    found = _returned(asked, answer, answer.found.view(f"m8[{answer.unit}]"))
    return found


def find_flags(asked: Question[Any]) -> Flags | Marked[Flags]:
    """Return the answers as truth values."""
    answer = _answer(asked)
    found: Flags | Marked[Flags] = _returned(asked, answer, answer.found != 0)
    return found


def _returned(asked: Question[Any], answer: _Answer, values: Any) -> Any:
    """Return the answers in the shape of the columns, marked if that was requested."""
    if isinstance(values, list):
        values = values if asked.shape else values[0]
    else:
        values = values.reshape(asked.shape)[()]
    if asked.options.on_unknown == "raise":
        return values
    marks = []
    for mark in (answer.unknown, answer.provisional):
        full = np.zeros(asked.size, np.bool_) if mark is None else mark
        marks.append(full.reshape(asked.shape)[()])
    return Marked(values, *marks)

"""What can be asked of working time, of a million rows at once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Generic, Literal, NamedTuple, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.columns.arguments import (
    NAT,
    Budgets,
    HeldRows,
    Instants,
    Pauses,
    budgets,
    finest,
    held_rows,
    instants,
    rows_of,
    schedules_of,
)
from workhours_sla.worktime.columns.lookups import PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.sweep import FinerUnit, Rows, Verb, sweep
from workhours_sla.worktime.columns.tables import compiled
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone import BASE_UTC

Schedules = WorkingTime | Sequence[WorkingTime]
_NOT_ASKED = object()
Values = TypeVar("Values")


class Marked(NamedTuple, Generic[Values]):
    """Answers with what is not certain of them, row by row.

    ``unknown`` rows have NaT (``is_working``: False), as the calendar does not know them;
    ``provisional`` ones are answered by rule, where no act has settled the dates yet.
    """

    values: Values
    unknown: NDArray[np.bool_]
    provisional: NDArray[np.bool_]


class _Question(NamedTuple):
    """A verb and its columns, of one shape."""

    verb: Verb
    schedules: tuple[WorkingTime, ...]
    codes: Ints | None
    start: Instants
    end: Instants | None
    budget: Budgets | None
    pauses: Pauses | None
    tz: object
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def unit(self) -> str:
        """Return the finest unit among the columns."""
        units = [self.start.unit]
        units += [part.unit for part in (self.end, self.budget) if part is not None]
        if self.pauses is not None:
            units += [
                instants("pauses", column, self.tz).unit
                for column in (self.pauses.starts, self.pauses.ends)
            ]
        return finest(units)

    def rows(self, unit: str) -> Rows:
        """Return the columns as integers of a unit, spread over the rows."""
        held: HeldRows | None = None
        if self.pauses is not None:
            held = held_rows(self.pauses, self.size, unit, self.tz)
        budget = 0 if self.budget is None else self.budget.in_unit(unit)
        return Rows(
            self._spread(self.start.in_unit(unit).values),
            None if self.end is None else self._spread(self.end.in_unit(unit).values),
            self._spread(budget) if isinstance(budget, np.ndarray) else budget,
            None if self.codes is None else self._spread(self.codes),
            held,
        )

    def _spread(self, values: Ints) -> Ints:
        if values.shape == self.shape:
            return values.reshape(-1)
        if not values.ndim:
            return np.broadcast_to(values, (self.size,))
        return np.broadcast_to(values, self.shape).reshape(-1)

    def some(self, rows: NDArray[np.intp]) -> _Question:
        """Return the question of some rows alone."""

        def taken(values: Ints) -> Ints:
            return self._spread(values)[rows]

        pauses = self.pauses
        if pauses is not None:
            offsets = np.asarray(pauses.offsets)
            sizes = np.diff(offsets)[rows]
            kept = np.repeat(np.isin(np.arange(self.size), rows), np.diff(offsets))
            starts, ends = (np.asarray(part)[kept] for part in (pauses.starts, pauses.ends))
            pauses = Pauses(starts, ends, np.concatenate([[0], np.cumsum(sizes)]))
        budget = self.budget
        return self._replace(
            codes=None if self.codes is None else taken(self.codes),
            start=self.start._replace(values=taken(self.start.values)),
            end=None if self.end is None else self.end._replace(values=taken(self.end.values)),
            budget=(
                budget._replace(values=taken(budget.values))
                if budget is not None and not isinstance(budget.values, int)
                else budget
            ),
            pauses=pauses,
            shape=(len(rows),),
        )

    def schedule_of(self, row: int) -> WorkingTime:
        return self.schedules[0 if self.codes is None else int(self._spread(self.codes)[row])]


def _question(  # noqa: PLR0913
    verb: Verb,
    schedule: Schedules,
    start: object,
    *,
    end: object = _NOT_ASKED,
    budget: object = _NOT_ASKED,
    codes: object = None,
    pauses: Pauses | None = None,
    tz: object = None,
    names: tuple[str, str] = ("starts", "ends"),
) -> _Question:
    schedules, chosen = schedules_of(schedule, codes)
    named: dict[str, Ints] = {}
    first = instants(names[0], start, tz)
    named[names[0]] = first.values
    second = None if end is _NOT_ASKED else instants(names[1], end, tz)
    if second is not None:
        named[names[1]] = second.values
    amount = None if budget is _NOT_ASKED else budgets(budget)
    if amount is not None and not isinstance(amount.values, int):
        named["budget"] = amount.values
    if chosen is not None:
        named["codes"] = chosen
    shape = rows_of(named)
    return _Question(verb, schedules, chosen, first, second, amount, pauses, tz, shape)


def _solve(question: _Question) -> tuple[Ints, str, Bools | None]:
    """Return the answers, their unit, and the rows the calendar does not know."""
    unit = question.unit()
    known = compiled(question.schedules)
    while True:
        unit = finest([unit, known.horizon.unit])
        try:
            found, unknown = sweep(question.verb, known, question.rows(unit), unit)
        except FinerUnit as finer:
            unit = finer.unit
        else:
            return found, unit, unknown


class _Answer(NamedTuple):
    found: Ints
    unit: str
    unknown: Bools | None = None
    provisional: Bools | None = None


def _answer(question: _Question, on_unknown: str, *, provisional: bool) -> _Answer:
    if on_unknown not in ("raise", "mark"):
        msg = f"on_unknown is 'raise' or 'mark', not {on_unknown!r}"
        raise ValueError(msg)
    found, unit, unknown = _solve(question)
    if unknown is None:
        return _Answer(found, unit)
    found, unit, unknown = _in_any_case(question, found, unit, unknown)
    by_rule = np.zeros(question.size, np.bool_)
    rows = np.flatnonzero(unknown)
    if provisional and rows.size:
        some = question.some(rows)._replace(
            schedules=tuple(schedule.provisionally() for schedule in question.schedules)
        )
        settled, finer, left = _solve(some)
        found, settled, unit = _in_one_unit(found, unit, settled, finer)
        found[rows] = settled
        by_rule[rows] = True
        unknown = np.zeros(question.size, np.bool_)
        if left is not None:
            unknown[rows[left]] = True
            by_rule[rows[left]] = False
    if on_unknown == "raise":
        if unknown.any():
            _refuse_row(question, int(np.flatnonzero(unknown)[0]), provisional=provisional)
        if by_rule.any():
            row = int(np.flatnonzero(by_rule)[0])
            msg = f"{int(by_rule.sum())} answers are provisional, the first of row {row}"
            warnings.warn(msg, ProvisionalWarning, stacklevel=4)
    found[unknown] = 0 if question.verb == "is_working" else NAT
    return _Answer(found, unit, unknown, by_rule)


def _in_any_case(
    question: _Question, found: Ints, unit: str, unknown: Bools
) -> tuple[Ints, str, Bools]:
    """Return the answers with those that no unknown date changes, and the rows still unknown.

    Such an answer is the same with all unknown dates off and with all of them full, as each verb
    only grows, or only shrinks, with working time.
    """
    rows = np.flatnonzero(unknown)
    pairs = [schedule.completions() or (schedule,) * 2 for schedule in question.schedules]
    some = question.some(rows)
    least, of_least, left = _solve(some._replace(schedules=tuple(one for one, _ in pairs)))
    most, of_most, also_left = _solve(some._replace(schedules=tuple(one for _, one in pairs)))
    least, most, both = _in_one_unit(least, of_least, most, of_most)
    same = least == most
    for missing in (left, also_left):
        if missing is not None:
            same &= ~missing
    found, least, unit = _in_one_unit(found, unit, least, both)
    found[rows[same]] = least[same]
    still = np.zeros(question.size, np.bool_)
    still[rows[~same]] = True
    return found, unit, still


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


def _refuse_row(question: _Question, row: int, *, provisional: bool) -> NoReturn:
    """Raise what the schedule itself says of the first row it cannot answer."""
    one = question.some(np.array([row]))
    schedule = question.schedule_of(row)
    if provisional:
        schedule = schedule.provisionally()
    try:
        _ask(schedule, one)
    except CalendarCoverageError as error:
        msg = f"row {row}: {error}"
        raise CalendarCoverageError(msg, row=row, **error.__dict__) from None
    msg = (
        f"row {row}: the answer lies outside what datetime64[{question.unit()}] can hold; give "
        "coarser columns, such as starts.astype('datetime64[us]')"
    )
    raise OverflowError(msg)


def _ask(schedule: WorkingTime, one: _Question) -> object:
    """Ask the schedule itself of a single row."""
    start = _datetimes(one.start)[0]
    if one.verb == "is_working":
        return schedule.is_working(start)
    if one.verb == "latest_start":
        return schedule.latest_start(start, _amount(one))
    pauses = _pauses(one)
    if one.end is not None:
        return schedule.elapsed(start, _datetimes(one.end)[0], pauses=pauses)
    if one.verb == "deadline":
        return schedule.deadline(start, _amount(one), pauses=pauses)
    return schedule.breaches_after(start, _amount(one), pauses=pauses)


def _amount(one: _Question) -> timedelta:
    assert one.budget is not None  # noqa: S101 - of the verbs that locate
    value = one.budget.values
    if not isinstance(value, int):
        value = int(value[0])
    return timedelta(microseconds=value * 1_000_000 // PER_SECOND[one.budget.unit])


def _pauses(one: _Question) -> list[tuple[datetime, datetime]]:
    if one.pauses is None:
        return []
    sides = (one.pauses.starts, one.pauses.ends)
    starts, ends = (_datetimes(instants("pauses", side, one.tz)) for side in sides)
    return [(since, max(since, until)) for since, until in zip(starts, ends, strict=True)]


def _datetimes(column: Instants) -> list[datetime]:
    """Return a column as datetimes; NaT and what no datetime can hold as far as they can."""
    found = []
    for value in column.values.reshape(-1).tolist():
        micros = value * 1_000_000 // PER_SECOND[column.unit]
        try:
            found.append(BASE_UTC + timedelta(microseconds=micros))
        except OverflowError:
            year = 9999 if micros > 0 or value == NAT else 1
            found.append(datetime(year, 1, 1, tzinfo=UTC))
    return found


def _instants_out(answer: _Answer, shape: tuple[int, ...], zone: tzinfo | None) -> Any:
    if zone is None:
        return answer.found.view(f"M8[{answer.unit}]").reshape(shape)[()]
    scale = PER_SECOND[answer.unit]
    listed = [
        None
        if value == NAT
        else (BASE_UTC + timedelta(microseconds=value * 1_000_000 // scale)).astimezone(zone)
        for value in answer.found.tolist()
    ]
    return listed if shape else listed[0]


def _returned(answer: _Answer, values: Any, shape: tuple[int, ...], on_unknown: str) -> Any:
    if on_unknown == "raise":
        return values
    marks = []
    for mark in (answer.unknown, answer.provisional):
        full = np.zeros(math.prod(shape), np.bool_) if mark is None else mark
        marks.append(full.reshape(shape)[()])
    return Marked(values, *marks)


# -- the verbs -------------------------------------------------------------------------------

OnUnknown = Literal["raise", "mark"]


def elapsed(  # noqa: PLR0913
    schedule: Schedules,
    starts: Any,
    ends: Any,
    *,
    codes: Any = None,
    pauses: Pauses | None = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return the working time from each start to each end, negative where the end is earlier.

    timedelta64 of the finest unit among the columns and the schedule's boundaries; NaT where
    either is. Working time within ``pauses`` is left out. See the notes on columns for what all
    verbs share: schedules and codes, zones, unknown dates. Raises NaiveDatetimeError,
    CalendarCoverageError with the row, ValueError for shapes that differ.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> starts = np.array(["2024-12-27T12:45", "NaT"], "M8[s]")
    >>> elapsed(office, starts, np.datetime64("2024-12-28T07:10"), tz="UTC")
    array([12300, 'NaT'], dtype='timedelta64[s]')
    """
    question = _question("elapsed", schedule, starts, end=ends, codes=codes, pauses=pauses, tz=tz)
    answer = _answer(question, on_unknown, provisional=provisional)
    values = answer.found.view(f"m8[{answer.unit}]").reshape(question.shape)[()]
    return _returned(answer, values, question.shape, on_unknown)


def remaining(  # noqa: PLR0913
    schedule: Schedules,
    starts: Any,
    budget: Any,
    *,
    now: Any,
    codes: Any = None,
    pauses: Pauses | None = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return what is left of each budget at ``now``, in working time; negative when overdue.

    ``now`` is one instant or a column. Returns and raises as ``elapsed``, and BudgetError.
    """
    amount = budgets(budget)
    passed = elapsed(
        schedule,
        starts,
        now,
        codes=codes,
        pauses=pauses,
        tz=tz,
        on_unknown=on_unknown,
        provisional=provisional,
    )
    left = np.array(amount.values).view(f"m8[{amount.unit}]")[()]
    if isinstance(passed, Marked):
        return passed._replace(values=left - passed.values)
    return left - passed


def deadline(  # noqa: PLR0913
    schedule: Schedules,
    starts: Any,
    budget: Any,
    *,
    codes: Any = None,
    pauses: Pauses | None = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return the earliest instant at which each budget of working time has passed.

    ``budget`` is one amount, or a column of timedelta64. datetime64 in UTC, of the finest unit
    among the columns, the budget and the schedule's boundaries; datetimes where those were
    given. NaT where the start is, and where a hold that goes on keeps the clock from ending.
    Raises as ``elapsed``, and BudgetError.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> starts = np.array(["2025-10-31T14:30", "2025-12-30T13:30"], "M8[s]")
    >>> deadline(office, starts, working_hours(4), tz="UTC").astype(str).tolist()
    ['2025-11-01T09:30:00', '2026-01-12T08:30:00']
    """
    question = _question(
        "deadline", schedule, starts, budget=budget, codes=codes, pauses=pauses, tz=tz
    )
    return _located(question, on_unknown, provisional=provisional)


def breaches_after(  # noqa: PLR0913
    schedule: Schedules,
    starts: Any,
    budget: Any,
    *,
    codes: Any = None,
    pauses: Pauses | None = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return the last instant at which an answer is still within each budget.

    Where the budget ends at closing time this is the next opening. Returns and raises as
    ``deadline``.
    """
    question = _question(
        "breaches_after", schedule, starts, budget=budget, codes=codes, pauses=pauses, tz=tz
    )
    return _located(question, on_unknown, provisional=provisional)


def latest_start(  # noqa: PLR0913
    schedule: Schedules,
    due: Any,
    budget: Any,
    *,
    codes: Any = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return the latest start whose deadline is not after ``due``, row by row.

    Returns and raises as ``deadline``.
    """
    question = _question(
        "latest_start", schedule, due, budget=budget, codes=codes, tz=tz, names=("due", "")
    )
    return _located(question, on_unknown, provisional=provisional)


def next_opening(  # noqa: PLR0913
    schedule: Schedules,
    times: Any,
    *,
    codes: Any = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return the first instant of working time at or after each, itself where it is one.

    Returns and raises as ``deadline``.
    """
    question = _question(
        "breaches_after",
        schedule,
        times,
        budget=timedelta(0),
        codes=codes,
        tz=tz,
        names=("times", ""),
    )
    return _located(question, on_unknown, provisional=provisional)


def is_working(  # noqa: PLR0913
    schedule: Schedules,
    times: Any,
    *,
    codes: Any = None,
    tz: Any = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Any:
    """Return whether each instant is working time; NaT is not, as it is not later than anything.

    Raises as ``elapsed``.
    """
    question = _question("is_working", schedule, times, codes=codes, tz=tz, names=("times", ""))
    answer = _answer(question, on_unknown, provisional=provisional)
    values = (answer.found != 0).reshape(question.shape)[()]
    return _returned(answer, values, question.shape, on_unknown)


def _located(question: _Question, on_unknown: str, *, provisional: bool) -> Any:
    answer = _answer(question, on_unknown, provisional=provisional)
    values = _instants_out(answer, question.shape, question.start.zone)
    return _returned(answer, values, question.shape, on_unknown)

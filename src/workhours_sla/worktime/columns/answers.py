"""Calculate the answers of a verb: first as integers, then in the type of the given columns.

A row with unknown dates still has a certain answer if the answer is the same with all unknown dates
off as with all of them full working days, see ``unknown_dates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.worktime.budget_kinds import ClockTime
from workhours_sla.worktime.columns.arguments import (
    NAT,
    AmountColumn,
    InstantColumn,
    finest,
    scaled,
)
from workhours_sla.worktime.columns.edges import find_edges
from workhours_sla.worktime.columns.lookups import MAX, PER_SECOND, Bools, Ints
from workhours_sla.worktime.columns.other_budgets import other_answers, with_amounts
from workhours_sla.worktime.columns.question import Given, Question
from workhours_sla.worktime.columns.rows import EDGE_VERBS
from workhours_sla.worktime.columns.sweep import FinerUnit, sweep
from workhours_sla.worktime.columns.tables import compiled
from workhours_sla.worktime.unknown_dates import warn_provisional
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE_UTC

Values = TypeVar("Values")
Amounts = NDArray[np.timedelta64]
Flags = NDArray[np.bool_]


@public("workhours_sla.columns")
class Marked(NamedTuple, Generic[Values]):
    """The answers with ``on_unknown="mark"``, and masks of the unknown and the provisional rows.

    ``unknown`` is True for rows whose answer depends on unknown dates; the value of these rows is
    NaT, or False for ``is_working``. ``provisional`` is True for rows whose answer depends on dates
    that no act decides yet, so that rules decided these dates.

    >>> from workhours_sla import Schedule, columns, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T06:00", "2031-03-12T06:00"], "M8[s]")
    >>> columns.deadline(office, starts, working_hours(4), tz="UTC", on_unknown="mark").unknown
    array([False,  True])
    """

    values: Values
    unknown: NDArray[np.bool_]
    provisional: NDArray[np.bool_]


# -- the answers as integers -----------------------------------------------------------------


class _Answer(NamedTuple):
    found: Ints
    unit: str
    unknown: Bools | None = None
    provisional: Bools | None = None


def _solve(asked: Question[Any]) -> tuple[Ints, str, Bools | None]:
    """Return the answers, their unit, and a mask of the rows that depend on unknown dates.

    The mask is None if there are no such rows.
    """
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
            beyond = asked.beyond(unit)
            if beyond is not None:
                unknown = beyond if unknown is None else unknown | beyond
            return found, unit, unknown


def _answer(asked: Question[Any]) -> _Answer:
    """Return the answers; rows with unknown dates get a certain or provisional answer if possible.

    The options decide whether a row without an answer raises an error or is marked.
    """
    asked = with_amounts(asked)
    if asked.other is not None:
        return _finished(asked, *other_answers(asked))
    found, unit, unknown = _solve(asked)
    if unknown is None:
        return _Answer(found, unit)
    found, unit = _in_any_case(asked, found, unit, unknown)
    by_rule = np.zeros(asked.size, np.bool_)
    rows = np.flatnonzero(unknown)
    if asked.options.provisional and rows.size:
        some = asked.some(rows)._replace(
            schedules=tuple(schedule.provisionally() for schedule in asked.schedules)
        )
        ruled, finer, left = _solve(some)
        found, ruled, unit = _in_one_unit(found, unit, ruled, finer)
        found[rows] = ruled
        unknown[rows] = False if left is None else left
        by_rule[rows] = ~unknown[rows]
    return _finished(asked, found, unit, unknown, by_rule)


def _finished(
    asked: Question[Any], found: Ints, unit: str, unknown: Bools, by_rule: Bools
) -> _Answer:
    """Return the answers. The options decide whether unknown rows raise an error or are marked."""
    if asked.options.on_unknown == "raise":
        if unknown.any():
            _refuse_row(asked, int(np.flatnonzero(unknown)[0]))
        if by_rule.any():
            row = int(np.flatnonzero(by_rule)[0])
            count = int(by_rule.sum())
            warn_provisional(f"{count} answers are provisional, the first of row {row}")
    found[unknown] = 0 if asked.verb == "is_working" else NAT
    return _Answer(found, unit, unknown, by_rule)


def _in_any_case(asked: Question[Any], found: Ints, unit: str, unknown: Bools) -> tuple[Ints, str]:
    """Return the answers and their unit, with the certain answers of unknown rows filled in.

    Rows with a certain answer are removed from the mask ``unknown``. An answer is certain if both
    extreme completions give the same answer. If the answer is an opening or a closing, the
    completions must also have the same working time between the answer and the given instant, see
    ``unknown_dates.same_in_any_case``.
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
    unknown[rows] = ~same
    return found, unit


def _compare(
    asked: Question[Any], extremes: Sequence[tuple[WorkingTime, WorkingTime]]
) -> tuple[Ints, str, Bools]:
    """Return the answers with all unknown dates off, their unit, and a mask of certain rows.

    The mask is True for rows that have the same answer with all unknown dates full working days.
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
    """Return two columns of integers in the finer of their units, and this unit."""
    both = finest([unit, other_unit])
    return scaled(one, unit, both), scaled(other, other_unit, both), both


# -- the error of an unknown row -------------------------------------------------------------


def _refuse_row(asked: Question[Any], row: int) -> NoReturn:
    """Raise the error that the verb of the schedule raises for a row, with the row number.

    If the verb of the schedule has an answer, datetime64 cannot represent it: raises OverflowError.
    """
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
    """Call the verb of ``schedule`` with the arguments of ``one``, which has a single row."""
    arguments = [one.start.datetimes()[0]]
    options: dict[str, object] = {}
    if one.end is not None:
        arguments += one.end.datetimes()
    if one.verb in EDGE_VERBS:
        options["inclusive"] = one.inclusive
    if one.options.pauses is not None:
        sides = (column.datetimes() for column in one.pause_columns())
        options["pauses"] = [
            (since, max(since, until)) for since, until in zip(*sides, strict=True)
        ]
    budget: list[object] = [] if one.budget is None else [_amount(one.budget)]
    if one.other is not None:
        budget = [one.other]
    getattr(schedule, one.verb)(*arguments, *budget, **options)


def _amount(budget: AmountColumn) -> timedelta:
    value = budget.values if isinstance(budget.values, int) else int(budget.values[0])
    return timedelta(microseconds=value * 1_000_000 // PER_SECOND[budget.unit])


# -- the answers as the caller's columns -----------------------------------------------------


def find_instants(asked: Question[Given]) -> Given | Marked[Given]:
    """Return the answers in the type of the first column: datetime64 or aware datetimes."""
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


def find_time_left(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    """Return the time from the second column to the due time, as timedelta64.

    It is working time, except for ClockTime. ``asked`` is a question about ``deadline``.
    """
    now = asked.end
    assert now is not None  # noqa: S101 - the caller has two columns
    due = _answer(asked._replace(end=None))
    if isinstance(asked.other, ClockTime):
        left = _clock_time_left(asked, due)
    else:
        until = InstantColumn(due.found.reshape(asked.shape), due.unit, None)
        to_due = asked._replace(verb="elapsed", start=now, end=until, other=None)
        left = _answer(to_due)
        unknown, by_rule = (
            one if other is None else other if one is None else one | other
            for one, other in (
                (due.unknown, left.unknown),
                (due.provisional, left.provisional),
            )
        )
        left = _Answer(left.found, left.unit, unknown, by_rule)
    found: Amounts | Marked[Amounts]
    found = _returned(asked, left, left.found.view(f"m8[{left.unit}]"))
    return found


def _clock_time_left(asked: Question[Any], due: _Answer) -> _Answer:
    """Return the time from the second column to the due times; overflow of int64 is unknown."""
    now = asked.end
    assert now is not None  # noqa: S101 - the caller has two columns
    ends, since, unit = _in_one_unit(due.found, due.unit, asked.row_ends, now.unit)
    left = ends - since
    beyond: Bools = (ends ^ since) & (ends ^ left) < 0
    for column, own in ((due.found, due.unit), (asked.row_ends, now.unit)):
        beyond |= np.abs(column) > MAX // (PER_SECOND[unit] // PER_SECOND[own])
    missing = (ends == NAT) | (since == NAT)
    unknown = beyond & ~missing
    if due.unknown is not None:
        unknown |= due.unknown
    to_due = asked._replace(start=asked.start.in_unit(unit), end=None)
    no_rules = np.zeros(asked.size, np.bool_)
    return _finished(to_due, np.where(missing, NAT, left), unit, unknown, no_rules)


def find_flags(asked: Question[Any]) -> Flags | Marked[Flags]:
    """Return the answers as an array of bool."""
    answer = _answer(asked)
    found: Flags | Marked[Flags] = _returned(asked, answer, answer.found != 0)
    return found


def _returned(asked: Question[Any], answer: _Answer, values: Any) -> Any:
    """Return the answers in the shape of the columns.

    With ``on_unknown="mark"`` the answers are returned as Marked.
    """
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

"""Calculate the answers of a verb, and return them in the type of the given columns.

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
from workhours_sla.worktime.columns.inputs import (
    EDGE_VERBS,
    Given,
    Question,
    finest,
)
from workhours_sla.worktime.columns.lookups import MAX, MICROS, NAT, Bools, Ints
from workhours_sla.worktime.columns.other_budgets import datetimes, other_answers, with_amounts
from workhours_sla.worktime.columns.solve import LOCATED, solve
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


class _Answer(NamedTuple):
    """The answers in microseconds; the masks are None if no row was unknown at first.

    ``unit`` is the finest unit among the columns and those that the answers need.
    """

    found: Ints
    unit: str
    unknown: Bools | None = None
    provisional: Bools | None = None


def _either(one: Bools | None, other: Bools | None) -> Bools | None:
    return one if other is None else other if one is None else one | other


def _answer(asked: Question[Any]) -> _Answer:
    """Return the answers; rows with unknown dates get a certain or provisional answer if possible.

    The options decide whether a row without an answer raises an error or is marked.
    """
    asked = with_amounts(asked)
    if asked.other is not None:
        found, unknown, by_rule = other_answers(asked)
        size = MICROS.get(asked.unit, 1)
        whole = size == 1 or not (found[found != NAT] % size).any()
        unit = asked.unit if whole else "us"
        return _finished(asked, _Answer(found, unit, unknown, by_rule))
    found, unit, missing = solve(asked)
    if missing is None:
        return _finished(asked, _Answer(found, unit))
    unknown, by_rule = missing, np.zeros(asked.size, np.bool_)
    rows = np.flatnonzero(unknown)
    least, finer, same = _in_any_case(asked.some(rows))
    found[rows[same]], unknown[rows], unit = least[same], ~same, finest(unit, finer)
    rows = np.flatnonzero(unknown)
    if asked.options.provisional and rows.size:
        ruled = tuple(schedule.provisionally() for schedule in asked.schedules)
        found[rows], finer, left = solve(asked.some(rows)._replace(schedules=ruled))
        unit = finest(unit, finer)
        unknown[rows] = False if left is None else left
        by_rule[rows] = ~unknown[rows]
    return _finished(asked, _Answer(found, unit, unknown, by_rule))


def _finished(asked: Question[Any], answer: _Answer) -> _Answer:
    """Return the answers in the unit of the columns; check, raise or mark unknown rows."""
    found, unit = answer.found, finest(asked.unit, answer.unit)
    unknown, by_rule = answer.unknown, answer.provisional
    if unit == "ns" and asked.verb != "is_working":  # nanoseconds end in the year 2262
        beyond = (np.abs(found) > MAX // 1000) & (found != NAT)
        unknown = _either(unknown, beyond if beyond.any() else None)
    if asked.options.on_unknown == "raise":
        if unknown is not None and unknown.any():
            _refuse_row(asked, int(unknown.argmax()))
        if by_rule is not None and by_rule.any():
            row = int(by_rule.argmax())
            warn_provisional(f"{by_rule.sum()} answers are provisional, the first of row {row}")
    if unknown is not None:
        found[unknown] = 0 if asked.verb == "is_working" else NAT
    return _Answer(found, unit, unknown, by_rule)


def _in_any_case(asked: Question[Any]) -> tuple[Ints, str, Bools]:
    """Return answers, their unit, and which of them are the same whatever the unknown dates are.

    If the answer is an opening or a closing, the two completions must also have the same working
    time between it and the given instant, see ``unknown_dates.same_in_any_case``.
    """
    extremes = [one.completions() or (one, one) for one in asked.schedules]
    least, unit, same = _compared(asked, extremes)
    if asked.verb in EDGE_VERBS and same.any():
        edges = np.where(same, least, NAT)
        near = asked._replace(verb="elapsed", start=edges, end=asked.start)
        same &= _compared(near, extremes)[2]
    return least, unit, same


def _compared(
    asked: Question[Any], extremes: Sequence[tuple[WorkingTime, WorkingTime]]
) -> tuple[Ints, str, Bools]:
    off, full = (solve(asked._replace(schedules=each)) for each in zip(*extremes, strict=True))
    same: Bools = off[0] == full[0]
    missing = _either(off[2], full[2])
    return off[0], finest(off[1], full[1]), same if missing is None else same & ~missing


def _refuse_row(asked: Question[Any], row: int) -> NoReturn:
    """Raise the error that the verb of the schedule raises for a row, with the row number.

    If the verb of the schedule has an answer, datetime64 cannot represent it: raises OverflowError.
    """
    one = asked.some(np.array([row]))
    schedule = one.schedules[0 if one.codes is None else int(one.codes[0])]
    if asked.options.provisional:
        schedule = schedule.provisionally()
    arguments: list[Any] = datetimes(one.start)
    options: dict[str, Any] = {"inclusive": one.inclusive} if one.verb in EDGE_VERBS else {}
    if one.end is not None:
        arguments += datetimes(one.end)
    if one.other is not None:
        arguments.append(one.other)
    elif one.verb in LOCATED:
        arguments.append(timedelta(microseconds=int(np.min(one.budget))))
    if one.pauses is not None:
        options["pauses"] = [*zip(*map(datetimes, one.pauses[:2]), strict=True)]
    try:
        getattr(schedule, one.verb)(*arguments, **options)
    except CalendarCoverageError as error:
        msg = f"row {row}: {error}"
        raise CalendarCoverageError(msg, row=row, **error.__dict__) from None
    msg = (
        f"row {row}: the answer is outside of what datetime64[{asked.unit}] can represent; give "
        "coarser columns, such as starts.astype('datetime64[us]')"
    )
    raise OverflowError(msg)


# -- the answers as the caller's columns -----------------------------------------------------


def find_instants(asked: Question[Given]) -> Given | Marked[Given]:
    """Return the answers in the type of the first column: datetime64 or aware datetimes."""
    answer, zone = _answer(asked), asked.zone
    values: Any = _in_unit(answer, "M8")
    if zone is not None:
        values = [
            None if micros == NAT else (BASE_UTC + timedelta(microseconds=micros)).astimezone(zone)
            for micros in answer.found.tolist()
        ]
    found: Given | Marked[Given] = _returned(asked, answer, values)
    return found


def find_amounts(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    """Return the answers as timedelta64."""
    answer = _answer(asked)
    found: Amounts | Marked[Amounts] = _returned(asked, answer, _in_unit(answer, "m8"))
    return found


def find_flags(asked: Question[Any]) -> Flags | Marked[Flags]:
    """Return the answers as an array of bool."""
    answer = _answer(asked)
    found: Flags | Marked[Flags] = _returned(asked, answer, answer.found != 0)
    return found


def find_time_left(asked: Question[Any]) -> Amounts | Marked[Amounts]:
    """Return what is left of the budget at the second column, as timedelta64.

    For a budget that is not working time, it is the working time from then to the due time, and
    for ClockTime the time itself. ``asked`` is a question about ``deadline``.
    """
    if asked.other is None:
        used = _answer(asked._replace(verb="elapsed"))
        left = used._replace(found=np.where(used.found == NAT, NAT, asked.budget - used.found))
    else:
        left = _time_to_due(asked)
    found: Amounts | Marked[Amounts] = _returned(asked, left, _in_unit(left, "m8"))
    return found


def _time_to_due(asked: Question[Any]) -> _Answer:
    now: Any = asked.end
    due = _answer(asked._replace(end=None))
    if isinstance(asked.other, ClockTime):
        missing = (due.found == NAT) | (now == NAT)
        left = due._replace(found=np.where(missing, NAT, due.found - now))
        return _finished(asked._replace(end=None), left)
    left = _answer(asked._replace(verb="elapsed", start=now, end=due.found, other=None))
    return left._replace(
        unknown=_either(due.unknown, left.unknown),
        provisional=_either(due.provisional, left.provisional),
    )


def _in_unit(answer: _Answer, kind: str) -> NDArray[Any]:
    """Return the answers as datetime64 (``M8``) or timedelta64 (``m8``) in their unit."""
    found, unit = answer.found, answer.unit
    if unit != "us":
        missing = found == NAT
        found = found * 1000 if unit == "ns" else found // MICROS[unit]
        found[missing] = NAT
    return found.view(f"{kind}[{unit}]")


def _returned(asked: Question[Any], answer: _Answer, values: Any) -> Any:
    """Return the answers in the shape of the columns; with ``on_unknown="mark"`` as Marked."""
    if not isinstance(values, list):
        values = values.reshape(asked.shape)[()]
    elif not asked.shape:
        values = values[0]
    if asked.options.on_unknown == "raise":
        return values
    none = np.zeros(asked.size, np.bool_)
    marks = (none if mark is None else mark for mark in (answer.unknown, answer.provisional))
    return Marked(values, *(mark.reshape(asked.shape)[()] for mark in marks))

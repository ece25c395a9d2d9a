"""The verbs of working time on columns; each answers a row as the scalar verb does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal, Protocol, TypedDict, TypeVar, Unpack, cast, overload

import numpy as np
from numpy.typing import NDArray

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.worktime.columns.calculation import (
    Amounts,
    Flags,
    Marked,
    find_amounts,
    find_flags,
    find_instants,
    find_time_left,
)
from workhours_sla.worktime.columns.inputs import (
    Budgets,
    Codes,
    OnUnknown,
    Options,
    Pauses,
    Schedules,
    Tz,
    Verb,
    question,
)

_DAYS_OFF: Final = np.timedelta64(100 * 366, "D")
"""The length of the period before and after the given dates in which all days are off."""
Instants = NDArray[np.datetime64] | np.datetime64 | datetime | Sequence[datetime | None]
"""datetime64 in UTC, or aware datetimes of one zone; a single instant is used for all rows."""
Times = TypeVar("Times", NDArray[np.datetime64], np.datetime64, datetime, Sequence[datetime | None])
"""A column of instants in any type; the answers have the same type."""


class _Shared(TypedDict, total=False):
    """The options of every verb except ``on_unknown``, which decides the type of the answer."""

    codes: Codes
    tz: Tz
    provisional: bool


class _Raise(_Shared, total=False):
    on_unknown: Literal["raise"]


class _Mark(_Shared):
    on_unknown: Literal["mark"]


class _PausableRaise(_Raise, total=False):
    pauses: Pauses | None


class _PausableMark(_Mark, total=False):
    pauses: Pauses | None


class _EdgeRaise(_Raise, total=False):
    inclusive: bool


class _EdgeMark(_Mark, total=False):
    inclusive: bool


# -- amounts ---------------------------------------------------------------------------------


@overload
def elapsed(
    schedule: Schedules, starts: Instants, ends: Instants, **options: Unpack[_PausableRaise]
) -> Amounts: ...
@overload
def elapsed(
    schedule: Schedules, starts: Instants, ends: Instants, **options: Unpack[_PausableMark]
) -> Marked[Amounts]: ...
def elapsed(
    schedule: Schedules,
    starts: Instants,
    ends: Instants,
    *,
    codes: Codes = None,
    pauses: Pauses | None = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Amounts | Marked[Amounts]:
    """Return the working time between two instants, negative if the second is earlier.

    Returns timedelta64 in seconds, or in a finer unit if a column or the opening hours use one; NaT
    if one of the two instants is NaT. Raises NaiveDatetimeError, CalendarCoverageError with the row
    number, and ValueError for columns of different shapes.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> starts = np.array(["2024-12-27T12:45", "NaT"], "M8[s]")
    >>> elapsed(office, starts, np.datetime64("2024-12-28T07:10"), tz="UTC")
    array([12300, 'NaT'], dtype='timedelta64[s]')
    """
    options = Options(codes, pauses, tz, on_unknown, provisional)
    columns = {"starts": starts, "ends": ends}
    return find_amounts(question("elapsed", schedule, columns, options))


@overload
def remaining(
    schedule: Schedules,
    starts: Instants,
    budget: Budgets,
    *,
    as_of: Instants,
    **options: Unpack[_PausableRaise],
) -> Amounts: ...
@overload
def remaining(
    schedule: Schedules,
    starts: Instants,
    budget: Budgets,
    *,
    as_of: Instants,
    **options: Unpack[_PausableMark],
) -> Marked[Amounts]: ...
def remaining(
    schedule: Schedules,
    starts: Instants,
    budget: Budgets,
    *,
    as_of: Instants,
    codes: Codes = None,
    pauses: Pauses | None = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Amounts | Marked[Amounts]:
    """Return the working time that is left of a budget at ``as_of``, negative when overdue.

    ``as_of`` is one instant or a column. For a budget of days or months, the answer is the working
    time from ``as_of`` to the due time; for ClockTime, it is all time between these two.
    Returns the type and raises the errors of ``elapsed``; also raises BudgetError.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T07:00", "2025-03-12T10:00"], "M8[s]")
    >>> noon = np.datetime64("2025-03-12T12:00")
    >>> remaining(office, starts, working_hours(4), as_of=noon, tz="UTC").astype("m8[h]")
    array([-1,  2], dtype='timedelta64[h]')
    """
    options = Options(codes, pauses, tz, on_unknown, provisional)
    columns = {"starts": starts, "as_of": as_of}
    return find_time_left(question("deadline", schedule, columns, options, budget=budget))


# -- due times -------------------------------------------------------------------------------


@overload
def deadline(
    schedule: Schedules, starts: Times, budget: Budgets, **options: Unpack[_PausableRaise]
) -> Times: ...
@overload
def deadline(
    schedule: Schedules, starts: Times, budget: Budgets, **options: Unpack[_PausableMark]
) -> Marked[Times]: ...
def deadline(
    schedule: Schedules,
    starts: Times,
    budget: Budgets,
    *,
    codes: Codes = None,
    pauses: Pauses | None = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Times | Marked[Times]:
    """Return the due time: the earliest instant at which a budget is used up.

    ``budget`` is one budget of any kind, or a column of timedelta64. Returns datetime64 in UTC, in
    seconds or in a finer unit if a column, the budget or the opening hours use one; returns a list
    of datetimes if ``starts`` is a list. An answer is NaT if its start is NaT, or if a pause
    without an end begins before the budget is used up. Raises NaiveDatetimeError, BudgetError,
    CalendarCoverageError with the row number, and ValueError for columns of different shapes.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-10-31T14:30", "NaT"], "M8[s]")
    >>> print(deadline(office, starts, working_hours(4), tz="UTC"))
    ['2025-11-01T09:30:00'                 'NaT']
    """
    options = Options(codes, pauses, tz, on_unknown, provisional)
    return find_instants(question("deadline", schedule, {"starts": starts}, options, budget=budget))


@overload
def breaches_after(
    schedule: Schedules, starts: Times, budget: Budgets, **options: Unpack[_PausableRaise]
) -> Times: ...
@overload
def breaches_after(
    schedule: Schedules, starts: Times, budget: Budgets, **options: Unpack[_PausableMark]
) -> Marked[Times]: ...
def breaches_after(
    schedule: Schedules,
    starts: Times,
    budget: Budgets,
    *,
    codes: Codes = None,
    pauses: Pauses | None = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Times | Marked[Times]:
    """Return the limit: the last instant at which an answer still meets a budget.

    If the budget is used up at closing time, the limit is the next opening. Types and errors are
    those of ``deadline``.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> starts = np.array(["2025-03-12T11:00"], "M8[s]")
    >>> print(breaches_after(office, starts, working_hours(4), tz="UTC"))
    ['2025-03-13T06:00:00']
    """
    options = Options(codes, pauses, tz, on_unknown, provisional)
    return find_instants(
        question("breaches_after", schedule, {"starts": starts}, options, budget=budget)
    )


@overload
def latest_start(
    schedule: Schedules, due: Times, budget: Budgets, **options: Unpack[_Raise]
) -> Times: ...
@overload
def latest_start(
    schedule: Schedules, due: Times, budget: Budgets, **options: Unpack[_Mark]
) -> Marked[Times]: ...
def latest_start(
    schedule: Schedules,
    due: Times,
    budget: Budgets,
    *,
    codes: Codes = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Times | Marked[Times]:
    """Return the latest start whose due time is no later than ``due``.

    Types and errors are those of ``deadline``.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> due = np.array(["2025-03-12T08:00"], "M8[s]")
    >>> print(latest_start(office, due, working_hours(4), tz="UTC"))
    ['2025-03-11T13:00:00']
    """
    options = Options(codes, None, tz, on_unknown, provisional)
    return find_instants(question("latest_start", schedule, {"due": due}, options, budget=budget))


# -- openings and closings -------------------------------------------------------------------


@overload
def is_working(schedule: Schedules, times: Instants, **options: Unpack[_Raise]) -> Flags: ...
@overload
def is_working(schedule: Schedules, times: Instants, **options: Unpack[_Mark]) -> Marked[Flags]: ...
def is_working(
    schedule: Schedules,
    times: Instants,
    *,
    codes: Codes = None,
    tz: Tz = None,
    on_unknown: OnUnknown = "raise",
    provisional: bool = False,
) -> Flags | Marked[Flags]:
    """Return whether an instant is working time.

    Returns an array of bool, False for NaT.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> is_working(office, np.array(["2025-11-01T09:00", "2025-11-02T09:00"], "M8[s]"), tz="UTC")
    array([ True, False])
    """
    options = Options(codes, None, tz, on_unknown, provisional)
    return find_flags(question("is_working", schedule, {"times": times}, options))


class FindsEdges(Protocol):
    """A verb that finds an opening or a closing for each row."""

    __name__: str

    @overload
    def __call__(
        self, schedule: Schedules, times: Times, **options: Unpack[_EdgeRaise]
    ) -> Times: ...
    @overload
    def __call__(
        self, schedule: Schedules, times: Times, **options: Unpack[_EdgeMark]
    ) -> Marked[Times]: ...


def _edge_verb(name: Verb, doc: str, *, inclusive: bool) -> FindsEdges:
    default = inclusive

    def verb(
        schedule: Schedules,
        times: Times,
        *,
        inclusive: bool = default,
        codes: Codes = None,
        tz: Tz = None,
        on_unknown: OnUnknown = "raise",
        provisional: bool = False,
    ) -> Times | Marked[Times]:
        options = Options(codes, None, tz, on_unknown, provisional)
        # the limit without a budget is the first instant of working time
        kind = "breaches_after" if inclusive and name == "next_opening" else name
        columns = {"times": times}
        return find_instants(question(kind, schedule, columns, options, inclusive=inclusive))

    verb.__name__ = verb.__qualname__ = name
    verb.__doc__ = doc
    return cast("FindsEdges", verb)


next_opening = _edge_verb(
    "next_opening",
    """Return the first instant of working time at or after a given instant.

    If the instant is working time, the answer is the instant. With ``inclusive=False`` the answer
    is the first start of working time after the instant. Types and errors are those of
    ``deadline``.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> nine = np.array(["2025-03-12T06:00"], "M8[s]")
    >>> print(next_opening(office, nine, tz="UTC"))
    ['2025-03-12T06:00:00']
    >>> print(next_opening(office, nine, inclusive=False, tz="UTC"))
    ['2025-03-13T06:00:00']
    """,
    inclusive=True,
)
next_closing = _edge_verb(
    "next_closing",
    """Return the first end of working time after a given instant.

    With ``inclusive=True`` the answer may be the instant itself. Types and errors are those of
    ``deadline``.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(next_closing(office, np.array(["2025-03-12T15:00"], "M8[s]"), tz="UTC"))
    ['2025-03-13T15:00:00']
    """,
    inclusive=False,
)
previous_opening = _edge_verb(
    "previous_opening",
    """Return the last start of working time at or before a given instant.

    With ``inclusive=False`` the answer is always before the instant. Types and errors are those of
    ``deadline``.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(previous_opening(office, np.array(["2025-03-12T10:00"], "M8[s]"), tz="UTC"))
    ['2025-03-12T06:00:00']
    """,
    inclusive=True,
)
previous_closing = _edge_verb(
    "previous_closing",
    """Return the last end of working time at or before a given instant.

    With ``inclusive=False`` the answer is always before the instant. Types and errors are those of
    ``deadline``.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(previous_closing(office, np.array(["2025-03-12T10:00"], "M8[s]"), tz="UTC"))
    ['2025-03-11T15:00:00']
    """,
    inclusive=True,
)


# -- numpy's business days -------------------------------------------------------------------


def busdaycalendar(calendar: Calendar | str, first: date, last: date) -> np.busdaycalendar:
    """Return the working days from ``first`` to ``last`` as a numpy.busdaycalendar.

    Shortened days and transferred working days are business days. pandas takes the result as
    ``CustomBusinessDay(calendar=...)``. numpy cannot mark dates as unknown. Instead, the hundred
    years before ``first`` and after ``last`` are all days off, so that a result in these years is
    visibly wrong. Hours are ignored; use the verbs of this module for working time. Raises
    CalendarCoverageError if the calendar does not cover a date from ``first`` to ``last``, and
    ValueError if ``last`` is before ``first``.

    >>> from datetime import date
    >>> from workhours_sla import columns
    >>> russia = columns.busdaycalendar("RU", date(2025, 1, 1), date(2026, 12, 31))
    >>> print(np.busday_offset("2025-10-31", 2, busdaycal=russia))  # Saturday 1 November is worked
    2025-11-05
    >>> print(np.busday_count("2026-01-01", "2027-01-01", busdaycal=russia))
    247
    """
    if last < first:
        msg = f"the last date {last} is before the first date {first}; swap them"
        raise ValueError(msg)
    source = Calendar.get(calendar) if isinstance(calendar, str) else calendar
    off = [day.date for day in source.days(first, last) if not day.working]
    start, stop = np.datetime64(first, "D"), np.datetime64(last, "D") + 1
    before, after = np.arange(start - _DAYS_OFF, start), np.arange(stop, stop + _DAYS_OFF)
    days_off = np.concatenate([before, np.array(off, "M8[D]"), after])
    return np.busdaycalendar(weekmask="1111111", holidays=days_off)

"""Explain a day budget: which dates count, and where the due date moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Literal, NamedTuple

from workhours_sla.calendars.days import dates_between
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.budget_kinds import (
    CalendarDays,
    DayBudget,
    Months,
    WorkingDays,
    first_day,
)
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import is_paused, last_closing, paused_dates
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.zone_offsets import TICK

Part = Literal["start", "counted", "off", "paused", "end", "passed", "due"]
"""The role of a date in a day budget.

- ``start``: the date of the start, which does not count.
- ``counted``: the date counts.
- ``off``: the date has no working hours, so it does not count in a budget of working days.
- ``paused``: the date is paused, so it does not count.
- ``end``: the last date that counts, if the due date moves from it.
- ``passed``: the due date moves over this date.
- ``due``: the due date.
"""


class DatePart(NamedTuple):
    """The role of a date in a day budget, and its number among the counted dates, from 1.

    ``number`` is None if the date does not count, in a budget of months, and if it is unknown.
    """

    part: Part | None
    number: int | None


NO_PART = DatePart(None, None)


def day_parts(
    budget: DayBudget, schedule: DatedShifts, start: datetime, due_at: datetime, pauses: Pauses
) -> dict[date, DatePart]:
    """Return the role of each date in a day budget, from the start to the last date.

    The last date is the due date or, if the due date moved back, the date on which the term ends.
    ``due_at`` is the due time. If the other dates are unknown, the result has only the due date.
    """
    due_on = (due_at - TICK).astimezone(schedule.tz).date()
    try:
        ends_on = _end_without_roll(budget, schedule, start, due_on, pauses)
        found = dict(_parts(budget, schedule, start, ends_on, pauses))
    except CalendarCoverageError:  # the due date is certain, but not which dates count
        return {due_on: DatePart("due", None)}
    for day in dates_between(ends_on, due_on):
        found.setdefault(day, DatePart("passed", None))
    found[ends_on] = found[ends_on]._replace(part="end")
    found[due_on] = found.get(due_on, NO_PART)._replace(part="due")
    return found


def _end_without_roll(
    budget: DayBudget, schedule: DatedShifts, start: datetime, due_on: date, pauses: Pauses
) -> date:
    """Return the date on which a term ends before ``roll`` moves the due date."""
    if isinstance(budget, CalendarDays | Months):
        return replace(budget, roll="none").due_on(schedule, start, pauses)
    return due_on


def _parts(
    budget: DayBudget, schedule: DatedShifts, start: datetime, ends_on: date, pauses: Pauses
) -> Iterator[tuple[date, DatePart]]:
    start_date = start.astimezone(schedule.tz).date()
    count_from = budget.count_from if isinstance(budget, WorkingDays | CalendarDays) else "next_day"
    first = first_day(schedule, start, count_from)
    paused = paused_dates(schedule, pauses)
    counted: int | None = 0
    for day in dates_between(start_date, ends_on):
        if day < first:
            yield day, DatePart("start", None)
        elif is_paused(day, paused):
            yield day, DatePart("paused", None)
        elif isinstance(budget, WorkingDays) and not schedule.knows(day):
            counted = None
            yield day, NO_PART
        elif isinstance(budget, WorkingDays) and last_closing(schedule, day) is None:
            yield day, DatePart("off", None)
        else:
            has_numbers = not isinstance(budget, Months)
            counted = counted + 1 if has_numbers and counted is not None else None
            yield day, DatePart("counted", counted)

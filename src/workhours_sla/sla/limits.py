"""When a clock is due, from when on it is late, and from when on it is at risk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Hold
from workhours_sla.sla.target import Target
from workhours_sla.worktime.day_budgets import CalendarDays, ClockTime, DayBudget, Months
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import ZERO


def times_of(
    target: Target,
    schedule: Schedule,
    start: datetime,
    holds: tuple[Hold, ...],
    open_hold: datetime | None,
) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    """Return (due, limit, warning, whether the calendar does not know one of them)."""
    budget = target.budget
    strict = target.closing == "strict"
    due = limit = warn = None
    unknown = False
    try:
        if isinstance(budget, timedelta):
            due, limit = schedule.term(start, budget, holds=holds)
        else:
            due, limit = budget.answer(schedule, start, holds)
    except CalendarCoverageError:
        with suppress(CalendarCoverageError):  # the due time may be known though the limit is not
            due = schedule.deadline(start, budget, holds=holds)
        unknown = due is None or not strict
    if strict:
        limit = due
    try:
        warn = _warning(target, schedule, start, due, holds)
    except CalendarCoverageError:  # of plain time, which is due all the same
        unknown = True
    if open_hold is not None and not isinstance(budget, ClockTime):
        # what comes before the pause stands; what it holds off is not known yet
        if due is None or due > open_hold:
            due = limit = None
        elif isinstance(budget, DayBudget):
            if not _ends_before(budget, schedule, start, holds, open_hold):
                due = limit = None
        elif not strict and limit is not None and limit >= open_hold:
            limit = None
        warn = warn if warn is not None and warn <= open_hold else None
    return due, limit, warn, unknown


def _ends_before(
    budget: DayBudget,
    schedule: Schedule,
    start: datetime,
    holds: tuple[Hold, ...],
    open_hold: datetime,
) -> bool:
    """Whether a term of days is over before a pause, also by the date it was moved back from."""
    if isinstance(budget, CalendarDays | Months) and budget.roll == "preceding":
        counted = replace(budget, roll="none")
        if counted.answer(schedule, start, holds).limit >= open_hold:
            return False
    return budget.answer(schedule, start, holds).limit < open_hold


@lru_cache(maxsize=1024)
def _with_left(schedule: Schedule, due: datetime, left: timedelta) -> datetime:
    """Return from when on no more than an amount of working time is left before a due time.

    Terms in days end together, so few are asked for.
    """
    last = schedule.latest_start(due, left)
    closing = schedule.previous_closing(last)
    return last if schedule.elapsed(closing, last) else closing


def _warning(
    target: Target,
    schedule: Schedule,
    start: datetime,
    due: datetime | None,
    holds: Sequence[Hold],
) -> datetime | None:
    """Return from when on an unanswered clock is at risk."""
    budget, ahead = target.budget, target.warn
    if isinstance(budget, timedelta):
        used = max(ZERO, budget - ahead)
        if target.warn_percent is not None:
            used = min(used, _share(budget, target.warn_percent))
        return schedule.deadline(start, used, holds=holds)
    if due is None:
        return None
    warn = max(start, _with_left(schedule, due, ahead))
    if target.warn_percent is not None and isinstance(budget, ClockTime):
        warn = min(warn, start + _share(budget.amount, target.warn_percent))
    elif target.warn_percent is not None:
        used = _share(schedule.elapsed(start, due, holds=holds), target.warn_percent)
        warn = min(warn, schedule.deadline(start, used, holds=holds))
    return warn


def _share(amount: timedelta, percent: int) -> timedelta:
    """Return a share of an amount, rounded up, as less than it has not been used yet."""
    return -(-amount * percent // 100)

"""Compute a clock's due time, limit and warning time if they depend on no uncertain date.

The due time is when the budget is used up. The limit is the last instant at which an answer still
meets the target: the last instant at which no more than the budget is used or, with
``closing="strict"``, the due time.

While a pause is open, only these times are final; all other times are unknown until the pause ends:

- a warning time before the pause or at its beginning;
- the due time of a budget of working time, if it is before the pause or at its beginning;
- the limit of a budget of working time, if it is before the pause or, with ``closing="strict"``, if
  the due time is final;
- the due time and the limit of a day budget, if the budget ended before the pause;
- all times of a ClockTime, because they do not depend on pauses.

WorkingDaysInHours is a budget of working time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Times
from workhours_sla.sla.instants import NEVER
from workhours_sla.sla.pauses import ClockPauses, ClosedPause
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budgets import Budget, ClockTime, WorkingDaysInHours
from workhours_sla.worktime.day_budgets import CalendarDays, DayBudget, Months
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO


def times_of(
    target: Target,
    schedule: Schedule,
    start: datetime,
    pauses: ClockPauses,
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return the due time, limit and warning time of a clock.

    A time is None if it depends on when an open pause ends. Raises CalendarCoverageError if a time
    depends on an uncertain date.
    """
    budget = in_hours(target.budget, schedule, start)
    closed, open_since = pauses
    if isinstance(budget, timedelta):
        due, limit = schedule.due_and_limit(start, budget, pauses=closed)
        warn = schedule.deadline(start, used_at_warning(target, budget), pauses=closed)
    else:
        due, limit = budget.answer(schedule, start, closed)
        warn = _warning(target, schedule, start, due, closed)
    if open_since is None:
        return due, due if target.closing == "strict" else limit, warn
    unrolled = without_roll(target.budget)
    ends = limit if unrolled is None else max(limit, unrolled.answer(schedule, start, closed).limit)
    times = before_pause(target, Times(due, limit, warn), ends, open_since)
    due_at, last, warn_at = (None if time == NEVER else time for time in times)
    return due_at, last, warn_at


def in_hours(budget: Budget, schedule: Schedule, start: datetime) -> Budget:
    """Return the budget, or its amount of working time if it is WorkingDaysInHours."""
    return budget.amount(schedule, start) if isinstance(budget, WorkingDaysInHours) else budget


def without_roll(budget: Budget) -> CalendarDays | Months | None:
    """Return the same budget without a roll if its roll is ``preceding``, else None."""
    if isinstance(budget, CalendarDays | Months) and budget.roll == "preceding":
        return replace(budget, roll="none")
    return None


def before_pause(
    target: Target, times: Times, ends: datetime, open_since: datetime | None
) -> Times:
    """Return the times of a clock. A time that depends on an open pause is replaced by NEVER.

    ``ends`` is used only for a budget that counts days: it is the limit with the roll or the limit
    without the roll, whichever is later.
    """
    due, limit, warn = times
    strict = target.closing == "strict"
    if strict:
        limit = due
    if open_since is not None and not isinstance(target.budget, ClockTime):
        if isinstance(target.budget, DayBudget):
            if ends >= open_since:
                due = limit = NEVER
        elif due > open_since:
            due = limit = NEVER
        elif not strict and limit >= open_since:
            limit = NEVER
        if warn > open_since:
            warn = NEVER
    return Times(due, limit, warn)


def used_at_warning(target: Target, budget: timedelta) -> timedelta:
    """Return how much of a budget of working time is used when the clock becomes at risk."""
    used = max(ZERO, budget - target.warn)
    return used if target.warn_percent is None else min(used, share(budget, target.warn_percent))


def _warning(
    target: Target,
    schedule: Schedule,
    start: datetime,
    due: datetime,
    closed: Sequence[ClosedPause],
) -> datetime:
    """Return the warning time of a budget that is not working time."""
    budget, percent = target.budget, target.warn_percent
    warn = left_from(schedule, start, due, target.warn)
    if percent is not None:
        if isinstance(budget, ClockTime):
            return min(warn, start + share(budget.amount, percent))
        used = share(schedule.elapsed(start, due, pauses=closed), percent)
        warn = min(warn, schedule.deadline(start, used, pauses=closed))
    return warn


def left_from(schedule: Schedule, start: datetime, due: datetime, left: timedelta) -> datetime:
    """Return the first instant from ``start`` on at which at most ``left`` remains until ``due``.

    ``left`` is working time.
    """
    try:
        return max(start, _with_left(schedule, due, left))
    except CalendarCoverageError:
        # only the previous closing is uncertain; without working time after the start it does not
        # matter, since it is before the start
        last = schedule.latest_start(due, left)
        if last <= start or not schedule.elapsed(start, last):
            return start
        raise


@lru_cache(maxsize=1024)
def _with_left(schedule: Schedule, due: datetime, left: timedelta) -> datetime:
    """Return the first instant at which at most ``left`` of working time remains until ``due``.

    Many clocks with day budgets share a due time, so a small cache is enough.
    """
    last = schedule.latest_start(due, left)
    if schedule.elapsed(last - timedelta.resolution, last):
        return last
    return schedule.previous_closing(last)


def share(amount: timedelta, percent: int) -> timedelta:
    """Return a percentage of an amount, rounded up to a whole microsecond."""
    return -(-amount * percent // 100)

"""Compute a clock's due time, limit and warning time, and their bounds across unknown dates."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.sla.paused_time import ClosedPause, PausedTime
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budget_kinds import Budget, CalendarDays, ClockTime, DayBudget, Months
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import ZERO

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""A time that is not reached."""
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""A time before every other."""


class ClockPauses(NamedTuple):
    """The pauses of a clock: those with an end, and the start of the one without."""

    closed: tuple[ClosedPause, ...] = ()
    open_since: datetime | None = None


class Times(NamedTuple):
    """When a clock is due, its limit, and from when on it is at risk."""

    due_at: datetime
    limit: datetime
    warn_at: datetime


class Bounds(NamedTuple):
    """The earliest and the latest times of a clock, whatever becomes of the unknown dates.

    ``pauses`` are those that there are in any case; the clock's own are those that there may be.
    A time that is not reached is NEVER.
    """

    earliest: Times
    latest: Times
    pauses: ClockPauses

    def shared(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Return the due time, limit and warning time, None where earliest and latest differ."""
        due, limit, warn = (
            one if one == other != NEVER else None
            for one, other in zip(self.earliest, self.latest, strict=True)
        )
        return due, limit, warn


# -- on known dates --------------------------------------------------------------------------


def times_of(
    target: Target,
    schedule: Schedule,
    start: datetime,
    pauses: ClockPauses,
    paused_time: PausedTime | None = None,
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return due time, limit and warning time of a clock, None while an open pause hides them.

    ``paused_time``, if given, is that of the start and the pauses. Raises CalendarCoverageError
    where an unknown date changes one of them.
    """
    budget = target.budget
    closed, open_since = pauses
    if isinstance(budget, timedelta):
        used = _used_at_warning(target, budget)
        found = None
        if closed and paused_time is not None:
            with suppress(CalendarCoverageError, BudgetError):  # certain, perhaps, even so
                found = paused_time.times(closed, budget, used)
        if found is None:
            due, limit = schedule.due_and_limit(start, budget, pauses=closed)
            warn = schedule.deadline(start, used, pauses=closed)
        else:
            due, limit, warn = found
    else:
        due, limit = budget.answer(schedule, start, closed)
        warn = _warning(target, budget, schedule, start, due, closed)
    if open_since is None:
        return due, due if target.closing == "strict" else limit, warn
    ends = max(limit, _unrolled_limit(target, schedule, start, closed))
    times = _before_pause(target, Times(due, limit, warn), ends, open_since)
    due_at, last, warn_at = (None if time == NEVER else time for time in times)
    return due_at, last, warn_at


def _unrolled_limit(
    target: Target, schedule: Schedule, start: datetime, closed: Sequence[ClosedPause]
) -> datetime:
    """Return the limit of a budget in days before it is moved back to a working date."""
    budget = target.budget
    if not isinstance(budget, CalendarDays | Months) or budget.roll != "preceding":
        return start
    return replace(budget, roll="none").answer(schedule, start, closed).limit


def _before_pause(
    target: Target, times: Times, ends: datetime, open_since: datetime | None
) -> Times:
    """Return the times that an open pause leaves: those before it, NEVER for the others.

    ``ends`` is when a day budget is over, by its unrolled date as well. With strict closing the
    limit is the due time.
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


def _used_at_warning(target: Target, budget: timedelta) -> timedelta:
    """Return how much of a budget of working time is used when the clock comes to be at risk."""
    used = max(ZERO, budget - target.warn)
    return used if target.warn_percent is None else min(used, _share(budget, target.warn_percent))


def _warning(  # noqa: PLR0913, PLR0917
    target: Target,
    budget: DayBudget | ClockTime,
    schedule: Schedule,
    start: datetime,
    due: datetime,
    closed: Sequence[ClosedPause],
) -> datetime:
    """Return from when on an unanswered clock is at risk, of a budget that is no working time."""
    percent = target.warn_percent
    warn = _left_from(schedule, start, due, target.warn)
    if percent is not None:
        if isinstance(budget, ClockTime):
            return min(warn, start + _share(budget.amount, percent))
        used = _share(schedule.elapsed(start, due, pauses=closed), percent)
        warn = min(warn, schedule.deadline(start, used, pauses=closed))
    return warn


def _left_from(schedule: Schedule, start: datetime, due: datetime, left: timedelta) -> datetime:
    """Return from when on, after a start, no more than ``left`` of working time is left."""
    try:
        return max(start, _with_left(schedule, due, left))
    except CalendarCoverageError:
        # only the closing before is unknown; if nothing was worked since the start, it is earlier
        last = schedule.latest_start(due, left)
        if last <= start or not schedule.elapsed(start, last):
            return start
        raise


@lru_cache(maxsize=1024)
def _with_left(schedule: Schedule, due: datetime, left: timedelta) -> datetime:
    """Return from when on no more than ``left`` of working time is left before a due time.

    Day budgets share their due times, so the cache stays small.
    """
    last = schedule.latest_start(due, left)
    if schedule.elapsed(last - timedelta.resolution, last):
        return last
    return schedule.previous_closing(last)


def _share(amount: timedelta, percent: int) -> timedelta:
    """Return a share of an amount, rounded up, as less than it has not been used yet."""
    return -(-amount * percent // 100)


# -- across unknown dates --------------------------------------------------------------------


def bounds_of(
    target: Target, schedule: Schedule, start: datetime, sure: ClockPauses, possible: ClockPauses
) -> Bounds:
    """Return the bounds of a clock's times.

    ``sure`` pauses there are in any case, ``possible`` ones there may be. Each date that is
    worked, and each pause that there is not, brings the times of working time forward. So they
    lie between those with the most working time and the fewest pauses, and those with the least
    working time and all pauses. Day budgets state their own bounds.
    """
    budget = target.budget
    if isinstance(budget, timedelta):
        earliest = _working_times(target, budget, start, (_most(schedule), sure), start)
        latest = _working_times(target, budget, start, (_least(schedule), possible), NEVER)
        ends = start, start
    elif isinstance(budget, ClockTime):
        due = NEVER  # past the year 9999
        with suppress(CalendarCoverageError):
            due = budget.answer(schedule, start).due_at
        warn = _warning_bounds(target, schedule, start, (due, due), (sure, possible))
        earliest, latest = (Times(due, due, one) for one in warn)
        ends = start, start
    else:
        found = budget.bounds(schedule, start, sure.closed, possible.closed)
        dues, limits = _filled(start, found.due_at), _filled(start, found.limit)
        warn = _warning_bounds(target, schedule, start, dues, (sure, possible))
        earliest, latest = (Times(*times) for times in zip(dues, limits, warn, strict=True))
        ends = limits
        if isinstance(budget, CalendarDays | Months) and budget.roll == "preceding":
            unrolled = replace(budget, roll="none")
            counted = unrolled.bounds(schedule, start, sure.closed, possible.closed).limit
            first, last = _filled(start, counted)
            ends = max(limits[0], first), max(limits[1], last)
    return Bounds(
        _before_pause(target, earliest, ends[0], sure.open_since),
        _before_pause(target, latest, ends[1], possible.open_since),
        sure,
    )


def deadline_bounds(
    schedule: Schedule, start: datetime, budget: Budget
) -> tuple[datetime, datetime | None]:
    """Return the earliest and the latest deadline of a budget; None where nothing bounds it."""
    try:
        due = schedule.deadline(start, budget)
    except CalendarCoverageError as error:
        earliest, latest = error.earliest, error.latest
    else:
        return due, due
    if isinstance(budget, DayBudget):
        earliest, latest = budget.bounds(schedule, start, (), ()).due_at
    elif earliest is None and isinstance(budget, timedelta):
        with suppress(CalendarCoverageError):
            earliest = _most(schedule).deadline(start, budget)
    return earliest or start, latest


def _least(schedule: Schedule) -> Schedule:
    return _completions(schedule)[0]


def _most(schedule: Schedule) -> Schedule:
    return _completions(schedule)[1]


def _completions(schedule: Schedule) -> tuple[Schedule, Schedule]:
    """Return the completions of a schedule; itself where there are none."""
    found = schedule.completions()
    return (schedule, schedule) if found is None else found


def _filled(
    start: datetime, bounds: tuple[datetime | None, datetime | None]
) -> tuple[datetime, datetime]:
    earliest, latest = bounds
    return earliest or start, latest or NEVER


def _working_times(
    target: Target,
    budget: timedelta,
    start: datetime,
    extreme: tuple[Schedule, ClockPauses],
    unknown: datetime,
) -> Times:
    """Return the times of a budget of working time in a completion, ``unknown`` past its end."""
    schedule, pauses = extreme
    due = limit = warn = unknown
    with suppress(CalendarCoverageError):
        used = _used_at_warning(target, budget)
        warn = schedule.deadline(start, used, pauses=pauses.closed)
        due = schedule.deadline(start, budget, pauses=pauses.closed)
        limit = schedule.breaches_after(start, budget, pauses=pauses.closed)
    return Times(due, limit, warn)


def _warning_bounds(
    target: Target,
    schedule: Schedule,
    start: datetime,
    due: tuple[datetime, datetime],
    pauses: tuple[ClockPauses, ClockPauses],
) -> tuple[datetime, datetime]:
    """Return the bounds of the warning of a budget that is not working time.

    The more is worked before a due time, and the later that is, the later no more than the
    amount to warn at is left. A share of the working time up to the due time is used the later,
    the more that is, and the less is worked from the start.
    """
    budget, percent = target.budget, target.warn_percent
    least, most = _completions(schedule)
    earliest, latest = start, NEVER
    with suppress(CalendarCoverageError):
        earliest = _left_from(least, start, due[0], target.warn)
    with suppress(CalendarCoverageError):
        latest = _left_from(most, start, due[1], target.warn)
    if percent is not None and isinstance(budget, ClockTime):
        used_at = start + _share(budget.amount, percent)
        return min(earliest, used_at), min(latest, used_at)
    if percent is not None:
        sure, possible = (one.closed for one in pauses)
        used_at = start
        with suppress(CalendarCoverageError):
            used = _share(least.elapsed(start, due[0], pauses=possible), percent)
            used_at = most.deadline(start, used, pauses=sure)
        earliest = min(earliest, used_at)
        with suppress(CalendarCoverageError):
            used = _share(most.elapsed(start, due[1], pauses=sure), percent)
            latest = min(latest, least.deadline(start, used, pauses=possible))
    return earliest, latest

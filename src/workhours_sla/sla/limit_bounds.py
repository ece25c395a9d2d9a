"""Compute the bounds of a clock's pauses and times over all completions of its calendar.

Completions are not enumerated. For a budget of working time, more working time and fewer pauses
make every time earlier. So the earliest times come from the completion with the most working time
and the fewest pauses, and the latest times from the completion with the least working time and all
pauses. Day budgets compute their own bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Bounds, Times
from workhours_sla.sla.due_limit_warning import (
    before_pause,
    in_hours,
    left_from,
    share,
    used_at_warning,
    without_roll,
)
from workhours_sla.sla.instants import BEGINNING, NEVER
from workhours_sla.sla.pauses import ClockPauses, ClosedPause, Pause, within
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budgets import Budget, ClockTime, WorkingDaysInHours
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.intervals import join
from workhours_sla.worktime.schedule import Schedule


def pause_bounds(
    pauses: Sequence[Pause],
    cap: Budget,
    schedule: Schedule,
    start: datetime,
    end: datetime | None,
    cut_out: Sequence[ClosedPause],
) -> tuple[ClockPauses, ClockPauses]:
    """Return the pauses that every completion has, and the pauses that some completion has.

    A pause lasts at least until the earliest end of its cap, and at most until the latest end. A
    pause that begins while an earlier pause may still be open is not in every completion, because
    it may be a part of the earlier pause.
    """
    certain: list[Pause] = []
    possible: list[Pause] = []
    latest_end: datetime | None = BEGINNING
    for since, until in pauses:
        shortest, longest = deadline_bounds(schedule, since, cap)
        if latest_end is not None and latest_end <= since:
            certain.append((since, shortest if until is None else min(until, shortest)))
        ends = longest if until is None else until if longest is None else min(until, longest)
        possible.append((since, ends))
        if latest_end is not None:
            latest_end = None if ends is None else max(latest_end, ends)
    shortest_pauses, longest_pauses = (
        within(
            join((since, until) for since, until in some if until is not None and since < until),
            min((since for since, until in some if until is None), default=None),
            start,
            end,
            cut_out,
        )
        for some in (certain, possible)
    )
    return shortest_pauses, longest_pauses


def bounds_of(
    target: Target, schedule: Schedule, start: datetime, certain: ClockPauses, possible: ClockPauses
) -> Bounds:
    """Return the bounds of a clock's times.

    ``certain`` are the pauses that every completion has, ``possible`` the pauses that at least one
    completion has.
    """
    budget = in_hours(target.budget, schedule, start)
    if isinstance(budget, timedelta):
        least, most = _completions(schedule)
        earliest = _working_times(target, budget, start, (most, certain), start)
        latest = _working_times(target, budget, start, (least, possible), NEVER)
        ends = start, start
    elif isinstance(budget, ClockTime):
        due = NEVER  # if the due time is after the year 9999
        with suppress(CalendarCoverageError):
            due = budget.answer(schedule, start).due_at
        warn = _warning_bounds(target, schedule, start, (due, due), (certain, possible))
        earliest, latest = (Times(due, due, one) for one in warn)
        ends = start, start
    else:
        found = budget.bounds(schedule, start, certain.closed, possible.closed)
        dues, limits = _filled(start, found.due_at), _filled(start, found.limit)
        warn = _warning_bounds(target, schedule, start, dues, (certain, possible))
        earliest, latest = (Times(*times) for times in zip(dues, limits, warn, strict=True))
        ends = limits
        unrolled = without_roll(budget)
        if unrolled is not None:
            counted = unrolled.bounds(schedule, start, certain.closed, possible.closed).limit
            first, last = _filled(start, counted)
            ends = max(limits[0], first), max(limits[1], last)
    return Bounds(
        before_pause(target, earliest, ends[0], certain.open_since),
        before_pause(target, latest, ends[1], possible.open_since),
        certain,
    )


def deadline_bounds(
    schedule: Schedule, start: datetime, budget: Budget
) -> tuple[datetime, datetime | None]:
    """Return the earliest and the latest deadline of a budget.

    The latest deadline is None if no latest deadline is known.
    """
    try:
        due = schedule.deadline(start, budget)
    except CalendarCoverageError as error:
        bounds = error.earliest, error.latest
        earliest, latest = cast("tuple[datetime | None, datetime | None]", bounds)
    else:
        return due, due
    if isinstance(budget, DayBudget | WorkingDaysInHours):
        earliest, latest = budget.bounds(schedule, start, (), ()).due_at
    elif earliest is None and isinstance(budget, timedelta):
        with suppress(CalendarCoverageError):
            earliest = _completions(schedule)[1].deadline(start, budget)
    return earliest or start, latest


def _completions(schedule: Schedule) -> tuple[Schedule, Schedule]:
    """Return the completions with the least and the most working time.

    Return the schedule twice if it has no completions.
    """
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
    """Return the times of a budget of working time in one completion of the calendar.

    ``extreme`` has the completion, and the pauses of the clock in this completion. A time that lies
    beyond the dates of the calendar is returned as ``unknown``.
    """
    schedule, pauses = extreme
    due = limit = warn = unknown
    with suppress(CalendarCoverageError):
        used = used_at_warning(target, budget)
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
    """Return the earliest and the latest warning time of a budget that is not working time.

    The warning time is when only ``warn`` of working time is left or when ``warn_percent`` of the
    budget is used, whichever comes first. The instant at which ``warn`` is left comes later if
    there is more working time before the due time, or if the due time is later. The instant at
    which ``warn_percent`` is used comes later if there is more working time up to the due time, or
    if there is less working time after the start.
    """
    budget, percent = target.budget, target.warn_percent
    least, most = _completions(schedule)
    earliest, latest = start, NEVER
    with suppress(CalendarCoverageError):
        earliest = left_from(least, start, due[0], target.warn)
    with suppress(CalendarCoverageError):
        latest = left_from(most, start, due[1], target.warn)
    if percent is not None and isinstance(budget, ClockTime):
        used_at = start + share(budget.amount, percent)
        return min(earliest, used_at), min(latest, used_at)
    if percent is not None:
        certain, possible = (one.closed for one in pauses)
        used_at = start
        with suppress(CalendarCoverageError):
            used = share(least.elapsed(start, due[0], pauses=possible), percent)
            used_at = most.deadline(start, used, pauses=certain)
        earliest = min(earliest, used_at)
        with suppress(CalendarCoverageError):
            used = share(most.elapsed(start, due[1], pauses=certain), percent)
            latest = min(latest, least.deadline(start, used, pauses=possible))
    return earliest, latest

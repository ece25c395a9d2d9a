"""Compute the due time, the limit and the warning time of a clock, and their bounds.

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

If a time depends on uncertain dates, its bounds over all completions of the calendar are computed.
Completions are not enumerated. For a budget of working time, more working time and fewer pauses
make every time earlier. So the earliest times come from the completion with the most working time
and the fewest pauses, and the latest times from the completion with the least working time and all
pauses. Day budgets compute their own bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple, cast

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Times
from workhours_sla.sla.clock_pauses import ClockPauses, ClosedPause, Pause, within
from workhours_sla.sla.event import BEGINNING, NEVER
from workhours_sla.sla.target import Target, in_hours, is_clock_time
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.intervals import join
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO


class Bounds(NamedTuple):
    """The earliest and the latest times of a clock over all completions of its calendar."""

    earliest: Times
    latest: Times


class _Completion(NamedTuple):
    """A completion of the calendar, and the pauses of the clock in it."""

    schedule: Schedule
    pauses: ClockPauses
    unknown: datetime | None

    def find(self, verb: Callable[[], datetime]) -> datetime:
        try:
            return verb()
        except CalendarCoverageError:
            if self.unknown is None:
                raise
            return self.unknown


def times_of(target: Target, schedule: Schedule, start: datetime, pauses: ClockPauses) -> Times:
    """Return the times of a clock. A time that depends on an open pause is NEVER."""
    budget, closed = in_hours(target.budget, schedule, start), pauses.closed
    exact = _Completion(schedule, pauses, None)
    if isinstance(budget, timedelta):
        due, limit = schedule.due_and_limit(start, budget, pauses=closed)
        warn = schedule.deadline(start, _used_at_warning(target, budget), pauses=closed)
        return _before_pause(target, budget, Times(due, limit, warn), limit, pauses.open_since)
    due, limit = budget.answer(schedule, start, closed)
    times = Times(due, limit, _warning(target, start, due, exact, exact))
    if pauses.open_since is not None and isinstance(budget, DayBudget):
        limit = max(limit, budget.without_roll().answer(schedule, start, closed).limit)
    return _before_pause(target, budget, times, limit, pauses.open_since)


def bounds_of(
    target: Target, schedule: Schedule, start: datetime, certain: ClockPauses, possible: ClockPauses
) -> Bounds:
    budget = in_hours(target.budget, schedule, start)
    least, most = schedule.completions() or (schedule, schedule)
    first, last = _Completion(most, certain, start), _Completion(least, possible, NEVER)
    ends = start, start
    if isinstance(budget, timedelta):
        found = [_working_times(target, budget, start, one) for one in (first, last)]
    else:
        if isinstance(budget, DayBudget):
            paused = certain.closed, possible.closed
            bounds = budget.bounds(schedule, start, *paused)
            dues, limits = _filled(start, bounds.due_at), _filled(start, bounds.limit)
            counted = _filled(start, budget.without_roll().bounds(schedule, start, *paused).limit)
            ends = max(limits[0], counted[0]), max(limits[1], counted[1])
        else:
            due = NEVER  # if the due time is after the year 9999
            with suppress(CalendarCoverageError):
                due = budget.answer(schedule, start).due_at
            dues = limits = due, due
        warns = (
            _warning(target, start, dues[0], last._replace(unknown=start), first),
            _warning(target, start, dues[1], first._replace(unknown=NEVER), last),
        )
        found = [Times(*times) for times in zip(dues, limits, warns, strict=True)]
    return Bounds(
        _before_pause(target, budget, found[0], ends[0], certain.open_since),
        _before_pause(target, budget, found[1], ends[1], possible.open_since),
    )


def _filled(
    start: datetime, bounds: tuple[datetime | None, datetime | None]
) -> tuple[datetime, datetime]:
    earliest, latest = bounds
    return earliest or start, latest or NEVER


def _working_times(target: Target, budget: timedelta, start: datetime, of: _Completion) -> Times:
    schedule, pauses = of.schedule, of.pauses.closed
    used = _used_at_warning(target, budget)
    return Times(
        of.find(partial(schedule.deadline, start, budget, pauses=pauses)),
        of.find(partial(schedule.breaches_after, start, budget, pauses=pauses)),
        of.find(partial(schedule.deadline, start, used, pauses=pauses)),
    )


def _before_pause(
    target: Target, budget: Budget, times: Times, ends: datetime, open_since: datetime | None
) -> Times:
    """Return the times of a clock. A time that depends on an open pause is replaced by NEVER."""
    due, limit, warn = times
    strict = target.closing == "strict"
    if strict:
        limit = due
    if open_since is None or is_clock_time(budget):
        return Times(due, limit, warn)
    if isinstance(budget, DayBudget):
        if ends >= open_since:
            due = limit = NEVER
    elif due > open_since:
        due = limit = NEVER
    elif not strict and limit >= open_since:
        limit = NEVER
    return Times(due, limit, NEVER if warn > open_since else warn)


# -- warnings ----------------------------------------------------------------------------------


def _used_at_warning(target: Target, budget: timedelta) -> timedelta:
    used = max(ZERO, budget - target.warn)
    return used if target.warn_percent is None else min(used, _share(budget, target.warn_percent))


def _warning(
    target: Target, start: datetime, due: datetime, before: _Completion, after: _Completion
) -> datetime:
    """Return the warning time of a budget that is not working time."""
    # ``before`` counts the time left before the due time, ``after`` the time used after the start:
    # more working time makes the first instant later, but the second earlier.
    percent = target.warn_percent
    warn = before.find(partial(_left_from, before.schedule, start, due, target.warn))
    if percent is None:
        return warn
    if is_clock_time(target.budget):
        return min(warn, start + _share(due - start, percent))

    def used_at() -> datetime:
        used = before.schedule.elapsed(start, due, pauses=before.pauses.closed)
        pauses = after.pauses.closed
        return after.schedule.deadline(start, _share(used, percent), pauses=pauses)

    return min(warn, before.find(used_at))


def _left_from(schedule: Schedule, start: datetime, due: datetime, left: timedelta) -> datetime:
    """Return the first instant from ``start`` on with at most ``left`` until ``due``."""
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
    """Return the first instant at which at most ``left`` of working time remains until ``due``."""
    last = schedule.latest_start(due, left)
    if schedule.elapsed(last - timedelta.resolution, last):
        return last
    return schedule.previous_closing(last)


def _share(amount: timedelta, percent: int) -> timedelta:
    """Return a percentage of an amount, rounded up to a whole microsecond."""
    return -(-amount * percent // 100)


# -- bounds of pauses --------------------------------------------------------------------------


def pause_bounds(
    pauses: Sequence[Pause],
    cap: Budget,
    schedule: Schedule,
    start: datetime,
    end: datetime | None,
    cut_out: Sequence[ClosedPause],
) -> tuple[ClockPauses, ClockPauses]:
    """Return the pauses that every completion has, and the pauses that some completion has."""
    # A pause that begins while an earlier one may be open may be a part of it: not certain.
    certain: list[Pause] = []
    possible: list[Pause] = []
    latest_end: datetime | None = BEGINNING
    for since, until in pauses:
        shortest, longest = _deadline_bounds(schedule, since, cap)
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


def _deadline_bounds(
    schedule: Schedule, start: datetime, budget: Budget
) -> tuple[datetime, datetime | None]:
    try:
        due = schedule.deadline(start, budget)
    except CalendarCoverageError as error:
        bounds = error.earliest, error.latest
        earliest, latest = cast("tuple[datetime | None, datetime | None]", bounds)
    else:
        return due, due
    budget = in_hours(budget, schedule, start)
    if isinstance(budget, timedelta):
        if earliest is None:
            most = (schedule.completions() or (schedule, schedule))[1]
            with suppress(CalendarCoverageError):
                earliest = most.deadline(start, budget)
    elif isinstance(budget, DayBudget):
        earliest, latest = budget.bounds(schedule, start, (), ()).due_at
    return earliest or start, latest

"""Outcomes: the result of one appeal against one target, as of an instant."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.event import BEGINNING, NEVER
from workhours_sla.sla.target import Target, in_hours, is_clock_time
from workhours_sla.worktime.budgets import Budget
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.times import ZERO


class OutcomeBounds(NamedTuple):
    """The earliest and latest due time and limit, and the least and most elapsed working time.

    However the uncertain dates turn out, each value lies between its two bounds. A bound is None if
    the value is unlimited in that direction. Times are in the zone of the target's schedule.

    >>> from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # 20 and 21 April 2026 are uncertain
    >>> posted = datetime(2026, 4, 17, 16, tzinfo=office.tz)
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> event = Event("1", "A-1", "created", posted, posted)
    >>> outcome = evaluate([event], policy, as_of=posted).outcomes[0]
    >>> outcome.due_at, [str(due) for due in outcome.bounds.due_at]
    (None, ['2026-04-20 11:00:00+03:00', '2026-04-22 11:00:00+03:00'])
    """

    due_at: tuple[datetime | None, datetime | None]
    limit: tuple[datetime | None, datetime | None]
    elapsed: tuple[timedelta | None, timedelta | None]


@public()
@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one appeal against one target as of an instant.

    A reopened appeal has one outcome per cycle. ``due_at`` is when the budget is used up, and
    ``limit`` the last instant at which an answer still meets the target. These two are None if they
    depend on when an open pause ends, or on uncertain dates. ``elapsed`` is the working time
    without pauses until the answer or the withdrawal, or else until ``as_of``. ``overdue`` is the
    working time by which the answer is or was late; for a ClockTime it is clock time. Times are in
    the zone of the target's schedule.

    - ``calendar_unknown``: the verdict depends on uncertain dates.
    - ``bounds``: the earliest and latest values, None if no value depends on uncertain dates.
    - ``provisional``: rules of the calendar decided dates that no act has decided.
    - ``needs_review``: a reply that was not judged may be the answer.
    - ``pauses``: an open pause ends at ``as_of``; one with an uncertain end has its latest end.
    - ``retroactive``: the limit had passed when a new attribute made the target apply.
    - ``pause_left_open``: a pause never ended although a later reply, transfer or closing shows
      work on the appeal.

    >>> from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2025, 3, 12, 16, tzinfo=office.tz)
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> event = Event("1", "A-1", "created", posted, posted)
    >>> outcome = evaluate([event], policy, as_of=posted + timedelta(hours=1)).outcomes[0]
    >>> outcome.verdict.value, str(outcome.due_at), str(outcome.remaining)
    ('pending', '2025-03-13 11:00:00+03:00', '3:00:00')
    """

    appeal_id: str
    target: str
    verdict: Verdict
    posted_at: datetime
    answered_at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    elapsed: timedelta | None
    budget: Budget
    calendar_version: str
    agency_id: str | None = None
    district_id: str | None = None
    channel: str | None = None
    calendar_unknown: bool = False
    provisional: bool = False
    cycle: int = 0
    started_at: datetime | None = None
    withdrawn_at: datetime | None = None
    topic: str | None = None
    overdue: timedelta | None = None
    needs_review: bool = False
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    bounds: OutcomeBounds | None = None
    retroactive: bool = False
    pause_left_open: bool = False

    @property
    def latest_limit(self) -> datetime | None:
        """The limit or, if the limit is uncertain, its latest possible value.

        None if both the limit and the verdict are uncertain.
        """
        if self.limit is not None or self.bounds is None or self.calendar_unknown:
            return self.limit
        return self.bounds.limit[1]

    @property
    def remaining(self) -> timedelta | None:
        """The budget minus the elapsed working time, negative if overdue.

        None if the budget is not a timedelta.
        """
        if self.elapsed is None or not isinstance(self.budget, timedelta):
            return None
        return self.budget - self.elapsed


def outcome(appeal: Appeal, clock: Clock, as_of: datetime) -> Outcome:
    verdict, unknown = clock.verdict(as_of)
    zone = clock.schedule.tz
    attributes = appeal.attributes
    elapsed = clock.elapsed(as_of)
    answered, withdrawn = clock.answered_at, clock.withdrawn_at
    due, limit = clock.due_at, clock.limit
    return Outcome(
        appeal_id=appeal.appeal_id,
        target=clock.target.name,
        verdict=verdict,
        posted_at=appeal.posted_at.astimezone(zone),
        answered_at=answered and answered.astimezone(zone),
        due_at=due and due.astimezone(zone),
        limit=limit and limit.astimezone(zone),
        elapsed=elapsed,
        budget=clock.target.budget,
        calendar_version=clock.schedule.calendar.version,
        agency_id=attributes.agency_id,
        district_id=attributes.district_id,
        channel=attributes.channel,
        calendar_unknown=unknown,
        provisional=clock.provisional,
        cycle=clock.cycle,
        started_at=clock.started_at.astimezone(zone),
        withdrawn_at=(
            withdrawn.astimezone(zone) if withdrawn and verdict is Verdict.WITHDRAWN else None
        ),
        topic=attributes.topic,
        overdue=overdue_of(clock, elapsed, as_of),
        needs_review=clock.needs_review,
        pauses=tuple(
            (since.astimezone(zone), until.astimezone(zone))
            for since, until in clock.pauses.closed_at(clock.ended_at or as_of)
        ),
        bounds=_bounds(clock, elapsed, as_of),
        retroactive=verdict is Verdict.BREACHED and clock.is_retroactive,
        pause_left_open=(
            clock.target.pauses
            and appeal.cycles_for(clock.target.on_reopen)[clock.cycle].pause_left_open
        ),
    )


def _bounds(clock: Clock, elapsed: timedelta | None, as_of: datetime) -> OutcomeBounds | None:
    if not clock.uncertain and elapsed is not None:
        return None
    zone = clock.schedule.tz

    def local(when: datetime) -> datetime | None:
        return None if when in (NEVER, BEGINNING) else when.astimezone(zone)

    clocks = (clock, *clock.others)
    earliest = [min(times) for times in zip(*(one.earliest for one in clocks), strict=True)]
    latest = [max(times) for times in zip(*(one.latest for one in clocks), strict=True)]
    elapsed_bounds = clock.elapsed_bounds(as_of) if elapsed is None else (elapsed, elapsed)
    return OutcomeBounds(
        due_at=(local(earliest[0]), local(latest[0])),
        limit=(local(earliest[1]), local(latest[1])),
        elapsed=elapsed_bounds or (None, None),
    )


def overdue_of(clock: Clock, elapsed: timedelta | None, as_of: datetime) -> timedelta | None:
    budget = in_hours(clock.target.budget, clock.schedule, clock.started_at)
    if isinstance(budget, timedelta):
        return None if elapsed is None else max(ZERO, elapsed - budget)
    if clock.due_at is None or clock.others:
        return None
    until = clock.ended_at or as_of
    if until <= clock.due_at:
        return ZERO
    if is_clock_time(budget):
        return until - clock.due_at
    return clock.worked_past(clock.due_at, until)


def due_trace(outcome: Outcome, target: Target) -> Trace | None:
    """Return the trace from the start of an outcome to its due time, in the target's schedule."""
    schedule = target.schedule_for(outcome)
    if outcome.due_at is None or schedule is None:
        return None
    start, budget = outcome.started_at or outcome.posted_at, outcome.budget
    untils: list[Budget | datetime] = [budget]
    if not isinstance(budget, timedelta) and not is_clock_time(budget):
        untils.append(outcome.due_at)  # without the numbers of the days that count
    for until in untils:
        with suppress(CalendarCoverageError, BudgetError):
            found = schedule.explain(
                start, until, pauses=outcome.pauses, provisional=outcome.provisional
            )
            if found.end == outcome.due_at:
                return found
    return None

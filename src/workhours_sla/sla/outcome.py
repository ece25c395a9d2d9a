"""What can be said of one appeal against one target, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.worktime.day_budgets import Budget, ClockTime
from workhours_sla.worktime.zone import ZERO


@dataclass(frozen=True, slots=True)
class Outcome:
    """One appeal against one target, as of an instant; of a reopened one, each cycle.

    ``due_at`` is when the budget is used up, ``limit`` the last instant at which an answer still
    meets the target; each is None where a pause goes on or the calendar does not know.
    ``elapsed`` is working time until the answer or the withdrawal, or until ``as_of`` while there
    is neither, pauses left out; ``overdue`` by how much working time (of a ClockTime: time) the
    answer is or was late.
    Times are in the zone of the target's schedule. ``calendar_unknown`` says that an unknown
    date keeps the verdict open; ``provisional`` that the answer rests on dates settled by rule
    alone; ``needs_review`` that a reply nobody has judged may be the answer. ``holds`` are the
    pauses; one that goes on ends at ``as_of``.
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
    holds: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def remaining(self) -> timedelta | None:
        """What is left of a budget of working time; negative when overdue, None of another."""
        if self.elapsed is None or not isinstance(self.budget, timedelta):
            return None
        return self.budget - self.elapsed


def outcome(appeal: Appeal, clock: Clock, as_of: datetime) -> Outcome:
    """Return what can be said of a clock at an instant in UTC."""
    verdict, unknown = clock.verdict(as_of)
    zone = clock.schedule.tz
    belongs = appeal.belongs
    elapsed = clock.elapsed(as_of)
    answered, gone, due, limit = (
        clock.answered_at,
        clock.withdrawn_at,
        clock.due_at,
        clock.limit,
    )
    return Outcome(
        appeal_id=appeal.opened.appeal_id,
        target=clock.target.name,
        verdict=verdict,
        posted_at=appeal.opened.occurred_at.astimezone(zone),
        answered_at=answered and answered.astimezone(zone),
        due_at=due and due.astimezone(zone),
        limit=limit and limit.astimezone(zone),
        elapsed=elapsed,
        budget=clock.target.budget,
        calendar_version=clock.schedule.calendar.version,
        agency_id=belongs.agency_id,
        district_id=belongs.district_id,
        channel=belongs.channel,
        calendar_unknown=unknown,
        provisional=clock.provisional,
        cycle=clock.cycle,
        started_at=clock.started_at.astimezone(zone),
        withdrawn_at=gone.astimezone(zone) if gone and verdict is Verdict.WITHDRAWN else None,
        topic=belongs.topic,
        overdue=_overdue(clock, elapsed, as_of),
        needs_review=clock.needs_review,
        holds=tuple(
            (since.astimezone(zone), until.astimezone(zone))
            for since, until in clock.holds_until(clock.ended_at or as_of)
        ),
    )


def _overdue(clock: Clock, elapsed: timedelta | None, as_of: datetime) -> timedelta | None:
    budget = clock.target.budget
    if isinstance(budget, timedelta):
        return None if elapsed is None else max(ZERO, elapsed - budget)
    if clock.due_at is None:
        return None
    until = clock.ended_at or as_of
    if until <= clock.due_at:
        return ZERO
    if isinstance(budget, ClockTime):
        return until - clock.due_at
    try:
        return clock.schedule.elapsed(clock.due_at, until, holds=clock.holds_until(until))
    except CalendarCoverageError:
        return None

"""What can be said of one appeal against one target, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.limits import BEGINNING, NEVER
from workhours_sla.worktime.budget_kinds import Budget, ClockTime
from workhours_sla.worktime.zone import ZERO


class OutcomeBounds(NamedTuple):
    """The earliest and the latest due time and limit, and the least and the most elapsed time.

    Whatever becomes of the unknown dates, the values lie within; None where nothing bounds them.
    """

    due_at: tuple[datetime | None, datetime | None]
    limit: tuple[datetime | None, datetime | None]
    elapsed: tuple[timedelta | None, timedelta | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One appeal against one target, as of an instant; of a reopened one, each cycle.

    ``due_at`` is when the budget is used up, ``limit`` the last instant at which an answer still
    meets the target; each is None while a pause goes on, or where it depends on unknown dates.
    ``elapsed`` is working time until the answer or the withdrawal, or until ``as_of`` while there
    is neither, pauses left out; ``overdue`` by how much working time (of a ClockTime: time) the
    answer is or was late.
    Times are in the zone of the target's schedule. ``calendar_unknown`` says that an unknown
    date keeps the verdict open; ``bounds`` has the earliest and latest values where unknown dates
    change one of them, and is None elsewhere; ``provisional`` says that the answer rests on rules
    for dates that no act has settled; ``needs_review`` that a reply nobody has judged may be the
    answer. ``pauses`` are the pauses; one that goes on ends at ``as_of``, and one whose end depends
    on unknown dates ends at the latest. ``retroactive`` says that the limit had passed before a
    change of the appeal made the target apply. ``pause_left_open`` says that a pause was never
    ended though a later reply, transfer or closing shows work on the appeal.
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
        """The limit, or the latest it can be where unknown dates leave the verdict certain."""
        if self.limit is not None or self.bounds is None or self.calendar_unknown:
            return self.limit
        return self.bounds.limit[1]

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
    attributes = appeal.attributes
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
        agency_id=attributes.agency_id,
        district_id=attributes.district_id,
        channel=attributes.channel,
        calendar_unknown=unknown,
        provisional=clock.provisional,
        cycle=clock.cycle,
        started_at=clock.started_at.astimezone(zone),
        withdrawn_at=gone.astimezone(zone) if gone and verdict is Verdict.WITHDRAWN else None,
        topic=attributes.topic,
        overdue=_overdue(clock, elapsed, as_of),
        needs_review=clock.needs_review,
        pauses=tuple(
            (since.astimezone(zone), until.astimezone(zone))
            for since, until in clock.pauses_until(clock.ended_at or as_of)
        ),
        bounds=_bounds(clock, elapsed, as_of),
        retroactive=verdict is Verdict.BREACHED and clock.is_retroactive,
        pause_left_open=clock.target.pauses and _pause_left_open(appeal, clock),
    )


def _bounds(clock: Clock, elapsed: timedelta | None, as_of: datetime) -> OutcomeBounds | None:
    """Return the bounds of a clock's times where one of them depends on unknown dates."""
    if clock.bounds is None and elapsed is not None:
        return None
    zone = clock.schedule.tz

    def local(when: datetime) -> datetime | None:
        return None if when in (NEVER, BEGINNING) else when.astimezone(zone)

    edges = [one.time_bounds for one in (clock, *clock.others)]
    earliest = [min(times) for times in zip(*(first for first, _ in edges), strict=True)]
    latest = [max(times) for times in zip(*(last for _, last in edges), strict=True)]
    passed = clock.elapsed_bounds(as_of) if elapsed is None else (elapsed, elapsed)
    return OutcomeBounds(
        due_at=(local(earliest[0]), local(latest[0])),
        limit=(local(earliest[1]), local(latest[1])),
        elapsed=passed or (None, None),
    )


def _pause_left_open(appeal: Appeal, clock: Clock) -> bool:
    whole = clock.target.on_reopen == "ignore"
    cycle = appeal.whole if whole else appeal.cycles[clock.cycle]
    return cycle.pause_left_open


def _overdue(clock: Clock, elapsed: timedelta | None, as_of: datetime) -> timedelta | None:
    budget = clock.target.budget
    if isinstance(budget, timedelta):
        return None if elapsed is None else max(ZERO, elapsed - budget)
    if clock.due_at is None or clock.others:
        return None
    until = clock.ended_at or as_of
    if until <= clock.due_at:
        return ZERO
    if isinstance(budget, ClockTime):
        return until - clock.due_at
    return clock.worked_past(clock.due_at, until)

"""One appeal against one target: the clock, its limit and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.policy import Target
from workhours_sla.worktime.schedule import Schedule

ZERO = timedelta(0)


class Verdict(StrEnum):
    """What can be said of a clock at an instant."""

    PENDING = "pending"
    AT_RISK = "at_risk"
    MET = "met"
    BREACHED = "breached"


class Quarantined(NamedTuple):
    """An event set aside, with why (a key of ``words.QUARANTINE_REASONS``)."""

    event: Event
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One appeal against one target, as of an instant.

    ``due_at`` is when the budget is used up, ``limit`` the last instant at which an answer still
    meets the target; each is None where the calendar does not know. ``elapsed`` is working
    time until the answer, or until ``as_of`` while there is none. Times are in the zone of the
    target's schedule. ``calendar_unknown`` says that an unknown date keeps the verdict open;
    ``provisional`` that the answer rests on dates settled by rule alone.
    """

    appeal_id: str
    target: str
    verdict: Verdict
    posted_at: datetime
    answered_at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    elapsed: timedelta | None
    budget: timedelta
    calendar_version: str
    agency_id: str | None = None
    district_id: str | None = None
    channel: str | None = None
    calendar_unknown: bool = False
    provisional: bool = False

    @property
    def remaining(self) -> timedelta | None:
        """What is left of the budget in working time; negative when overdue."""
        return None if self.elapsed is None else self.budget - self.elapsed

    @property
    def overdue(self) -> timedelta | None:
        """By how much working time the answer is or was late; 0 when it is not."""
        return None if self.elapsed is None else max(ZERO, self.elapsed - self.budget)


class AppealFacts(NamedTuple):
    """What the fold reads from one appeal's events, for any target."""

    created: Event | None
    holder: str | None
    events: Sequence[Event]


def read_appeal(events: Sequence[Event]) -> AppealFacts:
    """Return the facts of one appeal from its events in order.

    The first posting starts the clock; a later one is an edit. The holder is the agency named
    last.
    """
    created = next((event for event in events if event.type is EventType.CREATED), None)
    holder = next((event.agency_id for event in reversed(events) if event.agency_id), None)
    return AppealFacts(created, holder, events)


def contradictions(facts: AppealFacts) -> list[Quarantined]:
    """Return the events that cannot be true beside the others."""
    if facts.created is None:
        return [Quarantined(event, "no_appeal") for event in facts.events]
    posted = facts.created.occurred_at
    return [
        Quarantined(event, "reply_before_post")
        for event in facts.events
        if event.type in (EventType.REPLIED, EventType.CLOSED) and event.occurred_at < posted
    ]


def run_clock(
    facts: AppealFacts, target: Target, as_of: datetime, *, provisional: bool = False
) -> Outcome:
    """Return the outcome of one appeal with a posting, against one target."""
    created = facts.created
    assert created is not None  # noqa: S101 - contradictions() set the others aside
    posted = created.occurred_at
    answered = next(
        (
            event.occurred_at
            for event in facts.events
            if event.type in target.stops_on
            and event.author_role in (None, "official")
            and event.occurred_at >= posted
        ),
        None,
    )
    until = as_of if answered is None else answered
    schedule, by_rule = target.schedule, False
    due, limit, elapsed = _times(schedule, target, posted, until)
    if provisional and _verdict(target, due, limit, elapsed, answered, as_of)[1]:
        schedule, by_rule = schedule.provisionally(), True
        due, limit, elapsed = _times(schedule, target, posted, until)
    verdict, unknown = _verdict(target, due, limit, elapsed, answered, as_of)
    zone = schedule.tz
    return Outcome(
        appeal_id=created.appeal_id,
        target=target.name,
        verdict=verdict,
        posted_at=posted.astimezone(zone),
        answered_at=answered and answered.astimezone(zone),
        due_at=due,
        limit=limit,
        elapsed=elapsed,
        budget=target.budget,
        calendar_version=schedule.calendar.version,
        agency_id=facts.holder,
        district_id=created.district_id,
        channel=created.channel,
        calendar_unknown=unknown,
        provisional=by_rule,
    )


def _times(
    schedule: Schedule, target: Target, posted: datetime, until: datetime
) -> tuple[datetime | None, datetime | None, timedelta | None]:
    """Return (due, limit, elapsed), each None where the calendar does not know."""
    start = posted.astimezone(schedule.tz)
    due = limit = elapsed = None
    with suppress(CalendarCoverageError):
        due = schedule.deadline(start, target.budget)
        limit = due if target.closing == "strict" else schedule.breaches_after(start, target.budget)
    with suppress(CalendarCoverageError):
        elapsed = schedule.elapsed(start, until)
    return due, limit, elapsed


def _verdict(  # noqa: PLR0913, PLR0917
    target: Target,
    due: datetime | None,
    limit: datetime | None,
    elapsed: timedelta | None,
    answered: datetime | None,
    as_of: datetime,
) -> tuple[Verdict, bool]:
    """Return the verdict and whether an unknown date keeps it open.

    ``answered`` and ``as_of`` are in UTC, so that comparing never goes by wall clock.
    """
    until = as_of if answered is None else answered
    known = limit or due
    if limit is not None and until > limit:
        return Verdict.BREACHED, False
    # what has passed may be known where the due time is not
    within = until <= known if known else elapsed is not None and elapsed < target.budget
    if not within:
        return Verdict.PENDING, True
    if answered is not None:
        return Verdict.MET, False
    at_risk = elapsed is not None and target.budget - elapsed <= target.warn
    return (Verdict.AT_RISK if at_risk else Verdict.PENDING), limit is None

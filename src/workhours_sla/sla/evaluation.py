"""The batch answer: from a set of events to one outcome per appeal and target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.sla.clock import Outcome, Quarantined, contradictions, read_appeal, run_clock
from workhours_sla.sla.event import ALLOWED_SKEW, Event
from workhours_sla.sla.policy import Policy


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Where every event went: read == applied + duplicate + quarantined + after_as_of.

    ``late`` counts, among the applied, those that came after an event that occurred later.
    """

    read: int
    applied: int
    duplicate: int
    quarantined: int
    after_as_of: int
    late: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes by (appeal, target) in order of the appeals' ids, and what was set aside."""

    outcomes: tuple[Outcome, ...]
    quarantine: tuple[Quarantined, ...]
    reconciliation: Reconciliation


def evaluate(
    events: Iterable[Event], policy: Policy, *, as_of: datetime, provisional: bool = False
) -> Evaluation:
    """Return what can be said at ``as_of`` of every appeal against every target of ``policy``.

    A pure function of the set of events: order and duplicates change nothing but the counters.
    Events after ``as_of`` are left out, and so are those quarantined: more than five minutes
    ahead of their receipt, of an id already used with other content, of an appeal that was
    never posted, or answers from before the posting. Raises NaiveDatetimeError.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> event = Event("1", "A-1", EventType.CREATED, posted, posted)
    >>> result = evaluate([event], policy, as_of=datetime(2025, 3, 12, 14, 30, tzinfo=office.tz))
    >>> result.outcomes[0].verdict.value, str(result.outcomes[0].remaining)
    ('at_risk', '0:45:00')
    """
    if as_of.utcoffset() is None:
        msg = f"as_of {as_of!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    as_of = as_of.astimezone(UTC)
    by_id: dict[str, Event] = {}
    seen_again: dict[str, list[Event]] = {}
    read = late = 0
    newest: datetime | None = None
    quarantine: list[Quarantined] = []
    for event in events:
        read += 1
        if event.event_id in by_id:
            seen_again.setdefault(event.event_id, []).append(event)
        else:
            by_id[event.event_id] = event
            if newest is not None and event.occurred_at < newest:
                late += 1
            else:
                newest = event.occurred_at
    duplicate = _settle_repeated(by_id, seen_again, quarantine)
    appeals: dict[str, list[Event]] = {}
    after_as_of = 0
    for event in by_id.values():
        if event.occurred_at - event.received_at > ALLOWED_SKEW:
            quarantine.append(Quarantined(event, "future_time"))
        elif event.occurred_at > as_of:
            after_as_of += 1
        else:
            appeals.setdefault(event.appeal_id, []).append(event)
    outcomes: list[Outcome] = []
    for appeal_id in sorted(appeals):
        facts = read_appeal(sorted(appeals[appeal_id], key=lambda event: event.order))
        quarantine += contradictions(facts)
        if facts.created is not None:
            outcomes += (
                run_clock(facts, target, as_of, provisional=provisional)
                for target in policy.targets
            )
    quarantine.sort(key=lambda item: (item.event.order, item.event.canonical))
    return Evaluation(
        tuple(outcomes),
        tuple(quarantine),
        Reconciliation(
            read=read,
            applied=read - duplicate - len(quarantine) - after_as_of,
            duplicate=duplicate,
            quarantined=len(quarantine),
            after_as_of=after_as_of,
            late=late,
        ),
    )


def _settle_repeated(
    by_id: dict[str, Event],
    seen_again: Mapping[str, list[Event]],
    quarantine: list[Quarantined],
) -> int:
    """Keep, of events with one id, the one received first; return how many only repeat it.

    Others of the same content are duplicates, those of other content go to quarantine.
    """
    duplicate = 0
    for event_id, others in seen_again.items():
        same_id = [by_id[event_id], *others]
        kept = min(same_id, key=lambda e: (e.received_at, e.canonical))
        by_id[event_id] = kept
        differing = [event for event in same_id if event.content != kept.content]
        quarantine += (Quarantined(event, "conflicting_id") for event in differing)
        duplicate += len(same_id) - 1 - len(differing)
    return duplicate

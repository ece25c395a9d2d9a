"""The batch answer: from a set of events to one outcome per appeal and target."""

from __future__ import annotations

from collections.abc import Iterable
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
    by_id: dict[str, list[Event]] = {}
    read = 0
    for event in events:
        read += 1
        by_id.setdefault(event.event_id, []).append(event)
    quarantine: list[Quarantined] = []
    duplicate = after_as_of = 0
    appeals: dict[str, list[Event]] = {}
    for same_id in by_id.values():
        event, repeated = (same_id[0], 0) if len(same_id) == 1 else _settle(same_id, quarantine)
        duplicate += repeated
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
    set_aside = {item.event.event_id for item in quarantine}
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
            late=_count_late(
                event
                for event in (same_id[0] for same_id in by_id.values())
                if event.event_id not in set_aside and event.occurred_at <= as_of
            ),
        ),
    )


def _settle(same_id: list[Event], quarantine: list[Quarantined]) -> tuple[Event, int]:
    """Return, of events with one id, the one that stays, and how many only repeat another.

    Of each content the copy received first speaks, so a later copy makes no future stamp true.
    Of several contents that can be true the one received first stays; others go to quarantine.
    """
    first_of: dict[tuple[object, ...], Event] = {}
    for event in sorted(same_id, key=lambda e: (e.received_at, e.canonical)):
        first_of.setdefault(event.content, event)
    kept, *others = sorted(
        first_of.values(), key=lambda e: e.occurred_at - e.received_at > ALLOWED_SKEW
    )
    for event in others:
        future = event.occurred_at - event.received_at > ALLOWED_SKEW
        quarantine.append(Quarantined(event, "future_time" if future else "conflicting_id"))
    return kept, len(same_id) - len(first_of)


def _count_late(applied: Iterable[Event]) -> int:
    """Return how many came after one that occurred later."""
    late = 0
    newest: datetime | None = None
    for event in applied:
        if newest is not None and event.occurred_at < newest:
            late += 1
        else:
            newest = event.occurred_at
    return late

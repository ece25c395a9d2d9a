"""Evaluate a set of events at once: one outcome per appeal, target and cycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined, happened_by
from workhours_sla.sla.deduplication import deduplicated_appeals
from workhours_sla.sla.event import Event, in_utc
from workhours_sla.sla.fold import Folded, Unmatched, by_rule, fold
from workhours_sla.sla.outcome import Outcome, outcome
from workhours_sla.sla.policy import Policy


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many events were read, applied, repeated, quarantined, or left out by ``as_of``."""

    read: int
    applied: int
    duplicate: int
    quarantined: int
    after_as_of: int
    late: int


@public()
@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes sorted by appeal id, quarantined events, and appeals without a rule or schedule.

    The outcomes of one appeal are in the order of the policy's targets, then of the cycles.

    >>> from workhours_sla import Event, Policy, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=office.tz)
    >>> posted = Event("1", "A-1", "created", noon, noon)
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> result = evaluate([posted, posted], policy, as_of=noon)
    >>> len(result.outcomes), result.reconciliation.duplicate
    (1, 1)
    """

    outcomes: tuple[Outcome, ...]
    quarantine: tuple[Quarantined, ...]
    unmatched: tuple[Unmatched, ...]
    reconciliation: Reconciliation


def evaluate(
    events: Iterable[Event],
    policy: Policy,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    provisional: bool = False,
) -> Evaluation:
    """Return the outcome of every appeal against every target of ``policy``, as of ``as_of``.

    The result depends only on the set of events: their order and duplicates change only the
    counters in ``reconciliation``. An event whose time, after its last correction, is later than
    ``as_of`` is left out. Events received after ``known_at``, if it is given, are ignored. With
    ``provisional``, the rules of the calendar, if it has any, decide uncertain dates.

    Four kinds of events are quarantined: an event that occurred more than five minutes after its
    receipt (``future_time``); an event with the id of an accepted event, but with other content
    (``conflicting_id``); every event of an appeal that was never created (``no_appeal``); and an
    answer that occurred before the posting (``reply_before_post``). Raises NaiveDatetimeError.

    >>> from workhours_sla import Event, Policy, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> event = Event("1", "A-1", "created", posted, posted)
    >>> result = evaluate([event], policy, as_of=datetime(2025, 3, 12, 14, 30, tzinfo=office.tz))
    >>> result.outcomes[0].verdict.value, str(result.outcomes[0].remaining)
    ('at_risk', '0:45:00')
    """
    as_of = in_utc("as_of", as_of)
    if known_at is not None:
        known_at = in_utc("known_at", known_at)
    by_id: dict[str, list[Event]] = {}
    read = 0
    for event in events:
        if known_at is None or event.received_at <= known_at:
            read += 1
            by_id.setdefault(event.event_id, []).append(event)
    appeals, quarantine, duplicate = deduplicated_appeals(by_id.values())
    outcomes: list[Outcome] = []
    unmatched: list[Unmatched] = []
    left_out: set[str] = set()
    for appeal_id in sorted(appeals):
        known = sorted(appeals[appeal_id], key=lambda event: event.order)
        if known[-1].occurred_at > as_of:  # otherwise no correction moves an event beyond as_of
            kept = happened_by(known, as_of)
            left_out.update(event.event_id for event in known)
            left_out.difference_update(event.event_id for event in kept)
            known = kept
        folded = fold(known, policy)
        if provisional:
            folded = by_rule(folded, policy, as_of)
        quarantine += folded.appeal.quarantine
        unmatched += folded.unmatched
        outcomes += outcomes_of(folded, as_of)
    not_applied = left_out.union(item.event.event_id for item in quarantine)
    return Evaluation(
        tuple(outcomes),
        in_order(quarantine),
        tuple(unmatched),
        Reconciliation(
            read=read,
            applied=read - duplicate - len(quarantine) - len(left_out),
            duplicate=duplicate,
            quarantined=len(quarantine),
            after_as_of=len(left_out),
            late=_count_late(
                same_id[0] for event_id, same_id in by_id.items() if event_id not in not_applied
            ),
        ),
    )


def outcomes_of(folded: Folded, as_of: datetime) -> list[Outcome]:
    return [
        outcome(folded.appeal, clock, as_of) for clock in folded.clocks if clock.started_at <= as_of
    ]


def in_order(quarantine: Iterable[Quarantined]) -> tuple[Quarantined, ...]:
    """Return quarantined events in an order that does not depend on when they arrived."""
    return tuple(
        sorted(quarantine, key=lambda item: (item.event.order, item.event.canonical, item.reason))
    )


def _count_late(applied: Iterable[Event]) -> int:
    """Return the number of late events, which were read after an event that occurred later."""
    late = 0
    newest: datetime | None = None
    for event in applied:
        if newest is not None and event.occurred_at < newest:
            late += 1
        else:
            newest = event.occurred_at
    return late

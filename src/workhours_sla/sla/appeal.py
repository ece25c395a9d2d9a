"""What one appeal's events say: its cycles, replies, pauses and holders, whatever the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.policy import Belongings

INTERIM = "interim"
"""The reason of a reply that is not yet the answer."""

_BELONGS = Belongings._fields
_CORRECTABLE = (*_BELONGS, "source", "author_role", "substantive", "reason")
_CREATED, _REPLIED, _PAUSED, _RESUMED = (
    EventType.CREATED,
    EventType.REPLIED,
    EventType.PAUSED,
    EventType.RESUMED,
)
_CLOSED, _REOPENED, _TRANSFERRED = EventType.CLOSED, EventType.REOPENED, EventType.TRANSFERRED
_DELETED, _RESTORED, _REVIEW = EventType.DELETED, EventType.RESTORED, EventType.REVIEW
_CORRECTED, _DUPLICATE_OF = EventType.CORRECTED, EventType.DUPLICATE_OF
_MESSAGE = EventType.CITIZEN_MESSAGE


class Quarantined(NamedTuple):
    """An event set aside, with why (a key of ``words.QUARANTINE_REASONS``)."""

    event: Event
    reason: str


class Cycle:
    """What happened from the posting, or from a reopening, up to the next."""

    __slots__ = ("closed_at", "deleted_at", "events", "number", "opened", "pauses", "replies")

    def __init__(self, number: int, opened: Event) -> None:
        self.number = number
        self.opened = opened
        self.events: list[Event] = []
        self.replies: list[Event] = []
        """Those of officials, or of nobody known."""
        self.pauses: list[tuple[datetime, datetime | None]] = []
        self.closed_at: datetime | None = None
        self.deleted_at: datetime | None = None
        """When the citizen deleted the appeal and nobody restored it."""

    def take(self, event: Event) -> None:  # noqa: C901 - one branch a type
        """Add an event, which comes after those before."""
        kind = event.type
        self.events.append(event)
        if kind is _REPLIED:
            if event.author_role is None or event.author_role == "official":
                self.replies.append(event)
        elif kind is _PAUSED:
            if not self.pauses or self.pauses[-1][1] is not None:
                self.pauses.append((event.occurred_at, None))
        elif kind is _RESUMED:
            if self.pauses and self.pauses[-1][1] is None:
                self.pauses[-1] = (self.pauses[-1][0], event.occurred_at)
        elif kind is _CLOSED:
            if self.closed_at is None:
                self.closed_at = event.occurred_at
        elif kind is _DELETED:
            if event.author_role == "citizen" and self.deleted_at is None:
                self.deleted_at = event.occurred_at
        elif kind is _RESTORED:
            self.deleted_at = None

    @property
    def settled(self) -> bool:
        """Whether there is something that a reopening can reopen."""
        return bool(self.replies) or self.closed_at is not None


class Appeal(NamedTuple):
    """An appeal as its events tell it, those set aside left out."""

    created: Event
    belongs: Belongings
    cycles: Sequence[Cycle]
    excluded_at: datetime | None
    judged: dict[str, bool]
    """What reviews found of replies, by event id."""
    changes: Sequence[tuple[datetime, Belongings]]
    """What the appeal belonged to from each instant on."""

    @property
    def whole(self) -> Cycle:
        """Every event in one cycle."""
        if len(self.cycles) == 1:
            return self.cycles[0]
        whole = Cycle(0, self.created)
        for cycle in self.cycles:
            for event in cycle.events:
                whole.take(event)
        return whole


def read_appeal(  # noqa: C901 - one pass over the events, the hottest of the fold
    events: Sequence[Event],
) -> tuple[Appeal | None, list[Quarantined]]:
    """Return what the events of one appeal, in order, say, and which cannot be true.

    None where it was never created.
    """
    if any(event.type is _CORRECTED and event.refers_to for event in events):
        events = _corrected(events)
    created = None
    for event in events:
        if event.type is _CREATED:
            created = event
            break
    if created is None:
        return None, [Quarantined(event, "no_appeal") for event in events]
    posted = created.occurred_at
    aside: list[Quarantined] = []
    cycle = Cycle(0, created)
    cycles = [cycle]
    excluded_at = None
    reviews: list[Event] = []
    changes: list[tuple[datetime, Belongings]] = []
    belongs = Belongings()
    last: Any = None
    for event in events:
        kind = event.type
        at = event.occurred_at
        if at < posted and (kind is _REPLIED or kind is _CLOSED):
            aside.append(Quarantined(event, "reply_before_post"))
            continue
        said = (
            event.agency_id,
            event.district_id,
            event.channel,
            event.topic,
            event.importance,
            event.regime,
        )
        if said != last:
            last = said
            now = Belongings(
                *(new if new is not None else old for new, old in zip(said, belongs, strict=True))
            )
            if now != belongs:
                belongs = now
                changes.append((at, now))
        if kind is _REOPENED and cycle.settled:
            cycle = Cycle(len(cycles), event)
            cycles.append(cycle)
        elif kind is _DUPLICATE_OF:
            excluded_at = excluded_at or at
        elif kind is _REVIEW:
            reviews.append(event)
        cycle.take(event)
    judged = _judged(reviews, cycles) if reviews else {}
    return Appeal(created, belongs, cycles, excluded_at, judged, changes), aside


def _corrected(events: Sequence[Event]) -> list[Event]:
    """Return the events as corrected, in order; a correction that was applied is no event."""
    by_id = {event.event_id: event for event in events}
    corrections: dict[str, Event] = {}
    for event in events:
        about = event.refers_to
        if event.type is _CORRECTED and about in by_id and about is not None:
            best = corrections.get(about)
            if best is None or (best.received_at, best.event_id) < (
                event.received_at,
                event.event_id,
            ):
                corrections[about] = event
    said = []
    for event in events:
        correction = corrections.get(event.event_id)
        if correction is not None:
            given = {
                name: value
                for name in _CORRECTABLE
                if (value := getattr(correction, name)) not in (None, "")
            }
            said.append(replace(event, occurred_at=correction.occurred_at, **given))
        elif event.type is not _CORRECTED or event.refers_to not in by_id:
            said.append(event)
    return sorted(said, key=lambda event: event.order)


def _judged(reviews: Sequence[Event], cycles: Sequence[Cycle]) -> dict[str, bool]:
    """Return what the reviews found, the last of a reply deciding."""
    replies = [reply for cycle in cycles for reply in cycle.replies]
    judged: dict[str, bool] = {}
    for review in reviews:
        if review.substantive is None:
            continue
        about = review.refers_to
        if about is None:
            before = [reply for reply in replies if reply.order < review.order]
            if not before:
                continue
            about = before[-1].event_id
        judged[about] = review.substantive
    return judged

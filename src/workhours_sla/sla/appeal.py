"""What one appeal's events say: its cycles, replies, pauses and holders, whatever the target."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

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
_ANSWERS = (_REPLIED, _CLOSED)
_TURNS = frozenset({_REOPENED, _DUPLICATE_OF, _REVIEW})
_HANDS_OVER = (EventType.ASSIGNED, _TRANSFERRED)
_UNSAID = Belongings()
_Said = tuple[str | None, ...]
"""What an event says of what the appeal belongs to, in the order of Belongings."""
_NOT_JUDGED: Mapping[str, bool] = MappingProxyType({})


class Quarantined(NamedTuple):
    """An event set aside, with why (a key of ``words.QUARANTINE_REASONS``)."""

    event: Event
    reason: str


class Cycle:
    """What happened from the posting, or from a reopening, up to the next."""

    __slots__ = ("closed_at", "deleted", "events", "number", "opened", "pauses", "replies")

    def __init__(self, number: int, opened: Event) -> None:
        self.number = number
        self.opened = opened
        self.events: list[Event] = []
        self.replies: tuple[Event, ...] = ()
        """Those of officials, or of nobody known."""
        self.pauses: tuple[tuple[datetime, datetime | None], ...] = ()
        """Each from its ``paused`` to the next ``resumed``; they may overlap."""
        self.closed_at: datetime | None = None
        self.deleted: Event | None = None
        """By which the citizen deleted the appeal, where nobody restored it."""

    def take(self, event: Event) -> None:
        """Add an event, which comes after those before."""
        kind = event.type
        self.events.append(event)
        if kind is _REPLIED:
            if event.author_role is None or event.author_role == "official":
                self.replies = (*self.replies, event)
        elif kind is _PAUSED:
            self.pauses = (*self.pauses, (event.occurred_at, None))
        elif kind is _RESUMED:
            self.pauses = tuple(
                (since, event.occurred_at if until is None else until)
                for since, until in self.pauses
            )
        elif kind is _CLOSED:
            if self.closed_at is None:
                self.closed_at = event.occurred_at
        elif kind is _DELETED:
            if event.author_role == "citizen" and self.deleted is None:
                self.deleted = event
        elif kind is _RESTORED:
            self.deleted = None

    @property
    def pause_left_open(self) -> bool:
        """Whether a pause was never ended though later events show work on the appeal."""
        since = min((begun for begun, ended in self.pauses if ended is None), default=None)
        return since is not None and any(
            event.occurred_at > since
            and (
                event.type is _TRANSFERRED
                or (event.type in _ANSWERS and event.author_role in (None, "official"))
            )
            for event in self.events
        )

    @property
    def settled(self) -> bool:
        """Whether there is something that a reopening can reopen."""
        return bool(self.replies) or self.closed_at is not None


class Appeal:
    """An appeal as its events tell it, one after another in order.

    What cannot be true is in ``aside``. ``created`` is None until the appeal was created; what
    came before that waits. Anything but a correction that names another event may be added by
    ``take``; for the rest read the events anew.
    """

    __slots__ = (
        "_judged",
        "_reviews",
        "_said",
        "_waiting",
        "aside",
        "belongs",
        "changes",
        "created",
        "cycles",
        "excluded_at",
        "initial",
    )

    def __init__(self) -> None:
        self.created: Event | None = None
        self.belongs = _UNSAID
        self.cycles: tuple[Cycle, ...] = ()
        self.excluded_at: datetime | None = None
        self.initial = _UNSAID
        """What the appeal belonged to when it was created."""
        self.changes: tuple[tuple[datetime, Belongings], ...] = ()
        """What it belonged to from each later event on that said something else."""
        self.aside: tuple[Quarantined, ...] = ()
        self._waiting: tuple[Event, ...] = ()
        self._said: _Said | None = None
        self._reviews: tuple[Event, ...] = ()
        self._judged: Mapping[str, bool] | None = _NOT_JUDGED

    @property
    def judged(self) -> Mapping[str, bool]:
        """What reviews found of replies, by event id."""
        judged = self._judged
        if judged is None:
            judged = self._judged = _judged(self._reviews, self.cycles)
        return judged

    @property
    def opened(self) -> Event:
        """The event that created the appeal, which there must be."""
        assert self.created is not None  # noqa: S101 - who asks has seen to it
        return self.created

    @property
    def whole(self) -> Cycle:
        """Every event in one cycle."""
        if len(self.cycles) == 1:
            return self.cycles[0]
        whole = Cycle(0, self.opened)
        for cycle in self.cycles:
            for event in cycle.events:
                whole.take(event)
        return whole

    def take(self, event: Event) -> None:
        """Add an event that comes after all those before."""
        created, kind = self.created, event.type
        if created is None:
            self._await(event)
            return
        if kind in _ANSWERS and event.occurred_at < created.occurred_at:
            self.aside = (*self.aside, Quarantined(event, "reply_before_post"))
            return
        said = (
            event.agency_id,
            event.district_id,
            event.channel,
            event.topic,
            event.importance,
            event.regime,
        )
        if said != self._said:
            self._belong(event.occurred_at, said)
        cycle = self.cycles[-1]
        if kind in _TURNS:
            if kind is _REVIEW:
                self._reviews = (*self._reviews, event)
            elif kind is _DUPLICATE_OF:
                self.excluded_at = self.excluded_at or event.occurred_at
            elif cycle.settled:
                cycle = Cycle(len(self.cycles), event)
                self.cycles = (*self.cycles, cycle)
        cycle.take(event)
        if self._reviews and (kind is _REVIEW or kind is _REPLIED):
            self._judged = None

    def _await(self, event: Event) -> None:
        """Add an event to those that wait for the one that creates the appeal, or that one."""
        if event.type is not _CREATED:
            self._waiting = (*self._waiting, event)
            return
        self.created = event
        self.cycles = (Cycle(0, event),)
        for earlier in self._waiting:
            self.take(earlier)
        self._waiting = ()
        self.take(event)
        self.initial, self.changes = self.belongs, ()

    def handed_to(self, event: Event) -> str | None:
        """Return the agency that an event makes the holder, None where it names no new one."""
        hands = event.type in _HANDS_OVER or event is self.created
        return event.agency_id if hands else None

    def holder_before(self, cycle: Cycle) -> str | None:
        """Return who held the appeal when a cycle began."""
        holder = None
        for earlier in self.cycles[: cycle.number]:
            for event in earlier.events:
                holder = self.handed_to(event) or holder
        return holder

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """What cannot be true: of an appeal never created, every event."""
        if self.created is None:
            return tuple(Quarantined(event, "no_appeal") for event in self._waiting)
        return self.aside

    def _belong(self, at: datetime, said: _Said) -> None:
        self._said = said
        belongs = self.belongs
        if belongs is _UNSAID:
            self.belongs = _belongings(said)
        elif any(new is not None and new != old for new, old in zip(said, belongs, strict=True)):
            pairs = zip(said, belongs, strict=True)
            self.belongs = _belongings(tuple([old if new is None else new for new, old in pairs]))
        if self.belongs != belongs:
            self.changes = (*self.changes, (at, self.belongs))


@lru_cache(maxsize=4096)
def _belongings(said: _Said) -> Belongings:
    """Return the same object for what is said again and again."""
    return Belongings._make(said)


def read_appeal(events: Sequence[Event]) -> Appeal:
    """Return what the events of one appeal, in order, say."""
    corrected = _corrected(events) if any(map(corrects, events)) else events
    appeal = Appeal()
    for event in corrected:
        appeal.take(event)
    if appeal.created is None:  # then nothing is to be corrected either
        appeal._waiting = tuple(events)  # noqa: SLF001
    return appeal


def corrects(event: Event) -> bool:
    """Whether an event moves or mends another."""
    return event.type is _CORRECTED and event.refers_to is not None


def happened_by(events: Sequence[Event], as_of: datetime) -> list[Event]:
    """Return those of one appeal's events that happened by an instant, by their corrected times.

    A correction goes with the event that it names.
    """
    moved = {name: one.occurred_at for name, one in _corrections(events).items()}
    kept = []
    for event in events:
        about = event.refers_to if corrects(event) else event.event_id
        if moved.get(about or "", event.occurred_at) <= as_of:
            kept.append(event)
    return kept


def _corrections(events: Sequence[Event]) -> dict[str, Event]:
    """Return, by the event that is named, the correction that counts: the one received last."""
    correctable = {event.event_id for event in events if event.type is not _CORRECTED}
    found: dict[str, Event] = {}
    for event in events:
        about = event.refers_to
        if event.type is _CORRECTED and about in correctable and about is not None:
            best = found.get(about)
            if best is None or (best.received_at, best.event_id) < (
                event.received_at,
                event.event_id,
            ):
                found[about] = event
    return found


def _corrected(events: Sequence[Event]) -> list[Event]:
    """Return the events as corrected, in order; a correction that names one is no event."""
    corrections = _corrections(events)
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
        elif not corrects(event):
            said.append(event)
    return sorted(said, key=lambda event: event.order)


def _judged(reviews: Sequence[Event], cycles: Sequence[Cycle]) -> dict[str, bool]:
    """Return what the reviews found, the last of a reply deciding."""
    replies = [reply for cycle in cycles for reply in cycle.replies]
    orders = [reply.order for reply in replies]
    judged: dict[str, bool] = {}
    for review in reviews:
        if review.substantive is None:
            continue
        about = review.refers_to
        if about is None:
            before = bisect_left(orders, review.order)
            if not before:
                continue
            about = replies[before - 1].event_id
        judged[about] = review.substantive
    return judged

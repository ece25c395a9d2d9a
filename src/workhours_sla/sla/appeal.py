"""Read the events of one appeal: its cycles, replies, pauses and attributes, without any target.

These rules do not depend on a target:

- The first ``created`` creates the appeal. A later ``created`` is an edit. An appeal that was never
  created has no clock, and its events are quarantined. A reply or a closing that occurred before
  the first ``created`` is quarantined too.
- A ``reopened`` begins a new cycle if the current cycle has a reply that counts or a ``closed``.
- A reply counts if its author is an official or unknown. The last review of a reply decides whether
  the reply is substantive; without a review the reply's own ``substantive`` decides.
- The citizen's ``deleted`` withdraws the appeal unless a ``restored`` follows.
- A ``corrected`` event may name another event in ``refers_to``. The named event then takes its
  ``occurred_at`` from the correction, and every field that the correction gives. It keeps its own
  ``received_at``. If several corrections name the same event, the correction that was received
  last counts. If several were received at the same time, the correction with the greatest id
  counts. A correction has no other effect, and it cannot be corrected. It has no effect at all
  until the named event arrives. A ``corrected`` event that names no other event only changes
  attributes of the appeal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clock_pauses import Pause
from workhours_sla.sla.event import Attributes, Event, EventType
from workhours_sla.sla.target import OnReopen

INTERIM = "interim"
"""The ``reason`` of an interim reply, which is not yet the answer."""


class Quarantined(NamedTuple):
    """An event that was rejected, with the reason.

    ``reason`` is ``future_time``, ``conflicting_id``, ``no_appeal`` or ``reply_before_post``.

    >>> from datetime import UTC
    >>> from workhours_sla import Policy, Schedule, Target, evaluate, working_hours
    >>> target = Target("first reply", working_hours(4), Schedule("RU-VGG", "Mo-Fr 09:00-18:00"))
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> reply = Event("1", "A-1", "replied", noon, noon)
    >>> evaluate([reply], Policy([target]), as_of=noon).quarantine[0].reason
    'no_appeal'
    """

    event: Event
    reason: str


_given: Final = attrgetter(*Attributes._fields)
_ABOUT_EARLIER: Final = (EventType.REVIEW, EventType.DUPLICATE_OF)
"""Events of these types may change the clocks of earlier cycles."""
_CORRECTABLE = (*Attributes._fields, "source", "author_role", "substantive", "reason")
"""The fields that a correction can change, besides ``occurred_at``."""


def by_official(event: Event) -> bool:
    """Return whether the author of a reply or a closing is an official or unknown."""
    return event.author_role in (None, "official")


@dataclass(slots=True, eq=False)
class Cycle:
    """One cycle of an appeal, from the posting or a reopening to the next reopening; mutable."""

    number: int
    opened: Event
    holder_before: str | None  # when the cycle began
    judged: Mapping[str, bool]  # by the id of the reply
    events: list[Event] = field(default_factory=list)
    replies: list[Event] = field(default_factory=list)  # by officials or unknown authors
    pauses: list[Pause] = field(default_factory=list)
    closed_at: datetime | None = None
    deleted: Event | None = None  # by the citizen, unless restored
    clocks: dict[str, Clock | None] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.clocks.clear()
        self.events.append(event)
        match event.type:
            case EventType.REPLIED if by_official(event):
                self.replies.append(event)
            case EventType.PAUSED:
                self.pauses.append((event.occurred_at, None))
            case EventType.RESUMED:
                for place in range(len(self.pauses) - 1, -1, -1):
                    since, until = self.pauses[place]
                    if until is not None:
                        break
                    self.pauses[place] = since, event.occurred_at
            case EventType.CLOSED:
                self.closed_at = self.closed_at or event.occurred_at
            case EventType.DELETED if event.author_role == "citizen":
                self.deleted = self.deleted or event
            case EventType.RESTORED:
                self.deleted = None

    def replies_judged(self, *, substantive: bool | None) -> list[Event]:
        """Return the replies that were found substantive, or not, or that nobody has judged."""
        of, judged = self.replies, self.judged
        return [one for one in of if judged.get(one.event_id, one.substantive) is substantive]

    @property
    def pause_left_open(self) -> bool:
        """Whether a pause never ended although later events show work on the appeal."""
        since = next((since for since, until in self.pauses if until is None), None)
        return since is not None and any(
            one.type is EventType.TRANSFERRED
            or (one.type in (EventType.REPLIED, EventType.CLOSED) and by_official(one))
            for one in self.events
            if one.occurred_at > since
        )


class Appeal:
    """What the events of one appeal say, which must be in order."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.created: Event | None = None
        self.attributes: Attributes = Attributes()
        self.initial: Attributes = self.attributes
        self.changes: list[tuple[datetime, Attributes]] = []
        self.cycles: list[Cycle] = []
        self.judged: dict[str, bool] = {}
        self.excluded_at: datetime | None = None
        self.rejected: list[tuple[Event, str]] = []
        self._last_reply: str | None = None
        known = _corrected(events)
        self._is_corrected = known is not events
        place = next((n for n, one in enumerate(known) if one.type is EventType.CREATED), None)
        if place is None:
            self.rejected = [(event, "no_appeal") for event in events]
            return
        self.created = known[place]
        self.whole: Cycle = Cycle(0, self.created, None, self.judged)
        self.cycles.append(self.whole)
        for event in known[:place]:
            if event.type in (EventType.REPLIED, EventType.CLOSED):
                self.rejected.append((event, "reply_before_post"))
            else:
                self._add(event)
        self._add(self.created)
        self.initial, self.changes = self.attributes, []
        for event in known[place + 1 :]:
            self._add(event)

    def follow(self, event: Event) -> bool:
        """Add the next event and return True, or return False if all must be read again."""
        if self.created is None or self._is_corrected or corrects(event):
            return False
        attributes = self.attributes
        self._add(event)
        if event.type in _ABOUT_EARLIER or self.attributes is not attributes:
            for cycle in (self.whole, *self.cycles):
                cycle.clocks.clear()
        return True

    def _add(self, event: Event) -> None:
        kind, cycle = event.type, self.cycles[-1]
        self._set_attributes(event)
        if kind is EventType.REVIEW:
            about = self._last_reply if event.refers_to is None else event.refers_to
            if event.substantive is not None and about is not None:
                self.judged[about] = event.substantive
        elif kind is EventType.DUPLICATE_OF:
            self.excluded_at = self.excluded_at or event.occurred_at
        elif kind is EventType.REOPENED and (cycle.replies or cycle.closed_at is not None):
            holder = cycle.holder_before
            for earlier in cycle.events:
                holder = self.new_holder(earlier) or holder
            if cycle is self.whole:
                self.whole = Cycle(0, self.opened, None, self.judged)
                for earlier in cycle.events:
                    self.whole.add(earlier)
            cycle = Cycle(len(self.cycles), event, holder, self.judged)
            self.cycles.append(cycle)
        elif kind is EventType.REPLIED and by_official(event):
            self._last_reply = event.event_id
        cycle.add(event)
        if cycle is not self.whole:
            self.whole.add(event)

    @property
    def opened(self) -> Event:
        assert self.created is not None  # noqa: S101 - callers have checked
        return self.created

    @property
    def appeal_id(self) -> str:
        return self.opened.appeal_id

    @property
    def posted_at(self) -> datetime:
        return self.opened.occurred_at

    @property
    def quarantine(self) -> list[Quarantined]:
        return [Quarantined(*one) for one in self.rejected]

    def cycles_for(self, on_reopen: OnReopen) -> Sequence[Cycle]:
        """Return the cycles that a target measures; with ``ignore``, one that has all events."""
        return (self.whole,) if on_reopen == "ignore" else self.cycles

    def new_holder(self, event: Event) -> str | None:
        """Return the agency to which an event gives the appeal, None if it names no agency."""
        names = event.type in (EventType.ASSIGNED, EventType.TRANSFERRED) or event is self.created
        return event.agency_id if names else None

    def _set_attributes(self, event: Event) -> None:
        before, given = self.attributes, _given(event)
        if given == before or not any(given):
            return
        after = Attributes(
            *(old if new is None else new for new, old in zip(given, before, strict=True))
        )
        if after != before:
            self.attributes = after
            self.changes.append((event.occurred_at, after))


# -- corrections ---------------------------------------------------------------------------


def corrects(event: Event) -> bool:
    return event.type is EventType.CORRECTED and event.refers_to is not None


def _corrected(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events of one appeal with corrections applied, in order, without corrections."""
    if not any(map(corrects, events)):
        return events
    corrections = _corrections(events)
    found = []
    for event in events:
        correction = corrections.get(event.event_id)
        if correction is not None:
            given = {
                name: value
                for name in _CORRECTABLE
                if (value := getattr(correction, name)) not in (None, "")
            }
            found.append(replace(event, occurred_at=correction.occurred_at, **given))
        elif not corrects(event):
            found.append(event)
    return sorted(found, key=lambda event: event.order)


def happened_by(events: Sequence[Event], as_of: datetime) -> list[Event]:
    """Return the events of one appeal whose corrected time is not after ``as_of``."""
    moved = {name: one.occurred_at for name, one in _corrections(events).items()}
    kept = []
    for event in events:
        about = event.refers_to if corrects(event) else event.event_id
        if moved.get(about or "", event.occurred_at) <= as_of:
            kept.append(event)
    return kept


def _corrections(events: Sequence[Event]) -> dict[str, Event]:
    """Return the corrections that count, keyed by the id of the corrected event."""
    correctable = {event.event_id for event in events if event.type is not EventType.CORRECTED}
    found: dict[str, Event] = {}
    for event in events:
        about = event.refers_to
        if event.type is EventType.CORRECTED and about in correctable and about is not None:
            best = found.get(about)
            if best is None or (best.received_at, best.event_id) < (
                event.received_at,
                event.event_id,
            ):
                found[about] = event
    return found

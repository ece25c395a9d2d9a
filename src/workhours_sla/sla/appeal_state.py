"""The state of one appeal in a stream: its events, its clocks, and the reported changes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Final

from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.deduplication import StoredEvent
from workhours_sla.sla.emitted_changes import Change, Reported, Subject, changes_between
from workhours_sla.sla.event import Event
from workhours_sla.sla.fold import Folded, Key, fold_appeal
from workhours_sla.sla.instants import NEVER
from workhours_sla.sla.policy import Policy

_order: Final = attrgetter("order")


class AppealState:
    """The events of one appeal and the reported state of its clocks; mutable, not thread-safe.

    Events may be added in any order. While they come in order, the appeal and the clocks of its
    earlier cycles are kept; after any other event they are built again. ``next_at`` is the first
    instant after the last report at which a clock changes without a new event. If all clocks have
    ended, ``ended_at`` is when the last event occurred.
    """

    def __init__(
        self,
        appeal_id: str,
        copies: Iterable[StoredEvent] = (),
        reported: dict[Key, Reported] | None = None,
        next_at: datetime | None = None,
        ended_at: datetime | None = None,
    ) -> None:
        copies = list(copies)
        self.appeal_id: str = appeal_id
        self.events: list[Event] = sorted((copy.event for copy in copies), key=_order)
        self.reported: dict[Key, Reported] = reported or {}
        self.next_at: datetime | None = next_at
        self.ended_at: datetime | None = ended_at
        self._policy: Policy | None = None
        self._appeal: Appeal | None = None
        self._folded: Folded | None = None
        self._clocks: dict[Key, Clock] = {}
        """The clocks of the last report."""
        self._timers: dict[Key, datetime] = {}
        """When each clock next changes without a new event."""
        self._reasons: dict[str, str] = {
            copy.event.event_id: copy.quarantined for copy in copies if copy.quarantined
        }
        """The quarantine reasons in the store, keyed by event id."""

    @property
    def is_empty(self) -> bool:
        """Whether the appeal has no event and no stored state."""
        return not (self.events or self.reported or self.next_at or self.ended_at)

    def add(self, copy: StoredEvent) -> None:
        """Add an event, which may be quarantined."""
        if copy.quarantined is not None:  # the reason in a store may be outdated
            self._reasons[copy.event.event_id] = copy.quarantined
        self.add_event(copy.event)

    def add_event(self, event: Event) -> None:
        """Add an event that is not quarantined."""
        insort(self.events, event, key=_order)
        self._folded = None
        if self._appeal is None or self.events[-1] is not event or not self._appeal.follow(event):
            self._appeal = None

    def remove(self, event: Event) -> None:
        """Remove an event that was added before."""
        del self.events[bisect_left(self.events, event.order, key=_order)]
        self._reasons.pop(event.event_id, None)
        self._appeal = self._folded = None

    def fold(self, policy: Policy) -> Folded:
        """Return the appeal and its clocks. The result is kept until an event changes it."""
        if self._policy is not policy:
            self._policy = policy
            self._appeal = self._folded = None
        if self._folded is None:
            if self._appeal is None:
                self._appeal = Appeal(self.events)
            self._folded = fold_appeal(self._appeal, policy)
        return self._folded

    def report(self, policy: Policy, watermark: datetime) -> list[Change]:
        """Return the changes that new events and time have caused since the last report."""
        folded = self.fold(policy)
        before, timers = self._clocks, self._timers
        changed: dict[Key, Clock | None] = {}
        self._clocks, self._timers = {}, {}
        for clock in folded.clocks:
            key = clock.target.name, clock.cycle
            if clock.is_undetected(watermark):  # the clock does not exist yet
                self._timers[key] = clock.started_at
                continue
            if before.get(key) is clock and timers[key] > watermark:
                self._timers[key] = timers[key]
            else:
                changed[key] = clock
                self._timers[key] = clock.next_change(watermark) or NEVER
            self._clocks[key] = clock
        changed |= dict.fromkeys(key for key in self.reported if key not in self._clocks)
        agency_id = folded.appeal.attributes.agency_id
        subject = Subject(self.appeal_id, agency_id, policy.version)
        changes = changes_between(subject, self.reported, changed, watermark)
        first = min(self._timers.values(), default=NEVER)
        self.next_at = None if first == NEVER else first
        is_over = folded.appeal.created is not None and all(
            clock.excluded_at or clock.answered_at or clock.withdrawn_at for clock in folded.clocks
        )
        self.ended_at = self.events[-1].occurred_at if is_over and self.next_at is None else None
        return changes

    def reasons(self, policy: Policy) -> Mapping[str, str | None]:
        """Return the quarantine reasons that have changed since the last call, keyed by event id.

        The reason is None if the event is no longer quarantined.
        """
        known = self._reasons
        found = {event.event_id: reason for event, reason in self.fold(policy).appeal.rejected}
        if found == known:
            return {}
        self._reasons = found
        changed = (one for one in known | found if known.get(one) != found.get(one))
        return {event_id: found.get(event_id) for event_id in changed}

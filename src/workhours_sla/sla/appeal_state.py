"""The state of one appeal in a stream: its events, its clocks, and the reported changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from workhours_sla.sla.appeal import Appeal, Quarantined, read_appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.corrected_events import corrects
from workhours_sla.sla.deduplication import StoredEvent
from workhours_sla.sla.emitted_changes import Change, Key, Reported, changes_between
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.fold import Folded, clocks_of
from workhours_sla.sla.policy import Policy

_CORRECTED = EventType.CORRECTED
_NONE: Final[frozenset[EventType]] = frozenset()
_CHEAP_TO_FOLD: Final = 64
"""An ended appeal with at most this many events drops its cached results."""


def _order(event: Event) -> tuple[datetime, int, str]:
    return event.order


class AppealState:
    """The events of one appeal and the reported state of its clocks; mutable, not thread-safe.

    ``add`` and ``remove`` change the events. ``report`` then builds the clocks again that can have
    changed, and returns the changes of the clocks. ``next_at`` is the first instant after the last
    report at which a clock changes without a new event. If all clocks have ended, ``ended_at`` is
    when the last event occurred.
    """

    __slots__ = (
        "_appeal",
        "_corrected",
        "_new_types",
        "_quarantine",
        "_quarantine_size",
        "appeal_id",
        "copies",
        "ended_at",
        "events",
        "folded",
        "next_at",
        "reported",
        "timer",
    )

    def __init__(
        self,
        appeal_id: str,
        copies: Sequence[StoredEvent] = (),
        reported: dict[Key, Reported] | None = None,
        next_at: datetime | None = None,
        ended_at: datetime | None = None,
    ) -> None:
        self.appeal_id: str = appeal_id
        self.copies: list[StoredEvent] = []
        self.events: list[Event] = []
        """The events of ``copies``, in the same order."""
        self.reported: dict[Key, Reported] = reported or {}
        self.folded: Folded | None = None
        self._appeal: Appeal | None = Appeal()
        self._corrected = False
        self._new_types: frozenset[EventType] | None = None
        """The types of the events since the clocks were built; None if all must be built."""
        self._quarantine: Sequence[Quarantined] | None = None
        """The quarantined events of the last call of ``reasons``."""
        self._quarantine_size = 0
        if copies:
            self.copies = sorted(copies, key=lambda copy: copy.event.order)
            self.events = [copy.event for copy in self.copies]
            self._appeal = None
            self._corrected = any(map(corrects, self.events))
            self._quarantine_size = sum(copy.quarantined is not None for copy in copies)
        self.next_at: datetime | None = next_at
        self.timer: datetime | None = next_at
        self.ended_at = ended_at

    @property
    def is_empty(self) -> bool:
        """Whether the appeal has no event and no stored state."""
        return not (self.events or self.reported or self.next_at or self.ended_at)

    def add(self, copy: StoredEvent, policy: Policy) -> None:
        """Add an event. Events may be added in any order."""
        event = copy.event
        events, appeal, kind = self.events, self._appeal, event.type
        if kind is _CORRECTED and corrects(event):
            self._corrected = True
        if copy.quarantined is not None:  # the reason in a store may be outdated
            self._quarantine_size += 1
            appeal = self._appeal = None
        if events:
            last = events[-1]
            if last.occurred_at >= event.occurred_at and last.order > event.order:
                place = bisect_left(events, event.order, key=_order)
                events.insert(place, event)
                self.copies.insert(place, copy)
                self._appeal = self._new_types = None
                return
        events.append(event)
        self.copies.append(copy)
        if appeal is None or self._corrected:
            self._appeal = self._new_types = None
            return
        attributes = appeal.attributes
        appeal.add(event)
        types = self._new_types
        if types is not None and (kind in policy.relevant or appeal.attributes is not attributes):
            self._new_types = types | {kind}

    def remove(self, event: Event) -> None:
        """Remove an event that was added before."""
        place = bisect_left(self.events, event.order, key=_order)
        del self.events[place], self.copies[place]
        self._appeal = self._new_types = None

    def report(
        self, policy: Policy, watermark: datetime, *, everything: bool = False
    ) -> list[Change]:
        """Return the changes that new events and time have caused since the last report.

        ``everything`` builds and compares every clock. It is needed after a change of the policy or
        of a calendar.
        """
        before = self.folded
        if everything:
            before = self._new_types = None
        elif self.next_at is not None and self.next_at <= watermark:
            before = None
        elif before is not None and self._new_types == _NONE:
            if self.ended_at is not None:
                self.ended_at = self.events[-1].occurred_at
            return []
        folded = self.fold(policy)
        unchanged = () if before is None else before.clocks
        changes = changes_between(
            self.appeal_id, self.reported, folded, watermark, policy.version, unchanged=unchanged
        )
        self.next_at = _next_change(folded.clocks, watermark)
        self.ended_at = self._ended_at(folded) if self.next_at is None else None
        return changes

    def reasons(self) -> Iterable[tuple[StoredEvent, str | None]]:
        """Return pairs of an event and its quarantine reason, None if it is not quarantined.

        Only events whose reason may have changed since the last call are returned.
        """
        folded = self.folded
        assert folded is not None  # noqa: S101 - called after ``report``
        quarantine, known = folded.appeal.quarantine, self._quarantine_size
        if not (quarantine or known):
            return ()
        before, self._quarantine = self._quarantine, quarantine
        self._quarantine_size = len(quarantine)
        if quarantine is before:  # the list has only grown
            return [
                (self.copies[bisect_left(self.events, event.order, key=_order)], reason)
                for event, reason in quarantine[known:]
            ]
        reasons = {event.event_id: reason for event, reason in quarantine}
        return [(copy, reasons.get(copy.event.event_id)) for copy in self.copies]

    def drop_results(self) -> None:
        """Drop the cached clocks to save memory, unless building them again would take long."""
        if len(self.events) <= _CHEAP_TO_FOLD:
            self.folded = self._appeal = self._new_types = None

    def fold(self, policy: Policy) -> Folded:
        """Return the appeal and its clocks. The result is cached."""
        if self._appeal is None:
            self._appeal = read_appeal(self.events)
        if self.folded is None or self._new_types is None or self._new_types:
            self.folded = clocks_of(self._appeal, policy, self.folded, self._new_types)
            self._new_types = _NONE
        return self.folded

    def resume(self, policy: Policy, watermark: datetime) -> None:
        """Set ``next_at`` and ``ended_at`` after the appeal was restored from a snapshot."""
        folded = self.fold(policy)
        self.next_at = _next_change(folded.clocks, watermark)
        self.ended_at = self._ended_at(folded) if self.next_at is None else None

    def _ended_at(self, folded: Folded) -> datetime | None:
        for clock in folded.clocks:
            if clock.excluded_at is None and clock.answered_at is None and not clock.withdrawn_at:
                return None
        return None if folded.appeal.created is None else self.events[-1].occurred_at


def _next_change(clocks: Iterable[Clock], after: datetime) -> datetime | None:
    found = None
    for clock in clocks:
        moment = clock.next_change(after)
        if moment is not None and (found is None or moment < found):
            found = moment
    return found

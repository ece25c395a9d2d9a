"""One appeal as it is followed: its events in order, what they come to, what was told of it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from workhours_sla.sla.appeal import Appeal, corrects, read_appeal
from workhours_sla.sla.change import Change, Key, Reported, changes_between
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.fold import Folded, clocks_of
from workhours_sla.sla.policy import Policy

_CORRECTED = EventType.CORRECTED
_NONE: Final[frozenset[EventType]] = frozenset()
_SOON_READ: Final = 64
"""How many events an appeal may have to be read again when another one comes."""


def _order(event: Event) -> tuple[datetime, int, str]:
    return event.order


class Tracked:
    """The events of one appeal and what was reported of it; mutable, for one thread.

    After ``add`` and ``remove``, ``report`` says what they change. Only what they touch is
    reckoned anew. ``next_at`` is the first instant past the last report at which time alone
    changes something.
    """

    __slots__ = (
        "_appeal",
        "_corrected",
        "_taken",
        "appeal_id",
        "events",
        "folded",
        "next_at",
        "reported",
    )

    def __init__(
        self,
        appeal_id: str,
        events: Iterable[Event] = (),
        reported: dict[Key, Reported] | None = None,
    ) -> None:
        self.appeal_id = appeal_id
        self.events = sorted(events, key=_order)
        self.reported = reported or {}
        self.folded: Folded | None = None
        self._appeal = None if self.events else Appeal()
        self._corrected = any(map(corrects, self.events))
        self._taken: frozenset[EventType] | None = None
        """The types of the events since the clocks were reckoned; None if all is to be."""
        self.next_at: datetime | None = None

    def add(self, event: Event, policy: Policy) -> None:
        """Take an event, in any order."""
        events, appeal, kind = self.events, self._appeal, event.type
        if kind is _CORRECTED and corrects(event):
            self._corrected = True
        if events:
            last = events[-1]
            if last.occurred_at >= event.occurred_at and last.order > event.order:
                insort(events, event, key=_order)
                self._appeal = self._taken = None
                return
        events.append(event)
        if appeal is None or self._corrected:
            self._appeal = self._taken = None
            return
        belonged = appeal.attributes
        appeal.add(event)
        taken = self._taken
        if taken is not None and (kind in policy.relevant or appeal.attributes is not belonged):
            self._taken = taken | {kind}

    def remove(self, event: Event) -> None:
        """Take back an event."""
        del self.events[bisect_left(self.events, event.order, key=_order)]
        self._appeal = self._taken = None

    def report(self, policy: Policy, watermark: datetime, *, anew: bool = False) -> list[Change]:
        """Return what changes with the events since the last report, or with the time.

        ``anew`` reckons and compares everything, as another policy or calendar needs.
        """
        before = self.folded
        if anew:
            before = self._taken = None
        elif self.next_at is not None and self.next_at <= watermark:
            before = None
        elif before is not None and self._taken == _NONE:
            return []
        folded = self.fold(policy)
        stay = () if before is None else before.clocks
        changes = changes_between(
            self.appeal_id, self.reported, folded, watermark, policy.version, stay=stay
        )
        self.next_at = _next_change(folded.clocks, watermark)
        return changes

    def rest(self) -> None:
        """Let go of what the events come to, unless computing it again takes long."""
        if len(self.events) <= _SOON_READ:
            self.folded = self._appeal = self._taken = None

    def fold(self, policy: Policy) -> Folded:
        """Return what the events come to."""
        if self._appeal is None:
            self._appeal = read_appeal(self.events)
        if self.folded is None or self._taken is None or self._taken:
            self.folded = clocks_of(self._appeal, policy, self.folded, self._taken)
            self._taken = _NONE
        return self.folded

    def next_change(self, policy: Policy, after: datetime) -> datetime | None:
        """Return the first instant past ``after`` at which time alone changes something."""
        return _next_change(self.fold(policy).clocks, after)

    def ended_at(self, policy: Policy) -> datetime | None:
        """Return when the last thing happened to an appeal of which nothing more is awaited."""
        folded = self.fold(policy)
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

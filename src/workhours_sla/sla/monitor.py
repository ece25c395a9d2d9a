"""The stream: events in, changes out, with nothing lost and nothing told twice."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Any

from workhours_sla.errors import WorkHoursError
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.change import Change
from workhours_sla.sla.copies import Copies
from workhours_sla.sla.evaluate import (
    Evaluation,
    deduplicate,
    evaluate,
    in_order,
    in_utc,
    is_future,
)
from workhours_sla.sla.event import Event
from workhours_sla.sla.fold import Unmatched
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.tracked import Tracked

_SNAPSHOT = "workhours.monitor/2"
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of the events applied in this run.

    ``late`` occurred before the watermark as it stood when they came. A repeat of an event is
    ``duplicate``, another content of a known id ``conflicting``.
    """

    read: int = 0
    duplicate: int = 0
    conflicting: int = 0
    late: int = 0


class Monitor:
    """Applies events in any order and reports, as changes, what becomes of every clock.

    A mutable shell around the pure fold, for one thread. The state is a function of the set of
    events: whatever their order and repeats, what was reported and not taken back is what
    ``evaluate`` says. Time passes only by ``advance``: a breach is told once the watermark, which
    the source promises all events up to, is past the limit.

    >>> from workhours_sla import EventType, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> monitor = Monitor(Policy([Target("first reply", working_hours(4), office)]))
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> [change.kind.value for change in
    ...  monitor.apply(Event("1", "A-1", EventType.CREATED, posted, posted))]
    ['opened']
    >>> [change.kind.value for change in
    ...  monitor.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))]
    ['at_risk', 'breached']
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._watermark = _BEGINNING
        self._by_id: dict[str, Event | Copies] = {}
        self._appeals: dict[str, Tracked] = {}
        self._timers: list[tuple[datetime, str]] = []
        self._read = self._duplicate = self._conflicting = self._late = 0

    @property
    def policy(self) -> Policy:
        """What the clocks are held to."""
        return self._policy

    @property
    def watermark(self) -> datetime | None:
        """The instant up to which time has passed, None before the first advance."""
        return None if self._watermark is _BEGINNING else self._watermark

    @property
    def counters(self) -> Counters:
        """What became of the events so far; not part of the state."""
        return Counters(self._read, self._duplicate, self._conflicting, self._late)

    # -- what comes in -----------------------------------------------------------------------

    def apply(self, event: Event) -> tuple[Change, ...]:
        """Take one event, in any order, and return what it changes."""
        return self.apply_all((event,))

    def apply_all(self, events: Iterable[Event]) -> tuple[Change, ...]:
        """Take events, in any order, as one step, and return what they change together.

        What one of them would change and another of them change back is not told. If reading
        ``events`` fails, none of them is taken.
        """
        events = tuple(events)
        touched: dict[Tracked, None] = {}
        by_id, watermark = self._by_id, self._watermark
        for event in events:
            known = by_id.get(event.event_id)
            if known is not None:
                touched |= dict.fromkeys(self._take_again(event, known))
                continue
            by_id[event.event_id] = event
            occurred_at = event.occurred_at
            if occurred_at < watermark:
                self._late += 1
            if occurred_at <= event.received_at or not is_future(event):
                touched[self._add(event)] = None
        self._read += len(events)
        changes: list[Change] = []
        for appeal in touched:
            changes += self._report(appeal)
        return tuple(changes)

    def advance(self, watermark: datetime) -> tuple[Change, ...]:
        """Let time pass up to ``watermark``, and return what that alone changes.

        An earlier watermark than before changes nothing. Raises NaiveDatetimeError.
        """
        watermark = in_utc("watermark", watermark)
        if watermark <= self._watermark:
            return ()
        self._watermark = watermark
        changes: list[Change] = []
        timers = self._timers
        while timers and timers[0][0] <= watermark:
            moment, appeal_id = heappop(timers)
            appeal = self._appeals[appeal_id]
            if appeal.next_at == moment:
                changes += self._report(appeal)
        return tuple(changes)

    def replace(self, policy: Policy) -> tuple[Change, ...]:
        """Go on under another policy, or amended calendars, and return what that changes.

        Appeals that it does not touch are not reported again.
        """
        self._policy = policy
        return tuple(
            change
            for appeal in self._appeals.values()
            for change in self._report(appeal, anew=True)
        )

    # -- what can be asked -------------------------------------------------------------------

    def evaluate(self, as_of: datetime, *, provisional: bool = False) -> Evaluation:
        """Return the batch answer over all events taken so far."""
        return evaluate(self._events(), self._policy, as_of=as_of, provisional=provisional)

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """What is set aside now; a later event can bring some of it back."""
        found: list[Quarantined] = []
        for known in self._by_id.values():
            event, others, _ = deduplicate([known] if isinstance(known, Event) else list(known))
            found += others
            if is_future(event):
                found.append(Quarantined(event, "future_time"))
        for appeal in self._appeals.values():
            found += appeal.fold(self._policy).quarantine
        return in_order(found)

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """Appeals that no rule fits or that have no schedule, by the appeals' ids."""
        return tuple(
            one
            for appeal_id in sorted(self._appeals)
            for one in self._appeals[appeal_id].fold(self._policy).unmatched
        )

    def snapshot(self) -> bytes:
        """Return the state, from which ``restore`` goes on; only for whoever trusts its source.

        It is a pickle.
        """
        reported = {
            appeal_id: appeal.reported
            for appeal_id, appeal in self._appeals.items()
            if appeal.reported
        }
        state = (_SNAPSHOT, list(self._events()), reported, self._watermark)
        return pickle.dumps(state)

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes) -> Monitor:
        """Return a monitor that goes on where a snapshot was taken.

        If the policy is another than then, ask for ``replace(policy)`` to report what that
        changes. Raises WorkHoursError for what is no snapshot.
        """
        state: Any = pickle.loads(snapshot)  # noqa: S301 - the caller's own
        if not isinstance(state, tuple) or state[0] != _SNAPSHOT:
            msg = f"this is no snapshot of a monitor ({_SNAPSHOT}); give what snapshot() returned"
            raise WorkHoursError(msg)
        _, events, reported, watermark = state
        monitor = cls(policy)
        monitor._watermark = watermark
        for event in events:
            known = monitor._by_id.get(event.event_id)
            if known is None:
                monitor._by_id[event.event_id] = event
            elif isinstance(known, Event):
                monitor._by_id[event.event_id] = Copies((known, event))
            else:
                known.join(event)
        # also appeals whose events all went to another: their revisions go on
        stand: dict[str, list[Event]] = {appeal_id: [] for appeal_id in reported}
        for known in monitor._by_id.values():
            stands = _counting(known)
            if stands is not None:
                stand.setdefault(stands.appeal_id, []).append(stands)
        for appeal_id, known_events in stand.items():
            appeal = Tracked(appeal_id, known_events, reported.get(appeal_id))
            monitor._appeals[appeal_id] = appeal
            appeal.next_at = appeal.next_change(policy, watermark)
            monitor._await(appeal)
        return monitor

    # -- inside ------------------------------------------------------------------------------

    def _events(self) -> Iterable[Event]:
        for known in self._by_id.values():
            if isinstance(known, Event):
                yield known
            else:
                yield from known

    def _take_again(self, event: Event, known: Event | Copies) -> list[Tracked]:
        """Take an event whose id is known, and return the appeals where another one stands now."""
        before = _counting(known)
        if not isinstance(known, Event):
            repeats = known.join(event)
        elif known.content == event.content:
            repeats = True
            if event.received_at < known.received_at:
                known = self._by_id[event.event_id] = event
        else:
            repeats = False
            known = self._by_id[event.event_id] = Copies((known, event))
        if repeats:
            self._duplicate += 1
        else:
            self._conflicting += 1
        after = _counting(known)
        touched: list[Tracked] = []
        if before is after:
            return touched
        if before is not None:
            appeal = self._appeals[before.appeal_id]
            appeal.remove(before)
            touched.append(appeal)
        if after is not None:
            touched.append(self._add(after))
        return touched

    def _add(self, event: Event) -> Tracked:
        appeal = self._appeals.get(event.appeal_id)
        if appeal is None:
            appeal = self._appeals[event.appeal_id] = Tracked(event.appeal_id)
        appeal.add(event, self._policy)
        return appeal

    def _report(self, appeal: Tracked, *, anew: bool = False) -> list[Change]:
        awaited = appeal.next_at
        changes = appeal.report(self._policy, self._watermark, anew=anew)
        if appeal.next_at != awaited:
            self._await(appeal)
        if appeal.next_at is None and appeal.ended_at(self._policy) is not None:
            appeal.rest()
        return changes

    def _await(self, appeal: Tracked) -> None:
        if appeal.next_at is not None:
            heappush(self._timers, (appeal.next_at, appeal.appeal_id))


def _counting(known: Event | Copies) -> Event | None:
    """Return which of the copies of one id counts, None where none can be true."""
    if isinstance(known, Event):
        return None if is_future(known) else known
    return known.counting

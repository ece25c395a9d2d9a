"""Changes of clocks, and the state of an appeal in a stream that emits them.

A change is emitted once, and retracted if it is no longer true.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.deduplication import StoredEvent
from workhours_sla.sla.event import NEVER, Event
from workhours_sla.sla.fold import Folded, Key, fold_appeal
from workhours_sla.sla.policy import Policy
from workhours_sla.worktime.times import in_time

_order: Final = attrgetter("order")


class ChangeKind(StrEnum):
    """The kinds of changes, in the order in which changes with the same instant are emitted.

    >>> print(*list(ChangeKind)[:3])
    opened due_changed paused
    """

    OPENED = "opened"
    DUE_CHANGED = "due_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


@public()
class Change(NamedTuple):
    """A change of a clock: a fact that became true, or the retraction of an earlier change.

    A clock measures an appeal against a target. ``at`` is when the fact became true; ``at``,
    ``due_at`` and ``limit`` are in UTC. In a ``due_changed``, ``at`` is the new due time instead,
    or None if that depends on unknown dates. ``revision`` numbers the changes of a clock from 1. In
    a retraction, ``retracts`` is the ``change_id`` of the earlier change. ``evidence`` has the ids
    of the events that started and answered the clock. ``calendar_version`` and ``policy_version``
    are those in force. A breach is ``retroactive`` if its limit had passed when an event with a new
    topic, agency or other attribute made the target apply; ``at`` is the time of that event.

    >>> from datetime import UTC
    >>> at = datetime(2025, 3, 12, 7, 15, tzinfo=UTC)
    >>> names = ChangeKind.OPENED, "A-1", "first reply"
    >>> change = Change(*names, 0, 1, at, None, None, None, ("1",), "roads", "", "")
    >>> change.change_id
    'A-1/first reply/0/opened/1'
    """

    kind: ChangeKind
    appeal_id: str
    target: str
    cycle: int
    revision: int
    at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    retracts: str | None
    evidence: tuple[str, ...]
    agency_id: str | None
    calendar_version: str
    policy_version: str
    retroactive: bool = False

    @property
    def change_id(self) -> str:
        """The id of the change as text: appeal, target, cycle, kind and revision.

        A change that is delivered twice has the same id both times.
        """
        return _identity(self.appeal_id, self.target, self.cycle, self.kind, self.revision)


Fact = tuple[ChangeKind, datetime | None]
"""What is true of a clock: a kind of change, and the instant at which it became true."""


class Reported(NamedTuple):
    """The reported state of one clock: the changes that were reported and not retracted."""

    kinds: tuple[ChangeKind, ...] = ()
    moments: tuple[datetime | None, ...] = ()
    revisions: tuple[int, ...] = ()
    due_at: datetime | None = None
    total: int = 0

    @property
    def facts(self) -> list[Fact]:
        return list(zip(self.kinds, self.moments, strict=True))


def _identity(appeal_id: str, target: str, cycle: int, kind: str, revision: int) -> str:
    return f"{appeal_id}/{target}/{cycle}/{kind}/{revision}"


def _facts_of(clock: Clock, watermark: datetime) -> Iterator[Fact]:
    if clock.excluded_at is not None:
        yield ChangeKind.EXCLUDED, clock.excluded_at
        return
    yield ChangeKind.OPENED, clock.started_at
    ended = clock.ended_at
    if any(clock.pauses):
        yield from _pauses(clock, ended, watermark)
    # if another clock may count, it may have been answered earlier
    others = clock.others if ended is not None else ()
    warn = clock.warned_from
    was_warned = (one.warned_from < (one.ended_at or NEVER) for one in (clock, *others))
    if NEVER != warn <= watermark and all(was_warned):
        yield ChangeKind.AT_RISK, warn
    # a late answer does not end a clock before the watermark passes its limit, because an earlier
    # answer may still arrive
    verdict = Verdict.BREACHED if ended is None else clock.verdict(watermark)[0]
    if verdict in (Verdict.MET, Verdict.WITHDRAWN):
        yield ChangeKind(verdict.value), ended
    elif verdict is Verdict.BREACHED and NEVER != clock.breached_from <= watermark:
        yield ChangeKind.BREACHED, clock.breach_at


def _pauses(clock: Clock, ended: datetime | None, watermark: datetime) -> Iterator[Fact]:
    """Yield when a clock was paused and resumed, as far as no unknown date can change it.

    Pauses that begin after the limit change nothing and are left out.
    """
    certain = (*clock.certain.closed, (clock.certain.open_since, None))
    sure = () if clock.others else {since for since, _ in certain}
    for since, until in clock.pauses.closed_at(NEVER):
        if since in sure and in_time(since, clock.earliest.limit):
            yield ChangeKind.PAUSED, since
            if until <= watermark and until != ended:  # the end of a clock does not resume it
                yield ChangeKind.RESUMED, until


def _with_due(
    facts: list[Fact], clock: Clock, before: list[Fact], opened: datetime | None
) -> list[Fact]:
    """Insert a ``due_changed`` if the due time differs from that in ``opened``."""
    # While a reported pause is open, the due time depends on its end, so the last one is kept.
    if facts[0][0] is not ChangeKind.OPENED or facts[:1] != before[:1]:
        return facts
    due = clock.due_at
    if due is None and clock.pauses.open_since is not None:
        kinds = [kind for kind, _ in facts]
        if kinds.count(ChangeKind.PAUSED) > kinds.count(ChangeKind.RESUMED):
            due = next((at for kind, at in before if kind is ChangeKind.DUE_CHANGED), opened)
    if due == opened:
        return facts
    return [facts[0], (ChangeKind.DUE_CHANGED, due), *facts[1:]]


class Subject(NamedTuple):
    """What all changes of an appeal share."""

    appeal_id: str
    agency_id: str | None
    policy_version: str


def _report(
    subject: Subject, key: Key, old: Reported, clock: Clock | None, watermark: datetime
) -> tuple[Reported, list[Change], list[Change]] | None:
    """Return the new reported state of a clock, its retractions and the other changes."""
    before = old.facts
    facts = [] if clock is None else list(_facts_of(clock, watermark))
    if clock is not None and old.total and clock.due_at != old.due_at:
        facts = _with_due(facts, clock, before, old.due_at)
    if facts == before:
        return None
    current, known = set(facts), dict(zip(before, old.revisions, strict=True))
    total, due = old.total, old.due_at
    retractions, additions = [], []
    for fact, revision in known.items():
        if fact not in current:
            total += 1
            earlier = _identity(subject.appeal_id, *key, fact[0], revision)
            retractions.append(_change(subject, key, clock, (*fact, total, earlier)))
    for fact in facts:
        if fact not in known:
            total += 1
            known[fact] = total
            additions.append(_change(subject, key, clock, (*fact, total, None)))
    if before[:1] != facts[:1]:
        due = None if clock is None else clock.due_at
    kinds, moments = zip(*facts, strict=True) if facts else ((), ())
    revisions = tuple(known[fact] for fact in facts)
    return Reported(kinds, moments, revisions, due, total), retractions, additions


def _change(
    subject: Subject,
    key: Key,
    clock: Clock | None,
    what: tuple[ChangeKind, datetime | None, int, str | None],
) -> Change:
    kind, at, revision, retracts = what
    appeal_id, agency_id, policy_version = subject
    return Change(
        kind,
        appeal_id,
        *key,
        revision,
        at,
        None if clock is None else clock.due_at,
        None if clock is None else clock.limit,
        retracts,
        clock.evidence if clock else (),
        agency_id,
        clock.schedule.calendar.version if clock else "",
        policy_version,
        clock is not None and clock.is_retroactive and kind is ChangeKind.BREACHED,
    )


class AppealState:
    """The events of one appeal and the reported state of its clocks; mutable, not thread-safe."""

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
        return not (self.events or self.reported or self.next_at or self.ended_at)

    def add(self, copy: StoredEvent) -> None:
        if copy.quarantined is not None:  # the reason in a store may be outdated
            self._reasons[copy.event.event_id] = copy.quarantined
        self.add_event(copy.event)

    def add_event(self, event: Event) -> None:
        insort(self.events, event, key=_order)
        self._folded = None
        if self._appeal is None or self.events[-1] is not event or not self._appeal.follow(event):
            self._appeal = None

    def remove(self, event: Event) -> None:
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
                self._timers[key] = clock.next_change(watermark)
            self._clocks[key] = clock
        changed |= dict.fromkeys(key for key in self.reported if key not in self._clocks)
        subject = Subject(self.appeal_id, folded.appeal.attributes.agency_id, policy.version)
        retractions: list[Change] = []
        additions: list[Change] = []
        for key, one in changed.items():
            found = _report(subject, key, self.reported.get(key, Reported()), one, watermark)
            if found is not None:
                self.reported[key] = found[0]
                retractions += found[1]
                additions += found[2]
        first = min(self._timers.values(), default=NEVER)
        self.next_at = None if first == NEVER else first
        is_over = folded.appeal.created is not None and all(
            clock.excluded_at or clock.answered_at or clock.withdrawn_at for clock in folded.clocks
        )
        self.ended_at = self.events[-1].occurred_at if is_over and self.next_at is None else None
        return retractions + additions

    def reasons(self, policy: Policy) -> Mapping[str, str | None]:
        """Return the quarantine reasons that changed since the last call (None: it counts now)."""
        known = self._reasons
        found = {event.event_id: reason for event, reason in self.fold(policy).appeal.rejected}
        if found == known:
            return {}
        self._reasons = found
        changed = (one for one in known | found if known.get(one) != found.get(one))
        return {event_id: found.get(event_id) for event_id in changed}

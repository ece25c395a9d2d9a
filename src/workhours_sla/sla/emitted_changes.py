"""Changes of clocks. A change is emitted once, and retracted if it is no longer true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.fold import Key
from workhours_sla.sla.instants import NEVER


@public()
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

    ``at`` is when the fact became true; ``at``, ``due_at`` and ``limit`` are in UTC. In a
    ``due_changed``, ``at`` is the new due time instead, None if the due time depends on unknown
    dates. ``revision`` numbers the changes of a clock from 1. In a retraction, ``retracts`` is the
    ``change_id`` of the earlier change. ``evidence`` has the ids of the events that started and
    answered the clock. ``calendar_version`` and ``policy_version`` are the versions in force. A
    breach is ``retroactive`` if its limit passed before a change of the appeal made the target
    apply. In a retroactive breach, ``at`` is the time of the change of the appeal.

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
    """The reported state of one clock: the changes that were reported and not retracted.

    ``due_at`` is the due time in the change ``opened``, and ``total`` the number of all changes.
    """

    kinds: tuple[ChangeKind, ...] = ()
    moments: tuple[datetime | None, ...] = ()
    revisions: tuple[int, ...] = ()
    due_at: datetime | None = None
    total: int = 0

    @property
    def facts(self) -> list[Fact]:
        """What was reported: pairs of kind and instant."""
        return list(zip(self.kinds, self.moments, strict=True))


def _identity(appeal_id: str, target: str, cycle: int, kind: str, revision: int) -> str:
    return f"{appeal_id}/{target}/{cycle}/{kind}/{revision}"


def _facts_of(clock: Clock, watermark: datetime) -> Iterator[Fact]:
    """Yield what is true of a clock at a watermark.

    Every event that occurred up to the watermark is assumed to be known.
    """
    if clock.excluded_at is not None:
        yield ChangeKind.EXCLUDED, clock.excluded_at
        return
    yield ChangeKind.OPENED, clock.started_at
    ended = clock.answered_at if clock.withdrawn_at is None else clock.ended_at
    yield from _pauses(clock, ended, watermark)
    warn = clock.warned_from
    # if another clock may count, it may have been answered earlier
    others = clock.others if ended is not None else ()
    if warn is not None and warn <= watermark and all(map(_was_warned, (clock, *others))):
        yield ChangeKind.AT_RISK, warn
    # a late answer does not end a clock before the watermark passes its limit, because an earlier
    # answer may still arrive
    verdict = Verdict.BREACHED if ended is None else clock.verdict(watermark)[0]
    if verdict in (Verdict.MET, Verdict.WITHDRAWN):
        yield ChangeKind(verdict.value), ended
    elif verdict is Verdict.BREACHED:
        known_from = clock.breached_from
        if known_from is not None and known_from <= watermark:
            yield ChangeKind.BREACHED, clock.breach_at


def _was_warned(clock: Clock) -> bool:
    """Return whether a clock was certainly at risk before it ended."""
    warn = clock.warned_from
    ended = clock.answered_at if clock.withdrawn_at is None else clock.ended_at
    return warn is not None and (ended is None or ended > warn)


def _pauses(clock: Clock, ended: datetime | None, watermark: datetime) -> Iterator[Fact]:
    """Yield the pauses of a clock that began by the limit and depend on no unknown date."""
    limit, bounds = clock.limit, clock.bounds
    pauses = [*clock.pauses]
    if clock.open_pause is not None:
        pauses.append((clock.open_pause, NEVER))
    if bounds is not None:
        limit = bounds.earliest.limit
        certain = (*bounds.pauses.closed, (bounds.pauses.open_since, None))
        sure = () if clock.others else {since for since, _ in certain}
        pauses = [one for one in pauses if one[0] in sure]
    for since, until in pauses:
        if limit is None or since <= limit:
            yield ChangeKind.PAUSED, since
            if until <= watermark and until != ended:  # the end of a clock does not resume it
                yield ChangeKind.RESUMED, until


def _with_due(
    facts: list[Fact], clock: Clock, before: list[Fact], opened: datetime | None
) -> list[Fact]:
    """Insert a ``due_changed`` if the due time differs from ``opened``, which was reported first.

    While a reported pause is open, the last reported due time is kept, because the new due time
    depends on when the pause ends. A due time that depends on unknown dates is reported as None.
    """
    if facts[0][0] is not ChangeKind.OPENED or facts[:1] != before[:1]:
        return facts
    due = clock.due_at
    if due is None and clock.open_pause is not None:
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


def changes_between(
    subject: Subject,
    reported: dict[Key, Reported],
    clocks: Mapping[Key, Clock | None],
    watermark: datetime,
) -> list[Change]:
    """Return the changes from the reported state to the current state, and update ``reported``.

    ``clocks`` are the clocks that may have changed, None for a clock that no longer exists.
    Retractions come first, then the other changes in the order of ChangeKind.
    """
    retractions: list[Change] = []
    additions: list[Change] = []
    for key, clock in clocks.items():
        old = reported.get(key, Reported())
        before = old.facts
        facts = [] if clock is None else list(_facts_of(clock, watermark))
        if clock is not None and old.total and clock.due_at != old.due_at:
            facts = _with_due(facts, clock, before, old.due_at)
        pairs = zip_longest(before, facts)
        places = [place for place, (one, other) in enumerate(pairs) if one != other]
        if not places:
            continue
        known = {before[one]: old.revisions[one] for one in places if one < len(before)}
        current = {facts[one]: one for one in places if one < len(facts)}
        revisions = [*old.revisions, *[0] * len(facts)][: len(facts)]
        total = old.total
        changes = _Changes(subject, key, clock)
        for fact, revision in known.items():
            if fact not in current:
                total += 1
                retractions.append(changes.of(fact, total, changes.identity(fact, revision)))
        for fact, place in current.items():
            if fact not in known:
                total += 1
                known[fact] = total
                additions.append(changes.of(fact, total))
            revisions[place] = known[fact]
        due = old.due_at
        if before[:1] != facts[:1]:
            due = None if clock is None else clock.due_at
        kinds, moments = zip(*facts, strict=True) if facts else ((), ())
        reported[key] = Reported(kinds, moments, tuple(revisions), due, total)
    return retractions + additions


class _Changes(NamedTuple):
    """What all changes of one clock share."""

    subject: Subject
    key: Key
    clock: Clock | None

    def identity(self, fact: Fact, revision: int) -> str:
        """Return the id of an earlier change."""
        return _identity(self.subject.appeal_id, *self.key, fact[0], revision)

    def of(self, fact: Fact, revision: int, retracts: str | None = None) -> Change:
        """Return the change that reports a fact, or that retracts an earlier change."""
        kind, at = fact
        clock, (appeal_id, agency_id, policy_version) = self.clock, self.subject
        return Change(
            kind,
            appeal_id,
            *self.key,
            revision,
            at,
            None if clock is None else clock.due_at,
            None if clock is None else clock.limit,
            retracts,
            () if clock is None else clock.evidence,
            agency_id,
            "" if clock is None else clock.schedule.calendar.version,
            policy_version,
            clock is not None and clock.is_retroactive and kind is ChangeKind.BREACHED,
        )

"""The fold: from the events of one appeal to its clocks. Batch and stream both rest on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, pairwise
from typing import Final, NamedTuple

from workhours_sla.sla.appeal import Appeal, Quarantined, read_appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clock_builder import clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.policy import Policy, RelevantEvents, Rule
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule


class Unmatched(NamedTuple):
    """An appeal that no rule fits, or that has no schedule for a target."""

    appeal_id: str
    target: str | None
    reason: str
    """``no_rule`` or ``no_schedule``."""


class Folded(NamedTuple):
    """What the events of one appeal come to under a policy."""

    appeal: Appeal
    clocks: tuple[Clock, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()

    @property
    def quarantine(self) -> Sequence[Quarantined]:
        """The events that cannot be true beside the others."""
        return self.appeal.quarantine


def fold(events: Sequence[Event], policy: Policy) -> Folded:
    """Return what the events of one appeal, in order, come to."""
    return clocks_of(read_appeal(events), policy)


def clocks_of(
    appeal: Appeal,
    policy: Policy,
    before: Folded | None = None,
    taken: Collection[EventType] | None = None,
) -> Folded:
    """Return the clocks of an appeal.

    ``before`` is what it came to with fewer events, or under another policy: a clock that stays
    the same is not reckoned anew, and is the same object. ``taken`` are the types of the events
    since, where each came after all before it and none corrected another.
    """
    created = appeal.created
    if created is None:
        return Folded(appeal)
    appeal_id = created.appeal_id
    rule = policy.rule_for(created.occurred_at, appeal.attributes)
    if rule is None:
        return Folded(appeal, unmatched=(Unmatched(appeal_id, None, "no_rule"),))
    since = None
    if policy.on_change == "from_change":
        since = _since(appeal, policy, rule)
        taken = None
    old = before.clocks if before else ()
    attributes, cycles = appeal.attributes, appeal.cycles
    clocks: list[Clock] = []
    unmatched: list[Unmatched] = []
    for target, relevant, same_due in zip(
        rule.targets, rule.relevant, rule.same_due_targets, strict=True
    ):
        schedule = target.schedule_for(attributes)
        if schedule is None:
            unmatched.append(Unmatched(appeal_id, target.name, "no_schedule"))
            continue
        applies = _applies_since(appeal, policy, target, schedule)
        stood_of = _Row(old, target, len(clocks)) if old else _NO_ROW
        like_of = _NO_ROW if same_due is None else _Row(clocks, same_due)
        for cycle in cycles if target.on_reopen == "cycle" else (appeal.whole,):
            known = None if stood_of is _NO_ROW else stood_of.clock(cycle.number)
            if (
                known is not None
                and taken is not None
                and known.schedule is schedule
                and known.applies_since == applies
                and stood_of.relevant(known, relevant).isdisjoint(taken)
            ):
                clocks.append(known)
                continue
            if known is None and like_of is not _NO_ROW:
                known = like_of.clock(cycle.number)
            one = clock(
                appeal,
                cycle,
                target,
                schedule,
                since=since,
                applies_since=applies,
                before=known,
            )
            if one is not None:
                clocks.append(one)
    return Folded(appeal, tuple(clocks), tuple(unmatched))


_HEEDED_EARLIER: Final = frozenset({EventType.REVIEW, EventType.DUPLICATE_OF})
"""The types of events that can change a clock of a cycle before the last one."""


class _Row:
    """The clocks of one target, which are in a row among others, in order of their cycles.

    They are asked for in that order. ``place`` is where the first is most likely.
    """

    __slots__ = ("_clocks", "_place", "_target")

    def __init__(self, clocks: Sequence[Clock], target: Target | None, place: int = 0) -> None:
        self._clocks = clocks
        self._target = target
        self._place = place
        if not (self._is_mine(place) and clocks[place].cycle == 0):
            mine = (n for n, one in enumerate(clocks) if one.target is target)
            self._place = next(mine, len(clocks))

    def _is_mine(self, place: int) -> bool:
        return place < len(self._clocks) and self._clocks[place].target is self._target

    def clock(self, cycle: int) -> Clock | None:
        """Return the clock of a cycle."""
        clocks = self._clocks
        while self._is_mine(self._place) and clocks[self._place].cycle < cycle:
            self._place += 1
        if self._is_mine(self._place) and clocks[self._place].cycle == cycle:
            return clocks[self._place]
        return None

    def relevant(self, stood: Clock, relevant: RelevantEvents) -> frozenset[EventType]:
        """Return the types of events that can change the clock that was asked for last."""
        if self._is_mine(self._place + 1):  # they come in a later cycle
            return _HEEDED_EARLIER
        return relevant.waiting if stood.answered_at is None else relevant.answered


_NO_ROW: Final = _Row((), None)


def by_rule(folded: Folded, policy: Policy, as_of: datetime) -> Folded:
    """Return the same, with clocks that depend on unknown dates built by rule."""
    appeal = folded.appeal
    if not any(_is_open(one, as_of) for one in folded.clocks):
        return folded
    clocks = []
    cycles = {cycle.number: cycle for cycle in appeal.cycles}
    rule = policy.rule_for(appeal.opened.occurred_at, appeal.attributes)
    since = None
    if rule is not None and policy.on_change == "from_change":
        since = _since(appeal, policy, rule)
    for one in folded.clocks:
        found = None
        if _is_open(one, as_of):
            whole = one.target.on_reopen == "ignore"
            cycle = appeal.whole if whole else cycles[one.cycle]
            schedule = one.schedule.provisionally()
            found = clock(
                appeal,
                cycle,
                one.target,
                schedule,
                since=since,
                applies_since=one.applies_since,
            )
        clocks.append(one if found is None else replace(found, provisional=True))
    return folded._replace(clocks=tuple(clocks))


def _since(appeal: Appeal, policy: Policy, rule: Rule) -> datetime | None:
    """Return from when on the rule has held without a break, None where it always has."""
    posted = appeal.opened.occurred_at
    states = [(posted, appeal.initial), *appeal.changes]
    since = None
    for (_, before), (at, after) in pairwise(states):
        if policy.rule_for(posted, before) is not rule and policy.rule_for(posted, after) is rule:
            since = at
    return since


def _is_open(clock: Clock, as_of: datetime) -> bool:
    """Whether unknown dates keep the verdict open, or the times of a clock that still waits."""
    waits = clock.bounds is not None and clock.ended_at is None
    return waits or clock.verdict(as_of)[1]


def _applies_since(
    appeal: Appeal, policy: Policy, target: Target, schedule: Schedule
) -> datetime | None:
    """Return since when a target has applied with its schedule, None where it always has.

    None as well where the policy does not date breaches to a change.
    """
    if not appeal.changes or not policy.dates_to_change:
        return None
    posted = appeal.opened.occurred_at
    since = None
    for at, attributes in chain(reversed(appeal.changes), [(None, appeal.initial)]):
        rule = policy.rule_for(posted, attributes)
        applied = rule is not None and target in rule.targets
        if not applied or target.schedule_for(attributes) is not schedule:
            return since
        since = at
    return None

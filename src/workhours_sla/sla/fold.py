"""The fold: from the events of one appeal to its clocks. Batch and stream both rest on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from workhours_sla.sla.appeal import Appeal, Quarantined, read_appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.policy import Policy, Rule
from workhours_sla.sla.settling import clock
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
    def quarantine(self) -> tuple[Quarantined, ...]:
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
    rule = policy.rule_for(created.occurred_at, appeal.belongs)
    if rule is None:
        return Folded(appeal, unmatched=(Unmatched(appeal_id, None, "no_rule"),))
    since = None
    if policy.on_change == "from_change":
        since = _since(appeal, policy, rule)
        taken = None
    changed = bool(appeal.changes) and policy.dates_to_change
    old = before.clocks if before else ()
    belongs, cycles = appeal.belongs, appeal.cycles
    clocks: list[Clock] = []
    unmatched: list[Unmatched] = []
    for target, heeded, twin in zip(rule.targets, rule.heeded, rule.twins, strict=True):
        schedule = target.schedule_for(belongs)
        if schedule is None:
            unmatched.append(Unmatched(appeal_id, target.name, "no_schedule"))
            continue
        applies = _applies_since(appeal, policy, target, schedule) if changed else None
        for cycle in cycles if target.on_reopen == "cycle" else (appeal.whole,):
            stood = _stood(old, len(clocks), target, cycle.number) if old else None
            if (
                stood is not None
                and taken is not None
                and stood.schedule is schedule
                and stood.applies_since == applies
            ):
                heeds = heeded.waiting if stood.answered_at is None else heeded.answered
                if heeds.isdisjoint(taken):
                    clocks.append(stood)
                    continue
            known = stood or _stood(clocks, 0, twin, cycle.number)
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


def _stood(old: Sequence[Clock], place: int, target: Target | None, cycle: int) -> Clock | None:
    """Return the clock of a target and cycle as it was, most likely in its place."""
    if target is None:
        return None
    if place < len(old) and old[place].target is target and old[place].cycle == cycle:
        return old[place]
    return next((one for one in old if one.target is target and one.cycle == cycle), None)


def by_rule(folded: Folded, policy: Policy, as_of: datetime) -> Folded:
    """Return the same, with clocks that depend on unknown dates built by rule."""
    appeal = folded.appeal
    if not any(_is_open(one, as_of) for one in folded.clocks):
        return folded
    clocks = []
    cycles = {cycle.number: cycle for cycle in appeal.cycles}
    rule = policy.rule_for(appeal.opened.occurred_at, appeal.belongs)
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
    """Return since when a target has applied with its schedule, None where it always has."""
    posted = appeal.opened.occurred_at
    since = None
    for at, attributes in reversed([(None, appeal.initial), *appeal.changes]):
        rule = policy.rule_for(posted, attributes)
        applied = rule is not None and target in rule.targets
        if not applied or target.schedule_for(attributes) is not schedule:
            return since
        since = at
    return None

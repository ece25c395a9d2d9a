"""Build the clocks of one appeal from its events. Batch evaluation and streams share this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from workhours_sla.sla.appeal import Appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clocks import Measurement, build_clock
from workhours_sla.sla.event import Attributes, Event
from workhours_sla.sla.policy import Policy, Rule
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule


class Unmatched(NamedTuple):
    """An appeal that has no clock because no rule fits it or a target has no schedule for it.

    >>> from datetime import UTC
    >>> from workhours_sla import Policy, Schedule, ScheduleBy, Target, evaluate, working_hours
    >>> by = ScheduleBy("channel", {"vk": Schedule("RU-VGG", "Mo-Fr 09:00-18:00")})
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> posted = Event("1", "A-1", "created", noon, noon, channel="ok")
    >>> policy = Policy([Target("first reply", working_hours(4), by)])
    >>> evaluate([posted], policy, as_of=noon).unmatched[0].reason
    'no_schedule'
    """

    appeal_id: str
    target: str | None
    reason: str
    """``no_rule`` or ``no_schedule``."""


Key = tuple[str, int]
"""The key of a clock within its appeal: the name of the target and the number of the cycle."""


class Folded(NamedTuple):
    appeal: Appeal
    clocks: tuple[Clock, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()


def fold(events: Sequence[Event], policy: Policy) -> Folded:
    """Return the appeal that some events describe, and its clocks. The events must be in order."""
    return fold_appeal(Appeal(events), policy)


def fold_appeal(appeal: Appeal, policy: Policy) -> Folded:
    """Return an appeal and its clocks. An appeal must always be folded under the same policy."""
    if appeal.created is None:
        return Folded(appeal)
    rule = policy.rule_for(appeal.posted_at, appeal.attributes)
    if rule is None:
        return Folded(appeal, unmatched=(Unmatched(appeal.appeal_id, None, "no_rule"),))
    earliest_start = _earliest_start(appeal, policy, rule)
    clocks: list[Clock] = []
    unmatched: list[Unmatched] = []
    for target in rule.targets:
        schedule = target.schedule_for(appeal.attributes)
        if schedule is None:
            unmatched.append(Unmatched(appeal.appeal_id, target.name, "no_schedule"))
            continue
        since = _applies_since(appeal, policy, target, schedule) if appeal.changes else None
        for cycle in appeal.cycles_for(target.on_reopen):
            if target.name not in cycle.clocks:
                measured = Measurement(appeal, cycle, target, schedule, earliest_start, since)
                cycle.clocks[target.name] = build_clock(measured)
            clock = cycle.clocks[target.name]
            if clock is not None:
                clocks.append(clock)
    return Folded(appeal, tuple(clocks), tuple(unmatched))


def by_rule(folded: Folded, policy: Policy, as_of: datetime) -> Folded:
    """Return the appeal with clocks for which the rules of the calendar decide uncertain dates."""
    appeal = folded.appeal
    if not any(_is_open(one, as_of) for one in folded.clocks):
        return folded
    rule = policy.rule_for(appeal.posted_at, appeal.attributes)
    earliest_start = _earliest_start(appeal, policy, rule)
    clocks = []
    for one in folded.clocks:
        found = None
        if _is_open(one, as_of):
            target = one.target
            measurement = Measurement(
                appeal,
                appeal.cycles_for(target.on_reopen)[one.cycle],
                target,
                one.schedule.provisionally(),
                earliest_start,
                one.applies_since,
            )
            found = build_clock(measurement)
        clocks.append(one if found is None else replace(found, provisional=True))
    return folded._replace(clocks=tuple(clocks))


def _is_open(clock: Clock, as_of: datetime) -> bool:
    waits = clock.uncertain and clock.ended_at is None
    return waits or clock.verdict(as_of)[1]


def _earliest_start(appeal: Appeal, policy: Policy, rule: Rule | None) -> datetime | None:
    """Return when a rule last began to apply to an appeal, if the clocks do not start before."""
    if policy.on_change != "from_change":
        return None
    return _since(appeal, lambda one: policy.rule_for(appeal.posted_at, one) is rule)


def _applies_since(
    appeal: Appeal, policy: Policy, target: Target, schedule: Schedule
) -> datetime | None:
    """Return when a target last began to apply to an appeal with ``schedule``."""
    if not policy.dates_to_change:
        return None

    def applied(attributes: Attributes) -> bool:
        rule = policy.rule_for(appeal.posted_at, attributes)
        is_target = rule is not None and target in rule.targets
        return is_target and target.schedule_for(attributes) is schedule

    return _since(appeal, applied)


def _since(appeal: Appeal, is_so: Callable[[Attributes], bool]) -> datetime | None:
    """Return when a condition on the attributes last became true, None if it always was."""
    since = None
    for at, attributes in chain(reversed(appeal.changes), [(None, appeal.initial)]):
        if not is_so(attributes):
            return since
        since = at
    return None

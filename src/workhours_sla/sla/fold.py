"""Build the clocks of one appeal from its events. Batch evaluation and streams share this."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, pairwise
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Appeal, read_appeal
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clock_builder import Measurement, build_clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.event_record import APPEAL_ID, OCCURRED_AT
from workhours_sla.sla.policy import Policy, RelevantEvents, Rule
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule


@public()
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


class Folded(NamedTuple):
    """An appeal and its clocks under a policy.

    ``recent`` are the clocks that may differ from an earlier result. It is None if all may differ.
    """

    appeal: Appeal
    clocks: tuple[Clock, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    recent: tuple[Clock, ...] | None = None


def fold(events: Sequence[Event], policy: Policy) -> Folded:
    """Return the appeal that some events describe, and its clocks. The events must be in order."""
    return clocks_of(read_appeal(events), policy)


def clocks_of(  # noqa: C901, PLR0912
    appeal: Appeal,
    policy: Policy,
    before: Folded | None = None,
    added: Collection[EventType] | None = None,
) -> Folded:
    """Return the clocks of an appeal.

    ``before`` is an earlier result for the appeal, with fewer events or under another policy. A
    clock that stays the same is not computed again: the object from ``before`` is returned.
    ``added`` are the types of the events that the appeal got after ``before``. ``added`` is None if
    one of these events was not added at the end, or if it corrected another event.
    """
    created = appeal.created
    if created is None:
        return Folded(appeal)
    appeal_id = created[APPEAL_ID]
    rule = policy.rule_for(created[OCCURRED_AT], appeal.attributes)
    if rule is None:
        return Folded(appeal, unmatched=(Unmatched(appeal_id, None, "no_rule"),))
    earliest_start = None
    if policy.on_change == "from_change":
        earliest_start, added = _rule_fits_since(appeal, policy, rule), None
    blocks: Mapping[int, tuple[Clock, ...]] = {}
    if len(appeal.cycles) > _MANY_CYCLES:
        blocks = _blocks(before, rule, added)
    # keyed by the identity of the target, since hashing a target takes long
    known_clocks = {(id(one.target), one.cycle): one for one in _known(before, blocks)}
    attributes, changes = appeal.attributes, appeal.changes
    clocks: list[Clock] = []
    recent: list[Clock] = []
    unmatched: list[Unmatched] = []
    for target, relevant, same_due in zip(
        rule.targets, rule.relevant, rule.same_due_targets, strict=True
    ):
        schedule = target.schedule_for(attributes)
        if schedule is None:
            unmatched.append(Unmatched(appeal_id, target.name, "no_schedule"))
            continue
        applies_since = _applies_since(appeal, policy, target, schedule) if changes else None
        of_target = id(target)
        cycles = appeal.cycles_for(target.on_reopen)
        if blocks:
            earlier = _earlier_clocks(blocks.get(of_target), schedule, applies_since)
            if earlier:
                clocks += earlier
                cycles = cycles[earlier[-1].cycle + 1 :]
        first_recent = len(clocks)
        for cycle in cycles:
            number = cycle.number
            known = known_clocks.get((of_target, number))
            if known is None:
                known = None if same_due is None else known_clocks.get((id(same_due), number))
            elif (
                added is not None
                and known.schedule is schedule
                and known.applies_since == applies_since
                and _relevant_to(known, relevant, known_clocks).isdisjoint(added)
            ):
                clocks.append(known)
                continue
            measurement = Measurement(
                appeal, cycle, target, schedule, earliest_start, applies_since
            )
            clock = build_clock(measurement, known)
            if clock is not None:
                clocks.append(clock)
                known_clocks[of_target, number] = clock
        if blocks:
            recent += clocks[first_recent:]
    is_complete = not blocks or bool(unmatched)  # a target without a schedule loses its clocks
    return Folded(appeal, tuple(clocks), tuple(unmatched), None if is_complete else tuple(recent))


_MANY_CYCLES: Final = 8
"""In an appeal with more cycles, the clocks of earlier cycles are reused without a look at each."""


def _blocks(
    before: Folded | None, rule: Rule, added: Collection[EventType] | None
) -> Mapping[int, tuple[Clock, ...]]:
    """Return the earlier clocks of each target of a rule, keyed by the ``id()`` of the target.

    Return nothing if clocks of earlier cycles may have changed, because of ``added`` or because
    another rule applied before.
    """
    if before is None or added is None or not _RELEVANT_TO_EARLIER_CYCLES.isdisjoint(added):
        return {}
    clocks = before.clocks
    places = {id(target): place for place, target in enumerate(rule.targets)}
    blocks: dict[int, tuple[Clock, ...]] = {}
    start = 0
    while start < len(clocks):
        target = id(clocks[start].target)
        if target not in places:
            return {}
        stop = bisect_right(
            clocks, places[target], start, key=lambda one: places.get(id(one.target), -1)
        )
        blocks[target] = clocks[start:stop]
        start = stop
    return blocks


def _known(before: Folded | None, blocks: Mapping[int, tuple[Clock, ...]]) -> Sequence[Clock]:
    """Return the clocks of an earlier result. With ``blocks``, return the last of each target."""
    if blocks:
        return [block[-1] for block in blocks.values()]
    return () if before is None else before.clocks


def _earlier_clocks(
    block: tuple[Clock, ...] | None, schedule: Schedule, applies_since: datetime | None
) -> tuple[Clock, ...]:
    """Return the clocks of a target that are reused without a look at each.

    These are all but the last clock of ``block``, the clocks of the target in an earlier result.
    """
    if block is None or block[0].schedule is not schedule:
        return ()
    return block[:-1] if block[0].applies_since == applies_since else ()


_RELEVANT_TO_EARLIER_CYCLES: Final = frozenset({EventType.REVIEW, EventType.DUPLICATE_OF})
"""The types of events that can change a clock of a cycle that is no longer the last."""


def _relevant_to(
    clock: Clock, relevant: RelevantEvents, known_clocks: Mapping[tuple[int, int], Clock]
) -> frozenset[EventType]:
    """Return the types of later events that can change a clock.

    ``known_clocks`` are the clocks of the appeal, keyed by the ``id()`` of the target and the
    number of the cycle.
    """
    if (id(clock.target), clock.cycle + 1) in known_clocks:  # later events are of a later cycle
        return _RELEVANT_TO_EARLIER_CYCLES
    return relevant.waiting if clock.answered_at is None else relevant.answered


def by_rule(folded: Folded, policy: Policy, as_of: datetime) -> Folded:
    """Return the appeal with clocks for which the rules of the calendar decide uncertain dates.

    Only clocks that depend on uncertain dates are built again. They are marked as provisional.
    """
    appeal = folded.appeal
    if not any(_is_open(one, as_of) for one in folded.clocks):
        return folded
    rule = policy.rule_for(appeal.posted_at, appeal.attributes)
    earliest_start = None
    if rule is not None and policy.on_change == "from_change":
        earliest_start = _rule_fits_since(appeal, policy, rule)
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


def _rule_fits_since(appeal: Appeal, policy: Policy, rule: Rule) -> datetime | None:
    """Return when a rule last began to apply to an appeal, None if it has always applied."""
    posted = appeal.posted_at
    states = [(posted, appeal.initial), *appeal.changes]
    since = None
    for (_, before), (at, after) in pairwise(states):
        if policy.rule_for(posted, before) is not rule and policy.rule_for(posted, after) is rule:
            since = at
    return since


def _is_open(clock: Clock, as_of: datetime) -> bool:
    """Return whether a clock depends on uncertain dates.

    If the clock has ended, only its verdict matters, not its times.
    """
    waits = clock.bounds is not None and clock.ended_at is None
    return waits or clock.verdict(as_of)[1]


def _applies_since(
    appeal: Appeal, policy: Policy, target: Target, schedule: Schedule
) -> datetime | None:
    """Return when a target last began to apply to an appeal with ``schedule``.

    Return None if the target has always applied with it, or if the policy does not date breaches to
    changes of the appeal.
    """
    if not policy.dates_to_change:
        return None
    posted = appeal.posted_at
    since = None
    for at, attributes in chain(reversed(appeal.changes), [(None, appeal.initial)]):
        rule = policy.rule_for(posted, attributes)
        applied = rule is not None and target in rule.targets
        if not applied or target.schedule_for(attributes) is not schedule:
            return since
        since = at
    return None

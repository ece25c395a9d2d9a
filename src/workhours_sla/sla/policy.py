"""A policy: rules that select the targets of each appeal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass, fields
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final, Literal, get_args

from workhours_sla.errors import NaiveDatetimeError, PolicyError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.event import Attributes
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

OnChange = Literal["from_creation", "from_change"]
OnChangePast = Literal["as_of_change", "count"]
Names = AbstractSet[str] | list[str] | tuple[str, ...]
"""Values of one attribute. A single string is excluded: its letters would be the values."""


CONDITIONS: Final = {
    "agencies": "agency_id",
    "districts": "district_id",
    "channels": "channel",
    "topics": "topic",
    "importances": "importance",
    "regimes": "regime",
}
"""Maps each condition of a rule to the attribute that it tests."""


@public(checked=True)
@dataclass(frozen=True, slots=True)
class Rule:
    """The targets of the appeals that meet every condition of the rule.

    A condition lists values of an attribute and is kept as a frozenset. An empty condition admits
    every appeal. The time of posting must not be before ``valid_from`` and must be before
    ``valid_until``; both must be aware. Raises PolicyError if there are no targets, or if two
    targets have the same name. Raises ArgumentError for a string in place of a list of values, and
    NaiveDatetimeError.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> urgent = Rule([Target("urgent", working_hours(1), office)], importances=["high"])
    >>> urgent.importances
    frozenset({'high'})
    """

    targets: Sequence[Target]
    _: KW_ONLY
    name: str = ""
    channels: Names = frozenset()
    topics: Names = frozenset()
    importances: Names = frozenset()
    regimes: Names = frozenset()
    agencies: Names = frozenset()
    districts: Names = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "targets", tuple(self.targets))
        names = [target.name for target in self.targets]
        if not names or len(set(names)) < len(names):
            raise PolicyError(say("rule_names", rule=shown(self.name), names=shown(names)))
        for condition in CONDITIONS:
            object.__setattr__(self, condition, frozenset(getattr(self, condition)))
        for option in ("valid_from", "valid_until"):
            bound = getattr(self, option)
            if bound is not None and bound.utcoffset() is None:
                msg = f"{option} {bound} of rule {shown(self.name)} has no zone; give it an offset"
                raise NaiveDatetimeError(msg)

    def fits(self, posted_at: datetime, attributes: Attributes) -> bool:
        """Return whether the rule applies to an appeal posted at an instant in UTC."""
        if self.valid_from is not None and posted_at < self.valid_from:
            return False
        if self.valid_until is not None and posted_at >= self.valid_until:
            return False
        return all(getattr(attributes, of) in names for names, of in self._conditions)

    @property
    def _conditions(self) -> list[tuple[Names, str]]:
        pairs = [(getattr(self, condition), of) for condition, of in CONDITIONS.items()]
        return [(names, of) for names, of in pairs if names]

    @property
    def fits_all(self) -> bool:
        """Whether the rule has no condition, so that it applies to every appeal."""
        return not self._conditions and self.valid_from is None and self.valid_until is None


@public(checked=True)
@dataclass(frozen=True)
class Policy:
    """Rules in order; the first rule that fits an appeal selects the targets of the appeal.

    A policy of targets without rules has one rule, which fits every appeal. ``on_change`` decides
    what happens when a change of an appeal's attributes selects another rule. With
    ``from_creation``, the clocks start as if the rule had applied since the creation of the appeal.
    With ``from_change``, the clocks do not start before the change. With ``from_creation``, a clock
    may have passed its limit before the change. ``on_change_past`` decides how this breach is
    dated. With ``as_of_change``, it is dated to the change and marked as retroactive. With
    ``count``, it is dated to the limit.

    Raises PolicyError for no targets, for targets mixed with rules, for two targets with the same
    name in a rule, and for an unknown option.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> first, urgent = (Target("first reply", working_hours(n), office) for n in (4, 1))
    >>> policy = Policy([Rule([urgent], importances={"high"}), Rule([first])])
    >>> policy.rule_for(None, Attributes(importance="low")).targets[0].budget == working_hours(4)
    True
    """

    rules: tuple[Rule, ...]
    on_change: OnChange = "from_creation"
    on_change_past: OnChangePast = "as_of_change"

    def __init__(
        self,
        of: Iterable[Target] | Iterable[Rule],
        *,
        on_change: OnChange = "from_creation",
        on_change_past: OnChangePast = "as_of_change",
    ) -> None:
        parts: Sequence[Target | Rule] = tuple(of)
        rules = tuple(part for part in parts if isinstance(part, Rule))
        if len(rules) < len(parts) or not parts:
            targets = tuple(part for part in parts if isinstance(part, Target))
            if len(targets) < len(parts) or not parts:
                msg = f"a policy needs targets alone, or rules alone, got {shown(list(parts))}"
                raise PolicyError(msg)
            rules = (Rule(targets),)
        for option, value, choices in (
            ("on_change", on_change, get_args(OnChange)),
            ("on_change_past", on_change_past, get_args(OnChangePast)),
        ):
            if value not in choices:
                msg = f"{option} {shown(value)} is not one of {', '.join(choices)}"
                raise PolicyError(msg)
            object.__setattr__(self, option, value)
        object.__setattr__(self, "rules", rules)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets of all rules in order, without repetition."""
        return tuple(dict.fromkeys(target for rule in self.rules for target in rule.targets))

    def rule_for(self, posted_at: datetime, attributes: Attributes) -> Rule | None:
        """Return the first rule that fits an appeal posted at an instant in UTC, or None."""
        if self._only is not None:
            return self._only
        return next((rule for rule in self.rules if rule.fits(posted_at, attributes)), None)

    @cached_property
    def _only(self) -> Rule | None:
        return self.rules[0] if self.rules[0].fits_all else None

    @cached_property
    def dates_to_change(self) -> bool:
        """Whether a breach may have the time of the change by which the target began to apply.

        This needs the options ``from_creation`` and ``as_of_change``, and a policy in which a
        change of the appeal can select another rule or another schedule.
        """
        depends = self._only is None or any(
            isinstance(target.schedule, ScheduleBy) for target in self.targets
        )
        options = self.on_change, self.on_change_past
        return depends and options == ("from_creation", "as_of_change")

    @cached_property
    def version(self) -> str:
        """A fingerprint of the content of the policy; equal policies have equal versions."""
        rules = [
            [
                rule.name,
                *(sorted(getattr(rule, condition)) for condition in CONDITIONS),
                rule.valid_from,
                rule.valid_until,
                *(_content(target) for target in rule.targets),
            ]
            for rule in self.rules
        ]
        content = (self.on_change, self.on_change_past, rules)
        return sha256(repr(content).encode()).hexdigest()[:12]


def targets_named(policy: Policy, name: str | None) -> tuple[Target, ...]:
    return tuple(target for target in policy.targets if name in (None, target.name))


def _content(target: Target) -> list[object]:
    options = [getattr(target, one.name) for one in fields(target) if one.name != "schedule"]
    options = [sorted(value) if isinstance(value, frozenset) else value for value in options]
    by: tuple[str, ...] = ()
    if isinstance(target.schedule, ScheduleBy):
        has_other = target.schedule.otherwise is not None
        by = (target.schedule.field, *target.schedule.schedules, *(["otherwise"] * has_other))
    return [*options, by, *map(_schedule_content, target.schedules)]


def _schedule_content(schedule: Schedule) -> list[object]:
    return [
        schedule.calendar.id,
        schedule.calendar.fingerprint,
        str(schedule.hours),
        schedule.tz.key,
        sorted(schedule.overrides.items()),
        sorted((day, str(hours)) for day, hours in schedule.changes.items()),
        schedule.shorten_at_start,
    ]

"""Which targets hold for which appeals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from workhours_sla.errors import NaiveDatetimeError, PolicyError, shown
from workhours_sla.sla.event import EventType
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.worktime.schedule import Schedule

OnChange = Literal["from_creation", "from_change"]
OnChangePast = Literal["as_of_change", "count"]


class Attributes(NamedTuple):
    """What an appeal belongs to; None where no event has said."""

    agency_id: str | None = None
    district_id: str | None = None
    channel: str | None = None
    topic: str | None = None
    importance: str | None = None
    regime: str | None = None


class RelevantEvents(NamedTuple):
    """The types of events that can change a clock when they come after all before.

    One that is answered takes little notice of what comes later.
    """

    waiting: frozenset[EventType]
    answered: frozenset[EventType]


_FIELDS = {
    "agencies": "agency_id",
    "districts": "district_id",
    "channels": "channel",
    "topics": "topic",
    "importances": "importance",
    "regimes": "regime",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Targets for the appeals that fit: a condition that names nothing fits all.

    ``valid_from`` and ``valid_until`` bound the posting, the first included, the second not; both
    are aware. Raises PolicyError, NaiveDatetimeError.
    """

    targets: tuple[Target, ...]
    _: KW_ONLY
    name: str = ""
    channels: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    importances: frozenset[str] = frozenset()
    regimes: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    relevant: tuple[RelevantEvents, ...] = field(init=False, repr=False, compare=False)
    """What the clocks of each target heed."""
    same_due_targets: tuple[Target | None, ...] = field(init=False, repr=False, compare=False)
    """For each target the first before it that is due alike, whatever answers it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "targets", tuple(self.targets))
        object.__setattr__(self, "relevant", tuple(map(_heeded_by, self.targets)))
        object.__setattr__(self, "same_due_targets", tuple(_twins(self.targets)))
        names = [target.name for target in self.targets]
        if not names or len(set(names)) < len(names):
            msg = f"rule {shown(self.name)} needs targets of different names, got {shown(names)}"
            raise PolicyError(msg)
        for condition in _FIELDS:
            value = getattr(self, condition)
            if isinstance(value, str):
                msg = f"{condition} of rule {shown(self.name)} is a list of names, not {value!r}"
                raise PolicyError(msg)
            object.__setattr__(self, condition, frozenset(value))
        for bound in (self.valid_from, self.valid_until):
            if bound is not None and bound.utcoffset() is None:
                msg = f"rule {self.name!r} is valid at {bound}, which has no zone; give an offset"
                raise NaiveDatetimeError(msg)

    def fits(self, posted_at: datetime, attributes: Attributes) -> bool:
        """Whether the rule is for an appeal posted at an instant in UTC."""
        if self.valid_from is not None and posted_at < self.valid_from:
            return False
        if self.valid_until is not None and posted_at >= self.valid_until:
            return False
        return all(getattr(attributes, of) in names for names, of in self._conditions)

    @property
    def _conditions(self) -> list[tuple[frozenset[str], str]]:
        pairs = [(getattr(self, condition), of) for condition, of in _FIELDS.items()]
        return [(names, of) for names, of in pairs if names]

    @property
    def fits_all(self) -> bool:
        """Whether there is no appeal that the rule does not fit."""
        return not self._conditions and self.valid_from is None and self.valid_until is None


@dataclass(frozen=True)
class Policy:
    """Rules in order: the first that fits an appeal gives its targets.

    Targets alone are one rule that fits every appeal. ``on_change`` says from when the targets
    of a new rule hold once what an appeal belongs to has changed: from the creation of the
    appeal, or from the change. Counted from the creation, a limit may have passed before the
    change: ``on_change_past`` says whether that breach is dated to the change and marked
    retroactive (``as_of_change``) or dated to the limit (``count``). Raises PolicyError for no
    targets, and for two of one rule alike.

    >>> from workhours_sla import Schedule, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> len(Policy([Target("first reply", working_hours(4), office)]).rules)
    1
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
                msg = f"a policy is made of targets alone, or of rules alone, not of {parts!r}"
                raise PolicyError(msg)
            rules = (Rule(targets),)
        for option, value, choices in (
            ("on_change", on_change, get_args(OnChange)),
            ("on_change_past", on_change_past, get_args(OnChangePast)),
        ):
            if value not in choices:
                msg = f"{option} {value!r} is none of {', '.join(choices)}"
                raise PolicyError(msg)
            object.__setattr__(self, option, value)
        object.__setattr__(self, "rules", rules)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets of every rule, in order, each once."""
        return tuple(dict.fromkeys(target for rule in self.rules for target in rule.targets))

    def rule_for(self, posted_at: datetime, attributes: Attributes) -> Rule | None:
        """Return the first rule that fits an appeal posted at an instant in UTC."""
        if self._only is not None:
            return self._only
        return next((rule for rule in self.rules if rule.fits(posted_at, attributes)), None)

    @cached_property
    def _only(self) -> Rule | None:
        return self.rules[0] if self.rules[0].fits_all else None

    @cached_property
    def dates_to_change(self) -> bool:
        """Whether a breach can come from before a change of the appeal, and is dated to that."""
        depends = self._only is None or any(
            isinstance(target.schedule, ScheduleBy) for target in self.targets
        )
        options = self.on_change, self.on_change_past
        return depends and options == ("from_creation", "as_of_change")

    @cached_property
    def relevant(self) -> frozenset[EventType]:
        """The types of events that can change a clock of any target.

        Others can only change what an appeal belongs to.
        """
        return frozenset().union(*(one.waiting for rule in self.rules for one in rule.relevant))

    @cached_property
    def version(self) -> str:
        """A fingerprint of the content: equal policies, equal version."""
        rules = [
            [
                rule.name,
                *(sorted(getattr(rule, condition)) for condition in _FIELDS),
                rule.valid_from,
                rule.valid_until,
                *(_content(target) for target in rule.targets),
            ]
            for rule in self.rules
        ]
        content = (self.on_change, self.on_change_past, rules)
        return sha256(repr(content).encode()).hexdigest()[:12]


_ALWAYS = frozenset(
    {
        EventType.CREATED,
        EventType.DELETED,
        EventType.RESTORED,
        EventType.REOPENED,
        EventType.DUPLICATE_OF,
    }
)
_TO_STOP = {
    "first_reply": frozenset({EventType.REPLIED}),
    "substantive_reply": frozenset({EventType.REPLIED, EventType.REVIEW}),
    "final_reply": frozenset({EventType.CLOSED}),
    "next_reply": frozenset({EventType.REPLIED, EventType.CITIZEN_MESSAGE}),
}


def _heeded_by(target: Target) -> RelevantEvents:
    stops = target.stops if isinstance(target.stops, frozenset) else _TO_STOP[target.stops]
    found = set(_ALWAYS | stops)
    if target.pauses:
        found |= {EventType.PAUSED, EventType.RESUMED}
    if target.staff_opened == "wait":
        found.add(EventType.CITIZEN_MESSAGE)
    if target.starts in ("registered", "assigned"):
        found.add(EventType(target.starts))
    elif target.starts == "interim":
        found.add(EventType.REPLIED)
    if target.on_transfer != "keep":
        found |= {EventType.ASSIGNED, EventType.TRANSFERRED}
    waiting = frozenset(found)
    if target.stops == "next_reply":  # after an exchange the next one decides
        return RelevantEvents(waiting, waiting)
    return RelevantEvents(waiting, _ALWAYS | (stops & {EventType.REVIEW}))


def _twins(targets: Sequence[Target]) -> Iterator[Target | None]:
    for place, target in enumerate(targets):
        yield next((one for one in targets[:place] if one.is_due_as(target)), None)


def _content(target: Target) -> list[object]:
    """Return what a target says, in an order that is always the same."""
    said = [getattr(target, option.name) for option in fields(target) if option.name != "schedule"]
    said = [sorted(value) if isinstance(value, frozenset) else value for value in said]
    by: tuple[str, ...] = ()
    if isinstance(target.schedule, ScheduleBy):
        by = (target.schedule.field, *target.schedule.schedules)
    return [*said, by, *map(_hours, target.schedules)]


def _hours(schedule: Schedule) -> list[object]:
    return [
        schedule.calendar.id,
        schedule.calendar.fingerprint,
        str(schedule.hours),
        schedule.tz.key,
        sorted(schedule.overrides.items()),
        sorted((day, str(hours)) for day, hours in schedule.changes.items()),
        schedule.shorten_at_start,
    ]

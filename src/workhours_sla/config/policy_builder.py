"""Build the policy of a configuration: its targets and rules, each target with its schedule."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec.structs import asdict, replace

from workhours_sla.calendars.acts import day_off, transfer
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act, Layer, in_any
from workhours_sla.calendars.places import id_called
from workhours_sla.calendars.zones import time_zone
from workhours_sla.config.defaults import CALENDAR, HOURS, NO_CALENDAR, ZONE_OF_PLAIN_RUSSIA
from workhours_sla.config.sections import (
    Body,
    Config,
    PresetSettings,
    RuleRow,
    ScheduleSettings,
    Section,
    TargetRow,
    TargetSettings,
)
from workhours_sla.errors import ConfigError, clipped, shown
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.module_names import public
from workhours_sla.sla.event import EventType
from workhours_sla.sla.policy import Policy, Rule
from workhours_sla.sla.target import ScheduleBy, Starts, Stops, Target
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import Budget, ClockTime, counting_of, parse_budget
from workhours_sla.worktime.hours import WeeklyHours, parse_shifts
from workhours_sla.worktime.schedule import Schedule

DEFAULT = "default"
"""Name of the schedule in the section [schedule]."""

_BODIES = {"agency_id": "agencies", "district_id": "districts", "channel": "channels"}
"""The section that lists the schedules, for each value of ``schedule_by``."""
_OF_SCHEDULES = ("schedules", "on_change_past")
"""Sections and keys that have no effect unless a target names its schedule."""
CONDITIONS = ("channels", "topics", "importances", "regimes", "agencies", "districts")
"""Keys of a rule that select appeals by their attributes."""


# -- presets -----------------------------------------------------------------------------------

_FOLDER = Path(__file__).parent / "presets_data"


class NormSource(Section, frozen=True, kw_only=True):
    """Where a norm was published.

    ``confidence`` is ``low`` if the makers of the preset could not read the act itself.

    >>> load_preset("volgograd").sources[0].confidence
    'low'
    """

    title: str
    confidence: Literal["high", "medium", "low"]
    url: str | None = None
    published: date | None = None
    note: str = ""


class Norm(Section, frozen=True, kw_only=True):
    """A target as it was published; an ``optional`` norm applies only to rules that name it.

    ``budget`` is text as in a configuration. A norm has no ``roll``; each configuration sets it.

    >>> load_preset("volgograd").targets[0].name
    'volgograd reply'
    """

    name: str
    budget: str
    starts: Starts = "posted"
    stops: Stops | tuple[EventType, ...] = "first_reply"
    optional: bool = False
    note: str = ""


class Preset(Section, frozen=True, kw_only=True):
    """The published norms of one authority or law, with their sources.

    >>> [norm.optional for norm in load_preset("sevastopol").targets]
    [False, True, False]
    """

    title: str
    sources: tuple[NormSource, ...]
    targets: tuple[Norm, ...]


def preset_names() -> list[str]:
    """Return the names of the presets in this package.

    >>> preset_names()
    ['59fz', 'crimea', 'pos', 'sevastopol', 'volgograd']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def load_preset(name: str) -> Preset:
    """Return the preset with a name; raises ConfigError for an unknown name.

    >>> [target.budget for target in load_preset("volgograd").targets]
    ['4h']
    """
    if name not in preset_names():
        msg = say("no_preset_but", name=shown(name), names=", ".join(preset_names()))
        raise ConfigError(msg, name=name)
    path = _FOLDER / f"{name}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    preset: Preset = Reader(path.name).convert(tables, Preset)
    return preset


# -- configurations ----------------------------------------------------------------------------


@public("workhours_sla.config")
class Configuration(NamedTuple):
    """A configuration: the policy, its schedules and presets, and the format of files of appeals.

    ``schedules`` and ``presets`` are keyed by name. If a target uses the section [schedule], its
    schedule has the name ``default``. ``mapping`` is the whole configuration file; its sections
    [input], [columns] and [values] describe the format of files of appeals.

    >>> from workhours_sla.config import parse
    >>> parse('preset = "volgograd"').presets["volgograd"].targets[0].budget
    '4h'
    """

    policy: Policy
    schedules: Mapping[str, Schedule]
    mapping: Config
    presets: Mapping[str, Preset]


class NewBudget(NamedTuple):
    """Keys that replace the budget of the target ``name``; None keeps the key of the target."""

    name: str
    keys: Mapping[str, str | None]


def configured(
    config: Config,
    default: Schedule,
    *,
    budget: NewBudget | None = None,
    warn: timedelta | None = None,
    amend: Callable[[Calendar], Calendar] | None = None,
) -> Configuration:
    """Build the policy of a configuration; ``default`` is the schedule of [schedule]."""
    reader = _PolicyReader(Reader("the configuration"), config, default, warn=warn, amend=amend)
    return reader.configuration(budget)


def check_policy(reader: Reader, config: Config) -> None:
    """Raise ConfigError about targets that cannot be used and sections that contradict others."""
    check_schedule(reader, config.schedule, ("schedule",))
    reader.make(("schedule",), lambda: calendar_of(config.schedule))
    if config.targets and config.target is not None:
        reader.fail(("target",), say("target_beside"), say("write_in_targets"))
    if not (config.targets or config.preset or config.presets):
        by_name = config.one_target.schedule or config.one_target.schedule_by
        useless = () if config.target is not None else ("rules", "on_change")
        for section in (*useless, *(() if by_name else _OF_SCHEDULES)):
            if getattr(config, section):
                if config.target is not None:
                    reader.fail(("target",), say("no_choice_of_schedule"), say("choose_schedule"))
                reader.fail((section,), say("no_targets_for_it"), say("write_targets"))
    any_schedule = Schedule(None, "Mo-Su 00:00-24:00", tz="UTC")
    _PolicyReader(reader, config, any_schedule).configuration()


class _PolicyReader:
    def __init__(
        self,
        reader: Reader,
        config: Config,
        default: Schedule,
        *,
        warn: timedelta | None = None,
        amend: Callable[[Calendar], Calendar] | None = None,
    ) -> None:
        self._reader = reader
        self._config = config
        self._warn = warn
        if DEFAULT in config.schedules:
            what = say("name_of_schedule")
            reader.fail(("schedules", DEFAULT), what, say("rename_schedule"))
        named = {
            name: named_schedule(reader, section, ("schedules", name), amend)
            for name, section in config.schedules.items()
        }
        self._schedules = {DEFAULT: default, **named}

    def configuration(self, budget: NewBudget | None = None) -> Configuration:
        config = self._config
        chosen = self._presets()
        presets = {name: load_preset(name) for name in chosen}
        rows = list(self._rows(chosen))
        targets: dict[str, Target] = {}
        for keys, row in rows:
            self._check_name((*keys, "name"), row.name, targets)
            replaced = budget is not None and budget.name == row.name
            targets[row.name] = self._target(keys, row, budget if replaced else None)
        used_by = {row.schedule_by for _, row in rows}
        for field, section in _BODIES.items():
            bodies: Mapping[str, Body] = getattr(config, section)
            for name, body in bodies.items() if field not in used_by else ():
                if body.schedule is not None:
                    instead = say("write_schedule_by", field=field)
                    self._reader.fail((section, name, "schedule"), say("schedule_unused"), instead)
        past = config.on_change_past or "as_of_change"
        if config.rules:
            rules = self._rules(targets)
            on_change = config.on_change or "from_creation"
            policy = Policy(rules, on_change=on_change, on_change_past=past)
        else:
            if len(presets) > 1:
                self._reader.fail(("presets",), say("several_presets"), say("write_rules_for_each"))
            if config.on_change is not None:
                self._reader.fail(("on_change",), say("no_rules"), say("write_rules"))
            norms = [norm for preset in presets.values() for norm in preset.targets]
            optional = {norm.name for norm in norms if norm.optional}
            always = (target for name, target in targets.items() if name not in optional)
            policy = Policy(always, on_change_past=past)
        used = {id(schedule) for target in policy.targets for schedule in target.schedules}
        schedules = {
            name: schedule
            for name, schedule in self._schedules.items()
            if name != DEFAULT or id(schedule) in used
        }
        return Configuration(policy, schedules, config, presets)

    def _check_name(self, keys: Keys, name: str, names: Iterable[str]) -> None:
        if name in names:
            self._reader.fail(keys, say("a_second", name=shown(name)), say("rename"))

    # -- targets -----------------------------------------------------------------------------

    def _presets(self) -> Mapping[str, PresetSettings]:
        one, chosen = self._config.preset, self._config.presets
        if one is not None:
            if chosen:
                instead = say("write_preset", name=clipped(one))
                self._reader.fail(("preset",), say("preset_beside"), instead)
            chosen = {one: PresetSettings()}
        for name in chosen:
            keys = ("presets", name) if one is None else ("preset",)
            self._reader.choose(keys, name, preset_names(), say("no_preset", name=shown(name)))
        return chosen

    def _rows(self, presets: Mapping[str, PresetSettings]) -> Iterator[tuple[Keys, TargetSettings]]:
        for name, settings in presets.items():
            keys: Keys = ("presets", name)
            given = {key: value for key, value in asdict(settings).items() if value is not None}
            norms = []
            for norm in load_preset(name).targets:
                taken = {key: getattr(norm, key) for key in ("name", "budget", "starts", "stops")}
                row: TargetSettings = TargetRow(**taken, **given)
                norms.append(self._budget(keys, "roll", norm.budget, row))
                yield keys, row
            self._check_counting(keys, settings, norms)
        own = self._own()
        if not presets and not own:
            own = [(("target",), self._config.one_target)]
        for keys, row in own:
            budgets = [self._budget(keys, "budget", row.budget, row)]
            if row.pause_cap is not None:
                budgets.append(self._budget(keys, "pause_cap", row.pause_cap, row))
            self._check_counting(keys, row, budgets)
            yield keys, row

    def _own(self) -> list[tuple[Keys, TargetSettings]]:
        if self._config.target is not None:
            return [(("target",), self._config.target)]
        return [(("targets", index), row) for index, row in enumerate(self._config.targets)]

    def _check_counting(
        self, keys: Keys, settings: TargetSettings | PresetSettings, budgets: Iterable[Budget]
    ) -> None:
        """Raise ConfigError if ``roll`` or ``count_from`` is given and no budget depends on it."""
        for key, given in (("roll", settings.roll), ("count_from", settings.count_from)):
            if given is not None and not any(key in counting_of(budget) for budget in budgets):
                self._reader.fail((*keys, key), say("no_days_to_count"), say("leave_it_out"))

    def _budget(self, keys: Keys, key: str, text: str, row: TargetSettings) -> Budget:
        return self._reader.make(
            (*keys, key), lambda: parse_budget(text, roll=row.roll, count_from=row.count_from)
        )

    def _target(self, keys: Keys, row: TargetSettings, given: NewBudget | None) -> Target:
        reader = self._reader
        if given is not None:
            new = {key: value for key, value in given.keys.items() if value is not None}
            row = replace(row, **new)
            # raises BudgetError, since no key path names a value that the file does not have
            parse_budget(row.budget, roll=row.roll, count_from=row.count_from)
        reader.parse((*keys, "warn"), parse_amount, row.warn)
        options = asdict(row)
        options["budget"] = budget = self._budget(keys, "budget", row.budget, row)
        if budget in (timedelta(0), ClockTime(timedelta(0))):
            reader.fail((*keys, "budget"), say("zero_budget"), say("give_it_time"))
        if isinstance(row.stops, tuple):
            options["stops"] = stops = frozenset(row.stops)
            if not stops or stops & {EventType.CREATED, EventType.REOPENED}:
                reader.fail((*keys, "stops"), say("not_answers"), say("write_answers"))
        for name in ("schedule_by", "roll", "count_from"):
            del options[name]
        options["schedule"] = self._schedule(keys, row)
        options["warn"] = parse_amount(row.warn) if self._warn is None else self._warn
        if row.pause_cap is not None:
            options["pause_cap"] = self._budget(keys, "pause_cap", row.pause_cap, row)
        return reader.make(keys, lambda: Target(**options))

    def _schedule(self, keys: Keys, row: TargetSettings) -> Schedule | ScheduleBy:
        field = row.schedule_by
        has_default = self._config.schedule != ScheduleSettings()
        if field is None:
            if row.schedule is None and self._config.schedules and not has_default:
                self._reader.fail(keys, say("no_choice_of_schedule"), say("choose_schedule"))
            return self._named((*keys, "schedule"), row.schedule or DEFAULT)
        keys = (*keys, "schedule_by")
        if row.schedule is not None:
            self._reader.fail(keys, say("schedule_and_by"), say("leave_one_out"))
        section = _BODIES[field]
        bodies: Mapping[str, Body] = getattr(self._config, section)
        if not bodies:
            what = say("no_section", section=section)
            self._reader.fail(keys, what, say("write_section", section=section))
        found = {
            name: self._named((section, name, "schedule"), body.schedule or DEFAULT)
            for name, body in bodies.items()
        }
        return ScheduleBy(field, found, self._schedules[DEFAULT] if has_default else None)

    def _named(self, keys: Keys, name: str) -> Schedule:
        self._reader.choose(keys, name, self._schedules, say("no_schedule", name=shown(name)))
        return self._schedules[name]

    # -- rules -------------------------------------------------------------------------------

    def _rules(self, targets: Mapping[str, Target]) -> list[Rule]:
        rules: list[Rule] = []
        for index, row in enumerate(self._config.rules):
            keys = ("rules", index)
            if rules and rules[-1].fits_all:
                self._reader.fail(keys, say("rule_unused"), say("move_up"))
            if row.name:
                self._check_name((*keys, "name"), row.name, [rule.name for rule in rules])
            rules.append(self._rule(keys, row, targets))
        used = {target.name for rule in rules for target in rule.targets}
        for place, target in self._own():
            if target.name not in used:
                what = say("target_unused", name=shown(target.name))
                self._reader.fail((*place, "name"), what, say("name_in_rule"))
        return rules

    def _rule(self, keys: Keys, row: RuleRow, targets: Mapping[str, Target]) -> Rule:
        reader = self._reader
        if not row.targets:
            reader.fail((*keys, "targets"), say("no_rule_targets"), say("name_targets"))
        for number, name in enumerate(row.targets):
            what = say("no_target", name=shown(name))
            reader.choose((*keys, "targets", number), name, targets, what)
        conditions: dict[str, frozenset[str]] = {}
        for condition in CONDITIONS:
            names: tuple[str, ...] | None = getattr(row, condition)
            if names == ():
                reader.fail((*keys, condition), say("empty_condition"), say("leave_it_out"))
            conditions[condition] = frozenset(names or ())
            listed: Mapping[str, Body] = getattr(self._config, condition, {})
            for number, name in enumerate(names or () if listed else ()):
                what = say("not_in_section", name=shown(name), section=condition)
                reader.choose((*keys, condition, number), name, listed, what)
        since, until = row.valid_from, row.valid_until
        if since is not None and until is not None and until <= since:
            reader.fail((*keys, "valid_until"), say("not_after_from"), say("exchange"))
        chosen = tuple(targets[name] for name in row.targets)
        return reader.make(
            keys,
            lambda: Rule(chosen, name=row.name, valid_from=since, valid_until=until, **conditions),
        )


Amend = Callable[[Calendar], Calendar]


def check_schedule(reader: Reader, section: ScheduleSettings, keys: Keys) -> None:
    if section.calendar == NO_CALENDAR:
        if section.days_off or section.transfers:
            reader.fail(keys, say("own_days_no_calendar"), say("write_overrides"))
    else:
        reader.parse((*keys, "calendar"), id_called, section.calendar)
    reader.parse((*keys, "hours"), WeeklyHours.parse, section.hours)
    reader.parse((*keys, "tz"), time_zone, section.tz)
    for day, hours in (section.overrides or {}).items():
        reader.parse((*keys, "overrides", str(day)), parse_shifts, hours)
    for day, hours in (section.changes or {}).items():
        reader.parse((*keys, "changes", str(day)), WeeklyHours.parse, hours)


def calendar_of(
    section: ScheduleSettings, default: str = NO_CALENDAR, amend: Amend | None = None
) -> Calendar | None:
    """Return the calendar of a section, or None if its id is ``none``.

    ``amend`` adds the acts of a file, which may confirm the dates of the section's own days.
    """
    name = section.calendar or default
    if name == NO_CALENDAR:
        return None
    calendar = Calendar.get(name)
    if section.week is not None:
        calendar = calendar.with_week(section.week)
    return with_own_days(calendar if amend is None else amend(calendar), section)


def with_own_days(calendar: Calendar, section: ScheduleSettings) -> Calendar:
    """Add the section's own days; one on a date that no act decides leaves the date unknown."""
    rows = [row for day, act in (section.days_off or {}).items() for row in day_off(day, Act(act))]
    for moved in section.transfers:
        act = Act(moved.act)
        rows += transfer(moved.day_off, moved.working_day, act, layer=Layer.AGENCY)
    by_rule = calendar.provisional()
    rows = [row for row in rows if in_any(row.date, by_rule.coverage)]
    if not rows:
        return calendar
    return calendar.with_source(by_rule.amend(rows).definition().source)


def named_schedule(
    reader: Reader,
    section: ScheduleSettings,
    keys: Keys,
    amend: Amend | None = None,
) -> Schedule:
    hours = section.hours
    if section.calendar is None:
        reader.fail((*keys, "calendar"), say("missing"), say("write_calendar"))
    if hours is None:
        reader.fail((*keys, "hours"), say("missing"), say("write_hours"))
    check_schedule(reader, section, keys)

    def schedule() -> Schedule:
        calendar = calendar_of(section, amend=amend)
        return _schedule(section, calendar, hours, None if calendar is None else calendar.tz)

    return reader.make(keys, schedule)


def default_schedule(section: ScheduleSettings) -> Schedule:
    has_no_zone = section.calendar in (None, CALENDAR, NO_CALENDAR)
    tz = ZONE_OF_PLAIN_RUSSIA if has_no_zone else None
    return _schedule(section, calendar_of(section, CALENDAR), section.hours or HOURS, tz)


def _schedule(
    section: ScheduleSettings, calendar: Calendar | None, hours: str, tz: str | None
) -> Schedule:
    overrides, changes = section.overrides, section.changes
    return Schedule(calendar, hours, tz=section.tz or tz, overrides=overrides, changes=changes)

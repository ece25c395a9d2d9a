"""From the sections about promises to a policy whose schedules are resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

import msgspec

from workhours_sla.adapters.config.budgets import read_budget, takes_count_from, takes_roll
from workhours_sla.adapters.config.checks import Faults, Keys
from workhours_sla.adapters.config.presets import Preset, load_preset, preset_names
from workhours_sla.adapters.config.schedules import calendar_of, check_schedule, named_schedule
from workhours_sla.adapters.config.sections import (
    Body,
    Config,
    PresetSettings,
    RuleRow,
    TargetRow,
    TargetSettings,
)
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import clipped, shown
from workhours_sla.sla.event import EventType
from workhours_sla.sla.policy import Policy, Rule
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.worktime.budget import parse_budget, working_hours
from workhours_sla.worktime.budget_kinds import Budget, ClockTime
from workhours_sla.worktime.schedule import Schedule

DEFAULT = "default"
"""The name of the schedule of [schedule]."""
DEFAULT_NAME = "first reply"
DEFAULT_BUDGET = working_hours(4)
DEFAULT_WARN = working_hours(1)

_BODIES = {"agency_id": "agencies", "district_id": "districts", "channel": "channels"}
_CONDITIONS = ("channels", "topics", "importances", "regimes", "agencies", "districts")


class Promises(NamedTuple):
    """A policy, with the schedules it goes by and the presets it takes, both by name.

    ``schedules`` has the one of [schedule] as ``default`` where a target goes by it.
    """

    policy: Policy
    schedules: Mapping[str, Schedule]
    presets: Mapping[str, Preset]


def promises_of(
    config: Config,
    default: Schedule,
    *,
    budget: timedelta | None = None,
    warn: timedelta | None = None,
    amend: Callable[[Calendar], Calendar] | None = None,
) -> Promises:
    """Return what a configuration promises; ``default`` is the schedule of [schedule].

    ``warn`` replaces that of every target, ``budget`` that of [target]; ``amend`` adds acts to
    the calendars of [schedules]. Raises ConfigError.

    >>> from workhours_sla.adapters.config.file import parse_config
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> promises = promises_of(parse_config('preset = "volgograd"', "office.toml"), office)
    >>> [target.name for target in promises.policy.targets]
    ['volgograd reply']
    """
    if config.has_policy:
        return _Reader(Faults("the configuration"), config, default, warn, amend).promises()
    said = config.target
    target = Target(
        said.name or DEFAULT_NAME,
        _amount(said.budget, DEFAULT_BUDGET) if budget is None else budget,
        default,
        warn=_amount(said.warn, DEFAULT_WARN) if warn is None else warn,
        stops=frozenset(said.stops) if said.stops else "first_reply",
        closing=said.closing or "latest",
        staff_opened=said.staff_opened or "start",
    )
    return Promises(Policy([target]), {DEFAULT: default}, {})


def _amount(text: str | None, otherwise: timedelta) -> timedelta:
    return otherwise if text is None else parse_budget(text)


def check_promises(faults: Faults, config: Config) -> None:
    """Refuse what cannot be promised, and sections that contradict each other."""
    check_schedule(faults, config.schedule, ("schedule",))
    faults.make(("schedule",), lambda: calendar_of(config.schedule))
    if config.has_policy:
        if config.target != TargetSettings():
            what = "a single target beside [[targets]] or a preset"
            faults.fail(("target",), what, "write it as one of [[targets]]")
        stand_in = Schedule(None, "Mo-Su 00:00-24:00", tz="UTC")
        _Reader(faults, config, stand_in).promises()
        return
    for section in ("rules", "schedules", "on_change", "on_change_past"):
        if getattr(config, section):
            what = "there are no [[targets]] and no preset for it"
            faults.fail((section,), what, "write what was promised as [[targets]]")
    for section in _BODIES.values():
        _check_bodies(faults, config, section, by_schedule=False)
    _check_target(faults, config.target)


def _check_target(faults: Faults, target: TargetSettings) -> None:
    """Refuse amounts and answers of [target] that cannot be."""
    faults.read(("target", "budget"), parse_budget, target.budget)
    faults.read(("target", "warn"), parse_budget, target.warn)
    if target.budget is not None and not parse_budget(target.budget):
        faults.fail(("target", "budget"), "a budget of 0, which nothing can meet", "give it time")
    if target.stops is not None:
        _check_stops(faults, ("target", "stops"), target.stops)


def _check_stops(faults: Faults, keys: Keys, stops: Iterable[EventType]) -> None:
    stops = set(stops)
    if not stops or stops & {EventType.CREATED, EventType.REOPENED}:
        way_out = 'write ["replied"], and never "created" or "reopened"'
        faults.fail(keys, "no list of answers", way_out)


def _check_bodies(faults: Faults, config: Config, section: str, *, by_schedule: bool) -> None:
    """Refuse schedules that there are not, or that no target goes by."""
    bodies: Mapping[str, Body] = getattr(config, section)
    for name, body in bodies.items():
        keys = (section, name, "schedule")
        if body.schedule is not None and not by_schedule:
            field = next(field for field, of in _BODIES.items() if of == section)
            way_out = f'write schedule_by = "{field}" in a target'
            faults.fail(keys, "a schedule that no target goes by", way_out)


class _Reader:
    """Makes the policy of a configuration that has targets of its own."""

    def __init__(
        self,
        faults: Faults,
        config: Config,
        default: Schedule,
        warn: timedelta | None = None,
        amend: Callable[[Calendar], Calendar] | None = None,
    ) -> None:
        self._faults = faults
        self._config = config
        self._warn = warn
        if DEFAULT in config.schedules:
            way_out = "give it another name, or write it as [schedule]"
            faults.fail(("schedules", DEFAULT), "the name of [schedule] itself", way_out)
        named = {
            name: named_schedule(faults, section, ("schedules", name), amend)
            for name, section in config.schedules.items()
        }
        self._schedules = {DEFAULT: default, **named}

    def promises(self) -> Promises:
        config = self._config
        chosen = self._presets()
        presets = {name: load_preset(name) for name in chosen}
        rows = list(self._rows(chosen))
        targets: dict[str, Target] = {}
        for keys, row in rows:
            if row.name in targets:
                self._faults.fail(
                    (*keys, "name"), f"a second {shown(row.name)}", "give it another name"
                )
            targets[row.name] = self._target(keys, row)
        goes_by = {row.schedule_by for _, row in rows}
        for field, section in _BODIES.items():
            _check_bodies(self._faults, config, section, by_schedule=field in goes_by)
        optional = {
            norm.name for preset in presets.values() for norm in preset.targets if norm.optional
        }
        if config.rules:
            policy = self._by_rules(targets)
        else:
            self._check_without_rules(chosen)
            policy = Policy(
                (target for name, target in targets.items() if name not in optional),
                on_change_past=self._config.on_change_past or "as_of_change",
            )
        used = {id(schedule) for target in policy.targets for schedule in target.schedules}
        schedules = {
            name: schedule
            for name, schedule in self._schedules.items()
            if name != DEFAULT or id(schedule) in used
        }
        return Promises(policy, schedules, presets)

    # -- targets -----------------------------------------------------------------------------

    def _presets(self) -> Mapping[str, PresetSettings]:
        config = self._config
        if config.preset is None:
            for name in config.presets:
                self._check_preset(("presets", name), name)
            return config.presets
        if config.presets:
            what = "a preset beside [presets.NAME]"
            self._faults.fail(("preset",), what, f"write [presets.{clipped(config.preset)}]")
        self._check_preset(("preset",), config.preset)
        return {config.preset: PresetSettings()}

    def _check_preset(self, keys: Keys, name: str) -> None:
        self._faults.choose(keys, name, preset_names(), f"no preset {shown(name)}")

    def _rows(self, presets: Mapping[str, PresetSettings]) -> Iterator[tuple[Keys, TargetRow]]:
        """Yield every target of the file, with where it is written."""
        for name, settings in presets.items():
            of_preset = ("presets", name)
            said = {
                key: value
                for key in settings.__struct_fields__
                if (value := getattr(settings, key)) is not None
            }
            norms = []
            for norm in load_preset(name).targets:
                row = TargetRow(
                    name=norm.name,
                    budget=norm.budget,
                    starts=norm.starts,
                    stops=norm.stops,
                    **said,
                )
                norms.append(self._budget(of_preset, "roll", norm.budget, row))
                yield of_preset, row
            self._check_counting(of_preset, settings, norms)
        for index, row in enumerate(self._config.targets):
            keys = ("targets", index)
            budgets = [self._budget(keys, "budget", row.budget, row)]
            if row.pause_cap is not None:
                budgets.append(self._budget(keys, "pause_cap", row.pause_cap, row))
            self._check_counting(keys, row, budgets)
            yield keys, row

    def _check_counting(
        self, keys: Keys, said: TargetRow | PresetSettings, budgets: Iterable[Budget]
    ) -> None:
        """Refuse a way of counting days where there are none."""
        for key, takes in (("roll", takes_roll), ("count_from", takes_count_from)):
            if getattr(said, key) is not None and not any(map(takes, budgets)):
                self._faults.fail((*keys, key), "there are no days for it to count", "leave it out")

    def _budget(self, keys: Keys, key: str, text: str, row: TargetRow) -> Budget:
        return self._faults.make(
            (*keys, key), lambda: read_budget(text, roll=row.roll, count_from=row.count_from)
        )

    def _target(self, keys: Keys, row: TargetRow) -> Target:
        faults = self._faults
        faults.read((*keys, "warn"), parse_budget, row.warn)
        budget = self._budget(keys, "budget", row.budget, row)
        if budget in (timedelta(0), ClockTime(timedelta(0))):
            what = "a budget of 0, which nothing can meet"
            faults.fail((*keys, "budget"), what, "give it time")
        stops = row.stops
        if isinstance(stops, tuple):
            _check_stops(faults, (*keys, "stops"), stops)
        options = msgspec.structs.asdict(row)
        for name in ("schedule_by", "roll", "count_from"):
            del options[name]
        options |= {
            "schedule": self._schedule(keys, row),
            "budget": budget,
            "stops": frozenset(stops) if isinstance(stops, tuple) else stops,
            "warn": parse_budget(row.warn) if self._warn is None else self._warn,
        }
        if row.pause_cap is not None:
            options["pause_cap"] = self._budget(keys, "pause_cap", row.pause_cap, row)
        return faults.make(keys, lambda: Target(**options))

    def _schedule(self, keys: Keys, row: TargetRow) -> Schedule | ScheduleBy:
        field = row.schedule_by
        if field is None:
            return self._named((*keys, "schedule"), row.schedule or DEFAULT)
        if row.schedule is not None:
            what = "schedule and schedule_by are two answers to one question"
            self._faults.fail((*keys, "schedule_by"), what, "leave one of them out")
        section = _BODIES[field]
        bodies: Mapping[str, Body] = getattr(self._config, section)
        if not bodies:
            way_out = f'write [{section}.ID] with schedule = "NAME"'
            self._faults.fail((*keys, "schedule_by"), f"there are no [{section}] to go by", way_out)
        found = {}
        for name, body in bodies.items():
            if body.schedule is None:
                what = f"no schedule, by which target {shown(row.name)} goes"
                self._faults.fail((section, name), what, 'write schedule = "NAME"')
            found[name] = self._named((section, name, "schedule"), body.schedule)
        return ScheduleBy(field, found)

    def _named(self, keys: Keys, name: str) -> Schedule:
        self._faults.choose(keys, name, self._schedules, f"no schedule {shown(name)}")
        return self._schedules[name]

    # -- rules -------------------------------------------------------------------------------

    def _check_without_rules(self, presets: Mapping[str, PresetSettings]) -> None:
        if len(presets) > 1:
            what = "several presets, which would all hold for every appeal"
            self._faults.fail(("presets",), what, "say in [[rules]] which appeals each is for")
        if self._config.on_change is not None:
            way_out = "write [[rules]], or leave it out"
            self._faults.fail(("on_change",), "there are no rules to change", way_out)

    def _by_rules(self, targets: Mapping[str, Target]) -> Policy:
        rules: list[Rule] = []
        for index, row in enumerate(self._config.rules):
            keys = ("rules", index)
            if rules and rules[-1].fits_all:
                what = "never asked, since the rule before it fits every appeal"
                self._faults.fail(keys, what, "move it up")
            if row.name and row.name in [rule.name for rule in rules]:
                self._faults.fail(
                    (*keys, "name"), f"a second {shown(row.name)}", "give it another name"
                )
            rules.append(self._rule(keys, row, targets))
        held = {target.name for rule in rules for target in rule.targets}
        for index, target in enumerate(self._config.targets):
            if target.name not in held:
                what = f"no rule holds {shown(target.name)}"
                self._faults.fail(("targets", index, "name"), what, "name it in a rule's targets")
        return Policy(
            rules,
            on_change=self._config.on_change or "from_creation",
            on_change_past=self._config.on_change_past or "as_of_change",
        )

    def _rule(self, keys: Keys, row: RuleRow, targets: Mapping[str, Target]) -> Rule:
        faults = self._faults
        if not row.targets:
            faults.fail((*keys, "targets"), "no target", "name those that the rule holds")
        for number, name in enumerate(row.targets):
            faults.choose((*keys, "targets", number), name, targets, f"no target {shown(name)}")
        for condition in _CONDITIONS:
            names: tuple[str, ...] | None = getattr(row, condition)
            if names == ():
                faults.fail((*keys, condition), "none, so that nothing fits", "leave it out")
            listed = getattr(self._config, condition, None)
            for number, name in enumerate(names or ()):
                if listed:
                    what = f"no {shown(name)} in [{condition}]"
                    faults.choose((*keys, condition, number), name, listed, what)
        since, until = row.valid_from, row.valid_until
        if since is not None and until is not None and until <= since:
            faults.fail((*keys, "valid_until"), "not after valid_from", "exchange the two")
        return faults.make(
            keys,
            lambda: Rule(
                tuple(targets[name] for name in row.targets),
                name=row.name,
                valid_from=since,
                valid_until=until,
                **{
                    condition: frozenset(getattr(row, condition) or ()) for condition in _CONDITIONS
                },
            ),
        )

"""Determine the schedule, the budget and the policy of a command, and write them as text.

Options of the command take precedence over the configuration file, and the file over defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.russia.regions import region
from workhours_sla.cli.options import (
    BudgetOptions,
    CommonOptions,
    DatesOptions,
    option_name,
    refuse_budget,
)
from workhours_sla.cli.output import echo_note, note_calendar_ends
from workhours_sla.config.defaults import CALENDAR, HOURS, NO_CALENDAR, ZONE_OF_PLAIN_RUSSIA
from workhours_sla.errors import BudgetError, shown
from workhours_sla.json.answers import OneTarget
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.amounts import format_amount, parse_amount
from workhours_sla.worktime.budgets import (
    Budget,
    budget_kind,
    budget_size,
    counting_of,
    parse_budget,
)
from workhours_sla.worktime.schedule import Schedule

if TYPE_CHECKING:  # imported only if there is a configuration, so that other commands start fast
    from workhours_sla.config.policy import Configuration
    from workhours_sla.config.sections import Config
    from workhours_sla.sla.policy import Policy
    from workhours_sla.sla.target import Target

_OF_SCHEDULE = ("calendar", "week", "hours", "tz")
"""Options that replace the key of the same name in the section [schedule]."""


@dataclass(frozen=True, slots=True)
class Settings:
    schedule: Schedule
    options: DatesOptions | CommonOptions
    config: Config | None
    target: str | None
    replaced: tuple[str, ...]

    @classmethod
    def of(cls, options: DatesOptions | CommonOptions, target: str | None = None) -> Settings:
        """Return the settings: options take precedence over the file, the file over defaults."""
        loaded = section = None
        values: dict[str, Any] = {"calendar": CALENDAR, "hours": HOURS}
        if options.config is not None:
            from workhours_sla.config.file import load_config

            loaded = load_config(Path(options.config))
            section = loaded.schedule
            filed = {name: getattr(section, name) for name in _OF_SCHEDULE}
            values |= {name: value for name, value in filed.items() if value is not None}
        given = {
            name: value
            for name in (*_OF_SCHEDULE, "categories")
            if (value := getattr(options, name)) is not None
        }
        values |= given
        id_ = values["calendar"]
        is_plain = id_ == NO_CALENDAR and options.categories is None
        calendar = None if is_plain else find_calendar(id_, options.categories)
        if calendar is not None:
            week = values.get("week")
            calendar = calendar if week is None else calendar.with_week(week)
            if section is not None:
                from workhours_sla.config.schedules import with_own_days

                calendar = with_own_days(calendar, section)
            if options.calendar_file is not None:
                calendar = with_acts(calendar, options.calendar_file)
        # the file's zone belongs to the file's calendar, not to the calendar of an option
        zone = (given if "calendar" in given else values).get("tz")
        if zone is None and id_ in (CALENDAR, NO_CALENDAR):
            zone = ZONE_OF_PLAIN_RUSSIA
        elif zone is None and calendar is not None and "RU-" in id_:
            note_other_zones(id_)
            zone = calendar.tz  # given explicitly, so that Schedule does not warn as well
        schedule = Schedule(
            calendar,
            values["hours"],
            tz=zone,
            overrides=None if section is None else section.overrides,
            changes=None if section is None else section.changes,
        )
        return cls(schedule, options, loaded, target, tuple(f"--{name}" for name in given))

    @property
    def as_json(self) -> bool:
        return self.options.as_json

    @property
    def provisional(self) -> bool:
        return self.options.provisional

    @property
    def budget(self) -> BudgetOptions:
        return self.options if isinstance(self.options, BudgetOptions) else BudgetOptions()

    def one_target(self) -> OneTarget:
        """Return the chosen target of the configuration, or a target made from the options."""
        if self.config is None:
            if self.target is not None:
                raise click.UsageError(SHELL.text("no_config", name=shown(self.target)))
            return OneTarget(None, self.schedule, self.budget.parsed(), "latest")
        target = self._chosen(self.configuration(one=True))[0]
        schedule = target.schedule
        if not isinstance(schedule, Schedule):
            by = SHELL.text(f"by_{schedule.field}")
            text = SHELL.text("several_schedules", name=shown(target.name), by=by)
            raise click.UsageError(text)
        return OneTarget(target.name, schedule, target.budget, target.closing)

    def configuration(self, warn: str | None = None, *, one: bool = False) -> Configuration:
        from workhours_sla.config.policy import NewBudget, configured
        from workhours_sla.config.sections import Config

        config, file = self.config or Config(), self.options.calendar_file

        def made(budget: NewBudget | None = None) -> Configuration:
            return configured(
                config,
                self.schedule,
                budget=budget,
                warn=None if warn is None else parse_amount(warn),
                amend=None if file is None else lambda calendar: with_acts(calendar, file),
            )

        configuration = made()
        names = check_target(configuration.policy, self.target, needed=one)
        given = self.budget.of_budget
        if given:
            if len(names) > 1:
                self._refuse("fixed_budget", map(option_name, given))
            if "budget" in given:  # a wrong text is no fault of the file
                parse_budget(given["budget"], roll=given.get("roll", "none"))
            try:
                configuration = made(NewBudget(names[0], given))
            except BudgetError as error:
                refuse_budget(error)
                raise
        targets = [target for target in configuration.policy.targets if target.name in names]
        self.budget.check_budget(targets[0].budget)
        schedules = [schedule for target in targets for schedule in target.schedules]
        if self.replaced and not any(schedule is self.schedule for schedule in schedules):
            self._refuse("fixed_targets", self.replaced)
        for section in config.schedules.values():
            if section.tz is None and "RU-" in (section.calendar or ""):
                note_other_zones(section.calendar or "")
        return configuration

    def note_ends(self, configuration: Configuration, at: datetime) -> None:
        """Print a note if a calendar of the chosen targets ends soon after ``at``."""
        if not self.provisional:
            targets = self._chosen(configuration)
            schedules = [schedule for target in targets for schedule in target.schedules]
            note_calendar_ends(schedules, at)

    def _chosen(self, configuration: Configuration) -> Sequence[Target]:
        from workhours_sla.sla.policy import targets_named

        return targets_named(configuration.policy, self.target)

    def _refuse(self, key: str, options: Iterable[str]) -> NoReturn:
        raise click.UsageError(SHELL.text(key, options=", ".join(options)))


def check_target(policy: Policy, name: str | None, *, needed: bool) -> list[str]:
    """Return the name of the chosen target, or the names of all targets if none is chosen."""
    names = list(dict.fromkeys(target.name for target in policy.targets))
    if name is None and (len(names) == 1 or not needed):
        return names
    if name in names:
        return [name]
    key = "several_targets" if name is None else "no_target"
    listed = ", ".join(map(repr, names))
    raise click.UsageError(SHELL.text(key, name=repr(name), names=listed))


def find_calendar(id: str, categories: str | None) -> Calendar:
    if categories is None:
        return Calendar.get(id)
    from workhours_sla.foreign.holidays import copy_holidays

    asked = [name.strip() for name in categories.split(",")]
    return copy_holidays(id.removeprefix("holidays:"), categories=asked)


def with_acts(calendar: Calendar, file: str) -> Calendar:
    from workhours_sla.foreign.acts import load_acts

    return load_acts(Path(file)).added_to(calendar)


def note_other_zones(id: str) -> None:
    """Print a note if parts of a region have other time zones than its capital."""
    found = region(id)
    if found.other_zones:
        areas = "; ".join(f"{tz} ({area})" for tz, area in found.other_zones)
        name = found.name_ru if current() == "ru" else found.name_en
        echo_note("other_zones", region=name, tz=found.tz, areas=areas)


def budget_text(budget: Budget) -> str:
    """Write a budget in words, such as ``7 working days``."""
    size = budget_size(budget)
    amount = format_amount(size) if isinstance(size, timedelta) else size
    return budget_words(budget_kind(budget), amount)


def counting_text(budget: Budget) -> str | None:
    counting = counting_of(budget)
    parts = [
        SHELL.text(f"{prefix}_{counting[name]}")
        for name, prefix in (("count_from", "from"), ("roll", "roll"))
        if name in counting
    ]
    return "; ".join(parts) or None

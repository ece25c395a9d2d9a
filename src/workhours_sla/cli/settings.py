"""Determine the schedule, the budget and the policy of a command.

They come from the options of the command, the configuration file and the defaults, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workhours_sla.adapters.config.defaults import (
    BUDGET,
    CALENDAR,
    HOURS,
    NO_CALENDAR,
    ZONE_OF_PLAIN_RUSSIA,
)
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.russia.regions import region
from workhours_sla.cli.options import CommonOptions
from workhours_sla.cli.output import echo_note
from workhours_sla.errors import shown
from workhours_sla.text.shell import SHELL, language
from workhours_sla.worktime.budget import parse_amount
from workhours_sla.worktime.schedule import Schedule

if TYPE_CHECKING:  # imported only if there is a configuration, so that other commands start fast
    from workhours_sla.adapters.config.policy import Configuration
    from workhours_sla.adapters.config.sections import Config

_OF_SCHEDULE = ("calendar", "week", "hours", "tz")
"""The options that replace the key of the same name in the section [schedule]."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a command. ``config`` is None if the option ``--config`` is not given.

    ``replaced`` has the names of the given options that replace a schedule or a budget of the
    configuration.
    """

    schedule: Schedule
    budget: timedelta
    lang: str
    as_json: bool
    provisional: bool
    config: Config | None
    replaced: tuple[str, ...] = ()
    calendar_file: str | None = None

    @classmethod
    def of(cls, options: CommonOptions) -> Settings:
        """Return the settings: options replace values of the file, which replace the defaults."""
        lang = language(options.lang)
        loaded = section = None
        defaults: dict[str, Any] = {"calendar": CALENDAR, "hours": HOURS, "budget": BUDGET}
        if options.config is not None:
            from workhours_sla.adapters.config.file import load_config  # noqa: PLC0415

            loaded = load_config(Path(options.config))
            section = loaded.schedule
            filed = {name: getattr(section, name) for name in _OF_SCHEDULE}
            if not loaded.has_policy:
                filed["budget"] = loaded.one_target.budget
            defaults |= {name: value for name, value in filed.items() if value is not None}
        given = {
            name: value
            for name in (*_OF_SCHEDULE, "budget")
            if (value := getattr(options, name)) is not None
        }
        values = defaults | given
        id_ = values["calendar"]
        calendar = None if id_ == NO_CALENDAR else Calendar.get(id_)
        if calendar is not None:
            week = values.get("week")
            calendar = calendar if week is None else calendar.with_week(week)
            if loaded is not None:
                from workhours_sla.adapters.config.schedules import with_own_days  # noqa: PLC0415

                calendar = with_own_days(calendar, loaded.schedule)
            if options.calendar_file is not None:
                calendar = with_acts(calendar, options.calendar_file)
        # the file's zone belongs to the file's calendar, not to the calendar of an option
        zone = (given if "calendar" in given else values).get("tz")
        if zone is None and id_ in (CALENDAR, NO_CALENDAR):
            zone = ZONE_OF_PLAIN_RUSSIA
        elif zone is None and calendar is not None and "RU-" in id_:
            _note_other_zones(id_, lang)
            zone = calendar.tz  # given explicitly, so that Schedule does not warn as well
        return cls(
            schedule=Schedule(
                calendar,
                values["hours"],
                tz=zone,
                overrides=None if section is None else section.overrides,
                changes=None if section is None else section.changes,
            ),
            budget=parse_amount(values["budget"]),
            lang=lang,
            as_json=options.as_json,
            provisional=options.provisional,
            config=loaded,
            replaced=tuple(f"--{name}" for name in given),
            calendar_file=options.calendar_file,
        )

    @classmethod
    def of_one_target(cls, options: CommonOptions) -> Settings:
        """Return the settings with the schedule and the budget of the policy's only target.

        Raises click.UsageError if the policy has several targets or schedules, or a budget that is
        not working time.
        """
        settings = cls.of(options)
        if settings.config is None or not settings.config.has_policy:
            return settings
        targets = settings.configuration().policy.targets
        schedule, budget = targets[0].schedule, targets[0].budget
        if (
            len(targets) > 1
            or not isinstance(schedule, Schedule)
            or not isinstance(budget, timedelta)
        ):
            names = ", ".join(shown(target.name) for target in targets)
            raise click.UsageError(SHELL.text(settings.lang, "not_one_target", names=names))
        return replace(settings, schedule=schedule, budget=budget)

    def configuration(self, warn: str | None = None) -> Configuration:
        """Return the configuration of the file, or one with a single target from the options.

        ``warn`` is a text that replaces the warning time of every target. Raises click.UsageError
        for options that have no effect on the targets.
        """
        from workhours_sla.adapters.config.policy import DEFAULT, configured  # noqa: PLC0415
        from workhours_sla.adapters.config.sections import Config  # noqa: PLC0415

        config = self.config or Config()
        file = self.calendar_file
        configuration = configured(
            config,
            self.schedule,
            budget=self.budget,
            warn=None if warn is None else parse_amount(warn),
            amend=None if file is None else lambda calendar: with_acts(calendar, file),
        )
        useless = [
            name
            for name in self.replaced
            if config.has_policy and (name == "--budget" or DEFAULT not in configuration.schedules)
        ]
        if useless:
            text = SHELL.text(self.lang, "fixed_targets", options=", ".join(useless))
            raise click.UsageError(text)
        for section in config.schedules.values():
            if section.tz is None and "RU-" in (section.calendar or ""):
                _note_other_zones(section.calendar or "", self.lang)
        return configuration


def with_acts(calendar: Calendar, file: str) -> Calendar:
    """Return a calendar to which the acts of a TOML file are added."""
    from workhours_sla.adapters.calendars.acts import load_acts  # noqa: PLC0415

    return load_acts(Path(file)).added_to(calendar)


def _note_other_zones(id: str, lang: str) -> None:  # noqa: A002
    """Print a note if parts of a region have other time zones than its capital."""
    found = region(id)
    if found.other_zones:
        areas = "; ".join(f"{tz} ({area})" for tz, area in found.other_zones)
        name = found.name_ru if lang == "ru" else found.name_en
        echo_note(lang, "other_zones", region=name, tz=found.tz, areas=areas)

"""From options and the configuration file to a schedule and a budget, with the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

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
from workhours_sla.text import words
from workhours_sla.text.shell import language, say
from workhours_sla.worktime.budget import parse_budget
from workhours_sla.worktime.schedule import Schedule

if TYPE_CHECKING:
    from workhours_sla.adapters.config.policy import Promises
    from workhours_sla.adapters.config.sections import Config

Command = TypeVar("Command", bound=Callable[..., Any])


def common_options(command: Command) -> Command:
    """Add the options that every command about time shares."""
    options = [
        click.option("--calendar", metavar="ID", help="RU, RU-VGG, ... or none: every day alike."),
        click.option("--calendar-file", metavar="FILE", help="TOML with acts to add."),
        click.option(
            "--week", type=click.IntRange(5, 7), help="Working days a week in Russia. [5]"
        ),
        click.option("--hours", metavar="HOURS", help=f"Weekly hours. [{HOURS}]"),
        click.option("--tz", metavar="ZONE", help="IANA zone; a region brings its own."),
        click.option("--budget", metavar="AMOUNT", help=f"Working time. [{BUDGET}]"),
        click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]"),
        click.option("--json", "as_json", is_flag=True, help="Data for programs."),
        click.option("--provisional", is_flag=True, help="Answer by rule where no act has."),
        click.option("--config", metavar="FILE", help="TOML with schedule, target, columns."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with; ``config`` is None without a file.

    ``given`` names the options about schedule and budget that were given.
    """

    schedule: Schedule
    budget: timedelta
    lang: str
    provisional: bool
    config: Config | None
    given: tuple[str, ...] = ()
    calendar_file: str | None = None

    @classmethod
    def of(  # noqa: PLR0913 - one per option
        cls,
        *,
        calendar: str | None,
        calendar_file: str | None,
        week: int | None,
        hours: str | None,
        tz: str | None,
        budget: str | None,
        lang: str | None,
        provisional: bool,
        config: str | None,
    ) -> Settings:
        """Return the settings: an option wins over the file, the file over the default."""
        loaded = None
        filed: dict[str, Any] = {}
        if config is not None:
            from workhours_sla.adapters.config.file import load_config  # noqa: PLC0415

            loaded = load_config(Path(config))
            filed = {
                "calendar": loaded.schedule.calendar,
                "week": loaded.schedule.week,
                "hours": loaded.schedule.hours,
                "tz": loaded.schedule.tz,
                "overrides": loaded.schedule.overrides,
                "changes": loaded.schedule.changes,
                "budget": None if loaded.has_policy else loaded.one_target.budget,
            }
        name = _given(calendar, filed.get("calendar"), CALENDAR)
        found = None if name == NO_CALENDAR else Calendar.get(name)
        days = week if week is not None else filed.get("week")
        if found is not None and days is not None:
            found = found.with_week(days)
        if found is not None and loaded is not None:
            from workhours_sla.adapters.config.schedules import with_own_days  # noqa: PLC0415

            found = with_own_days(found, loaded.schedule)
        if found is not None and calendar_file is not None:
            found = with_acts(found, calendar_file)
        # a zone of the file belongs to the calendar of the file
        zone = _given(tz, filed.get("tz") if calendar is None else None, None)
        if zone is None and name in (CALENDAR, NO_CALENDAR):
            zone = ZONE_OF_PLAIN_RUSSIA
        elif zone is None and found is not None and "RU-" in name:
            _mention_other_zones(name, language(lang))
            zone = found.tz  # given, as the note has said what the library would warn of
        return cls(
            schedule=Schedule(
                found,
                _given(hours, filed.get("hours"), HOURS),
                tz=zone,
                overrides=filed.get("overrides"),
                changes=filed.get("changes"),
            ),
            budget=parse_budget(_given(budget, filed.get("budget"), BUDGET)),
            lang=language(lang),
            provisional=provisional,
            config=loaded,
            given=tuple(
                name
                for name, value in (
                    ("--calendar", calendar),
                    ("--week", week),
                    ("--hours", hours),
                    ("--tz", tz),
                    ("--budget", budget),
                )
                if value is not None
            ),
            calendar_file=calendar_file,
        )

    def promises(self, warn: str | None = None) -> Promises:
        """Return the policy of the file, else the one target of options and defaults.

        ``warn`` replaces that of every target. Refuses options that the file leaves no room for.
        """
        from workhours_sla.adapters.config.policy import DEFAULT, promises_of  # noqa: PLC0415
        from workhours_sla.adapters.config.sections import Config  # noqa: PLC0415

        config = self.config or Config()
        ahead = None if warn is None else parse_budget(warn)
        file = self.calendar_file
        promises = promises_of(
            config,
            self.schedule,
            budget=self.budget,
            warn=ahead,
            amend=None if file is None else lambda calendar: with_acts(calendar, file),
        )
        useless = [
            name
            for name in self.given
            if config.has_policy and (name == "--budget" or DEFAULT not in promises.schedules)
        ]
        if useless:
            what = ", ".join(useless)
            msg = (
                f"the configuration has its own targets, which {what} cannot change; edit the file"
            )
            raise click.UsageError(msg)
        for section in config.schedules.values():
            if section.tz is None and "RU-" in (section.calendar or ""):
                _mention_other_zones(section.calendar or "", self.lang)
        return promises

    @classmethod
    def of_one_target(cls, **options: Any) -> Settings:
        """Return settings with the schedule and the budget of the one target that there is."""
        settings = cls.of(**options)
        if settings.config is None or not settings.config.has_policy:
            return settings
        targets = settings.promises().policy.targets
        schedule, budget = targets[0].schedule, targets[0].budget
        if (
            len(targets) > 1
            or not isinstance(schedule, Schedule)
            or not isinstance(budget, timedelta)
        ):
            msg = (
                "the configuration has more than one target in working time on one schedule; "
                "leave --config out and give --calendar, --hours and --budget"
            )
            raise click.UsageError(msg)
        return replace(settings, schedule=schedule, budget=budget)


def _given(option: str | None, filed: str | None, default: Any) -> Any:
    """Return the option, else what the file says, else the default; empty text is given text."""
    if option is not None:
        return option
    return filed if filed is not None else default


def with_acts(calendar: Calendar, file: str) -> Calendar:
    """Return the calendar with the acts of a TOML file added."""
    from workhours_sla.adapters.calendars.acts import load_acts  # noqa: PLC0415

    return load_acts(Path(file)).added_to(calendar)


def _mention_other_zones(id: str, lang: str) -> None:  # noqa: A002
    """Say on standard error that parts of the region keep another time than its capital."""
    subject = region(id)
    if subject.other_zones:
        areas = "; ".join(f"{tz} ({area})" for tz, area in subject.other_zones)
        name = subject.name_ru if lang == "ru" else subject.name_en
        note = say("other_zones", lang, region=name, tz=subject.tz, areas=areas)
        click.echo(f"{say('note', lang)}: {note}", err=True)

"""The options that several commands share, and the one way from them to a target or a policy.

Options of the command take precedence over the configuration file, and the file over defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, get_args

import click

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.places import id_called
from workhours_sla.calendars.russia.regions import region
from workhours_sla.cli.help import Options, argument, option
from workhours_sla.cli.output import current_time, echo_note, note_calendar_ends
from workhours_sla.config.defaults import (
    BUDGET,
    CALENDAR,
    HOURS,
    NO_CALENDAR,
    WEEK,
    ZONE_OF_PLAIN_RUSSIA,
)
from workhours_sla.errors import BudgetError, HoursSyntaxError, TimeSyntaxError, shown
from workhours_sla.json.answers import OneTarget
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.catalog import LANGUAGES, SHELL, current
from workhours_sla.text.messages import said, say
from workhours_sla.text.written_times import read_edge
from workhours_sla.worktime.budgets import Budget, ClockTime, counting_of, parse_budget
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.shifts import WHOLE_DAY
from workhours_sla.worktime.times import ZERO

if TYPE_CHECKING:  # imported only if there is a configuration, so that other commands start fast
    from workhours_sla.config.policy_builder import Configuration
    from workhours_sla.config.sections import Config
    from workhours_sla.sla.policy import Policy
    from workhours_sla.sla.target import Target

SKEW: Final = f"{ALLOWED_SKEW // timedelta(minutes=1)}m"
"""Default of the options for the differences between clocks."""
_OF_SCHEDULE: Final = ("calendar", "week", "hours", "tz")
"""Options that replace the key of the same name in the section [schedule]."""
_OF_BUDGET: Final = ("budget", "roll", "count_from")
"""Options that replace the key of the same name of a target."""


class LangOption(Options):
    # ``main`` has read it before, wherever it is on the command line
    lang: str | None = option("--lang", type=click.Choice(LANGUAGES), without="the environment's")


class JsonOption(LangOption):
    as_json: bool = option("--json", is_flag=True)


class ProvisionalOption(JsonOption):
    provisional: bool = option("--provisional", is_flag=True)


class ConfigOption(Options):
    config: str | None = option("--config", metavar="FILE")


class _CalendarOption(Options):
    calendar: str | None = option("--calendar", metavar="ID", without=CALENDAR)


class CalendarOptions(Options):
    categories: str | None = option("--categories", metavar="NAMES", without="public")
    calendar_file: str | None = option("--calendar-file", metavar="FILE")
    week: int | None = option("--week", metavar="N", type=click.IntRange(5, 7), without=str(WEEK))

    def found(self, id: str) -> Calendar:
        """Return the calendar of an id or of a place's name, without the acts of a file."""
        id_ = calendar_id(id)
        if self.categories is None:
            found = Calendar.get(id_)
        else:
            from workhours_sla.foreign.holidays import copy_holidays

            asked = [name.strip() for name in self.categories.split(",")]
            found = copy_holidays(id_.removeprefix("holidays:"), categories=asked)
        return found if self.week is None else found.with_week(self.week)

    def amended(self, calendar: Calendar) -> Calendar:
        """Add the acts of ``--calendar-file`` to a calendar."""
        if self.calendar_file is None:
            return calendar
        from workhours_sla.foreign.act_files import load_acts

        return load_acts(Path(self.calendar_file)).added_to(calendar)


class ScheduleOptions(CalendarOptions, _CalendarOption):
    hours: str | None = option("--hours", metavar="HOURS", without=HOURS)
    tz: str | None = option("--tz", metavar="ZONE", without="the region's")


class BudgetOptions(Options):
    budget: str | None = option("--budget", metavar="AMOUNT", without=BUDGET)
    roll: Roll | None = option("--roll", type=click.Choice(get_args(Roll)))
    count_from: CountFrom | None = option(
        "--count-from", type=click.Choice(get_args(CountFrom)), without="next_day"
    )


class DatesOptions(ConfigOption, ProvisionalOption, ScheduleOptions):
    """The options of commands about a schedule, without a budget."""


class CommonOptions(ConfigOption, ProvisionalOption, BudgetOptions, ScheduleOptions):
    """The options of all commands that count working time."""


class InputOptions(Options):
    file: str | None = argument(required=False)
    store: str | None = option("--store", metavar="STORE")
    assume_tz: str | None = option("--assume-tz", metavar="ZONE")
    min_read: str = option("--min-read", metavar="PERCENT", default="50%")
    show_rejected: bool = option("--show-rejected", is_flag=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options and the configuration say; ``config`` is None without ``--config``.

    ``schedule`` is that of the options and [schedule]; ``replaced`` names the options it has.
    """

    schedule: Schedule
    options: DatesOptions | CommonOptions
    config: Config | None
    target: str | None
    replaced: tuple[str, ...]

    @classmethod
    def of(cls, options: DatesOptions | CommonOptions, target: str | None = None) -> Settings:
        """Return the settings; ``target`` is the value of ``--target``."""
        loaded = section = None
        values: dict[str, Any] = {"calendar": CALENDAR, "hours": HOURS}
        if options.config is not None:
            from workhours_sla.config.file import load_config

            loaded = load_config(Path(options.config))
            section = loaded.schedule
            values |= _given(section, _OF_SCHEDULE)
        given = _given(options, (*_OF_SCHEDULE, "categories"))
        values |= given
        id_ = calendar_id(values["calendar"])
        calendar = None
        if options.categories is not None or id_ != NO_CALENDAR:
            calendar = options.found(id_)
            if options.week is None and (week := values.get("week")) is not None:
                calendar = calendar.with_week(week)
            calendar = options.amended(calendar)
            if section is not None:
                from workhours_sla.config.policy_builder import with_own_days

                calendar = with_own_days(calendar, section)
        # the file's zone belongs to the file's calendar, not to the calendar of an option
        zone = (given if "calendar" in given else values).get("tz")
        if zone is None and id_ in (CALENDAR, NO_CALENDAR):
            zone = ZONE_OF_PLAIN_RUSSIA
        elif zone is None and calendar is not None and "RU-" in id_:
            note_other_zones(id_)
            zone = calendar.tz  # given explicitly, so that Schedule does not warn as well
        try:
            schedule = Schedule(
                calendar,
                values["hours"],
                tz=zone,
                overrides=None if section is None else section.overrides,
                changes=None if section is None else section.changes,
            )
        except HoursSyntaxError:
            hours = WeeklyHours.parse(values["hours"])
            if calendar is not None and set(hours.by_weekday) == {WHOLE_DAY}:
                text = SHELL.text("round_the_clock", calendar=calendar.id)
                raise click.UsageError(text) from None
            raise
        return cls(schedule, options, loaded, target, tuple(f"--{name}" for name in given))

    def one_target(self) -> OneTarget:
        """Return the chosen target of the configuration, or one made from the options.

        Raises click.UsageError if a name is missing or unknown, or if the target has several
        schedules.
        """
        if self.config is None:
            if self.target is not None:
                raise click.UsageError(SHELL.text("no_config", name=shown(self.target)))
            return OneTarget(None, self.schedule, self._budget(), "latest")
        target = self.targets(self.configuration(one=True))[0]
        schedule = target.schedule
        if not isinstance(schedule, Schedule):
            by = SHELL.text(f"by_{schedule.field}")
            text = SHELL.text("several_schedules", name=shown(target.name), by=by)
            raise click.UsageError(text)
        return OneTarget(target.name, schedule, target.budget, target.closing)

    def configuration(self, warn: str | None = None, *, one: bool = False) -> Configuration:
        """Return the configuration of the file, or one with a single target from the options.

        ``warn`` replaces the warning time of every target. With ``one``, a target must be chosen if
        there are several. Raises click.UsageError for options that have no effect.
        """
        from workhours_sla.config.policy_builder import NewBudget, configured
        from workhours_sla.config.sections import Config

        config = self.config or Config()

        def made(budget: NewBudget | None = None) -> Configuration:
            return configured(
                config,
                self.schedule,
                budget=budget,
                warn=None if warn is None else parse_amount(warn),
                amend=self.options.amended,
            )

        configuration = made()
        names = check_target(configuration.policy, self.target, needed=one)
        given = _given(self.options, _OF_BUDGET)
        if given:
            if len(names) > 1:
                self._refuse("fixed_budget", map(_option_name, given))
            if "budget" in given:  # a wrong text is no fault of the file
                parse_budget(given["budget"], roll=given.get("roll", "none"))
            try:
                configuration = made(NewBudget(names[0], given))
            except BudgetError as error:
                _refuse_budget(error)
        targets = [target for target in configuration.policy.targets if target.name in names]
        self._check_budget(targets[0].budget)
        schedules = [schedule for target in targets for schedule in target.schedules]
        if self.replaced and not any(schedule is self.schedule for schedule in schedules):
            self._refuse("fixed_targets", self.replaced)
        for section in config.schedules.values():
            if section.tz is None and "RU-" in (section.calendar or ""):
                note_other_zones(section.calendar or "")
        return configuration

    def targets(self, configuration: Configuration) -> Sequence[Target]:
        """Return the chosen target of a configuration, or all if none is chosen."""
        from workhours_sla.sla.policy import targets_named

        return targets_named(configuration.policy, self.target)

    def note_ends(self, configuration: Configuration, at: datetime) -> None:
        """Print a note if a calendar of the chosen targets ends soon after ``at``.

        With ``--provisional`` no note is printed, because rules then decide the later dates.
        """
        if not self.options.provisional:
            targets = self.targets(configuration)
            schedules = [schedule for target in targets for schedule in target.schedules]
            note_calendar_ends(schedules, at)

    def _budget(self) -> Budget:
        given = _given(self.options, _OF_BUDGET)
        try:
            budget = parse_budget(
                given.get("budget", BUDGET),
                roll=given.get("roll"),
                count_from=given.get("count_from"),
            )
        except BudgetError as error:
            _refuse_budget(error)
        if budget in (ZERO, ClockTime(ZERO)):
            text = given.get("budget", BUDGET)
            raise BudgetError(say("budget_zero", text=shown(text)), text=text)
        self._check_budget(budget)
        return budget

    def _check_budget(self, budget: Budget) -> None:
        """Raise click.UsageError if an option has no effect on ``budget``."""
        for name in _given(self.options, _OF_BUDGET):
            if name != "budget" and name not in counting_of(budget):
                raise click.UsageError(SHELL.text("no_days_to_count", option=_option_name(name)))

    def _refuse(self, key: str, options: Iterable[str]) -> NoReturn:
        raise click.UsageError(SHELL.text(key, options=", ".join(options)))


def _given(options: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the attributes of an object that it has and that are not None."""
    values = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _option_name(field: str) -> str:
    return "--" + field.replace("_", "-")


def _refuse_budget(error: BudgetError) -> NoReturn:
    """Raise ``error``, or click.UsageError if it means that the option ``--roll`` is missing."""
    if error.cause == "no_roll":
        raise click.UsageError(SHELL.text("no_roll", text=shown(error.text))) from None
    raise error


def edge(name: str, text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """Return the time of an option: the begin of a month or date, or with ``is_end`` its end.

    Raises click.UsageError.
    """
    try:
        return read_edge(text, zone, current_time(), is_end=is_end)
    except TimeSyntaxError as error:
        key = "no_edge" if error.cause in ("time_form", "time_date") else "in_option"
        facts = {"name": name, "text": shown(text), "error": said(error)}
        raise click.UsageError(SHELL.text(key, **facts)) from None


def check_target(policy: Policy, name: str | None, *, needed: bool) -> list[str]:
    """Return the name of the chosen target, or the names of all targets if none is chosen.

    Raises click.UsageError if the name is unknown, and if it is ``needed`` and missing.
    """
    names = list(dict.fromkeys(target.name for target in policy.targets))
    if name is None and (len(names) == 1 or not needed):
        return names
    if name in names:
        return [name]
    key = "several_targets" if name is None else "no_target"
    listed = ", ".join(map(repr, names))
    raise click.UsageError(SHELL.text(key, name=repr(name), names=listed))


def calendar_id(text: str) -> str:
    """Return the id of a calendar that is given by its id or by the name of a place."""
    return text if text == NO_CALENDAR else id_called(text)


def note_other_zones(id: str) -> None:
    """Print a note if parts of a region have other time zones than its capital."""
    found = region(id)
    if found.other_zones:
        areas = "; ".join(f"{tz} ({area})" for tz, area in found.other_zones)
        name = found.name_ru if current() == "ru" else found.name_en
        echo_note("other_zones", region=name, tz=found.tz, areas=areas)

"""Options that several commands share, as data classes that declare them and have their values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, get_args

import click

from workhours_sla.cli.help import Options, argument, option
from workhours_sla.config.defaults import BUDGET, CALENDAR, HOURS, WEEK
from workhours_sla.errors import BudgetError, shown
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.text.catalog import LANGUAGES, SHELL
from workhours_sla.worktime.budgets import Budget, counting_of, parse_budget
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll

SKEW: Final = f"{ALLOWED_SKEW // timedelta(minutes=1)}m"
"""Default of the options for the differences between clocks."""


class LangOption(Options):
    lang: str | None = option("--lang", type=click.Choice(LANGUAGES), without="the environment's")


class JsonOption(LangOption):
    as_json: bool = option("--json", is_flag=True)


class ProvisionalOption(JsonOption):
    provisional: bool = option("--provisional", is_flag=True)


class ConfigOption(Options):
    config: str | None = option("--config", metavar="FILE")


class ScheduleOptions(Options):
    calendar: str | None = option("--calendar", metavar="ID", without=CALENDAR)
    categories: str | None = option("--categories", metavar="NAMES", without="public")
    calendar_file: str | None = option("--calendar-file", metavar="FILE")
    week: int | None = option("--week", metavar="N", type=click.IntRange(5, 7), without=str(WEEK))
    hours: str | None = option("--hours", metavar="HOURS", without=HOURS)
    tz: str | None = option("--tz", metavar="ZONE", without="the region's")


class BudgetOptions(Options):
    budget: str | None = option("--budget", metavar="AMOUNT", without=BUDGET)
    roll: Roll | None = option("--roll", type=click.Choice(get_args(Roll)))
    count_from: CountFrom | None = option(
        "--count-from", type=click.Choice(get_args(CountFrom)), without="next_day"
    )

    @property
    def of_budget(self) -> dict[str, Any]:
        values = {"budget": self.budget, "roll": self.roll, "count_from": self.count_from}
        return {name: value for name, value in values.items() if value is not None}

    def check_budget(self, budget: Budget) -> None:
        for name in self.of_budget:
            if name != "budget" and name not in counting_of(budget):
                raise click.UsageError(SHELL.text("no_days_to_count", option=option_name(name)))

    def parsed(self, default: str = BUDGET) -> Budget:
        try:
            budget = parse_budget(
                default if self.budget is None else self.budget,
                roll=self.roll,
                count_from=self.count_from,
            )
        except BudgetError as error:
            refuse_budget(error)
            raise
        self.check_budget(budget)
        return budget


class DatesOptions(ConfigOption, ProvisionalOption, ScheduleOptions):
    """The options of commands about a schedule, without a budget."""


class CommonOptions(ConfigOption, ProvisionalOption, BudgetOptions, ScheduleOptions):
    """The options of all commands that count working time."""


class InputOptions(Options):
    """The options of all commands that read appeals. The file ``-`` is standard input."""

    file: str | None = argument(required=False)
    store: str | None = option("--store", metavar="STORE")
    assume_tz: str | None = option("--assume-tz", metavar="ZONE")
    min_read: str = option("--min-read", metavar="PERCENT", default="50%")


def option_name(field: str) -> str:
    return "--" + field.replace("_", "-")


def refuse_budget(error: BudgetError) -> None:
    """Raise click.UsageError if ``error`` means that the option ``--roll`` is missing."""
    if vars(error).get("cause") == "no_roll":
        text = SHELL.text("no_roll", text=shown(vars(error)["text"]))
        raise click.UsageError(text) from None

"""Options that several commands share, each as a decorator that adds the option."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple, TypeVar, cast, get_args

import click

from workhours_sla.cli.budgets import GivenBudget
from workhours_sla.cli.help import argument, option
from workhours_sla.config.defaults import BUDGET, CALENDAR, HOURS, WEEK
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.text.catalog import LANGUAGES
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll

Command = TypeVar("Command", bound=Callable[..., Any])
Values = TypeVar("Values")

DEFAULT_MIN_READ: Final = "50%"
SKEW: Final = f"{ALLOWED_SKEW // timedelta(minutes=1)}m"
"""Default of the options for the differences between clocks."""

as_of_option: Callable[[Command], Command] = option("--as-of", metavar="TIME", without="now")
assume_tz_option: Callable[[Command], Command] = option("--assume-tz", metavar="ZONE")
calendar_file_option: Callable[[Command], Command] = option("--calendar-file", metavar="FILE")
categories_option: Callable[[Command], Command] = option(
    "--categories", metavar="NAMES", without="public"
)
explain_option: Callable[[Command], Command] = option("--explain", is_flag=True)
json_option: Callable[[Command], Command] = option("--json", "as_json", is_flag=True)


lang_option: Callable[[Command], Command] = option(
    "--lang", type=click.Choice(LANGUAGES), without="the environment's", expose_value=False
)
"""The option ``--lang``. ``main`` has read it before, wherever it is on the command line."""
min_read_option: Callable[[Command], Command] = option(
    "--min-read", metavar="PERCENT", default=DEFAULT_MIN_READ
)
provisional_option: Callable[[Command], Command] = option("--provisional", is_flag=True)
target_option: Callable[[Command], Command] = option("--target", metavar="NAME")
week_option: Callable[[Command], Command] = option(
    "--week", metavar="N", type=click.IntRange(5, 7), without=str(WEEK)
)
store_option: Callable[[Command], Command] = option("--store", metavar="STORE")
store_of_watch: Callable[[Command], Command] = option(
    "--store", metavar="STORE", without="the store of --config"
)
config_option: Callable[[Command], Command] = option("--config", metavar="FILE")
_OF_SCHEDULE: Final[Sequence[Callable[..., Any]]] = (
    option("--calendar", metavar="ID", without=CALENDAR),
    categories_option,
    calendar_file_option,
    week_option,
    option("--hours", metavar="HOURS", without=HOURS),
    option("--tz", metavar="ZONE", without="the region's"),
)
_OF_BUDGET: Final[Sequence[Callable[..., Any]]] = (
    option("--budget", metavar="AMOUNT", without=BUDGET),
    option("--roll", type=click.Choice(get_args(Roll))),
    option("--count-from", type=click.Choice(get_args(CountFrom)), without="next_day"),
)
_OF_OUTPUT: Final[Sequence[Callable[..., Any]]] = (
    lang_option,
    json_option,
    provisional_option,
    config_option,
)


class ScheduleOptions(NamedTuple):
    """Values of the options that ``schedule_options`` adds."""

    calendar: str | None
    categories: str | None
    calendar_file: str | None
    week: int | None
    hours: str | None
    tz: str | None
    as_json: bool
    provisional: bool
    config: str | None

    @property
    def given_budget(self) -> GivenBudget:
        """No budget: commands about a schedule have no options for it."""
        return GivenBudget()


def schedule_options(command: Command) -> Command:
    """Add to a command the options of a schedule, a configuration and the output."""
    return _with(command, *_OF_SCHEDULE, *_OF_OUTPUT)


def schedule_of_sql(command: Command) -> Command:
    """Add to a command the options of a schedule and a configuration, without those of output."""
    return _with(command, *_OF_SCHEDULE, lang_option, _OF_OUTPUT[-1])


class CommonOptions(NamedTuple):
    """Values of the options that ``common_options`` adds."""

    calendar: str | None
    categories: str | None
    calendar_file: str | None
    week: int | None
    hours: str | None
    tz: str | None
    budget: str | None
    roll: Roll | None
    count_from: CountFrom | None
    as_json: bool
    provisional: bool
    config: str | None

    @property
    def given_budget(self) -> GivenBudget:
        """The options that replace a target's budget."""
        return GivenBudget(self.budget, self.roll, self.count_from)


def common_options(command: Command) -> Command:
    """Add to a command the options of all commands that count working time."""
    return _with(command, *_OF_SCHEDULE, *_OF_BUDGET, *_OF_OUTPUT)


class InputOptions(NamedTuple):
    """Values of the options that ``input_options`` adds; file ``-`` means standard input."""

    file: str | None
    store: str | None
    assume_tz: str | None
    min_read: str


def input_options(command: Command) -> Command:
    """Add to a command the argument FILE and the options of all commands that read appeals."""
    return _with(
        command,
        argument("file", required=False),
        store_option,
        assume_tz_option,
        min_read_option,
    )


def take(kind: type[Values], options: dict[str, Any]) -> Values:
    """Remove the options that are fields of a named tuple, and return them as that named tuple.

    >>> options = {"file": "-", "store": None, "assume_tz": None, "min_read": "50%", "days": 10}
    >>> take(InputOptions, options)
    InputOptions(file='-', store=None, assume_tz=None, min_read='50%')
    >>> options
    {'days': 10}
    """
    fields = cast("Any", kind)._fields
    return kind(*(options.pop(field) for field in fields))


def _with(command: Command, *options: Callable[..., Any]) -> Command:
    for add in reversed(options):
        command = add(command)
    return command

"""The options that several commands share. Each is a decorator that adds the option."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast, get_args

import click

from workhours_sla.adapters.config.defaults import BUDGET, HOURS, WEEK
from workhours_sla.cli.budgets import GivenBudget
from workhours_sla.text.words import LANGUAGES
from workhours_sla.worktime.budget_kinds import CountFrom
from workhours_sla.worktime.due_dates import Roll

Command = TypeVar("Command", bound=Callable[..., Any])
Values = TypeVar("Values")

DEFAULT_MIN_READ: Final = "50%"
HELP_NAMES: Final = {"help_option_names": ["-h", "--help"]}

as_of_option: Callable[[Command], Command] = click.option(
    "--as-of", metavar="TIME", help="Evaluate as of this time. [now]"
)
assume_tz_option: Callable[[Command], Command] = click.option(
    "--assume-tz", metavar="ZONE", help="Zone of times without an offset."
)
calendar_file_option: Callable[[Command], Command] = click.option(
    "--calendar-file", metavar="FILE", help="TOML file of acts to add to the calendar."
)
explain_option: Callable[[Command], Command] = click.option(
    "--explain", is_flag=True, help="List every day, with its act."
)
json_option: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)
lang_option: Callable[[Command], Command] = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the text. [the environment's]"
)
min_read_option: Callable[[Command], Command] = click.option(
    "--min-read",
    metavar="PERCENT",
    default=DEFAULT_MIN_READ,
    help=f"Fail if less of the rows can be read; 0 never fails. [{DEFAULT_MIN_READ}]",
)
provisional_option: Callable[[Command], Command] = click.option(
    "--provisional", is_flag=True, help="Answer by rule where no act has decided."
)
week_option: Callable[[Command], Command] = click.option(
    "--week", type=click.IntRange(5, 7), help=f"Working days of a Russian week. [{WEEK}]"
)


def store_option(help: str, *, required: bool = False) -> Callable[[Command], Command]:  # noqa: A002 - as in click
    """Return a decorator that adds the option ``--store`` with the given help text."""
    return click.option("--store", metavar="FILE", required=required, help=help)


target_option: Callable[[Command], Command] = click.option(
    "--target", metavar="NAME", help="The target, if there are several."
)
store_of_watch: Callable[[Command], Command] = store_option(
    "The store that watch keeps.", required=True
)

_OF_SCHEDULE: Final[Sequence[Callable[..., Any]]] = (
    click.option("--calendar", metavar="ID", help="RU, RU-VGG, ... or none: every day alike."),
    calendar_file_option,
    week_option,
    click.option("--hours", metavar="HOURS", help=f"Weekly hours. [{HOURS}]"),
    click.option("--tz", metavar="ZONE", help="IANA zone. [the region's]"),
)
_OF_BUDGET: Final[Sequence[Callable[..., Any]]] = (
    click.option("--budget", metavar="AMOUNT", help=f"Time allowed, also as days. [{BUDGET}]"),
    click.option(
        "--roll",
        type=click.Choice(get_args(Roll)),
        help="Where an end on a day off moves; for days and months.",
    ),
    click.option(
        "--count-from",
        type=click.Choice(get_args(CountFrom)),
        help="The first day that counts; for days. [next_day]",
    ),
)
_OF_OUTPUT: Final[Sequence[Callable[..., Any]]] = (
    lang_option,
    json_option,
    provisional_option,
    click.option("--config", metavar="FILE", help="TOML file of schedules, targets, columns."),
)


class ScheduleOptions(NamedTuple):
    """The values of the options that ``schedule_options`` adds."""

    calendar: str | None
    calendar_file: str | None
    week: int | None
    hours: str | None
    tz: str | None
    lang: str | None
    as_json: bool
    provisional: bool
    config: str | None

    @property
    def given_budget(self) -> GivenBudget:
        """No options of a budget."""
        return GivenBudget()


def schedule_options(command: Command) -> Command:
    """Add to a command the options of a schedule, a configuration and the output."""
    return _with(command, *_OF_SCHEDULE, *_OF_OUTPUT)


class CommonOptions(NamedTuple):
    """The values of the options that ``common_options`` adds."""

    calendar: str | None
    calendar_file: str | None
    week: int | None
    hours: str | None
    tz: str | None
    budget: str | None
    roll: Roll | None
    count_from: CountFrom | None
    lang: str | None
    as_json: bool
    provisional: bool
    config: str | None

    @property
    def given_budget(self) -> GivenBudget:
        """The options that replace the budget of a target."""
        return GivenBudget(self.budget, self.roll, self.count_from)


def common_options(command: Command) -> Command:
    """Add to a command the options of all commands that count working time."""
    return _with(command, *_OF_SCHEDULE, *_OF_BUDGET, *_OF_OUTPUT)


class InputOptions(NamedTuple):
    """The values of the options that ``input_options`` adds; file ``-`` is standard input."""

    file: str | None
    store: str | None
    assume_tz: str | None
    min_read: str


def input_options(command: Command) -> Command:
    """Add to a command the argument FILE and the options of all commands that read appeals."""
    return _with(
        command,
        click.argument("file", required=False),
        store_option("Read the store that watch keeps, instead of FILE."),
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
    for option in reversed(options):
        command = option(command)
    return command

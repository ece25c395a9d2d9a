"""Commands and options whose help is a text of the catalog, in the language of the call.

click takes the help of a command from its declaration, before any option is parsed. These classes
fetch each text when help is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click

from workhours_sla.text import catalog, words

HELP_NAMES: Final = {"help_option_names": ["-h", "--help"]}


class Argument(click.Argument):
    """An argument whose name in usage lines and errors is in the language of the call."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Return the name of the argument, such as ``[FILE]``."""
        return words.metavar(super().make_metavar(ctx))


class Option(click.Option):
    """An option with its help in ``text.catalog.OPTIONS``.

    ``without`` is the effect of not giving the option: a value, or a key of
    ``text.catalog.DEFAULTS``. By default it is the default of the option.
    """

    command = ""
    """The words that call the option's command on the command line."""

    def __init__(self, *args: Any, without: str | None = None, **options: Any) -> None:
        self._given: str | None = None
        super().__init__(*args, **options)
        self.without = without

    @property
    def key(self) -> str:
        """The key of the help: the option, after the command if the help is specific to it."""
        own = f"{self.command} {self.opts[-1]}"
        return own if own in catalog.OPTIONS else self.opts[-1]

    @property
    def help(self) -> str | None:
        """The help in the language of the call."""
        if self.key not in catalog.OPTIONS:
            return self._given
        return catalog.OPTIONS.text(self.key)

    @help.setter  # noqa: A003
    def help(self, text: str | None) -> None:
        self._given = text

    def make_metavar(self, ctx: click.Context) -> str:
        """Return the placeholder of the value in help, such as ``FILE``."""
        return words.metavar(super().make_metavar(ctx))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option with its placeholder, and its help with default and range."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        notes = "; ".join(self._notes())
        return record[0], f"{self.help or ''} [{notes}]" if notes else self.help or ""

    def _notes(self) -> list[str]:
        notes = []
        default = self.default if isinstance(self.default, str | int | float) else None
        without = f"{default:}".removesuffix(".0") if default not in (None, False) else None
        without = self.without or without
        if without is not None:
            is_text = without in catalog.DEFAULTS
            notes.append(catalog.DEFAULTS.text(without) if is_text else without)
        if isinstance(self.type, click.IntRange | click.FloatRange):
            limits = {"least": self.type.min, "most": self.type.max}
            notes.append(catalog.USAGE.text("range", **limits))
        if self.required:
            notes.append(catalog.USAGE["required"])
        return notes


class Command(click.Command):
    """A command with its help in ``text.catalog.COMMANDS``."""

    def __init__(self, name: str | None, *args: Any, **options: Any) -> None:
        self._given: str | None = None
        self.key = ""
        super().__init__(name, *args, **options)
        self.set_key(name or "")

    def set_key(self, key: str) -> None:
        """Set the words that call this command on the command line: the key of its help."""
        self.key = key
        for param in self.params:
            if isinstance(param, Option):
                param.command = key

    @property
    def help(self) -> str | None:
        """The help in the language of the call."""
        if self.key not in catalog.COMMANDS:
            return self._given
        return catalog.COMMANDS.text(self.key)

    @help.setter  # noqa: A003
    def help(self, text: str | None) -> None:
        self._given = text

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = [words.metavar(piece) for piece in self.collect_usage_pieces(ctx)]
        usage = catalog.USAGE.text("usage")
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{usage}: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and, if this is a group, its commands."""
        help_option = self.get_help_option(ctx)
        if help_option is not None:
            help_option.help = catalog.OPTIONS["--help"]
        records = [
            record
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx))
        ]
        with formatter.section(catalog.USAGE.text("options")):
            formatter.write_dl(records)


class Group(Command, click.Group):
    """A group of commands with their help in ``text.catalog``."""

    command_class = Command

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command; the key of its help begins with the name of this group."""
        super().add_command(cmd, name)
        if isinstance(cmd, Command):
            cmd.set_key(f"{self.key} {name or cmd.name}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands, each with its short help."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with its short help."""
        before = "" if ctx.parent is None else f"{self.key} "
        rows = [(name, self._short(ctx, before, name)) for name in self.list_commands(ctx)]
        with formatter.section(catalog.USAGE.text("commands")):
            formatter.write_dl(rows)

    def _short(self, ctx: click.Context, before: str, name: str) -> str:
        if f"{before}{name}" in catalog.SHORT:
            return catalog.SHORT.text(f"{before}{name}")
        found = self.get_command(ctx, name)
        return "" if found is None else found.get_short_help_str()


def command(name: str | None = None) -> Callable[[Callable[..., Any]], Command]:
    """Return a decorator that turns a function into a command."""
    return click.command(name, cls=Command)


def group() -> Callable[[Callable[..., Any]], Group]:
    """Return a decorator that turns a function into a group of commands."""
    return click.group(cls=Group, context_settings=HELP_NAMES)


option = partial(click.option, cls=Option)
argument = partial(click.argument, cls=Argument)

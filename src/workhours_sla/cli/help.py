"""Commands and options, declared as data classes, with their help in the language of the call.

An attribute of a class of options declares a parameter of a command and has its value:

    class DueOptions(Options):
        start: str = argument()
        now: str | None = option("--now", metavar="TIME")

    @command("due", DueOptions)
    def due(wanted: DueOptions) -> None: ...

click takes the help of a command from its declaration, before any option is parsed. These classes
fetch each text of the catalog when help is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, dataclass_transform

import click

from workhours_sla.text import catalog, words


class Argument(click.Argument):
    def make_metavar(self, ctx: click.Context) -> str:
        return words.metavar(super().make_metavar(ctx))


class Option(click.Option):
    """An option with its help in ``text.catalog.OPTIONS``."""

    command = ""

    def __init__(self, *args: Any, without: str | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.without = without

    @property
    def help(self) -> str:
        """The help in the language of the call; that of the command, if it has its own."""
        own = f"{self.command} {self.opts[-1]}"
        return catalog.OPTIONS.text(own if own in catalog.OPTIONS else self.opts[-1])

    @help.setter  # noqa: A003
    def help(self, _: str | None) -> None:
        """Do nothing: click sets the help that a declaration gives."""

    def make_metavar(self, ctx: click.Context) -> str:
        return words.metavar(super().make_metavar(ctx))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        notes = "; ".join(self._notes())
        return record and (record[0], f"{self.help} [{notes}]" if notes else self.help)

    def _notes(self) -> Iterator[str]:
        default = self.default if isinstance(self.default, str | int | float) else None
        without = f"{default:}".removesuffix(".0") if default not in (None, False) else None
        without = self.without or without
        if without is not None:
            yield catalog.DEFAULTS.text(without) if without in catalog.DEFAULTS else without
        if isinstance(self.type, click.IntRange | click.FloatRange):
            yield catalog.USAGE.text("range", least=self.type.min, most=self.type.max)
        if self.required:
            yield catalog.USAGE["required"]


class Command(click.Command):
    key: str = ""

    def __init__(self, name: str | None, **options: Any) -> None:
        super().__init__(name, **options)
        self.set_key(name or "")

    def set_key(self, key: str) -> None:
        """Set the words that call this command on the command line: the key of its help."""
        self.key = key
        for param in self.params:
            if isinstance(param, Option):
                param.command = key

    @property
    def help(self) -> str:
        """The help in the language of the call."""
        return catalog.COMMANDS.text(self.key)

    @help.setter  # noqa: A003
    def help(self, _: str | None) -> None:
        """Do nothing: click sets the help that a declaration gives."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = [words.metavar(piece) for piece in self.collect_usage_pieces(ctx)]
        usage = catalog.USAGE.text("usage")
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{usage}: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
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

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd, name)
        if isinstance(cmd, Command):
            cmd.set_key(f"{self.key} {name or cmd.name}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        before = "" if ctx.parent is None else f"{self.key} "
        width = max(map(len, self.list_commands(ctx)))
        for title, names in self.sections(ctx):
            rows = [(f"{name:<{width}}", catalog.SHORT.text(before + name)) for name in names]
            with formatter.section(catalog.USAGE.text(title)):
                formatter.write_dl(rows)

    def sections(self, ctx: click.Context) -> Iterable[tuple[str, Iterable[str]]]:
        """Return the sections of the list of commands: a key of ``USAGE``, and their names."""
        return [("commands", self.list_commands(ctx))]


class Declared(NamedTuple):
    of: type[Option | Argument]
    names: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def default(self) -> Any:
        otherwise = False if self.settings.get("is_flag") else None
        return self.settings.get("default", () if self.settings.get("multiple") else otherwise)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Options:
    """The values of the parameters of a command, which the attributes of a subclass declare."""

    def __init__(self, **values: Any) -> None:
        defaults = {name: one.default for name, one in self.declared().items()}
        self.__dict__.update(defaults | values)

    @classmethod
    def declared(cls) -> dict[str, Declared]:
        names = (item for kind in reversed(cls.__mro__) for item in vars(kind).items())
        return {name: one for name, one in names if isinstance(one, Declared)}


def option(*names: str, **settings: Any) -> Any:
    return Declared(Option, names, settings)


def argument(**settings: Any) -> Any:
    return Declared(Argument, (), settings)


def parameters(*kinds: type[Options]) -> list[click.Parameter]:
    return [
        one.of([*one.names, name], **one.settings)
        for kind in kinds
        for name, one in kind.declared().items()
    ]


def command(
    name: str, *kinds: type[Options], within: Group | None = None
) -> Callable[[Callable[..., Any]], Command]:
    def decorated(function: Callable[..., Any]) -> Command:
        def call(**values: Any) -> Any:
            given = (kind(**{name: values[name] for name in kind.declared()}) for kind in kinds)
            return function(*given)

        made = Command(name, params=parameters(*kinds), callback=call)
        if within is not None:
            within.add_command(made)
        return made

    return decorated

"""The command ``workhours``: find the module of a subcommand, run it, and print its errors."""

from __future__ import annotations

import codecs
import gc
import gettext
import os
import re
import signal
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TextIO

import click

from workhours_sla.cli.help import Group, Option, parameters
from workhours_sla.cli.output import (
    CALENDAR_UNKNOWN,
    CLOSED_PIPE,
    INTERNAL,
    INTERRUPTED,
    UNREADABLE,
    echo_lines,
    show_time,
)
from workhours_sla.cli.settings import LangOption
from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning, WorkHoursError, clipped
from workhours_sla.text import messages
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import LANGUAGES, SHELL, USAGE, language
from workhours_sla.text.messages import sentence
from workhours_sla.version import __version__

LONGEST_MESSAGE: Final = 500

_EXTRA_TIME: Final = re.compile(r"(?:extra argument|лишни[йе] аргумент).*\b\d{1,2}[:.]\d\d")
"""Matches click's message about a time that was not quoted."""
PLAIN_SIGNS: Final = {
    "«": '"',
    "»": '"',
    "„": '"',
    "“": '"',
    "–": "-",
    "—": "-",
    "′": "'",
    "█": "#",
    "σ": "s",
    "…": "...",
}
"""Replacements for characters that the encoding of a console may lack."""

COMMANDS: Final[Mapping[str, Mapping[str, str]]] = {
    "of_working_time": dict.fromkeys(
        ("due", "elapsed", "latest-start", "explain", "days"), "question_commands"
    ),
    "of_appeals": {"check": "check", "forecast": "check", "report": "report_command"},
    "of_service": {
        "watch": "watch",
        "outbox": "store_command",
        "store": "store_command",
        "serve": "serve",
    },
    "of_files": {
        **dict.fromkeys(("calendar", "calendars"), "calendars"),
        "init": "init",
        "sql": "calendars",
    },
}
"""The sections of the help, each with its commands and their modules in ``workhours_sla.cli``."""
MODULES: Final[Mapping[str, str]] = {
    name: module for names in COMMANDS.values() for name, module in names.items()
}


class Commands(Group):
    """The group of all commands. It imports the module of a command when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def sections(self, ctx: click.Context) -> Iterable[tuple[str, Iterable[str]]]:
        return COMMANDS.items()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        module = import_module(f"workhours_sla.cli.{MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "watch":  # until it can stop after a batch, it has nothing to finish
            before = signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
            ctx.call_on_close(lambda: signal.signal(signal.SIGTERM, before))
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            name = error.command_name
            raise click.NoSuchCommand(name, possibilities=MODULES, ctx=ctx) from None


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if wanted:
        click.echo(USAGE.text("version", version=__version__))
        ctx.exit()


_VERSION: Final = Option(["--version"], is_flag=True, is_eager=True, callback=_print_version)
commands: Final = Commands(
    "workhours",
    params=[_VERSION, *parameters(LangOption)],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def language_of(arguments: Sequence[str]) -> str:
    """Return the language of a call, "ru" or "en", even if click cannot parse its arguments."""
    for before, after in reversed([*zip(["", *arguments], arguments, strict=False)]):
        chosen = after if before == "--lang" else after.partition("--lang=")[2]
        if chosen in LANGUAGES and (before == "--lang" or after.startswith("--lang=")):
            return chosen
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if _windows_is_russian() else "en"


def _windows_is_russian() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    found: int = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    return found & 0x3FF == 0x19  # the language without the country


def main(arguments: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    chosen = language_of(arguments)
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = chosen  # from which gettext, and so click, takes the language
    try:
        with language(chosen):
            return _status(arguments)
    finally:
        os.environ.pop("LANGUAGE")
        if before is not None:
            os.environ["LANGUAGE"] = before


def _status(arguments: list[str]) -> int:
    try:
        with warnings.catch_warnings():
            # the output says itself that an answer is provisional
            warnings.simplefilter("ignore", ProvisionalWarning)
            result = commands.main(
                arguments,
                prog_name="workhours",
                standalone_mode=False,
                color=False if os.environ.get("NO_COLOR") else None,
            )
            if sys.stdout is not None:
                sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # click raises SystemExit(1) for a closed pipe, but status 1 means breaches here
        _silence(sys.stdout)
        return CLOSED_PIPE
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return UNREADABLE
    except Exception as error:  # noqa: BLE001 - status 1 must never mean anything but breaches
        if isinstance(error, OSError):
            _flush(sys.stdout)
        text, status = _message(error)
        with suppress(OSError, AttributeError):  # standard error may be closed, or its disk full
            echo_lines([f"{SHELL.text('error')}: {text}"], err=True)
        _flush(sys.stderr)
        return status
    return result if isinstance(result, int) else 0


def _message(error: Exception) -> tuple[str, int]:
    if isinstance(error, click.ClickException):
        message = error.format_message()
        text = clipped(message, LONGEST_MESSAGE)
        if isinstance(error, click.UsageError):
            if _EXTRA_TIME.search(message):
                text += SHELL.text("quote_time")
            if error.ctx:
                text += SHELL.text("see_help", command=error.ctx.command_path)
        return text, UNREADABLE
    if isinstance(error, CalendarCoverageError):
        text = sentence(error)
        if error.earliest is not None and error.latest is not None:
            bounds = {"earliest": _bound(error.earliest), "latest": _bound(error.latest)}
            text += SHELL.text("answer_between", **bounds)
        return text, CALENDAR_UNKNOWN
    if isinstance(error, WorkHoursError):
        return sentence(error), UNREADABLE
    if isinstance(error, OSError):
        named = error.filename is not None
        name = repr(str(error.filename)) if named else SHELL.text("the_output")
        text = SHELL.text("no_access", name=name, error=messages.said(error.strerror))
        return text, UNREADABLE
    return SHELL.text("internal", error=repr(error)), INTERNAL


def _bound(answer: datetime | timedelta) -> str:
    return show_time(answer) if isinstance(answer, datetime) else format_amount(answer)


def plain_signs(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks, such as cp866 of Russian consoles.

    This is an error handler for ``codecs.register_error``.

    >>> "«День» — 1".encode("cp866", "plain_signs").decode("cp866")
    '"День" - 1'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN_SIGNS.get(sign, "?") for sign in lacking), error.end


codecs.register_error("plain_signs", plain_signs)


def run() -> None:
    # millions of events may be in memory; without this, the search for garbage among them took
    # a fifth of the time
    gc.set_threshold(gc.get_threshold()[0], 100_000, 20)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Cyrillic text is printed as UTF-8 if the locale of the stream is ASCII
            plain = "ascii", "us-ascii", "ansi_x3.4-1968"
            ascii_only = (stream.encoding or "ascii").lower() in plain
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="plain_signs")
    sys.exit(main())


def _flush(stream: TextIO | None) -> None:
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        _silence(stream)


def _silence(stream: TextIO | None) -> None:
    """Discard the output of a stream, so that Python does not fail to flush it at exit."""
    with suppress(OSError, ValueError, AttributeError), open(os.devnull, "w") as devnull:  # noqa: PTH123
        os.dup2(devnull.fileno(), stream.fileno())  # type: ignore[union-attr]

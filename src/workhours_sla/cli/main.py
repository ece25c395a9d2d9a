"""The command ``workhours``: its commands, loaded when called, and its exit codes."""

from __future__ import annotations

import gc
import os
import re
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from io import TextIOWrapper
from typing import TextIO

import click

from workhours_sla.errors import (
    CalendarCoverageError,
    ProvisionalWarning,
    WorkHoursError,
    clipped,
)
from workhours_sla.text import words
from workhours_sla.text.shell import language, say, sentence
from workhours_sla.version import __version__

EXIT_BREACHES = 1
EXIT_UNREADABLE = 2
EXIT_CALENDAR_UNKNOWN = 3
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
"""What a program ended by SIGPIPE leaves in the shell."""

LONGEST_MESSAGE = 500
"""Characters of a message of click, which quotes arguments whole."""

COMMANDS = {
    "due": "answers",
    "elapsed": "answers",
    "latest-start": "answers",
    "explain": "answers",
    "check": "check",
    "forecast": "forecast",
    "report": "report",
    "watch": "watch",
    "outbox": "outbox",
    "calendar": "calendar_page",
    "store": "store",
}


class Commands(click.Group):
    """The commands; a module is imported when one of its commands is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, imported now."""
        home = COMMANDS.get(cmd_name)
        if home is None:
            return None
        module = import_module(f"workhours_sla.cli.{home}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workhours")
def commands() -> None:
    """Working-time deadlines, exact and explained.

    Exit status: 0 fine, 1 breaches found, 2 usage or unreadable input, 3 the calendar does not
    know.
    """


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: C901, PLR0911 - all kinds of end
    """Run one command and return its exit status; never a traceback for bad input."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    lang = _language_of(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ProvisionalWarning)  # the answer itself is marked
            result = commands.main(arguments, prog_name="workhours", standalone_mode=False)
            if sys.stdout is not None:
                sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # click turns the closed pipe into SystemExit(1), which here would mean breaches
        _silence(sys.stdout)
        return EXIT_CLOSED_PIPE
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return EXIT_UNREADABLE
    except click.UsageError as error:
        hint = f" (see: {error.ctx.command_path} --help)" if error.ctx else ""
        text = clipped(error.format_message(), LONGEST_MESSAGE)
        if re.search(r"unexpected extra argument.*\b\d{1,2}[:.]\d\d", text):
            hint = f"; put a date and its time in quotes: '31.10.2025 17:30'{hint}"
        return _fail(f"{text}{hint}", lang, EXIT_UNREADABLE)
    except click.ClickException as error:
        return _fail(clipped(error.format_message(), LONGEST_MESSAGE), lang, EXIT_UNREADABLE)
    except CalendarCoverageError as error:
        return _fail(_not_covered(error, lang), lang, EXIT_CALENDAR_UNKNOWN)
    except WorkHoursError as error:
        return _fail(sentence(error, lang), lang, EXIT_UNREADABLE)
    except OSError as error:
        _flush(sys.stdout)
        name = say("the_output", lang) if error.filename is None else repr(str(error.filename))
        text = say("no_access", lang, name=name, error=error.strerror)
        return _fail(text, lang, EXIT_UNREADABLE)
    except Exception as error:  # noqa: BLE001 - status 1 must never mean anything but breaches
        return _fail(f"internal fault, please report it: {error!r}", lang, EXIT_INTERNAL)
    return result if isinstance(result, int) else 0


def _not_covered(error: CalendarCoverageError, lang: str) -> str:
    """Return which date is unknown and why, and between which values the answer lies."""
    why = words.pick(words.UNKNOWN_DATES[error.cause], lang)
    why = why.format(how="--provisional", **error.facts)
    date = words.short_date(error.date, lang)
    text = say("unknown_date", lang, calendar=error.calendar or "-", date=date, why=why)
    if error.earliest is not None and error.latest is not None:
        earliest, latest = (_answer(one, lang) for one in (error.earliest, error.latest))
        text += say("answer_between", lang, earliest=earliest, latest=latest)
    return text


def _answer(answer: datetime | timedelta, lang: str) -> str:
    from workhours_sla.cli.times import show_time  # noqa: PLC0415
    from workhours_sla.worktime.budget import format_amount  # noqa: PLC0415

    return show_time(answer, lang) if isinstance(answer, datetime) else format_amount(answer)


def run() -> None:
    """Entry point of the console script."""
    # events are kept by the million and are no garbage: looking for it took a fifth of the time
    gc.set_threshold(gc.get_threshold()[0], 100_000, 20)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Cyrillic must survive a stream that claims to be ASCII
            ascii_only = (stream.encoding or "ascii").lower() in (
                "ascii",
                "us-ascii",
                "ansi_x3.4-1968",
            )
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="replace")
    sys.exit(main())


def _fail(text: str, lang: str, status: int) -> int:
    with suppress(OSError, AttributeError):  # a standard error that is closed or full
        click.echo(f"{say('error', lang)}: {text}", err=True)
    _flush(sys.stderr)
    return status


def _flush(stream: TextIO | None) -> None:
    """Write out what a stream holds, or drop it where the stream does not take it."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        _silence(stream)


def _language_of(arguments: Sequence[str]) -> str:
    """Return the language to report errors in, before the options are parsed."""
    for before, after in zip(["", *arguments], [*arguments, ""], strict=True):
        chosen = after.removeprefix("--lang=") if after.startswith("--lang=") else ""
        if before == "--lang":
            chosen = after
        if chosen in words.LANGUAGES:
            return chosen
    return language(None)


def _silence(stream: TextIO | None) -> None:
    """Keep the interpreter from failing once more, as it ends, on what a stream did not take."""
    with suppress(OSError, ValueError, AttributeError), open(os.devnull, "w") as devnull:  # noqa: PTH123
        os.dup2(devnull.fileno(), stream.fileno())  # type: ignore[union-attr]

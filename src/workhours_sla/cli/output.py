"""Output of all commands: exit statuses, JSON, lines, notes, and the stages of a long run."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TextIO

import click

from workhours_sla.json.answers import json_value
from workhours_sla.json.text import escape_controls
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said
from workhours_sla.worktime.schedule import Schedule

if TYPE_CHECKING:
    from rich.progress import Progress

BREACHES: Final = 1
UNREADABLE: Final = 2
"""Exit status for wrong usage, and for input that is unreadable, rejected, lost or damaged."""
CALENDAR_UNKNOWN: Final = 3
"""Exit status if the answer depends on a date that the calendar does not cover."""
INTERNAL: Final = 70
INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141
"""Exit status if the reader of standard output has closed the pipe, as shells use for SIGPIPE."""

_STYLED: Final = re.compile(r"((?:\x1b\[\d+m)*)([^\x1b]*)((?:\x1b\[0m)?)")
"""A line with one style or none; a line of a calendar has more, and fits any screen."""


def echo_json(data: object) -> None:
    """Print one JSON document, never localised, with control characters escaped."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    ascii_only = not encoding.startswith("utf")
    text = json.dumps(data, ensure_ascii=ascii_only, indent=2, default=json_value)
    click.echo(escape_controls(text))


# -- lines -----------------------------------------------------------------------------------


def echo_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines. On a terminal, a line that is too long is continued at a word."""
    stream: TextIO | None = sys.stderr if err else sys.stdout
    if stream is None or not stream.isatty():
        for line in lines:
            click.echo(line, err=err)
        return
    from shutil import get_terminal_size  # with lzma and bz2, of which no pipe needs anything

    width = get_terminal_size().columns
    for line in lines:
        click.echo("\n".join(wrapped(line, width)), err=err)


def wrapped(line: str, width: int) -> list[str]:
    """Break a line between words, below the last column that begins in its left two thirds.

    Columns are two spaces or more apart. If there are further columns, only these are broken off.

    >>> wrapped("Target        4:00 of working time", 28)
    ['Target        4:00 of', '              working time']
    """
    found = _STYLED.fullmatch(line)
    if found is None or len(click.unstyle(line)) <= width:
        return [line]
    from textwrap import wrap

    begin, text, end = found.groups()
    starts = [one.end() for one in re.finditer(r"^ *| {2,}", text) if 3 * one.end() <= 2 * width]
    columns = re.split(" {2,}", text[starts[-1] :])
    if len(columns) > 1 and max(map(len, columns)) <= width - starts[-1]:
        text = re.sub(r"(?<! ) (?! )", "\xa0", text)
    lines = wrap(
        text,
        width,
        subsequent_indent=" " * starts[-1],
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [begin + one.replace("\xa0", " ") + end for one in lines]


def printable(text: Any) -> str:
    r"""Replace each control character by ``?``, because a terminal would interpret it.

    >>> printable("roads\x1b[31m")
    'roads?[31m'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


# -- notes -----------------------------------------------------------------------------------


class Note(Protocol):
    """A function that shows the text of a key in ``SHELL`` to who runs the command."""

    def __call__(self, key: str, /, **facts: object) -> None:
        """Show the text with its facts."""


def echo_note(key: str, /, **facts: object) -> None:
    """Print a note on standard error: the text of a key in ``SHELL``."""
    note_text(SHELL.text(key, **facts))


def note_text(text: object) -> None:
    echo_lines([f"{SHELL.text('note')}: {said(text)}"], err=True)


def note_calendar_ends(schedules: Iterable[Schedule], at: datetime | date) -> None:
    """Print a note for each calendar that ends within three months of ``at``."""
    ending: dict[date, dict[str, None]] = {}
    for schedule in schedules:
        day = at.astimezone(schedule.tz).date() if isinstance(at, datetime) else at
        coverage = schedule.calendar.coverage
        if coverage and coverage[-1][1] < _months_after(day):
            ending.setdefault(coverage[-1][1], {})[schedule.calendar.id] = None
    for last, calendars in sorted(ending.items()):
        facts = {"calendars": ", ".join(calendars), "count": len(calendars)}
        echo_note("calendar_ends", date=words.short_date(last), **facts)


def _months_after(day: date) -> date:
    from calendar import monthrange

    years, month = divmod(day.month - 1 + 3, 12)
    year, month = min(day.year + years, date.max.year), month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# -- the stages of a long run ----------------------------------------------------------------


class Stages:
    """Shows on standard error, if it is a terminal, what a command does; mutable."""

    def __init__(self) -> None:
        self._shown: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._shown is not None:
            self._shown.stop()

    def read(self, size: int | None) -> None:
        """Begin with a source of this size in bytes, None if it is unknown."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn()
        self._shown = Progress(
            *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
        )
        self._shown.start()
        self.begin("reading", size)

    def begin(self, stage: str, total: int | None = None) -> None:
        """Show a stage instead of the last one; the bar of a stage without a total pulses."""
        if self._shown is not None:
            for task in self._shown.task_ids:
                self._shown.remove_task(task)
            self._shown.add_task(SHELL.text(f"stage_{stage}"), total=total)

    def advance(self, position: int) -> None:
        if self._shown is not None:
            self._shown.update(self._shown.task_ids[-1], completed=position)

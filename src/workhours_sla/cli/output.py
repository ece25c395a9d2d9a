"""Output of all commands: exit statuses, JSON, lines, notes, and the stages of a long run."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TextIO

import click

from workhours_sla.errors import shown
from workhours_sla.json.answers import json_value
from workhours_sla.json.strict_json import escape_controls
from workhours_sla.text import words
from workhours_sla.text.amounts import budget_words
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said
from workhours_sla.worktime.budgets import Budget, budget_kind, budget_size, counting_of
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

_FEW_WORDS: Final[float] = 26.0
"""The least width of a column whose text is continued below it."""
_STYLED: Final = re.compile(r"((?:\x1b\[\d+m)*)([^\x1b]*)((?:\x1b\[0m)?)")
"""A line with one style or none; a line of a calendar has more, and fits any screen."""


def echo_json(data: object) -> None:
    """Print one JSON document, never localised, with control characters escaped."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    ascii_only = not encoding.startswith("utf")
    text = json.dumps(data, ensure_ascii=ascii_only, indent=2, default=json_value)
    click.echo(escape_controls(text))


# -- lines -----------------------------------------------------------------------------------


def width(*, err: bool = False) -> int | None:
    """Return the width of the terminal, None if the output goes elsewhere."""
    stream: TextIO | None = sys.stderr if err else sys.stdout
    if stream is None or not stream.isatty():
        return None
    from shutil import get_terminal_size  # with lzma and bz2, of which no pipe needs anything

    return get_terminal_size().columns


def echo_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines. On a terminal, a line that is too long is continued at a word."""
    most = width(err=err)
    for line in map(_without_controls, lines) if err else lines:
        click.echo(line if most is None else "\n".join(wrapped(line, most)), err=err)


def _without_controls(text: str) -> str:
    """Replace by ``?`` what could change a terminal, such as colours in the name of a file."""
    return "".join(
        "?" if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf") else letter
        for letter in text
    )


def wrapped(line: str, width: int) -> list[str]:
    """Break a line between words, and go on below its last column that leaves room for a few words.

    Columns are two spaces or more apart. Their text is broken only between its parts, which end
    with a dot, a plus or a semicolon, if each part fits into a line.

    >>> wrapped("Target        4 working hours, in Volgograd", 42)
    ['Target        4 working hours, in', '              Volgograd']
    """
    found = _STYLED.fullmatch(line)
    if found is None or len(click.unstyle(line)) <= width:
        return [line]
    from textwrap import wrap

    begin, text, end = found.groups()
    text = text.replace(" %", "\xa0%")  # a percent sign does not begin a line
    last = max(width - _FEW_WORDS, 0)
    start = [one.end() for one in re.finditer(r"^ *| {2,}", text) if one.end() <= last][-1]
    indent = start or 2
    parts = re.split(r"(?<=[·;]) |(?<=\d \+) ", text[start:])
    if len(parts) > 1 and max(map(len, parts)) <= width - indent:
        text = re.sub(r"(?<![ ·;])(?<!\d \+) (?! )", "\xa0", text)
    lines = wrap(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    return [begin + one.replace("\xa0", " ") + end for one in lines]


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of a table as lines; all columns but the last are padded.

    >>> list(columns([("RU", "2026", "Russia"), ("RU-VGG", "", "Volgograd")]))
    ['  RU      2026  Russia', '  RU-VGG        Volgograd']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for *cells, last in rows:
        padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False))
        yield f"  {'  '.join(padded)}  {last}".rstrip()


def printable(text: Any) -> str:
    r"""Replace each control character by ``?``, because a terminal would interpret it.

    >>> printable("roads\x1b[31m")
    'roads?[31m'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


# -- times and budgets -----------------------------------------------------------------------


def current_time() -> datetime:
    """Return the current time; the commands pass it on."""
    return datetime.now(UTC).replace(microsecond=0)


def show_time(
    when: datetime, *, offset: bool = False, ends: bool = False, near: date | None = None
) -> str:
    """Write a time with its weekday, such as ``Sat 1 Nov 2025 12:30``.

    With ``ends``, midnight is written as 24:00 of the date before. With ``near``, it is shorter for
    a list, such as ``Sat 01.11 12:30``.
    """
    day, clock = when.date(), f"{when:%H:%M}" if near else words.clock_text(when)
    if ends and when.time() == time():
        day, clock = day - timedelta(days=1), "24:00"
    shown = words.weekday_date(day)
    if near:
        form = "%d.%m" if abs(day - near) < timedelta(days=180) else "%d.%m.%Y"
        shown = f"{words.weekdays()[day.weekday()]} {day:{form}}"
    return f"{shown} {clock}" + (f" {words.offset_text(when)}" if offset else "")


def zone_text(when: datetime, zone: tzinfo) -> str:
    """Write a zone with its offset at a time, such as ``Europe/Volgograd (UTC+03:00)``."""
    return f"{zone} (UTC{words.offset_text(when.astimezone(zone))})"


def budget_text(budget: Budget) -> str:
    """Write a budget in words, such as ``7 working days``."""
    return budget_words(budget_kind(budget), budget_size(budget))


def counting_text(budget: Budget) -> str | None:
    counting = counting_of(budget)
    parts = [
        SHELL.text(f"{prefix}_{counting[name]}")
        for name, prefix in (("count_from", "from"), ("roll", "roll"))
        if name in counting
    ]
    return "; ".join(parts) or None


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


def note_spellings(groups: Sequence[Sequence[str]]) -> None:
    """Print a note if agencies are written in several ways, with one as an example."""
    if groups:
        first, other, *_ = groups[0]
        facts = {"first": shown(first), "other": shown(other)}
        echo_note("several_spellings", count=len(groups), **facts)


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
    year, month = day.year + years, month + 1
    if year > date.max.year:
        return date.max
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

"""Times as people write them on a command line, and as they want to read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

import click

from workhours_sla import words
from workhours_sla.errors import shown
from workhours_sla.worktime.arguments import FIRST_YEAR, LAST_YEAR, refuse_year

_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]++(.+))?$")
_WHY = {"Invalid isoformat string": "no known form", "offset": "no such offset"}
_EXAMPLES = "write it like 2025-10-31T17:30, 2025-10-31T17:30+03:00 or '31.10.2025 17:30'"


class GivenTime(NamedTuple):
    """A time from the command line; ``assumed_zone`` says that it came without an offset."""

    when: datetime
    assumed_zone: bool


def read_time(text: str, zone: tzinfo) -> GivenTime:
    """Return the instant that ``text`` means; without an offset it is read in ``zone``.

    ISO 8601 or day first; ``now`` is the current time. Raises click.BadParameter for text that
    is no time, and for a local time that a clock change skips or repeats.
    """
    if text.strip().lower() == "now":
        now = datetime.now(UTC).replace(microsecond=0)
        return GivenTime(now.astimezone(zone), assumed_zone=False)
    try:
        when = datetime.fromisoformat(_iso(text.strip()))
    except ValueError as error:
        why = str(error).partition(":")[0].partition(" must be a timedelta")[0]
        msg = f"{shown(text)} is not a time ({_WHY.get(why, why)}); {_EXAMPLES}"
        raise click.BadParameter(msg) from None
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    if when.tzinfo is not None:
        return GivenTime(when, assumed_zone=False)
    return GivenTime(_in_zone(when, zone), assumed_zone=True)


def read_day(text: str) -> date | None:
    """Return the date that ``text`` is, ISO 8601 or day first; None for anything else."""
    match = _DAY_FIRST.match(text.strip())
    if match and match[4] is None:
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _iso(text: str) -> str:
    """Return day-first text in ISO 8601 order; a date alone is no instant."""
    match = _DAY_FIRST.match(text)
    if match:
        day, month, year, rest = match.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f" {rest}" if rest else "")
    if not re.search(r"\d[ T]+\d", text):
        msg = "it has no date" if re.match(r"\d{1,2}:\d", text) else "it has no hour"
        raise ValueError(msg if re.search(r"\d", text) else "no known form")
    head, _, clock = text.replace("T", " ").partition(" ")
    clock = re.sub(r"^(\d):", r"0\1:", re.sub(r"(?<!\s)\s++(?=[+-]|Z$)", "", clock.strip()))
    return f"{head} {clock}"


def _in_zone(wall: datetime, zone: tzinfo) -> datetime:
    """Return a wall-clock reading as an instant, or refuse one that names none or two."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    offsets = f"{_offset(first)} or {_offset(second)}"
    skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
    what = "is skipped" if skipped else "comes twice"
    msg = (
        f"{wall:%Y-%m-%d %H:%M} {what} in {zone} when its clocks change; add the offset, {offsets}"
    )
    raise click.BadParameter(msg)


def _offset(when: datetime) -> str:
    return when.isoformat()[-6:]


def show_time(when: datetime, lang: str, *, offset: bool = False) -> str:
    """Return a time with its weekday, such as ``Sat 1 Nov 2025 12:30``."""
    day = f"{words.WEEKDAYS[lang][when.weekday()]} {words.short_date(when.date(), lang)}"
    return f"{day} {show_clock(when)}" + (f" {_offset(when)}" if offset else "")


def show_clock(when: datetime) -> str:
    """Return the clock reading, with seconds only where there are any."""
    if when.microsecond:
        return f"{when:%H:%M:%S.%f}"
    return f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"


def show_short(when: datetime, lang: str, near: date) -> str:
    """Return a time without what a reader of a list dated ``near`` does not need."""
    weekday = words.WEEKDAYS[lang][when.weekday()]
    if abs(when.date() - near) < timedelta(days=180):
        return f"{weekday} {when:%d.%m} {when:%H:%M}"
    return f"{weekday} {when:%d.%m.%Y} {when:%H:%M}"


def zone_text(when: datetime, zone: tzinfo) -> str:
    """Return a zone with its offset at an instant: ``Europe/Volgograd (UTC+03:00)``."""
    return f"{zone} (UTC{_offset(when.astimezone(zone))})"

"""Parse times from the command line, and format times for output."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from workhours_sla.sources.written_times import (
    in_zone,
    offset_text,
    parse_date,
    parse_time,
    read_days,
)
from workhours_sla.text import words
from workhours_sla.worktime.times import FIRST_YEAR, LAST_YEAR, refuse_year


class GivenTime(NamedTuple):
    when: datetime
    assumed_zone: bool


def read_time(text: str, zone: tzinfo) -> GivenTime:
    """Parse a time in a format of ``parse_time``, or ``now`` as the current time in ``zone``."""
    text = text.strip()
    if text.lower() == "now":
        now = datetime.now(UTC).replace(microsecond=0)
        return GivenTime(now.astimezone(zone), assumed_zone=False)
    when = parse_time(text)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    if when.tzinfo is not None:
        return GivenTime(when, assumed_zone=False)
    return GivenTime(in_zone(when, zone, text), assumed_zone=True)


def read_edge(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """Parse the begin of a period, or with ``is_end`` the end, which the period excludes.

    The text is a year, a month as 2026-03 or 03.2026, a date, or a time. If it is a year, month or
    date, the period includes all of it. Raises TimeSyntaxError.

    >>> from zoneinfo import ZoneInfo
    >>> str(read_edge("2026-03", ZoneInfo("Europe/Volgograd"), is_end=True))
    '2026-04-01 00:00:00+03:00'
    """
    days = read_days(text, zone, is_end=is_end)
    return read_time(text, zone).when if days is None else days


def read_day(text: str) -> date | None:
    """Parse a date, such as 2025-10-31 or 31.10.2025; return None for anything else."""
    return parse_date(text.strip())


def show_time(when: datetime, *, offset: bool = False) -> str:
    """Write a time with its weekday, such as ``Sat 1 Nov 2025 12:30``."""
    day = words.weekday_date(when.date())
    return f"{day} {show_clock(when)}" + (f" {offset_text(when)}" if offset else "")


def show_end(when: datetime, *, offset: bool = False) -> str:
    """Write the end of a span: midnight is written as 24:00 of the date before."""
    if when.time() != time():
        return show_time(when, offset=offset)
    day = words.weekday_date(when.date() - timedelta(days=1))
    return f"{day} 24:00" + (f" {offset_text(when)}" if offset else "")


def show_minute(when: datetime) -> str:
    return f"{words.short_date(when.date())} {when:%H:%M}"


def show_clock(when: datetime) -> str:
    """Write the time of day, such as ``12:30``, with seconds unless they are 0."""
    if when.microsecond:
        return f"{when:%H:%M:%S.%f}"
    return f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"


def show_short(when: datetime, near: date, *, ends: bool = False) -> str:
    """Write a time for a list, such as ``Sat 01.11 12:30``."""
    day, clock = when.date(), f"{when:%H:%M}"
    if ends and when.time() == time():
        day, clock = day - timedelta(days=1), "24:00"
    form = "%d.%m" if abs(day - near) < timedelta(days=180) else "%d.%m.%Y"
    return f"{words.weekdays()[day.weekday()]} {day:{form}} {clock}"


def zone_text(when: datetime, zone: tzinfo) -> str:
    """Write a zone with its offset at a time, such as ``Europe/Volgograd (UTC+03:00)``."""
    return f"{zone} (UTC{offset_text(when.astimezone(zone))})"

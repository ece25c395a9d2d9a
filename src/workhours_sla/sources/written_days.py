"""Parse years, months and dates as edges of a period, and add a zone to a written time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from workhours_sla.sources.written_times import parse_date, refuse_time
from workhours_sla.worktime.times import FIRST_YEAR, LAST_YEAR

_MONTH: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])|(?P<m>0[1-9]|1[0-2])\.(?P<y>\d{4})|(?P<alone>\d{4})",
    re.ASCII,
)


def read_days(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime | None:
    """Return the begin of a year, month or date, or with ``is_end`` the begin of the next one.

    Return None for any other text. Raises TimeSyntaxError for a midnight that a clock change skips
    or repeats.

    >>> from zoneinfo import ZoneInfo
    >>> str(read_days("2026-03", ZoneInfo("Europe/Volgograd"), is_end=True))
    '2026-04-01 00:00:00+03:00'
    """
    text = text.strip()
    found = _MONTH.fullmatch(text)
    if found is not None:
        year, month = (
            int(found["year"] or found["y"] or found["alone"]),
            found["month"] or found["m"],
        )
        months = 12 * year + (int(month) - 1 if month else 0)
        months += (1 if month else 12) if is_end else 0
        if FIRST_YEAR <= months // 12 <= LAST_YEAR:
            return in_zone(datetime(months // 12, months % 12 + 1, 1), zone, text)  # noqa: DTZ001
    day = parse_date(text)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    day += timedelta(days=is_end)
    return in_zone(datetime(day.year, day.month, day.day), zone, text)  # noqa: DTZ001


def in_zone(wall: datetime, zone: tzinfo, text: str) -> datetime:
    """Add a zone to a naive time. Raises TimeSyntaxError if a clock change skips or repeats it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
        cause = "time_skipped" if skipped else "time_repeated"
        facts = {"first": offset_text(first), "second": offset_text(second)}
        refuse_time(text, cause, tz=str(zone), **facts)
    return first


def offset_text(when: datetime) -> str:
    """Return the offset of a time from UTC, such as ``+03:00``."""
    return when.isoformat()[-6:]

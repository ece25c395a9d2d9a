"""Print a note if a calendar in use will end soon."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from workhours_sla.cli.output import echo_note
from workhours_sla.text import words
from workhours_sla.worktime.schedule import Schedule

MONTHS_AHEAD: Final = 3
"""A note is printed if a calendar ends within this number of months."""


def note_calendar_ends(schedules: Iterable[Schedule], at: datetime | date) -> None:
    """Print a note for each calendar that ends within three months of ``at``.

    Calendars with the same last date share a note.
    """
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
    """Return the same day three months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + MONTHS_AHEAD, 12)
    year, month = min(day.year + years, date.max.year), month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

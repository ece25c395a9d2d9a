"""A chart of a year of a calendar: the kind of each day, and the acts that decide it."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Day, DayKind
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, in_a_row
from workhours_sla.text import catalog, messages, words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import short_day
from workhours_sla.worktime.schedule import Schedule

HEIGHT: Final = 702.0
"""Height of the chart."""
SIGNS: Final[Mapping[str, str]] = {
    "work": "",
    "short": "*",
    "transferred_work": "+",
    "short_weekend": "#",
    "day_off": "",
    "holiday": "°",
    "transferred_off": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "decreed_off": "!",
    "overridden": "=",
    "unknown": "?",
}
"""The sign for each kind of day, the same as in the terminal. A kind is also a style name."""

_ACROSS, _DOWN = 3, 4
_WIDE, _TALL = 8, 8.6
"""Width and height of a month with its margins, in days."""
_DAY: Final = timedelta(days=1)


def year_chart(of: Calendar | Schedule, year: int) -> Chart:
    """Return a chart of the days of a year with the kind of each day; notes name the acts."""
    calendar = of.calendar if isinstance(of, Schedule) else of
    overrides = of.overrides if isinstance(of, Schedule) else {}
    boxes, texts = [], list(_heads(year))
    kinds: set[str] = set()
    acts: dict[str, list[date]] = {}
    for day in _dates(year):
        found = None if day in overrides else _day(calendar, day)
        kind = "overridden" if day in overrides else _kind(found)
        kinds.add(kind)
        x, y = _place(day)
        boxes.append(Box(x + 0.03, y + 0.03, x + 0.97, 0.94, kind))
        texts.append(Label(x + 0.05, y + 0.88, str(day.day), f"day {kind}"))
        if SIGNS[kind]:
            texts.append(Label(x + 0.96, y + 0.06, SIGNS[kind], f"sign {kind}"))
        for entry in found.reasons[:1] if found is not None else ():
            if entry.act is not None:
                acts.setdefault(entry.act.text(catalog.current()), []).append(day)
    notes = [f"{act}: {_ranges(days)}." for act, days in acts.items()]
    notes += [_why_unknown(calendar, year)] if "unknown" in kinds else []
    return Chart(
        CHARTS.text("year", id=calendar.id, year=year),
        Axis(-0.2, _ACROSS * _WIDE - 0.8),
        Axis(_DOWN * _TALL - 0.6, -0.2),
        (*boxes, *texts),
        {
            kind: f"{sign} {CHARTS.text(kind)}".lstrip()
            for kind, sign in SIGNS.items()
            if kind in kinds
        },
        notes=tuple(notes),
        height=HEIGHT,
        framed=False,
    )


def _dates(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + _DAY * n for n in range(366 if months.isleap(year) else 365))


def _day(calendar: Calendar, day: date) -> Day | None:
    """Return a day of the calendar, None if the calendar does not cover the date."""
    try:
        return calendar.day(day)
    except CalendarCoverageError:
        return None


def _kind(day: Day | None) -> str:
    """Return the kind of a day as a key of ``SIGNS``; ``unknown`` for None."""
    if day is None:
        return "unknown"
    if day.short:
        return "short_weekend" if day.kind is DayKind.TRANSFERRED_WORK else "short"
    return day.kind.value


def _place(day: date) -> tuple[float, float]:
    first = date(day.year, day.month, 1).weekday()
    row, column = divmod(first + day.day - 1, 7)
    down, across = divmod(day.month - 1, _ACROSS)
    return across * _WIDE + column, down * _TALL + 2 + row


def _heads(year: int) -> Iterator[Label]:
    for month, name in enumerate(words.months(), start=1):
        first = date(year, month, 1)
        x, y = _place(first)
        x -= first.weekday()
        yield Label(x + 3.5, y - 1.15, name, "month")
        for place, weekday in enumerate(words.weekdays()):
            yield Label(x + place + 0.5, y - 0.4, weekday[:2], "weekday")


def _ranges(days: list[date]) -> str:
    runs = [(short_day(run[0]), short_day(run[-1])) for run in in_a_row(days)]
    return ", ".join(a if a == b else f"{a}\N{EN DASH}{b}" for a, b in runs)


def _why_unknown(calendar: Calendar, year: int) -> str:
    for day in _dates(year):
        try:
            calendar.day(day)
        except CalendarCoverageError as error:
            facts: dict[str, Any] = dict(error.facts)
            why = catalog.UNKNOWN_DATES[error.cause]
            return f"? {words.short_date(day)}: {why.format(**messages.IN_CODE, **facts)}"
    return ""

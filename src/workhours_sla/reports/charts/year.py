"""A chart of a year of a calendar: the kind of each day, and the acts that decide it."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import DayKind
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, in_a_row
from workhours_sla.text import catalog, messages, words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.worktime.schedule import Schedule

HEIGHT: Final = 702.0  # height of the chart
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
_WIDE, _TALL = 8, 8.6  # width and height of a month with its margins, in days
_TO: Final = "\N{EN DASH}"
_DAY: Final = timedelta(days=1)


def year_chart(of: Calendar | Schedule, year: int) -> Chart:
    calendar = of.calendar if isinstance(of, Schedule) else of
    overrides = of.overrides if isinstance(of, Schedule) else {}
    boxes, texts, kinds = [], list(_heads(year)), set[str]()
    acts: dict[str, list[date]] = {}
    unknown = ""  # why the first unknown date is
    for n in range(366 if months.isleap(year) else 365):
        day = date(year, 1, 1) + _DAY * n
        kind = "overridden"
        if day not in overrides:
            try:
                found = calendar.day(day)
            except CalendarCoverageError as error:
                kind = "unknown"
                why = catalog.UNKNOWN_DATES.text(error.cause, **messages.IN_CODE, **error.facts)
                unknown = unknown or f"? {words.short_date(day)}: {why}"
            else:
                moved = found.kind is DayKind.TRANSFERRED_WORK
                kind = found.kind.value
                if found.short:
                    kind = "short_weekend" if moved else "short"
                for entry in found.reasons[:1]:
                    if entry.act is not None:
                        acts.setdefault(entry.act.text(catalog.current()), []).append(day)
        kinds.add(kind)
        x, y = _place(day)
        boxes.append(Box(x + 0.03, y + 0.03, x + 0.97, 0.94, kind))
        texts.append(Label(x + 0.05, y + 0.88, str(day.day), f"day {kind}"))
        if SIGNS[kind]:
            texts.append(Label(x + 0.96, y + 0.06, SIGNS[kind], f"sign {kind}"))
    notes = []
    for act, days in acts.items():
        ends = (dict.fromkeys(map(words.short_day, (run[0], run[-1]))) for run in in_a_row(days))
        notes.append(f"{act}: {', '.join(map(_TO.join, ends))}.")
    named = {kind: f"{sign} {CHARTS.text(kind)}".lstrip() for kind, sign in SIGNS.items()}
    return Chart(
        CHARTS.text("year", id=calendar.id, year=str(year)),
        Axis(-0.2, _ACROSS * _WIDE - 0.8),
        Axis(_DOWN * _TALL - 0.6, -0.2),
        (*boxes, *texts),
        {kind: label for kind, label in named.items() if kind in kinds},
        notes=(*notes, unknown) if unknown else tuple(notes),
        height=HEIGHT,
        framed=False,
    )


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

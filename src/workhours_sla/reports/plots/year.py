"""A year of a calendar: which days are worked, which are not, and by which act."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day, DayKind
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.reports.plots.drawing import (
    ACCENT,
    BAND,
    INK,
    PAPER,
    RAIL,
    RULE,
    SHADES,
    SOFT,
    TYPE,
    axes_for,
    deduplicate,
    grow,
    legend,
    note,
    short_day,
    title,
)
from workhours_sla.text import words
from workhours_sla.text.plots import tell
from workhours_sla.worktime.schedule import Schedule

HEIGHT: Final = 6.4
_ACROSS, _DOWN = 3, 4
_WIDE, _TALL = 8, 8.6
"""A month with its margins, in days."""
SAND: Final = "#f3e6b8"
"""The one warm colour, for the days that are shorter."""
_DAY: Final = timedelta(days=1)


class _Look(NamedTuple):
    """How a kind of day is drawn: its ground, the colour of its number, its sign, its hatch."""

    face: str
    ink: str
    sign: str = ""
    hatch: str | None = None


LOOKS: Final[Mapping[str, _Look]] = {
    "work": _Look(PAPER, INK),
    "short": _Look(SAND, INK, "*"),
    "transferred_work": _Look(BAND, INK, "+"),
    "short_weekend": _Look(BAND, INK, "#"),
    "day_off": _Look(RAIL, SOFT),
    "holiday": _Look(ACCENT, PAPER, "°"),
    "transferred_off": _Look(SHADES[2], INK, "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"),
    "decreed_off": _Look(SHADES[3], PAPER, "!"),
    "overridden": _Look(SHADES[0], INK, "="),
    "unknown": _Look(PAPER, SOFT, "?", "////"),
}
"""The kinds of days; signs as in the terminal, where there is one."""


def year_calendar(
    of: Calendar | Schedule, year: int, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Draw the twelve months of a year with the kind of each day, and return the axes.

    A kind shows by its ground and by a sign; dates that the calendar does not know are hatched,
    as it refuses them. Of a Schedule, dates with own hours are marked, too. The acts are below,
    each with its dates.
    """
    calendar = of.calendar if isinstance(of, Schedule) else of
    overrides = of.overrides if isinstance(of, Schedule) else {}
    new = ax is None
    ax = axes_for(ax, HEIGHT)
    title(ax, tell("year", lang, id=calendar.id, year=year))
    ax.set_xlim(-0.2, _ACROSS * _WIDE - 0.8)
    ax.set_ylim(_DOWN * _TALL - 0.6, -0.2)
    ax.set_axis_off()
    deduplicate(ax)  # without an axis it is wider than others
    seen: dict[str, None] = {}
    acts: dict[str, list[date]] = {}
    for day in _dates(year):
        found = _day(calendar, day)
        kind = "overridden" if day in overrides else _kind(found)
        seen[kind] = None
        _cell(ax, day, kind)
        for entry in found.reasons[:1] if found is not None and day not in overrides else ():
            if entry.act is not None:
                acts.setdefault(entry.act.text(lang), []).append(day)
    for month in range(1, 13):
        _head(ax, year, month, lang)
    below = legend(ax, TYPE / 2, [_key(kind, lang) for kind in LOOKS if kind in seen])
    told = [f"{act}: {_ranges(days, lang)}." for act, days in acts.items()]
    told += [_why_unknown(calendar, year, lang)] if "unknown" in seen else []
    if told:
        below = note(ax, "\n".join(told), below, whole=new)
    if new:
        grow(ax, HEIGHT, below)
    return ax


def _dates(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + _DAY * n for n in range(366 if months.isleap(year) else 365))


def _day(calendar: Calendar, day: date) -> Day | None:
    try:
        return calendar.day(day)
    except CalendarCoverageError:
        return None


def _kind(day: Day | None) -> str:
    if day is None:
        return "unknown"
    if day.short:
        return "short_weekend" if day.kind is DayKind.TRANSFERRED_WORK else "short"
    return day.kind.value


def _place(day: date) -> tuple[float, float]:
    """Return the upper left corner of a date."""
    first = date(day.year, day.month, 1).weekday()
    row, column = divmod(first + day.day - 1, 7)
    down, across = divmod(day.month - 1, _ACROSS)
    return across * _WIDE + column, down * _TALL + 2 + row


def _cell(ax: Axes, day: date, kind: str) -> None:
    look = LOOKS[kind]
    x, y = _place(day)
    ax.add_patch(_box(look, (x + 0.03, y + 0.03), 0.94, 0.94))
    ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.2} if look.hatch else None
    ax.text(
        x + 0.05,
        y + 0.88,
        str(day.day),
        fontsize=TYPE - 1,
        color=look.ink,
        va="baseline",
        bbox=ground,
    )
    if look.sign:
        ax.text(
            x + 0.96, y + 0.06, look.sign, fontsize=TYPE - 1.5, color=look.ink, ha="right", va="top"
        )


def _box(look: _Look, corner: tuple[float, float], wide: float, tall: float) -> Rectangle:
    return Rectangle(
        corner, wide, tall, facecolor=look.face, edgecolor=RULE, hatch=look.hatch, lw=0.4
    )


def _head(ax: Axes, year: int, month: int, lang: str) -> None:
    first = date(year, month, 1)
    x, y = _place(first)
    x -= first.weekday()
    name = words.MONTHS[lang][month - 1]
    ax.text(x + 3.5, y - 1.15, name, fontsize=TYPE, fontweight="bold", ha="center", va="center")
    for place, weekday in enumerate(words.WEEKDAYS[lang]):
        ax.text(
            x + place + 0.5, y - 0.4, weekday[:2], fontsize=TYPE - 1.5, ha="center", va="center"
        )


def _key(kind: str, lang: str) -> Patch:
    look = LOOKS[kind]
    sign = f"{look.sign} " if look.sign else ""
    return Patch(
        facecolor=look.face,
        edgecolor=SOFT,
        hatch=look.hatch,
        lw=0.4,
        label=sign + tell(kind, lang),
    )


def _ranges(days: Iterable[date], lang: str) -> str:
    """Return dates of a year as people list them, those in a row as from and to."""
    told = []
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - _DAY * pair[0]):
        dates = [short_day(day, lang) for _, day in run]
        told.append(dates[0] if len(dates) == 1 else f"{dates[0]}\N{EN DASH}{dates[-1]}")
    return ", ".join(told)


def _why_unknown(calendar: Calendar, year: int, lang: str) -> str:
    """Return in words why a date of the year is not known; the first such date."""
    for day in _dates(year):
        try:
            calendar.day(day)
        except CalendarCoverageError as error:
            facts: dict[str, Any] = dict(error.facts)
            why = words.pick(words.UNKNOWN_DATES[error.cause], lang)
            return f"? {words.short_date(day, lang)}: {why.format(how=words.HOW_IN_CODE, **facts)}"
    return ""

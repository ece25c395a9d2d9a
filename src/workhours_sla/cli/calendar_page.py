"""The command ``calendar``: print a year of a calendar as text or as JSON."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from datetime import date
from typing import Final

import click

from workhours_sla.calendars.calendar import working_time_norm
from workhours_sla.calendars.days import Day, DayKind
from workhours_sla.cli.help import argument, command
from workhours_sla.cli.options import (
    calendar_file_option,
    categories_option,
    json_option,
    lang_option,
    provisional_option,
    week_option,
)
from workhours_sla.cli.output import echo_json
from workhours_sla.cli.settings import find_calendar, with_acts
from workhours_sla.json.calendar_year import WEEKS, CalendarYear, periods
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.worktime.amounts import format_amount

MONTHS_A_ROW: Final = 3
DAY_WIDTH: Final = 3
MONTH_WIDTH: Final = DAY_WIDTH * 7
GAP: Final = "   "


@command("calendar")
@argument("id")
@argument("year", type=click.IntRange(1, 9999))
@categories_option
@calendar_file_option
@week_option
@lang_option
@json_option
@provisional_option
def calendar(
    id: str,
    year: int,
    *,
    categories: str | None,
    calendar_file: str | None,
    week: int | None,
    as_json: bool,
    provisional: bool,
) -> None:
    """Run the command ``calendar``, whose help is in ``text.catalog``."""
    found = find_calendar(id, categories)
    if week is not None:
        found = found.with_week(week)
    if calendar_file is not None:
        found = with_acts(found, calendar_file)
    shown = CalendarYear.of(found, year, by_rule=provisional)
    if as_json:
        echo_json(shown.data())
        return
    for line in _lines(shown):
        click.echo(line)


def _lines(shown: CalendarYear) -> Iterator[str]:
    facts = {"id": shown.calendar.id, "year": shown.year, "version": shown.calendar.version}
    yield click.style(SHELL.text("year_title", **facts), bold=True)
    if any(day.provisional and day.date not in shown.uncertain for day in shown.days):
        yield click.style(SHELL.text("year_provisional"), fg="yellow", bold=True)
    yield ""
    for first in range(1, 13, MONTHS_A_ROW):
        columns = [_month(shown, month) for month in range(first, first + MONTHS_A_ROW)]
        height = max(map(len, columns))
        for row in range(height):
            cells = (column[row] if row < len(column) else " " * MONTH_WIDTH for column in columns)
            yield GAP.join(cells).rstrip()
        yield ""
    yield SHELL.text("year_legend")
    yield ""
    yield from _norm_lines(shown)
    if shown.uncertain:
        yield SHELL.text("open_days", count=len(shown.uncertain))
    yield ""
    yield click.style(SHELL.text("year_acts"), bold=True)
    yield from _act_lines(shown)


def _month(shown: CalendarYear, month: int) -> list[str]:
    days = {day.date: day for day in shown.days if day.date.month == month}
    name = words.months()[month - 1]
    head = "".join(f"{weekday[:2]:>2} " for weekday in words.weekdays())
    lines = [click.style(f"{name:^{MONTH_WIDTH}}", bold=True), click.style(head, dim=True)]
    for week in months.Calendar().monthdatescalendar(shown.year, month):
        cells = (
            _cell(days[day], is_open=day in shown.uncertain) if day in days else " " * DAY_WIDTH
            for day in week
        )
        lines.append("".join(cells))
    return lines


def _cell(day: Day, *, is_open: bool) -> str:
    """Return the day of the month with the sign and the colour of the kind of day.

    A day off is red, a short day yellow, a working day at the weekend green, and an uncertain date
    magenta.
    """
    if is_open:
        return click.style(f"{day.date.day:>2}", fg="magenta", bold=True) + "?"
    transferred = day.kind is DayKind.TRANSFERRED_WORK
    if day.working:
        mark = ("#" if transferred else "*") if day.short else ("+" if transferred else " ")
        colour = "green" if transferred else "yellow" if day.short else None
    else:
        mark = " " if day.kind is DayKind.DAY_OFF else "°"
        mark = "!" if day.kind is DayKind.DECREED_OFF else mark
        colour = "red"
    return click.style(f"{day.date.day:>2}", fg=colour, bold=mark != " ") + mark


def _heads(year: int) -> Iterator[tuple[str, date, date]]:
    """Yield the name, the first and the last date of each month, each quarter and the year."""
    for first, last in periods(year):
        name = words.months()[first.month - 1]
        if last.month - first.month == 2:
            name = SHELL.text("quarter", number=last.month // 3)
        elif last.month != first.month:
            name = SHELL.text("year")
        yield name, first, last


def _norm_lines(shown: CalendarYear) -> Iterator[str]:
    yield click.style(SHELL.text("year_norm"), bold=True)
    heads = [SHELL.text("days"), SHELL.text("short_days")]
    heads += [SHELL.text("week_hours", hours=week) for week in WEEKS]
    yield f"{'':<14}" + "".join(f"{head:>10}" for head in heads)
    for name, first, last in _heads(shown.year):
        norm = working_time_norm(shown.calendar, first, last)
        cells = [str(norm.working_days), str(norm.short_days)]
        cells += [format_amount(norm.hours(week)) for week in WEEKS]
        line = f"{name:<14}" + "".join(f"{cell:>10}" for cell in cells)
        yield line if last.month == first.month else click.style(line, bold=True)


def _act_lines(shown: CalendarYear) -> Iterator[str]:
    """Yield a line for each day that is short, is uncertain, or has an act or another reason."""
    for day in shown.days:
        when = words.weekday_date(day.date)
        if day.date in shown.uncertain:
            what = shown.uncertain[day.date].describe(current())
            yield f"  {when:<15}  ? {SHELL.text('open_day')}: {what}"
        elif day.reasons or day.short:
            yield f"  {when:<15}  {day.describe(current())}"

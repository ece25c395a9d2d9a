"""The commands ``calendar`` and ``calendars``, and ``sql``, which installs schedules."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Any, Final

import click

from workhours_sla.calendars.calendar import Calendar, working_time_norm
from workhours_sla.calendars.days import Day, DayKind
from workhours_sla.calendars.places import id_called, ids_called
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.output import columns, echo_json, echo_lines
from workhours_sla.cli.settings import (
    CalendarOptions,
    ConfigOption,
    DatesOptions,
    JsonOption,
    LangOption,
    ProvisionalOption,
    ScheduleOptions,
    Settings,
    edge,
)
from workhours_sla.json.answers import WEEKS, CalendarYear, periods
from workhours_sla.sql.dialects import DIALECTS, OnUnknown
from workhours_sla.text import words
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.worktime.verbs import WorkingTime

MONTHS_A_ROW: Final = 3
DAY_WIDTH: Final = 3
MONTH_WIDTH: Final = DAY_WIDTH * 7
GAP: Final = "   "
NBSP: Final = "\N{NO-BREAK SPACE}"


class _YearOptions(Options):
    id: str = argument()
    year: int = argument(type=click.IntRange(1, 9999))
    draft: bool = option("--draft", is_flag=True)


@command("calendar", _YearOptions, CalendarOptions, ProvisionalOption)
def calendar(wanted: _YearOptions, of: CalendarOptions, shown: ProvisionalOption) -> None:
    found = of.amended(of.found(wanted.id))
    if wanted.draft:
        from workhours_sla.foreign.act_files import draft

        echo_lines([draft(found, wanted.year)])
        return
    year = CalendarYear.of(found, wanted.year, by_rule=shown.provisional)
    if shown.as_json:
        echo_json(year.data())
    else:
        echo_lines(_year_lines(year))


def _year_lines(shown: CalendarYear) -> Iterator[str]:
    facts = {"id": shown.calendar.id, "year": shown.year, "version": shown.calendar.version}
    yield click.style(SHELL.text("year_title", **facts), bold=True)
    if any(day.provisional and day.date not in shown.uncertain for day in shown.days):
        yield click.style(SHELL.text("year_provisional"), fg="yellow", bold=True)
    yield ""
    for first in range(1, 13, MONTHS_A_ROW):
        columns = [_month(shown, month) for month in range(first, first + MONTHS_A_ROW)]
        for cells in zip_longest(*columns, fillvalue=" " * MONTH_WIDTH):
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
    """Yield a line for each day that is short, is uncertain, or has an act or another reason.

    Consecutive days about which the same is said share a line.
    """
    texts: list[tuple[list[date], str]] = []
    for day in shown.days:
        text = _act_text(shown, day)
        if texts and texts[-1][1] == text and day.date - texts[-1][0][-1] == timedelta(days=1):
            texts[-1][0].append(day.date)
        elif text:
            texts.append(([day.date], text))
    yield from columns(
        [
            (" .. ".join(map(_day_of_year, dict.fromkeys((dates[0], dates[-1])))), text)
            for dates, text in texts
        ]
    )


def _day_of_year(day: date) -> str:
    return f"{words.weekdays()[day.weekday()]} {words.short_day(day)}".replace(NBSP, " ")


def _act_text(shown: CalendarYear, day: Day) -> str:
    if day.date in shown.uncertain:
        return f"? {SHELL.text('open_day')}: {shown.uncertain[day.date].describe(current())}"
    return day.describe(current()) if day.reasons or day.short else ""


# -- the list of calendars -------------------------------------------------------------------


class _ListOptions(Options):
    country: str = argument(required=False, default="")


@command("calendars", _ListOptions, JsonOption)
def calendars(wanted: _ListOptions, shown: JsonOption) -> None:
    country = wanted.country
    found = Calendar.available(country.upper())
    if not found:
        ids = ids_called(country)
        found = tuple(
            one
            for one in Calendar.available()
            if one.is_called(country)
            or one.id in ids
            or one.id.removeprefix("X-").partition("-")[0] in ids
        )
    if not found:
        id_called(country)  # its error names the calendars that may be meant
    if shown.as_json:
        echo_json(_list_data(found))
    else:
        echo_lines(_list_lines(found))


def _list_lines(found: Sequence[AvailableCalendar]) -> Iterator[str]:
    for number, (provider, group) in enumerate(groupby(found, key=attrgetter("provider"))):
        if number:
            yield ""
        title = SHELL.text("built_in") if provider == "built in" else provider
        yield click.style(title, bold=True)
        yield from columns([_cells(one) for one in group])


def _cells(one: AvailableCalendar) -> tuple[str, str, str, str]:
    known = f"{one.first}..{one.last}" if one.first and one.last else ""
    name = one.name_ru if current() == "ru" and one.name_ru else one.name
    return one.id, known, one.tz or SHELL.text("give_zone"), name


def _list_data(found: Sequence[AvailableCalendar]) -> dict[str, Any]:
    return {
        "schema": "workhours.calendars/1",
        "calendars": [
            {
                "id": one.id,
                "provider": one.provider,
                "first": one.first,
                "last": one.last,
                "tz": one.tz,
                "name": {"en": one.name, "ru": one.name_ru},
            }
            for one in found
        ],
    }


# -- schedules as functions of a database ----------------------------------------------------


class _SqlOptions(Options):
    dialect: str = option("--dialect", type=click.Choice(tuple(DIALECTS)), required=True)
    since: str = option("--since", metavar="TIME", required=True)
    until: str = option("--until", metavar="TIME", required=True)
    schema: str = option("--schema", metavar="NAME", default="wh")
    on_unknown: OnUnknown = option(
        "--on-unknown", type=click.Choice(("null", "raise")), default="null"
    )
    check: bool = option("--check", is_flag=True)


@command("sql", _SqlOptions, ScheduleOptions, LangOption, ConfigOption)
def sql(
    wanted: _SqlOptions, of_schedule: ScheduleOptions, _: LangOption, file: ConfigOption
) -> None:
    from workhours_sla.sql.scripts import check_query, script

    settings = Settings.of(DatesOptions(**vars(of_schedule), config=file.config))
    schedules: dict[str, WorkingTime] = {"default": settings.schedule}
    if settings.config is not None:
        schedules = dict(settings.configuration().schedules)
    made = script(
        schedules,
        dialect=wanted.dialect,
        since=edge("--since", wanted.since, UTC).date(),
        until=edge("--until", wanted.until, UTC, is_end=True).date(),
        schema=wanted.schema,
        on_unknown=wanted.on_unknown,
    )
    click.echo(check_query(made, wanted.schema) if wanted.check else made.text, nl=False)

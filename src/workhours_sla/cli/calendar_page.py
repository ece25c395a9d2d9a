"""A year of a calendar, as a person wants to see it."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import click

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day, DayKind, Entry
from workhours_sla.calendars.working_time_norm import Norm, working_time_norm
from workhours_sla.cli.settings import with_acts
from workhours_sla.text import words
from workhours_sla.text.shell import language
from workhours_sla.worktime.budget import format_amount, iso_amount

WEEKS: Final = (40, 36, 24)
MONTHS_A_ROW: Final = 3
DAY_WIDTH: Final = 3
MONTH_WIDTH: Final = DAY_WIDTH * 7
GAP: Final = "   "
ONE_DAY: Final = timedelta(days=1)

PAGE: Final[dict[str, words.Words]] = {
    "title": {
        "en": "{id}, {year}: production calendar, version {version}",
        "ru": "{id}, {year} год: производственный календарь, версия {version}",
    },
    "legend": {
        "en": "° holiday or day off moved here   ! off by decree   + working weekend   "
        "* one hour shorter   # working weekend, shorter   ? open",
        "ru": "° праздник или перенесённый выходной   ! нерабочий по указу   "
        "+ рабочий выходной   * на час короче   # рабочий выходной, на час короче   "
        "? не установлено",
    },
    "norm": {
        "en": "Working time (without days off by presidential decree)",
        "ru": "Норма рабочего времени (без нерабочих дней по указам Президента)",
    },
    "days": {"en": "days", "ru": "дней"},
    "short": {"en": "short", "ru": "сокр."},
    "week": {"en": "{hours} h", "ru": "{hours} ч"},
    "quarter": {"en": "Quarter {number}", "ru": "{number} квартал"},
    "year": {"en": "Year", "ru": "Год"},
    "open": {"en": "open", "ru": "не установлено"},
    "counted": {
        "en": "{count} open days are counted by rule",
        "ru": "не установлено дней: {count}, они посчитаны по правилу",
    },
    "acts": {"en": "Days and acts", "ru": "Дни и акты"},
    "provisional": {
        "en": "PROVISIONAL: no act has settled this year yet",
        "ru": "ПРЕДВАРИТЕЛЬНО: год ещё не установлен актом",
    },
}


@click.command("calendar")
@click.argument("id")
@click.argument("year", type=click.IntRange(1, 9999))
@click.option("--calendar-file", metavar="FILE", help="TOML with acts to add.")
@click.option("--week", type=click.IntRange(5, 7), help="Working days a week in Russia. [5]")
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
@click.option("--json", "as_json", is_flag=True, help="Data for programs.")
@click.option("--provisional", is_flag=True, help="Answer by rule where no act has.")
def calendar(  # noqa: PLR0913
    id: str,  # noqa: A002
    year: int,
    *,
    calendar_file: str | None,
    week: int | None,
    lang: str | None,
    as_json: bool,
    provisional: bool,
) -> None:
    """Show the YEAR of calendar ID: months, norms of working time, and the act behind each day."""
    found = Calendar.get(id)
    if week is not None:
        found = found.with_week(week)
    if calendar_file is not None:
        found = with_acts(found, calendar_file)
    questions = found.uncertain(year)
    asked = found.provisional() if provisional else found
    asked.check_known(next(day for day in _dates(year) if day not in questions))
    if provisional or questions:
        found = found.provisional()
    days = list(found.days(date(year, 1, 1), date(year, 12, 31)))
    if as_json:
        from workhours_sla.cli.answers import echo_json  # noqa: PLC0415

        echo_json(_data(found, year, days, questions))
        return
    for line in _lines(found, year, days, questions, language(lang)):
        click.echo(line)


def _dates(year: int) -> Iterator[date]:
    return (
        date(year, 1, 1) + ONE_DAY * offset for offset in range(366 if months.isleap(year) else 365)
    )


def _lines(
    found: Calendar, year: int, days: list[Day], questions: Mapping[date, Entry], lang: str
) -> Iterator[str]:
    title = words.pick(PAGE["title"], lang)
    yield click.style(title.format(id=found.id, year=year, version=found.version), bold=True)
    if any(day.provisional and day.date not in questions for day in days):
        yield click.style(words.pick(PAGE["provisional"], lang), fg="yellow", bold=True)
    yield ""
    by_date = {day.date: day for day in days}
    for first in range(1, 13, MONTHS_A_ROW):
        columns = [
            _month(year, month, by_date, questions, lang)
            for month in range(first, first + MONTHS_A_ROW)
        ]
        height = max(map(len, columns))
        for row in range(height):
            cells = (column[row] if row < len(column) else " " * MONTH_WIDTH for column in columns)
            yield GAP.join(cells).rstrip()
        yield ""
    yield words.pick(PAGE["legend"], lang)
    yield ""
    yield from _norm_lines(found, year, lang)
    if questions:
        yield words.pick(PAGE["counted"], lang).format(count=len(questions))
    yield ""
    yield click.style(words.pick(PAGE["acts"], lang), bold=True)
    yield from _act_lines(days, questions, lang)


def _month(
    year: int, month: int, days: dict[date, Day], questions: Mapping[date, Entry], lang: str
) -> list[str]:
    name = words.MONTHS[lang][month - 1]
    head = "".join(f"{weekday[:2]:>2} " for weekday in words.WEEKDAYS[lang])
    lines = [click.style(f"{name:^{MONTH_WIDTH}}", bold=True), click.style(head, dim=True)]
    for week in months.Calendar().monthdatescalendar(year, month):
        cells = (
            _cell(days[day], is_open=day in questions) if day.month == month else " " * DAY_WIDTH
            for day in week
        )
        lines.append("".join(cells))
    return lines


def _cell(day: Day, *, is_open: bool) -> str:
    """Return a date with its mark, coloured: off is red, short yellow, working weekends green."""
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


def _periods(year: int, lang: str) -> Iterator[tuple[str, date, date]]:
    for month in range(1, 13):
        last = months.monthrange(year, month)[1]
        yield words.MONTHS[lang][month - 1], date(year, month, 1), date(year, month, last)
        if month % 3 == 0:
            quarter = words.pick(PAGE["quarter"], lang).format(number=month // 3)
            yield quarter, date(year, month - 2, 1), date(year, month, last)
    yield words.pick(PAGE["year"], lang), date(year, 1, 1), date(year, 12, 31)


def _norm_lines(found: Calendar, year: int, lang: str) -> Iterator[str]:
    yield click.style(words.pick(PAGE["norm"], lang), bold=True)
    heads = [words.pick(PAGE["days"], lang), words.pick(PAGE["short"], lang)]
    heads += [words.pick(PAGE["week"], lang).format(hours=week) for week in WEEKS]
    yield f"{'':<14}" + "".join(f"{head:>10}" for head in heads)
    single_months = 1
    for name, first, last in _periods(year, lang):
        norm = working_time_norm(found, first, last)
        cells = [str(norm.working_days), str(norm.short_days)]
        cells += [format_amount(norm.hours(week)) for week in WEEKS]
        line = f"{name:<14}" + "".join(f"{cell:>10}" for cell in cells)
        yield line if last.month - first.month < single_months else click.style(line, bold=True)


def _act_lines(days: list[Day], questions: Mapping[date, Entry], lang: str) -> Iterator[str]:
    """Yield a line per day that some act or holiday makes special, or leaves open."""
    for day in days:
        weekday = words.WEEKDAYS[lang][day.date.weekday()]
        when = f"{weekday} {words.short_date(day.date, lang)}"
        if day.date in questions:
            yield f"  {when:<15}  ? {words.pick(PAGE['open'], lang)}: " + (
                questions[day.date].describe(lang)
            )
        elif day.reasons or day.short:
            yield f"  {when:<15}  {day.describe(lang)}"


def _data(
    found: Calendar, year: int, days: list[Day], questions: Mapping[date, Entry]
) -> dict[str, Any]:
    def norm_data(norm: Norm) -> dict[str, Any]:
        hours = {str(week): iso_amount(norm.hours(week)) for week in WEEKS}
        return {"working_days": norm.working_days, "short_days": norm.short_days, "hours": hours}

    return {
        "schema": "workhours.calendar/1",
        "calendar": {"id": found.id, "version": found.version},
        "year": year,
        "provisional": any(day.provisional for day in days),
        "uncertain": {
            day.isoformat(): {lang: entry.describe(lang) for lang in words.LANGUAGES}
            for day, entry in questions.items()
        },
        "days": [
            {
                "date": day.date.isoformat(),
                "kind": day.kind.value,
                "working": day.working,
                "shortened_by": iso_amount(day.shortened_by),
                "hours_of": day.hours_of.isoformat(),
                "reason": {lang: day.describe(lang) for lang in words.LANGUAGES},
            }
            for day in days
        ],
        "norms": [
            {
                "first": first.isoformat(),
                "last": last.isoformat(),
                **norm_data(working_time_norm(found, first, last)),
            }
            for _, first, last in _periods(year, "en")
        ],
    }

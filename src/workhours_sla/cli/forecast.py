"""How many deadlines fall when: what is still to be answered, hour by hour or day by day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import click

from workhours_sla.adapters.config.policy import Promises
from workhours_sla.adapters.config.sections import Config
from workhours_sla.cli.answers import echo_json
from workhours_sla.cli.input import (
    account,
    account_data,
    appeals_options,
    read_rows,
    store_lines,
    unmatched,
)
from workhours_sla.cli.policy_output import calendar_lines, main_schedule, promises_data
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.times import read_day, read_time, show_clock, show_time, zone_text
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.forecast import By, Forecast, Slot, forecast_deadlines
from workhours_sla.text import words
from workhours_sla.text.shell import say
from workhours_sla.worktime.schedule import Schedule

DEFAULT_DAYS: Final = 10
BAR_WIDTH: Final = 32
BAR: Final = "█"
BAR_WITHOUT_UNICODE: Final = "#"


@click.command()
@appeals_options
@click.option("--as-of", metavar="TIME", help="The instant up to which answers count. [now]")
@click.option("--since", "start", metavar="DATE|TIME", help="Where to begin. [--as-of]")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=DEFAULT_DAYS,
    help=f"For how many dates. [{DEFAULT_DAYS}]",
)
@click.option("--by", type=click.Choice(("hour", "day")), default="hour", help="[hour]")
@common_options
def forecast(  # noqa: PLR0913
    file: str | None,
    *,
    store: str | None,
    assume_tz: str | None,
    min_read: str,
    as_of: str | None,
    start: str | None,
    days: int,
    by: By,
    as_json: bool,
    **options: Any,
) -> None:
    """Forecast when unanswered appeals fall due, by hour or day; - reads standard input.

    FILE, --store and --config are as for check.
    """
    settings = Settings.of(**options)
    config = settings.config or Config()
    promises = settings.promises()
    zone = main_schedule(promises).tz
    judged_at = read_time(as_of or "now", zone).when.astimezone(zone)
    begins = judged_at if start is None else _begin(start, zone).astimezone(zone)
    ends = datetime.combine(begins.date() + timedelta(days=days), time(), zone)
    rows = read_rows(file, store, config, assume_tz, min_read=min_read, lang=settings.lang)
    result = evaluate(
        rows.events, promises.policy, as_of=judged_at, provisional=settings.provisional
    )
    found = forecast_deadlines(result.outcomes, start=begins, end=ends, zone=zone, by=by)
    if as_json:
        echo_json(
            {
                "schema": "workhours.forecast/1",
                "as_of": judged_at.isoformat(),
                "from": begins.isoformat(),
                "until": ends.isoformat(),
                "by": by,
                **_data(found),
                **promises_data(promises),
                **account_data(result, rows),
            }
        )
        return
    for line in _page(found, promises, begins, ends, by, settings.lang):
        click.echo(line)
    for line in unmatched(result, settings.lang):
        click.echo(line)
    click.echo()
    for line in account(result, rows, settings.lang):
        click.echo(line)
    version = promises.policy.version
    for line in store_lines(rows, judged_at, version, zone, settings.lang):
        click.echo(line)
    for line in calendar_lines(promises, settings.lang):
        click.echo(line)


def _begin(text: str, zone: tzinfo) -> datetime:
    """Return the instant that a time means, or with which a date begins."""
    day = read_day(text)
    return read_time(text, zone).when if day is None else datetime.combine(day, time(), zone)


# -- text ----------------------------------------------------------------------------------


def _page(  # noqa: PLR0913, PLR0917
    found: Forecast,
    promises: Promises,
    begins: datetime,
    ends: datetime,
    by: By,
    lang: str,
) -> Iterator[str]:
    since, until = show_time(begins, lang), show_time(ends, lang)
    heading = say("forecast", lang, since=since, until=until)
    yield f"{heading} · {zone_text(begins, begins.tzinfo)}"  # type: ignore[arg-type]
    schedules = {schedule for target in promises.policy.targets for schedule in target.schedules}
    only = schedules.pop() if len(schedules) == 1 else None
    most = max((slot.count for slot in found.slots), default=0)
    figures = len(str(most))
    before: date | None = None
    for slot in found.slots:
        day = slot.since.date()
        bar = _bar() * max(1, slot.count * BAR_WIDTH // most)
        line = f"  {_label(slot, by, lang)}  {bar:<{BAR_WIDTH}}  {slot.count:>{figures}}"
        if slot.together > 1:
            at_once = "all_at_once" if slot.together == slot.count else "at_once"
            line += "  " + say(at_once, lang, count=slot.together)
        off = 0 if only is None or day == before else _days_off_before(only, day, begins)
        yield line + (f" ({say('after_days_off', lang, count=off)})" if off else "")
        before = day
    if not found.slots:
        yield "  " + say("no_deadlines", lang)
    parts = ("overdue", "earlier", "later", "paused", "unknown")
    yield " · ".join(say(f"load_{part}", lang, count=getattr(found, part)) for part in parts)


def _bar() -> str:
    """Return what bars are made of, in what the output can show."""
    try:
        BAR.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return BAR_WITHOUT_UNICODE
    return BAR


def _label(slot: Slot, by: By, lang: str) -> str:
    day = slot.since.date()
    label = f"{words.WEEKDAYS[lang][day.weekday()]} {words.short_date(day, lang)}"
    if by == "day":
        return label
    clock = show_clock(slot.until) if slot.until.date() == day else "24:00"
    return f"{label} {clock}"


def _days_off_before(schedule: Schedule, day: date, begins: datetime) -> int:
    """Return how many dates without working time lie right before a date of the forecast."""
    off = 0
    before = day - timedelta(days=1)
    try:
        while before >= begins.date() and not schedule.intervals_of(before):
            off += 1
            before -= timedelta(days=1)
    except CalendarCoverageError:
        return 0
    return off


# -- data ----------------------------------------------------------------------------------


def _data(found: Forecast) -> dict[str, Any]:
    return {
        "open": found.open,
        "overdue": found.overdue,
        "earlier": found.earlier,
        "later": found.later,
        "paused": found.paused,
        "calendar_unknown": found.unknown,
        "slots": [
            {
                "since": slot.since.isoformat(),
                "until": slot.until.isoformat(),
                "count": slot.count,
                "together": slot.together,
            }
            for slot in found.slots
        ],
    }

"""The command ``forecast``: count the appeals that fall due in each hour or on each day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple

import click

from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.input import read_rows
from workhours_sla.cli.options import CommonOptions, InputOptions
from workhours_sla.cli.output import Stages, echo_json, echo_lines
from workhours_sla.cli.policy_text import (
    calendar_lines,
    main_schedule,
    note_pauses,
    policy_data,
)
from workhours_sla.cli.rows import account, account_data, store_lines, unmatched
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_day, read_time, show_clock, show_time, zone_text
from workhours_sla.config.policy import Configuration
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.forecast import By, Forecast, Slot, forecast_deadlines
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL
from workhours_sla.worktime.schedule import Schedule

BAR_WIDTH: Final = 32
BAR: Final = "█"
BAR_WITHOUT_UNICODE: Final = "#"
SUMS: Final = ("overdue", "earlier", "later", "paused", "unknown")


class _Period(NamedTuple):
    start: datetime
    end: datetime
    by: By


class _ForecastOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    since: str | None = option("--since", metavar="DATE|TIME", without="--as-of")
    days: int = option("--days", metavar="N", type=click.IntRange(1, 366), default=10)
    by: By = option("--by", type=click.Choice(("hour", "day")), default="hour")


@command("forecast", InputOptions, _ForecastOptions, CommonOptions)
def forecast(source: InputOptions, wanted: _ForecastOptions, common: CommonOptions) -> None:
    settings = Settings.of(common)
    configuration = settings.configuration()
    zone = main_schedule(configuration).tz
    evaluated_at = read_time(wanted.as_of or "now", zone).when.astimezone(zone)
    since, by = wanted.since, wanted.by
    start = evaluated_at if since is None else _start(since, zone).astimezone(zone)
    end = datetime.combine(start.date() + timedelta(days=wanted.days), time(), zone)
    with Stages() as stages:
        rows = read_rows(source, configuration.mapping, stages)
        stages.begin("judging")
        result = evaluate(
            rows.events, configuration.policy, as_of=evaluated_at, provisional=settings.provisional
        )
    settings.note_ends(configuration, evaluated_at)
    note_pauses(rows.events, configuration)
    found = forecast_deadlines(result.outcomes, start=start, end=end, zone=zone, by=by)
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.forecast/2",
                "as_of": evaluated_at,
                "from": start,
                "until": end,
                "by": by,
                **_data(found),
                **policy_data(configuration),
                **account_data(result, rows),
            }
        )
        return
    echo_lines(
        [
            *_lines(found, configuration, _Period(start, end, by)),
            *unmatched(result),
            "",
            *account(result, rows),
            *store_lines(rows, evaluated_at, configuration.policy.version, zone),
            *calendar_lines(configuration),
        ]
    )


def _start(text: str, zone: tzinfo) -> datetime:
    day = read_day(text)
    return read_time(text, zone).when if day is None else datetime.combine(day, time(), zone)


# -- text ----------------------------------------------------------------------------------


def _lines(found: Forecast, configuration: Configuration, period: _Period) -> Iterator[str]:
    start = period.start
    heading = SHELL.text("forecast", since=show_time(start), until=show_time(period.end))
    yield f"{heading} · {zone_text(start, main_schedule(configuration).tz)}"
    schedules = {
        schedule for target in configuration.policy.targets for schedule in target.schedules
    }
    only = schedules.pop() if len(schedules) == 1 else None
    most = max((slot.count for slot in found.slots), default=0)
    figures = len(str(most))
    before: date | None = None
    for slot in found.slots:
        day = slot.since.date()
        bar = _bar() * max(1, slot.count * BAR_WIDTH // most)
        line = f"  {_label(slot, period.by)}  {bar:<{BAR_WIDTH}}  {slot.count:>{figures}}"
        if slot.together > 1:
            at_once = "all_at_once" if slot.together == slot.count else "at_once"
            line += "  " + SHELL.text(at_once, count=slot.together)
        off = 0 if only is None or day == before else _days_off_before(only, day, start)
        yield line + (f" ({SHELL.text('after_days_off', count=off)})" if off else "")
        before = day
    if not found.slots:
        yield "  " + SHELL.text("no_deadlines")
    yield " · ".join(SHELL.text(f"forecast_{part}", count=getattr(found, part)) for part in SUMS)


def _bar() -> str:
    try:
        BAR.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return BAR_WITHOUT_UNICODE
    return BAR


def _label(slot: Slot, by: By) -> str:
    day = slot.since.date()
    label = words.weekday_date(day)
    if by == "day":
        return label
    clock = show_clock(slot.until) if slot.until.date() == day else "24:00"
    return f"{label} {clock}"


def _days_off_before(schedule: Schedule, day: date, start: datetime) -> int:
    off = 0
    before = day - timedelta(days=1)
    try:
        while before >= start.date() and not schedule.intervals_of(before):
            off += 1
            before -= timedelta(days=1)
    except CalendarCoverageError:
        return 0
    return off


# -- data ----------------------------------------------------------------------------------


def _data(found: Forecast) -> dict[str, Any]:
    return {
        "open": found.open,
        **{key: getattr(found, key) for key in SUMS if key != "unknown"},
        "calendar_unknown": found.unknown,
        "slots": [asdict(slot) for slot in found.slots],
    }

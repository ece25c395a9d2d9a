"""The command ``forecast``: count the appeals that fall due in each hour or on each day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import click

from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.judged import Judged, as_of_time, judged, main_schedule, policy_data
from workhours_sla.cli.output import Stages, echo_json, echo_lines, show_clock, show_time, zone_text
from workhours_sla.cli.settings import CommonOptions, InputOptions, Settings
from workhours_sla.cli.times import clock, read_day, read_time
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.forecast import By, Forecast, Slot, forecast_deadlines
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL
from workhours_sla.worktime.schedule import Schedule

BAR_WIDTH: Final = 32
BAR: Final = "█"
BAR_WITHOUT_UNICODE: Final = "#"
SUMS: Final = ("overdue", "earlier", "later", "paused", "unknown")


class _ForecastOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    since: str | None = option("--since", metavar="DATE|TIME", without="--as-of")
    days: int = option("--days", metavar="N", type=click.IntRange(1, 366), default=10)
    by: By = option("--by", type=click.Choice(("hour", "day")), default="hour")


@command("forecast", InputOptions, _ForecastOptions, CommonOptions)
def forecast(source: InputOptions, wanted: _ForecastOptions, common: CommonOptions) -> None:
    settings = Settings.of(common)
    configuration = settings.configuration()
    as_of = start = as_of_time(wanted.as_of, configuration, None)
    zone = main_schedule(configuration).tz
    if wanted.since is not None:
        day = read_day(wanted.since, zone, clock())
        if day is None:
            start = read_time(wanted.since, zone, clock()).when.astimezone(zone)
        else:
            start = datetime.combine(day, time(), zone)
    end = datetime.combine(start.date() + timedelta(days=wanted.days), time(), zone)
    with Stages() as stages:
        found = judged(settings, configuration, source, as_of, stages, detects=False)
    slots = forecast_deadlines(found.result.outcomes, start=start, end=end, zone=zone, by=wanted.by)
    if common.as_json:
        echo_json(
            {
                "schema": "workhours.forecast/2",
                "as_of": as_of,
                "from": start,
                "until": end,
                "by": wanted.by,
                **_data(slots),
                **policy_data(configuration),
                **found.account_data(),
            }
        )
        return
    heading = SHELL.text("forecast", since=show_time(start), until=show_time(end))
    echo_lines(
        [
            f"{heading} · {zone_text(start, zone)}",
            *_bars(slots, found, start, wanted.by),
            *found.unmatched(),
            "",
            *found.account(),
            *found.store_lines(),
            *found.calendar_lines(),
        ]
    )


def _data(found: Forecast) -> dict[str, Any]:
    return {
        "open": found.open,
        **{key: getattr(found, key) for key in SUMS if key != "unknown"},
        "calendar_unknown": found.unknown,
        "slots": [asdict(slot) for slot in found.slots],
    }


def _bars(found: Forecast, of: Judged, start: datetime, by: By) -> Iterator[str]:
    targets = of.configuration.policy.targets
    schedules = {schedule for target in targets for schedule in target.schedules}
    only = schedules.pop() if len(schedules) == 1 else None
    most = max((slot.count for slot in found.slots), default=0)
    figures = len(str(most))
    before: date | None = None
    for slot in found.slots:
        day = slot.since.date()
        bar = _bar() * max(1, slot.count * BAR_WIDTH // most)
        line = f"  {_label(slot, by)}  {bar:<{BAR_WIDTH}}  {slot.count:>{figures}}"
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

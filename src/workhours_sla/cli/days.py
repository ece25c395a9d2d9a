"""The command ``days``: count the working days and the working time between two dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import click

from workhours_sla.cli.answer_text import Answer
from workhours_sla.cli.calendar_ends import note_calendar_ends
from workhours_sla.cli.help import argument, command
from workhours_sla.cli.options import (
    ScheduleOptions,
    explain_option,
    schedule_options,
    take,
    target_option,
)
from workhours_sla.cli.output import echo_json
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_day, zone_text
from workhours_sla.errors import shown
from workhours_sla.json.answers import schedule_data
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.explain import Step, whole_dates
from workhours_sla.worktime.schedule import Schedule


class _Period(NamedTuple):
    """The dates from ``first`` to ``last``, both included; each step has a date's working time."""

    schedule: Schedule
    first: date
    last: date
    steps: Sequence[Step]

    @property
    def working_time(self) -> timedelta:
        return sum((step.used for step in self.steps), timedelta())

    @property
    def working_days(self) -> int:
        """The number of dates with working hours."""
        return sum(bool(step.used) for step in self.steps)

    @property
    def short_days(self) -> int:
        """The number of dates that the calendar shortens."""
        return sum(bool(step.used) and _is_short(step) for step in self.steps)

    @property
    def provisional(self) -> bool:
        return any(step.day is not None and step.day.provisional for step in self.steps)

    @property
    def special(self) -> Iterator[Step]:
        """The steps of the dates that differ from the ordinary week, such as holidays."""
        for step in self.steps:
            has_reason = step.day is not None and (step.day.reasons or step.day.short)
            if has_reason or step.overridden or step.unknown:
                yield step


@command()
@argument("first")
@argument("last")
@explain_option
@target_option
@schedule_options
def days(first: str, last: str, *, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``days``, whose help is in ``text.catalog``."""
    settings = Settings.of(take(ScheduleOptions, options), target)
    one = settings.one_target()
    a, b = _date(first), _date(last)
    period = _period(one.schedule, *sorted((a, b)), provisional=settings.provisional)
    if not settings.provisional:
        note_calendar_ends([one.schedule], max(a, b))
    sign = 1 if a <= b else -1
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.days/1",
                "target": one.name,
                "first": a,
                "last": b,
                "working_days": sign * period.working_days,
                "short_days": sign * period.short_days,
                "calendar_days": sign * len(period.steps),
                "working_time": sign * period.working_time,
                "provisional": period.provisional,
                **schedule_data(one.schedule),
                **({"days": [step.to_dict() for step in period.special]} if explain else {}),
            }
        )
        return
    answer = Answer(settings, one)
    noon = datetime.combine(a, time(12), one.schedule.tz)
    dates = answer.text("both_included", first=words.weekday_date(a), last=words.weekday_date(b))
    zone = zone_text(noon, one.schedule.tz)
    answer.line("dates", f"{dates} · {one.schedule.hours} · {zone}")
    if explain:
        for step in period.special:
            when = words.weekday_date(step.date)
            click.echo(f"  {when:<15}  {format_amount(step.used):>6}   {step.remark(current())}")
    answer.line("working_days", str(sign * period.working_days))
    answer.line("days_short", str(sign * period.short_days))
    answer.line("all_days", str(sign * len(period.steps)))
    answer.line("working_time", format_amount(sign * period.working_time))
    answer.footing(provisional=period.provisional)


def _date(text: str) -> date:
    """Parse a date. Raises click.UsageError for text that is no date."""
    day = read_day(text)
    if day is None:
        raise click.UsageError(SHELL.text("no_date", text=shown(text)))
    return day


def _period(schedule: Schedule, first: date, last: date, *, provisional: bool) -> _Period:
    """Return the steps for the dates from ``first`` to ``last``.

    A date of unknown kind is accepted only if it has no working hours in any case. For other
    unknown dates CalendarCoverageError is raised; with ``provisional`` rules decide them instead.
    """
    steps = list(whole_dates(schedule, first, last))
    open_dates = [step.date for step in steps if step.unknown and _may_work(schedule, step.date)]
    if open_dates and provisional:
        by_rule = schedule.provisionally()
        return _period(by_rule, first, last, provisional=False)._replace(schedule=schedule)
    if open_dates:
        schedule.calendar.check_known(open_dates[0])
    return _Period(schedule, first, last, steps)


def _may_work(schedule: Schedule, day: date) -> bool:
    """Return whether an unknown date may have working hours, depending on the kind of day."""
    _, full = schedule.completions() or (None, None)
    return full is None or not full.knows(day) or bool(full.shifts_on(day))


def _is_short(step: Step) -> bool:
    return step.day is not None and step.day.short and not step.overridden

"""The commands ``days``, which counts the days between two dates, and ``sql``, about schedules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import click

from workhours_sla.cli.answers import Answer, ExplainOption, labelled
from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.options import ConfigOption, DatesOptions, LangOption, ScheduleOptions
from workhours_sla.cli.output import echo_json, echo_lines, note_calendar_ends
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_day, read_edge, zone_text
from workhours_sla.errors import shown
from workhours_sla.json.answers import schedule_data
from workhours_sla.sql.dialects import DIALECTS, OnUnknown
from workhours_sla.text import words
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.explain import Step, whole_dates
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.verbs import WorkingTime


class Period(NamedTuple):
    """The dates from ``first`` to ``last``, both included; each step has a date's working time."""

    schedule: Schedule
    first: date
    last: date
    steps: Sequence[Step]

    @classmethod
    def of(cls, schedule: Schedule, first: date, last: date, *, provisional: bool) -> Period:
        steps = list(whole_dates(schedule, first, last))
        unknown = [one.date for one in steps if one.unknown and _may_work(schedule, one.date)]
        if unknown and provisional:
            by_rule = cls.of(schedule.provisionally(), first, last, provisional=False)
            return by_rule._replace(schedule=schedule)
        if unknown:
            schedule.calendar.check_known(unknown[0])
        return cls(schedule, first, last, steps)

    @property
    def working_time(self) -> timedelta:
        return sum((step.used for step in self.steps), timedelta())

    @property
    def working_days(self) -> int:
        return sum(bool(step.used) for step in self.steps)

    @property
    def short_days(self) -> int:
        return sum(
            bool(step.used and step.day and step.day.short and not step.overridden)
            for step in self.steps
        )

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


def _may_work(schedule: Schedule, day: date) -> bool:
    """Return whether an unknown date may have working hours, depending on the kind of day."""
    _, full = schedule.completions() or (None, None)
    return full is None or not full.knows(day) or bool(full.shifts_on(day))


class _Dates(Options):
    first: str = argument()
    last: str = argument()


@command("days", _Dates, ExplainOption, DatesOptions)
def days(wanted: _Dates, more: ExplainOption, options: DatesOptions) -> None:
    answer = Answer(options, more.target)
    one = answer.one
    first, last = _date(wanted.first), _date(wanted.last)
    period = Period.of(one.schedule, *sorted((first, last)), provisional=answer.by_rule)
    if not answer.by_rule:
        note_calendar_ends([one.schedule], max(first, last))
    sign = 1 if first <= last else -1
    if not options.as_json:
        echo_lines(_day_lines(answer, period, (first, last), sign, explain=more.explain))
        return
    echo_json(
        {
            "schema": "workhours.days/1",
            "target": one.name,
            "first": first,
            "last": last,
            "working_days": sign * period.working_days,
            "short_days": sign * period.short_days,
            "calendar_days": sign * len(period.steps),
            "working_time": sign * period.working_time,
            "provisional": period.provisional,
            **schedule_data(one.schedule),
            **({"days": [step.to_dict() for step in period.special]} if more.explain else {}),
        }
    )


def _day_lines(
    answer: Answer, period: Period, dates: tuple[date, date], sign: int, *, explain: bool
) -> Iterator[str]:
    schedule = answer.one.schedule
    zone = zone_text(datetime.combine(dates[0], time(12), schedule.tz), schedule.tz)
    first, last = map(words.weekday_date, dates)
    both = SHELL.text("both_included", first=first, last=last)
    yield labelled("dates", f"{both} · {schedule.hours} · {zone}")
    if explain:
        for step in period.special:
            when = words.weekday_date(step.date)
            yield f"  {when:<15}  {format_amount(step.used):>6}   {step.remark(current())}"
    yield labelled("working_days", str(sign * period.working_days))
    yield labelled("days_short", str(sign * period.short_days))
    yield labelled("all_days", str(sign * len(period.steps)))
    yield labelled("working_time", format_amount(sign * period.working_time))
    yield from answer.footing(provisional=period.provisional)


def _date(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise click.UsageError(SHELL.text("no_date", text=shown(text)))
    return day


# -- sql -------------------------------------------------------------------------------------


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
        since=read_edge(wanted.since, UTC).date(),
        until=read_edge(wanted.until, UTC, is_end=True).date(),
        schema=wanted.schema,
        on_unknown=wanted.on_unknown,
    )
    click.echo(check_query(made, wanted.schema) if wanted.check else made.text, nl=False)

"""The commands ``due``, ``elapsed``, ``latest-start``, ``explain`` and ``days``: one question each.

Options and configuration give a target and its schedule, and these answer the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from workhours_sla.cli.help import Command, Options, argument, command, option
from workhours_sla.cli.output import (
    budget_text,
    counting_text,
    current_time,
    echo_json,
    echo_lines,
    note_calendar_ends,
    show_time,
    zone_text,
)
from workhours_sla.cli.settings import CommonOptions, DatesOptions, Settings
from workhours_sla.errors import shown
from workhours_sla.json.answers import Due, Elapsed, LatestStart, is_after, schedule_data
from workhours_sla.text import words
from workhours_sla.text.amounts import budget_words, format_amount
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.written_times import GivenTime, read_day, read_time
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import TICK

if TYPE_CHECKING:
    from workhours_sla.worktime.explain import Step


class _ExplainOption(Options):
    explain: bool = option("--explain", is_flag=True)
    target: str | None = option("--target", metavar="NAME")


class _Start(Options):
    start: str = argument()
    now: str | None = option("--now", metavar="TIME")


class _Span(Options):
    start: str = argument()
    end: str = argument()


class _End(Options):
    due_by: str = argument()


class _Explained(Options):
    start: str = argument()
    end: str | None = argument(required=False)
    target: str | None = option("--target", metavar="NAME")


class _Question:
    """A question about a target, with the times that were given; an answer is lines with labels."""

    def __init__(self, options: CommonOptions | DatesOptions, target: str | None) -> None:
        self.one = Settings.of(options, target).one_target()
        self.tz = self.one.schedule.tz
        self.by_rule = options.provisional
        self._as_json = options.as_json
        self._now = current_time()
        self._given: dict[str, GivenTime] = {}

    def read(self, label: str, text: str) -> datetime:
        """Read a time that the answer repeats under a label."""
        self._given[label] = read_time(text, self.tz, self._now)
        return self._given[label].when

    def read_now(self, text: str | None) -> datetime | None:
        return None if text is None else read_time(text, self.tz, self._now).when

    def time(self, when: datetime, *, beside: bool = False, ends: bool = False) -> str:
        """Write a time in the schedule's zone, and ``beside`` it at the offset of the given time.

        With ``ends``, midnight at the end of a day budget is written as 24:00 of the date before.
        """
        local = when.astimezone(self.tz)
        ends = ends and isinstance(self.one.budget, DayBudget)
        text = show_time(local, offset=True, ends=ends)
        first = next(iter(self._given.values()))
        return self._with_other(text, local, first) if beside else text

    def _with_other(self, text: str, local: datetime, given: GivenTime) -> str:
        other = local.astimezone(given.when.tzinfo)
        if given.assumed_zone or other.utcoffset() == local.utcoffset():
            return text
        return f"{text} = {show_time(other, offset=True)}"

    def note_end(self, at: datetime | date) -> None:
        if not self.by_rule:  # else rules decide then
            note_calendar_ends([self.one.schedule], at)

    def show(
        self,
        found: Due | Elapsed | LatestStart,
        start: datetime,
        lines: Iterable[str],
        answer: str | None = None,
    ) -> None:
        """Print an answer as JSON, or as text: ``answer`` first, the target, times, and ``lines``.

        ``start`` is the time whose offset from UTC the text has.
        """
        if self._as_json:
            assumed = any(one.assumed_zone for one in self._given.values())
            echo_json(found.data(zone_assumed=assumed))
        else:
            top = [] if answer is None else [click.style(answer, bold=True)]
            echo_lines([*top, *self._text(found, start), *lines, *self.footing(found.provisional)])

    def _text(self, found: Due | Elapsed | LatestStart, start: datetime) -> Iterator[str]:
        budget, hours = self.one.budget, self.one.schedule.hours
        yield labelled(
            "target",
            f"{budget_text(budget)} · {words.hours_text(hours)} · {zone_text(start, self.tz)}",
        )
        counting = counting_text(budget)
        if counting is not None:
            yield labelled("counting", counting)
        for label, one in self._given.items():
            local = one.when.astimezone(self.tz)
            text = self._with_other(self.time(local), local, one)
            if one.assumed_zone:
                text += f" ({SHELL.text('assumed_zone', tz=self.tz)})"
            yield labelled(label, text)
        if found.trace is not None:
            for line in found.trace.lines(current()):
                yield f"  {line}".rstrip()

    def footing(self, provisional: bool) -> Iterator[str]:  # noqa: FBT001
        """Yield the calendar with its version, and a line if the answer is provisional."""
        calendar = self.one.schedule.calendar
        version = SHELL.text(
            "version", id=words.calendar_name(calendar.id), version=calendar.version
        )
        yield labelled("calendar", version)
        if provisional:
            yield SHELL.text("provisional")


def labelled(label: str, text: str) -> str:
    return f"{SHELL.text(label):<14}{text}".rstrip()


def _due(wanted: _Start, more: _ExplainOption, common: CommonOptions) -> None:
    asked = _Question(common, more.target)
    start, now = asked.read("start", wanted.start), asked.read_now(wanted.now)
    found = Due.of(asked.one, start, now=now, by_rule=asked.by_rule, traced=more.explain)
    asked.note_end(found.start if now is None else max(found.start, now))
    budget, due_at, limit, remaining = (
        asked.one.budget,
        found.due_at,
        found.breaches_after,
        found.remaining,
    )
    text = asked.time(due_at, beside=True, ends=True)
    if isinstance(budget, timedelta) and limit is not None and is_after(limit, due_at):
        text += f" ({SHELL.text('due_at_closing')})"
    breach = SHELL.text("limit_unknown")
    if limit is not None:
        breach = SHELL.text("after", when=asked.time(limit, beside=True, ends=True))
    lines = [labelled("breach", breach)]
    if (remaining := found.remaining) is not None and now is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        kind = "clock_time" if isinstance(budget, ClockTime) else "working_time"
        amount = budget_words(kind, abs(remaining))
        lines.append(labelled(label, f"{amount} ({SHELL.text('now', when=asked.time(now))})"))
    asked.show(found, found.start, lines, labelled("due", text))


def _elapsed(wanted: _Span, more: _ExplainOption, common: CommonOptions) -> None:
    asked = _Question(common, more.target)
    times = asked.read("start", wanted.start), asked.read("end", wanted.end)
    found = Elapsed.of(asked.one, *times, by_rule=asked.by_rule, traced=more.explain)
    asked.note_end(max(found.start, found.end))
    text = budget_words("working_time", found.elapsed)
    if found.met is not None:
        text += f" ({_verdict_text(asked, found, met=found.met)})"
    asked.show(found, found.start, [labelled("elapsed", text)])


def _verdict_text(asked: _Question, found: Elapsed, *, met: bool) -> str:
    budget = asked.one.budget
    if isinstance(budget, timedelta) and asked.one.is_met_by_amount(found.elapsed):
        over = format_amount(found.elapsed - budget)
        amounts = {"budget": format_amount(budget), "over": over}
        return SHELL.text("within" if met else "beyond", **amounts)
    if found.breaches_after is None:
        return SHELL.text("met" if met else "breached")
    limit = asked.time(found.breaches_after, ends=True)
    return SHELL.text("until_limit" if met else "after_limit", limit=limit)


@command("latest-start", _End, _ExplainOption, CommonOptions)
def latest_start(wanted: _End, more: _ExplainOption, common: CommonOptions) -> None:
    asked = _Question(common, more.target)
    due_by = asked.read("due", wanted.due_by)
    found = LatestStart.of(asked.one, due_by, by_rule=asked.by_rule, traced=more.explain)
    asked.note_end(found.due_by)
    text = asked.time(found.latest_start, beside=True)
    if isinstance(asked.one.budget, DayBudget):
        # the last microsecond before a closing or a midnight
        before = asked.time(found.latest_start + TICK, beside=True, ends=True)
        text = SHELL.text("before", when=before)
    when = asked.time(found.due_at, beside=True, ends=True)
    note = SHELL.text("latest_start_note", when=when)
    asked.show(found, found.latest_start, [labelled("latest_start", f"{text} ({note})")])


@command("explain", _Explained, CommonOptions)
def explain(wanted: _Explained, common: CommonOptions) -> None:
    more = _ExplainOption(explain=True, target=wanted.target)
    if wanted.end is None:
        _due(_Start(start=wanted.start), more, common)
    else:
        _elapsed(_Span(start=wanted.start, end=wanted.end), more, common)


due: Command = command("due", _Start, _ExplainOption, CommonOptions)(_due)
elapsed: Command = command("elapsed", _Span, _ExplainOption, CommonOptions)(_elapsed)


# -- days ------------------------------------------------------------------------------------


class Period(NamedTuple):
    """The dates of a period, each with its working time."""

    steps: Sequence[Step]

    @classmethod
    def of(cls, schedule: Schedule, first: date, last: date, *, provisional: bool) -> Period:
        """Return the dates from ``first`` to ``last``, both included. Raises CalendarCoverageError.

        A date of unknown kind is accepted only if it has no working hours in any case. With
        ``provisional`` rules decide the others.
        """
        from workhours_sla.worktime.explain import whole_dates  # not for the other questions

        steps = list(whole_dates(schedule, first, last))
        unknown = [one.date for one in steps if one.unknown and _may_work(schedule, one.date)]
        if unknown and provisional:
            return cls.of(schedule.provisionally(), first, last, provisional=False)
        if unknown:
            schedule.calendar.check_known(unknown[0])
        return cls(steps)

    def counts(self, sign: int) -> dict[str, Any]:
        worked = [step for step in self.steps if step.used]
        short = [one for one in worked if one.day and one.day.short and not one.overridden]
        return {
            "working_days": sign * len(worked),
            "short_days": sign * len(short),
            "calendar_days": sign * len(self.steps),
            "working_time": sign * sum((step.used for step in worked), timedelta()),
        }

    @property
    def special(self) -> list[Step]:
        """The steps of the dates that differ from the ordinary week, such as holidays."""
        return [
            step
            for step in self.steps
            if (step.day is not None and (step.day.reasons or step.day.short))
            or step.overridden
            or step.unknown
        ]


def _may_work(schedule: Schedule, day: date) -> bool:
    """Return whether an unknown date may have working hours, depending on the kind of day."""
    _, full = schedule.completions() or (None, None)
    return full is None or not full.knows(day) or bool(full.shifts_on(day))


class _Dates(Options):
    first: str = argument()
    last: str = argument()


@command("days", _Dates, _ExplainOption, DatesOptions)
def days(wanted: _Dates, more: _ExplainOption, options: DatesOptions) -> None:
    asked = _Question(options, more.target)
    schedule = asked.one.schedule
    first, last = (_date(text, schedule) for text in (wanted.first, wanted.last))
    period = Period.of(schedule, *sorted((first, last)), provisional=asked.by_rule)
    asked.note_end(max(first, last))
    counts = period.counts(1 if first <= last else -1)
    provisional = any(step.day is not None and step.day.provisional for step in period.steps)
    if options.as_json:
        special = {"days": [step.to_dict() for step in period.special]} if more.explain else {}
        echo_json(
            {
                "schema": "workhours.days/1",
                "target": asked.one.name,
                "first": first,
                "last": last,
                **counts,
                "provisional": provisional,
                **schedule_data(schedule),
                **special,
            }
        )
        return
    dates = {"first": words.weekday_date(first), "last": words.weekday_date(last)}
    zone = zone_text(datetime.combine(first, time(12), schedule.tz), schedule.tz)
    both = SHELL.text("both_included", **dates)
    lines = [labelled("dates", f"{both} · {words.hours_text(schedule.hours)} · {zone}")]
    for step in period.special if more.explain else ():
        when = words.weekday_date(step.date)
        lines.append(f"  {when:<15}  {format_amount(step.used):>6}   {step.remark(current())}")
    counts["working_time"] = format_amount(counts["working_time"])
    labels = "working_days", "days_short", "all_days", "working_time"
    lines += (labelled(label, str(one)) for label, one in zip(labels, counts.values(), strict=True))
    echo_lines([*lines, *asked.footing(provisional)])


def _date(text: str, schedule: Schedule) -> date:
    day = read_day(text, schedule.tz, current_time())
    if day is None:
        raise click.UsageError(SHELL.text("no_date", text=shown(text)))
    return day

"""The commands ``due``, ``elapsed``, ``latest-start`` and ``explain``, about one span of time."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from workhours_sla.cli.options import CommonOptions, common_options, explain_option, take
from workhours_sla.cli.output import echo_json
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import GivenTime, read_time, show_time, zone_text
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.text.budgets import budget_words
from workhours_sla.text.shell import SHELL
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.schedule import Schedule

LABEL_WIDTH: Final = 14


class _Answer:
    """Prints an answer as lines, each with a label and a text."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.text = SHELL.in_language(settings.lang)

    def line(self, label: str, text: str) -> None:
        """Print a label and its text."""
        click.echo(f"{self.text(label):<{LABEL_WIDTH}}{text}".rstrip())

    def amount(self, amount: timedelta) -> str:
        """Return an amount of working time in words, such as ``4:00 of working time``."""
        return budget_words("working_time", format_amount(amount), self.settings.lang)

    def time(self, when: datetime, given: GivenTime | None = None) -> str:
        """Return a time in the schedule's zone, followed by the time at the offset of ``given``.

        The second time is left out if ``given`` has no offset or has the offset of the first time.
        """
        lang = self.settings.lang
        local = when.astimezone(self.settings.schedule.tz)
        text = show_time(local, lang, offset=True)
        if given is None or given.assumed_zone:
            return text
        other = when.astimezone(given.when.tzinfo)
        if other.utcoffset() == local.utcoffset():
            return text
        return f"{text} = {show_time(other, lang, offset=True)}"

    def heading(self, start: datetime, budget: timedelta) -> None:
        """Print the budget, the weekly hours and the zone with its offset at ``start``."""
        schedule = self.settings.schedule
        zone = zone_text(start, schedule.tz)
        self.line("target", f"{self.amount(budget)} · {schedule.hours} · {zone}")

    def given(self, label: str, given: GivenTime) -> None:
        """Print a time from the command line, and its zone if it was given without an offset."""
        text = self.time(given.when, given)
        if given.assumed_zone:
            text += f" ({self.text('assumed_zone', tz=self.settings.schedule.tz)})"
        self.line(label, text)

    def trace(self, trace: Trace) -> None:
        """Print the lines of a trace, which explain an answer day by day."""
        for line in trace.lines(self.settings.lang):
            click.echo(f"  {line}")

    def footing(self, *, provisional: bool) -> None:
        """Print the calendar with its version, and a line if the answer is provisional."""
        calendar = self.settings.schedule.calendar
        self.line("calendar", self.text("version", id=calendar.id, version=calendar.version))
        if provisional:
            click.echo(self.text("provisional"))


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """Return the calendar, the weekly hours and the zone of a schedule for JSON."""
    return {
        "calendar": {"id": schedule.calendar.id, "version": schedule.calendar.version},
        "hours": str(schedule.hours),
        "tz": schedule.tz.key,
    }


def _common_data(settings: Settings, trace: Trace, *, explain: bool) -> dict[str, Any]:
    """Return the last keys of the JSON of every answer."""
    return {
        "provisional": trace.provisional,
        **schedule_data(settings.schedule),
        **({"trace": trace.to_dict()} if explain else {}),
    }


@click.command()
@click.argument("start")
@click.option("--now", metavar="TIME", help="Also show what remains at this time (or: now).")
@explain_option
@common_options
def due(start: str, *, now: str | None, explain: bool, **options: Any) -> None:
    """Show when the answer to an appeal posted at START is due."""
    settings = Settings.of_one_target(take(CommonOptions, options))
    schedule, budget, by_rule = settings.schedule, settings.budget, settings.provisional
    given = read_time(start, schedule.tz)
    posted = given.when.astimezone(schedule.tz)
    trace = schedule.explain(posted, budget, provisional=by_rule)
    due_at = trace.end
    limit, provisional = _limit(schedule, posted, budget, by_rule=by_rule)
    remaining = as_of = None
    if now is not None:
        as_of = read_time(now, schedule.tz).when
        remaining = schedule.remaining(posted, budget, now=as_of, provisional=by_rule)
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.due/1",
                "start": posted,
                "zone_assumed": given.assumed_zone,
                "budget": budget,
                "due_at": due_at,
                "breaches_after": limit,
                "now": as_of,
                "remaining": remaining,
                **_common_data(settings, trace, explain=explain),
                "provisional": trace.provisional or provisional,
            }
        )
        return
    answer = _Answer(settings)
    answer.heading(posted, budget)
    answer.given("start", given)
    if explain:
        answer.trace(trace)
    at_closing = limit is not None and limit.astimezone(UTC) != due_at.astimezone(UTC)
    note = f" ({answer.text('due_at_closing')})" if at_closing else ""
    answer.line("due", answer.time(due_at, given) + note)
    if limit is None:
        answer.line("breach", answer.text("limit_unknown"))
    else:
        answer.line("breach", answer.text("after", when=answer.time(limit, given)))
    if remaining is not None and as_of is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        current = answer.text("now", when=answer.time(as_of))
        answer.line(label, f"{answer.amount(abs(remaining))} ({current})")
    answer.footing(provisional=trace.provisional or provisional)


def _limit(
    schedule: Schedule, start: datetime, budget: timedelta, *, by_rule: bool
) -> tuple[datetime | None, bool]:
    """Return the limit, or None if it is unknown, and whether the limit is provisional.

    ``by_rule`` allows a provisional limit.
    """
    for provisional in (False, True) if by_rule else (False,):
        with suppress(CalendarCoverageError):
            return schedule.breaches_after(start, budget, provisional=provisional), provisional
    return None, False


@click.command()
@click.argument("start")
@click.argument("end")
@explain_option
@common_options
def elapsed(start: str, end: str, *, explain: bool, **options: Any) -> None:
    """Show how much working time passed from START to END, and if that is within the budget."""
    settings = Settings.of_one_target(take(CommonOptions, options))
    schedule, budget = settings.schedule, settings.budget
    first, second = read_time(start, schedule.tz), read_time(end, schedule.tz)
    a, b = first.when.astimezone(schedule.tz), second.when.astimezone(schedule.tz)
    trace = schedule.explain(a, b, provisional=settings.provisional)
    met = trace.used <= budget if trace.used >= timedelta(0) else None
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.elapsed/1",
                "start": a,
                "end": b,
                "zone_assumed": first.assumed_zone or second.assumed_zone,
                "elapsed": trace.used,
                "budget": budget,
                "met": met,
                **_common_data(settings, trace, explain=explain),
            }
        )
        return
    answer = _Answer(settings)
    answer.heading(a, budget)
    answer.given("start", first)
    answer.given("end", second)
    if explain:
        answer.trace(trace)
    text = answer.amount(trace.used)
    if met is not None:
        amounts = {"budget": format_amount(budget), "over": format_amount(trace.used - budget)}
        text += f" ({answer.text('within' if met else 'beyond', **amounts)})"
    answer.line("elapsed", text)
    answer.footing(provisional=trace.provisional)


@click.command("latest-start")
@click.argument("due_by")
@explain_option
@common_options
def latest_start(due_by: str, *, explain: bool, **options: Any) -> None:
    """Show the latest arrival that is still due by DUE_BY."""
    settings = Settings.of_one_target(take(CommonOptions, options))
    schedule, budget, by_rule = settings.schedule, settings.budget, settings.provisional
    given = read_time(due_by, schedule.tz)
    wanted = given.when.astimezone(schedule.tz)
    latest = schedule.latest_start(wanted, budget, provisional=by_rule)
    trace = schedule.explain(latest, budget, provisional=by_rule)
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.latest-start/1",
                "due_by": wanted,
                "zone_assumed": given.assumed_zone,
                "budget": budget,
                "latest_start": latest,
                "due_at": trace.end,
                **_common_data(settings, trace, explain=explain),
            }
        )
        return
    answer = _Answer(settings)
    answer.heading(latest, budget)
    answer.given("due", given)
    if explain:
        answer.trace(trace)
    note = answer.text("latest_start_note", when=answer.time(trace.end, given))
    answer.line("latest_start", f"{answer.time(latest, given)} ({note})")
    answer.footing(provisional=trace.provisional)


@click.command()
@click.argument("start")
@click.argument("end", required=False)
@common_options
@click.pass_context
def explain(ctx: click.Context, /, start: str, end: str | None, **options: Any) -> None:
    """Explain a deadline from START, or the time from START to END, by day and act."""
    if end is None:
        ctx.invoke(due, start=start, now=None, explain=True, **options)
    else:
        ctx.invoke(elapsed, start=start, end=end, explain=True, **options)

"""Single answers: due, elapsed, latest-start, explain."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from workhours_sla.adapters.json.text import escape_controls
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.times import GivenTime, read_time, show_time, zone_text
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.text.shell import say
from workhours_sla.worktime.budget import format_amount, iso_amount
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.schedule import Schedule

LABEL_WIDTH = 14


class Page:
    """The lines of an answer: a label and a text each."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lang: str = settings.lang

    def line(self, label: str, text: str) -> None:
        """Print a label and its text."""
        click.echo(f"{say(label, self.lang):<{LABEL_WIDTH}}{text}".rstrip())

    def time(self, when: datetime, given: GivenTime | None = None) -> str:
        """Return an instant in the schedule's zone, and in the giver's where that differs."""
        local = when.astimezone(self.settings.schedule.tz)
        text = show_time(local, self.lang, offset=True)
        if given is None or given.assumed_zone:
            return text
        theirs = when.astimezone(given.when.tzinfo)
        if theirs.utcoffset() == local.utcoffset():
            return text
        return f"{text} = {show_time(theirs, self.lang, offset=True)}"

    def heading(self, start: datetime, budget: timedelta) -> None:
        """Print what is counted: the budget, the hours and the zone."""
        schedule = self.settings.schedule
        amount = say("working_time", self.lang, amount=format_amount(budget))
        self.line("target", f"{amount} · {schedule.hours} · {zone_text(start, schedule.tz)}")

    def given(self, label: str, given: GivenTime) -> None:
        """Print a time from the command line, and where it was read if it did not say."""
        text = self.time(given.when, given)
        if given.assumed_zone:
            zone = self.settings.schedule.tz
            text += f" ({say('read_in_zone', self.lang, tz=zone)})"
        self.line(label, text)

    def trace(self, trace: Trace) -> None:
        """Print the account, day by day."""
        for line in trace.lines(self.lang):
            click.echo(f"  {line}")

    def footing(self, *, provisional: bool) -> None:
        """Print which calendar answered, and whether by rule alone."""
        calendar = self.settings.schedule.calendar
        text = say("version", self.lang, id=calendar.id, version=calendar.version)
        self.line("calendar", text)
        if provisional:
            click.echo(say("provisional", self.lang))


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """Return what the answer was computed with, as plain data."""
    return {
        "calendar": {"id": schedule.calendar.id, "version": schedule.calendar.version},
        "hours": str(schedule.hours),
        "tz": schedule.tz.key,
    }


def echo_json(data: dict[str, Any]) -> None:
    """Print data for programs: one JSON document, never localised, no control characters."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    text = json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=2)
    click.echo(escape_controls(text))


@click.command()
@click.argument("start")
@click.option("--now", metavar="TIME", help="Also say what is left at this time (or: now).")
@click.option("--explain", is_flag=True, help="Account for each day, with its act.")
@common_options
def due(start: str, *, now: str | None, explain: bool, as_json: bool, **options: Any) -> None:
    """Say until when an appeal posted at START must be answered."""
    settings = Settings.of_one_target(**options)
    schedule, budget, by_rule = settings.schedule, settings.budget, settings.provisional
    given = read_time(start, schedule.tz)
    posted = given.when.astimezone(schedule.tz)
    trace = schedule.explain(posted, budget, provisional=by_rule)
    due_at = trace.end
    limit = None
    with suppress(CalendarCoverageError):
        limit = schedule.breaches_after(posted, budget, provisional=by_rule)
    remaining = asked = None
    if now is not None:
        asked = read_time(now, schedule.tz)
        remaining = schedule.remaining(posted, budget, now=asked.when, provisional=by_rule)
    if as_json:
        echo_json(
            {
                "schema": "workhours.due/1",
                "start": posted.isoformat(),
                "zone_assumed": given.assumed_zone,
                "budget": iso_amount(budget),
                "due_at": due_at.isoformat(),
                "breaches_after": limit and limit.isoformat(),
                "now": asked and asked.when.isoformat(),
                "remaining": None if remaining is None else iso_amount(remaining),
                "provisional": trace.provisional,
                **schedule_data(schedule),
                **({"trace": trace.to_dict()} if explain else {}),
            }
        )
        return
    page = Page(settings)
    page.heading(posted, budget)
    page.given("start", given)
    if explain:
        page.trace(trace)
    at_closing = limit is not None and limit.astimezone(UTC) != due_at.astimezone(UTC)
    note = f" ({say('due_at_closing', page.lang)})" if at_closing else ""
    page.line("due", page.time(due_at, given) + note)
    if limit is None:
        page.line("breach", say("limit_unknown", page.lang))
    else:
        page.line("breach", say("after", page.lang, when=page.time(limit, given)))
    if remaining is not None and asked is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        amount = say("working_time", page.lang, amount=format_amount(abs(remaining)))
        page.line(label, f"{amount} ({say('now', page.lang, when=page.time(asked.when))})")
    page.footing(provisional=trace.provisional)


@click.command()
@click.argument("start")
@click.argument("end")
@click.option("--explain", is_flag=True, help="Account for each day, with its act.")
@common_options
def elapsed(start: str, end: str, *, explain: bool, as_json: bool, **options: Any) -> None:
    """Say how much working time passed from START to END, and whether it is within the budget."""
    settings = Settings.of_one_target(**options)
    schedule, budget = settings.schedule, settings.budget
    first, second = read_time(start, schedule.tz), read_time(end, schedule.tz)
    a, b = first.when.astimezone(schedule.tz), second.when.astimezone(schedule.tz)
    trace = schedule.explain(a, b, provisional=settings.provisional)
    met = trace.used <= budget if trace.used >= timedelta(0) else None
    if as_json:
        echo_json(
            {
                "schema": "workhours.elapsed/1",
                "start": a.isoformat(),
                "end": b.isoformat(),
                "zone_assumed": first.assumed_zone or second.assumed_zone,
                "elapsed": iso_amount(trace.used),
                "budget": iso_amount(budget),
                "met": met,
                "provisional": trace.provisional,
                **schedule_data(schedule),
                **({"trace": trace.to_dict()} if explain else {}),
            }
        )
        return
    page = Page(settings)
    page.heading(a, budget)
    page.given("start", first)
    page.given("end", second)
    if explain:
        page.trace(trace)
    amounts = {"budget": format_amount(budget), "over": format_amount(trace.used - budget)}
    verdict = "" if met is None else say("within" if met else "beyond", page.lang, **amounts)
    amount = say("working_time", page.lang, amount=format_amount(trace.used))
    page.line("elapsed", f"{amount} ({verdict})" if verdict else amount)
    page.footing(provisional=trace.provisional)


@click.command("latest-start")
@click.argument("due_by")
@click.option("--explain", is_flag=True, help="Account for each day, with its act.")
@common_options
def latest_start(due_by: str, *, explain: bool, as_json: bool, **options: Any) -> None:
    """Say by when an appeal must come to be due no later than DUE_BY."""
    settings = Settings.of_one_target(**options)
    schedule, budget, by_rule = settings.schedule, settings.budget, settings.provisional
    given = read_time(due_by, schedule.tz)
    wanted = given.when.astimezone(schedule.tz)
    latest = schedule.latest_start(wanted, budget, provisional=by_rule)
    trace = schedule.explain(latest, budget, provisional=by_rule)
    if as_json:
        echo_json(
            {
                "schema": "workhours.latest-start/1",
                "due_by": wanted.isoformat(),
                "zone_assumed": given.assumed_zone,
                "budget": iso_amount(budget),
                "latest_start": latest.isoformat(),
                "due_at": trace.end.isoformat(),
                "provisional": trace.provisional,
                **schedule_data(schedule),
                **({"trace": trace.to_dict()} if explain else {}),
            }
        )
        return
    page = Page(settings)
    page.heading(latest, budget)
    page.given("due", given)
    if explain:
        page.trace(trace)
    note = say("latest_start_note", page.lang, when=page.time(trace.end, given))
    page.line("latest_start", f"{page.time(latest, given)} ({note})")
    page.footing(provisional=trace.provisional)


@click.command()
@click.argument("start")
@click.argument("end", required=False)
@common_options
@click.pass_context
def explain(ctx: click.Context, /, start: str, end: str | None, **options: Any) -> None:
    """Account, day by day and act by act, for a deadline from START, or for START to END."""
    if end is None:
        ctx.invoke(due, start=start, now=None, explain=True, **options)
    else:
        ctx.invoke(elapsed, start=start, end=end, explain=True, **options)

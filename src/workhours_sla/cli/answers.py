"""The commands ``due``, ``elapsed``, ``latest-start`` and ``explain``, about one span of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from workhours_sla.cli.answer_text import Answer
from workhours_sla.cli.calendar_ends import note_calendar_ends
from workhours_sla.cli.help import argument, command, option
from workhours_sla.cli.options import (
    CommonOptions,
    common_options,
    explain_option,
    take,
    target_option,
)
from workhours_sla.cli.output import echo_json
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_time
from workhours_sla.json.answers import Due, Elapsed, LatestStart, Met, OneTarget, is_after
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.times import TICK


@command()
@argument("start")
@option("--now", metavar="TIME")
@explain_option
@target_option
@common_options
def due(start: str, *, now: str | None, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``due``, whose help is in ``text.catalog``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    given = read_time(start, one.schedule.tz)
    as_of = None if now is None else read_time(now, one.schedule.tz).when
    found = Due.of(one, given.when, now=as_of, by_rule=by_rule, traced=explain)
    posted, due_at, limit, remaining = found.start, found.due_at, found.limit, found.remaining
    _note_end(settings, one, posted if as_of is None else max(posted, as_of))
    if settings.as_json:
        echo_json(found.data(zone_assumed=given.assumed_zone))
        return
    answer = Answer(settings, one)
    answer.heading(posted)
    answer.given("start", given)
    if found.trace is not None:
        answer.trace(found.trace)
    working_time = isinstance(one.budget, timedelta)
    at_closing = working_time and limit is not None and is_after(limit, due_at)
    note = f" ({answer.text('due_at_closing')})" if at_closing else ""
    answer.line("due", answer.time(due_at, given, ends=True) + note)
    if limit is None:
        answer.line("breach", answer.text("limit_unknown"))
    else:
        answer.line("breach", answer.text("after", when=answer.time(limit, given, ends=True)))
    if remaining is not None and as_of is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        kind = "clock_time" if isinstance(one.budget, ClockTime) else "working_time"
        current = answer.text("now", when=answer.time(as_of))
        answer.line(label, f"{answer.amount(abs(remaining), kind)} ({current})")
    answer.footing(provisional=found.provisional)


@command()
@argument("start")
@argument("end")
@explain_option
@target_option
@common_options
def elapsed(start: str, end: str, *, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``elapsed``, whose help is in ``text.catalog``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    first, second = read_time(start, one.schedule.tz), read_time(end, one.schedule.tz)
    found = Elapsed.of(one, first.when, second.when, by_rule=by_rule, traced=explain)
    _note_end(settings, one, max(found.start, found.end))
    if settings.as_json:
        zone_assumed = first.assumed_zone or second.assumed_zone
        echo_json(found.data(zone_assumed=zone_assumed))
        return
    answer = Answer(settings, one)
    answer.heading(found.start)
    answer.given("start", first)
    answer.given("end", second)
    if found.trace is not None:
        answer.trace(found.trace)
    text = answer.amount(found.used)
    if found.verdict is not None:
        text += f" ({_verdict_text(answer, found.verdict, found.used)})"
    answer.line("elapsed", text)
    answer.footing(provisional=found.provisional)


def _verdict_text(answer: Answer, verdict: Met, used: timedelta) -> str:
    budget = answer.one.budget
    if verdict.by_amount and isinstance(budget, timedelta):
        amounts = {"budget": format_amount(budget), "over": format_amount(used - budget)}
        return answer.text("within" if verdict.met else "beyond", **amounts)
    if verdict.limit is None:
        return answer.text("met" if verdict.met else "breached")
    limit = answer.time(verdict.limit, ends=True)
    return answer.text("until_limit" if verdict.met else "after_limit", limit=limit)


def _note_end(settings: Settings, one: OneTarget, at: datetime) -> None:
    """Print a note if the calendar ends soon after ``at``, unless answers may be provisional."""
    if not settings.provisional:
        note_calendar_ends([one.schedule], at)


@command("latest-start")
@argument("due_by")
@explain_option
@target_option
@common_options
def latest_start(due_by: str, *, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``latest-start``, whose help is in ``text.catalog``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    given = read_time(due_by, one.schedule.tz)
    found = LatestStart.of(one, given.when, by_rule=by_rule, traced=explain)
    _note_end(settings, one, found.due_by)
    if settings.as_json:
        echo_json(found.data(zone_assumed=given.assumed_zone))
        return
    answer = Answer(settings, one)
    answer.heading(found.latest)
    answer.given("due", given)
    if found.trace is not None:
        answer.trace(found.trace)
    note = answer.text("latest_start_note", when=answer.time(found.due_at, given, ends=True))
    text = answer.time(found.latest, given)
    if isinstance(one.budget, DayBudget):  # the last microsecond before a closing or a midnight
        text = answer.text("before", when=answer.time(found.latest + TICK, given, ends=True))
    answer.line("latest_start", f"{text} ({note})")
    answer.footing(provisional=found.provisional)


@command()
@argument("start")
@argument("end", required=False)
@target_option
@common_options
@click.pass_context
def explain(ctx: click.Context, /, start: str, end: str | None, **options: Any) -> None:
    """Run the command ``explain``, whose help is in ``text.catalog``."""
    if end is None:
        ctx.invoke(due, start=start, now=None, explain=True, **options)
    else:
        ctx.invoke(elapsed, start=start, end=end, explain=True, **options)

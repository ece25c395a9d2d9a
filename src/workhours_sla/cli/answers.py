"""The commands ``due``, ``elapsed``, ``latest-start`` and ``explain``, about one span of time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import click

from workhours_sla.cli.answer_text import Answer, common_data
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
from workhours_sla.cli.settings import OneTarget, Settings
from workhours_sla.cli.times import read_time
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.budget_data import budget_data
from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget, StartBudget
from workhours_sla.worktime.zone_offsets import TICK


@command()
@argument("start")
@option("--now", metavar="TIME")
@explain_option
@target_option
@common_options
def due(start: str, *, now: str | None, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``due``, whose help is in ``text.help``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    schedule, budget = one.schedule, one.budget
    given = read_time(start, schedule.tz)
    posted = given.when.astimezone(schedule.tz)
    trace = schedule.explain(posted, budget, provisional=by_rule)
    due_at = trace.end
    limit, provisional = _limit(one, posted, by_rule=by_rule)
    remaining = as_of = None
    if now is not None:
        as_of = read_time(now, schedule.tz).when
        remaining = schedule.remaining(posted, budget, now=as_of, provisional=by_rule)
    _note_end(settings, one, posted if as_of is None else max(posted, as_of))
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.due/2",
                "target": one.name,
                "start": posted,
                "zone_assumed": given.assumed_zone,
                "budget": budget_data(budget),
                "due_at": due_at,
                "breaches_after": limit,
                "now": as_of,
                "remaining": remaining,
                **common_data(one, trace, explain=explain),
                "provisional": trace.provisional or provisional,
            }
        )
        return
    answer = Answer(settings, one)
    answer.heading(posted)
    answer.given("start", given)
    if explain:
        answer.trace(trace)
    at_closing = isinstance(budget, timedelta) and limit is not None and _after(limit, due_at)
    note = f" ({answer.text('due_at_closing')})" if at_closing else ""
    answer.line("due", answer.time(due_at, given, ends=True) + note)
    if limit is None:
        answer.line("breach", answer.text("limit_unknown"))
    else:
        answer.line("breach", answer.text("after", when=answer.time(limit, given, ends=True)))
    if remaining is not None and as_of is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        kind = "clock_time" if isinstance(budget, ClockTime) else "working_time"
        current = answer.text("now", when=answer.time(as_of))
        answer.line(label, f"{answer.amount(abs(remaining), kind)} ({current})")
    answer.footing(provisional=trace.provisional or provisional)


def _limit(one: OneTarget, start: datetime, *, by_rule: bool) -> tuple[datetime | None, bool]:
    """Return the limit, or None if it is unknown, and whether it is provisional.

    A provisional limit is returned only if ``by_rule`` is true.
    """
    for provisional in (False, True) if by_rule else (False,):
        with suppress(CalendarCoverageError):
            return _limit_of(one)(start, one.budget, provisional=provisional), provisional
    return None, False


def _limit_of(one: OneTarget) -> Callable[..., datetime]:
    """Return the verb that computes the limit."""
    return one.schedule.deadline if one.closing == "strict" else one.schedule.breaches_after


@command()
@argument("start")
@argument("end")
@explain_option
@target_option
@common_options
def elapsed(start: str, end: str, *, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``elapsed``, whose help is in ``text.help``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    schedule, budget = one.schedule, one.budget
    first, second = read_time(start, schedule.tz), read_time(end, schedule.tz)
    a, b = first.when.astimezone(schedule.tz), second.when.astimezone(schedule.tz)
    trace = schedule.explain(a, b, provisional=by_rule)
    verdict = None if _after(a, b) else _verdict(one, a, b, trace.used, by_rule=by_rule)
    provisional = trace.provisional or bool(verdict and verdict.provisional)
    _note_end(settings, one, max(a, b))
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.elapsed/2",
                "target": one.name,
                "start": a,
                "end": b,
                "zone_assumed": first.assumed_zone or second.assumed_zone,
                "elapsed": trace.used,
                "budget": budget_data(budget),
                "breaches_after": verdict and verdict.limit,
                "met": verdict and verdict.met,
                **common_data(one, trace, explain=explain),
                "provisional": provisional,
            }
        )
        return
    answer = Answer(settings, one)
    answer.heading(a)
    answer.given("start", first)
    answer.given("end", second)
    if explain:
        answer.trace(trace)
    text = answer.amount(trace.used)
    if verdict is not None:
        text += f" ({_verdict_text(answer, verdict, trace.used)})"
    answer.line("elapsed", text)
    answer.footing(provisional=provisional)


def _verdict_text(answer: Answer, verdict: _Verdict, used: timedelta) -> str:
    budget = answer.one.budget
    if verdict.by_amount and isinstance(budget, timedelta):
        amounts = {"budget": format_amount(budget), "over": format_amount(used - budget)}
        return answer.text("within" if verdict.met else "beyond", **amounts)
    if verdict.limit is None:
        return answer.text("met" if verdict.met else "breached")
    limit = answer.time(verdict.limit, ends=True)
    return answer.text("until_limit" if verdict.met else "after_limit", limit=limit)


class _Verdict(NamedTuple):
    """Whether an answer meets the target, and whether this result is provisional.

    ``limit`` is None if it is unknown but cannot change the verdict. ``by_amount`` is true if the
    verdict follows from the elapsed working time.
    """

    met: bool
    limit: datetime | None
    provisional: bool = False
    by_amount: bool = False


def _verdict(
    one: OneTarget, start: datetime, end: datetime, used: timedelta, *, by_rule: bool
) -> _Verdict:
    """Return the verdict of an answer at ``end``, with ``used`` working time since ``start``.

    Raises CalendarCoverageError if the verdict is unknown.
    """
    if isinstance(one.budget, timedelta) and (one.closing == "latest" or used != one.budget):
        limit, _ = _limit(one, start, by_rule=False)
        return _Verdict(used <= one.budget, limit, by_amount=True)
    try:
        limit = _limit_of(one)(start, one.budget)
        return _Verdict(not _after(end, limit), limit)
    except CalendarCoverageError:
        earliest, latest = _bounds(one, start)
        if earliest is not None and not _after(end, earliest):
            return _Verdict(met=True, limit=None)
        if latest is not None and _after(end, latest):
            return _Verdict(met=False, limit=None)
        if not by_rule:
            raise
        limit = _limit_of(one)(start, one.budget, provisional=True)
        return _Verdict(not _after(end, limit), limit, provisional=True)


def _bounds(one: OneTarget, start: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and the latest limit of a day budget, None for a missing bound."""
    if not isinstance(one.budget, DayBudget | StartBudget):
        return None, None
    bounds = one.budget.bounds(one.schedule, start, (), ())
    return bounds.due_at if one.closing == "strict" else bounds.limit


def _note_end(settings: Settings, one: OneTarget, at: datetime) -> None:
    """Print a note if the calendar ends soon after ``at``, unless answers may be provisional."""
    if not settings.provisional:
        note_calendar_ends([one.schedule], at, settings.lang)


def _after(one: datetime, other: datetime) -> bool:
    return one.astimezone(UTC) > other.astimezone(UTC)


@command("latest-start")
@argument("due_by")
@explain_option
@target_option
@common_options
def latest_start(due_by: str, *, explain: bool, target: str | None, **options: Any) -> None:
    """Run the command ``latest-start``, whose help is in ``text.help``."""
    settings = Settings.of(take(CommonOptions, options), target)
    one, by_rule = settings.one_target(), settings.provisional
    schedule, budget = one.schedule, one.budget
    given = read_time(due_by, schedule.tz)
    wanted = given.when.astimezone(schedule.tz)
    latest = schedule.latest_start(wanted, budget, provisional=by_rule)
    trace = schedule.explain(latest, budget, provisional=by_rule)
    _note_end(settings, one, wanted)
    if settings.as_json:
        echo_json(
            {
                "schema": "workhours.latest-start/2",
                "target": one.name,
                "due_by": wanted,
                "zone_assumed": given.assumed_zone,
                "budget": budget_data(budget),
                "latest_start": latest,
                "due_at": trace.end,
                **common_data(one, trace, explain=explain),
            }
        )
        return
    answer = Answer(settings, one)
    answer.heading(latest)
    answer.given("due", given)
    if explain:
        answer.trace(trace)
    note = answer.text("latest_start_note", when=answer.time(trace.end, given, ends=True))
    text = answer.time(latest, given)
    if isinstance(budget, DayBudget):  # the last microsecond before a closing or a midnight
        text = answer.text("before", when=answer.time(latest + TICK, given, ends=True))
    answer.line("latest_start", f"{text} ({note})")
    answer.footing(provisional=trace.provisional)


@command()
@argument("start")
@argument("end", required=False)
@target_option
@common_options
@click.pass_context
def explain(ctx: click.Context, /, start: str, end: str | None, **options: Any) -> None:
    """Run the command ``explain``, whose help is in ``text.help``."""
    if end is None:
        ctx.invoke(due, start=start, now=None, explain=True, **options)
    else:
        ctx.invoke(elapsed, start=start, end=end, explain=True, **options)

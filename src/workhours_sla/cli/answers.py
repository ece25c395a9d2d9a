"""The commands ``due``, ``elapsed``, ``latest-start`` and ``explain``, about one span of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from workhours_sla.cli.help import Options, argument, command, option
from workhours_sla.cli.options import CommonOptions, DatesOptions
from workhours_sla.cli.output import echo_json, echo_lines, note_calendar_ends
from workhours_sla.cli.settings import Settings, budget_text, counting_text
from workhours_sla.cli.times import GivenTime, read_time, show_end, show_time, zone_text
from workhours_sla.json.answers import Due, Elapsed, LatestStart, Met, is_after
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.budgets import ClockTime
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.times import TICK


class ExplainOption(Options):
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


class Answer:
    """The answer to a question about a target, in lines that have a label and a text each."""

    def __init__(self, options: CommonOptions | DatesOptions, target: str | None) -> None:
        self.settings = Settings.of(options, target)
        self.one = self.settings.one_target()
        self.by_rule = self.settings.provisional

    def given(self, text: str) -> GivenTime:
        return read_time(text, self.one.schedule.tz)

    def time(self, when: datetime, given: GivenTime | None = None, *, ends: bool = False) -> str:
        """Write a time in the schedule's zone, then the same time at the offset of ``given``."""
        show = show_end if ends and isinstance(self.one.budget, DayBudget) else show_time
        local = when.astimezone(self.one.schedule.tz)
        text = show(local, offset=True)
        if given is None or given.assumed_zone:
            return text
        other = when.astimezone(given.when.tzinfo)
        if other.utcoffset() == local.utcoffset():
            return text
        return f"{text} = {show_time(other, offset=True)}"

    def note_end(self, at: datetime) -> None:
        if not self.by_rule:
            note_calendar_ends([self.one.schedule], at)

    def show(
        self,
        found: Due | Elapsed | LatestStart,
        given: Mapping[str, GivenTime],
        start: datetime,
        lines: Iterator[str],
    ) -> None:
        if self.settings.as_json:
            echo_json(found.data(zone_assumed=any(one.assumed_zone for one in given.values())))
        else:
            echo_lines(self._text(found, given, start, lines))

    def _text(
        self,
        found: Due | Elapsed | LatestStart,
        given: Mapping[str, GivenTime],
        start: datetime,
        lines: Iterator[str],
    ) -> Iterator[str]:
        schedule, budget = self.one.schedule, self.one.budget
        target = f"{budget_text(budget)} · {schedule.hours} · {zone_text(start, schedule.tz)}"
        yield labelled("target", target)
        counting = counting_text(budget)
        if counting is not None:
            yield labelled("counting", counting)
        for label, one in given.items():
            text = self.time(one.when, one)
            if one.assumed_zone:
                text += f" ({SHELL.text('assumed_zone', tz=schedule.tz)})"
            yield labelled(label, text)
        if found.trace is not None:
            for line in found.trace.lines(current()):
                yield f"  {line}".rstrip()
        yield from lines
        yield from self.footing(provisional=found.provisional)

    def footing(self, *, provisional: bool) -> Iterator[str]:
        """Yield the calendar with its version, and a line if the answer is provisional."""
        calendar = self.one.schedule.calendar
        version = SHELL.text("version", id=calendar.id, version=calendar.version)
        yield labelled("calendar", version)
        if provisional:
            yield SHELL.text("provisional")


def labelled(label: str, text: str) -> str:
    return f"{SHELL.text(label):<14}{text}".rstrip()


def _due(wanted: _Start, more: ExplainOption, common: CommonOptions) -> None:
    answer = Answer(common, more.target)
    given = answer.given(wanted.start)
    now = None if wanted.now is None else answer.given(wanted.now).when
    found = Due.of(answer.one, given.when, now=now, by_rule=answer.by_rule, traced=more.explain)
    answer.note_end(found.start if now is None else max(found.start, now))
    lines = _due_lines(answer, found, given, now)
    answer.show(found, {"start": given}, found.start, lines)


def _due_lines(answer: Answer, found: Due, given: GivenTime, now: datetime | None) -> Iterator[str]:
    budget, due_at, limit, remaining = answer.one.budget, found.due_at, found.limit, found.remaining
    text = answer.time(due_at, given, ends=True)
    if isinstance(budget, timedelta) and limit is not None and is_after(limit, due_at):
        text += f" ({SHELL.text('due_at_closing')})"
    yield labelled("due", text)
    if limit is None:
        yield labelled("breach", SHELL.text("limit_unknown"))
    else:
        when = answer.time(limit, given, ends=True)
        yield labelled("breach", SHELL.text("after", when=when))
    if remaining is not None and now is not None:
        label = "remaining" if remaining >= timedelta(0) else "overdue_by"
        kind = "clock_time" if isinstance(budget, ClockTime) else "working_time"
        amount = budget_words(kind, format_amount(abs(remaining)))
        yield labelled(label, f"{amount} ({SHELL.text('now', when=answer.time(now))})")


def _elapsed(wanted: _Span, more: ExplainOption, common: CommonOptions) -> None:
    answer = Answer(common, more.target)
    given = {"start": answer.given(wanted.start), "end": answer.given(wanted.end)}
    times = (one.when for one in given.values())
    found = Elapsed.of(answer.one, *times, by_rule=answer.by_rule, traced=more.explain)
    answer.note_end(max(found.start, found.end))

    def lines() -> Iterator[str]:
        text = budget_words("working_time", format_amount(found.used))
        if found.verdict is not None:
            text += f" ({_verdict_text(answer, found.verdict, found.used)})"
        yield labelled("elapsed", text)

    answer.show(found, given, found.start, lines())


def _verdict_text(answer: Answer, verdict: Met, used: timedelta) -> str:
    budget = answer.one.budget
    if verdict.by_amount and isinstance(budget, timedelta):
        amounts = {"budget": format_amount(budget), "over": format_amount(used - budget)}
        return SHELL.text("within" if verdict.met else "beyond", **amounts)
    if verdict.limit is None:
        return SHELL.text("met" if verdict.met else "breached")
    limit = answer.time(verdict.limit, ends=True)
    return SHELL.text("until_limit" if verdict.met else "after_limit", limit=limit)


@command("latest-start", _End, ExplainOption, CommonOptions)
def latest_start(wanted: _End, more: ExplainOption, common: CommonOptions) -> None:
    answer = Answer(common, more.target)
    given = answer.given(wanted.due_by)
    found = LatestStart.of(answer.one, given.when, by_rule=answer.by_rule, traced=more.explain)
    answer.note_end(found.due_by)

    def lines() -> Iterator[str]:
        when = answer.time(found.due_at, given, ends=True)
        text = answer.time(found.latest, given)
        if isinstance(answer.one.budget, DayBudget):
            # the last microsecond before a closing or a midnight
            before = answer.time(found.latest + TICK, given, ends=True)
            text = SHELL.text("before", when=before)
        note = SHELL.text("latest_start_note", when=when)
        yield labelled("latest_start", f"{text} ({note})")

    answer.show(found, {"due": given}, found.latest, lines())


@command("explain", _Explained, CommonOptions)
def explain(wanted: _Explained, common: CommonOptions) -> None:
    more = ExplainOption(explain=True, target=wanted.target)
    if wanted.end is None:
        _due(_Start(start=wanted.start), more, common)
    else:
        _elapsed(_Span(start=wanted.start, end=wanted.end), more, common)


due = command("due", _Start, ExplainOption, CommonOptions)(_due)
elapsed = command("elapsed", _Span, ExplainOption, CommonOptions)(_elapsed)

"""The text of ``check``: counts, the list of appeals, and reservations about the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import click

from workhours_sla.cli.budgets import budget_text
from workhours_sla.cli.check_result import (
    CheckResult,
    is_breached,
    urgency,
)
from workhours_sla.cli.output import printable
from workhours_sla.cli.policy_output import (
    calendar_lines,
    main_schedule,
    schedule_text,
)
from workhours_sla.cli.row_counts import account, store_lines, unmatched
from workhours_sla.cli.times import show_minute, show_short, zone_text
from workhours_sla.json.outcomes import VERDICTS, holder_at_breach
from workhours_sla.reports.agreement import agreement_lines
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import ScheduleBy
from workhours_sla.text import catalog
from workhours_sla.text.catalog import SENTENCES, SHELL
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.day_budgets import DayBudget
from workhours_sla.worktime.times import in_time

SHOWN_ROWS: Final = 20
WIDEST_CELL: Final = 28
CUT: Final = "…"
STILL_OPEN: Final = VERDICTS[:4]
ALWAYS_COUNTED: Final = frozenset({Verdict.BREACHED, Verdict.AT_RISK, Verdict.PENDING, Verdict.MET})
MARKS: Final = {Verdict.BREACHED: "!!", Verdict.AT_RISK: "!"}
COLOURS: Final = {Verdict.BREACHED: "red", Verdict.AT_RISK: "yellow"}
NOTED: Final = (
    *("calendar_unknown", "provisional", "needs_review", "retroactive", "pause_left_open"),
)
"""Attributes of outcomes. If one is true for any outcome, a sentence with the count is printed."""


def check_lines(found: CheckResult, *, show_all: bool) -> Iterator[str]:
    """Yield the lines of text that ``check`` prints. Appeals that need action come first."""
    outcomes = found.result.outcomes
    table = _Table(found)
    yield _heading(found)
    yield click.style(_counted(outcomes, with_unanswered=True), bold=True)
    if len(found.targets) > 1:
        yield from _by_target(found)
    yield from table.lines(show_all=show_all)
    for key in NOTED:
        count = sum(getattr(outcome, key) for outcome in outcomes)
        if count:
            yield SENTENCES.text(key, count=count)
    yield from unmatched(found.result)
    for agreement in found.agreements:
        yield from agreement_lines(agreement)
    yield ""
    yield from account(found.result, found.rows)
    yield from _from_store(found)
    yield from calendar_lines(found.configuration, found.target)


def _heading(found: CheckResult) -> str:
    schedule = main_schedule(found.configuration, found.target)
    parts = [SHELL.text("as_of", when=show_minute(found.as_of))]
    if found.target is not None:
        parts.append(printable(found.target))
    if len(found.targets) == 1:
        target = found.targets[0]
        parts.append(budget_text(target.budget))
        selected = isinstance(target.schedule, ScheduleBy)
        name = schedule_text(target, found.configuration)
        parts.append(name if selected else str(schedule.hours))
    parts.append(zone_text(found.as_of, schedule.tz))
    return " · ".join(parts)


def _by_target(found: CheckResult) -> Iterator[str]:
    """Yield a line for each target: its name, budget, schedule and counts of verdicts."""
    rows = [
        (
            target.name,
            budget_text(target.budget),
            schedule_text(target, found.configuration),
        )
        for target in found.targets
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        outcomes = [o for o in found.result.outcomes if o.target == row[0]]
        cells = (f"{part:<{width}}" for part, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}  {_counted(outcomes)}"


def _counted(outcomes: Iterable[Outcome], *, with_unanswered: bool = False) -> str:
    """Write the number of outcomes for each verdict.

    ``with_unanswered`` adds how many of the breaches have no answer.
    """
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [
        f"{catalog.VERDICTS[verdict].upper()} {counts[verdict]}"
        for verdict in VERDICTS
        if counts[verdict] or verdict in ALWAYS_COUNTED
    ]
    unanswered = with_unanswered and sum(map(_is_unanswered, outcomes))
    if unanswered:
        parts[0] += f" ({SHELL.text('unanswered', count=unanswered)})"
    return " · ".join(parts)


def _is_unanswered(outcome: Outcome) -> bool:
    return is_breached(outcome) and outcome.answered_at is None


def _from_store(found: CheckResult) -> Iterator[str]:
    """Yield a line for each reason why an answer from a store is incomplete.

    The last line counts the breaches that depend on events after the store's watermark.
    """
    zone = main_schedule(found.configuration, found.target).tz
    yield from store_lines(found.rows, found.as_of, found.version, zone)
    watermark = found.rows.stored.watermark if found.rows.stored else None
    if watermark is not None:
        since = sum(
            _is_unanswered(o) and o.latest_limit is not None and in_time(watermark, o.latest_limit)
            for o in found.result.outcomes
        )
        if since:
            yield "  " + SHELL.text("overdue_since", count=since)


class _Table:
    """Prints the appeals as lines with aligned columns."""

    def __init__(self, found: CheckResult) -> None:
        self._found = found
        self._text = SHELL.text

    def lines(self, *, show_all: bool) -> Iterator[str]:
        """Yield a line for each appeal, grouped by verdict.

        Without ``show_all`` only open and overdue appeals are listed, at most 20 for each verdict.
        """
        listed: list[tuple[Verdict, list[Outcome], int]] = []
        for verdict in VERDICTS if show_all else STILL_OPEN:
            section = sorted(
                (o for o in self._found.result.outcomes if o.verdict is verdict), key=urgency
            )
            shown = section if show_all else section[:SHOWN_ROWS]
            listed.append((verdict, shown, len(section) - len(shown)))
        rows = [outcome for _, shown, _ in listed for outcome in shown]
        widths = [max(map(len, column)) for column in zip(*map(self._cells, rows), strict=True)]
        for verdict, shown, more in listed:
            for outcome in shown:
                parts = zip(self._cells(outcome), widths, strict=True)
                cells = "  ".join(f"{part:<{width}}" for part, width in parts)
                line = f"  {MARKS.get(verdict, ''):<3} {cells}  " + "   ".join(self._facts(outcome))
                yield click.style(line, fg=COLOURS.get(verdict))
                yield from self._holders(outcome)
            if more:
                yield "      " + self._text("and_more", count=more)

    def _cells(self, outcome: Outcome) -> tuple[str, ...]:
        cells = _cell(outcome.appeal_id), self._name(outcome.agency_id or "")
        return (*cells, _cell(outcome.target)) if len(self._found.targets) > 1 else cells

    def _name(self, agency_id: str) -> str:
        return _cell(self._found.configuration.mapping.agency_name(agency_id))

    def _time(self, when: datetime, *, ends: bool = False) -> str:
        return show_short(when, self._found.as_of.date(), ends=ends)

    def _facts(self, outcome: Outcome) -> Iterator[str]:
        in_days = isinstance(outcome.budget, DayBudget)

        def when(key: str, at: datetime | None, *, ends: bool = False) -> Iterator[str]:
            if at is not None:
                yield self._text(key, when=self._time(at, ends=ends and in_days))

        yield from when("posted", outcome.posted_at)
        if outcome.started_at != outcome.posted_at:
            yield from when("started", outcome.started_at)
        yield from when("due_by", outcome.due_at, ends=True)
        if outcome.limit != outcome.due_at:
            yield from when("late_after", outcome.limit, ends=True)
        if outcome.due_at is None and outcome.bounds is not None:
            yield from self._due_bounds(*outcome.bounds.due_at)
        yield from when("answered", outcome.answered_at)
        yield from when("withdrawn", outcome.withdrawn_at)
        if outcome.overdue:
            yield self._text("late_by", amount=format_amount(outcome.overdue))
        elif outcome.remaining is not None and outcome.answered_at is None:
            yield self._text("left", amount=format_amount(outcome.remaining))
        if outcome.needs_review:
            yield self._text("to_review")

    def _due_bounds(self, earliest: datetime | None, latest: datetime | None) -> Iterator[str]:
        if earliest is not None:
            since = self._time(earliest)
            if latest is None:
                yield self._text("due_not_before", when=since)
            else:
                yield self._text("due_between", since=since, until=self._time(latest))

    def _holders(self, outcome: Outcome) -> Iterator[str]:
        """Yield a line for each agency that had an overdue appeal, with the period and the time.

        The last line names the agency that had the appeal when its limit passed.
        """
        spans = self._found.spans(outcome)
        zone = self._found.as_of.tzinfo
        for span in spans:
            who = (
                self._text(span.phase)
                if span.holder is None
                else self._text("assigned_to", holder=self._name(span.holder))
            )
            since, until = (self._time(at.astimezone(zone)) for at in (span.since, span.until))
            yield f"        {since} - {until}  {format_amount(span.worked):>9}  {who}"
        holder = holder_at_breach(outcome, spans)
        if holder is not None:
            yield "        " + self._text("holder_at_breach", holder=self._name(holder))


def _cell(text: str) -> str:
    """Return text for a table cell, without control characters and shortened to 28 characters."""
    return printable(text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + CUT)

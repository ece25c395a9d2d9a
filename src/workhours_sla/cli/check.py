"""The command ``check``: show which appeals are overdue, at risk or met, as text or as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import click

from workhours_sla.cli.detected import given_without_config
from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.input import Rows, read_rows
from workhours_sla.cli.options import CommonOptions, InputOptions
from workhours_sla.cli.output import (
    BREACHES,
    CALENDAR_UNKNOWN,
    UNREADABLE,
    Stages,
    echo_json,
    echo_lines,
    printable,
)
from workhours_sla.cli.policy_text import (
    calendar_lines,
    main_schedule,
    note_pauses,
    policy_data,
    schedule_text,
)
from workhours_sla.cli.rows import account, account_data, quarantine, store_lines, unmatched
from workhours_sla.cli.settings import Settings, budget_text
from workhours_sla.cli.times import read_time, show_minute, show_short, zone_text
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.config.policy import Configuration
from workhours_sla.config.sections import Config
from workhours_sla.json.outcomes import VERDICTS, holder_at_breach, holder_data, outcome_data
from workhours_sla.reports.agreement import agreement_lines
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.holders import BreachSpans, Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import targets_named
from workhours_sla.sla.target import ScheduleBy, Target
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


class _CheckOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    warn: str | None = option("--warn", metavar="AMOUNT", without=Config().one_target.warn)
    target: str | None = option("--target", metavar="NAME")
    show_all: bool = option("--all", is_flag=True)
    explain: bool = option("--explain", is_flag=True)
    strict: bool = option("--strict", is_flag=True)


@dataclass
class Checked:
    """An evaluation and everything else that ``check`` prints."""

    result: Evaluation
    rows: Rows
    configuration: Configuration
    as_of: datetime
    version: str
    explain: bool = field(kw_only=True)
    target: str | None = field(kw_only=True, default=None)

    @cached_property
    def targets(self) -> Sequence[Target]:
        return targets_named(self.configuration.policy, self.target)

    @cached_property
    def agreements(self) -> Sequence[Agreement]:
        """The comparison of each target with the exporting system, empty if it made no claims."""
        if not self.rows.claims:
            return ()
        outcomes, claims = self.result.outcomes, self.rows.claims
        return [compare_claims(outcomes, claims, target.name) for target in self.targets]

    @cached_property
    def _breach_spans(self) -> BreachSpans:
        return BreachSpans(self.rows.events, self.result.quarantine, self.targets, self.as_of)

    def spans(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return the agencies that had an overdue appeal, and how long each had it."""
        return self._breach_spans.of(outcome) if self.explain else ()


def _is_breached(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.BREACHED


def _urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return a key that sorts outcomes with the same verdict by urgency, the most urgent first."""
    remaining = -outcome.overdue if outcome.overdue else outcome.remaining
    latest = datetime.max.replace(tzinfo=UTC)
    return (
        outcome.answered_at is not None,
        timedelta.max if remaining is None else remaining,
        latest if outcome.due_at is None else outcome.due_at.astimezone(UTC),
        outcome.posted_at.astimezone(UTC),
    )


@command("check", InputOptions, _CheckOptions, CommonOptions)
def check(source: InputOptions, wanted: _CheckOptions, common: CommonOptions) -> int:
    warn, target = wanted.warn, wanted.target
    settings = Settings.of(common, target)
    configuration = settings.configuration(warn)
    zone = main_schedule(configuration, target).tz
    now = read_time(wanted.as_of or "now", zone).when.astimezone(zone)
    with Stages() as stages:
        given = given_without_config(source, common)
        rows = read_rows(source, configuration.mapping, stages, given)
        stages.begin("judging")
        result = evaluate(
            rows.events, configuration.policy, as_of=now, provisional=settings.provisional
        )
    settings.note_ends(configuration, now)
    note_pauses(rows.events, configuration)
    if target is not None:
        result = _of_target(result, target)
    # --warn must not make the policy differ from that of the store
    version = (configuration if warn is None else settings.configuration()).policy.version
    found = Checked(
        result, rows, configuration, now, version, explain=wanted.explain, target=target
    )
    if settings.as_json:
        echo_json(_data(found))
    else:
        echo_lines(_lines(found, show_all=wanted.show_all))
    if wanted.strict and (rows.faults or quarantine(result, rows)):
        return UNREADABLE
    if any(map(_is_breached, result.outcomes)):
        return BREACHES
    return CALENDAR_UNKNOWN if any(one.calendar_unknown for one in result.outcomes) else 0


def _of_target(result: Evaluation, name: str) -> Evaluation:
    return replace(
        result,
        outcomes=tuple(one for one in result.outcomes if one.target == name),
        unmatched=tuple(one for one in result.unmatched if one.target in (None, name)),
    )


def _data(found: Checked) -> dict[str, Any]:
    outcomes = found.result.outcomes
    counts = Counter(outcome.verdict for outcome in outcomes)
    by_target = Counter((outcome.target, outcome.verdict) for outcome in outcomes)
    promised = policy_data(found.configuration, found.target)
    for target in promised["targets"]:
        target["counts"] = {verdict: by_target[target["name"], verdict] for verdict in VERDICTS}
    in_order = sorted(outcomes, key=lambda o: (VERDICTS.index(o.verdict), *_urgency(o)))
    return {
        "schema": "workhours.check/5",
        "as_of": found.as_of,
        **promised,
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "outcomes": [
            {
                **outcome_data(outcome),
                **holder_data(outcome, found.spans(outcome), found.as_of.tzinfo),
            }
            for outcome in in_order
        ],
        "agreement": [asdict(one) for one in found.agreements],
        **account_data(found.result, found.rows),
    }


# -- text -------------------------------------------------------------------------------------


def _lines(found: Checked, *, show_all: bool) -> Iterator[str]:
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


def _heading(found: Checked) -> str:
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


def _by_target(found: Checked) -> Iterator[str]:
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
    return _is_breached(outcome) and outcome.answered_at is None


def _from_store(found: Checked) -> Iterator[str]:
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
    def __init__(self, found: Checked) -> None:
        self._found = found
        self._text = SHELL.text

    def lines(self, *, show_all: bool) -> Iterator[str]:
        """Yield a line for each appeal, grouped by verdict."""
        listed: list[tuple[Verdict, list[Outcome], int]] = []
        for verdict in VERDICTS if show_all else STILL_OPEN:
            section = sorted(
                (o for o in self._found.result.outcomes if o.verdict is verdict), key=_urgency
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
        posted, started = outcome.posted_at, outcome.started_at
        due_at, limit = outcome.due_at, outcome.limit
        yield self._text("posted", when=self._time(posted))
        if started is not None and started != posted:
            yield self._text("started", when=self._time(started))
        for key, at in (("due_by", due_at), ("late_after", None if limit == due_at else limit)):
            if at is not None:
                yield self._text(key, when=self._time(at, ends=in_days))
        if due_at is None and outcome.bounds is not None:
            yield from self._due_bounds(*outcome.bounds.due_at)
        for key, at in (("answered", outcome.answered_at), ("withdrawn", outcome.withdrawn_at)):
            if at is not None:
                yield self._text(key, when=self._time(at))
        if outcome.overdue:
            yield self._text("late_by", amount=format_amount(outcome.overdue))
        elif outcome.remaining is not None and outcome.answered_at is None:
            yield self._text("left", amount=format_amount(outcome.remaining))
        if outcome.needs_review:
            yield self._text("to_review")

    def _due_bounds(self, earliest: datetime | None, latest: datetime | None) -> Iterator[str]:
        if earliest is not None:
            key = "due_not_before" if latest is None else "due_between"
            times = {"since": earliest, "until": latest, "when": earliest}
            yield self._text(key, **{name: self._time(at) for name, at in times.items() if at})

    def _holders(self, outcome: Outcome) -> Iterator[str]:
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
    return printable(text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + CUT)

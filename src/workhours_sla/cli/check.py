"""Which appeals of a file are late, which are about to be, and where every row went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from workhours_sla.adapters.config.policy import Promises
from workhours_sla.adapters.config.sections import Config
from workhours_sla.cli.answers import echo_json
from workhours_sla.cli.input import (
    Rows,
    account,
    account_data,
    appeals_options,
    quarantine,
    read_rows,
    store_lines,
    unmatched,
)
from workhours_sla.cli.policy_output import (
    budget_text,
    calendar_lines,
    main_schedule,
    promises_data,
    schedule_text,
)
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.times import read_time, show_short, show_time, zone_text
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import HolderHistory, Span, breach_owner
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import ScheduleBy
from workhours_sla.text import words
from workhours_sla.text.shell import say
from workhours_sla.worktime.budget import format_amount, iso_amount

SHOWN_ROWS: Final = 20
WIDEST_CELL: Final = 28
EXIT_BREACHES: Final = 1
EXIT_QUARANTINE: Final = 2
"""As cli.main has them."""

SECTIONS: Final = (
    Verdict.BREACHED,
    Verdict.AT_RISK,
    Verdict.PENDING,
    Verdict.PAUSED,
    Verdict.MET,
    Verdict.WITHDRAWN,
    Verdict.EXCLUDED,
)
STILL_OPEN: Final = SECTIONS[:4]
ALWAYS_COUNTED: Final = frozenset({Verdict.BREACHED, Verdict.AT_RISK, Verdict.PENDING, Verdict.MET})
MARKS: Final = {Verdict.BREACHED: "!!", Verdict.AT_RISK: "!"}
COLOURS: Final = {Verdict.BREACHED: "red", Verdict.AT_RISK: "yellow"}


@click.command()
@appeals_options
@click.option("--as-of", metavar="TIME", help="The instant to judge at. [now]")
@click.option("--warn", metavar="AMOUNT", help="At risk with this much left. [1h]")
@click.option("--all", "show_all", is_flag=True, help="List every appeal, the met ones too.")
@click.option("--explain", is_flag=True, help="Say who held what is overdue, and for how long.")
@click.option("--strict", is_flag=True, help="Exit 2 if anything was quarantined.")
@common_options
def check(  # noqa: PLR0913
    file: str | None,
    *,
    store: str | None,
    assume_tz: str | None,
    min_read: str,
    as_of: str | None,
    warn: str | None,
    show_all: bool,
    explain: bool,
    strict: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Say which appeals of FILE are overdue, at risk or in time; - reads standard input.

    FILE is CSV or JSON Lines, with a row per event or per appeal; --config maps its columns and
    says what was promised. --store takes the events from a store of watch, while it is written.
    Exits 1 when there are breaches.
    """
    settings = Settings.of(**options)
    config = settings.config or Config()
    promises = settings.promises(warn)
    judged_at = read_time(as_of or "now", main_schedule(promises).tz).when
    rows = read_rows(file, store, config, assume_tz, min_read=min_read, lang=settings.lang)
    result = evaluate(
        rows.events, promises.policy, as_of=judged_at, provisional=settings.provisional
    )
    # what is at risk has no part in what was promised
    version = (promises if warn is None else settings.promises()).policy.version
    report = _Report(result, rows, promises, settings, judged_at, version=version, explain=explain)
    if as_json:
        echo_json(report.data())
    else:
        for line in report.page(show_all=show_all):
            click.echo(line)
    if strict and (rows.faults or quarantine(result, rows)):
        return EXIT_QUARANTINE
    return EXIT_BREACHES if any(map(_breached, result.outcomes)) else 0


def _breached(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.BREACHED


def _urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return the key that puts the rows of a section in order: what needs action first."""
    remaining = -outcome.overdue if outcome.overdue else outcome.remaining
    latest = datetime.max.replace(tzinfo=UTC)
    return (
        outcome.answered_at is not None,
        timedelta.max if remaining is None else remaining,
        latest if outcome.due_at is None else outcome.due_at.astimezone(UTC),
        outcome.posted_at.astimezone(UTC),
    )


class _Report:
    """What was found, as a page of text and as data."""

    def __init__(  # noqa: PLR0913
        self,
        result: Evaluation,
        rows: Rows,
        promises: Promises,
        settings: Settings,
        as_of: datetime,
        *,
        version: str,
        explain: bool,
    ) -> None:
        self.result = result
        self.rows = rows
        self.promises = promises
        self.targets = promises.policy.targets
        self.version = version
        self.lang = settings.lang
        self.schedule = main_schedule(promises)
        self.as_of = as_of.astimezone(self.schedule.tz)
        self.agencies = {} if settings.config is None else settings.config.agencies
        self.explain = explain
        self.events: Mapping[str, list[Event]] = _by_appeal(rows.events, result) if explain else {}
        self.history: tuple[str, HolderHistory] | None = None
        """Of the appeal that was explained last."""

    # -- text ------------------------------------------------------------------------------

    def page(self, *, show_all: bool) -> Iterator[str]:
        """Yield the lines, what needs action first."""
        lang, outcomes = self.lang, self.result.outcomes
        yield self._heading()
        counts = Counter(outcome.verdict for outcome in outcomes)
        unanswered = sum(_breached(o) and o.answered_at is None for o in outcomes)
        yield click.style(_counted(counts, lang, unanswered), bold=True)
        if len(self.targets) > 1:
            yield from self._by_target()
        yield from self._table(show_all=show_all)
        for phrase, count in (
            ("calendar_unknown", sum(outcome.calendar_unknown for outcome in outcomes)),
            ("provisional_count", sum(outcome.provisional for outcome in outcomes)),
            ("to_review_count", sum(outcome.needs_review for outcome in outcomes)),
            ("retroactive_count", sum(outcome.retroactive for outcome in outcomes)),
            ("pause_left_open_count", sum(outcome.pause_left_open for outcome in outcomes)),
        ):
            if count:
                yield say(phrase, lang, count=count)
        yield from unmatched(self.result, lang)
        yield ""
        yield from account(self.result, self.rows, lang)
        yield from self._of_store()
        yield from calendar_lines(self.promises, lang)

    def _of_store(self) -> Iterator[str]:
        """Yield what a store's answer must be read with, and how much of it that touches."""
        zone = self.schedule.tz
        yield from store_lines(self.rows, self.as_of, self.version, zone, self.lang)
        watermark = self.rows.stored.watermark if self.rows.stored else None
        if watermark is not None:
            since = sum(
                _breached(o)
                and o.answered_at is None
                and o.latest_limit is not None
                and o.latest_limit >= watermark
                for o in self.result.outcomes
            )
            if since:
                yield "  " + say("overdue_since", self.lang, count=since)

    def _heading(self) -> str:
        parts = [say("as_of", self.lang, when=show_time(self.as_of, self.lang))]
        if len(self.targets) == 1:
            target = self.targets[0]
            parts.append(budget_text(target.budget, self.lang))
            by = isinstance(target.schedule, ScheduleBy)
            told = schedule_text(target, self.promises, self.lang)
            parts.append(told if by else str(self.schedule.hours))
        parts.append(zone_text(self.as_of, self.schedule.tz))
        return " · ".join(parts)

    def _by_target(self) -> Iterator[str]:
        """Yield a line for each target: what it promises, and how it stands."""
        lang = self.lang
        told = [
            (
                target.name,
                budget_text(target.budget, lang),
                schedule_text(target, self.promises, lang),
            )
            for target in self.targets
        ]
        widths = [max(map(len, column)) for column in zip(*told, strict=True)]
        for parts in told:
            counts = Counter(o.verdict for o in self.result.outcomes if o.target == parts[0])
            cells = (f"{part:<{width}}" for part, width in zip(parts, widths, strict=True))
            yield f"  {'  '.join(cells)}  {_counted(counts, lang)}"

    def _table(self, *, show_all: bool) -> Iterator[str]:
        """Yield the appeals by section; the met, and long tails, only where all are wanted."""
        listed: list[tuple[Verdict, list[Outcome], int]] = []
        for verdict in SECTIONS if show_all else STILL_OPEN:
            section = sorted(
                (o for o in self.result.outcomes if o.verdict is verdict), key=_urgency
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
                yield "      " + say("and_more", self.lang, count=more)

    def _cells(self, outcome: Outcome) -> tuple[str, ...]:
        cells = _cell(outcome.appeal_id), _cell(self._name(outcome.agency_id or ""))
        return (*cells, _cell(outcome.target)) if len(self.targets) > 1 else cells

    def _name(self, agency_id: str) -> str:
        named = self.agencies.get(agency_id)
        return agency_id if named is None else named.name or agency_id

    def _facts(self, outcome: Outcome) -> Iterator[str]:
        lang = self.lang

        def when(phrase: str, at: datetime | None) -> Iterator[str]:
            if at is not None:
                yield say(phrase, lang, when=show_short(at, lang, self.as_of.date()))

        yield from when("posted", outcome.posted_at)
        if outcome.started_at != outcome.posted_at:
            yield from when("started", outcome.started_at)
        yield from when("due_by", outcome.due_at)
        if outcome.due_at is None and outcome.bounds is not None:
            yield from self._due_bounds(*outcome.bounds.due_at)
        yield from when("answered", outcome.answered_at)
        yield from when("withdrawn", outcome.withdrawn_at)
        if outcome.overdue:
            yield say("late_by", lang, amount=format_amount(outcome.overdue))
        elif outcome.remaining is not None and outcome.answered_at is None:
            yield say("left", lang, amount=format_amount(outcome.remaining))
        if outcome.needs_review:
            yield say("to_review", lang)

    def _due_bounds(self, earliest: datetime | None, latest: datetime | None) -> Iterator[str]:
        if earliest is not None:
            near = self.as_of.date()
            since = show_short(earliest, self.lang, near)
            if latest is None:
                yield say("due_not_before", self.lang, when=since)
            else:
                until = show_short(latest, self.lang, near)
                yield say("due_between", self.lang, since=since, until=until)

    def _holders(self, outcome: Outcome) -> Iterator[str]:
        """Yield who had what is overdue, stretch by stretch, and who had it at the breach."""
        spans = self._spans(outcome)
        for span in spans:
            who = (
                say(span.phase, self.lang)
                if span.holder is None
                else say("assigned_to", self.lang, holder=_cell(self._name(span.holder)))
            )
            near = self.as_of.date()
            since, until = (
                show_short(at.astimezone(self.as_of.tzinfo), self.lang, near)
                for at in (span.since, span.until)
            )
            yield f"        {since} - {until}  {format_amount(span.worked):>9}  {who}"
        holder = _holder_at_breach(outcome, spans)
        if holder is not None:
            yield "        " + say("holder_at_breach", self.lang, holder=_cell(self._name(holder)))

    def _spans(self, outcome: Outcome) -> tuple[Span, ...]:
        target = next(target for target in self.targets if target.name == outcome.target)
        if not self.explain or not _breached(outcome) or target.on_transfer != "keep":
            return ()
        if self.history is None or self.history[0] != outcome.appeal_id:
            events = self.events[outcome.appeal_id]
            self.history = outcome.appeal_id, HolderHistory(events, self.as_of)
        with suppress(CalendarCoverageError):
            return self.history[1].spans(target, outcome.cycle)
        return ()

    # -- data ------------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """Return everything as plain data, never localised."""
        outcomes = self.result.outcomes
        counts = Counter(outcome.verdict for outcome in outcomes)
        by_target = Counter((outcome.target, outcome.verdict) for outcome in outcomes)
        promised = promises_data(self.promises)
        for target in promised["targets"]:
            target["counts"] = {v.value: by_target[target["name"], v] for v in SECTIONS}
        in_order = sorted(outcomes, key=lambda o: (SECTIONS.index(o.verdict), *_urgency(o)))
        return {
            "schema": "workhours.check/3",
            "as_of": self.as_of.isoformat(),
            **promised,
            "counts": {verdict.value: counts[verdict] for verdict in SECTIONS},
            "outcomes": [
                {**_outcome_data(outcome), **self._holder_data(outcome)} for outcome in in_order
            ],
            **account_data(self.result, self.rows),
        }

    def _holder_data(self, outcome: Outcome) -> dict[str, Any]:
        spans = self._spans(outcome)
        if not spans:
            return {}
        zone = self.as_of.tzinfo
        return {
            "holder_at_breach": _holder_at_breach(outcome, spans),
            "spans": [
                {
                    "holder": span.holder,
                    "phase": span.phase,
                    "since": span.since.astimezone(zone).isoformat(),
                    "until": span.until.astimezone(zone).isoformat(),
                    "worked": iso_amount(span.worked),
                }
                for span in spans
            ],
        }


def _counted(counts: Counter[Verdict], lang: str, unanswered: int = 0) -> str:
    heads = [
        f"{words.pick(words.VERDICTS[verdict], lang).upper()} {counts[verdict]}"
        for verdict in SECTIONS
        if counts[verdict] or verdict in ALWAYS_COUNTED
    ]
    if unanswered:
        heads[0] += f" ({say('unanswered', lang, count=unanswered)})"
    return " · ".join(heads)


def _cell(text: str) -> str:
    """Return text that keeps a table in shape: one line, no control characters, not too wide."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:WIDEST_CELL])


def _by_appeal(events: Sequence[Event], result: Evaluation) -> Mapping[str, list[Event]]:
    """Return the events that count, each once, by appeal."""
    aside = {event for event, _ in result.quarantine}
    kept: dict[str, Event] = {}
    for event in events:
        known = kept.get(event.event_id)
        if event not in aside and (known is None or event.received_at < known.received_at):
            kept[event.event_id] = event
    found: dict[str, list[Event]] = {}
    for event in kept.values():
        found.setdefault(event.appeal_id, []).append(event)
    return found


def _holder_at_breach(outcome: Outcome, spans: Sequence[Span]) -> str | None:
    return breach_owner(spans, outcome.limit) if spans and outcome.limit is not None else None


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    def time(when: datetime | None) -> str | None:
        return None if when is None else when.isoformat()

    def amount(value: timedelta | None) -> str | None:
        return None if value is None else iso_amount(value)

    bounds = outcome.bounds
    return {
        "appeal_id": outcome.appeal_id,
        "target": outcome.target,
        "cycle": outcome.cycle,
        "verdict": outcome.verdict.value,
        "agency_id": outcome.agency_id,
        "district_id": outcome.district_id,
        "channel": outcome.channel,
        "topic": outcome.topic,
        "posted_at": time(outcome.posted_at),
        "started_at": time(outcome.started_at),
        "due_at": time(outcome.due_at),
        "breaches_after": time(outcome.limit),
        "answered_at": time(outcome.answered_at),
        "withdrawn_at": time(outcome.withdrawn_at),
        "elapsed": amount(outcome.elapsed),
        "remaining": amount(outcome.remaining),
        "overdue": amount(outcome.overdue),
        "needs_review": outcome.needs_review,
        "calendar_unknown": outcome.calendar_unknown,
        "bounds": bounds
        and {
            "due_at": [*map(time, bounds.due_at)],
            "breaches_after": [*map(time, bounds.limit)],
            "elapsed": [*map(amount, bounds.elapsed)],
        },
        "provisional": outcome.provisional,
        "retroactive": outcome.retroactive,
        "pause_left_open": outcome.pause_left_open,
    }

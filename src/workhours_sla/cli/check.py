"""Which appeals of a file are late, which are about to be, and where every row went."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from workhours_sla import words
from workhours_sla.adapters.config import Config
from workhours_sla.adapters.sources import Fault, Source, open_source
from workhours_sla.cli.answers import echo_json, schedule_data
from workhours_sla.cli.phrases import say
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.times import read_time, show_short, show_time, zone_text
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluation import Evaluation, evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budget import format_amount, iso_amount, parse_budget

DEFAULT_WARN: Final = "1h"
DEFAULT_NAME: Final = "first reply"
LONG_WORK: Final = 5_000_000
"""Bytes of input from which a progress bar is worth showing."""
SHOWN_ROWS: Final = 20
SHOWN_FAULTS: Final = 5
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
@click.argument("file")
@click.option("--as-of", metavar="TIME", help="The instant to judge at. [now]")
@click.option("--warn", metavar="AMOUNT", help=f"At risk with this much left. [{DEFAULT_WARN}]")
@click.option("--assume-tz", metavar="ZONE", help="Zone of times without an offset.")
@click.option("--all", "show_all", is_flag=True, help="List every appeal, the met ones too.")
@click.option("--strict", is_flag=True, help="Exit 2 if anything was quarantined.")
@common_options
def check(  # noqa: PLR0913
    file: str,
    *,
    as_of: str | None,
    warn: str | None,
    assume_tz: str | None,
    show_all: bool,
    strict: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Say which appeals of FILE are overdue, at risk or in time; - reads standard input.

    FILE is CSV or JSON Lines, with a row per event or per appeal; --config maps its columns.
    Exits 1 when there are breaches.
    """
    settings = Settings.of(**options)
    config = settings.config or Config()
    if assume_tz is not None:
        config = config.with_zone(assume_tz)
    judged_at = read_time(as_of or "now", settings.schedule.tz).when
    promised = config.target
    target = Target(
        promised.name or DEFAULT_NAME,
        settings.budget,
        settings.schedule,
        warn=parse_budget(warn or promised.warn or DEFAULT_WARN),
        stops=frozenset(promised.stops_on) if promised.stops_on else "first_reply",
        closing=promised.closing or "latest",
    )
    if file == "-" and (sys.stdin is None or sys.stdin.isatty()):
        msg = "standard input is a terminal or closed; pipe a file into it or name one"
        raise click.UsageError(msg)
    rows = _Rows(per_event=config.input.kind == "events")
    with open_source(sys.stdin.buffer if file == "-" else Path(file), config) as source:
        events = list(rows.read(source))
    result = evaluate(events, Policy([target]), as_of=judged_at, provisional=settings.provisional)
    if as_json:
        echo_json(_data(result, rows, target, settings, judged_at))
    else:
        for line in _page(result, rows, settings, judged_at, show_all=show_all):
            click.echo(line)
    if strict and (rows.faults or result.quarantine):
        return EXIT_QUARANTINE
    return EXIT_BREACHES if any(map(_breached, result.outcomes)) else 0


class _Rows:
    """Reads a source; counts its rows and keeps the faulty ones.

    The order of rows says something about delivery only where each is an event.
    """

    def __init__(self, *, per_event: bool) -> None:
        self.per_event = per_event
        self.read_count = 0
        self.faults: list[Fault] = []

    def read(self, source: Source) -> Iterator[Event]:
        with _progress(source) as advance:
            for item in source:
                self.read_count += 1
                if isinstance(item, Fault):
                    self.faults.append(item)
                else:
                    yield from item
                if not self.read_count % 1000:
                    advance(source.position)
            advance(source.position)


@contextmanager
def _progress(source: Source) -> Iterator[Any]:
    """Show a bar on a terminal's standard error while a large file is read."""
    if source.size is None or source.size < LONG_WORK or not sys.stderr.isatty():
        yield lambda _position: None
        return
    with click.progressbar(length=source.size, label=source.name, file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)


def _breached(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.BREACHED


def _urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return the key that puts the rows of a section in order: what needs action first."""
    remaining = outcome.remaining if outcome.remaining is not None else timedelta.max
    return outcome.answered_at is not None, remaining, outcome.posted_at.astimezone(UTC)


# -- text ----------------------------------------------------------------------------------


def _page(
    result: Evaluation, rows: _Rows, settings: Settings, as_of: datetime, *, show_all: bool
) -> Iterator[str]:
    schedule, lang = settings.schedule, settings.lang
    local = as_of.astimezone(schedule.tz)
    promised = say("working_time", lang, amount=format_amount(settings.budget))
    yield (
        say("as_of", lang, when=show_time(local, lang))
        + " · "
        + " · ".join((promised, str(schedule.hours), zone_text(local, schedule.tz)))
    )
    counts = Counter(outcome.verdict for outcome in result.outcomes)
    unanswered = sum(_breached(o) and o.answered_at is None for o in result.outcomes)
    heads = [
        f"{words.pick(words.VERDICTS[verdict], lang).upper()} {counts[verdict]}"
        for verdict in SECTIONS
        if counts[verdict] or verdict in ALWAYS_COUNTED
    ]
    if unanswered:
        heads[0] += f" ({say('unanswered', lang, count=unanswered)})"
    yield click.style(" · ".join(heads), bold=True)
    yield from _table(result.outcomes, local, lang, show_all=show_all)
    unknown = sum(outcome.calendar_unknown for outcome in result.outcomes)
    if unknown:
        yield say("calendar_unknown", lang, count=unknown)
    provisional = sum(outcome.provisional for outcome in result.outcomes)
    if provisional:
        yield say("provisional_count", lang, count=provisional)
    yield ""
    yield from _reconciliation(result, rows, lang)
    calendar = schedule.calendar
    yield f"{say('calendar', lang)} " + say(
        "version", lang, id=calendar.id, version=calendar.version
    )


def _table(
    outcomes: Sequence[Outcome], as_of: datetime, lang: str, *, show_all: bool
) -> Iterator[str]:
    """Yield the appeals by section; the met ones, and long tails, only where all are wanted."""
    listed: list[tuple[Verdict, list[Outcome], int]] = []
    for verdict in SECTIONS if show_all else STILL_OPEN:
        section = sorted((o for o in outcomes if o.verdict is verdict), key=_urgency)
        shown = section if show_all else section[:SHOWN_ROWS]
        listed.append((verdict, shown, len(section) - len(shown)))
    rows = [outcome for _, shown, _ in listed for outcome in shown]
    appeal_width = max((len(_cell(o.appeal_id)) for o in rows), default=0)
    agency_width = max((len(_cell(o.agency_id or "")) for o in rows), default=0)
    for verdict, shown, more in listed:
        for outcome in shown:
            appeal, agency = _cell(outcome.appeal_id), _cell(outcome.agency_id or "")
            mark = MARKS.get(verdict, "")
            line = f"  {mark:<3} {appeal:<{appeal_width}}  {agency:<{agency_width}}  "
            yield click.style(
                line + "   ".join(_facts(outcome, as_of, lang)), fg=COLOURS.get(verdict)
            )
        if more:
            yield "      " + say("and_more", lang, count=more)


def _cell(text: str) -> str:
    """Return text that keeps a table in shape: one line, no control characters, not too wide."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:WIDEST_CELL])


def _facts(outcome: Outcome, as_of: datetime, lang: str) -> Iterator[str]:
    near = as_of.date()
    yield say("posted", lang, when=show_short(outcome.posted_at, lang, near))
    if outcome.due_at is not None:
        yield say("due_by", lang, when=show_short(outcome.due_at, lang, near))
    if outcome.answered_at is not None:
        yield say("answered", lang, when=show_short(outcome.answered_at, lang, near))
    remaining = outcome.remaining
    if remaining is not None and remaining < timedelta(0):
        yield say("late_by", lang, amount=format_amount(-remaining))
    elif remaining is not None and outcome.answered_at is None:
        yield say("left", lang, amount=format_amount(remaining))


def _reconciliation(result: Evaluation, rows: _Rows, lang: str) -> Iterator[str]:
    mapped = rows.read_count - len(rows.faults)
    yield say("rows", lang, read=rows.read_count, mapped=mapped, faulty=len(rows.faults))
    counts = result.reconciliation
    line = say(
        "events",
        lang,
        read=counts.read,
        applied=counts.applied,
        duplicate=counts.duplicate,
        quarantined=counts.quarantined,
    )
    if counts.after_as_of:
        line += say("after_as_of", lang, count=counts.after_as_of)
    if counts.late and rows.per_event:
        line += say("came_late", lang, count=counts.late)
    yield line
    reasons = Counter(fault.reason for fault in rows.faults)
    reasons.update(reason for _, reason in result.quarantine)
    for reason, count in reasons.most_common():
        yield f"  {count:>6}  {words.pick(words.QUARANTINE_REASONS[reason], lang)}"
    for fault in rows.faults[:SHOWN_FAULTS]:
        yield "    " + say("line", lang, line=fault.line) + f": {fault.detail}"
    for event, reason in result.quarantine[:SHOWN_FAULTS]:
        why = words.pick(words.QUARANTINE_REASONS[reason], lang)
        yield f"    {event.appeal_id} {event.type} {event.occurred_at.isoformat()}: {why}"


# -- data ----------------------------------------------------------------------------------


def _data(
    result: Evaluation, rows: _Rows, target: Target, settings: Settings, as_of: datetime
) -> dict[str, Any]:
    counts = Counter(outcome.verdict for outcome in result.outcomes)
    events = result.reconciliation
    return {
        "schema": "workhours.check/1",
        "as_of": as_of.astimezone(settings.schedule.tz).isoformat(),
        "target": {
            "name": target.name,
            "budget": iso_amount(settings.budget),
            "warn": iso_amount(target.warn),
            "closing": target.closing,
            "stops": target.stops if isinstance(target.stops, str) else sorted(target.stops),
        },
        **schedule_data(settings.schedule),
        "counts": {verdict.value: counts[verdict] for verdict in SECTIONS},
        "rows": {
            "read": rows.read_count,
            "mapped": rows.read_count - len(rows.faults),
            "quarantined": len(rows.faults),
        },
        "events": {
            "read": events.read,
            "applied": events.applied,
            "duplicate": events.duplicate,
            "quarantined": events.quarantined,
            "after_as_of": events.after_as_of,
            "late": events.late if rows.per_event else None,
        },
        "outcomes": [_outcome_data(outcome) for outcome in _in_order(result.outcomes)],
        "quarantine": [*map(_fault_data, rows.faults), *map(_quarantined_data, result.quarantine)],
    }


def _in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda o: (SECTIONS.index(o.verdict), *_urgency(o)))


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    def time(when: datetime | None) -> str | None:
        return None if when is None else when.isoformat()

    def amount(value: timedelta | None) -> str | None:
        return None if value is None else iso_amount(value)

    return {
        "appeal_id": outcome.appeal_id,
        "verdict": outcome.verdict.value,
        "agency_id": outcome.agency_id,
        "district_id": outcome.district_id,
        "channel": outcome.channel,
        "posted_at": time(outcome.posted_at),
        "due_at": time(outcome.due_at),
        "breaches_after": time(outcome.limit),
        "answered_at": time(outcome.answered_at),
        "elapsed": amount(outcome.elapsed),
        "remaining": amount(outcome.remaining),
        "overdue": amount(outcome.overdue),
        "calendar_unknown": outcome.calendar_unknown,
        "provisional": outcome.provisional,
    }


def _fault_data(fault: Fault) -> dict[str, Any]:
    return {
        "line": fault.line,
        "reason": fault.reason,
        "detail": fault.detail,
        "text": fault.text,
    }


def _quarantined_data(quarantined: Quarantined) -> dict[str, Any]:
    event, reason = quarantined
    return {
        "event_id": event.event_id,
        "appeal_id": event.appeal_id,
        "type": event.type.value,
        "occurred_at": event.occurred_at.isoformat(),
        "reason": reason,
    }

"""Reading a file of appeals, and the account of where every row and every event went."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from workhours_sla import words
from workhours_sla.adapters.config import Config
from workhours_sla.adapters.sources import Fault, Source, open_source
from workhours_sla.cli.phrases import say
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluation import Evaluation
from workhours_sla.sla.event import Event

LONG_WORK: Final = 5_000_000
"""Bytes of input from which a progress bar is worth showing."""
SHOWN_FAULTS: Final = 5
SHOWN_UNMATCHED: Final = 5


class Rows:
    """The rows of a file: their events, how many they were, and the faulty ones.

    ``per_event`` says that each row is an event: only then does their order tell of delivery.
    """

    def __init__(self, file: str, config: Config) -> None:
        """Read FILE; - is standard input. Raises click.UsageError, SourceError."""
        if file == "-" and (sys.stdin is None or sys.stdin.isatty()):
            msg = "standard input is a terminal or closed; pipe a file into it or name one"
            raise click.UsageError(msg)
        self.per_event = config.input.kind == "events"
        self.read_count = 0
        self.faults: list[Fault] = []
        with open_source(sys.stdin.buffer if file == "-" else Path(file), config) as source:
            self.events = list(self._read(source))

    def _read(self, source: Source) -> Iterator[Event]:
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


def account(result: Evaluation, rows: Rows, lang: str) -> Iterator[str]:
    """Yield the lines that say where every row and every event went, and why."""
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


def unmatched(result: Evaluation, lang: str) -> Iterator[str]:
    """Yield a line for each reason why appeals are held to nothing, with the first of them."""
    for reason, word in words.UNMATCHED_REASONS.items():
        ids = list(dict.fromkeys(o.appeal_id for o in result.unmatched if o.reason == reason))
        if ids:
            first = ", ".join(ids[:SHOWN_UNMATCHED]) + ", ..." * (len(ids) > SHOWN_UNMATCHED)
            yield f"{words.pick(word, lang)}: {len(ids)} ({first})"


def account_data(result: Evaluation, rows: Rows) -> dict[str, Any]:
    """Return the same account as plain data."""
    events = result.reconciliation
    return {
        "unmatched": [one._asdict() for one in result.unmatched],
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
        "quarantine": [*map(_fault_data, rows.faults), *map(_quarantined_data, result.quarantine)],
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

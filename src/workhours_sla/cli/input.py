"""Reading a file or a store of appeals, and the account of where every row and event went."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sources import Fault, Source, open_source
from workhours_sla.adapters.sources.mapping import clip
from workhours_sla.cli.min_read import (
    Unread,
    min_read_option,
    read_percent,
    refuse_unread,
)
from workhours_sla.cli.shared_ids import note_shared_ids
from workhours_sla.cli.times import show_time
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.event import Event
from workhours_sla.text import words
from workhours_sla.text.shell import say

if TYPE_CHECKING:
    from workhours_sla.sla.store import Holdings

LONG_WORK: Final = 5_000_000
"""Bytes of input from which a progress bar is worth showing."""
SHOWN_FAULTS: Final = 5
SHOWN_UNMATCHED: Final = 5

Command = TypeVar("Command", bound=Callable[..., Any])


def appeals_options(command: Command) -> Command:
    """Add what says where the appeals are: FILE, or --store."""
    options = [
        click.argument("file", required=False),
        click.option("--store", metavar="FILE", help="What watch remembers, instead of FILE."),
        click.option("--assume-tz", metavar="ZONE", help="Zone of times without an offset."),
        min_read_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


class Stored(NamedTuple):
    """What a store says of itself, at the moment its events were read."""

    watermark: datetime | None
    policy_version: str
    complete_since: datetime | None
    held: Holdings
    left_out: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The events of a file or a store, how many rows they came in, and the faulty ones.

    ``read_count`` is None of a store, which counts no rows; its faults have their numbers for
    lines. ``per_event`` says that each row is an event: only then does their order tell of
    delivery.
    """

    events: list[Event]
    faults: list[Fault]
    per_event: bool
    read_count: int | None = None
    stored: Stored | None = None


def read_rows(  # noqa: PLR0913 - as the options are
    file: str | None,
    store: str | None,
    config: Config,
    zone: str | None,
    *,
    min_read: str,
    lang: str,
) -> Rows:
    """Read FILE, - being standard input, or a store; ``zone`` is that of --assume-tz.

    Raises click.UsageError unless it is one of them, SourceError (also for a file without rows,
    and where less than ``min_read`` of the rows could be read), StoreError. Writes a note where
    too many rows share an id.
    """
    least = read_percent(min_read, lang)
    if (file is None) == (store is None):
        what = "neither was given" if file is None else "both were given"
        msg = f"the appeals come from FILE or from --store, and {what}; give one of them"
        raise click.UsageError(msg)
    per_event = config.input.kind == "events"
    if store is not None:
        if zone is not None:
            msg = "the times in a store have their zones; leave --assume-tz out"
            raise click.UsageError(msg)
        rows = _of_store(Path(store), per_event=per_event)
    else:
        rows = _of_file(file or "", config, zone, lang)
    _check_share(rows, least, lang)
    note_shared_ids(rows.events, config, lang)
    return rows


def _of_file(file: str, config: Config, zone: str | None, lang: str) -> Rows:
    if file == "-" and (sys.stdin is None or sys.stdin.isatty()):
        msg = "standard input is a terminal or closed; pipe a file into it or name one"
        raise click.UsageError(msg)
    if zone is not None:
        config = config.with_zone(zone)
    events: list[Event] = []
    faults: list[Fault] = []
    count = 0
    where = sys.stdin.buffer if file == "-" else Path(file)
    with open_source(where, config) as source, _progress(source) as advance:
        for item in source:
            count += 1
            if isinstance(item, Fault):
                faults.append(item)
            else:
                events += item
            if not count % 1000:
                advance(source.position)
        advance(source.position)
        if not count:
            raise SourceError(say("no_rows", lang, name=source.name), name=source.name)
    return Rows(events, faults, config.input.kind == "events", count)


def _of_store(path: Path, *, per_event: bool) -> Rows:
    from workhours_sla.adapters.stores.sqlite_reading import SqliteReader  # noqa: PLC0415

    with SqliteReader(path) as reader, reader.moment():
        faults = [
            Fault(number, row.reason, row.detail, clip(row.text))
            for number, row in reader.rejected().items()
        ]
        stored = Stored(
            reader.watermark,
            reader.policy_version,
            reader.complete_since,
            reader.holdings(),
            reader.left_out(),
        )
        return Rows(list(reader.events()), faults, per_event, stored=stored)


def _check_share(rows: Rows, least: Fraction, lang: str) -> None:
    """Raise SourceError if too few of the rows gave events; a store has events for rows."""
    stored = rows.stored
    read = (stored.held.read + len(rows.faults)) if stored else (rows.read_count or 0)
    counts = Counter(fault.reason for fault in rows.faults)
    unread = {}
    for fault in reversed(rows.faults):
        where = say("line" if stored is None else "row", lang, line=fault.line)
        unread[fault.reason] = Unread(counts[fault.reason], f"{where}: {shown(fault.text.strip())}")
    refuse_unread(read, unread, least, lang, kept=stored is not None)


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
    faulty = len(rows.faults)
    if rows.read_count is not None:
        mapped = rows.read_count - faulty
        yield say("rows", lang, read=rows.read_count, mapped=mapped, faulty=faulty)
    elif faulty:
        yield say("rows_in_quarantine", lang, count=faulty)
    counts = _events(result, rows)
    line = events_line(counts, lang)
    if counts["after_as_of"]:
        line += say("after_as_of", lang, count=counts["after_as_of"])
    if counts["late"]:
        line += say("came_late", lang, count=counts["late"])
    yield line
    aside = quarantine(result, rows)
    reasons = Counter(fault.reason for fault in rows.faults)
    reasons.update(reason for _, reason in aside)
    yield from reason_lines(reasons, lang)
    where = "line" if rows.stored is None else "row"
    for fault in rows.faults[:SHOWN_FAULTS]:
        yield "    " + say(where, lang, line=fault.line) + f": {fault.detail}"
    for event, reason in aside[:SHOWN_FAULTS]:
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
    faulty, stored = len(rows.faults), rows.stored
    place = "line" if stored is None else "row"
    return {
        "unmatched": [one._asdict() for one in result.unmatched],
        "rows": {
            "read": rows.read_count,
            "mapped": None if rows.read_count is None else rows.read_count - faulty,
            "quarantined": faulty,
        },
        "events": _events(result, rows),
        "quarantine": [
            *(_fault_data(fault, place) for fault in rows.faults),
            *map(_quarantined_data, quarantine(result, rows)),
        ],
        **({} if stored is None else {"store": _stored_data(stored)}),
    }


def quarantine(result: Evaluation, rows: Rows) -> tuple[Quarantined, ...]:
    """Return all events set aside: by the evaluation, and before it by the store."""
    return (*result.quarantine, *(rows.stored.left_out if rows.stored else ()))


def events_line(counts: Mapping[str, Any], lang: str) -> str:
    """Return the line that adds up where the events went."""
    line = say("events", lang, **counts)
    for part in ("replaced", "dropped"):
        if counts.get(part):
            line += say(f"{part}_count", lang, count=counts[part])
    return line


def reason_lines(counts: Mapping[str, int], lang: str) -> Iterator[str]:
    """Yield why rows and events were set aside, what is most frequent first."""
    for reason, count in Counter(counts).most_common():
        yield f"  {count:>6}  {words.pick(words.QUARANTINE_REASONS[reason], lang)}"


def _events(result: Evaluation, rows: Rows) -> dict[str, int | None]:
    """Return where the events went; those of a store since it was made."""
    counts, stored = result.reconciliation, rows.stored
    found: dict[str, int | None] = {
        "read": counts.read,
        "applied": counts.applied,
        "duplicate": counts.duplicate,
        "quarantined": len(quarantine(result, rows)),
        "after_as_of": counts.after_as_of,
        "late": counts.late if rows.per_event else None,
    }
    if stored is not None:
        held = stored.held
        found |= {"read": held.read, "duplicate": held.duplicate}
        found |= {"replaced": held.replaced, "dropped": held.dropped}
    return found


def store_lines(
    rows: Rows, as_of: datetime, policy_version: str, zone: tzinfo, lang: str
) -> Iterator[str]:
    """Yield what an answer out of a store must be read with; of a file nothing."""
    stored = rows.stored
    if stored is None:
        return

    def time(when: datetime) -> str:
        return show_time(when.astimezone(zone), lang)

    if stored.watermark is None:
        yield say("store_unheard", lang)
    elif stored.watermark < as_of:
        yield say("store_behind", lang, when=time(stored.watermark))
    if stored.held.dropped:
        line = say("dropped_events", lang, count=stored.held.dropped)
        if stored.complete_since is not None:
            line += say("whole_since", lang, when=time(stored.complete_since))
        yield line
    if stored.policy_version != policy_version:
        yield say("other_policy", lang, stored=stored.policy_version, given=policy_version)


def _stored_data(stored: Stored) -> dict[str, Any]:
    def time(when: datetime | None) -> str | None:
        return None if when is None else when.isoformat()

    return {
        "watermark": time(stored.watermark),
        "policy_version": stored.policy_version,
        "whole_since": time(stored.complete_since),
    }


def _fault_data(fault: Fault, place: str) -> dict[str, Any]:
    return {
        place: fault.line,
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

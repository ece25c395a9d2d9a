"""Account for every row and every event: applied, duplicate, quarantined or late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from workhours_sla.cli.input import Rows, Stored
from workhours_sla.cli.times import show_time
from workhours_sla.json.outcomes import quarantined_data
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.text import catalog
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import said

SHOWN_FAULTS: Final = 5
SHOWN_UNMATCHED: Final = 5


def account(result: Evaluation, rows: Rows) -> Iterator[str]:
    faulty = len(rows.faults)
    if rows.read_count is not None:
        yield rows_line(rows.read_count, faulty, rows.ignored, rows.inverted)
    elif faulty:
        yield SHELL.text("rows_in_quarantine", count=faulty)
    counts = _events(result, rows)
    line = events_line(counts)
    if counts["after_as_of"]:
        line += SHELL.text("after_as_of", count=counts["after_as_of"])
    if counts["late"]:
        line += SHELL.text("came_late", count=counts["late"])
    yield line
    quarantined = quarantine(result, rows)
    reasons = Counter(fault.reason for fault in rows.faults)
    reasons.update(reason for _, reason in quarantined)
    yield from reason_lines(reasons)
    for fault in rows.faults[:SHOWN_FAULTS]:
        yield f"    {SHELL.text(rows.place, line=fault.line)}: {said(fault.detail)}"
    for event, reason in quarantined[:SHOWN_FAULTS]:
        why = catalog.QUARANTINE_REASONS[reason]
        yield f"    {event.appeal_id} {event.type} {event.occurred_at.isoformat()}: {why}"


def account_data(result: Evaluation, rows: Rows) -> dict[str, Any]:
    faulty, stored = len(rows.faults), rows.stored
    unit = rows.unit if stored is None else "row"
    return {
        "unmatched": [one._asdict() for one in result.unmatched],
        "rows": {
            "read": rows.read_count,
            "mapped": None if rows.read_count is None else rows.read_count - faulty - rows.ignored,
            "ignored": None if rows.read_count is None else rows.ignored,
            "inverted": None if rows.read_count is None else rows.inverted,
            "quarantined": faulty,
        },
        "events": _events(result, rows),
        "quarantine": [
            *(
                {
                    unit: line,
                    "reason": reason,
                    "detail": detail,
                    "text": text,
                }
                for line, reason, detail, text in rows.faults
            ),
            *map(quarantined_data, quarantine(result, rows)),
        ],
        **({} if stored is None else {"store": _stored_data(stored)}),
    }


def quarantine(result: Evaluation, rows: Rows) -> tuple[Quarantined, ...]:
    """Return all events that were quarantined, by the evaluation or by the store."""
    return (*result.quarantine, *(rows.stored.left_out if rows.stored else ()))


def unmatched(result: Evaluation) -> Iterator[str]:
    """Yield a line for each reason why appeals have no target, with their count and ids."""
    for reason, word in catalog.UNMATCHED_REASONS.items():
        ids = list(dict.fromkeys(o.appeal_id for o in result.unmatched if o.reason == reason))
        if ids:
            first = ", ".join(ids[:SHOWN_UNMATCHED]) + ", ..." * (len(ids) > SHOWN_UNMATCHED)
            yield f"{word}: {len(ids)} ({first})"


def rows_line(read: int, faulty: int, ignored: int, inverted: int) -> str:
    mapped = read - faulty - ignored
    line = SHELL.text("rows", read=read, mapped=mapped, faulty=faulty)
    if ignored:
        line += SHELL.text("ignored_rows", count=ignored)
    if inverted:
        line += SHELL.text("inverted_rows", count=inverted)
    return line


def events_line(counts: Mapping[str, Any]) -> str:
    line = SHELL.text("events", **counts)
    for part in ("replaced", "dropped"):
        if counts.get(part):
            line += SHELL.text(f"{part}_count", count=counts[part])
    return line


def reason_lines(counts: Mapping[str, int]) -> Iterator[str]:
    for reason, count in Counter(counts).most_common():
        yield f"  {count:>6}  {catalog.QUARANTINE_REASONS[reason]}"


def store_lines(rows: Rows, as_of: datetime, policy_version: str, zone: tzinfo) -> Iterator[str]:
    """Yield a line for each reason why an answer from a store is incomplete; none for a file."""
    stored = rows.stored
    if stored is None:
        return

    def time(when: datetime) -> str:
        return show_time(when.astimezone(zone))

    if stored.watermark is None:
        yield SHELL.text("no_watermark")
    elif stored.watermark < as_of:
        yield SHELL.text("behind", when=time(stored.watermark))
    if stored.counts.dropped:
        line = SHELL.text("dropped_events", count=stored.counts.dropped)
        if stored.complete_since is not None:
            line += SHELL.text("complete_since", when=time(stored.complete_since))
        yield line
    if stored.policy_version != policy_version:
        versions = {"stored": stored.policy_version, "given": policy_version}
        yield SHELL.text("other_policy", **versions)


def _events(result: Evaluation, rows: Rows) -> dict[str, int | None]:
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
        of_store = stored.counts
        found |= {"read": of_store.read, "duplicate": of_store.duplicate}
        found |= {"replaced": of_store.replaced, "dropped": of_store.dropped}
    return found


def _stored_data(stored: Stored) -> dict[str, Any]:
    return {
        "watermark": stored.watermark,
        "policy_version": stored.policy_version,
        "complete_since": stored.complete_since,
    }

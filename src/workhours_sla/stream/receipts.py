"""Say of each event of a batch what became of it: applied, duplicate or quarantined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from workhours_sla.sla.deduplication import Copies, StoredEvent, all_of
from workhours_sla.sla.event import Event
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.run_loop import Committed
from workhours_sla.stream.store import Batch

State = Literal["applied", "duplicate", "quarantined"]


class Receipt(NamedTuple):
    """What became of one event.

    A ``duplicate`` repeats an event that the store has, or had before its appeal was dropped. A
    ``quarantined`` event does not count now, for a ``reason`` of ``words.QUARANTINE_REASONS``; a
    later event may make it count. ``reason`` is None in the other two states.
    """

    event_id: str
    state: State
    reason: str | None = None


class Received(NamedTuple):
    """What a batch did: its changes and counters, and a receipt for each event, in their order.

    ``appeal_ids`` are the appeals that the batch may have changed.
    """

    committed: Committed
    receipts: Sequence[Receipt]
    appeal_ids: frozenset[str]


def commit_with_receipts(pipeline: Pipeline, batch: Batch) -> Received:
    """Commit a batch, and return what became of its events.

    Raises StoreError. Nothing is stored then.
    """
    store, events = pipeline.store, batch.events
    with store.lock:
        copies, dropped = store.known(events)
        before = {event_id: _contents(known) for event_id, known in copies.items()}
        gone = () if dropped is None else dropped.event_ids
        committed = pipeline.commit(batch)
        after, _ = store.known(events)
        receipts = list(_receipts(events, before, gone, after))
    if not committed.changes and all(one.state == "duplicate" for one in receipts):
        return Received(committed, receipts, frozenset())
    ids = {one.appeal_id for some in (events, committed.changes) for one in some}
    # another copy of an event may count now, and the one before may be of another appeal
    ids |= {copy.event.appeal_id for known in copies.values() for copy in all_of(known)}
    return Received(committed, receipts, frozenset(ids))


def _contents(known: StoredEvent | Copies) -> set[tuple[object, ...]]:
    return {copy.event.content for copy in all_of(known)}


def _receipts(
    events: Sequence[Event],
    before: dict[str, set[tuple[object, ...]]],
    gone: Collection[str],
    after: Mapping[str, StoredEvent | Copies],
) -> Iterable[Receipt]:
    """Yield the receipts. ``before`` has the contents that the store had of each event id."""
    for event in events:
        event_id, content = event.event_id, event.content
        contents = before.setdefault(event_id, set())
        if event_id in gone or content in contents:
            yield Receipt(event_id, "duplicate")
            continue
        contents.add(content)
        reason = next(
            (one.quarantined for one in all_of(after[event_id]) if one.event.content == content),
            None,
        )
        yield Receipt(event_id, "applied" if reason is None else "quarantined", reason)

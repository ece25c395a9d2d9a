"""Apply events to appeals: which copy of each id counts, and what changes with that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workhours_sla.sla.appeal_state import AppealState
from workhours_sla.sla.deduplication import (
    AFTER_RETENTION,
    FINAL_REASONS,
    FUTURE_TIME,
    REPLACED,
    Copies,
    StoredEvent,
    effective_copy,
    is_future,
    reason_for,
)
from workhours_sla.sla.event import Event
from workhours_sla.sla.store import BY_FOLD, Store, Work

_Move = tuple[Event | None, StoredEvent | None]
"""The event of an id that counted before, and the copy that counts now."""


def ingest(work: Work, store: Store, events: Sequence[Event]) -> None:
    """Apply events, and report the appeals where another copy of an id counts now."""
    known, dropped = store.known(events)
    watermark = work.watermark
    moves: list[_Move] = []
    added = work.added
    work.read = len(events)
    for event in events:
        event_id = event.event_id
        copy = StoredEvent(event)
        if dropped is not None:
            if event_id in dropped.event_ids:
                work.duplicate += 1
                continue
            if event.appeal_id in dropped.appeal_ids:
                copy.quarantined = AFTER_RETENTION
        copies = known.get(event_id)
        if copies is not None:
            known[event_id] = _repeat(work, copies, copy, moves)
            continue
        known[event_id] = copy
        added.append(copy)
        occurred_at = event.occurred_at
        if occurred_at < watermark:
            work.late += 1
        if copy.quarantined is None:
            if occurred_at <= event.received_at or not is_future(event):
                moves.append((None, copy))
            else:
                copy.quarantined = FUTURE_TIME
    _move(work, store, moves)


def replace_copies(work: Work, store: Store, event: Event) -> None:
    """Replace all copies of an event's id by a repair, and report the appeals."""
    known, _ = store.known([event])
    copies = known.get(event.event_id)
    before = None if copies is None else effective_copy(copies)
    if not isinstance(copies, Copies):
        copies = known[event.event_id] = Copies([] if copies is None else [copies])
    for copy in copies.all:
        copy.repaired = False
        work.quarantine(copy, REPLACED)
    repair = StoredEvent(event, repaired=True)
    work.added.append(repair)
    copies.replace(repair)
    after = effective_copy(copies)
    if after is None:
        repair.quarantined = FUTURE_TIME
    _move(work, store, [(None if before is None else before.event, after)])


def _move(work: Work, store: Store, moves: Iterable[_Move]) -> None:
    """Replace events of appeals by the copies that count now, and report the appeals."""
    ids: dict[str, None] = {}
    for before, copy in moves:
        if before is not None:
            ids[before.appeal_id] = None
        if copy is not None:
            ids[copy.event.appeal_id] = None
    appeals = store.appeals(ids)
    policy = work.policy
    for before, copy in moves:
        if before is not None:
            appeals[before.appeal_id].remove(before)
        if copy is not None:
            appeals[copy.event.appeal_id].add(copy, policy)
    for appeal in appeals.values():
        if not appeal.is_empty:
            report(work, appeal)


def report(work: Work, appeal: AppealState, *, everything: bool = False) -> None:
    """Emit the changes of an appeal, and set why its events are quarantined."""
    work.changes += appeal.report(work.policy, work.watermark, everything=everything)
    if appeal.has_reasons:
        for copy, reason in appeal.reasons():
            work.quarantine(copy, reason)
    work.appeals[appeal.appeal_id] = appeal


def _repeat(
    work: Work, copies: StoredEvent | Copies, copy: StoredEvent, moves: list[_Move]
) -> StoredEvent | Copies:
    """Add another copy of an event whose id was seen before, and return all copies of that id."""
    event = copy.event
    before = effective_copy(copies)
    event_before = None if before is None else before.event
    changed = [] if before is None else [before]
    if isinstance(copies, Copies):
        same = copies.same_content(event)
    else:
        same = copies if copies.event.content == event.content else None
    if same is None:
        work.conflicting += 1
        if not isinstance(copies, Copies):
            changed.append(copies)
            copies = Copies([copies])
        copies.add(copy)
        work.added.append(copy)
        changed.append(copy)
    else:
        work.duplicate += 1
        if same.event.received_at <= event.received_at:
            return copies
        if isinstance(copies, Copies):
            copies.receive_earlier(same, event)
        else:
            same.event = event
        work.alter(same)
        changed.append(same)
    after = effective_copy(copies)
    if after is not None and after.quarantined not in BY_FOLD:
        work.quarantine(after, None)
    for one in changed:
        if one is not after and one.quarantined not in FINAL_REASONS:
            work.quarantine(one, reason_for(one.event))
    event_after = None if after is None else after.event
    if event_after is not event_before:
        moves.append((event_before, after))
    return copies

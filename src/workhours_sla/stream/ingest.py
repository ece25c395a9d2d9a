"""Apply events to appeals. Of several copies of an event id, at most one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workhours_sla.sla.changes import AppealState
from workhours_sla.sla.deduplication import (
    AFTER_RETENTION,
    FINAL_REASONS,
    FUTURE_TIME,
    REPLACED,
    Copies,
    StoredEvent,
    reason_for,
)
from workhours_sla.sla.event import Event, is_future
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import BY_FOLD, Work

Move = Event | StoredEvent
"""An event that no longer counts for its id, or the copy that counts now."""


def ingest(work: Work, store: Store, events: Sequence[Event]) -> None:
    """Apply events, and emit the changes of the appeals that they affect."""
    known, gone = store.known(events)
    work.known, work.events = known, events
    watermark, fresh = work.watermark, work.fresh
    work.read = len(events)
    counting: list[Event] = []
    moves: list[Move] = []
    for event in events:
        event_id = event.event_id
        if event_id in gone.event_ids:  # the store had it once
            work.duplicate += 1
            continue
        reason = AFTER_RETENTION if event.appeal_id in gone.appeal_ids else None
        if event_id in fresh or event_id in known:
            copy = StoredEvent(event, quarantined=reason)
            _repeat(work, work.copies_of(event_id), copy, moves)
            continue
        if event.occurred_at < watermark:
            work.late += 1
        if reason is None and is_future(event):
            reason = FUTURE_TIME
        if reason is None:
            fresh[event_id] = event
            counting.append(event)
        else:
            copy = StoredEvent(event, quarantined=reason)
            known[event_id] = Copies([copy])
            work.copies.append(copy)
    _apply(work, store, counting, moves)


def replace_copies(work: Work, store: Store, event: Event) -> None:
    """Replace all copies of an event id by a repair, and emit the changes that this causes."""
    known, _ = store.known([event])
    work.known = known
    copies = known.setdefault(event.event_id, Copies())
    before = copies.effective
    for copy in copies.all:
        copy.repaired = False
        work.quarantine(copy, REPLACED)
    repair = StoredEvent(event, repaired=True)
    work.copies.append(repair)
    copies.replace(repair)
    after = copies.effective
    if after is None:
        repair.quarantined = FUTURE_TIME
    _apply(work, store, (), _moves(None if before is None else before.event, after))


def _moves(before: Event | None, after: StoredEvent | None) -> list[Move]:
    return [one for one in (before, after) if one is not None]


def _apply(work: Work, store: Store, events: Sequence[Event], moves: Sequence[Move]) -> None:
    """Apply events and moves to their appeals, and emit the changes that this causes."""
    moved = [one.event if isinstance(one, StoredEvent) else one for one in moves]
    appeals = store.appeals(dict.fromkeys(one.appeal_id for one in (*events, *moved)))
    for event in events:
        appeals[event.appeal_id].add_event(event)
    for event, one in zip(moved, moves, strict=True):
        if isinstance(one, StoredEvent):
            appeals[event.appeal_id].add(one)
        else:
            appeals[event.appeal_id].remove(one)
    if moves:
        appeals = {one: appeal for one, appeal in appeals.items() if not appeal.is_empty}
    report(work, store, appeals)


def report(work: Work, store: Store, appeals: Mapping[str, AppealState]) -> None:
    """Emit the changes of appeals, and update the quarantine reasons of their events."""
    policy, watermark, changes, reported = work.policy, work.watermark, work.changes, work.appeals
    for appeal_id, appeal in appeals.items():
        changes += appeal.report(policy, watermark)
        reasons = appeal.reasons(policy)
        if reasons:
            _quarantine(work, store, reasons)
        reported[appeal_id] = appeal


def _quarantine(work: Work, store: Store, reasons: Mapping[str, str | None]) -> None:
    known = work.known
    unknown = [one for one in reasons if one not in known and one not in work.fresh]
    if unknown:
        known.update(store.copies(unknown))
    for event_id, reason in reasons.items():
        if event_id in known or event_id in work.fresh:
            copy = work.copies_of(event_id).effective
            if copy is not None:
                work.quarantine(copy, reason)


def _repeat(work: Work, copies: Copies, copy: StoredEvent, moves: list[Move]) -> None:
    """Add a copy of an event whose id is already known."""
    event, before = copy.event, copies.effective
    event_before = None if before is None else before.event  # ``before`` may get another event
    same = copies.same_content(event)
    if same is None:
        work.conflicting += 1
        copies.add(copy)
        work.copies.append(copy)
        same = copy
    else:
        work.duplicate += 1
        if same.event.received_at <= event.received_at:
            return
        copies.receive_earlier(same, event)
        work.alter(same)
    after = copies.effective
    if after is not None and after.quarantined not in BY_FOLD:
        work.quarantine(after, None)
    for one in (before, same):
        if one is not None and one is not after and one.quarantined not in FINAL_REASONS:
            work.quarantine(one, reason_for(one.event))
    if (None if after is None else after.event) is not event_before:
        moves += _moves(event_before, after)

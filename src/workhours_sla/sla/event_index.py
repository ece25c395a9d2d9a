"""Find the copies of an event id in the memory of one process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from workhours_sla.sla.appeal_state import AppealState, Packed
from workhours_sla.sla.deduplication import (
    CONFLICTING_ID,
    FINAL_REASONS,
    Copies,
    StoredEvent,
)
from workhours_sla.sla.event import Event
from workhours_sla.sla.event_record import APPEAL_ID, EVENT_ID, Record, order_of

_FEW: Final = 64
"""Among at most this many events of an appeal, an id is searched without an index."""

Known = StoredEvent | Copies


class EventIndex:
    """The copies of all events in memory, keyed by event id; mutable.

    Most ids have a single copy that counts. The record of such a copy is in its appeal, and the
    index has only the id of the appeal. All other ids are kept apart: quarantined, repaired or
    conflicting copies. ``appeals`` are the appeals of the store, keyed by id.
    """

    def __init__(self, appeals: Mapping[str, AppealState | Packed]) -> None:
        self._appeals = appeals
        self._owners: dict[str, str] = {}
        """The appeal of each event id, in order of arrival. The values are text only, so that the
        garbage collector skips this dictionary."""
        self._apart: dict[str, Known] = {}
        self._apart_of: dict[str, dict[str, None]] = {}
        """The ids of copies that are kept apart, keyed by the appeal of the copy."""
        self._indexed: str | None = None
        self._records: dict[str, Record] = {}
        """The records of the appeal ``_indexed``, keyed by event id. They may be outdated."""

    def known(self, events: Iterable[Event]) -> dict[str, Known]:
        """Return the stored copies of the ids of some events, keyed by event id."""
        owners = self._owners
        found = {}
        for event in events:
            event_id = event.event_id
            if event_id in owners:
                found[event_id] = self._copies(event_id, event)
        return found

    def copies(self, event_ids: Iterable[str]) -> dict[str, Known]:
        """Return the stored copies of event ids, keyed by event id."""
        return {one: self._copies(one) for one in event_ids if one in self._owners}

    def _copies(self, event_id: str, event: Event | None = None) -> Known:
        """Return the copies of a stored id. If ``event`` is one of them, they are found faster."""
        apart = self._apart.get(event_id)
        if apart is not None:
            return apart
        appeal_id = self._owners[event_id]
        records = records_of(self._appeals[appeal_id])
        record = None if event is None else _with_order(records, event.order)
        if record is None and len(records) <= _FEW:
            record = next(one for one in records if one[EVENT_ID] == event_id)
        elif record is None:
            record = self._indexed_record(appeal_id, records, event_id)
        return StoredEvent.of_record(record)

    def _indexed_record(self, appeal_id: str, records: Sequence[Record], event_id: str) -> Record:
        if self._indexed == appeal_id:
            record = self._records.get(event_id)
            found = None if record is None else _with_order(records, order_of(record))
            if found is not None:
                return found
        self._indexed = appeal_id
        self._records = {record[EVENT_ID]: record for record in records}
        return self._records[event_id]

    def reserve(self, events: Iterable[Event], ids: Container[str]) -> None:
        """Give the ids that are new to the index the order of arrival of ``events``."""
        for event in events:
            if event.event_id in ids:
                self._owners.setdefault(event.event_id, event.appeal_id)

    def add(self, fresh: Mapping[str, Event]) -> None:
        """Store new events that count and are the only copy of their id, keyed by event id."""
        owners = self._owners
        for event_id, event in fresh.items():
            owners[event_id] = event.appeal_id

    def write(self, known: Mapping[str, Known], added: Iterable[StoredEvent]) -> None:
        """Store the copies of some ids. ``added`` are the new copies among them."""
        owners, apart = self._owners, self._apart
        for event_id, copies in known.items():
            if (
                copies.__class__ is StoredEvent
                and copies.quarantined is None
                and not copies.repaired
            ):
                owners[event_id] = copies.record[APPEAL_ID]
                if apart and event_id in apart:
                    del apart[event_id]
            else:
                self._keep_apart(event_id, copies)
        if apart:
            for copy in added:
                event = copy.event
                if event.event_id in apart:
                    self._apart_of.setdefault(event.appeal_id, {})[event.event_id] = None

    def _keep_apart(self, event_id: str, copies: Known) -> None:
        if event_id not in self._apart:
            for copy in all_of(copies):
                self._owners.setdefault(event_id, copy.event.appeal_id)
                self._apart_of.setdefault(copy.event.appeal_id, {})[event_id] = None
        self._apart[event_id] = copies

    def drop(self, dropped: Mapping[str, AppealState | Packed]) -> tuple[int, list[str]]:
        """Drop the copies of dropped appeals. Return their number, and the ids that are gone.

        The appeals must be dropped from the store already. An id is not gone if a copy that counts
        is in another appeal.
        """
        count, gone = 0, []
        for appeal_id, appeal in dropped.items():
            apart = self._apart_of.pop(appeal_id, {})
            for record in records_of(appeal):
                event_id = record[EVENT_ID]
                if event_id not in self._apart:
                    del self._owners[event_id]
                    count += 1
                    gone.append(event_id)
            for event_id in apart:
                copies = self._apart.get(event_id)
                if copies is None:
                    continue
                of_appeal = [one for one in all_of(copies) if one.event.appeal_id == appeal_id]
                kept = [one for one in all_of(copies) if one.event.appeal_id != appeal_id]
                count += len(of_appeal)
                if kept:
                    self._apart[event_id] = kept[0] if len(kept) == 1 else Copies(kept)
                else:
                    del self._apart[event_id], self._owners[event_id]
                # if a copy conflicted, its id still has an effective copy in another appeal
                if any(one.quarantined != CONFLICTING_ID for one in of_appeal):
                    gone.append(event_id)
        self._indexed, self._records = None, {}
        return count, gone

    def drop_apart(self, reasons: Container[str], before: datetime) -> tuple[int, list[str]]:
        """Drop the copies with some quarantine reasons that were received before an instant.

        Returns their number, and the ids that are gone.
        """
        count, gone = 0, []
        for event_id, copies in list(self._apart.items()):
            kept = [
                copy
                for copy in all_of(copies)
                if copy.quarantined not in reasons or copy.event.received_at >= before
            ]
            count += len(all_of(copies)) - len(kept)
            if not kept:
                del self._apart[event_id], self._owners[event_id]
                gone.append(event_id)
            elif len(kept) < len(all_of(copies)):
                self._apart[event_id] = kept[0] if len(kept) == 1 else Copies(kept)
        return count, gone

    def has_only(self, reason: str, appeal: AppealState | Packed) -> bool:
        """Return whether every event of an appeal has a quarantine reason."""
        apart = [self._apart.get(record[EVENT_ID]) for record in records_of(appeal)]
        return all(
            copies is not None and all(copy.quarantined == reason for copy in all_of(copies))
            for copies in apart
        )

    @property
    def has_apart(self) -> bool:
        """Whether there are copies that are kept apart."""
        return bool(self._apart)

    @property
    def plain(self) -> int:
        """The number of ids with a single copy that counts."""
        return len(self._owners) - len(self._apart)

    @property
    def apart(self) -> list[StoredEvent]:
        """The copies of all other ids, in order of arrival."""
        return [copy for copies in list(self._apart.values()) for copy in all_of(copies)]

    def all(self) -> Iterator[Known]:
        """Yield the copies of each id, in order of the arrival of the id."""
        records = {
            record[EVENT_ID]: record
            for appeal in self._appeals.values()
            for record in records_of(appeal)
        }
        for event_id in list(self._owners):
            apart = self._apart.get(event_id)
            yield apart or StoredEvent.of_record(records[event_id])

    def of_appeal(self, appeal_id: str) -> Iterator[StoredEvent]:
        """Yield the copies of an appeal, without order."""
        for record in records_of(self._appeals[appeal_id]) if appeal_id in self._appeals else ():
            if record[EVENT_ID] not in self._apart:
                yield StoredEvent.of_record(record)
        for event_id in self._apart_of.get(appeal_id, ()):
            copies = self._apart.get(event_id)
            if copies is not None:
                yield from (one for one in all_of(copies) if one.event.appeal_id == appeal_id)

    def events(self) -> Iterator[Event]:
        """Yield every event, even if quarantined. For a repaired event, yield only the repair."""
        for known in self.all():
            copies = all_of(known)
            repaired = any(copy.repaired for copy in copies)
            for copy in copies:
                if copy.repaired or not (repaired or copy.quarantined in FINAL_REASONS):
                    yield copy.event


def records_of(appeal: AppealState | Packed) -> Sequence[Record]:
    """Return the events of an appeal, in order."""
    return appeal.records if isinstance(appeal, AppealState) else appeal[0]


def _with_order(records: Sequence[Record], order: tuple[Any, ...]) -> Record | None:
    """Return the record that has a sort key, None if there is none."""
    place = bisect_left(records, order, key=order_of)
    if place < len(records) and order_of(records[place]) == order:
        return records[place]
    return None


def all_of(copies: Known) -> Sequence[StoredEvent]:
    """Return all copies of an event id."""
    return copies.all if isinstance(copies, Copies) else [copies]

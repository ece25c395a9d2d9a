"""A store in memory, which keeps events and clocks as objects and serialises nothing."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, Final

from workhours_sla.errors import StoreError, WorkHoursError
from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.appeal_state import (
    PACKED_ENDED_AT,
    PACKED_NEXT_AT,
    AppealState,
    Packed,
    reported_states,
)
from workhours_sla.sla.deduplication import (
    CONFLICTING_ID,
    EXPIRING,
    FINAL_REASONS,
    REPLACED,
    Copies,
    StoredEvent,
    effective_copy,
    reason_for,
)
from workhours_sla.sla.emitted_changes import Key, Reported, state_of, values_of
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.event import Event
from workhours_sla.sla.event_index import EventIndex, all_of
from workhours_sla.sla.idle_appeals import IdleAppeals
from workhours_sla.sla.instants import BEGINNING
from workhours_sla.sla.memory_outbox import MemoryOutbox
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.source import Checkpoint, Rejected
from workhours_sla.sla.store import (
    NO_APPEAL,
    NO_BATCH,
    SWEPT_EVERY,
    Batch,
    Dropped,
    Holdings,
    Work,
)

SNAPSHOT: Final = "workhours.monitor/3"


@public("workhours_sla.stream")
class MemoryStore(MemoryOutbox):
    """A store in the memory of one process.

    Every change is kept until all sinks have it and ``drop`` is called. Without ``outbox`` no
    change is kept. If a transaction raises, later transactions and ``snapshot`` raise StoreError,
    because the content may be incomplete. Usable from any thread.

    >>> from workhours_sla import EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> store = MemoryStore()
    >>> changes = Pipeline(store, policy).apply(
    ...     Event("1", "A-1", EventType.CREATED, posted, posted)
    ... )
    >>> [(number, change.kind.value) for number, change in store.changes()]
    [(1, 'opened')]
    """

    def __init__(self, *, outbox: bool = True) -> None:
        super().__init__(keeps_changes=outbox)
        self._transaction = _Transaction(self)
        self._is_broken = False
        """True after a transaction raised, since the content may then be incomplete."""
        self._appeals: dict[str, AppealState | Packed] = {}
        self._idle = IdleAppeals(self._appeals)
        self._index = EventIndex(self._appeals)
        self._timers: list[tuple[datetime, str]] = []
        """A heap of timers and appeal ids. An entry is outdated if its appeal has another timer."""
        self.watermark: datetime | None = None
        self._policy: Policy | None = None
        self._read = self._duplicate = 0
        self._dropped: dict[str, None] = {}
        self._dropped_appeals: dict[str, None] = {}
        self._dropped_count = 0
        self._ended: list[tuple[datetime, str]] | None = None
        """A heap of the appeals that have ended, or None before the first ``drop``."""
        self._swept: datetime | None = None
        """The instant before which quarantined events were last dropped."""
        self._positions: dict[tuple[str, str], Checkpoint] = {}
        self._rejected: dict[int, Rejected] = {}
        self._rejected_at: dict[int, datetime] = {}
        """The watermark when each rejected row was read."""
        self._erased = 0
        """The number of erased rejected rows."""
        self._last_rejected = 0

    def close(self) -> None:
        """Do nothing, since a store in memory has no file to close."""

    def transaction(self) -> _Transaction:
        """Return the context manager of a transaction. It raises StoreError in a broken store."""
        return self._transaction

    @property
    def built_under(self) -> str | None:
        """The version of the policy under which the clocks were last built, None in a new store."""
        return None if self._policy is None else self._policy.version

    def positions(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far each partition of a source was read, keyed by partition."""
        return {name: one for (owner, name), one in self._positions.items() if owner == source}

    def advance(self, watermark: datetime) -> bool:
        """Advance the watermark, and return True; False if timers are due or content may expire."""
        if self._is_broken or (self._timers and self._timers[0][0] <= watermark):
            return False
        # ``_ended`` is None without retention
        expiring = self._rejected or self._outbox or self._index.has_apart
        if self._ended or (self._ended is not None and expiring):
            return False
        self.watermark = watermark
        return True

    @property
    def next_at(self) -> datetime | None:
        """The earliest timer, in UTC, None if there is no timer."""
        timers, appeals = self._timers, self._appeals
        while timers:
            moment, appeal_id = timers[0]
            if _timer_of(appeals.get(appeal_id)) == moment:
                return moment
            heappop(timers)
        return None

    # -- read ----------------------------------------------------------------------------------

    def known(
        self, events: Sequence[Event]
    ) -> tuple[MutableMapping[str, StoredEvent | Copies], Dropped | None]:
        """Return the stored copies of the events' ids, keyed by event id, and the dropped ids."""
        dropped = None
        if self._dropped_count:
            dropped = Dropped(self._dropped, self._dropped_appeals)
        return self._index.known(events), dropped

    def copies(
        self,
        appeal_id: str,
        event_ids: Sequence[str],
    ) -> Mapping[str, StoredEvent | Copies]:
        """Return the stored copies of event ids, keyed by event id."""
        return self._index.copies(event_ids)

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals keyed by id. Unknown ids map to new appeals, which ``write`` stores."""
        appeals = self._appeals
        found = {}
        for appeal_id in ids:
            appeal = appeals.get(appeal_id)
            if appeal is None:
                appeal = AppealState(appeal_id)
            elif not isinstance(appeal, AppealState):
                appeal = AppealState.unpacked(appeal_id, appeal)
            found[appeal_id] = appeal
        return found

    def appeal_ids(self) -> Sequence[str]:
        """Return the ids of all appeals, in order of arrival."""
        return list(self._appeals)

    def open_ids(self) -> Sequence[str]:
        """Return the ids of the appeals whose clocks have not all ended, sorted."""
        return sorted(name for name, one in self._appeals.items() if _ended_at(one) is None)

    def timers_due(self, watermark: datetime) -> Iterable[tuple[datetime, str]]:
        """Return the timers that a watermark reaches, as pairs of instant and appeal id.

        These timers are removed from the store.
        """
        timers, appeals = self._timers, self._appeals
        due = []
        while timers and timers[0][0] <= watermark:
            timer = heappop(timers)
            if _timer_of(appeals.get(timer[1])) == timer[0]:
                due.append(timer)
        return due

    # -- write ---------------------------------------------------------------------------------

    def write(self, work: Work) -> None:
        """Store what a transaction has collected."""
        timers, idle = self._timers, self._idle
        for appeal_id, appeal in work.appeals.items():
            timer = appeal.next_at
            if timer != appeal.timer:
                appeal.timer = timer
                if timer is not None:
                    heappush(timers, (timer, appeal_id))
            idle.written(appeal_id, appeal)
            if appeal.ended_at is not None and self._ended is not None:
                heappush(self._ended, (appeal.ended_at, appeal_id))
        idle.pack()
        if work.copies:  # their ids may have arrived before fresh ones
            self._index.reserve(work.events, work.fresh.keys() | work.known.keys())
        self._index.add(work.fresh)
        self._index.write(work.known, work.copies)
        self._add_changes(work.changes, work.written)
        if work.is_part:
            return
        self.watermark = None if work.watermark is BEGINNING else work.watermark
        self._policy = work.policy
        self._read += work.read
        self._duplicate += work.duplicate
        if work.batch is not NO_BATCH or work.reread:
            self._write_source(work.batch, work.reread)

    def _write_source(self, batch: Batch, reread: Mapping[int, Rejected | None]) -> None:
        for row in batch.rejected:
            self._last_rejected += 1
            self._rejected[self._last_rejected] = row
            if self.watermark is not None:
                self._rejected_at[self._last_rejected] = self.watermark
        for number, row_or_none in reread.items():
            if row_or_none is None:
                del self._rejected[number]
                self._rejected_at.pop(number, None)
            else:
                self._rejected[number] = row_or_none
        for partition, checkpoint in batch.positions.items():
            self._positions[batch.source, partition] = checkpoint

    def drop(self, before: datetime) -> None:
        """Drop what is older than an instant.

        These are the appeals that ended before it, the rejected rows that were read before it, the
        quarantined events that were received before it, and the changes that every sink has. The
        number of rejected rows is kept. Quarantined events of an appeal that has others are dropped
        with the appeal. They are looked for once in ``SWEPT_EVERY``.
        """
        self._erase_rejected(before)
        if self._ended is None:
            self._ended = sorted(
                (ended_at, name)
                for name, one in self._appeals.items()
                if (ended_at := _ended_at(one)) is not None
            )
        ended = self._ended
        ids = set()
        while ended and ended[0][0] < before:
            ended_at, appeal_id = heappop(ended)
            appeal = self._appeals.get(appeal_id)
            if appeal is not None and _ended_at(appeal) == ended_at:
                ids.add(appeal_id)
        if ids:
            self._drop_appeals(ids)
        if self._swept is None or before - self._swept >= SWEPT_EVERY:
            self._drop_quarantined(before)
            self._swept = before
        self._drop_changes()

    def _erase_rejected(self, before: datetime) -> None:
        """Erase the rejected rows that were read before an instant, and keep their number."""
        if not self._rejected or self.watermark is None:
            return
        if len(self._rejected_at) < len(self._rejected):  # some were read before any event
            self._rejected_at = dict.fromkeys(self._rejected, self.watermark) | self._rejected_at
        for number in list(self._rejected):
            if self._rejected_at[number] >= before:  # so are all later rows
                break
            del self._rejected[number], self._rejected_at[number]
            self._erased += 1

    def _drop_quarantined(self, before: datetime) -> None:
        count, gone = self._index.drop_apart(EXPIRING, before)
        self._dropped_count += count
        self._dropped |= dict.fromkeys(gone)
        orphans: dict[str, datetime] = {}
        for copy in self._index.apart:
            if copy.quarantined == NO_APPEAL:
                id_, at = copy.event.appeal_id, copy.event.received_at
                orphans[id_] = max(at, orphans.get(id_, at))
        old = {
            id_
            for id_, at in orphans.items()
            if at < before and self._index.has_only(NO_APPEAL, self._appeals[id_])
        }
        if old:
            self._drop_appeals(old)

    def _drop_appeals(self, ids: set[str]) -> None:
        dropped = {appeal_id: self._appeals.pop(appeal_id) for appeal_id in ids}
        count, gone = self._index.drop(dropped)
        self._dropped_count += count
        self._dropped |= dict.fromkeys(gone)
        self._dropped_appeals |= dict.fromkeys(ids)

    # -- what users ask for --------------------------------------------------------------------

    def events(self) -> Iterator[Event]:
        """Yield every event, even if quarantined. For a repaired event, yield only the repair."""
        return self._index.events()

    def history(self, appeal_id: str) -> list[tuple[Event, str | None]]:
        """Return the events of an appeal in order, each with its quarantine reason or None."""
        copies = sorted(self._index.of_appeal(appeal_id), key=lambda copy: copy.event.order)
        return [(copy.event, copy.quarantined) for copy in copies if copy.quarantined != REPLACED]

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Return the events that do not count now, with the reasons why."""
        return in_order(
            Quarantined(copy.event, copy.quarantined)
            for copy in self._index.apart
            if copy.quarantined is not None and copy.quarantined != REPLACED
        )

    def rejected(self) -> Mapping[int, Rejected]:
        """Return the rejected rows, which produced no event, keyed by number."""
        return dict(self._rejected)

    def holdings(self) -> Holdings:
        """Return how many events were received, applied, quarantined, replaced and dropped."""
        reasons = [copy.quarantined for copy in self._index.apart]
        applied, replaced = reasons.count(None), reasons.count(REPLACED)
        return Holdings(
            read=self._read,
            applied=self._index.plain + applied,
            duplicate=self._duplicate,
            quarantined=len(reasons) - applied - replaced,
            replaced=replaced,
            dropped=self._dropped_count,
            rejected=len(self._rejected) + self._erased,
        )

    # -- snapshot ------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Return the content as a pickle. Raises StoreError if the store is broken."""
        self.check()
        known = list(self._index.all())
        copies = [copy for one in known for copy in all_of(one)]
        # a copy that conflicted with one that was dropped must not count after ``restore``
        first = map(effective_copy, known)
        left = {one for one in first if one is not None and one.quarantined == CONFLICTING_ID}
        final = {
            place: (copy.quarantined if is_final or copy in left else None, copy.repaired)
            for place, copy in enumerate(copies)
            if (is_final := copy.quarantined in FINAL_REASONS) or copy.repaired or copy in left
        }
        reported = {
            name: {key: values_of(state) for key, state in states.items()}
            for name, one in self._appeals.items()
            if (states := _reported(one))
        }
        rest = {name: getattr(self, name) for name in _PLAIN}
        return pickle.dumps((SNAPSHOT, [copy.event for copy in copies], final, reported, rest))

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes) -> MemoryStore:
        """Return a new store from a snapshot. Its clocks and timers are built under ``policy``."""
        state: Any = pickle.loads(snapshot)  # noqa: S301 - the caller trusts its source
        if not isinstance(state, tuple) or state[:1] != (SNAPSHOT,):
            found = state[0] if isinstance(state, tuple) and state else type(state).__name__
            msg = f"not a snapshot of form {SNAPSHOT} (found {found!r}); take a new one"
            raise WorkHoursError(msg)
        _, events, final, reported, rest = state
        store = cls()
        for name, value in rest.items():
            setattr(store, name, value)
        # includes appeals whose events all moved to another appeal, since their revisions continue
        copies: dict[str, list[StoredEvent]] = {appeal_id: [] for appeal_id in reported}
        by_id: dict[str, StoredEvent | Copies] = {}
        for place, event in enumerate(events):
            reason, repaired = final.get(place, (None, False))
            _add(by_id, StoredEvent(event, quarantined=reason, repaired=repaired))
        for effective in map(_effective, by_id.values()):
            if effective is not None:
                copies.setdefault(effective.event.appeal_id, []).append(effective)
        store._policy = policy
        for appeal_id, known_copies in copies.items():
            values = reported.get(appeal_id, {})
            states = {key: state_of(one) for key, one in values.items()}
            appeal = AppealState(appeal_id, known_copies, states)
            store._appeals[appeal_id] = appeal
            appeal.resume(policy, store.watermark or BEGINNING)
            for event_id, reason in appeal.reasons().items():
                counting = effective_copy(by_id[event_id])
                if counting is not None:
                    counting.quarantined = reason
            if appeal.next_at is not None:
                appeal.timer = appeal.next_at
                heappush(store._timers, (appeal.next_at, appeal_id))
        store._index.write(by_id, ())
        return store

    def check(self) -> None:
        """Raise StoreError if a transaction of this store has raised."""
        if self._is_broken:
            msg = (
                "a call on this store in memory was interrupted by an error, so its content may be "
                "incomplete; restore the last snapshot, or apply all events to a new store"
            )
            raise StoreError(msg)


def _add(by_id: dict[str, StoredEvent | Copies], copy: StoredEvent) -> None:
    """Add a copy to the copies of its event id."""
    event_id = copy.event.event_id
    known = by_id.get(event_id)
    if known is None:
        by_id[event_id] = copy
    elif isinstance(known, Copies):
        known.add(copy)
    else:
        by_id[event_id] = Copies([known, copy])


def _ended_at(appeal: AppealState | Packed) -> datetime | None:
    return appeal.ended_at if isinstance(appeal, AppealState) else appeal[PACKED_ENDED_AT]


def _timer_of(appeal: AppealState | Packed | None) -> datetime | None:
    if appeal is None:
        return None
    return appeal.timer if isinstance(appeal, AppealState) else appeal[PACKED_NEXT_AT]


def _reported(appeal: AppealState | Packed) -> dict[Key, Reported]:
    return appeal.reported if isinstance(appeal, AppealState) else reported_states(appeal)


class _Transaction:
    """The context manager of all transactions of a store in memory. One transaction runs at a time.

    A transaction that raises is not undone. Instead, the store refuses all later transactions.
    Otherwise an event might be stored but not applied, and another copy of the event would be a
    duplicate.
    """

    __slots__ = ("_store",)

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        store = self._store
        store.lock.acquire()
        if store._is_broken:  # noqa: SLF001
            store.lock.release()
            store.check()

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if kind is not None:
            self._store._is_broken = True  # noqa: SLF001
        self._store.lock.release()


def _effective(known: StoredEvent | Copies) -> StoredEvent | None:
    """Return the copy of an event id that counts, and set the reasons of the other copies."""
    effective = effective_copy(known)
    if effective is not None and effective.quarantined is not None:
        effective = None
    for copy in all_of(known):
        if copy is not effective and copy.quarantined is None:
            copy.quarantined = reason_for(copy.event)
    return effective


_PLAIN: Final = (
    "watermark",
    "_read",
    "_duplicate",
    "_dropped",
    "_dropped_appeals",
    "_dropped_count",
    "_positions",
    "_rejected",
    "_rejected_at",
    "_erased",
    "_last_rejected",
    "_keeps_changes",
    "_outbox",
    "_last_change",
    "_progress",
    "_failures",
)
"""The attributes that a snapshot stores without conversion."""

"""The pipeline: apply events to a store, and emit the changes that events and time cause.

The pipeline never reads the machine's clock: time passes only as far as the watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Self

from workhours_sla.errors import StoreError
from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import Change
from workhours_sla.sla.evaluate import Evaluation, evaluate, in_order, outcomes_of
from workhours_sla.sla.event import BEGINNING, Event, in_utc
from workhours_sla.sla.fold import Folded, Unmatched
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.open import MemoryStore
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import BY_FOLD, NO_BATCH, Batch, Rejected, Work
from workhours_sla.stream.ingest import ingest, replace_copies, report
from workhours_sla.stream.source import (
    DEFAULT_BATCH_SIZE,
    Committed,
    Counters,
    Digests,
    RunLoop,
    RunSummary,
    Source,
    Watermarks,
)
from workhours_sla.text.messages import say

AT_ONCE: Final = 500  # number of appeals that are read from the store at once

UNWRITTEN: Final = 20_000
"""Number of appeals that a long transaction collects in memory before it writes them."""


@public("workhours_sla.stream", checked=True)
class Pipeline:
    """Applies events to the clocks in a store, and emits each change once.

    The state depends only on the set of events, not on their order or on duplicates: the changes
    that were emitted and not retracted always equal the result of ``evaluate``. A breach is emitted
    when the watermark, the instant up to which all events have arrived, passes the limit.

    Each call is one transaction of the store. If the store was last used under another policy, or
    by another version of this library, all clocks are first built again, and the store keeps the
    changes that this causes. With ``retain``, an appeal is dropped when all its clocks ended longer
    ago than ``retain``; an open appeal is never dropped. If an event of a dropped appeal arrives
    again, it is a duplicate; a new event of the appeal is quarantined as ``after_retention``.
    Usable from any thread; calls run one at a time. A ``with`` block closes the store at its end.
    Raises StoreError.

    >>> from workhours_sla import EventType, Schedule, Target, working_hours
    >>> from workhours_sla.stream import MemoryStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with Pipeline(MemoryStore(), policy) as pipeline:
    ...     opened = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...     late = pipeline.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """

    def __init__(self, store: Store, policy: Policy, *, retain: timedelta | None = None) -> None:
        self._store = store
        self._policy = policy
        self._retain = retain
        self._counters = Counters()
        self._touched: list[set[str]] = []
        try:
            if store.built_under != policy.version:
                self.replace(policy)
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    @property
    def store(self) -> Store:
        """The store."""
        return self._store

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    @property
    def watermark(self) -> datetime | None:
        """The instant in UTC up to which clocks have been judged, None before ``advance``."""
        with self._store.lock:
            return self._store.watermark

    @property
    def counters(self) -> Counters:
        """The counters of the events that this pipeline has applied."""
        return self._counters

    # -- input -------------------------------------------------------------------------------

    def apply(self, events: Event | Iterable[Event]) -> tuple[Change, ...]:
        """Apply one or several events, in any order, as one step, and return the changes.

        Changes that cancel out within the step are not emitted. If iterating ``events`` raises,
        none of them is applied.
        """
        events = (events,) if isinstance(events, Event) else tuple(events)
        return tuple(self._write(events, None).changes)

    def advance(self, watermark: datetime) -> tuple[Change, ...]:
        """Advance time to ``watermark`` and return the changes caused by time alone.

        An instant that is not later than the current watermark changes nothing. Raises
        NaiveDatetimeError.
        """
        watermark = in_utc("watermark", watermark)
        store = self._store
        with store.lock:
            before = store.watermark
            if (before is not None and watermark <= before) or store.advance(watermark):
                return ()
            return tuple(self._write((), watermark).changes)

    def commit(self, batch: Batch) -> Committed:
        """Apply the events of a batch, advance time to its watermark, and store its positions.

        If StoreError is raised, nothing is stored.
        """
        if batch.watermark is not None and not (batch.events or batch.rejected or batch.positions):
            return Committed(self.advance(batch.watermark), Counters())
        watermark = None if batch.watermark is None else in_utc("watermark", batch.watermark)
        work = self._write(batch.events, watermark, batch)
        return Committed(tuple(work.changes), _counters_of(work))

    @contextmanager
    def _transaction(self, policy: Policy) -> Iterator[Work]:
        """Collect what one transaction writes, and write it when the block ends."""
        store = self._store
        with store.transaction():
            work = Work(policy, store.watermark)
            yield work
            self._write_part(work, is_last=True)
            if self._retain is not None and work.watermark is not BEGINNING:
                store.drop(work.watermark - self._retain)

    def _write(
        self,
        events: Sequence[Event],
        watermark: datetime | None,
        batch: Batch = NO_BATCH,
        reread: Mapping[int, Rejected | None] | None = None,
    ) -> Work:
        with self._transaction(self._policy) as work:
            work.batch, work.reread = batch, reread or {}
            if events:
                ingest(work, self._store, events)
            if watermark is not None and watermark > work.watermark:
                self._advance(work, watermark)
            self._counters = self._counters.plus(_counters_of(work))
        return work

    def replace(self, policy: Policy) -> tuple[Change, ...]:
        """Continue under another policy or with amended calendars, and return the changes.

        Every clock is built again. A clock that stays the same causes no change.
        """
        with self._store.lock:
            with self._transaction(policy) as work:
                for ids in _parts(self._store.appeal_ids()):
                    report(work, self._store, self._store.appeals(ids))
                    self._write_part(work)
            self._policy = policy
        return tuple(work.changes)

    def repair(self, event: Event, *, rejected: int | None = None) -> tuple[Change, ...]:
        """Replace all events that have the id of ``event`` by ``event``, and return the changes.

        Later events with this id and other content are quarantined. If the event repairs a rejected
        row, ``rejected`` is the number of this row, and the row leaves quarantine. Raises
        StoreError if the event's appeal was dropped, or if no rejected row has that number.
        """
        store = self._store
        with store.lock:
            _, dropped = store.known([event])
            if event.event_id in dropped.event_ids or event.appeal_id in dropped.appeal_ids:
                raise StoreError(say("appeal_dropped", event=repr(event.event_id)))
            if rejected is not None and rejected not in store.rejected():
                raise StoreError(say("not_in_quarantine", row=rejected))
            with self._transaction(self._policy) as work:
                if rejected is not None:
                    work.reread = {rejected: None}
                replace_copies(work, store, event)
                work.read = 1
        return tuple(work.changes)

    def retry_rejected(self, read: Callable[[Rejected], Iterable[Event] | Rejected]) -> Committed:
        """Read the rejected rows again, for example after the mapping was corrected.

        ``read`` is called with each rejected row. It returns the events of the row, which are then
        applied, or the row with the reason why the row is still rejected.
        """
        store = self._store
        with store.lock:
            events: list[Event] = []
            reread: dict[int, Rejected | None] = {}
            for number, row in store.rejected().items():
                found = read(row)
                if isinstance(found, Rejected):
                    reread[number] = found._replace(text=row.text)
                else:
                    events += found
                    reread[number] = None
            work = self._write(events, None, reread=reread)
        return Committed(tuple(work.changes), _counters_of(work))

    # -- the run loop ------------------------------------------------------------------------

    def run(
        self,
        source: Source,
        *,
        watermarks: Watermarks,
        digests: Digests | None = None,
        batch_size: int = DEFAULT_BATCH_SIZE,
        on_changes: Callable[[], object] = lambda: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> RunSummary:
        """Read a source to its end and store its rows in batches.

        A batch ends after ``batch_size`` rows, when the source yields ``Idle`` or ``Start``, and
        when ``digests`` are due. Digests are sent after each batch. ``on_changes`` is called
        without arguments after each batch that caused changes or digests; an example is
        ``Delivery.notify``. ``stopping`` is called after each batch; if it returns True, ``run``
        ends. Raises SourceError and StoreError. Earlier batches remain stored, and the next ``run``
        resumes after them.
        """
        loop = RunLoop(source, self.commit, watermarks, digests, on_changes)
        return loop.run(self._store.positions(source.name), batch_size, stopping)

    # -- output ------------------------------------------------------------------------------

    def evaluate(self, as_of: datetime, *, provisional: bool = False) -> Evaluation:
        """Evaluate all events so far, as ``workhours_sla.evaluate`` does."""
        events = self._store.events()
        return evaluate(events, self._policy, as_of=as_of, provisional=provisional)

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """The events that do not count now; a later event can make them count again."""
        return self._store.quarantine()

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """The appeals without a rule or without a schedule, sorted by id; reads every appeal."""
        with self._store.lock:
            ids = sorted(self._store.appeal_ids())
            return tuple(one for _, folded in self.folds(ids) for one in folded.unmatched)

    def open_outcomes(self, as_of: datetime) -> Iterator[Outcome]:
        """Yield all outcomes of every appeal in which at least one clock has not ended.

        An answer that is already known counts even if its time is after ``as_of``. Raises
        NaiveDatetimeError.
        """
        as_of = in_utc("as_of", as_of)
        for _, folded in self.folds(self._store.open_ids()):
            yield from outcomes_of(folded, as_of)

    def folds(self, appeal_ids: Sequence[str]) -> Iterator[tuple[str, Folded]]:
        """Yield the id of each appeal, with its state and clocks after all its events."""
        for ids in _parts(appeal_ids):
            with self._store.lock:
                appeals = self._store.appeals(ids)
                found = [(key, one.fold(self._policy)) for key, one in appeals.items()]
            yield from found

    def touched_appeals(self) -> set[str]:
        """Return a new set that collects the ids of all appeals that change from now on."""
        self._touched.append(set())
        return self._touched[-1]

    def outcomes_of(self, appeal_id: str, as_of: datetime) -> tuple[Outcome, ...]:
        """Return the outcomes of one appeal, none for an unknown appeal.

        An answer that is already known counts even if its time is after ``as_of``. Raises
        NaiveDatetimeError.
        """
        as_of = in_utc("as_of", as_of)
        with self._store.lock:
            if not self._store.history(appeal_id):
                return ()
            [(_, folded)] = self.folds([appeal_id])
            return tuple(outcomes_of(folded, as_of))

    # -- one transaction ---------------------------------------------------------------------

    def _advance(self, work: Work, watermark: datetime) -> None:
        """Advance to a watermark, and emit the changes of the appeals whose timers are due then."""
        work.watermark = watermark
        store = self._store
        due = [
            (appeal.next_at, appeal_id)
            for appeal_id, appeal in work.appeals.items()
            if appeal.next_at is not None and appeal.next_at <= watermark
        ]
        touched = work.appeals
        due += [timer for timer in store.timers_due(watermark) if timer[1] not in touched]
        ids = [appeal_id for _, appeal_id in sorted(due)]
        for part in _parts(ids):
            # the store may not have what this transaction has changed
            stored = store.appeals([one for one in part if one not in touched])
            appeals = {one: touched[one] if one in touched else stored[one] for one in part}
            report(work, store, appeals)
            if len(work.appeals) > UNWRITTEN:
                self._write_part(work)

    def _write_part(self, work: Work, *, is_last: bool = False) -> None:
        """Write what was collected so far, to bound the memory of a long transaction."""
        work.is_part = not is_last
        self._store.write(work)
        for touched in self._touched:
            touched.update(work.appeals)
        if not is_last:
            work.clear()


def _counters_of(work: Work) -> Counters:
    return Counters(work.read, work.duplicate, work.conflicting, work.late)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


@public()
class Monitor(Pipeline):
    """Applies events in any order and returns the changes of each clock: a pipeline in memory.

    The state depends only on the set of events, not on their order or on duplicates: the changes
    that were emitted and not retracted always equal the result of ``evaluate``. Time passes only
    through ``advance``: a breach is emitted when time passes the limit. Mutable; usable from any
    thread, where calls run one at a time.

    ``snapshot`` returns the whole state. Save it together with the changes that you have passed on:
    after a crash, changes that were emitted after the snapshot are emitted again, and with other
    ids if the events come in other batches. After ``restore`` with another policy, call
    ``replace``. A Pipeline with a store in a file does all this.

    >>> from workhours_sla import Event, EventType, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> monitor = Monitor(Policy([Target("first reply", working_hours(4), office)]))
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> [change.kind.value for change in
    ...  monitor.apply(Event("1", "A-1", EventType.CREATED, posted, posted))]
    ['opened']
    >>> print(monitor.next_at)
    2025-03-12 11:15:00+00:00
    >>> [change.kind.value for change in
    ...  monitor.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))]
    ['at_risk', 'breached']
    """

    _store: MemoryStore

    def __init__(self, policy: Policy) -> None:
        super().__init__(MemoryStore(outbox=False), policy)

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """The events that do not count now. A later event can make them count again."""
        found = [one for one in self._store.quarantine() if one.reason not in BY_FOLD]
        for _, folded in self.folds(self._store.appeal_ids()):
            found += folded.appeal.quarantine
        return in_order(found)

    @property
    def next_at(self) -> datetime | None:
        """The first instant in UTC at which ``advance`` can cause a change, None if there is none.

        Advancing to an earlier instant causes no change.
        """
        return self._store.next_at

    def snapshot(self) -> bytes:
        """Return the state as bytes for ``restore``, without the ``counters``."""
        return self._store.snapshot()

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes) -> Self:
        """Return a monitor that continues from a snapshot.

        If the snapshot was taken under another policy, call ``replace(policy)`` to emit what the
        new policy changes. Raises WorkHoursError if ``snapshot`` is not a snapshot of this version.
        """
        monitor = cls(policy)
        monitor._store = MemoryStore.restore(policy, snapshot, outbox=False)
        return monitor

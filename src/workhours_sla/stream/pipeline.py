"""The pipeline: apply events to a store, and emit the changes that events and time cause.

The pipeline never reads the machine's clock: time passes only as far as the watermark.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, Literal, NamedTuple, Self

from workhours_sla.argument_types import checked
from workhours_sla.errors import StoreError
from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import AppealState, Change
from workhours_sla.sla.deduplication import Copies, StoredEvent, all_of
from workhours_sla.sla.evaluate import Evaluation, evaluate, outcomes_of
from workhours_sla.sla.event import BEGINNING, Event, in_utc
from workhours_sla.sla.fold import Folded, Unmatched
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.stream.ingest import ingest, replace_copies, report
from workhours_sla.stream.run_loop import (
    DEFAULT_BATCH_SIZE,
    Committed,
    Counters,
    Digests,
    RunLoop,
    RunSummary,
)
from workhours_sla.stream.source import Rejected, Source
from workhours_sla.stream.store import NO_BATCH, Batch, Store, Work
from workhours_sla.stream.watermark import Watermarks
from workhours_sla.text.messages import say

AT_ONCE: Final = 500
"""Number of appeals that are read from the store at once."""

UNWRITTEN: Final = 20_000
"""Number of appeals that a long transaction collects in memory before it writes them."""


@public("workhours_sla.stream")
@checked
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
        with store.lock, store.transaction():
            work = Work(policy, store.watermark)
            yield work
            self._write_part(work, is_last=True)
            if self._retain is not None and work.watermark is not BEGINNING:
                store.drop(work.watermark - self._retain)

    def _write(
        self, events: Sequence[Event], watermark: datetime | None, batch: Batch = NO_BATCH
    ) -> Work:
        with self._transaction(self._policy) as work:
            work.batch = batch
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
                for appeals in self._all_appeals(self._store.appeal_ids()):
                    report(work, self._store, appeals)
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
            if dropped is not None and (
                event.event_id in dropped.event_ids or event.appeal_id in dropped.appeal_ids
            ):
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
            with self._transaction(self._policy) as work:
                ingest(work, store, events)
                work.reread = reread
                self._counters = self._counters.plus(_counters_of(work))
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
        checkpoints = self._store.positions(source.name)
        loop = RunLoop(source, self.commit, checkpoints, watermarks, digests)
        return loop.run(batch_size, on_changes, stopping)

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
        for first in range(0, len(appeal_ids), AT_ONCE):
            with self._store.lock:
                appeals = self._store.appeals(appeal_ids[first : first + AT_ONCE])
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
            appeal = self._store.appeals([appeal_id])[appeal_id]
            return tuple(outcomes_of(appeal.fold(self._policy), as_of))

    def _all_appeals(self, ids: Sequence[str]) -> Iterator[Mapping[str, AppealState]]:
        for first in range(0, len(ids), AT_ONCE):
            yield self._store.appeals(ids[first : first + AT_ONCE])

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
        for first in range(0, len(ids), AT_ONCE):
            part = ids[first : first + AT_ONCE]
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


# -- receipts --------------------------------------------------------------------------------


State = Literal["applied", "duplicate", "quarantined"]


class Receipt(NamedTuple):
    """What became of one event."""

    event_id: str
    state: State
    reason: str | None = None


class Received(NamedTuple):
    """What a batch did: its changes and counters, and a receipt for each event, in their order."""

    committed: Committed
    receipts: Sequence[Receipt]
    appeal_ids: frozenset[str]


def commit_with_receipts(pipeline: Pipeline, batch: Batch) -> Received:
    """Commit a batch, and return what became of its events."""
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


# -- the outcomes of open appeals ---------------------------------------------------------------


class OpenOutcomes:
    """Keeps all outcomes of every appeal in which at least one clock has not ended; mutable."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._policy: Policy | None = None
        self._appeals: dict[str, list[Outcome]] = {}

    def forget(self) -> None:
        """Forget everything; the next ``update`` evaluates every open appeal."""
        self._appeals = {}

    def update(
        self, as_of: datetime, changed: Iterable[str], *, has_passed: bool = True
    ) -> list[Outcome]:
        """Return the outcomes as of an instant, sorted by the ids of their appeals."""
        # without ``has_passed`` only the changed appeals are evaluated again
        as_of = in_utc("as_of", as_of)
        store, policy = self._pipeline.store, self._pipeline.policy
        known = {} if has_passed or policy is not self._policy else self._appeals
        self._appeals, self._policy = {}, policy
        for appeal_id in changed:
            known.pop(appeal_id, None)
        with store.lock:
            ids = store.open_ids()
        missing = [one for one in ids if one not in known]
        for appeal_id, folded in self._pipeline.folds(missing):
            known[appeal_id] = outcomes_of(folded, as_of)
        self._appeals = {one: known[one] for one in ids}
        return list(chain.from_iterable(self._appeals.values()))

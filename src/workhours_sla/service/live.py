"""The running state of a service with a store: its pipeline, its delivery and its clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain, islice
from threading import Event as Flag
from threading import Lock, Thread
from typing import Final, NamedTuple, Self

from workhours_sla.errors import StoreError
from workhours_sla.sla.changes import Change
from workhours_sla.sla.evaluate import outcomes_of
from workhours_sla.sla.event import ALLOWED_SKEW, Event
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.outcome import Outcome, due_trace
from workhours_sla.stores.open import is_closed, is_lost
from workhours_sla.stores.store_values import Batch, Rejected
from workhours_sla.stream.delivery import Delivery, Sink
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.receipts import OpenAppeals, Receipt, commit_with_receipts
from workhours_sla.stream.sinks.metrics import Metrics
from workhours_sla.stream.source import Digests
from workhours_sla.worktime.explain import Trace
from workhours_sla.worktime.times import ZERO

REMEMBERED: Final = 100_000
"""Number of rejected rows that are recognised when they are sent again. Only hashes are kept."""
LOG: Final = logging.getLogger("workhours_sla.service")


class History(NamedTuple):
    """One appeal: its events with quarantine reasons, and its outcomes, each with its trace."""

    appeal_id: str
    events: Sequence[tuple[Event, str | None]]
    outcomes: Sequence[tuple[Outcome, Trace | None]]


class Moment(NamedTuple):
    """The open appeals of a version, in the minute of ``now``."""

    folded: Mapping[str, Folded]
    now: datetime
    version: int


class Live:
    """A pipeline that receives events, a ticker that advances it, and the delivery to its sinks.

    The service receives events itself, so the watermark is the time of ``clock`` minus ``skew``. It
    does not advance during the first ``skew`` after the start, in which senders repeat what they
    could not send before. Without ``tick``, in seconds, nothing advances time but ``advance``.
    Usable from any thread; the owner closes the pipeline after ``close``.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        sinks: Iterable[Sink] = (),
        digests: Digests | None = None,
        skew: timedelta = ALLOWED_SKEW,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tick: float | None = 1.0,
        on_failure: Callable[[str, Exception], object] = lambda _sink, _error: None,
    ) -> None:
        sinks = list(sinks)
        self.pipeline: Pipeline = pipeline
        self.clock: Callable[[], datetime] = clock
        self.metrics: Metrics = Metrics(pipeline, sinks=[sink.name for sink in sinks])
        self.failing: StoreError | None = None
        """The error of the store, None as soon as something was written after it."""
        self.lost: StoreError | None = None
        """The error of a store that no call can use again, so that the service must end."""
        self._delivery = Delivery(pipeline.store, [*sinks, self.metrics], on_failure=on_failure)
        self._digests = digests
        self._skew = skew
        self._began = clock()
        self._targets = {one.name: one for one in pipeline.policy.targets}
        self._rejected: dict[bytes, None] = {}
        self._remember(map(_hash, pipeline.store.rejected().values()))
        self._version = 0
        self._changed: set[str] = set()
        """The appeals that may have changed since ``_open`` was updated."""
        self._has_failed = False  # whether more may have changed, since a write has failed
        self._turn = Lock()  # guards ``_version``, ``_changed``, ``_has_failed`` and ``_waiting``
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = set()
        self._evaluating = Lock()
        """Guards ``_moment`` and ``_open``, so that all who ask at once share one reading."""
        self._moment: Moment | None = None
        self._open = OpenAppeals(pipeline)
        self._stopping = Flag()
        self._ticker = (
            None
            if tick is None
            else Thread(target=copy_context().run, args=(self._run, tick), name="ticker")
        )

    def __enter__(self) -> Self:
        self._delivery.__enter__()
        if self._ticker is not None:
            self._ticker.start()
            run = copy_context().run
            Thread(target=run, args=(self._prepare,), name="first page", daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stop(self) -> None:
        """End every wait for a version or the store, so that requests can end. Does not wait."""
        if not self._stopping.is_set():
            self.pipeline.store.end_waits()
        self._stopping.set()
        self._wake()

    def close(self) -> None:
        """Stop the ticker and the delivery; changes that are not delivered remain in the store."""
        self.stop()
        if self._ticker is not None and self._ticker.ident is not None:
            self._ticker.join()
        self._delivery.stop()

    @property
    def failing_sinks(self) -> dict[str, BaseException]:
        """The sinks that did not accept their last changes, each with its error."""
        return self._delivery.failing

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    # -- input -------------------------------------------------------------------------------

    def apply(
        self, events: Sequence[Event], rejected: Sequence[Rejected] = (), source: str = "http"
    ) -> Sequence[Receipt]:
        """Store events and rejected rows in one transaction, after an error none of them."""
        with self._noting_failure(is_write=True), self.pipeline.store.lock:
            hashes = {_hash(row): row for row in rejected}
            new = {key: row for key, row in hashes.items() if key not in self._rejected}
            batch = Batch(source, events, list(new.values()))
            (changes, _), receipts, ids = commit_with_receipts(self.pipeline, batch)
            self._remember(new)
        self._committed(changes, ids)
        return receipts

    def _remember(self, hashes: Iterable[bytes]) -> None:
        self._rejected |= dict.fromkeys(hashes)
        for key in list(islice(self._rejected, max(0, len(self._rejected) - REMEMBERED))):
            del self._rejected[key]

    def advance(self, now: datetime | None = None) -> Sequence[Change]:
        """Advance time to ``now`` minus the skew, and send digests; notice a lost store."""
        now = self.clock() if now is None else now
        watermark = now - self._skew
        changes: Sequence[Change] = ()
        was_failing = self.failing is not None
        with self._noting_failure(is_write=was_failing):
            self.pipeline.store.check_place()
            if was_failing:
                self.pipeline.apply(())
            if self._skew == ZERO or watermark >= self._began:
                changes = self.pipeline.advance(watermark)
            if self._digests is not None and self._digests.send():
                self._delivery.notify()
        self._committed(changes, {one.appeal_id for one in changes})
        return changes

    def _committed(self, changes: Sequence[Change], appeal_ids: AbstractSet[str]) -> None:
        if changes:
            self._delivery.notify()
        if appeal_ids:
            with self._turn:
                self._version += 1
                self._changed |= appeal_ids
            self._wake()

    @contextmanager
    def _noting_failure(self, *, is_write: bool = False) -> Iterator[None]:
        """Set ``failing`` if the block raises StoreError, and clear it after a write."""
        try:
            yield
        except StoreError as error:
            if self.failing is None or not is_closed(error):
                self.failing = error
            with self._turn:
                self._has_failed = True
            if self.lost is None and is_lost(error):
                self.lost = self.failing
            raise
        if is_write:  # a store on a full disk can be read
            self.failing = None

    def _run(self, tick: float) -> None:
        while not self._stopping.is_set():
            try:
                self.advance()
            except StoreError:
                pass  # noted, and tried again
            except Exception as error:  # noqa: BLE001 - time must go on
                LOG.error("fault", extra={"error": type(error).__name__})  # noqa: TRY400
            self._stopping.wait(tick)

    def _prepare(self) -> None:
        """Read the open appeals, which may take seconds, before a page is asked for."""
        with suppress(StoreError):
            self.current()

    # -- versions ----------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """A number that grows with each commit that changes something, 0 at the start."""
        return self._version

    async def newer(self, than: int) -> int:
        """Return a version greater than a number, or the last one; nothing is polled."""
        loop = asyncio.get_running_loop()
        while self._version <= than and not self._stopping.is_set():
            waiter = loop, loop.create_future()
            with self._turn:
                self._waiting.add(waiter)
            try:
                if self._version <= than and not self._stopping.is_set():
                    await waiter[1]
            finally:
                with self._turn:
                    self._waiting.discard(waiter)
        return self._version

    def _wake(self) -> None:
        with self._turn:
            waiting, self._waiting = self._waiting, set()
        for loop, future in waiting:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_end, future)

    # -- output ------------------------------------------------------------------------------

    def current(self) -> Moment:
        """Return each appeal in which a clock has not ended, as of now."""
        with self._evaluating:
            before, now = self._moment, self.clock()
            has_passed = before is None or _minute(before.now) != _minute(now)
            with self._turn:
                version, changed = self._version, self._changed
                if before is not None and not has_passed and before.version == version:
                    return before
                self._changed = set()
                if self._has_failed:
                    self._open.forget()
                self._has_failed = False
            with self._noting_failure():
                self._open.update(changed, has_passed=has_passed)
            found = self._moment = Moment(self._open.folded, now, version)
            return found

    def watched(self) -> set[str]:
        """Return a new set that collects the ids of the appeals of ``current`` that change."""
        with self._evaluating:
            return self._open.watched()

    def outcomes(self) -> tuple[list[Outcome], datetime]:
        """Return all outcomes of the open appeals, sorted by their ids, and as of when."""
        moment = self.current()
        with self._evaluating:
            return self._open.outcomes(moment.now)

    def since(self, begin: datetime) -> list[Outcome]:
        """Return the outcomes of the appeals that are open or ended after ``begin``, as of now."""
        self.current()  # so that the open appeals are read already
        now, found = self.clock(), list[Outcome]()
        with self._noting_failure(), self.pipeline.store.lock:
            ids = self.pipeline.store.appeal_ids(begin)
        with self._evaluating:
            known = {one: self._open.folded.get(one) for one in ids}
        rest = self.pipeline.folds([one for one, folded in known.items() if folded is None])
        for _, folded in chain(known.items(), rest):
            if folded is None:
                continue
            if self.is_stopping:
                break
            found += outcomes_of(folded, now)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether no event has been received. Raises StoreError."""
        with self._noting_failure():
            return self.pipeline.store.holdings().read == 0

    def appeal(self, appeal_id: str, now: datetime) -> History | None:
        with self._noting_failure(), self.pipeline.store.lock:
            events = self.pipeline.store.history(appeal_id)
            outcomes = self.pipeline.outcomes_of(appeal_id, now)
        if not events:
            return None
        traced = [(one, due_trace(one, self._targets[one.target])) for one in outcomes]
        return History(appeal_id, events, traced)


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def _hash(row: Rejected) -> bytes:
    return blake2b(repr((row.reason, row.text)).encode("utf-8", "replace"), digest_size=16).digest()


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)

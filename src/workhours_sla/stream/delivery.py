"""Send the messages of a store to its sinks. Each sink has a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import random
from threading import Condition, Thread
from time import monotonic
from typing import Final, Literal, NamedTuple, Protocol, Self

from workhours_sla.errors import StoreError, UndeliverableError, clipped
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.sla.event import NEVER
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import CHANGE, Pending

DEFAULT_BATCH_SIZE: Final = 1_000  # maximum number of messages in one write to a sink
_LONGEST_ERROR: Final = 500
"""Maximum length of an error message that the store keeps, in characters."""
_STORE_RETRY: Final = 1.0  # seconds between two attempts to use a store that fails
_POLL: Final = 0.05  # seconds between two checks of whether a thread has ended


@public("workhours_sla.stream")
class Sink(Protocol):
    """A receiver of changes; a change may be sent twice, with the same ``change_id``."""

    @property
    def name(self) -> str:
        """The name under which the progress of the sink is stored."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Accept the changes durably, or raise an error.

        Raises UndeliverableError for a change that can never be accepted, and any other error for a
        temporary failure. If the output can be read again, returns where the output ends, in the
        sink's own format; the store keeps this text, so that the sink can compare the two later.

        If an error has the attribute ``retry_after``, a timedelta, the change is sent again after
        at least this time. If a sink has the attribute ``batch_size``, it gets at most so many
        changes.
        """


def takes(sink: Sink) -> str:
    """Return the kind of messages that a sink receives."""
    kind: str = getattr(sink, "takes", CHANGE)
    return kind


@public("workhours_sla.stream")
class Retry(NamedTuple):
    """How long to wait before a failed change is sent again, and how often to try.

    The delay doubles from ``first`` to ``longest``. After ``attempts`` failures the change becomes
    a dead letter, and the next change is sent. If ``attempts`` is None, sending is tried for ever.

    >>> from datetime import UTC
    >>> now = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)
    >>> [f"{Retry().at(now, failed, jitter=1.0):%H:%M:%S}" for failed in (1, 2, 3, 10)]
    ['10:00:01', '10:00:02', '10:00:04', '10:05:00']
    >>> print(Retry(attempts=15).at(now, 15, jitter=1.0))
    None
    """

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    attempts: int | None = None

    def at(
        self, now: datetime, failed: int, *, jitter: float, at_least: timedelta | None = None
    ) -> datetime | None:
        """Return when to send a change again after ``failed`` attempts, or None to give up.

        The delay is shortened at random to between half and all of its length, so that several
        processes do not retry at the same time. ``jitter`` is a random number: 0 gives half of the
        length, and 1 gives all of it. ``at_least`` is a delay that the sink has asked for.
        """
        if self.attempts is not None and failed >= self.attempts:
            return None
        doubled = self.first * (1 << min(failed - 1, 20))
        delay = min(self.longest, doubled) * (0.5 + jitter / 2)
        return now + max(delay, at_least or delay)


class Undelivered(NamedTuple):
    """A sink that has not received every change, and the reason.

    ``error`` is the error of the sink's last write, or None if a write has not returned.
    """

    sink: str
    error: BaseException | None


@public("workhours_sla.stream", checked=True)
class Delivery:
    """Sends each change to each sink at least once and in order, with a thread for each sink.

    A sink that fails, hangs or is slow delays neither the other sinks nor the pipeline. A change
    that a sink did not accept is sent again at the times that ``retry`` decides, and later changes
    wait for this change. After an UndeliverableError or the last attempt the change becomes a dead
    letter, and the next change is sent. The store keeps the progress and the failures of each sink,
    so that a later Delivery continues where this one ends. When a sink starts to fail, its thread
    calls ``on_failure`` with the sink's name and the error, but not again until the sink has
    received every change. ``clock`` returns the current time in UTC.

    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import MemoryStore, Pipeline
    >>> class Printer:
    ...     name = "printer"
    ...     def write(self, changes):
    ...         print(*(change.change_id for change in changes))
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with Pipeline(MemoryStore(), policy) as pipeline:
    ...     with Delivery(pipeline.store, [Printer()]) as delivery:
    ...         changes = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...         delivery.notify()
    ...         undelivered = delivery.finish(timeout=10)
    A-1/first reply/0/opened/1
    """

    def __init__(
        self,
        store: Store,
        sinks: Iterable[Sink],
        *,
        retry: Retry = Retry(),  # noqa: B008 - immutable
        batch_size: int = DEFAULT_BATCH_SIZE,
        on_failure: Callable[[str, Exception], object] = lambda _sink, _error: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        sinks = list(sinks)
        for sink in sinks:
            store.deliver_to([sink.name], takes(sink))
        self._workers = [
            _Worker(store, sink, retry, batch_size, on_failure, clock) for sink in sinks
        ]

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def notify(self) -> None:
        """Wake the threads to send new changes, without waiting until they have sent them."""
        for worker in self._workers:
            worker.ask("send")

    @property
    def failing(self) -> dict[str, BaseException]:
        """The names of the sinks that did not accept their last changes, each with the error."""
        return {one.name: one.failing for one in self._workers if one.failing is not None}

    def finish(self, timeout: float) -> list[Undelivered]:
        """Send the pending changes, stop, and return the sinks that have not received every change.

        Does not wait for the next attempt after a failure, nor for a write that takes more than
        ``timeout`` seconds.
        """
        for worker in self._workers:
            worker.ask("finish")
        for worker in self._workers:
            worker.wait(timeout)
        return [found for worker in self._workers if (found := worker.undelivered) is not None]

    def stop(self) -> None:
        """Stop without sending more changes; waits at most one second for a write to return."""
        for worker in self._workers:
            worker.ask("stop")
        for worker in self._workers:
            worker.wait(1.0)


def send(store: Store, sink: Sink, pending: Pending) -> None:
    end = sink.write([message for _, message in pending.changes])
    store.acknowledge(sink.name, [number for number, _ in pending.changes], end)


@dataclass(eq=False)
class _Worker:
    """The thread of one sink: it sends changes, and records failures in the store."""

    _store: Store
    _sink: Sink
    _retry: Retry
    _batch_size: int
    _on_failure: Callable[[str, Exception], object]
    _clock: Callable[[], datetime]
    _changed: Condition = field(default_factory=Condition)
    _asked: set[str] = field(default_factory=set)
    # until the first write, which also sends a change that failed in an earlier run
    _is_new: bool = True
    _step_began: float = field(default_factory=monotonic)
    failing: BaseException | None = None  # the error of the last write
    _is_noted: bool = False  # ``on_failure`` was called since the sink last had every change

    def __post_init__(self) -> None:
        self._batch_size = min(
            self._batch_size, getattr(self._sink, "batch_size", self._batch_size)
        )
        run, name = copy_context().run, f"delivery to {self.name}"
        self._thread = Thread(target=run, args=(self._run,), name=name, daemon=True)

    @property
    def name(self) -> str:
        return self._sink.name

    def start(self) -> None:
        self._thread.start()

    def ask(self, what: Literal["send", "finish", "stop"]) -> None:
        with self._changed:
            self._asked.add(what)
            self._changed.notify()

    def wait(self, timeout: float) -> None:
        """Wait until the thread ends, or until one write takes more than ``timeout`` seconds."""
        self._step_began = max(self._step_began, monotonic())
        while self._thread.is_alive() and monotonic() - self._step_began < timeout:
            self._thread.join(min(timeout, _POLL))

    @property
    def undelivered(self) -> Undelivered | None:
        """The reason why the sink has not received every change; None if it has received all."""
        if self._thread.is_alive():
            return Undelivered(self.name, None)
        return None if self.failing is None else Undelivered(self.name, self.failing)

    def _run(self) -> None:
        try:
            while self._step():
                self._step_began = monotonic()
        except BaseException as error:  # noqa: BLE001 - it is reported by ``undelivered``
            self.failing = error

    def _step(self) -> bool:
        """Send pending changes, or wait for more; return False if the thread must end."""
        with self._changed:
            if "stop" in self._asked:
                return False
            finishing = "finish" in self._asked
            self._asked.discard("send")
        try:
            now = self._clock()
            due = NEVER if self._is_new else now
            pending = self._store.pending(self.name, due, self._batch_size)
            if pending.changes:
                return self._send(pending) or not finishing
        except StoreError as error:  # the store itself, which may work again
            self.failing = error
            self._wait(_STORE_RETRY)
            return not finishing
        if pending.retry_at is None:
            self._is_noted, self.failing = False, None
        if finishing:
            return False
        at = pending.retry_at
        self._wait(None if at is None else max(0.0, (at - now).total_seconds()))
        return True

    def _send(self, pending: Pending) -> bool:
        """Send messages, record the result, and return whether the sink is not failing."""
        self._is_new = False
        numbers = [number for number, _ in pending.changes]
        failing: Exception | None = None
        try:
            send(self._store, self._sink, pending)
        except UndeliverableError as error:
            ids = [message.change_id for _, message in pending.changes]
            failed_at = ids.index(error.change_id) if error.change_id in ids else 0
            if failed_at:  # the sink accepted the messages before this one
                self._store.acknowledge(self.name, numbers[:failed_at])
            again: Retry | None = getattr(error, "retry", None)
            retry_at = again and again.at(self._clock(), pending.attempts + 1, jitter=1.0)
            self._fail(numbers[failed_at], error, retry_at, is_alone=True)
        except Exception as error:  # noqa: BLE001 - a sink may raise anything
            wait: timedelta | None = getattr(error, "retry_after", None)
            attempts, jitter = pending.attempts + 1, random()  # noqa: S311
            retry_at = self._retry.at(self._clock(), attempts, jitter=jitter, at_least=wait)
            self._fail(numbers[0], error, retry_at)
            failing = error
        self.failing = failing
        return failing is None

    def _fail(
        self, number: int, error: Exception, retry_at: datetime | None, *, is_alone: bool = False
    ) -> None:
        text = clipped(str(error) or type(error).__name__, _LONGEST_ERROR)
        self._store.fail(self.name, number, text, retry_at, is_alone=is_alone)
        if hasattr(error, "retry"):  # about this message alone, so each is noted
            if retry_at is None:
                self._on_failure(self.name, error)
        elif not self._is_noted:
            self._is_noted = True
            self._on_failure(self.name, error)

    def _wait(self, seconds: float | None) -> None:
        with self._changed:
            if not self._asked:
                self._changed.wait(seconds)

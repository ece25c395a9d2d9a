"""Send the changes of a store to its sinks. Each sink has a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from random import random
from threading import Condition, Thread
from time import monotonic
from typing import Final, NamedTuple, Protocol, Self

from workhours_sla.argument_types import checked
from workhours_sla.errors import StoreError, UndeliverableError, clipped
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.sla.event import NEVER

DEFAULT_BATCH_SIZE: Final = 1_000
"""Maximum number of changes in one write to a sink."""

_LONGEST_ERROR: Final = 500
"""Maximum length of an error message that the store keeps, in characters."""

_STORE_RETRY: Final = 1.0
"""Seconds between two attempts to use a store that fails."""

_POLL: Final = 0.05
"""Seconds between two checks of whether a thread has ended."""


@public("workhours_sla.stream")
class Sink(Protocol):
    """A receiver of changes. A change may be sent twice, with the same ``change_id``."""

    @property
    def name(self) -> str:
        """The name under which the progress of the sink is stored."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Accept the changes durably, or raise an error.

        Raises UndeliverableError for a change that can never be accepted, and any other error for a
        temporary failure. A sink whose output can be read again returns its new end position, in
        its own format. The store keeps this position, so that a later run can compare the two.

        If an error has the attribute ``retry_after``, a timedelta, the change is sent again no
        earlier. If a sink has the attribute ``batch_size``, it receives at most so many changes.
        """


@public("workhours_sla.stream")
class Progress(NamedTuple):
    """How many changes of a store a sink has acknowledged.

    ``number`` is the number of the last acknowledged change, 0 if there is none. ``end`` is the
    position that the sink returned when it last had every change. ``last`` is the ``change_id`` of
    the last acknowledged change. ``last`` is None if no change was acknowledged after ``end`` was
    returned, or if the store no longer has the change.
    """

    number: int = 0
    end: str | None = None
    last: str | None = None


class Failure(NamedTuple):
    """A change that a sink did not accept.

    ``attempts`` is the number of failed attempts, and ``error`` the text of the last error.
    ``retry_at`` is when the change is sent again, None for a dead letter.
    """

    number: int
    attempts: int
    retry_at: datetime | None
    error: str


@public("workhours_sla.stream")
class DeadLetter(NamedTuple):
    """A change that is no longer sent to a sink, its failed attempts, and the last error."""

    number: int
    change: Change
    attempts: int
    error: str


@public("workhours_sla.stream")
class Pending(NamedTuple):
    """The numbered changes that must be sent to a sink now, in order.

    ``attempts`` is the number of failed attempts to send the first change. ``retry_at`` is when a
    failed change is sent again, None if no failed change waits.
    """

    changes: Sequence[tuple[int, Change]] = ()
    attempts: int = 0
    retry_at: datetime | None = None


class Outbox(Protocol):
    """The changes of a store, and the progress of each sink. Usable from any thread."""

    def changes(self, after: int = 0, limit: int = -1) -> Sequence[tuple[int, Change]]:
        """Return the changes with a number greater than ``after``, as pairs of number and change.

        They are in the order of emission. A negative ``limit`` returns all of them.
        """

    def deliver_to(self, sinks: Iterable[str]) -> None:
        """Name sinks that are in use: the store keeps each change until all of them have it.

        Until the first call, these are all sinks that the store has delivered a change to.
        """

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the changes that must be sent to a sink at ``now``, at most ``limit`` of them."""

    def undelivered(self, sink: str) -> int:
        """Return how many changes a sink has not accepted. Dead letters are not counted."""

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the changes with these numbers, and all changes before them.

        ``end`` is the end position of the sink after these changes, in the format of the sink.
        """

    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change.

        The change becomes a dead letter if ``retry_at`` is None.
        """

    def dead(self, sink: str) -> Sequence[DeadLetter]:
        """Return the dead letters of a sink: changes that are no longer sent to it."""

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again. Return how many were found."""


class Decision(NamedTuple):
    """What to send to a sink now.

    ``only`` is a failed change that is sent alone. With ``after``, all changes with a greater
    number are sent. If both are None, nothing is sent. ``retry_at`` is when a failed change is sent
    again, None if no failed change waits.
    """

    only: Failure | None = None
    after: int | None = None
    retry_at: datetime | None = None


def decide(number: int, failures: Iterable[Failure], now: datetime) -> Decision:
    """Decide what to send to a sink that has the changes up to ``number``.

    A failed change is sent again on its own once its ``retry_at`` is reached. Until then the
    changes after it wait. A dead letter is a change that is no longer sent. If a dead letter is
    replayed, other changes do not wait for it.

    >>> from datetime import UTC
    >>> now = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)
    >>> decide(7, [], now).after
    7
    >>> failure = Failure(8, 1, now + timedelta(seconds=1), "timeout")
    >>> decide(7, [failure], now) == Decision(retry_at=failure.retry_at)
    True
    >>> decide(7, [failure], now + timedelta(seconds=1)).only.number
    8
    """
    waiting = [(one.retry_at, one) for one in failures if one.retry_at is not None]
    due = [one for retry_at, one in waiting if retry_at <= now]
    if due:
        return Decision(only=min(due))
    retry_at = min((retry_at for retry_at, _ in waiting), default=None)
    if any(one.number > number for _, one in waiting):
        return Decision(retry_at=retry_at)
    return Decision(after=number, retry_at=retry_at)


def repeated(number: int, failures: Iterable[Failure]) -> int:
    """Return how many dead letters are sent again to a sink that has the changes up to ``number``.

    >>> repeated(7, [Failure(5, 0, datetime(2025, 3, 12), ""), Failure(6, 9, None, "410")])
    1
    """
    return sum(one.number <= number and one.retry_at is not None for one in failures)


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
        """Return when to send a change again after ``failed`` attempts, None to give up.

        The delay is shortened at random to between half and all of its length, so that several
        processes do not retry at the same time. ``jitter`` is a random number: 0 gives half of the
        length, and 1 gives all of it. ``at_least`` is a delay that the sink has asked for.
        """
        if self.attempts is not None and failed >= self.attempts:
            return None
        doubled = self.first * (1 << min(failed - 1, 20))
        delay = min(self.longest, doubled) * (0.5 + jitter / 2)
        return now + max(delay, at_least or delay)


@public("workhours_sla.stream")
class Undelivered(NamedTuple):
    """A sink that has not received every change, and the reason.

    ``error`` is the error of the sink's last write, or None if a write has not returned.
    """

    sink: str
    error: BaseException | None


@public("workhours_sla.stream")
@checked
class Delivery:
    """Sends each change to each sink at least once and in order, with a thread for each sink.

    A sink that fails, hangs or is slow delays neither the other sinks nor the pipeline. A change
    that a sink did not accept is sent again at the times that ``retry`` decides, and the later
    changes wait for it. After an UndeliverableError or the last attempt the change becomes a dead
    letter, and the next change is sent. The store keeps the progress and the failures of each sink,
    so that the next run continues where this run ends. When a sink starts to fail, ``on_failure``
    is called with its name and the error, in the thread of the sink; and again only if the sink has
    received every change in between. ``clock`` returns the current time in UTC.

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
        store: Outbox,
        sinks: Iterable[Sink],
        *,
        retry: Retry = Retry(),  # noqa: B008 - immutable
        batch_size: int = DEFAULT_BATCH_SIZE,
        on_failure: Callable[[str, Exception], object] = lambda _sink, _error: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        sinks = list(sinks)
        store.deliver_to(sink.name for sink in sinks)
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
        """Wake the threads so that they send new changes. Returns without waiting for them."""
        for worker in self._workers:
            worker.notify()

    @property
    def failing(self) -> dict[str, BaseException]:
        """The sinks that did not accept their last changes, each with its error."""
        return {one.name: one.failing for one in self._workers if one.failing is not None}

    def finish(self, timeout: float) -> list[Undelivered]:
        """Send the pending changes, stop, and return the sinks that have not received every change.

        Does not wait for the next attempt after a failure, nor for a write that takes more than
        ``timeout`` seconds.
        """
        for worker in self._workers:
            worker.finish()
        for worker in self._workers:
            worker.wait(timeout)
        return [found for worker in self._workers if (found := worker.undelivered) is not None]

    def stop(self) -> None:
        """Stop without sending more changes. Waits at most one second for a write to return."""
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.wait(1.0)


def send(store: Outbox, sink: Sink, pending: Pending, batch_size: int) -> None:
    """Send changes to a sink, and record in the store that the sink has accepted them."""
    changes = pending.changes
    end = sink.write([change for _, change in changes])
    # if more changes follow, the sink may be longer than ``end`` before ``end`` is stored
    is_last = len(changes) < batch_size and not pending.attempts
    store.acknowledge(sink.name, [number for number, _ in changes], end if is_last else None)


class _Worker:
    """The thread of one sink: it sends changes, and records failures in the store."""

    def __init__(
        self,
        store: Outbox,
        sink: Sink,
        retry: Retry,
        batch_size: int,
        on_failure: Callable[[str, Exception], object],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._sink = sink
        self._retry = retry
        self._batch_size = min(batch_size, getattr(sink, "batch_size", batch_size))
        self._on_failure = on_failure
        self._clock = clock
        self._changed = Condition()
        self._has_news = False
        self._is_new = True
        """True until the first write, which also sends a change that failed in an earlier run."""
        self._finishing = self._stopping = False
        self._step_began = monotonic()
        self.failing: BaseException | None = None
        """The error of the last write, None if it succeeded."""
        self._is_noted = False
        """Whether ``on_failure`` was called since the sink last had every change."""
        self._thread = Thread(
            target=copy_context().run,
            args=(self._run,),
            name=f"delivery to {sink.name}",
            daemon=True,
        )

    @property
    def name(self) -> str:
        return self._sink.name

    def start(self) -> None:
        self._thread.start()

    def notify(self) -> None:
        with self._changed:
            self._has_news = True
            self._changed.notify()

    def finish(self) -> None:
        with self._changed:
            self._finishing = True
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
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
            if self._stopping:
                return False
            finishing, self._has_news = self._finishing, False
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
        if pending.retry_at is None:
            self._wait(None)
        else:
            self._wait(max(0.0, (pending.retry_at - now).total_seconds()))
        return True

    def _send(self, pending: Pending) -> bool:
        """Send changes, record the result, and return whether the sink is not failing."""
        self._is_new = False
        numbers = [number for number, _ in pending.changes]
        failing = None
        try:
            send(self._store, self._sink, pending, self._batch_size)
        except UndeliverableError as error:
            ids = [change.change_id for _, change in pending.changes]
            failed_at = ids.index(error.change_id) if error.change_id in ids else 0
            if failed_at:  # the sink accepted the changes before this one
                self._store.acknowledge(self.name, numbers[:failed_at])
            self._fail(numbers[failed_at], error, None)
        except Exception as error:  # noqa: BLE001 - a sink may raise anything
            wait: timedelta | None = getattr(error, "retry_after", None)
            retry_at = self._retry.at(
                self._clock(),
                pending.attempts + 1,
                jitter=random(),  # noqa: S311
                at_least=wait,
            )
            self._fail(numbers[0], error, retry_at)
            failing = error
        self.failing = failing
        return failing is None

    def _fail(self, number: int, error: Exception, retry_at: datetime | None) -> None:
        text = clipped(str(error) or type(error).__name__, _LONGEST_ERROR)
        self._store.fail(self.name, number, text, retry_at)
        if not self._is_noted:
            self._is_noted = True
            self._on_failure(self.name, error)

    def _wait(self, seconds: float | None) -> None:
        """Wait for new changes, for the end, or for some seconds."""
        with self._changed:
            if not (self._has_news or self._finishing or self._stopping):
                self._changed.wait(seconds)

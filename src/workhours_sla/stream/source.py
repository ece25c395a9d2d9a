"""Sources: the protocol, the items, the watermark, and the loop that reads them in batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from workhours_sla.errors import SourceError
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.sla.event import Event, in_utc
from workhours_sla.stores.store_values import Batch, Checkpoint, Rejected
from workhours_sla.worktime.times import ZERO


@public("workhours_sla.stream")
class Item(NamedTuple):
    """One row of a source, with its events, or with the reason why it has no event.

    ``position`` says where reading of the partition resumes after this row. Its format is up to
    the source.
    """

    partition: str
    position: str
    events: tuple[Event, ...] = ()
    rejected: Rejected | None = None


@public("workhours_sla.stream")
class Start(NamedTuple):
    """The position from which a partition is read, sent before its first row.

    The position is stored at once. If the program restarts before the first ``Item``, reading
    resumes at this position, so that no row is missed. A partition that was not known before stops
    the watermark until it has delivered something. With ``is_gone`` the partition no longer exists,
    and does not delay the watermark.
    """

    partition: str
    position: str
    is_gone: bool = False


@public("workhours_sla.stream")
class Idle(NamedTuple):
    """The source has no more rows for now.

    ``received_until`` is a heartbeat: the source has delivered everything that it received up to
    that time. It is None if there is no heartbeat. If ``partition`` is given, the heartbeat is for
    this partition only.
    """

    received_until: datetime | None = None
    partition: str | None = None


@public("workhours_sla.stream")
class Source(Protocol):
    """A source of events; reading can resume from any position that the source has yielded.

    >>> from workhours_sla import EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import MemoryStore, Pipeline, Watermarks
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> class Appeals:
    ...     name, partitions = "appeals", ("all",)
    ...     def items(self, positions):
    ...         if "all" not in positions:
    ...             event = Event("1", "A-1", EventType.CREATED, posted, posted)
    ...             yield Item("all", "1", (event,))
    ...             yield Item("all", "2", rejected=Rejected("missing_value", "posted", "A-2;;"))
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with Pipeline(MemoryStore(), policy) as pipeline:
    ...     done = pipeline.run(Appeals(), watermarks=Watermarks(["all"]))
    >>> done.items, done.rejected, done.events.read, done.changes
    (2, 1, 1, 1)
    """

    @property
    def name(self) -> str:
        """The name under which the positions of the source are stored."""

    @property
    def partitions(self) -> Collection[str]:
        """The partitions that are known in advance; items may name further partitions."""

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield the rows after ``positions``, in order within each partition.

        ``positions`` is keyed by partition. A partition without a position is read from its
        beginning. A live source yields ``Idle`` when it has no more rows, then continues. A source
        whose oldest rows may disappear, such as a rotated file, yields ``Start`` before the first
        item.
        """


@public("workhours_sla.stream", checked=True)
class Watermarks:
    """Computes the watermark of a source, which may have several partitions.

    Each partition delivers events roughly in the order of receipt. The watermark is the latest
    receipt of the partition that is farthest behind, minus ``skew``. ``skew`` is how far events may
    be out of order. ``partitions`` are the partitions that are known in advance: there is no
    watermark until each of them has delivered something. A partition that has been silent for
    longer than ``idle`` is left out; if ``idle`` is None, a silent partition stops the watermark.
    How long a partition was silent is measured by the receipts of other partitions and by
    heartbeats, never by the machine's clock. ``received`` has the latest receipts from before a
    restart, keyed by partition. The watermark never decreases. Not thread-safe. Raises SourceError
    for a negative amount, and NaiveDatetimeError.

    >>> from datetime import UTC
    >>> watermarks = Watermarks(["a", "b"])
    >>> watermarks.record("a", datetime(2025, 3, 12, 15, 0, tzinfo=UTC))
    >>> print(watermarks.value)
    None
    >>> watermarks.record("b", datetime(2025, 3, 12, 11, 0, tzinfo=UTC))
    >>> print(watermarks.value)
    2025-03-12 11:00:00+00:00
    """

    def __init__(
        self,
        partitions: Iterable[str] = (),
        *,
        skew: timedelta = ZERO,
        idle: timedelta | None = None,
        received: Mapping[str, datetime] | None = None,
    ) -> None:
        for name, amount in (("skew", skew), ("idle", idle)):
            if amount is not None and amount < ZERO:
                msg = f"{name} is {amount}; it must be at least 0"
                raise SourceError(msg)
        self._skew = skew
        self._idle = idle
        self._latest: dict[str, datetime | None] = dict.fromkeys(partitions)
        self._seen: tuple[datetime, datetime] | None = None  # the first and the latest instant
        self._value: datetime | None = None
        for partition, when in (received or {}).items():
            self.record(partition, when)

    def record(self, partition: str, received_at: datetime) -> None:
        """Record that a partition has delivered an event that was received at ``received_at``."""
        received_at = in_utc("received_at", received_at)
        before = self._latest.get(partition)
        if before is None or received_at > before:
            self._latest[partition] = received_at
            self._see(received_at)

    def expect(self, partition: str) -> None:
        """Add a partition; the watermark stops until the partition has delivered something."""
        self._latest.setdefault(partition, None)

    def forget(self, partition: str) -> None:
        """Remove a partition that delivers nothing more, so that the watermark goes on."""
        self._latest.pop(partition, None)

    def heartbeat(self, at: datetime, partition: str | None = None) -> None:
        """Record that a partition has delivered everything that it received up to ``at``.

        Without ``partition``, this is true for every known partition.
        """
        at = in_utc("at", at)
        for name in list(self._latest) if partition is None else [partition]:
            self.record(name, at)
        self._see(at)

    def received_until(self, partition: str) -> datetime | None:
        """Return the latest receipt or heartbeat of a partition in UTC, None if there was none."""
        return self._latest.get(partition)

    @property
    def value(self) -> datetime | None:
        """The instant in UTC up to which all events have arrived, None while it is unknown."""
        if self._seen is not None:
            first, last = self._seen
            active = [
                when
                for when in self._latest.values()
                if self._idle is None or last - (when or first) <= self._idle
            ]
            known = [when for when in active if when is not None]
            if len(known) == len(active):
                # if a heartbeat has made every partition idle, the heartbeat is the watermark
                found = min(known, default=last) - self._skew
                self._value = found if self._value is None else max(found, self._value)
        return self._value

    def _see(self, when: datetime) -> None:
        first, last = self._seen or (when, when)
        self._seen = first, max(last, when)


# -- the run loop ------------------------------------------------------------------------------

DEFAULT_BATCH_SIZE: Final = 1_000  # maximum number of rows in one transaction


@public("workhours_sla.stream")
class Counters(NamedTuple):
    """The number of received events, and how many of them were duplicate, conflicting or late.

    A ``duplicate`` event repeats a known event. A ``conflicting`` event has the id of a known event
    and other content. A ``late`` event occurred before the watermark at its arrival.
    """

    read: int = 0
    duplicate: int = 0
    conflicting: int = 0
    late: int = 0

    def plus(self, other: Counters) -> Counters:
        """Return the sum of these counters and ``other``."""
        return Counters(*map(sum, zip(self, other, strict=True)))


class Committed(NamedTuple):
    """The changes that a batch caused, and the counters of its events."""

    changes: tuple[Change, ...]
    counters: Counters


@public("workhours_sla.stream")
class Digests(Protocol):
    """Messages that are sent as time passes, even if no appeal's clock changes."""

    def due(self, watermark: datetime) -> bool:
        """Return whether messages are due at a watermark, so that the batch must end there."""

    def send(self) -> int | None:
        """Send the messages that are due after the last stored batch; may raise any error.

        Returns how many messages were stored in the outbox for the sinks.
        """


class RunSummary(NamedTuple):
    """The counts of one call of ``Pipeline.run``.

    ``items`` is the number of rows or messages, and ``rejected`` the number of rows or messages
    that produced no event. ``causes`` has the number of rejected rows and the first rejected row,
    keyed by the reason for the rejection.
    """

    items: int = 0
    rejected: int = 0
    events: Counters = Counters()
    changes: int = 0
    causes: Mapping[str, tuple[int, Rejected]] = {}


@dataclass
class RunLoop:
    """One run over a source: the rows of the batch so far, and the summary so far; mutable."""

    _source: Source
    _commit: Callable[[Batch], Committed]
    _watermarks: Watermarks
    _digests: Digests | None
    _on_changes: Callable[[], object]
    _stored: datetime | None = None  # the watermark of the last batch
    _items: list[Item | Start] = field(default_factory=list)
    _summary: RunSummary = field(default_factory=RunSummary)

    def run(
        self,
        checkpoints: Mapping[str, Checkpoint],
        batch_size: int,
        stopping: Callable[[], bool],
    ) -> RunSummary:
        """Read the source to its end, as ``Pipeline.run`` describes."""
        for partition, checkpoint in checkpoints.items():
            if checkpoint.received_until is not None:
                self._watermarks.record(partition, checkpoint.received_until)
        self._send(has_changes=False)
        positions = {partition: one.position for partition, one in checkpoints.items()}
        for item in self._source.items(positions):
            if not self._take(item, batch_size):
                continue
            self._end_batch()
            if stopping():
                break
        self._end_batch()
        return self._summary

    def _take(self, item: Item | Start | Idle, batch_size: int) -> bool:
        """Collect an item, and return whether the batch ends."""
        if isinstance(item, Idle):
            if item.received_until is not None:
                self._watermarks.heartbeat(item.received_until, item.partition)
            return True
        self._items.append(item)
        if isinstance(item, Start):
            change = self._watermarks.forget if item.is_gone else self._watermarks.expect
            change(item.partition)
            return True
        for event in item.events:
            self._watermarks.record(item.partition, event.received_at)
        if self._digests is None or len(self._items) >= batch_size:
            return len(self._items) >= batch_size
        watermark = self._watermarks.value
        return watermark is not None and self._digests.due(watermark)

    def _end_batch(self) -> None:
        """Store the batch, send digests, and call ``on_changes`` if there is something to send."""
        watermark, items = self._watermarks.value, self._items
        if not items and watermark == self._stored:
            return
        rows = [one for one in items if isinstance(one, Item)]
        rejected = [row.rejected for row in rows if row.rejected is not None]
        received_until = self._watermarks.received_until
        last = {one.partition: one.position for one in items}
        positions = {name: Checkpoint(at, received_until(name)) for name, at in last.items()}
        events = [event for row in rows for event in row.events]
        batch = Batch(self._source.name, events, rejected, positions, watermark)
        changes, counters = self._commit(batch)
        self._stored, self._items = watermark, []
        before = self._summary
        causes = dict(before.causes)
        for row in rejected:
            count, first = causes.get(row.reason, (0, row))
            causes[row.reason] = (count + 1, first)
        self._summary = RunSummary(
            before.items + len(rows),
            before.rejected + len(rejected),
            before.events.plus(counters),
            before.changes + len(changes),
            causes,
        )
        self._send(has_changes=bool(changes))

    def _send(self, *, has_changes: bool) -> None:
        if (self._digests is not None and self._digests.send()) or has_changes:
            self._on_changes()

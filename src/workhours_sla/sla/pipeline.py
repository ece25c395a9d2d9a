"""The live loop and what it goes between: a source is read, events are stored, sinks are told.

There is no clock here: time passes as far as the source says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from workhours_sla.sla.change import Change
from workhours_sla.sla.event import Event
from workhours_sla.sla.monitor import Counters
from workhours_sla.sla.watermark import Watermarks

BATCH = 1_000
"""How many items go into one transaction, unless the source rests before."""


class Rejected(NamedTuple):
    """A row that gave no event: why (a key of ``words.QUARANTINE_REASONS``), and all its text."""

    reason: str
    detail: str
    text: str


class Item(NamedTuple):
    """What a source gave: events, or why there are none.

    ``position`` is where the partition is read on after it, in words of the source's own.
    """

    partition: str
    position: str
    events: tuple[Event, ...] = ()
    rejected: Rejected | None = None


class Start(NamedTuple):
    """Where a source begins to read a partition, or goes on reading it: a position without a row.

    It is stored at once, so that nothing before the first row is missed after a restart.
    """

    partition: str
    position: str


class Idle(NamedTuple):
    """The source has no more for now.

    With ``heard_at`` it says that it has given all that it received up to then: a heartbeat.
    """

    heard_at: datetime | None = None


class Checkpoint(NamedTuple):
    """How far a partition was read, and the last receipt or heartbeat heard of it."""

    position: str
    heard_at: datetime | None = None


class Batch(NamedTuple):
    """What is stored at once: all of it, or nothing."""

    source: str
    events: Sequence[Event] = ()
    rejected: Sequence[Rejected] = ()
    places: Mapping[str, Checkpoint] = {}
    watermark: datetime | None = None


class Taken(NamedTuple):
    """What a batch changed, and what became of its events."""

    changes: tuple[Change, ...]
    counters: Counters


class Source(Protocol):
    """Where events come from, again from any position that it gave before."""

    @property
    def name(self) -> str:
        """What its positions are stored under."""

    @property
    def partitions(self) -> Collection[str]:
        """The partitions that are known beforehand; items may name others."""

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield what comes after the positions, partition by partition in its order.

        A partition without a position is read from its beginning. A live source yields a Lull
        whenever it has no more for now, and goes on. A source whose beginning can move away
        yields a Start before the first item.
        """


class Delivered(NamedTuple):
    """How far a sink has the changes of a store.

    ``number`` is that of the last change, 0 without one. ``end`` is what the sink returned when
    it had all changes last, and ``last`` the id of the last change after that, where one was
    acknowledged and the store still has it.
    """

    number: int = 0
    end: str | None = None
    last: str | None = None


class Store(Protocol):
    """Where events, clocks, positions and changes to be told are kept, in one transaction."""

    def places(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far the partitions of a source were read."""

    def take(self, batch: Batch) -> Taken:
        """Store a batch and what it changes, durably, or raise StoreError and keep nothing."""

    def undelivered(self, sink: str, most: int) -> Sequence[tuple[int, Change]]:
        """Return the first changes, with their numbers, that a sink has not acknowledged."""

    def delivered(self, sink: str, number: int, end: str | None = None) -> None:
        """Record that a sink has the changes up to a number, and, if given, where it then ends."""


class Sink(Protocol):
    """Where changes are told. A change may come again: its ``change_id`` says that it is one."""

    @property
    def name(self) -> str:
        """What its progress is stored under."""

    def write(self, changes: Sequence[Change]) -> str | None:
        """Take the changes, durably, or raise.

        A sink that can be read back returns where it ends now, in its own format: the store keeps
        that, and a later run compares it with what is there.
        """


class Digests(Protocol):
    """What is told as time passes, whether or not anything changes."""

    def due(self, watermark: datetime) -> bool:
        """Whether a batch is to end at a watermark, for them to be told then."""

    def tell(self) -> None:
        """Tell what there is to be told as of the last batch that was stored, or raise."""


class RunSummary(NamedTuple):
    """Where everything went in one run: read == duplicate + conflicting + the rest, kept.

    ``items`` are rows or messages, ``rejected`` those that gave no event; ``causes`` has the
    count and the first of these by reason.
    """

    items: int
    rejected: int
    events: Counters
    changes: int
    causes: Mapping[str, tuple[int, Rejected]] = {}


def follow(  # noqa: PLR0913
    source: Source,
    store: Store,
    sinks: Iterable[Sink] = (),
    *,
    watermarks: Watermarks,
    digests: Digests | None = None,
    batch: int = BATCH,
    stopping: Callable[[], bool] = lambda: False,
) -> RunSummary:
    """Read a source to its end, store what it gives in batches, and tell the sinks.

    A batch ends after ``batch`` items, where the source rests or yields a Start, or where
    ``digests`` are due; they are told after each. What was not told or not acknowledged in
    earlier runs is told first. ``stopping`` is asked after each batch. Raises SourceError,
    StoreError; what was stored before stays, and a further run goes on there.
    """
    sinks = tuple(sinks)
    run = _Run(source, store, watermarks, digests)
    if digests is not None:
        digests.tell()
    for sink in sinks:
        drain(store, sink)
    for item in source.items({name: place.position for name, place in run.places.items()}):
        if isinstance(item, Idle):
            if item.heard_at is not None:
                watermarks.beat(item.heard_at)
        elif isinstance(item, Start):
            run.start(item)
        else:
            run.add(item)
            if run.size < batch and not run.is_due:
                continue
        run.commit(sinks)
        if stopping():
            break
    run.commit(sinks)
    return run.followed


def drain(store: Store, sink: Sink, most: int = BATCH) -> None:
    """Tell a sink every change that it has not acknowledged, at least once."""
    while found := store.undelivered(sink.name, most):
        end = sink.write([change for _, change in found])
        # where more may follow, a sink that was lost sight of can have some of it already
        store.delivered(sink.name, found[-1][0], end if len(found) < most else None)


class _Run:
    """The batch in hand, and the counts so far."""

    def __init__(
        self, source: Source, store: Store, watermarks: Watermarks, digests: Digests | None
    ) -> None:
        self._name = source.name
        self._store = store
        self._watermarks = watermarks
        self._digests = digests
        self.places = dict(store.places(source.name))
        for partition, place in self.places.items():
            if place.heard_at is not None:
                watermarks.hear(partition, place.heard_at)
        self._told: datetime | None = None
        self._begin()
        self.followed = RunSummary(0, 0, Counters(), 0)

    def _begin(self) -> None:
        self.size = 0
        self._events: list[Event] = []
        self._rejected: list[Rejected] = []
        self._positions: dict[str, str] = {}

    def add(self, item: Item) -> None:
        self.size += 1
        self._positions[item.partition] = item.position
        for event in item.events:
            self._watermarks.hear(item.partition, event.received_at)
            self._events.append(event)
        if item.rejected is not None:
            self._rejected.append(item.rejected)

    def start(self, start: Start) -> None:
        self._positions[start.partition] = start.position

    @property
    def is_due(self) -> bool:
        """Whether the batch is to end here, for digests to be told."""
        if self._digests is None:
            return False
        watermark = self._watermarks.value
        return watermark is not None and self._digests.due(watermark)

    def commit(self, sinks: Sequence[Sink]) -> None:
        watermark = self._watermarks.value
        if not self.size and not self._positions and watermark == self._told:
            return
        heard = self._watermarks.heard
        places = {name: Checkpoint(where, heard(name)) for name, where in self._positions.items()}
        taken = self._store.take(Batch(self._name, self._events, self._rejected, places, watermark))
        self._told = watermark
        done = self.followed
        self.followed = RunSummary(
            done.items + self.size,
            done.rejected + len(self._rejected),
            _sum(done.events, taken.counters),
            done.changes + len(taken.changes),
            _with_causes(done.causes, self._rejected),
        )
        self._begin()
        if self._digests is not None:
            self._digests.tell()
        if taken.changes:
            for sink in sinks:
                drain(self._store, sink)


def _with_causes(
    causes: Mapping[str, tuple[int, Rejected]], rejected: Iterable[Rejected]
) -> Mapping[str, tuple[int, Rejected]]:
    """Return the causes with more rows counted."""
    found = dict(causes)
    for row in rejected:
        count, first = found.get(row.reason, (0, row))
        found[row.reason] = (count + 1, first)
    return found


def _sum(one: Counters, other: Counters) -> Counters:
    return Counters(
        one.read + other.read,
        one.duplicate + other.duplicate,
        one.conflicting + other.conflicting,
        one.late + other.late,
    )

"""The run loop: read a source, collect its rows in batches, commit them, and send digests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.sla.event import Event
from workhours_sla.stream.source import Checkpoint, Idle, Item, Rejected, Source, Start
from workhours_sla.stream.store import Batch
from workhours_sla.stream.watermark import Watermarks

DEFAULT_BATCH_SIZE: Final = 1_000
"""Maximum number of rows in one transaction."""


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


@public("workhours_sla.stream")
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


@public("workhours_sla.stream")
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


class RunLoop:
    """One run over a source: the batch that is being collected, and the summary so far; mutable."""

    def __init__(
        self,
        source: Source,
        commit: Callable[[Batch], Committed],
        checkpoints: Mapping[str, Checkpoint],
        watermarks: Watermarks,
        digests: Digests | None,
    ) -> None:
        self._source = source
        self._commit = commit
        self._checkpoints = checkpoints
        self._watermarks = watermarks
        self._digests = digests
        self._stored: datetime | None = None
        """The watermark of the last batch."""
        self._clear()
        self._summary = RunSummary()

    def run(
        self, batch_size: int, on_changes: Callable[[], object], stopping: Callable[[], bool]
    ) -> RunSummary:
        """Read the source to its end, as ``Pipeline.run`` describes."""
        for partition, checkpoint in self._checkpoints.items():
            if checkpoint.received_until is not None:
                self._watermarks.record(partition, checkpoint.received_until)
        self._send_digests(on_changes)
        positions = {partition: one.position for partition, one in self._checkpoints.items()}
        for item in self._source.items(positions):
            if isinstance(item, Idle):
                if item.received_until is not None:
                    self._watermarks.heartbeat(item.received_until, item.partition)
            elif isinstance(item, Start):
                self._positions[item.partition] = item.position
                if item.is_gone:
                    self._watermarks.forget(item.partition)
                else:
                    self._watermarks.expect(item.partition)
            else:
                self._add(item)
                if self._size < batch_size and not self._digests_are_due:
                    continue
            self._end_batch(on_changes)
            if stopping():
                break
        self._end_batch(on_changes)
        return self._summary

    def _clear(self) -> None:
        self._size = 0
        self._events: list[Event] = []
        self._rejected: list[Rejected] = []
        self._positions: dict[str, str] = {}

    def _add(self, item: Item) -> None:
        self._size += 1
        self._positions[item.partition] = item.position
        for event in item.events:
            self._watermarks.record(item.partition, event.received_at)
            self._events.append(event)
        if item.rejected is not None:
            self._rejected.append(item.rejected)

    @property
    def _digests_are_due(self) -> bool:
        if self._digests is None:
            return False
        watermark = self._watermarks.value
        return watermark is not None and self._digests.due(watermark)

    def _end_batch(self, on_changes: Callable[[], object]) -> None:
        """Store the batch, send digests, and call ``on_changes`` if there is something to send."""
        watermark = self._watermarks.value
        if not self._size and not self._positions and watermark == self._stored:
            return
        received_until = self._watermarks.received_until
        positions = {
            name: Checkpoint(position, received_until(name))
            for name, position in self._positions.items()
        }
        batch = Batch(self._source.name, self._events, self._rejected, positions, watermark)
        changes, counters = self._commit(batch)
        self._stored = watermark
        before = self._summary
        self._summary = RunSummary(
            before.items + self._size,
            before.rejected + len(self._rejected),
            before.events.plus(counters),
            before.changes + len(changes),
            _with_causes(before.causes, self._rejected),
        )
        self._clear()
        self._send_digests(on_changes, has_changes=bool(changes))

    def _send_digests(self, on_changes: Callable[[], object], *, has_changes: bool = False) -> None:
        count = None if self._digests is None else self._digests.send()
        if count or has_changes:
            on_changes()


def _with_causes(
    causes: Mapping[str, tuple[int, Rejected]], rejected: Iterable[Rejected]
) -> Mapping[str, tuple[int, Rejected]]:
    found = dict(causes)
    for row in rejected:
        count, first = found.get(row.reason, (0, row))
        found[row.reason] = (count + 1, first)
    return found

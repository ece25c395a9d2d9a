"""What a pipeline reads: the protocol of a source, and the items that it yields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from workhours_sla.public import public
from workhours_sla.sla.event import Event


@public("workhours_sla.stream")
class Rejected(NamedTuple):
    """A row that produced no event, with its full text.

    ``reason`` is a key of ``words.QUARANTINE_REASONS``.
    """

    reason: str
    detail: str
    text: str


@public("workhours_sla.stream")
class Item(NamedTuple):
    """One row of a source: its events, or the reason why it has none.

    ``position`` is where reading of the partition resumes after this row, in the source's own
    format.
    """

    partition: str
    position: str
    events: tuple[Event, ...] = ()
    rejected: Rejected | None = None


@public("workhours_sla.stream")
class Start(NamedTuple):
    """Where reading of a partition starts or resumes: a position without a row.

    It is stored at once, so that no row before the first one is missed after a restart.
    """

    partition: str
    position: str


@public("workhours_sla.stream")
class Idle(NamedTuple):
    """The source has no more rows for now.

    ``received_until`` is a heartbeat: everything received up to then has been delivered.
    """

    received_until: datetime | None = None


@public("workhours_sla.stream")
class Checkpoint(NamedTuple):
    """How far a partition has been read, and the latest receipt or heartbeat in it."""

    position: str
    received_until: datetime | None = None


@public("workhours_sla.stream")
class Source(Protocol):
    """Where events come from. Reading can resume from any position that it returned before.

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
        """The name that its positions are stored under."""

    @property
    def partitions(self) -> Collection[str]:
        """The partitions that are known in advance; items may name others."""

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield the rows after ``positions``, in order within each partition.

        A partition without a position is read from its beginning. A live source yields ``Idle``
        when it has no more rows, then continues. A source whose beginning can move away yields
        ``Start`` before the first item.
        """

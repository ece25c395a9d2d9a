"""The protocol of a source, which a pipeline reads, and the items that a source yields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from workhours_sla.module_names import public
from workhours_sla.sla.event import Event


@public("workhours_sla.stream")
class Rejected(NamedTuple):
    """A row that produced no event, with its full text.

    ``reason`` is a key of ``catalog.QUARANTINE_REASONS``.
    """

    reason: str
    detail: str
    text: str


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
class Checkpoint(NamedTuple):
    """A position in a partition, and the time of the partition's latest receipt or heartbeat."""

    position: str
    received_until: datetime | None = None


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

"""A source that reads the messages of a Kafka topic, from positions that the store keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from workhours_sla.argument_types import checked
from workhours_sla.config.sections import Config
from workhours_sla.errors import StoreError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.sources.kafka_client import Topic
from workhours_sla.sources.kafka_messages import GONE, MessageRows, Position
from workhours_sla.sources.kafka_reading import Options, Reading
from workhours_sla.sources.stream_rows import check_encoding, plain
from workhours_sla.stream.kafka_connection import check_topic, cluster_of
from workhours_sla.stream.source import Idle, Item, Rejected, Start
from workhours_sla.text.messages import say


@public("workhours_sla.stream")
@checked
class KafkaSource:
    """A source that reads a topic. Positions are kept by the store, not by Kafka.

    A message is a record of the format that ``mapping`` describes, the configuration file as
    ``config.load(...).mapping``; by default an event of ``workhours.event/1``. A message without a
    value is ignored, and any other that is no event is rejected with its topic, partition and
    offset. Its timestamp is the time of receipt of a CloudEvent without a time, and of messages
    from social networks.

    Every partition is read. If partitions are added during a run, SourceError is raised; the next
    run reads them from their beginning.

    With a ``clock``, ``Idle`` has the time of the clock for each partition that was read to its
    end; a partition whose broker does not answer stops the watermark. With ``max_ahead``, a message
    is rejected if its ``received_at`` is later than the clock by more than ``max_ahead``. With
    ``once``, reading ends at the ends that the partitions have at the start. ``interval`` is how
    many seconds pass between two questions for the ends. When ``stopping`` is set, reading ends.
    ``properties`` are those of librdkafka for TLS and the login.

    If messages were removed before they were read, or the topic was created again, SourceError is
    raised and nothing is skipped; with ``accept_loss`` the partition is then read from its oldest
    message. ``report`` is called with notes, whose ``str`` is a sentence. Raises ConfigError, and
    SourceError also without the extra ``kafka``.

    >>> KafkaSource("kafka.region.example:9092", "appeals").name
    'kafka:appeals'
    """

    lost: Sequence[object] = ()
    """No file is ever lost: a loss of messages raises an error."""

    def __init__(
        self,
        brokers: str | Iterable[str],
        topic: str,
        mapping: Config | None = None,
        *,
        properties: Mapping[str, str] | None = None,
        interval: float = 1.0,
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
        once: bool = False,
        accept_loss: bool = False,
        stopping: threading.Event | None = None,
        report: Callable[[object], object] = lambda _: None,
    ) -> None:
        mapping = mapping or Config()
        check_encoding(mapping.input.encoding)
        self._cluster = cluster_of(brokers, properties)
        self.name: str = f"kafka:{topic}"
        """The name under which positions are stored."""
        self._options = Options(
            topic=check_topic(topic),
            rows=MessageRows(mapping, clock=clock, max_ahead=max_ahead),
            interval=interval,
            clock=clock,
            once=once,
            accept_loss=accept_loss,
            stopping=stopping or threading.Event(),
            report=report,
        )
        self._partitions: tuple[str, ...] | None = None

    def check(self) -> None:
        """Raise SourceError if the topic cannot be read."""
        with closing(self._connect()) as topic:
            self._partitions = tuple(map(str, topic.partitions()))

    def finish(self) -> None:
        """Do nothing; a source of another kind reports here what it has lost."""

    @property
    def partitions(self) -> tuple[str, ...]:
        """The numbers of the partitions. Raises SourceError."""
        if self._partitions is None:
            self.check()
        return self._partitions or ()

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield an item for each message after a position, and ``Idle`` while no more arrive."""
        known: dict[int, Position | None] = {}
        for partition, text in positions.items():
            try:
                known[int(partition)] = None if text == GONE else Position.parse(text)
            except ValueError:
                msg = say("kafka_position", position=shown(text), topic=shown(self._options.topic))
                raise StoreError(msg) from None
        with closing(self._connect()) as topic:
            yield from Reading(self._options, topic, known).items()

    def read(self, row: Rejected) -> tuple[Event, ...] | Rejected:
        """Read a rejected message again. Return its events, or a new Rejected.

        ``retry_rejected`` calls this method.
        """
        found = self._options.rows.of_text(row.text)
        return plain(found) if isinstance(found, Rejected) else found

    def _connect(self) -> Topic:
        return Topic(self._cluster, self._options.topic)

"""A source that reads the messages of a Kafka topic, from positions that the store keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from workhours_sla.config.sections import Config
from workhours_sla.errors import StoreError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.cloudevents import record_of_message
from workhours_sla.sources.formats import FORMATS
from workhours_sla.sources.json_documents import not_json
from workhours_sla.sources.kafka_topic import GONE, Options, Position, Reading, Topic
from workhours_sla.sources.opened import LONGEST_LINE
from workhours_sla.sources.rows import Record, RefusedError
from workhours_sla.sources.tail import StreamRows, check_encoding, plain
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream.sinks.kafka_sink import check_topic, cluster_of
from workhours_sla.stream.source import Idle, Item, Start
from workhours_sla.text.messages import say

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 253_402_300_799_999
"""The end of the year 9999 in milliseconds since 1970."""


@public("workhours_sla.stream", checked=True)
class KafkaSource:
    """A source that reads a Kafka topic; the store, not Kafka, keeps the positions.

    A message is a record of the format that ``mapping`` describes, the configuration file as
    ``config.load(...).mapping``; by default an event of ``workhours.event/1``. A message without a
    value is ignored, and any other message that is no event is rejected with its topic, partition
    and offset. The Kafka timestamp is the time of receipt of messages from social networks and of a
    CloudEvent without a time.

    Every partition is read. If partitions are added during a run, SourceError is raised; the next
    run reads them from their beginning.

    With ``clock``, a function that returns the current time, ``Idle`` has this time for each
    partition that was read to its end; a partition whose broker does not answer stops the
    watermark. With ``max_ahead``, a message is rejected if its ``received_at`` is later than this
    time by more than ``max_ahead``. With ``once``, reading stops where the partitions ended when it
    began. ``interval`` is the number of seconds between two queries for the ends. Reading stops
    when ``stopping`` is set. ``properties`` are settings of librdkafka for TLS and the login.

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
        self._rows = MessageRows(mapping, clock=clock, max_ahead=max_ahead)
        self._options = Options(
            topic=check_topic(topic),
            events_of=self._rows.of_message,
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
        with closing(Topic(self._cluster, self._options.topic)) as topic:
            self._partitions = tuple(map(str, topic.partitions() or ()))

    def finish(self) -> None:
        """Do nothing; a source of another kind reports here what it has lost."""

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partitions' numbers, as text; raises SourceError if the topic cannot be read."""
        if self._partitions is None:
            self.check()
        return self._partitions or ()

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield an item for each message after ``positions``, and ``Idle`` while no more arrive."""
        known: dict[int, Position | None] = {}
        for partition, text in positions.items():
            try:
                known[int(partition)] = None if text == GONE else Position.parse(text)
            except ValueError:
                msg = say("kafka_position", position=shown(text), topic=shown(self._options.topic))
                raise StoreError(msg) from None
        with closing(Topic(self._cluster, self._options.topic)) as topic:
            yield from Reading(self._options, topic, known).items()

    def read(self, row: Rejected) -> tuple[Event, ...] | Rejected:
        """Read a rejected message again, and return its events or a new Rejected.

        ``retry_rejected`` calls this method.
        """
        found = self._rows.of_text(row.text)
        if found is None:
            return row
        return plain(found) if isinstance(found, Rejected) else found


class Kept(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A rejected message as it is kept in the store; ``value`` has its mapped columns."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None = None
    value: str = ""


class MessageRows:
    """Maps the messages of a topic to events. Raises SourceError for formats without a mapper."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
    ) -> None:
        self._rows = StreamRows(
            mapper_of(config, config.input.topic or "-"),
            encoding=config.input.encoding,
            clock=clock,
            max_ahead=max_ahead,
        )
        self._has_headers = config.input.format == "cloudevents"
        found = config.input.format
        self._is_dated = found is not None and bool(FORMATS[found].mapper)
        """Whether the timestamp is the time of receipt of messages that name none."""

    def of_message(self, message: Any) -> tuple[Event, ...] | Rejected:
        """Return the events of a message; none if it is a tombstone or ignored."""
        value = message.value()
        if value is None:
            return ()
        headers = _headers_of(message) if self._has_headers else {}
        timestamp = _time_of(message) if self._is_dated else None
        found = self._rows.events_of(lambda: self._record(value, headers), timestamp)
        if not isinstance(found, Rejected):
            return found
        kept = Kept(
            topic=message.topic(),
            partition=message.partition(),
            offset=message.offset(),
            timestamp=timestamp,
            value=found.text,
        )
        return found._replace(text=msgspec.json.encode(kept).decode())

    def of_text(self, text: str) -> tuple[Event, ...] | Rejected | None:
        """Read a rejected message, or another rejected row, again; None if nothing was kept."""
        try:
            kept = msgspec.json.decode(text, type=Kept)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            kept = Kept(topic="", partition=0, offset=0, value=text)
        if not kept.value:
            return None
        found = self._rows.of_kept(kept.value, kept.timestamp)
        return found._replace(text=text) if isinstance(found, Rejected) else found

    def _record(self, value: bytes, headers: Mapping[str, str]) -> Record:
        """Return the record of a message. Raises RefusedError."""
        if len(value) > LONGEST_LINE:
            raise RefusedError(say("message_too_long", most=LONGEST_LINE))
        try:
            record = record_of_message(headers, value) if headers else None
        except (ValueError, RecursionError) as error:
            raise RefusedError(not_json(error)) from None
        return self._rows.record_of(value + b"\n") if record is None else record


def _headers_of(message: Any) -> dict[str, str]:
    """Return the headers of a message that concern CloudEvents, keyed by lower-case name."""
    found = {}
    for name, value in message.headers() or ():
        lower = name.lower()
        if lower == "content-type" or lower.startswith("ce_"):
            found[lower] = (value or b"").decode("utf-8", "replace")
    return found


def _time_of(message: Any) -> datetime | None:
    """Return the timestamp of a message, None if it has none."""
    kind, milliseconds = message.timestamp()
    if not kind or not 0 <= milliseconds <= _LATEST:
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)

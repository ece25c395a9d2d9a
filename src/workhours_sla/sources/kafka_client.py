"""The consumer of one topic: assigned partitions, their messages, and the ends of the log.

``KafkaSource`` decides what messages mean; this module talks to the brokers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from workhours_sla.errors import SourceError, shown
from workhours_sla.stream.kafka_connection import (
    EXTRA,
    LIBRARY,
    PATIENCE,
    Cluster,
    Faults,
    no_broker,
    trouble,
    why,
)
from workhours_sla.text.messages import Phrase, say

AT_ONCE: Final = 500
"""Maximum number of messages that are taken from the client at once."""
NO_GROUP: Final = "workhours-sla"
"""The name of the group that librdkafka wants although the source is in no group."""
_AGAIN: Final = 0.2
"""Seconds after which a broker that has not answered is asked again."""
_QUERY: Final = 5.0
"""Seconds after which a question to a broker has failed."""
_OWN: Final[Mapping[str, object]] = {
    "auto.offset.reset": "error",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.partition.eof": True,
    "isolation.level": "read_committed",
    "queued.max.messages.kbytes": 16_384,
    "topic.metadata.refresh.interval.ms": 30_000,
}


class Ends(NamedTuple):
    """The first offset and the end of each partition, and when they were asked for."""

    first: Mapping[int, int]
    end: Mapping[int, int]


class EndsAsked:
    """A question for the ends of partitions that is not answered yet.

    ``at`` is the time of the question. ``error`` is the error of an answer, None if there is none.
    """

    def __init__(self, at: datetime | None, futures: Mapping[Any, Any]) -> None:
        self.at = at
        self.error: Any = None
        self.count: int = len(futures)
        """The number of partitions that were asked for."""
        self._futures = futures

    @property
    def is_answered(self) -> bool:
        """Whether all brokers have answered, or have failed to."""
        return all(one.done() for one in self._futures.values())

    def offsets(self) -> dict[int, int]:
        """Return the offset of each partition whose leader has answered; waits for the answers."""
        found = {}
        for partition, future in self._futures.items():
            try:
                offset = future.result(PATIENCE).offset
            except Exception as error:  # noqa: BLE001 - KafkaException, or a timeout
                self.error = error.args[0] if error.args else None
                continue
            if offset >= 0:  # a broker that does not answer gives a negative offset
                found[partition.partition] = offset
        return found


class Topic:
    """A connection to the brokers of a topic. Raises SourceError; closed by ``close``."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic
        self._faults = Faults()
        try:
            own = {**_OWN, "group.id": NO_GROUP}
            self._admin = cluster.client("AdminClient", {}, self._faults)
            self._consumer: Any = cluster.client("Consumer", own, self._faults)
        except ImportError:
            name = say("kafka_topic", topic=shown(topic))
            msg = say("needs_extra", name=name, library=LIBRARY, extra=EXTRA)
            raise SourceError(msg, topic=topic, extra=EXTRA) from None

    def close(self) -> None:
        """Close the connections."""
        with suppress(Exception):  # a second call, or brokers that are gone
            self._consumer.close()

    # -- the topic ---------------------------------------------------------------------------

    def partitions(self) -> Sequence[int]:
        """Return the numbers of the partitions. Raises SourceError."""
        from confluent_kafka import KafkaException

        try:
            found = self._admin.list_topics(self._topic, timeout=PATIENCE).topics[self._topic]
        except KafkaException as error:
            raise self.failed(error.args[0]) from None
        if found.error is not None:
            raise self.failed(found.error)
        self._faults.clear()
        return sorted(found.partitions)

    def partitions_now(self) -> Sequence[int] | None:
        """Return the numbers of the partitions, None if no broker answers soon.

        Raises SourceError for an error after which waiting is of no use.
        """
        from confluent_kafka import KafkaException

        try:
            found = self._admin.list_topics(self._topic, timeout=_QUERY).topics[self._topic]
        except KafkaException as raised:
            error = raised.args[0]
        else:
            error = found.error
            if error is None:
                return sorted(found.partitions)
        phrase = self.needs_correction(error)
        if phrase is not None:
            raise SourceError(phrase, topic=self._topic)
        return None

    def ask_ends(
        self, partitions: Iterable[int], at: datetime | None = None, *, first: bool = False
    ) -> EndsAsked:
        """Ask for the ends of partitions, or for their first offsets, without waiting.

        Messages of transactions that are still open count: they arrive later, below the end.
        """
        from confluent_kafka import TopicPartition
        from confluent_kafka.admin import OffsetSpec

        spec = OffsetSpec.earliest() if first else OffsetSpec.latest()
        wanted = {TopicPartition(self._topic, one): spec for one in partitions}
        if not wanted:
            return EndsAsked(at, {})
        return EndsAsked(at, self._admin.list_offsets(wanted, request_timeout=_QUERY))

    def ends(self, partitions: Sequence[int]) -> Ends:
        """Return the first offset and the end of each partition. Raises SourceError.

        If a broker does not answer, it is asked again until PATIENCE is over.
        """
        until = monotonic() + PATIENCE
        while True:
            first, end = self.ask_ends(partitions, first=True), self.ask_ends(partitions)
            found = Ends(first.offsets(), end.offsets())
            if len(found.first) == len(found.end) == len(partitions):
                self._faults.clear()
                return found
            error = first.error or end.error
            if monotonic() > until or (hasattr(error, "name") and self.needs_correction(error)):
                raise self.failed(error)
            sleep(_AGAIN)

    # -- messages ----------------------------------------------------------------------------

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Read exactly these partitions, from these offsets on."""
        self._consumer.assign(self._made(offsets))

    def _made(self, offsets: Mapping[int, int]) -> list[Any]:
        from confluent_kafka import TopicPartition

        return [TopicPartition(self._topic, one, offset) for one, offset in offsets.items()]

    def messages(self, wait: float) -> list[Any]:
        """Return the next messages, and the ends of partitions that were reached.

        ``wait`` is in seconds. Raises SourceError.
        """
        from confluent_kafka import KafkaException

        try:
            found: list[Any] = self._consumer.consume(AT_ONCE, wait)
        except KafkaException as error:
            raise self.failed(error.args[0]) from None
        return found

    # -- errors ------------------------------------------------------------------------------

    def failed(self, error: Any) -> SourceError:
        """Return the error to raise for an error of librdkafka; None if no broker answered."""
        error = error if hasattr(error, "name") else self._faults.last
        if error is None:
            phrase = say("kafka_no_broker", brokers=shown(self._cluster.brokers), why="-")
        else:
            error = self._faults.cause_of(error)
            phrase = trouble(error, self._cluster, self._topic) or (
                no_broker(error, self._cluster)
                if error.retriable() or error.code() < 0
                else say("kafka_unread", topic=shown(self._topic), why=why(error))
            )
        return SourceError(phrase, topic=self._topic)

    def needs_correction(self, error: Any) -> Phrase | None:
        """Return the sentence for an error after which waiting is of no use; otherwise None."""
        if error.fatal():
            return say("kafka_unread", topic=shown(self._topic), why=why(error))
        return trouble(self._faults.cause_of(error), self._cluster, self._topic)

    def waiting(self, error: Any) -> Phrase:
        """Return the sentence of the note that no broker answers."""
        error = error if hasattr(error, "name") else self._faults.last
        reason = "-" if error is None else why(error)
        return say("kafka_waiting", topic=shown(self._topic), why=reason)

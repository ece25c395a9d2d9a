"""A sink that writes each change to a Kafka topic, and waits until the brokers have stored it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from workhours_sla.argument_types import checked
from workhours_sla.errors import StoreError, UndeliverableError, shown
from workhours_sla.json.changes import change_to_json
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stream.kafka_connection import (
    EXTRA,
    LIBRARY,
    PATIENCE,
    Cluster,
    Faults,
    check_topic,
    cluster_of,
    trouble,
    why,
)
from workhours_sla.text.messages import Phrase, say

CHANGE_ID: Final = "change-id"
"""The header with the ``change_id``, the same in each attempt."""
_TIMEOUT: Final = 15_000
"""Milliseconds within which the brokers must store a change."""
_OWN: Final[Mapping[str, object]] = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 5,
    "message.timeout.ms": _TIMEOUT,
    "compression.type": "lz4",
}
_REFUSED: Final = frozenset({"MSG_SIZE_TOO_LARGE", "INVALID_MSG", "INVALID_RECORD"})
"""Errors that one change causes, whatever is sent again."""


@public("workhours_sla.stream")
@checked
class KafkaSink:
    """Writes each change to a Kafka topic as one message, keyed by the id of the appeal.

    The value is the change as ``to_json`` writes it. The header ``change-id`` has its
    ``change_id``: a change may be written twice, so skip an id that you have already read. The
    changes of an appeal are in one partition, in order. The producer is idempotent, and ``write``
    returns when all in-sync replicas have the changes (``acks=all``).

    A change that the brokers refuse, such as a message that is too large, raises
    UndeliverableError. Any other failure raises StoreError, and the changes are sent again.
    ``properties`` are settings of librdkafka for TLS and the login. Raises ConfigError, and
    StoreError also without the extra ``kafka``.

    >>> KafkaSink("board", "kafka.region.example:9092", "changes").name
    'board'
    """

    def __init__(
        self,
        name: str,
        brokers: str | Iterable[str],
        topic: str,
        *,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._cluster: Cluster = cluster_of(brokers, properties)
        self._topic = check_topic(topic)
        self._facts = {"topic": shown(topic), "brokers": shown(self._cluster.brokers)}
        self._faults = Faults()
        self._producer: Any = None

    def close(self) -> None:
        """Drop the changes that were not written, and close the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(Exception):  # it has failed already
                producer.purge()
                producer.flush(0)

    def check(self) -> None:
        """Raise ConfigError or StoreError if there is no producer, without asking a broker."""
        self._ready()

    def write(self, changes: Sequence[Change]) -> None:
        """Write the changes and wait for the brokers; raises UndeliverableError or StoreError."""
        if not changes:
            return
        producer = self._ready()
        self._check_topic(producer)
        self._write(producer, changes)
        self._faults.clear()

    def _write(self, producer: Any, changes: Sequence[Change]) -> None:
        """Write the changes, with the error of ``write`` about the first that was not written."""
        # a broker refuses all changes of a request because of one: they are written again in halves
        errors: list[Any] = [None] * len(changes)
        is_stored = [False] * len(changes)
        for number, change in enumerate(changes):
            error = self._produce(producer, change, number, errors, is_stored)
            if error is not None:
                errors[number] = error
                break  # the changes after it wait
        producer.flush(PATIENCE + _TIMEOUT / 1000)
        if all(is_stored):
            return
        first = is_stored.index(False)
        error, left = errors[first], changes[first:]
        if len(producer) or (error is not None and error.fatal()):
            self.close()  # nothing of this write may reach the topic after the next write
        elif len(left) > 1 and error is not None and error.name() in _REFUSED:
            half = len(left) // 2
            self._write(producer, left[:half])
            self._write(producer, left[half:])
            return
        self._fail(error, left[0])

    def _ready(self) -> Any:
        if self._producer is None:
            try:
                self._producer = self._cluster.client("Producer", _OWN, self._faults)
            except ImportError:
                msg = say("sink_needs_extra", name=self.name, library=LIBRARY, extra=EXTRA)
                raise StoreError(msg) from None
        return self._producer

    def _check_topic(self, producer: Any) -> None:
        """Raise StoreError unless the brokers have the topic, which must not be created by us."""
        from confluent_kafka import KafkaException

        try:
            found = producer.list_topics(self._topic, timeout=PATIENCE).topics[self._topic]
        except KafkaException as error:
            raise StoreError(self._sentence(error.args[0])) from None
        if found.error is not None:
            raise StoreError(self._sentence(found.error))

    def _produce(
        self, producer: Any, change: Change, number: int, errors: list[Any], is_stored: list[bool]
    ) -> Any:
        """Queue a change; return an error, None if it is queued. Its report sets the lists."""
        from confluent_kafka import KafkaException

        def report(error: Any, _message: Any) -> None:
            errors[number], is_stored[number] = error, error is None

        try:
            producer.produce(
                self._topic,
                key=change.appeal_id.encode(),
                value=change_to_json(change),
                headers={CHANGE_ID: change.change_id.encode()},
                on_delivery=report,
            )
        except KafkaException as error:
            return error.args[0]
        producer.poll(0)
        return None

    def _fail(self, error: Any, change: Change) -> None:
        if error is not None and error.name() in _REFUSED:
            msg = say("kafka_refused", why=why(error), **self._facts)
            raise UndeliverableError(msg, change_id=change.change_id)
        raise StoreError(self._sentence(error))

    def _sentence(self, error: Any) -> Phrase:
        error = error or self._faults.last
        if error is None:
            return say("kafka_not_sent", why="-", **self._facts)
        error = self._faults.cause_of(error)
        sentence = trouble(error, self._cluster, self._topic, write=True)
        return sentence or say("kafka_not_sent", why=why(error), **self._facts)

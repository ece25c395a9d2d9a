"""Kafka: the settings of clients, what brokers answer, and a sink that writes to a topic."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from workhours_sla.errors import ConfigError, StoreError, UndeliverableError, shown
from workhours_sla.json.outcomes import change_to_json
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stream.sinks import on_one_line, without_login
from workhours_sla.text.messages import Phrase, say
from workhours_sla.version import __version__

LIBRARY: Final = "confluent-kafka"
EXTRA: Final = "kafka"
RESERVED: Final = frozenset(
    {
        *("bootstrap.servers", "metadata.broker.list", "group.id", "group.protocol"),
        *("auto.offset.reset", "enable.auto.commit", "enable.auto.offset.store"),
        *("enable.partition.eof", "isolation.level", "partition.assignment.strategy"),
        *("acks", "request.required.acks", "enable.idempotence", "transactional.id"),
        *("allow.auto.create.topics", "topic.metadata.refresh.interval.ms", "logger"),
    }
)
"""The properties on which exactness depends, so that a configuration cannot change them."""
PATIENCE: Final = 10.0  # seconds to wait for the first answer of a broker

_BROKER: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d{1,5})")
_TOPIC: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}", re.ASCII)
_PROPERTY: Final = re.compile(r"([a-z][a-z0-9.]*)\s*=(.*)", re.ASCII)
_LAST_PORT: Final = 65535
_LONGEST: Final = 200  # maximum length of a reason of librdkafka in a message, in characters
_NO_BROKER: Final = frozenset(
    {"_TRANSPORT", "_ALL_BROKERS_DOWN", "_TIMED_OUT", "_RESOLVE", "_TIMED_OUT_QUEUE"}
)
_SENTENCES: Final = {
    **dict.fromkeys(("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "_SSL"), "kafka_login"),
    "TOPIC_AUTHORIZATION_FAILED": "kafka_denied",
    "CLUSTER_AUTHORIZATION_FAILED": "kafka_denied",
    "UNKNOWN_TOPIC_OR_PART": "kafka_no_topic",
    "_UNKNOWN_TOPIC": "kafka_no_topic",
    "_UNKNOWN_PARTITION": "kafka_no_topic",
}
"""The sentence about an error that needs a correction, keyed by its name."""

_log = logging.getLogger("workhours_sla.kafka")
_log.addHandler(logging.NullHandler())


class Faults:
    """Keeps the last errors that a client reported outside of any answer; mutable."""

    def __init__(self) -> None:
        self.last: Any = None
        self._login: Any = None

    def add(self, error: Any) -> None:
        """Keep an error. An error of the login is kept until a broker answers."""
        self.last = error
        if _SENTENCES.get(error.name()) == "kafka_login":
            self._login = error

    def clear(self) -> None:
        """Forget the errors, because a broker has answered."""
        self.last = self._login = None

    def cause_of(self, error: Any) -> Any:
        """Return the error that explains another one; a refused login looks like no broker."""
        return self._login if self._login is not None and error.name() in _NO_BROKER else error


class Cluster(NamedTuple):
    """The brokers, and the properties of librdkafka for the connection, with secrets."""

    brokers: str
    properties: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Cluster(brokers={self.brokers!r})"

    def client(
        self,
        kind: Literal["Consumer", "Producer", "AdminClient"],
        own: Mapping[str, object],
        faults: Faults,
    ) -> Any:
        """Return a new client. Raises ImportError without the extra, and ConfigError."""
        import confluent_kafka.admin

        make = getattr(confluent_kafka.admin if kind == "AdminClient" else confluent_kafka, kind)
        settings = {
            "client.id": f"workhours-sla/{__version__}",
            **own,
            **self.properties,
            "bootstrap.servers": self.brokers,
            "allow.auto.create.topics": False,
            "error_cb": faults.add,
        }
        try:
            return make(settings, logger=_log)
        except confluent_kafka.KafkaException as error:
            # the text may quote a value, which may be a secret
            quoted = re.findall(r'["`]([a-z0-9.]+)["`]', str(error))
            key = next((one for one in quoted if one in self.properties), None)
            if key is None:
                raise ConfigError(say("properties_refused")) from None
            raise ConfigError(say("property_refused", key=key)) from None


def cluster_of(brokers: str | Iterable[str], properties: Mapping[str, str] | None) -> Cluster:
    """Check the addresses of brokers, a list or a text with commas, and properties.

    Raises ConfigError.

    >>> cluster_of("one.example:9092, two.example:9092", None).brokers
    'one.example:9092,two.example:9092'
    """
    listed = brokers.split(",") if isinstance(brokers, str) else list(brokers)
    found = [one.strip() for one in listed]
    for one in found or [""]:
        match = _BROKER.fullmatch(one)
        if match is None or not 0 < int(match[2]) <= _LAST_PORT:
            raise ConfigError(say("not_brokers", text=shown(without_login(one))))
    for key in properties or {}:
        if key in RESERVED or not _PROPERTY.fullmatch(f"{key}="):
            raise ConfigError(say("property_reserved", key=shown(key)), key=key)
    return Cluster(",".join(found), dict(properties or {}))


def check_topic(text: str) -> str:
    if not _TOPIC.fullmatch(text):
        raise ConfigError(say("not_topic", text=shown(text)))
    return text


def properties_of(text: str, name: str) -> dict[str, str]:
    r"""Parse lines ``key=value``, as in a file of properties; messages call the text ``name``.

    Blank lines and lines that begin with ``#`` are skipped. Raises ConfigError, whose message
    quotes no line.

    >>> properties_of("# login\nsasl.username = sla\nsasl.password=a=b", "KAFKA")
    {'sasl.username': 'sla', 'sasl.password': 'a=b'}
    """
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _PROPERTY.fullmatch(line.strip())
        if match is None:
            raise ConfigError(say("property_line", line=number, name=name))
        if match[1] in RESERVED:
            raise ConfigError(say("property_reserved", key=match[1]))
        found[match[1]] = match[2].strip()
    return found


def properties_in(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        msg = say("property_file", name=repr(str(path)), why=why)
        raise ConfigError(msg, name=str(path)) from None
    return properties_of(text, repr(str(path)))


def why(error: Any) -> str:
    """Return the reason that librdkafka gives, on one short line."""
    return on_one_line(error.str()[:_LONGEST]).strip() or str(error.name())


def trouble(error: Any, cluster: Cluster, topic: str, *, write: bool = False) -> Phrase | None:
    """Return the sentence for an error that needs a correction; None for other errors."""
    cause = _SENTENCES.get(error.name())
    if cause is None:
        return None
    cause = "kafka_write_denied" if write and cause == "kafka_denied" else cause
    facts = {"topic": shown(topic), "brokers": shown(cluster.brokers), "why": why(error)}
    return say(cause, **facts)


def no_broker(error: Any, cluster: Cluster) -> Phrase:
    return say("kafka_no_broker", brokers=shown(cluster.brokers), why=why(error))


# -- the sink ----------------------------------------------------------------------------------

CHANGE_ID: Final = "change-id"  # the header with the ``change_id``, the same in each attempt
_TIMEOUT: Final = 15_000  # milliseconds within which the brokers must store a change
_OWN: Final[Mapping[str, object]] = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 5,
    "message.timeout.ms": _TIMEOUT,
    "compression.type": "lz4",
}
_REFUSED: Final = frozenset({"MSG_SIZE_TOO_LARGE", "INVALID_MSG", "INVALID_RECORD"})
"""Errors that one change causes, whatever is sent again."""


@public("workhours_sla.stream", checked=True)
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
        # the error of each change, None when it is stored, False until either is reported
        found: list[Any] = [False] * len(changes)
        for number, change in enumerate(changes):
            self._produce(producer, change, partial(found.__setitem__, number))
            if found[number]:
                break  # the changes after it wait
        producer.flush(PATIENCE + _TIMEOUT / 1000)
        first = next((number for number, one in enumerate(found) if one is not None), None)
        if first is None:
            return
        error, left = found[first] or None, changes[first:]
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

    def _produce(self, producer: Any, change: Change, report: Callable[[Any], object]) -> None:
        """Queue a change; its error, or None when it is stored, is reported now or later."""
        from confluent_kafka import KafkaException

        try:
            producer.produce(
                self._topic,
                key=change.appeal_id.encode(),
                value=change_to_json(change),
                headers={CHANGE_ID: change.change_id.encode()},
                on_delivery=lambda error, _message: report(error),
            )
            producer.poll(0)
        except KafkaException as error:
            report(error.args[0])

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

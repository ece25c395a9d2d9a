"""Read the assigned partitions of one Kafka topic: which messages, and what follows from errors.

``Topic`` talks to the brokers. ``Reading`` is one run over the topic.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from time import monotonic, sleep
from typing import Any, Final, NamedTuple, Self
from zlib import crc32

from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Event
from workhours_sla.sources.tail import item_of
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream.sinks.kafka_sink import (
    EXTRA,
    LIBRARY,
    PATIENCE,
    Cluster,
    Faults,
    no_broker,
    trouble,
    why,
)
from workhours_sla.stream.source import Idle, Item, Start
from workhours_sla.text.messages import Phrase, say

GONE: Final = "gone"  # the position in a partition that no longer exists
AT_ONCE: Final = 500  # maximum number of messages that are taken from the client at once
NO_GROUP: Final = "workhours-sla"
"""The name of the group that librdkafka wants although the source is in no group."""
_AGAIN: Final = 0.2  # seconds after which a broker that has not answered is asked again
_QUERY: Final = 5.0  # seconds after which a question to a broker has failed
_OWN: Final[Mapping[str, object]] = {
    "auto.offset.reset": "error",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.partition.eof": True,
    "isolation.level": "read_committed",
    "queued.max.messages.kbytes": 16_384,
    "topic.metadata.refresh.interval.ms": 30_000,
}
_POSITION: Final = re.compile(r"(\d{1,19})(?:-(\d{1,19})-([0-9a-f]{1,8}))?", re.ASCII)
_POLL: Final = 0.5
"""Maximum seconds to wait for messages, so that the source stops soon when it must."""
_STALLED: Final = 60.0  # seconds without any progress after which a run that must end fails


class Position(NamedTuple):
    """How far a partition was read; ``check``, of the last message, shows a topic made again."""

    next: int
    last: int | None = None
    check: str | None = None

    def __str__(self) -> str:
        return str(self.next) if self.last is None else f"{self.next}-{self.last}-{self.check}"

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _POSITION.fullmatch(text)
        if found is None:
            msg = f"{text!r} is not a position in a partition"
            raise ValueError(msg)
        return cls(int(found[1]), None if found[2] is None else int(found[2]), found[3])


def check_of(message: Any) -> str:
    """Return a checksum of a message: of its key, its value and its timestamp."""
    sum_ = crc32(message.value() or b"", crc32(message.key() or b""))
    return f"{crc32(str(message.timestamp()).encode(), sum_):x}"


class EndsAsked:
    """A question for the ends of partitions that is not answered yet."""

    def __init__(self, at: datetime | None, futures: Mapping[Any, Any]) -> None:
        self.at = at
        self.error: Any = None
        self.count: int = len(futures)  # the number of partitions that were asked for
        self._futures = futures

    @property
    def is_answered(self) -> bool:
        """Whether all brokers have answered, or have failed to."""
        return all(one.done() for one in self._futures.values())

    def offsets(self) -> dict[int, int]:
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
            raise SourceError(say("needs_extra", name=name, library=LIBRARY, extra=EXTRA)) from None

    def close(self) -> None:
        with suppress(Exception):  # a second call, or brokers that are gone
            self._consumer.close()

    # -- the topic ---------------------------------------------------------------------------

    def partitions(self, *, is_needed: bool = True) -> Sequence[int] | None:
        """Return the numbers of the partitions. Raises SourceError."""
        from confluent_kafka import KafkaException

        try:
            wait = PATIENCE if is_needed else _QUERY
            found = self._admin.list_topics(self._topic, timeout=wait).topics[self._topic]
            error = found.error
        except KafkaException as raised:
            found, error = None, raised.args[0]
        if found is not None and error is None:
            self._faults.clear()
            return sorted(found.partitions)
        if is_needed:
            raise self.failed(error)
        phrase = self.needs_correction(error)
        if phrase is not None:
            raise SourceError(phrase)
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

    def ends(self, partitions: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """Return the first offset and the end of each partition. Raises SourceError."""
        until = monotonic() + PATIENCE
        while True:
            first, end = self.ask_ends(partitions, first=True), self.ask_ends(partitions)
            begins, ends = first.offsets(), end.offsets()
            if len(begins) == len(ends) == len(partitions):
                self._faults.clear()
                return {one: (begins[one], ends[one]) for one in partitions}
            error = first.error or end.error
            if monotonic() > until or (hasattr(error, "name") and self.needs_correction(error)):
                raise self.failed(error)
            sleep(_AGAIN)

    # -- messages ----------------------------------------------------------------------------

    def assign(self, offsets: Mapping[int, int]) -> None:
        from confluent_kafka import TopicPartition

        places = [TopicPartition(self._topic, one, offset) for one, offset in offsets.items()]
        self._consumer.assign(places)

    def messages(self, wait: float) -> list[Any]:
        from confluent_kafka import KafkaException

        try:
            found: list[Any] = self._consumer.consume(AT_ONCE, wait)
        except KafkaException as error:
            raise self.failed(error.args[0]) from None
        return found

    # -- errors ------------------------------------------------------------------------------

    def failed(self, error: Any) -> SourceError:
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
        return SourceError(phrase)

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


class Options(NamedTuple):
    """How a topic is read; ``KafkaSource`` explains each option."""

    topic: str
    events_of: Callable[[Any], tuple[Event, ...] | Rejected]
    interval: float
    clock: Callable[[], datetime] | None
    once: bool
    accept_loss: bool
    stopping: threading.Event
    report: Callable[[object], object]


class Reading:
    """One run over a topic; mutable."""

    def __init__(
        self, options: Options, topic: Topic, known: Mapping[int, Position | None]
    ) -> None:
        self._options = options
        self._topic = topic
        self._facts = {"topic": shown(options.topic)}
        self._at: dict[int, Position] = {
            partition: one for partition, one in known.items() if one is not None
        }
        """How far each partition was read."""
        self._gone = {partition for partition, one in known.items() if one is None}
        self._all: Sequence[int] = ()
        self._doubted: dict[int, Position] = {}
        """The positions whose last message was not compared yet."""
        self._restarted: set[int] = set()
        """The partitions of which the messages at hand are no longer those to read next."""
        self._starts: list[Start] = []
        self._is_waiting = False
        self._asked: EndsAsked | None = None
        self._ask_at = 0.0
        self._until: Mapping[int, int] = {}  # the ends at which a run with ``once`` is over
        self._until_at: datetime | None = None
        self._progress_at = monotonic()

    def items(self) -> Iterator[Item | Start | Idle]:
        """Yield the messages of the partitions that are read."""
        options = self._options
        self._begin()
        while True:
            messages = self._topic.messages(min(options.interval, _POLL))
            self._restarted.clear()
            yield from self._started()
            try:
                for message in messages:
                    if (error := message.error()) is not None:
                        self._on_error(message, error)
                    elif (item := self._item(message)) is not None:
                        yield item
            except SourceError:
                yield Idle()  # the pipeline stores the messages before it
                raise
            yield from self._started()
            if len(messages) < AT_ONCE:
                yield Idle()
            yield from self._heartbeats()
            if options.stopping.is_set():
                return
            if self._is_over():
                yield Idle(self._until_at)
                return

    # -- partitions --------------------------------------------------------------------------

    def _begin(self) -> None:
        self._all = self._topic.partitions() or ()
        for partition in sorted(self._at.keys() - set(self._all)):
            facts = {**self._facts, "partition": partition}
            if not self._options.accept_loss:
                raise SourceError(say("kafka_fewer", **facts))
            self._options.report(say("kafka_gone", **facts))
            del self._at[partition]
            self._gone.add(partition)
        self._gone -= set(self._all)
        self._starts += [Start(str(one), GONE, is_gone=True) for one in sorted(self._gone)]
        if self._options.once:
            clock = self._options.clock
            self._until_at = None if clock is None else clock()
            self._until = {one: end for one, (_, end) in self._topic.ends(self._all).items()}
        self._topic.assign(self._offsets(self._all))

    def _offsets(self, partitions: Sequence[int]) -> dict[int, int]:
        """Return the offsets to read from; the last message that is known is compared first."""
        found = {}
        for partition, (first, end) in self._topic.ends(partitions).items():
            at = self._at.get(partition)
            if at is not None and at.next > end:
                self._lose("kafka_recreated", partition, first, next=at.next)
                at = None
            elif at is not None and at.next < first:
                self._lose("kafka_retention", partition, first, next=at.next, last=first - 1)
                at = None
            if at is None:
                at = Position(first)
                self._starts.append(Start(str(partition), str(at)))
            self._at[partition] = at
            found[partition] = at.next
            if at.last is not None and at.last >= first:
                self._doubted[partition] = at
                found[partition] = at.last
        return found

    def _lose(self, cause: str, partition: int, first: int, **facts: int) -> None:
        if not self._options.accept_loss:
            raise SourceError(say(cause, partition=partition, **facts, **self._facts))
        note = say("kafka_begins_at", partition=partition, offset=first, **self._facts)
        self._options.report(note)

    def _check_count(self) -> None:
        more = sorted({*(self._topic.partitions(is_needed=False) or ())} - {*self._all})
        if more:
            raise SourceError(
                say("kafka_more", partitions=", ".join(map(str, more)), **self._facts)
            )

    # -- messages ----------------------------------------------------------------------------

    def _started(self) -> Iterator[Start]:
        starts, self._starts = self._starts, []
        yield from starts

    def _item(self, message: Any) -> Item | None:
        partition, offset = message.partition(), message.offset()
        if partition in self._restarted:
            return None
        self._progress_at = monotonic()
        check = check_of(message)
        if self._doubted:
            known = self._doubted.pop(partition, None)
            if known is not None and offset == known.last and check != known.check:
                self._restart(partition, known)
                return None
        if offset < self._at[partition].next:
            return None
        at = self._at[partition] = Position(offset + 1, offset, check)
        return item_of(str(partition), str(at), self._options.events_of(message))

    def _restart(self, partition: int, known: Position) -> None:
        """Read a partition from its beginning, because its messages are not those of the store."""
        first, _ = self._topic.ends([partition])[partition]
        self._lose("kafka_recreated", partition, first, next=known.next)
        self._at[partition] = Position(first)
        self._restarted.add(partition)
        self._starts.append(Start(str(partition), str(first)))
        self._assign_again()

    def _assign_again(self) -> None:
        """Read all partitions from where they are; the last message of some is to be compared."""
        offsets = {one: self._at[one].next for one in self._all}
        for one, doubted in self._doubted.items():
            if doubted.last is not None:
                offsets[one] = doubted.last
        self._topic.assign(offsets)

    def _on_error(self, message: Any, error: Any) -> None:
        """Record the end of a partition. Raises SourceError if reading cannot continue."""
        partition = message.partition()
        if partition in self._restarted:
            return
        if error.name() == "_PARTITION_EOF":
            at = self._at[partition]
            self._doubted.pop(partition, None)
            if message.offset() > at.next:  # the marks of transactions are no messages
                self._at[partition] = at._replace(next=message.offset())
                self._starts.append(Start(str(partition), str(self._at[partition])))
        elif error.name() in {"_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE", "_LOG_TRUNCATION"}:
            self._refuse_offset(partition)
        elif (phrase := self._topic.needs_correction(error)) is not None:
            raise SourceError(phrase)

    def _refuse_offset(self, partition: int) -> None:
        """Raise SourceError if a partition does not have the next message any more."""
        at = self._at[partition]
        first, end = self._topic.ends([partition])[partition]
        if partition in self._doubted and first <= at.next <= end:
            del self._doubted[partition]
            self._restarted.add(partition)
            self._assign_again()
            return
        cause = "kafka_passed" if at.next < first else "kafka_recreated"
        raise SourceError(say(cause, partition=partition, next=at.next, **self._facts))

    # -- the ends of partitions --------------------------------------------------------------

    def _heartbeats(self) -> Iterator[Idle]:
        asked = self._asked
        if asked is None:
            if monotonic() >= self._ask_at:
                clock = self._options.clock
                at = None if clock is None else clock()
                self._asked = self._topic.ask_ends(self._all, at)
            return
        if not asked.is_answered:
            return
        self._asked, self._ask_at = None, monotonic() + self._options.interval
        ends = asked.offsets()
        self._note_silence(asked, ends)
        if not self._is_waiting:
            self._check_count()
        if asked.at is not None:
            for partition in ends.keys() - self._doubted.keys():
                if self._at[partition].next >= ends[partition]:
                    yield Idle(asked.at, str(partition))

    def _note_silence(self, asked: EndsAsked, ends: Mapping[int, int]) -> None:
        """Report that brokers do not answer, once until they do. Raises SourceError."""
        is_silent = len(ends) < asked.count
        if is_silent and hasattr(asked.error, "name"):
            phrase = self._topic.needs_correction(asked.error)
            if phrase is not None:
                raise SourceError(phrase)
        if is_silent and not self._is_waiting:
            self._options.report(self._topic.waiting(asked.error))
        self._is_waiting = is_silent

    def _is_over(self) -> bool:
        """Whether a run with ``once`` has read everything. Raises SourceError if it is stuck."""
        if not self._options.once:
            return False
        at = self._at
        if not self._doubted and all(
            one in at and at[one].next >= end for one, end in self._until.items()
        ):
            return True
        if monotonic() - self._progress_at > _STALLED:
            raise self._topic.failed(None)
        return False

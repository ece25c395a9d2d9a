"""Write and read topics in tests, and run the source of the library on them."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest

from kit.served import wait_until
from kit.values import POLICY
from tests.slow.engines.mock_kafka import MockCluster
from workhours_sla.errors import WorkHoursError
from workhours_sla.stream import KafkaSource, MemoryStore, Pipeline, Store, Watermarks
from workhours_sla.stream.source import RunSummary
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import sentence

if TYPE_CHECKING:
    from confluent_kafka import Producer

AT = datetime(2025, 3, 12, 7, 15, tzinfo=UTC)
STAMP = int(AT.timestamp() * 1000)
SILENT = logging.getLogger("tests.kafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def producer(cluster: MockCluster, **settings: Any) -> Producer:
    from confluent_kafka import Producer

    made = {"bootstrap.servers": cluster.brokers, "linger.ms": 5, **settings}
    return Producer(made, logger=SILENT)


def write(cluster: MockCluster, topic: str, *messages: Mapping[str, Any], **settings: Any) -> None:
    """Write messages, each with the arguments of ``produce``, and wait for the brokers."""
    errors: list[Any] = []
    to = producer(cluster, **settings)
    for message in messages:
        to.produce(topic, **message, on_delivery=lambda error, _: errors.append(error))
        to.poll(0)
    assert to.flush(30) == 0
    assert errors == [None] * len(messages)


def row(number: int, kind: str = "created", at: str = "2025-03-12T10:15:00+03:00") -> bytes:
    found = {"event_id": f"{kind}-{number}", "appeal_id": f"A-{number}", "type": kind}
    return json.dumps({**found, "occurred_at": at}).encode()


def rows(numbers: Iterable[int], partition: int = 0) -> list[dict[str, Any]]:
    return [{"value": row(one), "partition": partition} for one in numbers]


def run(cluster: MockCluster, store: Store, topic: str = "appeals", **options: Any) -> RunSummary:
    size = options.pop("batch_size", 1000)
    source = KafkaSource(cluster.brokers, topic, **{"once": True, **options})
    pipeline = Pipeline(store, POLICY)
    return pipeline.run(source, watermarks=Watermarks(source.partitions), batch_size=size)


def all_messages(cluster: MockCluster, topic: str, partitions: int) -> Iterator[Any]:
    """Yield every message of a topic, read without a group."""
    from confluent_kafka import Consumer, TopicPartition

    settings = {"bootstrap.servers": cluster.brokers, "group.id": "test"}
    settings |= {"enable.partition.eof": True, "auto.offset.reset": "error"}
    consumer = Consumer(settings, logger=SILENT)
    consumer.assign([TopicPartition(topic, one, 0) for one in range(partitions)])
    left, end = set(range(partitions)), time.monotonic() + 120
    while left:
        assert time.monotonic() < end, f"the end of partitions {left} does not come"
        for one in consumer.consume(500, 0.2):
            if one.error() is None:
                yield one
            else:
                assert one.error().name() == "_PARTITION_EOF"
                left.discard(one.partition())
    consumer.close()


class Times:
    def __init__(self, *when: int) -> None:
        self.now = datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def refusal(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    """Return the sentence with which a call is refused, in English and then in Russian."""
    with pytest.raises(WorkHoursError) as raised:
        call(*arguments, **options)
    return refused(raised.value)


def refused(error: BaseException | None) -> str:
    assert isinstance(error, WorkHoursError)
    english = sentence(error)
    with language("ru"):
        russian = sentence(error)
    assert english == str(error)
    assert "\n" not in english + russian
    assert any("а" <= one <= "я" for one in russian)
    return f"{english} / {russian}"


class Running:
    """A source that is followed in a thread of its own, until the block ends."""

    def __init__(
        self, cluster: MockCluster, clock: Times, store: MemoryStore | None = None, **options: Any
    ) -> None:
        self.stopping = threading.Event()
        self.notes: list[str] = []
        self.error: BaseException | None = None
        self.source = KafkaSource(
            cluster.brokers,
            "appeals",
            clock=clock,
            interval=0.1,
            stopping=self.stopping,
            report=lambda note: self.notes.append(str(note)),
            **options,
        )
        self.pipeline = Pipeline(store or MemoryStore(), POLICY)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.pipeline.run(
                self.source,
                watermarks=Watermarks(self.source.partitions),
                stopping=self.stopping.is_set,
            )
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.ended()

    def ended(self) -> BaseException | None:
        self.thread.join(60)
        assert not self.thread.is_alive(), "the run does not end"
        return self.error

    def wait(self, is_so: Callable[[], object]) -> None:
        wait_until(lambda: self.error or is_so(), f"no progress: {self.notes}", 60)
        assert self.error is None, self.error

    def until(self, when: datetime) -> None:
        self.wait(lambda: self.pipeline.watermark == when)

"""Write and read topics in tests, and run the source of the library on them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.engines.mock_kafka import MockCluster
from workhours_sla import Event, Policy, Schedule, Target, working_hours
from workhours_sla.config import parse
from workhours_sla.json import to_json
from workhours_sla.stream import KafkaSource, Pipeline, RunSummary, Store, Watermarks

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Producer

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
POLICY = Policy([Target("first reply", working_hours(4), OFFICE)])
QUICK = {"session.timeout.ms": "1000", "heartbeat.interval.ms": "200"}
"""Properties with which the mock cluster soon notices that a member has left its group."""
SILENT = logging.getLogger("tests.kafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def producer(cluster: MockCluster, **settings: Any) -> Producer:
    from confluent_kafka import Producer  # noqa: PLC0415 - not installed everywhere

    made = {"bootstrap.servers": cluster.brokers, "linger.ms": 5, **settings}
    return Producer(made, logger=SILENT)


def consumer_with(settings: Mapping[str, Any]) -> Consumer:
    from confluent_kafka import Consumer  # noqa: PLC0415

    return Consumer(dict(settings), logger=SILENT)


def write(cluster: MockCluster, topic: str, *messages: Mapping[str, Any], **settings: Any) -> None:
    """Write messages, each with the arguments of ``produce``, and wait for the brokers."""
    errors: list[Any] = []
    to = producer(cluster, **settings)
    for message in messages:
        to.produce(topic, **message, on_delivery=lambda error, _: errors.append(error))
        to.poll(0)
    assert to.flush(30) == 0
    assert errors == [None] * len(messages)


def message(event: Event, **more: Any) -> dict[str, Any]:
    return {"key": event.appeal_id, "value": to_json(event), **more}


def row(number: int, kind: str = "created", at: str = "2025-03-12T10:15:00+03:00") -> bytes:
    found = {"event_id": f"{kind}-{number}", "appeal_id": f"A-{number}", "type": kind}
    return json.dumps({**found, "occurred_at": at}).encode()


def rows(numbers: Iterable[int], partition: int = 0) -> list[dict[str, Any]]:
    return [{"value": row(one), "partition": partition} for one in numbers]


def config(text: str = "") -> Any:
    return parse(text).mapping


def run(cluster: MockCluster, store: Store, topic: str = "appeals", **options: Any) -> RunSummary:
    """Read a topic to its present end, and return the counts."""
    size = options.pop("batch_size", 1000)
    source = KafkaSource(cluster.brokers, topic, **{"once": True, **options})
    pipeline = Pipeline(store, POLICY)
    return pipeline.run(source, watermarks=Watermarks(source.partitions), batch_size=size)


def all_messages(cluster: MockCluster, topic: str, partitions: int) -> Iterator[Any]:
    """Yield every message of a topic, read without a group."""
    from confluent_kafka import TopicPartition  # noqa: PLC0415

    settings = {
        "bootstrap.servers": cluster.brokers,
        "group.id": "test",
        "enable.partition.eof": True,
    }
    consumer = consumer_with({**settings, "auto.offset.reset": "error"})
    consumer.assign([TopicPartition(topic, one, 0) for one in range(partitions)])
    left = set(range(partitions))
    while left:
        for one in consumer.consume(500, 0.2):
            if one.error() is None:
                yield one
            else:
                assert one.error().name() == "_PARTITION_EOF"
                left.discard(one.partition())
    consumer.close()


@contextmanager
def member(cluster: MockCluster, topic: str, group: str) -> Iterator[Consumer]:
    """Join a group with another program, which must be polled; it leaves at the end."""
    settings = {"bootstrap.servers": cluster.brokers, "group.id": group, **QUICK}
    consumer = consumer_with({**settings, "enable.auto.commit": False})
    consumer.subscribe([topic])
    try:
        yield consumer
    finally:
        consumer.close()


class Times:
    """A clock for tests, which shows what it is set to."""

    def __init__(self, *when: int) -> None:
        self.now = datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> None:
        self.now += timedelta(**amount)

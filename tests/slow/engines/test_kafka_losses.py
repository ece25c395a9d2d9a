"""What a topic has lost is never skipped silently: messages, partitions, or all of it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice

import pytest

from tests.slow.engines.kafka_topics import (
    STAMP,
    Running,
    Times,
    refusal,
    refused,
    row,
    rows,
    run,
    write,
)
from tests.slow.engines.mock_kafka import MockCluster
from workhours_sla.sources import kafka_topic
from workhours_sla.sources.kafka_topic import Topic
from workhours_sla.stream import KafkaSource, MemoryStore

pytestmark = pytest.mark.engines


def test_messages_removed_unread_are_not_skipped(kafka: MockCluster) -> None:
    kafka.create("appeals", 2)
    write(kafka, "appeals", *rows(range(20)))
    store = MemoryStore()
    run(kafka, store)
    write(kafka, "appeals", *rows(range(20, 40)))
    kafka.remove_before("appeals", 0, 20)
    assert run(kafka, store, once=True).items == 20  # only what was read was removed
    write(kafka, "appeals", *rows(range(40, 60)))
    kafka.remove_before("appeals", 0, 45)
    said = refusal(run, kafka, store)
    assert "messages 40 to 44 were removed" in said
    assert "--accept-loss" in said
    notes: list[str] = []
    done = run(kafka, store, accept_loss=True, report=lambda note: notes.append(str(note)))
    assert done.items == 15
    assert notes == ["topic 'appeals', partition 0: reading goes on at offset 45"]
    assert run(kafka, store).items == 0


def test_read_messages_that_are_removed_while_reading_begins_are_nothing_lost(
    kafka: MockCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka.create("appeals", 2)
    store = MemoryStore()
    write(kafka, "appeals", *rows(range(10)), *rows(range(100, 110), 1))
    run(kafka, store)
    write(kafka, "appeals", *rows(range(10, 15)), *rows(range(110, 115), 1))
    assign = Topic.assign

    def remove_before(self: Topic, offsets: Mapping[int, int]) -> None:
        kafka.remove_before("appeals", 0, 10)
        assign(self, offsets)

    monkeypatch.setattr(Topic, "assign", remove_before)
    assert run(kafka, store).items == 10


def test_messages_removed_before_the_first_run_are_nothing_lost_and_after_it_they_are(
    kafka: MockCluster,
) -> None:
    kafka.create("appeals", 1)
    store = MemoryStore()
    run(kafka, store)  # the topic is empty: only the position is stored
    write(kafka, "appeals", *rows(range(20)))
    kafka.remove_before("appeals", 0, 5)
    assert run(kafka, MemoryStore()).items == 15
    assert "messages 0 to 4" in refusal(run, kafka, store)


@pytest.mark.parametrize("count", [5, 15])
def test_a_topic_that_was_created_again_is_recognised(kafka: MockCluster, count: int) -> None:
    kafka.create("appeals", 1)
    write(kafka, "appeals", *rows(range(10)))
    store = MemoryStore()
    run(kafka, store)
    kafka.delete("appeals")
    kafka.create("appeals", 1)
    write(kafka, "appeals", *rows(range(100, 100 + count)))
    assert "are not those that the store has" in refusal(run, kafka, store)
    assert run(kafka, store, accept_loss=True).items == count
    assert run(kafka, store).items == 0
    assert store.holdings().read == 10 + count


def recreated(kafka: MockCluster, partitions: int, count: int) -> MemoryStore:
    """Return a store that has read 10 messages of each partition of the topic before this one."""
    kafka.create("appeals", partitions)
    store = MemoryStore()
    for partition in range(partitions):
        write(kafka, "appeals", *rows(range(partition * 10, partition * 10 + 10), partition))
    run(kafka, store)
    kafka.delete("appeals")
    kafka.create("appeals", partitions)
    for partition in range(partitions):
        first = 1000 + partition * count
        write(kafka, "appeals", *rows(range(first, first + count), partition))
    return store


@pytest.mark.parametrize("at_once", [1, 7, 500])
def test_every_partition_of_a_topic_that_was_created_again_is_read_from_its_beginning(
    kafka: MockCluster, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    store = recreated(kafka, 3, 15)
    monkeypatch.setattr(kafka_topic, "AT_ONCE", at_once)
    assert run(kafka, store, accept_loss=True).items == 45
    assert store.holdings().read == 30 + 45


def test_a_topic_with_fewer_partitions_is_recognised(kafka: MockCluster) -> None:
    kafka.create("appeals", 3)
    first = [{**one, "timestamp": STAMP} for one in rows(range(10))]
    write(kafka, "appeals", *first, *rows([10], 2))
    store = MemoryStore()
    run(kafka, store)
    kafka.delete("appeals")
    kafka.create("appeals", 2)
    write(kafka, "appeals", *first)
    assert "has no partition 2" in refusal(run, kafka, store)
    clock = Times(2025, 3, 13)
    assert run(kafka, store, accept_loss=True, clock=clock).items == 0
    assert run(kafka, store).items == 0
    clock.pass_(hours=1)
    with Running(kafka, clock, store) as running:
        running.until(clock.now)  # what is gone does not stop the time


def test_added_partitions_stop_the_run_and_are_read_by_the_next(
    kafka: MockCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka.create("appeals", 4)
    for partition in range(4):
        write(kafka, "appeals", *rows([partition], partition))
    seen = [2]
    monkeypatch.setattr(Topic, "partitions", lambda _, **__: range(seen[0]))
    clock, store = Times(2025, 3, 12, 8, 0), MemoryStore()
    with Running(kafka, clock, store) as running:
        running.until(clock.now)
        assert store.holdings().read == 2
        seen[0] = 4
        clock.pass_(hours=1)
        assert "new partitions, 2, 3; start again" in refused(running.ended())
        assert running.pipeline.watermark < clock.now
    with Running(kafka, clock, store) as running:
        running.until(clock.now)
    assert store.holdings().read == 4


def test_a_partition_that_no_longer_exists_does_not_stop_the_time_of_events(
    kafka: MockCluster,
) -> None:
    kafka.create("appeals", 3)
    first = [{**rows([one], one)[0], "timestamp": STAMP} for one in range(3)]
    write(kafka, "appeals", *first)
    store = MemoryStore()
    run(kafka, store)
    kafka.delete("appeals")
    kafka.create("appeals", 2)
    write(kafka, "appeals", *first[:2])
    for day in (13, 14):
        when = datetime(2025, 3, day, 7, 15, tzinfo=UTC)
        later = row(day, at=when.isoformat())
        write(kafka, "appeals", *({"value": later, "partition": one} for one in (0, 1)))
        run(kafka, store, accept_loss=day == 13)
        assert store.watermark == when


def test_messages_that_retention_removes_during_the_run_are_not_skipped(kafka: MockCluster) -> None:
    kafka.create("appeals", 1)
    write(kafka, "appeals", *rows(range(3)))
    source = KafkaSource(kafka.brokers, "appeals", interval=0.1)
    items = source.items({})
    next(item for item in items if hasattr(item, "events"))
    kafka.stop(1, 2, 3)
    time.sleep(1)
    kafka.start(1, 2, 3)
    write(kafka, "appeals", *rows(range(3, 2000)))
    kafka.remove_before("appeals", 0, 1990)
    assert "retention removes messages" in refusal(list, islice(items, 200))

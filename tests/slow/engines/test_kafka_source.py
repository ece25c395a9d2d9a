"""A topic is read once, whole and in order, and what cannot be read is said in one sentence."""

import json
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from kit.values import POLICY
from tests.slow.engines.kafka_topics import (
    AT,
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
from workhours_sla.config import parse
from workhours_sla.sources import kafka_topic
from workhours_sla.stream import Idle, Item, KafkaSource, MemoryStore, Pipeline

pytestmark = pytest.mark.engines
CLOUD = parse('[input]\nformat = "cloudevents"').mapping
APPEAL = {
    "specversion": "1.0",
    "id": "7",
    "source": "/portal",
    "type": "workhours.event.created",
    "subject": "A-7",
    "time": "2025-03-12T10:15:00+03:00",
}


def test_messages_of_every_partition_are_read_once(kafka: MockCluster) -> None:
    kafka.create("appeals", 4)
    messages = [{"key": f"A-{one}", "value": row(one)} for one in range(300)]
    write(kafka, "appeals", *messages)
    store = MemoryStore()
    assert run(kafka, store).items == 300
    assert {one.appeal_id for one in store.events()} == {f"A-{one}" for one in range(300)}
    assert run(kafka, store).items == 0
    write(kafka, "appeals", *rows(range(300, 305), 2))
    assert run(kafka, store, batch_size=2).items == 5
    assert store.holdings().read == 305


def test_a_message_that_is_no_event_is_rejected_with_its_place_unless_it_is_a_tombstone(
    kafka: MockCluster,
) -> None:
    kafka.create("appeals", 2)
    strange = [b"{half", b"[1]", b"", "обращение".encode("cp1251"), b"{}", b"[" * 5000]
    write(kafka, "appeals", *({"value": one, "partition": 1} for one in strange))
    huge = {"value": b"x" * 3_000_000, "partition": 1}
    write(kafka, "appeals", huge, **{"message.max.bytes": 4_000_000})
    tombstone = {"key": "A-1", "value": None, "partition": 1}
    write(kafka, "appeals", {"value": row(1), "partition": 1}, tombstone)
    store = MemoryStore()
    done = run(kafka, store)
    assert (done.items, done.rejected, done.events.read) == (9, 7, 1)
    *others, last = store.rejected().values()
    kept = [json.loads(one.text) for one in others]
    assert [(one["topic"], one["partition"], one["offset"]) for one in kept] == [
        ("appeals", 1, offset) for offset in range(6)
    ]
    assert [one["offset"] for one in kept if "value" in one] == []
    assert {one.reason for one in others} == {"malformed", "missing_value"}
    assert len(last.text) < 1000
    assert last.detail == "a message of more than 1,000,000 bytes"
    source = KafkaSource(kafka.brokers, "appeals")
    Pipeline(store, POLICY).retry_rejected(source.read)
    assert last in store.rejected().values()


def test_a_rejected_message_is_read_again_under_another_mapping(kafka: MockCluster) -> None:
    kafka.create("appeals", 1)
    value = {"appeal_id": "A-1", "type": "new", "occurred_at": "2025-03-12T10:15:00+03:00"}
    write(kafka, "appeals", {"value": json.dumps(value).encode()})
    store = MemoryStore()
    run(kafka, store)
    mapping = parse('[values.type]\nnew = "created"').mapping
    source = KafkaSource(kafka.brokers, "appeals", mapping)
    Pipeline(store, POLICY).retry_rejected(source.read)
    assert [one.appeal_id for one in store.events()] == ["A-1"]
    assert not store.rejected()


def test_cloudevents_are_read_in_both_modes(kafka: MockCluster) -> None:
    kafka.create("appeals", 1)
    headers = {f"ce_{name}": value for name, value in APPEAL.items()}
    data = {"agency_id": "жкх"}
    json_data = json.dumps(data, ensure_ascii=False).encode()
    structured = json.dumps({**APPEAL, "data": data, "id": "8"}).encode()
    kinds = [
        {"content-type": "application/json; charset=utf-8"},
        {"content-type": "text/plain"},
        {},
    ]
    binary = [
        {"value": json_data, "headers": {**headers, "ce_id": f"b{number}", **kind}}
        for number, kind in enumerate(kinds)
    ]
    write(
        kafka,
        "appeals",
        *binary,
        {"value": structured, "headers": {"content-type": "application/cloudevents+json"}},
        {"value": structured.replace(b'"8"', b'"9"')},
        {"value": b"{half", "headers": {**headers, "content-type": "application/json"}},
        {"value": b"[]", "headers": {"content-type": "application/cloudevents-batch+json"}},
    )
    store = MemoryStore()
    assert run(kafka, store, mapping=CLOUD).rejected == 2
    found = {one.event_id: one.agency_id for one in store.events()}
    assert found == {"/portal#b1": None, **{f"/portal#{one}": "жкх" for one in ("b0", "b2", 8, 9)}}


def test_the_timestamp_dates_what_has_no_time_and_nothing_else(kafka: MockCluster) -> None:
    kafka.create("appeals", 1)
    undated = {name: value for name, value in APPEAL.items() if name != "time"}
    later = STAMP + 60_000
    write(
        kafka,
        "appeals",
        {"value": json.dumps(undated).encode(), "timestamp": later},
        {"value": json.dumps({**APPEAL, "id": "8"}).encode(), "timestamp": later},
    )
    store = MemoryStore()
    for _ in range(2):  # read again, it is the same event and not one with another time
        run(kafka, store, mapping=CLOUD)
        store._positions = {}  # type: ignore[attr-defined]
    found = {one.event_id: one.occurred_at - AT for one in store.events()}
    assert found == {"/portal#7": timedelta(minutes=1), "/portal#8": timedelta(0)}
    assert not store.quarantine()


def test_messages_received_ahead_of_the_clock_are_rejected(kafka: MockCluster) -> None:
    kafka.create("appeals", 1)
    write(kafka, "appeals", {"value": row(1, at="2025-03-12T10:21:00+03:00")})
    options: dict[str, Any] = {"max_ahead": timedelta(minutes=5), "clock": lambda: AT}
    done = run(kafka, MemoryStore(), **options)
    assert list(done.causes) == ["received_ahead"]


def test_partitions_without_messages_follow_the_clock(kafka: MockCluster) -> None:
    kafka.create("appeals", 3)
    write(kafka, "appeals", *rows([1]))
    clock = Times(2025, 3, 12, 8, 0)
    with Running(kafka, clock) as running:
        running.until(clock.now)
        clock.pass_(hours=30)
        running.until(clock.now)
        kinds = [one.kind for _, one in running.pipeline.store.changes()]
    assert kinds == ["opened", "at_risk", "breached"]


def test_time_stops_while_no_broker_answers(
    kafka: MockCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_topic, "_QUERY", 1)
    kafka.create("appeals", 3)
    write(kafka, "appeals", *rows([1]))
    clock = Times(2025, 3, 12, 8, 0)
    with Running(kafka, clock) as running:
        before = clock.now
        running.until(before)
        kafka.stop(1, 2, 3)
        running.wait(lambda: running.notes)
        clock.pass_(hours=30)
        time.sleep(4)
        assert running.pipeline.watermark == before
        kafka.start(1, 2, 3)
        running.until(clock.now)
        assert len(running.notes) == 1
    assert "no broker answers" in running.notes[0]


def test_a_partition_with_unread_messages_keeps_time_back(kafka: MockCluster) -> None:
    kafka.create("appeals", 2)
    write(kafka, "appeals", *rows(range(3000), 0), *rows(range(3000, 6000), 1))
    source = KafkaSource(kafka.brokers, "appeals", interval=0.001, clock=Times(2025, 3, 14))
    read, beats, end = {"0": 0, "1": 0}, set(), time.monotonic() + 120
    for item in source.items({}):
        assert time.monotonic() < end, (read, beats)
        if isinstance(item, Item):
            read[item.partition] += 1
            if sum(read.values()) % 400 == 0:
                time.sleep(0.05)  # so that the question for the ends is answered meanwhile
        elif isinstance(item, Idle) and item.received_until is not None:
            assert item.partition is not None
            assert read[item.partition] == 3000
            beats.add(item.partition)
        if len(beats) == 2:
            break


def test_what_keeps_a_topic_from_being_read_is_one_sentence(
    kafka: MockCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_topic, "PATIENCE", 2)
    for _ in range(2):  # it is not created
        assert "have no topic 'appeals'" in refusal(KafkaSource(kafka.brokers, "appeals").check)
    no_broker = refusal(KafkaSource("127.0.0.1:1", "appeals").check)
    assert no_broker.startswith("no broker of '127.0.0.1:1' answers (")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        hang_up = lambda: [listener.accept()[0].close() for _ in range(50)]  # noqa: E731
        threading.Thread(target=hang_up, daemon=True).start()
        ssl = {"security.protocol": "SSL"}
        assert place in refusal(KafkaSource(place, "appeals", properties=ssl).check)
    kafka.create("appeals", 1)
    write(kafka, "appeals", *rows([1]))
    clock = Times(2025, 3, 12, 8, 0)
    with Running(kafka, clock) as running:
        running.until(clock.now)
        kafka.refuse("appeals", 29)
        assert "deny the use of topic 'appeals'" in refused(running.ended())
    assert "deny the use of" in refusal(KafkaSource(kafka.brokers, "appeals").check)


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ({"security.protocol": "hunter2"}, "security.protocol"),
        ({"no.such.property": "hunter2"}, "no.such.property"),
        ({"session.timeout.ms": "hunter2"}, "session.timeout.ms"),
        ({"ssl.ca.location": "/hunter2.pem", "security.protocol": "SSL"}, "security.protocol"),
        ({"auto.offset.reset": "latest"}, "auto.offset.reset"),
        ({"group.id": "other"}, "group.id"),
        ({"error_cb": "x"}, "error_cb"),
    ],
)
def test_wrong_properties_are_named_without_their_values(
    properties: dict[str, str], key: str
) -> None:
    pytest.importorskip("confluent_kafka")
    said = refusal(lambda: KafkaSource("127.0.0.1:1", "appeals", properties=properties).check())
    assert key in said
    assert "hunter2" not in said

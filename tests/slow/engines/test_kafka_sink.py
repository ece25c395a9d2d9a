"""Every change reaches a topic at least once and in order; a refused one is a dead letter."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.served import wait_until
from kit.values import OFFICE, POLICY
from tests.slow.engines.kafka_topics import all_messages, refusal
from tests.slow.engines.mock_kafka import MockCluster
from workhours_sla import Change, Event, EventType
from workhours_sla.errors import ConfigError, UndeliverableError
from workhours_sla.json import from_json
from workhours_sla.sla.changes import ChangeKind
from workhours_sla.stream import Delivery, KafkaSink, MemoryStore, Pipeline, Retry

pytestmark = pytest.mark.engines
NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
POSTED = datetime(2025, 3, 12, 10, 15, tzinfo=OFFICE.tz)
SOON = Retry(first=timedelta(milliseconds=1), longest=timedelta(milliseconds=5))
FAR = datetime.max.replace(tzinfo=UTC)
PRODUCE = 0
"""The number of the request Produce in the protocol."""


def change(appeal_id: str = "A-1", revision: int = 1) -> Change:
    ids = (appeal_id, "первый ответ", 0, revision)
    return Change(ChangeKind.BREACHED, *ids, NOW, NOW, NOW, None, ("1",), "roads", "", "")


def sink(cluster: MockCluster, **properties: str) -> KafkaSink:
    return KafkaSink("board", cluster.brokers, "changes", properties=properties)


def received(cluster: MockCluster) -> list[Change]:
    return [from_json(one.value()) for one in all_messages(cluster, "changes", 3)]


def test_a_change_is_a_message_keyed_by_its_appeal_whose_changes_are_in_order(
    kafka: MockCluster,
) -> None:
    kafka.create("changes", 3)
    wanted = [change(f"обращение {one % 10}", one) for one in range(1000)]
    sink(kafka).write(wanted)
    found: dict[str, list[Change]] = {}
    places = set()
    for message in all_messages(kafka, "changes", 3):
        one = from_json(message.value())
        assert message.key().decode() == one.appeal_id
        assert message.headers() == [("change-id", one.change_id.encode())]
        found.setdefault(one.appeal_id, []).append(one)
        places.add((one.appeal_id, message.partition()))
    assert len(places) == 10
    assert found == {f"обращение {n}": wanted[n::10] for n in range(10)}


def test_a_change_that_is_too_large_is_a_dead_letter_and_the_next_is_sent(
    kafka: MockCluster,
) -> None:
    kafka.create("changes", 3)
    events = [
        Event(str(number), f"A-{number}", EventType.CREATED, POSTED, POSTED, agency_id=agency)
        for number, agency in enumerate(["roads", "r" * 1_000, "roads"])
    ]
    store = MemoryStore()
    with Pipeline(store, POLICY) as pipeline:
        pipeline.apply(events)
        with Delivery(
            store, [sink(kafka, **{"message.max.bytes": "1000"})], retry=SOON
        ) as delivery:
            assert delivery.finish(60) == []
        (dead,) = store.dead("board")
    assert dead.change.appeal_id == "A-1"
    assert dead.error.startswith("topic 'changes' does not accept the change (")
    assert {one.appeal_id for one in received(kafka)} == {"A-0", "A-2"}


@pytest.mark.parametrize("code", [6, 7, 15, 19])
def test_a_temporary_error_of_a_broker_is_retried(kafka: MockCluster, code: int) -> None:
    kafka.create("changes", 3)
    kafka.fail(PRODUCE, code, code)
    wanted = [change(f"A-{one}") for one in range(20)]
    sink(kafka).write(wanted)
    assert sorted(one.appeal_id for one in received(kafka)) == sorted(
        one.appeal_id for one in wanted
    )


def test_what_a_broker_refuses_for_good_is_undeliverable(kafka: MockCluster) -> None:
    kafka.create("changes", 3)
    kafka.fail(PRODUCE, 87)  # INVALID_RECORD: a schema of the topic rejects it
    to = sink(kafka)
    with pytest.raises(UndeliverableError) as raised:
        to.write([change()])
    assert raised.value.change_id == change().change_id
    to.write([change("A-2")])
    assert [one.appeal_id for one in received(kafka)] == ["A-2"]


def test_one_refused_change_makes_no_other_of_its_batch_a_dead_letter(kafka: MockCluster) -> None:
    kafka.create("changes", 3)
    to = sink(kafka)
    to.write([change("A-0")])
    # the broker refuses a batch whole: all four, then the first two and the third pass alone
    kafka.fail(PRODUCE, 10, 0, 10, 0, 10)
    with pytest.raises(UndeliverableError) as raised:
        to.write([change(revision=one) for one in range(1, 5)])
    assert raised.value.change_id == change(revision=4).change_id
    assert {one.revision for one in received(kafka) if one.appeal_id == "A-1"} == {1, 2, 3}
    to.write([change(revision=5)])
    assert [one.revision for one in received(kafka) if one.appeal_id == "A-1"][-1] == 5


def test_changes_that_are_refused_only_together_are_delivered_one_by_one(
    kafka: MockCluster,
) -> None:
    kafka.create("changes", 3)
    to = sink(kafka)
    to.write([change("A-0")])
    kafka.fail(PRODUCE, 10, 10)
    to.write([change(revision=one) for one in range(1, 5)])
    found = [one.revision for one in received(kafka) if one.appeal_id == "A-1"]
    assert found == [1, 2, 3, 4]


def test_a_cluster_that_is_away_gets_the_changes_later(kafka: MockCluster) -> None:
    kafka.create("changes", 3)
    to = sink(kafka, **{"message.timeout.ms": "5000"})
    to.write([change("A-0")])
    kafka.stop(1, 2, 3)
    store, failures = MemoryStore(), []
    with Pipeline(store, POLICY) as pipeline:
        pipeline.apply([Event("1", "A-1", EventType.CREATED, POSTED, POSTED)])

        def note(name: str, error: Exception) -> None:
            failures.append((name, str(error)))
            kafka.start(1, 2, 3)

        with Delivery(store, [to], retry=SOON, on_failure=note) as delivery:
            wait_until(lambda: not store.pending("board", FAR, 1).changes, "the change stays")
            assert delivery.finish(60) == []
    assert len(failures) == 1
    assert "has not reached topic 'changes'" in failures[0][1]
    assert {one.appeal_id for one in received(kafka)} == {"A-0", "A-1"}


def test_an_unknown_topic_is_not_created_and_missing_rights_are_named(kafka: MockCluster) -> None:
    for _ in range(2):
        said = refusal(sink(kafka).write, [change()])
        assert "have no topic 'changes'" in said
        assert "нет топика 'changes'" in said
    kafka.create("changes", 3)
    kafka.refuse("changes", 29)
    assert "deny writing to topic 'changes'" in refusal(sink(kafka).write, [change()])


def test_settings_that_would_lose_changes_are_refused(kafka: MockCluster) -> None:
    for key in ("acks", "enable.idempotence", "transactional.id"):
        with pytest.raises(ConfigError, match=key):
            sink(kafka, **{key: "1"})
    with pytest.raises(ConfigError, match="librdkafka does not accept"):
        sink(kafka, retries="0").check()

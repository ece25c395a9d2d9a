"""A cluster of Kafka brokers within this process: the mock cluster of librdkafka.

It speaks the protocol on sockets of this machine, so that other processes use it as well. Besides
what confluent-kafka offers, tests create and delete topics, remove old messages and stop brokers.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PRODUCER = 0


def library() -> Path | None:
    found = find_spec("confluent_kafka")
    if found is None or found.origin is None:
        return None
    beside = Path(found.origin).parent.parent / "confluent_kafka.libs"
    return next(iter(beside.glob("librdkafka*.so*")), None)


class MockCluster:
    """A running cluster. ``brokers`` is the value of bootstrap.servers."""

    def __init__(self, rdkafka: Any, cluster: int) -> None:
        self._rdkafka = rdkafka
        self._cluster = ctypes.c_void_p(cluster)
        self.brokers: str = rdkafka.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def create(self, topic: str, partitions: int) -> None:
        self._call("topic_create", topic.encode(), partitions, 1)

    def delete(self, topic: str) -> None:
        self._call("topic_delete", topic.encode())

    def remove_before(self, topic: str, partition: int, offset: int) -> None:
        """Remove the messages of a partition before an offset, as retention does."""
        self._call("partition_delete_records", topic.encode(), partition, ctypes.c_int64(offset))

    def refuse(self, topic: str, code: int) -> None:
        """Answer requests about a topic with an error; 0 ends this."""
        self._rdkafka.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), code)

    def fail(self, api_key: int, *codes: int) -> None:
        """Answer the next requests of one kind with errors, one each."""
        numbers = (ctypes.c_int * len(codes))(*codes)
        self._rdkafka.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(api_key), ctypes.c_size_t(len(codes)), numbers
        )

    def stop(self, *brokers: int) -> None:
        for broker in brokers:
            self._call("broker_set_down", broker)

    def start(self, *brokers: int) -> None:
        for broker in brokers:
            self._call("broker_set_up", broker)

    def set_rebalance_delay(self, milliseconds: int) -> None:
        name = "rd_kafka_mock_group_initial_rebalance_delay_ms"
        getattr(self._rdkafka, name)(self._cluster, ctypes.c_int32(milliseconds))

    def _call(self, name: str, *values: Any) -> None:
        code = getattr(self._rdkafka, f"rd_kafka_mock_{name}")(self._cluster, *values)
        assert code == 0, (name, code)


@contextmanager
def running(brokers: int = 3) -> Iterator[MockCluster]:
    file = library()
    assert file is not None
    rdkafka = ctypes.CDLL(str(file))
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
        getattr(rdkafka, name).restype = ctypes.c_void_p
    rdkafka.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    why = ctypes.create_string_buffer(512)
    settings = ctypes.c_void_p(rdkafka.rd_kafka_conf_new())
    size = ctypes.c_size_t(len(why))
    rdkafka.rd_kafka_conf_set(settings, b"log_level", b"0", why, size)
    client = rdkafka.rd_kafka_new(_PRODUCER, settings, why, size)
    assert client, why.value
    cluster = rdkafka.rd_kafka_mock_cluster_new(ctypes.c_void_p(client), brokers)
    try:
        made = MockCluster(rdkafka, cluster)
        made.set_rebalance_delay(100)
        yield made
    finally:
        rdkafka.rd_kafka_mock_cluster_destroy(ctypes.c_void_p(cluster))
        rdkafka.rd_kafka_destroy(ctypes.c_void_p(client))

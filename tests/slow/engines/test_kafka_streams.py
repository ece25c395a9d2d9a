"""A generated stream goes through Kafka into a store, a file and a topic while ``watch`` is killed.

``whole_streams`` says which variables of the environment set the size. The numbers are printed.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from kit.served import PATIENCE
from tests.slow.engines.kafka_topics import all_messages, producer
from tests.slow.engines.mock_kafka import MockCluster
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, place_of
from workhours_sla.errors import StoreError
from workhours_sla.json import from_json
from workhours_sla.stores.open import open_reader

pytestmark = pytest.mark.engines
PARTITIONS = 4
AHEAD = 8_000
"""Messages on the topic that the store has not read: the mock cluster soon removes old ones."""
TOPICS = """
[input]
brokers = {brokers!r}
topic = "appeals"

[sinks.board]
kind = "kafka"
brokers = {brokers!r}
topic = "changes"
"""


class Topic:
    """The topic, into which the stream is written as far as the store can follow."""

    def __init__(self, cluster: MockCluster, lines: Sequence[str]) -> None:
        for name in ("appeals", "changes"):
            cluster.create(name, PARTITIONS)
        self._producer = producer(cluster, **{"enable.idempotence": True})
        self._lines, self._written = lines, 0

    def write(self, until: int) -> None:
        for line in self._lines[self._written : until]:
            key = json.loads(line)["appeal_id"]
            self._producer.produce("appeals", key=key, value=line)
            self._producer.poll(0)
            self._written += 1
        assert self._producer.flush(60) == 0


class Trial:
    """``watch`` on the topic, killed and started again, with a standby if there is a server."""

    def __init__(
        self, place: str, cluster: MockCluster, folder: Path, server: Server | None
    ) -> None:
        self.place, self.folder, self.server = place, folder, server
        self.chance, self.sink = random.Random(KILLS), folder / "changes.jsonl"
        file = folder / "region.toml"
        file.write_text(CONFIG + TOPICS.format(brokers=cluster.brokers), encoding="utf-8")
        self.command = [
            *(sys.executable, "-m", "workhours_sla", "watch", "--config", str(file)),
            *("--store", place, "--sink", str(self.sink), "--clock", "events"),
            *("--batch", "200", "--interval", "0.1", "--lang", "en", "--json"),
        ]
        self.running: list[tuple[subprocess.Popen[bytes], Path]] = []
        self.started = self.killed = self.restarted = 0

    def start(self, *options: str) -> None:
        errors = self.folder / f"errors-{self.started}"
        self.started += 1
        command, devnull = [*self.command, *options], subprocess.DEVNULL
        with errors.open("wb") as into:
            process = subprocess.Popen(command, stdout=devnull, stderr=into)
        self.running.append((process, errors))

    def keep_running(self) -> None:
        """Start what is missing: one process, and a standby where the server is restarted."""
        for process, errors in list(self.running):
            if process.poll() is not None:
                assert self.server is not None, errors.read_text()
                assert "was lost" in errors.read_text()
                self.running.remove((process, errors))
        while len(self.running) < (1 if self.server is None else 2):
            self.start(*(() if self.server is None else ("--standby",)))

    def disturb(self) -> None:
        """Kill the process that writes, or restart its server."""
        time.sleep(self.chance.random() * 0.05)
        if self.server is not None and (self.killed + self.restarted) % 3 == 2:
            self.server.stop(at_once=True)
            self.server.start()
            self.restarted += 1
            return
        process, errors = self.running.pop(0)
        process.kill()
        assert process.wait(PATIENCE) == -9, errors.read_text()
        self.killed += 1

    def read(self) -> int:
        """Return how many messages the store has read, 0 while there is no store or no server."""
        with suppress(StoreError), open_reader(self.place) as reader:
            found = reader.positions("kafka:appeals").values()
            return sum(int(one.position.partition("-")[0]) for one in found)
        return 0

    def run(self, topic: Topic, total: int) -> None:
        share = total // KILLS
        points = [share * one + self.chance.randrange(share) for one in range(KILLS)]
        last, moved_at = 0, time.monotonic()
        try:
            while last < total or points:
                topic.write(last + AHEAD)
                self.keep_running()
                if points and last >= points[0]:
                    points.pop(0)
                    self.disturb()
                if (count := self.read()) > last:
                    last, moved_at = count, time.monotonic()
                said = [errors.read_text() for _, errors in self.running]
                assert time.monotonic() - moved_at < PATIENCE, (f"no message after {last}", said)
                time.sleep(0.02)
        finally:
            for process, _ in self.running:
                process.kill()
                process.wait(PATIENCE)
            self.running.clear()
        self.start("--once")  # so that the sinks have every change
        ((process, errors),) = self.running
        assert process.wait(300) == 0, errors.read_text()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_whole_stream_has_the_answer_of_the_batch(
    kind: str, kafka: MockCluster, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = None if kind == "sqlite" else request.getfixturevalue("server")
    place = place_of(kind, server.address if server else "", tmp_path)
    stream, began = Stream.generate(tmp_path), time.monotonic()
    trial, total = Trial(place, kafka, tmp_path, server), len(stream.lines)
    trial.run(Topic(kafka, stream.lines), total)
    seconds = time.monotonic() - began
    with open_reader(place) as reader:
        assert reader.holdings().read == total, "each message once"
    changes = [from_json(line) for line in trial.sink.read_bytes().splitlines()]
    on_topic, repeated = {}, 0
    for one in all_messages(kafka, "changes", PARTITIONS):
        change = from_json(one.value())
        assert dict(one.headers())["change-id"].decode() == change.change_id
        repeated += change.change_id in on_topic
        assert on_topic.setdefault(change.change_id, change) == change
    by_id = {change.change_id: change for change in changes}
    assert on_topic == {name: by_id[name] for name in on_topic}
    assert total > 2 * AHEAD or len(on_topic) == len(by_id)  # the mock cluster keeps no more
    assert stream.check(place, trial.sink) == len(changes)
    assert trial.killed + trial.restarted == KILLS
    print(
        f"Kafka to {kind}: {total} events, {trial.killed} kills, {trial.restarted} restarts, "
        f"{len(changes)} changes, {repeated} twice on the topic, {seconds:.0f} s"
    )

"""A whole generated stream goes through Kafka into each store while ``watch`` is killed at random.

``whole_streams`` says which variables of the environment set the size. The numbers are printed.
"""

from __future__ import annotations

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

from tests.slow.engines.kafka_topics import producer
from tests.slow.engines.mock_kafka import MockCluster
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, place_of
from workhours_sla.errors import StoreError
from workhours_sla.stores.open import open_reader
from workhours_sla.stores.reader import StoreReader

pytestmark = pytest.mark.engines
PARTITIONS = 4
AHEAD = 8_000
"""Messages on the topic that the store has not read: the mock cluster soon removes old ones."""
STUCK = 300
"""Seconds without any progress after which a test fails."""
INPUT = """
[input]
brokers = {brokers!r}
topic = "appeals"
"""


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    return Stream.generate(tmp_path_factory.mktemp("stream"))


class Topic:
    """The topic, into which the stream is written as far as the store can follow."""

    def __init__(self, cluster: MockCluster, lines: Sequence[str]) -> None:
        cluster.create("appeals", PARTITIONS)
        self._producer = producer(cluster, **{"enable.idempotence": True})
        self._lines = lines
        self._written = 0

    def write(self, until: int) -> None:
        """Write the first messages of the stream, those of an appeal to one partition."""
        for line in self._lines[self._written : until]:
            key = json.loads(line)["appeal_id"]
            self._producer.produce("appeals", key=key, value=line)
            self._producer.poll(0)
            self._written += 1
        assert self._producer.flush(60) == 0


class Progress:
    """How many messages a store has read, while other processes write it."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._reader: StoreReader | None = None
        self.count = 0

    def look(self) -> int:
        try:
            if self._reader is None:
                self._reader = open_reader(self._place)
            found = self._reader.positions("kafka:appeals").values()
            self.count = sum(int(one.position.partition("-")[0]) for one in found)
        except StoreError:  # there is no store yet, or its server is down
            self.close()
        return self.count

    def close(self) -> None:
        if self._reader is not None:
            with suppress(StoreError):
                self._reader.close()
        self._reader = None


class Trial:
    """``watch`` on the topic, killed and started again, with a standby if there is a server."""

    def __init__(
        self, place: str, cluster: MockCluster, folder: Path, server: Server | None
    ) -> None:
        self.place, self.folder, self.server = place, folder, server
        self.chance = random.Random(KILLS)
        self.file = folder / "region.toml"
        self.file.write_text(CONFIG + INPUT.format(brokers=cluster.brokers), encoding="utf-8")
        self.sink = folder / "changes.jsonl"
        self.command = [
            *(sys.executable, "-m", "workhours_sla", "watch", "--config", str(self.file)),
            *("--store", place, "--sink", str(self.sink), "--clock", "events"),
            *("--batch", "200", "--interval", "0.1", "--lang", "en", "--json"),
        ]
        self.running: list[tuple[subprocess.Popen[bytes], Path]] = []
        self.started = self.killed = self.restarted = 0

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        errors = self.folder / f"errors-{self.started}"
        self.started += 1
        with errors.open("wb") as into:
            process = subprocess.Popen(
                [*self.command, *options], stdout=subprocess.DEVNULL, stderr=into
            )
        self.running.append((process, errors))
        return process

    def keep_running(self) -> None:
        """Start what is missing: one process, and a standby where the server is restarted."""
        for process, errors in list(self.running):
            if process.poll() is not None:
                said = errors.read_text()
                assert self.server is not None, said
                assert "was lost" in said, said
                self.running.remove((process, errors))
        wanted = 1 if self.server is None else 2
        while len(self.running) < wanted:
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
        process.wait()
        assert process.returncode == -9, errors.read_text()
        self.killed += 1

    def run(self, topic: Topic, total: int) -> None:
        share = total // KILLS
        points = [share * one + self.chance.randrange(share) for one in range(KILLS)]
        progress, last, moved_at = Progress(self.place), 0, time.monotonic()
        try:
            while (count := progress.look()) < total or points:
                topic.write(count + AHEAD)
                self.keep_running()
                if points and count >= points[0]:
                    points.pop(0)
                    self.disturb()
                if count > last:
                    last, moved_at = count, time.monotonic()
                assert time.monotonic() - moved_at < STUCK, self.said()
                time.sleep(0.01)
        finally:
            progress.close()
            self.end()

    def said(self) -> list[str]:
        return [errors.read_text() for _, errors in self.running]

    def end(self) -> None:
        for process, _ in self.running:
            process.kill()
            process.wait()
        self.running.clear()

    def finish(self) -> None:
        """Run once more to the end of the topic, so that the sink has every change."""
        process = self.start("--once")
        _, errors = self.running.pop()
        assert process.wait(STUCK) == 0, errors.read_text()


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "postgres-restarts"])
def test_a_whole_stream_has_the_answer_of_the_batch(
    kind: str,
    kafka: MockCluster,
    stream: Stream,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    server: Server | None = None
    address = ""
    if kind == "postgres":
        address = request.getfixturevalue("postgres")
    elif kind == "postgres-restarts":
        server = request.getfixturevalue("server")
        address = server.address
    place, total = place_of(kind, address, tmp_path), len(stream.lines)
    trial, began = Trial(place, kafka, tmp_path, server), time.monotonic()
    trial.run(Topic(kafka, stream.lines), total)
    trial.finish()
    read = time.monotonic()
    with open_reader(place) as reader:
        assert reader.holdings().read == total, "each message once"
    count = stream.check(place, trial.sink)
    print(
        f"Kafka to {kind}: {total} events, {trial.killed} kills, {trial.restarted} restarts, "
        f"{count} changes, read in {read - began:.0f} s, "
        f"compared in {time.monotonic() - read:.0f} s"
    )
    assert trial.killed + trial.restarted == KILLS

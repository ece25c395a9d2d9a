"""A whole generated stream goes through Kafka into each store while ``watch`` is killed at random.

Small by default. ``WORKHOURS_TIER`` and ``WORKHOURS_DAYS`` are the size of the stream, and
``WORKHOURS_KILLS`` is the number of kills of each test. A year is 178,406 events in the tier S and
1,178,165 in the tier M.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from test_monitor import Ledger, check_reported
from tests.engines.kafka_topics import producer
from tests.engines.mock_kafka import MockCluster
from tests.engines.postgres_server import Server
from workhours_sla import Event, evaluate
from workhours_sla.adapters.stores.places import open_reader
from workhours_sla.adapters.stores.reader import StoreReader
from workhours_sla.config import load, parse
from workhours_sla.errors import StoreError
from workhours_sla.files import open_source
from workhours_sla.json import from_json
from workhours_sla.stream import Pipeline, check_store, open_store

pytestmark = pytest.mark.engines
ROOT = Path(__file__).parent.parent.parent
TIER = os.environ.get("WORKHOURS_TIER", "S")
DAYS = os.environ.get("WORKHOURS_DAYS", "7")
KILLS = int(os.environ.get("WORKHOURS_KILLS", "3"))
PARTITIONS = 4
AHEAD = 8_000
"""Messages on the topic that the store has not read: the mock cluster soon removes old ones."""
STUCK = 300
"""Seconds without any progress after which a test fails."""
CONFIG = """
[schedule]
calendar = "RU-VGG"

[input]
brokers = {brokers!r}
topic = "appeals"

[[targets]]
name = "first reply"
budget = "4h"

[[targets]]
name = "final reply"
budget = "3 working days"
stops = "final_reply"
pauses = true
"""


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stream") / "events.jsonl"
    maker = [sys.executable, str(ROOT / "examples" / "generate_appeals.py"), "--tier", TIER]
    subprocess.run([*maker, "--days", DAYS, "--out", str(file)], check=True)
    return file


class Topic:
    """The topic, into which the stream is written as far as the store can follow."""

    def __init__(self, cluster: MockCluster, stream: Path) -> None:
        cluster.create("appeals", PARTITIONS)
        self._producer = producer(cluster, **{"enable.idempotence": True})
        self._lines = stream.open("rb")
        self.written = 0

    def write(self, until: int) -> bool:
        """Write messages until there are so many; return whether the stream has more."""
        while self.written < until:
            line = self._lines.readline()
            if not line:
                return False
            key = json.loads(line)["appeal_id"]
            self._producer.produce("appeals", key=key, value=line.rstrip())
            self._producer.poll(0)
            self.written += 1
        assert self._producer.flush(60) == 0
        return True

    def close(self) -> None:
        assert self._producer.flush(60) == 0
        self._lines.close()


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
        self.file.write_text(CONFIG.format(brokers=cluster.brokers), encoding="utf-8")
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

    def check(self, stream: Path) -> int:
        """Compare the changes with the batch; return the number of changes."""
        events, end = events_in(stream)
        assert check_store(self.place) == ()
        ledger = Ledger()
        with (
            Pipeline(open_store(self.place), load(self.file).policy) as pipeline,
            self.sink.open("rb") as sent,
        ):
            store = pipeline.store
            holdings = store.holdings()
            assert (holdings.read, holdings.rejected) == (len(events), 0)
            counted = holdings.applied + holdings.duplicate + holdings.quarantined
            assert holdings.read == counted
            after = 0
            while page := store.changes(after, 10_000):
                changes = [change for _, change in page]
                assert [from_json(next(sent)) for _ in changes] == changes, "each change once"
                ledger.take(changes)  # none has the identity of another
                after = page[-1][0]
            assert next(sent, None) is None
            pipeline.advance(end)
            while page := store.changes(after, 10_000):
                ledger.take(change for _, change in page)
                after = page[-1][0]
            check_reported(ledger, evaluate(events, pipeline.policy, as_of=end))
        return after


def events_in(stream: Path) -> tuple[list[Event], datetime]:
    """Return the events of a stream, and an instant at which all its clocks have ended."""
    with open_source(stream, parse("").mapping) as rows:
        events = [event for row in rows for event in row]
    end = max(max(one.occurred_at, one.received_at) for one in events)
    return events, end + timedelta(days=20)


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "postgres-restarts"])
def test_a_whole_stream_has_the_answer_of_the_batch(
    kind: str,
    kafka: MockCluster,
    stream: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    server: Server | None = None
    place = str(tmp_path / "appeals.db")
    if kind == "postgres":
        postgres = request.getfixturevalue("postgres")
        place = f"{postgres}&options=-csearch_path%3Dstream_{random.randrange(1 << 30)}"
    elif kind == "postgres-restarts":
        server = request.getfixturevalue("server")
        place = server.address
    with stream.open("rb") as lines:
        total = sum(1 for _ in lines)
    began = time.monotonic()
    trial = Trial(place, kafka, tmp_path, server)
    topic = Topic(kafka, stream)
    trial.run(topic, total)
    topic.close()
    trial.finish()
    read = time.monotonic()
    count = trial.check(stream)
    print(
        f"{kind}: {total} events of tier {TIER}, {trial.killed} kills, {trial.restarted} restarts, "
        f"{count} changes compared, read in {read - began:.0f} s, "
        f"compared in {time.monotonic() - read:.0f} s"
    )
    assert trial.killed + trial.restarted == KILLS

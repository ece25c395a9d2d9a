"""A generated stream through Kafka gives the answer of the batch, however often watch is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from kit.paths import EXAMPLES
from kit.reported import Ledger, check_reported
from tests.slow.engines.kafka_topics import (
    QUICK,
    all_messages,
    message,
    producer,
)
from tests.slow.engines.mock_kafka import MockCluster
from workhours_sla import Change, Event, Policy, evaluate
from workhours_sla.config import load, parse
from workhours_sla.files import open_source
from workhours_sla.json import from_json
from workhours_sla.stream import (
    Pipeline,
    SqliteStore,
)

pytestmark = pytest.mark.engines
KILLS = int(os.environ.get("WORKHOURS_KILLS", "25"))
DAYS = os.environ.get("WORKHOURS_DAYS", "14")
PARTITIONS = 4
WATCH = (sys.executable, "-m", "workhours_sla", "watch")
CONFIG = """
[schedule]
calendar = "RU-VGG"

[input]
brokers = {brokers!r}
topic = "appeals"
properties_env = "KAFKA_PROPERTIES"

[[targets]]
name = "first reply"
budget = "4h"

[[targets]]
name = "final reply"
budget = "3 working days"
stops = "final_reply"
pauses = true

[sinks.board]
kind = "kafka"
brokers = {brokers!r}
topic = "changes"
"""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Return a generated stream in the order of receipt, with duplicates and disorder."""
    file = tmp_path_factory.mktemp("stream") / "events.jsonl"
    generate = [sys.executable, str(EXAMPLES / "generate_appeals.py"), "--days", DAYS]
    subprocess.run([*generate, "--out", str(file)], check=True)
    with open_source(file, parse("").mapping) as rows:
        return [event for row in rows for event in row]


def policy_in(file: Path) -> Policy:
    return load(file).policy


def write_config(folder: Path, cluster: MockCluster) -> Path:
    file = folder / "region.toml"
    file.write_text(CONFIG.format(brokers=cluster.brokers), encoding="utf-8")
    return file


def send(cluster: MockCluster, events: Sequence[Event]) -> None:
    """Write events to the topic, those of an appeal to one partition, in their order."""
    to = producer(cluster, **{"enable.idempotence": True})
    for event in events:
        to.produce("appeals", **message(event))
        to.poll(0)
    assert to.flush(30) == 0


def check_changes(pipeline: Pipeline, events: Sequence[Event]) -> int:
    """Let all clocks end, and check that the changes agree with the batch; return their number."""
    end = max(max(one.occurred_at, one.received_at) for one in events) + timedelta(days=20)
    pipeline.advance(end)
    changes = [change for _, change in pipeline.store.changes()]
    ledger = Ledger()
    ledger.take(changes)  # none has the identity of another
    check_reported(ledger, evaluate(events, pipeline.policy, as_of=end))
    return len(changes)


class Killed:
    """``watch`` as a process that is killed and started again; counts kills and rebalances."""

    def __init__(self, folder: Path, cluster: MockCluster, seed: int) -> None:
        self.folder, self.cluster = folder, cluster
        self.file = write_config(folder, cluster)
        self.chance = random.Random(seed)
        properties = "\n".join(f"{key}={value}" for key, value in QUICK.items())
        self.environment = {**os.environ, "KAFKA_PROPERTIES": properties}
        self.command = [
            *WATCH,
            *("--config", str(self.file), "--store", str(folder / "a.db")),
            *("--sink", str(folder / "changes.jsonl"), "--clock", "events", "--batch", "20"),
            *("--interval", "0.1", "--lang", "en", "--json"),
        ]

    def once(self) -> None:
        """Run to the end of the topic."""
        done = subprocess.run(
            [*self.command, "--once"],
            check=False,
            capture_output=True,
            env=self.environment,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr.decode()

    def start_and_kill(self) -> None:
        """Start, wait until a batch is stored, and kill at a random moment."""
        sink = self.folder / "changes.jsonl"
        before = sink.stat().st_size if sink.exists() else 0
        with subprocess.Popen(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self.environment,
        ) as run:
            end = time.monotonic() + 60
            while run.poll() is None and time.monotonic() < end:
                if sink.exists() and sink.stat().st_size > before:
                    break
                time.sleep(0.001)
            time.sleep(self.chance.random() ** 2 * 0.5)
            run.kill()
            assert run.stderr is not None
            said = run.stderr.read().decode()
        assert run.returncode == -signal.SIGKILL, said

    def trial(self, events: Sequence[Event], kills: int) -> None:
        """Send the stream in parts while the process is killed, then compare everything."""
        for number in range(kills):
            share = slice(len(events) * number // kills, len(events) * (number + 1) // kills)
            sending = Thread(target=send, args=(self.cluster, events[share]))
            sending.start()
            self.start_and_kill()
            sending.join()
        self.once()
        self.check(events)

    def check(self, events: Sequence[Event]) -> None:
        lines = (self.folder / "changes.jsonl").read_bytes().splitlines()
        changes = [from_json(line) for line in lines]
        with Pipeline(SqliteStore(self.folder / "a.db"), policy_in(self.file)) as pipeline:
            store = pipeline.store
            assert [change for _, change in store.changes()] == changes, "each change once"
            assert {one.event_id for one in store.events()} == {one.event_id for one in events}
            assert store.holdings().rejected == 0
            count = check_changes(pipeline, events)
        on_topic: dict[str, Change] = {}
        repeated = 0
        for one in all_messages(self.cluster, "changes", PARTITIONS):
            change = from_json(one.value())
            assert dict(one.headers())["change-id"].decode() == change.change_id
            repeated += change.change_id in on_topic
            assert on_topic.setdefault(change.change_id, change) == change
        assert on_topic == {change.change_id: change for change in changes}
        print(f"{len(events)} events, {count} changes, {repeated} of them twice on the topic")


def test_a_process_killed_at_any_moment_has_the_answer_of_the_batch(
    kafka: MockCluster, tmp_path: Path, events: list[Event]
) -> None:
    kafka.create("appeals", PARTITIONS)
    kafka.create("changes", PARTITIONS)
    Killed(tmp_path, kafka, seed=1).trial(events, KILLS)
    print(f"{KILLS} kills")

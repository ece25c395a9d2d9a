"""Processes that feed a store are killed, and its server is restarted: nothing is lost or doubled.

``WORKHOURS_KILLS`` is the number of kills of each test.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from benchmarks.streams import policy
from kit.paths import EXAMPLES, ROOT
from kit.reported import Ledger, check_reported
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import place_of
from workhours_sla import Event, evaluate
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sources import Fault, open_source
from workhours_sla.stream import Pipeline, check_store, open_store

pytestmark = pytest.mark.engines

KILLS = int(os.environ.get("WORKHOURS_KILLS", "8"))


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("events") / "events.jsonl"
    generator = [sys.executable, str(EXAMPLES / "generate_appeals.py")]
    subprocess.run([*generator, "--days", str(4 + KILLS), "--out", str(file)], check=True)
    return file


class Feeder:
    """A process that feeds a store."""

    def __init__(self, place: str, events: Path, changes: Path, pause: float = 0.02) -> None:
        module = [sys.executable, "-m", "tests.slow.engines.feed_store"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [*module, place, str(events), str(changes), str(pause)],
            stdout=pipe,
            stderr=pipe,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}:{ROOT / 'tests'}"},
        )

    def says(self) -> str:
        """Wait until the process has the store or waits for it; return which, or an empty text."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def finished(self) -> str | None:
        """Return the error of a process that has ended, None while it runs."""
        if self.process.poll() is None:
            return None
        return self.process.communicate()[1]


def check(place: str, file: Path, sink: Path) -> None:
    """Check that the store and the sink have the changes of the batch answer, each once."""
    with open_source(file, Config()) as source:
        events: list[Event] = [
            one for item in source if not isinstance(item, Fault) for one in item
        ]
    end = max(one.received_at for one in events) + timedelta(hours=2)
    assert check_store(place) == ()
    with Pipeline(open_store(place), policy()) as pipeline:
        ledger = Ledger()
        ledger.take(change for _, change in pipeline.store.changes())
        sent = [json.loads(line)["change_id"] for line in sink.read_text().splitlines()]
        assert sorted(sent) == sorted(ledger.seen)
        ledger.take(pipeline.advance(end))
        check_reported(ledger, evaluate(events, policy(), as_of=end))
        counts = pipeline.store.holdings()
        assert counts.read == len(events)
        assert counts.read == counts.applied + counts.duplicate + counts.quarantined


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_standby_takes_over_after_each_kill(
    kind: str, postgres: str, events: Path, tmp_path: Path
) -> None:
    chance = random.Random(kind)
    place, sink = place_of(kind, postgres, tmp_path), tmp_path / "changes.jsonl"
    active = Feeder(place, events, sink)
    assert active.says() == "open", active.finished()
    killed = 0
    for _ in range(KILLS):
        standby = Feeder(place, events, sink)
        first = standby.says()
        assert first in {"waits", "open"}, standby.finished()
        time.sleep(chance.random() * 0.1)
        killed += active.finished() is None
        active.kill()
        if first == "waits":
            assert standby.says() == "open", standby.finished()
        active = standby
    active.kill()
    finish(place, events, sink)
    print(f"{kind}: killed {killed} times")
    assert killed > KILLS // 2  # or the stream was too short
    check(place, events, sink)


def finish(place: str, events: Path, sink: Path) -> None:
    last = Feeder(place, events, sink, 0)
    _, error = last.process.communicate(timeout=500)
    assert last.process.returncode == 0, error


def test_the_server_is_restarted_and_the_feeder_killed(
    server: Server, events: Path, tmp_path: Path
) -> None:
    chance = random.Random(1)
    place, sink = server.address, tmp_path / "changes.jsonl"
    killed = restarted = 0
    while killed + restarted < KILLS:
        feeder = Feeder(place, events, sink)
        assert feeder.says() == "open", feeder.finished()
        time.sleep(chance.random() * 0.2)
        if feeder.finished() is not None:
            break
        if chance.random() < 0.5:
            feeder.kill()
            killed += 1
            continue
        server.stop(at_once=True)
        server.start()
        restarted += 1
        error = feeder.process.communicate(timeout=120)[1]
        if feeder.process.returncode:
            assert "was lost" in error
            assert len(error.splitlines()) == 1
    finish(place, events, sink)
    print(f"killed {killed} times, server restarted {restarted} times")
    check(place, events, sink)

"""A service that is killed, stopped or started twice loses no event and sends no change twice.

``WORKHOURS_KILLS`` sets how often the service is killed.
"""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kit.event_sender import Sender, row
from kit.random_streams import events_of
from kit.reported import Ledger, check_reported
from kit.served import REGION, WRITE, ask, begin, served
from workhours_sla import Change, Event, evaluate
from workhours_sla.config import parse
from workhours_sla.json import from_json
from workhours_sla.stream import SqliteReader, check_store

resource: Any = pytest.importorskip("resource", reason="Windows has no limits of a process")
pytest.importorskip("uvicorn")
pytest.importorskip("starlette")

KILLS = int(os.environ.get("WORKHOURS_KILLS", "10"))
CONFIG = REGION.replace("[service]", '[target]\nname = "first reply"\nbudget = "4h"\n[service]')
BAD = 7
"""Number of events that are no events."""


def batches_of(chance: random.Random, rows: Sequence[Any]) -> list[list[Any]]:
    found, rest = [], list(rows)
    while rest:
        size = chance.randint(1, 30)
        found.append(rest[:size])
        rest = rest[size:]
    return found


def texts(batches: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [list(map(json.dumps, batch)) for batch in batches]


def read_back(sink: Path) -> list[Change]:
    return [from_json(line, Change) for line in sink.read_text("utf-8").splitlines()]


def check_complete(store: Path, sink: Path, events: Sequence[Event]) -> None:
    """Check the store and the file of changes against the evaluation of all events at once."""
    assert check_store(store) == ()
    with SqliteReader(store) as reader:
        watermark = reader.watermark
        stored = [change for _, change in reader.changes()]
        holdings = reader.holdings()
        assert len(reader.rejected()) == holdings.rejected == BAD
    assert watermark is not None
    expected = evaluate(events, parse(CONFIG).policy, as_of=watermark)
    ledger = Ledger()
    ledger.take(stored)
    check_reported(ledger, expected)
    assert holdings.quarantined == len(expected.quarantine)
    assert holdings.applied == expected.reconciliation.applied
    assert read_back(sink) == stored


def test_a_service_killed_at_any_moment_loses_and_repeats_nothing(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    events = events_of(random.Random(21), 60 * KILLS)
    rows = [row(event) for event in events]
    for number in range(BAD):
        rows.insert(chance.randrange(len(rows)), {"appeal_id": f"B-{number}", "type": "shouted"})
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    options = ("--store", store, "--sink", sink, "--skew", "0s", "--rate", 0)
    # two senders whose batches overlap, so that the same events also arrive at the same time
    senders = [
        Sender(texts(batches_of(chance, rows))),
        Sender(texts(batches_of(chance, chance.sample(rows, len(rows))))),
    ]
    killed, again = 0, 0
    while killed < KILLS or not again:  # a quick machine may have sent everything before each kill
        assert killed < 20 * KILLS
        process, port = begin(tmp_path, *options, config=CONFIG, log=subprocess.DEVNULL)
        with process:
            for sender in senders:
                sender.port = port
                if sender.ident is None:
                    sender.start()
            time.sleep(chance.random() ** 2)
            again += sum(sender.again for sender in senders)
            if not any(sender.is_alive() for sender in senders):
                senders = [Sender(sender.batches) for sender in senders]  # send it all again
            process.kill()
        killed += process.returncode == -signal.SIGKILL
    with served(tmp_path, *options, config=CONFIG, log=subprocess.DEVNULL) as (process, port):
        for sender in senders:
            sender.port = port
            if sender.ident is None:
                sender.start()
        for sender in senders:
            sender.finish(120)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    check_complete(store, sink, events)


def test_an_appeal_breaches_while_time_passes_without_events(tmp_path: Path) -> None:
    config = """
[schedule]
calendar = "none"
tz = "UTC"
hours = "Mo-Su 00:00-24:00"
[target]
name = "at once"
budget = "1s"
[service]
tokens_env = "WORKHOURS_TOKENS"
"""
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    options = ("--store", store, "--sink", sink, "--skew", "0s")
    with served(tmp_path, *options, config=config) as (_, port):
        posted = datetime.now(UTC).isoformat()
        event = {"event_id": "1", "appeal_id": "A-1", "type": "created", "occurred_at": posted}
        status, answer = ask(port, event, WRITE, "/v1/events")
        assert (status, answer["events"][0]["state"]) == (202, "applied")
        limit = time.monotonic() + 60
        while time.monotonic() < limit and "breached" not in sink.read_text("utf-8"):
            time.sleep(0.1)
        assert [change.kind.value for change in read_back(sink)][-1] == "breached"
        status, found = ask(port, None, path="/v1/overdue", method="GET")
        assert (status, found["counts"]["overdue"]) == (200, 1)


def test_changes_are_sent_to_the_sinks_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[Any] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(got) == 1 else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    monkeypatch.setenv("BOARD_SECRET", "whsec_" + base64.b64encode(b"k" * 32).decode())
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as board:
        threading.Thread(target=board.serve_forever, daemon=True).start()
        config = f"""{CONFIG}
[sinks.board]
kind = "webhook"
url = "http://127.0.0.1:{board.server_port}/hook"
secret_env = "BOARD_SECRET"
allow_private = true
"""
        with served(tmp_path, "--store", tmp_path / "appeals.db", config=config) as (process, port):
            event = row(events_of(random.Random(1), 1)[0])
            event |= {"type": "created", "event_id": "1", "refers_to": None}
            assert ask(port, event, WRITE, "/v1/events")[0] == 202
            limit = time.monotonic() + 60
            while len(got) < 2 and time.monotonic() < limit:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            log = process.communicate(timeout=60)[1]
        board.shutdown()
    assert got[0] == got[1]
    failing = [json.loads(line) for line in log.splitlines() if "sink-failing" in line]
    assert "board" in failing[0]["text"]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux has prlimit")
def test_a_full_disk_refuses_whole_requests_until_there_is_room(tmp_path: Path) -> None:
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    options = ("--store", store, "--sink", sink, "--skew", "0s", "--rate", 0)
    events = events_of(random.Random(9), 300)
    rows = [{"appeal_id": f"B-{number}"} for number in range(BAD)] + [row(one) for one in events]
    batches = batches_of(random.Random(10), rows)
    with served(tmp_path, *options, config=CONFIG, log=subprocess.DEVNULL) as (process, port):

        def limited(size: int) -> None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        limited(1_000_000)
        acknowledged = refused = 0
        ready: set[int] = set()
        for batch in batches:
            status, answer = ask(port, batch, WRITE, "/v1/events")
            if status == 503:
                refused += len(batch)
                assert answer["type"].endswith("#store-unavailable")
                ready.add(ask(port, None, path="/readyz", method="GET")[0])
            else:
                acknowledged += len(batch)
        assert min(acknowledged, refused) > 50
        assert 503 in ready  # not each time, since a short write may still find room
        with SqliteReader(store) as reader:
            stored = reader.holdings()
        assert stored.read + stored.rejected == acknowledged
        limited(resource.RLIM_INFINITY)
        limit = time.monotonic() + 60
        while ask(port, None, path="/readyz", method="GET")[0] != 200 and time.monotonic() < limit:
            time.sleep(0.1)
        for batch in batches:
            assert ask(port, batch, WRITE, "/v1/events")[0] == 202
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    with SqliteReader(store) as reader:
        written, changes = len(read_back(sink)), len(reader.changes())
    if written < changes:  # a change waits longer after a failure; the next start sends it
        with served(tmp_path, *options, config=CONFIG) as (process, port):
            limit = time.monotonic() + 60
            while len(read_back(sink)) < changes and time.monotonic() < limit:
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    check_complete(store, sink, events)

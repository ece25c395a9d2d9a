"""A service on PostgreSQL and its standby are killed and the server restarted; a webhook is exact.

``WORKHOURS_KILLS`` is the number of kills.
"""

from __future__ import annotations

import base64
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("uvicorn")

from kit.event_sender import Sender
from tests.slow.engines.killed_service import LONGEST, Trial
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import CONFIG, Stream, batches_of, changes_of
from workhours_sla.json import from_json
from workhours_sla.stream import PostgresReader, PostgresStore

pytestmark = pytest.mark.engines
KILLS = int(os.environ.get("WORKHOURS_KILLS", "4"))
EVENTS = 100 * KILLS
FAULTY = 0.003
"""The share of requests that get the status 500; as many get no answer."""


class Board(ThreadingHTTPServer):
    """A receiver of webhooks that refuses or drops some requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accepted: dict[str, list[Any]] = {}
        """The changes of the accepted requests, keyed by ``change_id``, in order."""
        self.chance = random.Random(0)
        self.turn = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Print nothing about a client that was killed."""


class _Handler(BaseHTTPRequestHandler):
    server: Board  # type: ignore[assignment]

    def do_POST(self) -> None:
        change = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        with self.server.turn:
            what = self.server.chance.random()
            if what >= FAULTY:  # an answer that is not sent does not undo the change
                self.server.accepted.setdefault(change["change_id"], []).append(change)
        if what < FAULTY:
            self.send_error(500)
        elif what > 2 * FAULTY:
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def board() -> Iterator[Board]:
    with Board() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_a_standby_takes_over_and_each_change_reaches_the_webhook(
    server: Server, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARD_SECRET", "whsec_" + base64.b64encode(b"k" * 32).decode())
    sink = f"""
[sinks.board]
kind = "webhook"
url = "http://127.0.0.1:{board.server_port}/hook"
secret_env = "BOARD_SECRET"
allow_private = true
"""
    chance = random.Random(KILLS)
    stream = Stream.generate(tmp_path).first(EVENTS)
    lines = stream.disturbed(chance)
    senders = [Sender(batches_of(chance, some, 20)) for some in (lines, chance.sample(lines, 80))]
    trial = Trial(tmp_path, CONFIG + sink, server.address, chance)

    def until_all_are_sent() -> None:
        end = time.monotonic() + LONGEST
        with PostgresReader(server.address) as reader:
            while len(board.accepted) < reader.last_change:
                assert time.monotonic() < end, len(board.accepted)
                time.sleep(0.1)

    trial.run(senders, KILLS, server, until_all_are_sent)
    assert trial.done == {"kills": KILLS - KILLS // 3, "restarts": KILLS // 3}
    assert sum(sender.again for sender in senders)
    changes = stream.check(server.address, trial.sink)
    repeated = sum(len(copies) > 1 for copies in board.accepted.values())
    assert all(copy == copies[0] for copies in board.accepted.values() for copy in copies)
    with PostgresStore(server.address) as store:
        for change in islice(changes_of(store), changes):  # ``check`` has caused some more
            assert from_json(json.dumps(board.accepted.pop(change.change_id)[0])) == change
    assert not board.accepted
    print(f"{EVENTS} events, {dict(trial.done)}, {changes} changes, {repeated} sent again")

"""A service on PostgreSQL and its standby are killed and the server restarted; all is exact.

``whole_streams`` says which variables of the environment set the size. The numbers are printed.
"""

import json
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("uvicorn")

from kit.served import BOARD_SECRET, PATIENCE, TOKENS, Sender, begin, board, port_of, wait_until
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.whole_streams import CONFIG, KILLS, Stream, changes_of
from workhours_sla.json import from_json
from workhours_sla.stream import open_reader, open_store

pytestmark = pytest.mark.engines
FAULTY = 0.003
"""The share of requests that get the status 500; as many get no answer."""
MOST = 200 if KILLS < 6 else 1_000


class Board:
    """What a receiver of webhooks accepts that refuses or drops some requests."""

    def __init__(self) -> None:
        self.accepted: dict[str, list[Any]] = {}
        """The changes of the accepted requests, keyed by ``change_id``, in order."""
        self.chance = random.Random(0)
        self.turn = threading.Lock()

    def answer(self, change: Any) -> int:
        with self.turn:
            what = self.chance.random()
            if what >= FAULTY:  # an answer that is not sent does not undo the change
                self.accepted.setdefault(change["change_id"], []).append(change)
        return 500 if what < FAULTY else 204 if what > 2 * FAULTY else 0


def batches_of(chance: random.Random, lines: list[str]) -> list[list[str]]:
    found, first = [], 0
    while first < len(lines):
        size = MOST if chance.random() < 0.5 else chance.randint(1, MOST)
        found.append(lines[first : first + size])
        first += size
    return found


class Trial:
    """A service and its standby that are killed while senders send."""

    def __init__(self, folder: Path, server: Server, config: str, chance: random.Random) -> None:
        self.folder, self.server, self.config, self.chance = folder, server, config, chance
        self.sink = folder / "changes.jsonl"
        self.started: list[subprocess.Popen[str]] = []
        self.done: Counter[str] = Counter()

    def start(self) -> subprocess.Popen[str]:
        options = ("--store", self.server.address, "--sink", self.sink, "--standby")
        with (self.folder / "log").open("a") as log:
            service = begin(
                self.folder, *options, "--skew", "0s", "--rate", 0, config=self.config, log=log
            )
        self.started.append(service)
        return service

    def end(self, service: subprocess.Popen[str], how: str) -> None:
        if how == "kills":
            service.kill()
        elif how == "restarts":
            self.server.stop(at_once=True)
            self.server.start()
        else:
            service.terminate()
        status = {"kills": -signal.SIGKILL, "restarts": 2, "terminations": 0}[how]
        assert service.wait(PATIENCE) == status, (self.folder / "log").read_text("utf-8")
        self.done[how] += 1

    def run(self, senders: list[Sender], board: Board) -> None:
        active = self.start()
        for number in range(1, KILLS + 2):
            port = port_of(active)
            for sender in senders:
                sender.port = port
                if number == 1:
                    sender.start()
            if number <= KILLS:
                standby = self.start()
                senders[0].wait_for(number / (KILLS + 1))
                time.sleep(self.chance.random() * 0.3)  # any moment
                self.end(active, "kills" if number % 3 else "restarts")
                active = standby
        for sender in senders:
            sender.wait_for()
        with open_reader(self.server.address) as reader:
            wait_for_all(reader.last_change, lambda: self.sink.read_bytes().count(b"\n"))
            wait_for_all(reader.last_change, lambda: len(board.accepted))
        self.end(active, "terminations")


def wait_for_all(wanted: int, count: Callable[[], int]) -> None:
    while (got := count()) < wanted:
        wait_until(lambda: count() > got, f"{got} of {wanted} changes have arrived")


def test_a_standby_takes_over_and_each_change_reaches_the_file_and_the_webhook(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARD_SECRET", BOARD_SECRET)
    to = Board()
    chance = random.Random(KILLS)
    stream = Stream.generate(tmp_path, most=1_000 * KILLS)
    lines = stream.disturbed(chance)
    again = [chance.choice(lines) for _ in range(len(lines) // 20)]
    senders = [Sender(batches_of(chance, some)) for some in (lines, again)]
    with board(to.answer) as sink:
        trial = Trial(tmp_path, server, f"{CONFIG}{sink}{TOKENS}", chance)
        try:
            trial.run(senders, to)
        finally:
            for one in trial.started:
                one.kill()
                one.communicate(timeout=PATIENCE)
    restarts = KILLS // 3
    assert trial.done == {"kills": KILLS - restarts, "restarts": restarts, "terminations": 1}
    assert sum(sender.again for sender in senders)
    changes = stream.check(server.address, trial.sink)
    repeated = sum(len(copies) > 1 for copies in to.accepted.values())
    assert all(copy == copies[0] for copies in to.accepted.values() for copy in copies)
    with open_store(server.address) as store:
        for change in islice(changes_of(store), changes):  # ``check`` has caused some more
            assert from_json(json.dumps(to.accepted.pop(change.change_id)[0])) == change
    assert not to.accepted
    print(f"{len(lines)} events, {KILLS} kills, {changes} changes, {repeated} sent again")

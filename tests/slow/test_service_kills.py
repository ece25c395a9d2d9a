"""A service that is killed at any moment loses no event and sends no change twice.

``WORKHOURS_KILLS`` sets how often the service is killed.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.random_streams import events_of
from kit.reported import Ledger, check_reported
from kit.served import (
    BOARD_SECRET,
    PATIENCE,
    REGION,
    TOKENS,
    WRITE,
    Sender,
    ask,
    begin,
    board,
    ended,
    port_of,
    row,
    served,
    wait_until,
)
from workhours_sla import Change, evaluate
from workhours_sla.config import parse
from workhours_sla.json import from_json
from workhours_sla.stores.open import check_store
from workhours_sla.stream import open_reader

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")

KILLS = int(os.environ.get("WORKHOURS_KILLS", "10"))
CONFIG = REGION.replace("[service]", '[target]\nname = "first reply"\nbudget = "4h"\n[service]')
BAD = 7
"""Number of events that are no events."""


def batches_of(chance: random.Random, rows: Sequence[Any]) -> list[list[str]]:
    found, rest = [], [json.dumps(one) for one in rows]
    while rest:
        size = chance.randint(1, 30)
        found.append(rest[:size])
        rest = rest[size:]
    return found


def read_back(sink: Path) -> list[Change]:
    return [from_json(line, Change) for line in sink.read_text("utf-8").splitlines()]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_service_killed_at_any_moment_loses_and_repeats_nothing(tmp_path: Path) -> None:
    chance = random.Random(KILLS)
    events = events_of(random.Random(21), 60 * KILLS)
    rows = [row(event) for event in events]
    for number in range(BAD):
        rows.insert(chance.randrange(len(rows)), {"appeal_id": f"B-{number}", "type": "shouted"})
    store, sink = tmp_path / "appeals.db", tmp_path / "changes.jsonl"
    options = ("--store", store, "--sink", sink, "--skew", "0s", "--rate", 0)
    # two senders whose batches overlap, so that the same events also arrive at the same time
    senders = [Sender(batches_of(chance, some)) for some in (rows, chance.sample(rows, len(rows)))]

    def direct(port: int) -> None:
        for sender in senders:
            sender.port = port
            if sender.ident is None:
                sender.start()

    killed, again = 0, 0
    while killed < KILLS or not again:  # a quick machine may have sent everything before each kill
        assert killed < 20 * KILLS
        service = begin(tmp_path, *options, config=CONFIG, log=subprocess.DEVNULL)
        with ended(service):
            direct(port_of(service))
            time.sleep(chance.random() ** 2)
            again += sum(sender.again for sender in senders)
            if not any(sender.is_alive() for sender in senders):
                senders = [Sender(sender.batches) for sender in senders]  # send it all again
        killed += service.returncode == -signal.SIGKILL
    with served(tmp_path, *options, config=CONFIG, log=subprocess.DEVNULL) as (process, port):
        direct(port)
        for sender in senders:
            sender.wait_for()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert check_store(store) == ()
    with open_reader(store) as reader:
        watermark, holdings = reader.watermark, reader.holdings()
        stored = [change for _, change in reader.changes()]
        assert len(reader.rejected()) == holdings.rejected == BAD
    assert watermark is not None
    expected = evaluate(events, parse(CONFIG).policy, as_of=watermark)
    ledger = Ledger()
    ledger.take(stored)
    check_reported(ledger, expected)
    assert holdings.quarantined == len(expected.quarantine)
    assert holdings.applied == expected.reconciliation.applied
    assert read_back(sink) == stored


def test_an_appeal_breaches_as_time_passes_and_the_sinks_of_the_configuration_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[Any] = []

    def answer(change: Any) -> int:
        got.append(change)
        return 500 if len(got) == 1 else 204

    monkeypatch.setenv("BOARD_SECRET", BOARD_SECRET)
    with board(answer) as sink:
        config = f"""
[schedule]
calendar = "none"
tz = "UTC"
hours = "Mo-Su 00:00-24:00"
[target]
name = "at once"
budget = "1s"
{sink}{TOKENS}"""
        options = ("--store", tmp_path / "appeals.db", "--skew", "0s")
        with served(tmp_path, *options, config=config) as (process, port):
            posted = datetime.now(UTC).isoformat()
            event = {"event_id": "1", "appeal_id": "A-1", "type": "created", "occurred_at": posted}
            status, found = ask(port, event, WRITE, "/v1/events")
            assert (status, found["events"][0]["state"]) == (202, "applied")
            wait_until(lambda: "breached" in str(got[-1:]), "no breach arrives")
            status, found = ask(port, None, path="/v1/overdue", method="GET")
            assert (status, found["counts"]["overdue"]) == (200, 1)
            process.send_signal(signal.SIGTERM)
            log = process.communicate(timeout=PATIENCE)[1]
    assert got[0] == got[1]  # the first was refused
    failing = [json.loads(line) for line in log.splitlines() if "sink-failing" in line]
    assert "board" in failing[0]["text"]

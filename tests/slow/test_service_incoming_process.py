"""A real server is killed while VK and MAX send to it: each request counts once, none is lost."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from kit.served import served
from workhours_sla.stream import SqliteStore

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")
pytest.importorskip("numpy")

VK, MAX = "v" * 20, "m" * 20
CONFIG = """
[schedule]
calendar = "none"
hours = "24/7"
tz = "Europe/Volgograd"

[target]
name = "first reply"
budget = "4h"

[service]
tokens_env = "WORKHOURS_TOKENS"

[service.vk]
secret_env = "VK_SECRET"
confirmations = { "990000001" = "a1b2c3d4" }

[service.max]
secret_env = "MAX_SECRET"
"""


def post(port: int, path: str, body: Any, headers: dict[str, str]) -> tuple[int, bytes]:
    """Send a request; return the status and the body. Raises OSError, HTTPException."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        named = {"Content-Type": "application/json"} | headers
        connection.request("POST", path, json.dumps(body), named)
        response = connection.getresponse()
        return response.status, response.read()


def requests(count: int) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Return requests of VK and MAX: appeals, each followed by its answer."""
    at = datetime.now(UTC) - timedelta(minutes=10)
    found: list[tuple[str, dict[str, Any], dict[str, str]]] = []
    for number in range(1, count + 1):
        comment = {"id": number, "from_id": 700000002, "date": int(at.timestamp())}
        comment |= {"owner_id": -990000001, "post_id": 1, "parents_stack": [], "text": "The lamp"}
        answer = comment | {"id": 10_000 + number, "from_id": -990000001}
        answer |= {"parents_stack": [number], "reply_to_comment": number}
        for kind, own_id, what in (
            ("new", "e", comment),
            ("new", "a", answer),
            ("edit", "x", comment),
        ):
            body = {"type": f"wall_reply_{kind}", "event_id": f"{own_id}{number}", "object": what}
            body |= {"group_id": 990000001, "secret": VK}
            found.append(("/v1/webhooks/vk", body, {}))
        message = {
            "sender": {"user_id": 5, "is_bot": False, "first_name": "Ivan"},
            "recipient": {"chat_id": 8, "chat_type": "chat"},
            "timestamp": int(at.timestamp()) * 1000,
            "body": {"mid": f"mid{number}", "text": "The lamp"},
        }
        update = {"update_type": "message_created", "timestamp": 1, "message": message}
        found.append(("/v1/webhooks/max", update, {"X-Max-Bot-Api-Secret": MAX}))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_server_loses_no_request(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VK_SECRET", VK)
    monkeypatch.setenv("MAX_SECRET", MAX)
    chance = random.Random(seed)
    left, store = requests(25), tmp_path / "appeals.db"
    kills = 0
    while left:
        with (
            (tmp_path / "log").open("a", encoding="utf-8") as log,
            served(tmp_path, "--store", store, config=CONFIG, log=log) as (process, port),
        ):
            while left:
                path, body, headers = left[0]
                killer = None
                if kills < 12 and not chance.randrange(8):
                    pause = chance.random() / 50
                    killer = subprocess.Popen(
                        [sys.executable, "-c", _KILL, str(process.pid), str(pause)]
                    )
                    kills += 1
                    sleep(chance.random() / 10)
                try:
                    status, text = post(port, path, body, headers)
                except (OSError, HTTPException):
                    break  # the network sends it again
                finally:
                    if killer is not None:
                        killer.wait(60)
                assert (status, text) == (200, b"ok")
                left.pop(0)
                if killer is not None:
                    break
    assert kills == 12
    with SqliteStore(store) as kept:
        found = sorted(event.event_id for event in kept.events())
        assert len(found) == len(set(found)) == 100
        assert kept.quarantine() == ()
        assert len(kept.rejected()) == 0
    content = b"".join(one.read_bytes() for one in tmp_path.glob("appeals.db*"))
    logged = (tmp_path / "log").read_bytes()
    for word in (b"The lamp", b"Ivan", VK.encode(), MAX.encode()):
        assert word not in content
        assert word not in logged


_KILL = """
import os, signal, sys, time
time.sleep(float(sys.argv[2]))
os.kill(int(sys.argv[1]), getattr(signal, "SIGKILL", signal.SIGTERM))
"""

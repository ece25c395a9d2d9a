"""A real server is killed while VK and MAX send to it: each request counts once, none is lost."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from workhours_sla.stream import SqliteStore

pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")
pytest.importorskip("numpy")

TOKEN, VK, MAX = "t" * 20, "v" * 20, "m" * 20
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
ENVIRONMENT = {
    "WORKHOURS_TOKENS": f"read={TOKEN}\nwrite={TOKEN}w",
    "VK_SECRET": VK,
    "MAX_SECRET": MAX,
}


class Server:
    """A running service: its process and its port."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self._port = port

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Send a request; return the status and the body. Raises OSError, HTTPException."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"} | named)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    config, store = folder / "region.toml", folder / "appeals.db"
    config.write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(config)]
    with (
        (folder / "log").open("a", encoding="utf-8") as log,
        subprocess.Popen(
            [*command, "--store", str(store), "--port", "0", "--lang", "en"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert found, (folder / "log").read_text("utf-8")
            yield Server(process, int(found[1]))
        finally:
            process.kill()


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
        found.append(("/v1/webhooks/max", update, {"X_Max_Bot_Api_Secret": MAX}))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_server_loses_no_request(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    left = requests(25)
    kills = 0
    while left:
        with served(tmp_path) as server:
            while left:
                path, body, headers = left[0]
                killer = None
                if kills < 12 and not chance.randrange(8):
                    pause = chance.random() / 50
                    killer = subprocess.Popen(
                        [sys.executable, "-c", _KILL, str(server.process.pid), str(pause)]
                    )
                    kills += 1
                    sleep(chance.random() / 10)
                try:
                    status, text = server.ask("POST", path, body, **headers)
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
    with SqliteStore(tmp_path / "appeals.db") as store:
        found = sorted(event.event_id for event in store.events())
        assert len(found) == len(set(found)) == 100
        assert store.quarantine() == ()
        assert len(store.rejected()) == 0
    content = b"".join(one.read_bytes() for one in tmp_path.glob("appeals.db*"))
    log = (tmp_path / "log").read_bytes()
    for word in (b"The lamp", b"Ivan", VK.encode(), MAX.encode()):
        assert word not in content
        assert word not in log


_KILL = """
import os, signal, sys, time
time.sleep(float(sys.argv[2]))
os.kill(int(sys.argv[1]), getattr(signal, "SIGKILL", signal.SIGTERM))
"""


def test_the_report_of_a_server(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        at = datetime.now(UTC) - timedelta(minutes=10)
        event = {"event_id": "1", "appeal_id": "A-1", "type": "created", "agency_id": "roads"}
        event |= {"occurred_at": at.isoformat()}
        written = server.ask("POST", "/v1/events", event, Authorization=f"Bearer {TOKEN}w")
        assert written[0] == 202
        token = f"Bearer {TOKEN}"
        status, text = server.ask("GET", "/v1/report", Authorization=token, Accept="text/html")
        assert status == 200
        assert text.startswith(b"<!doctype html>")
        status, text = server.ask("GET", "/v1/report", Authorization=token)
        assert json.loads(text)["report"]["quality"]["intake"]["taken"] == 1
        assert server.ask("GET", "/v1/report")[0] == 401

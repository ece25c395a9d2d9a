"""The screen of the command ``serve``: its names, its updates, and its end with the service."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")
pytest.importorskip("numpy")

TOKEN = "t" * 20
REGION = """
[schedule]
calendar = "RU-VGG"
[agencies]
roads = { name = "Комитет дорог" }
[report]
organisation = { en = "Volgograd Oblast", ru = "Волгоградская область" }
[service]
tokens_env = "WORKHOURS_TOKENS"
"""
EVENT = {
    "event_id": "1",
    "appeal_id": "A-1",
    "type": "created",
    "occurred_at": "2026-03-10T10:00:00+03:00",
    "agency_id": "roads",
}


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], HTTPConnection]]:
    """Run ``serve`` on a store with one appeal; yield the process and a connection."""
    config, source, store = (folder / name for name in ("region.toml", "e.jsonl", "appeals.db"))
    config.write_text(REGION, encoding="utf-8")
    source.write_text(json.dumps(EVENT) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla"]
    watch = [*command, "watch", str(source), "--store", str(store), "--config", str(config)]
    subprocess.run([*watch, "--once", "--clock", "events"], check=True, capture_output=True)
    with subprocess.Popen(
        [*command, "serve", "--config", str(config), "--store", str(store), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "WORKHOURS_TOKENS": f"read={TOKEN}", "PYTHONUTF8": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert found, process.communicate()[1]
            with closing(HTTPConnection("127.0.0.1", int(found[1]), timeout=60)) as connection:
                yield process, connection
        finally:
            process.kill()


def logged_in(connection: HTTPConnection) -> dict[str, str]:
    """Log in and return the header with the cookie."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", f"token={TOKEN}", kind)
    response = connection.getresponse()
    response.read()
    assert response.status == 303
    return {"Cookie": (response.getheader("Set-Cookie") or "").partition(";")[0]}


def begun(connection: HTTPConnection, path: str, headers: dict[str, str]) -> HTTPResponse:
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_the_screen_of_a_region_and_its_end(tmp_path: Path) -> None:
    with served(tmp_path) as (process, connection):
        cookie = logged_in(connection)
        page = begun(connection, "/?lang=ru", cookie).read().decode()
        assert "Волгоградская область: открытые обращения" in page
        assert "Комитет дорог" in page
        assert "Просрочено 1 обращение" in page
        with begun(connection, "/updates", cookie) as stream:
            assert stream.status == 200
            while "A-1" not in stream.readline().decode():
                pass
            process.send_signal(signal.SIGTERM)
            stream.read()  # raises IncompleteRead unless the stream ends as it should
        assert process.wait(60) == 0
        assert process.stderr is not None
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert {line["level"] for line in log} == {"info"}
        assert {line["route"] for line in log if line["event"] == "request"} == {"/", "/updates"}
        assert not any(word in str(log) for word in (TOKEN, "A-1", "roads"))

"""The command ``serve`` as a process with a real server: answers, refusals, the log, the end."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic

import pytest

from kit.served import REGION, TOKEN, WRITE, ask, served, wait_until
from kit.stored import events_at
from workhours_sla.cli.main import main

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
QUESTION = {"start": "2025-10-31T17:30:00+03:00"}


def test_answers_and_ends_with_its_running_requests(tmp_path: Path) -> None:
    with served(tmp_path) as (process, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as sent:
            sent.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65_536)
            assert sent.recv(1000).startswith(b"HTTP/1.1 400")
        status, answer = ask(port, QUESTION)
        assert (status, answer["due_at"]) == (200, "2025-11-01T12:30:00+03:00")
        assert ask(port, QUESTION, token="x" * 20)[0] == 401
        # a request that takes long, and the signal while it is computed
        many = [QUESTION | {"end": "2025-01-01T00:00:00Z"}] * 1000
        running = ThreadPoolExecutor(1).submit(ask, port, many, path="/v1/elapsed")
        with socket.create_connection(("127.0.0.1", port)) as begun:
            begun.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.recv(100).startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        status, answer = running.result(60)
        assert process.wait(60) == 0
        assert (status, len(answer["answers"])) == (200, 1000)
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        requests = [line for line in log if line["event"] == "request"]
        assert {line["route"] for line in requests} == {"/v1/due", "/v1/elapsed", "/healthz"}
        assert TOKEN not in str(log)
        assert all(line["level"] in {"info", "warning"} for line in log)


def test_ends_at_a_signal_that_comes_as_soon_as_the_address_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('[schedule]\ncalendar = "RU-VGG"\n', encoding="utf-8")
    program = """
import builtins, os, signal, sys
from workhours_sla.cli.main import main

def printed(text, **options):
    shown(text, **options)
    os.kill(os.getpid(), signal.SIGTERM)

shown, builtins.print = print, printed
sys.exit(main(["serve", "--config", sys.argv[1], "--port", "0", "--lang", "en"]))
"""
    command = [sys.executable, "-c", program, str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "serving on" in done.stdout


SCREEN = f"""{REGION}
[agencies]
roads = {{ name = "Комитет дорог" }}
[report]
organisation = {{ en = "Volgograd Oblast", ru = "Волгоградская область" }}
"""


def test_the_screen_of_a_region_and_its_end(tmp_path: Path) -> None:
    with served(tmp_path, "--store", tmp_path / "appeals.db", config=SCREEN) as (process, port):
        event = {"event_id": "1", "appeal_id": "A-1", "type": "created", "agency_id": "roads"}
        event |= {"occurred_at": "2026-03-10T10:00:00+03:00"}
        assert ask(port, event, WRITE, "/v1/events")[0] == 202
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/", f"token={TOKEN}", form)
            response = connection.getresponse()
            response.read()
            cookie = {"Cookie": (response.getheader("Set-Cookie") or "").partition(";")[0]}
            connection.request("GET", "/?lang=ru", headers=cookie)
            page = connection.getresponse().read().decode()
            assert "Волгоградская область: открытые обращения" in page
            assert "Комитет дорог" in page
            assert "Впереди сроков нет" in page
            connection.request("GET", "/updates", headers=cookie)
            with connection.getresponse() as stream:
                assert stream.status == 200
                while "A-1" not in stream.readline().decode():
                    pass
                process.send_signal(signal.SIGTERM)
                stream.read()  # raises IncompleteRead unless the stream ends as it should
        assert process.wait(60) == 0
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert {line["level"] for line in log} == {"info"}
        asked = {line["route"] for line in log if line["event"] == "request"}
        assert asked == {"/", "/updates", "/v1/events"}
        assert not any(word in str(log) for word in (TOKEN, "A-1", "roads"))


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that serves a configuration, which must fail, and returns the error."""

    def serve(*options: str, config: str = "[schedule]\ncalendar = 'RU-VGG'\n") -> str:
        file = tmp_path / "region.toml"
        file.write_text(config, encoding="utf-8")
        assert main(["serve", "--config", str(file), *options]) == 2
        return capsys.readouterr().err

    return serve


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example"],  # noqa: S104
)
@pytest.mark.parametrize(("lang", "said"), [("en", "names no tokens"), ("ru", "ключей")])
def test_without_tokens_only_loopback(
    refused: Callable[..., str], host: str, lang: str, said: str
) -> None:
    error = refused("--host", host, "--lang", lang)
    assert said in error
    assert host in error


def test_a_port_in_use_is_named(refused: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        error = refused("--port", port, "--lang", "en")
    assert f"cannot listen on '127.0.0.1', port {port}" in error


@pytest.mark.parametrize(
    "options", [["--sink", "x.jsonl"], ["--digests", "x"], ["--skew", "1m"], ["--retain", "9"]]
)
@pytest.mark.parametrize(("lang", "said"), [("en", "needs a store"), ("ru", "нужно хранилище")])
def test_options_that_need_a_store(
    refused: Callable[..., str], options: list[str], lang: str, said: str
) -> None:
    error = refused(*options, "--lang", lang)
    assert said in error
    assert options[0] in error


def test_the_store_is_not_the_file_of_changes(refused: Callable[..., str], tmp_path: Path) -> None:
    store = tmp_path / "appeals.db"
    assert "--sink" in refused("--store", str(store), "--sink", str(store), "--lang", "en")
    assert not store.exists()


def test_ends_soon_while_another_program_keeps_the_store_locked(tmp_path: Path) -> None:
    store = tmp_path / "appeals.db"
    event = {"event_id": "1", "appeal_id": "A-1", "type": "created"} | {
        "occurred_at": "2025-10-31T17:30:00+03:00",
        "received_at": "2025-10-31T17:30:00+03:00",
    }
    with (
        served(tmp_path, "--store", store) as (process, port),
        closing(sqlite3.connect(store, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(3) as pool:
            sent = [pool.submit(ask, port, event, path="/v1/events", token=WRITE) for _ in range(3)]
            wait_until(lambda: ask(port, QUESTION)[0] == 200, "the service answers")
            begun = monotonic()
            process.send_signal(signal.SIGTERM)
            answers = [one.result(60) for one in sent]
        status = process.wait(60)
        took = monotonic() - begun
        other.execute("ROLLBACK")
    assert took < 10  # what the reference promises
    assert {status for status, _ in answers} == {503}
    assert all("store-unavailable" in answer["type"] for _, answer in answers)
    assert status == 0
    assert events_at(store) == []

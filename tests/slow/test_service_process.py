"""The command ``serve`` as a process with a real server: answers, refusals, the log, the end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from kit.served import REGION, TOKEN, ask, served
from workhours_sla.cli.main import main

pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")

QUESTION = {"start": "2025-10-31T17:30:00+03:00"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_answers_and_ends_with_its_running_requests(tmp_path: Path) -> None:
    with served(tmp_path) as (process, port):
        status, answer = ask(port, QUESTION)
        assert (status, answer["due_at"]) == (200, "2025-11-01T12:30:00+03:00")
        assert ask(port, QUESTION, token="x" * 20)[0] == 401
        # a request that takes long, and the signal while it is computed
        many = [QUESTION | {"end": "2025-01-01T00:00:00Z"}] * 1000
        results: list[tuple[int, Any]] = []
        running = threading.Thread(
            target=lambda: results.append(ask(port, many, path="/v1/elapsed"))
        )
        running.start()
        with socket.create_connection(("127.0.0.1", port)) as begun:
            begun.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.recv(100).startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        running.join(60)
        assert process.wait(60) == 0
        assert results[0][0] == 200
        assert len(results[0][1]["answers"]) == 1000
        assert process.stderr is not None
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        requests = [line for line in log if line["event"] == "request"]
        assert {line["route"] for line in requests} == {"/v1/due", "/v1/elapsed", "/healthz", None}
        assert TOKEN not in str(log)
        assert all(line["level"] in {"info", "warning"} for line in log)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
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
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "serving on" in done.stdout


def test_a_large_body_is_refused_by_the_server(tmp_path: Path) -> None:
    with served(tmp_path) as (_, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as sent:
            head = (
                "POST /v1/due HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {TOKEN}\r\nContent-Length: 10000000\r\n\r\n"
            )
            sent.sendall(head.encode())
            assert sent.recv(1000).startswith(b"HTTP/1.1 413")
        assert ask(port, QUESTION)[0] == 200


def test_headers_have_a_limit(tmp_path: Path) -> None:
    with served(tmp_path) as (_, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as sent:
            sent.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65_536)
            assert sent.recv(1000).startswith(b"HTTP/1.1 400")
        assert ask(port, QUESTION)[0] == 200


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example"],  # noqa: S104
)
@pytest.mark.parametrize(("lang", "said"), [("en", "names no tokens"), ("ru", "ключей")])
def test_without_tokens_only_loopback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str, lang: str, said: str
) -> None:
    file = tmp_path / "region.toml"
    file.write_text("[schedule]\ncalendar = 'RU-VGG'\n", encoding="utf-8")
    assert main(["serve", "--config", str(file), "--host", host, "--lang", lang]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert host in error


def test_a_port_in_use_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "region.toml"
    file.write_text("[schedule]\ncalendar = 'RU-VGG'\n", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--config", str(file), "--port", port, "--lang", "en"]) == 2
    assert f"cannot listen on '127.0.0.1', port {port}" in capsys.readouterr().err


def test_tokens_that_are_not_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "region.toml"
    file.write_text(REGION.replace("WORKHOURS_TOKENS", "NOT_SET_AT_ALL"), encoding="utf-8")
    assert main(["serve", "--config", str(file), "--lang", "en"]) == 2
    assert "the environment variable NOT_SET_AT_ALL" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--sink", "x.jsonl"], ["--digests", "x"], ["--skew", "1m"], ["--retain", "9"]]
)
@pytest.mark.parametrize(("lang", "said"), [("en", "needs a store"), ("ru", "нужно хранилище")])
def test_options_that_need_a_store(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    lang: str,
    said: str,
) -> None:
    file = tmp_path / "region.toml"
    file.write_text("[schedule]\ncalendar = 'RU-VGG'\n", encoding="utf-8")
    assert main(["serve", "--config", str(file), *options, "--lang", lang]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert options[0] in error


def test_the_store_is_not_the_file_of_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, store = tmp_path / "region.toml", tmp_path / "appeals.db"
    file.write_text("[schedule]\ncalendar = 'RU-VGG'\n", encoding="utf-8")
    names = ["--store", str(store), "--sink", str(store)]
    assert main(["serve", "--config", str(file), *names, "--lang", "en"]) == 2
    assert "--sink" in capsys.readouterr().err
    assert not store.exists()

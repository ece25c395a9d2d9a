"""The service ends when its connection to PostgreSQL is lost, and a new process continues."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

pytest.importorskip("uvicorn", reason="the extra service is not installed")
psycopg = pytest.importorskip("psycopg", reason="the extra postgres is not installed")


from service.test_service_report import WHERE, opened, send_while_a_report_is_made
from tests.slow.engines.postgres_server import Server
from workhours_sla.stream import PostgresStore

pytestmark = pytest.mark.engines

REGION = '[schedule]\ncalendar = "RU-VGG"\n'
JSON = {"Content-Type": "application/json"}


@contextmanager
def service(folder: Path, store: str) -> Iterator[subprocess.Popen[str]]:
    config = folder / "region.toml"
    config.write_text(REGION, encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(config)]
    with subprocess.Popen(
        [*command, "--store", store, "--standby", "--port", "0", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.search(r"http://\S+:\d+", process.stdout.readline())
    assert found, process.communicate()[1]
    return found[0]


def is_ready_for(seconds: int, address: str) -> bool:
    """Return False at the first answer that is not 200, or once nobody answers."""
    for _ in range(seconds):
        try:
            urlopen(f"{address}/readyz", timeout=60).close()  # noqa: S310
        except URLError:
            return False
        time.sleep(1)
    return True


def send(address: str, number: int) -> int:
    event = {
        "event_id": f"{number}",
        "appeal_id": f"A-{number}",
        "type": "created",
        "occurred_at": "2026-03-16T10:00:00+03:00",
    }
    request = Request(f"{address}/v1/events", json.dumps(event).encode(), JSON)  # noqa: S310
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code


@WHERE
def test_events_are_received_while_a_report_is_made(
    server: Server, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str
) -> None:
    with opened(PostgresStore(server.address)) as client:
        send_while_a_report_is_made(client, holder, name, monkeypatch)


def test_a_service_ends_when_its_database_goes_away_and_the_next_one_waits_for_it(
    server: Server, tmp_path: Path
) -> None:
    with service(tmp_path, server.address) as first:
        address = address_of(first)
        assert send(address, 1) == 202
        server.stop(at_once=True)
        assert send(address, 2) == 503
        _, errors = first.communicate(timeout=120)
        assert first.returncode == 2
        assert "was lost" in errors.splitlines()[-1]
        assert "Traceback" not in errors
    with service(tmp_path, server.address) as second:
        assert second.stderr is not None
        assert "trying again every second" in second.stderr.readline()
        assert second.poll() is None
        server.start()
        address = address_of(second)
        assert send(address, 2) == 202
        with urlopen(f"{address}/v1/appeals/A-1", timeout=60) as answer:  # noqa: S310
            assert json.load(answer)["appeal_id"] == "A-1"
        second.terminate()
        assert second.wait(60) == 0


def test_a_service_whose_database_hangs_is_not_ready_and_ends(
    server: Server, tmp_path: Path
) -> None:
    with service(tmp_path, server.address) as process:
        address = address_of(process)
        assert send(address, 1) == 202
        with psycopg.connect(server.address) as other:
            pids = "SELECT pid FROM pg_stat_activity WHERE usename=current_user AND pid<>%s"
            found = other.execute(pids, [other.info.backend_pid]).fetchall()
        for (pid,) in found:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert not is_ready_for(60, address)
            assert process.wait(60) == 2
        finally:
            for (pid,) in found:
                os.kill(pid, signal.SIGCONT)

"""The service ends when its connection to PostgreSQL is lost, and a new process continues."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytest.importorskip("uvicorn", reason="the extra service is not installed")
psycopg = pytest.importorskip("psycopg", reason="the extra postgres is not installed")

from kit.served import PATIENCE, WRITE, ask, begin, ended, next_line, port_of, wait_until
from service.test_service_report import WHERE, opened, send_while_a_report_is_made
from tests.slow.engines.postgres_server import Server
from tests.slow.engines.postgres_stores import execute, stopped
from workhours_sla.stream import open_store

pytestmark = pytest.mark.engines


def service(folder: Path, server: Server) -> Any:
    return ended(begin(folder, "--store", server.address, "--standby"))


def is_ready_for(seconds: int, port: int) -> bool:
    """Return False at the first answer that is not 200, or once nobody answers."""
    for _ in range(seconds):
        try:
            urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60).close()
        except URLError:
            return False
        time.sleep(1)
    return True


def send(port: int, number: int) -> int:
    event = {"event_id": f"{number}", "appeal_id": f"A-{number}", "type": "created"}
    event |= {"occurred_at": "2026-03-16T10:00:00+03:00"}
    return ask(port, event, WRITE, "/v1/events")[0]


@WHERE
def test_events_are_received_while_a_report_is_made(
    server: Server, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str
) -> None:
    with opened(open_store(server.address)) as client:
        send_while_a_report_is_made(client, holder, name, monkeypatch)


def test_a_service_ends_when_its_database_goes_away_and_the_next_one_waits_for_it(
    server: Server, tmp_path: Path
) -> None:
    with service(tmp_path, server) as first:
        port = port_of(first)
        assert send(port, 1) == 202
        server.stop(at_once=True)
        assert send(port, 2) == 503
        _, errors = first.communicate(timeout=PATIENCE)
        assert first.returncode == 2
        assert "was lost" in errors.splitlines()[-1]
        assert "Traceback" not in errors
    with service(tmp_path, server) as second:
        assert "trying again every second" in next_line(second.stderr)
        assert second.poll() is None
        server.start()
        port = port_of(second)
        assert send(port, 2) == 202
        status, found = ask(port, None, path="/v1/appeals/A-1", method="GET")
        assert (status, found["appeal_id"]) == (200, "A-1")
        second.terminate()
        assert second.wait(PATIENCE) == 0


def test_a_service_whose_database_hangs_is_not_ready_and_ends(
    server: Server, tmp_path: Path
) -> None:
    with service(tmp_path, server) as process:
        port = port_of(process)
        assert send(port, 1) == 202
        with psycopg.connect(server.address) as other:
            pids = "SELECT pid FROM pg_stat_activity WHERE usename=current_user AND pid<>%s"
            found = other.execute(pids, [other.info.backend_pid]).fetchall()
        with stopped(*(pid for (pid,) in found)):
            assert not is_ready_for(60, port)
            assert process.wait(PATIENCE) == 2


def test_a_service_ends_soon_while_another_session_keeps_its_tables_locked(
    server: Server, tmp_path: Path
) -> None:
    with (
        service(tmp_path, server) as running,
        closing(psycopg.connect(server.address)) as other,
        ThreadPoolExecutor(3) as pool,
    ):
        port = port_of(running)
        other.execute("LOCK TABLE workhours.event")
        sent = [pool.submit(send, port, number) for number in range(3)]
        wait_until(lambda: waiting(server), "a request waits for the lock")
        running.terminate()
        assert {one.result(PATIENCE) for one in sent} == {503}
        running.wait(10)


def waiting(server: Server) -> bool:
    sql = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return bool(execute(server.address, sql))

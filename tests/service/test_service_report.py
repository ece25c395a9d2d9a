"""``GET /v1/report`` answers what the command ``report`` says about the same store."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from workhours_sla import Event
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream import MemoryStore, Store, open_store

pytest.importorskip("starlette")
pytest.importorskip("httpx")
pytest.importorskip("numpy")

from kit.client import Client, Clock, problem, running
from kit.network_streams import direct, stream
from workhours_sla.errors import StoreError
from workhours_sla.service import reporting
from workhours_sla.service.operations import WithStore
from workhours_sla.service.reporting import Reports
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.sqlite import SqliteDatabase
from workhours_sla.text.messages import say

CONFIG = """
[schedule]
calendar = "RU-VGG"

[agencies]
roads = { name = "Комитет дорог" }
parks = {}

[report]
title = { en = "Answers", ru = "Ответы" }
organisation = "Oblast"

[target]
name = "first reply"
budget = "4h"
"""
TWO = """
[[targets]]
name = "first reply"
budget = "4h"

[[targets]]
name = "final reply"
budget = "7 working days"
"""
NOW = datetime.fromisoformat("2026-03-20T12:00:00+03:00")


@contextmanager
def opened(store: Store, text: str = CONFIG, **options: Any) -> Iterator[Client]:
    configuration = parse(text)
    with running(configuration.policy, store, Clock(NOW)) as live:
        live.apply(events(), [Rejected("malformed", "a row", "a row")])
        live.apply(events()[:7])
        reports = Reports(live, configuration)
        yield Client(configuration.policy, store=WithStore(live, reports=reports), **options)


def events() -> list[Event]:
    """Return the events of some appeals, one of which cannot be true."""
    found = [
        Event(
            one.event_id,
            one.appeal_id,
            one.type,
            one.occurred_at,
            one.received_at,
            agency_id=("roads", "parks")[int(one.appeal_id) % 2],
            channel="vk",
            author_role=one.author_role,
        )
        for one in direct(stream(3))
    ]
    return [*found, Event("x", "unknown", "replied", NOW, NOW)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "appeals.db"


@pytest.fixture(scope="module")
def client(path: Path) -> Iterator[Client]:
    with opened(open_store(path)) as found:
        yield found


def in_shell(
    capsys: pytest.CaptureFixture[str], path: Path, *arguments: str, lang: str = "en"
) -> Any:
    file = path.parent / "region.toml"
    file.write_text(CONFIG, encoding="utf-8")
    command = ["report", "--store", str(path), "--config", str(file), "--lang", lang, "--json"]
    assert main([*command, *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("", ("--as-of", NOW.isoformat())),
        (
            "as_of=2026-03-20T12:00:00%2B03:00&since=2026-02&until=2026-02&by=agency,channel",
            (
                *("--as-of", "2026-03-20T12:00+03:00", "--since", "2026-02"),
                *("--until", "2026-02", "--by", "agency,channel"),
            ),
        ),
        (
            "since=2026-03-01&until=2026-03-10T10:00:00%2B04:00",
            (
                *("--as-of", NOW.isoformat(), "--since", "01.03.2026"),
                *("--until", "2026-03-10T10:00:00+04:00"),
            ),
        ),
    ],
)
def test_a_report_is_that_of_the_shell(
    client: Client,
    path: Path,
    capsys: pytest.CaptureFixture[str],
    query: str,
    arguments: tuple[str, ...],
) -> None:
    answer = client.ask("GET", f"/v1/report?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    wanted = in_shell(capsys, path, *arguments)
    found = answer.json()
    assert found["schema"] == wanted["schema"] == "workhours.report/5"
    for key, value in wanted["report"].items():
        assert found["report"][key] == value, key
    assert found == wanted


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=0.4, application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_accept_decides_the_form(client: Client, accept: str, is_page: bool) -> None:
    answer = client.ask("GET", "/v1/report", accept=accept, accept_language="ru")
    assert answer.headers["content-type"].startswith("text/html" if is_page else "application/json")
    assert answer.headers["content-language"] == "ru"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert answer.headers["cache-control"] == "no-store"
    if is_page:
        assert answer.text.startswith('<!doctype html>\n<html lang="ru">')
        for words in ("Ответы", "Oblast", "Комитет дорог", "Content-Security-Policy"):
            assert words in answer.text
    else:
        assert answer.json()["report"]["title"] == "Ответы"


def test_the_page_is_that_of_the_shell(
    client: Client, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = path.parent / "page.html"
    in_shell(capsys, path, "--as-of", NOW.isoformat(), "--html", str(page), lang="ru")
    answer = client.ask("GET", "/v1/report", accept="text/html", accept_language="ru")
    assert answer.text == page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("query", "kind", "key"),
    [
        ("as_of=soon", "invalid-time", "as_of"),
        ("as_of=2026-03-20T12:00:00", "naive-time", "as_of"),
        ("since=2026-03-01T10:00:00", "naive-time", "since"),
        ("until=9999-12-31", "invalid-time", "until"),
        ("since=2026-03&until=2026-02", "invalid-request", "until"),
        ("by=color", "invalid-request", "by"),
        ("target=final", "invalid-request", "target"),
        ("form=html", "invalid-request", "form"),
    ],
)
def test_bad_queries(client: Client, query: str, kind: str, key: str) -> None:
    found = problem(client.ask("GET", f"/v1/report?{query}"), kind, 422)
    assert found["key"] == key


def test_a_report_of_nothing_is_refused(client: Client) -> None:
    for query in ("since=2025-01&until=2025-01", "as_of=2020-01-01T00:00:00Z"):
        answer = client.ask("GET", f"/v1/report?{query}")
        assert problem(answer, "invalid-request", 422)["detail"]


def test_a_target_of_several() -> None:
    with opened(MemoryStore(), TWO) as client:
        found = problem(client.ask("GET", "/v1/report"), "invalid-request", 422)
        assert "first reply, final reply" in found["detail"]
        report = client.ask("GET", "/v1/report?target=final%20reply").json()["report"]
        assert report["promise"]["name"] == "final reply"


@contextmanager
def paused(
    holder: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Let a function wait: it sets the first event, and goes on after the second one."""
    began, go_on = threading.Event(), threading.Event()
    original = getattr(holder, name)

    def waiting(*given: Any, **options: Any) -> Any:
        began.set()
        assert go_on.wait(60)
        return original(*given, **options)

    monkeypatch.setattr(holder, name, waiting)
    try:
        yield began, go_on
    finally:
        go_on.set()


WHERE = pytest.mark.parametrize(
    ("holder", "name"), [(StoreReader, "rejected"), (reporting, "evaluate")], ids=["read", "count"]
)


def send_while_a_report_is_made(
    client: Client, holder: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor() as pool:

        def soon(method: str, path: str, body: Any = None) -> Any:
            return pool.submit(client.ask, method, path, body).result(60)

        before = soon("GET", "/v1/report").json()
        with paused(holder, name, monkeypatch) as (began, go_on):
            making = pool.submit(client.ask, "GET", "/v1/report")
            assert began.wait(60)
            event = {"appeal_id": "new", "type": "created", "occurred_at": NOW.isoformat()}
            assert soon("POST", "/v1/events", event).json()["counts"]["applied"] == 1
            assert soon("GET", "/readyz").status_code == 200
            assert soon("GET", "/v1/appeals/new").json()["events"]
            assert not making.done()
            go_on.set()
            assert making.result(60).json() == before  # as of one moment
        reports = (before, soon("GET", "/v1/report").json())
        first, second = (one["report"]["quality"]["intake"]["read"] for one in reports)
        assert second == first + 1


@WHERE
def test_events_are_received_while_a_report_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: Any, name: str
) -> None:
    path = tmp_path / "appeals.db"
    with opened(open_store(path)) as client:
        send_while_a_report_is_made(client, holder, name, monkeypatch)
        with pytest.raises(StoreError, match="another process"):  # the store is still locked
            open_store(path)


def test_a_report_that_cannot_be_read_stops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_db: object) -> None:
        raise StoreError(say("store_closed", path="'/secret/path'"))

    with opened(open_store(tmp_path / "appeals.db")) as client:
        with monkeypatch.context() as broken:
            broken.setattr(SqliteDatabase, "beside", lost)
            answer = client.ask("GET", "/v1/report")
            problem(answer, "store-unavailable", 503)
            assert "secret" not in answer.text
        assert client.ask("GET", "/readyz").status_code == 200
        assert client.ask("GET", "/v1/report").status_code == 200


def test_one_report_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        opened(MemoryStore()) as client,
        ThreadPoolExecutor() as pool,
        paused(reporting, "evaluate", monkeypatch) as (began, go_on),
    ):
        first = pool.submit(client.ask, "GET", "/v1/report")
        assert began.wait(60)
        busy = client.ask("GET", "/v1/report")
        problem(busy, "report-busy", 503)
        assert busy.headers["retry-after"]
        assert client.ask("GET", "/healthz").status_code == 200
        go_on.set()
        assert first.result(60).status_code == 200
        assert client.ask("GET", "/v1/report").status_code == 200

"""Each agency has its own secret iCalendar feed, which shows its deadlines and can be revoked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workhours_sla import Event
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError
from workhours_sla.stream import MemoryStore, Pipeline, SqliteStore, Store

pytest.importorskip("fastapi")
pytest.importorskip("httpx")
icalendar = pytest.importorskip("icalendar")

from test_service import Client, problem  # noqa: E402
from workhours_sla.service.feeds import FeedAddresses  # noqa: E402
from workhours_sla.service.live import Live  # noqa: E402
from workhours_sla.service.tokens import Tokens  # noqa: E402
from workhours_sla.service.with_store import WithStore  # noqa: E402

KEY = "k" * 32
ENVIRONMENT = {"FEEDS_KEY": KEY}
CONFIG = """
[schedule]
calendar = "RU-VGG"

[agencies]
roads = { name = "Комитет дорог" }
parks = {}

[target]
name = "first reply"
budget = "4h"

[service.feeds]
key_env = "FEEDS_KEY"
"""
MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)  # 9:00 in Volgograd
HOUR = timedelta(hours=1)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


class Service(Client):
    """A service with a store and feeds."""

    def __init__(self, live: Live, text: str = CONFIG, **options: Any) -> None:
        config = parse(text)
        self.live = live
        feeds = FeedAddresses.of(config.mapping, ENVIRONMENT)
        assert feeds is not None
        self.paths = {feed.agency_id: feed.path for feed in feeds}
        super().__init__(config.policy, store=WithStore(live, feeds=feeds), **options)

    def feed(self, agency: str, **headers: str) -> Any:
        return self.ask("GET", self.paths[agency], **headers)

    def events(self, agency: str) -> list[Any]:
        answer = self.feed(agency)
        assert answer.status_code == 200
        found: list[Any] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        return found

    def set(self, when: datetime) -> None:
        assert isinstance(self.live.clock, Clock)
        self.live.clock.now = when

    def apply(self, appeal: str, kind: str, at: datetime, agency: str | None = None) -> None:
        self.set(at)
        role = "official" if kind == "replied" else None
        event = Event(f"{appeal}-{kind}", appeal, kind, at, at, agency_id=agency, author_role=role)
        self.live.apply([event])


@contextmanager
def opened(store: Store, text: str = CONFIG, **options: Any) -> Iterator[Service]:
    with (
        Pipeline(store, parse(text).policy) as pipeline,
        Live(pipeline, clock=Clock(), tick=None, skew=timedelta(0)) as live,
    ):
        yield Service(live, text, **options)


@pytest.fixture(params=["memory", "sqlite"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "appeals.db")
    with opened(store) as found:
        yield found


def test_a_feed_has_the_deadlines_of_its_agency_alone(service: Service) -> None:
    service.apply("A-1", "created", MONDAY, "roads")
    service.apply("A-2", "created", MONDAY + HOUR / 6, "roads")
    service.apply("A-3", "created", MONDAY, "parks")
    service.apply("A-4", "created", MONDAY)
    service.set(MONDAY + HOUR)
    (first, second) = sorted(service.events("roads"), key=lambda one: one["DTSTART"].dt)
    assert first["SUMMARY"] == "Комитет дорог: 1 appeal to answer"
    assert first["DTEND"].dt == MONDAY + 4 * HOUR
    assert second["SUMMARY"] == "Комитет дорог: 1 appeal to answer"
    (other,) = service.events("parks")
    assert other["SUMMARY"] == "parks: 1 appeal to answer"
    text = service.feed("roads").text
    assert "X-WR-CALNAME:Deadlines: Комитет дорог" in text.replace("\r\n ", "")
    assert "A-1" not in text
    assert "parks" not in text


def test_an_answer_cancels_the_event(service: Service) -> None:
    service.apply("A-1", "created", MONDAY, "roads")
    (before,) = service.events("roads")
    service.apply("A-2", "created", MONDAY + timedelta(seconds=1), "roads")
    service.set(MONDAY + HOUR / 4)
    (moved, _) = sorted(service.events("roads"), key=lambda one: one["DTSTART"].dt)
    assert moved["UID"] == before["UID"]
    service.apply("A-1", "replied", MONDAY + HOUR / 2)
    after = {str(one["UID"]): one for one in service.events("roads")}
    gone = after[str(before["UID"])]
    assert gone["STATUS"] == "CANCELLED"
    assert int(gone["SEQUENCE"]) > int(before["SEQUENCE"])
    assert [one["STATUS"] for one in after.values()].count("CONFIRMED") == 1


def test_a_feed_has_an_event_at_once(service: Service) -> None:
    assert service.events("roads") == []
    service.apply("A-1", "created", MONDAY, "roads")
    assert len(service.events("roads")) == 1
    service.apply("A-2", "created", MONDAY, "roads")
    (event,) = service.events("roads")
    assert event["SUMMARY"] == "Комитет дорог: 2 appeals to answer"


def test_a_restart_continues_the_calendar(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(SqliteStore(path)) as service:
        service.apply("A-1", "created", MONDAY, "roads")
        (before,) = service.events("roads")
        first = service.feed("roads")
    with opened(SqliteStore(path)) as service:
        service.set(MONDAY + HOUR / 2)
        assert service.feed("roads").text == first.text
    with opened(SqliteStore(path)) as service:
        service.apply("A-1", "replied", MONDAY + HOUR)
        (after,) = service.events("roads")
    assert after["UID"] == before["UID"]
    assert after["STATUS"] == "CANCELLED"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_headers_of_a_feed(service: Service) -> None:
    service.apply("A-1", "created", MONDAY, "roads")
    answer = service.feed("roads")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["cache-control"]
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        same = service.feed("roads", if_none_match=known)
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == tag
        assert "private" in same.headers["cache-control"]
    assert service.feed("roads", if_none_match='"other"').status_code == 200
    service.apply("A-1", "replied", MONDAY + HOUR)
    changed = service.feed("roads", if_none_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_time_alone_changes_a_feed(service: Service) -> None:
    """A paused appeal has no deadline; without new events its pause may end by its cap."""
    service.apply("A-1", "created", MONDAY, "roads")
    tag = service.feed("roads").headers["etag"]
    service.set(MONDAY + timedelta(days=40))
    late = service.feed("roads", if_none_match=tag)
    assert late.status_code == 304  # overdue and still unanswered: the same event


def test_an_address_cannot_be_guessed(service: Service) -> None:
    paths = service.paths
    assert len(set(paths.values())) == 2
    for path in paths.values():
        address = path.removeprefix("/feeds/").removesuffix(".ics")
        assert len(address) == 43
        assert service.ask("HEAD", path).status_code == 200
        for wrong in (address[:-1], address + "A", address.swapcase(), "roads", "A" * 43, "%00"):
            problem(service.ask("GET", f"/feeds/{wrong}.ics"), "not-found", 404)
        problem(service.ask("GET", path.removesuffix(".ics")), "not-found", 404)
        problem(service.ask("POST", path), "method-not-allowed", 405)
    other = FeedAddresses.of(parse(CONFIG).mapping, {"FEEDS_KEY": "K" * 32})
    assert other is not None
    assert {feed.path for feed in other}.isdisjoint(paths.values())


def test_a_revoked_address_is_not_found() -> None:
    text = CONFIG + "generations = { roads = 2 }\n"
    with opened(MemoryStore()) as before, opened(MemoryStore(), text) as after:
        assert after.paths["parks"] == before.paths["parks"]
        assert after.feed("roads").status_code == 200
        problem(after.ask("GET", before.paths["roads"]), "not-found", 404)


def test_a_feed_needs_no_token_and_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    tokens = Tokens.parse("read=" + "r" * 20, "TOKENS")
    with opened(MemoryStore(), tokens=tokens) as service:
        assert service.feed("roads").status_code == 200
        problem(service.ask("GET", "/v1/calendars/RU/2025"), "unauthorized", 401)
        logged = [vars(record) for record in caplog.records if record.msg == "request"]
        assert logged[0]["route"] == "/feeds/{address}.ics"
        assert service.paths["roads"].removeprefix("/feeds/")[:43] not in str(logged)


def test_without_the_section_there_are_no_feeds() -> None:
    text = CONFIG.partition("[service.feeds]")[0]
    assert FeedAddresses.of(parse(text).mapping, ENVIRONMENT) is None
    client = Client(text)
    problem(client.ask("GET", f"/feeds/{'A' * 43}.ics"), "not-found", 404)


@pytest.mark.parametrize("environment", [{}, {"FEEDS_KEY": ""}, {"FEEDS_KEY": "k" * 31}])
def test_keys_that_cannot_be_used(environment: Mapping[str, str]) -> None:
    with pytest.raises(ConfigError, match="FEEDS_KEY") as refused:
        FeedAddresses.of(parse(CONFIG).mapping, environment)
    assert "kkk" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("parks = {}", "parks = {}\n", None, ""),
        ('key_env = "FEEDS_KEY"', "", "service.feeds.key_env", "missing"),
        (
            'key_env = "FEEDS_KEY"',
            'key_env = "FEEDS_KEY"\ngenerations = { road = 2 }',
            "service.feeds.generations.road",
            "did you mean roads?",
        ),
        (
            'key_env = "FEEDS_KEY"',
            'key_env = "FEEDS_KEY"\ngenerations = { roads = 0 }',
            "service.feeds.generations.roads",
            "write a number from 1",
        ),
        (
            "parks = {}",
            '[service.vk]\nsecret_env = "S"\nconfirmations = { "-5" = "abc" }',
            "service.vk.confirmations.-5",
            "without a minus",
        ),
    ],
)
def test_sections_that_cannot_be_used(old: str, new: str, key: str | None, says: str) -> None:
    text = CONFIG.replace(old, new)
    if key is None:
        parse(text)
        return
    with pytest.raises(ConfigError, match=says) as refused:
        parse(text)
    assert vars(refused.value)["key"] == key


def test_feeds_need_agencies() -> None:
    text = CONFIG.replace("[agencies]", "").replace('roads = { name = "Комитет дорог" }', "")
    with pytest.raises(ConfigError, match=r"list them in \[agencies\]"):
        parse(text.replace("parks = {}", ""))


def test_the_command_prints_the_addresses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "region.toml"
    file.write_text(CONFIG, encoding="utf-8")
    command = ["feeds", "--config", str(file), "--url", "https://appeals.example/", "--lang", "en"]
    monkeypatch.delenv("FEEDS_KEY", raising=False)
    assert main(command) == 2
    assert "FEEDS_KEY" in capsys.readouterr().err
    monkeypatch.setenv("FEEDS_KEY", KEY)
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    paths = {
        feed.agency_id: feed.path
        for feed in FeedAddresses.of(parse(CONFIG).mapping, ENVIRONMENT) or ()
    }
    assert lines == [
        f"Комитет дорог  https://appeals.example{paths['roads']}",
        f"parks          https://appeals.example{paths['parks']}",
    ]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["feeds"]
    assert [(one["agency_id"], one["name"]) for one in found] == [
        ("roads", "Комитет дорог"),
        ("parks", "parks"),
    ]
    file.write_text(CONFIG.partition("[service.feeds]")[0], encoding="utf-8")
    assert main(command) == 2
    assert "add [service.feeds] with key_env" in capsys.readouterr().err


def test_feeds_are_described(service: Service) -> None:
    operation = service.ask("GET", "/openapi.json").json()["paths"]["/feeds/{address}.ics"]["get"]
    assert operation["security"] == []
    assert {"200", "304", "404"} < operation["responses"].keys()
    assert "/feeds/{address}.ics" not in Client(CONFIG).ask("GET", "/openapi.json").json()["paths"]

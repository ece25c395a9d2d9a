"""The service receives the requests of VK and MAX, once each, and keeps nothing people wrote."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from workhours_sla import Event
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError, SourceError, StoreError
from workhours_sla.files import open_source
from workhours_sla.stores.open import open_database
from workhours_sla.stream import Store, open_store

pytest.importorskip("starlette")
pytest.importorskip("httpx")

from kit.client import Client, Clock, problem, running
from kit.network_streams import CARRIED, WRITERS, direct, report, stream
from kit.paths import SAMPLES
from workhours_sla.service.live import Live
from workhours_sla.service.operations import WithStore
from workhours_sla.service.webhook_requests import Webhooks

VK, MAX = "v" * 20, "m" * 20
ENVIRONMENT = {"VK_SECRET": VK, "MAX_SECRET": MAX}
CONFIG = """
[input]
source = "networks"

[schedule]
calendar = "RU-VGG"

[service.vk]
secret_env = "VK_SECRET"
confirmations = { "990000001" = "a1b2c3d4" }
officials = ["562001"]

[service.max]
secret_env = "MAX_SECRET"
officials = ["562001"]
"""
BEGIN = datetime(2026, 3, 11, 14, 20, tzinfo=UTC)
GROUP = 990000001
WALL = -GROUP


class Service(Client):
    """A service with a store that receives webhooks."""

    def __init__(self, live: Live, text: str = CONFIG, **options: Any) -> None:
        config = parse(text)
        self.live = live
        webhooks = Webhooks.of(config.mapping, live, ENVIRONMENT)
        super().__init__(config.policy, store=WithStore(live, webhooks=webhooks), **options)

    def vk(self, body: dict[str, Any], secret: str | None = VK) -> Any:
        known = {} if secret is None else {"secret": secret}
        return self.post("/v1/webhooks/vk", body | known)

    def max(self, body: dict[str, Any], secret: str | None = MAX) -> Any:
        known = {} if secret is None else {"x-max-bot-api-secret": secret}
        return self.ask("POST", "/v1/webhooks/max", body, **known)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many events the store has applied, had before, and rejected."""
        found = self.live.pipeline.store.holdings()
        return found.applied, found.duplicate, found.rejected

    def set(self, when: datetime) -> None:
        assert isinstance(self.live.clock, Clock)
        self.live.clock.now = when


@contextmanager
def opened(store: Store, text: str = CONFIG, **options: Any) -> Iterator[Service]:
    with running(parse(text).policy, store, Clock(BEGIN)) as live:
        yield Service(live, text, **options)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with opened(open_store(tmp_path / "appeals.db")) as found:
        yield found


def comment(number: int, author: int = 700000002, **more: Any) -> dict[str, Any]:
    known = {"id": number, "from_id": author, "date": int(BEGIN.timestamp()) - 60}
    known |= {"text": "The lamp is broken", "owner_id": WALL, "post_id": 5, "parents_stack": []}
    return known | more


def request(kind: str, what: Any, number: int = 1) -> dict[str, Any]:
    return {"type": kind, "group_id": GROUP, "event_id": f"e{number}", "v": "5.199", "object": what}


def update(kind: str, mid: str, author: int = 700000002, **more: Any) -> dict[str, Any]:
    message = {
        "sender": {"user_id": author, "first_name": "Ivan", "is_bot": False},
        "recipient": {"chat_id": 8, "chat_type": "chat"},
        "timestamp": int(BEGIN.timestamp() - 60) * 1000,
        "body": {"mid": mid, "text": "The lamp is broken"},
    }
    return {
        "update_type": f"message_{kind}",
        "timestamp": int(BEGIN.timestamp()) * 1000,
        "message": message | more,
    }


def test_vk_is_confirmed_by_the_string_of_the_group(service: Service) -> None:
    sample = json.loads((SAMPLES / "vk_callback_confirmation.json").read_bytes())
    for secret in (None, VK):
        answer = service.vk(sample, secret)
        assert (answer.status_code, answer.text) == (200, "a1b2c3d4")
    problem(service.vk(sample, "x" * 20), "wrong-secret", 403)
    other = problem(service.vk(sample | {"group_id": 5}, None), "invalid-request", 422)
    assert (other["key"], "group '5'" in other["detail"]) == ("group_id", True)
    assert service.counts == (0, 0, 0)


def test_the_sample_of_vk_is_stored_as_the_journal_is_read(service: Service) -> None:
    journal = (SAMPLES / "vk_callback_journal.jsonl").read_bytes()
    for line in journal.splitlines():
        row = json.loads(line)
        service.set(datetime.fromisoformat(row["received_at"]))
        answer = service.vk(row["body"])
        assert (answer.status_code, answer.text) == (200, "ok"), answer.text
        assert answer.headers["content-type"].startswith("text/plain")
    text = CONFIG.replace("[input]", '[input]\nformat = "vk_callback"\nofficials = ["562001"]')
    with open_source(BytesIO(journal), parse(text).mapping) as source:
        read = [event for item in source if isinstance(item, tuple) for event in item]
    assert len(read) > 5
    assert sorted(service.live.pipeline.store.events(), key=repr) == sorted(read, key=repr)


def test_the_sample_of_max_is_stored_as_the_file_is_read(service: Service) -> None:
    data = (SAMPLES / "max_updates.json").read_bytes()
    for one in json.loads(data)["updates"]:
        answer = service.max(one)
        assert (answer.status_code, answer.text) == (200, "ok")
    text = CONFIG.replace("[input]", '[input]\nformat = "max"\nofficials = ["562001"]')
    with open_source(BytesIO(data), parse(text).mapping) as source:
        read = [event for item in source if isinstance(item, tuple) for event in item]
    assert len(read) > 5
    found = [replace_receipt(event) for event in service.live.pipeline.store.events()]
    assert sorted(found, key=repr) == sorted(map(replace_receipt, read), key=repr)


def replace_receipt(event: Event) -> Event:
    """Return an event as received when it occurred: a file does not say when that was."""
    return replace(event, received_at=event.occurred_at)


@pytest.mark.parametrize(
    "given", [None, "", "x" * 20, VK[:-1], VK + "v", "\ud800", "ключ", 5, [VK], {"a": 1}, True]
)
def test_a_wrong_secret_stores_nothing(service: Service, given: Any) -> None:
    problem(service.vk(request("wall_reply_new", comment(1)), given), "wrong-secret", 403)
    if given is None or (isinstance(given, str) and given.isascii()):
        problem(service.max(update("created", "mid1"), given), "wrong-secret", 403)
    assert service.counts == (0, 0, 0)


@pytest.mark.parametrize(
    "environment", [{}, {"VK_SECRET": ""}, {"VK_SECRET": "  "}, {"VK_SECRET": "short-secret-1"}]
)
def test_secrets_that_cannot_be_used(tmp_path: Path, environment: dict[str, str]) -> None:
    config = parse(CONFIG)
    with running(config.policy, open_store(tmp_path / "appeals.db")) as live:
        with pytest.raises(ConfigError, match="VK_SECRET") as refused:
            Webhooks.of(config.mapping, live, environment)
        assert "short-secret" not in str(refused.value)
        wrong = parse(CONFIG.replace('officials = ["562001"]', 'officials = ["mayor"]'))
        with pytest.raises(SourceError, match="mayor"):
            Webhooks.of(wrong.mapping, live, ENVIRONMENT)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 100_000, b'{"a":' * 9_999]
)
def test_a_body_that_is_no_object(service: Service, body: bytes) -> None:
    problem(service.ask("POST", "/v1/webhooks/vk", given=body), "invalid-json", 400)
    headers = {"x-max-bot-api-secret": MAX}
    problem(service.ask("POST", "/v1/webhooks/max", given=body, **headers), "invalid-json", 400)


@pytest.mark.parametrize("text", ["\ud83d", "\\\ud83d\ud83d", "\\ud83d", "\ud83d\ude00"])
def test_a_text_cut_within_a_character_is_no_fault(service: Service, text: str) -> None:
    body = json.dumps(request("wall_reply_new", comment(1, text=text)) | {"secret": VK})
    answer = service.ask("POST", "/v1/webhooks/vk", given=body.encode(), content_type="text/plain")
    assert (answer.text, service.counts) == ("ok", (1, 0, 0))


def test_what_is_not_about_appeals_is_ignored(service: Service) -> None:
    for kind in ("group_join", "message_new", "like_add"):
        assert service.vk(request(kind, {"user_id": 1})).text == "ok"
    for kind in ("bot_started", "user_added"):
        assert service.max({"update_type": kind, "timestamp": 1}).text == "ok"
    assert service.counts == (0, 0, 0)


def test_nothing_that_people_wrote_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    with opened(open_store(path)) as service:
        for number, object_ in enumerate(
            [
                comment(1),
                comment(2, from_id="Ivan Ivanov"),
                comment(3, date="lamp", first_name="Ivan"),
                {"lamp is broken": 1, "id": 4},
                "The lamp is broken",
                ["The lamp is broken"],
            ]
        ):
            assert service.vk(request("wall_reply_new", object_, number)).text == "ok"
        assert service.max(update("created", "mid1")).text == "ok"
        assert service.max(update("created", "")).text == "ok"
        assert service.max(update("created", "mid2", timestamp=None, link="lamp")).text == "ok"
        assert service.counts[0] == 2
        assert service.counts[2] == 7
        rejected = service.live.pipeline.store.rejected().values()
        assert {one.reason for one in rejected} <= {"malformed", "missing_value"}
        assert all('type"' in one.text for one in rejected)
    with sqlite3.connect(path) as database:
        content = "\n".join(database.iterdump())
    for word in ("lamp", "Ivan", VK, MAX):
        assert word not in content


def test_what_arrives_again_after_a_restart_too_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "appeals.db"
    new, edit = request("wall_reply_new", comment(1)), request("wall_reply_edit", comment(1), 2)
    for hours in range(3):
        with opened(open_store(path)) as service:
            service.set(BEGIN + timedelta(hours=hours))
            for body in (new, new, edit, edit):
                assert service.vk(body).text == "ok"
            found = list(service.live.pipeline.store.events())
            assert [one.type for one in found] == ["created", "edited"]
            assert found[1].occurred_at == BEGIN  # the first receipt
            assert service.live.pipeline.store.quarantine() == ()


class Failing(Store):
    """A store that cannot be written while ``fails`` is true."""

    fails = False

    def write(self, work: Any) -> None:
        if self.fails:
            msg = "the disk is full"
            raise StoreError(msg)
        super().write(work)


def test_what_could_not_be_stored_is_not_lost(tmp_path: Path) -> None:
    store = Failing(open_database(tmp_path / "appeals.db", patience=0))
    with opened(store) as service:
        first = request("wall_reply_new", comment(1))
        reply = request(
            "wall_reply_new", comment(2, WALL, parents_stack=[1], reply_to_comment=1), 2
        )
        assert service.vk(first).text == "ok"
        store.fails = True
        problem(service.vk(reply), "store-unavailable", 503)
        problem(service.max(update("created", "mid1")), "store-unavailable", 503)
        store.fails = False
        assert service.vk(reply).text == "ok"
        assert service.max(update("created", "mid1")).text == "ok"
        assert [one.type for one in store.events()] == ["created", "replied", "created"]


def reply_to(mid: str, author: int, **more: Any) -> dict[str, Any]:
    sender = {"user_id": author, "is_bot": False, "first_name": "Ivan"}
    return {"link": {"type": "reply", "sender": sender, "message": {"mid": mid}}} | more


def test_after_a_restart_messages_of_max_still_belong_to_their_appeals(tmp_path: Path) -> None:
    official = 562001
    path = tmp_path / "appeals.db"
    with opened(open_store(path)) as service:
        service.max(update("created", "mid1"))
        service.max(update("created", "mid2", official, **reply_to("mid1", 700000002)))
        service.max(update("created", "post", official))
    with opened(open_store(path)) as service:
        # an answer to the official's answer, and an answer to that
        service.max(update("created", "mid3", **reply_to("mid2", official)))
        service.max(update("created", "mid4", official, **reply_to("mid3", 700000002)))
        # an answer to a message of the community, about which there is no event
        service.max(update("created", "mid5", **reply_to("post", official)))
        found = [
            (one.event_id.rpartition("/")[2], one.type.value, one.appeal_id.rpartition("/")[2])
            for one in service.live.pipeline.store.events()
        ]
        assert found == [
            ("mid1", "created", "mid1"),
            ("mid2", "replied", "mid1"),
            ("mid3", "citizen_message", "mid1"),
            ("mid4", "replied", "mid1"),
            ("mid5", "created", "mid5"),
        ]
        assert service.live.pipeline.store.quarantine() == ()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["vk_callback", "max"])
@pytest.mark.parametrize("seed", range(4))
def test_a_stream_with_repeats_failures_and_restarts(tmp_path: Path, form: str, seed: int) -> None:
    chance = random.Random(seed)
    happened = [one for one in stream(seed) if one.kind in CARRIED[form]]
    if form == "max":  # after a restart it is not known who wrote what is deleted
        happened = [one for one in happened if one.kind != "deleted"]
    data = WRITERS[form](happened)
    bodies = (
        [json.loads(line)["body"] for line in data.splitlines()]
        if form == "vk_callback"
        else json.loads(data)["updates"]
    )
    path = tmp_path / "appeals.db"

    def send(service: Service, body: dict[str, Any]) -> Any:
        return service.vk(body) if form == "vk_callback" else service.max(body)

    sent = [*zip(happened, bodies, strict=True)]
    seen: set[object] = set()
    while sent:
        store = Failing(open_database(path, patience=0))
        with opened(store) as service:
            for _ in range(chance.randint(1, 40)):
                if not sent:
                    break
                (one, body), *sent = sent
                service.set(one.at)
                while not chance.randrange(5):
                    store.fails = True
                    answer = send(service, body)
                    if answer.text != "ok" or one not in seen:  # nothing to store twice
                        problem(answer, "store-unavailable", 503)
                    store.fails = False
                assert send(service, body).text == "ok"
                seen.add(one)
                if not chance.randrange(4):
                    sent.insert(chance.randrange(min(len(sent), 9) + 1), (one, body))
    with opened(open_store(path)) as service:
        found = list(service.live.pipeline.store.events())
        assert service.live.pipeline.store.quarantine() == ()
    assert report(found) == report(direct(happened))


def test_requests_at_once_are_each_stored_once(service: Service) -> None:
    body = request("wall_reply_new", comment(1))
    edits = [request("wall_reply_edit", comment(1), number) for number in range(2, 30)]
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda one: service.vk(one).text, [body, *edits, *edits, body]))
    assert set(texts) == {"ok"}
    assert service.counts[0] == 29


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("service.max", 'secret_env = "SECRET"'),
        ("sinks.board", 'kind = "webhook"\nurl = "https://a.example"\nsecret_env = "SECRET"'),
    ],
)
def test_networks_and_sinks_need_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], section: str, keys: str
) -> None:
    file = tmp_path / "region.toml"
    file.write_text(f"[{section}]\n{keys}\n", encoding="utf-8")
    assert main(["serve", "--config", str(file), "--port", "0"]) == 2
    assert f"[{section}] needs a store; add --store" in capsys.readouterr().err

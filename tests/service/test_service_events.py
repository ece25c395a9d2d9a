"""A service with a store: it receives events, answers about appeals, and refuses bad input."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from typing import Any
from urllib.parse import quote

import pytest

from kit.client import READ, REGION, WRITE, Client, Clock, problem, running
from kit.values import HOUR
from workhours_sla import Verdict, evaluate
from workhours_sla.config import parse
from workhours_sla.errors import StoreError
from workhours_sla.stream import open_store
from workhours_sla.text.catalog import LANGUAGES

pytest.importorskip("starlette")
pytest.importorskip("httpx")

import httpx

from workhours_sla.service.live import Live
from workhours_sla.service.operations import WithStore
from workhours_sla.service.tokens import Tokens

POLICY = parse(REGION).policy
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NOW = BEGIN + 10 * HOUR
TOKENS = Tokens.parse(f"read={READ}\nwrite={WRITE}", "TOKENS")


def sent(number: int, kind: str = "created", after: timedelta = timedelta(0), **more: Any) -> Any:
    appeal = f"A-{number:05}"
    return {
        "event_id": f"{appeal}-{kind}",
        "appeal_id": appeal,
        "type": kind,
        "occurred_at": (BEGIN + after).isoformat(),
        **more,
    }


class Service(Client):
    """Asks a service with a store, without a server."""

    def __init__(self, live: Live, **options: Any) -> None:
        super().__init__(REGION, store=WithStore(live), **options)
        self.live = live

    def send(self, events: Any, **headers: str) -> Any:
        answer = self.post("/v1/events", events, **headers)
        assert answer.status_code == 202, answer.text
        found = answer.json()
        assert found["schema"] == "workhours.receipts/1"
        assert [one["index"] for one in found["events"]] == list(range(len(found["events"])))
        for state, count in found["counts"].items():
            assert [one["state"] for one in found["events"]].count(state) == count
        return found


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with running(POLICY, open_store(tmp_path / "appeals.db"), Clock(NOW)) as opened:
        yield opened


@pytest.fixture
def service(live: Live) -> Service:
    return Service(live)


def states(found: Any) -> list[str]:
    return [one["state"] for one in found["events"]]


# -- events ---------------------------------------------------------------------------------------


def test_one_event_and_the_same_again(service: Service) -> None:
    first = service.send(sent(1))
    assert first["events"] == [{"index": 0, "state": "applied", "event_id": "A-00001-created"}]
    assert states(service.send([sent(1), sent(1)])) == ["duplicate"] * 2
    events = [sent(1, occurred_at="2026-03-02T08:00:00Z"), sent(2, "replied")]
    found = service.send([*events, sent(3, after=20 * HOUR)])
    assert [(one["state"], one["reason"]) for one in found["events"]] == [
        ("quarantined", "conflicting_id"),
        ("quarantined", "no_appeal"),
        ("quarantined", "future_time"),
    ]
    assert states(service.send([events[1], sent(2)])) == ["duplicate", "applied"]
    appeal = service.ask("GET", "/v1/appeals/A-00002").json()
    # the reply counts now that its appeal exists
    assert [one["quarantined"] for one in appeal["events"]] == [None, None]


def test_an_event_without_a_receipt_was_received_now_and_needs_no_id(service: Service) -> None:
    without_id = {name: one for name, one in sent(1).items() if name != "event_id"}
    events = [without_id, without_id, sent(2, received_at="2026-03-02T07:30:00Z")]
    assert states(service.send(events)) == ["applied", "duplicate", "applied"]  # by its content
    received = [one.received_at for one in service.live.pipeline.store.events()]
    assert received == [BEGIN + 10 * HOUR, BEGIN + HOUR / 2]


def test_cloudevents(service: Service) -> None:
    one = {
        "specversion": "1.0",
        "id": "17",
        "source": "portal",
        "type": "workhours.event.created",
        "subject": "A-1",
        "time": "2026-03-02T10:00:00+03:00",
        "data": {"agency_id": "roads"},
    }
    kinds = {
        "application/cloudevents+json": one,
        "application/cloudevents-batch+json; charset=UTF-8": [one],
        "application/json": one,
    }
    for kind, body in kinds.items():
        found = service.send(body, content_type=kind)
        assert found["events"][0]["event_id"] == "portal#17"
    (event,) = service.live.pipeline.store.events()
    assert (event.appeal_id, event.agency_id, event.occurred_at) == ("A-1", "roads", BEGIN)
    for kind, body in (
        ("application/cloudevents+json", [one]),
        ("application/cloudevents-batch+json", one),
    ):
        problem(service.post("/v1/events", body, content_type=kind), "invalid-request", 422)
    for wrong in ({}, sent(1), one | {"specversion": "0.3"}, one | {"subject": None}):
        found = service.send(wrong, content_type="application/cloudevents+json")
        assert states(found) == ["rejected"]
        assert found["events"][0]["problem"]["type"].endswith("#invalid-event")


BINARY = {
    "ce_specversion": "1.0",
    "ce_id": "17",
    "ce_source": "portal",
    "ce_type": "workhours.event.created",
    "ce_subject": "A-1",
    "ce_time": "2026-03-02T10:00:00+03:00",
}


def test_a_cloudevent_in_binary_mode_is_that_of_the_structured_mode(service: Service) -> None:
    data = json.dumps({"agency_id": "roads"}).encode()
    answer = service.ask("POST", "/v1/events", given=data, **BINARY)
    assert (answer.status_code, states(answer.json())) == (202, ["applied"])
    structured = {name.removeprefix("ce_"): value for name, value in BINARY.items()}
    structured |= {"data": {"agency_id": "roads"}}  # type: ignore[dict-item]
    assert states(service.send(structured)) == ["duplicate"]
    (event,) = service.live.pipeline.store.events()
    assert (event.event_id, event.appeal_id, event.agency_id) == ("portal#17", "A-1", "roads")
    assert event.occurred_at == BEGIN
    # a body that is a CloudEvent is none in binary mode
    headers = BINARY | {"ce_id": "18", "content_type": "Application/CloudEvents+json"}
    found = service.ask("POST", "/v1/events", structured, **headers).json()
    assert found["events"][0]["event_id"] == "portal#17"


@pytest.mark.parametrize(
    ("subject", "appeal_id"),
    [
        ("%D0%96-1%20%E2%82%AC%f0%9f%98%80", "Ж-1 €😀"),
        ("A%2541", "A%41"),  # decoded once
        ('"A \\"1\\" %25"', 'A "1" %'),
        ("A%zz+1", "A%zz+1"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "body", "agency"),
    [
        ("application/json; charset=UTF-8", b'{"agency_id": "roads"}', "roads"),
        ("application/vnd.region+json", b'{"agency_id": "roads"}', "roads"),
        ("text/plain", b'{"agency_id": "roads"}', None),
        ("application/json", b"[1]", None),
    ],
)
def test_headers_of_a_cloudevent_are_decoded_and_its_data_have_fields_if_they_are_json(
    service: Service, kind: str, body: bytes, agency: str | None, subject: str, appeal_id: str
) -> None:
    headers = BINARY | {"ce_subject": subject, "ce_channel": "vk", "ce_data": "{}"}
    answer = service.ask("POST", "/v1/events", given=body, **(headers | {"content_type": kind}))
    assert states(answer.json()) == ["applied"]
    (event,) = service.live.pipeline.store.events()
    assert (event.appeal_id, event.channel, event.agency_id) == (appeal_id, "vk", agency)


@pytest.mark.parametrize(
    ("headers", "body", "kind", "words"),
    [
        ([("ce-id", "a"), ("ce-id", "b")], b"", "invalid-request", "ce-id is given twice"),
        ([("ce-id", "%C0%A0")], b"", "invalid-request", "ce-id is not percent-encoded UTF-8"),
        ([("ce-id", "\xe9")], b"", "invalid-request", "ce-id is not percent-encoded UTF-8"),
        ([], b"{", "invalid-json", ""),
        ([], b'{"agency_id": "a", "agency_id": "b"}', "invalid-json", "agency_id"),
    ],
)
def test_a_broken_cloudevent_in_binary_mode(
    service: Service, headers: list[tuple[str, str]], body: bytes, kind: str, words: str
) -> None:
    given = {name.replace("_", "-"): value for name, value in BINARY.items() if name != "ce_id"}
    every = [*given.items(), *(headers or [("ce-id", "17")]), ("content-type", "application/json")]

    async def send() -> Any:
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            raw = [(name.encode(), value.encode("latin-1")) for name, value in every]
            return await client.post("/v1/events", content=body, headers=raw)

    answer = asyncio.run(send())
    found = problem(answer, kind, 400 if kind == "invalid-json" else 422)
    assert words in found["detail"]
    assert service.live.pipeline.store.holdings().read == 0


@pytest.mark.parametrize(
    ("event", "kind", "reason"),
    [
        (sent(1, occurred_at="2026-03-02T07:00:00"), "naive-time", "naive_time"),
        (sent(1, occurred_at="yesterday"), "invalid-time", "unreadable_time"),
        (sent(1, type="shouted"), "invalid-event", "unknown_type"),
        (sent(1, appeal_id=""), "invalid-event", "missing_value"),
        (sent(1, agency="roads"), "invalid-event", "malformed"),
        (sent(1, received_at="2026-03-03T07:00:00Z"), "invalid-event", "received_ahead"),
        ("A-1", "invalid-event", "malformed"),
        (sent(1, event_id="x" * 1025), "invalid-event", "malformed"),
    ],
)
def test_what_is_no_event_is_rejected_and_kept_once(
    service: Service, event: Any, kind: str, reason: str
) -> None:
    for lang in LANGUAGES:
        found = service.send([sent(7), event], accept_language=lang)["events"][1]
        assert (found["state"], found["reason"]) == ("rejected", reason)
        refused = found["problem"]
        assert refused["type"].rpartition("#")[2] == kind
        assert (refused["index"], refused["status"]) == (1, 422)
        assert any("а" <= letter <= "я" for letter in refused["detail"]) == (lang == "ru")
    (row,) = service.live.pipeline.store.rejected().values()
    assert row.reason == reason
    known = event if isinstance(event, dict) else {}
    kept = {name: one for name, one in known.items() if name != "agency" and len(one) < 1025}
    assert json.loads(row.text) == kept


@pytest.mark.parametrize(
    "event",
    [
        {"text": "Ivanov wrote"},
        {"type": "Ivanov wrote" * 50},
        {"appeal_id": {"text": "Ivanov wrote"}, "channel": ["Ivanov wrote"]},
        {"specversion": "1.0", "id": "17", "data": {"name": "Ivanov wrote", "agency_id": "roads"}},
        {"specversion": "1.0", "id": "17", "name": "Ivanov wrote", "data": "Ivanov wrote"},
        {"specversion": "1.0", "id": "17", "data_base64": "SXZhbm92"},
        ["Ivanov wrote"],
        "Ivanov wrote",
    ],
)
def test_nothing_that_a_citizen_wrote_is_kept_of_what_is_rejected(
    service: Service, event: Any
) -> None:
    assert states(service.send([event, sent(1)])) == ["rejected", "applied"]
    (row,) = service.live.pipeline.store.rejected().values()
    assert "wrote" not in row.text
    assert "SXZhbm92" not in row.text
    if isinstance(event, dict) and "id" in event:
        assert json.loads(row.text)["id"] == "17"
        assert ("roads" in row.text) == ("roads" in str(event))


def test_what_was_rejected_is_known_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with running(POLICY, open_store(tmp_path / "appeals.db"), Clock(NOW)) as live:
            Service(live).send([{"a": 1}, {"a": 1}])
            assert len(live.pipeline.store.rejected()) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "invalid-json", 400),
        (b'{"event_id": "1", "event_id": "2"}', "invalid-json", 400),
        (b'{"event_id": "\\ud800"}', "invalid-json", 400),
        (b'"' + b" " * 10_000_000 + b'"', "body-too-large", 413),
    ],
)
def test_bodies_that_are_refused(service: Service, body: bytes, kind: str, status: int) -> None:
    problem(service.ask("POST", "/v1/events", given=body), kind, status)
    assert service.live.pipeline.store.holdings().read == 0
    assert not service.live.pipeline.store.rejected()


def test_types_that_are_refused(service: Service) -> None:
    answer = service.ask("POST", "/v1/events", given=b"a;b", content_type="text/csv")
    assert "application/cloudevents-batch+json" in problem(answer, "media-type", 415)["detail"]


def test_only_a_token_of_the_role_write_may_send(live: Live) -> None:
    service = Service(live, tokens=TOKENS)
    for given in ("", "Bearer x", f"Bearer {READ}x"):
        answer = service.post("/v1/events", sent(1), **({"authorization": given} if given else {}))
        problem(answer, "unauthorized", 401)
    answer = service.post("/v1/events", sent(1), authorization=f"Bearer {READ}")
    problem(answer, "forbidden", 403)
    assert live.pipeline.store.holdings().read == 0
    service.send(sent(1), authorization=f"Bearer {WRITE}")
    for path in ("/v1/overdue", "/v1/appeals/A-00001", "/metrics"):
        problem(service.ask("GET", path), "unauthorized", 401)
        for token in (READ, WRITE):
            assert service.ask("GET", path, authorization=f"Bearer {token}").status_code == 200


def test_no_other_spelling_of_the_address_needs_another_role(live: Live) -> None:
    service = Service(live, tokens=TOKENS)
    spelt = ["/v1/events%0A", "/v1/events%0D%0A", "/v1/events%0A%0A", "/v1/events/", "//v1/events"]
    spelt += ["/v1%2Fevents", "/v1/%65vents", "/v1/./events", "/V1/events", "/v1/events;"]
    spelt += ["/v1/events%00"]
    for path in spelt:
        answer = service.post(path, sent(1), authorization=f"Bearer {READ}")
        assert answer.status_code in {403, 404}, path
    assert live.pipeline.store.holdings().read == 0


def test_without_a_store_there_are_no_such_addresses() -> None:
    client = Client()
    for method, path in (("POST", "/v1/events"), ("GET", "/v1/overdue"), ("GET", "/metrics")):
        problem(client.ask(method, path), "not-found", 404)


def test_a_store_that_fails(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.send(sent(1))

    def gone(*_: object) -> None:
        msg = "/secret/path: no space left on device"
        raise StoreError(msg)

    with monkeypatch.context() as broken:
        broken.setattr(service.live.pipeline.store, "write", gone)
        answer = service.post("/v1/events", [sent(2), {}])
        problem(answer, "store-unavailable", 503)
        assert answer.headers["retry-after"]
        assert "secret" not in answer.text
        ready = service.ask("GET", "/readyz")
        problem(ready, "store-unavailable", 503)
        assert "secret" not in ready.text
        assert service.ask("GET", "/healthz").status_code == 200
    store = service.live.pipeline.store
    assert (store.holdings().read, store.holdings().rejected) == (1, 0)
    assert states(service.send([sent(2), {}])) == ["applied", "rejected"]
    service.live.advance(BEGIN)
    ready = service.ask("GET", "/readyz").json()
    assert (ready["status"], ready["watermark"], ready["sinks_failing"]) == (
        *("ready", BEGIN.isoformat()),
        0,
    )


# -- appeals --------------------------------------------------------------------------------------


def test_an_appeal(service: Service) -> None:
    reply = sent(1, "replied", 9 * HOUR, received_at=(BEGIN + 9 * HOUR).isoformat())
    service.send([sent(1, agency_id="roads"), reply])
    service.send(sent(1, "assigned", agency_id="parks") | {"event_id": "A-00001-replied"})
    found = service.ask("GET", "/v1/appeals/A-00001").json()
    assert (found["schema"], found["appeal_id"]) == ("workhours.appeal/1", "A-00001")
    assert [(one["type"], one["quarantined"]) for one in found["events"]] == [
        ("created", None),
        ("assigned", "conflicting_id"),
        ("replied", None),
    ]
    (outcome,) = found["outcomes"]
    assert outcome["verdict"] == "breached"
    assert outcome["due_at"] == "2026-03-02T15:00:00+03:00"
    trace = outcome["trace"]
    assert trace["end"] == outcome["due_at"]
    assert [step["date"] for step in trace["steps"]] == ["2026-03-02"]


@pytest.mark.parametrize("given", ["a/b?c#d%", "№ 17/2", "..", "%2e%2e", "a b", "x" * 300, "'"])
def test_ids_of_every_kind(service: Service, given: str) -> None:
    service.send(sent(1, appeal_id=given))
    found = service.ask("GET", f"/v1/appeals/{quote(given, safe='')}")
    if given == "..":  # the client itself takes it for the folder above
        assert found.status_code == 404
        return
    assert found.json()["appeal_id"] == given
    unknown = service.ask("GET", f"/v1/appeals/{quote(given, safe='')}x")
    assert problem(unknown, "unknown-appeal", 404)["id"].rstrip("…") == f"{given}x"[:200]


def test_what_is_overdue(service: Service) -> None:
    chance = random.Random(5)
    events = []
    for number in range(200):
        after = timedelta(minutes=chance.randint(0, 600))
        agency = chance.choice(["roads", "parks", None])
        events.append(sent(number, after=after, agency_id=agency))
        if chance.random() < 0.5:
            events.append(sent(number, "replied", after + chance.randint(0, 3) * HOUR))
    service.send(events)
    now = NOW
    found = service.ask("GET", "/v1/overdue?limit=1000").json()
    expected = evaluate(service.live.pipeline.store.events(), POLICY, as_of=now).outcomes
    waiting = [one for one in expected if one.answered_at is None]
    late = {one.appeal_id: one for one in waiting if one.verdict is Verdict.BREACHED}
    at_risk = {one.appeal_id for one in waiting if one.verdict is Verdict.AT_RISK}
    assert found["counts"] == {"overdue": len(late), "at_risk": len(at_risk)}
    assert len(late) > 10 < len(at_risk)
    ids = [one["appeal_id"] for one in found["outcomes"]]
    assert set(ids[: len(late)]) == set(late)
    assert set(ids[len(late) :]) == at_risk
    amounts = [late[one].overdue for one in ids[: len(late)]]
    assert amounts == sorted(amounts, reverse=True)  # type: ignore[type-var]
    due = [one["due_at"] for one in found["outcomes"][len(late) :]]
    assert due == sorted(due)
    # pages
    paged, offset = [], 0
    while offset is not None:
        page = service.ask("GET", f"/v1/overdue?limit=7&offset={offset}").json()
        assert page["counts"] == found["counts"]
        paged += page["outcomes"]
        offset = page["next_offset"]
    assert paged == found["outcomes"]
    # filters
    for agency in ("roads", "parks", "none"):
        page = service.ask("GET", f"/v1/overdue?agency_id={agency}&limit=1000").json()
        assert page["outcomes"] == [one for one in found["outcomes"] if one["agency_id"] == agency]
    assert service.ask("GET", "/v1/overdue?target=other").json()["outcomes"] == []


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=x", "limit=²", "limit=" + "9" * 5000, "offset=-1"),
        *("agency=roads", "limit=1&limit=2"),
    ],
)
def test_parameters_that_are_refused(service: Service, query: str) -> None:
    found = problem(service.ask("GET", f"/v1/overdue?{query}"), "invalid-request", 422)
    assert found["key"] == query.partition("=")[0]


# -- metrics, readiness --------------------------------------------------------------------


def test_metrics(service: Service) -> None:
    service.send([sent(1, agency_id="roads"), sent(1, agency_id="roads"), sent(2, "replied"), {}])
    service.live.advance(NOW)
    service.ask("GET", "/v1/appeals/A-00001")
    service.ask("GET", "/nothing")
    answer = service.ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    prefix = "workhours_sla_"
    for line in (
        'overdue_appeals{agency="roads",channel=""} 1',
        'stored_events{state="applied"} 1',
        'stored_events{state="quarantined"} 1',
        "duplicate_events_total 1",
        "rejected_rows 1",
        f"watermark_timestamp_seconds {NOW.timestamp()}",
        'http_requests_total{method="POST",route="/v1/events",status="202"} 1',
        'http_requests_total{method="GET",route="/v1/appeals/{id}",status="200"} 1',
        'http_requests_total{method="GET",route="other",status="404"} 1',
    ):
        assert prefix + line in lines
    assert "A-0000" not in answer.text


def test_readiness_that_waits_for_the_store_does_not_delay_others(service: Service) -> None:
    is_locked, release = Flag(), Flag()

    def lock() -> None:
        with service.live.pipeline.store.lock:  # as a report that reads the store
            is_locked.set()
            release.wait(20)

    async def main() -> None:
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            ready = asyncio.create_task(client.get("/readyz"))
            for _ in range(20):
                await asyncio.sleep(0)  # so that both requests go on
                assert (await client.get("/healthz")).status_code == 200
            assert not ready.done()
            release.set()
            assert (await ready).status_code == 200

    with ThreadPoolExecutor() as pool:
        pool.submit(lock)
        is_locked.wait()
        asyncio.run(main())

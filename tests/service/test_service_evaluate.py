"""``POST /v1/evaluate`` agrees with the oracle of outcomes, and accounts for every event."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.promise_scenes import NAMES, Scene, row_expected, scenes
from kit.properties import EXAMPLES, PROPERTY
from workhours_sla import Event
from workhours_sla.cli.main import main
from workhours_sla.json import to_json

pytest.importorskip("starlette")
pytest.importorskip("httpx")

from kit.client import FRIDAY, Client, problem
from workhours_sla.service.api import Limits

RENAMED = {"limit": "breaches_after"}
POSTED = {"appeal_id": "A-1", "type": "created", "occurred_at": FRIDAY}
AS_OF = "2025-11-01T12:30:01+03:00"


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def sent(event: Event, chance: random.Random) -> dict[str, Any]:
    """Return an event in one of the forms that the service reads, in any offset."""
    zone = timezone(timedelta(minutes=chance.choice([0, 180, 345, -210])))

    def time(when: datetime) -> str:
        return when.astimezone(zone).isoformat()

    form = chance.choice(["document", "fields", "cloudevent"])
    if form == "document":
        found: dict[str, Any] = json.loads(to_json(event))
        return found
    fields = {
        name: getattr(event, name)
        for name in Event.__dataclass_fields__
        if getattr(event, name) is not None
    }
    fields |= {"occurred_at": time(event.occurred_at), "received_at": time(event.received_at)}
    if form == "fields":
        return fields
    # the id of a CloudEvent is source#id, so that other events could not refer to it
    data = {name: value for name, value in fields.items() if name != "event_id"}
    source, _, own_id = event.event_id.partition("#")
    return {
        "specversion": "1.0",
        "type": f"workhours.event.{event.type}",
        "source": source,
        "id": own_id,
        "subject": event.appeal_id,
        "time": fields["occurred_at"],
        "data": data,
    }


def with_sharp(event: Event) -> Event:
    """Return an event with an id that a CloudEvent can have."""
    fields = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    fields["event_id"] = f"s#{event.event_id}"
    if event.refers_to is not None:
        fields["refers_to"] = f"s#{event.refers_to}"
    return Event(**fields)


def row_answered(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an outcome that the oracle computes, as ``row_expected`` does."""
    found: dict[str, Any] = {}
    for name in NAMES:
        value = outcome.get(RENAMED.get(name, name))
        if value is not None and (name.endswith("_at") or name == "limit"):
            value = datetime.fromisoformat(value).astimezone(UTC)
        elif value is not None and name in {"elapsed", "overdue"}:
            value = msgspec.convert(value, timedelta)
        found[name] = value
    return found


@settings(PROPERTY, max_examples=EXAMPLES * 3)
@given(scenes(), st.binary(min_size=8, max_size=8))
def test_outcomes_are_those_of_the_oracle(scene: Scene, seed: bytes) -> None:
    chance = random.Random(seed)
    scene = Scene(
        tuple(map(with_sharp, scene.events)),
        scene.fits,
        scene.as_of,
        scene.from_change,
        scene.bare,
    )
    events = [sent(event, chance) for event in scene.events]
    chance.shuffle(events)
    body = {"as_of": scene.as_of.isoformat(), "events": events}
    answer = Client(scene.policy).post("/v1/evaluate", body).json()
    wanted = [row_expected(outcome) for outcome in scene.expected().outcomes]
    for row in wanted:
        row.pop("pauses")
    found = [row_answered(outcome) for outcome in answer["outcomes"]]
    for row in found:
        row.pop("pauses")
    assert found == wanted
    quarantined = {(one["event_id"], one["reason"]) for one in answer["quarantine"]}
    assert quarantined == scene.expected().quarantined
    assert {tuple(one.values()) for one in answer["unmatched"]} == scene.expected().unmatched
    counts = answer["events"]
    assert answer["rows"] == {"read": len(events), "mapped": len(events), "quarantined": 0}
    parts = ("applied", "duplicate", "quarantined", "after_as_of")
    assert counts["read"] == len(events) == sum(counts[part] for part in parts)
    assert answer["counts"] == Counter(one["verdict"] for one in answer["outcomes"]) | {
        verdict: 0 for verdict in answer["counts"] if not answer["counts"][verdict]
    }


def test_outcomes_are_those_of_check(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    events = [
        POSTED | {"event_id": "1", "agency_id": "roads"},
        POSTED
        | {"event_id": "2", "type": "transferred", "occurred_at": "2025-11-01T10:00+03:00"}
        | {"agency_id": "parks"},
        POSTED | {"event_id": "3", "appeal_id": "A-2", "occurred_at": "2025-11-01T11:00+03:00"},
        POSTED | {"event_id": "4", "appeal_id": "A-3", "type": "replied"},
        POSTED | {"event_id": "4", "appeal_id": "A-3", "type": "replied"},
    ]
    file, config = tmp_path / "events.jsonl", tmp_path / "region.toml"
    file.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    config.write_text(
        '[schedule]\ncalendar = "RU-VGG"\n[target]\nname = "first reply"\nbudget = "4h"\n',
        encoding="utf-8",
    )
    command = ["check", str(file), "--config", str(config), "--as-of", AS_OF, "--explain"]
    assert main([*command, "--json"]) == 1
    wanted = json.loads(capsys.readouterr().out)
    found = client.post("/v1/evaluate", {"as_of": AS_OF, "events": events, "explain": True}).json()
    assert found["outcomes"] == sorted(wanted["outcomes"], key=lambda one: one["appeal_id"])
    assert [span["holder"] for span in found["outcomes"][0]["spans"]] == ["roads", "parks"]
    for key in ("counts", "events", "unmatched", "policy_version"):
        assert found[key] == wanted[key], key
    indexed = [{"index": 3} | one for one in wanted["quarantine"]]
    assert found["quarantine"] == indexed


@pytest.mark.parametrize(
    ("item", "reason", "detail"),
    [
        (5, "malformed", "JSON, but not an object"),
        (None, "malformed", "JSON, but not an object"),
        ([POSTED], "malformed", "JSON, but not an object"),
        ({}, "missing_value", "appeal_id is missing"),
        (POSTED | {"appeal_id": "x" * 1025}, "malformed", "has more than 1,024 bytes"),
        (POSTED | {"type": None}, "missing_value", "type is empty"),
        (POSTED | {"occurred_at": "2025-10-31T17:30:00"}, "naive_time", "has no offset; write it"),
        (POSTED | {"occurred_at": "yesterday"}, "unreadable_time", "'yesterday' is not a time"),
        (POSTED | {"received_at": "9999-12-31T23:59:59-12:00"}, "unreadable_time", "9998"),
        (POSTED | {"type": "creatd"}, "unknown_type", "'creatd' is not known; use one of created"),
        (POSTED | {"author_role": "mayor"}, "unknown_value", "is not one of citizen, official"),
        (POSTED | {"agency": "roads"}, "malformed", "did you mean agency_id?"),
        (POSTED | {"text": "The lamp is broken"}, "malformed", "'text' is not a field"),
        (POSTED | {"schema": "workhours.event/2"}, "malformed", "workhours.event/1, or leave"),
        (POSTED | {"agency_id": [[[]]]}, "malformed", "agency_id"),
        (POSTED | {"specversion": "0.3"}, "missing_value", "source"),
        (
            {"specversion": "1.0", "id": "1", "source": "p", "type": "created", "subject": "A-1"},
            "missing_value",
            "time is missing",
        ),
    ],
)
def test_one_bad_event_harms_no_other(client: Client, item: Any, reason: str, detail: str) -> None:
    events: list[Any] = [POSTED | {"appeal_id": f"A-{number}"} for number in range(7)]
    events.insert(3, item)
    answer = client.post("/v1/evaluate", {"as_of": AS_OF, "events": events}).json()
    assert len(answer["outcomes"]) == 7
    assert answer["rows"] == {"read": 8, "mapped": 7, "quarantined": 1}
    (bad,) = answer["quarantine"]
    assert (bad["index"], bad["reason"]) == (3, reason)
    assert detail in bad["detail"]
    assert "[input]" not in bad["detail"]
    assert "[values" not in bad["detail"]
    assert "lamp" not in json.dumps(answer)


def test_several_evaluations(client: Client) -> None:
    good = {"as_of": AS_OF, "events": [POSTED]}
    naive = {"as_of": "2025-11-01T12:30:01", "events": [POSTED]}
    first, second, third = client.post("/v1/evaluate", [good, naive, good]).json()["answers"]
    assert first == third == client.post("/v1/evaluate", good).json()
    assert second["type"].endswith("#naive-time")


def test_a_target_of_several_and_dates_by_rule() -> None:
    two = """
    [schedule]
    calendar = "RU-VGG"
    [[targets]]
    name = "first reply"
    budget = "4h"
    [[targets]]
    name = "final reply"
    budget = "7 working days"
    """
    client = Client(two)
    question = {"as_of": "2029-10-31T12:00:00+03:00", "events": []}
    question["events"] = [POSTED | {"occurred_at": "2029-10-30T17:30:00+03:00"}]
    both = client.post("/v1/evaluate", question).json()["outcomes"]
    assert [one["target"] for one in both] == ["first reply", "final reply"]
    assert {one["due_at"] for one in both} == {None}
    ruled = client.post("/v1/evaluate", question | {"provisional": True, "target": "final reply"})
    (outcome,) = ruled.json()["outcomes"]
    assert outcome["provisional"] is True
    assert outcome["due_at"] is not None
    refused = client.post("/v1/evaluate", question | {"target": "final"})
    assert "did you mean final reply?" in problem(refused, "invalid-request", 422)["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "key"),
    [
        ({"events": []}, "invalid-request", "as_of"),
        ({"as_of": AS_OF}, "invalid-request", "events"),
        ({"as_of": AS_OF, "events": {}}, "invalid-request", "events"),
        ({"as_of": AS_OF, "events": [1, POSTED], "event": 1}, "invalid-request", "event"),
        ({"as_of": "2025-11-01T12:30:01", "events": []}, "naive-time", "as_of"),
        ({"as_of": "soon", "events": []}, "invalid-time", "as_of"),
    ],
)
def test_bad_evaluations(client: Client, body: Any, kind: str, key: str) -> None:
    assert problem(client.post("/v1/evaluate", body), kind, 422)["key"] == key


def test_events_far_from_the_time_are_refused(client: Client) -> None:
    far = POSTED | {"occurred_at": "1015-10-31T17:30:00Z"}
    answer = client.post("/v1/evaluate", {"as_of": AS_OF, "events": [POSTED, far]})
    assert problem(answer, "span-too-long", 422)["index"] == 1


def test_limits_of_evaluations() -> None:
    question = {"as_of": AS_OF, "events": [POSTED] * 100}
    client = Client(limits=Limits(answer_bytes=500))
    problem(client.post("/v1/evaluate", question), "answer-too-large", 422)
    client = Client(limits=Limits(events_bytes=5_000))
    problem(client.post("/v1/evaluate", question), "body-too-large", 413)
    many = question | {"events": [POSTED] * 10_001}
    found = problem(Client().post("/v1/evaluate", many), "batch-too-large", 422)
    assert (found["count"], found["most"]) == (10_001, 10_000)
    both = [many | {"events": [POSTED] * 5_000}, many | {"events": [POSTED] * 5_001}]
    problem(Client().post("/v1/evaluate", both), "batch-too-large", 422)
    padded = json.dumps(question).encode().ljust(2_000_000)
    assert Client().ask("POST", "/v1/evaluate", given=padded).status_code == 200

"""``POST /v1/evaluate`` answers what ``check`` says, and accounts for every event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workhours_sla.cli.main import main

pytest.importorskip("starlette")
pytest.importorskip("httpx")

from kit.client import FRIDAY, Client, problem
from workhours_sla.service.api import Limits

POSTED = {"appeal_id": "A-1", "type": "created", "occurred_at": FRIDAY}
AS_OF = "2025-11-01T12:30:01+03:00"


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


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
    # the same in other forms: another offset, a CloudEvent, another order
    utc = events[2] | {"occurred_at": "2025-11-01T08:00Z"}
    cloud = {"specversion": "1.0", "source": "portal", "id": "1", "type": "workhours.event.created"}
    cloud |= {"subject": "A-1", "time": FRIDAY, "data": {"agency_id": "roads"}}
    others = [utc, events[4], events[3], events[1], cloud]
    again = client.post("/v1/evaluate", {"as_of": AS_OF, "events": others, "explain": True}).json()
    assert again["outcomes"] == found["outcomes"]


@pytest.mark.parametrize(
    ("item", "reason", "detail"),
    [
        (5, "malformed", "JSON, but not an object"),
        ({}, "missing_value", "appeal_id is missing"),
        (POSTED | {"occurred_at": "2025-10-31T17:30:00"}, "naive_time", "has no offset; write it"),
        (POSTED | {"agency": "roads"}, "malformed", "did you mean agency_id?"),
        (POSTED | {"text": "The lamp is broken"}, "malformed", "'text' is not a field"),
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
        ({"as_of": AS_OF}, "invalid-request", "events"),
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
    client = Client(limits=Limits(events_bytes=5_000))
    problem(client.post("/v1/evaluate", question), "body-too-large", 413)
    many = question | {"events": [POSTED] * 10_001}
    found = problem(Client().post("/v1/evaluate", many), "batch-too-large", 422)
    assert (found["count"], found["most"]) == (10_001, 10_000)
    both = [many | {"events": [POSTED] * 5_000}, many | {"events": [POSTED] * 5_001}]
    problem(Client().post("/v1/evaluate", both), "batch-too-large", 422)
    padded = json.dumps(question).encode().ljust(2_000_000)
    assert Client().ask("POST", "/v1/evaluate", given=padded).status_code == 200

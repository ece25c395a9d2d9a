"""A request that costs more counts as several of its client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from workhours_sla.config import parse
from workhours_sla.stream import MemoryStore, Pipeline

pytest.importorskip("starlette")
pytest.importorskip("httpx")
pytest.importorskip("numpy")

from kit.client import FRIDAY, READ, REGION, WRITE, Client, problem
from workhours_sla.service import guard
from workhours_sla.service.api import Limits
from workhours_sla.service.live import Live
from workhours_sla.service.reporting import Reports
from workhours_sla.service.tokens import Tokens
from workhours_sla.service.operations import WithStore

AT_ONCE = 1000
"""The requests that a client may send at once after a silence, at 100 a second."""
BEARER = {"authorization": f"Bearer {WRITE}"}


class Asked:
    """Asks with a token, in a time that only the test changes."""

    now = 0.0

    def __init__(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "monotonic", lambda: self.now)
        configuration = parse(REGION)
        self.client = Client(
            configuration.policy,
            tokens=Tokens.parse(f"write={WRITE}\nread={READ}", "TOKENS"),
            store=WithStore(live, reports=Reports(live, configuration)),
            limits=Limits(rate=100),
        )
        self.limit = self.client.app._limit

    def left(self) -> int:
        """Return how many usual requests the client may send now."""
        (full,) = self.limit._full.values() or (self.now,)
        return round(AT_ONCE - max(0.0, full - self.now) * 100)

    def cost(self, method: str, path: str, body: Any = None, *, status: int = 200) -> int:
        """Return as how many requests one counts."""
        self.now += 100.0
        answer = self.client.ask(method, path, body, **BEARER)
        assert answer.status_code == status, answer.text
        return AT_ONCE - self.left()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    with (
        Pipeline(MemoryStore(), parse(REGION).policy) as pipeline,
        Live(pipeline, tick=None, skew=timedelta(0)) as live,
    ):
        yield Asked(live, monkeypatch)


def event(number: int) -> dict[str, str]:
    return {"appeal_id": str(number), "type": "created", "occurred_at": FRIDAY}


def test_what_takes_longer_costs_more(asked: Asked) -> None:
    question = {"start": FRIDAY}
    assert asked.cost("POST", "/v1/due", question) == 1
    assert asked.cost("POST", "/v1/due", [question] * 9) == 1
    assert asked.cost("POST", "/v1/due", [question] * 1000) == 101
    assert asked.cost("POST", "/v1/explain", question) == 3
    assert asked.cost("POST", "/v1/due", [question, question | {"explain": True}]) == 3
    evaluation = {"as_of": FRIDAY, "events": [event(number) for number in range(500)]}
    assert asked.cost("POST", "/v1/evaluate", evaluation) == 11
    assert asked.cost("POST", "/v1/events", event(0), status=202) == 1
    events = [event(number) for number in range(200)]
    assert asked.cost("POST", "/v1/events", events, status=202) == 5
    assert asked.cost("GET", "/v1/appeals/1") == 1
    assert asked.cost("GET", "/v1/overdue") == 10
    assert asked.cost("GET", "/metrics") == 10
    assert asked.cost("GET", "/v1/report") == 100


def test_a_client_without_requests_left_is_refused_before_the_work(asked: Asked) -> None:
    question = {"start": FRIDAY}
    for _ in range(10):
        answer = asked.client.ask("GET", "/v1/report", **BEARER)
        problem(answer, "invalid-request", 422)  # the store has no appeals
    assert asked.left() == 0
    refused = asked.client.ask("POST", "/v1/due", question, **BEARER)
    problem(refused, "too-many-requests", 429)
    asked.now += 0.011  # one request is left, so the list is refused after its first
    refused = asked.client.ask("POST", "/v1/events", [event(n) for n in range(200)], **BEARER)
    assert problem(refused, "too-many-requests", 429)["seconds"] == 1
    appeal = asked.client.ask("GET", "/v1/appeals/1", authorization=f"Bearer {READ}")
    problem(appeal, "unknown-appeal", 404)  # nothing was stored, and others are answered


def test_a_refused_list_is_accepted_after_the_seconds_of_the_answer(asked: Asked) -> None:
    asked.limit._rate = 1.0
    for _ in range(10):
        assert asked.client.ask("GET", "/v1/calendars/RU/2025", **BEARER).status_code == 200
    waits = []
    for _ in range(3):
        answer = asked.client.ask("POST", "/v1/due", [{"start": FRIDAY}] * 20, **BEARER)
        if answer.status_code == 200:
            break
        waits.append(problem(answer, "too-many-requests", 429)["seconds"])
        asked.now += waits[-1]
    assert waits == [1, 2]  # first for the request itself, then for its questions as well


@pytest.mark.slow
def test_the_largest_cost_is_no_longer_than_a_silence(asked: Asked) -> None:
    events = [event(number) for number in range(10_000)]
    assert asked.cost("POST", "/v1/events", events, status=202) == 201
    asked.limit._rate = 1.0
    asked.now += 1000.0
    assert asked.client.ask("GET", "/v1/report", **BEARER).status_code == 200
    refused = asked.client.ask("GET", "/v1/appeals/1", **BEARER)
    assert problem(refused, "too-many-requests", 429)["seconds"] == 1


def test_a_token_that_is_not_valid_makes_nothing_dearer(asked: Asked) -> None:
    answer = asked.client.ask("GET", "/v1/report", authorization="Bearer " + "x" * 20)
    problem(answer, "unauthorized", 401)
    assert asked.left() == AT_ONCE - 1

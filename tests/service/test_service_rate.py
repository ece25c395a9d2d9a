"""Each client has a rate, and a request that costs more counts as several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from workhours_sla.config import parse

pytest.importorskip("starlette")
pytest.importorskip("httpx")
pytest.importorskip("numpy")

from kit.client import FRIDAY, READ, REGION, WRITE, Client, problem, running
from workhours_sla.service import tokens
from workhours_sla.service.api import Limits
from workhours_sla.service.live import Live
from workhours_sla.service.operations import WithStore
from workhours_sla.service.reporting import Reports
from workhours_sla.service.tokens import Tokens

AT_ONCE = 10
"""The requests that a client may send at once after a silence, at 1 a second."""
BEARER = {"authorization": f"Bearer {WRITE}"}
QUESTION = {"start": FRIDAY}


class Asked:
    """Asks with a token, in a time that only the test changes."""

    now = 0.0

    def __init__(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tokens, "monotonic", lambda: self.now)
        configuration = parse(REGION)
        self.client = Client(
            configuration.policy,
            tokens=Tokens.parse(f"write={WRITE}\nread={READ}", "TOKENS"),
            store=WithStore(live, reports=Reports(live, configuration)),
            limits=Limits(rate=1),
        )

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.ask(method, path, body, **(BEARER | headers))

    def left(self, **headers: str) -> int:
        """Return how many usual requests the client may send now, and send them."""
        for sent in range(AT_ONCE + 1):
            if self.ask("GET", "/v1/calendars/RU/2025", **headers).status_code == 429:
                return sent
        return AT_ONCE + 1

    def cost(self, method: str, path: str, body: Any = None, *, status: int = 200) -> int:
        """Return as how many requests one counts."""
        self.now += 100.0
        answer = self.ask(method, path, body)
        assert answer.status_code == status, answer.text
        return AT_ONCE - self.left()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    with running(parse(REGION).policy) as live:
        yield Asked(live, monkeypatch)


def event(number: int) -> dict[str, str]:
    return {"appeal_id": str(number), "type": "created", "occurred_at": FRIDAY}


def test_what_takes_longer_costs_more(asked: Asked) -> None:
    assert asked.cost("POST", "/v1/due", QUESTION) == 1
    assert asked.cost("POST", "/v1/due", [QUESTION] * 9) == 1
    assert asked.cost("POST", "/v1/due", [QUESTION] * 30) == 4
    assert asked.cost("POST", "/v1/explain", QUESTION) == 3
    assert asked.cost("POST", "/v1/due", [QUESTION, QUESTION | {"explain": True}]) == 3
    evaluation = {"as_of": FRIDAY, "events": [event(number) for number in range(200)]}
    assert asked.cost("POST", "/v1/evaluate", evaluation) == 5
    assert asked.cost("POST", "/v1/events", event(0), status=202) == 1
    events = [event(number) for number in range(200)]
    assert asked.cost("POST", "/v1/events", events, status=202) == 5
    assert asked.cost("GET", "/v1/appeals/1") == 1
    for path in ("/v1/overdue", "/metrics", "/v1/report"):
        assert asked.cost("GET", path) == 10


def test_a_client_has_a_rate_and_others_are_answered(asked: Asked) -> None:
    assert asked.left() == AT_ONCE
    answer = asked.ask("POST", "/v1/events", [event(n) for n in range(200)])
    assert problem(answer, "too-many-requests", 429)["seconds"] == 1
    assert answer.headers["retry-after"] == "1"
    reader = {"authorization": f"Bearer {READ}"}
    problem(asked.ask("GET", "/v1/appeals/1", **reader), "unknown-appeal", 404)  # none was stored
    # tokens that are not valid are counted by the address, and make nothing dearer
    guesses = [{"authorization": "Bearer " + str(n) * 20} for n in range(10)]
    for one in guesses:
        problem(asked.ask("GET", "/v1/report", **one), "unauthorized", 401)
    problem(asked.ask("GET", "/v1/report", **guesses[0]), "too-many-requests", 429)
    assert asked.client.post("/", {}, **BEARER).status_code == 429  # the form of the screen, too


def test_who_has_one_request_left_may_send_a_dear_one_and_waits_for_it(asked: Asked) -> None:
    assert asked.left() == AT_ONCE
    asked.now += 1.0
    assert asked.ask("POST", "/v1/due", [QUESTION] * 20).status_code == 200
    answer = asked.ask("POST", "/v1/due", QUESTION)
    assert problem(answer, "too-many-requests", 429)["seconds"] == 3
    asked.now += 3.0
    assert asked.ask("GET", "/v1/report").status_code == 422  # the store has no appeals
    waits = problem(asked.ask("POST", "/v1/due", QUESTION), "too-many-requests", 429)["seconds"]
    assert waits == 10  # no debt is longer than a silence

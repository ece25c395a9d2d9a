"""The HTTP service answers as the shell does, and refuses bad requests with a problem document."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kit.client import FRIDAY, READ, REGION, WRITE, Client, problem
from workhours_sla.cli.main import main
from workhours_sla.errors import ConfigError
from workhours_sla.text.catalog import PROBLEMS, language

pytest.importorskip("starlette")
httpx = pytest.importorskip("httpx")

from workhours_sla.config.sections import ServiceSettings
from workhours_sla.service.api import Limits
from workhours_sla.service.tokens import Tokens

pytestmark = pytest.mark.filterwarnings("ignore::workhours_sla.errors.ProvisionalWarning")
# as for every command: the answer itself says that it is provisional

BY_AGENCY = """
[schedules.office]
calendar = "RU-VGG"
hours = "Mo-Fr 09:00-18:00"

[schedules.duty]
calendar = "none"
tz = "Europe/Volgograd"
hours = "Mo-Su 00:00-24:00"

[agencies]
roads = { schedule = "office" }
rescue = { schedule = "duty" }

[[targets]]
name = "first reply"
budget = "4h"
schedule_by = "agency_id"

[[targets]]
name = "final reply"
budget = "7 working days"
schedule = "office"
"""


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


# -- answers --------------------------------------------------------------------------------------


def in_shell(
    capsys: pytest.CaptureFixture[str], folder: Path, config: str, *arguments: str
) -> dict[str, Any]:
    file = folder / "region.toml"
    file.write_text(config, encoding="utf-8")
    assert main([*arguments, "--config", str(file), "--json", "--lang", "en"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("path", "question", "arguments"),
    [
        ("due", {"start": FRIDAY}, ("due", FRIDAY)),
        (
            "due",
            {"start": FRIDAY, "now": "2025-11-01T11:00:00+03:00", "explain": True},
            ("due", FRIDAY, "--now", "2025-11-01T11:00:00+03:00", "--explain"),
        ),
        (
            "due",
            {"start": "2029-10-30T17:30:00+03:00", "provisional": True},
            ("due", "2029-10-30T17:30:00+03:00", "--provisional"),
        ),
        (
            "elapsed",
            {"start": FRIDAY, "end": "01.11.2025 12:00Z"},
            ("elapsed", FRIDAY, "01.11.2025 12:00Z"),
        ),
        ("latest-start", {"due_by": FRIDAY}, ("latest-start", FRIDAY)),
        ("explain", {"start": FRIDAY}, ("explain", FRIDAY)),
        (
            "explain",
            {"start": FRIDAY, "end": "2025-12-01T00:00:00Z"},
            ("explain", FRIDAY, "2025-12-01T00:00:00Z"),
        ),
    ],
)
def test_answers_are_those_of_the_shell(
    client: Client,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    path: str,
    question: dict[str, Any],
    arguments: tuple[str, ...],
) -> None:
    answer = client.post(f"/v1/{path}", question)
    assert answer.status_code == 200
    assert answer.json() == in_shell(capsys, tmp_path, REGION, *arguments)


def test_a_year_is_that_of_the_shell(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.ask("GET", "/v1/calendars/RU-VGG/2026")
    assert main(["calendar", "RU-VGG", "2026", "--json"]) == 0
    assert answer.json() == json.loads(capsys.readouterr().out)
    unknown = client.ask("GET", "/v1/calendars/RU-VGG/2030")
    assert problem(unknown, "calendar-coverage", 422)["date"] == "2030-01-01"
    by_rule = client.ask("GET", "/v1/calendars/RU-VGG/2030?provisional=true")
    assert by_rule.json()["provisional"] is True


def test_agency_selects_the_schedule() -> None:
    client = Client(BY_AGENCY)
    question = {"start": FRIDAY, "target": "first reply"}
    roads, rescue, final = client.post(
        "/v1/due",
        [
            question | {"agency_id": "roads"},
            question | {"agency_id": "rescue"},
            {"start": FRIDAY, "target": "final reply"},
        ],
    ).json()["answers"]
    assert roads["due_at"] == "2025-11-01T12:30:00+03:00"
    assert rescue["due_at"] == "2025-10-31T21:30:00+03:00"
    assert final["budget"]["working_days"]["count"] == 7
    refused = client.post("/v1/due", question)
    assert problem(refused, "invalid-request", 422)["key"] == "agency_id"
    refused = client.post("/v1/due", question | {"agency_id": "road"})
    assert "did you mean roads?" in problem(refused, "invalid-request", 422)["detail"]
    refused = client.post("/v1/due", {"start": FRIDAY})
    assert "first reply, final reply" in problem(refused, "invalid-request", 422)["detail"]


def test_in_a_list_one_bad_question_harms_no_other(client: Client) -> None:
    questions: list[Any] = [{"start": FRIDAY}] * 1000
    questions[500] = {"start": "2025-10-31T17:30:00"}
    found = client.post("/v1/due", questions)
    assert found.status_code == 200
    answers = found.json()["answers"]
    assert len(answers) == 1000
    assert answers[500]["type"].endswith("#naive-time")
    others = [answer for number, answer in enumerate(answers) if number != 500]
    assert others == [client.post("/v1/due", {"start": FRIDAY}).json()] * 999


# -- problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "invalid-json", 400),
        (b'{"start": "\\ud800"}', "invalid-json", 400),
        (b'{"start": "a", "start": "b"}', "invalid-json", 400),
        (b"[" * 200_000, "invalid-json", 400),
        (b"1" * 5_000, "invalid-json", 400),
        (b"[]", "invalid-request", 422),
        (b"{}", "invalid-request", 422),
        (b"NaN", "invalid-request", 422),
        (b'{"start": 1761921000}', "invalid-request", 422),
        (b'{"start": "2025-10-31T17:30:00Z", "explain": 1}', "invalid-request", 422),
        (b'{"start": "2025-10-31T17:30:00Z", "target": "other"}', "invalid-request", 422),
        (
            b'{"start": "2025-10-31T17:30:00Z", "end": "2025-10-31T17:30:00Z"}',
            "invalid-request",
            422,
        ),
        (b'{"start": "yesterday"}', "invalid-time", 422),
        (b'{"start": "2025-10-31T17:30:00"}', "naive-time", 422),
        (b'{"start": "9999-12-31T23:59:59-12:00"}', "calendar-coverage", 422),
        (b'{"start": "2029-10-30T17:30:00Z"}', "calendar-coverage", 422),
    ],
)
def test_bad_questions(client: Client, body: bytes, kind: str, status: int) -> None:
    problem(client.ask("POST", "/v1/due", given=body), kind, status)


@pytest.mark.parametrize("year", ["1", "9999", "1" * 23, "next"])
def test_a_year_that_is_none_has_its_limits_in_the_answer(client: Client, year: str) -> None:
    found = problem(client.ask("GET", f"/v1/calendars/RU-VGG/{year}"), "invalid-request", 422)
    assert found["detail"] == f"year is '{year}'; write a number from 2 to 9998"
    wrong = problem(
        client.ask("GET", "/v1/calendars/RU-VGG/2025?provisional=2"), "invalid-request", 422
    )
    assert wrong["detail"] == "'2' is neither true nor false"


def test_a_problem_has_the_facts_as_fields(client: Client) -> None:
    found = problem(
        client.post("/v1/due", {"start": "2029-10-30T17:30:00Z"}), "calendar-coverage", 422
    )
    assert found["calendar"] == "RU-VGG"
    assert found["date"] == "2029-10-30"
    assert found["last"] >= "2027-12-31"
    assert '"provisional": true' in found["detail"]
    found = problem(client.post("/v1/due", {"start": "31.10.2025"}), "invalid-time", 422)
    assert (found["key"], found["text"]) == ("start", "31.10.2025")


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en;q=0.5, ru;q=0.4", "en"),
        ("de", "en"),
        ("ru;q=x", "en"),
    ],
)
def test_language_of_messages(client: Client, accepted: str, lang: str) -> None:
    answer = client.post("/v1/due", {"start": "31.10.2025 17:30"}, accept_language=accepted)
    found = problem(answer, "naive-time", 422)
    assert answer.headers["content-language"] == lang
    with language(lang):
        assert found["title"] == PROBLEMS["naive-time"]
    assert ("has no zone" in found["detail"]) == (lang == "en")
    found = Client(lang=lang).post("/v1/due", {"start": "31.10.2025 17:30"})
    assert found.headers["content-language"] == lang


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example:8000", "", "localhost:x", "[" * 300 + "::1]:8000"],
)
def test_without_tokens_only_names_of_this_machine_are_answered(host: str) -> None:
    found = problem(Client().ask("GET", "/v1/calendars/RU/2026", host=host), "wrong-host", 421)
    assert found["host"].rstrip("…") == host[:200]  # no more of what a client sends
    assert Client().ask("GET", "/healthz", host=host).status_code == 200
    for known in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert Client().ask("GET", "/v1/calendars/RU/2026", host=known).status_code == 200


def test_addresses_and_methods(client: Client, guarded: Client) -> None:
    for path in ("/v1/nothing", "/v1/due/", "/healthz/"):  # nothing leads to another address
        problem(client.ask("GET", path), "not-found", 404)
        problem(guarded.ask("GET", path), "not-found", 404)
    answer = client.ask("GET", "/v1/due")
    found = problem(answer, "method-not-allowed", 405)
    assert (answer.headers["allow"], found["allowed"]) == ("POST", "POST")
    problem(
        client.ask("POST", "/v1/due", given=b"{}", content_type="text/plain"), "media-type", 415
    )
    found = problem(client.ask("GET", "/v1/calendars/XX/2025"), "unknown-calendar", 404)
    assert found["id"] == "XX"
    for year in ("0", "20255", "abc", "²²", "-5"):
        found = problem(client.ask("GET", f"/v1/calendars/RU/{year}"), "invalid-request", 422)
        assert found["key"] == "year"
    for query in ("provisonal=true", "provisional=true&provisional=false"):
        asked = client.ask("GET", f"/v1/calendars/RU/2030?{query}")
        problem(asked, "invalid-request", 422)
    wrong = client.ask("GET", "/v1/calendars/RU/2026?provisional=yes")
    assert problem(wrong, "invalid-request", 422)["key"] == "provisional"


@pytest.mark.parametrize(
    "body",
    [
        {"start": "x" * 100_000},
        {"start": FRIDAY, "x" * 100_000: 1},
    ],
)
def test_a_problem_has_little_of_a_long_input(client: Client, body: Any) -> None:
    answer = client.post("/v1/due", body)
    assert answer.status_code == 422
    assert "x" * 80 in answer.text
    assert "x" * 201 not in answer.text
    for path in (f"/v1/calendars/RU/2025?{'x' * 9_000}=1", f"/v1/calendars/{'x' * 9_000}/2025"):
        assert "x" * 201 not in client.ask("GET", path).text


def test_no_answer_is_kept_or_guessed_at(client: Client) -> None:
    for answer in (client.post("/v1/due", {"start": FRIDAY}), client.post("/v1/due", {})):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_spans_have_a_limit(client: Client) -> None:
    question = {"start": "2005-01-11T00:00:00Z", "end": "2025-01-11T00:00:00Z"}
    found = problem(client.post("/v1/elapsed", question), "span-too-long", 422)
    assert found["most"] == 3660


# -- limits ---------------------------------------------------------------------------------------


async def stream(seen: list[int], parts: int) -> AsyncIterator[bytes]:
    for _ in range(parts):
        seen.append(65_536)
        yield b" " * 65_536


def test_a_large_body_is_refused_while_it_arrives(client: Client) -> None:
    large = problem(client.ask("POST", "/v1/due", given=b" " * 10_000_000), "body-too-large", 413)
    assert large["most"] == 1_048_576
    seen: list[int] = []
    problem(client.ask("POST", "/v1/due", given=stream(seen, 160)), "body-too-large", 413)
    exact = json.dumps({"start": FRIDAY}).encode().ljust(1_048_576)
    assert client.ask("POST", "/v1/due", given=exact).status_code == 200
    problem(client.ask("POST", "/v1/due", given=exact + b" "), "body-too-large", 413)


def test_a_slow_body_is_refused() -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    client = Client(limits=Limits(body_seconds=0.05))
    problem(client.ask("POST", "/v1/due", given=slow()), "body-timeout", 408)


def test_lists_and_answers_have_limits(client: Client) -> None:
    found = problem(client.post("/v1/due", [{"start": FRIDAY}] * 1001), "batch-too-large", 422)
    assert (found["count"], found["most"]) == (1001, 1000)
    questions = [{"start": FRIDAY}] * 10
    client = Client(limits=Limits(answer_bytes=1000))
    problem(client.post("/v1/explain", questions), "answer-too-large", 422)
    client = Client(limits=Limits(seconds=0.0))
    problem(client.post("/v1/due", questions), "timeout", 503)


# -- tokens ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Client:
    return Client(tokens=Tokens.parse(f"# of the portal\nread={READ}\nwrite = {WRITE}\n", "TOKENS"))


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", f"Basic {READ}", READ, f"Bearer {READ}x", f"Bearer {READ[1:]}"],
)
def test_without_a_valid_token(guarded: Client, given: str) -> None:
    headers = {"authorization": given} if given else {}
    for method, path in (("POST", "/v1/due"), ("GET", "/v1/calendars/RU/2025")):
        answer = guarded.ask(method, path, **headers)
        problem(answer, "unauthorized", 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert READ not in answer.text


def test_with_a_valid_token(guarded: Client) -> None:
    for token in (READ, WRITE):
        answer = guarded.post("/v1/due", {"start": FRIDAY}, authorization=f"bearer {token}")
        assert answer.status_code == 200
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert guarded.ask("GET", path).status_code == 200


def test_tokens_of_a_variable_and_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"read={READ}\n", encoding="utf-8")
    for settings in (ServiceSettings(tokens_env="T"), ServiceSettings(tokens_file=str(file))):
        Tokens.of(settings, {"T": f"read={READ}"}).check(f"Bearer {READ}")
    assert Tokens.of(ServiceSettings(), dict(os.environ)).is_empty


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        (ServiceSettings(tokens_env="T"), {}),
        (ServiceSettings(tokens_env="T"), {"T": "admin=secret-secret-secret"}),
        (ServiceSettings(tokens_env="T"), {"T": "read=secret secret-secret"}),
        (ServiceSettings(tokens_env="T"), {"T": "read=secret"}),
        (ServiceSettings(tokens_file="/nowhere/tokens"), {}),
        (ServiceSettings(tokens_env="T", tokens_file="/nowhere"), {"T": f"read={READ}"}),
    ],
)
def test_tokens_that_cannot_be_used(settings: ServiceSettings, environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        Tokens.of(settings, environment)
    assert "secret" not in str(refused.value)


# -- faults and the log ---------------------------------------------------------------------------


def test_a_fault_is_a_problem_without_its_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        msg = "the citizen's name"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr("workhours_sla.service.questions.DueQuestion.answer", broken)
    answer = Client().post("/v1/due", {"start": FRIDAY})
    found = problem(answer, "internal", 500)
    assert "citizen" not in answer.text
    fault = next(record for record in caplog.records if record.msg == "fault")
    assert vars(fault)["id"] == found["id"]
    assert vars(fault)["error"] == "ZeroDivisionError"
    assert "citizen" not in str(vars(fault))


def test_the_log_has_nothing_of_a_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.ask("POST", "/v1/due?name=Ivanov", given=b'{"start": "Ivanov"}', authorization="Ivanov")
    client.ask("GET", "/v1/calendars/Ivanov/2025")
    client.ask("GET", "/Ivanov")
    client.ask("Ivanov", "/healthz")
    logged = [vars(record) for record in caplog.records if record.msg == "request"]
    assert [line["route"] for line in logged] == [
        "/v1/due",
        "/v1/calendars/{id}/{year}",
        *(None, None),
    ]
    assert [line["status"] for line in logged] == [422, 404, 404, 405]
    assert [line["method"] for line in logged] == ["POST", "GET", "GET", "other"]
    assert "Ivanov" not in str(logged)

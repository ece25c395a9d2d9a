"""The description of the service in OpenAPI: every address, and examples that are its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from workhours_sla.config import parse

pytest.importorskip("starlette")
pytest.importorskip("httpx")
pytest.importorskip("numpy")
jsonschema = pytest.importorskip("jsonschema")

from kit.client import READ, WRITE, Client, Clock, running
from workhours_sla.service.app import NOW
from workhours_sla.service.operations import WithStore
from workhours_sla.service.reporting import Reports
from workhours_sla.service.tokens import Tokens
from workhours_sla.service.webhook_requests import Webhooks

CONFIG = """
[schedule]
calendar = "RU-VGG"

[target]
name = "first reply"
budget = "4h"

[service.vk]
secret_env = "VK"
confirmations = { "990000001" = "a1b2c3d4" }

[service.max]
secret_env = "MAX"
"""
SECRET = "s" * 20
BEARER = {"authorization": f"Bearer {WRITE}"}


@pytest.fixture
def client() -> Iterator[Client]:
    """Return a service of all that can be configured, at the time of the examples."""
    config = parse(CONFIG)
    with running(config.policy, clock=Clock(NOW)) as live:
        webhooks = Webhooks.of(config.mapping, live, {"VK": SECRET, "MAX": SECRET})
        store = WithStore(live, webhooks, Reports(live, config))
        tokens = Tokens.parse(f"read={READ}\nwrite={WRITE}", "TOKENS")
        yield Client(config.policy, tokens=tokens, store=store)


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def examples(document: Any, content: Any) -> Iterator[tuple[str, Any]]:
    """Yield the examples of a content, each after a check against its schema."""
    schema = content["schema"] | {"components": document["components"]}
    for name, example in content.get("examples", {}).items():
        jsonschema.Draft202012Validator(schema).validate(example["value"])
        yield name, example["value"]


def test_every_address_is_described_with_what_it_needs(client: Client) -> None:
    document = client.ask("GET", "/openapi.json").json()
    routes = {
        (method.lower(), route.path.replace(":path", ""))
        for route in client.app.routes
        for method in route.methods - {"HEAD"}
    }
    described = {(method, path) for path, method, _ in operations(document)}
    of_people = {"/", "/appeal", "/updates", "/logout", "/openapi.json"}
    assert {one for one in routes if one[1] not in of_people} == described
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    for path, method, operation in operations(document):
        address = path.replace("{id}", "x").replace("{year}", "x")
        answer = client.ask(method.upper(), address, given=b"{}")
        assert str(answer.status_code) in operation["responses"], path
        is_open = operation.get("security") == []
        assert is_open == (answer.status_code != 401), path
        needs = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert needs == set(re.findall(r"\{(\w+)\}", path))
    bare = Client().ask("GET", "/openapi.json").json()
    assert bare["paths"].keys() < document["paths"].keys()
    assert "security" not in bare


def test_examples_are_what_the_service_answers(client: Client) -> None:
    document = client.ask("GET", "/openapi.json").json()
    asked = 0
    for path, method, operation in sorted(operations(document), key=lambda one: one[1:2]):
        if method != "post" or "webhooks" in path:
            continue
        status = min(operation["responses"])
        (content,) = operation["responses"][status]["content"].values()
        answers = dict(examples(document, content))
        for kind, sent in operation["requestBody"]["content"].items():
            for name, example in examples(document, sent):
                answer = client.post(path, example, content_type=kind, **BEARER)
                assert answer.status_code == int(status)
                if name in answers and kind == "application/json":
                    assert answer.json() == answers[name], (path, name)
                    asked += 1
                elif name != "cloudevent":
                    assert answer.json()["counts"]["duplicate"] == 1
        if status == "200":
            refused = operation["responses"]["422"]["content"]["application/problem+json"]
            bad = operation["requestBody"]["content"]["application/json"]["examples"]["several"]
            found = client.post(path, bad["value"][1], **BEARER)
            assert found.json() == refused["example"]
    assert asked == 14
    for path in ("/v1/appeals/A-1", "/v1/calendars/RU-VGG/2025", "/readyz", "/healthz"):
        described = re.sub("A-1|RU-VGG", "{id}", path).replace("2025", "{year}")
        content = document["paths"][described]["get"]["responses"]["200"]["content"]
        ((_, example),) = examples(document, content["application/json"])
        found = client.ask("GET", path, **BEARER).json()
        assert found | {"days": found.get("days", [])[:1], "norms": found.get("norms", [])[:1]} == (
            {"days": [], "norms": []} | example
        )


def test_examples_of_webhooks_are_accepted(client: Client) -> None:
    document = client.ask("GET", "/openapi.json").json()
    for name in ("vk", "max"):
        operation = document["paths"][f"/v1/webhooks/{name}"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        headers = {one["name"]: SECRET for one in operation.get("parameters", ())}
        answer = client.post(f"/v1/webhooks/{name}", example | {"secret": SECRET}, **headers)
        described = operation["responses"]["200"]["content"]["text/plain"]["schema"]
        assert answer.text in described["examples"]


def test_amounts_are_described_with_their_sign() -> None:
    client = Client()
    schemas = client.ask("GET", "/openapi.json").json()["components"]["schemas"]
    pattern = schemas["Elapsed"]["properties"]["elapsed"]["pattern"]
    for end, amount in (("16:15:30.5", "-PT1H14M29.5S"), ("18:00", "PT30M"), ("17:30", "PT0S")):
        question = {"start": "2025-10-31T17:30+03:00", "end": f"2025-10-31T{end}+03:00"}
        assert client.post("/v1/elapsed", question).json()["elapsed"] == amount
        assert re.match(pattern, amount)
    assert not any(re.match(pattern, text) for text in ("", "PT", "1H", "P1D", "PT1H-"))

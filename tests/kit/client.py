"""A client of the service without a server, and its problems."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx

from workhours_sla import Policy
from workhours_sla.config import parse
from workhours_sla.service.app import application
from workhours_sla.service.live import Live
from workhours_sla.stream import MemoryStore, Pipeline, Store
from workhours_sla.text.catalog import PROBLEMS, language

REGION = """
[schedule]
calendar = "RU-VGG"

[target]
name = "first reply"
budget = "4h"
"""
FRIDAY = "2025-10-31T17:30:00+03:00"
JSON = {"content-type": "application/json"}
READ, WRITE = "r" * 20, "w" * 20


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def running(
    policy: Policy, store: Store | None = None, clock: Any = None, **options: Any
) -> Iterator[Live]:
    """Yield the state of a service whose time only the test moves."""
    known = {"skew": timedelta(0), "tick": None} | ({} if clock is None else {"clock": clock})
    with (
        Pipeline(MemoryStore() if store is None else store, policy) as pipeline,
        Live(pipeline, **(known | options)) as live,
    ):
        yield live


class Client:
    def __init__(self, config: str | Policy = REGION, **options: Any) -> None:
        policy = parse(config).policy if isinstance(config, str) else config
        self.app = application(policy, **options)

    def ask(
        self, method: str, path: str, body: Any = None, *, given: Any = None, **headers: str
    ) -> Any:
        async def send() -> Any:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                content = given if body is None else json.dumps(body).encode()
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, content=content, headers=JSON | named)

        return asyncio.run(send())

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


def problem(answer: Any, kind: str, status: int) -> dict[str, Any]:
    """Return a problem document, after a check of its type and its status."""
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["status"]) == (status, status)
    assert found["type"].rpartition("#")[2] == kind
    with language(answer.headers["content-language"]):
        assert found["title"] == PROBLEMS[kind]
    assert found["detail"]
    return found

"""The number of streams of updates that may be open at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from workhours_sla.config import parse
from workhours_sla.stream import MemoryStore, Pipeline

pytest.importorskip("fastapi")
pytest.importorskip("httpx")
pytest.importorskip("numpy")

from kit.asgi import asked
from kit.client import READ, REGION
from workhours_sla.service.app import application
from workhours_sla.service.live import Live
from workhours_sla.service.screen import streams
from workhours_sla.service.tokens import Tokens
from workhours_sla.service.with_store import WithStore

POLICY = parse(REGION).policy
TOKENS = Tokens.parse(f"read={READ}", "TOKENS")
BEARER = {"authorization": f"Bearer {READ}"}


@pytest.fixture
def live() -> Iterator[Live]:
    with Pipeline(MemoryStore(), POLICY) as pipeline, Live(pipeline, tick=None) as opened:
        yield opened


def statuses(app: Any, count: int, headers: dict[str, str]) -> list[int]:
    """Return the statuses of streams that are asked for in the same moment, sorted."""

    async def main() -> list[int]:
        async with AsyncExitStack() as opened:
            wanted = [asked(app, "GET", "/updates", headers=headers) for _ in range(count)]
            found = await asyncio.gather(*map(opened.enter_async_context, wanted))
            return sorted(one.status for one in found)

    return asyncio.run(main())


def test_streams_that_are_asked_for_at_once_are_limited(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "OF_LOGIN", 2)
    app = application(POLICY, TOKENS, WithStore(live))
    for _ in range(2):  # the first ones have ended
        assert statuses(app, 5, BEARER) == [200, 200, 429, 429, 429]


def test_without_tokens_a_stream_counts_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST", 3)
    app = application(POLICY, store=WithStore(live))
    for _ in range(2):
        assert statuses(app, 5, {}) == [200, 200, 200, 503, 503]

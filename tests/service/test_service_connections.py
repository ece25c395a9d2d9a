"""Connections of the service: those without a request, and those that go on after an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from kit.client import READ, REGION
from workhours_sla.config import parse

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

import uvicorn
from uvicorn.server import ServerState

from workhours_sla.service import run
from workhours_sla.service.app import application
from workhours_sla.service.middleware import Observed, RequestCounts
from workhours_sla.service.tokens import Tokens

APP = application(parse(REGION).policy, Tokens.parse(f"read={READ}", "TOKENS"))
QUESTION = b'{"start": "2025-10-31T17:30:00+03:00"}'
WAIT = 0.2
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def slow(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer after several times as long as a connection may be idle."""
    await asyncio.sleep(5 * WAIT)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def connected(
    monkeypatch: pytest.MonkeyPatch, app: Any = slow, idle: float = WAIT
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    monkeypatch.setattr(run, "IDLE", idle)
    config = uvicorn.Config(app, timeout_keep_alive=3600, log_config=None, lifespan="off")
    state = ServerState()

    def made() -> run.Connection:
        return run.Connection(config=config, server_state=state, app_state={})

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        async with asyncio.timeout(20):
            yield reader, writer
        assert not state.connections
    finally:
        writer.close()
        server.close()


def test_a_connection_whose_headers_never_end_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with connected(monkeypatch) as (reader, writer):
            writer.write(HEAD)
            ended = asyncio.create_task(reader.read())
            while not ended.done():
                writer.write(b"X: 1\r\n")
                await asyncio.sleep(WAIT / 4)
            with suppress(ConnectionError):  # what was sent last came after the end
                assert await ended == b""

    asyncio.run(main())


def test_a_connection_ends_without_a_request_but_completes_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with connected(monkeypatch) as (reader, _):
            assert await reader.read() == b""  # a connection without a request is closed
        async with connected(monkeypatch) as (reader, writer):
            writer.write((HEAD + b"\r\n") * 2)
            assert (await reader.read()).count(b"HTTP/1.1 204") == 2

    asyncio.run(main())


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("token", "headers", "body", "status"),
    [
        ("x", CHUNKED, b"1\r\n{\r\n", b"401"),  # the rest of the body is read by nobody
        ("x", b"Content-Length: 100\r\n", b"{", b"401"),
        (READ, b"Content-Length: 9999999\r\n", b"{", b"413"),
        # a proxy in front may see another length, and with it another request
        (READ, CHUNKED + b"Content-Length: 9\r\n", b"%x\r\n%b\r\n0\r\n\r\n", b"200"),
    ],
)
def test_a_connection_that_cannot_go_on_is_closed(
    monkeypatch: pytest.MonkeyPatch, token: str, headers: bytes, body: bytes, status: bytes
) -> None:
    if b"%" in body:
        body %= len(QUESTION), QUESTION
    head = b"POST /v1/due HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token.encode()

    async def main() -> None:
        async with connected(monkeypatch, APP, 60) as (reader, writer):
            writer.write(head + b"\r\nContent-Type: application/json\r\n" + headers + b"\r\n")
            writer.write(body)
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert b"\r\nconnection: close\r\n" in answer

    asyncio.run(main())


def test_a_connection_whose_requests_are_read_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"POST /v1/due HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"Authorization: Bearer " + READ.encode() + b"\r\n"
    ways = (
        b"Content-Length: %d\r\n\r\n%b" % (len(QUESTION), QUESTION),
        CHUNKED + b"\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(QUESTION), QUESTION),
    )

    async def main() -> None:
        async with connected(monkeypatch, APP, 60) as (reader, writer):
            for way in ways * 2:
                writer.write(head + way)
                answer = await reader.readuntil(b"}")
                assert answer.startswith(b"HTTP/1.1 200")
                await asyncio.sleep(0.05)
                await reader.read(10_000)  # the rest of the answer
            writer.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 404")

    asyncio.run(main())


def test_a_request_that_is_cancelled_at_the_end_may_be_sent_again() -> None:
    async def cancelled(*_: Any) -> None:
        raise asyncio.CancelledError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": []}
    asyncio.run(Observed(cancelled, "en", RequestCounts())(scope, cancelled, send))
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["title"] == "The service is ending"

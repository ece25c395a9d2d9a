"""Connections of the service on which no request comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

pytest.importorskip("uvicorn")

import uvicorn
from uvicorn.server import ServerState

from workhours_sla.service import run

WAIT = 0.2
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def slow(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer after several times as long as a connection may be idle."""
    await asyncio.sleep(5 * WAIT)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def connected(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    monkeypatch.setattr(run, "IDLE", WAIT)
    config = uvicorn.Config(slow, timeout_keep_alive=3600, log_config=None, lifespan="off")
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


def test_a_connection_without_a_request_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with connected(monkeypatch) as (reader, _):
            assert await reader.read() == b""

    asyncio.run(main())


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


def test_a_running_request_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with connected(monkeypatch) as (reader, writer):
            writer.write((HEAD + b"\r\n") * 2)
            assert (await reader.read()).count(b"HTTP/1.1 204") == 2

    asyncio.run(main())

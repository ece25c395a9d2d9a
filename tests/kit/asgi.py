"""Ask an ASGI application without a server, also for answers that do not end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any


class Response:
    def __init__(self, messages: asyncio.Queue[dict[str, Any]], task: asyncio.Task[None]) -> None:
        self._messages, self._task = messages, task
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.is_complete = False

    async def begin(self) -> None:
        start = await self._next()
        self.status = start["status"]
        self.headers = {key.decode(): value.decode() for key, value in start["headers"]}

    async def _next(self) -> dict[str, Any]:
        wait = asyncio.create_task(self._messages.get())
        await asyncio.wait({wait, self._task}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        assert wait.done(), "the application sends nothing more"
        return wait.result()

    async def part(self) -> str:
        message = await self._next()
        text: str = message.get("body", b"").decode()
        self.text += text
        self.is_complete = not message.get("more_body", False)
        return text

    async def whole(self) -> str:
        while not self.is_complete:
            await self.part()
        return self.text

    async def until(self, wanted: str) -> str:
        """Return the body so far, as soon as it has a text."""
        async with asyncio.timeout(60):
            while wanted not in self.text:
                assert not self.is_complete, f"the answer has no {wanted!r}"
                await self.part()
        return self.text


@asynccontextmanager
async def asked(
    app: Any, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Response]:
    """Send a request; the client goes away when the block ends."""
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    gone = asyncio.Event()
    sent = False
    path, _, query = address.partition("?")
    sent_headers = ({"host": "localhost"} | dict(headers or {})).items()

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "server": ("service", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent_headers],
    }
    task = asyncio.create_task(app(scope, receive, messages.put))
    response = Response(messages, task)
    try:
        await response.begin()
        yield response
    finally:
        gone.set()
        await asyncio.wait_for(task, 60)

"""The addresses to which VK and MAX send what happens in communities and chats."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from workhours_sla.service.answering import Limits
from workhours_sla.service.bodies import body_of
from workhours_sla.service.webhooks import OK, Webhooks, parsed

HEADER_OF_MAX: Final = "x-max-bot-api-secret"
"""The header in which MAX sends the secret of the subscription."""

Answer = Callable[[Request], Awaitable[Response]]


def webhook_routes(webhooks: Webhooks, limits: Limits) -> Iterator[tuple[str, str, Answer]]:
    """Yield the method, the path and the function of each address that is configured."""
    vk, of_max = webhooks
    if vk is not None:
        found = vk

        async def from_vk(request: Request) -> Response:
            body = await body_of(request, limits)
            text = await asyncio.to_thread(lambda: found.answer(body))
            return PlainTextResponse(text)

        yield "POST", "/v1/webhooks/vk", from_vk
    if of_max is not None:
        secret, inbox = of_max

        async def from_max(request: Request) -> Response:
            secret.check(request.headers.get(HEADER_OF_MAX))
            body = await body_of(request, limits)
            await asyncio.to_thread(lambda: inbox.receive(parsed(body)))
            return PlainTextResponse(OK)

        yield "POST", "/v1/webhooks/max", from_max

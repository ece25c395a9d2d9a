"""Answer questions without the framework, which is faster, and pass all other requests on to it."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from workhours_sla.service.answering import Limits, answered, batch_of
from workhours_sla.service.bodies import JSON_TYPE, received, type_of
from workhours_sla.service.problems import refuse
from workhours_sla.service.questions import QUESTIONS, Targets
from workhours_sla.service.request_facts import HEADERS, ROUTE, spend
from workhours_sla.text.messages import say

SMALL: Final = 65_536
"""Bodies up to this size are parsed at once; larger ones in a thread."""
_JSON: Final = JSON_TYPE.encode()


class Asked:
    """An ASGI application that answers ``/v1/NAME`` for each question, and passes on the rest.

    The routes and the middleware of a framework would take a third of the time of such a request.
    The guard makes problems of its errors.
    """

    def __init__(self, inner: ASGIApp, targets: Targets, limits: Limits) -> None:
        self._inner = inner
        self._targets = targets
        of_events = limits._replace(body_bytes=limits.events_bytes)
        self._known = {
            f"/v1/{name}": (name, of_events if name == "evaluate" else limits) for name in QUESTIONS
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = self._known.get(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._inner(scope, receive, send)
            return
        if scope["method"] != "POST":
            facts = {"method": scope["method"], "allowed": "POST"}
            refuse("method-not-allowed", say("wrong_method", **facts), **facts)
        scope[ROUTE] = scope["path"]
        headers: dict[bytes, bytes] = scope[HEADERS]
        name, limits = found
        type_of(headers.get(b"content-type", b"").decode("latin-1"))
        length = headers.get(b"content-length", b"").decode("latin-1")
        body = await received(receive, length, limits)
        # parsing a large one would keep other requests waiting
        batch = (
            batch_of(body, name, limits)
            if len(body) <= SMALL
            else await asyncio.to_thread(batch_of, body, name, limits)
        )
        if batch.is_quick:
            answer = answered(batch, self._targets, limits)
        else:
            spend(scope, batch.cost)
            answer = await asyncio.to_thread(answered, batch, self._targets, limits)
        head = [(b"content-length", b"%d" % len(answer)), (b"content-type", _JSON)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})

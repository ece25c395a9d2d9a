"""The addresses of a service with a store: events, appeals, what is overdue, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from workhours_sla.errors import shown
from workhours_sla.service.answering import Limits, encoded, events_cost
from workhours_sla.service.appeals import Query, appeal_data, overdue_data
from workhours_sla.service.bodies import JSON_TYPE, body_of, type_of
from workhours_sla.service.live import Live
from workhours_sla.service.problems import refuse
from workhours_sla.service.receiving import TYPES, Sent, attributes_of, store
from workhours_sla.service.request_counts import RequestCounts
from workhours_sla.service.request_facts import spend
from workhours_sla.stream.sinks.metrics import CONTENT_TYPE
from workhours_sla.text.messages import say

Answer = Callable[[Request], Awaitable[Response]]


def live_routes(
    live: Live, limits: Limits, counts: RequestCounts
) -> Iterator[tuple[str, str, Answer]]:
    """Yield the method, the path and the function of each address."""

    async def events(request: Request) -> Response:
        sent = await _sent(request, live, limits)
        spend(request.scope, events_cost(len(sent.items)))
        return _json(await asyncio.to_thread(lambda: encoded(store(live, sent))), 202)

    async def appeal(request: Request) -> Response:
        appeal_id: str = request.path_params["id"]
        now = live.clock()

        def found() -> bytes:
            history = live.appeal(appeal_id, now)
            if history is None:
                refuse("unknown-appeal", say("unknown_appeal", id=shown(appeal_id)), id=appeal_id)
            return encoded(appeal_data(history, now))

        return _json(await asyncio.to_thread(found))

    async def overdue(request: Request) -> Response:
        query = Query.of(request)

        def found() -> bytes:
            moment = live.current()
            return encoded(overdue_data(moment.outcomes, moment.as_of, query))

        return _json(await asyncio.to_thread(found))

    async def metrics(_request: Request) -> Response:
        def found() -> str:
            return live.metrics.text(live.clock(), live.current().outcomes)

        text = await asyncio.to_thread(found)
        return Response(text + counts.text(), media_type=CONTENT_TYPE)

    yield "POST", "/v1/events", events
    yield "GET", "/v1/appeals/{id:path}", appeal
    yield "GET", "/v1/overdue", overdue
    yield "GET", "/metrics", metrics


async def _sent(request: Request, live: Live, limits: Limits) -> Sent:
    """Return the events of a request. Raises RefusedRequestError."""
    attributes = attributes_of(request.scope["headers"])
    kind = request.headers.get("content-type", "")
    if attributes is None:  # otherwise it is the type of the data, which may be any
        kind = type_of(kind, TYPES)
    body = await body_of(request, limits._replace(body_bytes=limits.events_bytes))

    def parsed() -> Sent:
        if attributes is None:
            return Sent.parse(body, kind, live.clock(), limits)
        return Sent.binary(body, kind, attributes, live.clock())

    return await asyncio.to_thread(parsed)


def _json(body: Any, status: int = 200) -> Response:
    return Response(body, status, media_type=JSON_TYPE)

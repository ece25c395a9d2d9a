"""The application: its routes, its middleware, and its description."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from workhours_sla.service.api import JSON_TYPE, Api, Endpoint, Limits
from workhours_sla.service.describe import answers_of, described
from workhours_sla.service.live import Live
from workhours_sla.service.middleware import (
    ROUTE,
    THIS_MACHINE,
    Observed,
    OwnMachine,
    RequestCounts,
    problem_response,
)
from workhours_sla.service.operations import WithStore, add_incoming, add_questions, add_store
from workhours_sla.service.problems import ANSWER_HEADERS, Problem, encoded
from workhours_sla.service.tokens import Door, Tokens
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.stores.open import MemoryStore
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.text.amounts import working_hours
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

NOW: Final = datetime.fromisoformat("2025-11-01T13:00:00+03:00")  # the time of the examples


def application(
    policy: Policy,
    tokens: Tokens | None = None,
    store: WithStore | None = None,
    *,
    lang: str = "en",
    limits: Limits | None = None,
    proxies: Sequence[str] = (),
) -> Starlette:
    """Return the service of a policy; without ``tokens`` only this machine is answered."""
    tokens, limits, counts, api = tokens or Tokens(), limits or Limits(), RequestCounts(), Api()
    door = Door(tokens, limits.rate)
    add_questions(api, policy, limits, store and store.live)
    if store is not None:
        add_store(api, store.live, limits, counts)
        add_incoming(api, store.webhooks, store.reports)
    document: list[bytes] = []

    def openapi(request: Request) -> Response:
        request.scope[ROUTE] = "/openapi.json"
        door.admit(request.scope)
        if not document:
            with language("en"):
                examples = _examples(limits, with_store=store is not None)
                facts = {"with_tokens": not tokens.is_empty}
                document.append(encoded(described(api.operations, examples, limits, **facts)))
        return Response(document[0], headers=ANSWER_HEADERS, media_type=JSON_TYPE)

    routes = [
        Route(one.path, Endpoint(one, door, limits), methods=[one.method]) for one in api.operations
    ]
    routes.append(Route("/openapi.json", openapi))
    if store is not None:
        from workhours_sla.service.screen.site import Site  # needs numpy

        routes += Site(store.live, policy, door, store.labels).routes()
    # without tokens there is no other proxy than one of this machine, which must not open it
    trusted = [*THIS_MACHINE] if tokens.is_empty else [*proxies]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Observed, lang, counts),
            Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted),
            *([Middleware(OwnMachine)] if tokens.is_empty else []),
        ],
        exception_handlers={HTTPException: _not_routed},
    )
    app.router.redirect_slashes = False  # behind a proxy it would lead from https to http
    return app


async def _not_routed(request: Request, error: Exception) -> Response:
    problem = Problem("not-found", say("no_address"), {})
    if isinstance(error, HTTPException) and error.status_code == 405:
        facts = {"method": request.method, "allowed": (error.headers or {})["Allow"]}
        problem = Problem("method-not-allowed", say("wrong_method", **facts), facts)
    return problem_response(problem)


def _examples(limits: Limits, *, with_store: bool) -> dict[str, dict[str, Any]]:
    """Return the answers to the examples: of RU-VGG and 4 working hours."""
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    policy = Policy([Target("first reply", working_hours(4), office)])
    live, api = Live(Pipeline(MemoryStore(), policy), clock=lambda: NOW, tick=None), Api()
    add_questions(api, policy, limits, live if with_store else None)
    if with_store:
        add_store(api, live, limits, RequestCounts())
    found = dict(answers_of(api.operations))
    for name in ("days", "norms"):
        del found["calendar"]["one"][name][1:]
    return found

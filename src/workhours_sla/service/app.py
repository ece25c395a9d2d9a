"""The application: its addresses, each with the function that answers there."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.json.calendar_year import CalendarYear
from workhours_sla.service.answering import Limits, encoded
from workhours_sla.service.asked import Asked
from workhours_sla.service.bodies import JSON_TYPE
from workhours_sla.service.guard import OPEN, Guard, failed, not_routed, refused
from workhours_sla.service.live import Live
from workhours_sla.service.live_routes import live_routes
from workhours_sla.service.openapi import described
from workhours_sla.service.openapi_incoming import paths_of_incoming
from workhours_sla.service.parameters import parameters_of
from workhours_sla.service.problems import RefusedRequestError, refuse
from workhours_sla.service.proxies import Proxies
from workhours_sla.service.questions import Targets
from workhours_sla.service.rate import RateLimit
from workhours_sla.service.report_routes import report_routes
from workhours_sla.service.request_counts import RequestCounts
from workhours_sla.service.request_facts import ROUTE
from workhours_sla.service.tokens import Tokens
from workhours_sla.service.webhook_routes import webhook_routes
from workhours_sla.service.with_store import WithStore
from workhours_sla.sla.policy import Policy
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_YEAR: Final = 9998


def application(
    policy: Policy,
    tokens: Tokens | None = None,
    store: WithStore | None = None,
    *,
    lang: str = "en",
    limits: Limits | None = None,
    proxies: Proxies | None = None,
) -> Guard:
    """Return the service of a policy as an ASGI application.

    ``lang`` is the language of messages for a request without ``Accept-Language``. Without
    ``tokens`` every request is answered. With ``store`` the service also receives events, answers
    about appeals, and has the coordinator's screen. ``proxies`` are the reverse proxies that say
    who the client is.
    """
    tokens, limits = tokens or Tokens(), limits or Limits()
    app = FastAPI(
        title="workhours_sla",
        docs_url=None,  # its page would load scripts from another site
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # behind a proxy it would lead from https to http, with the token
    )

    _add(app, "GET", "/v1/calendars/{id}/{year}", _calendar_year)
    counts = RequestCounts()
    if store is not None:
        for method, path, answer in (
            *live_routes(store.live, limits, counts),
            *webhook_routes(store.webhooks, limits),
            *report_routes(store.reports),
        ):
            _add(app, method, path, answer)
    _add(app, "GET", "/healthz", _health)
    _add(app, "GET", "/readyz", _ready(policy, None if store is None else store.live))
    document: list[bytes] = []

    async def openapi(_request: Request) -> Response:
        if not document:
            facts = {"with_tokens": not tokens.is_empty, "with_store": store is not None}
            with language("en"):
                more = {} if store is None else paths_of_incoming(store)
                document.append(encoded(described(limits, **facts, more=more)))
        return Response(document[0], media_type=JSON_TYPE)

    _add(app, "GET", "/openapi.json", openapi)
    app.add_exception_handler(HTTPException, not_routed)
    app.add_exception_handler(RefusedRequestError, refused)
    app.add_exception_handler(WorkHoursError, refused)
    app.add_exception_handler(Exception, failed)
    open_ = OPEN
    if store is not None:
        from workhours_sla.service.screen.site import ADDRESSES, Site

        for method, path, answer in Site(store.live, policy, tokens, store.labels).routes():
            _add(app, method, path, answer)
        open_ |= ADDRESSES
    inner = Asked(app, Targets(policy), limits)
    limit, proxies = RateLimit(limits.rate), proxies or Proxies()
    return Guard(inner, tokens, lang, limit, counts, open_=open_, proxies=proxies)


def _add(app: FastAPI, method: str, path: str, answer: Callable[..., Any]) -> None:
    # a route of Starlette: the parameters that a route of FastAPI looks for do not exist here, and
    # looking for them takes a large part of the time of a request
    name = path.replace(":path", "")

    async def routed(request: Request) -> Response:
        request.scope[ROUTE] = name
        found: Response = await answer(request)
        return found

    route = Route(path, routed, methods=[method], include_in_schema=False)
    # Starlette ends it with "$", which also matches before a line break at the end: "/v1/events%0A"
    # would be routed, but is no address for which the guard wants another role
    whole = route.path_regex.pattern.removesuffix("$") + r"\Z"
    route.path_regex = re.compile(whole, re.DOTALL)
    app.router.routes.append(route)


async def _calendar_year(request: Request) -> Response:
    text: str = request.path_params["year"]
    year = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0
    if not 1 < year <= LAST_YEAR:
        phrase = say("not_a_year", text=shown(text))
        refuse("invalid-request", phrase, key="year")
    given = parameters_of(request, ("provisional",)).get("provisional", "false")
    if given not in {"true", "false"}:
        refuse("invalid-request", say("not_true_or_false", value=shown(given)), key="provisional")

    def found() -> bytes:
        calendar = Calendar.get(request.path_params["id"])
        return encoded(CalendarYear.of(calendar, year, by_rule=given == "true").data())

    return Response(await asyncio.to_thread(found), media_type=JSON_TYPE)


async def _health(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type=JSON_TYPE)


def _ready(policy: Policy, live: Live | None) -> Callable[..., Any]:
    """Return the function that says up to which date each calendar is known.

    With a store it also says how far time has passed, and how many sinks fail. It refuses if the
    store fails.
    """
    known = {
        schedule.calendar.id: schedule.calendar.coverage
        for target in policy.targets
        for schedule in target.schedules
    }
    last = {name: coverage[-1][1] if coverage else None for name, coverage in known.items()}
    status = {"status": "ready", "calendars": last}

    async def ready(_request: Request) -> Response:
        found: dict[str, Any] = dict(status)
        if live is not None:
            if live.failing is not None:
                raise live.failing
            # in a thread, because it waits while another thread uses the store
            watermark = await asyncio.to_thread(lambda: live.pipeline.watermark)
            if live.failing is not None:  # since it has waited
                raise live.failing
            found |= {"watermark": watermark, "sinks_failing": len(live.failing_sinks)}
        return Response(encoded(found), media_type=JSON_TYPE)

    return ready

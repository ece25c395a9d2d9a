"""What surrounds every request: its language, its problem, its line in the log, its connection."""

from __future__ import annotations

import logging
import re
import traceback
from asyncio import CancelledError
from collections import Counter
from ipaddress import ip_address
from time import perf_counter
from typing import Final
from uuid import uuid4

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.service.problems import (
    ANSWER_HEADERS,
    MEDIA_TYPE,
    Problem,
    RefusedRequestError,
    encoded,
    language_of,
    problem_of,
    refuse,
)
from workhours_sla.stream.sinks.metrics import Labels, metric_text
from workhours_sla.text.catalog import current, language
from workhours_sla.text.messages import say

LOG: Final = logging.getLogger("workhours_sla.service")
ROUTE: Final = "workhours.route"
"""The key of a request's scope under which an operation stores its address."""
HEADERS: Final = "workhours.headers"  # the key of a request's scope that has its headers as a dict
OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""Addresses that answer whoever asks."""
THIS_MACHINE: Final = ("127.0.0.1", "::1")
_REQUESTS: Final = "http_requests_total", "Requests that were answered."
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_NAME: Final = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.ASCII)
_AGAIN: Final = {"retry-after": "5"}
_OF_KINDS: Final = {
    "unauthorized": {"www-authenticate": "Bearer"},
    "store-unavailable": _AGAIN,
    "ending": _AGAIN,
    "report-busy": _AGAIN,
}
"""Further headers, by the type of a problem."""
_CLOSE: Final = (b"connection", b"close")


class RequestCounts(Counter[tuple[str, str | None, int]]):
    """The numbers of requests by method, route and status; a route has no id, only its place."""

    def text(self) -> str:
        samples: dict[Labels, float] = {
            (("method", method), ("route", route or "other"), ("status", str(status))): count
            for (method, route, status), count in self.items()
        }
        return metric_text(*_REQUESTS, samples)


class Observed:
    """Answers in the language of a request, makes problems of errors, logs and counts.

    The log has no times, ids, addresses or texts of a request. A connection is closed if the rest
    of a body would follow, or if its length is given twice: a proxy may see another request there.
    """

    def __init__(self, app: ASGIApp, lang: str, counts: RequestCounts) -> None:
        self._app, self._lang, self._counts = app, lang, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), 0
        headers: dict[bytes, bytes] = dict(scope["headers"])
        scope[HEADERS] = headers
        length, is_chunked = headers.get(b"content-length"), b"transfer-encoding" in headers
        has_rest, is_ambiguous = is_chunked or length not in {None, b"0"}, is_chunked and length

        async def read() -> Message:
            nonlocal has_rest
            message = await receive()
            has_rest = message.get("more_body", False)
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if has_rest or is_ambiguous:
                    message["headers"] = [*message["headers"], _CLOSE]
            await send(message)

        accepted = headers.get(b"accept-language")
        lang = self._lang
        if accepted is not None:
            lang = language_of(accepted.decode("latin-1"), lang)
        with language(lang):
            try:
                await self._app(scope, read, noted)
            except (RefusedRequestError, WorkHoursError) as error:
                await problem_response(problem_of(error))(scope, receive, noted)
            except (Exception, CancelledError) as error:  # noqa: BLE001 - the log has the error
                fault = _ending() if isinstance(error, CancelledError) else _logged(error)
                if not status:
                    await problem_response(fault)(scope, receive, noted)
        self._note(scope, status, begun)

    def _note(self, scope: Scope, status: int, begun: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route: str | None = scope.get(ROUTE)
        self._counts[method, route, status] += 1
        if LOG.isEnabledFor(logging.INFO):
            ms = round((perf_counter() - begun) * 1000, 3)
            facts = {"method": method, "route": route, "status": status, "ms": ms}
            # without the search for the line of code that logs
            name, level = LOG.name, logging.INFO
            LOG.handle(LOG.makeRecord(name, level, "", 0, "request", (), None, extra=facts))


def _logged(error: Exception) -> Problem:
    """Log a fault without the values that its message may have, and return its problem."""
    number, frames = uuid4().hex, traceback.extract_tb(error.__traceback__)[-10:]
    at = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
    facts = {"id": number, "error": type(error).__name__, "at": at}
    LOG.error("fault", extra=facts)
    return Problem("internal", say("internal_fault", id=number), {"id": number})


def _ending() -> Problem:
    """Return the problem of a request that is cancelled, because its service ends."""
    return Problem("ending", say("service_ending"), {})


def problem_response(problem: Problem) -> Response:
    headers = {**ANSWER_HEADERS, "content-language": current(), **_OF_KINDS.get(problem.kind, {})}
    if problem.kind == "too-many-requests":
        headers["retry-after"] = str(problem.facts["seconds"])
    if problem.kind == "method-not-allowed":
        headers["allow"] = problem.facts["allowed"]
    body = encoded(problem.document())
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


class OwnMachine:
    """Refuses the requests of other machines, and those under another name: without tokens.

    A page of another site could let its own name lead to 127.0.0.1, and a proxy of this machine
    could open the service to others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in OPEN:
            host, address = header(scope, b"host"), peer(scope)
            if _OWN_NAME.fullmatch(host) is None:
                refuse("wrong-host", say("wrong_host", host=shown(host)), host=host)
            if address and address not in THIS_MACHINE and not is_loopback(address):
                phrase = say("other_machine", address=shown(address))
                refuse("other-machine", phrase, address=address)
        await self._app(scope, receive, send)


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request, empty without it. This is faster than ``Request.headers``."""
    found: bytes = scope[HEADERS].get(name, b"")
    return found.decode("latin-1")


def peer(scope: Scope) -> str | None:
    client: tuple[str, int] | None = scope.get("client")
    return client and client[0]


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is that of the machine itself."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

"""What every request passes: its token, its language, its problem, and its line in the log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from functools import lru_cache, partial
from ipaddress import ip_address
from math import ceil
from time import monotonic, perf_counter
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.service.answering import encoded
from workhours_sla.service.problems import (
    MEDIA_TYPE,
    Problem,
    RefusedRequestError,
    language_of,
    problem_of,
    refuse,
)
from workhours_sla.service.proxies import Proxies, foreign, home
from workhours_sla.service.rate import RateLimit
from workhours_sla.service.request_counts import RequestCounts, usual_method
from workhours_sla.service.request_facts import FAULT, HEADERS, ROUTE, SPEND
from workhours_sla.service.tokens import Tokens
from workhours_sla.text.catalog import current, language
from workhours_sla.text.messages import say

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""Addresses that need no token."""
WRITING: Final = frozenset({"/v1/events"})
"""Addresses that need a token of the role ``write``."""
SELF_CHECKED: Final = "/v1/webhooks/"
"""Addresses begin so if they check another secret than a token themselves."""
COSTS: Final = {"/v1/report": 100, "/v1/overdue": 10, "/metrics": 10}
"""The number of requests that one to these addresses counts as, because it reads all appeals."""
LONGEST_HOST: Final = 255
"""The largest number of characters of the name of a host."""
RETRY_AFTER: Final = "5"
"""After how many seconds a client should try again if the store cannot be used."""
_NO_PROXIES: Final = Proxies()
LOG: Final = logging.getLogger("workhours_sla.service")


class Guard:
    """An ASGI application around another: checks tokens and rates, makes problems of errors, logs.

    The log has no times, ids, addresses or texts of a request: only its route and its cost. The
    rate of requests is limited for each token, and for each address without a valid token.
    Addresses in ``open_`` need no token, or check it themselves. ``proxies`` are the
    reverse proxies that say who the client is.
    """

    def __init__(
        self,
        inner: Application,
        tokens: Tokens,
        lang: str,
        limit: RateLimit,
        counts: RequestCounts,
        *,
        open_: frozenset[str] = OPEN,
        proxies: Proxies = _NO_PROXIES,
    ) -> None:
        self._inner = inner
        self._tokens = tokens
        self._lang = lang
        self._open = open_
        self._proxies = proxies
        self._limit = limit
        self._counts = counts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on the start and the end of the server."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun, status = perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        headers: dict[bytes, bytes] = dict(scope["headers"])
        accepted = headers.get(b"accept-language")
        lang = (
            self._lang if accepted is None else language_of(accepted.decode("latin-1"), self._lang)
        )
        scope[HEADERS] = headers
        try:
            with language(lang):
                try:
                    self._admit(scope, headers)
                    await self._inner(scope, receive, noted)
                except (RefusedRequestError, WorkHoursError) as error:
                    await problem_response(problem_of(error))(scope, receive, noted)
                except Exception:
                    if not status:
                        await problem_response(_fault(scope))(scope, receive, noted)
                    raise
        except Exception as error:  # noqa: BLE001 - the client has its problem, the log the error
            LOG.error(  # noqa: TRY400 - a traceback may have values of the request
                "fault",
                extra={
                    "id": scope.get(FAULT),
                    "error": type(error).__name__,
                    "at": _frames(error),
                },
            )
        finally:
            method = usual_method(scope["method"])
            self._counts.add(method, scope.get(ROUTE), status)
            if LOG.isEnabledFor(logging.INFO):
                facts = {
                    "method": method,
                    "route": scope.get(ROUTE),
                    "status": status,
                    "ms": round((perf_counter() - begun) * 1000, 3),
                }
                # without the search for the line of code that logs
                name, level = LOG.name, logging.INFO
                LOG.handle(LOG.makeRecord(name, level, "", 0, "request", (), None, extra=facts))

    def _admit(self, scope: Message, headers: dict[bytes, bytes]) -> None:
        """Raise RefusedRequestError for a request without a valid token, and for one too many.

        Without tokens, a page of another site must not read what this machine may: its name could
        be resolved to 127.0.0.1, but the header ``Host`` has that name. A proxy on this machine
        must not open the service to others: it adds a header with their address.
        """
        path, name = scope["path"], None
        if self._tokens.is_empty and path not in OPEN:
            host = headers.get(b"host", b"").decode("latin-1")
            if not _is_own(host):
                refuse("wrong-host", say("wrong_host", host=shown(host)), host=host)
            if (address := foreign(scope["headers"])) is not None:
                phrase = say("other_machine", address=shown(address))
                refuse("other-machine", phrase, address=address)
        refused = None
        if path not in self._open and not path.startswith(SELF_CHECKED):
            given = headers.get(b"authorization", b"").decode("latin-1")
            try:
                name = self._tokens.check(given, "write" if path in WRITING else "read")
            except RefusedRequestError as error:
                refused = error
        client = name or self._client(scope)
        self._spend(client, COSTS.get(path, 1) if refused is None else 1)
        scope[SPEND] = partial(self._spend, client, counted=1)
        if refused is not None:
            raise refused

    def _client(self, scope: Message) -> str | None:
        """Return the address by which requests without a token are counted."""
        client = scope.get("client")
        address = self._proxies.client(client and client[0], scope["headers"])
        return address and home(address)

    def _spend(self, client: Hashable, cost: int, counted: int = 0) -> None:
        """Count a request, or raise RefusedRequestError if the client has none left."""
        if not self._limit.is_set:
            return
        wait = self._limit.wait(client, monotonic(), cost, counted=counted)
        if wait:
            seconds = ceil(wait)
            refuse("too-many-requests", say("many_requests", seconds=seconds), seconds=seconds)


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is that of the machine itself.

    >>> is_loopback("localhost"), is_loopback("[::1]"), is_loopback("127.0.0.1.example")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_own(host: str) -> bool:
    """Return whether a header ``Host`` names the machine itself."""
    return len(host) <= LONGEST_HOST and _is_own_name(host)


@lru_cache(maxsize=128)  # of short names only, so that no client can fill the memory
def _is_own_name(host: str) -> bool:
    return is_loopback(_without_port(host))


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and port.isdecimal() and not name.endswith(":") else host


def _frames(error: BaseException) -> list[str]:
    """Return where an error was raised, without the values that its message may have."""
    found, frame = [], error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        found.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return found[-10:]


def problem_response(problem: Problem) -> Response:
    """Return a problem document as the response."""
    headers = {"content-language": current()}
    if problem.kind == "unauthorized":
        headers["www-authenticate"] = "Bearer"
    if problem.kind == "too-many-requests":
        headers["retry-after"] = str(problem.facts["seconds"])
    if problem.kind in {"store-unavailable", "report-busy"}:
        headers["retry-after"] = RETRY_AFTER
    if problem.kind == "method-not-allowed":
        headers["allow"] = problem.facts["allowed"]
    if problem.kind in {"body-too-large", "body-timeout"}:
        headers["connection"] = "close"  # the rest of the body is not read
    body = encoded(problem.document())
    return Response(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


async def refused(_request: Request, error: Exception) -> Response:
    """Return the problem of an error of the library or of the service."""
    assert isinstance(error, RefusedRequestError | WorkHoursError)  # noqa: S101 - as registered
    return problem_response(problem_of(error))


async def not_routed(request: Request, error: Exception) -> Response:
    """Return the problem for an address or a method that the service does not have."""
    problem = Problem("not-found", say("no_address"), {})
    if getattr(error, "status_code", None) == 405:
        allowed = (getattr(error, "headers", None) or {}).get("Allow", "")
        facts = {"method": request.method, "allowed": allowed}
        problem = Problem("method-not-allowed", say("wrong_method", **facts), facts)
    return problem_response(problem)


async def failed(request: Request, _error: Exception) -> Response:
    """Return the problem for a fault of the service. The log has the fault by its number."""
    return problem_response(_fault(request.scope))


def _fault(scope: Message) -> Problem:
    number = scope[FAULT] = uuid4().hex
    return Problem("internal", say("internal_fault", id=number), {"id": number})

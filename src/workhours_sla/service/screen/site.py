"""The addresses of the screen: who may see them, and what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import wraps
from time import monotonic
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.types import Receive, Scope, Send

from workhours_sla.errors import WorkHoursError
from workhours_sla.errors import shown as shown_id
from workhours_sla.service.answering import Limits
from workhours_sla.service.bodies import body_of
from workhours_sla.service.labels import Labels
from workhours_sla.service.live import Live
from workhours_sla.service.problems import RefusedRequestError, problem_of
from workhours_sla.service.screen.filters import Filters
from workhours_sla.service.screen.frame import POLICY
from workhours_sla.service.screen.login import Login, Visitor, cookie_header
from workhours_sla.service.screen.pages import appeal_page, board_page, login_page, refusal_page
from workhours_sla.service.screen.state import Screen
from workhours_sla.service.screen.streams import Streams
from workhours_sla.service.screen.view import View
from workhours_sla.service.tokens import Tokens
from workhours_sla.sla.policy import Policy
from workhours_sla.text.catalog import SCREEN, current, language

BOARD, APPEAL, UPDATES, LOGOUT = "/", "/appeal", "/updates", "/logout"
ADDRESSES: Final = frozenset({BOARD, APPEAL, UPDATES, LOGOUT})
"""The addresses of the screen, which check the login themselves."""
SECONDS: Final = 3600.0
"""How long a stream lasts; then the browser asks again, so that its login is checked again."""
HEARTBEAT: Final = 15.0
"""Seconds without an update after which a stream sends a comment, so that proxies keep it open."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_FORM: Final = Limits(body_bytes=10_000)
Answer = Callable[[Request], Awaitable[Response]]


class Site:
    """Answers at the addresses of the screen of one running service."""

    def __init__(self, live: Live, policy: Policy, tokens: Tokens, labels: Labels) -> None:
        self._live = live
        self._policy = policy
        self._labels = labels
        self._login = Login(tokens)
        self._screen = Screen(live, policy.targets[0].schedules[0].tz)
        self._streams = Streams()

    def routes(self) -> Iterator[tuple[str, str, Answer]]:
        """Yield the method, the path and the function of each address."""
        for path, answer in ((BOARD, self._board), (APPEAL, self._appeal)):
            yield "GET", path, _paged(self._admitted(answer))
            yield "POST", path, _paged(self._log_in)
        yield "GET", UPDATES, self._updates
        yield "POST", LOGOUT, _paged(self._log_out)

    def _view(self) -> View:
        return View(self._policy, self._labels, has_login=self._login.is_needed)

    def _visitor(self, request: Request) -> Visitor | None:
        return self._login.visitor(request, self._screen.now().timestamp())

    # -- login ---------------------------------------------------------------------------------

    def _admitted(self, answer: Callable[[Filters], Awaitable[Response]]) -> Answer:
        """Return a function that answers with a page, or asks for a token."""

        async def found(request: Request) -> Response:
            if self._visitor(request) is None:
                return HTMLResponse(login_page())
            return await answer(Filters.parse(request.url.query))

        return found

    async def _log_in(self, request: Request) -> Response:
        body = await body_of(request, _FORM)
        token = ""
        with suppress(ValueError):  # more fields than the form has
            pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=10)
            token = dict(pairs).get("token", "")
        value = self._login.cookie(token, self._screen.now().timestamp())
        if value is None:
            return HTMLResponse(login_page(refused=True), 401)
        query = request.url.query
        # relative, because a proxy may serve the screen below a path of its own
        address = request.url.path.removeprefix("/") or "./"
        response = RedirectResponse(f"{address}?{query}" if query else address, 303)
        response.headers["set-cookie"] = cookie_header(request, value)
        return response

    async def _log_out(self, request: Request) -> Response:
        response = RedirectResponse("./", 303)
        # another site cannot end a login, because the browser does not send it the cookie
        with suppress(RefusedRequestError):
            if self._visitor(request) is not None:
                response.headers["set-cookie"] = cookie_header(request, None)
        return response

    # -- pages ---------------------------------------------------------------------------------

    async def _board(self, filters: Filters) -> Response:
        view = self._view()
        shown, _ = await self._screen.shown(filters, view)
        return HTMLResponse(board_page(shown.board, view, filters, shown.inner, shown.hash))

    async def _appeal(self, filters: Filters) -> Response:
        now, wanted = self._screen.now(), filters.id or ""
        history = await asyncio.to_thread(self._live.appeal, wanted, now)
        if history is None:
            sentence = SCREEN.text("no_appeal", appeal=shown_id(wanted))
            return HTMLResponse(refusal_page(sentence), 404)
        # in a thread, because an appeal may have many events
        page = await asyncio.to_thread(appeal_page, history, self._view(), filters, now)
        return HTMLResponse(page)

    # -- updates -------------------------------------------------------------------------------

    async def _updates(self, request: Request) -> Response:
        """Return a stream of the fragments of a page, each when it has changed.

        ``have`` in the address, or the id of the last update, is the hash of the fragment that the
        page has already.
        """
        visitor = self._visitor(request)
        if visitor is None:
            return Response(status_code=401, headers=HEADERS)
        if self._streams.is_full or self._live.is_stopping:
            return Response(status_code=503, headers=HEADERS | {"retry-after": "60"})
        most = self._streams.limit_of(visitor)
        if most is not None:
            sentence = SCREEN.text("many_streams", most=most)
            return PlainTextResponse(sentence, 429, headers=HEADERS | {"retry-after": "60"})
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
        rest = [(key, value) for key, value in pairs if key != "have"]
        filters = Filters.parse(urlencode(rest, errors="replace"))
        have = request.headers.get("last-event-id") or dict(pairs).get("have", "")
        parts = self._stream(filters, self._view(), have)
        return _Updates(parts, self._streams.one_more(visitor), filters.lang or current())

    async def _stream(self, filters: Filters, view: View, have: str) -> AsyncIterator[str]:
        # after a failure of the store the browser asks again, and gets the reason
        with suppress(WorkHoursError):
            yield ": \n\n"
            until = monotonic() + SECONDS
            while not self._live.is_stopping and monotonic() < until:
                shown, version = await self._screen.shown(filters, view)
                if shown.hash != have:
                    have = shown.hash
                    lines = "".join(f"data: {line}\n" for line in shown.inner.split("\n"))
                    yield f"event: screen\nid: {have}\n{lines}\n"
                seconds = 60 - self._screen.now().second
                try:
                    async with asyncio.timeout(min(HEARTBEAT, seconds)):
                        await self._live.newer(version)
                except TimeoutError:
                    yield ": \n\n"


class _Updates(StreamingResponse):
    """A stream of updates, which is counted from its first moment until it has ended.

    ``counted`` is entered before another request can run; otherwise requests that come together
    would all be within the limits.
    """

    def __init__(
        self, parts: AsyncIterator[str], counted: AbstractContextManager[None], lang: str
    ) -> None:
        headers = HEADERS | {"x-accel-buffering": "no"}
        super().__init__(parts, headers=headers, media_type="text/event-stream")
        self._counted, self._lang = counted, lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        with self._counted, language(self._lang):
            await super().__call__(scope, receive, send)


def _language(request: Request) -> str:
    """Return the language in the address, or that of the request."""
    with suppress(RefusedRequestError):
        return Filters.parse(request.url.query).lang or current()
    return current()


def _paged(answer: Answer) -> Answer:
    """Return a function whose pages have the headers of the screen, and whose errors are pages."""

    @wraps(answer)
    async def found(request: Request) -> Response:
        with language(_language(request)):
            try:
                response = await answer(request)
            except (RefusedRequestError, WorkHoursError) as error:
                problem = problem_of(error)
                sentence = problem.document()["detail"]
                response = HTMLResponse(refusal_page(sentence), problem.status)
        response.headers.update(HEADERS)
        return response

    return found

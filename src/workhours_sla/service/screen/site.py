"""The addresses of the screen: who may see them, and what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date, datetime, tzinfo
from functools import wraps
from hashlib import sha256
from time import monotonic
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from workhours_sla.errors import WorkHoursError, shown
from workhours_sla.service.api import body_of
from workhours_sla.service.live import Live, Moment
from workhours_sla.service.middleware import ROUTE
from workhours_sla.service.operations import Labels
from workhours_sla.service.problems import ANSWER_HEADERS, RefusedRequestError, problem_of
from workhours_sla.service.screen.board import PAST, Past, Waiting, board_of
from workhours_sla.service.screen.filters import Filters
from workhours_sla.service.screen.login import Login, cookie_header
from workhours_sla.service.screen.view import POLICY, Page, View, rendered
from workhours_sla.service.tokens import Door
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.text.catalog import LANGUAGES, SCREEN, current, language

BOARD, APPEAL, UPDATES, LOGOUT = "/", "/appeal", "/updates", "/logout"
SECONDS: Final = 3600.0
"""How long a stream lasts; then the browser asks again, so that its login is checked again."""
STREAMS: Final = 100
"""Maximum number of streams at once. Each needs a connection, and other requests need some too."""
HEARTBEAT: Final = 15.0
"""Seconds without an update after which a stream sends a comment, so that proxies keep it open."""
KEPT: Final = 64  # maximum number of fragments that are kept for other readers
HEADERS: Final = {
    **ANSWER_HEADERS,
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FORM_BYTES: Final = 10_000
Answer = Callable[[Request], Awaitable[Response]]


class Shown(NamedTuple):
    """A fragment as of ``now``, its hash, what the filters can be, and the appeal searched for."""

    now: datetime
    values: Mapping[str, Sequence[str]]
    inner: str
    hash: str
    exact: str | None


class Screen:
    """Composes what readers see of the current outcomes. Readers with equal filters share it."""

    def __init__(self, live: Live, zone: tzinfo) -> None:
        self._live = live
        self._zone = zone
        self._moment: Moment | None = None
        self._changed: set[str] = live.watched()
        self._waiting = Waiting(zone, live.clock())
        self._shown: dict[tuple[Filters, str], Shown] = {}
        self._turn = asyncio.Lock()  # the lists change while a moment is read
        self._past: dict[str, Past] = {}
        self._loading: tuple[date, asyncio.Task[None]] | None = None

    def now(self) -> datetime:
        return self._live.clock().astimezone(self._zone)

    async def shown(self, filters: Filters, view: View) -> tuple[Shown, int]:
        """Return what the filters show now, and the version of the service that it has."""
        async with self._turn:
            moment = await asyncio.to_thread(self._update)
            # those of another moment or another past are no longer kept when this is composed
            kept, past = self._shown, self._past
            found = kept.get((filters, current()))
            if found is None:
                found = await asyncio.to_thread(self._composed, moment, filters, view, past)
                if len(kept) >= KEPT:
                    kept.pop(next(iter(kept)))
                kept[filters, current()] = found
        today = self.now().date()
        if self._loading is None or self._loading[0] != today:
            self._loading = today, asyncio.create_task(self._load())
        return found, moment.version

    def _update(self) -> Moment:
        moment = self._live.current()
        if moment is not self._moment:
            changed = set(self._changed)
            self._changed -= changed
            self._waiting.update(moment.folded, changed, moment.now)
            self._moment, self._shown = moment, {}
        return moment

    async def _load(self) -> None:
        """Read the past, once a day and beside all else, since it may take seconds."""
        with suppress(WorkHoursError):
            if found := await asyncio.to_thread(self._of_past):
                self._past, self._shown = found, {}

    def _of_past(self) -> dict[str, Past]:
        found: dict[str, list[Outcome]] = {}
        for one in self._live.since(self.now() - PAST):
            found.setdefault(one.target, []).append(one)
        return {
            one.name: Past(found[one.name], self._zone, one.schedules)
            for one in self._live.pipeline.policy.targets
            if one.name in found
        }

    def _composed(
        self, moment: Moment, filters: Filters, view: View, past: Mapping[str, Past]
    ) -> Shown:
        now = moment.now.astimezone(self._zone)
        targets = [one.name for one in view.policy.targets]
        board = board_of(self._waiting, targets, now, filters, past)
        is_empty = not moment.folded and self._live.is_empty
        exact = None if filters.id is None else self._exact(board.ids(), filters.id, now)
        facts = {"board": board, "p": Page(view, filters, now), "exact": exact}
        inner = rendered("lists.html", is_empty=is_empty, **facts)
        hash_ = sha256(inner.encode()).hexdigest()[:16]
        return Shown(now, self._waiting.values(), inner, hash_, exact)

    def _exact(self, listed: AbstractSet[str], wanted: str, now: datetime) -> str | None:
        """Return the appeal of a number, None if it is none or a part of others as well."""
        exact = next((one for one in listed if one.casefold() == wanted.casefold()), wanted)
        return exact if listed <= {exact} and self._live.appeal(exact, now) is not None else None


class Site:
    """Answers at the addresses of the screen of one running service."""

    def __init__(self, live: Live, policy: Policy, door: Door, labels: Labels) -> None:
        self._live, self._door = live, door
        self._login = Login(door.tokens)
        self._view = View(policy, labels, has_login=self._login.is_needed)
        self._screen = Screen(live, policy.targets[0].schedules[0].tz)
        self._streams: set[object] = set()

    def routes(self) -> Iterator[Route]:
        for path, answer in ((BOARD, self._board), (APPEAL, self._appeal)):
            yield Route(path, self._paged(self._admitted(answer)), methods=["GET"])
            yield Route(path, self._paged(self._log_in), methods=["POST"])
        yield Route(UPDATES, self._updates)
        yield Route(LOGOUT, self._paged(self._log_out), methods=["POST"])

    def _is_admitted(self, request: Request) -> bool:
        return self._login.admits(request, self._screen.now().timestamp())

    def _paged(self, answer: Answer) -> Answer:
        """Return a function whose errors are pages, with the headers of the screen."""

        @wraps(answer)
        async def found(request: Request) -> Response:
            request.scope[ROUTE] = request.scope["path"]
            with language(_lang(request) or current()):
                try:
                    self._door.admit(request.scope)
                    response = await answer(request)
                except (RefusedRequestError, WorkHoursError) as error:
                    problem = problem_of(error)
                    sentence = problem.document()["detail"]
                    response = _refusal(sentence, problem.status, _lang(request))
            response.headers.update(HEADERS)
            return response

        return found

    # -- login ---------------------------------------------------------------------------------

    def _admitted(self, answer: Callable[[Filters], Awaitable[Response]]) -> Answer:
        """Return a function that answers with a page, or asks for a token."""

        async def found(request: Request) -> Response:
            if not self._is_admitted(request):
                return HTMLResponse(rendered("login.html", refused=False))
            return await answer(Filters.parse(request.url.query))

        return found

    async def _log_in(self, request: Request) -> Response:
        body = await body_of(request, FORM_BYTES)
        token = ""
        with suppress(ValueError):  # more fields than the form has
            pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=10)
            token = dict(pairs).get("token", "")
        value = self._login.cookie(token, self._screen.now().timestamp())
        if value is None:
            return HTMLResponse(rendered("login.html", refused=True), 401)
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
            if self._is_admitted(request):
                self._login.revoke(request)
                response.headers["set-cookie"] = cookie_header(request, None)
        return response

    # -- pages ---------------------------------------------------------------------------------

    async def _board(self, filters: Filters) -> Response:
        found, _ = await self._screen.shown(filters, self._view)
        page = Page(self._view, filters, found.now)
        alone = Filters(target=filters.target, id=filters.id, lang=filters.lang)
        if found.exact is not None and filters == alone:
            return RedirectResponse(page.appeal(found.exact), 303)
        facts = {"values": found.values, "inner": found.inner, "version": found.hash}
        return HTMLResponse(rendered("board.html", p=page, **facts))

    async def _appeal(self, filters: Filters) -> Response:
        now, wanted = self._screen.now(), filters.id or ""
        history = await asyncio.to_thread(self._live.appeal, wanted, now)
        if history is None:
            sentence = SCREEN.text("no_appeal", appeal=shown(wanted))
            return _refusal(sentence, 404, filters.lang)
        page = Page(self._view, filters, now)
        # in a thread, because an appeal may have many events
        made = await asyncio.to_thread(rendered, "appeal.html", history=history, p=page)
        return HTMLResponse(made)

    # -- updates -------------------------------------------------------------------------------

    async def _updates(self, request: Request) -> Response:
        """Return a stream of the fragments of a page, each when it has changed."""
        request.scope[ROUTE] = request.scope["path"]
        self._door.admit(request.scope)
        if not self._is_admitted(request):
            return Response(status_code=401, headers=HEADERS)
        if len(self._streams) >= STREAMS or self._live.is_stopping:
            return Response(status_code=503, headers=HEADERS | {"retry-after": "60"})
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
        rest = [(key, value) for key, value in pairs if key != "have"]
        filters = Filters.parse(urlencode(rest, errors="replace"))
        have = request.headers.get("last-event-id") or dict(pairs).get("have", "")
        return _Updates(self._stream(filters, have), self._streams, filters.lang or current())

    async def _stream(self, filters: Filters, have: str) -> AsyncIterator[str]:
        # after a failure of the store the browser asks again, and gets the reason
        with suppress(WorkHoursError):
            yield ": \n\n"
            until = monotonic() + SECONDS
            while not self._live.is_stopping and monotonic() < until:
                found, version = await self._screen.shown(filters, self._view)
                if found.hash != have:
                    have = found.hash
                    lines = "".join(f"data: {line}\n" for line in found.inner.split("\n"))
                    yield f"event: screen\nid: {have}\n{lines}\n"
                seconds = 60 - self._screen.now().second
                try:
                    async with asyncio.timeout(min(HEARTBEAT, seconds)):
                        await self._live.newer(version)
                except TimeoutError:
                    yield ": \n\n"


class _Updates(StreamingResponse):
    """A stream of updates, one of ``streams`` from its first moment until it has ended."""

    # otherwise streams that are asked for together would all be within the limit

    def __init__(self, parts: AsyncIterator[str], streams: set[object], lang: str) -> None:
        headers = HEADERS | {"x-accel-buffering": "no"}
        super().__init__(parts, headers=headers, media_type="text/event-stream")
        self._streams, self._lang = streams, lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._streams.add(self)
        try:
            with language(self._lang):
                await super().__call__(scope, receive, send)
        finally:
            self._streams.discard(self)


def _refusal(sentence: str, status: int, lang: str | None) -> HTMLResponse:
    sentence, back = sentence[0].upper() + sentence[1:], f"./?lang={lang}" if lang else "./"
    return HTMLResponse(rendered("refusal.html", sentence=sentence, back=back), status)


def _lang(request: Request) -> str | None:
    """Return the language in the address, also if the rest of the address is wrong."""
    lang = request.query_params.get("lang")
    return lang if lang in LANGUAGES else None

"""An operation of the API: its address, its question, its answer, and what a request may cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar, get_type_hints

import msgspec
from msgspec import inspect
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from workhours_sla.errors import ConfigError, shown
from workhours_sla.json.checked_data import Reader, members_of
from workhours_sla.json.strict_json import parsed
from workhours_sla.service.middleware import ROUTE, header
from workhours_sla.service.problems import ANSWER_HEADERS, encoded, refuse
from workhours_sla.service.tokens import Door, Role
from workhours_sla.text.messages import Phrase, say

JSON_TYPE: Final = "application/json"
SMALL: Final = 65_536
"""Bodies up to this size are parsed at once; larger ones in a thread, so that nobody waits."""
Asked = TypeVar("Asked")
Function = TypeVar("Function", bound=Callable[..., Any])


class Limits(NamedTuple):
    """What one request may cost. ``events_bytes`` is the size of a body that has events."""

    body_bytes: int = 1_048_576
    events_bytes: int = 4_194_304
    questions: int = 1_000
    events: int = 10_000
    answer_bytes: int = 33_554_432
    body_seconds: float = 10.0
    seconds: float = 10.0
    rate: float = 0.0  # requests of each client in a second; 0 is no limit


def type_of(given: str, kinds: tuple[str, ...] = (JSON_TYPE,)) -> str:
    """Return the media type of a header ``Content-Type``, one of ``kinds``."""
    # a page of another site can send only other types
    kind = given.partition(";")[0].strip().lower()
    if kind not in kinds:
        phrase = say("not_json_type", type=shown(given))
        if len(kinds) > 1:
            phrase = say("not_type_of_events", type=shown(given), known=", ".join(kinds))
        refuse("media-type", phrase, text=given)
    return kind


def data_of(body: bytes) -> Any:
    """Parse a body of JSON. Raises RefusedRequestError."""
    try:
        return parsed(body, Reader())
    except ConfigError as error:
        refuse("invalid-json", error.args[0], key=error.key or None)


def as_json(request: Request, body: bytes) -> Any:
    type_of(header(request.scope, b"content-type"))
    return data_of(body)


def as_bytes(_request: Request, body: bytes) -> bytes:
    return body


class Operation(NamedTuple):
    """What is asked at an address, and the function that answers."""

    method: str
    path: str
    answer: Callable[[Request, Any], Any]
    name: str
    text: str
    question: Any = None
    form: Any = None
    role: Role | None = "read"
    status: int = 200
    cost: int = 1  # in requests, before it is known what is asked; ``weight`` comes on top
    weight: Callable[[Any], int] = lambda _asked: 0
    is_quick: Callable[[Any], bool] = lambda _asked: False
    parse: Callable[[Request, bytes], Any] = as_json
    has_events: bool = False
    media_types: tuple[str, ...] = (JSON_TYPE,)
    problems: tuple[str, ...] = ()
    examples: Mapping[str, Any] = MappingProxyType({})
    more: Mapping[str, Any] = MappingProxyType({})

    @property
    def address(self) -> str:
        return self.path.replace(":path", "")

    def response(self, request: Request, asked: Any) -> Response:
        answer = self.answer(request, asked)
        if isinstance(answer, Response):
            answer.headers.update(ANSWER_HEADERS)
            return answer
        body = answer if isinstance(answer, bytes | str) else encoded(answer)
        return Response(body, self.status, ANSWER_HEADERS, media_type=self.media_types[0])


class Endpoint:
    """Answers the requests of one operation, as an ASGI application of its own."""

    def __init__(self, operation: Operation, door: Door, limits: Limits) -> None:
        self._operation, self._door, self._address = operation, door, operation.address
        self._most = limits.events_bytes if operation.has_events else limits.body_bytes
        self._seconds = limits.body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, one = Request(scope, receive), self._operation
        scope[ROUTE] = self._address
        client = self._door.admit(scope, one.role, one.cost)
        asked = await self._asked(request)
        self._door.charge(client, one.weight(asked))
        if one.is_quick(asked):
            response = one.response(request, asked)
        else:
            response = await asyncio.to_thread(one.response, request, asked)
        await response(scope, receive, send)

    async def _asked(self, request: Request) -> Any:
        one = self._operation
        if one.method == "GET":
            pairs = [*request.path_params.items(), *request.query_params.multi_items()]
            return one.question and in_address(pairs, one.question)
        body = await body_of(request, self._most, self._seconds)
        if len(body) <= SMALL:
            return one.parse(request, body)
        return await asyncio.to_thread(one.parse, request, body)


class Api:
    """Collects operations: each decorated function answers at an address."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def __call__(
        self, method: str, path: str, form: Any = dict, **options: Any
    ) -> Callable[[Function], Function]:
        def added(answer: Function) -> Function:
            hint = get_type_hints(answer).get("asked")
            facts = {"question": None if hint is type(None) else hint, "form": form} | options
            name, text = answer.__name__, answer.__doc__ or ""
            self.operations.append(Operation(method, path, answer, name, text, **facts))
            return answer

        return added


async def body_of(request: Request, most: int, seconds: float = Limits().body_seconds) -> bytes:
    """Return the body of a request, which is counted while it arrives."""
    length = header(request.scope, b"content-length")
    _check_size(int(length[:20]) if length.isdecimal() else 0, most)
    parts, size, is_complete = [], 0, False
    try:
        async with asyncio.timeout(seconds):
            while not is_complete:  # faster than ``request.stream``
                message = await request.receive()
                if message["type"] == "http.disconnect":  # nobody reads the answer
                    refuse("invalid-json", say("not_readable_json"))
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                _check_size(size, most)
                is_complete = not message.get("more_body", False)
    except TimeoutError:
        refuse("body-timeout", say("slow_body", seconds=f"{seconds:g}"), seconds=seconds)
    return b"".join(parts)


def _check_size(size: int, most: int) -> None:
    if size > most:
        refuse("body-too-large", say("large_body", most=most), most=most)


def in_address(pairs: Iterable[tuple[str, str]], kind: type[Asked]) -> Asked:
    """Return the parameters of an address as a struct or a dataclass."""
    found: dict[str, str] = {}
    fields = {field.name: field.type for field in inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    for key, value in pairs:
        if key not in fields:
            phrase = say("no_parameter", key=shown(key), known=", ".join(fields))
            refuse("invalid-request", phrase, key=key)
        if key in found:
            refuse("invalid-request", say("parameter_twice", key=key), key=key)
        found[key] = value
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        key = str(error).rpartition("`$.")[2].rstrip("`")
        refuse("invalid-request", _wrong(key, shown(found[key]), fields[key]), key=key)


def _wrong(key: str, value: str, of: inspect.Type) -> Phrase:
    """Return what is wrong with a parameter that does not have its type."""
    for one in members_of(of):
        if isinstance(one, inspect.IntType):
            return say("not_a_count", key=key, value=value, least=one.ge, most=one.le)
        if isinstance(one, inspect.LiteralType | inspect.EnumType):
            values = one.values if isinstance(one, inspect.LiteralType) else list(one.cls)
            return say("not_a_choice", key=key, value=value, choices=", ".join(map(str, values)))
        if isinstance(one, inspect.StrType):
            return say("long_parameter", key=key, most=one.max_length)
    return say("not_true_or_false", value=value)

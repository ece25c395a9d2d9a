"""The body of a request: its type, its size, and how long it may take to arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from starlette.requests import Request
from starlette.types import Receive

from workhours_sla.errors import shown
from workhours_sla.service.answering import Limits
from workhours_sla.service.problems import refuse
from workhours_sla.text.messages import say

JSON_TYPE: Final = "application/json"


def type_of(given: str, kinds: Collection[str] = (JSON_TYPE,)) -> str:
    """Return the media type of a header ``Content-Type``, one of ``kinds``.

    Raises RefusedRequestError for any other.
    """
    if given in kinds:
        return given
    kind = given.partition(";")[0].strip().lower()
    if kind not in kinds:
        phrase = say("not_json_type", type=shown(given))
        if len(kinds) > 1:
            phrase = say("not_type_of_events", type=shown(given), known=", ".join(kinds))
        refuse("media-type", phrase, text=given)
    return kind


async def body_of(request: Request, limits: Limits) -> bytes:
    """Return the body of a request, which must be within the limits. Raises RefusedRequestError."""
    return await received(request.receive, request.headers.get("content-length", ""), limits)


async def received(receive: Receive, length: str, limits: Limits) -> bytes:
    """Return a body whose header ``Content-Length`` is ``length``, within the limits.

    It is counted while it arrives, so that no more than the limit is ever in memory. Raises
    RefusedRequestError.
    """
    most = limits.body_bytes
    if length.isdecimal() and int(length[:20]) > most:
        refuse("body-too-large", say("large_body", most=most), most=most)
    parts, size, is_complete = [], 0, False
    try:
        async with asyncio.timeout(limits.body_seconds):
            while not is_complete:  # faster than ``request.stream``
                message = await receive()
                if message["type"] == "http.disconnect":  # nobody reads the answer
                    refuse("invalid-json", say("not_readable_json"))
                part = message.get("body", b"")
                size += len(part)
                if size > most:
                    refuse("body-too-large", say("large_body", most=most), most=most)
                parts.append(part)
                is_complete = not message.get("more_body", False)
    except TimeoutError:
        seconds = limits.body_seconds
        phrase = say("slow_body", seconds=f"{seconds:g}")
        refuse("body-timeout", phrase, seconds=seconds)
    return b"".join(parts)

"""Read the body of a request within limits of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from workhours_sla.service.answering import Limits
from workhours_sla.service.problems import refuse
from workhours_sla.text.messages import say


async def limited_body(request: Request, limits: Limits) -> bytes:
    """Return the body of a request. Raises RefusedRequestError.

    It is counted while it arrives, so that no more than the limit is ever in memory.
    """
    most = limits.body_bytes
    large = say("large_body", most=most)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        refuse("body-too-large", large, most=most)
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    refuse("body-too-large", large, most=most)
                parts.append(part)
    except TimeoutError:
        seconds = limits.body_seconds
        phrase = say("slow_body", seconds=f"{seconds:g}")
        refuse("body-timeout", phrase, seconds=seconds)
    except ClientDisconnect:  # nobody reads the answer
        refuse("invalid-json", say("not_readable_json"))
    return b"".join(parts)

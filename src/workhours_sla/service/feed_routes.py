"""The addresses of the iCalendar feeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from workhours_sla.service.feeds import Calendars, FeedAddresses, etag_of
from workhours_sla.service.problems import refuse
from workhours_sla.text.messages import say

CALENDAR_TYPE: Final = "text/calendar; charset=utf-8"
Answer = Callable[[Request], Awaitable[Response]]


def feed_routes(
    addresses: FeedAddresses | None, calendars: Calendars
) -> Iterator[tuple[str, str, Answer]]:
    """Yield the method, the path and the function of the feeds, nothing if there are none."""
    if addresses is None:
        return

    async def calendar(request: Request) -> Response:
        feed = addresses.find(request.path_params["address"])
        if feed is None:
            refuse("not-found", say("no_feed"))
        text = await asyncio.to_thread(calendars.text, feed)
        tag = etag_of(text)
        headers = {
            "etag": tag,
            "cache-control": "private, no-cache",
            "x-robots-tag": "noindex",
            "content-disposition": 'inline; filename="deadlines.ics"',
        }
        known = request.headers.get("if-none-match", "")
        if tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(text, media_type=CALENDAR_TYPE, headers=headers)

    yield "GET", "/feeds/{address}.ics", calendar

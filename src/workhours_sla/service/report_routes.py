"""The address of the compliance report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from workhours_sla.json.text import escape_controls
from workhours_sla.service.bodies import JSON_TYPE
from workhours_sla.service.reporting import ReportQuery, Reports
from workhours_sla.text.catalog import current

PAGE_TYPE: Final = "text/html"
Answer = Callable[[Request], Awaitable[Response]]


def report_routes(reports: Reports | None) -> Iterator[tuple[str, str, Answer]]:
    """Yield the method, the path and the function of the report, nothing if there are none."""
    if reports is None:
        return

    async def report(request: Request) -> Response:
        query = ReportQuery.of(request)
        as_page = wants_page(request.headers.get("accept", ""))
        text = await asyncio.to_thread(reports.text, query, as_page=as_page)
        kind = f"{PAGE_TYPE}; charset=utf-8" if as_page else JSON_TYPE
        headers = {
            "content-language": current(),
            "vary": "Accept, Accept-Language",
            "cache-control": "private, no-store",
        }
        if not as_page:
            text = escape_controls(text)
        content = text.encode("utf-8", "backslashreplace")
        return Response(content, media_type=kind, headers=headers)

    yield "GET", "/v1/report", report


def wants_page(accepted: str) -> bool:
    """Return whether a header ``Accept`` asks for HTML rather than for JSON.

    >>> wants_page("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"), wants_page("*/*")
    (True, False)
    """
    weights = {PAGE_TYPE: 0.0, JSON_TYPE: 0.0}
    for part in accepted[:1000].split(","):
        kind, _, parameters = part.partition(";")
        weight = 1.0
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        name = kind.strip().lower()
        if name in weights:
            weights[name] = weight
    return weights[PAGE_TYPE] > weights[JSON_TYPE]

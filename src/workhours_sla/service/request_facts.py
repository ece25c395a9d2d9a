"""The keys of a request's scope under which the guard stores what it knows about the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.types import Scope

HEADERS: Final = "workhours.headers"
"""The headers, as a dict; of a header that is sent twice the last one."""
ROUTE: Final = "workhours.route"
"""The address of the route, with its placeholders."""
FAULT: Final = "workhours.fault"
"""The number of a fault."""
SPEND: Final = "workhours.spend"
"""A function that counts a request as a number of further requests of its client."""


def spend(scope: Scope, cost: int) -> None:
    """Count a request as ``cost`` more requests of its client.

    Call it before the work that costs so much. Raises RefusedRequestError if the client has no
    request left.
    """
    if cost:
        count: Callable[[int], None] = scope[SPEND]
        count(cost)

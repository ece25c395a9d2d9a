"""The keys under which the scope of a request has what the guard knows about it."""

from __future__ import annotations

from typing import Final

LANGUAGE: Final = "workhours.lang"
"""The language of messages."""
HEADERS: Final = "workhours.headers"
"""The headers, as a dict; of a header that is sent twice the last one."""
ROUTE: Final = "workhours.route"
"""The address of the route, with its placeholders."""
FAULT: Final = "workhours.fault"
"""The number of a fault."""

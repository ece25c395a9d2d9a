"""The parameters in the address of a request: only known ones, each once, and not too long."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.requests import Request

from workhours_sla.errors import shown
from workhours_sla.service.problems import refuse
from workhours_sla.text.messages import say

LONGEST: Final = 1_000
"""The largest number of characters of a value."""


def parameters_of(request: Request, known: Collection[str]) -> dict[str, str]:
    """Return the parameters of a request, all of which must be ``known``.

    Raises RefusedRequestError for an unknown one, and for one that is given twice or too long.
    """
    found: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        if key not in known:
            names = ", ".join(known)
            refuse("invalid-request", say("no_parameter", key=shown(key), known=names), key=key)
        if key in found:
            refuse("invalid-request", say("parameter_twice", key=key), key=key)
        if len(value) > LONGEST:
            refuse("invalid-request", say("long_parameter", key=key, most=LONGEST), key=key)
        found[key] = value
    return found

"""Parts of the description in OpenAPI that several addresses share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from workhours_sla.service.answering import encoded
from workhours_sla.service.problems import MEDIA_TYPE, STATUSES
from workhours_sla.service.questions import Targets
from workhours_sla.service.schemas import REF
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import PROBLEMS
from workhours_sla.worktime.amounts import working_hours
from workhours_sla.worktime.schedule import Schedule

RARE: Final = ("wrong-secret", "report-busy")
"""The problems that few addresses return."""
PROBLEM: Final = {"$ref": REF.format(name="Problem")}


def example_targets() -> Targets:
    """Return the target of the examples: 4 working hours in Volgograd Oblast."""
    office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    return Targets(Policy([Target("first reply", working_hours(4), office)]))


def data_of(answer: object) -> Any:
    """Return an answer as it is parsed from its JSON."""
    return json.loads(encoded(answer))


def answer(description: str, schema: str, **examples: object) -> dict[str, Any]:
    """Return a response in JSON of a schema of the document, with named examples."""
    return {
        "description": description,
        "content": {
            "application/json": {
                "schema": {"$ref": REF.format(name=schema)},
                "examples": {name: {"value": value} for name, value in examples.items()},
            }
        },
    }


def refusal(description: str, example: object = None) -> dict[str, Any]:
    """Return a response that is a problem document."""
    content: dict[str, Any] = {"schema": PROBLEM}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": {MEDIA_TYPE: content}}


def refusals(
    *statuses: int, without: tuple[str, ...] = (), also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the responses of statuses, each with the titles of its types of problem.

    ``without`` are the types that the address never returns, and ``also`` those of RARE that it
    returns.
    """
    without = (*without, *(kind for kind in RARE if kind not in also))
    found = {}
    for status in statuses:
        kinds = [kind for kind in PROBLEMS if STATUSES.get(kind, 422) == status]
        titles = [PROBLEMS[kind] for kind in kinds if kind not in without]
        found[str(status)] = refusal("; ".join(titles) + ".")
    return found


def parameter(name: str, place: str, text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter of the path or of the query."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, **required, "description": text, "schema": dict(schema)}

"""The description of the service in OpenAPI, with examples that are computed, not written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import WorkHoursError
from workhours_sla.json.calendar_year import CalendarYear
from workhours_sla.service.answering import SCHEMA, Limits
from workhours_sla.service.openapi_live import SCHEMAS_OF_LIVE, paths_of_live
from workhours_sla.service.openapi_parts import (
    PROBLEM,
    data_of,
    example_targets,
    refusal,
    refusals,
)
from workhours_sla.service.problems import RefusedRequestError, problem_of
from workhours_sla.service.questions import QUESTIONS, question_of
from workhours_sla.service.schemas import AMOUNT, REF, SCHEMAS_OF_EVENTS, TIME
from workhours_sla.version import __version__

EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {
    "due": {"start": "2025-10-31T17:30:00+03:00", "now": "2025-11-01T11:00:00+03:00"},
    "elapsed": {"start": "2025-10-31T17:30:00+03:00", "end": "2025-11-01T12:00:00+03:00"},
    "latest-start": {"due_by": "2025-11-01T12:30:00+03:00"},
    "explain": {"start": "2025-10-31T17:30:00+03:00"},
    "evaluate": {
        "as_of": "2025-11-01T13:00:00+03:00",
        "events": [
            {
                "event_id": "1",
                "appeal_id": "A-1",
                "type": "created",
                "occurred_at": "2025-10-31T17:30:00+03:00",
                "agency_id": "roads",
            },
            {
                "event_id": "2",
                "appeal_id": "A-1",
                "type": "replied",
                "occurred_at": "2025-11-01T12:10:00",
                "author_role": "official",
            },
        ],
    },
}
"""A question for each address. The example of its answer is of RU-VGG and 4 working hours."""
_SUMMARIES: Final[Mapping[str, str]] = {
    "due": "When is the answer to an appeal due?",
    "elapsed": "How much working time is there between two times, and is that in time?",
    "latest-start": "How late may an appeal arrive to be due by a time?",
    "explain": "Why then? Each day, with its act.",
    "evaluate": "Which appeals are answered in time, late or at risk, by these events?",
}
_ANSWERS: Final = {"evaluate": "Evaluation"}
"""The schema of an answer, for each question whose answer is not ``Answer``."""


OF_STORE: Final = ("unknown-appeal", "invalid-event", "store-unavailable")
"""The problems that only the addresses of a store return."""


def of_question(name: str, limits: Limits) -> dict[str, Any]:
    """Return the OpenAPI operation of ``POST /v1/name``."""
    example = EXAMPLES[name]
    kind = QUESTIONS[name]
    question = {"$ref": REF.format(name=kind.__name__)}
    many = {"type": "array", "items": question, "minItems": 1, "maxItems": limits.questions}
    answer = data_of(question_of(example, kind).answer(example_targets()))
    naive = {
        key: value.removesuffix("+03:00") if isinstance(value, str) else value
        for key, value in example.items()
    }
    batch = {"schema": SCHEMA, "answers": [answer, _problem(kind, naive)]}
    return {
        "operationId": name,
        "summary": _SUMMARIES[name],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [question, many]},
                    "examples": {
                        "one": {"value": example},
                        "several": {"value": [example, naive]},
                    },
                }
            },
        },
        "responses": {
            "200": {
                "description": "The answer, or the answers in the order of the questions.",
                "content": {
                    "application/json": {
                        "schema": {
                            "oneOf": [
                                {"$ref": REF.format(name=_ANSWERS.get(name, "Answer"))},
                                {"$ref": REF.format(name="Answers")},
                            ]
                        },
                        "examples": {"one": {"value": answer}, "several": {"value": batch}},
                    }
                },
            },
            "422": refusal("A question that cannot be answered.", _problem(kind, naive)),
            **refusals(400, 401, 405, 408, 413, 415, 429, 500, 503, without=OF_STORE),
        },
    }


def of_calendar() -> dict[str, Any]:
    """Return the OpenAPI operation of ``GET /v1/calendars/{id}/{year}``."""
    year = data_of(CalendarYear.of(Calendar.get("RU-VGG"), 2025).data())
    year["days"], year["norms"] = year["days"][:1], year["norms"][:1]
    return {
        "operationId": "calendar",
        "summary": "Which days of a year are worked, and why?",
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "The calendar.",
                "schema": {"type": "string"},
                "example": "RU-VGG",
            },
            {
                "name": "year",
                "in": "path",
                "required": True,
                "schema": {"type": "integer", "minimum": 2, "maximum": 9998},
                "example": 2025,
            },
            {
                "name": "provisional",
                "in": "query",
                "description": "Answer by rule where no act has decided.",
                "schema": {"type": "boolean", "default": False},
            },
        ],
        "responses": {
            "200": {
                "description": "The year. The example has the first day and the first norm alone.",
                "content": {
                    "application/json": {
                        "schema": {"$ref": REF.format(name="CalendarYear")},
                        "example": year,
                    }
                },
            },
            **refusals(401, 404, 405, 422, 429, 500, without=OF_STORE),
        },
    }


def of_health(name: str, *, with_store: bool) -> dict[str, Any]:
    """Return the OpenAPI operation of ``GET /healthz`` or ``GET /readyz``."""
    summaries = {
        "healthz": "Does the service answer?",
        "readyz": "Is the service ready, and up to which date is each calendar known?",
    }
    example: dict[str, Any] = {"status": "ok"}
    if name == "readyz":
        example = {"status": "ready", "calendars": {"RU-VGG": "2026-12-31"}}
        if with_store:
            example |= {"watermark": "2026-03-16T10:00:00+00:00", "sinks_failing": 0}
    return {
        "operationId": name,
        "summary": summaries[name],
        "security": [],
        "responses": {
            "200": {
                "description": "It is.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
            },
            **refusals(405, 429, 500),
            **(refusals(503, without=("timeout",)) if with_store and name == "readyz" else {}),
        },
    }


def described(
    limits: Limits,
    *,
    with_tokens: bool,
    with_store: bool,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the OpenAPI document of the service, with ``more`` paths."""
    paths: dict[str, Any] = {
        f"/v1/{name}": {"post": of_question(name, limits)} for name in QUESTIONS
    }
    paths["/v1/calendars/{id}/{year}"] = {"get": of_calendar()}
    for name in ("healthz", "readyz"):
        paths[f"/{name}"] = {"get": of_health(name, with_store=with_store)}
    if with_store:
        paths |= paths_of_live(limits)
    paths |= more
    _, schemas = msgspec.json.schema_components(list(QUESTIONS.values()), ref_template=REF)
    components: dict[str, Any] = {
        "schemas": {**schemas, **_SCHEMAS, **(SCHEMAS_OF_LIVE if with_store else {})}
    }
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "workhours_sla",
            "version": __version__,
            "description": "Working-time deadlines that are exact, explained and never guessed.",
        },
        "paths": paths,
        "components": components,
    }
    if with_tokens:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def _problem(kind: Any, question: object) -> Any:
    """Return the problem document of a question that cannot be answered."""
    try:
        question_of(question, kind).answer(example_targets())
    except (RefusedRequestError, WorkHoursError) as error:
        return data_of(problem_of(error).document())
    raise AssertionError  # the examples of problems have one


_CALENDAR: Final = {
    "type": "object",
    "required": ["id", "version"],
    "properties": {"id": {"type": "string"}, "version": {"type": "string"}},
}
_SCHEMAS: Final[Mapping[str, Any]] = {
    "Answer": {
        "type": "object",
        "description": "workhours.due/2, workhours.elapsed/2 or workhours.latest-start/2.",
        "required": ["schema", "target", "budget", "provisional", "calendar", "hours", "tz"],
        "properties": {
            "schema": {"type": "string"},
            "target": {"type": "string"},
            "start": TIME,
            "end": TIME,
            "due_by": TIME,
            "zone_assumed": {"const": False},
            "budget": {"type": ["string", "object"]},
            "due_at": TIME,
            "breaches_after": TIME,
            "latest_start": TIME,
            "now": TIME,
            "remaining": AMOUNT,
            "elapsed": AMOUNT,
            "met": {"type": ["boolean", "null"]},
            "provisional": {"type": "boolean"},
            "calendar": _CALENDAR,
            "hours": {"type": "string"},
            "tz": {"type": "string"},
            "trace": {"type": "object"},
        },
    },
    "Answers": {
        "type": "object",
        "required": ["schema", "answers"],
        "properties": {
            "schema": {"const": SCHEMA},
            "answers": {
                "type": "array",
                "items": {
                    "oneOf": [
                        {"$ref": REF.format(name="Answer")},
                        {"$ref": REF.format(name="Evaluation")},
                        PROBLEM,
                    ]
                },
            },
        },
    },
    **SCHEMAS_OF_EVENTS,
    "CalendarYear": {
        "type": "object",
        "required": ["schema", "calendar", "year", "provisional", "uncertain", "days", "norms"],
        "properties": {
            "schema": {"const": "workhours.calendar-year/1"},
            "calendar": _CALENDAR,
            "year": {"type": "integer"},
            "provisional": {"type": "boolean"},
            "uncertain": {"type": "object"},
            "days": {"type": "array", "items": {"type": "object"}},
            "norms": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Problem": {
        "type": "object",
        "description": "A problem of RFC 9457; facts of the error are further fields.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "key": {"type": ["string", "null"]},
        },
    },
}

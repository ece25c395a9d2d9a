"""The description in OpenAPI of the addresses that a service with a store has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from workhours_sla.service.answering import Limits
from workhours_sla.service.appeals import (
    APPEAL,
    LAST_OFFSET,
    MOST,
    OVERDUE,
    USUAL,
    Query,
    appeal_data,
    overdue_data,
)
from workhours_sla.service.bodies import JSON_TYPE
from workhours_sla.service.live import Live
from workhours_sla.service.openapi_parts import (
    PROBLEM,
    answer,
    data_of,
    example_targets,
    parameter,
    refusals,
)
from workhours_sla.service.receiving import CLOUD_EVENT, CLOUD_EVENTS, SCHEMA, Sent, store
from workhours_sla.service.schemas import REF, TIME
from workhours_sla.stores.memory import MemoryStore
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.metrics import CONTENT_TYPE

NOW: Final = datetime.fromisoformat("2025-11-01T13:00:00+03:00")
"""The time of the examples."""
EVENT: Final = {
    "event_id": "1",
    "appeal_id": "A-1",
    "type": "created",
    "occurred_at": "2025-10-31T17:30:00+03:00",
    "agency_id": "roads",
}
NAIVE: Final = {
    "event_id": "2",
    "appeal_id": "A-1",
    "type": "replied",
    "occurred_at": "2025-11-01T12:10:00",
    "author_role": "official",
}
CLOUD: Final = {
    "specversion": "1.0",
    "id": "1",
    "source": "portal",
    "type": "workhours.event.created",
    "subject": "A-2",
    "time": "2025-11-01T12:00:00+03:00",
    "data": {"agency_id": "roads"},
}
_PRINTABLE: Final = r"^[\t -~]*$"
_BINARY: Final = {
    "specversion": "1.0, for a CloudEvent in binary mode.",
    "id": "The id of the event, unique within its source.",
    "source": "The system that sends the event.",
    "type": "The type of the event, such as workhours.event.created.",
    "subject": "The id of the appeal.",
    "time": "When it happened.",
}
"""The headers of a CloudEvent in binary mode."""
_EVENT_SCHEMA: Final = {"$ref": REF.format(name="Event")}
_CLOUD_SCHEMA: Final = {"$ref": REF.format(name="CloudEvent")}
_ANYTHING: Final = {"description": "Anything else is rejected, and listed in the answer."}


def paths_of_live(limits: Limits) -> dict[str, Any]:
    """Return the OpenAPI paths of a service with a store."""
    policy = example_targets().policy
    live = Live(Pipeline(MemoryStore(), policy), clock=lambda: NOW, tick=None)
    receipts = {}
    for name, kind, sent in (
        ("one", JSON_TYPE, EVENT),
        ("again", JSON_TYPE, EVENT),
        ("several", JSON_TYPE, [EVENT, NAIVE]),
        ("cloudevent", CLOUD_EVENT, CLOUD),
    ):
        parsed = Sent.parse(json.dumps(sent).encode(), kind, live.clock(), limits)
        receipts[name] = data_of(store(live, parsed))
    history = live.appeal("A-1", NOW)
    assert history is not None  # noqa: S101 - the example above
    return {
        "/v1/events": {"post": _events(limits, receipts)},
        "/v1/appeals/{id}": {"get": _appeal(data_of(appeal_data(history, NOW)))},
        "/v1/overdue": {"get": _overdue(data_of(overdue_data(live.outcomes(NOW), NOW, Query())))},
        "/metrics": {"get": _metrics(live.metrics.text(NOW))},
    }


def _events(limits: Limits, receipts: Mapping[str, Any]) -> dict[str, Any]:
    own = {"anyOf": [_EVENT_SCHEMA, _CLOUD_SCHEMA, _ANYTHING]}
    cloud = {"anyOf": [_CLOUD_SCHEMA, _ANYTHING]}
    one_cloud = {"anyOf": [_CLOUD_SCHEMA, _ANYTHING | {"not": {"type": "array"}}]}
    return {
        "operationId": "events",
        "summary": "Store events; each is applied once, however often it is sent.",
        "description": "The body is events in JSON. With the header ce-specversion it is the data "
        "of one CloudEvent in binary mode, whose attributes are the headers ce-*, percent-encoded.",
        "parameters": [
            parameter(f"ce-{name}", "header", text, {"type": "string", "pattern": _PRINTABLE})
            for name, text in _BINARY.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                JSON_TYPE: {
                    "schema": {
                        "anyOf": [own, {"type": "array", "items": own, "maxItems": limits.events}]
                    },
                    "examples": {
                        "one": {"value": EVENT},
                        "again": {"value": EVENT},
                        "several": {"value": [EVENT, NAIVE]},
                    },
                },
                CLOUD_EVENT: {"schema": one_cloud, "examples": {"cloudevent": {"value": CLOUD}}},
                CLOUD_EVENTS: {
                    "schema": {"type": "array", "items": cloud, "maxItems": limits.events},
                    "examples": {"cloudevents": {"value": [CLOUD]}},
                },
            },
        },
        "responses": {
            "202": answer("What became of each event.", "Receipts", **receipts),
            **refusals(400, 401, 403, 405, 408, 413, 415, 422, 429, 500, 503),
        },
    }


def _appeal(example: Any) -> dict[str, Any]:
    return {
        "operationId": "appeal",
        "summary": "What happened to an appeal, when is it due, and why?",
        "parameters": [parameter("id", "path", "The id of the appeal.", {"type": "string"})],
        "responses": {
            "200": answer("The appeal as of now.", "Appeal", one=example),
            **refusals(401, 404, 405, 429, 500, 503),
        },
    }


def _overdue(example: Any) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    offset = {"type": "integer", "minimum": 0, "maximum": LAST_OFFSET, "default": 0}
    return {
        "operationId": "overdue",
        "summary": "Which unanswered appeals are overdue, and which are at risk?",
        "parameters": [
            parameter("agency_id", "query", "Those of one agency.", {"type": "string"}),
            parameter("target", "query", "Those of one target.", {"type": "string"}),
            parameter("limit", "query", "At most so many.", count),
            parameter("offset", "query", "Leave out so many.", offset),
        ],
        "responses": {
            "200": answer("Those that are most overdue come first.", "Overdue", one=example),
            **refusals(401, 405, 422, 429, 500, 503),
        },
    }


def _metrics(example: str) -> dict[str, Any]:
    return {
        "operationId": "metrics",
        "summary": "The state of the service, for Prometheus.",
        "responses": {
            "200": {
                "description": "Metrics in the text format of Prometheus.",
                "content": {
                    CONTENT_TYPE.partition(";")[0]: {
                        "schema": {"type": "string"},
                        "example": example,
                    }
                },
            },
            **refusals(401, 405, 429, 500, 503),
        },
    }


_COUNTS: Final = {"type": "object", "additionalProperties": {"type": "integer"}}
_OUTCOME: Final = {"$ref": REF.format(name="Outcome")}
SCHEMAS_OF_LIVE: Final[Mapping[str, Any]] = {
    "Receipts": {
        "type": "object",
        "required": ["schema", "counts", "events"],
        "properties": {
            "schema": {"const": SCHEMA},
            "counts": _COUNTS,
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["index", "state"],
                    "properties": {
                        "index": {"type": "integer"},
                        "state": {"enum": ["applied", "duplicate", "quarantined", "rejected"]},
                        "event_id": {"type": "string"},
                        "reason": {"type": "string"},
                        "problem": PROBLEM,
                    },
                },
            },
        },
    },
    "Appeal": {
        "type": "object",
        "required": ["schema", "appeal_id", "now", "events", "outcomes"],
        "properties": {
            "schema": {"const": APPEAL},
            "appeal_id": {"type": "string"},
            "now": TIME,
            "events": {"type": "array", "items": {"type": "object"}},
            "outcomes": {
                "type": "array",
                "items": {
                    "allOf": [
                        _OUTCOME,
                        {"properties": {"trace": {"type": ["object", "null"]}}},
                    ]
                },
            },
        },
    },
    "Overdue": {
        "type": "object",
        "required": ["schema", "now", "counts", "outcomes", "next_offset"],
        "properties": {
            "schema": {"const": OVERDUE},
            "now": TIME,
            "counts": _COUNTS,
            "outcomes": {"type": "array", "items": _OUTCOME},
            "next_offset": {"type": ["integer", "null"]},
        },
    },
}

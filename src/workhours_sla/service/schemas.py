"""The JSON Schemas of events and of their evaluation, for the description in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from workhours_sla.json.outcomes import VERDICTS
from workhours_sla.service.evaluation import SCHEMA as EVALUATION_SCHEMA
from workhours_sla.sla.event import AUTHOR_ROLES, EVENT_FIELDS, EventField, EventType
from workhours_sla.sources.sent_events import SCHEMA as EVENT_SCHEMA
from workhours_sla.text.catalog import QUARANTINE_REASONS

REF: Final = "#/components/schemas/{name}"
TIME: Final = {"type": ["string", "null"], "format": "date-time"}
AMOUNT: Final = {
    "type": ["string", "null"],
    # the format "duration" has no sign, but an end may be before its start
    "pattern": r"^-?PT(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,6})?S)?$",
    "examples": ["PT3H30M", "-PT15M"],
}


def _field_schema(field: EventField) -> dict[str, Any]:
    """Return the JSON Schema of a field of an event."""
    if field.type is EventType:
        return {"enum": [kind.value for kind in EventType]}
    if field.name == "author_role":
        return {"enum": [*AUTHOR_ROLES, None]}
    schema: dict[str, Any] = {"type": "boolean" if field.type is bool else "string"}
    if field.type is datetime:
        schema["format"] = "date-time"
    if field.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema


_TEXT: Final = {"type": ["string", "null"]}
_FLAG: Final = {"type": "boolean"}
_COUNTS: Final = {"type": "object", "additionalProperties": {"type": "integer"}}
SCHEMAS_OF_EVENTS: Final[Mapping[str, Any]] = {
    "Event": {
        "type": "object",
        "description": "An event of the schema workhours.event/1. The example of an answer shows "
        "what happens to one that cannot be read.",
        "required": ["appeal_id", "type", "occurred_at"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": EVENT_SCHEMA},
            **{field.name: _field_schema(field) for field in EVENT_FIELDS},
        },
    },
    "CloudEvent": {
        "type": "object",
        "description": "A CloudEvent 1.0 in JSON. Its type ends with the type of the event, its "
        "subject is the id of the appeal, and data has the other fields.",
        "required": ["specversion", "id", "source", "type"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"type": "string", "examples": ["workhours.event.created"]},
            "subject": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "data": {"type": "object"},
        },
    },
    "Outcome": {
        "type": "object",
        "required": ["appeal_id", "target", "cycle", "verdict", "posted_at"],
        "properties": {
            "appeal_id": {"type": "string"},
            "target": {"type": "string"},
            "cycle": {"type": "integer"},
            "verdict": {"enum": [verdict.value for verdict in VERDICTS]},
            **dict.fromkeys(("agency_id", "district_id", "channel", "topic"), _TEXT),
            **dict.fromkeys(
                ("posted_at", "started_at", "due_at", "breaches_after", "answered_at"), TIME
            ),
            "withdrawn_at": TIME,
            **dict.fromkeys(("elapsed", "remaining", "overdue"), AMOUNT),
            **dict.fromkeys(("needs_review", "calendar_unknown", "provisional"), _FLAG),
            **dict.fromkeys(("retroactive", "pause_left_open"), _FLAG),
            "bounds": {"type": ["object", "null"]},
            "holder_at_breach": _TEXT,
            "spans": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Evaluation": {
        "type": "object",
        "required": [
            *("schema", "as_of", "policy_version", "counts", "outcomes", "unmatched"),
            *("rows", "events", "quarantine"),
        ],
        "properties": {
            "schema": {"const": EVALUATION_SCHEMA},
            "as_of": TIME,
            "policy_version": {"type": "string"},
            "counts": _COUNTS,
            "outcomes": {"type": "array", "items": {"$ref": REF.format(name="Outcome")}},
            "unmatched": {"type": "array", "items": {"type": "object"}},
            "rows": _COUNTS,
            "events": _COUNTS,
            "quarantine": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["index", "reason"],
                    "properties": {
                        "index": {"type": "integer", "description": "The place in events, from 0."},
                        "reason": {"enum": sorted(QUARANTINE_REASONS)},
                        "detail": {"type": "string"},
                    },
                },
            },
        },
    },
}

"""The description in OpenAPI of webhooks, feeds and the report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from workhours_sla.adapters.sinks.due_calendar import write_due_calendar
from workhours_sla.service.feed_routes import CALENDAR_TYPE
from workhours_sla.service.openapi_parts import example_targets, parameter, refusals
from workhours_sla.service.webhook_routes import HEADER_OF_MAX
from workhours_sla.service.with_store import WithStore
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.event import Event

VK_REQUEST: Final = {
    "type": "wall_reply_new",
    "group_id": 990000001,
    "event_id": "5f2c8e1b",
    "v": "5.199",
    "secret": "the secret key of the group",
    "object": {
        "id": 1002,
        "from_id": 700000002,
        "date": 1773238800,
        "owner_id": -990000001,
        "post_id": 501,
        "parents_stack": [],
    },
}
"""An example of a comment of a citizen."""
MAX_UPDATE: Final = {
    "update_type": "message_created",
    "timestamp": 1773238800000,
    "message": {
        "sender": {"user_id": 700000002, "is_bot": False},
        "recipient": {"chat_id": 880000001, "chat_type": "chat"},
        "timestamp": 1773238800000,
        "body": {"mid": "mid.00000000000003ea", "seq": 1002},
    },
}
"""An example of a message of a citizen."""
_TEXT: Final = {"text/plain": {"schema": {"type": "string"}, "example": "ok"}}
_OF_OTHERS: Final = ("forbidden", "media-type", "timeout")
"""Problems that webhooks and feeds never return."""
_SECRET: Final = ("wrong-secret",)
_TIME: Final = {"type": "string", "format": "date-time"}
_GROUPINGS: Final = {"type": "string", "example": "agency,channel"}


def paths_of_incoming(store: WithStore) -> dict[str, Any]:
    """Return the OpenAPI paths of what is configured: webhooks, feeds and the report."""
    found: dict[str, Any] = {}
    if store.webhooks.vk is not None:
        found["/v1/webhooks/vk"] = {"post": _webhook("vk", "VK", VK_REQUEST)}
    if store.webhooks.max is not None:
        of_max = _webhook("max", "MAX", MAX_UPDATE)
        of_max["parameters"] = [
            {
                "name": HEADER_OF_MAX.title(),
                "in": "header",
                "required": True,
                "description": "The secret of the subscription.",
                "schema": {"type": "string"},
            }
        ]
        found["/v1/webhooks/max"] = {"post": of_max}
    if store.feeds is not None:
        found["/feeds/{address}.ics"] = {"get": _feed()}
    if store.reports is not None:
        found["/v1/report"] = {"get": _report()}
    return found


def example_feed() -> str:
    """Return the calendar of an agency with one appeal."""
    now = datetime.fromisoformat("2025-10-31T17:30:00+03:00")
    event = Event("1", "A-1", "created", now, now, agency_id="roads")
    outcomes = evaluate([event], example_targets().policy, as_of=now).outcomes
    return write_due_calendar(outcomes, stamp=now, zone=now.tzinfo or UTC, name="Deadlines: roads")


def _webhook(name: str, network: str, example: object) -> dict[str, Any]:
    return {
        "operationId": f"webhook_{name}",
        "summary": f"Receive a request of {network}, and store what it says about appeals.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
        },
        "responses": {
            "200": {
                "description": "The events are stored, or there are none to store. To a request "
                "for confirmation, VK gets the string of the group."
                if name == "vk"
                else "The events are stored, or there are none to store.",
                "content": _TEXT,
            },
            **refusals(
                400, 403, 405, 408, 413, 422, 429, 500, 503, without=_OF_OTHERS, also=_SECRET
            ),
        },
    }


def _feed() -> dict[str, Any]:
    return {
        "operationId": "feed",
        "summary": "When are the unanswered appeals of an agency due?",
        "security": [],
        "parameters": [
            {
                "name": "address",
                "in": "path",
                "required": True,
                "description": "The secret address of the agency, which workhours feeds prints.",
                "schema": {"type": "string"},
            },
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag of the calendar that the client has.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {
                "description": "The calendar, in the form of RFC 5545.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {
                    CALENDAR_TYPE.partition(";")[0]: {
                        "schema": {"type": "string"},
                        "example": example_feed(),
                    }
                },
            },
            "304": {"description": "The client has this calendar already."},
            **refusals(404, 405, 429, 500, 503, without=(*_OF_OTHERS, "unknown-calendar")),
        },
    }


def _report() -> dict[str, Any]:
    edge = {"type": "string", "example": "2025-10"}
    return {
        "operationId": "report",
        "summary": "How many appeals are answered in time, by whom, and how certain is that?",
        "parameters": [
            parameter("target", "query", "The target, if there are several.", {"type": "string"}),
            parameter("as_of", "query", "A time with its offset; now without it.", _TIME),
            parameter("since", "query", "The begin: a year, month, date or time.", edge),
            parameter("until", "query", "The end; a year, month or date is included whole.", edge),
            parameter("by", "query", "The groupings, with commas between them.", _GROUPINGS),
        ],
        "responses": {
            "200": {
                "description": "The report, in the form that Accept asks for.",
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "text/html": {"schema": {"type": "string"}},
                },
            },
            **refusals(401, 405, 422, 429, 500, 501, 503, also=("report-busy",)),
        },
    }

"""The description in OpenAPI of webhooks and the report."""

from __future__ import annotations

from typing import Any, Final

from workhours_sla.service.openapi_parts import parameter, refusals
from workhours_sla.service.webhook_routes import HEADER_OF_MAX
from workhours_sla.service.with_store import WithStore

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
"""Problems that webhooks never return."""
_SECRET: Final = ("wrong-secret",)
_TIME: Final = {"type": "string", "format": "date-time"}
_GROUPINGS: Final = {"type": "string", "example": "agency,channel"}


def paths_of_incoming(store: WithStore) -> dict[str, Any]:
    """Return the OpenAPI paths of what is configured: webhooks and the report."""
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
    if store.reports is not None:
        found["/v1/report"] = {"get": _report()}
    return found


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

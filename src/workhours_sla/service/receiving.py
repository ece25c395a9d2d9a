"""Receive events: the body of a request as events, and what became of each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from workhours_sla.service.api import JSON_TYPE, Limits, data_of, type_of
from workhours_sla.service.middleware import header
from workhours_sla.service.problems import Problem, refuse
from workhours_sla.service.questions import check_events, items_of
from workhours_sla.sla.event import ALLOWED_SKEW, FIELD_NAMES, Event
from workhours_sla.sources.cloudevents import (
    ENVELOPE,
    attribute_of,
    is_json,
    record_of_request,
)
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.tail import received_ahead
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream.receipts import Receipt
from workhours_sla.text.messages import say

SCHEMA: Final = "workhours.receipts/1"
CLOUD_EVENT: Final = "application/cloudevents+json"
CLOUD_EVENTS: Final = "application/cloudevents-batch+json"
TYPES: Final = (JSON_TYPE, CLOUD_EVENT, CLOUD_EVENTS)
"""The media types of events: of this library's own schema, one CloudEvent, several."""
PREFIX: Final = "ce-"
"""How the headers begin that have the attributes of a CloudEvent in binary mode."""
SOURCE: Final = "http"  # the name under which rejected events are stored
LONGEST: Final = 256  # the largest number of characters of a value that is kept of a rejected event
_KEPT: Final = frozenset({"schema", *FIELD_NAMES, *ENVELOPE})
_KINDS: Final = {"naive_time": "naive-time", "unreadable_time": "invalid-time"}
"""The problem for a reason to reject an event, if it is not ``invalid-event``."""


class Sent(NamedTuple):
    """The events of a request, each at its place, with a Fault in place of what is no event."""

    items: Sequence[Event | Fault]
    texts: Sequence[str]  # what is kept of each Fault as JSON, empty for an event

    @classmethod
    def parse(cls, request: Request, body: bytes, now: datetime, limits: Limits) -> Sent:
        """Parse the body of a request that arrived at ``now``."""
        kind, attributes = header(request.scope, b"content-type"), _attributes_of(request)
        if attributes is not None:  # the type is that of the data, which may be any
            kind = kind.partition(";")[0].strip().lower()
            data = data_of(body) if is_json(kind) and body.strip() else None
            return cls._of([record_of_request(attributes, kind, data)], now)
        kind, data = type_of(kind, TYPES), data_of(body)
        if isinstance(data, list) is not (kind == CLOUD_EVENTS) and kind != JSON_TYPE:
            is_many = kind == CLOUD_EVENTS
            refuse("invalid-request", say("not_a_batch" if is_many else "not_one_event"), key=None)
        records = data if isinstance(data, list) else [data]
        check_events(len(records), limits)
        if kind != JSON_TYPE:
            for record in records:
                if isinstance(record, dict):
                    record.setdefault("specversion", None)
        return cls._of(records, now)

    @classmethod
    def _of(cls, records: Sequence[Any], now: datetime) -> Sent:
        items = items_of(records, now)
        for place, one in enumerate(items):
            ahead = isinstance(one, Event) and received_ahead(one, now, ALLOWED_SKEW)
            if ahead:
                items[place] = Fault(place, "received_ahead", ahead, "")
        texts = [
            _text(record) if isinstance(item, Fault) else ""
            for item, record in zip(items, records, strict=True)
        ]
        return cls(items, texts)

    @property
    def events(self) -> list[Event]:
        return [one for one in self.items if isinstance(one, Event)]

    @property
    def rejected(self) -> list[Rejected]:
        return [
            Rejected(one.reason, str(one.detail), text)
            for one, text in zip(self.items, self.texts, strict=True)
            if isinstance(one, Fault)
        ]

    def data(self, receipts: Sequence[Receipt]) -> dict[str, Any]:
        """Return ``workhours.receipts/1``: the state of each item, at its place."""
        states = {"applied": 0, "duplicate": 0, "quarantined": 0, "rejected": 0}
        found: list[dict[str, Any]] = []
        left = iter(receipts)
        for place, item in enumerate(self.items):
            if isinstance(item, Fault):
                kind = _KINDS.get(item.reason, "invalid-event")
                facts = {"index": item.line, "reason": item.reason}
                one = {"index": place, "state": "rejected", "reason": item.reason}
                one["problem"] = Problem(kind, item.detail, facts).document()
            else:
                event_id, state, reason = next(left)
                one = {"index": place, "state": state, "event_id": event_id}
                if reason is not None:
                    one["reason"] = reason
            states[str(one["state"])] += 1
            found.append(one)
        return {"schema": SCHEMA, "counts": states, "events": found}


def _attributes_of(request: Request) -> dict[str, str] | None:
    """Return the attributes of a CloudEvent in the headers ``ce-*`` of a request."""
    found: dict[str, str] = {}
    for raw, value in request.headers.raw:
        name = raw.decode("latin-1")
        if name == "content-type" and value.lower().startswith(b"application/cloudevents"):
            return None
        if not name.startswith(PREFIX):
            continue
        if name.removeprefix(PREFIX) in found:
            refuse("invalid-request", say("header_twice", name=name), key=name)
        try:
            found[name.removeprefix(PREFIX)] = attribute_of(value.decode("ascii"))
        except UnicodeDecodeError:
            refuse("invalid-request", say("header_encoding", name=name), key=name)
    return found if "specversion" in found else None


def _text(record: object) -> str:
    """Return what is kept of an object that is no event: the fields of an event, as JSON."""
    kept: dict[str, object] = {}
    if isinstance(record, dict):
        kept = _fields(record)
        if isinstance(record.get("data"), dict):
            kept["data"] = _fields(record["data"])
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _fields(record: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value
        for name, value in record.items()
        if name in _KEPT
        and (value is None or isinstance(value, str | int | float))
        and len(str(value)) <= LONGEST
    }

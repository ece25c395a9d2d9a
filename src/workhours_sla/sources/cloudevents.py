"""Read CloudEvents 1.0: JSON Lines, one object, a batch, or HTTP requests written as text.

Events that were sent one by one are CloudEvents, or have this library's own schema.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from itertools import chain
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.config.sections import Input
from workhours_sla.errors import shown
from workhours_sla.sla.event import FIELD_NAMES, Claim, Event
from workhours_sla.sources.json_documents import (
    broken_document,
    decode_any,
    envelopes,
    lists_under,
    refuse_document,
)
from workhours_sla.sources.json_rows import items_of
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import TYPES, Mapper
from workhours_sla.sources.opened import MARKS_AND_BLANKS, Lines, OpenedFile
from workhours_sla.sources.rows import Item, Record, RefusedError, item_of
from workhours_sla.text.messages import Phrase, say

_REQUIRED: Final = ("specversion", "source", "id", "type")
ENVELOPE: Final = (*_REQUIRED, "subject", "time", "datacontenttype", "dataschema")
"""The attributes of a CloudEvent that CloudEvents defines."""
_OF_ENVELOPE: Final = ("event_id", "appeal_id", "type", "occurred_at")
"""Canonical columns that are filled from the envelope of a CloudEvent."""
_FROM_ENVELOPE: Final = "cloudevents:"
"""Prefix of columns from the envelope, to distinguish them from fields of the JSON data."""
NO_TIME: Final = "time of receipt"
"""The ``reason`` of an event that has no time of its own; its time of receipt is used."""
_ATTRIBUTE: Final = re.compile(r"[a-z][a-z0-9]*")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")
_LENGTH: Final = re.compile(r"\d{1,9}", re.ASCII)


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    """Yield the event, or the Fault, of every CloudEvent."""
    mapper = CloudEventMapper(layout, opened.claims)
    head = opened.chunks.peek().lstrip(MARKS_AND_BLANKS)
    if head[:1] not in (b"{", b"["):
        for line, record in enumerate(_requests(opened, options.encoding), start=1):
            yield item_of(mapper, record, line)
    else:
        place = envelopes({}) if _is_line(head) else lists_under()
        yield from items_of(opened, place, mapper, options, _REQUIRED)


def _is_line(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0]
    try:
        return isinstance(decode_any(first), dict)
    except (ValueError, RecursionError):
        return False


class CloudEventMapper:
    """Maps a CloudEvent to an event; ``[columns]`` may name fields of ``data`` and extensions."""

    dates_to_receipt: ClassVar[bool] = True

    def __init__(self, layout: Layout, claims: list[Claim]) -> None:
        self._own = frozenset(name for name, column in layout.columns.items() if column)
        columns = {name: _FROM_ENVELOPE + name for name in _OF_ENVELOPE}
        plain = replace(layout, kind="events", columns={**columns, **layout.columns})
        self._mapper = Mapper(plain, claims=claims)
        self.layout = layout
        self._types = layout.values.get("type", {})

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        if self._types.get(self._type_of(str(record.get("type")))) == "":
            return ()
        return self._mapper(self._row(record, received_at), line)

    def kept(self, record: Record) -> Record:
        data: dict[str, object] = {}
        with suppress(RefusedError):
            data = _data_of(record)
        envelope = {name: record[name] for name in ENVELOPE if name in record}
        return {**envelope, "data": self._mapper.kept({**_extensions(record), **data})}

    def _row(self, record: Record, received_at: datetime | None) -> dict[str, object]:
        version, source, own_id, kind = required = [record.get(name) for name in _REQUIRED]
        for name, value in zip(_REQUIRED, required, strict=True):
            if not value or not isinstance(value, str):
                raise RefusedError(say("value_absent", named=name), "missing_value")
        if not str(version).startswith("1."):
            detail = say("cloudevents_version", version=shown(str(version)))
            raise RefusedError(detail, "unknown_value")
        data = _data_of(record)
        row = {**_extensions(record), **data}
        found: dict[str, object] = {
            "event_id": f"{source}#{own_id}",
            "appeal_id": record.get("subject") or data.get("appeal_id"),
            "type": self._type_of(str(kind)),
            "occurred_at": record.get("time") or data.get("occurred_at"),
        }
        if found["appeal_id"] is None and "appeal_id" not in self._own:
            raise RefusedError(say("value_absent", named="subject"), "missing_value")
        if found["occurred_at"] is None and "occurred_at" not in self._own:
            if received_at is None:
                raise RefusedError(say("cloudevents_time"), "missing_value")
            found["occurred_at"] = received_at.isoformat()
            row["received_at"] = found["occurred_at"]
            row.setdefault("reason", NO_TIME)
        return row | {_FROM_ENVELOPE + name: one for name, one in found.items()}

    def _type_of(self, kind: str) -> str:
        """Return the event type: the last part of the CloudEvent's ``type``."""
        short = kind.rpartition(".")[2]
        is_known = short in self._types or short in TYPES
        return short if is_known and kind not in self._types else kind


def _extensions(record: Record) -> dict[str, object]:
    return {name: one for name, one in record.items() if name not in ENVELOPE}


def _data_of(record: Record) -> dict[str, object]:
    data = record.get("data")
    packed = record.get("data_base64")
    if data is None and isinstance(packed, str):
        try:
            data = decode_any(base64.b64decode(packed, validate=True))
        except RefusedError:
            raise  # a key is there twice
        except (binascii.Error, ValueError, RecursionError):
            data = None  # data of another type than JSON has no fields
    return data if isinstance(data, dict) else {}


# -- HTTP requests written as text ---------------------------------------------------------------


def _requests(opened: OpenedFile, encoding: str) -> Iterator[dict[str, Any]]:
    lines = iter(Lines(opened.chunks, encoding))
    while request := _request(lines, opened.name):
        headers, text = request
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        body: Any = None
        if text.strip():
            try:
                body = decode_any(text)
            except (ValueError, RecursionError) as error:
                raise broken_document(opened.name, error) from None
        if kind == "application/cloudevents+json" and isinstance(body, dict):
            yield body
        elif kind == "application/cloudevents-batch+json" and isinstance(body, list):
            yield from (one for one in body if isinstance(one, dict))
        elif any(name.startswith("ce-") for name in headers):
            own = [(name[3:], text) for name, text in headers.items() if name[:3] == "ce-"]
            envelope = {name: attribute_of(text, errors="replace") for name, text in own}
            yield _binary(envelope, kind, body)
        else:
            raise refuse_document(headers, opened.name, "ce-id")


def _request(lines: Iterator[str], name: str) -> tuple[dict[str, str], str] | None:
    """Return the headers and the body of the next request."""
    first = next((line for line in lines if not line.isspace()), None)
    if first is None:
        return None
    headers: dict[str, str] = {}
    is_start_line = " " in first.partition(":")[0].strip()
    for line in lines if is_start_line else chain([first], lines):
        field, colon, value = line.strip().partition(":")
        if not field:
            break
        if not colon:
            raise refuse_document({line.strip(): None}, name, "specversion")
        headers[field.strip().lower()] = value.strip()
    length_text = headers.get("content-length", "")
    wanted = int(length_text) if _LENGTH.fullmatch(length_text) else None
    body: list[str] = []
    size = 0
    for line in lines:
        body.append(line)
        size += len(line.encode("utf-8", "replace"))
        if wanted is not None and size >= wanted:
            break
    return headers, "".join(body)


def attribute_of(value: str, *, errors: str = "strict") -> str:
    r"""Return the attribute of a CloudEvent that the value of a header ``ce-*`` has.

    Quoted strings lose their quotes, then percent-encoded characters are decoded once. Raises
    UnicodeDecodeError if they are not in UTF-8, unless ``errors`` is ``"replace"``.

    >>> attribute_of("Euro%20%e2%82%ac"), attribute_of('"a \\"b\\" %25"')
    ('Euro €', 'a "b" %')
    """
    plain = _QUOTED.sub(lambda quoted: _ESCAPED.sub(r"\1", quoted[1]), value)
    return unquote(plain, errors=errors)


def is_json(kind: str) -> bool:
    return not kind or kind == "application/json" or kind.endswith("+json")


def record_of_request(attributes: Mapping[str, str], kind: str, data: Any) -> dict[str, Any]:
    """Return the CloudEvent of an HTTP request in binary mode."""
    known = {name: text for name, text in attributes.items() if _ATTRIBUTE.fullmatch(name)}
    return _binary(known, kind, data)


def _binary(envelope: dict[str, str], kind: str, body: Any) -> dict[str, Any]:
    return {**envelope, "datacontenttype": kind, "data": body}


def record_of_message(headers: Mapping[str, str], value: bytes) -> dict[str, Any] | None:
    """Return the CloudEvent of a Kafka message in binary mode; None in another mode."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if "ce_specversion" not in headers or kind.startswith("application/cloudevents"):
        return None
    envelope = {name[3:]: text for name, text in headers.items() if name[:3] == "ce_"}
    return _binary(envelope, kind, decode_any(value) if is_json(kind) and value.strip() else None)


def line_mapper(layout: Layout, _options: Input) -> CloudEventMapper:
    return CloudEventMapper(layout, [])


SCHEMA: Final = "workhours.event/1"
"""The value of ``schema`` in an event of the own schema, if it is given."""
_KEYS: Final = ("schema", *FIELD_NAMES)
_UNREAD: Final = dict.fromkeys(CLAIM_COLUMNS, "")
"""Files may have claims of other systems; a single event has none."""
_ADVICE: Final = {
    "no_offset": "sent_no_offset",
    "type_unknown": "sent_type_unknown",
    "value_unknown": "sent_value_unknown",
    "value_absent": "sent_value_absent",
    "cloudevents_time": "sent_no_time",
}
"""Messages that advise to change a configuration, each with the message for a sender."""


_LAYOUT: Final = Layout(kind="events", columns=_UNREAD)
_OWN: Final = Mapper(_LAYOUT)
_CLOUD: Final = CloudEventMapper(_LAYOUT, [])


def sent_event(record: Record, line: int, received_at: datetime | None = None) -> Item:
    """Return the event of a JSON object, or a Fault without its text.

    An object with ``specversion`` is a CloudEvent. In any other object, the keys are the fields of
    an event, and ``schema`` may be ``workhours.event/1``. An unknown key is a Fault, so that a
    misspelt one is noticed. Times must have an offset. ``line`` is the number that the Fault
    reports. ``received_at`` is the time of receipt for an event that names none. Usable from any
    thread.

    >>> sent = {"appeal_id": "A-1", "type": "created", "occurred_at": "2025-03-12T10:15:00+03:00"}
    >>> sent_event(sent, 0)[0].type.value
    'created'
    >>> sent_event(sent | {"agency": "roads"}, 0).detail
    "'agency' is not a field of an event; did you mean agency_id?"
    """
    try:
        _check_keys(record)
        mapper = _CLOUD if "specversion" in record else _OWN
        return mapper(record, line, received_at)
    except RefusedError as refused:
        detail = _advised(refused.detail)
        return RefusedError(detail, refused.reason).fault(line, "")


def _check_keys(record: Record) -> None:
    if not isinstance(record, dict):
        raise RefusedError(say("not_an_object"))
    if "specversion" in record:
        return
    for key in record:
        if key not in _KEYS:
            near = get_close_matches(key[:100].lower(), _KEYS, n=1)
            hint = say("did_you_mean", near=near[0]) if near else say("use_keys")
            raise RefusedError(say("sent_key_unknown", key=shown(key), hint=hint))
    schema = record.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise RefusedError(say("sent_schema_unknown", schema=shown(str(schema)), known=SCHEMA))


def _advised(phrase: Phrase) -> Phrase:
    facts = {
        name: _advised(fact) if isinstance(fact, Phrase) else fact
        for name, fact in phrase.facts.items()
    }
    return Phrase(_ADVICE.get(phrase.cause, phrase.cause), facts)

"""Map events that were sent one by one as JSON: in this library's own schema, or as CloudEvents."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import Final

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.errors import shown
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sources.cloudevents import CloudEventMapper
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.rows import Item, Record, RefusedError
from workhours_sla.text.messages import Phrase, say

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

"""What the rows of a store hold: events, reports and changes as JSON, instants as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter

import msgspec

from workhours_sla.adapters.change_json import change_from_json
from workhours_sla.errors import StoreError
from workhours_sla.sla.change import Change, Key, Kinds, Moments, Reported
from workhours_sla.sla.event import Event, EventType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode

_said = attrgetter(*(name for name in Event.__dataclass_fields__ if name != "appeal_id"))
"""All of an event but the appeal's id, which has a column of its own; its own id comes first."""
_Said = tuple[
    str,
    EventType,
    datetime,
    datetime,
    str,
    str | None,
    str | None,
    str | None,
    str | None,
    bool | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
]
_decode_event = msgspec.json.Decoder(_Said).decode
_Told = tuple[str, int, Kinds, Moments, tuple[int, ...], datetime | None, int]
"""A clock's key, and what stands of it."""
_decode_change = msgspec.json.Decoder(Change).decode
_decode_reported = msgspec.json.Decoder(list[_Told]).decode


def event_body(event: Event) -> bytes:
    """Return what an event says, as a JSON array in the order of its fields."""
    return _encode(_said(event))


def event_of(appeal_id: str, body: bytes) -> Event:
    """Return the event that ``event_body`` wrote."""
    event_id, *said = _decode_event(body)
    return Event(event_id, appeal_id, *said)


def reported_body(reported: dict[Key, Reported]) -> bytes:
    """Return what was reported of an appeal's clocks."""
    return _encode([(*key, *stands) for key, stands in reported.items()])


def reported_of(body: bytes) -> dict[Key, Reported]:
    """Return what ``reported_body`` wrote."""
    return {told[:2]: told[2:] for told in _decode_reported(body)}


def change_body(change: Change) -> bytes:
    """Return a change as a JSON array in the order of its fields."""
    return _encode(change)


def change_of(body: bytes) -> Change:
    """Return the change that ``change_body`` wrote, or the first schema, as a line for sinks."""
    if not body.startswith(b"["):
        return change_from_json(body)
    try:
        return _decode_change(body)
    except ValueError as error:
        msg = f"a change in the store cannot be read ({error}); restore its last snapshot"
        raise StoreError(msg) from None


def micros(when: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (when - _EPOCH) // timedelta.resolution


def instant(count: int) -> datetime:
    """Return the instant that is so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


def tombstone(kind: str, id: str) -> bytes:  # noqa: A002
    """Return what is kept of the id of a dropped event or appeal: it can be known again only."""
    return blake2b(id.encode(), digest_size=16, person=kind.encode()).digest()


def places_for(values: Iterable[object]) -> str:
    """Return a question mark for each value of an SQL list."""
    return ",".join("?" for _ in values)

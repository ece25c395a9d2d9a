"""What the rows of a store hold: events and reports as JSON, instants as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter

import msgspec

from workhours_sla.sla.change import Key, Reported
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
_Told = tuple[list[tuple[str, datetime, int]], datetime | None, int]
"""What stands of a clock, each report with its revision."""
_decode_reported = msgspec.json.Decoder(list[tuple[str, int, _Told]]).decode


def event_body(event: Event) -> bytes:
    """Return what an event says, as a JSON array in the order of its fields."""
    return _encode(_said(event))


def event_of(appeal_id: str, body: bytes) -> Event:
    """Return the event that ``event_body`` wrote."""
    event_id, *said = _decode_event(body)
    return Event(event_id, appeal_id, *said)


def reported_body(reported: dict[Key, Reported]) -> bytes:
    """Return what was reported of an appeal's clocks."""
    found = []
    for key, (said, revisions, due, count) in reported.items():
        told = [(*one, revision) for one, revision in zip(said, revisions, strict=True)]
        found.append((*key, (told, due, count)))
    return _encode(found)


def reported_of(body: bytes) -> dict[Key, Reported]:
    """Return what ``reported_body`` wrote."""
    found: dict[Key, Reported] = {}
    for target, cycle, (told, due, count) in _decode_reported(body):
        said = tuple([(kind, at) for kind, at, _ in told])
        revisions = tuple([revision for _, _, revision in told])
        found[target, cycle] = said, revisions, due, count
    return found


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

"""Convert the rows of a store in a database: bodies in JSON, and instants as integers.

Some rows have a body: an event, the reported state of an appeal, or a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from workhours_sla.errors import StoreError, clipped
from workhours_sla.sla.emitted_changes import Change, Reported
from workhours_sla.sla.event import EVENT_FIELDS, Event
from workhours_sla.sla.fold import Key
from workhours_sla.stores.schema import Row
from workhours_sla.text.messages import say

Read = TypeVar("Read")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode

_STORED = [field for field in EVENT_FIELDS if field.name != "appeal_id"]
"""Fields of an event that its body contains, event_id first; ``appeal_id`` has its own column."""
_fields = attrgetter(*(field.name for field in _STORED))
_tuple: Any = tuple
_decode_event = msgspec.json.Decoder(
    _tuple[tuple(field.type | None if field.nullable else field.type for field in _STORED)]
).decode
_decode_change = msgspec.json.Decoder(Change).decode
_decode_reported = msgspec.json.Decoder(list[tuple[str, int, Reported]]).decode


def read_each(
    place: str, table: str, rows: Sequence[Row], read: Callable[[Row], Read]
) -> Iterator[Read]:
    """Yield the result of ``read`` for each row of the store ``place``.

    Raises StoreError if ``read`` fails, because the row is damaged.
    """
    row: Row = ()
    try:
        for row in rows:
            yield read(row)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        facts = {"path": repr(place), "row": repr(row[0]), "table": table}
        msg = say(
            "row_damaged", **facts, why=clipped(str(error), 200), remedy=say("restore_snapshot")
        )
        raise StoreError(msg, path=place, table=table, row=row[0]) from None


def event_body(event: Event) -> bytes:
    """Return an event as a JSON array of its fields, without ``appeal_id``."""
    return _encode(_fields(event))


def event_of(appeal_id: str, body: bytes) -> Event:
    """Parse the event in a body that ``event_body`` wrote."""
    event_id, *rest = _decode_event(body)
    return Event(event_id, appeal_id, *rest)


def reported_body(reported: dict[Key, Reported]) -> bytes:
    """Return the reported states of an appeal's clocks as JSON."""
    return _encode([(*key, state) for key, state in reported.items()])


def reported_of(body: bytes) -> dict[Key, Reported]:
    """Parse a body that ``reported_body`` wrote; return the states keyed by target and cycle."""
    return {(target, cycle): state for target, cycle, state in _decode_reported(body)}


def change_body(change: Change) -> bytes:
    """Return a change as a JSON array of its fields."""
    return _encode(change)


def change_of(body: bytes) -> Change:
    """Parse the change in a body that ``change_body`` wrote."""
    return _decode_change(body)


def storable(text: str) -> str:
    """Return a text without U+0000, which PostgreSQL cannot store, but with U+FFFD instead."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def micros(when: datetime) -> int:
    """Return an instant as the number of microseconds since 1970."""
    return (when - _EPOCH) // timedelta.resolution


def instant(count: int) -> datetime:
    """Return the instant that is ``count`` microseconds after 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=count)


def tombstone(kind: str, id: str) -> bytes:
    """Return the hash of a dropped event's or appeal's id, which is stored instead of the id.

    ``kind`` is ``event`` or ``appeal``.
    """
    return blake2b(id.encode(), digest_size=16, person=kind.encode()).digest()

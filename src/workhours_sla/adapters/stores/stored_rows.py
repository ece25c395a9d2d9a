"""Convert the rows of a store in a database: bodies in JSON, instants as integers, and checksums.

Some rows have a body: an event, the reported state of an appeal, or a change. The checksum of such
a row protects the body. The checksum of any other row protects all values of the row. Each key is
stored twice, in its table and in an index. In a SQLite store the two copies of the key are compared
when the file is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, NoReturn, TypeVar
from zlib import crc32

import msgspec

from workhours_sla.errors import StoreError, clipped
from workhours_sla.sla.emitted_changes import (
    Change,
    Key,
    Kinds,
    Moments,
    Reported,
    state_of,
    values_of,
)
from workhours_sla.sla.event import EVENT_FIELDS, Event
from workhours_sla.text.messages import Phrase, say

REMEDY: Final = say("restore_snapshot")
"""Advice on what to do about a damaged store."""

MASK: Final = 0xFFFF_FFFF
"""Selects the bits of a number that a checksum includes: the lowest 32 bits."""

Row = tuple[Any, ...]
Read = TypeVar("Read")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_pack = msgspec.msgpack.Encoder().encode
"""Encodes values so that 1 differs from "1", and NULL from an empty text."""
_encode = msgspec.json.Encoder().encode

_STORED = [field for field in EVENT_FIELDS if field.name != "appeal_id"]
"""Fields of an event that its body contains, event_id first; ``appeal_id`` has its own column."""
_fields = attrgetter(*(field.name for field in _STORED))
_tuple: Any = tuple
_decode_event = msgspec.json.Decoder(
    _tuple[tuple(field.type | None if field.nullable else field.type for field in _STORED)]
).decode
_ReportedClock = tuple[str, int, Kinds, Moments, tuple[int, ...], datetime | None, int]
"""The key and the reported state of a clock, in one tuple."""
_decode_change = msgspec.json.Decoder(Change).decode
_decode_reported = msgspec.json.Decoder(list[_ReportedClock]).decode


def with_checksum(*values: object) -> Row:
    """Return the values as a row, followed by their checksum."""
    return (*values, checksum(_pack(values)))


def checksum(body: bytes, number: int = 0) -> int:
    """Return a checksum over the body of a row and ``number``, an integer column of the row."""
    return crc32(body, number & MASK)


def is_intact(row: Row) -> bool:
    """Return whether the last value of a row is the checksum of the other values."""
    return with_checksum(*row[:-1]) == row


def is_intact_body(row: Row) -> bool:
    """Return whether a row matches its checksum.

    The row is (key, number in the checksum, body, checksum, ...).
    """
    try:
        return bool(crc32(row[2], row[1] & MASK) == row[3])
    except TypeError:  # a value of another type
        return False


def all_intact(place: str, table: str, rows: list[Row]) -> list[Row]:
    """Return rows whose last value is a checksum. Raises StoreError for a wrong checksum."""
    return _all_of(is_intact, place, table, rows)


def all_bodies_intact(place: str, table: str, rows: list[Row]) -> list[Row]:
    """Return rows that have a body, as ``is_intact_body`` describes them. Raises StoreError."""
    return _all_of(is_intact_body, place, table, rows)


def _all_of(intact: Callable[[Row], bool], place: str, table: str, rows: list[Row]) -> list[Row]:
    if not all(map(intact, rows)):
        refuse_row(place, table, next(row for row in rows if not intact(row)))
    return rows


def refuse_row(place: str, table: str, row: Row, why: Phrase | None = None) -> NoReturn:
    """Raise StoreError for a damaged row of the store ``place``.

    ``why`` comes after "row ... of table ..." in the message and completes the sentence.
    """
    facts = {"path": repr(place), "row": repr(row[0]), "table": table}
    msg = say("row_damaged", **facts, why=why or say("row_checksum"), remedy=REMEDY)
    raise StoreError(msg, path=place, table=table, row=row[0]) from None


def read_each(
    place: str, table: str, rows: Sequence[Row], read: Callable[[Row], Read]
) -> Iterator[Read]:
    """Yield the result of ``read`` for each row. Raises StoreError if ``read`` fails."""
    row: Row = ()
    try:
        for row in rows:
            yield read(row)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        refuse_row(place, table, row, say("row_unreadable", why=clipped(str(error), 200)))


def event_body(event: Event) -> bytes:
    """Return an event as a JSON array of its fields, without ``appeal_id``."""
    return _encode(_fields(event))


def event_of(appeal_id: str, body: bytes) -> Event:
    """Parse the event in a body that ``event_body`` wrote."""
    event_id, *rest = _decode_event(body)
    return Event(event_id, appeal_id, *rest)


def reported_body(reported: dict[Key, Reported]) -> bytes:
    """Return the reported states of an appeal's clocks as JSON."""
    return _encode([(*key, *values_of(state)) for key, state in reported.items()])


def reported_of(body: bytes) -> dict[Key, Reported]:
    """Parse a body that ``reported_body`` wrote; return the states keyed by target and cycle."""
    return {row[:2]: state_of(row[2:]) for row in _decode_reported(body)}


def change_body(change: Change) -> bytes:
    """Return a change as a JSON array of its fields."""
    return _encode(change)


def change_of(body: bytes) -> Change:
    """Parse the change in a body that ``change_body`` wrote."""
    return _decode_change(body)


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


def placeholders(values: Iterable[object]) -> str:
    """Return the question marks for the values of an SQL list, separated by commas."""
    return ",".join("?" for _ in values)

"""What the rows of a store hold: events, reports and changes as JSON, instants as numbers.

A key is there twice, in its table and in an index, and both are compared when a file is opened. The
rest of a row has a checksum: of its body, or of all its values where the row is small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar
from zlib import crc32

import msgspec

from workhours_sla.errors import StoreError, clipped
from workhours_sla.sla.change import Change, Key, Kinds, Moments, Reported
from workhours_sla.sla.event import Event, EventType

WAY_OUT: Final = "see what workhours store check finds, then restore its last snapshot"
"""What to do about a damaged store."""

MASK: Final = 0xFFFF_FFFF
"""Of numbers that a checksum is made with."""

Row = tuple[Any, ...]
Read = TypeVar("Read")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_pack = msgspec.msgpack.Encoder().encode
"""Tells 1 from "1", and NULL from an empty text."""
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
_ChangeContext = tuple[str, int, Kinds, Moments, tuple[int, ...], datetime | None, int]
"""A clock's key, and what stands of it."""
_decode_change = msgspec.json.Decoder(Change).decode
_decode_reported = msgspec.json.Decoder(list[_ChangeContext]).decode


def with_checksum(*values: object) -> Row:
    """Return a small row, with the checksum of its values as the last one."""
    return (*values, checksum(_pack(values)))


def checksum(body: bytes, number: int = 0) -> int:
    """Return the checksum of a row's body, and of a number that the row must have."""
    return crc32(body, number & MASK)


def is_intact(row: Row) -> bool:
    """Whether a row is as ``with_checksum`` made it."""
    return with_checksum(*row[:-1]) == row


def is_intact_body(row: Row) -> bool:
    """Whether a row (key, number of the checksum, body, checksum, ...) is as it was written."""
    try:
        return bool(crc32(row[2], row[1] & MASK) == row[3])
    except TypeError:  # not even of the type that it had
        return False


def refuse_row(
    path: Path, table: str, row: Row, why: str = "does not match its checksum"
) -> NoReturn:
    """Raise StoreError for a row that cannot be what was written."""
    msg = f"the store {str(path)!r} is damaged: row {row[0]!r} of table {table} {why}; {WAY_OUT}"
    raise StoreError(msg, path=str(path), table=table, row=row[0]) from None


def read_each(
    path: Path, table: str, rows: Sequence[Row], read: Callable[[Row], Read]
) -> Iterator[Read]:
    """Yield what rows mean. Raises StoreError for one that ``read`` cannot read."""
    row: Row = ()
    try:
        for row in rows:
            yield read(row)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        refuse_row(path, table, row, f"cannot be read ({clipped(str(error), 200)})")


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
    """Return the change that ``change_body`` wrote."""
    return _decode_change(body)


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

"""The tables of a store, which are the same in every database, and how values become rows.

Some rows have a body in JSON: an event, the reported state of an appeal, or a change. Instants are
integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec

from workhours_sla.errors import StoreError, clipped
from workhours_sla.sla.changes import Change, Reported
from workhours_sla.sla.event import EVENT_FIELDS, Event
from workhours_sla.sla.fold import Key
from workhours_sla.stores.store_values import Message, StoredDigest
from workhours_sla.text.messages import say
from workhours_sla.worktime.times import micros_of, utc_of

Row = tuple[Any, ...]
Read = TypeVar("Read")

TABLES: Final[Mapping[str, str]] = {
    "meta": "key TEXT, value TEXT",  # the value is JSON
    # in the order of arrival; why it does not count; 1 for a repair, else 0
    "event": "number INTEGER, event_id TEXT, appeal_id TEXT, body BLOB, quarantined TEXT?,"
    " repaired INTEGER",
    # when time alone changes it; its last event, if all its clocks have ended
    "appeal": "appeal_id TEXT, reported BLOB, timer INTEGER?, ended_at INTEGER?",
    # its number is never used again: meta has the last one; the watermark when it was emitted;
    # the kind is NULL for changes
    "outbox": "number INTEGER, at INTEGER?, kind TEXT?, body BLOB",
    # the sink has all messages of its kind up to this one but its failures
    "progress": "sink TEXT, number INTEGER, kind TEXT?, end_position TEXT?",
    # retry_at is NULL for a dead letter
    "failure": "sink TEXT, number INTEGER, attempts INTEGER, retry_at INTEGER?, error TEXT",
    "position": "source TEXT, partition TEXT, position TEXT, received_until INTEGER?",
    # its number is never used again: meta has the last one; the watermark when it was read
    "rejected": "number INTEGER, source TEXT, reason TEXT, detail TEXT, text TEXT, at INTEGER?",
    "tombstone": "hash BLOB",
}
"""The columns of each table with their types. A question mark after a type allows NULL.

Instants are in microseconds since 1970.
"""
_KEYS: Final = {"failure": 2, "position": 2}
"""How many of the first columns are the key of a table, if not one."""
INDEXES: Final[Mapping[str, str]] = {
    "outbox_by_kind": "outbox (kind, number) WHERE kind IS NOT NULL",
    "event_by_id": "event (event_id)",
    "event_by_appeal": "event (appeal_id)",
    "event_quarantined": "event (quarantined) WHERE quarantined IS NOT NULL",
    "event_repaired": "event (event_id) WHERE repaired=1",
    "appeal_by_timer": "appeal (timer) WHERE timer IS NOT NULL",
    "appeal_by_ended_at": "appeal (ended_at) WHERE ended_at IS NOT NULL",
    "appeal_open": "appeal (appeal_id) WHERE ended_at IS NULL",
    "rejected_by_reason": "rejected (reason)",
    "rejected_by_at": "rejected (at)",
}


def columns_of(table: str) -> dict[str, str]:
    return dict(column.rstrip("?").split() for column in TABLES[table].split(", "))


def _keys(table: str) -> list[str]:
    return list(columns_of(table))[: _KEYS.get(table, 1)]


def _create(table: str) -> str:
    columns = [
        column.rstrip("?") + ("" if column.endswith("?") else " NOT NULL")
        for column in TABLES[table].split(", ")
    ]
    return f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({', '.join(_keys(table))}))"


MIGRATIONS: Final = (
    (*map(_create, TABLES), *(f"CREATE INDEX {name} ON {of}" for name, of in INDEXES.items())),
)
"""The steps between versions: step n, counted from 1, turns version n - 1 into version n."""

VERSION_KEY: Final = "store_version"  # the key of the version of the schema in the table ``meta``
WRITER_KEY: Final = "writer"
"""The key of the token of the last writer in the table ``meta``, which is never copied."""


@cache
def upsert(table: str, values: str = "") -> str:
    """Return the SQL that inserts ``values``, or replaces the row that has their key."""
    columns, keys = columns_of(table), _keys(table)
    new = ", ".join(f"{name}=excluded.{name}" for name in columns if name not in keys)
    values = values or f"VALUES ({','.join('?' * len(columns))})"
    action = f"UPDATE SET {new}" if new else "NOTHING"
    return f"INSERT INTO {table} {values} ON CONFLICT ({','.join(keys)}) DO {action}"


# -- the values of rows ------------------------------------------------------------------------

encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
"""Return a value as JSON, such as the body of a change."""
_decode_change = msgspec.json.Decoder(Change).decode
_decode_digest = msgspec.json.Decoder(StoredDigest).decode

_STORED = [field for field in EVENT_FIELDS if field.name != "appeal_id"]
"""Fields of an event that its body contains, event_id first; ``appeal_id`` has its own column."""
_fields = attrgetter(*(field.name for field in _STORED))
_tuple: Any = tuple
_decode_event = msgspec.json.Decoder(
    _tuple[tuple(field.type | None if field.nullable else field.type for field in _STORED)]
).decode
_decode_reported = msgspec.json.Decoder(list[tuple[str, int, Reported]]).decode


def read_each(
    place: str, table: str, rows: Iterable[Row], read: Callable[[Row], Read]
) -> Iterator[Read]:
    """Yield the result of ``read`` for each row of the store ``place``."""
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


def message_of(row: Row) -> tuple[int, Message]:
    """Parse a number, a kind and a body."""
    number, kind, body = row
    return number, _decode_change(body) if kind is None else _decode_digest(body)


def event_body(event: Event) -> bytes:
    """Return an event as a JSON array of its fields, without ``appeal_id``."""
    return encode(_fields(event))


def event_of(appeal_id: str, body: bytes) -> Event:
    event_id, *rest = _decode_event(body)
    return Event(event_id, appeal_id, *rest)


def reported_body(reported: dict[Key, Reported]) -> bytes:
    return encode([(*key, state) for key, state in reported.items()])


def reported_of(body: bytes) -> dict[Key, Reported]:
    """Parse a body that ``reported_body`` wrote; return the states keyed by target and cycle."""
    return {(target, cycle): state for target, cycle, state in _decode_reported(body)}


def storable(text: str) -> str:
    """Return a text without U+0000, which PostgreSQL cannot store, but with U+FFFD instead."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def micros_if(when: datetime | None) -> int | None:
    return None if when is None else micros_of(when)


def instant_if(count: int | None) -> datetime | None:
    return None if count is None else utc_of(count)


def tombstone(kind: str, id: str) -> bytes:
    """Return the hash of a dropped event's or appeal's id, which is stored instead of the id."""
    return blake2b(id.encode(), digest_size=16, person=kind.encode()).digest()

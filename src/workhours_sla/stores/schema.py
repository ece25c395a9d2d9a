"""The tables of a store, which are the same in every database, and the versions of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from itertools import chain
from typing import Any, Final, NoReturn, Protocol

from workhours_sla.errors import EventError, StoreError
from workhours_sla.text.messages import say

Row = tuple[Any, ...]


TABLES: Final[Mapping[str, str]] = {
    "meta": "key TEXT, value TEXT",  # the value is JSON
    # in the order of arrival; why it does not count; 1 for a repair, else 0
    "event": "number INTEGER, event_id TEXT, appeal_id TEXT, body BLOB, quarantined TEXT?,"
    " repaired INTEGER",
    # when time alone changes it; its last event, if all its clocks have ended
    "appeal": "appeal_id TEXT, reported BLOB, timer INTEGER?, ended_at INTEGER?",
    # its number is never used again: meta has the last one; the watermark when it was emitted
    "outbox": "number INTEGER, at INTEGER?, body BLOB",
    # the sink has all changes up to this one but its failures; the last change before the end
    "progress": "sink TEXT, number INTEGER, end_number INTEGER?, end_position TEXT?",
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
    """Return the types of the columns of a table, in their order."""
    return dict(column.rstrip("?").split() for column in TABLES[table].split(", "))  # type: ignore[misc]


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

VERSION_KEY: Final = "store_version"
"""The key of the version of the schema in the table ``meta``."""
WRITER_KEY: Final = "writer"
"""The key of the token of the last writer in the table ``meta``, which is never copied."""


class Database(Protocol):
    """An open database with the tables of a store.

    In SQL, ``?`` is the place of a value. Every method raises StoreError if the database fails, and
    EventError for a text that cannot be encoded in UTF-8.
    """

    @property
    def place(self) -> str:
        """The path or the address without a password, for messages."""

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a statement."""

    def where(self, sql: str, values: Iterable[object]) -> list[Row]:
        """Return the rows of a statement with ``IN (*)`` for a list of values."""

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table within ``moment``."""

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows within ``transaction``. A row replaces the row that has its key."""

    def run(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement once for the values of each row, within ``transaction``."""

    def transaction(self) -> AbstractContextManager[None]:
        """Write everything within the block durably when it ends, or nothing if it raises."""

    def moment(self) -> AbstractContextManager[None]:
        """Read the same state throughout the block, even if another process writes."""

    def beside(self) -> Database:
        """Open another connection, to read the store while this one writes it."""

    def check_place(self) -> None:
        """Raise StoreError if the path has another file now, or if the server does not answer."""

    def refuse_other_writer(self) -> NoReturn:
        """Raise the StoreError that another process has begun to write."""

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield each fault of the definitions and pages, as ``definition`` or ``pages`` and text."""

    def close(self) -> None:
        """Close the database, and let other writers open it."""


@cache
def upsert(table: str, values: str = "") -> str:
    """Return the SQL that inserts ``values``, or replaces the row that has their key."""
    columns, keys = columns_of(table), _keys(table)
    new = ", ".join(f"{name}=excluded.{name}" for name in columns if name not in keys)
    values = values or f"VALUES ({','.join('?' * len(columns))})"
    action = f"UPDATE SET {new}" if new else "NOTHING"
    return f"INSERT INTO {table} {values} ON CONFLICT ({','.join(keys)}) DO {action}"  # noqa: S608 - our own names


def check_version(place: str, version: int, *, may_migrate: bool = False) -> None:
    """Raise StoreError for a version of the schema that this version of the library cannot use."""
    known = len(MIGRATIONS)
    if version != known and not (may_migrate and version < known):
        remedy = say("install_later" if version > known else "postgres_migrate")
        msg = say("other_schema", path=repr(place), version=version, known=known, remedy=remedy)
        raise StoreError(msg, path=place, version=version)


def migrate(db: Database, version: int, types: Mapping[str, str]) -> None:
    """Create the tables with the types of a database, or bring them to the current version."""
    check_version(db.place, version, may_migrate=True)
    if version < len(MIGRATIONS):
        with db.transaction():
            for statement in chain(*MIGRATIONS[version:]):
                db.rows(
                    re.sub(r"\b(TEXT|BLOB|INTEGER)\b", lambda found: types[found[0]], statement)
                )
            db.put("meta", [(VERSION_KEY, str(len(MIGRATIONS)))])


def verify(db: Database, remedy: str) -> None:
    """Raise StoreError for the first fault of a database, with advice under the key ``remedy``."""
    for kind, what in db.faults():
        is_definition = kind == "definition"
        why = (
            say("other_definition", of=what, table=what.partition(" ")[2])
            if is_definition
            else say("wrong_pages", found=what)
        )
        msg = say("store_damaged", path=repr(db.place), what=why, remedy=say(remedy))
        raise StoreError(msg, path=db.place)


def refuse_text(error: UnicodeEncodeError) -> NoReturn:
    """Raise EventError for text that cannot be encoded in UTF-8."""
    raise EventError(say("text_not_stored", text=repr(error.object))) from None


def copy_rows(source: Database, into: Database) -> int:
    """Copy all rows within ``moment`` and ``transaction``; return the number of events."""
    count = 0
    for table in TABLES:
        rows: list[Row] = []
        for row in source.stream(table):
            if table == "meta" and row[0] == WRITER_KEY:
                continue
            rows.append(row)
            count += table == "event"
            if len(rows) == _AT_ONCE:
                into.put(table, rows)
                rows = []
        into.put(table, rows)
    return count


_AT_ONCE: Final = 10_000
"""Number of rows that are copied at a time."""

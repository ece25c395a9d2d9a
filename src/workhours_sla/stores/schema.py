"""The tables of a store, which are the same in every database, and the versions of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Final, NamedTuple, NoReturn, Protocol

from workhours_sla.errors import EventError, StoreError
from workhours_sla.text.messages import say

Row = tuple[Any, ...]


class Table(NamedTuple):
    """The columns of a table with their types, of which the first ``keys`` are its key.

    A question mark after a type allows NULL.
    """

    columns: Mapping[str, str]
    keys: int = 1


TABLES: Final[Mapping[str, Table]] = {
    "meta": Table({"key": "TEXT", "value": "TEXT"}),  # the value is JSON
    "event": Table(
        {
            "number": "INTEGER",  # in the order of arrival
            "event_id": "TEXT",
            "appeal_id": "TEXT",
            "body": "BLOB",
            "quarantined": "TEXT?",  # why it does not count
            "repaired": "INTEGER",  # 1 for a repair, else 0
        }
    ),
    "appeal": Table(
        {
            "appeal_id": "TEXT",
            "reported": "BLOB",
            "timer": "INTEGER?",  # when time alone changes it, in microseconds since 1970
            "ended_at": "INTEGER?",  # its last event, if all its clocks have ended
        }
    ),
    "outbox": Table(
        {
            "number": "INTEGER",  # never used again: meta has the last one
            "at": "INTEGER?",  # the watermark when it was emitted
            "body": "BLOB",
        }
    ),
    "progress": Table(
        {
            "sink": "TEXT",
            "number": "INTEGER",  # the sink has all changes up to this one, but for its failures
            "end_number": "INTEGER?",  # the last change before ``end_position``
            "end_position": "TEXT?",
        }
    ),
    "failure": Table(
        {
            "sink": "TEXT",
            "number": "INTEGER",
            "attempts": "INTEGER",
            "retry_at": "INTEGER?",  # NULL for a dead letter
            "error": "TEXT",
        },
        keys=2,
    ),
    "position": Table(
        {"source": "TEXT", "partition": "TEXT", "position": "TEXT", "received_until": "INTEGER?"},
        keys=2,
    ),
    "rejected": Table(
        {
            "number": "INTEGER",  # never used again: meta has the last one
            "source": "TEXT",
            "reason": "TEXT",
            "detail": "TEXT",
            "text": "TEXT",
            "at": "INTEGER?",  # the watermark when it was read
        }
    ),
    "tombstone": Table({"hash": "BLOB"}),
}
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

MIGRATIONS: Final[tuple[str, ...]] = (
    "; ".join(
        [
            *(
                f"CREATE TABLE {name} ("
                + ", ".join(
                    f"{column} {kind.removesuffix('?')}" + ("" if "?" in kind else " NOT NULL")
                    for column, kind in table.columns.items()
                )
                + f", PRIMARY KEY ({', '.join(list(table.columns)[: table.keys])}))"
                for name, table in TABLES.items()
            ),
            *(f"CREATE INDEX {name} ON {of}" for name, of in INDEXES.items()),
        ]
    ),
)
"""The steps between versions: step n, counted from 1, turns version n - 1 into version n."""

VERSION: Final = len(MIGRATIONS)
"""The version of the schema that this version of the library writes."""
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
    columns = list(TABLES[table].columns)
    keys = columns[: TABLES[table].keys]
    new = ", ".join(f"{name}=excluded.{name}" for name in columns if name not in keys)
    values = values or f"VALUES ({','.join('?' * len(columns))})"
    action = f"UPDATE SET {new}" if new else "NOTHING"
    return f"INSERT INTO {table} {values} ON CONFLICT ({','.join(keys)}) DO {action}"


def check_version(place: str, version: int, *, may_migrate: bool = False) -> None:
    """Raise StoreError for a version of the schema that this version of the library cannot use."""
    if version != VERSION and not (may_migrate and version < VERSION):
        remedy = say("install_later" if version > VERSION else "postgres_migrate")
        facts = {"path": repr(place), "version": version, "known": VERSION}
        raise StoreError(say("other_schema", **facts, remedy=remedy), path=place, version=version)


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

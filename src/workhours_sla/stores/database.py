"""The protocol of the databases that keep a store, and the columns of their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from workhours_sla.stores.stored_rows import Row


class Columns(NamedTuple):
    """The columns of a table in their order: those of its primary key, and the others."""

    key: tuple[str, ...]
    others: tuple[str, ...] = ()


COLUMNS: Final[Mapping[str, Columns]] = {
    "meta": Columns(("key",), ("value",)),
    "event": Columns(("number",), ("event_id", "appeal_id", "body", "quarantined", "repaired")),
    "appeal": Columns(("appeal_id",), ("reported", "timer", "ended_at")),
    "outbox": Columns(("number",), ("at", "body")),
    "progress": Columns(("sink",), ("number",)),
    "failure": Columns(("sink", "number"), ("attempts", "retry_at", "error")),
    "position": Columns(("source", "partition"), ("position", "received_until")),
    "rejected": Columns(("number",), ("source", "reason", "detail", "text", "at")),
    "tombstone": Columns(("hash",)),
}
"""The columns of each table. They are the same in every database, so that stores can be copied."""


VERSION_KEY: Final = "store_version"
"""The key of the version of the schema in the table ``meta``, where a database keeps it there."""
WRITER_KEY: Final = "writer"
"""The key of the token of the last writer of a file, in the table ``meta``."""
OWN_KEYS: Final = (VERSION_KEY, WRITER_KEY)
"""The keys in the table ``meta`` that are not copied to other stores."""


class Database(Protocol):
    """An open database with the tables of a store.

    In SQL, ``?`` is the place of a value. Every database understands the SQL that its users have in
    common. Every method raises StoreError if the database fails, and EventError for a text that
    cannot be encoded in UTF-8.
    """

    @property
    def place(self) -> str:
        """The path or the address without a password, for messages."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The errors of the driver, which ``stream`` and ``wrong`` raise."""

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a statement."""

    def where(self, sql: str, values: Iterable[object]) -> Iterator[Row]:
        """Yield the rows of a statement with ``IN (*)`` for a list of values."""

    def stream(self, table: str) -> Iterator[Row]:
        """Yield all rows of a table, with the columns in their order, within ``moment``.

        Raises the errors of the driver, which ``moment`` converts to StoreError.
        """

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows with new keys."""

    def put(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows. A row replaces the row that has its key. All keys are different."""

    def run(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement once for the values of each row."""

    def transaction(self) -> AbstractContextManager[None]:
        """Write everything within the block durably when it ends, or nothing if it raises."""

    def moment(self) -> AbstractContextManager[None]:
        """Read the same state throughout the block, even if another process writes."""

    def beside(self) -> Database:
        """Open another connection, to read the store while this one writes it.

        It does not search the store for damage again.
        """

    def snapshot(self, path: Path) -> None:
        """Copy the state of one moment to a new SQLite file, which is a store."""

    def close(self) -> None:
        """Close the database, and let other writers open it."""


class CheckedDatabase(Database, Protocol):
    """An open database whose definitions may be wrong and whose rows may be damaged."""

    def wrong(self) -> Iterator[tuple[str, str]]:
        """Yield each fault of the definitions and pages, as ``definition`` or ``pages`` and text.

        Raises the errors of the driver.
        """


@cache
def insert(table: str) -> str:
    """Return the SQL that inserts a row."""
    key, others = COLUMNS[table]
    return f"INSERT INTO {table} VALUES ({','.join('?' * len((*key, *others)))})"  # noqa: S608 - our own name


@cache
def upsert(table: str) -> str:
    """Return the SQL that inserts a row, or replaces the row that has its key."""
    key, others = COLUMNS[table]
    new = ", ".join(f"{name}=excluded.{name}" for name in others)
    action = f"UPDATE SET {new}" if others else "NOTHING"
    return f"{insert(table)} ON CONFLICT ({','.join(key)}) DO {action}"

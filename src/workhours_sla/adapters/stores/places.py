"""Open the store at a place: a path, or the address of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from workhours_sla.adapters.stores.database import CheckedDatabase, Database
from workhours_sla.adapters.stores.database_store import HOT, DatabaseStore
from workhours_sla.adapters.stores.outbox import StoreOutbox
from workhours_sla.adapters.stores.reader import StoreReader
from workhours_sla.adapters.stores.sqlite import SqliteOutbox, SqliteReader, SqliteStore
from workhours_sla.adapters.stores.sqlite_database import SqliteDatabase
from workhours_sla.errors import EngineError, StoreError
from workhours_sla.sla.event import Event
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from types import ModuleType

SCHEMES: Final = ("postgresql://", "postgres://")
"""How the address of a PostgreSQL database begins; everything else is a path."""


def is_address(place: Path | str) -> bool:
    """Return whether a place is the address of a PostgreSQL database."""
    return isinstance(place, str) and place.startswith(SCHEMES)


def shown(place: Path | str) -> str:
    """Return a place without a password, for messages. Raises StoreError."""
    if not is_address(place):
        return str(place)
    shown_address: str = _postgres("postgres_address").Address.of(place).shown
    return shown_address


def open_store(place: Path | str, *, hot: int = HOT) -> DatabaseStore:
    """Open a store for a pipeline; it is created if it does not exist.

    ``place`` is a path or an address such as ``postgresql://USER@HOST/DATABASE``. Raises
    StoreError, also if another process writes the store, and EngineError without psycopg.
    """
    if is_address(place):
        store: DatabaseStore = _postgres("postgres").PostgresStore(place, hot=hot)
        return store
    return SqliteStore(place, hot=hot)


def open_outbox(place: Path | str) -> StoreOutbox:
    """Open a store to record which changes sinks have received. Raises StoreError."""
    if is_address(place):
        outbox: StoreOutbox = _postgres("postgres").PostgresOutbox(place)
        return outbox
    return SqliteOutbox(place)


def open_reader(place: Path | str) -> StoreReader:
    """Open a store for reading. Another process may write it. Raises StoreError."""
    if is_address(place):
        reader: StoreReader = _postgres("postgres").PostgresReader(place)
        return reader
    return SqliteReader(place)


def open_to_check(place: Path | str) -> CheckedDatabase:
    """Open a store that may be damaged. Raises StoreError if the place has no store."""
    if is_address(place):
        database = _postgres("postgres_database").PostgresDatabase
        found: CheckedDatabase = database.to_read(place, verified=False)
        return found
    return SqliteDatabase.to_check(Path(place))


def open_to_copy_from(place: Path | str) -> Database:
    """Open the database of a store to read all of its rows. Raises StoreError."""
    if is_address(place):
        found: Database = _postgres("postgres_database").PostgresDatabase.to_read(place)
        return found
    return SqliteDatabase.to_read(Path(place))


def open_to_copy_into(place: Path | str) -> Database:
    """Open the database of a store to write all of its rows. Raises StoreError."""
    if is_address(place):
        found: Database = _postgres("postgres_database").PostgresDatabase.to_write(place)
        return found
    return SqliteDatabase.to_write(Path(place))


def has_store(place: Path | str) -> bool:
    """Return whether a place has a store, or a file. Raises StoreError without a connection."""
    if not is_address(place):
        return Path(place).exists()
    try:
        open_reader(place).close()
    except StoreError as error:
        if error.cause == "postgres_no_store":
            return False
        raise
    return True


def events_of(place: Path | str) -> list[Event]:
    """Return the events of a store, for ``evaluate``. Raises StoreError.

    ``place`` is a path or the address of a PostgreSQL database.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     events_of(Path(folder, "appeals.db"))
    []
    """
    with open_reader(place) as reader, reader.moment():
        return list(reader.events())


def _postgres(module: str) -> ModuleType:
    """Import a module that needs psycopg. Raises EngineError without psycopg."""
    from importlib import import_module  # noqa: PLC0415 - only an address needs it

    try:
        return import_module(f"workhours_sla.adapters.stores.{module}")
    except ImportError as error:
        raise EngineError(say("no_psycopg")) from error

"""Open the store at a place: a path, or the address of a PostgreSQL database."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Final

from workhours_sla.errors import StoreError
from workhours_sla.errors import shown as named
from workhours_sla.sla.event import Event
from workhours_sla.stores.database import CheckedDatabase, Database
from workhours_sla.stores.database_store import HOT, DatabaseStore
from workhours_sla.stores.outbox import StoreOutbox
from workhours_sla.stores.postgres import (
    PATIENCE,
    PostgresOutbox,
    PostgresReader,
    PostgresStore,
    postgres_database,
)
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.sqlite import SqliteOutbox, SqliteReader, SqliteStore
from workhours_sla.stores.sqlite_database import SqliteDatabase
from workhours_sla.text.messages import say

SCHEMES: Final = ("postgresql://", "postgres://")
"""How the address of a PostgreSQL database begins; everything else is a path."""

_OTHER_ADDRESS: Final = re.compile(
    r"""
    \s*[a-z][a-z0-9+.-]+:/         # a scheme; one letter is a drive of Windows
    | [^/\\]*:[^/\\]*@ | .*//.*:.*@ # a user and a password
    | \s*(postgres|//).*@
    | (.*\s)?password\s*=           # the parameters of libpq
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""What a path does not look like, but an address with a mistake, which may have a password."""

IN_USE: Final = frozenset({"store_in_use", "postgres_in_use"})
"""The causes of the error that another process writes a store."""
_DOWN: Final = frozenset({"postgres_unreachable", "postgres_lost"})
"""The causes of the errors of a server that is down."""
_LOST: Final = frozenset({"postgres_lost", "postgres_other_schema", "store_closed"})
"""The causes of the errors that every later call on the same store has."""


def is_lost(error: StoreError) -> bool:
    """Return whether an error says that an open store is unusable for good, so open it again."""
    return error.cause in _LOST


def is_closed(error: StoreError) -> bool:
    """Return whether an error only says that a store is closed, so an earlier one says why."""
    return error.cause == "store_closed"


def is_address(place: Path | str) -> bool:
    """Return whether a place is the address of a PostgreSQL database, and not a path.

    Raises StoreError for what looks like another address. The message has only its beginning.
    """
    if isinstance(place, str) and place.startswith(SCHEMES):
        return True
    if _OTHER_ADDRESS.match(str(place)):
        begin = re.split(r"[:/@=\s]", str(place), maxsplit=1)[0]
        raise StoreError(say("not_store_address", begin=named(begin)))
    return False


def shown(place: Path | str) -> str:
    """Return a place without a password, for messages. Raises StoreError."""
    if not is_address(place):
        return str(place)
    return postgres_database().shown(str(place))


def open_store(place: Path | str, *, hot: int = HOT) -> DatabaseStore:
    """Open a store for a pipeline; it is created if it does not exist.

    ``place`` is a path or an address such as ``postgresql://USER@HOST/DATABASE``. Raises
    StoreError, also if another process writes the store, and EngineError without psycopg.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with open_store(Path(folder, "appeals.db")) as store:
    ...         print(type(store).__name__, store.watermark)
    SqliteStore None
    """
    if is_address(place):
        return PostgresStore(str(place), hot=hot)
    return SqliteStore(place, hot=hot)


def open_existing(place: Path | str) -> DatabaseStore:
    """Open a store for writing. Raises StoreError, also if there is none."""
    open_reader(place).close()
    return open_store(place)


def wait_for_store(
    place: Path | str, on_wait: Callable[[StoreError], object], *, interval: float = 1.0
) -> tuple[DatabaseStore, bool]:
    """Open a store for a pipeline as soon as no other process writes it and its server is there.

    It tries every ``interval`` seconds. If the first try fails, ``on_wait`` is called with the
    error, and the second result is True. Raises StoreError for any other error.
    """
    is_waiting = False
    while True:
        try:
            if is_address(place):
                return PostgresStore(str(place), patience=0), is_waiting
            return SqliteStore(place), is_waiting
        except StoreError as error:
            if error.cause not in IN_USE | _DOWN:
                raise
            if not is_waiting:
                is_waiting = True
                on_wait(error)
        sleep(interval)


def open_outbox(place: Path | str) -> StoreOutbox:
    """Open a store to record which changes sinks have received. Raises StoreError."""
    if is_address(place):
        return PostgresOutbox(str(place))
    return SqliteOutbox(place)


def open_reader(place: Path | str) -> StoreReader:
    """Open a store for reading. Another process may write it. Raises StoreError."""
    if is_address(place):
        return PostgresReader(str(place))
    return SqliteReader(place)


def open_to_check(place: Path | str) -> CheckedDatabase:
    """Open a store that may be damaged. Raises StoreError if the place has no store."""
    if is_address(place):
        return postgres_database().to_read(str(place), verified=False)
    return SqliteDatabase.to_check(Path(place))


def open_to_copy_from(place: Path | str) -> Database:
    """Open the database of a store to read all of its rows. Raises StoreError."""
    if is_address(place):
        return postgres_database().to_read(str(place))
    return SqliteDatabase.to_read(Path(place))


def open_to_copy_into(place: Path | str) -> Database:
    """Open the database of a store to write all of its rows. Raises StoreError."""
    if is_address(place):
        return postgres_database().to_write(str(place), patience=PATIENCE)
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

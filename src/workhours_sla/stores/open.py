"""Open the store at a place: a path, or the address of a PostgreSQL database."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Final

from workhours_sla.argument_types import checked
from workhours_sla.errors import EngineError, StoreError
from workhours_sla.errors import shown as named
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.stores.database import Database
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.sqlite import SqliteDatabase
from workhours_sla.stores.store import HOT, DatabaseStore
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.stores.postgres import Address, PostgresDatabase

PATIENCE: Final = 2.0
"""Seconds to wait for the lock of a writer that has just ended."""

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
_LOST: Final = frozenset(
    {"postgres_lost", "postgres_other_schema", "store_closed", "store_replaced", "store_taken_over"}
)
"""The causes of the errors that every later call on the same store has."""


def is_lost(error: StoreError) -> bool:
    """Return whether an error says that an open store is unusable for good, so open it again."""
    return error.cause in _LOST


def is_closed(error: StoreError) -> bool:
    """Return whether an error only says that a store is closed, so an earlier one says why."""
    return error.cause == "store_closed"


def is_address(place: Path | str) -> bool:
    """Return whether a place is the address of a PostgreSQL database, and not a path."""
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
    return _postgres(place)[1].shown


def _postgres(url: object) -> tuple[type[PostgresDatabase], Address]:
    """Return the class of databases in PostgreSQL, and an address of one."""
    try:
        from workhours_sla.stores.postgres import Address, PostgresDatabase
    except ImportError as error:
        raise EngineError(say("no_psycopg")) from error
    return PostgresDatabase, Address.of(str(url))


@public("workhours_sla.stream")
@checked
class SqliteReader(StoreReader):
    """A store in a SQLite file, open for reading while another process may write it.

    Usable from any thread. Calls run one at a time. An iterator reads some rows at a time, and
    other calls may run in between. Raises StoreError.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     with SqliteReader(Path(folder, "appeals.db")) as reader:
    ...         print(reader.holdings().read, reader.policy_version == policy.version)
    0 True
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(SqliteDatabase.to_read(Path(path)))


@public("workhours_sla.stream")
@checked
class SqliteStore(DatabaseStore):
    """A store in a SQLite file, opened for writing by one process; created if it does not exist.

    When a call of a pipeline returns, everything that it wrote is on the disk. If the call raises,
    nothing is written. ``hot`` is the number of appeals that are kept in memory. Usable from any
    thread; calls run one at a time. Raises StoreError, also if another process writes the file.

    >>> from datetime import datetime
    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "appeals.db")
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         opened = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         late = pipeline.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """

    def __init__(self, path: Path | str, *, hot: int = HOT) -> None:
        super().__init__(SqliteDatabase.to_write(Path(path)), hot)


@public("workhours_sla.stream")
@checked
class PostgresReader(StoreReader):
    """A store in a PostgreSQL database, open for reading while another process may write it.

    ``url`` is an address such as ``postgresql://USER@HOST/DATABASE``. Usable from any thread. Calls
    run one at a time. An iterator reads some rows at a time, and other calls may run in between.
    Raises StoreError, and EngineError without psycopg 3.
    """

    def __init__(self, url: str) -> None:
        super().__init__(open_to_read(url))


@public("workhours_sla.stream")
@checked
class PostgresStore(DatabaseStore):
    """A store in a PostgreSQL database, opened for writing by one process; created if missing.

    ``url`` is an address such as ``postgresql://USER@HOST/DATABASE``; the database must be in
    UTF-8. The tables are in the schema ``workhours``, or in the schema that the address sets with
    ``?options=-csearch_path%3DNAME``. A lock of the session keeps other writers out. What a
    pipeline wrote is durable when its call returns; if the call raises, nothing is written. After
    the connection was lost, every call raises; a new store continues after the last complete batch.
    ``hot`` is the number of appeals that are kept in memory. Usable from any thread; calls run one
    at a time. Raises StoreError, also if another process still writes the store after ``patience``
    seconds, and EngineError without psycopg 3. No error message contains the password.
    """

    def __init__(self, url: str, *, hot: int = HOT, patience: float = PATIENCE) -> None:
        super().__init__(open_to_write(url, patience=patience), hot)


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
    return PostgresStore(str(place), hot=hot) if is_address(place) else SqliteStore(place, hot=hot)


def open_existing(place: Path | str) -> DatabaseStore:
    """Open a store for writing. Raises StoreError, also if there is none."""
    open_reader(place).close()
    return open_store(place)


def wait_for_store(
    place: Path | str, on_wait: Callable[[StoreError], object], *, interval: float = 1.0
) -> tuple[DatabaseStore, bool]:
    """Open a store for a pipeline as soon as no other process writes it and its server is there."""
    # ``on_wait`` is called once, with the first error; the second result says whether it was
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


def open_reader(place: Path | str) -> StoreReader:
    """Open a store for reading. Another process may write it. Raises StoreError."""
    return PostgresReader(str(place)) if is_address(place) else SqliteReader(place)


def open_to_read(place: Path | str, *, verified: bool = True) -> Database:
    """Open the database of a store to read all of its rows. Raises StoreError."""
    if not is_address(place):
        return SqliteDatabase.to_read(Path(place), verified=verified)
    postgres, address = _postgres(place)
    return postgres.to_read(address)


def open_to_write(place: Path | str, *, patience: float = PATIENCE) -> Database:
    if not is_address(place):
        return SqliteDatabase.to_write(Path(place))
    postgres, address = _postgres(place)
    return postgres.to_write(address, patience=patience)


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
    """Return the events of a store, for ``evaluate``; raises StoreError.

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

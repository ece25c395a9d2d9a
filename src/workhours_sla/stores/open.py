"""Open, copy, restore and check stores: in a file, in PostgreSQL, or in memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from workhours_sla.disk.faults import fail
from workhours_sla.errors import EngineError, StoreError
from workhours_sla.errors import shown as named
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.database import Database
from workhours_sla.stores.reader import StoreReader
from workhours_sla.stores.schema import TABLES, VERSION_KEY, WRITER_KEY, instant_if
from workhours_sla.stores.sqlite import SqliteDatabase, copy_to_file
from workhours_sla.stores.store import HOT, Store
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

if TYPE_CHECKING:
    from workhours_sla.stores.postgres import Address, PostgresDatabase

PATIENCE: Final = 2.0  # seconds to wait for the lock of a writer that has just ended

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
    return _postgres(place)[1].shown if is_address(place) else str(place)


def _postgres(url: object) -> tuple[type[PostgresDatabase], Address]:
    """Return the class of databases in PostgreSQL, and an address of one."""
    try:
        from workhours_sla.stores.postgres import Address, PostgresDatabase
    except ImportError as error:
        raise EngineError(say("no_psycopg")) from error
    return PostgresDatabase, Address.of(str(url))


@public("workhours_sla.stream")
class MemoryStore(Store):
    """A store in the memory of one process; with ``outbox=False`` it keeps no changes.

    >>> from workhours_sla import Event, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> store = MemoryStore()
    >>> changes = Pipeline(store, policy).apply(Event("1", "A-1", "created", posted, posted))
    >>> [(number, change.kind.value) for number, change in store.changes()]
    [(1, 'opened')]
    """

    def __init__(self, *, outbox: bool = True) -> None:
        self._database = SqliteDatabase.in_memory()
        super().__init__(self._database, HOT, keeps_changes=outbox)

    def close(self) -> None:
        """Do nothing: the content can still be read."""

    def _check_writer(self) -> None:
        """Do nothing: no other process can write this memory."""

    @property
    def next_at(self) -> datetime | None:
        """The first instant, in UTC, at which time alone may cause a change, or None."""
        return instant_if(self._all("SELECT min(timer) FROM appeal")[0][0])

    def snapshot(self) -> bytes:  # type: ignore[override] # stores in files take a path
        """Return the content as bytes, for ``restore``."""
        with self.lock:
            return self._database.connection.serialize()

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes, *, outbox: bool = True) -> Self:
        """Return a store from a snapshot; raises WorkHoursError for bytes that are no snapshot."""
        store = cls(outbox=outbox)
        store._database.load(snapshot)
        store._begin()
        store._state |= {"library_version": __version__, "policy_version": policy.version}
        return store


def open_store(place: Path | str, *, hot: int = HOT, patience: float = PATIENCE) -> Store:
    """Open a store for writing by one process; it is created if it does not exist.

    ``place`` is the path of a SQLite file, or the address of a PostgreSQL database in UTF-8, such
    as ``postgresql://USER@HOST/DATABASE``. There the tables are in the schema ``workhours``, or in
    the schema that the address sets with ``?options=-csearch_path%3DNAME``.

    When a call of a pipeline returns, everything that it wrote is durable; if the call raises,
    nothing is written. After a connection was lost, every call raises; a new store continues after
    the last complete batch. ``hot`` is the number of appeals that are kept in memory. Usable from
    any thread; calls run one at a time. Raises StoreError, also if another process writes the
    store, in PostgreSQL after ``patience`` seconds, and EngineError without psycopg 3. No error
    message contains the password.

    >>> from datetime import datetime
    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "appeals.db")
    ...     with Pipeline(open_store(file), policy) as pipeline:
    ...         opened = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...     with Pipeline(open_store(file), policy) as pipeline:
    ...         late = pipeline.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """
    return Store(open_database(place, patience=patience), hot)


def open_reader(place: Path | str) -> StoreReader:
    """Open a store for reading while another process may write it.

    ``place`` is a path or the address of a PostgreSQL database. Usable from any thread. Calls run
    one at a time. An iterator reads some rows at a time, and other calls may run in between. Raises
    StoreError, and EngineError without psycopg 3.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     open_store(Path(folder, "appeals.db")).close()
    ...     with open_reader(Path(folder, "appeals.db")) as reader:
    ...         print(reader.holdings().read, reader.watermark)
    0 None
    """
    return StoreReader(open_database(place))


def open_database(
    place: Path | str, *, patience: float | None = None, verified: bool = True
) -> Database:
    """Open the database of a store for writing, or for reading without ``patience``."""
    if is_address(place):
        postgres, address = _postgres(place)
        if patience is None:
            return postgres.to_read(address)
        return postgres.to_write(address, patience=patience)
    if patience is None:
        return SqliteDatabase.to_read(Path(place), verified=verified)
    return SqliteDatabase.to_write(Path(place))


def wait_for_store(
    place: Path | str, on_wait: Callable[[StoreError], object], *, interval: float = 1.0
) -> tuple[Store, bool]:
    """Open a store for a pipeline as soon as no other process writes it and its server is there."""
    # ``on_wait`` is called once, with the first error; the second result says whether it was
    is_waiting = False
    while True:
        try:
            return open_store(place, patience=0), is_waiting
        except StoreError as error:
            if error.cause not in IN_USE | _DOWN:
                raise
            if not is_waiting:
                is_waiting = True
                on_wait(error)
        sleep(interval)


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
    >>> with TemporaryDirectory() as folder:
    ...     open_store(Path(folder, "appeals.db")).close()
    ...     events_of(Path(folder, "appeals.db"))
    []
    """
    with open_reader(place) as reader, reader.moment():
        return list(reader.events())


# -- whole stores ------------------------------------------------------------------------------


def copy_store(source: Path | str, target: Path | str) -> int:
    """Copy a store with everything in it to an empty or new store; return the number of events.

    ``source`` and ``target`` are paths or addresses of PostgreSQL databases. The copy has the state
    of one moment, and continues as the source would: it has the same positions, changes, progress
    of sinks and rows in quarantine. If StoreError is raised, the target is as before.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     open_store(Path(folder, "appeals.db")).close()
    ...     copy_store(Path(folder, "appeals.db"), Path(folder, "copy.db"))
    0
    """
    is_new = not is_address(target) and not Path(target).exists()
    with closing(open_database(source)) as found, found.moment():
        if is_new:
            return copy_to_file(found, Path(target))
        with closing(open_database(target, patience=PATIENCE)) as into, into.transaction():
            _check_empty(into)
            return into.copy_from(found)


def _check_empty(db: Database) -> None:
    tables = [table for table in TABLES if table != "meta"]
    rows = [row for table in tables for row in db.rows(f"SELECT 1 FROM {table} LIMIT 1")]  # noqa: S608
    known = {(VERSION_KEY,), (WRITER_KEY,)}
    if rows or not known.issuperset(db.rows("SELECT key FROM meta")):
        db.refuse("store_not_empty")


def restore(snapshot: Path | str, path: Path | str) -> None:
    """Create a store in the new file ``path`` from the file ``snapshot``; raises StoreError.

    The new store reads its sources from the positions in the snapshot, so rows that came after the
    snapshot are read again.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     open_store(Path(folder, "appeals.db")).close()
    ...     with open_reader(Path(folder, "appeals.db")) as reader:
    ...         reader.snapshot(Path(folder, "snapshot.db"))
    ...     restore(Path(folder, "snapshot.db"), Path(folder, "again.db"))
    ...     events_of(Path(folder, "again.db"))
    []
    """
    if not Path(snapshot).exists():
        fail("no_snapshot", snapshot)
    with closing(SqliteDatabase.to_read(Path(snapshot))) as found, found.moment():
        copy_to_file(found, Path(path))


class StoreFault(NamedTuple):
    """A fault of a store.

    ``kind`` is ``pages`` (a page or an index of the file is damaged), ``detail`` is the message of
    SQLite, and ``table`` is empty.
    """

    kind: str
    table: str = ""
    detail: str = ""


def check_store(place: Path | str) -> tuple[StoreFault, ...]:
    """Return the faults of a store, even while another process writes the store.

    ``place`` is a path or the address of a PostgreSQL database. A SQLite file is read by ``PRAGMA
    integrity_check``; a PostgreSQL server checks its own files. Raises StoreError if the place has
    no store.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     open_store(Path(folder, "appeals.db")).close()
    ...     check_store(Path(folder, "appeals.db"))
    ()
    """
    with closing(open_database(place, verified=False)) as db, db.moment():
        return tuple(StoreFault("pages", detail=what) for what in db.faults())

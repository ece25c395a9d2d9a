"""Copy a store to another place, table by table, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from workhours_sla.errors import StoreError
from workhours_sla.stores.database import COLUMNS, OWN_KEYS, Database
from workhours_sla.stores.places import is_address, open_to_copy_from, open_to_copy_into
from workhours_sla.stores.sqlite_database import SqliteDatabase
from workhours_sla.stores.sqlite_file import new_store
from workhours_sla.stores.stored_rows import Row
from workhours_sla.text.messages import say

_AT_ONCE: Final = 10_000
"""Number of rows that are copied at a time."""
_REPAIRED: Final = -1
"""The place of the column ``repaired`` in the table ``event``."""


class _Unread(Exception):  # noqa: N818 - never seen outside of this module
    """An error of the source, which must not look like an error of the target."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


@contextmanager
def _source_errors() -> Iterator[None]:
    """Raise an error of the source as it was, after the target has undone its transaction."""
    try:
        yield
    except _Unread as found:
        raise found.error from None


def copy_store(source: Path | str, target: Path | str) -> int:
    """Copy a store with everything in it to an empty or new store; return the number of events.

    ``source`` and ``target`` are paths or addresses of PostgreSQL databases. The copy has the state
    of one moment, and continues as the source would: it has the same positions, changes, progress
    of sinks and rows in quarantine. If StoreError is raised, the target is as before.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore, events_of
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     copy_store(Path(folder, "appeals.db"), Path(folder, "copy.db"))
    0
    """
    is_new = not is_address(target) and not Path(target).exists()
    with closing(open_to_copy_from(source)) as from_, from_.moment(), _source_errors():
        if is_new:
            return copy_to_file(from_, Path(target))
        with closing(open_to_copy_into(target)) as into, into.transaction():
            _check_empty(into)
            return _copy(from_, into)


@_source_errors()
def copy_to_file(source: Database, path: Path) -> int:
    """Copy a database to a new SQLite file within ``moment``; return the number of events."""
    if path.exists():
        raise StoreError(say("file_exists", path=repr(str(path))), path=str(path))
    with new_store(path) as connection:
        into = SqliteDatabase(path, connection)
        with into.transaction():
            return _copy(source, into)


def _copy(source: Database, into: Database) -> int:
    count = 0
    for table in COLUMNS:
        rows = _rows_of(source, table)
        while some := list(islice(rows, _AT_ONCE)):
            # the database of the target may have made its own first rows of this table
            (into.put if table == "meta" else into.add)(table, some)
            count += len(some) if table == "event" else 0
    return count


def _rows_of(source: Database, table: str) -> Iterator[Row]:
    """Yield the rows of a table in the form that every database takes. Raises StoreError."""
    for row in _read(source, table):
        if table == "event":
            yield (*row[:_REPAIRED], bool(row[_REPAIRED]))
        elif table != "meta" or row[0] not in OWN_KEYS:
            yield row


def _read(source: Database, table: str) -> Iterator[Row]:
    try:
        yield from source.stream(table)
    except source.errors as error:
        raise _Unread(error) from None


def _check_empty(into: Database) -> None:
    found: Iterable[str] = (
        table
        for table in COLUMNS
        if any(key not in OWN_KEYS for (key, *_) in into.rows(f"SELECT * FROM {table} LIMIT 2"))  # noqa: S608 - our own names
    )
    if next(iter(found), None) is not None:
        raise StoreError(say("store_not_empty", path=repr(into.place)), path=into.place)

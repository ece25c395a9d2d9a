"""Open the store at a place: a path, or the address of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from workhours_sla.adapters.stores.database import CheckedDatabase
from workhours_sla.adapters.stores.reader import StoreReader
from workhours_sla.adapters.stores.sqlite import SqliteReader
from workhours_sla.adapters.stores.sqlite_database import SqliteDatabase
from workhours_sla.sla.event import Event


def open_reader(place: Path | str) -> StoreReader:
    """Open a store for reading. Another process may write it. Raises StoreError."""
    return SqliteReader(place)


def open_to_check(place: Path | str) -> CheckedDatabase:
    """Open a store that may be damaged. Raises StoreError if the place has no store."""
    return SqliteDatabase.to_check(Path(place))


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

"""Copy, restore and check whole stores."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from workhours_sla.errors import StoreError
from workhours_sla.module_names import public
from workhours_sla.stores.database import Database
from workhours_sla.stores.open import is_address, open_to_read, open_to_write
from workhours_sla.stores.schema import TABLES, VERSION_KEY, WRITER_KEY
from workhours_sla.stores.sqlite import SqliteDatabase, copy_to_file
from workhours_sla.text.messages import say


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
    with closing(open_to_read(source)) as found, found.moment():
        if is_new:
            return copy_to_file(found, Path(target))
        with closing(open_to_write(target)) as into, into.transaction():
            _check_empty(into)
            return into.copy_from(found)


def _check_empty(db: Database) -> None:
    own = (VERSION_KEY,), (WRITER_KEY,)
    rows = [row for row in db.rows("SELECT key FROM meta") if row not in own]
    for table in TABLES:
        if table != "meta":
            rows += db.rows(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - our own name
    if rows:
        raise StoreError(say("store_not_empty", path=repr(db.place)), path=db.place)


def restore(snapshot: Path | str, path: Path | str) -> None:
    """Create a store in the new file ``path`` from the file ``snapshot``; raises StoreError.

    The new store reads its sources from the positions in the snapshot, so rows that came after the
    snapshot are read again.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteReader, SqliteStore, events_of
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     with SqliteReader(Path(folder, "appeals.db")) as reader:
    ...         reader.snapshot(Path(folder, "snapshot.db"))
    ...     restore(Path(folder, "snapshot.db"), Path(folder, "again.db"))
    ...     events_of(Path(folder, "again.db"))
    []
    """
    if not Path(snapshot).exists():
        raise StoreError(say("no_snapshot", path=repr(str(snapshot))), path=str(snapshot))
    with closing(SqliteDatabase.to_read(Path(snapshot))) as found, found.moment():
        copy_to_file(found, Path(path))


@public("workhours_sla.stream")
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
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     Pipeline(SqliteStore(Path(folder, "appeals.db")), policy).close()
    ...     check_store(Path(folder, "appeals.db"))
    ()
    """
    with closing(open_to_read(place, verified=False)) as db, db.moment():
        return tuple(StoreFault("pages", detail=what) for what in db.faults())

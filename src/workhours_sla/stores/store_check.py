"""Check a store: its definitions, and the pages of a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from workhours_sla.module_names import public
from workhours_sla.stores.places import open_to_check


@public("workhours_sla.stream")
class StoreFault(NamedTuple):
    """A fault of a store.

    ``kind`` is one of these:

    - ``definition``: a table or an index has a wrong definition; ``table`` is its name.
    - ``pages``: a page or an index of a file is damaged; ``detail`` is the message of SQLite.
    """

    kind: str
    table: str = ""
    detail: str = ""


def check_store(place: Path | str) -> tuple[StoreFault, ...]:
    """Return the faults of a store. Another process may be writing the store.

    ``place`` is a path or the address of a PostgreSQL database. The definitions of tables and
    indexes are compared; a SQLite file is also read by ``PRAGMA integrity_check``. Raises
    StoreError if the place has no store.

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
    with closing(open_to_check(place)) as db, db.moment():
        faults = []
        try:
            for kind, what in db.wrong():
                named = {"table" if kind == "definition" else "detail": what}
                faults.append(StoreFault(kind, **named))
        except db.errors as error:
            faults.append(StoreFault("pages", detail=str(error)))
    return tuple(faults)

"""Check a store: its definitions and pages, every row, and the references between rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from workhours_sla.adapters.stores.database import CheckedDatabase
from workhours_sla.adapters.stores.places import open_to_check
from workhours_sla.adapters.stores.reader import StoreReader
from workhours_sla.adapters.stores.row_checks import CHECKS
from workhours_sla.adapters.stores.stored_rows import event_of
from workhours_sla.errors import clipped
from workhours_sla.module_names import public


@public("workhours_sla.stream")
class StoreFault(NamedTuple):
    """A fault of a store.

    ``table`` and ``row`` say where the fault is. ``kind`` is one of these:

    - ``definition``: a table or an index has a wrong definition; ``table`` is its name.
    - ``pages``: a page or an index of a file is damaged; ``detail`` is the message of SQLite.
    - ``checksum``: a row does not match its checksum.
    - ``unreadable``: a row cannot be read; ``detail`` is the reason. If ``row`` is None, the rest
      of the table cannot be read.
    - ``other_id``: the event id of a row differs from the id in the event; ``detail`` is the id in
      the event.
    - ``no_appeal``: the appeal of an event is missing; ``detail`` is the id of the appeal.
    - ``number``: a row has a greater number than the last number that was used; ``detail`` is the
      last number that was used.
    - ``counts``: the counters do not add up; ``detail`` has the number of events that were read and
      the number of events that the other counters contain.
    """

    kind: str
    table: str = ""
    row: str | int | None = None
    detail: str = ""


def check_store(place: Path | str) -> tuple[StoreFault, ...]:
    """Return the faults of a store. Another process may be writing the store.

    ``place`` is a path or the address of a PostgreSQL database. Every row is read, and every page
    of a SQLite file. References between rows are checked only if there is no other fault. Raises
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
        faults = [*_of_definitions(db)]
        for table in CHECKS:
            faults += _of_rows(db, table)
        if not faults:
            faults += _of_references(db)
        if not faults:
            faults += _of_counts(StoreReader(db))
    return tuple(faults)


def _of_definitions(db: CheckedDatabase) -> Iterator[StoreFault]:
    try:
        for kind, what in db.wrong():
            if kind == "definition":
                yield StoreFault("definition", what)
            else:
                yield StoreFault(kind, detail=what)
    except db.errors as error:
        yield StoreFault("pages", detail=str(error))


def _of_rows(db: CheckedDatabase, table: str) -> Iterator[StoreFault]:
    """Yield a fault for each row of a table that has a wrong checksum or cannot be parsed."""
    intact, read = CHECKS[table]
    try:
        for row in db.stream(table):
            try:
                if not intact(row):
                    yield StoreFault("checksum", table, row[0])
                    continue
                read(row)
            except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
                yield StoreFault("unreadable", table, row[0], clipped(str(error), 200))
    except db.errors as error:
        yield StoreFault("unreadable", table, detail=str(error))


def _of_references(db: CheckedDatabase) -> Iterator[StoreFault]:
    """Yield a fault for each row with a wrong event id, a missing appeal or too great a number."""
    for number, event_id, appeal_id, body, *_ in db.stream("event"):
        found = event_of(appeal_id, body).event_id
        if found != event_id:
            yield StoreFault("other_id", "event", number, found)
    for number, appeal_id in db.rows(
        "SELECT number, appeal_id FROM event WHERE quarantined IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM appeal WHERE appeal.appeal_id=event.appeal_id)"
    ):
        yield StoreFault("no_appeal", "event", number, appeal_id)
    meta = {key: value for key, value, _ in db.stream("meta")}
    last_change, last_rejected = meta.get("last_change", 0), meta.get("last_rejected", 0)
    for table, last, rows in (
        ("outbox", last_change, "SELECT number FROM outbox WHERE number>?"),
        ("rejected", last_rejected, "SELECT number FROM rejected WHERE number>?"),
        ("progress", last_change, "SELECT sink FROM progress WHERE number>?"),
        ("failure", last_change, "SELECT sink FROM failure WHERE number>?"),
    ):
        for (row,) in db.rows(rows, last):
            yield StoreFault("number", table, row, str(last))


def _of_counts(reader: StoreReader) -> Iterator[StoreFault]:
    counts = reader.holdings()
    found = (
        counts.applied + counts.duplicate + counts.quarantined + counts.replaced + counts.dropped
    )
    if counts.read != found:
        yield StoreFault("counts", detail=f"{counts.read} / {found}")

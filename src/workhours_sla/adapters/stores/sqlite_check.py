"""Check a SQLite store: its pages, every row, and the references between rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from workhours_sla.adapters.stores.sqlite_file import (
    open_for_reading,
    wrong_definitions,
    wrong_pages,
)
from workhours_sla.adapters.stores.sqlite_reading import SqliteReader
from workhours_sla.adapters.stores.sqlite_rows import (
    Row,
    change_of,
    event_of,
    instant,
    is_intact,
    is_intact_body,
    reported_of,
)
from workhours_sla.errors import clipped
from workhours_sla.module_names import public

MOST_OF_PAGES: Final = 100
"""Maximum number of faults of pages and indexes that are listed."""


@public("workhours_sla.stream")
class StoreFault(NamedTuple):
    """A fault of a store.

    ``table`` and ``row`` say where the fault is. ``kind`` is one of these:

    - ``definition``: a table or an index has a wrong definition; ``table`` is its name.
    - ``pages``: a page or an index is damaged; ``detail`` is the message of SQLite.
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


def check_store(path: Path | str) -> tuple[StoreFault, ...]:
    """Return the faults of a store. Another process may be writing the store.

    Every page and every row is read. References between rows are checked only if there is no other
    fault. Raises StoreError if the file is not a store.

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
    path = Path(path)
    with closing(open_for_reading(path, verified=False)) as db:
        db.text_factory = _lenient
        db.execute("BEGIN")
        faults = [*_of_the_file(db)]
        for table in _TABLES:
            faults += _of_rows(db, table)
        if not faults:
            faults += _of_references(db)
    if not faults:
        with SqliteReader(path) as reader, reader.moment():
            faults += _of_counts(reader)
    return tuple(faults)


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")


def _of_the_file(db: sqlite3.Connection) -> Iterator[StoreFault]:
    try:
        for name in wrong_definitions(db):
            yield StoreFault("definition", name)
        for what in wrong_pages(db, MOST_OF_PAGES):
            yield StoreFault("pages", detail=what)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield StoreFault("pages", detail=str(error))


class _Table(NamedTuple):
    """How to check a table: the query for its rows, a test of the checksum, and a parser."""

    rows: str
    intact: Callable[[Row], bool]
    read: Callable[[Row], object]


_TABLES: Final = {
    "meta": _Table("SELECT * FROM meta", is_intact, str),
    "event": _Table(
        "SELECT number, number, body, checksum, appeal_id FROM event",
        is_intact_body,
        lambda row: event_of(row[4], row[2]),
    ),
    "appeal": _Table(
        "SELECT appeal_id, 0, reported, checksum, timer, ended_at FROM appeal",
        is_intact_body,
        lambda row: (reported_of(row[2]), *map(instant, filter(None, row[4:]))),
    ),
    "outbox": _Table(
        "SELECT number, number + ifnull(at, 0), body, checksum FROM outbox",
        is_intact_body,
        lambda row: change_of(row[2]),
    ),
    "progress": _Table("SELECT * FROM progress", is_intact, str),
    "failure": _Table("SELECT * FROM failure", is_intact, str),
    "position": _Table("SELECT * FROM position", is_intact, str),
    "rejected": _Table("SELECT * FROM rejected", is_intact, str),
}


def _of_rows(db: sqlite3.Connection, table: str) -> Iterator[StoreFault]:
    """Yield a fault for each row of a table that has a wrong checksum or cannot be parsed."""
    rows, intact, read = _TABLES[table]
    try:
        for row in db.execute(rows):
            if not intact(row):
                yield StoreFault("checksum", table, row[0])
                continue
            try:
                read(row)
            except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
                yield StoreFault("unreadable", table, row[0], clipped(str(error), 200))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield StoreFault("unreadable", table, detail=str(error))


def _of_references(db: sqlite3.Connection) -> Iterator[StoreFault]:
    """Yield a fault for each row with a wrong event id, a missing appeal or too great a number."""
    for number, event_id, appeal_id, body in db.execute(
        "SELECT number, event_id, appeal_id, body FROM event"
    ):
        found = event_of(appeal_id, body).event_id
        if found != event_id:
            yield StoreFault("other_id", "event", number, found)
    for number, appeal_id in db.execute(
        "SELECT number, appeal_id FROM event"
        " WHERE quarantined IS NULL AND appeal_id NOT IN (SELECT appeal_id FROM appeal)"
    ):
        yield StoreFault("no_appeal", "event", number, appeal_id)
    meta = {key: value for key, value, _ in db.execute("SELECT * FROM meta")}
    last_change, last_rejected = meta.get("last_change", 0), meta.get("last_rejected", 0)
    for table, last, rows in (
        ("outbox", last_change, "SELECT number FROM outbox WHERE number>?"),
        ("rejected", last_rejected, "SELECT number FROM rejected WHERE number>?"),
        ("progress", last_change, "SELECT sink FROM progress WHERE number>?"),
        ("failure", last_change, "SELECT sink FROM failure WHERE number>?"),
    ):
        for (row,) in db.execute(rows, (last,)):
            yield StoreFault("number", table, row, str(last))


def _of_counts(reader: SqliteReader) -> Iterator[StoreFault]:
    counts = reader.holdings()
    found = (
        counts.applied + counts.duplicate + counts.quarantined + counts.replaced + counts.dropped
    )
    if counts.read != found:
        yield StoreFault("counts", detail=f"{counts.read} / {found}")

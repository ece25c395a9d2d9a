"""What can be asked of a SQLite store, whoever writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, NamedTuple, ParamSpec, Self, TypeVar

from workhours_sla.adapters.stores.sqlite_file import (
    checked,
    checked_bodies,
    copy,
    fetched,
    open_for_reading,
)
from workhours_sla.adapters.stores.sqlite_rows import Row, change_of, event_of, instant, read_each
from workhours_sla.errors import StoreError
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.change import Change
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.event import Event
from workhours_sla.sla.pipeline import Checkpoint, Rejected

P = ParamSpec("P")
Answer = TypeVar("Answer")
AnyReader = TypeVar("AnyReader", bound="SqliteReader")

REPLACED = "replaced"
"""Why a copy does not count in whose place a repair was given."""
AFTER_RETENTION = "after_retention"
"""Why an event does not count whose appeal was dropped."""


_EVENTS = """
    SELECT number, number, body, checksum, appeal_id FROM event WHERE number > ?
    AND ifnull(aside, '') NOT IN (?, ?)
    AND (repaired OR event_id NOT IN (SELECT event_id FROM event WHERE repaired))
    ORDER BY number LIMIT 10000
"""
_ASIDE = """
    SELECT number, number, body, checksum, appeal_id, aside FROM event
    WHERE aside IS NOT NULL AND aside<>?
"""
_LEFT_OUT = """
    SELECT number, number, body, checksum, appeal_id, aside FROM event
    WHERE aside IS NOT NULL AND aside<>?
    AND (aside=? OR NOT repaired AND event_id IN (SELECT event_id FROM event WHERE repaired))
"""
_CHANGES = """
    SELECT number, number + ifnull(at, 0), body, checksum FROM outbox
    WHERE number>? ORDER BY number LIMIT ?
"""
_REASONS = """
    SELECT why, count(*) FROM (
        SELECT reason AS why FROM rejected
        UNION ALL SELECT aside FROM event WHERE aside IS NOT NULL AND aside<>?
    ) GROUP BY why
"""


class Holdings(NamedTuple):
    """Where every event went that the store ever read.

    read == applied + duplicate + quarantined + replaced + dropped. ``replaced`` were repaired,
    ``dropped`` belonged to appeals settled long ago. ``rejected`` rows gave no event.
    """

    read: int
    applied: int
    duplicate: int
    quarantined: int
    replaced: int
    dropped: int
    rejected: int


def serialised(
    method: Callable[Concatenate[AnyReader, P], Answer],
) -> Callable[Concatenate[AnyReader, P], Answer]:
    """Run a method of a store in one thread at a time; refuse it when the store is closed."""

    @wraps(method)
    def alone(self: AnyReader, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        with self._turn:
            if self._closed:
                msg = f"the store {str(self._path)!r} is closed; open it again"
                raise StoreError(msg, path=str(self._path))
            return method(self, *args, **kwargs)

    return alone


class SqliteReader:
    """A store opened for reading, while another process may write it. Raises StoreError.

    It can be used from any thread. Calls run one at a time, and an iterator reads a page at a
    time, so that other calls may run between its items.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._turn = RLock()
        self._closed = False
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        return open_for_reading(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, after the call that another thread is in."""
        with self._turn:
            self._closed = True
            self._db.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let all that is asked within be of one moment, whatever another process writes.

        Other threads wait until the block ends.
        """
        with self._turn:
            self._all("BEGIN")
            try:
                yield
            finally:
                self._all("COMMIT")

    @property
    def watermark(self) -> datetime | None:
        """The instant up to which time has passed, None before the first."""
        count = self._meta().get("watermark")
        return None if count is None else instant(count)

    @property
    def policy_version(self) -> str:
        """The version of the policy that the clocks were held to last."""
        version: str = self._meta().get("policy_version", "")
        return version

    @property
    def whole_since(self) -> datetime | None:
        """Since when all appeals posted are there; None where none was dropped, as far as told."""
        count = self._meta().get("dropped_before")
        return None if count is None else instant(count)

    def places(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far the partitions of a source were read."""
        rows = self._rows("place", "SELECT * FROM place WHERE source=?", source)
        return {
            partition: Checkpoint(position, None if heard is None else instant(heard))
            for _, partition, position, heard, _ in rows
        }

    def events(self) -> Iterator[Event]:
        """Yield every event as it was received, those in quarantine too, in order of arrival.

        Of an event that was repaired only the repair comes. ``evaluate`` of these is the batch
        answer; what was dropped is not among them.
        """
        after = 0
        while rows := self._bodies("event", _EVENTS, after, AFTER_RETENTION, REPLACED):
            yield from read_each(self._path, "event", rows, _event_of)
            after = rows[-1][0]

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Return the events set aside now, with why; a later event can bring some back."""
        rows = self._bodies("event", _ASIDE, REPLACED)
        return in_order(read_each(self._path, "event", rows, _quarantined_of))

    def left_out(self) -> tuple[Quarantined, ...]:
        """Return those in quarantine that ``events`` leaves out.

        They belong to dropped appeals, or speak against a repair.
        """
        rows = self._bodies("event", _LEFT_OUT, REPLACED, AFTER_RETENTION)
        return in_order(read_each(self._path, "event", rows, _quarantined_of))

    def rejected(self) -> Mapping[int, Rejected]:
        """Return the rows that gave no event, by the number to repair them by."""
        rows = self._rows("rejected", "SELECT * FROM rejected ORDER BY number")
        return {row[0]: Rejected(*row[2:5]) for row in rows}

    def reasons(self) -> Mapping[str, int]:
        """Return how many events and rows are set aside, by why."""
        return dict(self._all(_REASONS, REPLACED))

    def changes(self, after: int = 0, most: int = -1) -> list[tuple[int, Change]]:
        """Return the changes after a number, each with its own, in the order they were told."""
        rows = self._bodies("outbox", _CHANGES, after, most)
        return list(read_each(self._path, "outbox", rows, lambda row: (row[0], change_of(row[2]))))

    @property
    def last_change(self) -> int:
        """The number of the last change, 0 where there is none."""
        number: int = self._all("SELECT ifnull(max(number), 0) FROM outbox")[0][0]
        return number

    def noted(self, key: str) -> str | None:
        """Return what a sink noted last under a key of its own."""
        rows = self._rows("meta", "SELECT * FROM meta WHERE key=?", f"note:{key}")
        return rows[0][1] if rows else None

    @serialised
    def holdings(self) -> Holdings:
        """Return where every event went. Counts rows: seconds for millions."""
        by_why: dict[str | None, int] = dict(
            self._all("SELECT aside, count(*) FROM event GROUP BY aside")
        )
        meta = self._meta()
        applied, replaced = by_why.pop(None, 0), by_why.pop(REPLACED, 0)
        ((rejected,),) = self._all("SELECT count(*) FROM rejected")
        return Holdings(
            read=meta.get("read", 0),
            applied=applied,
            duplicate=meta.get("duplicate", 0),
            quarantined=sum(by_why.values()),
            replaced=replaced,
            dropped=meta.get("dropped", 0),
            rejected=rejected,
        )

    @serialised
    def snapshot(self, path: Path | str) -> None:
        """Copy the store as of one moment to a new file, while it may be written.

        Raises StoreError.
        """
        copy(self._db, Path(path))

    def _meta(self) -> dict[str, Any]:
        return {key: value for key, value, _ in self._rows("meta", "SELECT * FROM meta")}

    @serialised
    def _rows(self, table: str, sql: str, *values: object) -> list[Row]:
        return checked(self._db, self._path, table, sql, values)

    @serialised
    def _bodies(self, table: str, sql: str, *values: object) -> list[Row]:
        return checked_bodies(self._db, self._path, table, sql, values)

    @serialised
    def _all(self, sql: str, *values: object) -> list[Row]:
        return fetched(self._db, self._path, sql, values)


def _event_of(row: Row) -> Event:
    return event_of(row[4], row[2])


def _quarantined_of(row: Row) -> Quarantined:
    return Quarantined(_event_of(row), row[5])


def restore(snapshot: Path | str, path: Path | str) -> None:
    """Make a store of a snapshot, in a file that is not there yet. Raises StoreError.

    Sources are read on from where they were then: what was read since comes again.
    """
    if not Path(snapshot).exists():
        msg = f"no snapshot {str(snapshot)!r}; check the path"
        raise StoreError(msg, path=str(snapshot))
    with closing(open_for_reading(Path(snapshot))) as db:
        copy(db, Path(path))


def events_of(path: Path | str) -> list[Event]:
    """Return the events of a store, as ``evaluate`` takes them. Raises StoreError."""
    with SqliteReader(path) as reader, reader.moment():
        return list(reader.events())

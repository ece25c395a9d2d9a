"""The tables of a SQLite store: rows to appeals and back, and the appeals kept in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from workhours_sla.adapters.stores.sqlite_copies import Copy, StoredCopies
from workhours_sla.adapters.stores.sqlite_file import checked_bodies, fetched
from workhours_sla.adapters.stores.sqlite_rows import (
    Row,
    change_body,
    checksum,
    event_body,
    event_of,
    instant,
    places_for,
    read_each,
    reported_body,
    reported_of,
    tombstone,
)
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.change import Change, Key, Reported
from workhours_sla.sla.event import Event
from workhours_sla.sla.tracked import Tracked

CHUNK: Final = 500
MANY: Final = 16
"""From how many copies of one id on they are kept in memory."""
COPIES: Final = (
    "SELECT number, number, body, checksum, appeal_id, aside, event_id, repaired FROM event"
)
BY_FOLD: Final = ("no_appeal", "reply_before_post")
"""Why the fold sets an event aside that stands under its id."""

Value = TypeVar("Value")


class StoredAppeal(Tracked):
    """An appeal, with the rows of its events, and what its own row has."""

    __slots__ = ("aside", "copies", "noted", "settled_at", "timer")

    def __init__(
        self,
        appeal_id: str,
        copies: Sequence[Copy] = (),
        reported: dict[Key, Reported] | None = None,
        timer: int | None = None,
        settled_at: int | None = None,
    ) -> None:
        super().__init__(appeal_id, (copy.event for copy in copies), reported)
        self.copies = {copy.event.event_id: copy for copy in copies}
        self.aside = any(copy.aside for copy in copies)
        self.noted: tuple[Sequence[Quarantined], int] = (), 0
        """What the fold set aside, and how many of these the copies have already."""
        self.timer = timer
        self.next_at = None if timer is None else instant(timer)
        self.settled_at = settled_at


class Work:
    """What a transaction has found so far and not written yet."""

    def __init__(self) -> None:
        self.fresh: list[Copy] = []
        self.altered: dict[int, Copy] = {}
        self.appeals: dict[str, StoredAppeal] = {}
        self.untold: list[Change] = []
        self.changes: list[Change] = []

    def set_aside(self, copy: Copy, why: str | None) -> None:
        """Note why a copy does not count, None if it does."""
        if copy.aside != why:
            copy.aside = why
            self.alter(copy)

    def alter(self, copy: Copy) -> None:
        """Note that a copy is another than its row."""
        if copy.stored:
            self.altered[copy.number] = copy


class Tables:
    """Reads and writes what a transaction needs, a few statements for many rows.

    ``hot`` are the appeals in memory, those touched last at its end; they are as the disk has
    them, and none need be there.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, most: int) -> None:
        self.db = db
        self._path = path
        self._most = most
        self.hot: dict[str, StoredAppeal] = {}
        self.repeated: dict[str, StoredCopies] = {}
        """The copies of ids with many, those that came last at the end."""
        self._open: set[str] | None = None
        self.last_change = 0
        """The number of the last change that was written."""

    def forget(self) -> None:
        """Let go of all that is in memory, which the disk may not have."""
        self.hot.clear()
        self.repeated.clear()
        self._open = None

    def open_ids(self) -> Sequence[str]:
        """Return the appeals of which something is awaited; read once and kept up from then."""
        if self._open is None:
            rows = self.rows("SELECT appeal_id FROM appeal WHERE settled_at IS NULL")
            self._open = {one for (one,) in rows}
        return sorted(self._open)

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of one statement. Raises StoreError."""
        return fetched(self.db, self._path, sql, values)

    def _where(self, sql: str, values: Iterable[object], table: str = "") -> Iterator[Row]:
        """Yield the rows for many values of an ``IN (*)``, a few statements for all.

        Those of a ``table`` with bodies are checked. Raises StoreError.
        """
        for chunk in chunks(list(values)):
            asked = sql.replace("(*)", f"({places_for(chunk)})")
            if table:
                yield from checked_bodies(self.db, self._path, table, asked, chunk)
            else:
                yield from fetched(self.db, self._path, asked, chunk)

    def copies(self, ids: Collection[str]) -> dict[str, Copy | StoredCopies]:
        """Return the copies stored under each id: the only one, or all of several."""
        repeated = self.repeated
        copies: dict[str, Copy | StoredCopies] = {}
        if repeated:
            kept = {one: repeated.pop(one) for one in ids if one in repeated}
            repeated.update(kept)
            copies.update(kept)
            ids = [one for one in ids if one not in kept]
        rows = sorted(self._where(COPIES + " WHERE event_id IN (*)", ids, "event"))
        for copy in read_each(self._path, "event", rows, _copy_of):
            event_id = copy.event.event_id
            known = copies.get(event_id)
            if isinstance(known, StoredCopies):
                known.add(copy)
                if len(known.listed) == MANY:
                    repeated[event_id] = known
            else:
                copies[event_id] = copy if known is None else StoredCopies((known, copy))
        return copies

    def tombstones(self, events: Sequence[Event]) -> set[bytes]:
        """Return what is kept of dropped events and appeals among those of ``events``."""
        hashes = {tombstone("event", event.event_id) for event in events}
        hashes |= {tombstone("appeal", event.appeal_id) for event in events}
        found = self._where("SELECT hash FROM tombstone WHERE hash IN (*)", hashes)
        return {one for (one,) in found}

    def load(self, ids: Collection[str]) -> dict[str, StoredAppeal]:
        """Return appeals, from memory or from the disk; one that is in neither is new."""
        hot = self.hot
        appeals = {one: appeal for one in ids if (appeal := hot.pop(one, None)) is not None}
        cold: dict[str, list[Copy]] = {one: [] for one in ids if one not in appeals}
        rows = self._where(
            "SELECT appeal_id, 0, reported, checksum, timer, settled_at FROM appeal"
            " WHERE appeal_id IN (*)",
            cold,
            "appeal",
        )
        told = dict(read_each(self._path, "appeal", list(rows), _told_of))
        rows = self._where(COPIES + " WHERE appeal_id IN (*)", told, "event")
        counting = [row for row in rows if row[5] is None or row[5] in BY_FOLD]
        for copy in read_each(self._path, "event", counting, _copy_of):
            cold[copy.event.appeal_id].append(copy)
        for appeal_id, copies in cold.items():
            appeals[appeal_id] = StoredAppeal(appeal_id, copies, *told.get(appeal_id, ()))
        hot.update(appeals)
        return {one: appeals[one] for one in ids}

    def write(self, work: Work, at: int | None) -> None:
        """Write what a transaction has found so far, at a watermark."""
        self.db.executemany(
            "INSERT INTO event VALUES (?,?,?,?,?,?,?)",
            [
                (
                    copy.number,
                    copy.event.event_id,
                    copy.event.appeal_id,
                    body := event_body(copy.event),
                    checksum(body, copy.number),
                    copy.aside,
                    copy.repaired,
                )
                for copy in work.fresh
            ],
        )
        for copy in work.fresh:
            copy.stored = True
        self.db.executemany(
            "UPDATE event SET body=?, checksum=?, aside=?, repaired=? WHERE number=?",
            [
                (
                    body := event_body(copy.event),
                    checksum(body, copy.number),
                    copy.aside,
                    copy.repaired,
                    copy.number,
                )
                for copy in work.altered.values()
            ],
        )
        self.db.executemany(
            "INSERT INTO appeal VALUES (?,?,?,?,?) ON CONFLICT (appeal_id) DO UPDATE SET"
            " reported=excluded.reported, checksum=excluded.checksum, timer=excluded.timer,"
            " settled_at=excluded.settled_at",
            [
                (
                    appeal_id,
                    body := reported_body(appeal.reported),
                    checksum(body),
                    appeal.timer,
                    appeal.settled_at,
                )
                for appeal_id, appeal in work.appeals.items()
            ],
        )
        if self._open is not None:
            for appeal_id, appeal in work.appeals.items():
                (self._open.add if appeal.settled_at is None else self._open.discard)(appeal_id)
        self.db.executemany(
            "INSERT INTO outbox VALUES (?,?,?,?)",
            [
                (number, at, body := change_body(change), checksum(body, number + (at or 0)))
                for number, change in enumerate(work.untold, self.last_change + 1)
            ],
        )
        self.last_change += len(work.untold)
        work.changes += work.untold
        work.fresh, work.altered, work.appeals, work.untold = [], {}, {}, []

    def cool(self) -> None:
        """Let go of the appeals that were touched longest ago."""
        hot = self.hot
        # listed first: each look for a dictionary's first key passes all the gaps before it
        for one in list(islice(hot, max(0, len(hot) - self._most))):
            del hot[one]
        repeated = self.repeated
        kept = sum(len(copies.listed) for copies in repeated.values())
        while kept > self._most and len(repeated) > 1:
            kept -= len(repeated.pop(next(iter(repeated))).listed)

    def drop(self, before: int) -> int:
        """Drop appeals settled before an instant, and return how many events they had.

        Changes from before it that every sink has had go as well.
        """
        rows: list[Row] = []
        ids = [
            one
            for (one,) in self.rows(
                "SELECT appeal_id FROM appeal WHERE settled_at<? LIMIT ?", before, CHUNK
            )
        ]
        if ids:
            rows = list(
                self._where("SELECT event_id, aside FROM event WHERE appeal_id IN (*)", ids)
            )
            # an id with another content elsewhere stands there
            hashes = {tombstone("event", id_) for id_, why in rows if why != "conflicting_id"}
            hashes |= {tombstone("appeal", one) for one in ids}
            self.db.executemany(
                "INSERT OR IGNORE INTO tombstone VALUES (?)", [(one,) for one in sorted(hashes)]
            )
            for sql in (
                "DELETE FROM event WHERE appeal_id IN (*)",
                "DELETE FROM appeal WHERE appeal_id IN (*)",
            ):
                self.db.execute(sql.replace("*", places_for(ids)), ids)
            for one in ids:
                self.hot.pop(one, None)
            self.repeated.clear()
        self.db.execute(
            "DELETE FROM outbox WHERE ifnull(at, 0)<? AND number IN (SELECT number FROM outbox"
            " WHERE number<=(SELECT min(number) FROM delivered) ORDER BY number LIMIT 1000)",
            (before,),
        )
        return len(rows)


def _copy_of(row: Row) -> Copy:
    """Return what a row of ``COPIES`` has."""
    number, _, body, _, appeal_id, aside, _, repaired = row
    event = event_of(appeal_id, body)
    return Copy(number, event, aside, repaired=bool(repaired), stored=True)


def _told_of(row: Row) -> tuple[str, tuple[dict[Key, Reported], int | None, int | None]]:
    appeal_id, _, body, _, timer, settled_at = row
    return appeal_id, (reported_of(body), timer, settled_at)


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values, as many at a time as one statement takes."""
    for first in range(0, len(values), CHUNK):
        yield values[first : first + CHUNK]

"""The tables of a SQLite store: rows to appeals and back, and the appeals kept in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from workhours_sla.adapters.stores.sqlite_rows import (
    change_body,
    event_body,
    event_of,
    instant,
    places_for,
    reported_body,
    reported_of,
    tombstone,
)
from workhours_sla.sla.change import Change, Key, Reported
from workhours_sla.sla.event import Event
from workhours_sla.sla.tracked import Tracked

CHUNK: Final = 500
BY_FOLD: Final = ("no_appeal", "reply_before_post")
"""Why the fold sets an event aside that stands under its id."""

_COPIES: Final = "SELECT number, event_id, appeal_id, body, aside, repaired FROM event WHERE "

Value = TypeVar("Value")


class Copy:
    """One copy of an event, as a row has it."""

    __slots__ = ("aside", "event", "number", "repaired", "stored")

    def __init__(
        self,
        number: int,
        event: Event,
        aside: str | None = None,
        *,
        repaired: bool = False,
        stored: bool = False,
    ) -> None:
        self.number = number
        self.event = event
        self.aside = aside
        self.repaired = repaired
        self.stored = stored


class StoredAppeal(Tracked):
    """An appeal, with the rows of its events, and what its own row has."""

    __slots__ = ("aside", "copies", "settled_at", "timer")

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

    def __init__(self, db: sqlite3.Connection, most: int) -> None:
        self.db = db
        self._most = most
        self.hot: dict[str, StoredAppeal] = {}
        self._open: set[str] | None = None

    def forget(self) -> None:
        """Let go of all that is in memory, which the disk may not have."""
        self.hot.clear()
        self._open = None

    def open_ids(self) -> Sequence[str]:
        """Return the appeals of which something is awaited; read once and kept up from then."""
        if self._open is None:
            rows = self.rows("SELECT appeal_id FROM appeal WHERE settled_at IS NULL")
            self._open = {one for (one,) in rows}
        return sorted(self._open)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        return self.db.execute(sql, values).fetchall()

    def _where(self, sql: str, values: Iterable[object]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows for many values of an ``IN (*)``, a few statements for all."""
        for chunk in chunks(list(values)):
            yield from self.db.execute(sql.replace("*", places_for(chunk)), chunk)

    def copies(self, ids: Iterable[str]) -> dict[str, list[Copy]]:
        """Return the copies stored under each id, in order of arrival."""
        copies: dict[str, list[Copy]] = {}
        for number, event_id, appeal_id, body, aside, repaired in sorted(
            self._where(_COPIES + "event_id IN (*)", ids)
        ):
            event = event_of(appeal_id, body)
            copy = Copy(number, event, aside, repaired=bool(repaired), stored=True)
            copies.setdefault(event_id, []).append(copy)
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
        told = {
            appeal_id: (reported_of(body), timer, settled_at)
            for appeal_id, body, timer, settled_at in self._where(
                "SELECT appeal_id, reported, timer, settled_at FROM appeal WHERE appeal_id IN (*)",
                cold,
            )
        }
        for number, _, appeal_id, body, aside, repaired in self._where(
            _COPIES + "appeal_id IN (*)", told
        ):
            if aside is None or aside in BY_FOLD:
                event = event_of(appeal_id, body)
                copy = Copy(number, event, aside, repaired=bool(repaired), stored=True)
                cold[appeal_id].append(copy)
        for appeal_id, copies in cold.items():
            appeals[appeal_id] = StoredAppeal(appeal_id, copies, *told.get(appeal_id, ()))
        hot.update(appeals)
        return {one: appeals[one] for one in ids}

    def write(self, work: Work, at: int | None) -> None:
        """Write what a transaction has found so far, at a watermark."""
        self.db.executemany(
            "INSERT INTO event VALUES (?,?,?,?,?,?)",
            [
                (
                    copy.number,
                    copy.event.event_id,
                    copy.event.appeal_id,
                    event_body(copy.event),
                    copy.aside,
                    copy.repaired,
                )
                for copy in work.fresh
            ],
        )
        for copy in work.fresh:
            copy.stored = True
        self.db.executemany(
            "UPDATE event SET body=?, aside=?, repaired=? WHERE number=?",
            [
                (event_body(copy.event), copy.aside, copy.repaired, copy.number)
                for copy in work.altered.values()
            ],
        )
        self.db.executemany(
            "INSERT INTO appeal VALUES (?,?,?,?) ON CONFLICT (appeal_id) DO UPDATE SET"
            " reported=excluded.reported, timer=excluded.timer, settled_at=excluded.settled_at",
            [
                (appeal_id, reported_body(appeal.reported), appeal.timer, appeal.settled_at)
                for appeal_id, appeal in work.appeals.items()
            ],
        )
        if self._open is not None:
            for appeal_id, appeal in work.appeals.items():
                (self._open.add if appeal.settled_at is None else self._open.discard)(appeal_id)
        self.db.executemany(
            "INSERT INTO outbox (at, body) VALUES (?,?)",
            [(at, change_body(change)) for change in work.untold],
        )
        work.changes += work.untold
        work.fresh, work.altered, work.appeals, work.untold = [], {}, {}, []

    def cool(self) -> None:
        """Let go of the appeals that were touched longest ago."""
        hot = self.hot
        # listed first: each look for a dictionary's first key passes all the gaps before it
        for one in list(islice(hot, max(0, len(hot) - self._most))):
            del hot[one]

    def drop(self, before: int) -> int:
        """Drop appeals settled before an instant, and return how many events they had.

        Changes from before it that every sink has had go as well.
        """
        rows: list[tuple[Any, ...]] = []
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
        self.db.execute(
            "DELETE FROM outbox WHERE ifnull(at, 0)<? AND number IN (SELECT number FROM outbox"
            " WHERE number<=(SELECT min(number) FROM delivered) ORDER BY number LIMIT 1000)",
            (before,),
        )
        return len(rows)


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values, as many at a time as one statement takes."""
    for first in range(0, len(values), CHUNK):
        yield values[first : first + CHUNK]

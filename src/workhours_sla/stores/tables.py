"""Read and write the events and appeals of a store, and keep some of them in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Final

from workhours_sla.sla.changes import AppealState, Reported
from workhours_sla.sla.deduplication import CONFLICTING_ID, EXPIRING, Copies, StoredEvent, all_of
from workhours_sla.sla.event import BEGINNING, Event
from workhours_sla.sla.fold import Key
from workhours_sla.stores.database import Database
from workhours_sla.stores.stored_rows import (
    Row,
    change_body,
    event_body,
    event_of,
    instant,
    micros,
    read_each,
    reported_body,
    reported_of,
    tombstone,
)
from workhours_sla.stream.store import BY_FOLD, NO_APPEAL, Dropped, Work

CHUNK: Final = 500
"""Number of appeals that are dropped at once."""
MANY: Final = 16
"""The copies of an event id are kept in memory if there are at least this many."""
COPIES: Final = "SELECT number, body, appeal_id, quarantined, repaired FROM event"
_IDS: Final = "SELECT event_id FROM event WHERE event_id IN (*)"
_REPORTED: Final = "SELECT * FROM appeal WHERE appeal_id IN (*)"
_OLDEST_ACCEPTED: Final = """
    SELECT coalesce(at, 0) FROM outbox WHERE number<=?
    AND number NOT IN (SELECT number FROM failure) ORDER BY number LIMIT 1
"""
_DROP_ACCEPTED: Final = """
    DELETE FROM outbox WHERE coalesce(at, 0)<? AND number IN (
        SELECT number FROM outbox WHERE number<=?
        AND number NOT IN (SELECT number FROM failure) ORDER BY number LIMIT 1000
    )
"""


class Tables:
    """Reads and writes the rows of a transaction, with few statements for many rows.

    The dictionary ``hot`` has the most recently used appeals. Between transactions these appeals
    are equal to the appeals on disk, so they may be dropped at any time. The argument ``hot`` is
    the maximum number of appeals to keep. Without ``keeps_changes``, no change is written.
    """

    def __init__(self, db: Database, hot: int, *, keeps_changes: bool) -> None:
        self.db = db
        self._most = hot
        self._keeps_changes = keeps_changes
        self.hot: dict[str, AppealState] = {}
        self.repeated: dict[str, Copies] = {}
        """The copies of event ids that have many copies, in the order of their last use."""
        self._open: set[str] | None = None
        self.last_event: int = 0
        """The number of the last event that was written."""
        self.last_change: int = 0
        """The number of the last change that was written."""

    def forget(self) -> None:
        """Drop all appeals and copies from memory."""
        self.hot.clear()
        self.repeated.clear()
        self._open = None

    # -- read ----------------------------------------------------------------------------------

    def open_ids(self) -> Sequence[str]:
        """Return the sorted ids of the appeals with a clock that has not ended.

        The ids are read from disk only once.
        """
        if self._open is None:
            rows = self.db.rows("SELECT appeal_id FROM appeal WHERE ended_at IS NULL")
            self._open = {one for (one,) in rows}
        return sorted(self._open)

    def copies(self, ids: Collection[str]) -> dict[str, StoredEvent | Copies]:
        """Return the stored copies of event ids, keyed by event id."""
        repeated = self.repeated
        copies: dict[str, StoredEvent | Copies] = {}
        if repeated:
            kept = {one: repeated.pop(one) for one in ids if one in repeated}
            repeated.update(kept)
            copies.update(kept)
            ids = [one for one in ids if one not in kept]
        rows = sorted(self.db.where(COPIES + " WHERE event_id IN (*)", ids), key=_number)
        for copy in read_each(self.db.place, "event", rows, _copy_of):
            event_id = copy.event.event_id
            known = copies.get(event_id)
            if isinstance(known, Copies):
                known.add(copy)
                if len(known.all) == MANY:
                    repeated[event_id] = known
            else:
                copies[event_id] = copy if known is None else Copies((known, copy))
        return copies

    def dropped(self, events: Sequence[Event]) -> Dropped:
        """Return which ids of the events and of their appeals were dropped."""
        event_ids = {tombstone("event", one.event_id): one.event_id for one in events}
        appeal_ids = {tombstone("appeal", one.appeal_id): one.appeal_id for one in events}
        found = {
            one
            for (one,) in self.db.where(
                "SELECT hash FROM tombstone WHERE hash IN (*)", {*event_ids, *appeal_ids}
            )
        }
        return Dropped(
            {event_ids[one] for one in found if one in event_ids},
            {appeal_ids[one] for one in found if one in appeal_ids},
        )

    def appeals(self, ids: Iterable[str]) -> dict[str, AppealState]:
        """Return appeals from memory or disk, keyed by id. Unknown ids map to new appeals."""
        hot, ids = self.hot, list(ids)
        appeals: dict[str, AppealState] = {}
        for one in ids:
            known = hot.pop(one, None)
            if known is not None:
                appeals[one] = known
        cold: dict[str, list[StoredEvent]] = {one: [] for one in ids if one not in appeals}
        rows = list(self.db.where(_REPORTED, cold))
        reported = dict(read_each(self.db.place, "appeal", rows, _reported_of))
        rows = list(self.db.where(COPIES + " WHERE appeal_id IN (*)", reported))
        counting = [row for row in rows if row[3] is None or row[3] in BY_FOLD]
        for copy in read_each(self.db.place, "event", counting, _copy_of):
            cold[copy.event.appeal_id].append(copy)
        for appeal_id, copies in cold.items():
            appeals[appeal_id] = AppealState(appeal_id, copies, *reported.get(appeal_id, ()))
        hot.update(appeals)
        return {one: appeals[one] for one in ids}

    def timers_due(self, watermark: datetime) -> list[tuple[datetime, str]]:
        """Return the timers up to a watermark, as pairs of instant and appeal id."""
        rows = self.db.rows("SELECT timer, appeal_id FROM appeal WHERE timer<=?", micros(watermark))
        return [(instant(timer), appeal_id) for timer, appeal_id in rows]

    # -- write ---------------------------------------------------------------------------------

    def _numbered(self, work: Work, added: Sequence[StoredEvent]) -> list[tuple[int, Event]]:
        """Assign new events numbers in order of arrival, and return those of ``work.fresh``.

        The copies ``added`` get their number as an attribute. An event that is not in the batch,
        such as a repair, comes last.
        """
        begin = self.last_event + 1
        self.last_event += len(work.fresh) + len(added)
        if not added:
            return list(enumerate(work.fresh.values(), begin))
        first: dict[str, int] = {}
        place_of: dict[int, int] = {}
        for place, event in enumerate(work.events):
            first.setdefault(event.event_id, place)
            place_of[id(event)] = place
        placed: list[tuple[int, Event | StoredEvent]] = [
            (first[event_id], event) for event_id, event in work.fresh.items()
        ]
        for event_id in dict.fromkeys(copy.event.event_id for copy in added):
            if any(one.number is not None for one in all_of(work.known[event_id])):
                first.pop(event_id, None)  # the store has an earlier copy
        for copy in added:
            place = place_of.get(id(copy.event), len(place_of))
            # the first copy of an id may have taken over the receipt of a later one
            placed.append((first.pop(copy.event.event_id, place), copy))
        placed.sort(key=itemgetter(0))
        fresh = []
        for number, (_, one) in enumerate(placed, begin):
            if isinstance(one, StoredEvent):
                one.number = number
            else:
                fresh.append((number, one))
        return fresh

    def write(self, work: Work) -> None:
        """Write the events, appeals and changes that a transaction has collected."""
        added = [copy for copy in work.copies if copy.number is None]
        fresh = self._numbered(work, added)
        self.db.add(
            "event",
            [
                (number, event.event_id, event.appeal_id, event_body(event), None, False)
                for number, event in fresh
            ],
        )
        altered = dict.fromkeys(copy for copy in work.copies if copy.number is not None)
        self.db.add(
            "event",
            [
                (
                    copy.number,
                    copy.event.event_id,
                    copy.event.appeal_id,
                    event_body(copy.event),
                    copy.quarantined,
                    copy.repaired,
                )
                for copy in added
            ],
        )
        self.db.run(
            "UPDATE event SET body=?, quarantined=?, repaired=? WHERE number=?",
            [
                (event_body(copy.event), copy.quarantined, copy.repaired, copy.number)
                for copy in altered
            ],
        )
        self.db.put(
            "appeal",
            [
                (
                    appeal_id,
                    reported_body(appeal.reported),
                    None if appeal.next_at is None else micros(appeal.next_at),
                    None if appeal.ended_at is None else micros(appeal.ended_at),
                )
                for appeal_id, appeal in work.appeals.items()
            ],
        )
        self.hot.update(work.appeals)
        if self._open is not None:
            for appeal_id, appeal in work.appeals.items():
                (self._open.add if appeal.ended_at is None else self._open.discard)(appeal_id)
        if not self._keeps_changes:
            return
        at = None if work.watermark is BEGINNING else micros(work.watermark)
        changes = work.changes[work.written :]
        self.db.add(
            "outbox",
            [
                (number, at, change_body(change))
                for number, change in enumerate(changes, self.last_change + 1)
            ],
        )
        self.last_change += len(changes)

    def cool(self) -> None:
        """Drop the least recently used appeals and copies if memory has too many of them."""
        hot = self.hot
        # a list, because finding the first key of a dictionary passes all keys deleted before it
        for one in list(islice(hot, max(0, len(hot) - self._most))):
            del hot[one]
        repeated = self.repeated
        kept = sum(len(copies.all) for copies in repeated.values())
        while kept > self._most and len(repeated) > 1:
            kept -= len(repeated.pop(next(iter(repeated))).all)

    def drop(self, before: int) -> int:
        """Drop the appeals that ended before an instant, and return the number of their events.

        The instant is in microseconds since 1970.
        """
        count = 0
        while ids := [
            one
            for (one,) in self.db.rows(
                "SELECT appeal_id FROM appeal WHERE ended_at<? LIMIT ?", before, CHUNK
            )
        ]:
            count += self._drop(ids)
        return count

    def _drop(self, ids: Sequence[str]) -> int:
        """Drop some appeals, and return the number of their events."""
        found = self.db.where("SELECT event_id, quarantined FROM event WHERE appeal_id IN (*)", ids)
        rows = list(found)
        # if a copy conflicted, its id still has an effective copy in another appeal
        hashes = {tombstone("event", id_) for id_, why in rows if why != CONFLICTING_ID}
        hashes |= {tombstone("appeal", one) for one in ids}
        self.db.put("tombstone", [(one,) for one in sorted(hashes)])
        for sql in (
            "DELETE FROM event WHERE appeal_id IN (*)",
            "DELETE FROM appeal WHERE appeal_id IN (*)",
        ):
            list(self.db.where(sql, ids))
        for one in ids:
            self.hot.pop(one, None)
        self.repeated.clear()
        return len(rows)

    def drop_quarantined(self, before: datetime) -> int:
        """Drop the quarantined events that were received before an instant; return their number.

        Events of an appeal that has others are kept.
        """
        sql = COPIES + " WHERE quarantined IN (*)"
        rows = sorted(self.db.where(sql, [*EXPIRING, NO_APPEAL]), key=_number)
        copies = list(read_each(self.db.place, "event", rows, _copy_of))
        expired = [one for one in copies if one.event.received_at < before]
        apart = [one for one in expired if one.quarantined != NO_APPEAL]
        self._erase(apart)
        old = {one.event.appeal_id for one in expired if one.quarantined == NO_APPEAL}
        old -= {one.event.appeal_id for one in copies if one.event.received_at >= before}
        counting = "SELECT appeal_id FROM event WHERE appeal_id IN (*)"
        counting += " AND (quarantined IS NULL OR quarantined<>'no_appeal')"
        old -= {one for (one,) in self.db.where(counting, old)}
        if self._open is not None:
            self._open -= old
        return len(apart) + (self._drop(sorted(old)) if old else 0)

    def _erase(self, copies: Sequence[StoredEvent]) -> None:
        """Erase copies of event ids. An id without any copy left is known as dropped."""
        if not copies:
            return
        list(self.db.where("DELETE FROM event WHERE number IN (*)", [one.number for one in copies]))
        self.repeated.clear()
        ids = {one.event.event_id for one in copies}
        ids -= {one for (one,) in self.db.where(_IDS, ids)}
        self.db.put("tombstone", [(one,) for one in sorted(tombstone("event", id_) for id_ in ids)])

    def drop_changes(self, before: int, last: int) -> None:
        """Drop the changes up to the number ``last`` that were emitted before an instant.

        Changes that a sink did not accept are kept. The instant is in microseconds since 1970.
        """
        while (rows := self.db.rows(_OLDEST_ACCEPTED, last)) and rows[0][0] < before:
            self.db.run(_DROP_ACCEPTED, [(before, last)])


_number = itemgetter(0)


def _copy_of(row: Row) -> StoredEvent:
    """Return the stored event in a row of the query ``COPIES``."""
    number, body, appeal_id, quarantined, repaired = row
    return StoredEvent(event_of(appeal_id, body), number, quarantined, repaired=bool(repaired))


def _reported_of(
    row: Row,
) -> tuple[str, tuple[dict[Key, Reported], datetime | None, datetime | None]]:
    appeal_id, body, timer, ended_at = row
    return appeal_id, (
        reported_of(body),
        None if timer is None else instant(timer),
        None if ended_at is None else instant(ended_at),
    )

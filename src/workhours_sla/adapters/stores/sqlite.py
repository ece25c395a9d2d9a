"""The store in a file: events, clocks, positions and changes to be told, a transaction a batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from workhours_sla import __version__
from workhours_sla.adapters.stores.sqlite_copies import (
    FOR_GOOD,
    Copy,
    StoredCopies,
    counting_of,
)
from workhours_sla.adapters.stores.sqlite_file import refuse, refuse_text
from workhours_sla.adapters.stores.sqlite_outbox import SqliteOutbox
from workhours_sla.adapters.stores.sqlite_reading import AFTER_RETENTION, REPLACED, serialised
from workhours_sla.adapters.stores.sqlite_rows import instant, micros, tombstone, with_checksum
from workhours_sla.adapters.stores.sqlite_tables import (
    BY_FOLD,
    StoredAppeal,
    Tables,
    Work,
    chunks,
)
from workhours_sla.errors import StoreError
from workhours_sla.sla.change import Change
from workhours_sla.sla.evaluate import in_utc, is_future, outcomes_of
from workhours_sla.sla.event import Event
from workhours_sla.sla.monitor import Counters
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.pipeline import Batch, Rejected, Taken
from workhours_sla.sla.policy import Policy

HOT: Final = 20_000
"""How many appeals are kept in memory, unless said otherwise; others are read when touched."""

WRITTEN_EVERY: Final = timedelta(minutes=1)
"""By how much the watermark on the disk may lie behind."""

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


class SqliteStore(SqliteOutbox):
    """A store opened for writing, by one process at a time; made where there is none yet.

    It does what ``Monitor`` does, and each call is one transaction: it is on the
    disk, whole, when the call returns, and not at all if it raises. Opened under another policy
    than last time, or by another version of this library, it tells what that changes. With
    ``retain``, appeals settled for longer are dropped: their events are known again as repeats,
    and new ones are quarantined as ``after_retention``. ``hot`` is how many appeals are kept in
    memory. It can be used from any thread; calls run one at a time. Raises StoreError, also where
    another process writes the file.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Event, EventType, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with TemporaryDirectory() as there:
    ...     with SqliteStore(Path(there, "appeals.db"), policy) as store:
    ...         opened = store.apply([Event("1", "A-1", EventType.CREATED, posted, posted)])
    ...     with SqliteStore(Path(there, "appeals.db"), policy) as store:
    ...         late = store.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """

    _watermark: datetime
    _written: datetime
    """The watermark that is on the disk."""

    def __init__(
        self,
        path: Path | str,
        policy: Policy,
        *,
        retain: timedelta | None = None,
        hot: int = HOT,
    ) -> None:
        self._policy = policy
        self._retain = retain
        super().__init__(path)
        try:
            self._tables = Tables(self._db, self._path, hot)
            self._recall()
            meta = self._meta()
            told_by = meta.get("policy_version"), meta.get("library_version")
            if told_by != (policy.version, __version__):
                self.replace(policy)
        except BaseException:
            self.close()
            raise

    @property
    def policy(self) -> Policy:
        """What the clocks are held to."""
        with self._turn:
            return self._policy

    @property
    def watermark(self) -> datetime | None:
        """The instant up to which time has passed, None before the first advance."""
        with self._turn:
            return None if self._watermark is _BEGINNING else self._watermark

    # -- what comes in -----------------------------------------------------------------------

    def apply(self, events: Iterable[Event]) -> tuple[Change, ...]:
        """Take events, in any order, and return what they change together."""
        return self.take(Batch("", tuple(events))).changes

    def advance(self, watermark: datetime) -> tuple[Change, ...]:
        """Let time pass up to ``watermark``, and return what that alone changes.

        An earlier watermark than before changes nothing. Raises NaiveDatetimeError.
        """
        return self.take(Batch("", watermark=watermark)).changes

    @serialised
    def take(self, batch: Batch) -> Taken:
        """Take a batch: its events, then its watermark, and with them how far it was read."""
        watermark = None if batch.watermark is None else in_utc("watermark", batch.watermark)
        if not (batch.events or batch.rejected or batch.places) and not self._awaits(watermark):
            return Taken((), Counters())
        with self._transaction() as work:
            counters = self._arrive(work, batch.events)
            if watermark is not None:
                self._advance(work, watermark)
            self._db.executemany(
                "INSERT INTO rejected VALUES (?,?,?,?,?,?)",
                [
                    with_checksum(number, batch.source, *row)
                    for number, row in enumerate(batch.rejected, self._last_rejected + 1)
                ],
            )
            self._last_rejected += len(batch.rejected)
            self._db.executemany(
                "REPLACE INTO place VALUES (?,?,?,?,?)",
                [
                    with_checksum(batch.source, name, place.position, _count(place.heard_at))
                    for name, place in batch.places.items()
                ],
            )
            if self._retain is not None and self._watermark is not _BEGINNING:
                self._tables.write(work, _count(self.watermark))
                self._drop(micros(self._watermark - self._retain))
        return Taken(tuple(work.changes), counters)

    @serialised
    def replace(self, policy: Policy) -> tuple[Change, ...]:
        """Go on under another policy, or amended calendars, and return what that changes.

        Every appeal is reckoned anew; those that it does not touch are not reported again.
        """
        before = self._policy
        try:
            with self._transaction() as work:
                self._policy = policy
                self._tables.hot.clear()
                ids = [one for (one,) in self._tables.rows("SELECT appeal_id FROM appeal")]
                for chunk in chunks(ids):
                    for appeal in self._tables.load(chunk).values():
                        self._report(work, appeal)
                    self._tables.write(work, _count(self.watermark))
                    self._tables.cool()
        except BaseException:
            self._policy = before
            raise
        return tuple(work.changes)

    @serialised
    def repair(self, event: Event, *, rejected: int | None = None) -> tuple[Change, ...]:
        """Let ``event`` stand in place of all copies of its id, and return what that changes.

        Copies that come later do not speak against it. ``rejected`` is the number of a row that
        it is given for, which leaves quarantine. Raises StoreError for an event of a dropped
        appeal and for a row that is not there.
        """
        with self._transaction() as work:
            if self._gone([event]):
                msg = (
                    f"event {event.event_id!r} is of an appeal that was dropped after retention; "
                    "it can be repaired no more"
                )
                raise StoreError(msg)
            if rejected is not None:
                gone = self._db.execute("DELETE FROM rejected WHERE number=?", (rejected,))
                if not gone.rowcount:
                    msg = f"no row {rejected} is in quarantine; rejected() lists those that are"
                    raise StoreError(msg)
            event_id = event.event_id
            known = self._tables.copies([event_id]).get(event_id)
            before = None if known is None else counting_of(known)
            spoke = {event_id: None if before is None else before.event}
            listed = known.listed if isinstance(known, StoredCopies) else [known] if known else []
            for copy in listed:
                copy.repaired = False
                work.set_aside(copy, REPLACED)
            repair = self._new(work, event, repaired=True)
            copies = StoredCopies((*listed, repair))
            copies.touched.append(repair)
            self._tables.repeated.pop(event_id, None)  # it is read again when it comes again
            self._speak(work, {event_id: copies}, spoke)
            self._read += 1
        return tuple(work.changes)

    @serialised
    def replay(self, read: Callable[[Rejected], Iterable[Event] | Rejected]) -> Taken:
        """Read the rows in quarantine again, now that their source is read rightly.

        ``read`` returns the events of a row, which are taken, or why it still gives none.
        """
        with self._transaction() as work:
            events: list[Event] = []
            sources: dict[int, str] = dict(self._all("SELECT number, source FROM rejected"))
            for number, row in self.rejected().items():
                found = read(row)
                if isinstance(found, Rejected):
                    told = sources[number], found.reason, found.detail, row.text
                    self._db.execute(
                        "REPLACE INTO rejected VALUES (?,?,?,?,?,?)", with_checksum(number, *told)
                    )
                else:
                    events += found
                    self._db.execute("DELETE FROM rejected WHERE number=?", (number,))
            counters = self._arrive(work, events)
        return Taken(tuple(work.changes), counters)

    # -- what goes out -----------------------------------------------------------------------

    def note(self, key: str, text: str) -> None:
        """Keep a text of a sink under a key of its own, in place of the one before."""
        self._all("REPLACE INTO meta VALUES (?,?,?)", *with_checksum(f"note:{key}", text))

    def open_outcomes(self, as_of: datetime) -> Iterator[Outcome]:
        """Yield the outcomes at an instant of the appeals of which something is awaited.

        Answers from after ``as_of`` that are known count as well. It reads these appeals alone,
        however many others there are. Raises NaiveDatetimeError.
        """
        as_of = in_utc("as_of", as_of)
        for chunk in chunks(self._open_ids()):
            yield from self._outcomes(chunk, as_of)

    @serialised
    def _open_ids(self) -> Sequence[str]:
        return self._tables.open_ids()

    @serialised
    def _outcomes(self, ids: Sequence[str], as_of: datetime) -> list[Outcome]:
        found = [
            outcome
            for appeal in self._tables.load(ids).values()
            for outcome in outcomes_of(appeal.fold(self._policy), as_of)
        ]
        self._tables.cool()
        return found

    # -- one transaction ---------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[Work]:
        """Write what is found within, or nothing of it; memory then is as the disk."""
        work = Work()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield work
            self._tables.write(work, _count(self.watermark))
            self._db.executemany(
                "REPLACE INTO meta VALUES (?,?,?)",
                [
                    with_checksum("read", self._read),
                    with_checksum("duplicate", self._duplicate),
                    with_checksum("dropped", self._dropped),
                    with_checksum("dropped_before", self._dropped_before),
                    with_checksum("last_change", self._tables.last_change),
                    with_checksum("last_rejected", self._last_rejected),
                    with_checksum("watermark", _count(self.watermark)),
                    with_checksum("policy_version", self._policy.version),
                    with_checksum("library_version", __version__),
                ],
            )
            self._db.execute("COMMIT")
            self._written = self._watermark
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            self._recall()
            if isinstance(error, sqlite3.Error | UnicodeDecodeError):
                refuse(self._path, error)
            if isinstance(error, UnicodeEncodeError):
                refuse_text(error)
            raise
        self._tables.cool()

    def _recall(self) -> None:
        """Take the state from the disk."""
        self._tables.forget()
        meta = self._meta()
        self._read: int = meta.get("read", 0)
        self._duplicate: int = meta.get("duplicate", 0)
        self._dropped: int = meta.get("dropped", 0)
        self._dropped_before: int | None = meta.get("dropped_before")
        self._tables.last_change = meta.get("last_change", 0)
        self._last_rejected: int = meta.get("last_rejected", 0)
        count = meta.get("watermark")
        self._watermark = self._written = _BEGINNING if count is None else instant(count)
        ((last,),) = self._all("SELECT max(number) FROM event")
        self._last = last or 0

    def _awaits(self, watermark: datetime | None) -> bool:
        """Whether a watermark changes anything that must be kept, or is the next to be."""
        if watermark is None or watermark <= self._watermark:
            return False
        if watermark - self._written >= WRITTEN_EVERY:
            return True
        due = self._all("SELECT 1 FROM appeal WHERE timer<=? LIMIT 1", micros(watermark))
        if not due:
            self._watermark = watermark
        return bool(due)

    def _arrive(self, work: Work, events: Sequence[Event]) -> Counters:
        """Take events one after another; what stands under their ids then is reported."""
        copies = self._tables.copies({event.event_id for event in events})
        gone = self._gone(events)
        spoke: dict[str, Event | None] = {}
        duplicate = conflicting = late = 0
        for event in events:
            event_id = event.event_id
            if gone and tombstone("event", event_id) in gone:
                duplicate += 1
                continue
            known = copies.get(event_id)
            if known is None:
                copies[event_id] = self._new(work, event, gone=gone)
                spoke[event_id] = None
                late += event.occurred_at < self._watermark
                continue
            if isinstance(known, Copy):
                alike = known if known.event.content == event.content else None
            else:
                alike = known.alike(event)
            duplicate += alike is not None
            conflicting += alike is None
            if alike is not None and alike.event.received_at <= event.received_at:
                continue
            if isinstance(known, Copy):
                copy, known = known, StoredCopies((known,))
                copies[event_id] = known
                known.touched.append(copy)
            if event_id not in spoke:
                before = known.counting
                spoke[event_id] = None if before is None else before.event
                known.touched += [] if before is None else [before]
            if alike is None:
                alike = self._new(work, event, gone=gone)
                known.add(alike)
            else:
                known.alter(alike, event)
                work.alter(alike)
            known.touched.append(alike)
        self._speak(work, copies, spoke)
        self._read += len(events)
        self._duplicate += duplicate
        return Counters(len(events), duplicate, conflicting, late)

    def _gone(self, events: Sequence[Event]) -> set[bytes]:
        return self._tables.tombstones(events) if self._dropped else set()

    def _new(
        self,
        work: Work,
        event: Event,
        *,
        repaired: bool = False,
        gone: Collection[bytes] = (),
    ) -> Copy:
        self._last += 1
        copy = Copy(self._last, event, repaired=repaired)
        if gone and tombstone("appeal", event.appeal_id) in gone:
            copy.aside = AFTER_RETENTION
        work.fresh.append(copy)
        return copy

    def _speak(
        self,
        work: Work,
        copies: Mapping[str, Copy | StoredCopies],
        spoke: Mapping[str, Event | None],
    ) -> None:
        """Give the appeals what stands now under each id, in place of what stood before."""
        moves = []
        ids: dict[str, None] = {}
        for event_id, before in spoke.items():
            known = copies[event_id]
            copy = counting_of(known)
            touched = [known] if isinstance(known, Copy) else known.touched
            if copy is not None:
                work.set_aside(copy, copy.aside if copy.aside in BY_FOLD else None)
            for one in touched:
                if one is not copy and one.aside not in FOR_GOOD:
                    future = is_future(one.event)
                    work.set_aside(one, "future_time" if future else "conflicting_id")
            touched.clear()
            now = None if copy is None else copy.event
            if now is not before:
                moves.append((before, copy))
                ids |= {event.appeal_id: None for event in (before, now) if event is not None}
        appeals = self._tables.load(ids)
        for before, copy in moves:
            if before is not None:
                appeal = appeals[before.appeal_id]
                appeal.remove(before)
                del appeal.copies[before.event_id]
            if copy is not None:
                appeal = appeals[copy.event.appeal_id]
                appeal.add(copy.event, self._policy)
                appeal.copies[copy.event.event_id] = copy
                # one kept in memory may not have heard what the fold said of it since
                appeal.aside = appeal.aside or copy.aside is not None
        for appeal in appeals.values():
            self._report(work, appeal)

    def _report(self, work: Work, appeal: StoredAppeal) -> None:
        policy = self._policy
        told = appeal.report(policy, self._watermark)
        work.untold += told
        timer = appeal.next_at
        appeal.timer = _count(timer)
        settled_at = appeal.ended_at(policy) if timer is None else None
        appeal.settled_at = _count(settled_at)
        aside = appeal.fold(policy).quarantine
        noted, count = appeal.noted
        if aside is noted:  # what was set aside before still is
            for event, reason in aside[count:]:
                work.set_aside(appeal.copies[event.event_id], reason)
        elif aside or appeal.aside:
            why = {event.event_id: reason for event, reason in aside}
            for event_id, copy in appeal.copies.items():
                work.set_aside(copy, why.get(event_id))
        appeal.aside = bool(aside)
        appeal.noted = aside, len(aside)
        work.appeals[appeal.appeal_id] = appeal

    def _advance(self, work: Work, watermark: datetime) -> None:
        if watermark <= self._watermark:
            return
        self._watermark = watermark
        until = micros(watermark)
        due = [
            (appeal.timer, appeal_id)
            for appeal_id, appeal in work.appeals.items()
            if appeal.timer is not None and appeal.timer <= until
        ]
        due += [
            (timer, appeal_id)
            for timer, appeal_id in self._tables.rows(
                "SELECT timer, appeal_id FROM appeal WHERE timer<=?", until
            )
            if appeal_id not in work.appeals
        ]
        for chunk in chunks(sorted(due)):
            appeals = self._tables.load([appeal_id for _, appeal_id in chunk])
            for _, appeal_id in chunk:
                self._report(work, appeals[appeal_id])
            if len(work.appeals) > HOT:
                self._tables.write(work, _count(self.watermark))
                self._tables.cool()

    def _drop(self, before: int) -> None:
        dropped = self._tables.drop(before)
        self._dropped += dropped
        if dropped:
            self._dropped_before = max(before, self._dropped_before or before)


def _count(when: datetime | None) -> int | None:
    return None if when is None else micros(when)

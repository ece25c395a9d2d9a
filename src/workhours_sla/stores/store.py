"""A store in a database: events, clocks, positions, changes, and what each sink has received."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter
from secrets import token_hex
from typing import Any, Final

from workhours_sla.errors import StoreError
from workhours_sla.sla.changes import AppealState
from workhours_sla.sla.deduplication import CONFLICTING_ID, EXPIRING, Copies, StoredEvent
from workhours_sla.sla.event import BEGINNING, Event, in_utc
from workhours_sla.stores.database import Database
from workhours_sla.stores.reader import ERASED, StoreReader
from workhours_sla.stores.schema import (
    WRITER_KEY,
    Row,
    encode,
    event_body,
    event_of,
    instant,
    instant_if,
    micros,
    micros_if,
    read_each,
    reported_body,
    reported_of,
    storable,
    tombstone,
)
from workhours_sla.stream.outbox import (
    CHANGE,
    DIGEST,
    MAIL,
    Failure,
    Message,
    Pending,
    StoredDigest,
)
from workhours_sla.stream.source import Rejected
from workhours_sla.stream.store import (
    BY_FOLD,
    NO_APPEAL,
    NO_BATCH,
    SWEPT_EVERY,
    Batch,
    Dropped,
    Work,
)
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

HOT: Final = 20_000
"""Default number of appeals in memory. Other appeals are read from the database when needed."""

WRITTEN_EVERY: Final = timedelta(minutes=1)
"""Maximum advance of the watermark in memory before it is written to the database."""
MANY: Final = 16
"""Number of copies of an event id from which on they are kept in memory."""
AT_ONCE: Final = 500
"""Number of appeals that are dropped at once."""

_COPIES: Final = "SELECT number, body, appeal_id, quarantined, repaired FROM event"
_OLDEST_ACCEPTED: Final = """
    SELECT coalesce(at, 0) FROM outbox WHERE {kind} AND number<=?
    AND number NOT IN (SELECT number FROM failure) ORDER BY number LIMIT 1
"""
_DROP_ACCEPTED: Final = """
    DELETE FROM outbox WHERE coalesce(at, 0)<? AND number IN (
        SELECT number FROM outbox WHERE {kind} AND number<=?
        AND number NOT IN (SELECT number FROM failure) ORDER BY number LIMIT 1000
    )
"""


class DatabaseStore(StoreReader):
    """A store in a database, opened for writing by one process."""

    def __init__(self, db: Database, hot: int = HOT, *, keeps_changes: bool = True) -> None:
        super().__init__(db)
        self._most = hot
        self._keeps_changes = keeps_changes
        self._sinks: dict[str, str] = {}
        """The kinds of messages of the sinks in use."""
        self._token = token_hex()
        self._hot: dict[str, AppealState] = {}
        """The appeals in memory, last used last; between transactions equal to those on disk."""
        self._repeated: dict[str, Copies] = {}
        """The ids of the last batch that have many copies, so that these are not read each time."""
        self._state: dict[str, Any] = {}
        """The counters and other values in the table ``meta``."""
        self._last_event: int = 0
        self._watermark: datetime | None = None
        self._swept: datetime | None = None
        """The instant before which quarantined events were last dropped, by this process."""
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """Register this writer in the database, and read its state."""
        with self._db.transaction():
            self._put_meta(WRITER_KEY, self._token)
        self._load()

    @property
    def watermark(self) -> datetime | None:
        return self._watermark

    @property
    def built_under(self) -> str | None:
        """The version of the policy of the clocks, None if another library version built them."""
        is_same = self._state.get("library_version") == __version__
        return self._state.get("policy_version") if is_same else None

    def check_place(self) -> None:
        with self.lock:
            self._all("SELECT 1")
            self._db.check_place()

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """Read the state of one moment over another connection, while this one goes on writing."""
        with StoreReader(self._db.beside()) as reader, reader.moment():
            yield reader

    # -- one transaction -----------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.lock:
            before = self._state
            self._state = dict(before)
            try:
                with self._db.transaction():
                    self._check_writer()
                    yield
                    items = [one for one in self._state.items() if before.get(one[0]) != one[1]]
                    self._db.put("meta", [(key, encode(value).decode()) for key, value in items])
            except BaseException:
                try:
                    self._load()
                except StoreError:
                    self.close()  # the state in memory is not known to be that of the database
                raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.lock, self._db.transaction():
            self._check_writer()
            yield

    def _check_writer(self) -> None:
        """Raise StoreError if another writer has begun to write."""
        found = self._all("SELECT value FROM meta WHERE key=?", WRITER_KEY)
        if found != [(encode(self._token).decode(),)]:
            self._db.refuse_other_writer()

    def _put_meta(self, key: str, value: object) -> None:
        self._db.put("meta", [(key, encode(value).decode())])

    def _load(self) -> None:
        """Read the counters and the watermark again, and drop the appeals in memory."""
        self._hot.clear()
        self._repeated = {}
        self._state = self._meta()
        self._watermark = instant_if(self._state.get("watermark"))
        ((last,),) = self._all("SELECT max(number) FROM event")
        self._last_event = last or 0

    def _count(self, key: str, more: int) -> int:
        before: int = self._state.get(key, 0)
        self._state[key] = before + more
        return before

    def advance(self, watermark: datetime) -> bool:
        """Advance the watermark in memory and return True."""
        # False if it must be written: it reaches a timer, or the written one would be too old
        written = instant_if(self._state.get("watermark"))
        if written is None or watermark - written >= WRITTEN_EVERY:
            return False
        if self._all("SELECT 1 FROM appeal WHERE timer<=? LIMIT 1", micros(watermark)):
            return False
        self._watermark = watermark
        return True

    # -- read ----------------------------------------------------------------------------------

    def known(
        self, events: Sequence[Event]
    ) -> tuple[MutableMapping[str, StoredEvent | Copies], Dropped | None]:
        copies = self.copies(list({event.event_id for event in events}))
        if not self._state.get("dropped"):
            return copies, None
        event_ids = {tombstone("event", one.event_id): one.event_id for one in events}
        appeal_ids = {tombstone("appeal", one.appeal_id): one.appeal_id for one in events}
        sql = "SELECT hash FROM tombstone WHERE hash IN (*)"
        found = [one for (one,) in self._db.where(sql, event_ids | appeal_ids)]
        return copies, Dropped(
            {event_ids[one] for one in found if one in event_ids},
            {appeal_ids[one] for one in found if one in appeal_ids},
        )

    def copies(self, event_ids: Sequence[str]) -> MutableMapping[str, StoredEvent | Copies]:
        kept = self._repeated
        found: dict[str, StoredEvent | Copies] = {
            one: kept[one] for one in event_ids if one in kept
        }
        for copy in self._stored("event_id IN (*)", [one for one in event_ids if one not in kept]):
            known = found.get(copy.event.event_id)
            if isinstance(known, Copies):
                known.add(copy)
            else:
                found[copy.event.event_id] = copy if known is None else Copies((known, copy))
        self._repeated = {
            event_id: one
            for event_id, one in found.items()
            if isinstance(one, Copies) and len(one.all) >= MANY
        }
        return found

    def _stored(self, condition: str, values: Iterable[object]) -> list[StoredEvent]:
        rows = sorted(self._db.where(f"{_COPIES} WHERE {condition}", values), key=itemgetter(0))
        return list(read_each(self.place, "event", rows, _copy_of))

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        ids, hot = list(ids), self._hot
        # a list, because finding the first key of a dictionary passes all keys deleted before it
        for one in list(islice(hot, max(0, len(hot) - self._most))):
            del hot[one]
        found = {one: hot.pop(one) for one in ids if one in hot}
        cold = [one for one in ids if one not in found]
        rows = self._db.where("SELECT * FROM appeal WHERE appeal_id IN (*)", cold)
        reported = dict(read_each(self.place, "appeal", rows, _reported_of))
        copies: dict[str, list[StoredEvent]] = {one: [] for one in cold}
        counting = "appeal_id IN (*) AND (quarantined IS NULL OR quarantined IN ({}))"
        counting = counting.format(",".join(f"'{reason}'" for reason in sorted(BY_FOLD)))
        for copy in self._stored(counting, reported):
            copies[copy.event.appeal_id].append(copy)
        for one in cold:
            found[one] = AppealState(one, copies[one], *reported.get(one, ()))
        hot.update(found)
        return {one: found[one] for one in ids}

    def appeal_ids(self, since: datetime = BEGINNING) -> Sequence[str]:
        sql = "SELECT appeal_id FROM appeal WHERE ended_at IS NULL OR ended_at>=?"
        return [one for (one,) in self._all(sql, micros(since))]

    def open_ids(self) -> Sequence[str]:
        sql = "SELECT appeal_id FROM appeal WHERE ended_at IS NULL ORDER BY appeal_id"
        return [one for (one,) in self._all(sql)]

    def timers_due(self, watermark: datetime) -> Sequence[tuple[datetime, str]]:
        rows = self._all("SELECT timer, appeal_id FROM appeal WHERE timer<=?", micros(watermark))
        return [(instant(timer), appeal_id) for timer, appeal_id in rows]

    # -- write ---------------------------------------------------------------------------------

    def write(self, work: Work) -> None:
        self._write_events(work)
        self._db.put("appeal", [*map(_row_of, work.appeals.values())])
        self._hot.update(work.appeals)
        at = None if work.watermark is BEGINNING else work.watermark
        if self._keeps_changes:
            self._put_messages(work.changes[work.written :], at)
        if not work.is_part:
            self._watermark = at
            self._state |= {"watermark": micros_if(at), "policy_version": work.policy.version}
            self._state["library_version"] = __version__
            self._count("read", work.read)
            self._count("duplicate", work.duplicate)
            self._write_source(work.batch, work.reread)

    def _write_events(self, work: Work) -> None:
        """Write new events with numbers in order of arrival, and the copies that have changed."""
        added = [copy for copy in work.copies if copy.number is None]
        first = self._last_event + 1
        self._last_event += max(len(work.fresh), len(added))
        numbers: dict[int, int] = {}
        if added:
            numbers = {id(one): number for number, one in enumerate(work.events, first)}
            self._last_event = first + max(len(work.events) - 1, 0)
        rows: list[Row] = []
        for place, event in enumerate(work.fresh.values(), first):
            number = numbers.get(id(event), place)
            rows.append((number, event.event_id, event.appeal_id, event_body(event), None, 0))
        for copy in added:
            copy.number = numbers.get(id(copy.event), first)  # a repair is in no batch
        for copy in dict.fromkeys(work.copies):
            one = copy.event
            head = copy.number, one.event_id, one.appeal_id, event_body(one)
            rows.append((*head, copy.quarantined, int(copy.repaired)))
        self._db.put("event", rows)

    def _write_source(self, batch: Batch, reread: Mapping[int, Rejected | None]) -> None:
        if batch is NO_BATCH and not reread:
            return
        at = micros_if(self._watermark)
        first = self._count("last_rejected", len(batch.rejected)) + 1
        rejected = enumerate(batch.rejected, first)
        rows = [(number, batch.source, *map(storable, row), at) for number, row in rejected]
        self._db.put("rejected", rows)
        positions = [
            (batch.source, partition, one.position, micros_if(one.received_until))
            for partition, one in batch.positions.items()
        ]
        self._db.put("position", positions)
        gone = [(number,) for number, row in reread.items() if row is None]
        self._db.run("DELETE FROM rejected WHERE number=?", gone)
        left = [(*map(storable, row), number) for number, row in reread.items() if row is not None]
        self._db.run("UPDATE rejected SET reason=?, detail=?, text=? WHERE number=?", left)

    def set_back(self, watermark: datetime) -> datetime:
        """Set the watermark back to an earlier instant, and return the watermark before."""
        before, watermark = self._watermark, in_utc("watermark", watermark)
        if before is None or before <= watermark:
            facts = {"path": repr(self.place), "watermark": before or say("none")}
            raise StoreError(say("watermark_not_before", at=watermark, **facts), path=self.place)
        at = micros(watermark)
        with self.transaction():
            self._watermark = watermark
            self._state |= {"watermark": at, "library_version": None}
            self._db.run("UPDATE position SET received_until=? WHERE received_until>?", [(at, at)])
        return before

    def note(self, key: str, text: str) -> None:
        with self._writing():
            self._put_meta(f"note:{key}", text)

    def add_digests(
        self, digests: Sequence[StoredDigest], counted: int, key: str, note: str
    ) -> None:
        with self.transaction():
            self._put_messages(digests, self._watermark)
            self._put_meta(f"note:{key}", note)
            self._db.put("progress", [(key, counted, None, None)])

    def _put_messages(self, messages: Sequence[Message], at: datetime | None) -> None:
        first = self._count("last_change", len(messages)) + 1
        rows = [
            (
                number,
                micros_if(at),
                one.kind if isinstance(one, StoredDigest) else None,
                encode(one),
            )
            for number, one in enumerate(messages, first)
        ]
        self._db.put("outbox", rows)

    # -- retention -----------------------------------------------------------------------------

    def drop(self, before: datetime) -> None:
        """Drop what is older than an instant, as the protocol of a store describes."""
        self._repeated = {}
        count = micros(before)
        self._drop_rejected(count)
        self._drop_messages(count)
        ended = "SELECT appeal_id FROM appeal WHERE ended_at<? LIMIT ?"
        while ids := [one for (one,) in self._all(ended, count, AT_ONCE)]:
            self._drop_appeals(ids)
            self._state["dropped_before"] = max(count, self._state.get("dropped_before", count))
        if self._swept is None or before - self._swept >= SWEPT_EVERY:
            self._drop_quarantined(before)
            self._swept = before

    def _drop_rejected(self, before: int) -> None:
        """Delete the rejected rows that were read before an instant, and keep their number."""
        # the rows without an instant were read before any event
        undated = "UPDATE rejected SET at=? WHERE at IS NULL"
        self._db.run(undated, [(micros_if(self._watermark),)])
        sql = "SELECT reason, count(*) FROM rejected WHERE at<? GROUP BY reason"
        for reason, count in self._all(sql, before):
            self._count(f"{ERASED}{reason}", count)
        self._db.run("DELETE FROM rejected WHERE at<?", [(before,)])

    def _drop_messages(self, before: int) -> None:
        """Drop the messages that every sink of their kind has, except those not accepted."""
        progress = {row[0]: row for row in self._all("SELECT * FROM progress")}
        stored = {sink: kind or CHANGE for sink, _, kind, _ in progress.values()}
        for kind, condition in (
            (CHANGE, "kind IS NULL"),
            *((one, f"kind='{one}'") for one in (DIGEST, MAIL)),
        ):
            used = [sink for sink, takes in (self._sinks or stored).items() if takes == kind]
            numbers = [progress[sink][1] if sink in progress else 0 for sink in used]
            last = min(numbers, default=0)
            oldest, drop = (
                sql.format(kind=condition) for sql in (_OLDEST_ACCEPTED, _DROP_ACCEPTED)
            )
            if not ((rows := self._all(oldest, last)) and rows[0][0] < before):
                continue
            count = f"SELECT count(*) FROM outbox WHERE {condition}"  # noqa: S608 - our own text
            ((there,),) = self._all(count)
            while (rows := self._all(oldest, last)) and rows[0][0] < before:
                self._db.run(drop, [(before, last)])
            self._count(f"dropped:{kind}", there - self._all(count)[0][0])

    def _drop_appeals(self, ids: Sequence[str]) -> None:
        of_appeals = "SELECT event_id, quarantined FROM event WHERE appeal_id IN (*)"
        rows = self._db.where(of_appeals, ids)
        # if a copy conflicted, its id still has an effective copy in another appeal
        hashes = {tombstone("event", id_) for id_, why in rows if why != CONFLICTING_ID}
        hashes |= {tombstone("appeal", one) for one in ids}
        self._db.put("tombstone", [(one,) for one in sorted(hashes)])
        for table in ("event", "appeal"):
            self._db.run(f"DELETE FROM {table} WHERE appeal_id=?", [(one,) for one in ids])  # noqa: S608 - our own names
        for one in ids:
            self._hot.pop(one, None)
        self._count("dropped", len(rows))

    def _drop_quarantined(self, before: datetime) -> None:
        """Drop the quarantined events that were received before an instant."""
        copies = self._stored("quarantined IN (*)", [*EXPIRING, NO_APPEAL])
        expired = [one for one in copies if one.event.received_at < before]
        apart = [one for one in expired if one.quarantined != NO_APPEAL]
        self._db.run("DELETE FROM event WHERE number=?", [(one.number,) for one in apart])
        ids = {one.event.event_id for one in apart}
        left = "SELECT event_id FROM event WHERE event_id IN (*)"
        ids -= {id_ for (id_,) in self._db.where(left, ids)}
        hashes = sorted(tombstone("event", id_) for id_ in ids)
        self._db.put("tombstone", [(one,) for one in hashes])
        self._count("dropped", len(apart))
        old = {one.event.appeal_id for one in expired if one.quarantined == NO_APPEAL}
        old -= {one.event.appeal_id for one in copies if one.event.received_at >= before}
        others = "SELECT appeal_id FROM event WHERE appeal_id IN (*)"
        others += " AND coalesce(quarantined, '')<>'no_appeal'"
        old -= {one for (one,) in self._db.where(others, old)}
        self._drop_appeals(sorted(old))

    # -- what the sinks have received ----------------------------------------------------------

    def deliver_to(self, sinks: Iterable[str], kind: str = CHANGE) -> None:
        with self.lock:
            for sink in sinks:
                self._sinks[sink] = kind
                rows = self._all("SELECT kind FROM progress WHERE sink=?", sink)
                if (rows[0][0] or CHANGE if rows else CHANGE) != kind:
                    number = 0 if kind == CHANGE else self._state.get("last_change", 0)
                    with self._writing():
                        self._db.put("progress", [(sink, number, _stored_kind(kind), None)])
                        self._db.run("DELETE FROM failure WHERE sink=?", [(sink,)])

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the messages that must be sent to a sink at ``now``, at most ``limit`` of them."""
        with self.lock:
            failed = [
                (one.number, one.retry_at, one.attempts)
                for one in self.failures(sink)
                if one.retry_at is not None
            ]
            for number, at, attempts in failed:
                if at <= now:
                    return Pending(self._message(number), attempts)
            retry_at = min((at for _, at, _ in failed), default=None)
            last = self.progress(sink).number
            if any(number > last for number, *_ in failed):
                return Pending(retry_at=retry_at)
            return Pending(self.waiting(sink, limit), 0, retry_at)

    def undelivered(self, sink: str) -> int:
        with self.lock:
            _, number, kind, _ = self._progress(sink)
            condition = "kind IS NULL" if kind is None else f"kind='{kind}'"
            sql = f"SELECT count(*) FROM outbox WHERE {condition} AND number>?"  # noqa: S608
            ((count,),) = self._all(sql, number)
            again = [one for one in self.failures(sink) if one.retry_at is not None]
            found: int = count + sum(one.number <= number for one in again)
            return found

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        with self._writing():
            _, before, kind, old = self._progress(sink)
            number = max(before, *numbers)
            self._db.put("progress", [(sink, number, kind, end if number in numbers else old)])
            failures = [(sink, one) for one in numbers]
            self._db.run("DELETE FROM failure WHERE sink=? AND number=?", failures)

    def fail(
        self,
        sink: str,
        number: int,
        error: str,
        retry_at: datetime | None,
        *,
        is_alone: bool = False,
    ) -> None:
        with self._writing():
            before = next((one.attempts for one in self.failures(sink) if one.number == number), 0)
            self._put_failure(sink, Failure(number, before + 1, retry_at, error))
            _, last, kind, end = self._progress(sink)
            if retry_at is None or is_alone:
                self._db.put("progress", [(sink, max(last, number), kind, end)])

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        wanted = set(numbers)
        with self._writing():
            dead = [one for one in self.failures(sink) if one.retry_at is None]
            found = [one for one in dead if one.number in wanted]
            for one in found:
                self._put_failure(sink, Failure(one.number, 0, instant(0), one.error))
        return len(found)

    def _put_failure(self, sink: str, one: Failure) -> None:
        row = sink, one.number, one.attempts, micros_if(one.retry_at), storable(one.error)
        self._db.put("failure", [row])


def _stored_kind(kind: str) -> str | None:
    return None if kind == CHANGE else kind


def _copy_of(row: Row) -> StoredEvent:
    number, body, appeal_id, quarantined, repaired = row
    return StoredEvent(event_of(appeal_id, body), number, quarantined, repaired=bool(repaired))


def _row_of(appeal: AppealState) -> Row:
    times = micros_if(appeal.next_at), micros_if(appeal.ended_at)
    return appeal.appeal_id, reported_body(appeal.reported), *times


def _reported_of(row: Row) -> tuple[str, tuple[Any, ...]]:
    appeal_id, body, timer, ended_at = row
    return appeal_id, (reported_of(body), instant_if(timer), instant_if(ended_at))

"""A store in a database: events, clocks, positions, changes, and what each sink has received."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from secrets import token_hex
from typing import Any, Final

from workhours_sla.errors import StoreError
from workhours_sla.module_names import public
from workhours_sla.sla.changes import AppealState
from workhours_sla.sla.deduplication import CONFLICTING_ID, EXPIRING, Copies, StoredEvent
from workhours_sla.sla.event import BEGINNING, Event, in_utc
from workhours_sla.stores.database import Database
from workhours_sla.stores.reader import ERASED, StoreReader, of_kind
from workhours_sla.stores.schema import (
    WRITER_KEY,
    Row,
    encode,
    event_body,
    instant_if,
    micros_if,
    read_each,
    reported_body,
    reported_of,
    storable,
    tombstone,
)
from workhours_sla.stores.store_values import (
    BY_FOLD,
    CHANGE,
    DIGEST,
    MAIL,
    NO_APPEAL,
    Batch,
    Dropped,
    Failure,
    Message,
    Pending,
    Rejected,
    StoredDigest,
    Work,
)
from workhours_sla.text.messages import say
from workhours_sla.version import __version__
from workhours_sla.worktime.times import micros_of, utc_of

HOT: Final = 20_000
"""Default number of appeals in memory. Other appeals are read from the database when needed."""

WRITTEN_EVERY: Final = timedelta(minutes=1)
"""Maximum advance of the watermark in memory before it is written to the database."""
SWEPT_EVERY: Final = timedelta(hours=1)
"""How far time passes until a store with retention looks for old quarantined events again."""
MANY: Final = 16
"""Number of copies of an event id from which on they are kept in memory."""
AT_ONCE: Final = 500  # number of appeals that are dropped at once

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


@public("workhours_sla.stream")
class Store(StoreReader):
    """Stores events, clocks, changes and positions in transactions, for one pipeline at a time."""

    def __init__(self, db: Database, hot: int = HOT, *, keeps_changes: bool = True) -> None:
        super().__init__(db)
        self._most = hot
        self._keeps_changes = keeps_changes
        self._sinks: dict[str, str] = {}  # the kinds of messages of the sinks in use
        self._token = f'"{token_hex()}"'
        self._hot: dict[str, AppealState] = {}
        """The appeals in memory, last used last; between transactions equal to those on disk."""
        self._repeated: dict[str, Copies] = {}
        """The ids with many copies that were last asked for; else each copy would read them all."""
        self._state: dict[str, Any] = {}  # the counters and other values in the table ``meta``
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
            self._db.put("meta", [(WRITER_KEY, self._token)])
        self._load()

    @property
    def watermark(self) -> datetime | None:
        return self._watermark

    @property
    def built_under(self) -> str | None:
        """The version of the policy under which the clocks were last built.

        None if the store is new or of another version of this library: all clocks must be rebuilt.
        """
        is_same = self._state.get("library_version") == __version__
        return self._state.get("policy_version") if is_same else None

    def check_place(self) -> None:
        """Raise StoreError if the place has another store now."""
        with self.lock:
            self._all("SELECT 1")
            self._db.check_place()

    def end_waits(self) -> None:
        """Let no call wait longer for a lock or a server than a run may take to end."""
        self._db.end_waits()

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """Read the state of one moment over another connection, while this one goes on writing."""
        with StoreReader(self._db.beside()) as reader, reader.moment():
            yield reader

    # -- one transaction -----------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Return a block whose writes become durable when it ends, or are undone if it raises."""
        with self.lock:
            before = self._state
            self._state = dict(before)
            try:
                with self._db.transaction():
                    self._check_writer()
                    yield
                    items = self._state.items()
                    self._put_meta(dict(one for one in items if before.get(one[0]) != one[1]))
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
        if self._all("SELECT value FROM meta WHERE key=?", WRITER_KEY) != [(self._token,)]:
            self._db.refuse_other_writer()

    def _put_meta(self, values: Mapping[str, object]) -> None:
        self._db.put("meta", [(key, encode(value).decode()) for key, value in values.items()])

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
        """Advance the watermark in memory and return True, or return False if it must be written.

        It must be written if it reaches a timer, or if the last written watermark is too old.
        """
        written = instant_if(self._state.get("watermark"))
        if written is None or watermark - written >= WRITTEN_EVERY:
            return False
        if self._all("SELECT 1 FROM appeal WHERE timer<=? LIMIT 1", micros_of(watermark)):
            return False
        self._watermark = watermark
        return True

    # -- read ----------------------------------------------------------------------------------

    def known(self, events: Sequence[Event]) -> tuple[MutableMapping[str, Copies], Dropped]:
        """Return the stored copies with the ids of ``events``, keyed by id, and the dropped ids."""
        copies = self.copies(list({event.event_id for event in events}))
        if not self._state.get("dropped"):
            return copies, Dropped()
        event_ids = {tombstone("event", one.event_id): one.event_id for one in events}
        appeal_ids = {tombstone("appeal", one.appeal_id): one.appeal_id for one in events}
        sql = "SELECT hash FROM tombstone WHERE hash IN (*)"
        found = [one for (one,) in self._db.where(sql, event_ids | appeal_ids)]
        return copies, Dropped(
            {event_ids[one] for one in found if one in event_ids},
            {appeal_ids[one] for one in found if one in appeal_ids},
        )

    def copies(self, event_ids: Sequence[str]) -> MutableMapping[str, Copies]:
        """Return the stored copies of the events with these ids, keyed by event id."""
        kept = self._repeated
        found = {one: kept[one] for one in event_ids if one in kept}
        for copy in self._stored("event_id IN (*)", [one for one in event_ids if one not in kept]):
            found.setdefault(copy.event.event_id, Copies()).add(copy)
        self._repeated = {one: copies for one, copies in found.items() if len(copies.all) >= MANY}
        return found

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals keyed by id, in the order of ``ids``; unknown ids map to new appeals."""
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
        """Return the ids of all appeals but those that ended before an instant."""
        sql = "SELECT appeal_id FROM appeal WHERE ended_at IS NULL OR ended_at>=?"
        return [one for (one,) in self._all(sql, micros_of(since))]

    def open_ids(self, among: Iterable[str] | None = None) -> Sequence[str]:
        """Return the ids of the appeals with at least one clock that has not ended, sorted."""
        sql = "SELECT appeal_id FROM appeal WHERE ended_at IS NULL"
        if among is not None:
            rows = self._db.where(f"{sql} AND appeal_id IN (*)", sorted(among))
            return sorted(one for (one,) in rows)
        return [one for (one,) in self._all(f"{sql} ORDER BY appeal_id")]

    def timers_due(self, watermark: datetime) -> Sequence[tuple[datetime, str]]:
        """Return the timers that a watermark reaches, as pairs of instant and appeal id."""
        rows = self._all("SELECT timer, appeal_id FROM appeal WHERE timer<=?", micros_of(watermark))
        return [(utc_of(timer), appeal_id) for timer, appeal_id in rows]

    # -- write ---------------------------------------------------------------------------------

    def write(self, work: Work) -> None:
        """Write what ``work`` has collected; a long transaction is written in several calls."""
        self._write_events(work)
        rows = [
            (
                one.appeal_id,
                reported_body(one.reported),
                micros_if(one.next_at),
                micros_if(one.ended_at),
            )
            for one in work.appeals.values()
        ]
        self._db.put("appeal", rows)
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
        first = self._last_event + 1
        numbers = {id(one): number for number, one in enumerate(work.events, first)}
        self._last_event += max(len(work.events), len(work.copies))
        rows: list[Row] = [
            (numbers[id(one)], one.event_id, one.appeal_id, event_body(one), None, 0)
            for one in work.fresh.values()
        ]
        for copy in dict.fromkeys(work.copies):
            one = copy.event
            if copy.number is None:
                copy.number = numbers.get(id(one), first)  # a repair is in no batch
            head = copy.number, one.event_id, one.appeal_id, event_body(one)
            rows.append((*head, copy.quarantined, int(copy.repaired)))
        self._db.put("event", rows)

    def _write_source(self, batch: Batch, reread: Mapping[int, Rejected | None]) -> None:
        at = micros_if(self._watermark)
        if batch.rejected:
            first = self._count("last_rejected", len(batch.rejected)) + 1
            rejected = enumerate(batch.rejected, first)
            rows = [(number, batch.source, *map(storable, row), at) for number, row in rejected]
            self._db.put("rejected", rows)
        positions = [
            (batch.source, partition, one.position, micros_if(one.received_until))
            for partition, one in batch.positions.items()
        ]
        self._db.put("position", positions)
        for number, row in reread.items():
            if row is None:
                self._db.run("DELETE FROM rejected WHERE number=?", [(number,)])
            else:
                sql = "UPDATE rejected SET reason=?, detail=?, text=? WHERE number=?"
                self._db.run(sql, [(*map(storable, row), number)])

    def set_back(self, watermark: datetime) -> datetime:
        """Set the watermark back to an earlier instant, and return the watermark before."""
        before, watermark = self._watermark, in_utc("watermark", watermark)
        if before is None or before <= watermark:
            facts = {"at": watermark, "watermark": before or say("none")}
            self._db.refuse("watermark_not_before", **facts)
        at = micros_of(watermark)
        with self.transaction():
            self._watermark = watermark
            self._state |= {"watermark": at, "library_version": None}
            self._db.run("UPDATE position SET received_until=? WHERE received_until>?", [(at, at)])
        return before

    def note(self, key: str, text: str) -> None:
        """Store a text under a key."""
        with self._writing():
            self._put_meta({f"note:{key}": text})

    def add_digests(
        self, digests: Sequence[StoredDigest], counted: int, key: str, note: str
    ) -> None:
        """Store digests, ``note`` under ``key``, and the number of the last ``counted`` change."""
        with self.transaction():
            self._put_messages(digests, self._watermark)
            self._put_meta({f"note:{key}": note})
            self._db.put("progress", [(key, counted, None, None)])

    def _put_messages(self, messages: Sequence[Message], at: datetime | None) -> None:
        first = self._count("last_change", len(messages)) + 1
        rows = [
            (number, micros_if(at), _stored_kind(one), encode(one))
            for number, one in enumerate(messages, first)
        ]
        self._db.put("outbox", rows)

    # -- retention -----------------------------------------------------------------------------

    def drop(self, before: datetime) -> None:
        """Drop appeals, rejected rows and events older than an instant, and changes all sinks have.

        Old quarantined events are searched for once in an hour. One with the reason ``no_appeal``
        stays while its appeal has other events. The number of rejected rows is kept.
        """
        self._repeated = {}
        count = micros_of(before)
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
        kinds = self._sinks or dict(
            self._all("SELECT sink, coalesce(kind, ?) FROM progress", CHANGE)
        )
        for kind in (CHANGE, DIGEST, MAIL):
            used = [self.progress(sink).number for sink, takes in kinds.items() if takes == kind]
            last = min(used, default=0)
            oldest, drop = (
                sql.format(kind=of_kind(kind)) for sql in (_OLDEST_ACCEPTED, _DROP_ACCEPTED)
            )
            dropped = 0
            while (rows := self._all(oldest, last)) and rows[0][0] < before:
                dropped += self._db.run(drop, [(before, last)])
            if dropped:
                self._count(f"dropped:{kind}", dropped)

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
        """Name the sinks in use: the store keeps a message until all sinks of its kind have it.

        Until the first call, the sinks in use are all that have received a message from the store.
        A new sink receives all changes, but only the digests from now on.
        """
        with self.lock:
            for sink in sinks:
                self._sinks[sink] = kind
                if self.kind(sink) != kind:
                    number = 0 if kind == CHANGE else self._state.get("last_change", 0)
                    with self._writing():
                        self._put_progress(sink, number, kind, None)
                        self._db.run("DELETE FROM failure WHERE sink=?", [(sink,)])

    def _put_progress(self, sink: str, number: int, kind: str, end: str | None) -> None:
        self._db.put("progress", [(sink, number, None if kind == CHANGE else kind, end)])

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the messages that must be sent to a sink at ``now``, at most ``limit`` of them."""
        with self.lock:
            failed = [one for one in self.failures(sink) if one.retry_at is not None]
            for one in failed:
                if one.retry_at is not None and one.retry_at <= now:
                    return Pending(self._message(one.number), one.attempts)
            retry_at = min((one.retry_at for one in failed if one.retry_at), default=None)
            last = self.progress(sink).number
            if any(one.number > last for one in failed):
                return Pending(retry_at=retry_at)
            return Pending(self.waiting(sink, limit), 0, retry_at)

    def undelivered(self, sink: str) -> int:
        """Return how many messages a sink has not accepted, without the dead letters."""
        with self.lock:
            (number, _), kind = self._progress(sink)
            sql = f"SELECT count(*) FROM outbox WHERE {of_kind(kind)} AND number>?"  # noqa: S608
            ((count,),) = self._all(sql, number)
            again = [one for one in self.failures(sink) if one.retry_at is not None]
            found: int = count + sum(one.number <= number for one in again)
            return found

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the messages with these numbers, and all messages before them.

        ``end`` is what the sink returned.
        """
        with self._writing():
            (before, old), kind = self._progress(sink)
            number = max(before, *numbers)
            self._put_progress(sink, number, kind, end if number in numbers else old)
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
        """Record a failed attempt to send a message.

        The message becomes a dead letter if ``retry_at`` is None. The messages after it wait unless
        the failure ``is_alone``.
        """
        with self._writing():
            before = next((one.attempts for one in self.failures(sink) if one.number == number), 0)
            self._put_failure(sink, Failure(number, before + 1, retry_at, error))
            if retry_at is None or is_alone:
                (last, end), kind = self._progress(sink)
                self._put_progress(sink, max(last, number), kind, end)

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again; return how many were found."""
        wanted = set(numbers)
        with self._writing():
            dead = [one for one in self.failures(sink) if one.retry_at is None]
            found = [one for one in dead if one.number in wanted]
            for one in found:
                self._put_failure(sink, Failure(one.number, 0, utc_of(0), one.error))
        return len(found)

    def _put_failure(self, sink: str, one: Failure) -> None:
        row = sink, one.number, one.attempts, micros_if(one.retry_at), storable(one.error)
        self._db.put("failure", [row])


def _stored_kind(message: Message) -> str | None:
    return message.kind if isinstance(message, StoredDigest) else None


def _reported_of(row: Row) -> tuple[str, tuple[Any, ...]]:
    appeal_id, body, timer, ended_at = row
    return appeal_id, (reported_of(body), instant_if(timer), instant_if(ended_at))

"""A store in a database, with events, clocks, positions and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from workhours_sla.errors import StoreError
from workhours_sla.sla.changes import AppealState
from workhours_sla.sla.deduplication import Copies, StoredEvent
from workhours_sla.sla.event import BEGINNING, Event, in_utc
from workhours_sla.stores.database import Database
from workhours_sla.stores.outbox import StoreOutbox
from workhours_sla.stores.reader import ERASED, StoreReader, erased_of, serialised
from workhours_sla.stores.stored_rows import instant, micros, storable
from workhours_sla.stores.tables import Tables
from workhours_sla.stream.source import Rejected
from workhours_sla.stream.store import SWEPT_EVERY, Batch, Dropped, Work
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

HOT: Final = 20_000
"""Default number of appeals in memory. Other appeals are read from the database when needed."""

WRITTEN_EVERY: Final = timedelta(minutes=1)
"""Maximum advance of the watermark in memory before it is written to the database."""


class DatabaseStore(StoreOutbox):
    """A store in a database, opened for writing by one process.

    When a call of a pipeline returns, everything that it wrote is durable. If the call raises,
    nothing is written. ``hot`` is the number of appeals that are kept in memory. Usable from any
    thread; calls run one at a time. Raises StoreError.
    """

    _watermark: datetime | None
    _written: datetime | None
    """The watermark in the database."""
    _built_under: str | None
    _state: dict[str, Any]
    """The counters and other values in the table ``meta``."""
    _erased: dict[str, int]
    """The number of erased rejected rows, keyed by reason."""

    _swept: datetime | None
    """The instant before which quarantined events were last dropped, by this process."""

    def __init__(self, db: Database, hot: int, *, keeps_changes: bool = True) -> None:
        super().__init__(db)
        self._swept = None
        try:
            self._tables = Tables(db, hot, keeps_changes=keeps_changes)
            self._load_state()
        except BaseException:
            self.close()
            raise
        self.lock: AbstractContextManager[object] = _Lock(self)

    @property
    def watermark(self) -> datetime | None:
        """The instant in UTC up to which time has passed, None if it was never advanced."""
        return self._watermark

    @property
    def built_under(self) -> str | None:
        """The version of the policy with which the clocks were last built.

        None in a new store, and in a store that another version of this library wrote.
        """
        return self._built_under

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """Read the state of one moment over another connection, while this one goes on writing."""
        with StoreReader(self._db.beside()) as reader, reader.moment():
            yield reader

    # -- one transaction -----------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within the block when it ends, or nothing if it raises."""
        with self.lock:
            try:
                with self._db.transaction():
                    yield
                    self._write_state()
                self._written = self._watermark
            except BaseException:
                try:
                    self._load_state()
                except StoreError:
                    self.close()  # the state in memory is not known to be that of the database
                raise

    def _write_state(self) -> None:
        watermark = None if self._watermark is None else micros(self._watermark)
        state = {
            "read": self._read,
            "duplicate": self._duplicate,
            "dropped": self._dropped,
            "dropped_before": self._dropped_before,
            "last_change": self._tables.last_change,
            "last_rejected": self._last_rejected,
            "watermark": watermark,
            "policy_version": self._built_under,
            "library_version": __version__,
        }
        self._db.put("meta", [one for one in state.items() if one not in self._state.items()])
        self._state = state

    def _load_state(self) -> None:
        """Read the counters and the watermark again, and drop the appeals in memory."""
        self._tables.forget()
        self._state = meta = self._meta()
        self._read: int = meta.get("read", 0)
        self._duplicate: int = meta.get("duplicate", 0)
        self._dropped: int = meta.get("dropped", 0)
        self._dropped_before: int | None = meta.get("dropped_before")
        self._tables.last_change = meta.get("last_change", 0)
        self._last_rejected: int = meta.get("last_rejected", 0)
        count = meta.get("watermark")
        self._watermark = self._written = None if count is None else instant(count)
        self._erased = erased_of(meta)
        self._built_under = None
        if meta.get("library_version") == __version__:
            self._built_under = meta.get("policy_version")
        ((last,),) = self._all("SELECT max(number) FROM event")
        self._tables.last_event = last or 0

    def advance(self, watermark: datetime) -> bool:
        """Advance the watermark in memory and return True.

        Return False if the watermark must be written to the database instead.
        """
        if self._written is None or watermark - self._written >= WRITTEN_EVERY:
            return False
        if self._all("SELECT 1 FROM appeal WHERE timer<=? LIMIT 1", micros(watermark)):
            return False
        self._watermark = watermark
        return True

    # -- read ----------------------------------------------------------------------------------

    def known(
        self, events: Sequence[Event]
    ) -> tuple[MutableMapping[str, StoredEvent | Copies], Dropped | None]:
        """Return the stored copies of the events, keyed by event id, and the dropped ids."""
        copies = self._tables.copies({event.event_id for event in events})
        return copies, self._tables.dropped(events) if self._dropped else None

    def copies(self, event_ids: Sequence[str]) -> Mapping[str, StoredEvent | Copies]:
        """Return the stored copies of event ids, keyed by event id."""
        return self._tables.copies(event_ids)

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals keyed by id, in the order of ``ids``. Unknown ids map to new appeals."""
        return self._tables.appeals(ids)

    def appeal_ids(self) -> Sequence[str]:
        """Return the ids of all appeals."""
        return [one for (one,) in self._all("SELECT appeal_id FROM appeal")]

    def open_ids(self) -> Sequence[str]:
        """Return the ids of the appeals whose clocks have not all ended, sorted."""
        return self._tables.open_ids()

    def timers_due(self, watermark: datetime) -> Sequence[tuple[datetime, str]]:
        """Return the timers that a watermark reaches, as pairs of instant and appeal id."""
        return self._tables.timers_due(watermark)

    # -- write ---------------------------------------------------------------------------------

    def write(self, work: Work) -> None:
        """Write the events, appeals and changes of a transaction since its last write."""
        self._tables.write(work)
        self._has_all = False
        if work.is_part:
            self._tables.cool()
            return
        self._watermark = None if work.watermark is BEGINNING else work.watermark
        self._write_source(work.batch, work.reread)
        self._read += work.read
        self._duplicate += work.duplicate
        self._built_under = work.policy.version

    def _write_source(self, batch: Batch, reread: Mapping[int, Rejected | None]) -> None:
        at = None if self._watermark is None else micros(self._watermark)
        self._db.add(
            "rejected",
            [
                (number, batch.source, *map(storable, row), at)
                for number, row in enumerate(batch.rejected, self._last_rejected + 1)
            ],
        )
        self._last_rejected += len(batch.rejected)
        self._db.put(
            "position",
            [
                (
                    batch.source,
                    partition,
                    one.position,
                    None if one.received_until is None else micros(one.received_until),
                )
                for partition, one in batch.positions.items()
            ],
        )
        for number, row in reread.items():
            if row is None:
                self._db.run("DELETE FROM rejected WHERE number=?", [(number,)])
            else:
                ((source, at),) = self._all(
                    "SELECT source, at FROM rejected WHERE number=?", number
                )
                self._write_rejected(number, source, row, at)

    def _write_rejected(self, number: int, source: str, row: Rejected, at: int | None) -> None:
        self._db.put("rejected", [(number, source, *map(storable, row), at)])

    def drop(self, before: datetime) -> None:
        """Drop what is older than an instant.

        These are the appeals that ended before it, the rejected rows that were read before it, the
        quarantined events that were received before it, and the earlier changes that every sink
        has. The number of rejected rows is kept. Quarantined events of an appeal that has others
        are dropped with the appeal. They are looked for once in ``SWEPT_EVERY``.
        """
        count = micros(before)
        self._erase_rejected(count)
        self._tables.drop_changes(count, self._acknowledged())
        dropped = self._tables.drop(count)
        self._dropped += dropped
        if dropped:
            self._dropped_before = max(count, self._dropped_before or count)
        if self._swept is None or before - self._swept >= SWEPT_EVERY:
            self._dropped += self._tables.drop_quarantined(before)
            self._swept = before

    def _erase_rejected(self, before: int) -> None:
        """Delete the rejected rows that were read before an instant, and keep their number."""
        undated = self._all(
            "SELECT number, source, reason, detail, text FROM rejected WHERE at IS NULL"
        )
        if undated and self._watermark is not None:  # they were read before any event
            for number, source, *row in undated:
                self._write_rejected(number, source, Rejected(*row), micros(self._watermark))
        erased = self._all(
            "SELECT reason, count(*) FROM rejected WHERE at<? GROUP BY reason", before
        )
        if not erased:
            return
        self._db.run("DELETE FROM rejected WHERE at<?", [(before,)])
        for reason, count in erased:
            self._erased[reason] = self._erased.get(reason, 0) + count
            self._db.put("meta", [(f"{ERASED}{reason}", self._erased[reason])])

    @serialised
    def set_back(self, watermark: datetime) -> datetime:
        """Set the watermark back to an earlier instant, and return the watermark before.

        The next pipeline builds all clocks again. Raises StoreError for a later instant.
        """
        before, watermark = self._watermark, in_utc("watermark", watermark)
        if before is None or before <= watermark:
            facts = {"path": repr(self.place), "watermark": before or say("none")}
            raise StoreError(say("watermark_not_before", at=watermark, **facts), path=self.place)
        with self.transaction():
            self._watermark, self._built_under = watermark, None
            at = micros(watermark)
            self._db.run("UPDATE position SET received_until=? WHERE received_until>?", [(at, at)])
        return before

    @serialised
    def note(self, key: str, text: str) -> None:
        """Store a text under a key. It replaces an earlier text."""
        with self._db.transaction():
            self._db.put("meta", [(f"note:{key}", text)])


class _Lock:
    """The lock of an open store. When it is released, the store drops excess appeals in memory."""

    def __init__(self, store: DatabaseStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        store = self._store
        store._turn.acquire()  # noqa: SLF001
        try:
            store._check_open()  # noqa: SLF001
        except BaseException:
            store._turn.release()  # noqa: SLF001
            raise

    def __exit__(self, *_error: object) -> None:
        self._store._tables.cool()  # noqa: SLF001
        self._store._turn.release()  # noqa: SLF001

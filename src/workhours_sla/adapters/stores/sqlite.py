"""A store in a SQLite file, with events, clocks, positions and changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from workhours_sla.adapters.stores.sqlite_file import make_file, open_file, refuse, refuse_text
from workhours_sla.adapters.stores.sqlite_reading import (
    ERASED,
    SqliteReader,
    erased_of,
    serialised,
)
from workhours_sla.adapters.stores.sqlite_rows import instant, micros, with_checksum
from workhours_sla.adapters.stores.sqlite_tables import Tables
from workhours_sla.adapters.stores.writer_lock import WriterLock
from workhours_sla.module_names import public
from workhours_sla.sla.appeal_state import AppealState
from workhours_sla.sla.deduplication import Copies, StoredEvent
from workhours_sla.sla.delivery import Failure, Pending, Progress, decide
from workhours_sla.sla.event import Event
from workhours_sla.sla.instants import BEGINNING
from workhours_sla.sla.source import Rejected
from workhours_sla.sla.store import Batch, Dropped, Work
from workhours_sla.version import __version__

HOT: Final = 20_000
"""Default number of appeals in memory. Other appeals are read from disk when needed."""

WRITTEN_EVERY: Final = timedelta(minutes=1)
"""Maximum advance of the watermark in memory before it is written to disk."""


class SqliteOutbox(SqliteReader):
    """A store in a SQLite file, opened to record which changes sinks have received.

    The file is created if it does not exist. Only one process at a time can open the file for
    writing; other processes may read it. Raises StoreError, also if another process writes the
    file.
    """

    def __init__(self, path: Path | str) -> None:
        self._sinks: set[str] = set()
        self._lock = WriterLock(Path(path), make_file)
        try:
            super().__init__(path)
        except BaseException:
            self._lock.close()
            raise

    def _open(self) -> sqlite3.Connection:
        return open_file(self._path)

    def close(self) -> None:
        """Close the file once no call is running, and let other writers open it."""
        with self._turn:
            super().close()
            self._lock.close()  # last, because this drops the locks that SQLite has on the file

    @serialised
    def deliver_to(self, sinks: Iterable[str]) -> None:
        """Add sinks that are in use: changes are dropped only after all of them have the changes.

        If this was never called, all sinks that have ever accepted changes are in use.
        """
        self._sinks.update(sinks)

    def _acknowledged(self) -> int:
        """Return the number of the last change that every sink in use has, 0 if there is none."""
        rows = self._rows("progress", "SELECT * FROM progress")
        numbers = {sink: number for sink, number, _ in rows}
        return min((numbers.get(sink, 0) for sink in self._sinks or numbers), default=0)

    @serialised
    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the changes that must be sent to a sink at ``now``, at most ``limit`` of them."""
        number = self._number(sink)
        only, after, retry_at = decide(number, self.failures(sink), now)
        if only is not None:
            return Pending(self._change(only.number), only.attempts)
        return Pending([] if after is None else self.changes(after, limit), 0, retry_at)

    @serialised
    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has the changes with these numbers, and all changes before them.

        ``end`` is the end position of the sink after these changes, in the format of the sink.
        """
        number = max(self._number(sink), *numbers)
        with self._atomic():
            self._set_number(sink, number)
            failures = [(sink, one.number) for one in self.failures(sink) if one.number in numbers]
            self._db.executemany("DELETE FROM failure WHERE sink=? AND number=?", failures)
            if end is not None:
                text = f"{number} {end}"
                self._db.execute(
                    "REPLACE INTO meta VALUES (?,?,?)", with_checksum(_end_key(sink), text)
                )

    @serialised
    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change.

        The change becomes a dead letter if ``retry_at`` is None.
        """
        before = next((one.attempts for one in self.failures(sink) if one.number == number), 0)
        with self._atomic():
            self._set_failure(sink, Failure(number, before + 1, retry_at, error))
            if retry_at is None:
                self._set_number(sink, max(self._number(sink), number))

    @serialised
    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make the dead letters with these numbers pending again. Return how many were found."""
        wanted = set(numbers)
        found = [
            one for one in self.failures(sink) if one.retry_at is None and one.number in wanted
        ]
        with self._atomic():
            for one in found:
                self._set_failure(sink, Failure(one.number, 0, instant(0), one.error))
        return len(found)

    @serialised
    def progress(self, sink: str) -> Progress:
        """Return how many changes a sink has acknowledged, and the end position of the sink."""
        number = self._number(sink)
        rows = self._rows("meta", "SELECT * FROM meta WHERE key=?", _end_key(sink))
        last = next((change.change_id for _, change in self._change(number)), None)
        if not rows:
            return Progress(number, None, last)
        recorded, _, end = rows[0][1].partition(" ")
        return Progress(number, end, last if number > int(recorded) else None)

    def _number(self, sink: str) -> int:
        rows = self._rows("progress", "SELECT * FROM progress WHERE sink=?", sink)
        return rows[0][1] if rows else 0

    def _set_number(self, sink: str, number: int) -> None:
        self._db.execute("REPLACE INTO progress VALUES (?,?,?)", with_checksum(sink, number))

    def _set_failure(self, sink: str, failure: Failure) -> None:
        number, attempts, retry_at, error = failure
        at = None if retry_at is None else micros(retry_at)
        self._db.execute(
            "REPLACE INTO failure VALUES (?,?,?,?,?,?)",
            with_checksum(sink, number, attempts, at, error),
        )

    @contextmanager
    def _atomic(self) -> Iterator[None]:
        """Write everything within the block when it ends, or nothing if it raises."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error | UnicodeDecodeError):
                refuse(self._path, error)
            if isinstance(error, UnicodeEncodeError):
                refuse_text(error)
            raise


def _end_key(sink: str) -> str:
    return f"end:{sink}"


@public("workhours_sla.stream")
class SqliteStore(SqliteOutbox):
    """A store in a SQLite file, opened for writing by one process; created if it does not exist.

    When a call of a pipeline returns, everything that it wrote is on the disk. If the call raises,
    nothing is written. ``hot`` is the number of appeals that are kept in memory. Usable from any
    thread; calls run one at a time. Raises StoreError, also if another process writes the file.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Event, EventType, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "appeals.db")
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         opened = pipeline.apply(Event("1", "A-1", EventType.CREATED, posted, posted))
    ...     with Pipeline(SqliteStore(file), policy) as pipeline:
    ...         late = pipeline.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))
    >>> [change.kind.value for change in (*opened, *late)]
    ['opened', 'at_risk', 'breached']
    """

    _watermark: datetime | None
    _written: datetime | None
    """The watermark on disk."""
    _built_under: str | None
    _erased: dict[str, int]
    """The number of erased rejected rows, keyed by reason."""

    def __init__(self, path: Path | str, *, hot: int = HOT) -> None:
        super().__init__(path)
        try:
            self._tables = Tables(self._db, self._path, hot)
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

    # -- one transaction -----------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything within the block when it ends, or nothing if it raises."""
        with self.lock:
            try:
                with self._atomic():
                    yield
                    self._write_state()
                self._written = self._watermark
            except BaseException:
                self._load_state()
                raise

    def _write_state(self) -> None:
        watermark = None if self._watermark is None else micros(self._watermark)
        self._db.executemany(
            "REPLACE INTO meta VALUES (?,?,?)",
            [
                with_checksum("read", self._read),
                with_checksum("duplicate", self._duplicate),
                with_checksum("dropped", self._dropped),
                with_checksum("dropped_before", self._dropped_before),
                with_checksum("last_change", self._tables.last_change),
                with_checksum("last_rejected", self._last_rejected),
                with_checksum("watermark", watermark),
                with_checksum("policy_version", self._built_under),
                with_checksum("library_version", __version__),
            ],
        )

    def _load_state(self) -> None:
        """Read the counters and the watermark from the disk, and drop the appeals in memory."""
        self._tables.forget()
        meta = self._meta()
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

    def copies(
        self,
        appeal_id: str,  # noqa: ARG002
        event_ids: Sequence[str],
    ) -> Mapping[str, StoredEvent | Copies]:
        """Return the stored copies of event ids, keyed by event id."""
        return self._tables.copies(event_ids)

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals keyed by id, in the order of ``ids``. Unknown ids map to new appeals."""
        return self._tables.appeals(ids)

    def appeal_ids(self) -> Sequence[str]:
        """Return the ids of all appeals."""
        return [one for (one,) in self._tables.rows("SELECT appeal_id FROM appeal")]

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
        self._db.executemany(
            "INSERT INTO rejected VALUES (?,?,?,?,?,?,?)",
            [
                with_checksum(number, batch.source, *row, at)
                for number, row in enumerate(batch.rejected, self._last_rejected + 1)
            ],
        )
        self._last_rejected += len(batch.rejected)
        self._db.executemany(
            "REPLACE INTO position VALUES (?,?,?,?,?)",
            [
                with_checksum(
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
                self._db.execute("DELETE FROM rejected WHERE number=?", (number,))
            else:
                ((source, at),) = self._all(
                    "SELECT source, at FROM rejected WHERE number=?", number
                )
                self._write_rejected(number, source, row, at)

    def _write_rejected(self, number: int, source: str, row: Rejected, at: int | None) -> None:
        self._db.execute(
            "REPLACE INTO rejected VALUES (?,?,?,?,?,?,?)",
            with_checksum(number, source, *row, at),
        )

    def drop(self, before: datetime) -> None:
        """Drop what is older than an instant.

        These are the appeals that ended before it, the rejected rows that were read before it, and
        the earlier changes that every sink has. The number of rejected rows is kept.
        """
        count = micros(before)
        self._erase_rejected(count)
        self._tables.drop_changes(count, self._acknowledged())
        dropped = self._tables.drop(count)
        self._dropped += dropped
        if dropped:
            self._dropped_before = max(count, self._dropped_before or count)

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
        self._db.execute("DELETE FROM rejected WHERE at<?", (before,))
        for reason, count in erased:
            self._erased[reason] = self._erased.get(reason, 0) + count
            self._db.execute(
                "REPLACE INTO meta VALUES (?,?,?)",
                with_checksum(f"{ERASED}{reason}", self._erased[reason]),
            )

    @serialised
    def note(self, key: str, text: str) -> None:
        """Store a text under a key. It replaces an earlier text."""
        self._all("REPLACE INTO meta VALUES (?,?,?)", *with_checksum(f"note:{key}", text))


class _Lock:
    """The lock of an open store. When it is released, the store drops excess appeals in memory."""

    def __init__(self, store: SqliteStore) -> None:
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

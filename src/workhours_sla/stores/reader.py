"""Read a store in a database. Another process may write the store at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from threading import RLock
from typing import Any, Final, Self

from msgspec.json import decode

from workhours_sla.disk.faults import fail
from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import Change
from workhours_sla.sla.deduplication import AFTER_RETENTION, REPLACED, StoredEvent
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.event import Event
from workhours_sla.stores.database import Database
from workhours_sla.stores.schema import Row, event_of, instant_if, message_of, read_each
from workhours_sla.stores.sqlite import copy_to_file
from workhours_sla.stores.store_values import (
    CHANGE,
    Checkpoint,
    DeadLetter,
    Failure,
    Holdings,
    Message,
    Progress,
    Rejected,
)

ERASED: Final = "erased:"
"""The key of the number of erased rejected rows in the table ``meta``, before the reason."""
_NO_LIMIT: Final = 1 << 62
_COPIES: Final = "SELECT number, body, appeal_id, quarantined, repaired FROM event WHERE "
_EVENTS: Final = """number > ? AND coalesce(quarantined, '') NOT IN (?, ?)
    AND (repaired=1 OR event_id NOT IN (SELECT event_id FROM event WHERE repaired=1))
    ORDER BY number LIMIT 10000
"""
_LEFT_OUT: Final = """quarantined IS NOT NULL AND quarantined<>?
    AND (quarantined=? OR repaired=0
        AND event_id IN (SELECT event_id FROM event WHERE repaired=1))
"""
_BY_REASON: Final = (
    "SELECT quarantined, count(*) FROM event WHERE quarantined IS NOT NULL GROUP BY quarantined"
)
_REASONS: Final = """
    SELECT why, count(*) FROM (
        SELECT reason AS why FROM rejected
        UNION ALL SELECT quarantined FROM event WHERE quarantined IS NOT NULL AND quarantined<>?
    ) AS found GROUP BY why
"""


@public("workhours_sla.stream")
class StoreReader:
    """A store in a database, open for reading while another process may write it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = _Lock(db.place)

    @property
    def place(self) -> str:
        """The path of the store, or its address without a password."""
        return self._db.place

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        with self._lock.turn:
            self._lock.is_closed = True
            self._db.close()

    @property
    def lock(self) -> AbstractContextManager[object]:
        """The lock that a pipeline takes for each call; raises StoreError in a closed store."""
        return self._lock

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state of the store throughout the block, even if another process writes."""
        with self.lock, self._db.moment():
            yield

    @property
    def watermark(self) -> datetime | None:
        """The instant in UTC up to which clocks have been judged, None if it was never advanced."""
        return instant_if(self._meta().get("watermark"))

    @property
    def policy_version(self) -> str:
        """The version of the policy under which the clocks were last built, empty if unknown."""
        version: str = self._meta().get("policy_version", "")
        return version

    @property
    def complete_since(self) -> datetime | None:
        """The instant in UTC since which no appeal was dropped, None if no appeal was dropped."""
        return instant_if(self._meta().get("dropped_before"))

    def positions(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far each partition of a source was read, keyed by partition."""
        rows = self._all("SELECT * FROM position WHERE source=?", source)
        return {
            partition: Checkpoint(position, instant_if(until))
            for _, partition, position, until in rows
        }

    def events(self) -> Iterator[Event]:
        """Yield every event in order of arrival; of a repaired event, only the repair."""
        after = 0
        while rows := self._all(_COPIES + _EVENTS, after, AFTER_RETENTION, REPLACED):
            yield from (copy.event for copy in self._copies(rows))
            after = rows[-1][0]

    def history(self, appeal_id: str) -> list[tuple[Event, str | None]]:
        """Return the events of an appeal in order, each with its quarantine reason or None."""
        condition = "appeal_id=? AND coalesce(quarantined, '')<>?"
        found = self._copies(self._all(_COPIES + condition, appeal_id, REPLACED))
        return sorted(
            ((copy.event, copy.quarantined) for copy in found), key=lambda one: one[0].order
        )

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Return the events that do not count now; later events may make them count again."""
        return self._quarantined("quarantined IS NOT NULL AND quarantined<>?", REPLACED)

    def left_out(self) -> tuple[Quarantined, ...]:
        """Return the quarantined events that ``events`` does not yield."""
        return self._quarantined(_LEFT_OUT, REPLACED, AFTER_RETENTION)

    def _quarantined(self, condition: str, *values: object) -> tuple[Quarantined, ...]:
        found = self._copies(self._all(_COPIES + condition, *values))
        return in_order(Quarantined(copy.event, copy.quarantined or "") for copy in found)

    def _stored(self, condition: str, values: Iterable[object]) -> list[StoredEvent]:
        """Return copies of events in order of arrival, by a condition with ``IN (*)``."""
        rows = self._db.where(_COPIES + condition, values)
        return list(self._copies(sorted(rows, key=itemgetter(0))))

    def _copies(self, rows: Iterable[Row]) -> Iterator[StoredEvent]:
        return read_each(self.place, "event", rows, _copy_of)

    def rejected(self) -> Mapping[int, Rejected]:
        """Return the rejected rows, which produced no event, keyed by number."""
        rows = self._all("SELECT * FROM rejected ORDER BY number")
        return {row[0]: Rejected(*row[2:5]) for row in rows}

    def reasons(self) -> Mapping[str, int]:
        """Return the number of quarantined events and rejected rows, keyed by reason."""
        with self.lock:
            found: dict[str, int] = dict(self._all(_REASONS, REPLACED))
            return dict(Counter(found) + Counter(_erased(self._meta())))

    def sinks(self) -> list[str]:
        """Return the names of the sinks that have accepted or failed to accept changes."""
        rows = self._all("SELECT sink FROM progress UNION SELECT sink FROM failure")
        return sorted(name for (name,) in rows)

    def failures(self, sink: str) -> list[Failure]:
        """Return the messages that a sink did not accept."""
        rows = self._all("SELECT * FROM failure WHERE sink=? ORDER BY number", sink)
        return [
            Failure(number, attempts, instant_if(at), error)
            for _, number, attempts, at, error in rows
        ]

    def dead(self, sink: str) -> list[DeadLetter]:
        """Return the dead letters of a sink: messages that are no longer sent to it."""
        return [
            DeadLetter(one.number, message, one.attempts, one.error)
            for one in self.failures(sink)
            if one.retry_at is None
            for _, message in self._message(one.number)
        ]

    def progress(self, sink: str) -> Progress:
        """Return what a sink has acknowledged."""
        return self._progress(sink)[0]

    def kind(self, sink: str) -> str:
        """Return the kind of messages that a sink receives."""
        return self._progress(sink)[1]

    def _progress(self, sink: str) -> tuple[Progress, str]:
        for _, number, kind, end in self._all("SELECT * FROM progress WHERE sink=?", sink):
            return Progress(number, end), kind or CHANGE
        return Progress(), CHANGE

    def changes(self, after: int = 0, limit: int = -1) -> list[tuple[int, Change]]:
        """Return the numbered changes after a number in order; all without ``limit``."""
        return self.messages(CHANGE, after, limit)

    def messages(self, kind: str, after: int = 0, limit: int = -1) -> list[tuple[int, Message]]:
        """Return the messages of a kind with numbers greater than ``after``, with their numbers."""
        condition = f"{of_kind(kind)} AND number>? ORDER BY number LIMIT ?"
        return self._messages(condition, after, limit if limit >= 0 else _NO_LIMIT)

    def dropped_messages(self, kind: str) -> int:
        """Return how many messages of a kind were dropped after retention."""
        count: int = self._meta().get(f"dropped:{kind}", 0)
        return count

    def waiting(self, sink: str, limit: int) -> list[tuple[int, Message]]:
        """Return the first messages after those that a sink has acknowledged."""
        with self.lock:
            progress, kind = self._progress(sink)
            return self.messages(kind, progress.number, limit)

    @property
    def last_change(self) -> int:
        """The number of the last message, 0 if there is none."""
        number: int = self._all("SELECT coalesce(max(number), 0) FROM outbox")[0][0]
        return number

    def noted(self, key: str) -> str | None:
        """Return the text that was last stored under a key, or None."""
        rows = self._all("SELECT value FROM meta WHERE key=?", f"note:{key}")
        return decode(rows[0][0], type=str) if rows else None

    def holdings(self) -> Holdings:
        """Return how many events were received, applied, quarantined, replaced and dropped."""
        with self.lock:
            ((events,),) = self._all("SELECT count(*) FROM event")
            by_reason: dict[str, int] = dict(self._all(_BY_REASON))
            ((rejected,),) = self._all("SELECT count(*) FROM rejected")
            meta = self._meta()
        applied, replaced = events - sum(by_reason.values()), by_reason.pop(REPLACED, 0)
        return Holdings(
            read=meta.get("read", 0),
            applied=applied,
            duplicate=meta.get("duplicate", 0),
            quarantined=sum(by_reason.values()),
            replaced=replaced,
            dropped=meta.get("dropped", 0),
            rejected=rejected + sum(_erased(meta).values()),
        )

    def snapshot(self, path: Path | str) -> None:
        """Copy the current state of the store to a new SQLite file."""
        with self.moment():
            copy_to_file(self._db, Path(path))

    def _meta(self) -> dict[str, Any]:
        return {key: decode(value) for key, value in self._all("SELECT * FROM meta")}

    def _message(self, number: int) -> list[tuple[int, Message]]:
        return self._messages("number=?", number)

    def _messages(self, condition: str, *values: object) -> list[tuple[int, Message]]:
        rows = self._all(f"SELECT number, kind, body FROM outbox WHERE {condition}", *values)  # noqa: S608 - our own text
        return list(read_each(self.place, "outbox", rows, message_of))

    def _all(self, sql: str, *values: object) -> list[Row]:
        with self.lock:
            return self._db.rows(sql, *values)


class _Lock:
    """A lock that refuses the calls of a closed store; a class, since it is used so often."""

    def __init__(self, place: str) -> None:
        self.turn = RLock()
        self.is_closed = False
        self._place = place

    def __enter__(self) -> None:
        self.turn.acquire()
        if self.is_closed:
            self.turn.release()
            fail("store_closed", self._place)

    def __exit__(self, *_error: object) -> None:
        self.turn.release()


def of_kind(kind: str) -> str:
    """Return the SQL condition of the messages of a kind; the column is NULL for changes."""
    return "kind IS NULL" if kind == CHANGE else f"kind='{kind}'"


def _erased(meta: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of erased rejected rows, keyed by reason."""
    return {
        key.removeprefix(ERASED): value for key, value in meta.items() if key.startswith(ERASED)
    }


def _copy_of(row: Row) -> StoredEvent:
    number, body, appeal_id, quarantined, repaired = row
    return StoredEvent(event_of(appeal_id, body), number, quarantined, repaired=bool(repaired))

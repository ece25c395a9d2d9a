"""Read a store in a database. Another process may write the store at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, Final, Self

from msgspec.json import decode

from workhours_sla.errors import StoreError
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import Change
from workhours_sla.sla.deduplication import AFTER_RETENTION, REPLACED
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.event import Event
from workhours_sla.stores.database import Database
from workhours_sla.stores.schema import Row, event_of, instant_if, message_of, read_each
from workhours_sla.stores.sqlite import copy_to_file
from workhours_sla.stream.outbox import CHANGE, DeadLetter, Failure, Message, Progress
from workhours_sla.stream.source import Checkpoint, Rejected
from workhours_sla.stream.store import Holdings
from workhours_sla.text.messages import say

ERASED: Final = "erased:"
"""The key of the number of erased rejected rows in the table ``meta``, before the reason."""

_EVENTS = """
    SELECT number, body, appeal_id FROM event WHERE number > ?
    AND coalesce(quarantined, '') NOT IN (?, ?)
    AND (repaired=1 OR event_id NOT IN (SELECT event_id FROM event WHERE repaired=1))
    ORDER BY number LIMIT 10000
"""
_QUARANTINED = """
    SELECT number, body, appeal_id, quarantined FROM event
    WHERE quarantined IS NOT NULL AND quarantined<>?
"""
_OF_APPEAL = """
    SELECT number, body, appeal_id, quarantined FROM event
    WHERE appeal_id=? AND coalesce(quarantined, '')<>?
"""
_LEFT_OUT = """
    SELECT number, body, appeal_id, quarantined FROM event
    WHERE quarantined IS NOT NULL AND quarantined<>?
    AND (quarantined=? OR repaired=0
        AND event_id IN (SELECT event_id FROM event WHERE repaired=1))
"""
_CHANGES = """
    SELECT number, kind, body FROM outbox WHERE kind IS NULL AND number>? ORDER BY number LIMIT ?
"""
_DIGESTS = "SELECT number, kind, body FROM outbox WHERE kind=? AND number>? ORDER BY number LIMIT ?"
_NO_LIMIT: Final = 1 << 62
_BY_REASON: Final = (
    "SELECT quarantined, count(*) FROM event WHERE quarantined IS NOT NULL GROUP BY quarantined"
)
_REASONS = """
    SELECT why, count(*) FROM (
        SELECT reason AS why FROM rejected
        UNION ALL SELECT quarantined FROM event WHERE quarantined IS NOT NULL AND quarantined<>?
    ) AS found GROUP BY why
"""


class StoreReader:
    """A store in a database, open for reading while another process may write it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = _Lock(db.place)

    @property
    def place(self) -> str:
        return self._db.place

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock.turn:
            self._lock.is_closed = True
            self._db.close()

    @property
    def lock(self) -> AbstractContextManager[object]:
        return self._lock

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Read the same state of the store throughout the block, even if another process writes."""
        with self.lock, self._db.moment():
            yield

    @property
    def watermark(self) -> datetime | None:
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
        rows = self._all("SELECT * FROM position WHERE source=?", source)
        return {
            partition: Checkpoint(position, instant_if(until))
            for _, partition, position, until in rows
        }

    def events(self) -> Iterator[Event]:
        """Yield every event in order of arrival, even if it is quarantined."""
        after = 0
        while rows := self._all(_EVENTS, after, AFTER_RETENTION, REPLACED):
            yield from read_each(self.place, "event", rows, _event_of)
            after = rows[-1][0]

    def history(self, appeal_id: str) -> list[tuple[Event, str | None]]:
        """Return the events of an appeal in order, each with its quarantine reason or None."""
        rows = self._all(_OF_APPEAL, appeal_id, REPLACED)
        found = read_each(self.place, "event", rows, lambda row: (_event_of(row), row[3]))
        return sorted(found, key=lambda one: one[0].order)

    def quarantine(self) -> tuple[Quarantined, ...]:
        rows = self._all(_QUARANTINED, REPLACED)
        return in_order(read_each(self.place, "event", rows, _quarantined_of))

    def left_out(self) -> tuple[Quarantined, ...]:
        """Return the quarantined events that ``events`` does not yield."""
        rows = self._all(_LEFT_OUT, REPLACED, AFTER_RETENTION)
        return in_order(read_each(self.place, "event", rows, _quarantined_of))

    def rejected(self) -> Mapping[int, Rejected]:
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
        rows = self._all("SELECT * FROM failure WHERE sink=? ORDER BY number", sink)
        return [
            Failure(number, attempts, instant_if(at), error)
            for _, number, attempts, at, error in rows
        ]

    def dead(self, sink: str) -> list[DeadLetter]:
        return [
            DeadLetter(one.number, message, one.attempts, one.error)
            for one in self.failures(sink)
            if one.retry_at is None
            for _, message in self._message(one.number)
        ]

    def progress(self, sink: str) -> Progress:
        _, number, _, end = self._progress(sink)
        return Progress(number, end)

    def kind(self, sink: str) -> str:
        return self._progress(sink)[2] or CHANGE

    def _progress(self, sink: str) -> Row:
        rows = self._all("SELECT * FROM progress WHERE sink=?", sink)
        return rows[0] if rows else (sink, 0, None, None)

    def changes(self, after: int = 0, limit: int = -1) -> list[tuple[int, Change]]:
        return self.messages(CHANGE, after, limit)

    def messages(self, kind: str, after: int = 0, limit: int = -1) -> list[tuple[int, Message]]:
        """Return the messages of a kind with numbers greater than ``after``, with their numbers."""
        most = limit if limit >= 0 else _NO_LIMIT
        if kind == CHANGE:
            return self._messages(_CHANGES, after, most)
        return self._messages(_DIGESTS, kind, after, most)

    def dropped_messages(self, kind: str) -> int:
        """Return how many messages of a kind were dropped after retention."""
        count: int = self._meta().get(f"dropped:{kind}", 0)
        return count

    def waiting(self, sink: str, limit: int) -> list[tuple[int, Message]]:
        with self.lock:
            _, number, kind, _ = self._progress(sink)
            return self.messages(kind or CHANGE, number, limit)

    @property
    def last_change(self) -> int:
        number: int = self._all("SELECT coalesce(max(number), 0) FROM outbox")[0][0]
        return number

    def noted(self, key: str) -> str | None:
        rows = self._all("SELECT value FROM meta WHERE key=?", f"note:{key}")
        return decode(rows[0][0], type=str) if rows else None

    def holdings(self) -> Holdings:
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
        return self._messages("SELECT number, kind, body FROM outbox WHERE number=?", number)

    def _messages(self, sql: str, *values: object) -> list[tuple[int, Message]]:
        return list(read_each(self.place, "outbox", self._all(sql, *values), message_of))

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
            raise StoreError(say("store_closed", path=repr(self._place)), path=self._place)

    def __exit__(self, *_error: object) -> None:
        self.turn.release()


def _erased(meta: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of erased rejected rows, keyed by reason."""
    return {
        key.removeprefix(ERASED): value for key, value in meta.items() if key.startswith(ERASED)
    }


def _event_of(row: Row) -> Event:
    return event_of(row[2], row[1])


def _quarantined_of(row: Row) -> Quarantined:
    return Quarantined(_event_of(row), row[3])

"""The fold of one appeal's events as a stateful processor of Spark.

The state of an appeal is its events, the reported states of its clocks, and the watermark. Spark
calls the processor with the new events of an appeal, and when the appeal's timer is due. In both
cases the appeal is folded again: first with the new events, then with the new watermark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, Final

import msgspec
from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor

from workhours_sla.errors import EngineError
from workhours_sla.sla.changes import AppealState, Change, Reported
from workhours_sla.sla.deduplication import StoredEvent, deduplicated_appeals
from workhours_sla.sla.event import BEGINNING, EVENT_FIELDS, NEVER, Event
from workhours_sla.sla.policy import Policy
from workhours_sla.text.messages import say
from workhours_sla.worktime.times import BASE_UTC, micros_of, utc_of

_MILLISECOND: Final = timedelta(milliseconds=1)
STATE: Final = "content binary, timer long, policy string"
"""The state of an appeal: its content, its timer in milliseconds, the version of the policy.

Only a dropped appeal has no content.
"""


class Content(msgspec.Struct, array_like=True):
    """The state of an appeal: different copies of its events, and what was reported."""

    events: list[Event] = []
    reported: list[tuple[str, int, Reported]] = []
    watermark: datetime = BEGINNING


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Content).decode
_Change: Final = Row("change_id", *Change._fields)


class AppealFold(StatefulProcessor):  # type: ignore[misc] # PySpark may not be installed
    """Applies the events of each appeal, and returns rows of changes."""

    def __init__(self, policy: Policy, retain: timedelta | None) -> None:
        self._policy = policy
        self._retain = retain

    def init(self, handle: Any) -> None:
        """Prepare the state. Spark calls it once in each task."""
        self._handle = handle
        self._state = handle.getValueState("appeal", STATE)

    def handleInputRows(  # noqa: N802 - the name is Spark's
        self,
        key: tuple[str | None],
        rows: Iterable[Row],
        timerValues: Any,  # noqa: N803
    ) -> Iterator[Row]:
        if key[0] is None:  # heartbeats
            return iter(())
        return self._report(key[0], [event_of(row) for row in rows], timerValues)

    def handleExpiredTimer(  # noqa: N802
        self,
        key: tuple[str],
        timerValues: Any,  # noqa: N803
        expiredTimerInfo: Any,  # noqa: N803
    ) -> Iterator[Row]:
        return self._report(key[0], [], timerValues)

    def close(self) -> None:
        """Do nothing, since the state belongs to Spark."""

    def _report(self, appeal_id: str, events: list[Event], times: Any) -> Iterator[Row]:
        state, policy = self._state.get(), self._policy
        content, timer = Content(), None
        if state is not None:
            stored, timer, built_under = state
            if stored is None:  # dropped: its events no longer count
                return iter(())
            if built_under != policy.version:
                msg = say("spark_other_policy", found=built_under, version=policy.version)
                raise EngineError(msg)
            content = _decode(bytes(stored))
        copies = _copies([*content.events, *events])
        counting, _, _ = deduplicated_appeals(copies)
        reported = {(target, cycle): one for target, cycle, one in content.reported}
        appeal = AppealState(appeal_id, map(StoredEvent, counting.get(appeal_id, ())), reported)
        changes = appeal.report(policy, content.watermark)
        watermark = times.getCurrentWatermarkInMs()
        if watermark > 0:
            content.watermark = max(content.watermark, BASE_UTC + watermark * _MILLISECOND)
            changes += appeal.report(policy, content.watermark)
        content.events = list(chain.from_iterable(copies))
        content.reported = [(*key, one) for key, one in appeal.reported.items()]
        at = appeal.next_at or self._dropped_at(appeal, content.events)
        # watermarks are whole milliseconds, so the first that reaches an instant is rounded up
        wanted = None if at is None else -((BASE_UTC - at) // _MILLISECOND)
        if wanted is not None and wanted <= watermark:  # only a time to drop has passed already
            self._set_timer(timer, None, watermark)
            self._state.update((None, None, policy.version))
        else:
            self._set_timer(timer, wanted, watermark)
            self._state.update((_encode(content), wanted, policy.version))
        return map(row_of, changes)

    def _dropped_at(self, appeal: AppealState, events: list[Event]) -> datetime | None:
        """Return when an ended appeal is dropped, None if it has not ended or is kept."""
        if self._retain is None or (appeal.events and appeal.ended_at is None):
            return None
        last = max((event.occurred_at for event in events), default=None)
        return None if last is None or NEVER - last < self._retain else last + self._retain

    def _set_timer(self, before: int | None, timer: int | None, watermark: int) -> None:
        """Replace the timer of an appeal; Spark itself deletes a timer that is due."""
        if timer != before:
            if before is not None and before > watermark:
                self._handle.deleteTimer(before)
            if timer is not None:
                self._handle.registerTimer(timer)


def _copies(events: list[Event]) -> list[list[Event]]:
    """Return the different copies of each event id. Of equal copies, the one received first."""
    by_id: dict[str, dict[tuple[object, ...], Event]] = {}
    for event in sorted(events, key=attrgetter("received_at")):
        by_id.setdefault(event.event_id, {}).setdefault(event.content, event)
    return [list(copies.values()) for copies in by_id.values()]


def event_of(row: Row) -> Event:
    found: dict[str, Any] = {
        field.name: utc_of(value) if field.type is datetime else value
        for value, field in zip(row, EVENT_FIELDS, strict=True)
        if value is not None
    }
    return Event(**found)


def row_of(change: Change) -> Row:
    return _Change(change.change_id, *map(_plain, change))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return micros_of(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value

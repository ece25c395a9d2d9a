"""The fold of one appeal's events as a stateful processor of Spark.

The state of an appeal is the snapshot of a Monitor that has only the events of the appeal. Spark
calls the processor with the new events of an appeal, and when the appeal's timer is due. In both
cases the processor applies the events first, and then advances the monitor to the watermark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor

from workhours_sla.errors import EngineError
from workhours_sla.sla.emitted_changes import Change
from workhours_sla.sla.event import EVENT_FIELDS, Event
from workhours_sla.sla.instants import NEVER
from workhours_sla.sla.monitor import Monitor
from workhours_sla.sla.policy import Policy
from workhours_sla.text.messages import say

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
STATE: Final = "snapshot binary, timer long, policy string"
"""The state of an appeal: the snapshot, its timer in milliseconds, the version of the policy.

Only a dropped appeal has no snapshot.
"""
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
        """Apply the new events of an appeal, advance to the watermark, and return the changes."""
        if key[0] is None:  # heartbeats
            return iter(())
        return self._report([event_of(row) for row in rows], timerValues)

    def handleExpiredTimer(  # noqa: N802
        self,
        key: tuple[str],
        timerValues: Any,  # noqa: N803
        expiredTimerInfo: Any,  # noqa: N803
    ) -> Iterator[Row]:
        """Advance an appeal whose timer is due, and return the changes."""
        return self._report([], timerValues)

    def close(self) -> None:
        """Do nothing, since the state belongs to Spark."""

    def _report(self, events: list[Event], times: Any) -> Iterator[Row]:
        state, policy = self._state.get(), self._policy
        if state is None:
            monitor, timer = Monitor(policy), None
        else:
            snapshot, timer, built_under = state
            if snapshot is None:  # dropped: its events no longer count
                return iter(())
            if built_under != policy.version:
                msg = say("spark_other_policy", found=built_under, version=policy.version)
                raise EngineError(msg)
            monitor = Monitor.restore(policy, bytes(snapshot))
        changes = monitor.apply(events) if events else ()
        watermark = times.getCurrentWatermarkInMs()
        if watermark > 0:
            changes += monitor.advance(EPOCH + watermark * _MILLISECOND)
        at = monitor.next_at or self._dropped_at(monitor)
        # watermarks are whole milliseconds, so the first that reaches an instant is rounded up
        wanted = None if at is None else -((EPOCH - at) // _MILLISECOND)
        if wanted is not None and wanted <= watermark:  # only a time to drop has passed already
            self._set_timer(timer, None, watermark)
            self._state.update((None, None, policy.version))
        else:
            self._set_timer(timer, wanted, watermark)
            self._state.update((monitor.snapshot(), wanted, policy.version))
        return map(row_of, changes)

    def _dropped_at(self, monitor: Monitor) -> datetime | None:
        """Return when an ended appeal is dropped, None if it has not ended or is kept."""
        if self._retain is None or monitor.store.open_ids():
            return None
        last = max((event.occurred_at for event in monitor.store.events()), default=None)
        return None if last is None or NEVER - last < self._retain else last + self._retain

    def _set_timer(self, before: int | None, timer: int | None, watermark: int) -> None:
        """Replace the timer of an appeal; Spark itself deletes a timer that is due."""
        if timer != before:
            if before is not None and before > watermark:
                self._handle.deleteTimer(before)
            if timer is not None:
                self._handle.registerTimer(timer)


def event_of(row: Row) -> Event:
    """Return the event of a row whose times are in microseconds since 1970."""
    return Event(
        **{
            field.name: EPOCH + value * MICROSECOND if field.type is datetime else value
            for value, field in zip(row, EVENT_FIELDS, strict=True)
            if value is not None
        }
    )


def row_of(change: Change) -> Row:
    """Return the row of a change, with times in microseconds since 1970."""
    return _Change(change.change_id, *map(_plain, change))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value

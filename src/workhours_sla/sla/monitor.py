"""The monitor: a pipeline in memory, whose snapshots a program can keep."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.memory_store import MemoryStore
from workhours_sla.sla.pipeline import Pipeline
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.store import BY_FOLD


@public()
class Monitor(Pipeline):
    """Applies events in any order and returns the changes of each clock: a pipeline in memory.

    The state depends only on the set of events, not on their order or on duplicates: the changes
    that were emitted and not retracted always equal the result of ``evaluate``. Time passes only
    through ``advance``: a breach is emitted when the watermark passes the limit. Mutable; usable
    from any thread, where calls run one at a time.

    >>> from workhours_sla import Event, EventType, Schedule, Target, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> monitor = Monitor(Policy([Target("first reply", working_hours(4), office)]))
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> [change.kind.value for change in
    ...  monitor.apply(Event("1", "A-1", EventType.CREATED, posted, posted))]
    ['opened']
    >>> print(monitor.next_at)
    2025-03-12 11:15:00+00:00
    >>> [change.kind.value for change in
    ...  monitor.advance(datetime(2025, 3, 12, 16, 0, tzinfo=office.tz))]
    ['at_risk', 'breached']
    """

    _store: MemoryStore

    def __init__(self, policy: Policy) -> None:
        super().__init__(MemoryStore(outbox=False), policy)

    @property
    def quarantine(self) -> tuple[Quarantined, ...]:
        """The events that do not count now, with corrections applied.

        Later events can make them count again.
        """
        found = [one for one in self._store.quarantine() if one.reason not in BY_FOLD]
        with self._store.lock:
            for appeals in self._all_appeals(self._store.appeal_ids()):
                for appeal in appeals.values():
                    found += appeal.fold(self._policy).appeal.quarantine
        return in_order(found)

    @property
    def next_at(self) -> datetime | None:
        """The first instant in UTC at which ``advance`` can cause a change.

        Advancing to an earlier instant causes none. None if time alone never causes one.
        """
        return self._store.next_at

    def snapshot(self) -> bytes:
        """Return the state as a pickle, which ``restore`` accepts.

        ``counters`` are not part of the state. Restore only pickles that you trust.
        """
        return self._store.snapshot()

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes) -> Self:
        """Return a monitor that continues from a snapshot.

        If the snapshot was taken under another policy, call ``replace(policy)`` to emit what the
        new policy changes. Raises WorkHoursError if ``snapshot`` is not a snapshot of this version.
        """
        monitor = cls(policy)
        monitor._store = MemoryStore.restore(policy, snapshot)
        return monitor

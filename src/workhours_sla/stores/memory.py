"""A store in memory, which is a SQLite database without a file, and the monitor over it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import in_order
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.schema import instant_if
from workhours_sla.stores.sqlite import SqliteDatabase
from workhours_sla.stores.store import HOT, DatabaseStore
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.store import BY_FOLD
from workhours_sla.version import __version__


@public("workhours_sla.stream")
class MemoryStore(DatabaseStore):
    """A store in the memory of one process; with ``outbox=False`` it keeps no changes.

    >>> from workhours_sla import Event, Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> store = MemoryStore()
    >>> changes = Pipeline(store, policy).apply(Event("1", "A-1", "created", posted, posted))
    >>> [(number, change.kind.value) for number, change in store.changes()]
    [(1, 'opened')]
    """

    def __init__(self, *, outbox: bool = True) -> None:
        self._database = SqliteDatabase.in_memory()
        super().__init__(self._database, HOT, keeps_changes=outbox)

    def close(self) -> None:
        """Do nothing: the content can still be read."""

    @property
    def next_at(self) -> datetime | None:
        """The first instant, in UTC, at which time alone may cause a change, or None."""
        return instant_if(self._all("SELECT min(timer) FROM appeal")[0][0])

    def snapshot(self) -> bytes:  # type: ignore[override] # stores in files take a path
        """Return the content as bytes, for ``restore``."""
        with self.lock:
            return self._database.connection.serialize()

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes, *, outbox: bool = True) -> Self:
        """Return a store from a snapshot; raises WorkHoursError for bytes that are no snapshot."""
        store = cls(outbox=outbox)
        store._database.load(snapshot)
        store._begin()
        store._state |= {"library_version": __version__, "policy_version": policy.version}
        return store


@public()
class Monitor(Pipeline):
    """Applies events in any order and returns the changes of each clock: a pipeline in memory.

    The state depends only on the set of events, not on their order or on duplicates: the changes
    that were emitted and not retracted always equal the result of ``evaluate``. Time passes only
    through ``advance``: a breach is emitted when time passes the limit. Mutable; usable from any
    thread, where calls run one at a time.

    ``snapshot`` returns the whole state. Save it together with the changes that you have passed on:
    after a crash, changes that were emitted after the snapshot are emitted again, and with other
    ids if the events come in other batches. After ``restore`` with another policy, call
    ``replace``. A Pipeline with a store in a file does all this.

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
        """The events that do not count now; a later event can make them count again."""
        found = [one for one in self._store.quarantine() if one.reason not in BY_FOLD]
        with self._store.lock:
            for appeals in self._all_appeals(self._store.appeal_ids()):
                for appeal in appeals.values():
                    found += appeal.fold(self._policy).appeal.quarantine
        return in_order(found)

    @property
    def next_at(self) -> datetime | None:
        """The first instant in UTC at which ``advance`` can cause a change, None if there is none.

        Advancing to an earlier instant causes no change.
        """
        return self._store.next_at

    def snapshot(self) -> bytes:
        """Return the state as bytes for ``restore``, without the ``counters``."""
        return self._store.snapshot()

    @classmethod
    def restore(cls, policy: Policy, snapshot: bytes) -> Self:
        """Return a monitor that continues from a snapshot.

        If the snapshot was taken under another policy, call ``replace(policy)`` to emit what the
        new policy changes. Raises WorkHoursError if ``snapshot`` is not a snapshot of this version.
        """
        monitor = cls(policy)
        monitor._store = MemoryStore.restore(policy, snapshot, outbox=False)
        return monitor

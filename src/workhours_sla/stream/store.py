"""The protocol of a store, which a pipeline and a delivery use, and the values that it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from workhours_sla.module_names import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import AppealState, Change
from workhours_sla.sla.deduplication import Copies, StoredEvent
from workhours_sla.sla.event import BEGINNING, Event
from workhours_sla.sla.policy import Policy
from workhours_sla.stream.outbox import Outbox
from workhours_sla.stream.source import Checkpoint, Rejected

NO_APPEAL: Final = "no_appeal"
"""The reason to quarantine the events of an appeal that was never posted."""
BY_FOLD: Final = frozenset({NO_APPEAL, "reply_before_post"})
"""The reasons to quarantine an event that contradicts the other events of its appeal."""

SWEPT_EVERY: Final = timedelta(hours=1)
"""How far time passes until a store with retention looks for old quarantined events again."""


class Dropped(NamedTuple):
    """The ids of appeals that were dropped some time after they ended, and of their events."""

    event_ids: Collection[str]
    appeal_ids: Collection[str]


@public("workhours_sla.stream")
class Holdings(NamedTuple):
    """How many events a store has received, applied, quarantined, replaced and dropped.

    read == applied + duplicate + quarantined + replaced + dropped. ``replaced`` counts the copies
    that a repair replaced. ``dropped`` counts the events of appeals that were dropped after
    retention. ``rejected`` counts rows without an event; ``read`` does not count them.
    """

    read: int
    applied: int
    duplicate: int
    quarantined: int
    replaced: int
    dropped: int
    rejected: int


@public("workhours_sla.stream")
class Batch(NamedTuple):
    """Rows of a source that are stored in one transaction, either all of them or none.

    ``positions`` says how far the source was read, keyed by partition.
    """

    source: str
    events: Sequence[Event] = ()
    rejected: Sequence[Rejected] = ()
    positions: Mapping[str, Checkpoint] = {}
    watermark: datetime | None = None


NO_BATCH: Final = Batch("")


class Work:
    """Collects in memory what one transaction writes; mutable."""

    batch: Batch = NO_BATCH  # the new rejected rows and the positions
    events: Sequence[Event] = ()  # those that arrived, in order, with copies of known events
    known: MutableMapping[str, StoredEvent | Copies]  # the copies of the ids that are not fresh
    reread: Mapping[int, Rejected | None] = {}  # by row number; None if the row has events now
    written: int = 0  # how many changes the store already has
    read = duplicate = conflicting = late = 0  # complete in the last part
    is_part: bool = False  # a long transaction is written in parts; False for the last

    def __init__(self, policy: Policy, watermark: datetime | None) -> None:
        self.policy = policy
        self.watermark: datetime = BEGINNING if watermark is None else watermark
        self.known = {}
        self.fresh: dict[str, Event] = {}  # new events that count, the only copies of their ids
        self.copies: list[StoredEvent] = []  # those in ``known`` that are new or changed
        self.appeals: dict[str, AppealState] = {}
        self.changes: list[Change] = []

    def clear(self) -> None:
        """Remove the copies and the appeals, after the store has written them."""
        self.known, self.fresh, self.copies, self.appeals = {}, {}, [], {}
        self.written = len(self.changes)
        self.is_part = False

    def copies_of(self, event_id: str) -> StoredEvent | Copies:
        """Return the copies of an id in ``known`` or ``fresh``, and move the id to ``known``."""
        event = self.fresh.pop(event_id, None)
        if event is not None:
            copy = self.known[event_id] = StoredEvent(event)
            self.copies.append(copy)
        return self.known[event_id]

    def quarantine(self, copy: StoredEvent, reason: str | None) -> None:
        if copy.quarantined != reason:
            copy.quarantined = reason
            self.alter(copy)

    def alter(self, copy: StoredEvent) -> None:
        if copy.number is not None:  # a new copy is in the list already
            self.copies.append(copy)


@public("workhours_sla.stream")
class Store(Outbox, Protocol):
    """Stores events, clocks, changes and positions in transactions, for one pipeline at a time."""

    @property
    def lock(self) -> AbstractContextManager[object]:
        """The lock that a pipeline takes for each call; raises StoreError in a closed store."""

    def transaction(self) -> AbstractContextManager[object]:
        """Return a block whose writes become durable when it ends, or are undone if it raises."""

    def close(self) -> None:
        """Close the store."""

    @property
    def watermark(self) -> datetime | None:
        """The instant in UTC up to which clocks have been judged, None if it was never advanced."""

    @property
    def built_under(self) -> str | None:
        """The version of the policy under which the clocks were last built.

        None if the store is new or of another version of this library: all clocks must be rebuilt.
        """

    def positions(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far each partition of a source was read, keyed by partition."""

    def advance(self, watermark: datetime) -> bool:
        """Advance the watermark in memory and return True, or return False if it must be written.

        It must be written if it reaches a timer, or if the last written watermark is too old.
        """

    # -- read within a transaction

    def known(
        self, events: Sequence[Event]
    ) -> tuple[MutableMapping[str, StoredEvent | Copies], Dropped | None]:
        """Return the stored copies with the ids of ``events``, keyed by id, and the dropped ids.

        The dropped ids are None if the store never dropped anything.
        """

    def copies(self, event_ids: Sequence[str]) -> Mapping[str, StoredEvent | Copies]:
        """Return the stored copies of the events with these ids, keyed by event id."""

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals keyed by id, in the order of ``ids``; unknown ids map to new appeals."""

    def appeal_ids(self, since: datetime = BEGINNING) -> Sequence[str]:
        """Return the ids of all appeals but those that ended before an instant."""

    def open_ids(self) -> Sequence[str]:
        """Return the ids of the appeals with at least one clock that has not ended, sorted."""

    def timers_due(self, watermark: datetime) -> Iterable[tuple[datetime, str]]:
        """Return the timers that a watermark reaches, as pairs of instant and appeal id."""

    # -- write within a transaction

    def write(self, work: Work) -> None:
        """Write what ``work`` has collected; a long transaction is written in several calls."""

    def drop(self, before: datetime) -> None:
        """Drop appeals, rejected rows and events older than an instant, and changes all sinks have.

        Old quarantined events are searched for once in ``SWEPT_EVERY``. One with the reason
        ``no_appeal`` stays while its appeal has other events. The number of rejected rows is kept.
        """

    # -- what users ask for

    def events(self) -> Iterator[Event]:
        """Yield every event, even if it is quarantined; of a repaired event, only the repair."""

    def history(self, appeal_id: str) -> Sequence[tuple[Event, str | None]]:
        """Return the events of an appeal in order, each with its quarantine reason or None.

        Copies that a repair replaced are left out. The result is empty for an unknown appeal.
        """

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Return the events that do not count now; later events may make them count again."""

    def rejected(self) -> Mapping[int, Rejected]:
        """Return the rejected rows, which produced no event, keyed by number."""

    def holdings(self) -> Holdings:
        """Return how many events were received, applied, quarantined, replaced and dropped."""

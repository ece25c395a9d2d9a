"""The storage protocol: what a pipeline and a delivery need of a store, whatever it is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from workhours_sla.public import public
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.appeal_state import AppealState
from workhours_sla.sla.change import Change
from workhours_sla.sla.deduplication import Copies, StoredEvent
from workhours_sla.sla.delivery import DeadLetter, Pending
from workhours_sla.sla.event import Event
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.source import Checkpoint, Rejected

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""The watermark of a transaction before there is one."""

BY_FOLD: Final = frozenset({"no_appeal", "reply_before_post"})
"""Why an effective copy may be quarantined: it contradicts the other events of its appeal."""


class Dropped(NamedTuple):
    """Which events and appeals were dropped after retention, by their ids."""

    event_ids: Collection[str]
    appeal_ids: Collection[str]


@public("workhours_sla.stream")
class Holdings(NamedTuple):
    """Where every event went that a store ever received.

    read == applied + duplicate + quarantined + replaced + dropped. ``replaced`` were repaired,
    ``dropped`` are of appeals that ended before retention. ``rejected`` counts rows without an
    event.
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
    """Rows that are stored in one transaction: all of them, or nothing."""

    source: str
    events: Sequence[Event] = ()
    rejected: Sequence[Rejected] = ()
    positions: Mapping[str, Checkpoint] = {}
    watermark: datetime | None = None


NO_BATCH: Final = Batch("")


class Work:
    """What one transaction writes, collected in memory; mutable.

    ``copies`` are the copies of events that are new or changed, ``appeals`` the appeals whose
    reported state or timer may have changed, and ``changes`` the changes that were emitted.
    ``batch`` has the rows without an event and the positions. ``reread`` maps the numbers of
    rejected rows to the rows as they are now rejected, or to None where a row has events now.

    A long transaction is written in parts: ``is_part`` is True for all but the last. The store
    already has the first ``written`` changes. The counters are complete in the last part.
    """

    batch: Batch = NO_BATCH
    reread: Mapping[int, Rejected | None] = {}
    written: int = 0
    read = duplicate = conflicting = late = 0
    is_part: bool = False

    def __init__(self, policy: Policy, watermark: datetime | None) -> None:
        self.policy = policy
        self.watermark: datetime = BEGINNING if watermark is None else watermark
        self.copies: list[StoredEvent] = []
        self.appeals: dict[str, AppealState] = {}
        self.changes: list[Change] = []

    def clear(self) -> None:
        """Remove what the store has. The changes and the counters remain."""
        self.copies, self.appeals = [], {}
        self.written = len(self.changes)
        self.is_part = False

    def quarantine(self, copy: StoredEvent, reason: str | None) -> None:
        """Set why a copy does not count, None if it does."""
        if copy.quarantined != reason:
            copy.quarantined = reason
            self.alter(copy)

    def alter(self, copy: StoredEvent) -> None:
        """Record that a copy differs from what the store has."""
        if copy.number is not None:  # a new copy is in the list already
            self.copies.append(copy)


class Outbox(Protocol):
    """The changes of a store, and how far each sink has them. Usable from any thread."""

    def changes(self, after: int = 0, limit: int = -1) -> Sequence[tuple[int, Change]]:
        """Return the changes after a number, each with its own, in the order of emission.

        A negative ``limit`` returns all of them.
        """

    def pending(self, sink: str, now: datetime, limit: int) -> Pending:
        """Return the first changes, numbered, that a sink is to be sent at ``now``."""

    def acknowledge(self, sink: str, numbers: Sequence[int], end: str | None = None) -> None:
        """Record that a sink has changes, and all before them; ``end`` is where it then ends."""

    def fail(self, sink: str, number: int, error: str, retry_at: datetime | None) -> None:
        """Record a failed attempt to send a change; without ``retry_at`` it is a dead letter."""

    def dead(self, sink: str) -> Sequence[DeadLetter]:
        """Return the changes that are no longer sent to a sink."""

    def replay(self, sink: str, numbers: Iterable[int]) -> int:
        """Make dead letters pending again, and return how many they were."""


@public("workhours_sla.stream")
class Store(Outbox, Protocol):
    """Keeps events, clocks, changes and positions, and writes them in one transaction.

    One pipeline at a time writes it.
    """

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Entered around each call of a pipeline. Raises StoreError if the store is closed."""

    def transaction(self) -> AbstractContextManager[object]:
        """Make everything within the block durable at its end, or nothing if it raises."""

    def close(self) -> None:
        """Close the store."""

    @property
    def watermark(self) -> datetime | None:
        """The instant, in UTC, up to which time has passed; None before the first."""

    @property
    def built_under(self) -> str | None:
        """The version of the policy that the clocks were last built under.

        None if all must be built again: in a new store, or if another version of this library
        wrote it.
        """

    def positions(self, source: str) -> Mapping[str, Checkpoint]:
        """Return how far the partitions of a source were read."""

    def advance(self, watermark: datetime) -> bool:
        """Advance the watermark without writing anything, and return True; False if it must be.

        It must be written if it reaches a timer, or if the last written one would be too old.
        """

    # -- read within a transaction

    def known(
        self, events: Sequence[Event]
    ) -> tuple[MutableMapping[str, StoredEvent | Copies], Dropped | None]:
        """Return what the store has of the events' ids: copies by id, and what was dropped.

        Additions to the copies may be kept. ``Dropped`` is None if nothing ever was.
        """

    def appeals(self, ids: Iterable[str]) -> Mapping[str, AppealState]:
        """Return appeals; one that the store does not have is new."""

    def appeal_ids(self) -> Sequence[str]:
        """Return the ids of all appeals."""

    def open_ids(self) -> Sequence[str]:
        """Return the ids of the appeals whose clocks have not all ended, sorted."""

    def timers_due(self, watermark: datetime) -> Iterable[tuple[datetime, str]]:
        """Return the timers that a watermark reaches, with the ids of their appeals."""

    # -- write within a transaction

    def write(self, work: Work) -> None:
        """Write what a transaction has collected so far, and empty it but for its changes."""

    def drop(self, before: datetime) -> None:
        """Drop appeals that ended before an instant, and changes that every sink has."""

    # -- what users ask for

    def events(self) -> Iterator[Event]:
        """Yield every event, quarantined ones included; of a repaired event only the repair."""

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Return the events that do not count now, with the reasons; later ones may change that."""

    def rejected(self) -> Mapping[int, Rejected]:
        """Return the rows without an event, by number."""

    def holdings(self) -> Holdings:
        """Return where every event went."""

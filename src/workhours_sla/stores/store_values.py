"""The values that a store takes and returns, and what one transaction writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from workhours_sla.sla.changes import AppealState, Change
from workhours_sla.sla.deduplication import Copies, StoredEvent
from workhours_sla.sla.event import BEGINNING, Event
from workhours_sla.sla.policy import Policy

NO_APPEAL: Final = "no_appeal"
"""The reason to quarantine the events of an appeal that was never posted."""
BY_FOLD: Final = frozenset({NO_APPEAL, "reply_before_post"})
"""The reasons to quarantine an event that contradicts the other events of its appeal."""

# -- input -------------------------------------------------------------------------------------


class Rejected(NamedTuple):
    """A row that produced no event.

    ``reason`` is a key of ``catalog.QUARANTINE_REASONS``. ``text`` is what the source keeps to read
    the row again: its mapped columns as JSON, empty if it has none.
    """

    reason: str
    detail: str
    text: str


class Checkpoint(NamedTuple):
    """A position in a partition, and the time of the partition's latest receipt or heartbeat."""

    position: str
    received_until: datetime | None = None


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
    known: MutableMapping[str, Copies]  # the copies of the ids that are not fresh
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

    def copies_of(self, event_id: str) -> Copies:
        """Return the copies of an id in ``known`` or ``fresh``, and move the id to ``known``."""
        event = self.fresh.pop(event_id, None)
        if event is not None:
            copy = StoredEvent(event)
            self.known[event_id] = Copies([copy])
            self.copies.append(copy)
        return self.known[event_id]

    def quarantine(self, copy: StoredEvent, reason: str | None) -> None:
        if copy.quarantined != reason:
            copy.quarantined = reason
            self.alter(copy)

    def alter(self, copy: StoredEvent) -> None:
        if copy.number is not None:  # a new copy is in the list already
            self.copies.append(copy)


class Dropped(NamedTuple):
    """The ids of appeals that were dropped some time after they ended, and of their events."""

    event_ids: Collection[str] = ()
    appeal_ids: Collection[str] = ()


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


# -- the outbox --------------------------------------------------------------------------------

CHANGE: Final = "change"
"""The kind of messages that a sink receives if it has no attribute ``takes``."""
DIGEST: Final = "digest"
MAIL: Final = "mail"


class StoredDigest(msgspec.Struct, frozen=True):
    """The texts to one agency at one time, as e-mail if there is a recipient."""

    agency_id: str | None
    at: datetime
    texts: tuple[str, ...]
    recipient: str | None = None

    @property
    def kind(self) -> str:
        return DIGEST if self.recipient is None else MAIL

    @property
    def change_id(self) -> str:
        """The identity of the message, as that of a change."""
        id_ = f"{self.agency_id or ''}/{self.at:%Y-%m-%dT%H:%M:%S.%fZ}"
        return id_ if self.recipient is None else f"{id_}/{self.recipient}"


Message = Any  # A Change or a StoredDigest, by the kind that a sink takes


class Progress(NamedTuple):
    """How many messages of a store a sink has acknowledged.

    ``number`` is the number of the last acknowledged message, 0 if there is none. ``end`` is what
    the sink returned when it accepted this message; None if it returned nothing.
    """

    number: int = 0
    end: str | None = None


class Failure(NamedTuple):
    """A message that a sink did not accept; ``retry_at`` is None for a dead letter."""

    number: int
    attempts: int
    retry_at: datetime | None
    error: str


class DeadLetter(NamedTuple):
    """A change that is no longer sent to a sink, its failed attempts, and the last error."""

    number: int
    change: Message
    attempts: int
    error: str


class Pending(NamedTuple):
    """The numbered changes that must be sent to a sink now, in order.

    ``attempts`` is the number of failed attempts to send the first change. ``retry_at`` is when a
    failed change is sent again, None if no failed change waits.
    """

    changes: Sequence[tuple[int, Message]] = ()
    attempts: int = 0
    retry_at: datetime | None = None

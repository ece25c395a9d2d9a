"""What happened to an appeal: the canonical event, without any text of the appeal itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from workhours_sla.errors import EventError, NaiveDatetimeError, shown
from workhours_sla.sla.sealed import fast_frozen

ALLOWED_SKEW = timedelta(minutes=5)
"""How far ahead of its receipt an event may claim to have happened."""


AUTHOR_ROLES = ("citizen", "official", "coordinator", "system")


class EventType(StrEnum):
    """Kinds of events; of two at the same instant the one named first here goes first."""

    CREATED = "created"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    CITIZEN_MESSAGE = "citizen_message"
    RESUMED = "resumed"
    REPLIED = "replied"
    PAUSED = "paused"
    EDITED = "edited"
    REVIEW = "review"
    CORRECTED = "corrected"
    DELETED = "deleted"
    RESTORED = "restored"
    CLOSED = "closed"
    REOPENED = "reopened"
    DUPLICATE_OF = "duplicate_of"


TYPE_RANK = {kind: rank for rank, kind in enumerate(EventType)}


@dataclass(frozen=True, slots=True, init=False)
class Event:
    """One thing that happened to one appeal.

    ``occurred_at`` and ``received_at`` are aware and kept in UTC, so that comparing them never
    depends on a wall clock. ``author_role`` is one of AUTHOR_ROLES (None: not known);
    ``substantive`` says whether a reply, or the reply under review, answers to the point (None:
    not judged). ``agency_id`` to ``regime`` say what the appeal belongs to; ``refers_to`` is the
    event that a review or a correction is about. Raises EventError for an empty id, an unknown
    type or role, NaiveDatetimeError for a time without an offset.
    """

    event_id: str
    appeal_id: str
    type: EventType
    occurred_at: datetime
    received_at: datetime
    source: str = ""
    agency_id: str | None = None
    district_id: str | None = None
    channel: str | None = None
    author_role: str | None = None
    substantive: bool | None = None
    reason: str | None = None
    topic: str | None = None
    importance: str | None = None
    regime: str | None = None
    refers_to: str | None = None

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        event_id: str,
        appeal_id: str,
        type: EventType,  # noqa: A002 - the word of the field
        occurred_at: datetime,
        received_at: datetime,
        source: str = "",
        agency_id: str | None = None,
        district_id: str | None = None,
        channel: str | None = None,
        author_role: str | None = None,
        substantive: bool | None = None,  # noqa: FBT001
        reason: str | None = None,
        topic: str | None = None,
        importance: str | None = None,
        regime: str | None = None,
        refers_to: str | None = None,
    ) -> None:
        if not event_id or not appeal_id:
            msg = (
                f"an event needs event_id and appeal_id, got {shown(event_id)}, {shown(appeal_id)}"
            )
            raise EventError(msg)
        if occurred_at.tzinfo is not UTC:
            occurred_at = _in_utc("occurred_at", occurred_at, event_id)
        if received_at.tzinfo is not UTC:
            received_at = _in_utc("received_at", received_at, event_id)
        if type.__class__ is not EventType:
            if type not in TYPE_RANK:
                msg = f"no event type {shown(type)}; use one of {', '.join(EventType)}"
                raise EventError(msg)
            type = EventType(type)  # noqa: A001
        if author_role is not None and author_role not in AUTHOR_ROLES:
            msg = f"no author_role {shown(author_role)}; use one of {', '.join(AUTHOR_ROLES)}"
            raise EventError(msg)
        object.__setattr__(self, "__class__", _Unsealed)
        _Unsealed.__init__(
            self,
            event_id,
            appeal_id,
            type,
            occurred_at,
            received_at,
            source,
            agency_id,
            district_id,
            channel,
            author_role,
            substantive,
            reason,
            topic,
            importance,
            regime,
            refers_to,
        )

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The key that puts an appeal's events in order, whatever order they came in."""
        return (self.occurred_at, TYPE_RANK[self.type], self.event_id)

    @property
    def content(self) -> tuple[object, ...]:
        """Everything the event says, apart from when it was received."""
        return (
            self.appeal_id,
            self.type,
            self.occurred_at,
            self.source,
            self.agency_id,
            self.district_id,
            self.channel,
            self.author_role,
            self.substantive,
            self.reason,
            self.topic,
            self.importance,
            self.regime,
            self.refers_to,
        )

    @property
    def canonical(self) -> str:
        """The content as text, for an order among events that share an id."""
        return repr(self.content)


_Unsealed = fast_frozen(Event)

checked_event: Final[Callable[..., Event]] = _Unsealed
"""Makes an event of all its fields in their order, in less time: nothing is checked again.

For readers that have seen to what ``Event`` asks of them, times in UTC included.
"""


def _in_utc(name: str, when: datetime, event_id: str) -> datetime:
    if when.utcoffset() is None:
        msg = f"{name} {when!r} of event {shown(event_id)} has no zone; give it an offset"
        raise NaiveDatetimeError(msg)
    try:
        return when.astimezone(UTC)
    except OverflowError:
        msg = f"{name} {when} of event {shown(event_id)} is outside the years 1 to 9999"
        raise EventError(msg) from None

"""Events: what happened to an appeal, without any text of the appeal itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from workhours_sla.argument_types import check_arguments
from workhours_sla.errors import EventError, NaiveDatetimeError, shown
from workhours_sla.module_names import public
from workhours_sla.sla.instants import BEGINNING, NEVER
from workhours_sla.text.messages import say

ALLOWED_SKEW = timedelta(minutes=5)
"""How far ``occurred_at`` may be after ``received_at``."""

EARLIEST, LATEST = BEGINNING + timedelta(days=1), NEVER - timedelta(days=1)
"""The first and the last time of an event; both are in the years 1 to 9999 in every zone."""

MOST_ID: Final = 1_024
"""Maximum length of an id in bytes of UTF-8, so that every database can index it."""
_SHORT_ID: Final = MOST_ID // 4
"""An id of so many characters is never too long."""

AUTHOR_ROLES = ("citizen", "official", "coordinator", "system")
"""The allowed values of ``author_role``."""


@public()
class EventType(StrEnum):
    """The types of events. Events of one appeal with the same time are sorted in the order below.

    >>> EventType("replied") is EventType.REPLIED
    True
    """

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


_TYPES: Final[dict[str, EventType]] = {kind.value: kind for kind in EventType}
TYPE_RANK = {kind: rank for rank, kind in enumerate(EventType)}
"""The position of each type in the order of events at one instant."""
TYPES: Final = tuple(EventType)


class Attributes(NamedTuple):
    """The attributes of an appeal that rules, schedules and reports use. None means not given.

    Each attribute is also a field of an event. The last event that gives an attribute sets it.

    >>> Attributes(channel="vk").channel
    'vk'
    """

    agency_id: str | None = None
    district_id: str | None = None
    channel: str | None = None
    topic: str | None = None
    importance: str | None = None
    regime: str | None = None


@public()
@dataclass(frozen=True, slots=True, init=False)
class Event:
    """Something that happened to an appeal.

    ``occurred_at`` and ``received_at`` must be aware and are kept in UTC. ``type`` is an EventType
    or its text. ``source`` names the system that the event comes from. ``author_role`` is one of
    AUTHOR_ROLES, None if it is unknown. ``substantive`` says whether a reply, or the reply under
    review, answers what the citizen asked, None if nobody has judged that. ``reason`` is free text;
    the reason ``interim`` means that a reply is not yet the answer. ``agency_id``, ``district_id``,
    ``channel``, ``topic``, ``importance`` and ``regime`` set attributes of the appeal from this
    event on; None changes nothing. ``refers_to`` is the id of the event that a review or a
    correction is about.

    Raises EventError for an empty id, an id of more than 1,024 bytes in UTF-8, an unknown type or
    role, a text with the character U+0000, or a time that is not in the years 1 to 9999 in every
    zone; NaiveDatetimeError for a time without an offset.

    >>> from datetime import timezone
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=timezone(timedelta(hours=3)))
    >>> event = Event("1", "A-1", "created", posted, posted, channel="vk")
    >>> event.type, str(event.occurred_at)
    (<EventType.CREATED: 'created'>, '2025-03-12 07:15:00+00:00')
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

    def __init__(
        self,
        event_id: str,
        appeal_id: str,
        type: EventType | str,
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
        if not (  # a fast form of check_arguments
            event_id.__class__ is appeal_id.__class__ is source.__class__ is str
            and isinstance(occurred_at, datetime)  # type: ignore[redundant-expr]
            and isinstance(received_at, datetime)  # type: ignore[redundant-expr]
            and (agency_id is None or agency_id.__class__ is str)
            and (district_id is None or district_id.__class__ is str)
            and (channel is None or channel.__class__ is str)
            and (reason is None or reason.__class__ is str)
            and (topic is None or topic.__class__ is str)
            and (importance is None or importance.__class__ is str)
            and (regime is None or regime.__class__ is str)
            and (refers_to is None or refers_to.__class__ is str)
            and (substantive is None or substantive.__class__ is bool)
        ):
            check_arguments(Event.__init__, locals(), EventError)
        if not event_id or not appeal_id:
            msg = (
                f"an event needs event_id and appeal_id, got {shown(event_id)}, {shown(appeal_id)}"
            )
            raise EventError(msg)
        check_ids(event_id, appeal_id)
        if occurred_at.tzinfo is not UTC or not EARLIEST <= occurred_at <= LATEST:
            occurred_at = _in_utc("occurred_at", occurred_at, event_id)
        if received_at.tzinfo is not UTC or not EARLIEST <= received_at <= LATEST:
            received_at = _in_utc("received_at", received_at, event_id)
        if type.__class__ is not EventType:
            if not isinstance(type, str) or type not in _TYPES:  # type: ignore[redundant-expr]
                msg = f"no event type {shown(type)}; use one of {', '.join(EventType)}"
                raise EventError(msg)
            type = _TYPES[type]  # noqa: A001
        if author_role is not None and author_role not in AUTHOR_ROLES:
            msg = f"no author_role {shown(author_role)}; use one of {', '.join(AUTHOR_ROLES)}"
            raise EventError(msg)
        values = (
            *(event_id, appeal_id, type, occurred_at, received_at, source, agency_id, district_id),
            *(channel, author_role, substantive, reason, topic, importance, regime, refers_to),
        )
        for name, value in zip(FIELD_NAMES, values, strict=True):
            if value.__class__ is str and "\0" in value:
                raise EventError(say("nul_character", name=name, text=shown(value)))
            object.__setattr__(self, name, value)

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The sort key of the events of an appeal: time, type, then id."""
        return (self.occurred_at, TYPE_RANK[self.type], self.event_id)

    @property
    def content(self) -> tuple[object, ...]:
        """The values of all fields except ``event_id`` and ``received_at``, in order."""
        return _content_of(self)

    @property
    def canonical(self) -> str:
        """The content as text, which sorts events that share an id."""
        return repr(self.content)


class EventField(NamedTuple):
    """The description of one field of the class Event, for readers and writers of events.

    ``type`` is ``str``, ``bool``, ``datetime`` or ``EventType``. A field that is not ``required``
    may be left out. Only a ``nullable`` field may be None.
    """

    name: str
    type: type
    required: bool
    nullable: bool


_FIELD_TYPES: Final = {
    "str": str,
    "str | None": str,
    "bool | None": bool,
    "datetime": datetime,
    "EventType": EventType,
}
EVENT_FIELDS: Final = tuple(
    EventField(
        field.name,
        _FIELD_TYPES[str(field.type)],
        required=field.default is MISSING,
        nullable=field.default is None,
    )
    for field in fields(Event)
)
"""The fields of the class Event, in order."""
FIELD_NAMES: Final = tuple(field.name for field in EVENT_FIELDS)
CONTENT_FIELDS: Final = tuple(
    name for name in FIELD_NAMES if name not in {"event_id", "received_at"}
)
"""The names of the fields that ``Event.content`` has, in order."""
_content_of: Final[Callable[[Event], tuple[object, ...]]] = attrgetter(*CONTENT_FIELDS)


def is_long_id(text: str) -> bool:
    """Return whether an id has more than ``MOST_ID`` bytes in UTF-8."""
    return len(text) > _SHORT_ID and len(text.encode("utf-8", "surrogatepass")) > MOST_ID


def check_ids(event_id: str, appeal_id: str) -> None:
    """Raise EventError if an id is too long."""
    for name, text in (("event_id", event_id), ("appeal_id", appeal_id)):
        if is_long_id(text):
            raise EventError(say("long_id", name=name, text=shown(text), most=MOST_ID))


def _in_utc(name: str, when: datetime, event_id: str) -> datetime:
    if when != when:  # noqa: PLR0124 - NaT of pandas is a datetime
        msg = f"{name} of event {shown(event_id)} is NaT; give an aware datetime"
        raise EventError(msg)
    if when.utcoffset() is None:
        msg = f"{name} {when!r} of event {shown(event_id)} has no zone; give it an offset"
        raise NaiveDatetimeError(msg)
    try:
        in_utc = when.astimezone(UTC)
    except OverflowError:
        in_utc = BEGINNING
    if not EARLIEST <= in_utc <= LATEST:
        msg = (
            f"{name} {when} of event {shown(event_id)} is not in the years 1 to 9999 in every zone;"
            " correct it"
        )
        raise EventError(msg)
    return in_utc

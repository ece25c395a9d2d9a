"""Events: what happened to an appeal, without any text of the appeal itself.

Beside it, what the system that exported an appeal says of its due time and verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from types import NoneType
from typing import Final, Literal, NamedTuple

from workhours_sla.argument_types import check_arguments
from workhours_sla.errors import EventError, NaiveDatetimeError, shown
from workhours_sla.module_names import public
from workhours_sla.text.messages import say

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""The first instant that a datetime can represent, before every other."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The last instant that a datetime can represent. It means that a time is never reached."""

ALLOWED_SKEW: Final = timedelta(minutes=5)
"""How far the clocks of two machines may differ: a time further ahead is in the future."""

EARLIEST, LATEST = BEGINNING + timedelta(days=1), NEVER - timedelta(days=1)
"""The first and the last time of an event; both are in the years 1 to 9999 in every zone."""

MOST_TEXT: Final = 1_024
"""Maximum length of a text of an event in bytes of UTF-8, so that every database can index it."""
_SHORT_TEXT: Final = MOST_TEXT // 4
"""A text of so many characters is never too long."""

AUTHOR_ROLES = ("citizen", "official", "coordinator", "system")
"""The allowed values of ``author_role``."""


@public()
class EventType(StrEnum):
    """The types of events, in the order in which one appeal's events with the same time are sorted.

    CREATED, REGISTERED, ASSIGNED, TRANSFERRED, CITIZEN_MESSAGE, RESUMED, REPLIED (an answer),
    PAUSED, EDITED, REVIEW, CORRECTED, DELETED, RESTORED, CLOSED, REOPENED, DUPLICATE_OF.

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

    Raises EventError for an empty id, a text of more than 1,024 bytes in UTF-8, an unknown type or
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
        values = (
            *(event_id, appeal_id, type, occurred_at, received_at, source, agency_id, district_id),
            *(channel, author_role, substantive, reason, topic, importance, regime, refers_to),
        )
        for set_value, classes, value in zip(_SETTERS, _CLASSES, values, strict=True):
            if classes and value.__class__ not in classes:
                check_arguments(Event.__init__, locals(), EventError)
            set_value(self, value)
        together = "".join([value for value in values if isinstance(value, str)])
        if len(together) > _SHORT_TEXT or "\0" in together:
            _check_texts(values)
        if not event_id or not appeal_id:
            msg = (
                f"an event needs event_id and appeal_id, got {shown(event_id)}, {shown(appeal_id)}"
            )
            raise EventError(msg)
        for name, when in (("occurred_at", occurred_at), ("received_at", received_at)):
            if when.tzinfo is not UTC or not EARLIEST <= when <= LATEST:
                _set(self, name, _in_utc(name, when, event_id))
        if type.__class__ is not EventType:
            if not isinstance(type, str) or type not in _TYPES:  # type: ignore[redundant-expr]
                msg = f"no event type {shown(type)}; use one of {', '.join(EventType)}"
                raise EventError(msg)
            _set(self, "type", _TYPES[type])
        if author_role is not None and author_role not in AUTHOR_ROLES:
            msg = f"no author_role {shown(author_role)}; use one of {', '.join(AUTHOR_ROLES)}"
            raise EventError(msg)

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
        """The content as text, by which events that share an id are sorted."""
        return repr(self.content)


class EventField(NamedTuple):
    """The description of one field of the class Event, for readers and writers of events."""

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
_CLASSES: Final = [
    () if field.type is EventType else (field.type, NoneType) if field.nullable else (field.type,)
    for field in EVENT_FIELDS
]
"""The classes of the values of each field that ``check_arguments`` need not check."""
_SETTERS: Final = [getattr(Event, name).__set__ for name in FIELD_NAMES]
_set: Final = object.__setattr__


def is_long(text: str) -> bool:
    return len(text) > _SHORT_TEXT and len(text.encode("utf-8", "surrogatepass")) > MOST_TEXT


def check_text(name: str, text: str) -> None:
    if is_long(text):
        raise EventError(say("long_text", name=name, text=shown(text), most=MOST_TEXT))
    if "\0" in text:
        raise EventError(say("nul_character", name=name, text=shown(text)))


def _check_texts(values: tuple[object, ...]) -> None:
    for name, value in zip(FIELD_NAMES, values, strict=True):
        if isinstance(value, str):
            check_text(name, value)


def is_future(event: Event) -> bool:
    """Return whether an event claims to have happened over five minutes after its receipt."""
    return event.occurred_at - event.received_at > ALLOWED_SKEW


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


def in_utc(name: str, when: datetime) -> datetime:
    try:
        offset = when.utcoffset()
    except (AttributeError, ValueError):  # text and dates have no offset, and NaT refuses
        raise TypeError(say("not_a_datetime", name=name, value=shown(when))) from None
    if offset is None:
        msg = f"{name} {when!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    return when.astimezone(UTC)


Theirs = Literal["met", "breached"]
"""The verdicts of other systems."""


class Claim(NamedTuple):
    """The due time and the verdict of an appeal in the system that exported the file.

    ``due_at`` is in UTC. ``due_at`` and ``verdict`` are None if the system did not export them.

    >>> Claim("A-1", verdict="met").due_at is None
    True
    """

    appeal_id: str
    due_at: datetime | None = None
    verdict: Theirs | None = None

"""Events as plain tuples, which take less memory than objects of the class Event.

Stores in memory keep millions of events. The garbage collector visits every object of the class
Event at each full collection, but it skips a plain tuple of texts, numbers and instants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

from workhours_sla.sla.event import TYPE_RANK, Attributes, Event, EventType, checked_event

Record = tuple[Any, ...]
"""An event as a tuple. The constants below are the indexes of its values."""

OCCURRED_AT: Final = 0
RANK: Final = 1
"""The index of the type, which is a number: the index of the event type in TYPES."""
EVENT_ID: Final = 2
RECEIVED_AT: Final = 3
APPEAL_ID: Final = 4
SOURCE: Final = 5
ATTRIBUTES: Final = slice(6, 12)
"""The attributes, in the order of the class Attributes."""
AGENCY_ID: Final = 6
AUTHOR_ROLE: Final = 12
SUBSTANTIVE: Final = 13
REASON: Final = 14
REFERS_TO: Final = 15

TYPES: Final = tuple(EventType)
"""The event types in the order of their ranks."""

order_of: Final[Callable[[Record], tuple[Any, ...]]] = itemgetter(slice(0, 3))
"""Return the sort key of a record: the same as ``Event.order``."""

_rest_of: Final[Callable[[Event], Record]] = attrgetter(
    "event_id",
    "received_at",
    "appeal_id",
    "source",
    *Attributes._fields,
    "author_role",
    "substantive",
    "reason",
    "refers_to",
)


_SHORT: Final = 16
"""A sequence of at most this many records is a tuple, which the garbage collector skips too."""

Item = TypeVar("Item")


def with_item(items: Sequence[Item], item: Item) -> Sequence[Item]:
    """Append an item to a sequence, and return the sequence: a tuple if short, otherwise a list."""
    if isinstance(items, list):
        items.append(item)
        return items
    return (*items, item) if len(items) < _SHORT else [*items, item]


def as_list(items: Sequence[Item]) -> list[Item]:
    """Return a sequence of ``with_item`` as a list that can be changed."""
    return items if isinstance(items, list) else list(items)


def record_of(event: Event) -> Record:
    """Return an event as a record."""
    return (event.occurred_at, TYPE_RANK[event.type], *_rest_of(event))


def event_of(record: Record) -> Event:
    """Return the event of a record.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=UTC)
    >>> event = Event("1", "A-1", "replied", noon, noon, channel="vk", substantive=True)
    >>> event_of(record_of(event)) == event
    True
    """
    (
        occurred_at,
        rank,
        event_id,
        received_at,
        appeal_id,
        source,
        agency_id,
        district_id,
        channel,
        topic,
        importance,
        regime,
        author_role,
        substantive,
        reason,
        refers_to,
    ) = record
    return checked_event(
        event_id,
        appeal_id,
        TYPES[rank],
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

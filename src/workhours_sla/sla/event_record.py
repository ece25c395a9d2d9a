"""Events as plain tuples, which take less memory than objects of the class Event.

Stores in memory keep millions of events. The garbage collector visits every object of the class
Event at each full collection, but it skips a plain tuple of texts, numbers and instants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

from workhours_sla.sla.event import (
    FIELD_NAMES,
    TYPE_RANK,
    Attributes,
    Event,
    EventType,
    checked_event,
)

Record = tuple[Any, ...]
"""An event as a tuple. The constants below are the indexes of its values."""

_FIELDS: Final = ("occurred_at", "type", "event_id", "received_at", "appeal_id", *FIELD_NAMES[5:])
"""The fields of an event in the order of a record: first those of ``Event.order``."""
OCCURRED_AT: Final = 0
RANK: Final = 1
"""The index of the type, which is a number: the index of the event type in TYPES."""
EVENT_ID: Final = 2
RECEIVED_AT: Final = 3
APPEAL_ID: Final = 4
AGENCY_ID, AUTHOR_ROLE, SUBSTANTIVE, REASON, REFERS_TO = map(
    _FIELDS.index, ("agency_id", "author_role", "substantive", "reason", "refers_to")
)
attributes_of: Final[Callable[[Record], tuple[str | None, ...]]] = itemgetter(
    *map(_FIELDS.index, Attributes._fields)
)
"""Return the attributes that an event sets, in the order of the class Attributes."""
TYPES: Final = tuple(EventType)
"""The event types in the order of their ranks."""

order_of: Final[Callable[[Record], tuple[Any, ...]]] = itemgetter(slice(0, 3))
"""Return the sort key of a record: the same as ``Event.order``."""

_rest_of: Final[Callable[[Event], Record]] = attrgetter(*_FIELDS[2:])

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
    occurred_at, rank, event_id, received_at, appeal_id, *rest = record
    return checked_event(event_id, appeal_id, TYPES[rank], occurred_at, received_at, *rest)

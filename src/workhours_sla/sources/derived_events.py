"""Events of rows that name no event id; the id is computed from the content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from json import JSONEncoder
from typing import Final

import msgspec

from workhours_sla.errors import EventError
from workhours_sla.sla.event import Event, EventType, is_long
from workhours_sla.sources.rows import RefusedError

_ID_DIGITS: Final = 20
_encode: Final = msgspec.json.Encoder().encode
_encode_any: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BEGINNINGS: Final = frozenset(
    {
        EventType.REGISTERED,
        EventType.ASSIGNED,
        EventType.TRANSFERRED,
        EventType.CITIZEN_MESSAGE,
        EventType.PAUSED,
        EventType.EDITED,
    }
)
"""Event types that an appeal may begin with; any other type needs an earlier event."""


def content_id(
    appeal_id: str, kind: EventType, occurred_at: datetime, *facts: str | bool | None
) -> str:
    """Return an id computed from the content of an event: equal contents have equal ids.

    The id is the first 20 hexadecimal digits of the SHA-256 of a JSON array. The array has the
    fields of Event in their order, without ``event_id`` and ``received_at``, and without empty
    fields at the end. ``occurred_at`` is written as ISO 8601 in UTC. Events that differ in any of
    these fields have different ids.

    >>> content_id("A-1", EventType.CREATED, datetime(2025, 10, 31, 14, 30, tzinfo=UTC), "vk")
    '90ec7dec449d18556749'
    """
    given = list(facts)
    while given and given[-1] is None:
        given.pop()
    fields = [appeal_id, kind.value, occurred_at.astimezone(UTC).isoformat(), *given]
    try:
        content = _encode(fields)
    except UnicodeEncodeError:  # a half of a surrogate pair, from an emoji that was cut
        content = _encode_any(fields).encode("utf-8", "surrogatepass")
    return sha256(content).hexdigest()[:_ID_DIGITS]


def has_content_id(event: Event) -> bool:
    return event.event_id == content_id(*event.content)  # type: ignore[arg-type]


@contextmanager
def refusing() -> Iterator[None]:
    try:
        yield
    except EventError as error:
        raise RefusedError(error.args[0]) from None


def derived_event(
    appeal_id: str,
    kind: EventType,
    occurred_at: datetime,
    *facts: str | bool | None,
    received_at: datetime | None = None,
) -> Event:
    own_id = content_id(appeal_id, kind, occurred_at, *facts)
    received_at = received_at or occurred_at
    with refusing():
        return Event(own_id, appeal_id, kind, occurred_at, received_at, *facts)  # type: ignore[arg-type]


def with_creation(event: Event) -> tuple[Event, ...]:
    """Return an event, preceded by a creation of its appeal if the event may begin an appeal."""
    if event.type not in _BEGINNINGS:
        return (event,)  # an appeal that begins with an answer was cut off by the export
    own_id = f"{event.event_id}/created"
    if is_long(own_id):
        own_id = f"{content_id(event.event_id, event.type, event.occurred_at)}/created"
    created = replace(
        event,
        event_id=own_id,
        type=EventType.CREATED,
        author_role=None,
        substantive=None,
        reason=None,
        refers_to=None,
    )
    return (created, event)

"""Changes as lines of JSON, under a schema version: what sinks write and programs read."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import astuple

from workhours_sla.adapters.json.text import escape_control_bytes
from workhours_sla.errors import StoreError, clipped
from workhours_sla.sla.change import Change, ChangeKind

SCHEMA = "workhours.change/2"


class _First(msgspec.Struct, frozen=True, tag_field="schema", tag="workhours.change/1"):
    """A change in the first form; its fields are those of Change behind its identity."""

    change_id: str
    kind: ChangeKind
    appeal_id: str
    target: str
    cycle: int
    revision: int
    at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    retracts: str | None
    evidence: tuple[str, ...]
    agency_id: str | None
    calendar_version: str
    policy_version: str


class _Line(_First, frozen=True, tag_field="schema", tag=SCHEMA):
    """A change as it is written."""

    retroactive: bool


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_First | _Line).decode


def change_to_json(change: Change) -> bytes:
    """Return a change as one line of JSON in UTF-8, without a line ending; instants are in UTC.

    Control characters are escaped, so that a terminal shows the line as it is.

    >>> from datetime import UTC
    >>> at = datetime(2025, 3, 12, 12, 30, tzinfo=UTC)
    >>> change = Change(ChangeKind.BREACHED, "A-1", "first reply", 0, 3, at, at, at, None,
    ...                 ("e1",), "roads", "2026-09-17", "5d1c")
    >>> change_to_json(change)[:84]
    b'{"schema":"workhours.change/2","change_id":"A-1/first reply/0/breached/3","kind":"br'
    >>> change_from_json(change_to_json(change)) == change
    True
    """
    return escape_control_bytes(_encode(_Line(change.change_id, *change)))


def change_from_json(line: bytes | str) -> Change:
    """Return the change that ``change_to_json`` wrote. Raises StoreError for anything else."""
    try:
        told = _decode(line)
    except (ValueError, RecursionError) as error:
        why = clipped(str(error), 200)
        msg = f"this is no line of {SCHEMA} ({why}); give one that change_to_json wrote"
        raise StoreError(msg) from None
    return Change._make(astuple(told)[1:])

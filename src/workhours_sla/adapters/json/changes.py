"""The JSON form of changes: a line each, as sinks write them, encoded by msgspec alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import astuple

from workhours_sla.adapters.json.control_characters import escape_control_bytes
from workhours_sla.sla.change import Change, ChangeKind

SCHEMA: Final = "workhours.change/2"


class ChangeLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag=SCHEMA
):
    """A change: its identity, then the fields of Change in their order."""

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
    retroactive: bool


class _Other(msgspec.Struct, tag_field="schema", tag=""):
    """A second member of the union below, which makes the schema a required key."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ChangeLine | _Other).decode


def change_of(line: ChangeLine) -> Change:
    """Return the change of a line."""
    return Change._make(astuple(line)[1:])


def decode_change(text: str | bytes) -> Change:
    """Return the change of a line of JSON.

    Raises ValueError, TypeError or RecursionError for anything else, of which ``from_json`` makes
    an error with the key path.
    """
    return Change._make(astuple(_decode(text))[1:])


def change_to_json(change: Change) -> bytes:
    """Return a change as one line of JSON in UTF-8, without a line ending; instants are in UTC.

    Control characters are escaped, so that a terminal shows the line as it is.

    >>> from datetime import UTC
    >>> at = datetime(2025, 3, 12, 12, 30, tzinfo=UTC)
    >>> change = Change(ChangeKind.BREACHED, "A-1", "first reply", 0, 3, at, at, at, None,
    ...                 ("e1",), "roads", "2026-09-17", "5d1c")
    >>> change_to_json(change)[:84]
    b'{"schema":"workhours.change/2","change_id":"A-1/first reply/0/breached/3","kind":"br'
    """
    return escape_control_bytes(_encode(ChangeLine(change.change_id, *change)))

"""Changes as JSON: sinks write one line for each change."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from workhours_sla.json.text import escape_control_bytes
from workhours_sla.sla.changes import Change

SCHEMA: Final = "workhours.change/2"

ChangeLine: Final[Any] = msgspec.defstruct(
    "ChangeLine",
    [("change_id", str), *Change.__annotations__.items()],
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="schema",
    tag=SCHEMA,
)
"""The struct of a JSON line: the id of the change, then the fields of Change in order."""


class _Other(msgspec.Struct, tag_field="schema", tag=""):
    """A struct that matches no change. In a union with ChangeLine it makes ``schema`` required."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ChangeLine | _Other).decode


def change_of(line: Any) -> Change:
    return Change._make(astuple(line)[1:])


def decode_change(text: str | bytes) -> Change:
    return change_of(_decode(text))


def change_to_json(change: Change) -> bytes:
    """Return a change as one line of JSON in UTF-8, without a line ending. Times are in UTC."""
    return escape_control_bytes(_encode(ChangeLine(change.change_id, *change)))

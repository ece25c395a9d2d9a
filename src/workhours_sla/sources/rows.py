"""The result of reading a row of a file: its events, or the reason for its rejection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.event import Event

CLIPPED: Final = 500
"""Maximum number of characters of a row's text in a Fault."""


@public("workhours_sla.files")
class Fault(NamedTuple):
    """A rejected row.

    ``line`` is the number of the row's first line, counted from 1. ``reason`` is a key of
    ``words.QUARANTINE_REASONS``. ``detail`` describes the cause. ``text`` is the row, shortened to
    500 characters.
    """

    line: int
    reason: str
    detail: str
    text: str


class Inverted(tuple[Event, ...]):
    """The events of a row whose answer precedes its posting by no more than the tolerance."""

    __slots__ = ()


Item = tuple[Event, ...] | Fault
"""The events of one row, none if it is ignored, or the Fault if the row was rejected."""
Record = Mapping[str, object]
"""The values of one row, keyed by the file's column names."""


def clip(text: str) -> str:
    """Return a row's text without its line ending, shortened to ``CLIPPED`` characters."""
    text = text.rstrip("\r\n")
    return text if len(text) <= CLIPPED else text[:CLIPPED] + "..."

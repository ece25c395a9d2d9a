"""What reading a row of a file gives: its events, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.event import Event

CLIPPED: Final = 500
"""The most characters of a row's text that a Fault keeps."""


@public("workhours_sla.files")
class Fault(NamedTuple):
    """A row that was rejected: the number of its first line, the reason, a detail, and the text.

    ``line`` is counted from 1. ``reason`` is a key of ``words.QUARANTINE_REASONS``. ``text`` is
    shortened to 500 characters.
    """

    line: int
    reason: str
    detail: str
    text: str


class Inverted(tuple[Event, ...]):
    """The events of a row whose answer was before its posting, but within the tolerance."""

    __slots__ = ()


Item = tuple[Event, ...] | Fault
"""The events of one row, none if it is ignored, or the Fault if the row was rejected."""
Record = Mapping[str, object]
"""The values of one row, keyed by the file's name of the column."""


def clip(text: str) -> str:
    """Return a row's text without its line ending, shortened to ``CLIPPED`` characters."""
    text = text.rstrip("\r\n")
    return text if len(text) <= CLIPPED else text[:CLIPPED] + "..."

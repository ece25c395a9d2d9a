"""How to check the rows of each table of a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from workhours_sla.adapters.stores.stored_rows import (
    Row,
    change_of,
    event_of,
    instant,
    is_intact,
    is_intact_body,
    reported_of,
)


class RowCheck(NamedTuple):
    """How to check the rows of a table: a test of the checksum, and a parser."""

    intact: Callable[[Row], bool]
    read: Callable[[Row], object] = str


CHECKS: Final = {
    "meta": RowCheck(is_intact),
    "event": RowCheck(
        lambda row: is_intact_body((row[0], row[0], row[3], row[4])),
        lambda row: event_of(row[2], row[3]),
    ),
    "appeal": RowCheck(
        lambda row: is_intact_body((row[0], 0, row[1], row[2])),
        lambda row: (reported_of(row[1]), *map(instant, filter(None, row[3:]))),
    ),
    "outbox": RowCheck(
        lambda row: is_intact_body((row[0], row[0] + (row[1] or 0), row[2], row[3])),
        lambda row: change_of(row[2]),
    ),
    "progress": RowCheck(is_intact),
    "failure": RowCheck(is_intact),
    "position": RowCheck(is_intact),
    "rejected": RowCheck(is_intact),
}
"""The tables whose rows have checksums."""

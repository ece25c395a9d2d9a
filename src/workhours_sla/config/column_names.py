"""The columns of files of appeals: their canonical names, and how a configuration names them.

A canonical column is a column under the name that this library uses for it. Under [columns], a
canonical column has one of these values:

- ``"a"``: the column ``a`` of the file;
- ``"a ?? b"``: the column ``a``, or ``b`` in rows in which ``a`` is empty;
- ``["a", "b"]``: both columns, joined by a blank in a time and by `` + `` in any other column; each
  item may have ``??``;
- ``""``: no column, because the file lacks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from workhours_sla.sla.event import FIELD_NAMES, Attributes

Kind = Literal["events", "appeals", "statuses"]
"""The kind of a file: each row is an appeal, an event or a status."""
Written = str | tuple[str, ...]
"""The value of a key under ``[columns]``."""
Parts = tuple[tuple[str, ...], ...]
"""The columns to join. Each part lists columns, of which the first with a value counts."""

OR: Final = " ?? "
"""Separator between columns of which the first with a value counts."""
AND: Final = " + "
"""Separator between the values of joined columns."""

CLAIM_COLUMNS: Final = ("their_due_at", "their_verdict")
"""Columns, in files of every kind, with the due time and verdict of the exporting system."""
COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "events": (*FIELD_NAMES, *CLAIM_COLUMNS),
    "appeals": ("appeal_id", "posted_at", "answered_at", *Attributes._fields, *CLAIM_COLUMNS),
    "statuses": (
        *("appeal_id", "status", "since", "received_at", "source"),
        *Attributes._fields,
        *CLAIM_COLUMNS,
    ),
}
"""Canonical columns that a file of each kind may have."""
REQUIRED: Final[Mapping[Kind, tuple[str, ...]]] = {
    "events": ("appeal_id", "type", "occurred_at"),
    "appeals": ("appeal_id", "posted_at"),
    "statuses": ("appeal_id", "status", "since"),
}
"""Canonical columns that must have a value in every row, for each kind of file."""
TIMES: Final = frozenset(
    {"occurred_at", "received_at", "posted_at", "answered_at", "since", "their_due_at"}
)
"""Canonical columns that contain times."""
UNNAMED: Final[Mapping[str, str]] = {"their_due_at": f"their_due_at{OR}expected_datetime"}
"""Default values under ``[columns]`` for canonical columns that a file names differently."""


def parts_of(written: str | Sequence[str]) -> Parts:
    """Parse the value of a key under ``[columns]``.

    >>> parts_of("reply_to ?? id"), parts_of(["date", "time"]), parts_of("")
    ((('reply_to', 'id'),), (('date',), ('time',)), ())
    """
    if not written:
        return ()
    listed = [written] if isinstance(written, str) else written
    return tuple(tuple(name.strip() for name in one.split(OR)) for one in listed)


def shown_columns(written: str | Sequence[str]) -> str:
    """Write the value of a key under ``[columns]`` as one text, for messages.

    >>> shown_columns(["date", "time"])
    'date + time'
    """
    return written if isinstance(written, str) else AND.join(written)

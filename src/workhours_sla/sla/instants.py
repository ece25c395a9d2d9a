"""Instants in UTC: the conversion of aware datetimes, and the first and last of all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from workhours_sla.errors import NaiveDatetimeError

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""An instant before every other."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""In place of an instant that is never reached."""


def in_utc(name: str, when: datetime) -> datetime:
    """Return an aware datetime in UTC. ``name`` is the argument that the message names.

    Raises NaiveDatetimeError.

    >>> from datetime import timedelta, timezone
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=timezone(timedelta(hours=3)))
    >>> str(in_utc("as_of", noon))
    '2025-03-12 09:00:00+00:00'
    """
    if when.utcoffset() is None:
        msg = f"{name} {when!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    return when.astimezone(UTC)

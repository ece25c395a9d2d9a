"""Convert aware datetimes to UTC; the first and the last instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from workhours_sla.errors import NaiveDatetimeError

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""The first instant that a datetime can represent, before every other."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The last instant that a datetime can represent. It means that a time is never reached."""


def in_utc(name: str, when: datetime) -> datetime:
    """Return an aware datetime in UTC. Raises NaiveDatetimeError for a naive one.

    ``name`` is the name of the argument, for the message of the error.

    >>> from datetime import timedelta, timezone
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=timezone(timedelta(hours=3)))
    >>> str(in_utc("as_of", noon))
    '2025-03-12 09:00:00+00:00'
    """
    if when.utcoffset() is None:
        msg = f"{name} {when!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    return when.astimezone(UTC)

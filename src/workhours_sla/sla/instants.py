"""Convert aware datetimes to UTC; the first and the last instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from workhours_sla.errors import NaiveDatetimeError, shown
from workhours_sla.text.messages import Detail, say

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""The first instant that a datetime can represent, before every other."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The last instant that a datetime can represent. It means that a time is never reached."""


def in_utc(name: str, when: datetime) -> datetime:
    """Return an aware datetime in UTC.

    ``name`` is the name of the argument, for the message of the error. Raises NaiveDatetimeError
    for a naive datetime, and TypeError for anything but a datetime, such as text.

    >>> from datetime import timedelta, timezone
    >>> noon = datetime(2025, 3, 12, 12, tzinfo=timezone(timedelta(hours=3)))
    >>> str(in_utc("as_of", noon))
    '2025-03-12 09:00:00+00:00'
    """
    try:
        offset = when.utcoffset()
    except (AttributeError, ValueError):  # text and dates have no offset, and NaT refuses
        phrase = say("not_a_datetime", name=name, value=shown(when))
        raise TypeError(Detail(phrase)) from None
    if offset is None:
        msg = f"{name} {when!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    return when.astimezone(UTC)

"""Look up a time zone by its IANA name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from workhours_sla.errors import UnknownTimeZoneError, shown
from workhours_sla.text.messages import say


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone whose IANA name is ``name``. Raises UnknownTimeZoneError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = say("no_zone", name=shown(name))
        raise UnknownTimeZoneError(msg, tz=name) from None

"""Look up a time zone by its IANA name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from workhours_sla.errors import UnknownTimeZoneError, shown


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone whose IANA name is ``name``. Raises UnknownTimeZoneError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = f"no time zone {shown(name)}; use an IANA name such as 'Europe/Volgograd'"
        raise UnknownTimeZoneError(msg, tz=name) from None

"""Time zones by their IANA name, and the time zones of each country.

tools/country_zones.py writes country_zones.txt from zone.tab of the IANA time zone database, which
is in the public domain. Of the zones of a country that have had the same offsets since 2000, such
as Berlin and Busingen, only the first is listed.
"""

from __future__ import annotations

import os
from functools import lru_cache
from zoneinfo import ZoneInfo

from workhours_sla.errors import UnknownTimeZoneError, shown
from workhours_sla.text.messages import say

_FILE = os.path.join(os.path.dirname(__file__), "country_zones.txt")  # noqa: PTH118, PTH120


@lru_cache(maxsize=1)
def zones_file() -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the version of the database, and the zones keyed by the ISO 3166 code."""
    with open(_FILE, encoding="ascii") as file:  # noqa: PTH123
        version, *lines = file.read().splitlines()
    return version, {code: tuple(names) for code, *names in map(str.split, lines)}


def zones_of(id: str) -> tuple[str, ...]:
    """Return the zones of the country of an ISO 3166 id; none for Russia and for other ids.

    >>> zones_of("ES-CN")
    ('Europe/Madrid', 'Atlantic/Canary')
    """
    return zones_file()[1].get(id.partition("-")[0], ())


def zone_of(id: str) -> str | None:
    """Return the zone of the country of an ISO 3166 id, or None if the country has several.

    >>> zone_of("DE-BY"), zone_of("US-CA")
    ('Europe/Berlin', None)
    """
    zones = zones_of(id)
    return zones[0] if len(zones) == 1 else None


def time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = say("no_zone", name=shown(name))
        raise UnknownTimeZoneError(msg, tz=name) from None

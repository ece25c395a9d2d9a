"""Time zones by their IANA name, and the time zones of each country.

tools/country_zones.py writes country_zones.txt from zone.tab of the IANA time zone database, which
is in the public domain. Of the zones of a country that have had the same offsets since 2000, such
as Berlin and Busingen, only the first is listed.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from workhours_sla.errors import UnknownTimeZoneError, shown
from workhours_sla.text.messages import say

_FILE = os.path.join(os.path.dirname(__file__), "country_zones.txt")  # noqa: PTH118, PTH120


_UNCHANGED_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""An instant since which no zone of Russia has changed its offset."""


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
        near = ", ".join(map(repr, _zones_like(name) or ("Europe/Volgograd",)))
        raise UnknownTimeZoneError(say("no_zone", name=shown(name), near=near), tz=name) from None


def zones_meant(text: str) -> tuple[str, ...]:
    """Return the zone that an IANA name means, or the zones of Russia with an offset.

    >>> zones_meant("Europe/Berlin"), zones_meant("МСК-1"), zones_meant("Berlin")
    (('Europe/Berlin',), ('Europe/Kaliningrad',), ())
    """
    with suppress(LookupError, ValueError, OSError, RecursionError):
        return (ZoneInfo(text).key,)
    from workhours_sla.calendars.russia.regions import region_zones

    written = re.fullmatch(r"(?:(мск|msk)|utc|gmt)?\s*([+-]\d{1,2})(?::?00)?", text.casefold())
    if written is None:
        return ()
    offset = timedelta(hours=int(written[2]) + (3 if written[1] else 0))  # Moscow is UTC+3
    zones = {name: _UNCHANGED_SINCE.astimezone(ZoneInfo(name)) for name in region_zones()}
    return tuple(sorted(name for name, at in zones.items() if at.utcoffset() == offset))


@lru_cache(maxsize=128)
def _zones_like(name: str) -> tuple[str, ...]:
    """Return the zones of a town, of a region of Russia, or with an offset."""
    from workhours_sla.calendars.russia.regions import region, regions_called

    town = "/" + name.casefold().replace(" ", "_")
    found = [zone for zone in available_timezones() if zone.casefold().endswith(town)]
    found += [region(of).tz for of in regions_called(name)]
    return zones_meant(name) or tuple(sorted(set(found)))

"""Print the module with the time zones of each country.

Usage: python tools/country_zones.py > src/workhours_sla/calendars/zones.py

The data are zone.tab of the IANA time zone database, as in the package tzdata. Of the zones of a
country that had the same offsets from 2000 on, only the first is taken.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from textwrap import fill
from zoneinfo import ZoneInfo

import tzdata

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)

HEAD = '''"""Time zones by their IANA name, and the time zones of each country.

tools/country_zones.py generates this file from zone.tab of the IANA time zone database {version},
which is in the public domain. Of the zones of a country that have had the same offsets since 2000,
such as Berlin and Busingen, only the first is listed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from workhours_sla.errors import UnknownTimeZoneError, shown
from workhours_sla.text.messages import say

VERSION: Final = "{version}"

_ZONES: Final = """
{zones}
"""


@lru_cache(maxsize=1)
def country_zones() -> dict[str, tuple[str, ...]]:
    """Return the IANA zones, keyed by the ISO 3166 code of the country."""
    found: dict[str, list[str]] = {{}}
    zones: list[str] = []
    for word in _ZONES.split():
        if len(word) == len("RU"):
            zones = found[word] = []
        else:
            zones.append(word)
    return {{code: tuple(zones) for code, zones in found.items()}}


def zones_of(id: str) -> tuple[str, ...]:
    """Return the zones of the country of an ISO 3166 id; none for Russia and for other ids.

    >>> zones_of("ES-CN")
    ('Europe/Madrid', 'Atlantic/Canary')
    """
    return country_zones().get(id.partition("-")[0], ())


def zone_of(id: str) -> str | None:
    """Return the zone of the country of an ISO 3166 id, or None if the country has several.

    >>> zone_of("DE-BY"), zone_of("US-CA")
    ('Europe/Berlin', None)
    """
    zones = zones_of(id)
    return zones[0] if len(zones) == 1 else None


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone whose IANA name is ``name``. Raises UnknownTimeZoneError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = say("no_zone", name=shown(name))
        raise UnknownTimeZoneError(msg, tz=name) from None
'''


def offsets(name: str) -> list[timedelta | None]:
    """Return the offsets of a zone at each hour of the years."""
    tz, found, now = ZoneInfo(name), [], FIRST
    while now < LAST:
        found.append(now.astimezone(tz).utcoffset())
        now += HOUR
    return found


def zones() -> dict[str, list[str]]:
    """Return the zones of each country that differ."""
    listed = defaultdict(list)
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            code, _, name = line.split("\t")[:3]
            listed[code].append(name)
    del listed["RU"]  # its regions have the zones
    return {code: differing(names) for code, names in sorted(listed.items())}


def differing(names: list[str]) -> list[str]:
    """Return the zones without those that have the offsets of an earlier one."""
    if len(names) == 1:
        return names
    first: dict[tuple[timedelta | None, ...], str] = {}
    for name in names:
        first.setdefault(tuple(offsets(name)), name)
    return list(first.values())


if __name__ == "__main__":
    words = " ".join(f"{code} {' '.join(names)}" for code, names in zones().items())
    text = fill(words, 96, break_long_words=False, break_on_hyphens=False)
    print(HEAD.format(version=tzdata.IANA_VERSION, zones=text), end="")

"""Print the version of the IANA time zone database and the time zones of each country.

Usage: python tools/country_zones.py > src/workhours_sla/calendars/country_zones.txt

The data are zone.tab of the IANA time zone database, as in the package tzdata. Of the zones of a
country that had the same offsets from 2000 on, only the first is taken.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
    print(tzdata.IANA_VERSION)
    for country, names in zones().items():
        print(country, *names)

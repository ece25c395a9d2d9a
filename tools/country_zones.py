"""Print the module with the time zone of each country that has only one.

Usage: python tools/country_zones.py > src/workhours_sla/adapters/calendars/country_zones.py

The data are zone.tab of the IANA time zone database, as in the package tzdata. A country has one
zone if zone.tab has one zone for it, or if all its zones had the same offsets from 2000 on.
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

HEAD = '''"""The time zone of each country that has only one.

Made by tools/country_zones.py from zone.tab of the IANA time zone database {version}, which is in
the public domain. A country has one zone if zone.tab has one zone for it, or if all its zones had
the same offsets from 2000 on, as Berlin and Busingen. For other countries a zone must be given.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

VERSION: Final = "{version}"

_ZONES: Final = """
{zones}
"""


@lru_cache(maxsize=1)
def country_zones() -> dict[str, str]:
    """Return the IANA zones, keyed by the ISO 3166 code of the country."""
    words = _ZONES.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def zone_of(id: str) -> str | None:  # noqa: A002
    """Return the zone of the country of an ISO 3166 id, or None if the country has several.

    >>> zone_of("DE-BY"), zone_of("US-CA")
    ('Europe/Berlin', None)
    """
    return country_zones().get(id.partition("-")[0])
'''


def offsets(name: str) -> list[timedelta | None]:
    """Return the offsets of a zone at each hour of the years."""
    tz, found, now = ZoneInfo(name), [], FIRST
    while now < LAST:
        found.append(now.astimezone(tz).utcoffset())
        now += HOUR
    return found


def zones() -> dict[str, str]:
    """Return the zone of each country that has only one."""
    listed = defaultdict(list)
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            code, _, name = line.split("\t")[:3]
            listed[code].append(name)
    return {
        code: names[0]
        for code, names in sorted(listed.items())
        if code != "RU" and all(offsets(one) == offsets(names[0]) for one in names[1:])
    }


if __name__ == "__main__":
    words = " ".join(f"{code} {name}" for code, name in zones().items())
    text = fill(words, 96, break_long_words=False, break_on_hyphens=False)
    print(HEAD.format(version=tzdata.IANA_VERSION, zones=text), end="")

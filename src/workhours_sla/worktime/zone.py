"""Time zones on the exact time line: offsets, their changes, and the instants of wall clocks.

Instants are ``timedelta`` since 1970-01-01T00:00 UTC, wall-clock readings ``timedelta`` since
1970-01-01T00:00 of that clock.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

BASE = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock and UTC are both counted from here
BASE_UTC = BASE.replace(tzinfo=UTC)
ZERO = timedelta(0)
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)

Interval = tuple[timedelta, timedelta]
"""Half-open: start included, end not."""


BASES: dict[tzinfo, datetime] = {UTC: BASE_UTC}
"""1970-01-01T00:00 on the wall clocks of the zones met so far."""
_MOST_BASES = 1024
_A_MONTH = 31


def base_of(zone: tzinfo) -> datetime:
    """Return 1970-01-01T00:00 on a zone's wall clock, from then on found by ``known_moment``."""
    base = BASE.replace(tzinfo=zone)
    if len(BASES) >= _MOST_BASES:
        BASES.clear()
    with suppress(TypeError):  # some zones of dateutil have no hash
        BASES[zone] = base
    return base


def known_moment(when: datetime) -> timedelta:
    """Return a datetime as time since 1970-01-01T00:00 UTC, where its zone was met before.

    The difference of two datetimes that share a zone converts nothing. Raises KeyError for a
    zone not met, TypeError for none.
    """
    zone = when.tzinfo
    base = BASES[zone]  # type: ignore[index]
    if base.tzinfo is not zone:  # equal, but subtracting would convert
        raise KeyError
    return when - base - when.utcoffset()  # type: ignore[operator]


def datetime_in(zone: tzinfo | None, moment: timedelta) -> datetime:
    """Return an instant, counted from 1970-01-01T00:00 UTC, as a datetime of a zone."""
    assert zone is not None  # noqa: S101 - who asks has refused naive datetimes
    try:
        base = BASES[zone]
    except (KeyError, TypeError):
        base = BASE.replace(tzinfo=zone)
    if base.tzinfo is not zone:
        base = BASE.replace(tzinfo=zone)
    return zone.fromutc(base + moment)


class Zone:
    """The offsets of a time zone, as changes on the exact time line.

    Changes are found by asking for the offset at each UTC midnight and bisecting where two
    neighbours differ. In the tz database no zone has two changes within a day of each other
    after 1970 that would cancel out.
    """

    __slots__ = ("_changes", "_offsets", "tz")

    def __init__(self, tz: tzinfo) -> None:
        self.tz = tz
        self._offsets: dict[int, timedelta] = {}
        self._changes: dict[tuple[int, int], list[tuple[timedelta, timedelta]]] = {}

    def offset_at(self, moment: timedelta) -> timedelta:
        """Return the offset from UTC at an instant."""
        offset = (BASE_UTC + moment).astimezone(self.tz).utcoffset()
        assert offset is not None  # noqa: S101 - an aware datetime has one
        return offset

    def offset_on(self, day: int) -> timedelta:
        """Return the offset at the UTC midnight that begins day number ``day``."""
        offset = self._offsets.get(day)
        if offset is None:
            offset = self._offsets[day] = self.offset_at(ONE_DAY * day)
        return offset

    def changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
        """Return (instant, new offset) of the changes between two UTC midnights."""
        found = self._changes.get((first, last))
        if found is None:
            found = self._found_changes(first, last)
            if last - first > _A_MONTH:  # asked for again by the next schedule
                self._changes[first, last] = found
        return found

    def _found_changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
        found = []
        before = self.offset_on(first)
        for day in range(first, last):
            after = self.offset_on(day + 1)
            if after != before:
                lo, hi = ONE_DAY * day, ONE_DAY * (day + 1)
                while hi - lo > ONE_SECOND:
                    middle = lo + ONE_SECOND * ((hi - lo) // ONE_SECOND // 2)
                    if self.offset_at(middle) == before:
                        lo = middle
                    else:
                        hi = middle
                found.append((hi, after))
                before = after
        return found

    def instants_of(self, wall_start: timedelta, wall_end: timedelta) -> list[Interval]:
        """Return the instants whose wall-clock reading is within ``[wall_start, wall_end)``.

        An edge inside a skipped hour moves to the change; one inside a repeated hour makes two
        intervals.
        """
        first, last = wall_start // ONE_DAY - 2, wall_end // ONE_DAY + 2
        changes = self.changes(first, last)
        begin, offset = ONE_DAY * first, self.offset_on(first)
        found = []
        for until, next_offset in [*changes, (ONE_DAY * last, offset)]:
            start, end = max(wall_start - offset, begin), min(wall_end - offset, until)
            if start < end:
                found.append((start, end))
            begin, offset = until, next_offset
        return found

    def start_of(self, wall: timedelta) -> timedelta:
        """Return the first instant whose wall-clock reading is ``wall`` or later.

        Of a reading that was skipped this is the change that skipped it.
        """
        later = self.instants_of(wall, wall + ONE_DAY * 3)
        return later[0][0]

    def end_of(self, wall: timedelta) -> timedelta:
        """Return the end of the last instant whose wall-clock reading is before ``wall``."""
        earlier = self.instants_of(wall - ONE_DAY * 3, wall)
        return earlier[-1][1]


@lru_cache(maxsize=64)
def zone_offsets(tz: tzinfo) -> Zone:
    """Return the offsets of a zone, shared by all schedules that keep it."""
    return Zone(tz)

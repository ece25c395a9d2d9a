"""Time zones as offsets from UTC, and the instants at which a wall clock shows given times.

An instant is a ``timedelta`` since 1970-01-01T00:00 UTC, a wall-clock time a ``timedelta`` since
1970-01-01T00:00 on that clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

BASE = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks and UTC are both counted from here
BASE_UTC = BASE.replace(tzinfo=UTC)
ZERO = timedelta(0)
TICK = timedelta.resolution
ONE_SECOND = timedelta(seconds=1)
ONE_DAY = timedelta(days=1)

TimeSpan = tuple[timedelta, timedelta]
"""From one instant to another: the start is included, the end is not."""

_LONG_SPAN = 31
"""Days from which the changes within a span are cached."""


class Zone:
    """The offsets of a time zone, and the instants at which they change.

    Changes are found by comparing the offsets at successive UTC midnights and bisecting between
    two that differ. No zone of the tz database has two changes within one day after 1970 that
    would cancel out.
    """

    __slots__ = ("_changes", "_offsets", "tz")

    def __init__(self, tz: tzinfo) -> None:
        self.tz: tzinfo = tz
        self._offsets: dict[int, timedelta] = {}
        self._changes: dict[tuple[int, int], list[tuple[timedelta, timedelta]]] = {}

    def offset_at(self, moment: timedelta) -> timedelta:
        """Return the offset from UTC at an instant."""
        offset = (BASE_UTC + moment).astimezone(self.tz).utcoffset()
        assert offset is not None  # noqa: S101 - an aware datetime has one
        return offset

    def offset_on(self, day: int) -> timedelta:
        """Return the offset at the UTC midnight that starts day number ``day``."""
        offset = self._offsets.get(day)
        if offset is None:
            offset = self._offsets[day] = self.offset_at(ONE_DAY * day)
        return offset

    def changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
        """Return the changes between two UTC midnights as pairs (instant, new offset)."""
        found = self._changes.get((first, last))
        if found is None:
            found = self._find_changes(first, last)
            if last - first > _LONG_SPAN:  # the next schedule in this zone needs them again
                self._changes[first, last] = found
        return found

    def _find_changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
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

    def instants_of(self, wall_start: timedelta, wall_end: timedelta) -> list[TimeSpan]:
        """Return the instants whose wall-clock time is within ``[wall_start, wall_end)``.

        An edge inside a skipped hour moves to the change; an edge inside a repeated hour makes
        two spans.
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
        """Return the first instant whose wall-clock time is ``wall`` or later.

        For a time that was skipped this is the change that skipped it.
        """
        later = self.instants_of(wall, wall + ONE_DAY * 3)
        return later[0][0]

    def end_of(self, wall: timedelta) -> timedelta:
        """Return the end of the last instant whose wall-clock time is before ``wall``."""
        earlier = self.instants_of(wall - ONE_DAY * 3, wall)
        return earlier[-1][1]


@lru_cache(maxsize=64)
def zone_offsets(tz: tzinfo) -> Zone:
    """Return the offsets of a zone, shared by all schedules in it."""
    return Zone(tz)

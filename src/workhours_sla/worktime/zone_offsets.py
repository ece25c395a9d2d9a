"""Time zones: their UTC offsets, and the instants at which their clocks show given times.

An instant is a ``timedelta`` since 1970-01-01T00:00 UTC. A wall-clock time is a ``timedelta``
since 1970-01-01T00:00 on the clocks of a zone. A day number counts days from 1970-01-01, which
is day 0.
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
"""A pair of instants (start, end); the end is excluded."""

_LONG_SPAN = 31
"""Offset changes are cached only for spans of more than this number of days."""


class Zone:
    """The UTC offsets of a time zone, and the instants at which its offset changes.

    A change is found by comparing the offsets at successive UTC midnights, and by bisecting the
    day between two midnights whose offsets differ. After 1970, no zone of the tz database has two
    changes within one day that cancel out.
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
        """Return the offset from UTC at 00:00 UTC of a day number."""
        offset = self._offsets.get(day)
        if offset is None:
            offset = self._offsets[day] = self.offset_at(ONE_DAY * day)
        return offset

    def changes(self, first: int, last: int) -> list[tuple[timedelta, timedelta]]:
        """Return the offset changes between 00:00 UTC of two day numbers.

        Each change is a pair (instant, new offset).
        """
        found = self._changes.get((first, last))
        if found is None:
            found = self._find_changes(first, last)
            if last - first > _LONG_SPAN:  # other schedules in this zone need them, too
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
        """Return the instants at which the clocks show a time in ``[wall_start, wall_end)``.

        If the clocks skip ``wall_start`` or ``wall_end``, the span starts or ends at the offset
        change. If the clocks show ``wall_start`` or ``wall_end`` twice, there are two spans.
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
        """Return the first instant at which the clocks show ``wall`` or later.

        If the clocks skip ``wall``, this is the instant of the offset change.
        """
        later = self.instants_of(wall, wall + ONE_DAY * 3)
        return later[0][0]

    def end_of(self, wall: timedelta) -> timedelta:
        """Return the instant after which the clocks no longer show a time before ``wall``."""
        earlier = self.instants_of(wall - ONE_DAY * 3, wall)
        return earlier[-1][1]


@lru_cache(maxsize=64)
def zone_offsets(tz: tzinfo) -> Zone:
    """Return the Zone of a tzinfo. All schedules in one time zone share one Zone."""
    return Zone(tz)

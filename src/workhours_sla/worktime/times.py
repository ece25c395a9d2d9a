"""Datetimes, instants and wall-clock times: conversions, zones, the refusal of naive datetimes.

An instant is a ``timedelta`` since 1970-01-01T00:00 UTC; variables for instants are called
``moment``. A wall-clock time is a ``timedelta`` since 1970-01-01T00:00 on the clocks of a zone. A
day number counts days from 1970-01-01, which is day 0. Columns have instants and amounts as whole
microseconds.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NoReturn, overload

from workhours_sla.errors import ArgumentError, NaiveDatetimeError
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, refuse_year

BASE = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks and UTC are both counted from here
BASE_UTC = BASE.replace(tzinfo=UTC)
ZERO = timedelta(0)
TICK = timedelta.resolution
ONE_SECOND = timedelta(seconds=1)
ONE_DAY = timedelta(days=1)


@overload
def in_time(moment: datetime, limit: datetime) -> bool: ...
@overload
def in_time(moment: Any, limit: Any) -> Any: ...
def in_time(moment: Any, limit: Any) -> Any:
    """Return whether a moment is within a limit, or for columns, which moments are."""
    # Exactly at the limit is in time. This and ``is_late`` are the only comparisons with a limit.
    return moment <= limit


@overload
def is_late(moment: datetime, limit: datetime) -> bool: ...
@overload
def is_late(moment: Any, limit: Any) -> Any: ...
def is_late(moment: Any, limit: Any) -> Any:
    """Return whether a moment is not within a limit, or for columns, which are not."""
    return moment > limit


TimeSpan = tuple[timedelta, timedelta]
"""A pair of instants (start, end); the end is excluded."""

BASES: dict[tzinfo, datetime] = {UTC: BASE_UTC}
"""Cache: each zone used so far, mapped to 1970-01-01T00:00 as a datetime in that zone."""
_MAX_BASES = 1024
_LONG_SPAN = 31
"""Offset changes are cached only for spans of more than this number of days."""


# -- datetimes and instants ------------------------------------------------------------------


def moment_of(when: datetime) -> timedelta:
    """Return an aware datetime as an instant; raise ArgumentError, or the error of the year."""
    if type(when) is not datetime:
        if not isinstance(when, datetime):
            msg = f"{when!r} is not a datetime; give an aware one, such as datetime(..., tzinfo=tz)"
            raise ArgumentError(msg)
        when = datetime.combine(when.date(), when.timetz()).replace(fold=when.fold)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        refuse_year(when)
    zone = when.tzinfo
    if zone is UTC:
        return when - BASE_UTC
    offset = when.utcoffset()
    if zone is None or offset is None:
        refuse_naive(when)
    return when - _base_of(zone) - offset


def known_moment(when: datetime) -> timedelta:
    """Return a datetime as an instant if its zone is in ``BASES``; raise KeyError or TypeError."""
    zone = when.tzinfo
    base = BASES[zone]  # type: ignore[index]
    if base.tzinfo is not zone:  # an equal zone, but another object: slow
        raise KeyError
    return when - base - when.utcoffset()  # type: ignore[operator]


def datetime_in(zone: tzinfo | None, moment: timedelta) -> datetime:
    assert zone is not None  # noqa: S101 - callers have refused naive datetimes
    try:
        base = BASES[zone]
    except (KeyError, TypeError):
        base = BASE.replace(tzinfo=zone)
    if base.tzinfo is not zone:
        base = BASE.replace(tzinfo=zone)
    return zone.fromutc(base + moment)


def micros_of(when: datetime) -> int:
    return (when - BASE_UTC) // TICK


def utc_of(micros: int) -> datetime:
    return BASE_UTC + micros * TICK


def midnight_on(day: date) -> timedelta:
    """Return 00:00 of a date as a wall-clock time."""
    return day - BASE.date()


def refuse_naive(when: datetime) -> NoReturn:
    msg = (
        f"{when!r} has no zone, so it is not an instant: give tzinfo=ZoneInfo('Europe/Volgograd') "
        "or schedule.tz"
    )
    raise NaiveDatetimeError(msg)


def refuse_late_year() -> NoReturn:
    refuse_year(datetime.max.replace(tzinfo=UTC))


def _base_of(zone: tzinfo) -> datetime:
    base = BASE.replace(tzinfo=zone)
    if len(BASES) >= _MAX_BASES:
        BASES.clear()
    with suppress(TypeError):  # some zones of dateutil are not hashable
        BASES[zone] = base
    return base


# -- time zones ------------------------------------------------------------------------------


class Zone:
    """The UTC offsets of a time zone, and the instants at which its offset changes.

    A change lies between two UTC midnights whose offsets differ: after 1970, no zone of the tz
    database has two changes within one day that cancel out.
    """

    __slots__ = ("_changes", "_offsets", "tz")

    def __init__(self, tz: tzinfo) -> None:
        self.tz: tzinfo = tz
        self._offsets: dict[int, timedelta] = {}
        self._changes: dict[tuple[int, int], list[tuple[timedelta, timedelta]]] = {}

    def offset_at(self, moment: timedelta) -> timedelta:
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
        """Return the changes between 00:00 UTC of two day numbers, as (instant, new offset)."""
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
        """Return the instants at which the clocks show a time in ``[wall_start, wall_end)``."""
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
        """Return the first instant at which the clocks show ``wall`` or later."""
        return self.instants_of(wall, wall + ONE_DAY * 3)[0][0]

    def end_of(self, wall: timedelta) -> timedelta:
        """Return the instant after which the clocks no longer show a time before ``wall``."""
        return self.instants_of(wall - ONE_DAY * 3, wall)[-1][1]


@lru_cache(maxsize=64)
def zone_offsets(tz: tzinfo) -> Zone:
    """Return the Zone of a tzinfo. All schedules in one time zone share one Zone."""
    return Zone(tz)

"""Convert columns of instants to the wall-clock times of a zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from workhours_sla.worktime.columns.arguments import scaled
from workhours_sla.worktime.columns.lookups import PER_SECOND, Ints
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, zone_offsets

DAY_NUMBERS: Final = tuple((date(year, 1, 1) - BASE.date()).days for year in (1900, 2200))
"""Range of day numbers for which clocks are compiled."""
_MICROSECOND: Final = timedelta(microseconds=1)
_ROOM: Final = 4
"""Number of days before the first and after the last day with looked-up offsets."""


class WallClocks:
    """The wall-clock times of a zone between two day numbers, in a numpy unit.

    Wall-clock times are integers since 1970-01-01T00:00, like instants. ``day`` is the length of a
    day.
    """

    __slots__ = ("_at", "_offsets", "day")

    def __init__(self, tz: tzinfo, first: int, last: int, unit: str) -> None:
        self.day: int = in_unit(ONE_DAY, unit)
        zone = zone_offsets(tz)
        first -= _ROOM
        changes = zone.changes(first, last + _ROOM)
        offsets = [zone.offset_on(first), *(offset for _, offset in changes)]
        self._at: Ints = np.array([in_unit(at, unit) for at, _ in changes], np.int64)
        self._offsets: Ints = np.array([in_unit(offset, unit) for offset in offsets], np.int64)

    def shown_at(self, instants: Ints) -> Ints:
        """Return the times that the clocks show at some instants."""
        shown: Ints = instants + self._offsets[np.searchsorted(self._at, instants, "right")]
        return shown


def in_unit(amount: timedelta, unit: str) -> int:
    """Return an amount as an integer in a numpy unit, rounded down."""
    return amount // _MICROSECOND * PER_SECOND[unit] // 1_000_000


def micros_of(when: datetime) -> int:
    """Return an aware datetime in microseconds since 1970-01-01T00:00 UTC."""
    return (when - BASE_UTC) // _MICROSECOND


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return BASE.date() + ONE_DAY * day


def distinct(days: Ints) -> tuple[int, list[int]]:
    """Return the least of some day numbers, and the distances from it that occur, sorted."""
    low = int(days.min())
    occurs = np.zeros(int(days.max()) - low + 1, np.bool_)
    occurs[days - low] = True
    return low, np.flatnonzero(occurs).tolist()


def in_micros(values: Ints, unit: str) -> Ints:
    """Return instants in microseconds, rounded down and clipped; NaT becomes the least instant."""
    if PER_SECOND[unit] > PER_SECOND["us"]:
        rounded: Ints = values // (PER_SECOND[unit] // PER_SECOND["us"])
        return rounded
    return scaled(values, unit, "us")

"""The calendar and the rows that every library is measured with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workhours_sla import Calendar, Schedule

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
ZONE = ZoneInfo("Europe/Moscow")
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
YEARS = LAST.year - FIRST.year + 1
BUDGET = timedelta(hours=4)

Instants = NDArray[Any]
"""An array of datetime64, in UTC."""
Amounts = NDArray[Any]
"""An array of timedelta64."""


@dataclass(frozen=True)
class Office:
    """An office in Moscow, open Mo-Fr 09:00-13:00, 14:00-18:00, and its exceptions to that.

    The exceptions are complete from 2024 to 2026.
    """

    days_off: tuple[date, ...]
    working_saturdays: tuple[date, ...] = ()
    short_days: tuple[date, ...] = ()
    """The working days that end at 17:00."""

    @property
    def free_saturdays(self) -> tuple[date, ...]:
        """The Saturdays that are not worked, for libraries whose only exceptions are days off."""
        return tuple(
            day for day in _dates() if day.weekday() == 5 and day not in self.working_saturdays
        )

    def schedule(self) -> Schedule:
        """Return this office as a Schedule of this library."""
        overrides = dict.fromkeys(self.working_saturdays, "09:00-13:00,14:00-18:00")
        overrides |= dict.fromkeys(self.short_days, "09:00-13:00,14:00-17:00")
        calendar = Calendar.plain(self.days_off, first=FIRST, last=LAST)
        return Schedule(calendar, HOURS, tz=ZONE, overrides=overrides)

    def cut_off(self) -> tuple[Instants, Instants]:
        """Return the beginnings and the ends of the hours that short days lack, in UTC."""
        ends = [datetime(day.year, day.month, day.day, 18, tzinfo=ZONE) for day in self.short_days]
        until = np.array([end.astimezone(UTC).replace(tzinfo=None) for end in ends], "M8[us]")
        return until - np.timedelta64(1, "h"), until


def _dates() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@cache
def full_office() -> Office:
    """Return the office with all exceptions of the production calendar of Russia."""
    days = list(Calendar.get("RU").days(FIRST, LAST))
    return Office(
        days_off=tuple(d.date for d in days if d.date.weekday() < 5 and not d.working),
        working_saturdays=tuple(d.date for d in days if d.date.weekday() >= 5 and d.working),
        short_days=tuple(d.date for d in days if d.working and d.shortened_by),
    )


def office_without_short_days() -> Office:
    """Return an office without short days.

    All libraries can express it, some with a workaround for working Saturdays.
    """
    return replace(full_office(), short_days=())


def plain_office() -> Office:
    """Return an office with only days off, which all libraries express without a workaround."""
    return Office(full_office().days_off)


_SPAN = (2 * 365 - 14) * 86_400
"""The seconds of two years, less two weeks, in which the ends and the deadlines fall."""


class Rows:
    """Random starts in whole seconds over two years, and ends up to a week later, in UTC.

    The arrays are in microseconds, like columns of pandas and the values of the other libraries.
    """

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(2026)
        self.starts = spread("2024-01-02", _SPAN, rng, count)
        self.ends = self.starts + rng.integers(0, 7 * 86_400, count).astype("m8[s]")
        self.any_ends = spread("2024-01-02", _SPAN, rng, count)
        self.rng = rng


def spread(first: str, seconds: int, rng: np.random.Generator, count: int) -> Instants:
    """Return random times in whole seconds, within ``seconds`` after the date ``first``."""
    offsets = rng.integers(0, seconds, count).astype("m8[s]")
    return np.datetime64(first, "us") + offsets


def aware(column: Instants, zone: Any) -> list[datetime]:
    """Return a column as aware datetimes in a zone."""
    return [when.replace(tzinfo=UTC).astimezone(zone) for when in column.tolist()]


def naive(column: Instants) -> list[datetime]:
    """Return a column as naive datetimes in Moscow, three hours ahead of UTC in these years."""
    return list((column + np.timedelta64(3, "h")).tolist())

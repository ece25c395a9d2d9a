"""Convert between datetimes and whole microseconds, the unit of the time columns of cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from workhours_sla.statistics.arrays import NEVER
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import BASE_UTC

MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = date(1970, 1, 1)


def micros_of(when: datetime) -> int:
    """Convert an aware datetime to microseconds since 1970-01-01 in UTC."""
    return (when - BASE_UTC) // MICROSECOND


def utc_of(micros: int) -> datetime:
    """Convert microseconds since 1970-01-01 in UTC to a datetime in UTC."""
    return BASE_UTC + micros * MICROSECOND


def in_zone(schedule: Schedule, micros: int) -> datetime:
    """Convert microseconds since 1970 to a datetime in the zone of a schedule."""
    return utc_of(micros).astimezone(schedule.tz)


def instant_of(schedule: Schedule, micros: int) -> datetime | None:
    """Convert microseconds to a datetime in the zone of a schedule, and NEVER to None."""
    return None if micros == NEVER else in_zone(schedule, micros)


def amount_of(micros: int | None) -> timedelta | None:
    """Convert microseconds to a timedelta; None stays None."""
    return None if micros is None else micros * MICROSECOND


def date_of(number: int) -> date:
    """Return the date that is ``number`` days after 1970-01-01."""
    return _EPOCH + timedelta(days=number)

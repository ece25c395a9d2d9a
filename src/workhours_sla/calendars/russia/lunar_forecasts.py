"""Forecast the dates of lunar holidays to within two days; acts set the real dates.

Forecasts of Muslim holidays use the tabular Islamic calendar (30-year cycle, civil epoch).
Forecasts of Buddhist holidays use the mean moon. Sources: E. M. Reingold and N. Dershowitz,
Calendrical Calculations, ch. 7; J. Meeus, Astronomical Algorithms, ch. 49 (mean phases).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

MOON_TOLERANCE = 2
"""Maximum number of days between a lunar holiday and its forecast."""

_ISLAMIC_EPOCH = 227_015  # date ordinal of 1 Muharram of year 1 (16 July 622, Julian)
_SHAWWAL, _DHU_AL_HIJJA = 10, 12
_NEW_MOON = datetime(2000, 1, 6, 14, 20)  # noqa: DTZ001 - a mean new moon, in UTC
_LUNATION = timedelta(days=29, hours=12, minutes=44, seconds=3)
_FULL, _TWENTY_FIFTH = timedelta(days=14, hours=18), timedelta(days=24)
_UTC_TO_THE_EAST = timedelta(hours=5)
"""A UTC offset between those of Kalmykia and Buryatia, used for both."""


def forecast(name: str, year: int) -> tuple[date, ...]:
    """Return the forecast dates of a lunar holiday in a year: zero to two dates.

    ``name`` is a day of the Muslim calendar, ``shawwal-1`` or ``dhu-al-hijja-10``, or a Buddhist
    holiday, ``white-month`` (Sagaalgan, Tsagan Sar, Shagaa), ``buddha-birthday`` or ``zul``. Raises
    ValueError for another name.
    """
    match name:
        case "shawwal-1":
            return tuple(_islamic_in(year, _SHAWWAL, 1))
        case "dhu-al-hijja-10":
            return tuple(_islamic_in(year, _DHU_AL_HIJJA, 10))
        case "white-month":
            return tuple(_moons(year, timedelta(0), (1, 31), (3, 5)))
        case "buddha-birthday":
            return tuple(_moons(year, _FULL, (5, 19), (6, 19)))
        case "zul":
            return tuple(_moons(year, _TWENTY_FIFTH, (12, 2), (12, 31)))
    raise ValueError(name)


def _islamic_in(year: int, month: int, day: int) -> Iterator[date]:
    """Yield the dates in the Gregorian ``year`` on which an Islamic month and day fall."""
    around = (year - 622) * 33 // 32
    for islamic_year in range(around - 1, around + 3):
        days_before_year = (islamic_year - 1) * 354 + (3 + 11 * islamic_year) // 30
        days_before_month = 29 * (month - 1) + month // 2
        ordinal = _ISLAMIC_EPOCH + days_before_year + days_before_month + day - 1
        found = date.fromordinal(ordinal)
        if found.year == year:
            yield found


def _moons(
    year: int, phase: timedelta, first: tuple[int, int], last: tuple[int, int]
) -> Iterator[date]:
    """Yield the dates of a phase of the mean moon in a part of a year.

    ``first`` and ``last`` are the first and the last (month, day) of this part.
    """
    start, end = date(year, *first), date(year, *last)
    moment = _NEW_MOON + phase + _UTC_TO_THE_EAST
    moment += _LUNATION * ((datetime(year, 1, 1) - moment) // _LUNATION)  # noqa: DTZ001
    while moment.date() <= end:
        if moment.date() >= start:
            yield moment.date()
        moment += _LUNATION

"""Forecasts of the dates of lunar holidays, right to within two days; acts set the real dates.

Muslim holidays follow the tabular Islamic calendar (30-year cycle, civil epoch), Buddhist ones the
mean moon. Sources: E. M. Reingold and N. Dershowitz, Calendrical Calculations, ch. 7; J. Meeus,
Astronomical Algorithms, ch. 49 (mean phases).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

_ISLAMIC_EPOCH = 227_015  # date ordinal of 1 Muharram of year 1 (16 July 622, Julian)
_SHAWWAL, _DHU_AL_HIJJA = 10, 12
_NEW_MOON = datetime(2000, 1, 6, 14, 20)  # noqa: DTZ001 - a mean new moon, in UTC
_LUNATION = timedelta(days=29, hours=12, minutes=44, seconds=3)
_FULL, _TWENTY_FIFTH = timedelta(days=14, hours=18), timedelta(days=24)
_UTC_TO_THE_EAST = timedelta(hours=5)
"""From UTC to a clock between those of Kalmykia and Buryatia."""


def forecast(name: str, year: int) -> tuple[date, ...]:
    """Return the dates near which a holiday may fall in a year; there may be two, or none.

    ``name`` is ``shawwal-1`` or ``dhu-al-hijja-10`` of the Muslim calendar, or one of the Buddhist
    ``white-month`` (Sagaalgan, Tsagan Sar, Shagaa), ``buddha-birthday`` and ``zul``. Raises
    ValueError for another name.

    >>> forecast("shawwal-1", 2026)
    (datetime.date(2026, 3, 20),)
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
    """Yield the dates in a year on which a day of the tabular Islamic calendar falls."""
    around = (year - 622) * 33 // 32
    for islamic_year in range(around - 1, around + 3):
        found = _islamic(islamic_year, month, day)
        if found.year == year:
            yield found


def _islamic(year: int, month: int, day: int) -> date:
    """Return the date of a day of the tabular Islamic calendar."""
    ordinal = (
        _ISLAMIC_EPOCH
        - 1
        + day
        + 29 * (month - 1)
        + month // 2
        + (year - 1) * 354
        + (3 + 11 * year) // 30
    )
    return date.fromordinal(ordinal)


def _moons(
    year: int, phase: timedelta, first: tuple[int, int], last: tuple[int, int]
) -> Iterator[date]:
    """Yield the dates of one phase of the mean moon between two days of a year."""
    start, end = date(year, *first), date(year, *last)
    moment = _NEW_MOON + phase + _UTC_TO_THE_EAST
    moment += _LUNATION * ((datetime(year, 1, 1) - moment) // _LUNATION)  # noqa: DTZ001
    while moment.date() <= end:
        if moment.date() >= start:
            yield moment.date()
        moment += _LUNATION

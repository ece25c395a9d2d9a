"""Compare the working time of calendars, whatever their acts and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workhours_sla.calendars.day import Day

if TYPE_CHECKING:
    from workhours_sla.calendars.calendar import Calendar


def work_differs(one: Day, other: Day) -> bool:
    """Return whether the working time of two days differs.

    It does if only one of them is a working day, if their weekly hours are those of different
    dates, or if one is shortened by more than the other.
    """
    return (one.working, one.shortened_by, one.working and one.hours_of) != (
        other.working,
        other.shortened_by,
        other.working and other.hours_of,
    )


def digest_of(calendar: Calendar) -> str:
    """Return a digest of the working time of every covered date, as 16 hexadecimal digits."""
    from hashlib import sha256

    digest = sha256(repr(sorted(calendar.weekend)).encode())
    for first, last in calendar.coverage:
        digest.update(f"{first}..{last}".encode())
        for year in range(first.year, last.year + 1):
            for day, special in calendar.special_days(year).items():
                if first <= day <= last:
                    hours_of = special.hours_of if special.working else None
                    digest.update(f"{day} {hours_of} {special.shortened_by}".encode())
    return digest.hexdigest()[:16]

"""Ranges of dates, with both ends included, and operations on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

DateRange = tuple[date, date]
"""The first and the last date of a range, both included."""

EARLIEST, LATEST = date(2, 1, 1), date(9998, 12, 31)
"""The first and the last date that a calendar can cover.

Dates outside this range could leave the years 1 to 9999 when a UTC offset is applied.
"""

ONE_DAY = timedelta(days=1)


def dates_between(first: date, last: date) -> Iterator[date]:
    """Yield the dates from ``first`` to ``last``, both included."""
    day = first
    while day < last:
        yield day
        day += ONE_DAY
    if day == last:
        yield day


def in_any(day: date, ranges: Iterable[DateRange]) -> bool:
    """Return whether a date is in at least one of the ranges."""
    for first, last in ranges:  # noqa: SIM110 - any() makes looking up a day a third slower
        if first <= day <= last:
            return True
    return False


def merged(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges in order, with ranges that overlap or touch joined into one."""
    joined: list[DateRange] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + ONE_DAY:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(joined)


def common(left: Iterable[DateRange], right: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges of the dates that are in both ``left`` and ``right``, in order."""
    right = tuple(right)
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right)
    return tuple(sorted(pair for pair in pairs if pair[0] <= pair[1]))


def without(whole: DateRange, dates: Iterable[date]) -> tuple[DateRange, ...]:
    """Return the ranges that remain when ``dates`` are removed from the range ``whole``.

    ``dates`` must be sorted.

    >>> week = date(2026, 3, 2), date(2026, 3, 8)
    >>> [(first.day, last.day) for first, last in without(week, [date(2026, 3, 4)])]
    [(2, 3), (5, 8)]
    """
    since, last = whole
    left: list[DateRange] = []
    for day in dates:
        if since < day:
            left.append((since, day - ONE_DAY))
        since = max(since, day + ONE_DAY)
    if since <= last:
        left.append((since, last))
    return tuple(left)

"""Ranges of dates, both ends included, and what calendars calculate with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

DateRange = tuple[date, date]
"""First and last date, both included."""

EARLIEST, LATEST = date(2, 1, 1), date(9998, 12, 31)
"""The dates that a calendar can cover; a year is kept free at either end for UTC offsets."""

ONE_DAY = timedelta(days=1)


def dates_between(first: date, last: date) -> Iterator[date]:
    """Yield the dates from ``first`` to ``last``, both included.

    >>> [day.day for day in dates_between(date(2026, 2, 27), date(2026, 3, 1))]
    [27, 28, 1]
    """
    day = first
    while day < last:
        yield day
        day += ONE_DAY
    if day == last:
        yield day


def in_any(day: date, ranges: Iterable[DateRange]) -> bool:
    """Whether a date is in one of the ranges."""
    for first, last in ranges:  # noqa: SIM110 - with any() a look-up of a day takes a third longer
        if first <= day <= last:
            return True
    return False


def merged(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges in order, those that overlap or touch joined."""
    joined: list[DateRange] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + ONE_DAY:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(joined)


def common(left: Iterable[DateRange], right: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the ranges of the dates that are in both."""
    right = tuple(right)
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right)
    return tuple(sorted(pair for pair in pairs if pair[0] <= pair[1]))


def without(whole: DateRange, dates: Iterable[date]) -> tuple[DateRange, ...]:
    """Return a range without some of its dates, which are in order.

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

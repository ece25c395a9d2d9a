"""Compute the ends of ``WorkingDaysSameTime`` budgets for columns of starts in working time.

The rules are those of ``WorkingDaysSameTime.ends_at``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

import numpy as np

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.worktime.columns.arguments import NAT
from workhours_sla.worktime.columns.lookups import MAX, Bools, Ints
from workhours_sla.worktime.columns.wall_clocks import WallClocks, date_of, distinct
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import first_opening, last_closing
from workhours_sla.worktime.zone_offsets import ONE_DAY


def ends_in_shifts(count: int, dates: DatedShifts, opens: Ints, clocks: WallClocks) -> Ints:
    """Return, for each instant in ``opens``, the end of ``count`` working days to the same time.

    ``opens`` must be working time. The end is NaT if it depends on an unknown date.
    """
    shown = clocks.shown_at(opens)
    begun = shown // clocks.day
    begun = begun - ~_is_in_own_shift(dates, opens, begun, clocks)
    wall = shown - begun * clocks.day
    low, places = distinct(begun)
    found = np.full((3, places[-1] + 1), NAT)
    for day, last in _last_days(dates, count, [low + place for place in places]):
        found[:, day - low] = _edges(dates, last, clocks)
    last, opening, following = found[:, begun - low]
    is_long = wall >= clocks.day
    known = (last != NAT) & (last < clocks.last_day) & ~(is_long & (following == NAT))
    ends = np.full(len(opens), NAT)
    if known.any():
        shows = clocks.reaching(last[known])
        at = shows.last_showing(last[known] * clocks.day + wall[known])
        at = np.maximum(at, opening[known])
        ends[known] = np.where(is_long[known], np.minimum(at, following[known]), at)
    return ends


def _is_in_own_shift(dates: DatedShifts, opens: Ints, days: Ints, clocks: WallClocks) -> Bools:
    """Return whether each instant is in a shift of its own date rather than of the date before."""
    low, places = distinct(days)
    spans = {place: _spans(dates, date_of(low + place), clocks) for place in places}
    found = np.zeros(len(opens), np.bool_)
    for number in range(max(map(len, spans.values()))):
        begins, ends = np.full((2, places[-1] + 1), MAX)
        for place, own in spans.items():
            if number < len(own):
                begins[place], ends[place] = own[number]
        found |= (begins[days - low] <= opens) & (opens < ends[days - low])
    return found


def _spans(dates: DatedShifts, day: date, clocks: WallClocks) -> list[tuple[int, int]]:
    if not dates.knows(day):
        return []
    spans = dates._spans_on(day, dates.shifts_on(day))
    return [(clocks.instants(begin), clocks.instants(end)) for begin, end in spans]


class _Edges(NamedTuple):
    """The last date of a budget, its first opening, and the first opening of the next date.

    The opening of the next date is MAX if it is a day off, and NAT if it is unknown.
    """

    last: int
    opening: int
    following: int


def _edges(dates: DatedShifts, last: int, clocks: WallClocks) -> _Edges:
    opening = first_opening(dates, date_of(last))
    assert opening is not None  # noqa: S101 - the last date has working hours
    following = NAT
    with suppress(CalendarCoverageError):
        next_opening = first_opening(dates, date_of(last) + ONE_DAY)
        following = MAX if next_opening is None else clocks.instant(next_opening)
    return _Edges(last, clocks.instant(opening), following)


def _last_days(dates: DatedShifts, count: int, days: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (day, last day) for each day number whose last day is known.

    The last day is ``count`` days with working hours later. ``days`` is sorted.
    """
    worked: list[int] = []
    passed = 0
    """The number of days in ``worked`` that are not after the first of ``days``."""
    day = days[0] + 1
    days = sorted(days, reverse=True)
    while days:
        while passed < len(worked) and worked[passed] <= days[-1]:
            passed += 1
        if day > days[-1] and passed + count <= len(worked):
            yield days.pop(), worked[passed + count - 1]
            continue
        try:
            if last_closing(dates, date_of(day)) is not None:
                worked.append(day)
        except CalendarCoverageError:
            worked, passed = [], 0
            while days and days[-1] < day:
                days.pop()
        day += 1

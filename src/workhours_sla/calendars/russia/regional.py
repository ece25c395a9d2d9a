"""From a subject's rows to its days: what is certain, and what is open.

Legal basis: Labour Code art. 6; Federal law 125-FZ art. 4 part 7; Presidium of the Supreme Court
of 21.12.2011 No 20-PV11. The working day before a regional holiday is shortened like that before
a federal one (Labour Code art. 95 part 1, as Rostrud reads it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from workhours_sla.calendars.day import DayKind, Entry, Layer
from workhours_sla.calendars.russia.moon import forecast
from workhours_sla.calendars.russia.regions import LISTED, MOVES, STAYS, Region, RegionalHoliday

_ONE_DAY = timedelta(days=1)
MOON_TOLERANCE = 2
"""Days by which a date by the moon may differ from its forecast."""

IsWorking = Callable[[date], bool]


def certain_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates of a holiday in a year, as far as acts and rules settle them."""
    if year < holiday.since or holiday.disputed:
        return ()
    listed = tuple(day for day in holiday.listed if day.year == year)
    return listed or _by_rule(holiday.rule, year)


def open_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates on which a holiday may or may not fall in a year."""
    if year < holiday.since or certain_dates(holiday, year):
        return ()
    listed = [day for day in holiday.listed if day.year == year]
    return tuple(sorted({*listed, *_by_rule(holiday.rule, year), *_forecast(holiday, year)}))


def regional_entries(
    region: Region, year: int, weekend: frozenset[int], is_working: IsWorking
) -> Iterator[Entry]:
    """Yield what a region's own acts say of a year.

    ``weekend`` are the weekly days off and ``is_working`` tells the federal working days. A
    holiday that is open but has a single likely date is included for answers by rule;
    ``uncertain`` keeps it out of all others.
    """
    for entry in region.single_days:
        swapped = entry.swapped_with and {entry.date.weekday(), entry.swapped_with.weekday()}
        if entry.date.year == year and (not swapped or swapped & weekend):
            yield entry
    for holiday in region.holidays:
        dates = certain_dates(holiday, year)
        if not dates:
            likely = [day for day in holiday.listed if day.year == year]
            likely = likely or _likely(holiday, year)
            dates = tuple(likely) if len(likely) == 1 else ()
        for day in dates:
            yield Entry(
                day,
                Layer.REGION,
                DayKind.HOLIDAY,
                holiday.act,
                name=holiday.name,
                shortens_eve=True,
            )
            if holiday.weekend == MOVES and _is_day_off(day, weekend, is_working):
                yield Entry(
                    _next_working(day, is_working),
                    Layer.REGION,
                    DayKind.TRANSFERRED_OFF,
                    holiday.act,
                    swapped_with=day,
                )


def uncertain(
    region: Region, year: int, weekend: frozenset[int], is_working: IsWorking
) -> dict[date, Entry]:
    """Return the dates of a year that are open, each with what leaves it so.

    Of a holiday that may fall on a date, also the day before, which would be shorter, and the
    working day it would move to; of a certain one on a weekend, the working day after it where
    the rule is not known.
    """
    found = {entry.date: entry for entry in region.open_days if entry.date.year == year}

    def leave_open(day: date, holiday: RegionalHoliday) -> None:
        entry = Entry(day, Layer.REGION, DayKind.HOLIDAY, holiday.act, name=holiday.name)
        found.setdefault(day, entry)

    for holiday in region.holidays:
        for day in open_dates(holiday, year):
            leave_open(day, holiday)
            leave_open(day - _ONE_DAY, holiday)
            if holiday.weekend != STAYS and _is_day_off(day, weekend, is_working):
                leave_open(_next_working(day, is_working), holiday)
        if holiday.weekend not in (MOVES, STAYS):
            for day in certain_dates(holiday, year):
                if _is_day_off(day, weekend, is_working):
                    leave_open(_next_working(day, is_working), holiday)
    return found


def _by_rule(rule: str, year: int) -> tuple[date, ...]:
    if rule == LISTED:
        return ()
    if rule.startswith("easter+"):
        return (_easter(year) + _ONE_DAY * int(rule.removeprefix("easter+")),)
    if rule.startswith("last Monday before "):
        before = _month_day(rule.removeprefix("last Monday before "), year) - _ONE_DAY
        return (before - _ONE_DAY * before.weekday(),)
    return (_month_day(rule, year),)


def _month_day(text: str, year: int) -> date:
    return date.fromisoformat(f"{year}-{text}")


def _easter(year: int) -> date:
    from dateutil.easter import EASTER_ORTHODOX, easter  # noqa: PLC0415

    found = easter(year, EASTER_ORTHODOX)
    return date(found.year, found.month, found.day)


def _likely(holiday: RegionalHoliday, year: int) -> list[date]:
    """Return the dates that a forecast names themselves, without its tolerance."""
    if year < holiday.since:
        return []
    likely = list(_by_rule(holiday.rule, year))
    for part in filter(None, holiday.forecast.split(", ")):
        if ".." not in part:
            likely += _named(part, year)
    return likely


def _named(part: str, year: int) -> tuple[date, ...]:
    if part[0].isdigit() or part.startswith("easter"):
        return _by_rule(part, year)
    return forecast(part, year)


def _forecast(holiday: RegionalHoliday, year: int) -> Iterator[date]:
    """Yield every date on which a forecast lets a holiday fall.

    ``forecast`` lists, with commas, rules, ranges ``A..B`` of rules, and names of ``moon``.
    """
    for part in filter(None, holiday.forecast.split(", ")):
        first, _, last = part.partition("..")
        start = _named(first, year)
        if last:
            days = (_by_rule(last, year)[0] - start[0]).days
            yield from (start[0] + _ONE_DAY * offset for offset in range(days + 1))
        elif first[0].isdigit() or first.startswith("easter"):
            yield from start
        else:
            for day in start:
                around = range(-MOON_TOLERANCE, MOON_TOLERANCE + holiday.length)
                yield from (day + _ONE_DAY * offset for offset in around)


def _is_day_off(day: date, weekend: frozenset[int], is_working: IsWorking) -> bool:
    return day.weekday() in weekend and not is_working(day)


def _next_working(day: date, is_working: IsWorking) -> date:
    day += _ONE_DAY
    while not is_working(day):
        day += _ONE_DAY
    return day

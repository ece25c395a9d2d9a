"""The days of a Russian region, from its rows: certain dates and uncertain ones.

Legal basis: Labour Code art. 6; Federal law 125-FZ art. 4 part 7; Presidium of the Supreme Court
of 21.12.2011 No 20-PV11. The working day before a regional holiday is shortened like that before
a federal one (Labour Code art. 95 part 1, as Rostrud reads it).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date

from workhours_sla.calendars.date_ranges import ONE_DAY, dates_between
from workhours_sla.calendars.day import DayKind, Entry, Layer
from workhours_sla.calendars.russia.lunar_forecasts import forecast
from workhours_sla.calendars.russia.regions import LISTED, MOVES, STAYS, Region, RegionalHoliday

_WEEKLY_DAYS_OFF = (DayKind.DAY_OFF, DayKind.TRANSFERRED_OFF)
_DAYS_OFF = (*_WEEKLY_DAYS_OFF, DayKind.HOLIDAY)
MOON_TOLERANCE = 2
"""How many days a lunar holiday may be from its forecast."""

KindOf = Callable[[date], DayKind]


def certain_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates of a holiday in a year that acts or rules decide."""
    if not holiday.since <= year <= holiday.until or holiday.disputed:
        return ()
    return _listed(holiday, year) or _by_rule(holiday.rule, year)


def open_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates of a year on which a holiday may fall, if nothing decides them."""
    if not holiday.since <= year <= holiday.until or certain_dates(holiday, year):
        return ()
    named = {*_listed(holiday, year), *_by_rule(holiday.rule, year)}
    return tuple(sorted({*named, *_forecast(holiday, year)}))


def regional_entries(
    region: Region, year: int, weekend: frozenset[int], kind_of: KindOf
) -> Iterator[Entry]:
    """Yield the entries of a region's own acts for a year.

    ``weekend`` are the weekly days off; ``kind_of`` returns the federal kind of a date. An open
    holiday with a single likely date is included, for provisional answers; it counts in no other
    answer, since ``uncertain`` returns its date.
    """
    for entry in region.single_days:
        swapped = entry.swapped_with and {entry.date.weekday(), entry.swapped_with.weekday()}
        if entry.date.year == year and (not swapped or swapped & weekend):
            yield entry
    falls = list(_certain(region, year))
    for holiday in region.holidays:
        if _is_open(holiday, region, year):
            likely = [*_listed(holiday, year)] or _likely(holiday, year)
            falls += [(day, holiday) for day in likely if len(likely) == 1]
    taken = {day for day, _ in falls}
    for day, holiday in sorted(falls, key=_first_date):
        act = dict(holiday.acts).get(day, holiday.act)
        yield Entry(day, Layer.REGION, DayKind.HOLIDAY, act, name=holiday.name, shortens_eve=True)
        if _weekend_rule(holiday, year) == MOVES and kind_of(day) in _WEEKLY_DAYS_OFF:
            target = _next_working(day, kind_of, taken)
            taken.add(target)
            yield Entry(target, Layer.REGION, DayKind.TRANSFERRED_OFF, act, swapped_with=day)


def uncertain(region: Region, year: int, kind_of: KindOf) -> dict[date, Entry]:
    """Return the uncertain dates of a year, each with the entry in question.

    For a holiday that may fall on a date these are the date, the day before, which would be
    shorter, and the working day to which the holiday would move. For a certain holiday on a day
    off it is the next working day, if the rule for days off is unknown or that day off is a federal
    holiday. Dates of the region's single days are certain, and a single day off on a likely date
    of an open holiday decides that holiday's year.
    """
    found = {entry.date: entry for entry in region.open_days if entry.date.year == year}
    decided = {entry.date for entry in region.single_days}
    falls = list(_certain(region, year))
    certain = {day for day, _ in falls}

    def leave_open(day: date, holiday: RegionalHoliday) -> None:
        if day not in decided:
            entry = Entry(day, Layer.REGION, DayKind.HOLIDAY, holiday.act, name=holiday.name)
            found.setdefault(day, entry)

    for day, holiday in _in_question(region, year, kind_of, certain):
        leave_open(day, holiday)
    taken = set(certain)
    for day, holiday in sorted(falls, key=_first_date):
        rule, kind = _weekend_rule(holiday, year), kind_of(day)
        if rule == STAYS or kind not in _DAYS_OFF:
            continue
        target = _next_working(day, kind_of, taken)
        if rule != MOVES or kind is DayKind.HOLIDAY:
            leave_open(target, holiday)
        elif target in found:  # another holiday may take it first
            leave_open(_next_working(target, kind_of, taken), holiday)
        taken.add(target)
    return found


def _in_question(
    region: Region, year: int, kind_of: KindOf, certain: Container[date]
) -> Iterator[tuple[date, RegionalHoliday]]:
    """Yield the dates of open holidays, their eves, and the working days they would move to."""
    for holiday in region.holidays:
        if not _is_open(holiday, region, year):
            continue
        for day in open_dates(holiday, year):
            yield day, holiday
            yield day - ONE_DAY, holiday
            if _weekend_rule(holiday, year) != STAYS and kind_of(day) in _DAYS_OFF:
                yield _next_working(day, kind_of, certain), holiday


def _certain(region: Region, year: int) -> Iterator[tuple[date, RegionalHoliday]]:
    for holiday in region.holidays:
        for day in certain_dates(holiday, year):
            yield day, holiday


def _first_date(fall: tuple[date, RegionalHoliday]) -> date:
    return fall[0]


def _is_open(holiday: RegionalHoliday, region: Region, year: int) -> bool:
    """Whether a holiday's dates in a year are open, and no single day off is a likely one."""
    if not open_dates(holiday, year):
        return False
    likely = _likely(holiday, year)
    return not any(e.date in likely and not e.kind.working for e in region.single_days)


def _listed(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    return tuple(day for day in holiday.listed if day.year == year)


def _weekend_rule(holiday: RegionalHoliday, year: int) -> str:
    """Return the rule of a year for the holiday on a day off."""
    return [rule for first, rule in holiday.weekend if first <= year][-1]


def _by_rule(rule: str, year: int) -> tuple[date, ...]:
    if rule == LISTED:
        return ()
    if rule.startswith("easter+"):
        return (_easter(year) + ONE_DAY * int(rule.removeprefix("easter+")),)
    if rule.startswith("last Monday before "):
        before = _month_day(rule.removeprefix("last Monday before "), year) - ONE_DAY
        return (before - ONE_DAY * before.weekday(),)
    return (_month_day(rule, year),)


def _month_day(text: str, year: int) -> date:
    return date.fromisoformat(f"{year}-{text}")


def _easter(year: int) -> date:
    from dateutil.easter import EASTER_ORTHODOX, easter  # noqa: PLC0415

    found = easter(year, EASTER_ORTHODOX)
    return date(found.year, found.month, found.day)


def _likely(holiday: RegionalHoliday, year: int) -> list[date]:
    """Return the dates of a forecast itself, without its tolerance and ranges."""
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
    """Yield every date on which a holiday may fall by its forecast.

    The text of a forecast is a list, separated by commas, of rules, ranges ``A..B`` of rules and
    names of ``lunar_forecasts``.
    """
    for part in filter(None, holiday.forecast.split(", ")):
        first, _, last = part.partition("..")
        start = _named(first, year)
        if last:
            yield from dates_between(start[0], _by_rule(last, year)[0])
        elif first[0].isdigit() or first.startswith("easter"):
            yield from start
        else:
            for day in start:
                after = MOON_TOLERANCE + holiday.length - 1
                yield from dates_between(day - ONE_DAY * MOON_TOLERANCE, day + ONE_DAY * after)


def _next_working(day: date, kind_of: KindOf, taken: Container[date]) -> date:
    """Return the next federal working day that no regional day off has taken."""
    day += ONE_DAY
    while not kind_of(day).working or day in taken:
        day += ONE_DAY
    return day

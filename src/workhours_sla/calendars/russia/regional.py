"""The regional holidays and days off of a Russian region, both certain and uncertain ones.

A holiday is called open in a year if no act or rule decides its dates in that year. The dates of
lunar holidays are forecast to within two days; acts set the real dates.

Legal basis: Labour Code art. 6; Federal law 125-FZ art. 4 part 7; Presidium of the Supreme Court
of 21.12.2011 No 20-PV11. The working day before a regional holiday is one hour shorter, like the
working day before a federal holiday (Labour Code art. 95 part 1, as Rostrud reads it).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date, datetime, timedelta
from operator import itemgetter

from workhours_sla.calendars.days import ONE_DAY, DayKind, Entry, Layer, dates_between
from workhours_sla.calendars.russia.regions import LISTED, MOVES, STAYS, Region, RegionalHoliday

_WEEKLY_DAYS_OFF = (DayKind.DAY_OFF, DayKind.TRANSFERRED_OFF)
_DAYS_OFF = (*_WEEKLY_DAYS_OFF, DayKind.HOLIDAY)
KindOf = Callable[[date], DayKind]

MOON_TOLERANCE = 2
"""Maximum number of days between a lunar holiday and its forecast."""

_ISLAMIC_EPOCH = 227_015  # date ordinal of 1 Muharram of year 1 (16 July 622, Julian)
_NEW_MOON = datetime(2000, 1, 6, 14, 20)  # noqa: DTZ001 - a mean new moon, in UTC
_LUNATION = timedelta(days=29, hours=12, minutes=44, seconds=3)
_UTC_TO_THE_EAST = timedelta(hours=5)
"""A UTC offset between those of Kalmykia and Buryatia, used for both."""


def certain_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates of a holiday in a year, if an act or a rule decides them."""
    if not holiday.since <= year <= holiday.until or holiday.disputed:
        return ()
    return _listed(holiday, year) or _by_rule(holiday.rule, year)


def open_dates(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    """Return the dates of a year on which a holiday may fall, if no act or rule decides them."""
    if not holiday.since <= year <= holiday.until or certain_dates(holiday, year):
        return ()
    named = {*_listed(holiday, year), *_by_rule(holiday.rule, year)}
    return tuple(sorted({*named, *_forecast(holiday, year)}))


def regional_entries(
    region: Region, year: int, weekend: frozenset[int], kind_of: KindOf
) -> Iterator[Entry]:
    """Yield the entries of a region's own holidays and days off for a year.

    An open holiday is included if it has exactly one likely date, for provisional answers alone:
    ``uncertain`` returns this date, too.
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
    for day, holiday in sorted(falls, key=itemgetter(0)):
        act = dict(holiday.acts).get(day, holiday.act)
        yield Entry(day, Layer.REGION, DayKind.HOLIDAY, act, name=holiday.name, shortens_eve=True)
        if _weekend_rule(holiday, year) == MOVES and kind_of(day) in _WEEKLY_DAYS_OFF:
            target = _next_working(day, kind_of, taken)
            taken.add(target)
            yield Entry(target, Layer.REGION, DayKind.TRANSFERRED_OFF, act, swapped_with=day)


def uncertain(region: Region, year: int, kind_of: KindOf) -> dict[date, Entry]:
    """Return the uncertain dates of a year, each with the entry that may apply to the date.

    An open holiday makes uncertain: each date on which it may fall, the day before, which may be
    short, and the working day to which it may move. A holiday with a certain date makes the next
    working day uncertain if nobody knows whether it moves, or if the day off is a federal holiday.
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
    for day, holiday in sorted(falls, key=itemgetter(0)):
        rule, kind = _weekend_rule(holiday, year), kind_of(day)
        if rule == STAYS or kind not in _DAYS_OFF:
            continue
        target = _next_working(day, kind_of, taken)
        if rule != MOVES or kind is DayKind.HOLIDAY:
            leave_open(target, holiday)
        elif target in found:  # another holiday may move to this date first
            leave_open(_next_working(target, kind_of, taken), holiday)
        taken.add(target)
    return found


def _in_question(
    region: Region, year: int, kind_of: KindOf, certain: Container[date]
) -> Iterator[tuple[date, RegionalHoliday]]:
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


def _is_open(holiday: RegionalHoliday, region: Region, year: int) -> bool:
    """Return whether a holiday is open, and no single day off is on one of its likely dates."""
    if not open_dates(holiday, year):
        return False
    likely = _likely(holiday, year)
    return not any(e.date in likely and not e.kind.working for e in region.single_days)


def _listed(holiday: RegionalHoliday, year: int) -> tuple[date, ...]:
    return tuple(day for day in holiday.listed if day.year == year)


def _weekend_rule(holiday: RegionalHoliday, year: int) -> str:
    """Return MOVES or STAYS for a holiday on a day off; other text if the rule is unknown."""
    return [rule for first, rule in holiday.weekend if first <= year][-1]


def _by_rule(rule: str, year: int) -> tuple[date, ...]:
    if rule == LISTED:
        return ()
    if rule.startswith("easter+"):
        from dateutil.easter import EASTER_ORTHODOX, easter

        return (easter(year, EASTER_ORTHODOX) + ONE_DAY * int(rule.removeprefix("easter+")),)
    month_day = rule.removeprefix("last Monday before ")
    day = date.fromisoformat(f"{year}-{month_day}")
    if month_day != rule:
        day -= ONE_DAY
        day -= ONE_DAY * day.weekday()
    return (day,)


def _likely(holiday: RegionalHoliday, year: int) -> list[date]:
    """Return the most likely dates of a holiday, without tolerances and ranges of a forecast."""
    return [*_by_rule(holiday.rule, year), *_forecast(holiday, year, likely=True)]


def _forecast(holiday: RegionalHoliday, year: int, *, likely: bool = False) -> Iterator[date]:
    """Yield every date on which a holiday may fall: by rules, ranges ``A..B``, or the moon."""
    before = 0 if likely else MOON_TOLERANCE
    after = 0 if likely else MOON_TOLERANCE + holiday.length - 1
    for part in filter(None, holiday.forecast.split(", ")):
        first, _, last = part.partition("..")
        if last:
            since, until = (_by_rule(rule, year)[0] for rule in (first, last))
            yield from () if likely else dates_between(since, until)
        elif first[0].isdigit() or first.startswith("easter"):
            yield from _by_rule(first, year)
        else:
            for day in forecast(first, year):
                yield from dates_between(day - ONE_DAY * before, day + ONE_DAY * after)


def _next_working(day: date, kind_of: KindOf, taken: Container[date]) -> date:
    """Return the first federal working day after ``day`` that is not in ``taken``."""
    day += ONE_DAY
    while not kind_of(day).working or day in taken:
        day += ONE_DAY
    return day


def before_joining(joined: Entry | None, year: int) -> Iterator[tuple[date, Entry]]:
    """Yield the dates of a year before a subject joined Russia, when its law did not apply."""
    if joined is not None:
        for day in dates_between(date(year, 1, 1), min(joined.date - ONE_DAY, date(year, 12, 31))):
            yield day, joined._replace(date=day)


# -- lunar holidays -------------------------------------------------------------------------------
# Forecasts of Muslim holidays use the tabular Islamic calendar (30-year cycle, civil epoch).
# Forecasts of Buddhist holidays use the mean moon. Sources: E. M. Reingold and N. Dershowitz,
# Calendrical Calculations, ch. 7; J. Meeus, Astronomical Algorithms, ch. 49 (mean phases).


_ISLAMIC = {"shawwal-1": (10, 1), "dhu-al-hijja-10": (12, 10)}
_OF_THE_MOON = {
    "white-month": (timedelta(0), (1, 31), (3, 5)),  # Sagaalgan, Tsagan Sar, Shagaa
    "buddha-birthday": (timedelta(days=14, hours=18), (5, 19), (6, 19)),
    "zul": (timedelta(days=24), (12, 2), (12, 31)),
}
"""The time since the new moon, and the first and the last (month, day)."""


def forecast(name: str, year: int) -> tuple[date, ...]:
    """Return the forecast dates of a lunar holiday in a year: zero to two dates."""
    if name in _ISLAMIC:
        return tuple(_islamic_in(year, *_ISLAMIC[name]))
    return tuple(_moons(year, *_OF_THE_MOON[name]))


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
    """Yield the dates of a phase of the mean moon from one (month, day) to another."""
    start, end = date(year, *first), date(year, *last)
    moment = _NEW_MOON + phase + _UTC_TO_THE_EAST
    moment += _LUNATION * ((datetime(year, 1, 1) - moment) // _LUNATION)  # noqa: DTZ001
    while moment.date() <= end:
        if moment.date() >= start:
            yield moment.date()
        moment += _LUNATION

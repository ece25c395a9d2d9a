"""From the rows of the acts to the days: Labour Code art. 112 and 95, order 588n.

Only what an act says row by row is data. What the law derives from it is code here: the
automatic moves of art. 112 part 2, the shortened day before a holiday (art. 95 part 1), and the
hours and shortness that a transferred working day inherits (order of Minzdravsotsrazvitiya of
13.08.2009 No 588n).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from workhours_sla.calendars.day import Act, DayKind, Entry, Layer, resolve
from workhours_sla.calendars.day_source import DateRange
from workhours_sla.calendars.russia.regional_days import regional_entries, uncertain
from workhours_sla.calendars.russia.regions import read_toml, region
from workhours_sla.errors import CalendarDataError

_FOLDER = os.path.join(os.path.dirname(__file__), "data")  # noqa: PTH118, PTH120 - pathlib is slow to import
_ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
FIVE_DAY_WEEK = frozenset({_SATURDAY, _SUNDAY})
WEEKS = {5: FIVE_DAY_WEEK, 6: frozenset({_SUNDAY}), 7: frozenset[int]()}
"""The weekly days off of weeks of five, six and seven working days."""

LAST_RULE_YEAR = 2099
"""How far a provisional answer may look."""

NEW_YEAR_DAYS_ARE_MOVED_BY_GOVERNMENT_SINCE = 2013
"""Federal law of 23.04.2012 No 35-FZ: weekends on 1-8 January do not move by themselves."""

ART_112_PART_1 = Act("ст. 112 ч. 1 ТК РФ")
ART_112_PART_2 = Act("ст. 112 ч. 2 ТК РФ")


class YearRows(NamedTuple):
    """What the acts say of one year.

    ``transfers`` are (from, to, act), ``presidential`` (date, act).
    """

    year: int
    statutory: tuple[tuple[date, str], ...]
    transfers: tuple[tuple[date, date, Act], ...]
    presidential: tuple[tuple[date, Act], ...]
    sources: tuple[str, ...]

    def acts(self) -> Iterator[Act]:
        """Yield the acts of the year's rows."""
        yield from (act for _, _, act in self.transfers)
        yield from (act for _, act in self.presidential)

    def known_from(self) -> date:
        """Return the day on which the year's calendar became known."""
        return min(
            (act.known_from for _, _, act in self.transfers if act.known_from),
            default=date(self.year, 1, 1),
        )


@lru_cache(maxsize=1)
def covered_years() -> tuple[int, int]:
    """Return the first and the last year with data."""
    years = [int(name.removesuffix(".toml")) for name in os.listdir(_FOLDER)]  # noqa: PTH208
    return min(years), max(years)


@lru_cache(maxsize=64)
def rows_of(year: int) -> YearRows:
    """Return the rows of a covered year; of a later one, what the law alone says."""
    last = covered_years()[1]
    if year > last:
        statutory = tuple((day.replace(year=year), name) for day, name in rows_of(last).statutory)
        return YearRows(year, statutory, (), (), ())
    data = read_toml(_FOLDER, str(year))
    acts = {key: _act(row) for key, row in data.get("acts", {}).items()}
    return YearRows(
        year=year,
        statutory=tuple((row["date"], row["name"]) for row in data["statutory"]),
        transfers=tuple((row["from"], row["to"], acts[row["act"]]) for row in data["transfers"]),
        presidential=tuple(
            (row["from"] + _ONE_DAY * offset, acts[row["act"]])
            for row in data.get("presidential", ())
            for offset in range((row["to"] - row["from"]).days + 1)
        ),
        sources=tuple(data["sources"]),
    )


def _act(row: dict[str, Any]) -> Act:
    return Act(row["title"], row["known_from"], row["confidence"], note=row.get("note"))


def automatic_moves(
    rows: YearRows, weekend: frozenset[int] = FIVE_DAY_WEEK
) -> Iterator[tuple[date, date]]:
    """Yield (holiday on a weekly day off, working day that becomes off for it), art. 112 part 2.

    A day off that the Government moved elsewhere does not also move by itself; since 2013 days
    off on 1 to 8 January move only by resolution.
    """
    holidays = {day for day, _ in rows.statutory}
    moved_by_act = {source for source, _, _ in rows.transfers}
    taken: set[date] = set()
    for holiday in sorted(holidays):
        new_year = rows.year >= NEW_YEAR_DAYS_ARE_MOVED_BY_GOVERNMENT_SINCE and (
            holiday.month,
            holiday.day,
        ) <= (1, 8)
        if holiday.weekday() not in weekend or holiday in moved_by_act or new_year:
            continue
        target = holiday + _ONE_DAY
        while target.weekday() in weekend or target in holidays or target in taken:
            target += _ONE_DAY
        taken.add(target)
        yield holiday, target


def entries_of(rows: YearRows, weekend: frozenset[int] = FIVE_DAY_WEEK) -> Iterator[Entry]:
    """Yield what each federal layer says of a year's dates, and of the next 1 January.

    A transfer from a holiday only adds a day off; any other moves work to the date it leaves.
    A transfer holds for a week of which the date it leaves is a day off: in a six-day week a
    working Saturday moves nowhere.
    """
    holidays = {day for day, _ in rows.statutory}
    for day, name in rows.statutory:
        yield _holiday(day, name)
        if (day.month, day.day) == (1, 1):
            yield _holiday(date(rows.year + 1, 1, 1), name)
    moves = dict(automatic_moves(rows, weekend))
    for source, target in moves.items():
        yield Entry(
            target,
            Layer.STATUTORY,
            DayKind.TRANSFERRED_OFF,
            ART_112_PART_2,
            swapped_with=source,
        )
    for source, target, act in rows.transfers:
        if source.weekday() not in weekend and source not in moves.values():
            continue
        yield Entry(target, Layer.TRANSFER, DayKind.TRANSFERRED_OFF, act, swapped_with=source)
        if source not in holidays:
            yield Entry(source, Layer.TRANSFER, DayKind.TRANSFERRED_WORK, act, swapped_with=target)
    for day, act in rows.presidential:
        yield Entry(day, Layer.PRESIDENTIAL, DayKind.DECREED_OFF, act)


def _holiday(day: date, name: str) -> Entry:
    return Entry(
        day, Layer.STATUTORY, DayKind.HOLIDAY, ART_112_PART_1, name=name, shortens_eve=True
    )


class RussianDays(NamedTuple):
    """The federal days, with a region's own on top, for a week with these days off.

    ``known_by`` leaves out later acts.
    """

    region: str | None = None
    known_by: date | None = None
    weekend: frozenset[int] = FIVE_DAY_WEEK

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return _coverage(self)

    @property
    def rule_span(self) -> DateRange:
        return (date(covered_years()[0], 1, 1), date(LAST_RULE_YEAR, 12, 31))

    @property
    def version(self) -> str:
        last = covered_years()[1]
        if self.known_by is not None:
            last = max(covered_years()[0] + 1, min(last, self.known_by.year + 1))
        acts = [act for year in (last - 1, last) for act in rows_of(year).acts()]
        if self.region is not None:
            acts += [entry.act for entry in region(self.region).single_days if entry.act]
        dates = [act.known_from for act in acts if act.known_from and self._knows(act)]
        return max(dates).isoformat() if dates else "by law alone"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        if not covered_years()[0] <= year <= LAST_RULE_YEAR:
            return {}
        federal = self.federal(year)
        found = dict(federal)
        if self.region is not None:
            kind_of = _kinds_in(federal, self.weekend)
            for entry in regional_entries(region(self.region), year, self.weekend, kind_of):
                if entry.act is None or self._knows(entry.act):
                    found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return _uncertain(self, year)

    def federal(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the entries of the federal layers alone."""
        rows = rows_of(year)
        if self.known_by is not None:
            rows = rows._replace(
                transfers=tuple(row for row in rows.transfers if self._knows(row[2])),
                presidential=tuple(row for row in rows.presidential if self._knows(row[1])),
            )
        found: dict[date, tuple[Entry, ...]] = {}
        for entry in entries_of(rows, self.weekend):
            found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def _knows(self, act: Act) -> bool:
        return self.known_by is None or act.known_from is None or act.known_from <= self.known_by

    def known_on(self, day: date) -> RussianDays:
        return self._replace(known_by=day)

    def with_week(self, days: int) -> RussianDays:
        weekend = WEEKS.get(days)
        if weekend is None:
            msg = f"a week of {days!r} working days is not known; use 5, 6 or 7"
            raise CalendarDataError(msg, days=days)
        return self._replace(weekend=weekend)

    def without_region(self) -> RussianDays:
        """Return the federal days alone."""
        return self._replace(region=None)

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        first, last = covered_years()
        if day.year < first:
            return "too_early", {"first": first}
        if day.year > LAST_RULE_YEAR:
            return "beyond_rules", {"first": first, "last": LAST_RULE_YEAR}
        entry = self.uncertain(day.year).get(day)
        if entry is not None:
            act = entry.act.title if entry.act else ""
            return "uncertain", {"name": entry.name, "act": act}
        if self.known_by is not None and day.year <= last:
            return "not_known_then", {"year": day.year, "known_by": self.known_by}
        return "not_approved", {"year": day.year, "last": last}


@lru_cache(maxsize=4096)
def _uncertain(source: RussianDays, year: int) -> Mapping[date, Entry]:
    """Return the open dates of a year, those that a neighbouring year's holiday opens too."""
    first = covered_years()[0]
    if source.region is None:
        return {}
    of_region = region(source.region)
    found: dict[date, Entry] = {}
    for near in (year - 1, year, year + 1):
        if first <= near <= LAST_RULE_YEAR:
            of_year = _opened_by(source, near)
            found |= {day: entry for day, entry in of_year.items() if day.year == year}
    found |= _before_joining(of_region.joined, year)
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=4096)
def _opened_by(source: RussianDays, year: int) -> Mapping[date, Entry]:
    """Return the dates that the rows and holidays of one year leave open, in any year."""
    kind_of = _kinds_in(source.federal(year), source.weekend)
    return uncertain(region(source.region or ""), year, kind_of)


@lru_cache(maxsize=256)
def _coverage(source: RussianDays) -> tuple[DateRange, ...]:
    """Return the settled years, without the dates that a region leaves open."""
    first, last = covered_years()
    if source.known_by is not None:
        last = min(last, source.known_by.year + 1)
        while last >= first and rows_of(last).known_from() > source.known_by:
            last -= 1
    if last < first:
        return ()
    ranges = []
    since = date(first, 1, 1)
    for year in range(first, last + 1):
        for day in source.uncertain(year):
            if since < day:
                ranges.append((since, day - _ONE_DAY))
            since = max(since, day + _ONE_DAY)
    ranges.append((since, date(last, 12, 31)))
    return tuple(ranges)


def _before_joining(joined: Entry | None, year: int) -> Iterator[tuple[date, Entry]]:
    """Yield the dates of a year before a subject joined: Russian law did not apply on them."""
    if joined is not None:
        day = date(year, 1, 1)
        while day.year == year and day < joined.date:
            yield day, joined._replace(date=day)
            day += _ONE_DAY


def _kinds_in(
    entries: Mapping[date, tuple[Entry, ...]], weekend: frozenset[int]
) -> Callable[[date], DayKind]:
    """Return a function from a date to its federal kind."""

    def kind_of(day: date) -> DayKind:
        winner = resolve(day, entries.get(day, ()))
        if winner is not None:
            return winner.kind
        return DayKind.DAY_OFF if day.weekday() in weekend else DayKind.WORK

    return kind_of

"""The days of Russia and of its regions: known dates, uncertain dates, and days given by rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import NamedTuple

from workhours_sla.calendars.days import (
    FIVE_DAY_WEEK,
    ONE_DAY,
    DateRange,
    DayKind,
    DaySource,
    Entry,
    Layer,
    by_date,
    kind_of,
    resolve,
    was_known,
    without,
)
from workhours_sla.calendars.russia.federal import WEEKS, covered_years, federal_entries, rows_of
from workhours_sla.calendars.russia.regional import before_joining, regional_entries, uncertain
from workhours_sla.calendars.russia.regions import region
from workhours_sla.errors import CalendarDataError
from workhours_sla.text.messages import say

LAST_RULE_YEAR = 2099
"""The last year for which a provisional calendar of Russia answers."""


class _Russian(NamedTuple):
    region: str | None = None
    known_by: date | None = None  # acts that were published later are left out
    weekend: frozenset[int] = FIVE_DAY_WEEK


class RussianDays(_Russian, DaySource):
    """The federal days of Russia and, if ``id`` is a region, the days of the region."""

    __slots__ = ()

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return _coverage(self)

    @property
    def rule_span(self) -> DateRange:
        return (date(covered_years()[0], 1, 1), date(LAST_RULE_YEAR, 12, 31))

    @property
    def version(self) -> str:
        """The date of the newest act, as YYYY-MM-DD, or "by law alone" if no act has a date."""
        last = covered_years()[1]
        if self.known_by is not None:
            last = max(covered_years()[0] + 1, min(last, self.known_by.year + 1))
        acts = [act for year in (last - 1, last) for act in rows_of(year).acts()]
        if self.region is not None:
            acts += [entry.act for entry in region(self.region).single_days if entry.act]
        dates = [act.known_from for act in acts if act.known_from and was_known(act, self.known_by)]
        return max(dates).isoformat() if dates else "by law alone"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        if not covered_years()[0] <= year <= LAST_RULE_YEAR:
            return {}
        federal = self.federal(year)
        if self.region is None:
            return federal
        federal_kind = _kinds_in(lambda: federal, self.weekend)
        regional = regional_entries(region(self.region), year, self.weekend, federal_kind)
        return by_date((one for one in regional if was_known(one.act, self.known_by)), federal)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return _uncertain(self, year)

    def federal(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        rows, known_by = rows_of(year), self.known_by
        rows = rows._replace(
            transfers=tuple(row for row in rows.transfers if was_known(row[2], known_by)),
            presidential=tuple(row for row in rows.presidential if was_known(row[1], known_by)),
        )
        return by_date(federal_entries(rows, self.weekend))

    def known_on(self, day: date) -> RussianDays:
        return self._replace(known_by=day)

    def with_week(self, days: int) -> RussianDays:
        if days not in WEEKS:
            raise CalendarDataError(say("no_week", days=repr(days)))
        return self._replace(weekend=WEEKS[days])

    def without_layers(self, layers: Collection[Layer]) -> RussianDays:
        return self._replace(region=None) if Layer.REGION in layers else self

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
    """Return the uncertain dates of a year, also by holidays of the years before and after."""
    if source.region is None:
        return {}
    found: dict[date, Entry] = {}
    for near in (year - 1, year, year + 1):
        if covered_years()[0] <= near <= LAST_RULE_YEAR:
            caused = _uncertain_by(source, near)
            found |= {day: entry for day, entry in caused.items() if day.year == year}
    found |= before_joining(region(source.region).joined, year)
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=4096)
def _uncertain_by(source: RussianDays, year: int) -> Mapping[date, Entry]:
    """Return the dates, in nearby years too, that the holidays of ``year`` make uncertain."""
    federal_kind = _kinds_in(partial(source.federal, year), source.weekend)
    return uncertain(region(source.region or ""), year, federal_kind)


@lru_cache(maxsize=256)
def _coverage(source: RussianDays) -> tuple[DateRange, ...]:
    """Return the dates that ``source`` knows: all years with acts except the uncertain dates."""
    first, last = covered_years()
    if source.known_by is not None:
        last = min(last, source.known_by.year + 1)
        while last >= first and rows_of(last).known_from() > source.known_by:
            last -= 1
    if last < first:
        return ()
    years = range(first, last + 1)
    whole = date(first, 1, 1), date(last, 12, 31)
    known = without(whole, (day for year in years for day in source.uncertain(year)))
    if known and known[-1][1] == whole[1]:
        return known
    # an empty range at the end keeps 31 December of the last year as the last bound
    return (*known, (whole[1] + ONE_DAY, whole[1]))


def _kinds_in(
    federal: Callable[[], Mapping[date, tuple[Entry, ...]]], weekend: frozenset[int]
) -> Callable[[date], DayKind]:
    # entries are read late: most regions have no holidays of their own and need no year's file
    entries = cache(federal)
    return lambda day: kind_of(day, resolve(day, entries().get(day, ())), weekend)

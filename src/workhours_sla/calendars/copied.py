"""The source of days for a calendar that was copied from a library."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.days import DateRange, DayKind, Entry, Layer, common, in_any, without
from workhours_sla.calendars.tables import TableDays

_SWAPS = (DayKind.TRANSFERRED_OFF, DayKind.TRANSFERRED_WORK)


class CopiedDays(NamedTuple):
    """The days copied from a library; some of them are only forecasts.

    ``span`` is the range of copied dates. ``decided`` is the range of dates for which the library
    contains the decisions of the authorities; copied dates outside of it are forecasts.
    ``open_days`` are entries of uncertain dates near an estimated day. ``half_weekends`` are
    entries of short days on weekly days off, for people who work on them. ``left_out`` are the
    library's categories whose days are not copied.
    """

    table: TableDays
    span: DateRange
    decided: DateRange
    open_days: tuple[Entry, ...]
    half_weekends: tuple[Entry, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def weekend(self) -> frozenset[int]:
        return self.table.weekend

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return self.table.known

    @property
    def rule_span(self) -> DateRange:
        return self.span

    @property
    def version(self) -> str:
        left_out = f" (without {', '.join(self.left_out)})" if self.left_out else ""
        return self.table.version + left_out

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        return self.table.entries(year)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {entry.date: entry for entry in self.open_days if entry.date.year == year}

    def known_on(self, day: date) -> CopiedDays:
        return self._replace(table=self.table.known_on(day))

    def with_week(self, days: int) -> CopiedDays:
        return self._replace(table=self.table.with_week(days))

    def with_workdays(self, weekdays: frozenset[int]) -> OpenedDays:
        return OpenedDays(self, weekdays)

    def without_layers(self, layers: Collection[Layer]) -> CopiedDays:
        if Layer.STATUTORY not in layers:
            return self
        known = common([self.span], [self.decided])
        return self._replace(table=self.table._replace(known=known), open_days=())

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        if not self.span[0] <= day <= self.span[1]:
            known = self.coverage or (self.span,)
            first, last = known[0][0], known[-1][1]
            library = self.table.version
            facts = {"library": library, "year": day.year, "first": first, "last": last}
            return "library_ends", facts
        if day < self.decided[0]:
            return "too_early", {"first": self.decided[0].year}
        if day > self.decided[1]:
            return "library_undecided", {
                "library": self.table.version,
                "year": day.year,
                "last": self.decided[1].year,
            }
        entry = self.uncertain(day.year)[day]
        return "uncertain", {"name": entry.name, "act": self.table.version}


class OpenedDays(NamedTuple):
    """The days of ``base``, except that the weekdays ``weekdays`` (Monday is 0) are worked.

    Holidays on these weekdays stay days off. If a date was swapped with one of these weekdays, both
    dates are uncertain: the library does not say whether the swap applies to people who work on
    that weekday anyway.
    """

    base: CopiedDays
    weekdays: frozenset[int]

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend - self.weekdays

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return _coverage_of(self)

    @property
    def rule_span(self) -> DateRange:
        return self.base.rule_span

    @property
    def version(self) -> str:
        return self.base.version

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        found = {
            day: kept
            for day, entries in self.base.entries(year).items()
            if (kept := tuple(entry for entry in entries if not self._is_weekly(entry)))
        }
        for entry in self.base.half_weekends:
            if entry.date.year == year and entry.date.weekday() in self.weekdays:
                found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def _is_weekly(self, entry: Entry) -> bool:
        return entry.layer is Layer.WEEKLY and entry.date.weekday() in self.weekdays

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        swapped = {entry.date: entry for entry in _swapped(self) if entry.date.year == year}
        return {**swapped, **self.base.uncertain(year)}

    def known_on(self, day: date) -> OpenedDays:
        return self._replace(base=self.base.known_on(day))

    def with_week(self, days: int) -> OpenedDays:
        return self._replace(base=self.base.with_week(days))

    def with_workdays(self, weekdays: frozenset[int]) -> OpenedDays:
        return self._replace(weekdays=self.weekdays | weekdays)

    def without_layers(self, layers: Collection[Layer]) -> OpenedDays:
        return self._replace(base=self.base.without_layers(layers))

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        entry = next((entry for entry in _swapped(self) if entry.date == day), None)
        if entry is None:
            return self.base.unknown(day)
        return "uncertain", {"name": entry.describe(), "act": self.version}


@lru_cache(maxsize=64)
def _swapped(days: OpenedDays) -> tuple[Entry, ...]:
    """Return the entries of the known dates that were swapped with an opened weekday, by date."""
    known = days.base.coverage
    return tuple(
        entry
        for entry in days.base.table.rows
        if entry.kind in _SWAPS
        and in_any(entry.date, known)
        and any(
            day is not None and day.weekday() in days.weekdays
            for day in (entry.date, entry.swapped_with)
        )
    )


@lru_cache(maxsize=64)
def _coverage_of(days: OpenedDays) -> tuple[DateRange, ...]:
    swapped = [entry.date for entry in _swapped(days)]
    return tuple(left for known in days.base.coverage for left in without(known, swapped))

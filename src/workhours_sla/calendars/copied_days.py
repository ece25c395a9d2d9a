"""The source of days for a calendar that was copied from a library."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import DateRange, common
from workhours_sla.calendars.day import Entry, Layer
from workhours_sla.calendars.table_days import TableDays


class CopiedDays(NamedTuple):
    """The days that were copied from a library, some of which are only forecasts.

    ``span`` is the range of copied dates. ``decided`` is the range of dates for which the library
    contains the decisions of the authorities; not all of these dates need to be copied.
    ``open_days`` are entries of dates near an estimated day: these dates are uncertain. All other
    copied dates in ``decided`` are known. Copied dates outside of ``decided`` are forecasts.
    """

    table: TableDays
    span: DateRange
    decided: DateRange
    open_days: tuple[Entry, ...]

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
        return self.table.version

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        return self.table.entries(year)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {entry.date: entry for entry in self.open_days if entry.date.year == year}

    def known_on(self, day: date) -> CopiedDays:
        return self._replace(table=self.table.known_on(day))

    def with_week(self, days: int) -> CopiedDays:
        return self._replace(table=self.table.with_week(days))

    def without_layers(self, layers: Collection[Layer]) -> CopiedDays:
        if Layer.STATUTORY not in layers:
            return self
        known = common([self.span], [self.decided])
        return self._replace(table=self.table._replace(known=known), open_days=())

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        if not self.span[0] <= day <= self.span[1]:
            known = self.coverage or (self.span,)
            return "outside", {"first": known[0][0], "last": known[-1][1]}
        if day < self.decided[0]:
            return "too_early", {"first": self.decided[0].year}
        if day > self.decided[1]:
            return "not_approved", {"year": day.year, "last": self.decided[1].year}
        entry = self.uncertain(day.year)[day]
        return "uncertain", {"name": entry.name, "act": self.version}

"""A table of entries: the days of a calendar that was read from a file or copied from a library."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import DateRange
from workhours_sla.calendars.day import Entry, Layer, was_known
from workhours_sla.calendars.day_source import week_error, workdays_error


class TableDays(NamedTuple):
    """A table of entries; dates without an entry are off on the weekdays of ``weekend``.

    ``known`` are the ranges of covered dates, in order and without overlap. Dates outside of these
    ranges are unknown.
    """

    off_weekdays: frozenset[int]
    known: tuple[DateRange, ...]
    rows: tuple[Entry, ...]
    version: str

    @classmethod
    def of(
        cls, rows: Iterable[Entry], *, weekend: Iterable[int], first: date, last: date, version: str
    ) -> TableDays:
        """Return the table of ``rows`` that covers all dates from ``first`` to ``last``."""
        ordered = sorted(
            set(rows),
            key=lambda entry: (entry.date, entry.layer, entry.kind, entry.name or "", repr(entry)),
        )
        return cls(frozenset(weekend), ((first, last),), tuple(ordered), version)

    @property
    def weekend(self) -> frozenset[int]:
        return self.off_weekdays

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return self.known

    @property
    def rule_span(self) -> None:
        return None

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        day_after = date(year + 1, 1, 1)
        next_year = (entry for entry in _rows_of(self.rows, year + 1) if entry.date == day_after)
        found: dict[date, tuple[Entry, ...]] = {}
        for entry in (*_rows_of(self.rows, year), *next_year):
            found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {}

    def known_on(self, day: date) -> TableDays:
        return self._replace(rows=tuple(row for row in self.rows if was_known(row.act, day)))

    def with_week(self, days: int) -> TableDays:
        raise week_error(days)

    def with_workdays(self, weekdays: frozenset[int]) -> TableDays:
        raise workdays_error()

    def without_layers(self, layers: Collection[Layer]) -> TableDays:
        return self

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        return "outside", {"first": self.known[0][0], "last": self.known[-1][1]}


@lru_cache(maxsize=512)
def _rows_of(rows: tuple[Entry, ...], year: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in rows if entry.date.year == year)

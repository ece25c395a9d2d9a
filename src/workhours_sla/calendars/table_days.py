"""The days of a calendar that was read from a file or copied from a library: a table of entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import DateRange
from workhours_sla.calendars.day import Entry
from workhours_sla.calendars.day_source import week_error


class TableDays(NamedTuple):
    """Entries of known dates, and the weekdays that are off without one.

    ``known`` are the covered ranges, disjoint and in order; dates between them are uncertain.
    """

    off_weekdays: frozenset[int]
    known: tuple[DateRange, ...]
    rows: tuple[Entry, ...]
    version: str

    @classmethod
    def of(
        cls, rows: Iterable[Entry], *, weekend: Iterable[int], first: date, last: date, version: str
    ) -> TableDays:
        """Return the table of ``rows``, with all dates from ``first`` to ``last`` known."""
        ordered = sorted(set(rows), key=lambda entry: (entry.date, entry.layer, repr(entry)))
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

    def uncertain(self, year: int) -> Mapping[date, Entry]:  # noqa: ARG002
        return {}

    def known_on(self, day: date) -> TableDays:
        """Return the table without the acts that became known after ``day``."""
        rows = tuple(
            entry
            for entry in self.rows
            if entry.act is None or entry.act.known_from is None or entry.act.known_from <= day
        )
        return self._replace(rows=rows)

    def with_week(self, days: int) -> TableDays:
        raise week_error(days)

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:  # noqa: ARG002
        return "outside", {"first": self.known[0][0], "last": self.known[-1][1]}


@lru_cache(maxsize=512)
def _rows_of(rows: tuple[Entry, ...], year: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in rows if entry.date.year == year)

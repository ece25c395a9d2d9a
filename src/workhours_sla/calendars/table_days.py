"""A calendar from a table of entries: what an outside calendar becomes when it is copied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.day import Entry
from workhours_sla.calendars.day_source import DateRange
from workhours_sla.errors import CalendarDataError


class TableDays(NamedTuple):
    """Entries of known dates, and the weekdays that are off without one.

    ``known`` holds the covered ranges, disjoint and in order; dates between them are uncertain.
    """

    off_weekdays: frozenset[int]
    known: tuple[DateRange, ...]
    rows: tuple[Entry, ...]
    version: str

    @classmethod
    def of(
        cls, rows: Iterable[Entry], *, weekend: Iterable[int], first: date, last: date, version: str
    ) -> TableDays:
        """Return the table of ``rows``, all dates from ``first`` to ``last`` known."""
        ordered = sorted(set(rows), key=lambda entry: (entry.date, entry.layer, repr(entry)))
        return cls(frozenset(weekend), ((first, last),), tuple(ordered), version)

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays that are off unless a row says otherwise."""
        return self.off_weekdays

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The known dates."""
        return self.known

    @property
    def rule_span(self) -> None:
        """None: a table has no rule for other dates."""
        return None

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        """Return the rows of a year and of the day after it."""
        day_after = date(year + 1, 1, 1)
        found: dict[date, tuple[Entry, ...]] = {}
        for entry in _rows_of(self.rows, year):
            found[entry.date] = (*found.get(entry.date, ()), entry)
        for entry in _rows_of(self.rows, year + 1):
            if entry.date == day_after:
                found[entry.date] = (*found.get(entry.date, ()), entry)
        return found

    def uncertain(self, year: int) -> Mapping[date, Entry]:  # noqa: ARG002
        """Return none: every date between its bounds is known."""
        return {}

    def known_on(self, day: date) -> TableDays:
        """Return the table without the acts that came later."""
        rows = tuple(
            entry
            for entry in self.rows
            if entry.act is None or entry.act.known_from is None or entry.act.known_from <= day
        )
        return self._replace(rows=rows)

    def with_week(self, days: int) -> TableDays:
        """Refuse: these days are not by the week."""
        msg = f"this calendar has no week of {days!r} days; give hours on the weekdays worked"
        raise CalendarDataError(msg, days=days)

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:  # noqa: ARG002
        """Return why a date is not known."""
        return "outside", {"first": self.known[0][0], "last": self.known[-1][1]}


@lru_cache(maxsize=512)
def _rows_of(rows: tuple[Entry, ...], year: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in rows if entry.date.year == year)

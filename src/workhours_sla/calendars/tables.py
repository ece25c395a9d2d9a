"""Sources of days that hold their days: a table of entries, and a plain list of days off.

A table was read from a file or copied from a library.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from workhours_sla.calendars.days import (
    EARLIEST,
    LATEST,
    DateRange,
    DayKind,
    Entry,
    Layer,
    was_known,
)
from workhours_sla.calendars.sources import week_error, workdays_error
from workhours_sla.errors import CalendarDataError, shown


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


class PlainDays(NamedTuple):
    """Single days off, and days that are off every year, for the dates from ``first`` to ``last``.

    ``yearly`` are pairs (month, day).
    """

    days_off: frozenset[date]
    yearly: frozenset[tuple[int, int]]
    first: date
    last: date

    @classmethod
    def of(
        cls, days_off: Iterable[date], yearly: Iterable[str], first: date, last: date
    ) -> PlainDays:
        """Return the days for the arguments of ``Calendar.plain``.

        Raises CalendarDataError for impossible dates.
        """
        days_off = frozenset(days_off)
        for day in (*days_off, first, last):
            if type(day) is not date:
                msg = f"a plain calendar takes dates, not {day!r}; use date(2026, 1, 2)"
                raise CalendarDataError(msg, date=day)
        if not EARLIEST <= first <= last <= LATEST:
            msg = (
                f"a calendar cannot cover {first} to {last}: the last date must not be before the "
                f"first, and both must be between {EARLIEST} and {LATEST}"
            )
            raise CalendarDataError(msg, first=first, last=last)
        return cls(days_off, frozenset(parse_month_day(text) for text in yearly), first, last)

    @property
    def weekend(self) -> frozenset[int]:
        return frozenset()

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return ((self.first, self.last),)

    @property
    def rule_span(self) -> None:
        return None

    @property
    def version(self) -> str:
        return "1"

    def entries(self, year: int) -> Mapping[date, tuple[Entry, ...]]:
        from calendar import isleap  # it imports locale, which takes long

        dates = {day for day in self.days_off if day.year == year}
        dates |= {
            date(year, month, day)
            for month, day in self.yearly
            if (month, day) != (2, 29) or isleap(year)
        }
        return {day: (Entry(day, Layer.STATUTORY, DayKind.HOLIDAY),) for day in dates}

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {}

    def known_on(self, day: date) -> PlainDays:
        return self

    def without_layers(self, layers: Collection[Layer]) -> PlainDays:
        return self

    def with_workdays(self, weekdays: frozenset[int]) -> PlainDays:
        return self

    def with_week(self, days: int) -> PlainDays:
        raise week_error(days)

    def unknown(self, day: date) -> tuple[str, Mapping[str, object]]:
        return "outside", {"first": self.first, "last": self.last}


def parse_month_day(text: str) -> tuple[int, int]:
    """Return text in the format ``MM-DD`` as (month, day). Raises CalendarDataError."""
    try:
        # 2000 is a leap year, so 02-29 exists; no other ISO format has a dash at this position
        parsed = date.fromisoformat(f"2000-{text}" if text[2:3] == "-" else "")
    except ValueError:
        msg = f"{shown(text)} is not a day of the year; write it as MM-DD, such as 12-25"
        raise CalendarDataError(msg, text=text) from None
    return parsed.month, parsed.day

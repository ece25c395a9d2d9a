"""The days of a plain calendar, which has days off but no weekend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import EARLIEST, LATEST, DateRange
from workhours_sla.calendars.day import DayKind, Entry, Layer
from workhours_sla.calendars.day_source import week_error
from workhours_sla.errors import CalendarDataError, shown


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

"""One year of a calendar and its JSON: every day with its reason, and the norms of working time."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from workhours_sla.calendars.calendar import Calendar, working_time_norm
from workhours_sla.calendars.days import Day, Entry
from workhours_sla.text import catalog

WEEKS: Final = (40, 36, 24)
"""Working weeks in hours for which there are norms."""
_ONE_DAY: Final = timedelta(days=1)


class CalendarYear(NamedTuple):
    """A year of a calendar: all its days, and the entries of the uncertain dates."""

    calendar: Calendar
    year: int
    days: Sequence[Day]
    uncertain: Mapping[date, Entry]

    @classmethod
    def of(cls, calendar: Calendar, year: int, *, by_rule: bool = False) -> CalendarYear:
        """Return a year. Uncertain dates are decided by rule, and with ``by_rule`` all dates."""
        uncertain = calendar.uncertain(year)
        wanted = calendar.provisional() if by_rule else calendar
        for day in _dates(year):
            if day not in uncertain:
                wanted.check_known(day)
        if by_rule or uncertain:
            calendar = calendar.provisional()
        days = list(calendar.days(date(year, 1, 1), date(year, 12, 31)))
        return cls(calendar, year, days, uncertain)

    def data(self) -> dict[str, Any]:
        found = self.calendar
        return {
            "schema": "workhours.calendar-year/1",
            "calendar": {"id": found.id, "version": found.version},
            "year": self.year,
            "provisional": any(day.provisional for day in self.days),
            "uncertain": {
                day.isoformat(): {lang: entry.describe(lang) for lang in catalog.LANGUAGES}
                for day, entry in self.uncertain.items()
            },
            "days": [
                {
                    "date": day.date,
                    "kind": day.kind,
                    "working": day.working,
                    "shortened_by": day.shortened_by,
                    "hours_of": day.hours_of,
                    "reason": {lang: day.describe(lang) for lang in catalog.LANGUAGES},
                }
                for day in self.days
            ],
            "norms": [
                {
                    "first": first,
                    "last": last,
                    "working_days": norm.working_days,
                    "short_days": norm.short_days,
                    "hours": {str(week): norm.hours(week) for week in WEEKS},
                }
                for first, last in periods(self.year)
                for norm in [working_time_norm(found, first, last)]
            ],
        }


def periods(year: int) -> Iterator[tuple[date, date]]:
    """Yield the first and the last date of each month, each quarter after its months, the year."""
    for month in range(1, 13):
        last = date(year, month, months.monthrange(year, month)[1])
        yield date(year, month, 1), last
        if month % 3 == 0:
            yield date(year, month - 2, 1), last
    yield date(year, 1, 1), date(year, 12, 31)


def _dates(year: int) -> Iterator[date]:
    return (
        date(year, 1, 1) + _ONE_DAY * offset
        for offset in range(366 if months.isleap(year) else 365)
    )

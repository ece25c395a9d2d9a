"""The norm of working time: days and hours of a period, for weeks of any length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Layer

DAYS_OF_A_FIVE_DAY_WEEK = 5
SHORT_DAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Norm:
    """Days of a period, and the hours they hold for a week of a given length."""

    calendar_days: int
    working_days: int
    short_days: int

    def hours(self, week: int = 40) -> timedelta:
        """Return the working time of the period for a five-day week of ``week`` hours.

        Order of Minzdravsotsrazvitiya of 13.08.2009 No 588n: a fifth of the week for each
        working day, less one hour for each day before a holiday.

        >>> january = working_time_norm(Calendar.get("RU"), date(2026, 1, 1), date(2026, 1, 31))
        >>> str(january.hours(36))
        '4 days, 12:00:00'
        """
        a_day = timedelta(hours=week) / DAYS_OF_A_FIVE_DAY_WEEK
        return a_day * self.working_days - SHORT_DAY * self.short_days


def working_time_norm(calendar: Calendar, first: date, last: date) -> Norm:
    """Return the norm of ``first`` to ``last``, both included.

    Non-working days by presidential decree are left out of account, as the norm counts them as
    working time. Raises CalendarCoverageError.
    """
    days = list(calendar.without(Layer.PRESIDENTIAL).days(first, last))
    return Norm(len(days), sum(day.working for day in days), sum(day.short for day in days))

"""Compute the norm of working time of a period (норма рабочего времени).

The norm is the working time that labour law expects in the period, for a week of a given length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import PRE_HOLIDAY_SHORTENING, Layer

DAYS_OF_A_FIVE_DAY_WEEK = 5


@dataclass(frozen=True, slots=True)
class Norm:
    """The numbers of days of a period, from which ``hours`` computes the norm of working time."""

    calendar_days: int
    working_days: int
    short_days: int

    def hours(self, week: int = 40) -> timedelta:
        """Return the norm of the period for a five-day week of ``week`` hours.

        Each working day counts as a fifth of the week, less one hour if the day is before a
        holiday (order of Minzdravsotsrazvitiya of 13.08.2009 No 588n).

        >>> january = working_time_norm(Calendar.get("RU"), date(2026, 1, 1), date(2026, 1, 31))
        >>> str(january.hours(36))
        '4 days, 12:00:00'
        """
        a_day = timedelta(hours=week) / DAYS_OF_A_FIVE_DAY_WEEK
        return a_day * self.working_days - PRE_HOLIDAY_SHORTENING * self.short_days


def working_time_norm(calendar: Calendar, first: date, last: date) -> Norm:
    """Return the numbers of days from ``first`` to ``last``, both included, for the norm.

    Days off by presidential decree count as working days, as the norm requires. Raises
    CalendarCoverageError.
    """
    days = list(calendar.without(Layer.PRESIDENTIAL).days(first, last))
    return Norm(len(days), sum(day.working for day in days), sum(day.short for day in days))

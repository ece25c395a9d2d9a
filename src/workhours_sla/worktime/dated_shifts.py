"""The shifts of each date: weekly hours, days off, short days and overrides put together.

The shifts of a date are the hours of its weekday, or of the swapped date's weekday if it is a
transferred working day; none if it is off; shortened if it is short. An override replaces all of
that and is not shortened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day
from workhours_sla.worktime.instants import datetime_in
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.weekly_hours import Shifts, WeeklyHours, shorten
from workhours_sla.worktime.zone import BASE, ONE_DAY, TimeSpan, zone_offsets


class DatedShifts:
    """The shifts of each date, in a zone. Schedule adds the verbs.

    ``overrides`` are the shifts of single dates, ``changes`` the weekly hours from a date on.
    """

    __slots__ = ()

    calendar: Calendar
    hours: WeeklyHours
    overrides: Mapping[date, Shifts]
    changes: Mapping[date, WeeklyHours]
    shorten_at_start: bool
    tz: ZoneInfo

    def completions(self) -> tuple[Self, Self] | None:
        """Return the same shifts with all unknown dates off, and with all full days."""
        raise NotImplementedError

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date, shortened if the date is short.

        Raises CalendarCoverageError for a date that the calendar does not cover.

        >>> from workhours_sla import Schedule
        >>> from workhours_sla.worktime.weekly_hours import format_shifts
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> format_shifts(office.shifts_on(date(2025, 11, 1)))  # a working Saturday, short
        '09:00-17:00'
        """
        override = self.overrides.get(day)
        if override is not None:
            return override
        return self._calendar_shifts(self.calendar.day(day))

    def hours_on(self, day: date) -> WeeklyHours:
        """Return the weekly hours in force on a date.

        >>> from workhours_sla import Schedule
        >>> summer = {date(2026, 6, 1): "Mo-Fr 08:00-17:00"}
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", changes=summer)
        >>> print(office.hours_on(date(2026, 5, 31)), "|", office.hours_on(date(2026, 6, 1)))
        Mo-Fr 09:00-18:00 | Mo-Fr 08:00-17:00
        """
        hours = self.hours
        for since, changed in self.changes.items():
            if since <= day:
                hours = changed
        return hours

    def _calendar_shifts(self, day: Day) -> Shifts:
        """Return the shifts of a day of the calendar, without overrides."""
        if not day.working:
            return ()
        shifts = self.hours_on(day.date).by_weekday[day.hours_of.weekday()]
        if day.shortened_by:
            shifts = shorten(shifts, day.shortened_by, at_start=self.shorten_at_start)
        return shifts

    def _spans_on(self, day: date, shifts: Shifts) -> list[TimeSpan]:
        """Return the instants of shifts that start on a date."""
        midnight = ONE_DAY * (day - BASE.date()).days
        zone = zone_offsets(self.tz)
        return join(
            span
            for start, end in shifts
            for span in zone.instants_of(midnight + start, midnight + end)
        )

    def end_of_day(self, day: date) -> datetime:
        """Return 24:00 of a date, in the schedule's zone: the end of the last instant on it.

        >>> from workhours_sla import Schedule
        >>> print(Schedule("RU-VGG", "Mo-Fr 09:00-18:00").end_of_day(date(2025, 3, 12)))
        2025-03-13 00:00:00+03:00
        """
        midnight = ONE_DAY * ((day - BASE.date()).days + 1)
        return datetime_in(self.tz, zone_offsets(self.tz).end_of(midnight))

    # -- known dates -------------------------------------------------------------------------

    def knows(self, day: date) -> bool:
        """Whether the shifts of a date are known, by the calendar or by an override.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.knows(date(2025, 3, 12)), office.knows(date(2031, 3, 12))
        (True, False)
        """
        return day in self.overrides or any(
            first <= day <= last for first, last in self.calendar.coverage
        )

    def _known_dates(self) -> list[tuple[date, date]]:
        """Return the runs of known dates as pairs (first, last), in order."""
        ranges = [*self.calendar.coverage, *((day, day) for day in self.overrides)]
        runs: list[tuple[date, date]] = []
        for first, last in sorted(ranges):
            if runs and first <= runs[-1][1] + ONE_DAY:
                runs[-1] = runs[-1][0], max(last, runs[-1][1])
            else:
                runs.append((first, last))
        return runs

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, all of them known.

        The plain week is right for every date without an entry and without an override: the
        constructor of Schedule refuses hours on the calendar's weekend.
        """
        week, weekday = self.hours_on(first).by_weekday, first.weekday()
        shifts = [week[(weekday + index) % 7] for index in range((last - first).days + 1)]
        for since, changed in self.changes.items():
            for index in range(max(0, (since - first).days), len(shifts) if since > first else 0):
                shifts[index] = changed.by_weekday[(weekday + index) % 7]
        for year in range(first.year, last.year + 1):
            for day, special in self.calendar.special_days(year).items():
                if first <= day <= last:
                    shifts[(day - first).days] = self._calendar_shifts(special)
        for day, override in self.overrides.items():
            if first <= day <= last:
                shifts[(day - first).days] = override
        return shifts

    def _reach(self) -> tuple[timedelta, timedelta]:
        """Return the earliest start and the latest end of any shift, from its date's midnight."""
        shifts = [
            shift
            for week in (self.hours, *self.changes.values())
            for of_day in (*week.by_weekday, *self.overrides.values())
            for shift in of_day
        ]
        return min(shift.start for shift in shifts), max(shift.end for shift in shifts)

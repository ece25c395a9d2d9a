"""The shifts of each date, from weekly hours, calendar and overrides.

- A working day has the shifts of its weekday.
- A transferred working day has the shifts of the weekday of the date it was swapped with.
- A short day has its shifts shortened.
- A day off has no shifts.
- A date with an override has the shifts of the override, never shortened.

A range of known dates is a range of consecutive dates whose shifts are all known.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import DateRange, Day, in_any, merged
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.instants import datetime_in
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.shifts import Shifts, shorten
from workhours_sla.worktime.zone_offsets import BASE, ONE_DAY, TimeSpan, zone_offsets


class DatedShifts(metaclass=ABCMeta):
    """The shifts of each date, in a time zone: a Schedule without its verbs.

    ``overrides`` maps single dates to their shifts. ``changes`` maps a date to the weekly hours
    that are in force from that date on.
    """

    __slots__ = ()

    calendar: Calendar
    hours: WeeklyHours
    overrides: Mapping[date, Shifts]
    changes: Mapping[date, WeeklyHours]
    shorten_at_start: bool
    tz: ZoneInfo

    @abstractmethod
    def completions(self) -> tuple[Self, Self] | None:
        """Return two completions: all unknown dates off, and all of them full working days."""

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date, shortened if the date is short.

        Raises CalendarCoverageError for a date that the calendar does not cover.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> (opening, closing), = office.shifts_on(date(2025, 11, 1))  # a working Saturday, short
        >>> print(opening, closing)
        9:00:00 17:00:00
        """
        override = self.overrides.get(day)
        if override is not None:
            return override
        return self._calendar_shifts(self.calendar.day(day))

    def hours_on(self, day: date) -> WeeklyHours:
        """Return the weekly hours in force on a date, for its season and its ISO week.

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
        return hours.week_of(day)

    def _calendar_shifts(self, day: Day) -> Shifts:
        """Return the shifts of a day by the calendar alone, without overrides."""
        if not day.working:
            return ()
        shifts = self.hours_on(day.date).by_weekday[day.hours_of.weekday()]
        if day.shortened_by:
            shifts = shorten(shifts, day.shortened_by, at_start=self.shorten_at_start)
        return shifts

    def _spans_on(self, day: date, shifts: Shifts) -> list[TimeSpan]:
        """Return the instants of ``shifts`` on a date, as sorted disjoint spans."""
        midnight = ONE_DAY * (day - BASE.date()).days
        zone = zone_offsets(self.tz)
        return join(
            span
            for start, end in shifts
            for span in zone.instants_of(midnight + start, midnight + end)
        )

    def end_of_day(self, day: date) -> datetime:
        """Return 24:00 of a date, in the schedule's zone.

        If the clocks are set back across midnight, this is the second midnight.

        >>> from workhours_sla import Schedule
        >>> print(Schedule("RU-VGG", "Mo-Fr 09:00-18:00").end_of_day(date(2025, 3, 12)))
        2025-03-13 00:00:00+03:00
        """
        midnight = ONE_DAY * ((day - BASE.date()).days + 1)
        return datetime_in(self.tz, zone_offsets(self.tz).end_of(midnight))

    # -- known dates -------------------------------------------------------------------------

    def knows(self, day: date) -> bool:
        """Return whether the shifts of a date are known, from the calendar or an override.

        >>> from workhours_sla import Schedule
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.knows(date(2025, 3, 12)), office.knows(date(2031, 3, 12))
        (True, False)
        """
        return day in self.overrides or in_any(day, self.calendar.coverage)

    def _known_dates(self) -> tuple[DateRange, ...]:
        """Return the ranges of known dates as pairs (first, last), sorted."""
        return merged([*self.calendar.coverage, *((day, day) for day in self.overrides)])

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, which must all be known.

        Dates without a calendar entry and without an override take the shifts of their weekday.
        This is correct for weekends, too: Schedule refuses weekly hours on the calendar's weekend.
        """
        shifts = self.hours.between(first, last)
        for since, changed in self.changes.items():
            if since <= last:
                since = max(since, first)  # noqa: PLW2901
                shifts[(since - first).days :] = changed.between(since, last)
        for year in range(first.year, last.year + 1):
            for day, special in self.calendar.special_days(year).items():
                if first <= day <= last:
                    shifts[(day - first).days] = self._calendar_shifts(special)
        for day, override in self.overrides.items():
            if first <= day <= last:
                shifts[(day - first).days] = override
        return shifts

    def _reach(self) -> tuple[timedelta, timedelta]:
        """Return the earliest start and the latest end of all shifts, as time since midnight."""
        shifts = [
            shift
            for week in (self.hours, *self.changes.values())
            for _, of_day in week.all_shifts()
            for shift in of_day
        ]
        shifts += (shift for of_day in self.overrides.values() for shift in of_day)
        return min(shift.start for shift in shifts), max(shift.end for shift in shifts)

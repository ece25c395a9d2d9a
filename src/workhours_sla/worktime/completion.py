"""The two completions that bound all others: unknown dates all off, or all full working days.

A completion assigns each unknown date a full day, a short day or a day off. ``coverage`` explains
how the two extremes show that an answer is certain.
"""

from __future__ import annotations

from datetime import date, timedelta

from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.weekly_hours import Shifts, merge_shifts
from workhours_sla.worktime.zone import ONE_DAY

_BEYOND = timedelta(days=731)
"""The time before the first and after the last known date that a completion covers."""
_EARLIEST, _LATEST = date(2, 1, 1), date(9998, 12, 31)


class CompletedShifts(DatedShifts):
    """The shifts of each date; unknown dates are full working days if ``full``, else days off.

    A transferred working day has the hours of another weekday. If the calendar allows several
    weekdays for an unknown date, a full day has the hours of all of them. Dates more than two
    years before the first or after the last known date stay unknown.
    """

    __slots__ = ()

    full: bool

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date. Raises CalendarCoverageError if unknown."""
        if super().knows(day) or not self.knows(day):
            return super().shifts_on(day)
        return self._completed(day)

    def knows(self, day: date) -> bool:
        """Return whether a date is known or completed."""
        ((first, last),) = self._known_dates()
        return first <= day <= last

    def _completed(self, day: date) -> Shifts:
        if not self.full:
            return ()
        week = self.hours_on(day).by_weekday
        weekdays = self.calendar.possible_hours_of(day)
        return merge_shifts(shift for weekday in weekdays for shift in week[weekday])

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        shifts = super()._shifts_between(first, last)
        day = first
        for since, until in (*super()._known_dates(), (last + ONE_DAY, last)):
            while day < min(since, last + ONE_DAY):
                shifts[(day - first).days] = self._completed(day)
                day += ONE_DAY
            day = max(day, until + ONE_DAY)
        return shifts

    def _known_dates(self) -> list[tuple[date, date]]:
        known = super()._known_dates()
        first, last = known[0][0], known[-1][1]
        return [
            (
                max(_EARLIEST, first - min(_BEYOND, first - _EARLIEST)),
                min(_LATEST, last + min(_BEYOND, _LATEST - last)),
            )
        ]

"""Schedules over calendars whose unknown dates are all off, or all full working days.

A *completion* of a calendar assigns each unknown date a full day, a short day or a day off. The
two here are the extremes: working time only grows with each date that is worked, so whatever
grows with working time lies, in every completion, between its values in these two.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.weekly_hours import Shifts, merge_shifts

_ONE_DAY = timedelta(days=1)
_BEYOND = timedelta(days=731)
"""How far before the first and after the last known date a completion reaches."""
_EARLIEST, _LATEST = date(2, 1, 1), date(9998, 12, 31)


class Completion(Schedule):
    """A schedule with each unknown date made a full working day, or a day off.

    A full day has the hours of every weekday that the calendar allows for it. Dates more than two
    years before the first known one, or after the last, stay unknown.
    """

    __slots__ = ("full",)

    full: bool

    @classmethod
    def of(cls, schedule: Schedule, *, full: bool) -> Completion:
        """Return the completion of a schedule with all unknown dates full, or all off."""
        completed = cls.__new__(cls)
        setter = object.__setattr__
        for name in Schedule.__slots__:
            setter(completed, name, getattr(schedule, name))
        setter(completed, "full", full)
        completed._init(schedule.tz)  # noqa: SLF001 - what every schedule keeps
        return completed

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date. Raises CalendarCoverageError."""
        if super().knows(day) or not self.knows(day):
            return super().shifts_on(day)
        return self._completed(day)

    def knows(self, day: date) -> bool:
        """Whether a date is known, or near enough to the known ones to be completed."""
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
        for since, until in (*super()._known_dates(), (last + _ONE_DAY, last)):
            while day < min(since, last + _ONE_DAY):
                shifts[(day - first).days] = self._completed(day)
                day += _ONE_DAY
            day = max(day, until + _ONE_DAY)
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

    def _build_completions(self) -> None:
        return None

    def _key(self) -> tuple[object, ...]:
        return (self.full, *super()._key())

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, parts = super().__reduce__()
        return _rebuild, (rebuild(*parts), self.full)


def _rebuild(schedule: Schedule, full: bool) -> Completion:  # noqa: FBT001
    return Completion.of(schedule, full=full)

"""A schedule: calendar, weekly hours and time zone, with the verbs of working time.

The shifts of each date follow from the weekly hours, the calendar and the overrides:

- A working day has the shifts of its weekday.
- A transferred working day has the shifts of the weekday of the date it was swapped with.
- A short day has its shifts shortened.
- A day off has no shifts.
- A date with an override has the shifts of the override, never shortened.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import EARLIEST, LATEST, DateRange, Day, in_any, merged
from workhours_sla.calendars.zones import time_zone, zones_of
from workhours_sla.errors import (
    ArgumentError,
    CalendarDataError,
    EmptyScheduleError,
    HoursSyntaxError,
    MissingTimeZoneError,
    SeveralZonesWarning,
    UnknownTimeZoneError,
)
from workhours_sla.module_names import public
from workhours_sla.text.messages import say
from workhours_sla.worktime.combination import Combination
from workhours_sla.worktime.hours import WeeklyHours, hours_in_force, parse_shifts
from workhours_sla.worktime.hours_rules import WEEKDAYS
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.shifts import Shifts, format_shifts, merge_shifts, shorten, spans_on
from workhours_sla.worktime.timeline import Compiler, Timeline
from workhours_sla.worktime.times import ONE_DAY, datetime_in, midnight_on, zone_offsets
from workhours_sla.worktime.unknown import answered, refused
from workhours_sla.worktime.verbs import Interval, WorkingTime

if TYPE_CHECKING:
    from workhours_sla.worktime.budgets import Budget
    from workhours_sla.worktime.explain import Trace

Value = TypeVar("Value")

_COMPLETED = timedelta(days=731)
"""Unknown dates are taken as full or as off up to this far from the known dates."""


@public(checked=True)
class Schedule(WorkingTime):
    """A calendar, weekly hours and a time zone, which together define working time.

    ``calendar`` is a Calendar, an id such as ``RU-VGG``, or None for a calendar without days off.
    ``hours`` is WeeklyHours, or text in OpenStreetMap's opening_hours notation. ``tz`` is an IANA
    name or a ZoneInfo; the default is the ``tz`` of the calendar.

    ``overrides`` maps a date to its hours (``"09:00-12:00"`` or ``"off"``), which replace all other
    hours on the date and are never shortened. ``changes`` maps a date to the weekly hours that are
    in force from that date until the next date in ``changes``. ``shorten_at_start`` shortens a
    short day at its start instead of its end.

    If ``hours`` include a weekly day off of a calendar that was copied from a library, this weekday
    becomes a working day, except on holidays; see ``Calendar.with_workdays``. For calendars of
    Russia, use ``Calendar.with_week`` instead. Hours for dates or weeks without a weekday, such as
    ``Dec 24 09:00-13:00``, apply on working days only: they open no weekly day off.

    The verbs, such as ``deadline``, need aware datetimes and return datetimes in the zone of their
    first argument. ``pauses`` are pairs (since, until) of datetimes; working time within a pause
    does not count. If the answer depends on a date that no act decides yet, ``provisional=True``
    decides the date by a rule and emits a ProvisionalWarning. Verbs raise NaiveDatetimeError for a
    naive datetime, CalendarCoverageError if the answer depends on an unknown or uncertain date,
    BudgetError for an invalid budget, and ValueError for a pause that ends before it starts.

    An immutable value: hashable, picklable, safe to share between threads.

    Raises HoursSyntaxError, EmptyScheduleError, MissingTimeZoneError, UnknownTimeZoneError,
    UnknownCalendarError. Emits a SeveralZonesWarning if ``tz`` is not given and the calendar's
    region has several zones; the schedule then has the zone of the region's capital.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2025, 10, 31, 17, 30, tzinfo=office.tz)
    >>> str(office.deadline(posted, timedelta(hours=4)))
    '2025-11-01 12:30:00+03:00'
    """

    __slots__ = ("_full", "calendar", "changes", "hours", "overrides", "shorten_at_start")

    calendar: Calendar
    hours: WeeklyHours
    overrides: Mapping[date, Shifts]
    changes: Mapping[date, WeeklyHours]
    shorten_at_start: bool
    _full: bool | None

    def __init__(
        self,
        calendar: Calendar | str | None,
        hours: WeeklyHours | str,
        *,
        tz: ZoneInfo | str | None = None,
        overrides: Mapping[date, str] | None = None,
        changes: Mapping[date, WeeklyHours | str] | None = None,
        shorten_at_start: bool = False,
    ) -> None:
        if calendar is None:
            calendar = _every_day()
        elif isinstance(calendar, str):
            calendar = Calendar.get(calendar)
        setter = object.__setattr__
        hours = _parse_hours(hours).on_workdays(calendar.weekend)
        setter(self, "hours", hours)
        setter(self, "overrides", _parse_keyed("overrides", overrides or {}, parse_shifts))
        weeks = _parse_keyed("changes", changes or {}, _parse_hours)
        later = {day: week.on_workdays(calendar.weekend) for day, week in weeks.items()}
        setter(self, "changes", MappingProxyType(later))
        setter(self, "shorten_at_start", shorten_at_start)
        setter(self, "calendar", self._opened(calendar))
        setter(self, "_full", None)
        super().__init__(_zone_of(tz, calendar))
        self._check()

    def _weeks(self) -> tuple[WeeklyHours, ...]:
        return (self.hours, *self.changes.values())

    def _opened(self, calendar: Calendar) -> Calendar:
        closed = self._hours_on(calendar.weekend)
        with suppress(CalendarDataError):
            return calendar.with_workdays(closed) if closed else calendar
        return calendar

    def _hours_on(self, weekdays: Collection[int]) -> list[int]:
        used = {day for week in self._weeks() for day, shifts in week.all_shifts() if shifts}
        return sorted(used & set(weekdays))

    def _check(self) -> None:
        if all(week.empty for week in self._weeks()) and not any(self.overrides.values()):
            raise EmptyScheduleError(say("schedule_empty"))
        if any(week.holidays_off for week in self._weeks()) and self.calendar == _every_day():
            msg = say("holidays_without_calendar", text=repr(str(self.hours)))
            raise HoursSyntaxError(msg, text=str(self.hours))
        unused = self._hours_on(self.calendar.weekend)
        if unused:
            msg = say(
                "hours_on_days_off",
                names=" and ".join(WEEKDAYS[day] for day in unused),
                days=tuple(say(f"weekday_{WEEKDAYS[day]}") for day in unused),
                calendar=self.calendar.id,
                longer=_week_with(self.calendar, unused),
            )
            raise HoursSyntaxError(msg, text=str(self.hours))

    # -- the shifts of a date ------------------------------------------------------------------

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date, shortened if the date is short.

        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> (opening, closing), = office.shifts_on(date(2025, 11, 1))  # a working Saturday, short
        >>> print(opening, closing)
        9:00:00 17:00:00
        """
        if type(day) is not date or not self.knows(day):
            self.calendar.check_known(day)
        (shifts,) = self._shifts_between(day, day)
        return shifts

    def hours_on(self, day: date) -> WeeklyHours:
        """Return the weekly hours in force on a date, for its season and its ISO week.

        >>> summer = {date(2026, 6, 1): "Mo-Fr 08:00-17:00"}
        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00", changes=summer)
        >>> print(office.hours_on(date(2026, 5, 31)), "|", office.hours_on(date(2026, 6, 1)))
        Mo-Fr 09:00-18:00 | Mo-Fr 08:00-17:00
        """
        return hours_in_force(self.hours, self.changes, day).week_of(day)

    def intervals_of(self, day: date) -> tuple[Interval, ...]:
        """Return the working time of the shifts that start on a date, in the schedule's zone.

        Shifts that overlap or touch are one interval.

        >>> office = Schedule("RU-VGG", "Mo-Fr 22:00-06:00")
        >>> [(start.day, end.day) for start, end in office.intervals_of(date(2025, 3, 12))]
        [(12, 13)]
        """
        return tuple(
            Interval(datetime_in(self.tz, start), datetime_in(self.tz, end))
            for start, end in spans_on(self.tz, day, self.shifts_on(day))
        )

    def end_of_day(self, day: date) -> datetime:
        """Return 24:00 of a date, in the schedule's zone.

        If the clocks are set back across midnight, this is the second midnight.

        >>> print(Schedule("RU-VGG", "Mo-Fr 09:00-18:00").end_of_day(date(2025, 3, 12)))
        2025-03-13 00:00:00+03:00
        """
        midnight = midnight_on(day) + ONE_DAY
        return datetime_in(self.tz, zone_offsets(self.tz).end_of(midnight))

    def knows(self, day: date) -> bool:
        """Return whether the shifts of a date are known, from the calendar or an override.

        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> office.knows(date(2025, 3, 12)), office.knows(date(2031, 3, 12))
        (True, False)
        """
        if self._full is not None:
            ((first, last),) = self._known_dates()
            return first <= day <= last
        return day in self.overrides or in_any(day, self.calendar.coverage)

    def _calendar_shifts(self, day: Day) -> Shifts:
        if not day.working:
            return ()
        shifts = self.hours_on(day.date).by_weekday[day.hours_of.weekday()]
        if day.shortened_by:
            shifts = shorten(shifts, day.shortened_by, at_start=self.shorten_at_start)
        return shifts

    def _known_dates(self) -> tuple[DateRange, ...]:
        known = self._decided_dates()
        if self._full is None:
            return known
        first, last = known[0][0], known[-1][1]
        return ((first - min(_COMPLETED, first - EARLIEST), last + min(_COMPLETED, LATEST - last)),)

    def _decided_dates(self) -> tuple[DateRange, ...]:
        return merged([*self.calendar.coverage, *((day, day) for day in self.overrides)])

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, which must all be known."""
        # A date without an entry and an override has the shifts of its weekday, weekends too:
        # Schedule refuses weekly hours on the calendar's weekend.
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
        if self._full is not None:
            self._complete(shifts, first, last)
        return shifts

    def _complete(self, shifts: list[Shifts], first: date, last: date) -> None:
        day = first
        for since, until in (*self._decided_dates(), (last + ONE_DAY, last)):
            while day < min(since, last + ONE_DAY):
                shifts[(day - first).days] = self._completed(day)
                day += ONE_DAY
            day = max(day, until + ONE_DAY)

    def _completed(self, day: date) -> Shifts:
        # a transferred working day has the hours of another weekday: a full day has all possible
        if not self._full:
            return ()
        week = self.hours_on(day).by_weekday
        weekdays = self.calendar.possible_hours_of(day)
        return merge_shifts(shift for weekday in weekdays for shift in week[weekday])

    def _reach(self) -> tuple[timedelta, timedelta]:
        """Return the earliest start and the latest end of all shifts, as time since midnight."""
        weeks = (of_day for week in self._weeks() for _, of_day in week.all_shifts())
        shifts = [shift for of_day in (*weeks, *self.overrides.values()) for shift in of_day]
        return min(shift.start for shift in shifts), max(shift.end for shift in shifts)

    # -- other questions ---------------------------------------------------------------------

    def explain(
        self,
        start: datetime,
        until: Budget | datetime,
        *,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> Trace:
        """Return the reasons for an answer: for each date its working time and the act behind it.

        If ``until`` is a budget of any kind, the trace explains ``deadline``; for a budget of days
        it has the dates that count and those over which the due date moves. If ``until`` is a
        datetime, the trace explains ``elapsed``.

        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
        >>> friday = datetime(2025, 10, 31, 16, tzinfo=office.tz)
        >>> trace = office.explain(friday, timedelta(hours=4))
        >>> trace.steps[1].day.kind, str(trace.steps[1].used)
        (<DayKind.TRANSFERRED_WORK: 'transferred_work'>, '2:00:00')
        """
        from workhours_sla.worktime.explain import explained

        return answered(
            self,
            lambda time: explained(time, start, until, pauses),
            refused,
            provisional=provisional,
        )

    def __or__(self, other: WorkingTime) -> Combination:
        return Combination("|", self, other)

    def __and__(self, other: WorkingTime) -> Combination:
        return Combination("&", self, other)

    # -- for the verbs -----------------------------------------------------------------------

    def _compile(self) -> tuple[Timeline, ...]:
        zone, reach = zone_offsets(self.tz), self._reach()
        compilers = [
            Compiler(zone, first, last, self._shifts_between, reach)
            for first, last in self._known_dates()
        ]
        return tuple(Timeline(c.compile_span, c.surely, c.known_span) for c in compilers)

    def _refuse_unknown(self, moment: timedelta) -> NoReturn:
        wall = datetime_in(self.tz, moment).date()
        for day in (wall, wall - ONE_DAY, wall + ONE_DAY):
            if day not in self.overrides:
                self.calendar.check_known(day)
        raise AssertionError  # every instant outside of the timelines is near an unknown date

    def dates_of(self, _budget: object) -> Schedule:
        return self

    def _build_by_rule(self) -> Schedule:
        return Schedule(self.calendar.provisional(), self.hours, **self._options())

    def _build_completions(self) -> tuple[Schedule, Schedule] | None:
        if self._full is not None or not self._known_dates():
            return None
        return self._completion(full=False), self._completion(full=True)

    def _completion(self, *, full: bool) -> Schedule:
        """Return the schedule with all unknown dates full, or off, near the known dates."""
        completed = Schedule.__new__(Schedule)
        setter = object.__setattr__
        for name in Schedule.__slots__:
            setter(completed, name, getattr(self, name))
        setter(completed, "_full", full)
        WorkingTime.__init__(completed, self.tz)
        return completed

    # -- a value -----------------------------------------------------------------------------

    def _options(self) -> dict[str, Any]:
        return {
            "tz": self.tz.key,
            "overrides": {day: format_shifts(shifts) for day, shifts in self.overrides.items()},
            "changes": dict(self.changes),
            "shorten_at_start": self.shorten_at_start,
        }

    def _key(self) -> tuple[object, ...]:
        return (
            self.calendar,
            self.hours,
            self.tz.key,
            tuple(self.overrides.items()),
            tuple(self.changes.items()),
            self.shorten_at_start,
            self._full,
        )

    def __reduce__(self) -> tuple[object, ...]:
        arguments = self.calendar, self.hours, self._options()
        return _rebuild, arguments if self._full is None else (*arguments, self._full)

    def __repr__(self) -> str:
        overrides = f", {len(self.overrides)} overrides" if self.overrides else ""
        return f"<Schedule {self.calendar.id} {str(self.hours)!r} {self.tz.key}{overrides}>"


def _rebuild(
    calendar: Calendar, hours: WeeklyHours, options: dict[str, Any], *completed: bool
) -> Schedule:
    schedule = Schedule(calendar, hours, **options)
    for full in completed:
        object.__setattr__(schedule, "_full", full)
    return schedule


@lru_cache(maxsize=1)
def _every_day() -> Calendar:
    return Calendar.plain(id="every day")


def _week_with(calendar: Calendar, days: list[int]) -> str:
    """Return the advice to use a longer week in which all ``days`` are worked, "" without one."""
    with suppress(CalendarDataError):
        for length in (6, 7):
            if calendar.with_week(length).weekend.isdisjoint(days):
                return say("longer_week", length=length)
    return ""


# -- arguments -------------------------------------------------------------------------------


def _parse_hours(hours: WeeklyHours | str) -> WeeklyHours:
    return hours if isinstance(hours, WeeklyHours) else WeeklyHours.parse(hours)


def _parse_keyed(
    name: str, given: Mapping[date, Any], parse: Callable[[Any], Value]
) -> Mapping[date, Value]:
    for day in given:
        if type(day) is not date:
            msg = f"{name} are keyed by date, not {day!r}; use date(2026, 6, 1)"
            raise ArgumentError(msg)
    return MappingProxyType({day: parse(given[day]) for day in sorted(given)})


def _zone_of(tz: ZoneInfo | str | None, calendar: Calendar) -> ZoneInfo:
    name = calendar.tz if tz is None else tz
    if tz is None and name is not None and (others := calendar.other_zones):
        msg = (
            f"calendar {calendar.id} takes {name}, its capital's zone, and parts of the region "
            f"have {', '.join(others)}; give tz={name!r} or one of these"
        )
        warnings.warn(msg, SeveralZonesWarning, stacklevel=4)
    if isinstance(name, ZoneInfo):
        if name.key is None:
            msg = "a ZoneInfo without a key has no IANA name; build it with ZoneInfo('Area/City')"
            raise UnknownTimeZoneError(msg, tz=repr(name))
        return name
    if name is None:
        zones = ", ".join(zones_of(calendar.id.rpartition(":")[2]))
        key = "calendar_of_several_zones" if zones else "calendar_without_zone"
        raise MissingTimeZoneError(say(key, calendar=calendar.id, zones=zones))
    return time_zone(name)

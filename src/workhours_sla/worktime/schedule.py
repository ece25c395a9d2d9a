"""A schedule: calendar, weekly hours and zone together say when it is working time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    NoReturn,
)
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day
from workhours_sla.errors import (
    CalendarDataError,
    EmptyScheduleError,
    HoursSyntaxError,
)
from workhours_sla.worktime.arguments import (
    changes_of,
    hours_of,
    other_budget,
    overrides_of,
    zone_of,
)
from workhours_sla.worktime.engine.compiler import Compiler
from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.weekly_hours import (
    WEEKDAYS,
    Shifts,
    WeeklyHours,
    format_shifts,
    shorten,
)
from workhours_sla.worktime.working_time import Interval, WorkingTime
from workhours_sla.worktime.zone import BASE, ONE_DAY, datetime_in, zone_offsets

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import DayAnswer, DayBounds
    from workhours_sla.worktime.explain import Trace


class Schedule(WorkingTime):
    """When it is working time: a calendar, weekly hours, an IANA zone, overrides per date.

    ``calendar`` is a Calendar, an id such as ``RU-VGG``, or None for every day alike. ``hours``
    is text in OpenStreetMap's opening_hours notation or WeeklyHours. ``tz`` is an IANA name or
    ZoneInfo; a region's calendar brings its own. ``overrides`` maps dates to the hours that
    replace everything else on them (``"09:00-12:00"`` or ``"off"``); they are not shortened
    again. ``changes`` maps dates to the weekly hours that hold from them on, until the next.
    ``shorten_at_start`` takes the hour of a short day from its beginning.

    An immutable value: hashable, picklable, safe to share between threads.

    Raises HoursSyntaxError, EmptyScheduleError, MissingTimeZoneError, UnknownTimeZoneError,
    UnknownCalendarError. Gives a SeveralZonesWarning where the zone is a region's capital's and
    parts of the region keep others; ``tz`` settles it.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2025, 10, 31, 17, 30, tzinfo=office.tz)
    >>> str(office.deadline(posted, timedelta(hours=4)))
    '2025-11-01 12:30:00+03:00'
    """

    __slots__ = ("calendar", "changes", "hours", "overrides", "shorten_at_start")

    calendar: Calendar
    hours: WeeklyHours
    overrides: Mapping[date, Shifts]
    changes: Mapping[date, WeeklyHours]
    shorten_at_start: bool

    def __init__(  # noqa: PLR0913
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
        setter(self, "calendar", calendar)
        setter(self, "hours", hours_of(hours))
        setter(self, "overrides", overrides_of(overrides or {}))
        setter(self, "changes", changes_of(changes or {}))
        setter(self, "shorten_at_start", shorten_at_start)
        self._init(zone_of(tz, calendar))
        self._check()

    def _check(self) -> None:
        weeks = (self.hours, *self.changes.values())
        if all(week.empty for week in weeks) and not any(self.overrides.values()):
            msg = "the schedule has no working time at all; give hours on some weekday"
            raise EmptyScheduleError(msg)
        unused = [
            day
            for day in sorted(self.calendar.weekend)
            if any(week.by_weekday[day] for week in weeks)
        ]
        if unused:
            names = " and ".join(WEEKDAYS[day] for day in unused)
            msg = (
                f"the hours open on {names}, which calendar {self.calendar.id} counts as weekly "
                f"days off: {_week_with(self.calendar, unused)}leave these days out"
            )
            raise HoursSyntaxError(msg, text=str(self.hours))

    # -- the shifts of a date ----------------------------------------------------------------

    def shifts_on(self, day: date) -> Shifts:
        """Return the shifts that start on a date, shortened where the date is.

        Raises CalendarCoverageError for a date that the calendar does not know.
        """
        override = self.overrides.get(day)
        if override is not None:
            return override
        return self._shifts_of(self.calendar.day(day))

    def hours_on(self, day: date) -> WeeklyHours:
        """Return the weekly hours that hold on a date."""
        hours = self.hours
        for since, changed in self.changes.items():
            if since <= day:
                hours = changed
        return hours

    def _shifts_of(self, day: Day) -> Shifts:
        if not day.working:
            return ()
        shifts = self.hours_on(day.date).by_weekday[day.hours_of.weekday()]
        if day.shortened_by:
            shifts = shorten(shifts, day.shortened_by, at_start=self.shorten_at_start)
        return shifts

    def intervals_of(self, day: date) -> tuple[Interval, ...]:
        """Return the stretches of the shifts that start on a date, in the schedule's zone.

        Raises CalendarCoverageError for a date that the calendar does not know.
        """
        return self.instants_on(day, self.shifts_on(day))

    def instants_on(self, day: date, shifts: Shifts) -> tuple[Interval, ...]:
        """Return the stretches of shifts that start on a date, in the schedule's zone."""
        return tuple(
            Interval(datetime_in(self.tz, start), datetime_in(self.tz, end))
            for start, end in self._moments_of(day, shifts)
        )

    def _moments_of(self, day: date, shifts: Shifts) -> list[tuple[timedelta, timedelta]]:
        midnight = ONE_DAY * (day - BASE.date()).days
        zone = zone_offsets(self.tz)
        return join(
            stretch
            for start, end in shifts
            for stretch in zone.instants_of(midnight + start, midnight + end)
        )

    def knows(self, day: date) -> bool:
        """Whether the shifts of a date are known: by the calendar, or by an override."""
        return day in self.overrides or any(
            first <= day <= last for first, last in self.calendar.coverage
        )

    def end_of_day(self, day: date) -> datetime:
        """Return 24:00 of a date: the end of the last instant that reads as that date."""
        midnight = ONE_DAY * ((day - BASE.date()).days + 1)
        return datetime_in(self.tz, zone_offsets(self.tz).end_of(midnight))

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, all of them known.

        A weekend without an entry has no hours, as ``_check`` made sure, so the plain week is
        right for every date that neither an act nor an override names.
        """
        week, weekday = self.hours_on(first).by_weekday, first.weekday()
        shifts = [week[(weekday + index) % 7] for index in range((last - first).days + 1)]
        for since, changed in self.changes.items():
            for index in range(max(0, (since - first).days), len(shifts) if since > first else 0):
                shifts[index] = changed.by_weekday[(weekday + index) % 7]
        for year in range(first.year, last.year + 1):
            for day, special in self.calendar.special_days(year).items():
                if first <= day <= last:
                    shifts[(day - first).days] = self._shifts_of(special)
        for day, override in self.overrides.items():
            if first <= day <= last:
                shifts[(day - first).days] = override
        return shifts

    def _build_lines(self) -> tuple[Timeline, ...]:
        """Return a timeline per run of known dates; an override makes its date known."""
        shifts = [
            shift
            for week in (self.hours, *self.changes.values())
            for of_day in (*week.by_weekday, *self.overrides.values())
            for shift in of_day
        ]
        reach = min(shift.start for shift in shifts), max(shift.end for shift in shifts)
        zone = zone_offsets(self.tz)
        compilers = [
            Compiler(zone, first, last, self._shifts_between, reach)
            for first, last in self._known_dates()
        ]
        return tuple(Timeline(c.compile_span, c.surely, c.known_span) for c in compilers)

    def _known_dates(self) -> list[tuple[date, date]]:
        ranges = [*self.calendar.coverage, *((day, day) for day in self.overrides)]
        runs: list[tuple[date, date]] = []
        for first, last in sorted(ranges):
            if runs and first <= runs[-1][1] + ONE_DAY:
                runs[-1] = runs[-1][0], max(last, runs[-1][1])
            else:
                runs.append((first, last))
        return runs

    def _unknown(self, moment: timedelta) -> NoReturn:
        """Raise CalendarCoverageError for an instant outside every timeline."""
        wall = datetime_in(self.tz, moment).date()
        for day in (wall, wall - ONE_DAY, wall + ONE_DAY):
            if day not in self.overrides:
                self.calendar.check_known(day)
        raise AssertionError  # an instant outside the lines is on or beside an unknown date

    def _day_budget(self, budget: object, start: datetime, pauses: Pauses) -> DayAnswer:
        return other_budget(budget, start).answer(self, start, pauses)

    def _day_budget_bounds(
        self, budget: object, start: datetime, pauses: Pauses
    ) -> DayBounds | None:
        from workhours_sla.worktime.budget_kinds import DayBudget  # noqa: PLC0415

        return budget.bounds(self, start, pauses, pauses) if isinstance(budget, DayBudget) else None

    def _answering_by_rule(self) -> Schedule:
        return Schedule(
            self.calendar.provisional(),
            self.hours,
            tz=self.tz,
            overrides={day: format_shifts(shifts) for day, shifts in self.overrides.items()},
            changes=self.changes,
            shorten_at_start=self.shorten_at_start,
        )

    def _build_completions(self) -> tuple[Any, Any] | None:
        from workhours_sla.worktime.completion import Completion  # noqa: PLC0415

        if not self._known_dates():
            return None
        return Completion.of(self, full=False), Completion.of(self, full=True)

    def explain(
        self,
        start: datetime,
        until: timedelta | datetime,
        *,
        pauses: Pauses = (),
        provisional: bool = False,
    ) -> Trace:
        """Return why: a step per day with its working time, reason and act.

        ``until`` is a budget (the trace of a deadline) or an instant (of an elapsed span).
        Raises as ``deadline`` and ``elapsed``.
        """
        from workhours_sla.worktime.explain import explain  # noqa: PLC0415

        if provisional:
            return self._provisionally(Schedule.explain, start, until, pauses=pauses)
        return explain(self, start, until, pauses)

    # -- a value -----------------------------------------------------------------------------

    def _key(self) -> tuple[object, ...]:
        return (
            self.calendar,
            self.hours,
            self.tz.key,
            tuple(self.overrides.items()),
            tuple(self.changes.items()),
            self.shorten_at_start,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        options = {
            "tz": self.tz.key,
            "overrides": {day: format_shifts(shifts) for day, shifts in self.overrides.items()},
            "changes": dict(self.changes),
            "shorten_at_start": self.shorten_at_start,
        }
        return _rebuild, (self.calendar, self.hours, options)

    def __repr__(self) -> str:
        overrides = f", {len(self.overrides)} overrides" if self.overrides else ""
        return f"<Schedule {self.calendar.id} {str(self.hours)!r} {self.tz.key}{overrides}>"


def _rebuild(calendar: Calendar, hours: WeeklyHours, options: dict[str, Any]) -> Schedule:
    return Schedule(calendar, hours, **options)


def _week_with(calendar: Calendar, days: list[int]) -> str:
    """Return how to get the shortest week in which some weekdays are worked, if there is one."""
    with suppress(CalendarDataError):
        for length in (6, 7):
            if calendar.with_week(length).weekend.isdisjoint(days):
                how = f".with_week({length}), --week {length} or week = {length}"
                return f"take its {length}-day week ({how}), or "
    return ""


@lru_cache(maxsize=1)
def _every_day() -> Calendar:
    return Calendar.plain(id="every day")

"""A schedule: calendar, weekly hours and zone together say when it is working time."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    NamedTuple,
    NoReturn,
    ParamSpec,
    TypeVar,
    overload,
)
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day
from workhours_sla.errors import (
    CalendarCoverageError,
    EmptyScheduleError,
    HoursSyntaxError,
    ProvisionalWarning,
)
from workhours_sla.worktime.arguments import (
    other_budget,
    overrides_of,
    plain_datetime,
    refuse_naive,
    zone_of,
)
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.shifts import (
    WEEKDAYS,
    Shifts,
    WeeklyHours,
    format_shifts,
    shorten,
)
from workhours_sla.worktime.timeline import BASE, ONE_DAY, ZERO, Timeline, Zone, join

if TYPE_CHECKING:
    from workhours_sla.worktime.day_budgets import Budget
    from workhours_sla.worktime.explain import Trace

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Interval(NamedTuple):
    """A stretch of working time ``[start, end)``, both aware."""

    start: datetime
    end: datetime


class Schedule:
    """When it is working time: a calendar, weekly hours, an IANA zone, overrides per date.

    ``calendar`` is a Calendar, an id such as ``RU-VGG``, or None for every day alike. ``hours``
    is text in OpenStreetMap's opening_hours notation or WeeklyHours. ``tz`` is an IANA name or
    ZoneInfo; a region's calendar brings its own. ``overrides`` maps dates to the hours that
    replace everything else on them (``"09:00-12:00"`` or ``"off"``); they are not shortened
    again. ``shorten_at_start`` takes the hour of a short day from its beginning.

    An immutable value: hashable, picklable, safe to share between threads.

    Raises HoursSyntaxError, EmptyScheduleError, MissingTimeZoneError, UnknownTimeZoneError,
    UnknownCalendarError.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2025, 10, 31, 17, 30, tzinfo=office.tz)
    >>> str(office.deadline(posted, timedelta(hours=4)))
    '2025-11-01 12:30:00+03:00'
    """

    __slots__ = ("_base", "_timelines", "_twin", "calendar", "hours", "overrides",
                 "shorten_at_start", "tz")  # fmt: skip

    calendar: Calendar
    hours: WeeklyHours
    tz: ZoneInfo
    overrides: Mapping[date, Shifts]
    shorten_at_start: bool
    _base: datetime
    _timelines: tuple[Timeline, ...] | None
    _twin: Schedule | None

    def __init__(
        self,
        calendar: Calendar | str | None,
        hours: WeeklyHours | str,
        *,
        tz: ZoneInfo | str | None = None,
        overrides: Mapping[date, str] | None = None,
        shorten_at_start: bool = False,
    ) -> None:
        if calendar is None:
            calendar = _every_day()
        elif isinstance(calendar, str):
            calendar = Calendar.get(calendar)
        setter = object.__setattr__
        setter(self, "calendar", calendar)
        setter(self, "hours", hours if isinstance(hours, WeeklyHours) else WeeklyHours.parse(hours))
        setter(self, "tz", zone_of(tz, calendar))
        setter(self, "overrides", overrides_of(overrides or {}))
        setter(self, "shorten_at_start", shorten_at_start)
        setter(self, "_base", BASE.replace(tzinfo=self.tz))
        setter(self, "_timelines", None)
        setter(self, "_twin", None)
        self._check()

    def _check(self) -> None:
        if self.hours.empty and not any(self.overrides.values()):
            msg = "the schedule has no working time at all; give hours on some weekday"
            raise EmptyScheduleError(msg)
        unused = [
            WEEKDAYS[day] for day in sorted(self.calendar.weekend) if self.hours.by_weekday[day]
        ]
        if unused:
            msg = (
                f"the hours open on {' and '.join(unused)}, which calendar {self.calendar.id} "
                "counts as weekly days off: use its six- or seven-day week, such as "
                'Calendar.get("RU").with_week(6), or leave these days out'
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

    def _shifts_of(self, day: Day) -> Shifts:
        if not day.working:
            return ()
        shifts = self.hours.by_weekday[day.hours_of.weekday()]
        if day.shortened_by:
            shifts = shorten(shifts, day.shortened_by, at_start=self.shorten_at_start)
        return shifts

    def intervals_of(self, day: date) -> tuple[Interval, ...]:
        """Return the stretches of the shifts that start on a date, in the schedule's zone.

        Raises CalendarCoverageError for a date that the calendar does not know.
        """
        midnight = ONE_DAY * (day - BASE.date()).days
        zone = _offsets_of(self.tz)
        return tuple(
            Interval(self._datetime(a, self.tz), self._datetime(b, self.tz))
            for a, b in join(
                stretch
                for start, end in self.shifts_on(day)
                for stretch in zone.instants_of(midnight + start, midnight + end)
            )
        )

    def end_of_day(self, day: date) -> datetime:
        """Return 24:00 of a date: the end of the last instant that reads as that date."""
        midnight = ONE_DAY * ((day - BASE.date()).days + 1)
        before = _offsets_of(self.tz).instants_of(midnight - ONE_DAY, midnight)
        return self._datetime(before[-1][1], self.tz)

    def _shifts_between(self, first: date, last: date) -> list[Shifts]:
        """Return the shifts of each date from ``first`` to ``last``, all of them known.

        A weekend without an entry has no hours, as ``_check`` made sure, so the plain week is
        right for every date that neither an act nor an override names.
        """
        week, weekday = self.hours.by_weekday, first.weekday()
        shifts = [week[(weekday + index) % 7] for index in range((last - first).days + 1)]
        for year in range(first.year, last.year + 1):
            for day, special in self.calendar.special_days(year).items():
                if first <= day <= last:
                    shifts[(day - first).days] = self._shifts_of(special)
        for day, override in self.overrides.items():
            if first <= day <= last:
                shifts[(day - first).days] = override
        return shifts

    def _lines(self) -> tuple[Timeline, ...]:
        """Return a timeline per run of known dates; an override makes its date known."""
        lines = self._timelines
        if lines is None:
            shifts = [
                shift
                for of_day in (*self.hours.by_weekday, *self.overrides.values())
                for shift in of_day
            ]
            reach = min(shift.start for shift in shifts), max(shift.end for shift in shifts)
            zone = _offsets_of(self.tz)
            lines = tuple(
                Timeline(zone, first, last, self._shifts_between, reach)
                for first, last in self._known_dates()
            )
            object.__setattr__(self, "_timelines", lines)
        return lines

    def _known_dates(self) -> list[tuple[date, date]]:
        ranges = [*self.calendar.coverage, *((day, day) for day in self.overrides)]
        runs: list[tuple[date, date]] = []
        for first, last in sorted(ranges):
            if runs and first <= runs[-1][1] + ONE_DAY:
                runs[-1] = runs[-1][0], max(last, runs[-1][1])
            else:
                runs.append((first, last))
        return runs

    # -- instants in and out -----------------------------------------------------------------

    def _moment(self, when: datetime) -> timedelta:
        """Return an aware datetime as time since 1970-01-01T00:00 UTC."""
        if type(when) is not datetime:
            when = plain_datetime(when)
        zone = when.tzinfo
        base = self._base if zone is self.tz else BASE.replace(tzinfo=zone)
        offset = when.utcoffset()
        if offset is None:
            refuse_naive(when)
        return when - base - offset

    def _datetime(self, moment: timedelta, zone: tzinfo | None) -> datetime:
        assert zone is not None  # noqa: S101 - _moment refused it
        return zone.fromutc(BASE.replace(tzinfo=zone) + moment)

    def _line_at(self, moment: timedelta) -> Timeline:
        lines = self._lines()
        if len(lines) > 1:
            index = bisect_right(lines, moment, key=Timeline.surely_from)
            lines = lines[max(0, index - 1) : index + 1]
        for line in lines:
            if line.knows(moment):
                return line
        return self._unknown(moment)

    def _unknown(self, moment: timedelta) -> NoReturn:
        """Raise CalendarCoverageError for an instant outside every timeline."""
        wall = self._datetime(moment, self.tz).date()
        for day in (wall, wall - ONE_DAY, wall + ONE_DAY):
            if day not in self.overrides:
                self.calendar.check_known(day)
        raise AssertionError  # an instant outside the lines is on or beside an unknown date

    def _ran_out(self, line: Timeline, verb: str) -> NoReturn:
        """Raise CalendarCoverageError for an answer past the end of a timeline."""
        try:
            self._unknown(line.hi + timedelta(microseconds=1))
        except CalendarCoverageError as error:
            msg = f"{verb} runs past the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    def _ran_out_backwards(self, line: Timeline, verb: str) -> NoReturn:
        try:
            self._unknown(line.lo - timedelta(microseconds=1))
        except CalendarCoverageError as error:
            msg = f"{verb} lies before the known dates: {error}"
            raise CalendarCoverageError(msg, **error.__dict__) from None

    # -- the verbs ---------------------------------------------------------------------------

    def elapsed(self, start: datetime, end: datetime, *, provisional: bool = False) -> timedelta:
        """Return the working time from ``start`` to ``end``; negative when ``end`` is earlier.

        Raises NaiveDatetimeError, CalendarCoverageError. With ``provisional`` unknown dates are
        answered by rule where there is one, with a ProvisionalWarning.

        >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
        >>> office.elapsed(datetime(2024, 12, 27, 16, 45, tzinfo=office.tz),
        ...                datetime(2024, 12, 28, 11, 10, tzinfo=office.tz))
        datetime.timedelta(seconds=12300)
        """
        if provisional:
            return self._provisionally(Schedule.elapsed, start, end)
        a, b = self._moment(start), self._moment(end)
        line = self._line_at(a)
        if not line.knows(b):
            (self._ran_out if b > a else self._ran_out_backwards)(line, "the span")
        return line.worked(b) - line.worked(a)

    def deadline(self, start: datetime, budget: Budget, *, provisional: bool = False) -> datetime:
        """Return the earliest instant at which ``budget`` of working time has passed.

        In the zone of ``start``; a budget used up exactly at closing time is due at closing
        time, a budget of 0 at ``start``. WorkingDays, CalendarDays, Months and ClockTime are
        budgets of another kind and count by their own rules. Raises NaiveDatetimeError,
        BudgetError, CalendarCoverageError where the answer runs across an unknown date.

        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.deadline(datetime(2025, 3, 12, 14, tzinfo=office.tz), timedelta(hours=4)))
        '2025-03-12 18:00:00+03:00'
        """
        if provisional:
            return self._provisionally(Schedule.deadline, start, budget)
        if not isinstance(budget, timedelta):
            return other_budget(budget, start).due_at(self, start)
        check_budget(budget)
        moment = self._moment(start)
        line = self._line_at(moment)
        if not budget:
            return start
        due = line.earliest(line.worked(moment) + budget)
        if due is None:
            self._ran_out(line, f"the deadline of {start}")
        return self._datetime(due, start.tzinfo)

    def breaches_after(
        self, start: datetime, budget: Budget, *, provisional: bool = False
    ) -> datetime:
        """Return the last instant at which an answer is still within ``budget``.

        The latest instant with ``elapsed(start, t) == budget``: where the budget ends at closing
        time, the next opening. Raises as ``deadline``.

        >>> office = Schedule(None, "Mo-Fr 09:00-18:00", tz="Europe/Moscow")
        >>> str(office.breaches_after(datetime(2025, 3, 12, 14, tzinfo=office.tz),
        ...                           timedelta(hours=4)))
        '2025-03-13 09:00:00+03:00'
        """
        if provisional:
            return self._provisionally(Schedule.breaches_after, start, budget)
        if not isinstance(budget, timedelta):
            return other_budget(budget, start).limit(self, start)
        check_budget(budget)
        moment = self._moment(start)
        line = self._line_at(moment)
        limit = line.latest(line.worked(moment) + budget)
        if limit is None:
            self._ran_out(line, f"the limit of {start}")
        return self._datetime(limit, start.tzinfo)

    def latest_start(
        self, due: datetime, budget: timedelta, *, provisional: bool = False
    ) -> datetime:
        """Return the latest start whose deadline is not after ``due``, in the zone of ``due``.

        Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(Schedule.latest_start, due, budget)
        check_budget(budget)
        moment = self._moment(due)
        line = self._line_at(moment)
        if not budget:
            return due
        start = line.latest_before(line.worked(moment) - budget)
        if start is None:
            self._ran_out_backwards(line, f"the latest start for {due}")
        return self._datetime(start, due.tzinfo)

    def remaining(
        self, start: datetime, budget: timedelta, *, now: datetime, provisional: bool = False
    ) -> timedelta:
        """Return what is left of ``budget`` at ``now``, in working time; negative when overdue.

        Raises as ``elapsed`` and ``deadline``.
        """
        return check_budget(budget) - self.elapsed(start, now, provisional=provisional)

    def is_working(self, when: datetime, *, provisional: bool = False) -> bool:
        """Whether an instant is working time. Raises NaiveDatetimeError, CalendarCoverageError."""
        if provisional:
            return self._provisionally(Schedule.is_working, when)
        moment = self._moment(when)
        line = self._line_at(moment)
        if not line.knows(moment + timedelta.resolution):
            self._ran_out(line, "the instant")
        return bool(line.between(moment, moment + timedelta.resolution))

    def next_opening(self, when: datetime, *, provisional: bool = False) -> datetime:
        """Return the first instant of working time at or after ``when``, in its zone.

        ``when`` itself if that is working time. Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(Schedule.next_opening, when)
        return self.breaches_after(when, ZERO)

    def previous_closing(self, when: datetime, *, provisional: bool = False) -> datetime:
        """Return the last instant at or before ``when`` at which working time ends, in its zone.

        Raises as ``deadline``.
        """
        if provisional:
            return self._provisionally(Schedule.previous_closing, when)
        moment = self._moment(when)
        line = self._line_at(moment)
        closing = line.closing_until(moment)
        if closing is None:
            self._ran_out_backwards(line, f"the closing before {when}")
        return self._datetime(closing, when.tzinfo)

    def intervals(
        self, start: datetime, end: datetime, *, provisional: bool = False
    ) -> tuple[Interval, ...]:
        """Return the stretches of working time between two instants, in the zone of ``start``.

        Disjoint, in order, clipped to ``[start, end)``; none when ``end`` is not later. Raises
        as ``elapsed``.
        """
        if provisional:
            return self._provisionally(Schedule.intervals, start, end)
        a, b = self._moment(start), self._moment(end)
        line = self._line_at(a)
        if b > a and not line.knows(b):
            self._ran_out(line, "the span")
        zone = start.tzinfo
        return tuple(
            Interval(self._datetime(lo, zone), self._datetime(hi, zone))
            for lo, hi in (line.between(a, b) if b > a else ())
        )

    @overload
    def explain(self, start: datetime, until: timedelta, *, provisional: bool = False) -> Trace: ...
    @overload
    def explain(self, start: datetime, until: datetime, *, provisional: bool = False) -> Trace: ...
    def explain(
        self, start: datetime, until: timedelta | datetime, *, provisional: bool = False
    ) -> Trace:
        """Return why: a step per day with its working time, reason and act.

        ``until`` is a budget (the trace of a deadline) or an instant (of an elapsed span).
        Raises as ``deadline`` and ``elapsed``.
        """
        from workhours_sla.worktime.explain import explain  # noqa: PLC0415

        if provisional:
            return self._provisionally(Schedule.explain, start, until)
        return explain(self, start, until)

    # -- answers by rule ---------------------------------------------------------------------

    def provisionally(self) -> Schedule:
        """Return the same schedule over the calendar that answers by rule where no act has."""
        twin = self._twin
        if twin is None:
            twin = self._rebuilt(calendar=self.calendar.provisional())
            object.__setattr__(self, "_twin", twin)
        return twin

    def _provisionally(
        self, verb: Callable[Concatenate[Schedule, P], Answer], *args: P.args, **options: P.kwargs
    ) -> Answer:
        """Return the verb's answer; by rule, with a warning, where only that can answer."""
        try:
            return verb(self, *args, **options)
        except CalendarCoverageError as error:
            answer = verb(self.provisionally(), *args, **options)
            warnings.warn(f"the answer is provisional: {error}", ProvisionalWarning, stacklevel=3)
            return answer

    # -- a value -----------------------------------------------------------------------------

    def _rebuilt(self, calendar: Calendar) -> Schedule:
        return Schedule(
            calendar,
            self.hours,
            tz=self.tz,
            overrides={day: format_shifts(shifts) for day, shifts in self.overrides.items()},
            shorten_at_start=self.shorten_at_start,
        )

    def _key(self) -> tuple[object, ...]:
        return (
            self.calendar,
            self.hours,
            self.tz.key,
            tuple(sorted(self.overrides.items())),
            self.shorten_at_start,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a Schedule is immutable; build another instead of setting {name}"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[Any, ...]:
        overrides = {day: format_shifts(shifts) for day, shifts in self.overrides.items()}
        return _rebuild, (self.calendar, self.hours, self.tz.key, overrides, self.shorten_at_start)

    def __repr__(self) -> str:
        overrides = f", {len(self.overrides)} overrides" if self.overrides else ""
        return f"<Schedule {self.calendar.id} {str(self.hours)!r} {self.tz.key}{overrides}>"


def _rebuild(
    calendar: Calendar,
    hours: WeeklyHours,
    tz: str,
    overrides: Mapping[date, str],
    shorten_at_start: bool,  # noqa: FBT001
) -> Schedule:
    return Schedule(calendar, hours, tz=tz, overrides=overrides, shorten_at_start=shorten_at_start)


@lru_cache(maxsize=1)
def _every_day() -> Calendar:
    return Calendar.plain(id="every day")


@lru_cache(maxsize=64)
def _offsets_of(tz: ZoneInfo) -> Zone:
    return Zone(tz)

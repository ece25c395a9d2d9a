"""Budgets of other systems: days to the same time of day, and working days counted in hours.

Their meanings follow the documentation of these systems:

- Freshdesk counted a working day of a target as the time until the same hour of the next working
  day, and made it due at the closing if that hour is an opening. ServiceNow and the Ruby libraries
  ``biz`` and ``business_time`` move an end that lies outside of the hours to the next opening.
  ``WorkingDaysSameTime`` has both instants: the due time and the limit.
- Jira and others count a working day as a fixed number of hours. The length of the working day is
  the weekly hours divided by the working days of the week, as in the norms of working time.
- Calendar days pass around the clock and end at the time of day at which they start.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from workhours_sla.calendars.date_ranges import LATEST, DateRange
from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.module_names import public
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget_kinds import (
    DayAnswer,
    DayBounds,
    StartBudget,
    check_days,
)
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import (
    Roll,
    extended_by_pauses,
    first_opening,
    last_closing,
    paused_dates,
    rolled,
)
from workhours_sla.worktime.instants import FIRST_YEAR, LAST_YEAR, moment_of, refuse_year
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.weekly_hours import WeeklyHours
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, TICK, ZERO, zone_offsets

if TYPE_CHECKING:
    from workhours_sla.worktime.working_time import WorkingTime

_UNKNOWN = DayBounds((None, None), (None, None))


@public()
@dataclass(frozen=True, slots=True)
class WorkingDaysSameTime(StartBudget):
    """A budget of working days that end at the time of day at which they start.

    A start outside of working time counts from the next opening. The budget ends ``count`` dates
    with working hours later, at the same time of day, but not before the first opening of that
    date. A night shift belongs to the date on which it starts. The amount of the budget is the
    working time from the start to that instant. Due time, limit and pauses follow from this amount:
    if the office is closed at that time of day, the due time is the last closing before it, and the
    limit is the next opening. Raises BudgetError.

    If the hours of all working days are alike, the due times are the same as for
    WorkingDaysInHours.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Th 09:00-18:00; Fr 09:00-16:45")
    >>> tuesday = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> print(office.deadline(tuesday, WorkingDaysSameTime(2)))
    2025-03-13 10:15:00+03:00
    >>> thursday = datetime(2025, 3, 13, 17, 30, tzinfo=office.tz)  # on Friday, this is too late
    >>> print(office.deadline(thursday, WorkingDaysSameTime(1)))
    2025-03-14 16:45:00+03:00
    >>> print(office.breaches_after(thursday, WorkingDaysSameTime(1)))
    2025-03-17 09:00:00+03:00
    """

    count: int

    def __post_init__(self) -> None:
        check_days(self.count, "working days")

    def amount(self, schedule: DatedShifts, start: datetime) -> timedelta:
        """Return the working time from ``start`` to the end of the budget without pauses.

        Raises CalendarCoverageError.
        """
        return _verbs(schedule).elapsed(start, self.ends_at(schedule, start))

    def ends_at(self, schedule: DatedShifts, start: datetime) -> datetime:
        """Return the same time of day, ``count`` working days after the start, in UTC.

        Raises CalendarCoverageError.
        """
        opens = _verbs(schedule).next_opening(start).astimezone(schedule.tz)
        begun = _date_of_shift(schedule, opens)
        wall = opens.replace(tzinfo=None) - datetime.combine(begun, time())
        day, left = begun, self.count
        while left:
            day += ONE_DAY
            left -= last_closing(schedule, day) is not None
        # the ends of a date lie between its opening and the opening of the next date, so that a
        # later start never has an earlier end
        ends = max(_time_on(schedule, day, wall), first_opening(schedule, day) or BASE_UTC)
        if wall >= ONE_DAY:
            following = first_opening(schedule, day + ONE_DAY)
            ends = ends if following is None else min(ends, following)
        return ends

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``.

        Raises CalendarCoverageError.
        """
        amount = self.amount(schedule, start)
        return DayAnswer(*_verbs(schedule).due_and_limit(start, amount, pauses=pauses))

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit over all completions of a schedule.

        ``paused`` are the certain pauses. ``possibly_paused`` are the certain and the possible
        pauses. Without pauses, the earliest due time may be earlier than in any completion.
        """
        # ``ends_at`` only becomes earlier as dates become working dates: the budget then starts no
        # later, and ends on no later date. So its extremes are ``first``, with all unknown dates
        # full, and ``last``, with all of them off. The due time is the earliest instant at which
        # the unpaused working time since ``ends_at`` makes up for the working time within pauses
        # before ``ends_at``; without such pauses, it is the end of the last working time up to
        # ``ends_at``. For the earliest due time, take ``first``, the least working time to make up
        # for, and the most unpaused working time after it. For the latest, take ``last``, the most
        # to make up for, and the least working time after it. The limits have the same extremes.
        # The hours of the date of ``first`` are not considered.
        least, most = schedule.completions() or (schedule, schedule)
        due_from = due_until = limit_from = limit_until = None
        with suppress(CalendarCoverageError):
            first = self.ends_at(most, start)
            to_make_up = _paused_time(least, start, first, paused)
            due_from = _verbs(least).deadline(start, _verbs(least).elapsed(start, first))
            if to_make_up:
                due_from = max(due_from, _verbs(most).deadline(first, to_make_up, pauses=paused))
            limit_from = _verbs(most).breaches_after(first, to_make_up, pauses=paused)
        with suppress(CalendarCoverageError):
            last = self.ends_at(least, start)
            to_make_up = _paused_time(most, start, last, possibly_paused)
            due_until = (
                _verbs(least).deadline(last, to_make_up, pauses=possibly_paused)
                if to_make_up
                else _verbs(most).deadline(start, _verbs(most).elapsed(start, last))
            )
            limit_until = _verbs(least).breaches_after(last, to_make_up, pauses=possibly_paused)
        return DayBounds(
            (_in_utc(due_from), _in_utc(due_until)), (_in_utc(limit_from), _in_utc(limit_until))
        )


@public()
@dataclass(frozen=True, slots=True)
class CalendarDaysSameTime(StartBudget):
    """A budget of calendar days that end at the time of day at which they start.

    The due time, which is also the limit, is the instant at which the clocks of the schedule show
    the time of the start, ``count`` dates later. If the clocks skip that time, it is the instant at
    which they are put forward. If they show it twice, it is the second time. ``roll`` moves a due
    date that is a day off, as for CalendarDays; with ``preceding``, a due date that would not be
    after the date of the start moves as with ``following``. A date on which the clocks show that
    time within a pause does not count. Raises BudgetError.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> registered = datetime(2025, 12, 3, 10, 15, tzinfo=office.tz)
    >>> for roll in ("none", "following"):
    ...     print(office.deadline(registered, CalendarDaysSameTime(30, roll=roll)))
    2026-01-02 10:15:00+03:00
    2026-01-12 10:15:00+03:00
    """

    count: int
    roll: Roll

    def __post_init__(self) -> None:
        check_days(self.count, "days", self.roll, ("following", "preceding", "none"))

    def rolled_by(self) -> Roll | None:
        """Return ``roll``."""
        return self.roll

    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date, moved by ``roll`` if it is a day off.

        Raises CalendarCoverageError.
        """
        start_date, _ = _wall_time(schedule, start)
        first = start_date + ONE_DAY
        paused = self.paused_dates(schedule, start, pauses)
        if self.count > (LATEST - first).days:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        end = extended_by_pauses(first, first + ONE_DAY * (self.count - 1), paused)
        return self._rolled(schedule, end, start, start_date, paused)

    def paused_dates(
        self, schedule: DatedShifts, start: datetime, pauses: Pauses
    ) -> list[DateRange]:
        """Return the dates that do not count because of pauses, as sorted ranges."""
        _, wall = _wall_time(schedule, start)
        return paused_dates(schedule, pauses, partial(_time_on, schedule, wall=wall))

    def _rolled(
        self,
        schedule: DatedShifts,
        end: date,
        start: datetime,
        start_date: date,
        paused: list[DateRange],
    ) -> date:
        if self.roll != "preceding":
            return rolled(schedule, end, self.roll, start, paused)
        moved = end
        while moved > start_date and last_closing(schedule, moved) is None:
            moved -= ONE_DAY
        if moved > start_date:
            return moved
        return rolled(schedule, end, "following", start, paused)

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time, which is also the limit, in the zone of ``start``.

        Raises CalendarCoverageError.
        """
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            refuse_year(start)
        _, wall = _wall_time(schedule, start)
        due_at = _time_on(schedule, self.due_on(schedule, start, pauses), wall)
        due_at = due_at.astimezone(start.tzinfo)
        return DayAnswer(due_at, due_at)

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time over all completions of a schedule.

        ``paused`` are the certain pauses. ``possibly_paused`` are the certain and the possible
        pauses. The limit is the due time.
        """
        # As for other day budgets, every due date lies between the earliest and the latest of four
        # due dates. There is one exception: a due date that rolls back may be earlier, but not
        # before the day after the start.
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            return _UNKNOWN
        start_date, wall = _wall_time(schedule, start)
        dates: set[date] = set()
        unbounded = False
        for completion in schedule.completions() or (schedule, schedule):
            for pauses in (paused, possibly_paused):
                try:
                    dates.add(self.due_on(completion, start, pauses))
                except CalendarCoverageError:
                    unbounded = True
        if not dates:
            return _UNKNOWN
        earliest, latest = min(dates), max(dates)
        if self.roll == "preceding" and (unbounded or earliest < latest):
            earliest = start_date + ONE_DAY
        due_from = _time_on(schedule, earliest, wall)
        due_until = None if unbounded else _time_on(schedule, latest, wall)
        return DayBounds((due_from, due_until), (due_from, due_until))


@public()
@dataclass(frozen=True, slots=True)
class WorkingDaysInHours(StartBudget):
    """A budget of working time: a number of working days of the usual length.

    The usual length of a working day is the weekly hours divided by the number of weekdays that
    have hours: 8 hours for 40 hours on five days, also if Friday is shorter. Short days and
    overrides do not change it. The weekly hours are those in force on the date of the start. Raises
    BudgetError.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Th 09:00-13:00,14:00-18:15; Fr 09:00-13:00,14:00-17:00")
    >>> tuesday = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> print(WorkingDaysInHours(2).amount(office, tuesday))
    16:00:00
    >>> print(office.deadline(tuesday, WorkingDaysInHours(2)))
    2025-03-13 09:45:00+03:00
    """

    count: int

    def __post_init__(self) -> None:
        check_days(self.count, "working days")

    def amount(self, schedule: DatedShifts, start: datetime) -> timedelta:
        """Return the amount of working time, rounded up to a whole microsecond.

        Raises BudgetError if the schedule has no weekly hours.
        """
        week = _week_on(schedule, start.astimezone(schedule.tz).date())
        lengths = [
            sum((end - begin for begin, end in shifts), ZERO)
            for shifts in week.by_weekday
            if shifts
        ]
        return -(-sum(lengths, ZERO) * self.count // len(lengths))

    def latest_start(self, schedule: DatedShifts, due: datetime) -> datetime:
        """Return the latest start whose due time is no later than ``due``.

        Raises CalendarCoverageError, and BudgetError if the schedule has no weekly hours.
        """
        midnights = (_midnight(schedule, day) for day in schedule.changes)
        begins = [midnight for midnight in midnights if midnight <= due]
        ends: datetime | None = None
        while True:
            begin = begins.pop() if begins else None
            amount = self.amount(schedule, begin or (ends or due) - TICK)
            found = _verbs(schedule).latest_start(due, amount)
            if ends is not None:
                found = min(found, (ends - TICK).astimezone(due.tzinfo))
            if begin is None or found >= begin:
                return found
            ends = begin

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``.

        Raises CalendarCoverageError, and BudgetError if the schedule has no weekly hours.
        """
        amount = self.amount(schedule, start)
        return DayAnswer(*_verbs(schedule).due_and_limit(start, amount, pauses=pauses))

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit over all completions of a schedule.

        With more working time, or with fewer pauses, both are earlier.
        """
        amount = self.amount(schedule, start)
        least, most = schedule.completions() or (schedule, schedule)
        ends: list[tuple[datetime | None, datetime | None]] = []
        for completion, pauses in ((most, paused), (least, possibly_paused)):
            due = limit = None
            with suppress(CalendarCoverageError):
                due = _verbs(completion).deadline(start, amount, pauses=pauses)
                limit = _verbs(completion).breaches_after(start, amount, pauses=pauses)
            ends.append((_in_utc(due), _in_utc(limit)))
        return DayBounds((ends[0][0], ends[1][0]), (ends[0][1], ends[1][1]))


def _verbs(schedule: DatedShifts) -> WorkingTime:
    """Cast a schedule to WorkingTime: every schedule with dates also has the verbs."""
    return cast("WorkingTime", schedule)


def _date_of_shift(schedule: DatedShifts, opens: datetime) -> date:
    """Return the start date of the shift that contains the instant ``opens``.

    If shifts of two dates contain it, the later date is returned. ``opens`` is in the zone of the
    schedule.
    """
    moment, day = moment_of(opens), opens.date()
    spans = schedule._spans_on(day, schedule.shifts_on(day))
    return day if any(begin <= moment < end for begin, end in spans) else day - ONE_DAY


def _midnight(schedule: DatedShifts, day: date) -> datetime:
    """Return the first instant of a date, in UTC."""
    zone = zone_offsets(schedule.tz)
    return BASE_UTC + zone.start_of(ONE_DAY * (day - BASE.date()).days)


def _wall_time(schedule: DatedShifts, start: datetime) -> tuple[date, timedelta]:
    """Return the date of an instant, and the time since midnight that the clocks show."""
    local = start.astimezone(schedule.tz).replace(tzinfo=None)
    return local.date(), local - datetime.combine(local.date(), time())


def _time_on(schedule: DatedShifts, day: date, wall: timedelta) -> datetime:
    """Return the last instant, in UTC, at which the clocks show a time on a date.

    If the clocks skip that time, this is the instant at which they are put forward.
    """
    zone, shown = zone_offsets(schedule.tz), ONE_DAY * (day - BASE.date()).days + wall
    spans = zone.instants_of(shown, shown + TICK)
    return BASE_UTC + (spans[-1][0] if spans else zone.end_of(shown))


def _paused_time(
    schedule: DatedShifts, start: datetime, end: datetime, pauses: Pauses
) -> timedelta:
    """Return the working time within pauses between two instants."""
    elapsed = _verbs(schedule).elapsed
    return elapsed(start, end) - elapsed(start, end, pauses=pauses)


def _week_on(schedule: DatedShifts, day: date) -> WeeklyHours:
    """Return the weekly hours in force on a date.

    If these are empty, return the last non-empty weekly hours before, otherwise the next. Raises
    BudgetError if the schedule has no weekly hours at all.
    """
    weeks = [(date.min, schedule.hours), *schedule.changes.items()]
    before = [week for since, week in weeks if since <= day and not week.empty]
    after = [week for since, week in weeks if since > day and not week.empty]
    if not (before or after):
        raise BudgetError(say("no_day_length"))
    return before[-1] if before else after[0]


def _in_utc(when: datetime | None) -> datetime | None:
    return None if when is None else when.astimezone(UTC)

"""Budgets of days, months and clock time, and of working days that are counted in hours.

Civil Code of the Russian Federation, articles 190-194: a term in days, months or years is counted
from the next day and ends with its last day. What must be done in an office must be done before
the office closes.

Jira and others count a working day as a fixed number of hours. The length of the working day is the
weekly hours divided by the working days of the week, as in the norms of working time.
"""

from __future__ import annotations

import calendar
from abc import ABCMeta, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from workhours_sla.calendars.date_ranges import LATEST
from workhours_sla.errors import ArgumentError, BudgetError, CalendarCoverageError, shown
from workhours_sla.module_names import public
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import (
    Roll,
    due_bounds_on,
    ends_of,
    extended_by_pauses,
    is_over,
    is_paused,
    last_closing,
    midnight_after,
    paused_dates,
    rolled,
)
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.instants import (
    FIRST_YEAR,
    LAST_YEAR,
    moment_of,
    refuse_naive,
    refuse_year,
)
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, TICK, ZERO, zone_offsets

if TYPE_CHECKING:
    from workhours_sla.worktime.working_time import WorkingTime

CountFrom = Literal["next_day", "same_day"]
MAX_COUNT = 10_000
"""Maximum number of days or months in a budget."""


class DayAnswer(NamedTuple):
    """The due time and the limit of a budget."""

    due_at: datetime
    limit: datetime


class DayBounds(NamedTuple):
    """The earliest and the latest due time, and the earliest and the latest limit, in UTC.

    Whatever the unknown dates are, the answer lies between these bounds. A missing bound is None.
    """

    due_at: tuple[datetime | None, datetime | None]
    limit: tuple[datetime | None, datetime | None]


class DayBudget(metaclass=ABCMeta):
    """A budget that ends on a date, the due date.

    The due time is the last closing on the due date, or 24:00 if that date has no working hours.
    The limit is 24:00 of the due date.
    """

    __slots__ = ()

    @abstractmethod
    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date of a budget that starts at ``start``.

        ``schedule`` decides which dates have working hours. ``pauses`` are pairs (since, until). A
        date is paused if its 24:00 is within a pause. A paused date does not count, and the due
        date does not roll forward to a paused date. Raises CalendarCoverageError.
        """

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``.

        Raises CalendarCoverageError.
        """
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            refuse_year(start)
        if pauses:
            due_at, limit = ends_of(schedule, self.due_on(schedule, start, pauses))
        else:
            start_date = start.astimezone(schedule.tz).date()
            after_closing = is_over(schedule, start_date, start)
            due_at, limit = _answer_on(self, schedule, start_date, after_closing)
        return DayAnswer(due_at.astimezone(start.tzinfo), limit.astimezone(start.tzinfo))

    def without_roll(self) -> DayBudget:
        """Return the same budget, whose due date stays on a day off."""
        return replace(self, roll="none") if isinstance(self, CalendarDays | Months) else self

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit over all completions of a schedule.

        ``schedule`` must have completions. ``paused`` are the certain pauses. ``possibly_paused``
        are the certain and the possible pauses.
        """
        # More working dates make the due date earlier, unless it rolls back. More pauses make it
        # later. So four due dates are calculated: with all unknown dates off and with all of them
        # full, each with ``paused`` and ``possibly_paused``. Every other due date lies between the
        # earliest and the latest of the four, with two exceptions. A due date that rolls back may
        # be earlier, but not before the date of the start. If the date of the start is unknown, it
        # may be a short day, so that the start may be before or after the closing: ``_due_dates``
        # then returns the due dates of both cases.
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            return DayBounds((None, None), (None, None))
        start_date = start.astimezone(schedule.tz).date()
        dates: set[date] = set()
        unbounded = False
        least, most = schedule.completions() or (schedule, schedule)
        for completion in (least, most):
            for pauses in (paused, possibly_paused):
                try:
                    dates |= self._due_dates(
                        completion, start, pauses, start_known=schedule.knows(start_date)
                    )
                except CalendarCoverageError:
                    unbounded = True
        if not dates:
            return DayBounds((None, None), (None, None))
        roll = self.roll if isinstance(self, CalendarDays | Months) else None
        earliest, latest = min(dates), max(dates)
        if roll == "preceding" and (unbounded or earliest < latest):
            earliest = min(earliest, start_date)
        due_from, _ = due_bounds_on(schedule, most, earliest, may_be_off=roll == "none")
        due_from = max(due_from, start.astimezone(UTC))
        limit_from = midnight_after(schedule, earliest)
        if unbounded:
            return DayBounds((due_from, None), (limit_from, None))
        _, due_until = due_bounds_on(schedule, most, latest, may_be_off=roll == "none")
        return DayBounds((due_from, due_until), (limit_from, midnight_after(schedule, latest)))

    def _due_dates(
        self,
        schedule: DatedShifts,
        start: datetime,
        pauses: Pauses,
        *,
        start_known: bool,
    ) -> set[date]:
        """Return the possible due dates in a completion.

        There are two if the due date depends on whether the date of the start is a short day.
        """
        return {self.due_on(schedule, start, pauses)}


@public()
@dataclass(frozen=True, slots=True)
class WorkingDays(DayBudget):
    """A budget of dates with working hours, counted from the date after the start.

    With ``count_from="same_day"`` the date of the start counts, too, unless its last shift ends at
    or before the start. Raises BudgetError.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> start = datetime(2025, 12, 30, 16, 30, tzinfo=office.tz)
    >>> print(office.deadline(start, WorkingDays(1)))
    2026-01-12 18:00:00+03:00
    """

    count: int
    count_from: CountFrom = "next_day"

    def __post_init__(self) -> None:
        check_days(self.count, "working days", self.count_from, ("next_day", "same_day"))

    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date: the last date that counts."""
        day = first_day(schedule, start, self.count_from) - ONE_DAY
        paused = paused_dates(schedule, pauses)
        left = self.count
        while left:
            day += ONE_DAY
            left -= last_closing(schedule, day) is not None and not is_paused(day, paused)
        return day


@public()
@dataclass(frozen=True, slots=True)
class CalendarDays(DayBudget):
    """A budget of dates of any kind; ``roll`` decides where a due date on a day off moves.

    ``following`` moves the due date to the next date with working hours (Civil Code art. 193).
    ``preceding`` moves it to the last date with working hours before it; if that date closed before
    the start, the due date moves as with ``following``. ``none`` does not move the due date.
    Practice under Federal law 59-FZ is not uniform, so ``roll`` has no default. Raises BudgetError.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> registered = datetime(2025, 12, 8, 11, 0, tzinfo=office.tz)
    >>> print(CalendarDays(30, roll="following").due_on(office, registered))
    2026-01-12
    >>> print(CalendarDays(30, roll="preceding").due_on(office, registered))
    2025-12-30
    """

    count: int
    roll: Roll
    count_from: CountFrom = "next_day"

    def __post_init__(self) -> None:
        check_days(self.count, "days", self.count_from, ("next_day", "same_day"))
        check_days(1, "", self.roll, ("following", "preceding", "none"))

    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date, moved by ``roll`` if it is a day off."""
        return self._due_from(first_day(schedule, start, self.count_from), schedule, start, pauses)

    def _due_from(
        self, first: date, schedule: DatedShifts, start: datetime, pauses: Pauses
    ) -> date:
        paused = paused_dates(schedule, pauses)
        if self.count > (LATEST - first).days:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        end = extended_by_pauses(first, first + ONE_DAY * (self.count - 1), paused)
        return rolled(schedule, end, self.roll, start, paused)

    def _due_dates(
        self, schedule: DatedShifts, start: datetime, pauses: Pauses, *, start_known: bool
    ) -> set[date]:
        if start_known or self.count_from == "next_day":
            return {self.due_on(schedule, start, pauses)}
        # whether the start comes before or after closing depends on whether its date is short
        start_date = start.astimezone(schedule.tz).date()
        firsts = (start_date, start_date + ONE_DAY)
        return {self._due_from(first, schedule, start, pauses) for first in firsts}


@public()
@dataclass(frozen=True, slots=True)
class Months(DayBudget):
    """A budget of months, due on the same day of a later month (Civil Code art. 192).

    If the later month has no such day, its last day is the due date. ``roll`` has the meaning
    that it has for CalendarDays. Raises BudgetError.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(Months(1, roll="none").due_on(office, datetime(2026, 1, 31, tzinfo=office.tz)))
    2026-02-28
    """

    count: int
    roll: Roll

    def __post_init__(self) -> None:
        check_days(self.count, "months", self.roll, ("following", "preceding", "none"))

    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date, moved by ``roll`` if it is a day off."""
        start_date = start.astimezone(schedule.tz).date()
        years, month = divmod(start_date.month - 1 + self.count, 12)
        year, month = start_date.year + years, month + 1
        if year > LAST_YEAR:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        day = min(start_date.day, calendar.monthrange(year, month)[1])
        paused = paused_dates(schedule, pauses)
        end = extended_by_pauses(start_date + ONE_DAY, date(year, month, day), paused)
        return rolled(schedule, end, self.roll, start, paused)


@public()
@dataclass(frozen=True, slots=True)
class ClockTime:
    """A budget of time around the clock, independent of the schedule and of pauses.

    Raises BudgetError for a negative amount.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> friday = datetime(2025, 3, 14, 17, tzinfo=office.tz)
    >>> print(office.deadline(friday, ClockTime(timedelta(hours=24))))
    2025-03-15 17:00:00+03:00
    """

    amount: timedelta

    def __post_init__(self) -> None:
        check_budget(self.amount)

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return ``start`` plus the amount: the due time, which is also the limit.

        The answer is in the zone of ``start``.

        Raises CalendarCoverageError for a due time after year 9999. Raises the errors of
        ``deadline`` for invalid pauses, although pauses have no effect.
        """
        with suppress(CalendarCoverageError):  # a pause may end after year 9998
            moments_of(pauses)
        try:
            due_at = (start.astimezone(UTC) + self.amount).astimezone(start.tzinfo)
        except OverflowError:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        return DayAnswer(due_at, due_at)


@public()
@dataclass(frozen=True, slots=True)
class WorkingDaysInHours:
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


Budget = timedelta | DayBudget | ClockTime | WorkingDaysInHours
"""Any budget that a target can have; a plain timedelta is working time."""
_KINDS = (DayBudget, ClockTime, WorkingDaysInHours)


def day_budget(budget: object, start: datetime) -> DayBudget | ClockTime | WorkingDaysInHours:
    """Check that ``budget`` is a Budget other than a timedelta, and return it.

    Raises ArgumentError for another value, and NaiveDatetimeError if ``start`` is naive.
    """
    if not isinstance(budget, _KINDS):
        msg = f"a budget is a timedelta such as working_hours(4), or days, not {budget!r}"
        raise ArgumentError(msg)
    if not isinstance(start, datetime):
        moment_of(start)  # refuses it
    if start.utcoffset() is None:
        refuse_naive(start)
    return budget


@lru_cache(maxsize=4096)
def _answer_on(
    budget: DayBudget,
    schedule: DatedShifts,
    start_date: date,
    after_closing: bool,  # noqa: FBT001
) -> tuple[datetime, datetime]:
    """Return the due time and the limit, in UTC, for a start on ``start_date``.

    All starts before the closing of the date have one answer, and all starts ``after_closing`` have
    another.
    """
    start = midnight_after(schedule, start_date if after_closing else start_date - ONE_DAY)
    if after_closing:
        start -= TICK
    return ends_of(schedule, budget.due_on(schedule, start))


def first_day(schedule: DatedShifts, start: datetime, count_from: CountFrom) -> date:
    """Return the first date that counts.

    This is the date after the start. With "same_day" it is the date of the start, unless that date
    has closed.
    """
    start_date = start.astimezone(schedule.tz).date()
    if count_from == "same_day" and not is_over(schedule, start_date, start):
        return start_date
    return start_date + ONE_DAY


def check_days(count: int, of: str, choice: str = "", choices: tuple[str, ...] = ("",)) -> None:
    """Raise BudgetError for a count of days or months, or a choice, that is not valid."""
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        msg = say("no_count", count=shown(count), of=of, most=MAX_COUNT)
        raise BudgetError(msg, budget=count)
    if choice not in choices:
        msg = say("none_of", value=shown(choice), choices=", ".join(choices))
        raise BudgetError(msg, choice=choice)


def _verbs(schedule: DatedShifts) -> WorkingTime:
    """Cast a schedule to WorkingTime: every schedule with dates also has the verbs."""
    return cast("WorkingTime", schedule)


def _midnight(schedule: DatedShifts, day: date) -> datetime:
    """Return the first instant of a date, in UTC."""
    zone = zone_offsets(schedule.tz)
    return BASE_UTC + zone.start_of(ONE_DAY * (day - BASE.date()).days)


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

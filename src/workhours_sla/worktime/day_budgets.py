"""Budgets that end on a date: working days, calendar days and months.

Civil Code of the Russian Federation, articles 190-194: a term in days, months or years is counted
from the next day and ends with its last day. What must be done in an office must be done before
the office closes.
"""

from __future__ import annotations

import calendar
from abc import abstractmethod
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import ClassVar, Literal

from workhours_sla.calendars.days import LATEST, PRE_HOLIDAY_SHORTENING, DateRange
from workhours_sla.errors import BudgetError, CalendarCoverageError, shown
from workhours_sla.module_names import public
from workhours_sla.text.messages import FIRST_YEAR, LAST_YEAR, refuse_year, say
from workhours_sla.worktime.due_dates import (
    NO_BOUNDS,
    BudgetKind,
    DatedShifts,
    DayAnswer,
    DayBounds,
    Roll,
    ends_of,
    is_over,
    last_closing,
    midnight_after,
)
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.shifts import shorten, spans_on
from workhours_sla.worktime.times import (
    BASE_UTC,
    ONE_DAY,
    TICK,
    refuse_late_year,
)

CountFrom = Literal["next_day", "same_day"]
MAX_COUNT = 10_000
"""Maximum number of days or months in a budget."""


class DayBudget(BudgetKind):
    """A budget that ends on a date, the due date.

    The due time is the last closing on the due date, or 24:00 if this date has no working hours;
    the limit is 24:00. Without pauses, all starts on a date before its closing have one answer, and
    all starts after its closing have another.
    """

    __slots__ = ()

    @abstractmethod
    def due_on(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date of a budget that starts at ``start``.

        A date is paused if its 24:00 is within a pause. A paused date does not count, and the due
        date does not roll forward to a paused date.
        """

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``."""
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            refuse_year(start)
        if pauses:
            due_at, limit = ends_of(schedule, self.due_on(schedule, start, pauses))
        else:
            start_date = start.astimezone(schedule.tz).date()
            after_closing = is_over(schedule, start_date, start)
            due_at, limit = _answer_on(self, schedule, start_date, after_closing)
        return DayAnswer(due_at.astimezone(start.tzinfo), limit.astimezone(start.tzinfo))

    def counts(self, schedule: DatedShifts, day: date) -> bool | None:
        """Return whether a date counts if it is not paused, None if that is unknown."""
        return True

    def numbers_dates(self) -> bool:
        """Return whether an explanation numbers the dates that count."""
        return True

    def without_roll(self) -> DayBudget:
        """Return the same budget with a due date that may be a day off."""
        return replace(self, roll="none") if "roll" in self.as_dict() else self

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit, whatever the unknown dates are."""
        # More working dates make the due date earlier, unless it rolls back. More pauses make it
        # later. So four due dates are calculated: with all unknown dates off and with all of them
        # full, each with ``paused`` and ``possibly_paused``. Every other due date lies between the
        # earliest and the latest of the four, with two exceptions. A due date that rolls back may
        # be earlier, but not before the date of the start. If the date of the start is unknown, it
        # may be a short day, so that the start may be before or after the closing: ``_due_dates``
        # then returns the due dates of both cases.
        if not FIRST_YEAR <= start.year <= LAST_YEAR:
            return NO_BOUNDS
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
            return NO_BOUNDS
        roll = self.as_dict().get("roll")
        earliest, latest = min(dates), max(dates)
        if roll == "preceding" and (unbounded or earliest < latest):
            earliest = min(earliest, start_date)
        due_from, _ = _due_bounds_on(schedule, most, earliest, may_be_off=roll == "none")
        due_from = max(due_from, start.astimezone(UTC))
        limit_from = midnight_after(schedule, earliest)
        if unbounded:
            return DayBounds((due_from, None), (limit_from, None))
        _, due_until = _due_bounds_on(schedule, most, latest, may_be_off=roll == "none")
        return DayBounds((due_from, due_until), (limit_from, midnight_after(schedule, latest)))

    def _due_dates(
        self, schedule: DatedShifts, start: datetime, pauses: Pauses, *, start_known: bool
    ) -> set[date]:
        return {self.due_on(schedule, start, pauses)}


@public()
@dataclass(frozen=True, slots=True)
class WorkingDays(DayBudget):
    """A budget of working days: dates with working hours, counted from the date after the start.

    With ``count_from="same_day"`` the date of the start counts, too, unless the last shift of that
    date ends at or before the start.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> start = datetime(2025, 12, 30, 16, 30, tzinfo=office.tz)
    >>> print(office.deadline(start, WorkingDays(1)))
    2026-01-12 18:00:00+03:00
    """

    units: ClassVar[tuple[str, ...]] = (
        *("working day", "working days", "business day", "business days"),
        *("рабочий день", "рабочего дня", "рабочих дня", "рабочих дней", "раб день", "раб дня"),
        *("раб дней", "раб дн", "р д", "рд", "arbeitstag", "arbeitstage"),
    )

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

    def counts(self, schedule: DatedShifts, day: date) -> bool | None:
        """Return whether a date has working hours, or None if that is unknown."""
        return last_closing(schedule, day) is not None if schedule.knows(day) else None


@public()
@dataclass(frozen=True, slots=True)
class CalendarDays(DayBudget):
    """A budget of days, working or not; ``roll`` decides where a due date on a day off moves.

    ``following`` moves the due date to the next date with working hours (Civil Code art. 193).
    ``preceding`` moves it back to the last date with working hours; if the hours of that date ended
    before the start, the due date moves as with ``following``. ``none`` does not move the due date.
    Practice under Federal law 59-FZ is not uniform, so ``roll`` has no default.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> registered = datetime(2025, 12, 8, 11, 0, tzinfo=office.tz)
    >>> print(CalendarDays(30, roll="following").due_on(office, registered))
    2026-01-12
    >>> print(CalendarDays(30, roll="preceding").due_on(office, registered))
    2025-12-30
    """

    units: ClassVar[tuple[str, ...]] = (
        *("day", "days", "calendar day", "calendar days", "день", "дня", "дней"),
        *("календарный день", "календарных дня", "календарных дней", "кал день", "кал дня"),
        *("календарного дня", "кал дней", "кал дн", "к д", "кд"),
        *("tag", "tage", "kalendertag", "kalendertage"),
    )
    weeks: ClassVar[tuple[str, ...]] = (
        *("week", "weeks", "неделя", "неделю", "недели", "недель", "woche", "wochen"),
    )

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
            refuse_late_year()
        end = _extended_by_pauses(first, first + ONE_DAY * (self.count - 1), paused)
        return _rolled(schedule, end, self.roll, start, paused)

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

    If the later month has no such day, its last day is the due date. ``roll`` is the same as in
    CalendarDays.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(Months(1, roll="none").due_on(office, datetime(2026, 1, 31, tzinfo=office.tz)))
    2026-02-28
    """

    units: ClassVar[tuple[str, ...]] = (
        *("month", "months", "месяц", "месяца", "месяцев", "мес", "monat", "monate"),
    )

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
            refuse_late_year()
        day = min(start_date.day, calendar.monthrange(year, month)[1])
        paused = paused_dates(schedule, pauses)
        end = _extended_by_pauses(start_date + ONE_DAY, date(year, month, day), paused)
        return _rolled(schedule, end, self.roll, start, paused)

    def numbers_dates(self) -> bool:
        """Return False: months count no dates."""
        return False


@lru_cache(maxsize=4096)
def _answer_on(
    budget: DayBudget,
    schedule: DatedShifts,
    start_date: date,
    after_closing: bool,  # noqa: FBT001
) -> tuple[datetime, datetime]:
    """Return the due time and the limit, in UTC, for a start on ``start_date``."""
    start = midnight_after(schedule, start_date if after_closing else start_date - ONE_DAY)
    if after_closing:
        start -= TICK
    return ends_of(schedule, budget.due_on(schedule, start))


def first_day(schedule: DatedShifts, start: datetime, count_from: CountFrom) -> date:
    """Return the first date that counts."""
    start_date = start.astimezone(schedule.tz).date()
    if count_from == "same_day" and not is_over(schedule, start_date, start):
        return start_date
    return start_date + ONE_DAY


def check_days(count: int, of: str, choice: str = "", choices: tuple[str, ...] = ("",)) -> None:
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        raise BudgetError(say("no_count", count=shown(count), of=of, most=MAX_COUNT))
    if choice not in choices:
        raise BudgetError(say("none_of", value=shown(choice), choices=", ".join(choices)))


# -- due dates -------------------------------------------------------------------------------


def _due_bounds_on(
    schedule: DatedShifts, full: DatedShifts, day: date, *, may_be_off: bool
) -> tuple[datetime, datetime]:
    """Return the earliest and the latest due time, in UTC, of a due date that may be unknown."""
    if schedule.knows(day):
        end, _ = ends_of(schedule, day)
        return end, end
    midnight = midnight_after(schedule, day)
    if not full.knows(day):  # too far from the known dates to be completed
        return midnight_after(schedule, day - ONE_DAY), midnight
    week = schedule.hours_on(day).by_weekday
    ends = [ends_of(full, day)[0]]
    for weekday in schedule.calendar.possible_hours_of(day):
        short = shorten(week[weekday], PRE_HOLIDAY_SHORTENING, at_start=schedule.shorten_at_start)
        closes = (BASE_UTC + until for _, until in spans_on(schedule.tz, day, short))
        ends.append(min(max(closes, default=midnight), midnight))
    return min(ends), midnight if may_be_off else max(ends)


def paused_dates(schedule: DatedShifts, pauses: Pauses) -> list[DateRange]:
    """Return the dates whose 24:00 is within a pause, as sorted ranges."""
    found = []
    first, end = date.min, None
    for start, stop in moments_of(pauses):
        since, until = BASE_UTC + start, BASE_UTC + stop
        if end is None or since > end:  # most pauses begin on the date of the pause before
            first = _first_ending_from(since, schedule)
            end = midnight_after(schedule, first)
        if until > end:
            after = _first_ending_from(until, schedule)
            found.append((first, after - ONE_DAY))
    return found


def _first_ending_from(when: datetime, schedule: DatedShifts) -> date:
    """Return the first date whose 24:00 is at or after an instant."""
    day = when.astimezone(schedule.tz).date() - ONE_DAY
    while midnight_after(schedule, day) < when:
        day += ONE_DAY
    return day


def is_paused(day: date, paused: list[DateRange]) -> bool:
    index = bisect_right(paused, day, key=itemgetter(0))
    return index > 0 and day <= paused[index - 1][1]


def _extended_by_pauses(first: date, end: date, paused: list[DateRange]) -> date:
    """Return ``end``, moved later by one day for each paused date from ``first`` to the result."""
    for begins, ends in paused:
        if begins > end:
            break
        if ends >= first:
            more = ends - max(begins, first) + ONE_DAY
            if more > LATEST - end:
                refuse_late_year()
            end += more
    return end


def _rolled(
    schedule: DatedShifts, end: date, roll: Roll, start: datetime, paused: list[DateRange]
) -> date:
    """Return a due date, moved to a date with working hours if it is on a day off."""
    if roll == "none" or last_closing(schedule, end) is not None:
        return end
    moved = end
    if roll == "following":
        while last_closing(schedule, moved) is None or is_paused(moved, paused):
            moved += ONE_DAY
        return moved
    while last_closing(schedule, moved) is None:
        moved -= ONE_DAY
    if is_over(schedule, moved, start):
        return _rolled(schedule, end, "following", start, paused)
    return moved

"""Budgets in days, months and plain time: what is not an amount of working time.

Civil Code of the Russian Federation art. 190-194: a term in days, months or years is counted from
the next day and ends with its last day; what is to be done in an office must be done before that
office closes.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from workhours_sla.calendars.day import PRE_HOLIDAY_SHORTENING
from workhours_sla.errors import BudgetError, CalendarCoverageError, shown
from workhours_sla.worktime.arguments import LAST_YEAR, refuse_year
from workhours_sla.worktime.budget import check_budget
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.weekly_hours import shorten
from workhours_sla.worktime.zone import BASE_UTC

if TYPE_CHECKING:
    from workhours_sla.worktime.schedule import Schedule

Dates = tuple[date, date]
"""From the first to the last, both included."""
Roll = Literal["following", "preceding", "none"]
CountFrom = Literal["next_day", "same_day"]
ONE_DAY = timedelta(days=1)
LONGEST = 10_000
"""Days or months: longer than any term."""


class DayAnswer(NamedTuple):
    """When it is due, and the last instant at which an answer is still in time."""

    due_at: datetime
    limit: datetime


class DayBounds(NamedTuple):
    """The earliest and the latest due time and limit that unknown dates allow, in UTC.

    None where nothing bounds it.
    """

    due_at: tuple[datetime | None, datetime | None]
    limit: tuple[datetime | None, datetime | None]


class DayBudget:
    """A budget that ends with a date.

    The due time is the last closing on that date, its 24:00 where it has no working hours; the
    limit is its 24:00.
    """

    __slots__ = ()

    def due_on(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> date:
        """Return the due date, on the calendar of the schedule.

        A date at whose 24:00 one of the ``pauses``, pairs (since, until), stands does not count,
        and the end is not put off to one.
        """
        raise NotImplementedError

    def answer(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return due time and limit, in the zone of ``start``. Raises CalendarCoverageError."""
        if pauses:
            due_at, limit = _ends(schedule, self.due_on(schedule, start, pauses))
        else:
            begun = start.astimezone(schedule.tz).date()
            closes = _closes_on(schedule, begun)
            over = closes is not None and closes <= start
            due_at, limit = _answer_on(self, schedule, begun, over)
        return DayAnswer(due_at.astimezone(start.tzinfo), limit.astimezone(start.tzinfo))

    def bounds(
        self, schedule: Schedule, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the bounds of the answer, whatever becomes of the unknown dates.

        ``paused`` are the pauses that there are in any case, ``possibly_paused`` those that there
        may be. ``schedule`` has completions.

        A due date comes earlier the more dates are worked, except that one moved back to a
        working date comes later. It comes later the more is paused. So the four extremes bound
        it, with two exceptions: a date is never moved back to before the date of the start, and
        whether the start comes after closing may depend on its date being short.
        """
        begun = start.astimezone(schedule.tz).date()
        dates: set[date] = set()
        unbounded = False
        least, most = schedule.completions() or (schedule, schedule)
        for completion in (least, most):
            for held in (paused, possibly_paused):
                try:
                    dates |= self._due_dates(
                        completion, start, held, begins_known=schedule.knows(begun)
                    )
                except CalendarCoverageError:
                    unbounded = True
        if not dates:
            return DayBounds((None, None), (None, None))
        roll = getattr(self, "roll", "")
        earliest, latest = min(dates), max(dates)
        if roll == "preceding" and (unbounded or earliest < latest):
            earliest = min(earliest, begun)
        due_from, _ = _edges_on(schedule, most, earliest, may_be_off=roll == "none")
        due_from = max(due_from, start.astimezone(UTC))
        if unbounded:
            return DayBounds((due_from, None), (_midnight(schedule, earliest), None))
        _, due_until = _edges_on(schedule, most, latest, may_be_off=roll == "none")
        return DayBounds(
            (due_from, due_until), (_midnight(schedule, earliest), _midnight(schedule, latest))
        )

    def _due_dates(
        self,
        schedule: Schedule,
        start: datetime,
        pauses: Pauses,
        *,
        begins_known: bool,  # noqa: ARG002
    ) -> set[date]:
        """Return the due date in a completion; all of them where the start's date decides."""
        return {self.due_on(schedule, start, pauses)}


@dataclass(frozen=True, slots=True)
class WorkingDays(DayBudget):
    """``count`` dates with working hours, the day after the start being the first.

    With ``count_from="same_day"`` the date of the start may itself be the first.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> start = datetime(2025, 12, 30, 16, 30, tzinfo=office.tz)
    >>> print(office.deadline(start, WorkingDays(1)))
    2026-01-12 18:00:00+03:00
    """

    count: int
    count_from: CountFrom = "next_day"

    def __post_init__(self) -> None:
        _check(self.count, "working days", self.count_from, ("next_day", "same_day"))

    def due_on(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> date:
        """Return the date of the last of the days."""
        day = _first_day(schedule, start, self.count_from) - ONE_DAY
        held = _held_dates(schedule, pauses)
        left = self.count
        while left:
            day += ONE_DAY
            left -= _last_closing(schedule, day) is not None and not _is_paused(day, held)
        return day


@dataclass(frozen=True, slots=True)
class CalendarDays(DayBudget):
    """``count`` dates of any kind; ``roll`` says what becomes of an end on a day off.

    ``following`` moves it to the next date with working hours (Civil Code art. 193),
    ``preceding`` to the one before, ``none`` leaves it. Practice under Federal law 59-FZ is
    split, so there is no default. An end never moves to a date that was over before the start.

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
        _check(self.count, "days", self.count_from, ("next_day", "same_day"))
        _check(1, "", self.roll, ("following", "preceding", "none"))

    def due_on(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> date:
        """Return the last date, moved off a day off as asked."""
        return self._due_from(_first_day(schedule, start, self.count_from), schedule, start, pauses)

    def _due_from(self, first: date, schedule: Schedule, start: datetime, pauses: Pauses) -> date:
        held = _held_dates(schedule, pauses)
        if self.count > (date.max - first).days:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        end = _without_held(first, first + ONE_DAY * (self.count - 1), held)
        return _rolled(schedule, end, self.roll, start, held)

    def _due_dates(
        self, schedule: Schedule, start: datetime, pauses: Pauses, *, begins_known: bool
    ) -> set[date]:
        if begins_known or self.count_from == "next_day":
            return {self.due_on(schedule, start, pauses)}
        # the start may be before or after closing, as its date is short or not
        begun = start.astimezone(schedule.tz).date()
        firsts = (begun, begun + ONE_DAY)
        return {self._due_from(first, schedule, start, pauses) for first in firsts}


@dataclass(frozen=True, slots=True)
class Months(DayBudget):
    """``count`` months: the same day of the month, its last day where there is none.

    Civil Code art. 192; ``roll`` as for CalendarDays.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> print(Months(1, roll="none").due_on(office, datetime(2026, 1, 31, tzinfo=office.tz)))
    2026-02-28
    """

    count: int
    roll: Roll

    def __post_init__(self) -> None:
        _check(self.count, "months", self.roll, ("following", "preceding", "none"))

    def due_on(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> date:
        """Return the last date, moved off a day off as asked."""
        begun = start.astimezone(schedule.tz).date()
        years, month = divmod(begun.month - 1 + self.count, 12)
        year, month = begun.year + years, month + 1
        if year > LAST_YEAR:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        day = min(begun.day, calendar.monthrange(year, month)[1])
        held = _held_dates(schedule, pauses)
        end = _without_held(begun + ONE_DAY, date(year, month, day), held)
        return _rolled(schedule, end, self.roll, start, held)


@dataclass(frozen=True, slots=True)
class ClockTime:
    """Plain time, around the clock, whatever the schedule."""

    amount: timedelta

    def __post_init__(self) -> None:
        check_budget(self.amount)

    def answer(self, schedule: Schedule, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the start plus the amount, in the zone of the start; it runs through holds.

        Raises CalendarCoverageError for an end past the year 9999, and for holds as ``deadline``.
        """
        with suppress(CalendarCoverageError):  # they may run as far as they like
            moments_of(pauses, schedule._moment)  # noqa: SLF001
        try:
            due_at = (start.astimezone(UTC) + self.amount).astimezone(start.tzinfo)
        except OverflowError:
            refuse_year(datetime.max.replace(tzinfo=UTC))
        return DayAnswer(due_at, due_at)


Budget = timedelta | DayBudget | ClockTime
"""What a target may allow; a plain timedelta is working time."""


@lru_cache(maxsize=4096)
def _answer_on(
    budget: DayBudget,
    schedule: Schedule,
    begun: date,
    over: bool,  # noqa: FBT001
) -> tuple[datetime, datetime]:
    """Return due time and limit, in UTC, of every start on a date before, or after, it closes."""
    start = _midnight(schedule, begun if over else begun - ONE_DAY)
    if over:
        start -= timedelta.resolution
    return _ends(schedule, budget.due_on(schedule, start))


def _ends(schedule: Schedule, due: date) -> tuple[datetime, datetime]:
    """Return the last closing on a date, or its 24:00, and its 24:00, in UTC."""
    midnight = _midnight(schedule, due)
    closing = _last_closing(schedule, due)
    return (midnight if closing is None else min(closing, midnight)), midnight


def _edges_on(
    schedule: Schedule, full: Schedule, day: date, *, may_be_off: bool
) -> tuple[datetime, datetime]:
    """Return the earliest and the latest end of a date, in UTC; its 24:00 where it may be off."""
    if schedule.knows(day):
        end, _ = _ends(schedule, day)
        return end, end
    midnight = _midnight(schedule, day)
    if not full.knows(day):  # too far from the known dates to be completed
        return _midnight(schedule, day - ONE_DAY), midnight
    week = schedule.hours_on(day).by_weekday
    ends = [_ends(full, day)[0]]
    for weekday in schedule.calendar.possible_hours_of(day):
        short = shorten(week[weekday], PRE_HOLIDAY_SHORTENING, at_start=schedule.shorten_at_start)
        closes = (until.astimezone(UTC) for _, until in schedule.instants_on(day, short))
        ends.append(min(max(closes, default=midnight), midnight))
    return min(ends), midnight if may_be_off else max(ends)


@lru_cache(maxsize=4096)
def _closes_on(schedule: Schedule, day: date) -> datetime | None:
    """Return when a date is over, in UTC; None where it has no working hours."""
    return None if _last_closing(schedule, day) is None else _ends(schedule, day)[0]


@lru_cache(maxsize=4096)
def _last_closing(schedule: Schedule, day: date) -> datetime | None:
    """Return, in UTC, when the shifts that start on a date are over; None where it has none."""
    return max(
        (end.astimezone(UTC) for _, end in schedule.intervals_of(day)),
        default=None,
    )


@lru_cache(maxsize=4096)
def _midnight(schedule: Schedule, day: date) -> datetime:
    """Return 24:00 of a date in UTC."""
    return schedule.end_of_day(day).astimezone(UTC)


def _held_dates(schedule: Schedule, pauses: Pauses) -> list[Dates]:
    """Return the dates at whose 24:00 a hold stands, in order, as pairs (first, last)."""
    found = []
    for since, until in moments_of(pauses, schedule._moment):  # noqa: SLF001
        first = _ends_from(schedule, BASE_UTC + since)
        after = _ends_from(schedule, BASE_UTC + until)
        if first < after:
            found.append((first, after - ONE_DAY))
    return found


def _ends_from(schedule: Schedule, when: datetime) -> date:
    """Return the first date whose 24:00 is at or after an instant."""
    day = when.astimezone(schedule.tz).date() - ONE_DAY
    while _midnight(schedule, day) < when:
        day += ONE_DAY
    return day


def _is_paused(day: date, held: list[Dates]) -> bool:
    place = bisect_right(held, day, key=itemgetter(0))
    return place > 0 and day <= held[place - 1][1]


def _without_held(first: date, end: date, held: list[Dates]) -> date:
    """Return the end of a term of dates from ``first``, put off by those that are held."""
    for begins, ends in held:
        if begins > end:
            break
        if ends >= first:
            end += ends - max(begins, first) + ONE_DAY
    return end


def _first_day(schedule: Schedule, start: datetime, count_from: CountFrom) -> date:
    """Return the first date that counts; the start's own only while it has working time left."""
    begun = start.astimezone(schedule.tz).date()
    if count_from == "same_day" and not _is_over(schedule, begun, start):
        return begun
    return begun + ONE_DAY


def _is_over(schedule: Schedule, day: date, start: datetime) -> bool:
    """Whether a date with working hours has closed, or is past, by the start."""
    closes = _closes_on(schedule, day)
    return closes is not None and closes <= start.astimezone(UTC)


def _rolled(schedule: Schedule, end: date, roll: Roll, start: datetime, held: list[Dates]) -> date:
    """Return the date moved off a day off; never to one that was over before the start."""
    if roll == "none" or _last_closing(schedule, end) is not None:
        return end
    moved = end
    if roll == "following":
        while _last_closing(schedule, moved) is None or _is_paused(moved, held):
            moved += ONE_DAY
        return moved
    while _last_closing(schedule, moved) is None:
        moved -= ONE_DAY
    if _is_over(schedule, moved, start):
        return _rolled(schedule, end, "following", start, held)
    return moved


def _check(count: int, of: str, choice: str, choices: tuple[str, ...]) -> None:
    if type(count) is not int or not 1 <= count <= LONGEST:
        msg = f"{shown(count)} {of} is no budget; give a whole number from at least 1 to {LONGEST}"
        raise BudgetError(msg, budget=count)
    if choice not in choices:
        msg = f"{shown(choice)} is not one of {', '.join(choices)}"
        raise BudgetError(msg, choice=choice)

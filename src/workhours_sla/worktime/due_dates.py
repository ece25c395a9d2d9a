"""What all budgets share that are not a plain timedelta: ``BudgetKind``, and when a date closes.

Closings and midnights are in UTC.
"""

from __future__ import annotations

import re
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal, NamedTuple, Protocol, Self
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import BudgetError, CalendarCoverageError, shown
from workhours_sla.text.messages import refuse_year, say
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.pauses import Pauses
from workhours_sla.worktime.shifts import Shifts, spans_on
from workhours_sla.worktime.times import BASE_UTC, ONE_DAY, TICK, refuse_naive

Roll = Literal["following", "preceding", "none"]
COUNTING: Final = frozenset({"roll", "count_from"})
_COUNTED: Final = re.compile(r"(\d{1,9})\s*(\D.*)", re.DOTALL | re.ASCII)
_FIRST = datetime(1, 7, 1, tzinfo=UTC)
"""A start that no calendar covers."""


class DatedShifts(Protocol):
    """A schedule, on whose dates budgets are counted. Schedule documents the members."""

    calendar: Calendar
    hours: WeeklyHours
    overrides: Mapping[date, Shifts]
    changes: Mapping[date, WeeklyHours]
    shorten_at_start: bool
    tz: ZoneInfo

    def shifts_on(self, day: date) -> Shifts: ...
    def hours_on(self, day: date) -> WeeklyHours: ...
    def end_of_day(self, day: date) -> datetime: ...
    def knows(self, day: date) -> bool: ...
    def completions(self) -> tuple[Self, Self] | None: ...
    def provisionally(self) -> Self: ...
    def elapsed(self, start: datetime, end: datetime, *, pauses: Pauses = ()) -> timedelta: ...
    def deadline(self, start: datetime, budget: Any, *, pauses: Pauses = ()) -> datetime: ...
    def due_and_limit(
        self, start: datetime, budget: Any, *, pauses: Pauses = ()
    ) -> tuple[datetime, datetime]: ...
    def breaches_after(self, start: datetime, budget: Any, *, pauses: Pauses = ()) -> datetime: ...
    def latest_start(self, due: datetime, budget: Any) -> datetime: ...
    def __hash__(self) -> int: ...


# -- the end of a date -----------------------------------------------------------------------


@lru_cache(maxsize=4096)
def midnight_after(schedule: DatedShifts, day: date) -> datetime:
    return schedule.end_of_day(day).astimezone(UTC)


@lru_cache(maxsize=4096)
def last_closing(schedule: DatedShifts, day: date) -> datetime | None:
    """Return the end, in UTC, of the last shift that starts on a date."""
    spans = spans_on(schedule.tz, day, schedule.shifts_on(day))
    return max((BASE_UTC + end for _, end in spans), default=None)


@lru_cache(maxsize=4096)
def closes_on(schedule: DatedShifts, day: date) -> datetime | None:
    """Return when the last shift of a date ends, at 24:00 at the latest; None without shifts."""
    return None if last_closing(schedule, day) is None else ends_of(schedule, day)[0]


def is_over(schedule: DatedShifts, day: date, start: datetime) -> bool:
    """Return whether a date has working hours and closes at or before ``start``."""
    closes = closes_on(schedule, day)
    return closes is not None and closes <= start


def ends_of(schedule: DatedShifts, due: date) -> tuple[datetime, datetime]:
    """Return the due time (the last closing, 24:00 at the latest) and the limit, 24:00."""
    midnight = midnight_after(schedule, due)
    closing = last_closing(schedule, due)
    return (midnight if closing is None else min(closing, midnight)), midnight


# -- the latest start ------------------------------------------------------------------------


def _latest_start(due: datetime, schedule: DatedShifts, budget: BudgetKind) -> datetime:
    """Search the latest start for which a budget is due no later than ``due``."""
    # The deadline must not be before its start, and a later start must not have an earlier
    # deadline. A budget that rolls back may have a deadline before a date on which it depends.
    rolls_back = budget.as_dict().get("roll") == "preceding"
    if due.utcoffset() is None:
        refuse_naive(due)
    wanted = due.astimezone(UTC)

    def is_early(start: datetime) -> bool:
        try:
            return schedule.deadline(start, budget).astimezone(UTC) <= wanted
        except CalendarCoverageError as error:
            if isinstance(error.earliest, datetime):
                is_late = error.earliest.astimezone(UTC) > wanted
            else:
                before = midnight_after(schedule, error.date - ONE_DAY)
                is_late = not rolls_back and before >= wanted
            if not is_late:
                raise
            return False

    is_known = True
    try:
        if is_early(wanted):  # a budget of nothing
            return due
    except CalendarCoverageError:
        is_known = False
    bounds = _steps_back(wanted, is_early, is_known=is_known)
    if bounds is None:
        schedule.deadline(wanted, budget)  # raises the error that names the calendar's first date
        refuse_year(_FIRST)
    return _last_early(*bounds, is_early).astimezone(due.tzinfo)


def _steps_back(
    late: datetime, is_early: Callable[[datetime], bool], *, is_known: bool
) -> tuple[datetime, datetime] | None:
    """Search backwards for a start that is early enough, and a later one that is not, or unknown.

    The steps grow, until one leads to a start whose answer is unknown; from there on they shrink.
    """
    step, shrinks = ONE_DAY, False
    while late > _FIRST:
        step = min(step, late - _FIRST)
        early = late - step
        try:
            if is_early(early):
                return early, late
            is_known = True
        except CalendarCoverageError:
            if step <= TICK:
                raise
            if is_known:
                step, shrinks = step // 2, True
                continue
        late = early
        step = max(TICK, step // 2) if shrinks else min(2 * step, 4096 * ONE_DAY)
    return None


def _last_early(early: datetime, late: datetime, is_early: Callable[[datetime], bool]) -> datetime:
    """Return the last start that is early enough, between ``early`` and the later ``late``."""
    while late - early > TICK:
        middle = early + (late - early) // 2
        if is_early(middle):
            early = middle
        else:
            late = middle
    return early


# -- kinds of budgets ------------------------------------------------------------------------


class DayAnswer(NamedTuple):
    due_at: datetime
    limit: datetime


class DayBounds(NamedTuple):
    """The earliest and the latest due time, and the earliest and the latest limit, in UTC."""

    due_at: tuple[datetime | None, datetime | None]
    limit: tuple[datetime | None, datetime | None]


NO_BOUNDS: Final = DayBounds((None, None), (None, None))


class BudgetKind(metaclass=ABCMeta):
    """A budget that is not a plain timedelta: a dataclass whose first field is its size."""

    __slots__ = ()

    __dataclass_fields__: ClassVar[dict[str, Any]]
    units: ClassVar[tuple[str, ...]]
    """The words after the number, without points; an amount has them after its own units."""
    weeks: ClassVar[tuple[str, ...]] = ()
    """The words for seven of the unit."""

    @classmethod
    def kind(cls) -> str:
        """Return the name of the kind, as it is used in JSON and in texts: ``working_days``."""
        return re.sub("(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def parse(cls, text: str, **counting: str | None) -> Self | None:
        """Return the budget of a text, None for a text of another kind of budget."""
        counted = _COUNTED.fullmatch(text.strip().lower())
        if counted is None:
            return None
        number, unit = int(counted[1]), " ".join(counted[2].replace(".", " ").split())
        if unit not in (*cls.units, *cls.weeks):
            return None
        options: dict[str, Any] = {
            name: counting[name] for name in cls.__dataclass_fields__ if name in COUNTING
        }
        if options.get("roll", "none") is None:
            raise BudgetError(say("no_roll", text=shown(text)), text=text)
        build: Callable[..., Self] = cls
        return build(number * 7 if unit in cls.weeks else number, **options)

    def as_dict(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @abstractmethod
    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``."""

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit, whatever the unknown dates are."""
        return NO_BOUNDS

    def latest_start(self, schedule: DatedShifts, due: datetime) -> datetime:
        """Return the latest start whose due time is no later than ``due``."""
        return _latest_start(due, schedule, self)

    def amounts(self, schedule: DatedShifts) -> list[tuple[timedelta, timedelta]] | None:
        """Return pairs: a time since BASE_UTC, and the working time for all starts from then on."""
        return None

    def working_time(self, schedule: DatedShifts, start: datetime) -> timedelta | None:
        """Return the working time that the budget equals for one start, None if it equals none."""
        return None

    def clock_amount(self) -> timedelta | None:
        """Return the time around the clock that the budget equals, None if it equals none."""
        return None

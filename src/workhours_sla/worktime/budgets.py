"""All kinds of budgets: their list, their texts, their plain data.

A kind of budget is a class in ``BUDGET_KINDS``: the verbs, the parser, the explanation, JSON and
the columns know only the members of ``BudgetKind``. Budgets of days are in ``day_budgets``.

Jira and others count a working day as a fixed number of hours. The length of the working day is the
weekly hours divided by the working days of the week, as in the norms of working time.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final, Self

from workhours_sla.errors import ArgumentError, BudgetError, CalendarCoverageError, shown
from workhours_sla.module_names import public
from workhours_sla.text import amounts
from workhours_sla.text.amounts import check_budget, iso_amount, match_of_amount, parse_amount
from workhours_sla.text.messages import say
from workhours_sla.worktime.day_budgets import (
    CalendarDays,
    CountFrom,
    DayBudget,
    Months,
    WorkingDays,
    check_days,
)
from workhours_sla.worktime.due_dates import (
    COUNTING,
    BudgetKind,
    DatedShifts,
    DayAnswer,
    DayBounds,
    Roll,
)
from workhours_sla.worktime.hours import WeeklyHours
from workhours_sla.worktime.pauses import Pauses, moments_of
from workhours_sla.worktime.times import (
    BASE_UTC,
    TICK,
    ZERO,
    midnight_on,
    moment_of,
    refuse_late_year,
    refuse_naive,
    zone_offsets,
)

_OF_WORKING_TIME: Final = (
    r"(?<=\d )(?:working|business|рабоч(?:ий|их|его)|раб\.?) (?=hour|min|ч|мин)"
    r"|\barbeits(?=stunde)| (?:of )?working time$| рабочего времени$"
)
"""Matches words that a budget of working time may have beside its amount."""
_DOUBTFUL: Final = (
    (r"\d+[.,]\d+ ?[^\W\d_]*\.?", "budget_unit"),
    (r"p(?P<n>\d{1,9})d", "budget_days"),
    (r"(?:(?P<n>\d{1,9}) ?)?сут(?:ок|ки)", "budget_around_the_clock"),
    (r"(?:(?P<n>\d{1,9}) ?)?(?:год|года|лет|years?|jahre?)", "budget_years"),
    (r"(?P<first>\d+ ?[^\W\d]\D*?)(?:,? (?:и|and|und))? ?(?P<second>\d.*)", "budget_mixed"),
    (r".*", "no_budget"),
)
"""Texts that are no budget, as regular expressions, each with the cause of the error."""
WORKING_TIME = "working_time"
"""The name of the kind of budget that is a plain timedelta."""


@public()
@dataclass(frozen=True, slots=True)
class ClockTime(BudgetKind):
    """A budget of time around the clock, independent of the schedule and of pauses.

    Raises BudgetError for a negative amount.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> friday = datetime(2025, 3, 14, 17, tzinfo=office.tz)
    >>> print(office.deadline(friday, ClockTime(timedelta(hours=24))))
    2025-03-15 17:00:00+03:00
    """

    units: ClassVar[tuple[str, ...]] = (
        *("clock", "clock", "around the clock", "круглосуточно", "rund um die uhr"),
    )

    amount: timedelta

    def __post_init__(self) -> None:
        check_budget(self.amount)

    @classmethod
    def parse(cls, text: str, **_: str | None) -> Self | None:
        """Return the budget of a text such as ``9h clock``, None for a budget of another kind."""
        # a regular expression would take quadratic time for many blanks before "clock"
        words = f" {' '.join(text.lower().split())}"
        ends = [unit for unit in cls.units if words.endswith(f" {unit}")]
        amount = words.removesuffix(max(ends, key=len, default="")).strip()
        return cls(parse_amount(amount)) if ends and amount else None

    def clock_amount(self) -> timedelta:
        """Return the amount."""
        return self.amount

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return ``start`` plus the amount, as both the due time and the limit.

        The answer is in the zone of ``start``.

        Raises CalendarCoverageError for a due time after year 9999. Raises the errors of
        ``deadline`` for invalid pauses, although pauses have no effect.
        """
        with suppress(CalendarCoverageError):  # a pause may end after year 9998
            moments_of(pauses)
        try:
            due_at = (start.astimezone(UTC) + self.amount).astimezone(start.tzinfo)
        except OverflowError:
            refuse_late_year()
        return DayAnswer(due_at, due_at)


@public()
@dataclass(frozen=True, slots=True)
class WorkingDaysInHours(BudgetKind):
    """A budget of working time: a number of working days of the usual length.

    The usual length of a working day is the weekly hours divided by the number of weekdays that
    have hours: 8 hours for 40 hours on five days, even if Friday is shorter. Short days and
    overrides do not change it. The weekly hours are those in force on the date of the start.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Th 09:00-13:00,14:00-18:15; Fr 09:00-13:00,14:00-17:00")
    >>> tuesday = datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)
    >>> print(WorkingDaysInHours(2).amount(office, tuesday))
    16:00:00
    >>> print(office.deadline(tuesday, WorkingDaysInHours(2)))
    2025-03-13 09:45:00+03:00
    """

    units: ClassVar[tuple[str, ...]] = (
        *("working day in hours", "working days in hours"),
        *("working day counted in hours", "working days counted in hours"),
        *("рабочий день в пересчёте на часы", "рабочих дня в пересчёте на часы"),
        *("рабочих дней в пересчёте на часы",),
    )

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

    def working_time(self, schedule: DatedShifts, start: datetime) -> timedelta:
        return self.amount(schedule, start)

    def amounts(self, schedule: DatedShifts) -> list[tuple[timedelta, timedelta]]:
        """Return pairs: a timedelta since BASE_UTC, and the amount of the starts from then on."""
        zone = zone_offsets(schedule.tz)
        begins = [zone.start_of(midnight_on(day)) for day in (date(2, 1, 1), *schedule.changes)]
        return [(begin, self.amount(schedule, BASE_UTC + begin)) for begin in begins]

    def latest_start(self, schedule: DatedShifts, due: datetime) -> datetime:
        """Return the latest start whose due time is no later than ``due``."""
        zone = zone_offsets(schedule.tz)
        midnights = (BASE_UTC + zone.start_of(midnight_on(day)) for day in schedule.changes)
        begins = [midnight for midnight in midnights if midnight <= due]
        ends: datetime | None = None
        while True:
            begin = begins.pop() if begins else None
            amount = self.amount(schedule, begin or (ends or due) - TICK)
            found = schedule.latest_start(due, amount)
            if ends is not None:
                found = min(found, (ends - TICK).astimezone(due.tzinfo))
            if begin is None or found >= begin:
                return found
            ends = begin

    def answer(self, schedule: DatedShifts, start: datetime, pauses: Pauses = ()) -> DayAnswer:
        """Return the due time and the limit in the zone of ``start``."""
        amount = self.amount(schedule, start)
        return DayAnswer(*schedule.due_and_limit(start, amount, pauses=pauses))

    def bounds(
        self, schedule: DatedShifts, start: datetime, paused: Pauses, possibly_paused: Pauses
    ) -> DayBounds:
        """Return the earliest and latest due time and limit, whatever the unknown dates are.

        More working time or fewer pauses make the due time and the limit earlier.
        """
        amount = self.amount(schedule, start)
        least, most = schedule.completions() or (schedule, schedule)
        ends: list[tuple[datetime | None, datetime | None]] = []
        for completion, pauses in ((most, paused), (least, possibly_paused)):
            due = limit = None
            with suppress(CalendarCoverageError):
                due = completion.deadline(start, amount, pauses=pauses)
                limit = completion.breaches_after(start, amount, pauses=pauses)
            ends.append((_in_utc(due), _in_utc(limit)))
        return DayBounds((ends[0][0], ends[1][0]), (ends[0][1], ends[1][1]))


OtherBudget = DayBudget | ClockTime | WorkingDaysInHours
"""A budget that is not a timedelta."""
BUDGET_KINDS: Final[tuple[type[OtherBudget], ...]] = (
    WorkingDays,
    CalendarDays,
    Months,
    ClockTime,
    WorkingDaysInHours,
)
"""All kinds of budgets but the plain timedelta, in the order in which a text is tried."""
Budget = timedelta | OtherBudget
"""Any budget that a target can have; a plain timedelta is working time."""


def check_kind(budget: object, start: datetime) -> BudgetKind:
    """Return a budget that is not a timedelta; raise ArgumentError for another value."""
    if not isinstance(budget, BudgetKind):
        msg = f"a budget is a timedelta such as working_hours(4), or days, not {budget!r}"
        raise ArgumentError(msg)
    if not isinstance(start, datetime):
        moment_of(start)  # refuses it
    if start.utcoffset() is None:
        refuse_naive(start)
    return budget


def parse_budget(
    text: str, *, roll: Roll | None = None, count_from: CountFrom | None = None
) -> Budget:
    """Parse a budget of any kind, as a configuration writes it.

    Working time is ``4h``, ``90m``, ``4h30m``, ``4:30``, ``4 working hours``, or an ISO 8601
    duration with hours, minutes and seconds, ``PT4H30M``; it becomes a timedelta. The others are

    - ``7 working days``: WorkingDays;
    - ``30 days`` or ``2 weeks``: CalendarDays;
    - ``1 month``: Months;
    - ``9h clock``: ClockTime;
    - ``2 working days in hours``: WorkingDaysInHours.

    The words may be Russian: ``4 рабочих часа``, ``5 календарных дней``. ``P1D`` is refused, since
    it does not say which days count; ``P1M`` is a month. ``roll`` decides where a due date on a day
    off moves; calendar days and months require it, and other kinds ignore it. ``count_from``
    decides which date is counted first, by default ``next_day``; only WorkingDays and CalendarDays
    use it. Raises BudgetError for any other text, a missing ``roll``, and an unknown value of a
    ``roll`` or ``count_from`` that the budget uses.

    >>> parse_budget("4h30m") == parse_budget("PT4H30M") == parse_budget("4:30")
    True
    >>> parse_budget("30 days", roll="following")
    CalendarDays(count=30, roll='following', count_from='next_day')
    """
    words = amounts.in_numbers(text)
    amount = amounts.in_numbers(re.sub(_OF_WORKING_TIME, "", words, flags=re.ASCII))
    if match_of_amount(amount) is not None:
        return parse_amount(amount)
    counting = {"roll": roll, "count_from": count_from or "next_day"}
    for kind in BUDGET_KINDS:
        found = kind.parse(words, **counting)
        if found is not None:
            return found
    if match_of_amount(f"{amount} m"):
        raise BudgetError(say("budget_unit", text=shown(text)), text=text)
    doubts = ((re.fullmatch(form, words), cause) for form, cause in _DOUBTFUL)
    facts, cause = next((found.groupdict(), cause) for found, cause in doubts if found)
    count = int(facts.get("n") or 1)
    facts |= {"days": "day" if count == 1 else "days", "hours": 24 * count, "months": 12 * count}
    raise BudgetError(say(cause, text=shown(text), count=count, **facts), text=text)


def budget_kind(budget: Budget) -> str:
    """Return the name of the kind of a budget, as it is used in JSON and in texts."""
    if isinstance(budget, timedelta):
        return WORKING_TIME
    return budget.kind()


def budget_size(budget: Budget) -> timedelta | int:
    if isinstance(budget, timedelta):
        return budget
    size: timedelta | int = next(iter(budget.as_dict().values()))
    return size


def counting_of(budget: Budget) -> dict[str, object]:
    """Return the ``roll`` and ``count_from`` of a budget, keyed by name, if its kind has them."""
    if isinstance(budget, timedelta):
        return {}
    return {name: value for name, value in budget.as_dict().items() if name in COUNTING}


def budget_data(budget: Budget) -> str | dict[str, dict[str, object]]:
    """Return a budget for JSON: working time as an ISO 8601 duration, others keyed by kind."""
    if isinstance(budget, timedelta):
        return iso_amount(budget)
    return {
        budget_kind(budget): {
            name: iso_amount(value) if isinstance(value, timedelta) else value
            for name, value in budget.as_dict().items()
        }
    }


def _week_on(schedule: DatedShifts, day: date) -> WeeklyHours:
    """Return the weekly hours on a date; if these are empty, the last before it that are not."""
    weeks = [(date.min, schedule.hours), *schedule.changes.items()]
    before = [week for since, week in weeks if since <= day and not week.empty]
    after = [week for since, week in weeks if since > day and not week.empty]
    if not (before or after):
        raise BudgetError(say("no_day_length"))
    return before[-1] if before else after[0]


def _in_utc(when: datetime | None) -> datetime | None:
    return None if when is None else when.astimezone(UTC)

"""The rules of the hours notation: how each changes the shifts of a date, and which are mistakes.

Rules apply in their order: after ``;`` a rule replaces the shifts of its dates, after ``,`` it adds
to them, and with ``off`` it removes hours. These are the meanings of
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from workhours_sla.calendars.days import dates_between
from workhours_sla.worktime.shifts import Shifts, format_shifts, merge_shifts, without
from workhours_sla.worktime.times import ONE_DAY

WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
EVERY_DAY: Final = tuple(range(7))

MonthDay = tuple[int, int]


def last_day(month: int) -> int:
    """Return the number of days of a month in a leap year."""
    return 29 if month == 2 else 30 + (month in {1, 3, 5, 7, 8, 10, 12})


class Rotation(NamedTuple):
    """Days on and days off in turn; ``first`` is a first day on, and dates before it count back."""

    on: int
    off: int
    first: date

    @property
    def length(self) -> int:
        """The number of days after which the turn begins again."""
        return self.on + self.off

    def number_of(self, day: date) -> int:
        """Return the number of a date within its turn, from 1."""
        return (day - self.first).days % self.length + 1

    def __str__(self) -> str:
        return f"{self.on}/{self.off} from {self.first}"


class Dates(NamedTuple):
    """The dates of a rule: those in a range, in a week and in a rotation, if it has them."""

    ranges: tuple[tuple[MonthDay, MonthDay], ...] = ()
    weeks: tuple[tuple[int, int, int], ...] = ()
    rotation: Rotation | None = None

    def include(self, day: date) -> bool:
        """Return whether a rule with these dates applies on a date."""
        turns = self.rotation
        if turns is not None and turns.number_of(day) > turns.on:
            return False
        at = day.month, day.day
        if self.ranges and not any(
            first <= at <= last if first <= last else not last < at < first
            for first, last in self.ranges
        ):
            return False
        week = day.isocalendar().week if self.weeks else 0
        return not self.weeks or any(
            first <= week <= last and (week - first) % step == 0 for first, last, step in self.weeks
        )

    def __str__(self) -> str:
        ranges = ",".join(_range_text(*span) for span in self.ranges)
        weeks = ",".join(
            f"{first:02}"
            if first == last
            else f"{first:02}-{last:02}" + (f"/{step}" if step > 1 else "")
            for first, last, step in self.weeks
        )
        turns = str(self.rotation or "")
        return " ".join(filter(None, (ranges, weeks and f"week {weeks}", turns)))


def _range_text(first: MonthDay, last: MonthDay) -> str:
    (month, day), (end, end_day) = first, last
    if (day, end_day) == (1, last_day(end)):
        return MONTHS[month - 1] + ("" if month == end else f"-{MONTHS[end - 1]}")
    text = f"{MONTHS[month - 1]} {day:02}"
    return text if first == last else f"{text}-{MONTHS[end - 1]} {end_day:02}"


class Effect(Enum):
    """How a rule changes the shifts of its dates. ``off`` alone replaces them by none."""

    REPLACE = "; "
    ADD = ", "
    REMOVE = " off"


class Rule(NamedTuple):
    """A rule for some dates and weekdays (Monday is 0); ``text`` is the rule as it was written.

    A rule that opens ``by_date`` names dates and no weekdays, so it makes no day off a working day.
    """

    dates: Dates
    weekdays: tuple[int, ...]
    effect: Effect
    shifts: Shifts
    text: str = ""
    by_date: bool = False

    @property
    def passes_midnight(self) -> bool:
        """Whether a shift of the rule ends on the next date."""
        return self.effect is not Effect.REMOVE and any(s.end > ONE_DAY for s in self.shifts)

    def applied_to(self, shifts: Shifts) -> Shifts:
        """Apply the rule to the shifts of earlier rules, and return the result."""
        if self.effect is Effect.ADD:
            return merge_shifts(shifts + self.shifts)
        return self.shifts if self.effect is Effect.REPLACE else without(shifts, self.shifts)

    def __str__(self) -> str:
        opens = self.effect is not Effect.REMOVE and self.shifts and not self.dates.rotation
        dated = self.dates != Dates() and (self.by_date or not opens)
        days = "" if dated and self.weekdays == EVERY_DAY else _days_text(self.weekdays)
        hours = format_shifts(self.shifts) + (" off" if self.effect is Effect.REMOVE else "")
        return " ".join(filter(None, (str(self.dates), days, hours)))


Rules = tuple[Rule, ...]


def _days_text(weekdays: Sequence[int]) -> str:
    parts = []
    for _, run in groupby(enumerate(weekdays), key=lambda pair: pair[1] - pair[0]):
        first, *others = (WEEKDAYS[day] for _, day in run)
        parts.append(f"{first}-{others[-1]}" if others else first)
    return ",".join(parts)


def rules_text(rules: Iterable[Rule]) -> str:
    """Write rules in the hours notation."""
    text = ""
    for rule in rules:
        separator = Effect.ADD if rule.effect is Effect.ADD else Effect.REPLACE
        text += (separator.value if text else "") + str(rule)
    return text


def shifts_of(rules: Rules, applied: Iterable[bool], weekday: int) -> Shifts:
    """Return the shifts of a weekday; ``applied`` has, for each rule, whether it applies."""
    shifts: Shifts = ()
    for rule, applies in zip(rules, applied, strict=True):
        if applies and weekday in rule.weekdays:
            shifts = rule.applied_to(shifts)
    return merge_shifts(shifts)


# -- mistakes --------------------------------------------------------------------------------


class _Case(NamedTuple):
    """A kind of date: its weekday, which rules apply on it, and which on the next date."""

    weekday: int
    applied: tuple[bool, ...]
    applied_next: tuple[bool, ...]


@lru_cache(maxsize=64)
def _cases(rules: Rules) -> frozenset[_Case]:
    """Return all kinds of dates that occur in any year."""
    dated = {rule.dates for rule in rules} - {Dates()}
    if not dated:
        always = (True,) * len(rules)
        return frozenset(_Case(weekday, always, always) for weekday in EVERY_DAY)
    by_week = any(dates.weeks or dates.rotation for dates in dated)
    # 28 years begin on each weekday, leap years and others; without weeks, five years are enough
    last = date(2029, 1, 1) if by_week else date(2005, 1, 1)
    days = list(dates_between(date(2000, 12, 31), last))
    included = {dates: [dates.include(day) for day in days] for dates in {Dates(), *dated}}
    applied = list(zip(*(included[rule.dates] for rule in rules), strict=True))
    weekdays = [day.weekday() if by_week else None for day in days]
    kinds = set(zip(weekdays, applied, applied[1:], strict=False))
    return frozenset(
        _Case(weekday, on, after)
        for own, on, after in kinds
        for weekday in (EVERY_DAY if own is None else (own,))
    )


def never_applied(rules: Rules) -> Rule | None:
    """Return the first rule that applies on no date of any year, such as ``week 1 Jul``."""
    for index, rule in enumerate(rules):
        if not any(case.applied[index] and case.weekday in rule.weekdays for case in _cases(rules)):
            return rule
    return None


def pointless(rules: Rules) -> Rule | None:
    """Return the first rule whose hours are completely replaced or removed by later rules."""
    for index, rule in enumerate(rules):
        if all(
            _is_lost(rules, index, case)
            for case in _cases(rules)
            if case.applied[index] and case.weekday in rule.weekdays
        ):
            return rule
    return None


def _is_lost(rules: Rules, index: int, case: _Case) -> bool:
    rule, left = rules[index], rules[index].shifts
    for later, applies in zip(rules[index + 1 :], case.applied[index + 1 :], strict=True):
        if not applies or case.weekday not in later.weekdays:
            continue
        if later.effect is Effect.REPLACE:
            return True
        if rule.effect is Effect.REPLACE and not rule.shifts:
            continue  # the day stays off, except for the hours that are added
        if Effect.REMOVE in (rule.effect, later.effect):
            left = without(left, later.shifts)
        if not left:
            return True
    return False


def midnight_conflict(rules: Rules) -> tuple[Rule, Rule] | None:
    """Return a rule with a shift past midnight, and a later rule that changes its dates."""
    for index, rule in enumerate(rules):
        for later in range(index + 1, len(rules)) if rule.passes_midnight else ():
            if any(_changes_night(rules, index, later, case) for case in _cases(rules)):
                return rule, rules[later]
    return None


def _changes_night(rules: Rules, index: int, at: int, case: _Case) -> bool:
    rule, later = rules[index], rules[at]
    if later.effect is Effect.ADD or not (case.applied[index] and case.weekday in rule.weekdays):
        return False
    same_day = case.applied[at] and case.weekday in later.weekdays
    next_day = case.applied_next[at] and (case.weekday + 1) % 7 in later.weekdays
    if later.effect is Effect.REPLACE:
        return same_day or next_day
    latest = max(shift.end for shift in rule.shifts)
    return (same_day and any(shift.end >= ONE_DAY for shift in later.shifts)) or (
        next_day and any(shift.start + ONE_DAY < latest for shift in later.shifts)
    )


def all_shifts(rules: Rules) -> Iterator[tuple[int, Shifts]]:
    """Yield each weekday (Monday is 0) with all shifts that it has on any date."""
    for weekday, applied in {(case.weekday, case.applied) for case in _cases(rules)}:
        yield weekday, shifts_of(rules, applied, weekday)

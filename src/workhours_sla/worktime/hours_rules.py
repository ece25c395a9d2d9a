"""The rules of the hours notation: how each changes the shifts of a date, and which are mistakes.

Rules apply in their order. A rule separated by ``;`` replaces the shifts of its dates, a rule
separated by ``,`` adds to them, and a rule with ``off`` removes hours. These are the meanings of
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from itertools import groupby, pairwise
from operator import and_
from typing import NamedTuple

from workhours_sla.calendars.date_ranges import dates_between
from workhours_sla.worktime.hours_words import MONTHS, WEEKDAYS
from workhours_sla.worktime.shifts import Shifts, format_shifts, merge_shifts, without
from workhours_sla.worktime.zone_offsets import ONE_DAY

MonthDay = tuple[int, int]

EVERY_DAY = tuple(range(7))
_WEEKS = range(1, 54)
_ALL_KINDS_OF_YEARS = date(2001, 1, 1), date(2028, 12, 31)
"""Years, leap and other, that begin on each weekday, so that every combination of dates occurs."""


def last_day(month: int) -> int:
    """Return the number of days of a month in a leap year."""
    return monthrange(2000, month)[1]


class Dates(NamedTuple):
    """The dates on which a rule applies: all dates if ``ranges`` and ``weeks`` are empty.

    ``ranges`` are pairs (first, last) of (month, day), both included; a range may cross the end of
    the year. ``weeks`` are triples (first, last, step) of ISO 8601 weeks. A date must be in one of
    the ranges and in one of the weeks.

    >>> summer = Dates(ranges=(((5, 15), (9, 30)),), weeks=((1, 53, 2),))
    >>> str(summer), summer.include(date(2026, 6, 1)), summer.include(date(2026, 6, 8))
    ('May 15-Sep 30 week 01-53/2', True, False)
    """

    ranges: tuple[tuple[MonthDay, MonthDay], ...] = ()
    weeks: tuple[tuple[int, int, int], ...] = ()

    def include(self, day: date) -> bool:
        """Return whether a rule with these dates applies on a date."""
        return self.include_month_day((day.month, day.day)) and (
            not self.weeks or self.include_week(day.isocalendar().week)
        )

    def include_month_day(self, day: MonthDay) -> bool:
        """Return whether a day of the year is in one of the ranges; True without ranges."""
        return not self.ranges or any(
            first <= day <= last if first <= last else not last < day < first
            for first, last in self.ranges
        )

    def include_week(self, week: int) -> bool:
        """Return whether an ISO 8601 week is one of the weeks; True without weeks."""
        return not self.weeks or any(
            first <= week <= last and (week - first) % step == 0 for first, last, step in self.weeks
        )

    def __str__(self) -> str:
        parts = []
        if self.ranges:
            parts.append(",".join(_range_text(*span) for span in self.ranges))
        if self.weeks:
            parts.append("week " + ",".join(_weeks_text(*weeks) for weeks in self.weeks))
        return " ".join(parts)


def _range_text(first: MonthDay, last: MonthDay) -> str:
    (month, day), (end_month, end_day) = first, last
    if (day, end_day) == (1, last_day(end_month)):
        return MONTHS[month - 1] + ("" if month == end_month else f"-{MONTHS[end_month - 1]}")
    start = f"{MONTHS[month - 1]} {day:02}"
    return start if first == last else f"{start}-{MONTHS[end_month - 1]} {end_day:02}"


def _weeks_text(first: int, last: int, step: int) -> str:
    if first == last:
        return f"{first:02}"
    return f"{first:02}-{last:02}" + (f"/{step}" if step > 1 else "")


class Effect(Enum):
    """How a rule changes the shifts of its dates."""

    REPLACE = "; "
    ADD = ", "
    REMOVE = " off"


class Rule(NamedTuple):
    """A rule: it applies ``effect`` with ``shifts`` on ``dates`` and ``weekdays`` (Monday is 0).

    The notation ``off`` is a rule that replaces all hours by no hours. ``text`` is the rule as it
    was written.
    """

    dates: Dates
    weekdays: tuple[int, ...]
    effect: Effect
    shifts: Shifts
    text: str = ""

    @property
    def replaces(self) -> bool:
        """Whether the rule replaces the shifts of all earlier rules on its dates."""
        return self.effect is Effect.REPLACE

    @property
    def passes_midnight(self) -> bool:
        """Whether a shift of the rule ends on the next date."""
        return self.effect is not Effect.REMOVE and any(
            shift.end > ONE_DAY for shift in self.shifts
        )

    def applied_to(self, shifts: Shifts) -> Shifts:
        """Apply the rule to the shifts of earlier rules, and return the result."""
        if self.replaces:
            return self.shifts
        if self.effect is Effect.ADD:
            return merge_shifts(shifts + self.shifts)
        return without(shifts, self.shifts)

    def canonical(self) -> str:
        """Return the rule in the shortest notation, without its separator."""
        dated = self.dates != Dates() and self.weekdays == EVERY_DAY
        days = "" if dated else days_text(self.weekdays)
        hours = format_shifts(self.shifts) + (" off" if self.effect is Effect.REMOVE else "")
        return " ".join(filter(None, (str(self.dates), days, hours)))


Rules = tuple[Rule, ...]


def days_text(weekdays: Sequence[int]) -> str:
    """Return sorted weekdays as text: ``Mo-We,Fr``.

    >>> days_text((0, 1, 2, 4))
    'Mo-We,Fr'
    """
    parts = []
    for _, run in groupby(enumerate(weekdays), key=lambda pair: pair[1] - pair[0]):
        first, *others = (WEEKDAYS[day] for _, day in run)
        parts.append(f"{first}-{others[-1]}" if others else first)
    return ",".join(parts)


def rules_text(rules: Iterable[Rule]) -> str:
    """Write rules in the hours notation."""
    text = ""
    for rule in rules:
        separator = Effect.ADD.value if rule.effect is Effect.ADD else Effect.REPLACE.value
        text += (separator if text else "") + rule.canonical()
    return text


def shifts_of(rules: Rules, in_force: Iterable[bool], weekday: int) -> Shifts:
    """Return the shifts of a weekday; ``in_force`` has, for each rule, whether it applies."""
    shifts: Shifts = ()
    for rule, applies in zip(rules, in_force, strict=True):
        if applies and weekday in rule.weekdays:
            shifts = rule.applied_to(shifts)
    return merge_shifts(shifts)


def in_force(rules: Rules, day: date) -> tuple[bool, ...]:
    """Return, for each rule, whether its dates include a date."""
    return tuple(rule.dates.include(day) for rule in rules)


# -- mistakes --------------------------------------------------------------------------------


class Case(NamedTuple):
    """A kind of date: a weekday, the rules that apply on it, and the rules of the next date."""

    weekday: int
    rules: tuple[bool, ...]
    next_rules: tuple[bool, ...]


@lru_cache(maxsize=64)
def cases(rules: Rules) -> frozenset[Case]:
    """Return all kinds of dates that occur in any year."""
    by_day = {
        day: tuple(rule.dates.include_month_day(day) for rule in rules) for day in _month_days()
    }
    if not any(rule.dates.weeks for rule in rules):
        pairs = {(by_day[day], by_day[after]) for day, after in _days_and_next()}
        return frozenset(Case(weekday, *pair) for pair in pairs for weekday in EVERY_DAY)
    by_week = {week: tuple(rule.dates.include_week(week) for rule in rules) for week in _WEEKS}
    found = {
        (weekday, by_day[day], by_week[week], by_day[after], by_week[week_after])
        for weekday, day, week, after, week_after in _kinds_of_dates()
    }
    return frozenset(
        Case(weekday, _both(day, week), _both(after, week_after))
        for weekday, day, week, after, week_after in found
    )


def _both(one: tuple[bool, ...], other: tuple[bool, ...]) -> tuple[bool, ...]:
    return tuple(map(and_, one, other))


@lru_cache(maxsize=1)
def _month_days() -> tuple[MonthDay, ...]:
    return tuple((month, day) for month in range(1, 13) for day in range(1, last_day(month) + 1))


@lru_cache(maxsize=1)
def _days_and_next() -> tuple[tuple[MonthDay, MonthDay], ...]:
    """Return each day of the year with the day after it, in leap years and in others."""
    days = _month_days()
    return (*pairwise(days), (days[-1], days[0]), ((2, 28), (3, 1)))


@lru_cache(maxsize=1)
def _kinds_of_dates() -> frozenset[tuple[int, MonthDay, int, MonthDay, int]]:
    """Return all combinations of weekday, day of the year and week, each with the next date's."""
    dates = [
        (day.weekday(), (day.month, day.day), day.isocalendar().week)
        for day in dates_between(*_ALL_KINDS_OF_YEARS)
    ]
    return frozenset((*one, *other[1:]) for one, other in pairwise(dates))


def never_applied(rules: Rules) -> Rule | None:
    """Return the first rule that applies on no date of any year, such as ``week 1 Jul``."""
    for index, rule in enumerate(rules):
        if not any(case.rules[index] and case.weekday in rule.weekdays for case in cases(rules)):
            return rule
    return None


def pointless(rules: Rules) -> Rule | None:
    """Return the first rule whose hours are completely replaced or removed by later rules."""
    for index, rule in enumerate(rules):
        if all(
            _is_lost(rules, index, case)
            for case in cases(rules)
            if case.rules[index] and case.weekday in rule.weekdays
        ):
            return rule
    return None


def _is_lost(rules: Rules, index: int, case: Case) -> bool:
    """Return whether later rules undo the effect of a rule in a case."""
    rule = rules[index]
    left = rule.shifts
    for later, applies in zip(rules[index + 1 :], case.rules[index + 1 :], strict=True):
        if applies and case.weekday in later.weekdays:
            if later.replaces:
                return True
            if rule.replaces and not rule.shifts:
                continue  # the day stays off, except for the hours that are added
            if Effect.REMOVE in (rule.effect, later.effect):
                left = without(left, later.shifts)
            if not left:
                return True
    return False


def midnight_conflict(rules: Rules) -> tuple[Rule, Rule] | None:
    """Return a rule with a shift past midnight, and a later rule that changes its dates.

    In OpenStreetMap, a later rule also changes the hours after midnight that belong to the night
    before. Here a shift belongs to the date on which it starts. If this makes a difference, the
    rules have two interpretations and are returned.
    """
    for index, rule in enumerate(rules):
        if rule.passes_midnight:
            for at in range(index + 1, len(rules)):
                if any(_changes_night(rules, index, at, case) for case in cases(rules)):
                    return rule, rules[at]
    return None


def _changes_night(rules: Rules, index: int, at: int, case: Case) -> bool:
    rule, later = rules[index], rules[at]
    if later.effect is Effect.ADD or not (case.rules[index] and case.weekday in rule.weekdays):
        return False
    same_day = case.rules[at] and case.weekday in later.weekdays
    next_day = case.next_rules[at] and (case.weekday + 1) % 7 in later.weekdays
    if later.replaces:
        return same_day or next_day
    latest = max(shift.end for shift in rule.shifts)
    return (same_day and any(shift.end >= ONE_DAY for shift in later.shifts)) or (
        next_day and any(shift.start + ONE_DAY < latest for shift in later.shifts)
    )


def all_shifts(rules: Rules) -> Iterator[tuple[int, Shifts]]:
    """Yield each weekday (Monday is 0) with all shifts that it has on any date."""
    for weekday, applied in {(case.weekday, case.rules) for case in cases(rules)}:
        yield weekday, shifts_of(rules, applied, weekday)

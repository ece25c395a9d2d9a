"""Combine several calendars into one, in which either days off or working days take precedence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import attrgetter
from typing import Any, NamedTuple

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import (
    DateRange,
    Day,
    DaySource,
    Entry,
    Layer,
    common,
    in_any,
    ordinary_day,
)
from workhours_sla.errors import ArgumentError, CalendarDataError


def days_off_in_any(*calendars: Calendar) -> Calendar:
    """Return a calendar in which a date is off if it is off in any of ``calendars``.

    The result covers the dates that all of the calendars cover. A day lists the reasons of all
    calendars; the reasons of the calendar that decides the day come first. If one of the calendars
    swapped a working day with another date, the working day has the hours of the other date. ``tz``
    is the zone of all calendars, or None if their zones differ. Raises CalendarDataError if no
    calendar is given, and TypeError for a value that is no calendar.

    >>> both = days_off_in_any(Calendar.get("RU"), Calendar.plain(yearly=["12-25"]))
    >>> both.is_working_day(date(2026, 12, 25)), both.is_working_day(date(2026, 1, 5))
    (False, False)
    """
    return combined(calendars, any_off=True)


def working_in_any(*calendars: Calendar) -> Calendar:
    """Return a calendar in which a date is a working day if it is one in any of ``calendars``.

    All else (coverage, reasons, hours, ``tz`` and errors) is as in ``days_off_in_any``.

    >>> either = working_in_any(Calendar.get("RU"), Calendar.plain(yearly=["12-25"]))
    >>> either.is_working_day(date(2026, 12, 25)), either.is_working_day(date(2026, 1, 5))
    (True, True)
    """
    return combined(calendars, any_off=False)


def combined(parts: Iterable[Calendar], *, any_off: bool) -> Calendar:
    parts = tuple(parts)
    if not parts:
        msg = "no calendar to combine; give at least one"
        raise CalendarDataError(msg)
    for part in parts:
        if not isinstance(part, Calendar):
            msg = f"{part!r} is not a calendar; combine calendars, such as Calendar.get('RU')"
            raise ArgumentError(msg)
    name = "off in any of " if any_off else "working in any of "
    zone, *others = {part.tz for part in parts}
    name += ", ".join(part.id for part in parts)
    return Calendar(name, CombinedDays(parts, any_off), tz=None if others else zone)


class _Combined(NamedTuple):
    parts: tuple[Calendar, ...]
    any_off: bool


class CombinedDays(_Combined, DaySource):
    """The days of several calendars: a date is off if it is off in any part, or else in all."""

    __slots__ = ()

    @property
    def weekend(self) -> frozenset[int]:
        weekends = [part.weekend for part in self.parts]
        return frozenset.union(*weekends) if self.any_off else frozenset.intersection(*weekends)

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return reduce(common, (part.coverage for part in self.parts))

    @property
    def version(self) -> str:
        return ", ".join(part.version for part in self.parts)

    def knows(self, day: date) -> bool:
        return all(part.knows(day) for part in self.parts)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {day: e for part in reversed(self.parts) for day, e in part.uncertain(year).items()}

    def possible_hours(self, day: date, dropped: Collection[Layer]) -> frozenset[int]:
        of_parts = [part.possible_hours_of(day) for part in self.parts]
        if self.any_off and not all(of_parts):
            return frozenset()
        return frozenset[int]().union(*of_parts)

    def special_days(
        self, year: int, dropped: Collection[Layer], is_by_rule: Callable[[date], bool]
    ) -> Mapping[date, Day]:
        dates = sorted({day for part in self.parts for day in part.special_days(year)})
        return {day: self._decide(day, by_rule=is_by_rule(day)) for day in dates}

    def _decide(self, day: date, *, by_rule: bool) -> Day:
        days = [
            part.special_days(day.year).get(day) or ordinary_day(day, part.weekend)
            for part in self.parts
        ]
        decisive = [found for found in days if found.working != self.any_off] or days
        # prefer a swapped working day: otherwise the hours would depend on the order of the parts
        first = next((found for found in decisive if found.hours_of != day), decisive[0])
        shortest = max(decisive, key=attrgetter("shortened_by"))
        rest = (found for found in days if found is not first)
        return first._replace(
            shortened_by=shortest.shortened_by,
            reasons=first.reasons + tuple(entry for found in rest for entry in found.reasons),
            eve_of=shortest.eve_of,
            provisional=by_rule,
        )

    def by_rule_alone(self, day: date, *, forecast: bool) -> bool:
        covering = (part for part in self.parts if in_any(day, part.coverage))
        return any(part.day(day).provisional for part in covering)

    def each(self, change: Callable[[Any], Any]) -> CombinedDays:
        return self._replace(parts=tuple(map(change, self.parts)))

    def known_on(self, day: date) -> CombinedDays:
        return self.each(lambda part: part.as_known(day))

    def with_week(self, days: int) -> CombinedDays:
        return self.each(lambda part: part.with_week(days))

    def with_workdays(self, weekdays: frozenset[int]) -> CombinedDays:
        return self.each(lambda part: part.with_workdays(weekdays))

    def without_layers(self, layers: Collection[Layer]) -> CombinedDays:
        return self.each(lambda part: part.without(*layers))

    def provisional(self) -> CombinedDays:
        return self.each(lambda part: part.provisional())

"""Combine several calendars into one, in which either days off or working days take precedence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NoReturn, Self

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import DateRange, Day, Entry, common, ordinary_day
from workhours_sla.calendars.sources import DaySource
from workhours_sla.calendars.tables import TableDays
from workhours_sla.errors import ArgumentError, CalendarDataError


def days_off_in_any(*calendars: Calendar) -> CombinedCalendar:
    """Return a calendar in which a date is off if it is off in any of ``calendars``.

    The result covers the dates that all of the calendars cover. The reasons of a day are the
    reasons in all calendars; the calendar that decides the day comes first. If one of the calendars
    swapped a working day with another date, the working day has the hours of the other date. ``tz``
    is the zone that the calendars have in common, or None. Raises CalendarDataError without
    calendars, and TypeError for other values.

    >>> both = days_off_in_any(Calendar.get("RU"), Calendar.plain(yearly=["12-25"]))
    >>> both.is_working_day(date(2026, 12, 25)), both.is_working_day(date(2026, 1, 5))
    (False, False)
    """
    return CombinedCalendar(calendars, any_off=True)


def working_in_any(*calendars: Calendar) -> CombinedCalendar:
    """Return a calendar in which a date is a working day if it is one in any of ``calendars``.

    Coverage, reasons, hours, ``tz`` and errors are as for ``days_off_in_any``.

    >>> either = working_in_any(Calendar.get("RU"), Calendar.plain(yearly=["12-25"]))
    >>> either.is_working_day(date(2026, 12, 25)), either.is_working_day(date(2026, 1, 5))
    (True, True)
    """
    return CombinedCalendar(calendars, any_off=False)


class CombinedCalendar(Calendar):
    """A calendar that decides each date from the days of several calendars, its ``parts``.

    If ``any_off`` is True, a date is off if it is off in any part. If ``any_off`` is False, a date
    is off if it is off in all parts.
    """

    __slots__ = ("any_off", "parts")

    any_off: bool
    parts: tuple[Calendar, ...]

    def __init__(self, parts: Iterable[Calendar], *, any_off: bool) -> None:
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
        unused = TableDays(frozenset(), (), (), "")  # each method asks the parts
        name += ", ".join(part.id for part in parts)
        super().__init__(name, unused, tz=None if others else zone)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "any_off", any_off)

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        return reduce(common, (part.coverage for part in self.parts))

    @property
    def version(self) -> str:
        return ", ".join(part.version for part in self.parts)

    @property
    def weekend(self) -> frozenset[int]:
        weekends = [part.weekend for part in self.parts]
        return frozenset.union(*weekends) if self.any_off else frozenset.intersection(*weekends)

    @property
    def other_zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(zone for part in self.parts for zone in part.other_zones))

    def knows(self, day: date) -> bool:
        return all(part.knows(day) for part in self.parts)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        return {day: e for part in reversed(self.parts) for day, e in part.uncertain(year).items()}

    def possible_hours_of(self, day: date) -> frozenset[int]:
        of_parts = [part.possible_hours_of(day) for part in self.parts]
        if self.any_off and not all(of_parts):
            return frozenset()
        return frozenset[int]().union(*of_parts)

    def check_known(self, day: date) -> None:
        for part in self.parts:
            part.check_known(day)

    def special_days(self, year: int) -> Mapping[date, Day]:
        found = self._by_year.get(year)
        if found is None:
            dates = sorted({day for part in self.parts for day in part.special_days(year)})
            decided = {day: self._decide(day) for day in dates}
            found = self._by_year[year] = MappingProxyType(decided)
        return found

    def _decide(self, day: date) -> Day:
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
            provisional=self._by_rule_alone(day),
        )

    def _by_rule_alone(self, day: date) -> bool:
        return _is_by_rule(self, day)

    def as_known(self, day: date) -> Self:
        return self._each(lambda part: part.as_known(day))

    def without(self, *layers: Any) -> Self:
        return self._each(lambda part: part.without(*layers))

    def provisional(self) -> Self:
        return self._each(lambda part: part.provisional())

    def with_week(self, days: int) -> Self:
        return self._each(lambda part: part.with_week(days))

    def with_workdays(self, weekdays: Iterable[int]) -> Self:
        days = frozenset(weekdays)
        return self._each(lambda part: part.with_workdays(days))

    def definition(self) -> NoReturn:
        msg = f"{self.id!r} has no source of its own; use its parts"
        raise CalendarDataError(msg, id=self.id)

    def with_source(self, source: DaySource) -> NoReturn:
        del source
        msg = f"{self.id!r} has no source of its own; change one of its parts before combining them"
        raise CalendarDataError(msg, id=self.id)

    def amend(
        self, rows: Iterable[Entry | tuple[Entry, ...]], *, confirms: Iterable[DateRange] = ()
    ) -> NoReturn:
        del rows, confirms
        msg = f"amend one of the calendars before combining them, not {self.id!r}"
        raise CalendarDataError(msg, id=self.id)

    def _each(self, change: Callable[[Calendar], Calendar]) -> Self:
        return type(self)(map(change, self.parts), any_off=self.any_off)

    def _key(self) -> tuple[object, ...]:
        return (self.any_off, *self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return (days_off_in_any if self.any_off else working_in_any), self.parts


def _is_by_rule(calendar: Calendar, day: date) -> bool:
    """Return whether any part is provisional and has no act that decides ``day``."""
    if isinstance(calendar, CombinedCalendar):
        return any(_is_by_rule(part, day) for part in calendar.parts)
    return calendar.definition().forecast and not calendar.knows(day)

"""Several calendars as one, by name: off where any is off, or working where any works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NoReturn, Self

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Day, DayKind, Entry
from workhours_sla.calendars.day_source import DateRange, DaySource
from workhours_sla.errors import CalendarDataError

ONE_DAY = timedelta(days=1)


def days_off_in_any(*calendars: Calendar) -> CombinedCalendar:
    """Return the calendar that is off on every date that is off in any of them.

    Reasons of all are kept, the decisive ones first; a working day that one of them swapped with
    another date takes the hours of that date. Known where all are known; without a zone unless
    they share one.

    >>> both = days_off_in_any(Calendar.get("RU"), Calendar.plain(yearly=["12-25"]))
    >>> both.is_working_day(date(2026, 12, 25)), both.is_working_day(date(2026, 1, 5))
    (False, False)
    """
    return CombinedCalendar(calendars, any_off=True)


def working_in_any(*calendars: Calendar) -> CombinedCalendar:
    """Return the calendar that is working on every date that is working in any of them."""
    return CombinedCalendar(calendars, any_off=False)


class CombinedCalendar(Calendar):
    """Calendars as one, decided day by day."""

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
                raise TypeError(msg)
        name = "off in any of " if any_off else "working in any of "
        zones = {part.tz for part in parts}
        super().__init__(
            name + ", ".join(part.id for part in parts),
            parts[0]._source,  # noqa: SLF001 - never asked: each method asks the parts
            tz=zones.pop() if len(zones) == 1 else None,
        )
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "any_off", any_off)

    @property
    def coverage(self) -> tuple[DateRange, ...]:
        """The dates that all of them know."""
        return reduce(_common, (part.coverage for part in self.parts))

    @property
    def version(self) -> str:
        """The versions of all."""
        return ", ".join(part.version for part in self.parts)

    @property
    def weekend(self) -> frozenset[int]:
        """The weekdays that are off in any, or in all."""
        weekends = [part.weekend for part in self.parts]
        return frozenset.union(*weekends) if self.any_off else frozenset.intersection(*weekends)

    @property
    def other_zones(self) -> tuple[str, ...]:
        """The zones besides ``tz`` that parts of any one's region keep."""
        zones = (zone for part in self.parts for zone in part.other_zones)
        return tuple(dict.fromkeys(zones))

    def knows(self, day: date) -> bool:
        """Whether all of them know a date."""
        return all(part.knows(day) for part in self.parts)

    def uncertain(self, year: int) -> Mapping[date, Entry]:
        """Return the dates that are open in any of them."""
        return {day: e for part in reversed(self.parts) for day, e in part.uncertain(year).items()}

    def possible_hours_of(self, day: date) -> frozenset[int]:
        """Return the weekdays whose hours a date may have in any part; none if it is surely off."""
        of_parts = [part.possible_hours_of(day) for part in self.parts]
        if self.any_off and not all(of_parts):
            return frozenset()
        return frozenset[int]().union(*of_parts)

    def check_known(self, day: date) -> None:
        """Raise CalendarCoverageError, of the first of them that does not answer ``day``."""
        for part in self.parts:
            part.check_known(day)

    def special_days(self, year: int) -> Mapping[date, Day]:
        """Return the days that differ from the plain week in any of them."""
        found = self._by_year.get(year)
        if found is None:
            dates = sorted({day for part in self.parts for day in part.special_days(year)})
            found = MappingProxyType({day: self._decide(day) for day in dates})
            self._by_year[year] = found
        return found

    def _decide(self, day: date) -> Day:
        days = [part.special_days(day.year).get(day) or _plain(part, day) for part in self.parts]
        decisive = [found for found in days if found.working != self.any_off] or days
        # of a working day the part that knows whose hours it takes; else the order would decide
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
        """Whether the answer of any of them for ``day`` is by rule."""
        return any(part._by_rule_alone(day) for part in self.parts)  # noqa: SLF001

    def as_known(self, day: date) -> Self:
        """Return the combination of each as known on ``day``."""
        return self._each(lambda part: part.as_known(day))

    def without(self, *layers: Any) -> Self:
        """Return the combination of each without some layers."""
        return self._each(lambda part: part.without(*layers))

    def provisional(self) -> Self:
        """Return the combination of each answering by rule."""
        return self._each(lambda part: part.provisional())

    def with_week(self, days: int) -> Self:
        """Return the combination of each for a week of so many working days."""
        return self._each(lambda part: part.with_week(days))

    def with_source(self, source: DaySource) -> NoReturn:
        """Refuse: the days come from the parts."""
        del source
        msg = f"{self.id!r} has no source of its own; change one of its parts before combining them"
        raise CalendarDataError(msg, id=self.id)

    def amend(
        self, rows: Iterable[Entry | tuple[Entry, ...]], *, confirms: Iterable[DateRange] = ()
    ) -> NoReturn:
        """Refuse: an act belongs to one of the calendars."""
        del rows, confirms
        msg = f"amend one of the calendars before combining them, not {self.id!r}"
        raise CalendarDataError(msg, id=self.id)

    def _each(self, change: Callable[[Calendar], Calendar]) -> Self:
        return type(self)(map(change, self.parts), any_off=self.any_off)

    def _key(self) -> tuple[object, ...]:
        return (self.any_off, *self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return (days_off_in_any if self.any_off else working_in_any), self.parts


def _plain(calendar: Calendar, day: date) -> Day:
    off = day.weekday() in calendar.weekend
    return Day(day, DayKind.DAY_OFF if off else DayKind.WORK, hours_of=day)


def _common(left: tuple[DateRange, ...], right: tuple[DateRange, ...]) -> tuple[DateRange, ...]:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right)
    return tuple(sorted(pair for pair in pairs if pair[0] <= pair[1]))

"""What callers may pass to a schedule: checked, and refused with the way out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import (
    CalendarCoverageError,
    MissingTimeZoneError,
    NaiveDatetimeError,
    SeveralZonesWarning,
    UnknownTimeZoneError,
    shown,
)
from workhours_sla.text import words
from workhours_sla.worktime.weekly_hours import Shifts, WeeklyHours, merge_shifts, parse_shifts

if TYPE_CHECKING:
    from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget


FIRST_YEAR, LAST_YEAR = 2, 9998
"""A year is kept free at either end of time, for offsets and neighbouring days."""


def refuse_year(when: datetime) -> NoReturn:
    """Raise CalendarCoverageError for an instant at the ends of time."""
    facts = {"year": when.year, "first": FIRST_YEAR, "last": LAST_YEAR}
    why = words.UNKNOWN_DATES["beyond_time"]["en"].format(**facts)
    msg = f"no calendar knows {when}: {why}"
    raise CalendarCoverageError(
        msg,
        calendar="",
        date=when.date(),
        first=None,
        last=None,
        cause="beyond_time",
        facts=facts,
    )


def zone_of(tz: ZoneInfo | str | None, calendar: Calendar) -> ZoneInfo:
    """Return the zone that was given, else the calendar's own.

    Gives a SeveralZonesWarning, at the call of the schedule, where the region keeps others too.
    """
    name = calendar.tz if tz is None else tz
    if tz is None and name is not None and (others := calendar.other_zones):
        msg = (
            f"calendar {calendar.id} takes {name}, its capital's zone, and parts of the region "
            f"keep {', '.join(others)}; give tz={name!r} or one of these"
        )
        warnings.warn(msg, SeveralZonesWarning, stacklevel=3)
    if isinstance(name, ZoneInfo):
        if name.key is None:
            msg = "a ZoneInfo without a key has no IANA name; build it with ZoneInfo('Area/City')"
            raise UnknownTimeZoneError(msg, tz=repr(name))
        return name
    if name is None:
        msg = (
            f"calendar {calendar.id} has no zone; give tz='Europe/Moscow' (--tz Europe/Moscow) or "
            "another IANA zone"
        )
        raise MissingTimeZoneError(msg)
    if not isinstance(name, str):
        msg = f"tz is an IANA name such as 'Europe/Moscow' or a ZoneInfo, not {shown(name)}"
        raise TypeError(msg)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, RecursionError):
        msg = f"no time zone {shown(name)}; use an IANA name such as 'Europe/Volgograd'"
        raise UnknownTimeZoneError(msg, tz=name) from None


def overrides_of(overrides: Mapping[date, str]) -> Mapping[date, Shifts]:
    """Return the shifts that each date's text means, by date."""
    parsed = {}
    for day, hours in overrides.items():
        if type(day) is not date:
            msg = f"overrides are by date, not {day!r}; use date(2026, 5, 8)"
            raise TypeError(msg)
        parsed[day] = merge_shifts(parse_shifts(hours))
    return MappingProxyType(dict(sorted(parsed.items())))


def hours_of(hours: WeeklyHours | str) -> WeeklyHours:
    """Return weekly hours given as a value or as text."""
    return hours if isinstance(hours, WeeklyHours) else WeeklyHours.parse(hours)


def changes_of(changes: Mapping[date, WeeklyHours | str]) -> Mapping[date, WeeklyHours]:
    """Return the weekly hours that hold from each date on, in order."""
    for day in changes:
        if type(day) is not date:
            msg = f"changes are by date, not {day!r}; use date(2026, 6, 1)"
            raise TypeError(msg)
    return MappingProxyType({day: hours_of(changes[day]) for day in sorted(changes)})


def other_budget(budget: object, start: datetime) -> DayBudget | ClockTime:
    """Return a budget that is not working time; refuse what is none, and a naive start."""
    from workhours_sla.worktime.budget_kinds import ClockTime, DayBudget  # noqa: PLC0415

    if not isinstance(budget, DayBudget | ClockTime):
        msg = f"a budget is a timedelta such as working_hours(4), or days, not {budget!r}"
        raise TypeError(msg)
    if start.utcoffset() is None:
        refuse_naive(start)
    return budget


def plain_datetime(when: object) -> datetime:
    """Return a subclass's value as a plain datetime; refuse what is not a datetime."""
    if not isinstance(when, datetime):
        msg = f"{when!r} is not a datetime; give an aware one, such as datetime(..., tzinfo=tz)"
        raise TypeError(msg)
    return datetime.combine(when.date(), when.timetz()).replace(fold=when.fold)


def refuse_naive(when: datetime) -> NoReturn:
    """Raise NaiveDatetimeError, with the way out."""
    msg = (
        f"{when!r} has no zone, so it names no instant: give tzinfo=ZoneInfo('Europe/Volgograd') "
        "or schedule.tz"
    )
    raise NaiveDatetimeError(msg)

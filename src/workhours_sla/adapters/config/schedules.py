"""From a section about working time to a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from workhours_sla.adapters.config.checks import Faults, Keys, check_zone
from workhours_sla.calendars.amended import day_off, transfer
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Act, Entry, Layer
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.weekly_hours import WeeklyHours, parse_shifts

if TYPE_CHECKING:
    from workhours_sla.adapters.config.sections import ScheduleSettings

NO_CALENDAR = "none"
"""The calendar that means every day alike."""


def check_schedule(faults: Faults, section: ScheduleSettings, keys: Keys) -> None:
    """Refuse a calendar, hours, a zone or dates that cannot be."""
    if section.calendar == NO_CALENDAR:
        if section.days_off or section.transfers:
            what = 'own days off, but calendar "none" has no acts'
            faults.fail(keys, what, 'write them under overrides, as "off"')
    else:
        faults.read((*keys, "calendar"), Calendar.get, section.calendar)
    faults.read((*keys, "hours"), WeeklyHours.parse, section.hours)
    faults.read((*keys, "tz"), check_zone, section.tz)
    for day, hours in (section.overrides or {}).items():
        faults.read((*keys, "overrides", str(day)), parse_shifts, hours)
    for day, hours in (section.changes or {}).items():
        faults.read((*keys, "changes", str(day)), WeeklyHours.parse, hours)


def calendar_of(section: ScheduleSettings) -> Calendar | None:
    """Return the calendar of a section, None where it is none or not said.

    Raises UnknownCalendarError, CalendarDataError, CalendarCoverageError.
    """
    if section.calendar is None or section.calendar == NO_CALENDAR:
        return None
    calendar = Calendar.get(section.calendar)
    if section.week is not None:
        calendar = calendar.with_week(section.week)
    return with_own_days(calendar, section)


def with_own_days(calendar: Calendar, section: ScheduleSettings) -> Calendar:
    """Return the calendar with the organisation's own days off and transfers.

    Raises CalendarDataError, CalendarCoverageError.
    """
    rows = tuple(_own_days(section))
    return calendar.amend(rows) if rows else calendar


def _own_days(section: ScheduleSettings) -> Iterator[Entry]:
    for day, act in (section.days_off or {}).items():
        yield from day_off(day, Act(act))
    for row in section.transfers:
        yield from transfer(row.day_off, row.working_day, Act(row.act), layer=Layer.AGENCY)


def named_schedule(
    faults: Faults,
    section: ScheduleSettings,
    keys: Keys,
    amend: Callable[[Calendar], Calendar] | None = None,
) -> Schedule:
    """Return the schedule of a section that must say what its calendar and hours are."""
    hours = section.hours
    if section.calendar is None:
        faults.fail((*keys, "calendar"), "missing", 'write RU-VGG, another id, or "none"')
    if hours is None:
        faults.fail((*keys, "hours"), "missing", 'write them like "Mo-Fr 09:00-18:00"')
    check_schedule(faults, section, keys)

    def schedule() -> Schedule:
        calendar = calendar_of(section)
        if calendar is not None and amend is not None:
            calendar = amend(calendar)
        return Schedule(
            calendar,
            hours,
            tz=section.tz or (None if calendar is None else calendar.tz),
            overrides=section.overrides,
            changes=section.changes,
        )

    return faults.make(keys, schedule)

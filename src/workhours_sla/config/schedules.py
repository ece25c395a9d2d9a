"""Build schedules and calendars from the sections of a configuration."""

from __future__ import annotations

from collections.abc import Callable

from workhours_sla.calendars.acts import day_off, transfer
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act, Layer, in_any
from workhours_sla.calendars.places import id_called
from workhours_sla.calendars.zones import time_zone
from workhours_sla.config.defaults import CALENDAR, HOURS, NO_CALENDAR, ZONE_OF_PLAIN_RUSSIA
from workhours_sla.config.sections import ScheduleSettings
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.text.messages import say
from workhours_sla.worktime.hours import WeeklyHours, parse_shifts
from workhours_sla.worktime.schedule import Schedule

Amend = Callable[[Calendar], Calendar]


def check_schedule(reader: Reader, section: ScheduleSettings, keys: Keys) -> None:
    if section.calendar == NO_CALENDAR:
        if section.days_off or section.transfers:
            reader.fail(keys, say("own_days_no_calendar"), say("write_overrides"))
    else:
        reader.parse((*keys, "calendar"), id_called, section.calendar)
    reader.parse((*keys, "hours"), WeeklyHours.parse, section.hours)
    reader.parse((*keys, "tz"), time_zone, section.tz)
    for day, hours in (section.overrides or {}).items():
        reader.parse((*keys, "overrides", str(day)), parse_shifts, hours)
    for day, hours in (section.changes or {}).items():
        reader.parse((*keys, "changes", str(day)), WeeklyHours.parse, hours)


def calendar_of(
    section: ScheduleSettings, default: str = NO_CALENDAR, amend: Amend | None = None
) -> Calendar | None:
    """Return the calendar of a section, or None if its id is ``none``.

    ``amend`` adds the acts of a file, which may confirm the dates of the section's own days.
    """
    name = section.calendar or default
    if name == NO_CALENDAR:
        return None
    calendar = Calendar.get(name)
    if section.week is not None:
        calendar = calendar.with_week(section.week)
    return with_own_days(calendar if amend is None else amend(calendar), section)


def with_own_days(calendar: Calendar, section: ScheduleSettings) -> Calendar:
    """Add the section's own days; one on a date that no act decides leaves the date unknown."""
    rows = [row for day, act in (section.days_off or {}).items() for row in day_off(day, Act(act))]
    for moved in section.transfers:
        act = Act(moved.act)
        rows += transfer(moved.day_off, moved.working_day, act, layer=Layer.AGENCY)
    by_rule = calendar.provisional()
    rows = [row for row in rows if in_any(row.date, by_rule.coverage)]
    if not rows:
        return calendar
    return calendar.with_source(by_rule.amend(rows).definition().source)


def named_schedule(
    reader: Reader,
    section: ScheduleSettings,
    keys: Keys,
    amend: Amend | None = None,
) -> Schedule:
    hours = section.hours
    if section.calendar is None:
        reader.fail((*keys, "calendar"), say("missing"), say("write_calendar"))
    if hours is None:
        reader.fail((*keys, "hours"), say("missing"), say("write_hours"))
    check_schedule(reader, section, keys)

    def schedule() -> Schedule:
        calendar = calendar_of(section, amend=amend)
        return Schedule(
            calendar,
            hours,
            tz=section.tz or (None if calendar is None else calendar.tz),
            overrides=section.overrides,
            changes=section.changes,
        )

    return reader.make(keys, schedule)


def default_schedule(section: ScheduleSettings) -> Schedule:
    has_no_zone = section.calendar in (None, CALENDAR, NO_CALENDAR)
    return Schedule(
        calendar_of(section, CALENDAR),
        section.hours or HOURS,
        tz=section.tz or (ZONE_OF_PLAIN_RUSSIA if has_no_zone else None),
        overrides=section.overrides,
        changes=section.changes,
    )

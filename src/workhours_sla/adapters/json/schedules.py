"""A schedule as JSON, and back: the same value, under a schema version.

A calendar that the registry has is named by its id and version; a plain one, and one from a table
of entries, is written out.
"""

from __future__ import annotations

import json
import warnings

from workhours_sla.adapters.json.calendars import calendar_from, calendar_told
from workhours_sla.adapters.json.schedule_values import (
    Table,
    by,
    by_date,
    flag,
    parsed,
    refuse,
    refuse_as,
    text,
)
from workhours_sla.errors import (
    ConfigError,
    UnknownTimeZoneError,
    WorkHoursError,
    WorkHoursWarning,
    shown,
)
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.weekly_hours import WeeklyHours, format_shifts, parse_shifts

SCHEMA = "workhours.schedule/1"


def to_json(schedule: Schedule, *, indent: int | None = 2) -> str:
    """Return a schedule as JSON text that ``from_json`` reads back as an equal one.

    Raises ConfigError for a schedule that has no such text: over a calendar that is neither the
    registry's nor plain nor a table, nor made of these, or with parts of a second in its hours.

    >>> office = Schedule(None, "Mo-Th 09:00-18:00; Fr 09:00-16:45", tz="Europe/Volgograd")
    >>> json.loads(to_json(office))["hours"]
    'Mo-Th 09:00-18:00; Fr 09:00-16:45'
    """
    if not isinstance(schedule, Schedule):
        msg = f"only a Schedule has a text, not {shown(schedule)}; write each part of a combination"
        raise TypeError(msg)
    told = {
        "schema": SCHEMA,
        "calendar": calendar_told(schedule.calendar, "calendar"),
        "hours": str(schedule.hours),
        "tz": schedule.tz.key,
        "overrides": {
            day.isoformat(): format_shifts(shifts) for day, shifts in schedule.overrides.items()
        },
        "changes": {day.isoformat(): str(hours) for day, hours in schedule.changes.items()},
        "shorten_at_start": schedule.shorten_at_start,
    }
    written = json.dumps(told, ensure_ascii=False, indent=indent)
    try:
        same = from_json(written) == schedule
    except WorkHoursError:
        same = False
    if not same:
        msg = f"{shown(schedule)} has hours or days that its text cannot say; use whole seconds"
        raise ConfigError(msg, key="")
    return written


def from_json(written: str) -> Schedule:
    """Return the schedule that ``to_json`` wrote.

    Raises ConfigError, naming the key path, for what is no JSON of this schema, for a key that
    is not known or missing, and for a calendar, zone or hours that there are not. A calendar of
    the registry that has changed since gives a WorkHoursWarning, and the schedule follows it.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> from_json(to_json(office)) == office
    True
    """
    table = Table(parsed(written), "")
    schema = table.take("schema", text)
    if schema != SCHEMA:
        refuse("schema", f"{shown(schema)} is not known", f"this version reads {SCHEMA!r}")
    calendar, changed = table.take("calendar", calendar_from)
    hours = table.take("hours", by(WeeklyHours.parse))
    tz = table.take("tz", text)
    overrides = table.take("overrides", by_date(by(parse_shifts)))
    changes = table.take("changes", by_date(by(WeeklyHours.parse)))
    shorten_at_start = table.take("shorten_at_start", flag)
    table.end()
    try:
        schedule = Schedule(
            calendar,
            hours,
            tz=tz,
            overrides={day: format_shifts(shifts) for day, shifts in overrides.items()},
            changes=changes,
            shorten_at_start=shorten_at_start,
        )
    except UnknownTimeZoneError as error:
        refuse_as("tz", error)
    except WorkHoursError as error:
        refuse_as("hours", error)
    for what in changed:
        warnings.warn(f"{what}: answers may differ", WorkHoursWarning, stacklevel=2)
    return schedule

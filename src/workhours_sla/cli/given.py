"""What the options of a command say about a file that has no configuration."""

from __future__ import annotations

from workhours_sla.adapters.config.defaults import NO_CALENDAR
from workhours_sla.adapters.detection.detected import Given
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.zone_lookup import time_zone
from workhours_sla.cli.options import CommonOptions, InputOptions
from workhours_sla.cli.settings import Settings


def given_without_config(
    source: InputOptions, common: CommonOptions, settings: Settings
) -> Given | None:
    """Return what the options say about FILE; None if it has a configuration, or is no file."""
    if settings.config is not None or source.file is None or source.store is not None:
        return None
    if source.assume_tz is not None:
        return Given(tz=source.assume_tz)
    return given_of(common.tz, common.calendar)


def given_of(tz: str | None, calendar: str | None) -> Given:
    """Return what the options ``--tz`` and ``--calendar`` say about a file."""
    return Given(tz=given_zone(tz, calendar), of_calendar=tz is None)


def given_zone(tz: str | None, calendar: str | None) -> str | None:
    """Return the zone of a file's times, from the option ``--tz`` or that of a calendar.

    Raises UnknownTimeZoneError and UnknownCalendarError.
    """
    if tz is not None:
        time_zone(tz)
        return tz
    if calendar is None or calendar == NO_CALENDAR:
        return None
    found = Calendar.get(calendar)
    return None if found.tz is None else str(found.tz)

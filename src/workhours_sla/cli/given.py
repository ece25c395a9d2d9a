"""Facts about a file without a configuration, taken from the options of a command."""

from __future__ import annotations

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.zones import time_zone
from workhours_sla.cli.options import CommonOptions, InputOptions
from workhours_sla.cli.settings import Settings
from workhours_sla.config.defaults import NO_CALENDAR
from workhours_sla.detection.detected import Given


def given_without_config(
    source: InputOptions, common: CommonOptions, settings: Settings
) -> Given | None:
    """Return the facts that the options give about FILE, such as its zone, for detection.

    Returns None if there is a configuration or a store, or no file.
    """
    if settings.config is not None or source.file is None or source.store is not None:
        return None
    if source.assume_tz is not None:
        return Given(tz=source.assume_tz)
    return given_of(common.tz, common.calendar)


def given_of(tz: str | None, calendar: str | None) -> Given:
    """Return the zone of a file from the options ``--tz`` and ``--calendar``."""
    return Given(tz=given_zone(tz, calendar), of_calendar=tz is None)


def given_zone(tz: str | None, calendar: str | None) -> str | None:
    """Return the zone from ``--tz``, or the zone of the calendar from ``--calendar``.

    Raises UnknownTimeZoneError and UnknownCalendarError.
    """
    if tz is not None:
        time_zone(tz)
        return tz
    if calendar is None or calendar == NO_CALENDAR:
        return None
    found = Calendar.get(calendar)
    return None if found.tz is None else str(found.tz)

"""Russia: the production calendar since 2004 and its regions, from the acts."""

from __future__ import annotations

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.russia.regions import region, region_ids
from workhours_sla.calendars.russia.russian_days import RussianDays


def calendar(id: str) -> Calendar:  # noqa: A002
    """Return ``RU`` or one of its regions. Raises UnknownCalendarError.

    >>> calendar("RU-TA").tz
    'Europe/Moscow'
    """
    if id == "RU":
        return Calendar("RU", RussianDays())
    return Calendar(id, RussianDays(id), tz=region(id).tz)


def other_zones(id: str) -> tuple[str, ...]:  # noqa: A002
    """Return the zones that parts of a region keep besides its capital's; none of other ids.

    >>> other_zones("RU-SAK")
    ('Asia/Srednekolymsk',)
    """
    return tuple(tz for tz, _ in region(id).other_zones) if id in region_ids() else ()

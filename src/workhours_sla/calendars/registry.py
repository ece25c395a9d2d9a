"""From a calendar's id to the calendar: the one memoised look-up."""

from __future__ import annotations

from functools import lru_cache

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import UnknownCalendarError


@lru_cache(maxsize=256)
def get(id: str) -> Calendar:  # noqa: A002
    """Return the calendar of ``id``. Raises UnknownCalendarError with near misses."""
    if not isinstance(id, str):
        msg = f"a calendar id is text such as 'RU-VGG', not {id!r}"
        raise TypeError(msg)
    if id == "RU" or id.startswith(("RU-", "X-RU-")):
        from workhours_sla.calendars import russia  # noqa: PLC0415

        return russia.calendar(id)
    msg = f"no calendar {id!r}; use RU, a Russian region such as RU-VGG, or Calendar.plain(...)"
    raise UnknownCalendarError(msg, id=id)

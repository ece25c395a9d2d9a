"""From a calendar's id to the calendar: the one memoised look-up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.errors import UnknownCalendarError, shown

GROUP = "workhours_sla.calendars"
"""The entry points of calendar providers: functions from an id to a Calendar, or None."""

_RUSSIAN_REGIONS = ("RU-", "X-RU-")


@lru_cache(maxsize=256)
def get(id: str) -> Calendar:  # noqa: A002
    """Return the calendar of ``id``. Raises UnknownCalendarError with near misses."""
    if not isinstance(id, str):
        msg = f"a calendar id is text such as 'RU-VGG', not {shown(id)}"
        raise TypeError(msg)
    if id == "RU" or id.startswith(_RUSSIAN_REGIONS):
        from workhours_sla.calendars import russia  # noqa: PLC0415

        return russia.calendar(id)
    wanted, _, rest = id.rpartition(":")
    for name, provide in _providers().items():
        if wanted in ("", name):
            found = provide(rest)
            if found is not None:
                return found
    msg = f"no calendar {shown(id)}; {_near(id)}"
    raise UnknownCalendarError(msg, id=id)


def other_zones(id: str) -> tuple[str, ...]:  # noqa: A002
    """Return the zones that parts of a region keep besides its capital's; none of other ids."""
    if not id.startswith(_RUSSIAN_REGIONS):
        return ()
    from workhours_sla.calendars import russia  # noqa: PLC0415

    return russia.other_zones(id)


def _near(id: str) -> str:  # noqa: A002
    """Return the way out: the same id in capitals, if there is one, else what ids there are."""
    if id != id.upper():
        with suppress(UnknownCalendarError):
            return f"did you mean {get(id.upper()).id}?"
    return (
        "use RU, a Russian region such as RU-VGG, or a country or subdivision such as DE or DE-BY "
        "(for every day alike Calendar.plain(), or the option --calendar none)"
    )


@lru_cache(maxsize=1)
def _providers() -> dict[str, Callable[[str], Calendar | None]]:
    """Return the providers that installed packages register, ours for ``holidays`` first.

    Importing importlib.metadata costs more than a Russian deadline, so only foreign ids come
    here.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = sorted(
        entry_points(group=GROUP), key=lambda point: (point.name != "holidays", point.name)
    )
    return {point.name: point.load() for point in found}

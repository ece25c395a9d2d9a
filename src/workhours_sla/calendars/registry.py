"""Find a calendar by its id: Russia's own data, or a provider that an installed package offers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.day_source import DaySource
from workhours_sla.errors import UnknownCalendarError, shown

GROUP = "workhours_sla.calendars"
"""The entry point group of providers: functions from an id to a Calendar, or to None."""

_RUSSIAN_REGIONS = ("RU-", "X-RU-")


class BuiltIn(NamedTuple):
    """What a calendar of our own data is made of: its id, days and IANA zone."""

    id: str
    source: DaySource
    tz: str | None


def find(id: str) -> BuiltIn | Any:  # noqa: A002
    """Return what is built in for ``id``, else the Calendar of the first provider that has it.

    Raises UnknownCalendarError, with ids that are similar, and TypeError.
    """
    if not isinstance(id, str):
        msg = f"a calendar id is text such as 'RU-VGG', not {shown(id)}"
        raise TypeError(msg)
    if id == "RU" or id.startswith(_RUSSIAN_REGIONS):
        # deferred, as a foreign calendar does not need the data of Russia
        from workhours_sla.calendars.russia.regions import region  # noqa: PLC0415
        from workhours_sla.calendars.russia.russian_days import RussianDays  # noqa: PLC0415

        return (
            BuiltIn(id, RussianDays(), None)
            if id == "RU"
            else BuiltIn(id, RussianDays(id), region(id).tz)
        )
    wanted, _, rest = id.rpartition(":")
    for name, provide in _providers().items():
        if wanted in ("", name):
            found = provide(rest)
            if found is not None:
                return found
    msg = f"no calendar {shown(id)}; {_way_out(id)}"
    raise UnknownCalendarError(msg, id=id)


def other_zones(id: str) -> tuple[str, ...]:  # noqa: A002
    """Return the zones of parts of a Russian region, besides its capital's; none for other ids."""
    if id.startswith(_RUSSIAN_REGIONS):
        from workhours_sla.calendars.russia.regions import region, region_ids  # noqa: PLC0415

        if id in region_ids():
            return tuple(tz for tz, _ in region(id).other_zones)
    return ()


def _way_out(id: str) -> str:  # noqa: A002
    """Return what to do about an unknown id: use its capitals if they exist, else what exists."""
    if id != id.upper():
        with suppress(UnknownCalendarError):
            return f"did you mean {find(id.upper()).id}?"
    return (
        "use RU, a Russian region such as RU-VGG, or a country or subdivision such as DE or DE-BY "
        "(for a calendar without weekends and holidays Calendar.plain(), or the option "
        "--calendar none)"
    )


@lru_cache(maxsize=1)
def _providers() -> dict[str, Callable[[str], Any]]:
    """Return the providers of the installed packages by name, that of ``holidays`` first."""
    # importing importlib.metadata takes longer than a Russian deadline
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = sorted(
        entry_points(group=GROUP), key=lambda point: (point.name != "holidays", point.name)
    )
    return {point.name: point.load() for point in found}

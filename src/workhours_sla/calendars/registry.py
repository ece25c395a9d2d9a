"""Find a calendar by its id: in the built-in data of Russia, or through an installed provider."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.calendars.available import AvailableCalendar
from workhours_sla.calendars.day_source import DaySource
from workhours_sla.errors import ArgumentError, UnknownCalendarError, shown
from workhours_sla.text.messages import Phrase, say

GROUP = "workhours_sla.calendars"
"""The entry point group of providers. A provider is a function from an id to a Calendar or None."""

_RUSSIAN_REGIONS = ("RU-", "X-RU-")


class BuiltIn(NamedTuple):
    """The id, the days and the IANA zone of a calendar that is built in."""

    id: str
    source: DaySource
    tz: str | None


def find(id: str) -> BuiltIn | Any:
    """Return the ``BuiltIn`` of a Russian id, or the Calendar that a provider has for another id.

    The first provider that knows the id is used. Raises UnknownCalendarError, whose message
    suggests ids, and TypeError if ``id`` is not text.
    """
    if not isinstance(id, str):
        msg = f"a calendar id is text such as 'RU-VGG', not {shown(id)}"
        raise ArgumentError(msg)
    if id == "RU" or id.startswith(_RUSSIAN_REGIONS):
        # deferred, because a foreign calendar does not need the data of Russia
        from workhours_sla.calendars.russia.regions import region
        from workhours_sla.calendars.russia.russian_days import RussianDays

        if id == "RU":
            return BuiltIn(id, RussianDays(), None)
        return BuiltIn(id, RussianDays(id), region(id).tz)
    wanted, _, rest = id.rpartition(":")
    for name, provide in _providers().items():
        if wanted in ("", name):
            found = provide(rest)
            if found is not None:
                return found
    msg = say("no_calendar", id=shown(id), instead=_suggestion(id))
    raise UnknownCalendarError(msg, id=id)


def available(country: str) -> Iterator[AvailableCalendar]:
    """Yield the calendars of Russia, and those of each provider whose module has ``available``.

    ``country`` is the ISO 3166 code of the country to list, or "" for all countries. A provider's
    function ``available`` takes ``country`` and yields ``AvailableCalendar``.
    """
    if country in ("", "RU"):
        yield from _russian()
    for provide in _providers().values():
        list_all = getattr(sys.modules.get(provide.__module__), "available", None)
        if list_all is not None:
            yield from list_all(country)


def _russian() -> Iterator[AvailableCalendar]:
    from workhours_sla.calendars.russia.regions import region, region_ids
    from workhours_sla.calendars.russia.russian_days import RussianDays

    (first, last), *_ = RussianDays().coverage
    yield AvailableCalendar("RU", "built in", "Russia", first, last, None, "Россия")
    for id_ in region_ids():
        found = region(id_)
        known = RussianDays(id_).coverage
        yield AvailableCalendar(
            id_,
            "built in",
            found.name_en,
            known[0][0],
            known[-1][1],
            found.tz,
            found.name_ru,
            found.other_names,
        )


def other_zones(id: str) -> tuple[str, ...]:
    """Return the IANA zones of a Russian region, except the zone of its capital.

    The result is empty for an id that is not a Russian region.
    """
    if id.startswith(_RUSSIAN_REGIONS):
        from workhours_sla.calendars.russia.regions import region, region_ids

        if id in region_ids():
            return tuple(tz for tz, _ in region(id).other_zones)
    return ()


def _suggestion(id: str) -> Phrase:
    """Return the suggestion for the error about an unknown id.

    If the id is known in upper case, the id in upper case is suggested. If it is similar to the
    name of a Russian region, the id of the region is suggested.
    """
    if id != id.upper():
        with suppress(UnknownCalendarError):
            return say("did_you_mean", near=find(id.upper()).id)
    from workhours_sla.calendars.russia.regions import named_like

    similar = named_like(id)
    return say("did_you_mean", near=similar) if similar else say("use_calendar")


@lru_cache(maxsize=1)
def _providers() -> dict[str, Callable[[str], Any]]:
    """Return the providers of installed packages, keyed by name, with ``holidays`` first."""
    # importing importlib.metadata takes longer than computing a deadline in Russia
    from importlib.metadata import entry_points

    found = sorted(
        entry_points(group=GROUP), key=lambda point: (point.name != "holidays", point.name)
    )
    return {point.name: point.load() for point in found}

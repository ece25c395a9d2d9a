"""The calendars that an id selects.

An id selects the built-in data of Russia or a calendar of an installed provider.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from workhours_sla.errors import ArgumentError, UnknownCalendarError, shown
from workhours_sla.text.messages import Phrase, say
from workhours_sla.text.words import plain_name

GROUP = "workhours_sla.calendars"
"""The entry point group of providers. A provider is a function from an id to a Calendar or None."""

RUSSIA = ("Россия", "РФ", "Российская Федерация", "Russian Federation", "RF")
_RUSSIAN_REGIONS = ("RU-", "X-RU-")


class AvailableCalendar(NamedTuple):
    """The description of a calendar that ``Calendar.get`` returns, without its days.

    ``provider`` is "built in" for Russia, otherwise the name of the provider. ``first`` and
    ``last`` are the first and the last date that the calendar covers; dates between them may be
    uncertain. They are None if the provider does not state them. ``tz`` is the calendar's IANA
    zone, or None. ``name_ru`` is the Russian name, or None if only ``name`` is known.
    ``other_names`` are the capital of a Russian region, and the short names of the calendar.

    >>> from workhours_sla import Calendar
    >>> regions = {one.id: one for one in Calendar.available("RU")}
    >>> regions["RU-VGG"].name, regions["RU-VGG"].tz
    ('Volgograd Oblast', 'Europe/Volgograd')
    """

    id: str
    provider: str
    name: str
    first: dt.date | None
    last: dt.date | None
    tz: str | None
    name_ru: str | None = None
    other_names: tuple[str, ...] = ()

    def is_called(self, text: str) -> bool:
        """Return whether ``text`` is the beginning of a word in one of the names.

        >>> from workhours_sla import Calendar
        >>> [one.id for one in Calendar.available("RU") if one.is_called("самар")]
        ['RU-SAM']
        """
        names = " ".join((self.name, self.name_ru or "", *self.other_names))
        return f" {plain_name(text)}" in f" {plain_name(names)}"


def find(id: str) -> Any:
    """Return the days and the zone of a Russian id, or the Calendar of the first provider of it."""
    if not isinstance(id, str):
        msg = f"a calendar id is text such as 'RU-VGG', not {shown(id)}"
        raise ArgumentError(msg)
    if id == "RU" or id.startswith(_RUSSIAN_REGIONS):
        # deferred, because a foreign calendar does not need the data of Russia
        from workhours_sla.calendars.russia.regions import region
        from workhours_sla.calendars.russia.russian_days import RussianDays

        return (RussianDays(), None) if id == "RU" else (RussianDays(id), region(id).tz)
    wanted, _, rest = id.rpartition(":")
    for name, provide in _providers().items():
        if wanted in ("", name):
            found = provide(rest)
            if found is not None:
                return found
    raise UnknownCalendarError(say("no_calendar", id=shown(id), instead=_suggestion(id)), id=id)


def available(country: str) -> Iterator[AvailableCalendar]:
    """Yield the calendars of Russia, and those of each provider whose module has ``available``."""
    if country in ("", "RU"):
        yield from _russian()
    yield from _of_providers("available", country)


@lru_cache(maxsize=1)
def named() -> tuple[AvailableCalendar, ...]:
    """Return the calendars of the providers without their dates, which take long to find."""
    return tuple(_of_providers("named", ""))


def _of_providers(function: str, country: str) -> Iterator[AvailableCalendar]:
    for provide in _providers().values():
        list_all = getattr(sys.modules.get(provide.__module__), function, None)
        if list_all is not None:
            yield from list_all(country)


def _russian() -> Iterator[AvailableCalendar]:
    from workhours_sla.calendars.russia.regions import region, region_ids
    from workhours_sla.calendars.russia.russian_days import RussianDays

    (first, last), *_ = RussianDays().coverage
    ru, *others = RUSSIA
    yield AvailableCalendar("RU", "built in", "Russia", first, last, None, ru, tuple(others))
    for one in map(region, region_ids()):
        known = RussianDays(one.id).coverage
        facts = one.name_en, known[0][0], known[-1][1], one.tz, one.name_ru, one.other_names
        yield AvailableCalendar(one.id, "built in", *facts)


def other_zones(id: str) -> tuple[str, ...]:
    """Return the IANA zones of a Russian region, except the zone of its capital."""
    if id.startswith(_RUSSIAN_REGIONS):
        from workhours_sla.calendars.russia.regions import region, region_ids

        if id in region_ids():
            return tuple(tz for tz, _ in region(id).other_zones)
    return ()


def _suggestion(id: str) -> Phrase:
    """Suggest an unknown id in upper case, or the regions whose names are similar to it."""
    if id != id.upper():
        with suppress(UnknownCalendarError):
            return say("did_you_mean", near=getattr(find(id.upper()), "id", id.upper()))
    from workhours_sla.calendars.russia.regions import named_regions, region_names, similar_names

    similar = named_regions(similar_names(id, region_names()))
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

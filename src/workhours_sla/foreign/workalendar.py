"""Copy the calendars of countries from the library ``workalendar``.

The library names days in English only. Of the subdivisions of the United Kingdom it has only
Northern Ireland.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.calendars.zones import zone_of
from workhours_sla.errors import CalendarDataError, UnknownCalendarError, shown
from workhours_sla.foreign import copying
from workhours_sla.foreign.copying import ForeignDay
from workhours_sla.text.messages import say

FIRST_RELEASES = {"17.0": 2023}
"""A mapping from the first version released in a year to that year.

The source is the library's change log.
"""

SWAPS_MISSING = frozenset({"BG", "BY", "HU", "KZ", "LV", "TW", "UA"})
"""Countries that swapped working days by decree, while the library contains no such swaps."""

_ISO = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""Matches the ids that the library may have."""

_READING = threading.Lock()
"""Lock for reading the library, because catching warnings affects the whole process."""


def provide(id: str) -> Calendar | None:
    """Return the calendar of an ISO 3166 id such as ``DE-BY``, or None if the library has none."""
    _refuse_swappers(id)
    if not _ISO.fullmatch(id):
        return None
    return copy_workalendar(id) if id in _registered(id) else None


def copy_workalendar(
    id: str,
    *,
    first: int = copying.FIRST_YEAR,
    last: int | None = None,
    uncertain_days: int | None = copying.UNCERTAIN_DAYS,
    tz: str | None = None,
) -> Calendar:
    """Return the calendar of a country or subdivision, copied from the library ``workalendar``.

    ``id`` is the ISO 3166 id. ``first`` and ``last`` are years, by default 2000 and the year after
    the library's release. Years that the library cannot compute are left out. The library estimates
    Islamic holidays, so the dates within ``uncertain_days`` of an Islamic holiday are uncertain:
    only a provisional calendar answers for them. None accepts the estimated holidays. ``tz`` is the
    calendar's IANA zone; by default it is the zone of the country, if the country has only one.

    A working weekend has the hours of the nearest day off on a weekday, because the library does
    not record which day off it was swapped with. The library's warnings become the note of each
    act.

    Raises UnknownCalendarError for an id that the library does not have, for Russia, for other
    countries whose swapped working days the library does not contain, and if the library is not
    installed (extra ``workalendar``). Raises CalendarDataError for
    years that the library does not have.

    >>> print(copy_workalendar("DE-BY").day(date(2024, 1, 6)).reasons[0].name)
    Epiphany
    """
    _refuse_swappers(id)
    classes = _registered(id)
    if id not in classes:
        names = {name.casefold(): name for name in classes}
        near = copying.similar_ids(id, names)
        msg = say("library_without", library="workalendar", id=shown(id), instead=near)
        raise UnknownCalendarError(msg, id=id)
    from workalendar import __version__ as version  # type: ignore[import-untyped]

    if last is None:
        last = copying.release_year(version, FIRST_RELEASES) + 1
    copying.check_years("workalendar", id, (first, last), (1, 9998))
    days, note = _read(classes[id], range(first, last + 1))
    if not days:
        msg = say("library_without_years", id=id, first=str(first), last=str(last))
        raise CalendarDataError(msg)
    act = Act(f"workalendar {version}", source="https://github.com/workalendar/workalendar")
    return copying.build(
        f"workalendar:{id}",
        days,
        act=act._replace(note=note),
        uncertain_days=uncertain_days,
        tz=tz or zone_of(id),
    )


def available(country: str) -> Iterator[AvailableCalendar]:
    """Yield a description of each calendar of the library, or only of one country's calendars."""
    try:
        from workalendar import __version__ as version
    except ImportError:
        return
    newest = copying.release_year(version, FIRST_RELEASES) + 1
    for id_, cls in sorted(_registered(country).items()):
        code = id_.partition("-")[0]
        if code in SWAPS_MISSING | {"RU"} or country not in ("", code):
            continue
        with _READING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calendar = cls()
            asked = range(copying.FIRST_YEAR, newest + 1)
            years = _longest_run({year: _names(calendar, year) for year in asked})
        if years:
            yield AvailableCalendar(
                id=f"workalendar:{id_}",
                provider="workalendar",
                name=str(cls.name),
                first=date(min(years), 1, 1),
                last=date(max(years), 12, 31),
                tz=zone_of(code),
            )


def _refuse_swappers(id: str) -> None:
    if id == "RU" or id.startswith("RU-"):
        missing = say("transfers_of_russia")
    elif id in SWAPS_MISSING:
        missing = say("moved_working_days", id=id)
    else:
        return
    raise UnknownCalendarError(say("library_lacks", missing=missing, id=repr(id), bare=id), id=id)


def _registered(id: str) -> Mapping[str, Any]:
    try:
        from workalendar.registry import registry  # type: ignore[import-untyped]
    except ImportError as error:
        raise UnknownCalendarError(say("no_workalendar", id=shown(id)), id=id) from error
    classes: Mapping[str, Any] = registry.region_registry
    return classes


def _read(cls: Any, years: range) -> tuple[list[ForeignDay], str | None]:
    with _READING, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calendar = cls()
        names = _longest_run({year: _names(calendar, year) for year in years})
        islamic: Any = getattr(calendar, "get_islamic_holidays", tuple)()
        weekend = frozenset(calendar.get_weekend_days())
        estimated = {label for _, _, label in islamic}
        days = []
        for day in copying.all_dates(min(names), max(names)) if names else ():
            name, working = names[day.year].get(day), calendar.is_working_day(day)
            days.append(
                ForeignDay(
                    day,
                    weekend=day.weekday() in weekend,
                    working=working,
                    name=None if working else name,
                    estimated=name is not None and any(label in name for label in estimated),
                )
            )
    warned = {str(warning.message) for warning in caught if warning.category is UserWarning}
    return days, " ".join(sorted(warned)) or None


def _names(calendar: Any, year: int) -> dict[date, str] | None:
    from workalendar.exceptions import CalendarError  # type: ignore[import-untyped]

    found: dict[date, str] = {}
    try:
        for day, name in calendar.holidays(year):
            if day.year == year:
                found[day] = f"{found[day]}; {name}" if day in found else name
    except (CalendarError, LookupError, NotImplementedError):
        return None
    return found


def _longest_run(found: Mapping[int, dict[date, str] | None]) -> dict[int, dict[date, str]]:
    runs: list[dict[int, dict[date, str]]] = [{}]
    for year, names in found.items():
        if names is None:
            runs.append({})
        else:
            runs[-1][year] = names
    return max(runs, key=len)

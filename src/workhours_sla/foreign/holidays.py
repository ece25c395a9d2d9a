"""Copy the calendars of countries from the library ``holidays``.

The library's objects compute their days lazily, must not be shared between threads, and answer for
years without data. This module therefore fills a new object completely, reads it once and drops it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import NOT_SHORTENED, Act
from workhours_sla.calendars.sources import AvailableCalendar
from workhours_sla.calendars.zones import zone_of
from workhours_sla.errors import CalendarDataError, UnknownCalendarError, shown
from workhours_sla.foreign import copying
from workhours_sla.foreign.copying import ForeignDay
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST_RELEASES = {"0.64": 2025, "0.88": 2026}
"""A mapping from the first version released in a year to that year, from the library's tags."""

YEARS_OF_A_DECREEING_COUNTRY = 9
"""Minimum number of years with decreed days off, of the ten last years on record.

A country with fewer such years does not count as one that decrees days off every year.
"""

LUNAR_YEARS = {
    "BT": (2001, 2035),
    "FJ": (2001, 2035),
    "GY": (2001, 2035),
    "ID": (1983, 2050),
    "IN": (2001, 2035),
    "IN-SK": (2010, 2032),
    "MU": (2001, 2035),
    "NP": (2010, 2032),
    "SR": (2001, 2035),
    "US-CA": (2001, 2035),
}
"""The first and last year with Hindu and Balinese holidays in the library, keyed by country id.

In other years the library leaves these holidays out silently.
"""

HALF_DAYS, WORKDAYS = "half_day", "workday"
"""The library's categories of working days: days that are partly off, and full working days."""

_LONGEST_CODE = 3
"""Aliases of at most this length, such as ``K`` for Carinthia, name no place for a reader."""
_COUNTRY_NAMES = Path(__file__).with_name("country_names.toml")
_SOURCE = "https://github.com/vacanza/holidays"
_SUBSTITUTED = 4
"""A library row with this many fields or more is a swap: a day off, and the date worked instead."""


def provide(id: str) -> Calendar | None:
    """Return the calendar of an ISO 3166 id such as ``DE-BY``, or None if the library has none."""
    _refuse_russia(id)
    return None if _entity(id) is None else copy_holidays(id)


def copy_holidays(
    id: str,
    *,
    first: int = copying.FIRST_YEAR,
    last: int | None = None,
    language: str = "en",
    categories: Iterable[str] = ("public",),
    half_day: timedelta = timedelta(hours=4),
    uncertain_days: int | None = copying.UNCERTAIN_DAYS,
    decreed: tuple[int, int] | None = None,
    tz: str | None = None,
) -> Calendar:
    """Return the calendar of a country or subdivision, copied from the library ``holidays``.

    ``id`` is the ISO 3166 id. ``first`` and ``last`` are years, by default 2000 and the year after
    the library's release. ``language`` is the language of the names; names without a translation
    are in the country's own language. The days of ``categories`` are off, with two exceptions: the
    days of the category "half_day" are shorter by the timedelta ``half_day``, and the days of the
    category "workday" only get names. The calendar's ``version`` lists the other categories that
    would change a working day. ``tz`` is the IANA zone of the calendar; by default it is the zone
    of the country, if the country has only one.

    Only a provisional calendar answers for two kinds of copied dates. The first kind are dates that
    are at most ``uncertain_days`` days from a day that the library marks as estimated; None accepts
    estimated days as they are. The second kind are all dates of years without a decree, if the
    country decrees working weekends or days off year by year. ``decreed`` is the first and last
    year with a decree; give it to override the library, for example if you know that nothing was
    decreed for a year. A holiday that only the subdivision has is in ``Layer.REGION``.

    Each date has the weekend that applied at the time. A working weekend has the hours of the day
    off that it was swapped with. No day before a holiday is shortened.

    Raises UnknownCalendarError for Russia, which is built in, and for an id that the library does
    not have. Raises CalendarDataError for years or categories that the library does not have, and
    TypeError for years that are not int.

    >>> from datetime import date
    >>> bavaria = copy_holidays("DE-BY", last=2026, language="de")
    >>> print(bavaria.day(date(2026, 1, 6)).reasons[0].name)
    Heilige Drei Könige
    """
    from holidays.version import __version__ as version

    _refuse_russia(id)
    entity = _entity(id)
    if entity is None:
        near = copying.similar_ids(id, _names(id))
        why = say("library_without", library="holidays", id=shown(id), instead=near)
        raise UnknownCalendarError(why, id=id)
    newest = copying.release_year(version, FIRST_RELEASES) + 1
    has = _years_of(entity, id)
    asked_years = first, newest if last is None else last
    copying.check_years("holidays", id, asked_years, has)
    years = max(asked_years[0], has[0]), min(asked_years[1], has[1])

    # one more year before and after, for swaps across New Year
    around = range(max(years[0] - 1, has[0]), min(years[1] + 1, has[1]) + 1)
    asked = {
        "years": around,
        "subdiv": id.partition("-")[2] or None,
        "language": _language(entity, language),
    }
    if half_day <= NOT_SHORTENED:
        msg = f"half_day is {half_day}; give a positive amount of working time"
        raise CalendarDataError(msg, id=id)
    wanted = _checked(entity, id, categories)
    off = wanted - {HALF_DAYS, WORKDAYS}
    days_off = _filled(entity, off, **asked)
    national = _filled(entity, off, **asked | {"subdiv": None}) if asked["subdiv"] else days_off
    worked = {name: _filled(entity, frozenset({name}), **asked) for name in wanted - off}
    return copying.build(
        id,
        list(_days(years, days_off, national, worked)),
        act=Act(f"holidays {version}", source=_SOURCE),
        of_region=Act(f"holidays {version}, {_name_of_part(entity, id)}", source=_SOURCE),
        decided=decreed or _decreed(days_off, off, newest),
        uncertain_days=uncertain_days,
        short_by=half_day,
        left_out=tuple(
            name
            for name in sorted(set(entity.supported_categories) - wanted)
            if not _filled(entity, frozenset({name}), **asked).keys() <= days_off.keys()
        ),
        tz=tz or zone_of(id),
    )


def available(country: str) -> Iterator[AvailableCalendar]:
    """Yield a description of each calendar of the library, or only of one country's calendars."""
    from holidays.version import __version__ as version

    newest = copying.release_year(version, FIRST_RELEASES) + 1
    for one in named(country):
        entity = _entity(one.id)
        if entity is None:
            continue
        first, last = _years_of(entity, one.id)
        empty = entity(expand=False, subdiv=one.id.partition("-")[2] or None)
        decided = _decreed(empty, frozenset({"public"}), newest) or (first, last)
        yield one._replace(
            first=date(max(copying.FIRST_YEAR, first, decided[0]), 1, 1),
            last=date(min(newest, last, decided[1]), 12, 31),
        )


def named(country: str) -> Iterator[AvailableCalendar]:
    """Yield the same descriptions without dates, which take seconds to find."""
    from holidays.registry import COUNTRIES, EntityLoader

    names = {codes[1]: codes[0] for codes in COUNTRIES.values()}
    table = tomllib.loads(_COUNTRY_NAMES.read_text("utf-8"))
    for code in sorted(EntityLoader.get_country_codes(include_aliases=False)):
        entity = None if code == "RU" or country not in ("", code) else _entity(code)
        if entity is None:
            continue
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names.get(code, code))
        for part in ("", *entity.subdivisions):
            id_ = f"{code}-{part}" if part else code
            ru, *others = table.get(id_, (None,))
            aliases = entity.subdivisions_aliases.items()
            others += [alias for alias, of in aliases if of == part and len(alias) > _LONGEST_CODE]
            full = f"{name}, {_name_of_part(entity, id_)}" if part else name
            facts = None, None, zone_of(code), ru, tuple(others)
            yield AvailableCalendar(id_, "holidays", full, *facts)


def _refuse_russia(id: str) -> None:
    if id == "RU" or id.startswith("RU-"):
        raise UnknownCalendarError(say("russia_built_in", id=repr(id), bare=id), id=id)


# -- what the library has --------------------------------------------------------------------


def _entity(id: str) -> type[HolidayBase] | None:
    """Return the library's class of the country of an ISO 3166 id, or None."""
    import holidays
    from holidays.registry import EntityLoader

    country, dash, subdivision = id.partition("-")
    if country not in EntityLoader.get_country_codes(include_aliases=False):
        return None
    entity: type[HolidayBase] = getattr(holidays, country).get_entity()
    return entity if not dash or subdivision in entity.subdivisions else None


def _names(id: str) -> Mapping[str, str]:
    """Return the ids that an error message may suggest for an unknown id, keyed by name."""
    from holidays.registry import COUNTRIES

    country = id.partition("-")[0]
    entity = _entity(country)
    if entity is None:
        return {
            name.casefold(): codes[1]
            for module, codes in COUNTRIES.items()
            for name in (module, *codes)
        }
    named = {**{code: code for code in entity.subdivisions}, **entity.subdivisions_aliases}
    return {
        name.casefold(): f"{country}-{code}"
        for alias, code in named.items()
        for name in (alias, f"{country}-{alias}")
    }


def _name_of_part(entity: type[HolidayBase], id: str) -> str:
    """Return the longest name of a part of a country: the shorter ones are abbreviations."""
    part = id.partition("-")[2]
    names = (alias for alias, of in entity.subdivisions_aliases.items() if of == part)
    return max(names, key=len, default=part)


def _language(entity: type[HolidayBase], asked: str) -> str | None:
    """Return the library's name of the language ``asked``, or of the country's own language."""
    # Without a language, the library would take that of the environment.
    known = entity.supported_languages
    variants = [name for name in known if name.partition("_")[0] == asked]
    wanted = (asked, f"{asked}_{entity.country}", f"{asked}_US", *variants)
    return next((name for name in wanted if name in known), entity.default_language)


# -- the copy ---------------------------------------------------------------------------------


def _filled(entity: type[HolidayBase], categories: frozenset[str], **options: Any) -> HolidayBase:
    if "islamic_show_estimated" in signature(entity.__init__).parameters:
        options["islamic_show_estimated"] = True  # some countries leave the mark out by default
    return entity(expand=False, categories=categories, **options)


def _years_of(entity: type[HolidayBase], id: str) -> tuple[int, int]:
    """Return the first and last year for which the library has all public holidays."""
    lunar = LUNAR_YEARS.get(id) or LUNAR_YEARS.get(entity.country)
    if lunar is None:
        return entity.start_year, entity.end_year
    return max(entity.start_year, lunar[0]), min(entity.end_year, lunar[1])


def _checked(entity: type[HolidayBase], id: str, categories: Iterable[str]) -> frozenset[str]:
    wanted = frozenset([categories] if isinstance(categories, str) else categories)
    known = ", ".join(sorted(entity.supported_categories))
    unknown = sorted(wanted - set(entity.supported_categories))
    if unknown:
        raise CalendarDataError(say("no_category", category=shown(unknown[0]), id=id, known=known))
    if not wanted - {HALF_DAYS, WORKDAYS}:
        raise CalendarDataError(say("no_days_off", known=known), id=id)
    return wanted


def _days(
    years: tuple[int, int],
    days_off: HolidayBase,
    national: HolidayBase,
    worked: Mapping[str, HolidayBase],
) -> Iterator[ForeignDay]:
    swaps = dict(_swaps(days_off))
    worked_for = {other: day for day, (other, _) in swaps.items()}
    marks = _estimated_marks(days_off)
    half_days = dict(worked.get(HALF_DAYS, ()))
    workdays = dict(worked.get(WORKDAYS, ()))
    for day in copying.all_dates(*years):
        weekend, working = days_off.is_weekend(day), days_off.is_working_day(day)
        names = days_off.get_list(day)
        swapped_with = None
        if day in swaps:
            swapped_with, label = swaps[day]
            names = [name for name in names if name != label]
        if working:
            swapped_with = worked_for.get(day) if weekend else None
            names = [found[day] for found in (half_days, workdays) if day in found]
        name = "; ".join(names) or None
        yield ForeignDay(
            day,
            weekend=weekend,
            working=working,
            name=name,
            swapped_with=swapped_with,
            estimated=name is not None and any(mark in name for mark in marks),
            short=day in half_days and (working or (weekend and not names)),
            regional=not working and bool(names) and day not in national,
        )


def _estimated_marks(days_off: HolidayBase) -> tuple[str, ...]:
    labels = (
        getattr(days_off, attribute, None)
        for attribute in ("estimated_label", "observed_estimated_label")
    )
    return tuple(days_off.tr(label).replace("%s", "").strip(" ()（）") for label in labels if label)


# -- its tables -------------------------------------------------------------------------------


def _tables(days_off: HolidayBase) -> Iterator[tuple[str, Mapping[int, Any]]]:
    for name in dir(days_off):
        if name.startswith("special_"):
            table = getattr(days_off, name)
            if isinstance(table, dict):
                yield name, table


def _rows(of_year: Any) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a year as a sequence; the library may store one row without a tuple."""
    return of_year if not of_year or isinstance(of_year[0], tuple) else (of_year,)


def _swaps(days_off: HolidayBase) -> Iterator[tuple[date, tuple[date, str]]]:
    """Yield the swaps that apply, as (day off, (date worked instead, label))."""
    # The library's label on the day off leaves out revoked swaps and those of other subdivisions.
    for _, table in _tables(days_off):
        for year, of_year in table.items():
            for row in _rows(of_year):
                if len(row) < _SUBSTITUTED:
                    continue
                day = date(year, *row[:2])
                other = date(row[4] if len(row) > _SUBSTITUTED else year, *row[2:4])
                written = other.strftime(days_off.tr(days_off.substituted_date_format))
                label = days_off.tr(days_off.substituted_label) % written
                if label in days_off.get_list(day):
                    yield day, (other, label)


def _decreed(
    days_off: HolidayBase, categories: frozenset[str], newest: int
) -> tuple[int, int] | None:
    """Return the first and last year for which the library has a decree."""
    places = [""]
    if days_off.subdiv is not None:
        places.append(days_off.subdiv.replace("-", "_").replace(" ", "_").lower() + "_")
    wanted = {f"special_{place}{name}_holidays" for place in places for name in categories}
    years: set[int] = set()
    swapped = False
    for name, table in _tables(days_off):
        if name.removesuffix("_observed") in wanted:
            rows = [(year, row) for year, of_year in table.items() for row in _rows(of_year)]
            swapped |= any(len(row) >= _SUBSTITUTED for _, row in rows)
            if name in wanted:
                years.update(year for year, _ in rows if year <= newest)
    if not years:
        return None
    last = max(years)
    recent = sum(last - 10 < year <= last for year in years)
    return (min(years), last) if swapped or recent >= YEARS_OF_A_DECREEING_COUNTRY else None

"""Read production calendars in the XML format of xmlcalendar.ru, one file per year.

The format is described at https://github.com/xmlcalendar/data. A ``day`` has a date ``d`` (MM.DD),
a type ``t`` (1 off, 2 short, 3 a working Saturday or Sunday), a holiday ``h``, and the date ``f``
from which the day off was moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple
from xml.parsers import expat
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import NOT_SHORTENED, ONE_DAY, Act, DayKind, Entry, Layer
from workhours_sla.errors import shown
from workhours_sla.foreign.calendar_rows import (
    Place,
    Row,
    Source,
    calendar_of,
    check_swaps,
    paired,
    short,
    text_of,
)

WEEKEND = frozenset({5, 6})
"""The default weekend of the file format (Monday is 0). A file may list exceptions."""

_OFF, _SHORT, _WORKING = "1", "2", "3"
_MONTH_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")


class _Year(NamedTuple):
    """The content of a file, with rows for the dates that differ from the usual week."""

    year: int
    place: Place
    rows: list[Row]


def read_xmlcalendar(
    files: Source | Iterable[Source],
    *,
    id: str,
    swaps: Mapping[date, date] | None = None,
    tz: ZoneInfo | str | None = None,
) -> Calendar:
    """Return the calendar of one year or of consecutive years, with one file for each year.

    A file is given as its content, text or bytes, or as a Path. The calendar covers the years of
    the files. A working weekend has the hours of the date it was swapped with. Files of years
    before 2021 do not contain that date; give it in ``swaps``, a mapping from each working weekend
    to that date. Short days are one hour shorter. The format does not distinguish a day off by
    decree from a holiday. ``tz`` is the calendar's IANA zone, if it needs one.

    Raises CalendarDataError, which names the line, for a file in another format, a date listed
    twice, a working weekend without a date whose hours it has, and a day off moved from a date that
    is neither a holiday nor a working day. Raises UnknownTimeZoneError for an unknown ``tz``, and
    TypeError for arguments of other types.

    >>> text = '''<calendar year="2027" lang="ru"><holidays/><days>
    ... <day d="02.20" t="2"/><day d="02.22" t="1" f="02.20"/></days></calendar>'''
    >>> read_xmlcalendar(text, id="own").day(date(2027, 2, 20)).hours_of
    datetime.date(2027, 2, 22)
    """
    sources = (
        [files] if isinstance(files, str | bytes) or not isinstance(files, Iterable) else files
    )
    years = sorted((_year(source) for source in sources), key=lambda year: year.year)
    if not years:
        Place("the list of files").refuse("it is empty", "give the file of at least one year")
    for before, after in pairwise(years):
        if after.year == before.year:
            after.place.refuse(f"{after.year} is in {before.place} too", "give it once")
        if after.year != before.year + 1:
            after.place.refuse(f"no file has the year {before.year + 1}", "add it")
    first, last = date(years[0].year, 1, 1), date(years[-1].year, 12, 31)
    rows = [row for year in years for row in year.rows]
    rows = list(paired(list(_with_swaps(rows, swaps or {}))))
    check_swaps(
        rows, WEEKEND, first, last, remedy="name the date in swaps={date(2018, 4, 28): ...}"
    )
    entries = _with_eves(row.entry for row in rows)
    return calendar_of(id, entries, weekend=WEEKEND, first=first, last=last, tz=tz)


def _year(source: Source) -> _Year:
    name, text = text_of(source, "the calendar")
    place = Place(name)
    if text.lstrip()[:1] != "<":
        what = f"{shown(text[:20])} is not the beginning of XML"
        place.refuse(what, "give the content of a file, or its Path")
    year, lang, note = 0, "ru", None
    holidays: dict[str, str] = {}
    days: dict[date, tuple[Place, dict[str, str]]] = {}
    for path, given, here in _elements(text, place):
        if path == "calendar":
            year, lang = _year_in(given, here), given.get("lang", lang)
            note = f"file of {given['date']}" if "date" in given else None
        elif path == "calendar/holidays/holiday":
            id_ = given.get("id", "")
            if not id_ or id_ in holidays:
                what = f"the holiday id {shown(id_)} is missing or there twice"
                here.refuse(what, "give each holiday an id of its own")
            holidays[id_] = " ".join(given.get("title", "").split())
        elif path == "calendar/days/day":
            day = _day(year, given, here)
            if day in days:
                here.refuse(f"{day} is given twice, first on {days[day][0]}", "keep one of them")
            days[day] = here, given
        elif path not in ("calendar/holidays", "calendar/days"):
            here.refuse(f"{shown(path)} is not part of the format", "use calendar/days/day")
    if not days:
        place.refuse("it lists no days", "get the file again, it may be incomplete")
    act = Act(f"xmlcalendar.ru {year}", source="https://xmlcalendar.ru/", note=note)
    rows = [
        Row(_entry(day, given, here, holidays, act, lang), here)
        for day, (here, given) in days.items()
    ]
    return _Year(year, place, rows)


def _year_in(given: dict[str, str], place: Place) -> int:
    text = given.get("year", "")
    if not _YEAR.fullmatch(text) or int(text) < 1:
        place.refuse(f"the year is {shown(text)}", 'write it like year="2026"')
    return int(text)


def _elements(text: str, place: Place) -> Iterator[tuple[str, dict[str, str], Place]]:
    """Yield the path, the attributes and the place of each element up to a fault of XML."""
    parser = expat.ParserCreate()
    within: list[str] = []
    found: list[tuple[str, dict[str, str], Place]] = []

    def here() -> Place:
        return place._replace(line=parser.CurrentLineNumber)

    def start(tag: str, given: dict[str, str]) -> None:
        within.append(tag)
        found.append(("/".join(within), given, here()))

    def doctype(*_: object) -> None:
        here().refuse("it declares a document type", "remove the DOCTYPE, none is needed")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: within.pop()
    parser.StartDoctypeDeclHandler = doctype
    fault = None
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        fault = error
    yield from found
    if fault is not None:
        what = f"it is not XML ({expat.ErrorString(fault.code)})"
        place._replace(line=fault.lineno).refuse(what, "get the file again")


def _with_swaps(rows: list[Row], swaps: Mapping[date, date]) -> Iterator[Row]:
    left = dict(swaps)
    for entry, place in rows:
        other = left.pop(entry.date, None)
        if other is None:
            yield Row(entry, place)
            continue
        if not entry.kind.working:
            place.refuse(f"swaps names {entry.date}, which is off", "leave it out of swaps")
        if entry.swapped_with not in (None, other):
            place.refuse(
                f"{entry.date} is swapped with {entry.swapped_with}, not with {other} as in swaps",
                "correct one of them",
            )
        moved = entry._replace(
            layer=Layer.TRANSFER, kind=DayKind.TRANSFERRED_WORK, name=None, swapped_with=other
        )
        yield Row(moved, place)
    for day in left:
        Place("swaps").refuse(f"{day} is worked in no file", "leave it out")


def _with_eves(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Set ``shortens_eve`` in the entries of holidays whose eve is short, and yield all entries."""
    # ``shortens_eve`` shortens every date with the hours of the eve, so all of them must be short.
    by_date = {entry.date: entry for entry in entries}
    shorts: dict[date, list[bool]] = {}
    for entry in by_date.values():
        if entry.kind.working:
            hours_of = entry.swapped_with or entry.date
            shorts.setdefault(hours_of, []).append(entry.shortened_by > NOT_SHORTENED)
    for entry in by_date.values():
        eve = entry.date - ONE_DAY
        ordinary = eve not in by_date and eve.weekday() not in WEEKEND
        shortens = not ordinary and all(shorts.get(eve, [False]))
        named = entry.kind is DayKind.HOLIDAY and entry.name is not None
        yield entry._replace(shortens_eve=named and shortens)


def _day(year: int, given: dict[str, str], place: Place) -> date:
    for key in given.keys() - {"d", "t", "h", "f"}:
        instead = "keep the days of one region" if key == "r" else "use d, t, h and f"
        place.refuse(f"a day has the attribute {shown(key)}, which is not supported", instead)
    day = _date(year, given.get("d", ""), place)
    if given.get("t") not in (_OFF, _SHORT, _WORKING):
        place.refuse(f"t of {day} is {shown(given.get('t', ''))}", "use 1, 2 or 3")
    return day


def _entry(
    day: date, given: dict[str, str], place: Place, holidays: dict[str, str], act: Act, lang: str
) -> Entry:
    off, is_weekend = given["t"] == _OFF, day.weekday() in WEEKEND
    if "h" in given and (not off or given["h"] not in holidays):
        what = f"{day} names the holiday {shown(given['h'])}, but works or no holiday has it"
        place.refuse(what, "name a holiday of the file on a day off")
    other = _date(day.year, given["f"], place) if "f" in given else None
    if "h" in given:
        name = holidays[given["h"]] or None
        return Entry(day, Layer.STATUTORY, DayKind.HOLIDAY, act, name, other)
    if off and other is None and is_weekend:
        return Entry(day, Layer.STATUTORY, DayKind.DAY_OFF, act)
    layer, kind = Layer.STATUTORY, DayKind.WORK
    if off or is_weekend or other is not None:
        layer = Layer.TRANSFER
        kind = DayKind.TRANSFERRED_OFF if off else DayKind.TRANSFERRED_WORK
    entry = Entry(day, layer, kind, act, swapped_with=other)
    return short(entry, WEEKEND, lang) if given["t"] == _SHORT else entry


def _date(year: int, text: str, place: Place) -> date:
    match = _MONTH_DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError  # noqa: TRY301 - handled below
        return date(year, int(match[1]), int(match[2]))
    except ValueError:
        return place.refuse(
            f"{shown(text)} is not a day of {year}", "write it as MM.DD, like 11.04"
        )

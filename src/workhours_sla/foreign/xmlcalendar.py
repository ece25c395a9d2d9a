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
    """The content of a file: its year, and rows for the dates that differ from the usual week."""

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
    the files. A working weekend has the hours of the date it was
    swapped with. Files of years before 2021 do not contain that date, so give it in ``swaps``,
    which maps each working weekend to that date. Short days are one hour shorter. The format does
    not distinguish a day off by decree from a holiday. ``tz`` is the calendar's IANA zone, if it
    needs one.

    Raises CalendarDataError, which names the line, for a file in another format, a date
    listed twice, a working weekend without a date whose hours it has, and a day off moved from a
    date that is neither a holiday nor a working day. Raises UnknownTimeZoneError for ``tz`` and
    TypeError for other values.

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
    if text.lstrip()[:1] == "<":
        return _XmlFile(name).read(text)
    return Place(name).refuse(
        f"{shown(text[:20])} is not the beginning of XML",
        "give the content of a file, or its Path",
    )


def _with_swaps(rows: list[Row], swaps: Mapping[date, date]) -> Iterator[Row]:
    """Yield the rows, with the dates from ``swaps`` added to the working weekends."""
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
    """Set ``shortens_eve`` in the entries of holidays whose eve is short, and yield all entries.

    ``shortens_eve`` shortens every date that has the hours of the eve. It is therefore set only if
    all these dates are short in the file.
    """
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


def _act(year: int, note: str | None = None) -> Act:
    return Act(f"xmlcalendar.ru {year}", source="https://xmlcalendar.ru/", note=note)


def _work(day: date, act: Act, lang: str, *, is_short: bool, swapped_with: date | None) -> Entry:
    """Return the entry of a working weekend or of a short weekday."""
    moved = day.weekday() in WEEKEND or swapped_with is not None
    layer, kind = Layer.STATUTORY, DayKind.WORK
    if moved:
        layer, kind = Layer.TRANSFER, DayKind.TRANSFERRED_WORK
    entry = Entry(day, layer, kind, act, swapped_with=swapped_with)
    return short(entry, WEEKEND, lang) if is_short else entry


class _XmlFile:
    """Reads the XML file of one year, and remembers on which line each day is."""

    def __init__(self, name: str) -> None:
        self._place = Place(name)
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._open: list[str] = []
        self._parser.EndElementHandler = lambda _: self._open.pop()
        self._year = 0
        self._lang = "ru"
        self._holidays: dict[str, str] = {}
        self._days: dict[date, tuple[Place, dict[str, str]]] = {}
        self._act = _act(0)

    def read(self, text: str) -> _Year:
        """Return the year and the rows in the text of an XML file. Raises CalendarDataError."""
        try:
            self._parser.Parse(text, True)  # noqa: FBT003 - expat takes no keywords
        except expat.ExpatError as error:
            self._here(error.lineno).refuse(
                f"it is not XML ({expat.ErrorString(error.code)})", "get the file again"
            )
        except ValueError as error:  # the text is not in the encoding that it declares
            self._here().refuse(f"it cannot be decoded ({error})", "save the file as UTF-8")
        if not self._days:
            self._place.refuse("it lists no days", "get the file again, it may be incomplete")
        rows = [Row(self._entry(day), place) for day, (place, _) in self._days.items()]
        return _Year(self._year, self._place, rows)

    def _here(self, line: int | None = None) -> Place:
        return self._place._replace(line=line or self._parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        self._here().refuse("it declares a document type", "remove the DOCTYPE, none is needed")

    def _element(self, tag: str, given: dict[str, str]) -> None:
        path = [*self._open, tag]
        self._open.append(tag)
        if path == ["calendar"]:
            year = given.get("year", "")
            if not _YEAR.fullmatch(year) or int(year) < 1:
                self._here().refuse(f"the year is {shown(year)}", 'write it like year="2026"')
            self._year = int(year)
            self._lang = given.get("lang", self._lang)
            made = f"file of {given['date']}" if "date" in given else None
            self._act = _act(self._year, made)
        elif path == ["calendar", "holidays", "holiday"]:
            if not given.get("id") or given["id"] in self._holidays:
                self._here().refuse(
                    f"the holiday id {shown(given.get('id', ''))} is missing or there twice",
                    "give each holiday an id of its own",
                )
            self._holidays[given["id"]] = " ".join(given.get("title", "").split())
        elif path == ["calendar", "days", "day"]:
            self._day(given)
        elif path not in (["calendar", "holidays"], ["calendar", "days"]):
            self._here().refuse(
                f"{shown('/'.join(path))} is not part of the format", "use calendar/days/day"
            )

    def _day(self, given: dict[str, str]) -> None:
        place = self._here()
        for key in given.keys() - {"d", "t", "h", "f"}:
            way_out = "keep the days of one region" if key == "r" else "use d, t, h and f"
            place.refuse(f"a day has the attribute {shown(key)}, which is not supported", way_out)
        day = _date(self._year, given.get("d", ""), place)
        if day in self._days:
            place.refuse(f"{day} is given twice, first on {self._days[day][0]}", "keep one of them")
        if given.get("t") not in (_OFF, _SHORT, _WORKING):
            place.refuse(f"t of {day} is {shown(given.get('t', ''))}", "use 1, 2 or 3")
        self._days[day] = (place, given)

    def _entry(self, day: date) -> Entry:
        place, given = self._days[day]
        if "h" in given and (given["t"] != _OFF or given["h"] not in self._holidays):
            place.refuse(
                f"{day} names the holiday {shown(given['h'])}, but works or no holiday has it",
                "name a holiday of the file on a day off",
            )
        other = _date(self._year, given["f"], place) if "f" in given else None
        if given["t"] != _OFF:
            is_short = given["t"] == _SHORT
            return _work(day, self._act, self._lang, is_short=is_short, swapped_with=other)
        if "h" in given:
            name = self._holidays[given["h"]] or None
            return Entry(*(day, Layer.STATUTORY, DayKind.HOLIDAY, self._act, name), other)
        if other is None and day.weekday() in WEEKEND:
            return Entry(day, Layer.STATUTORY, DayKind.DAY_OFF, self._act)
        kind = DayKind.TRANSFERRED_OFF
        return Entry(day, Layer.TRANSFER, kind, self._act, swapped_with=other)


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

"""Read a calendar from CSV with one line for each date: its kind, name, swapped date and act."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import Act, DayKind, Entry, Layer
from workhours_sla.errors import shown
from workhours_sla.foreign.calendar_rows import (
    Place,
    Row,
    Source,
    calendar_of,
    check_range,
    check_swaps,
    check_years,
    paired,
    short,
    text_of,
    weekdays,
)

COLUMNS = ("date", "kind", "name", "swapped_with", "act")
"""Columns that the CSV may have; only ``date`` is required."""

HOLIDAY = "holiday"
SHORT = "short"
KINDS = {
    HOLIDAY: (Layer.STATUTORY, DayKind.HOLIDAY),
    "day_off": (Layer.STATUTORY, DayKind.DAY_OFF),
    "transferred_off": (Layer.TRANSFER, DayKind.TRANSFERRED_OFF),
    "transferred_work": (Layer.TRANSFER, DayKind.TRANSFERRED_WORK),
    SHORT: (Layer.STATUTORY, DayKind.WORK),
}
"""The layer and the kind of day for each value of the column ``kind``."""

_SWAPPED = ("transferred_off", "transferred_work")
_DELIMITERS = ",;\t"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def read_dates(
    source: Source,
    *,
    id: str,
    first: date | None = None,
    last: date | None = None,
    weekend: Iterable[int] = (5, 6),
    tz: ZoneInfo | str | None = None,
    delimiter: str | None = None,
) -> Calendar:
    r"""Return the calendar that a list of dates in CSV describes.

    ``source`` is the content, as text or bytes, or a Path. The first line names the columns:
    ``date`` (2026-05-08 or 08.05.2026), and optionally ``kind`` (holiday, day_off, transferred_off,
    transferred_work, short; empty means a holiday), ``name``, ``swapped_with`` (the other date of a
    transfer; one of the two lines may leave it out) and ``act``. Lines that begin with # before the
    names of the columns are comments. ``delimiter`` is a comma, a semicolon or a tab, by default
    the most frequent of these in the first line. ``weekend`` are the weekly days off (Monday is 0).
    The calendar covers ``first`` to ``last``, by default the whole years of the dates.

    A short day is one hour shorter. A transferred working day has the hours of the date it was
    swapped with. If it is also short, write the kind short and the other date in ``swapped_with``.

    Raises CalendarDataError, which names the line, for

    - a date that is given twice, or is not within ``first`` and ``last``;
    - an unknown kind;
    - a working weekend without the date whose hours it has;
    - a swap that would lose hours or count them twice;
    - a whole year without a line.

    >>> own = read_dates("date,name\n2026-05-08,Day of the city\n", id="own")
    >>> own.day(date(2026, 5, 8)).describe()
    'Day of the city'
    """
    name, text = text_of(source, "the list")
    off_weekdays = weekdays(weekend)
    rows = list(_rows(text, name, delimiter, off_weekdays))
    if not rows:
        Place(name).refuse("it has no dates", "add a line for each, or use Calendar.plain()")
    dates = [row.entry.date for row in rows]
    first = date(min(dates).year, 1, 1) if first is None else first
    last = date(max(dates).year, 12, 31) if last is None else last
    check_range(first, last)
    seen: dict[date, Place] = {}
    for entry, place in rows:
        day = entry.date
        if day in seen:
            place.refuse(f"{day} is given twice, first on {seen[day]}", "keep one of them")
        if not first <= day <= last:
            place.refuse(f"{day} is not within {first} to {last}", "give other first or last dates")
        seen[day] = place
    check_years(dates, first, last, name)
    rows = list(paired(rows))
    check_swaps(rows, off_weekdays, first, last, remedy="name that date in the column swapped_with")
    entries = (row.entry for row in rows)
    return calendar_of(id, entries, weekend=off_weekdays, first=first, last=last, tz=tz)


def _rows(text: str, name: str, delimiter: str | None, weekend: frozenset[int]) -> Iterator[Row]:
    lines = io.StringIO(text, newline="").readlines()
    comments = next(
        (index for index, line in enumerate(lines) if not line.startswith("#") and line.strip()),
        len(lines),
    )
    head = lines[comments] if comments < len(lines) else ""
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(lines[comments:], delimiter=delimiter, strict=True)
    columns: list[str] = []
    line = comments + 1
    while True:
        place = Place(name, line)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            place.refuse(f"it is not a line of CSV ({error})", "correct its quotes")
        if cells is None:
            return
        line = comments + reader.line_num + 1
        cells = [cell.strip() for cell in cells]
        if not columns:
            columns = _columns(cells, place)
        elif any(cells):
            if any(cells[len(columns) :]):
                place.refuse(
                    f"it has {len(cells)} cells under {len(columns)} columns", "quote its commas"
                )
            yield Row(_entry(dict(zip(columns, cells, strict=False)), place, name, weekend), place)


def _columns(cells: list[str], place: Place) -> list[str]:
    columns = [cell.lower() for cell in cells]
    for column in columns:
        if column not in COLUMNS or columns.count(column) > 1:
            what = "given twice" if column in COLUMNS else "not known"
            place.refuse(f"the column {shown(column)} is {what}", f"use {', '.join(COLUMNS)}")
    if "date" not in columns:
        place.refuse("there is no column date", f"begin with a line such as {','.join(COLUMNS)}")
    return columns


def _entry(cells: dict[str, str], place: Place, name: str, weekend: frozenset[int]) -> Entry:
    day = _date(cells["date"], "date", place)
    kind = cells.get("kind", "").lower() or HOLIDAY
    if kind not in KINDS:
        place.refuse(f"the kind is {shown(cells['kind'])}", f"use {', '.join(KINDS)}")
    other = None
    if cells.get("swapped_with"):
        other = _date(cells["swapped_with"], "swapped_with", place)
        if kind not in (*_SWAPPED, SHORT):
            place.refuse(f"a {kind} is not swapped with another date", "leave swapped_with empty")
    act = Act(cells["act"], source=name) if cells.get("act") else None
    layer, day_kind = KINDS[kind]
    entry = Entry(day, layer, day_kind, act, cells.get("name") or None, other)
    return short(entry, weekend) if kind == SHORT else entry


def _date(text: str, column: str, place: Place) -> date:
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass
    return place.refuse(
        f"{column} is {shown(text)}, which is not a date", "write it like 2026-05-08 or 08.05.2026"
    )

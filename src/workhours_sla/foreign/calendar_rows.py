"""Read a calendar from CSV: a line for each date, with its kind, name, swapped date and act.

The readers of other formats use the same checks of rows, and build calendars in the same way.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import PRE_HOLIDAY_SHORTENING, Act, DayKind, Entry, Layer
from workhours_sla.calendars.tables import TableDays
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import CalendarDataError, shown
from workhours_sla.text.catalog import DAYS, LANGUAGES, language

Source = str | bytes | Path
"""The content of a calendar file, as text or UTF-8 bytes, or the Path of the file."""


class Place(NamedTuple):
    name: str
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name} line {self.line}"

    def refuse(self, what: str, remedy: str) -> NoReturn:
        """Raise CalendarDataError with this position, the fault, and what to do instead."""
        msg = f"{self}: {what}; {remedy}"
        raise CalendarDataError(msg, name=self.name) from None


class Row(NamedTuple):
    entry: Entry
    place: Place


def raw_of(source: Source, what: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a source; ``what`` names a source that is not a file."""
    if isinstance(source, Path):
        try:
            return str(source), source.read_bytes()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            Place(repr(str(source))).refuse(f"cannot be read ({why})", "check the path")
    if isinstance(source, bytes):
        return what, source
    if isinstance(source, str):
        try:
            return what, source.encode()
        except UnicodeEncodeError as error:
            line = source.count("\n", 0, error.start) + 1
            Place(what, line).refuse("it has half of a surrogate pair", "give whole characters")
    msg = f"give the content as text or bytes, or a Path of a file, not {type(source).__name__}"
    raise TypeError(msg)


def decoded(raw: bytes, name: str) -> str:
    """Return UTF-8 bytes as text, without a byte order mark. Raises CalendarDataError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # the error of this codec counts from after the mark
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        place = Place(name, raw.count(b"\n", 0, error.start) + 1)
        place.refuse(f"the byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8")


def text_of(source: Source, what: str) -> tuple[str, str]:
    name, raw = raw_of(source, what)
    return name, decoded(raw, name)


def weekdays(weekend: Iterable[int]) -> frozenset[int]:
    days = frozenset(weekend)
    for day in days:
        if type(day) is not int or day not in range(7):
            what = f"{shown(day)} is not a weekday"
            Place("weekend").refuse(what, "use 0 (Monday) to 6 (Sunday)")
    return days


def zone_of(tz: ZoneInfo | str) -> ZoneInfo:
    return tz if isinstance(tz, ZoneInfo) else time_zone(tz)


def check_range(first: date, last: date) -> None:
    """Raise CalendarDataError if last is before first."""
    if last < first:
        msg = f"the last known date {last} is before the first, {first}; swap them"
        raise CalendarDataError(msg)


def check_years(dates: Collection[date], first: date, last: date, name: str) -> None:
    """Raise CalendarDataError if a whole year between ``first`` and ``last`` has no date."""
    covered = {day.year for day in dates}
    for year in range(first.year, last.year + 1):
        whole = first <= date(year, 1, 1) and date(year, 12, 31) <= last
        if whole and year not in covered:
            Place(name).refuse(
                f"it has no row for {year}, so it may not cover that year",
                "give first and last dates within the years that it covers",
            )


def short(entry: Entry, weekend: frozenset[int], lang: str = "en") -> Entry:
    """Return ``entry`` as a working day that is one hour shorter."""
    entry = entry._replace(shortened_by=PRE_HOLIDAY_SHORTENING)
    if entry.date.weekday() in weekend or entry.swapped_with is not None:
        return entry._replace(layer=Layer.TRANSFER, kind=DayKind.TRANSFERRED_WORK)
    with language(lang if lang in LANGUAGES else "en"):
        return entry._replace(name=entry.name or DAYS["short_day"])


def paired(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows, with ``swapped_with`` in the rows of both dates of a swap."""
    naming = {(row.entry.swapped_with, row.entry.kind): row.entry.date for row in rows}
    opposite = {
        DayKind.TRANSFERRED_WORK: DayKind.TRANSFERRED_OFF,
        DayKind.TRANSFERRED_OFF: DayKind.TRANSFERRED_WORK,
    }
    for entry, place in rows:
        other = entry.swapped_with
        if other is None and entry.kind in opposite:
            other = naming.get((entry.date, opposite[entry.kind]))
        yield Row(entry._replace(swapped_with=other), place)


def check_swaps(
    rows: Sequence[Row], weekend: frozenset[int], first: date, last: date, *, remedy: str
) -> None:
    """Raise CalendarDataError for a swap that would lose or double working hours."""
    by_date = {row.entry.date: row.entry for row in rows}
    for row in rows:
        entry, other = row.entry, row.entry.swapped_with
        if entry.kind is DayKind.TRANSFERRED_WORK:
            day = entry.date
            if other is None and day.weekday() in weekend:
                what = f"{day} works on a weekend, but the date whose hours it takes is missing"
                row.place.refuse(what, remedy)
            if other is not None and other.weekday() in weekend:
                what = f"{day} works in place of {other}, a weekend without hours"
                row.place.refuse(what, remedy)
        if other is not None and first <= other <= last:
            _check_partner(row, other, by_date.get(other))


def _check_partner(row: Row, other: date, partner: Entry | None) -> None:
    day, place = row.entry.date, row.place
    works = row.entry.kind.working
    swap = f"{day} {'works' if works else 'is off'} in place of {other}"
    if other == day:
        place.refuse(f"{day} is swapped with itself", "name the other date")
    if partner is None or (works and partner.kind.working):
        state = "stays a working day" if works else "is neither a holiday nor a working day"
        place.refuse(f"{swap}, which {state}", f"add what {other} is")
    if partner.kind.working and partner.swapped_with is None:
        place.refuse(f"{swap}, which works on its own hours", "correct one of them")
    if (works or partner.kind.working) and partner.swapped_with not in (None, day):
        place.refuse(f"{swap}, which is swapped with {partner.swapped_with}", "correct one of them")


def calendar_of(
    id: str,
    entries: Iterable[Entry],
    *,
    weekend: frozenset[int],
    first: date,
    last: date,
    tz: ZoneInfo | str | None,
) -> Calendar:
    """Return a calendar with the given entries; its version is a digest of the entries."""
    zone = None if tz is None else zone_of(tz).key
    table = TableDays.of(entries, weekend=weekend, first=first, last=last, version="")
    lines = [f"{sorted(weekend)} {first} {last}"]
    lines += [
        f"{day} {int(layer)} {kind.value} {act and tuple(act)} {name!r} {other} {eve} {by}"
        for day, layer, kind, act, name, other, eve, by in table.rows
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    return Calendar(id, table._replace(version=f"sha256:{digest}"), tz=zone)


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

"""Read the content of a calendar file, check its rows, and build the calendar.

The readers of all file formats use these functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import PRE_HOLIDAY_SHORTENING, DayKind, Entry, Layer
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
    """Raise TypeError for a value that is not a date, CalendarDataError if last is before first."""
    for day in (first, last):
        if type(day) is not date:
            msg = f"first and last are dates such as date(2026, 1, 1), not {shown(day)}"
            raise TypeError(msg)
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

"""What the readers of calendar files share: the source's text, checks of rows, the calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import PRE_HOLIDAY_SHORTENING, DayKind, Entry, Layer
from workhours_sla.calendars.table_days import TableDays
from workhours_sla.calendars.time_zone import time_zone
from workhours_sla.errors import CalendarDataError, clipped, shown

Source = str | bytes | Path
"""The content itself, as text or UTF-8 bytes; only a Path is a file to open."""

SHORT_DAY_NAMES = {"en": "short working day", "ru": "сокращённый рабочий день"}

_DAYS_OF_A_WEEK = 7


class Checkpoint(NamedTuple):
    """Where in a source something stands: a line, or a key path where lines mean nothing."""

    name: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.name} line {self.line}"
        return f"{self.name} {clipped(self.key)}" if self.key else self.name

    def refuse(self, what: str, way_out: str) -> NoReturn:
        """Raise CalendarDataError of one sentence: the place, what is wrong, the way out."""
        msg = f"{self}: {what}; {way_out}"
        raise CalendarDataError(msg, name=self.name, line=self.line, key=self.key) from None


class Row(NamedTuple):
    """An entry and where it stands."""

    entry: Entry
    place: Checkpoint


def raw_of(source: Source, what: str) -> tuple[str, bytes]:
    """Return a source's name and bytes; ``what`` names one that is no file.

    Raises CalendarDataError for a file that cannot be read, TypeError for what is no source.
    """
    if isinstance(source, Path):
        try:
            return str(source), source.read_bytes()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            Checkpoint(repr(str(source))).refuse(f"cannot be read ({why})", "check the path")
    if isinstance(source, bytes):
        return what, source
    if isinstance(source, str):
        try:
            return what, source.encode()
        except UnicodeEncodeError as error:
            line = source.count("\n", 0, error.start) + 1
            Checkpoint(what, line).refuse("half of a character is no text", "give whole characters")
    msg = f"give the content as text or bytes, or a Path of a file, not {type(source).__name__}"
    raise TypeError(msg)


def decoded(raw: bytes, place: Checkpoint) -> str:
    """Return UTF-8 bytes as text. Raises CalendarDataError."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if place.line is None:
            place = place._replace(line=raw.count(b"\n", 0, error.start) + 1)
        place.refuse(f"the byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8")


def text_of(source: Source, what: str) -> tuple[str, str]:
    """Return a source's name and text, without a byte order mark. Raises as ``raw_of``."""
    name, raw = raw_of(source, what)
    return name, decoded(raw, Checkpoint(name)).removeprefix("\ufeff")


def weekdays(weekend: Iterable[int]) -> frozenset[int]:
    """Return the days of a weekend (Monday is 0). Raises CalendarDataError."""
    days = frozenset(weekend)
    for day in days:
        if type(day) is not int or not 0 <= day < _DAYS_OF_A_WEEK:
            Checkpoint("weekend").refuse(
                f"{shown(day)} is no weekday", "count them from Monday, 0, to Sunday, 6"
            )
    return days


def zone_of(tz: ZoneInfo | str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises UnknownTimeZoneError."""
    return tz if isinstance(tz, ZoneInfo) else time_zone(tz)


def check_range(first: date, last: date) -> None:
    """Refuse dates that are none, or in the wrong order. Raises TypeError, CalendarDataError."""
    for day in (first, last):
        if type(day) is not date:
            msg = f"first and last are dates such as date(2026, 1, 1), not {shown(day)}"
            raise TypeError(msg)
    if last < first:
        msg = f"the last known date {last} is before the first, {first}; swap them"
        raise CalendarDataError(msg, first=first, last=last)


def check_years(dates: Collection[date], first: date, last: date, name: str) -> None:
    """Refuse a whole year of which a source says nothing: most likely it does not know it."""
    said = {day.year for day in dates}
    for year in range(first.year, last.year + 1):
        whole = first <= date(year, 1, 1) and date(year, 12, 31) <= last
        if whole and year not in said:
            Checkpoint(name).refuse(
                f"says nothing of {year}, so it may not know that year",
                "give first and last dates within the years that it tells of",
            )


def short(entry: Entry, weekend: frozenset[int], lang: str = "en") -> Entry:
    """Return the entry of a day that works an hour less.

    On a weekend, or swapped with another date, it is a transferred working day.
    """
    entry = entry._replace(shortened_by=PRE_HOLIDAY_SHORTENING)
    if entry.date.weekday() in weekend or entry.swapped_with is not None:
        return entry._replace(layer=Layer.TRANSFER, kind=DayKind.TRANSFERRED_WORK)
    return entry._replace(name=entry.name or SHORT_DAY_NAMES.get(lang, SHORT_DAY_NAMES["en"]))


def paired(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows, the two dates of a swap naming one another where only one of them did."""
    named = [row.entry for row in rows if row.entry.swapped_with is not None]
    working, off = (
        {entry.swapped_with: entry.date for entry in named if entry.kind is kind}
        for kind in (DayKind.TRANSFERRED_WORK, DayKind.TRANSFERRED_OFF)
    )
    for entry, place in rows:
        other = None
        if entry.kind is DayKind.TRANSFERRED_WORK:
            other = off.get(entry.date)
        elif entry.kind is DayKind.TRANSFERRED_OFF:
            other = working.get(entry.date)
        if entry.swapped_with is None and other is not None:
            yield Row(entry._replace(swapped_with=other), place)
        else:
            yield Row(entry, place)


def check_swaps(
    rows: Sequence[Row], weekend: frozenset[int], first: date, last: date, *, way_out: str
) -> None:
    """Refuse a swap that would lose or double hours.

    A working weekend must say whose hours it takes, that date must have hours of its own and be
    off, and a day off must be moved from a date that is a holiday or works instead.
    ``way_out`` says how this kind of file names the other date. Raises CalendarDataError.
    """
    by_date = {row.entry.date: row.entry for row in rows}
    for row in rows:
        entry, other = row.entry, row.entry.swapped_with
        if entry.kind is DayKind.TRANSFERRED_WORK:
            _check_hours(row, weekend, way_out)
        if other is not None and first <= other <= last:
            _check_partner(row, other, by_date.get(other))


def _check_hours(row: Row, weekend: frozenset[int], way_out: str) -> None:
    """Refuse a transferred working day that would have no hours."""
    day, other = row.entry.date, row.entry.swapped_with
    if other is None:
        if day.weekday() in weekend:
            row.place.refuse(f"{day} works on a weekend, but on whose hours is not said", way_out)
    elif other.weekday() in weekend:
        row.place.refuse(f"{day} works in place of {other}, a weekend without hours", way_out)


def _check_partner(row: Row, other: date, partner: Entry | None) -> None:
    """Refuse a swap of which the other date knows nothing."""
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


def calendar_of(  # noqa: PLR0913 - what a calendar is made of
    id: str,  # noqa: A002 - the word of Calendar
    entries: Iterable[Entry],
    *,
    weekend: frozenset[int],
    first: date,
    last: date,
    tz: ZoneInfo | str | None,
) -> Calendar:
    """Return the calendar of checked entries; its version is a digest of them."""
    zone = None if tz is None else zone_of(tz).key
    rows = sorted(
        set(entries),
        key=lambda entry: (entry.date, entry.layer, entry.kind, entry.name or "", repr(entry)),
    )
    table = TableDays(weekend, ((first, last),), tuple(rows), version="")
    return Calendar(id, table._replace(version=_digest(table)), tz=zone)


def _digest(table: TableDays) -> str:
    lines = [f"{sorted(table.off_weekdays)} {table.known[0][0]} {table.known[-1][1]}"]
    lines += [
        f"{day} {int(layer)} {kind.value} {act and tuple(act)} {name!r} {other} {eve} {by}"
        for day, layer, kind, act, name, other, eve, by in table.rows
    ]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

"""Parse the dates, times and durations of iCalendar (RFC 5545, sections 3.3.4 to 3.3.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.adapters.calendars.icalendar.lines import Component, Property
from workhours_sla.calendars.days import ONE_DAY
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import UnknownTimeZoneError, clipped, shown

ZERO = timedelta(0)
_ONE_MINUTE = timedelta(minutes=1)

MOMENT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,6})W|(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?)"
)


class Moment(NamedTuple):
    """A date or a time as it is written in the file.

    ``wall`` is the wall-clock time, stored as if it were in UTC. ``zone`` is the zone of the time,
    or None for a date and for a floating time, which is a local time in any zone.
    """

    wall: datetime
    zone: ZoneInfo | None
    date_only: bool

    def at(self, wall: datetime) -> datetime:
        """Return the instant, in UTC, of the wall-clock time ``wall`` in this moment's zone."""
        return wall if self.zone is None else instant_of(wall, self.zone)


class Length(NamedTuple):
    """The length of an event: time on the wall clock (``nominal``), then real time (``exact``)."""

    nominal: timedelta
    exact: timedelta


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, of a wall-clock time in a zone.

    A wall-clock time that occurs twice is the first of the two instants. A wall-clock time that is
    skipped is interpreted with the UTC offset before the change.
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


def moments_of(line: Property, zones: Mapping[str, str]) -> list[Moment]:
    """Return the dates or times that a property lists. Raises CalendarDataError.

    ``zones`` maps TZIDs that are not IANA names to IANA names.
    """
    kind = (line.parameter("VALUE") or "").upper()
    tzid = line.parameter("TZID")
    found = []
    for text in line.value.strip().split(","):
        match = MOMENT.fullmatch(text)
        date_only = match is not None and match[4] is None
        if match is None or kind not in ("", "DATE" if date_only else "DATE-TIME"):
            wanted = clipped(kind) or "date or time"
            what = f"{line.name} is {shown(text)}, which is not a {wanted}"
            line.place.refuse(what, "write it like 20260101 or 20260101T090000Z")
        try:
            fields = [int(group or 0) for group in match.groups()[:6]]
            wall = datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type,misc]
        except ValueError:
            line.place.refuse(f"{line.name} {text} is not a date or time", "correct it")
        zone = None
        if match[7]:
            zone = ZoneInfo("UTC")
        elif tzid and not date_only:
            zone = _zone(line, tzid, zones)
        found.append(Moment(wall, zone, date_only))
    return found


def moment_of(line: Property, zones: Mapping[str, str]) -> Moment:
    """Return the only date or time of a property. Raises CalendarDataError for several."""
    first, *others = moments_of(line, zones)
    if others:
        line.place.refuse(f"{line.name} has {len(others) + 1} values", "keep one of them")
    return first


def _zone(line: Property, tzid: str, zones: Mapping[str, str]) -> ZoneInfo:
    names = [zones.get(tzid, tzid)]
    if tzid.startswith("/"):  # such as /mozilla.org/20050126_1/Europe/Berlin
        parts = tzid.split("/")
        names += ["/".join(parts[index:]) for index in range(1, len(parts))]
    for name in names:
        with suppress(UnknownTimeZoneError):
            return time_zone(name)
    return line.place.refuse(
        f"the TZID {shown(tzid)} is not an IANA name",
        "map it to one, such as zones={'Russian Standard Time': 'Europe/Moscow'}",
    )


def length_between(start: Moment, line: Property, zones: Mapping[str, str]) -> Length:
    """Return the length from ``start`` to the DTEND in ``line``. Raises CalendarDataError.

    If start and end are in the same zone, the length is measured on the wall clock, so that a day
    remains a day when the clocks change. If start and end are the same date, the length is one day.
    """
    end = moment_of(line, zones)
    if end.date_only != start.date_only:
        line.place.refuse("DTEND and DTSTART are not both dates or both times", "write both alike")
    if end.zone == start.zone:
        length = Length(end.wall - start.wall, ZERO)
    elif end.zone is None or start.zone is None:
        line.place.refuse("of DTEND and DTSTART only one has a zone", "give both or neither one")
    else:
        length = Length(ZERO, end.at(end.wall) - start.at(start.wall))
    if length.nominal + length.exact < ZERO:
        line.place.refuse(f"DTEND {shown(line.value)} is before DTSTART", "correct one of them")
    return length if any(length) or not start.date_only else Length(ONE_DAY, ZERO)


def length_of(start: Moment, line: Property) -> Length:
    """Return the length of an event from its DURATION. Raises CalendarDataError."""
    match = _DURATION.fullmatch(line.value.strip())
    groups = match.groups() if match else ()
    if not any(group is not None for group in groups[1:]):
        line.place.refuse(f"{shown(line.value)} is not a DURATION", "write it like P1D or PT8H")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in groups[1:])
    length = Length(
        timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
    )
    if groups[0] == "-" and any(length):
        line.place.refuse("a DURATION below zero ends before it starts", "correct it")
    if start.date_only:
        if (length.nominal + length.exact) % ONE_DAY or not any(length):
            line.place.refuse(f"{shown(line.value)} of a date is not whole days", "write P1D")
        length = Length(length.nominal + length.exact, ZERO)
    return length


def on_clock_of(start: Moment, moment: Moment, line: Property | Component) -> datetime:
    """Return ``moment`` as a wall-clock time in the zone of ``start``.

    ``moment`` is the start of an occurrence of an event whose DTSTART is ``start``. If ``moment``
    is a date, the result has the time of day of ``start``. Raises CalendarDataError.
    """
    if moment.date_only and not start.date_only:
        return datetime.combine(moment.wall, start.wall.timetz())
    if start.date_only and moment.wall.time() != time():
        line.place.refuse(
            f"of an event of whole days one date has the time {moment.wall:%H:%M}",
            "write it as a date",
        )
    if start.zone is None or moment.zone in (None, start.zone):
        return moment.wall
    return moment.at(moment.wall).astimezone(start.zone).replace(tzinfo=UTC)


class Days(NamedTuple):
    """The dates that an event covers.

    Dates from ``first`` to before ``after`` are covered completely, dates in ``partly`` in part.
    """

    first: date
    after: date
    partly: tuple[date, ...]


def days_of(start: datetime, end: datetime, zone: tzinfo) -> Days:
    """Return the dates in ``zone`` that lie between two instants in UTC.

    An end within the last minute of a day, such as 23:59:59, counts as the end of that day.
    """
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    partly = []
    if start < end and _midnight(last + ONE_DAY, zone) - end <= _ONE_MINUTE:
        last += ONE_DAY
        end = _midnight(last, zone)
    if _midnight(last, zone) < end or start == end:
        partly.append(last)
    if _midnight(first, zone) < start:
        if first != last:
            partly.insert(0, first)
        first += ONE_DAY
    return Days(first, max(first, last), tuple(partly))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=UTC), zone)

"""The times of iCalendar (RFC 5545): moments, lengths, and the starts of what recurs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from workhours_sla.adapters.calendars.icalendar.lines import Component, Property
from workhours_sla.adapters.calendars.rows import zone_of
from workhours_sla.errors import UnknownTimeZoneError, clipped, shown

ONE_DAY = timedelta(days=1)
ZERO = timedelta(0)
_ONE_MINUTE = timedelta(minutes=1)

_MOMENT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,6})W|(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?)"
)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BY_WEEKDAY = re.compile(r"(?:[+-]?([0-9]{1,2}))?(?:MO|TU|WE|TH|FR|SA|SU)")
_WEEKDAYS_OF_A_MONTH = 5
_WEEKDAYS_OF_A_YEAR = 53
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LARGEST = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYMONTH": 12, "BYSETPOS": 366}
_ONLY_POSITIVE = ("BYMONTH", "COUNT", "INTERVAL")
_BY_DATE = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY")
_DAYS = {"DAILY": 1, "WEEKLY": 7}
_MONTHS = {"MONTHLY": 1, "YEARLY": 12}
_CYCLE, _YEARS_OF_A_CYCLE = timedelta(days=146_097), 400
"""After so long the dates, weekdays and weeks of the calendar come again."""
_MOST_STARTS = 100_000
"""How often one event may start within the dates asked for."""


class Moment(NamedTuple):
    """A date or a time as it is written.

    ``wall`` is what it reads, written down as if in UTC; ``zone`` where that reading holds, None
    for a date and for a time that floats, the same on every wall.
    """

    wall: datetime
    zone: ZoneInfo | None
    date_only: bool

    def at(self, wall: datetime) -> datetime:
        """Return the instant, in UTC, at which this moment's clock reads ``wall``."""
        return wall if self.zone is None else instant_of(wall, self.zone)


class Length(NamedTuple):
    """How long an event lasts: first on the wall clock, then in exact time."""

    nominal: timedelta
    exact: timedelta


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, of a reading; the first of two, the change for a skipped one."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def moments_of(line: Property, zones: Mapping[str, str]) -> list[Moment]:
    """Return the dates and times of a property. Raises CalendarDataError.

    ``zones`` gives the IANA names of TZIDs that are none.
    """
    kind = (line.parameter("VALUE") or "").upper()
    tzid = line.parameter("TZID")
    found = []
    for text in line.value.strip().split(","):
        match = _MOMENT.fullmatch(text)
        date_only = match is not None and match[4] is None
        if match is None or kind not in ("", "DATE" if date_only else "DATE-TIME"):
            wanted = clipped(kind) or "date or time"
            what = f"{line.name} is {shown(text)}, which is no {wanted} as read here"
            line.place.refuse(what, "write it like 20260101 or 20260101T090000Z")
        try:
            fields = [int(group or 0) for group in match.groups()[:6]]
            wall = datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type,misc]
        except ValueError:
            line.place.refuse(f"{line.name} {text} is no date or time", "correct it")
        zone = None
        if match[7]:
            zone = ZoneInfo("UTC")
        elif tzid and not date_only:
            zone = _zone(line, tzid, zones)
        found.append(Moment(wall, zone, date_only))
    return found


def moment_of(line: Property, zones: Mapping[str, str]) -> Moment:
    """Return the one date or time of a property. Raises CalendarDataError."""
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
            return zone_of(name)
    return line.place.refuse(
        f"the TZID {shown(tzid)} is no IANA zone",
        "name the zone it means, such as zones={'Russian Standard Time': 'Europe/Moscow'}",
    )


def length_between(start: Moment, line: Property, zones: Mapping[str, str]) -> Length:
    """Return the length up to a DTEND. Raises CalendarDataError.

    What starts and ends on one clock lasts as long as that clock says, so that a day stays a day
    when the clocks change. A date that ends on itself is that day.
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
    """Return the length that a DURATION says. Raises CalendarDataError."""
    match = _DURATION.fullmatch(line.value.strip())
    groups = match.groups() if match else ()
    if not any(group is not None for group in groups[1:]):
        line.place.refuse(f"{shown(line.value)} is no DURATION", "write it like P1D or PT8H")
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
    """Return what the clock of ``start`` reads at a moment that names one of its occurrences.

    Raises CalendarDataError.
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


def starts_of(
    start: Moment, rules: Iterable[Property], horizon: datetime, inside: datetime
) -> Iterator[datetime]:
    """Yield the readings at which an event starts, up to ``horizon``, by its rules.

    Of those before ``inside`` some are left out. The standard leaves open whether a first start
    that its own rule does not name counts, so one at ``inside`` or later, or one that a COUNT
    hangs on, is refused. Raises CalendarDataError.
    """
    yield start.wall
    for line in rules:
        parts, until = _checked_rule(line, start)
        begun = start.wall
        if "COUNT" not in parts:
            begun = _last_period_before(inside, begun, parts)
        elif begun < inside - _CYCLE:
            what = f"its COUNT begins {_YEARS_OF_A_CYCLE} years before the dates asked for"
            line.place.refuse(what, "let it begin later, with the COUNT that is left then")
        # the same dates of the last cycle: past them the rule soon ends, even one without dates
        last_year = max(begun, horizon).year
        later = _CYCLE * ((MAXYEAR - last_year) // _YEARS_OF_A_CYCLE)
        text = ";".join(f"{key}={value}" for key, value in parts.items())
        try:
            rule = rrulestr(f"RRULE:{text}", dtstart=begun + later)
        except ValueError as error:
            line.place.refuse(f"RRULE {shown(line.value)}: {error}", "correct it")
        count = 0
        for wall in (found - later for found in rule):
            if (
                not count
                and wall != start.wall
                and (start.wall >= inside or "COUNT" in parts)
                and start.wall <= horizon
            ):
                line.place.refuse(
                    "DTSTART is not among the dates of its own RRULE, which may mean two things",
                    f"let DTSTART be the first of them, {wall.date()}",
                )
            count += 1
            if wall > min(horizon, until):
                break
            if count > _MOST_STARTS:
                line.place.refuse(
                    f"the event starts more than {_MOST_STARTS:,} times within the dates asked for",
                    "shorten it, or ask for fewer years",
                )
            yield wall
        if not count:
            line.place.refuse(f"RRULE {shown(line.value)} has no dates", "correct it")


def _last_period_before(inside: datetime, begun: datetime, parts: dict[str, str]) -> datetime:
    """Return where to begin instead of DTSTART, so that the periods before are not gone through.

    What the rule takes from DTSTART is written into its parts.
    """
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if frequency in _DAYS:
        period = timedelta(days=_DAYS[frequency] * interval) if interval < _CYCLE.days else _CYCLE
        passed = (inside - begun) // period - 1
        return begun + period * passed if passed > 0 and period < _CYCLE else begun
    months = _MONTHS[frequency] * interval
    passed = ((inside.year - begun.year) * 12 + inside.month - begun.month) // months - 1
    if passed <= 0:
        return begun
    if not any(key in parts for key in _BY_DATE):
        parts["BYMONTHDAY"] = str(begun.day)
        if frequency == "YEARLY":
            parts.setdefault("BYMONTH", str(begun.month))
    month = begun.month - 1 + passed * months
    year, month = begun.year + month // 12, month % 12
    return begun.replace(year=year, month=1 if frequency == "YEARLY" else month + 1, day=1)


def _checked_rule(line: Property, start: Moment) -> tuple[dict[str, str], datetime]:
    """Return the parts of a rule, known and within their ranges, without its UNTIL, and that."""
    parts: dict[str, str] = {}
    for part in filter(None, line.value.strip().upper().split(";")):
        key, _, value = part.partition("=")
        if key in parts:
            line.place.refuse(f"RRULE has {shown(key)} twice", "keep one of them")
        if not _fits(key, value):
            line.place.refuse(
                f"RRULE has {shown(part)}, which is not read here",
                "give the dates as events of their own, or as RDATE",
            )
        parts[key] = value
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        what = "no FREQ" if "FREQ" not in parts else "both COUNT and UNTIL"
        line.place.refuse(f"RRULE has {what}", "correct it")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and re.search("[0-9]", parts.get("BYDAY", "")):
        line.place.refuse(
            f"RRULE counts weekdays in a rule that is {parts['FREQ']}", "use MONTHLY or YEARLY"
        )
    _check_weekdays(line, parts)
    if "BYWEEKNO" in parts:
        # RFC 5545: what a rule does not say is taken from DTSTART; dateutil takes every weekday
        parts.setdefault("BYDAY", _WEEKDAYS[start.wall.weekday()])
    until = _until(line, parts.pop("UNTIL", None), start)
    return parts, until


def _check_weekdays(line: Property, parts: dict[str, str]) -> None:
    """Refuse the 6th Monday of a month, and the 54th of a year."""
    of_month = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    most = _WEEKDAYS_OF_A_MONTH if of_month else _WEEKDAYS_OF_A_YEAR
    for part in parts.get("BYDAY", "").split(","):
        match = _BY_WEEKDAY.fullmatch(part)
        if match and int(match[1] or 0) > most:
            of = "month" if of_month else "year"
            line.place.refuse(f"RRULE has {part}, and no {of} has {match[1]} of them", "correct it")


def _fits(key: str, value: str) -> bool:
    if key == "FREQ":
        return value in _FREQUENCIES
    if key == "UNTIL":
        return _MOMENT.fullmatch(value) is not None
    if key == "WKST":
        return value in _WEEKDAYS
    if key == "BYDAY":
        return all(_BY_WEEKDAY.fullmatch(part) for part in value.split(","))
    numbers = value.split(",")
    if key in ("COUNT", "INTERVAL"):
        return len(numbers) == 1 and bool(_NUMBER.fullmatch(value)) and int(value) > 0
    return key in _LARGEST and all(
        _NUMBER.fullmatch(number)
        and 1 <= (int(number) if key in _ONLY_POSITIVE else abs(int(number))) <= _LARGEST[key]
        for number in numbers
    )


def _until(line: Property, text: str | None, start: Moment) -> datetime:
    """Return the last reading that a rule may name; a date holds to its end."""
    if text is None:
        return datetime.max.replace(tzinfo=UTC)
    until = moment_of(line._replace(parameters=(), value=text), {})
    if until.date_only or start.date_only:
        return until.wall.replace(hour=23, minute=59, second=59)
    if until.zone is not None and start.zone is not None:
        try:
            return until.wall.astimezone(start.zone).replace(tzinfo=UTC)
        except OverflowError:  # at the end of time, which is no bound
            return until.wall
    return until.wall


class Days(NamedTuple):
    """The dates that an event covers whole, and those that it covers in part."""

    first: date
    after: date
    partly: tuple[date, ...]


def days_of(start: datetime, end: datetime, zone: tzinfo) -> Days:
    """Return the days of a zone between two instants in UTC.

    An end within the last minute of a day, such as 23:59:59, is the end of that day.
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

"""Read a calendar from a holiday feed in iCalendar (.ics, RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import ONE_DAY, Act, DayKind, Entry, Layer, dates_between
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import UnknownTimeZoneError, needs_extra, shown
from workhours_sla.foreign.calendar_rows import (
    Place,
    Source,
    calendar_of,
    check_range,
    check_years,
    decoded,
    raw_of,
    weekdays,
    zone_of,
)
from workhours_sla.module_names import public

__all__ = ["FeedEvent", "PartialDay", "read_icalendar"]

MOST_DAYS: Final = 1_000_000
"""Maximum number of days covered by a feed, where each event's days are counted separately."""
_ONE_MINUTE: Final = timedelta(minutes=1)
_MARGIN: Final = timedelta(days=2)
"""A time longer than any difference between two UTC offsets."""
_ZONE: Final = re.compile(
    r'^((?:DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID)\b[^:\n]*?;TZID=)("[^"\n]*"|[^:;\n]*)',
    re.IGNORECASE | re.MULTILINE,
)
_FREQUENCIES: Final = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_BY_TIME: Final = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FAULTS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Errors by which the libraries refuse a feed that they cannot read."""


@public("workhours_sla.files")
class PartialDay(NamedTuple):
    """A date that an event covers only in part; ``name`` is the SUMMARY of the event."""

    date: date
    name: str
    place: Place


class FeedEvent(NamedTuple):
    """The properties of an event that are passed to the argument ``keep`` of ``read_icalendar``.

    ``name`` is the SUMMARY. ``status`` is ``CONFIRMED``, ``TENTATIVE`` or empty, because ``keep``
    is not called for cancelled events.
    """

    name: str
    description: str
    categories: tuple[str, ...]
    status: str


def read_icalendar(
    source: Source,
    *,
    id: str,
    first: date,
    last: date,
    weekend: Iterable[int] = (5, 6),
    tz: ZoneInfo | str | None = None,
    zones: Mapping[str, str] | None = None,
    keep: Callable[[FeedEvent], bool] | None = None,
    on_partial: Callable[[PartialDay], object] | None = None,
) -> Calendar:
    """Return the calendar whose days off are the events of a holiday feed.

    ``source`` is the content, as text or bytes, or a Path. Every date from ``first`` to ``last``
    (both included) that an event covers completely is a holiday (Layer.STATUTORY) with the event's
    SUMMARY as its name. Endless recurrences end with ``last``. ``weekend`` are the weekly days off
    (Monday is 0). A feed cannot shorten days.

    ``tz`` is the calendar's IANA zone: times in other zones are converted to ``tz``. Without ``tz``
    the days of an event are counted in the event's own zone. ``zones`` maps TZIDs that are not IANA
    names to IANA names. ``keep`` selects the events, for feeds that mix days off with observances;
    it is called for each occurrence. ``on_partial`` is called with each date that an event covers
    only in part; such a date is not a day off. Without ``on_partial`` an event that covers a date
    in part is an error.

    Needs the extra ``ical``, whose libraries read events and recurrences as RFC 5545 defines them.

    Raises CalendarDataError for text that is not iCalendar, for an event that cannot be read, for a
    date covered in part, and for a whole year without a day off. Raises UnknownTimeZoneError for an
    unknown ``tz``, and TypeError for arguments of other types.

    >>> feed = '''BEGIN:VCALENDAR
    ... BEGIN:VEVENT
    ... DTSTART;VALUE=DATE:20200501
    ... RRULE:FREQ=YEARLY
    ... SUMMARY:Labour Day
    ... END:VEVENT
    ... END:VCALENDAR'''
    >>> own = read_icalendar(feed, id="own", first=date(2025, 1, 1), last=date(2026, 12, 31))
    >>> own.day(date(2026, 5, 1)).reasons[0].name
    'Labour Day'
    """
    check_range(first, last)
    off_weekdays = weekdays(weekend)
    zone = None if tz is None else zone_of(tz)
    name, raw = raw_of(source, "the feed")
    place = Place(name)
    entries: set[Entry] = set()
    partial: set[PartialDay] = set()
    covered = 0
    for calendar in _calendars(raw, place, zones or {}):
        act = _act(calendar, name)
        for event in _occurrences(calendar, place, first, last):
            about = _about(event)
            if about.status == "CANCELLED" or (keep is not None and not keep(about)):
                continue
            days = _covered(event, zone, place)
            since, until = max(days.first, first), min(days.after - ONE_DAY, last)
            covered += max(0, (until - since).days + 1)
            if covered > MOST_DAYS:
                what = f"the events cover {MOST_DAYS:,} days, repetitions included"
                place.refuse(what, "shorten the events, or read fewer years")
            entries.update(_entry(day, about, act) for day in dates_between(since, until))
            partial.update(
                PartialDay(day, about.name, place) for day in days.partly if first <= day <= last
            )
    check_years({entry.date for entry in entries}, first, last, name)
    found = calendar_of(id, entries, weekend=off_weekdays, first=first, last=last, tz=zone)
    for day in sorted(partial):
        (on_partial or _refuse)(day)
    return found


def _refuse(day: PartialDay) -> None:
    day.place.refuse(
        f"the event {shown(day.name)} covers {day.date} only in part",
        "leave it out with keep=..., or accept such dates with on_partial=...",
    )


def _entry(day: date, about: FeedEvent, act: Act) -> Entry:
    if about.status == "TENTATIVE":
        act = act._replace(note="tentative")
    return Entry(day, Layer.STATUTORY, DayKind.HOLIDAY, act, about.name or None)


# -- parsing -----------------------------------------------------------------------------------


def _calendars(raw: bytes, place: Place, zones: Mapping[str, str]) -> Iterator[Any]:
    """Yield the VCALENDAR components of a feed, with IANA names of zones."""
    try:
        import icalendar
    except ImportError as error:
        raise needs_extra(what="holiday feeds need icalendar", extras=("ical",)) from error
    lines = re.sub(rb"\r\n?", b"\n", raw)
    text = decoded(re.sub(rb"\n[ \t]", b"", lines), place.name)
    text = _ZONE.sub(lambda found: f"{found[1]}{_zone_name(found[2], zones, place)}", text)
    if len(re.findall(r"(?im)^BEGIN:", text)) != len(re.findall(r"(?im)^END:", text)):
        place.refuse("a BEGIN has no END", "get the file again, it may be incomplete")
    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except _FAULTS as error:
        place.refuse(f"it is no iCalendar ({_one_line(error)})", "give the content of an .ics file")
    if not calendars:
        place.refuse("it has no calendar", "give the content of an .ics file, or its Path")
    for calendar in calendars:
        if calendar.name != "VCALENDAR":
            what = f"{shown(calendar.name)} outside of a VCALENDAR"
            place.refuse(what, "put it between BEGIN:VCALENDAR and END:VCALENDAR")
        yield calendar


def _zone_name(written: str, zones: Mapping[str, str], place: Place) -> str:
    tzid = written.strip('"')
    names = [zones.get(tzid, tzid)]
    if tzid.startswith("/"):  # such as /mozilla.org/20050126_1/Europe/Berlin
        parts = tzid.split("/")
        names += ["/".join(parts[index:]) for index in range(1, len(parts))]
    for name in names:
        with suppress(UnknownTimeZoneError):
            return time_zone(name).key
    return place.refuse(
        f"the TZID {shown(tzid)} is not an IANA name",
        "map it to one, such as zones={'Russian Standard Time': 'Europe/Moscow'}",
    )


def _act(calendar: Any, name: str) -> Act:
    product = _text(calendar, "PRODID")
    title = _text(calendar, "X-WR-CALNAME") or _text(calendar, "NAME") or product or name
    title = re.sub(r"\\([\\,;])", r"\1", title)  # which the library knows only of TEXT
    return Act(title, source=product or name)


def _about(event: Any) -> FeedEvent:
    listed = event.get("CATEGORIES", ())
    groups = listed if isinstance(listed, list) else [listed] if listed else []
    categories = tuple(str(one).strip() for group in groups for one in group.cats)
    status = _text(event, "STATUS").upper()
    return FeedEvent(_text(event, "SUMMARY"), _text(event, "DESCRIPTION"), categories, status)


def _text(component: Any, key: str) -> str:
    found = component.get(key, "")
    return " ".join(str(found[0] if isinstance(found, list) else found).split())


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200]


# -- occurrences -------------------------------------------------------------------------------


def _occurrences(calendar: Any, place: Place, first: date, last: date) -> Iterator[Any]:
    """Yield the occurrences of events near the dates to read, each as an event of its own."""
    import recurring_ical_events

    events = calendar.walk("VEVENT")
    for event in events:
        _check(event, place, first)
    cancelled = {
        _text(event, "UID"): _sequence(event)
        for event in events
        if _text(event, "STATUS").upper() == "CANCELLED" and event.get("RECURRENCE-ID") is None
    }
    moved_from = {
        _text(event, "UID"): set(_listed(event, "EXDATE"))
        for event in events
        if event.get("RECURRENCE-ID") is None
    }
    for event in events:  # an occurrence that is removed and moved, as some programs write it
        moved = event.get("RECURRENCE-ID")
        if moved is not None and moved.dt in moved_from.get(_text(event, "UID"), ()):
            del event["RECURRENCE-ID"]
            event["UID"] = f"{_text(event, 'UID')} moved from {moved.dt}"
    calendar.subcomponents = [
        event
        for event in events
        if _sequence(event) > cancelled.get(_text(event, "UID"), -1) or not _text(event, "UID")
    ]
    try:
        yield from recurring_ical_events.of(calendar).between(
            datetime.combine(first, time()) - _MARGIN, datetime.combine(last, time()) + _MARGIN
        )
    except _FAULTS as error:
        place.refuse(f"an event cannot be read ({_one_line(error)})", "correct or remove it")


def _sequence(event: Any) -> int:
    text = _text(event, "SEQUENCE")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _check(event: Any, place: Place, first: date) -> None:
    """Raise CalendarDataError for an event that the libraries would read in part, or wrongly."""
    name = shown(_text(event, "SUMMARY") or _text(event, "UID"))
    for key, why in event.errors:
        what = f"{key or 'a line'} of the event {name} cannot be read ({_one_line(why)})"
        place.refuse(what, "correct it")
    if event.get("EXRULE") is not None:
        place.refuse(f"the event {name} has an EXRULE", "list the dates as EXDATE")
    for key in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE"):
        if isinstance(event.get(key), list):
            place.refuse(f"the event {name} has {key} more than once", "keep one of them")
    replaced, status = event.get("RECURRENCE-ID"), _text(event, "STATUS").upper()
    if status == "CANCELLED" and replaced is not None and event.get("DTSTART") is None:
        event["DTSTART"] = replaced
    if event.get("DTSTART") is None:
        if status == "CANCELLED":
            return
        place.refuse(f"the event {name} has no DTSTART", "add one, or remove the event")
    start = event["DTSTART"].dt
    _check_span(event, place, name, start)
    if event.get("RRULE") is not None:
        _check_rule(event, place, name, start, first)


def _check_span(event: Any, place: Place, name: str, start: date) -> None:
    for removed in _listed(event, "EXDATE"):
        if type(start) is date and isinstance(removed, datetime) and removed.time() != time():
            place.refuse(f"EXDATE of the event {name} has a time", "write it as a date")
    end, length = event.get("DTEND"), event.get("DURATION")
    if end is not None and length is not None:
        place.refuse(f"the event {name} has a DTEND and a DURATION", "keep one of them")
    if end is not None:
        if _kind(end.dt) != _kind(start):
            what = f"DTSTART and DTEND of the event {name} are not of one kind"
            place.refuse(what, "write both as dates, or both as times with or without a zone")
        if end.dt < start:
            place.refuse(f"the event {name} ends before it starts", "correct DTEND")
    if length is not None and length.dt < timedelta(0):
        place.refuse(f"the event {name} has a DURATION below zero", "correct it")
    if length is not None and type(start) is date and (length.dt % ONE_DAY or not length.dt):
        place.refuse(f"the event {name} has a DURATION of not whole days", "write P1D")


def _listed(event: Any, key: str) -> list[date]:
    found = event.get(key, [])
    lines = found if isinstance(found, list) else [found]
    return [one.dt for line in lines for one in line.dts]


def _kind(when: date) -> tuple[bool, bool]:
    """Return whether a date has a time, and whether the time has a zone."""
    return isinstance(when, datetime), isinstance(when, datetime) and when.tzinfo is not None


def _check_rule(event: Any, place: Place, name: str, start: date, first: date) -> None:
    """Raise CalendarDataError for a rule by the hour, or one that DTSTART does not fit."""
    # RFC 5545 (3.8.5.3) leaves open what a rule means whose DTSTART is no occurrence of it.
    from dateutil.rrule import rrulestr

    rule = event["RRULE"]
    unreadable = rule.get("FREQ", [""])[0] not in _FREQUENCIES or rule.get("INTERVAL") == [0]
    if unreadable or _BY_TIME & rule.keys():
        what = f"RRULE {shown(rule.to_ical().decode())} of the event {name} is not supported"
        place.refuse(what, "give the dates as events of their own, or as RDATE")
    if "BYWEEKNO" in rule:  # by RFC 5545 on the weekday of DTSTART; dateutil takes every weekday
        rule.setdefault("BYDAY", [_WEEKDAYS[start.weekday()]])
    begun = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - on its own clock
    plain = {key: value for key, value in rule.items() if key != "UNTIL"}
    lists = {key: value if isinstance(value, list) else [value] for key, value in plain.items()}
    text = ";".join(f"{key}={','.join(map(str, values))}" for key, values in lists.items())
    try:
        found = next(iter(rrulestr(text, dtstart=begun)), None)
    except _FAULTS as error:
        place.refuse(f"RRULE of the event {name}: {_one_line(error)}", "correct it")
    if found is None:
        place.refuse(f"RRULE of the event {name} has no dates", "correct it")
    if found != begun and ("COUNT" in rule or begun.date() >= first):
        place.refuse(
            f"DTSTART of the event {name} is not among the dates of its own RRULE",
            f"let DTSTART be the first of them, {found.date()}",
        )


# -- days --------------------------------------------------------------------------------------


class _Days(NamedTuple):
    """The dates that an event covers."""

    first: date
    after: date
    partly: tuple[date, ...]


def _covered(event: Any, zone: ZoneInfo | None, place: Place) -> _Days:
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if not isinstance(start, datetime):
        return _Days(start, max(end, start + ONE_DAY), ())
    if start.tzinfo is None:
        return _days_between(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC), UTC)
    if zone is None and start.utcoffset() == timedelta(0) and start.tzname() == "UTC":
        what = f"the event {shown(_text(event, 'SUMMARY'))} is in UTC, so its days depend on a zone"
        place.refuse(what, "give tz='Europe/Moscow' or so")
    try:
        return _days_between(start.astimezone(UTC), end.astimezone(UTC), zone or start.tzinfo)
    except OverflowError:
        place.refuse("an event reaches beyond the years 1 to 9999", "correct its dates")


def _days_between(start: datetime, end: datetime, zone: tzinfo) -> _Days:
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
    return _Days(first, max(first, last), tuple(partly))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

"""Read a calendar from a holiday feed in iCalendar (.ics, RFC 5545), and write working time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import ONE_DAY, Act, DayKind, Entry, Layer, dates_between
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import (
    HoursSyntaxError,
    NaiveDatetimeError,
    UnknownTimeZoneError,
    needs_extra,
    shown,
)
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
from workhours_sla.text.catalog import DAYS, language
from workhours_sla.worktime.intervals import subtract
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.verbs import WorkingTime

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
_FAULTS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Errors by which the libraries refuse a feed that they cannot read."""


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
            begin, after, partly = _covered(event, zone, place)
            since, until = max(begin, first), min(after - ONE_DAY, last)
            covered += max(0, (until - since).days + 1)
            if covered > MOST_DAYS:
                what = f"the events cover {MOST_DAYS:,} days, repetitions included"
                place.refuse(what, "shorten the events, or read fewer years")
            by = act._replace(note="tentative") if about.status == "TENTATIVE" else act
            holiday = Entry(since, Layer.STATUTORY, DayKind.HOLIDAY, by, about.name or None)
            entries.update(holiday._replace(date=day) for day in dates_between(since, until))
            partial |= {
                PartialDay(day, about.name, place) for day in partly if first <= day <= last
            }
    check_years({entry.date for entry in entries}, first, last, name)
    found = calendar_of(id, entries, weekend=off_weekdays, first=first, last=last, tz=zone)
    for day in sorted(partial):
        if on_partial is None:
            what = f"the event {shown(day.name)} covers {day.date} only in part"
            remedy = "leave it out with keep=..., or accept such dates with on_partial=..."
            place.refuse(what, remedy)
        on_partial(day)
    return found


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
        the = f"the event {shown(_text(event, 'SUMMARY') or _text(event, 'UID'))}"
        for what, remedy in _faults(event, the, first):
            place.refuse(what, remedy)
    cancelled = {
        _text(event, "UID"): _sequence(event)
        for event in events
        if _is_cancelled(event) and event.get("RECURRENCE-ID") is None
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


def _faults(event: Any, the: str, first: date) -> Iterator[tuple[str, str]]:
    """Yield why the libraries would read an event in part, or wrongly, and what to do instead."""
    for key, why in event.errors:
        yield f"{key or 'a line'} of {the} cannot be read ({_one_line(why)})", "correct it"
    if event.get("EXRULE") is not None:
        yield f"{the} has an EXRULE", "list the dates as EXDATE"
    for key in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE"):
        if isinstance(event.get(key), list):
            yield f"{the} has {key} more than once", "keep one of them"
    replaced, is_cancelled = event.get("RECURRENCE-ID"), _is_cancelled(event)
    if is_cancelled and replaced is not None and event.get("DTSTART") is None:
        event["DTSTART"] = replaced
    if event.get("DTSTART") is not None:
        yield from _faults_of_span(event, the, event["DTSTART"].dt)
        if event.get("RRULE") is not None:
            yield from _faults_of_rule(event["RRULE"], the, event["DTSTART"].dt, first)
    elif not is_cancelled:
        yield f"{the} has no DTSTART", "add one, or remove the event"


def _is_cancelled(event: Any) -> bool:
    return _text(event, "STATUS").upper() == "CANCELLED"


def _faults_of_span(event: Any, the: str, start: date) -> Iterator[tuple[str, str]]:
    is_day = type(start) is date
    for removed in _listed(event, "EXDATE"):
        if is_day and isinstance(removed, datetime) and removed.time() != time():
            yield f"EXDATE of {the} has a time", "write it as a date"
    end, length = event.get("DTEND"), event.get("DURATION")
    if end is not None and length is not None:
        yield f"{the} has a DTEND and a DURATION", "keep one of them"
    if end is not None and _kind(end.dt) != _kind(start):
        remedy = "write both as dates, or both as times with or without a zone"
        yield f"DTSTART and DTEND of {the} are not of one kind", remedy
    if end is not None and end.dt < start:
        yield f"{the} ends before it starts", "correct DTEND"
    if length is not None and length.dt < timedelta(0):
        yield f"{the} has a DURATION below zero", "correct it"
    if length is not None and is_day and (length.dt % ONE_DAY or not length.dt):
        yield f"{the} has a DURATION of not whole days", "write P1D"


def _listed(event: Any, key: str) -> list[date]:
    found = event.get(key, [])
    lines = found if isinstance(found, list) else [found]
    return [one.dt for line in lines for one in line.dts]


def _kind(when: date) -> tuple[bool, bool]:
    """Return whether a date has a time, and whether the time has a zone."""
    return isinstance(when, datetime), isinstance(when, datetime) and when.tzinfo is not None


def _faults_of_rule(rule: Any, the: str, start: date, first: date) -> Iterator[tuple[str, str]]:
    """Yield why a rule cannot be read: it is by the hour, or DTSTART does not fit it."""
    # RFC 5545 (3.8.5.3) leaves open what a rule means whose DTSTART is no occurrence of it.
    from dateutil.rrule import rrulestr, weekday

    unreadable = rule.get("FREQ", [""])[0] not in _FREQUENCIES or rule.get("INTERVAL") == [0]
    if unreadable or _BY_TIME & rule.keys():
        what = f"RRULE {shown(rule.to_ical().decode())} of {the} is not supported"
        yield what, "give the dates as events of their own, or as RDATE"
    if "BYWEEKNO" in rule:  # by RFC 5545 on the weekday of DTSTART; dateutil takes every weekday
        rule.setdefault("BYDAY", [str(weekday(start.weekday()))])
    begun = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - on its own clock
    plain = {key: value for key, value in rule.items() if key != "UNTIL"}
    lists = {key: value if isinstance(value, list) else [value] for key, value in plain.items()}
    text = ";".join(f"{key}={','.join(map(str, values))}" for key, values in lists.items())
    try:
        found = next(iter(rrulestr(text, dtstart=begun)), None)
    except _FAULTS as error:
        yield f"RRULE of {the}: {_one_line(error)}", "correct it"
        return
    if found is None:
        yield f"RRULE of {the} has no dates", "correct it"
    elif found != begun and ("COUNT" in rule or begun.date() >= first):
        what = f"DTSTART of {the} is not among the dates of its own RRULE"
        yield what, f"let DTSTART be the first of them, {found.date()}"


# -- days --------------------------------------------------------------------------------------


_Days = tuple[date, date, tuple[date, ...]]
"""The first date that an event covers, the date after the last, and those covered in part."""


def _covered(event: Any, zone: ZoneInfo | None, place: Place) -> _Days:
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if not isinstance(start, datetime):
        return start, max(end, start + ONE_DAY), ()
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
    return first, max(first, last), tuple(partly)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


_CONTROL = re.compile(r"\r(?!\n)|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]+")
_PRODUCT = "-//workhours_sla//working time//EN"


def write_icalendar(
    schedule: WorkingTime,
    first: date,
    last: date,
    *,
    stamp: datetime,
    name: str | None = None,
    days_off: bool = False,
    lang: str = "en",
) -> str:
    r"""Return iCalendar text with the working time of shifts that start from ``first`` to ``last``.

    There is one event for each interval from opening to closing, also across midnight. Events are
    TRANSPARENT (RFC 5545, section 3.8.2.7), so that clients do not show people as busy.
    ``days_off`` adds all-day events for the dates that an act or an override makes days off. Days
    that no act has confirmed are TENTATIVE; only ``schedule.provisionally()`` has these days.

    ``stamp`` is the DTSTAMP, an aware datetime; the same arguments give the same text. ``name`` is
    the calendar's name. The UID of an event consists of a digest of ``name`` and of the event's
    start, so that a later file with the same name updates the events of an earlier file. ``lang``
    is the language of the texts, "en" or "ru".

    Times are in UTC, which every client converts correctly. Local times with a TZID could not
    express the second of two repeated hours, and would need a VTIMEZONE with every change of the
    zone; many clients do not read one.

    Needs the extra ``ical``, whose library writes the text.

    Raises CalendarCoverageError for dates that the calendar does not cover, CalendarDataError if
    ``last`` is before ``first``, NaiveDatetimeError for a naive ``stamp``, HoursSyntaxError for
    hours with fractions of a second, and TypeError for arguments of other types.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> stamp = datetime(2025, 10, 1, tzinfo=UTC)
    >>> text = write_icalendar(office, date(2025, 11, 1), date(2025, 11, 1), stamp=stamp)
    >>> for line in text.split("\r\n"):
    ...     if line.startswith(("DTSTART", "DTEND", "DESCRIPTION")):
    ...         print(line)
    DTSTART:20251101T060000Z
    DTEND:20251101T140000Z
    DESCRIPTION:WORKING Saturday in place of 3 Nov 2025: Постановле
    """
    if not isinstance(schedule, Schedule):
        msg = f"only a Schedule has days to write, not {schedule!r}; write each part of it"
        raise TypeError(msg)
    check_range(first, last)
    if stamp.utcoffset() is None:
        msg = f"the stamp {stamp} has no zone: give one, such as datetime(..., tzinfo=UTC)"
        raise NaiveDatetimeError(msg)
    try:
        import icalendar
    except ImportError as error:
        raise needs_extra(what="write_icalendar needs icalendar", extras=("ical",)) from error
    name = name or f"{schedule.calendar.id} {schedule.tz.key}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    calendar = icalendar.Calendar()
    for key, value in {
        "VERSION": "2.0",
        "PRODID": _PRODUCT,
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "X-WR-CALNAME": icalendar.vText(_CONTROL.sub(" ", name)),
        "X-WR-TIMEZONE": icalendar.vText(schedule.tz.key),
    }.items():
        calendar.add(key, value)
    with language(lang):
        for day in dates_between(first, last):
            for properties in _events(schedule, day, lang, days_off=days_off):
                event = icalendar.Event()
                start = icalendar.vDDDTypes(properties["DTSTART"]).to_ical().decode()
                event.add("UID", f"{start}-{digest}@workhours-sla")
                event.add("DTSTAMP", _utc(stamp))
                for key, value in properties.items():
                    event.add(key, value)
                event.add("TRANSP", "TRANSPARENT")
                calendar.add_component(event)
    return str(calendar.to_ical(sorted=False), "utf-8")


def _events(schedule: Schedule, day: date, lang: str, *, days_off: bool) -> list[dict[str, Any]]:
    """Return the properties of the events of a date: one for each interval, or for a day off."""
    decided = confirmed = True
    if day in schedule.overrides:
        reason = DAYS["overridden" if schedule.shifts_on(day) else "by_own_order"]
    else:
        found = schedule.calendar.day(day)
        decided, confirmed, reason = bool(found.reasons), not found.provisional, ""
        if decided or found.eve_of or found.provisional:
            reason = found.describe(lang)
    reason = _CONTROL.sub(" ", reason)
    about = {"SUMMARY": DAYS["working_time"]} | ({"DESCRIPTION": reason} if reason else {})
    status = {"STATUS": "CONFIRMED" if confirmed else "TENTATIVE"}
    intervals = _intervals(schedule, day)
    if days_off and decided and not intervals and not schedule.shifts_on(day):
        return [{"DTSTART": day, "DTEND": day + ONE_DAY, "SUMMARY": reason, **status}]
    return [
        {"DTSTART": _utc(start), "DTEND": _utc(end), **about, **status} for start, end in intervals
    ]


def _intervals(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    """Return the working intervals of a date's shifts, in UTC."""

    def in_utc(of: date) -> list[tuple[datetime, datetime]]:
        spans = schedule.intervals_of(of)
        return [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans]

    before = day - ONE_DAY
    return subtract(in_utc(day), in_utc(before) if schedule.knows(before) else ())


def _utc(moment: datetime) -> datetime:
    if moment.microsecond:
        msg = f"iCalendar has whole seconds only, not {moment.time()}; round the hours"
        raise HoursSyntaxError(msg, text=str(moment.time()))
    return moment.astimezone(UTC)

"""Write the working time of a schedule as iCalendar (RFC 5545)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Any

from workhours_sla.calendars.days import ONE_DAY, dates_between
from workhours_sla.errors import HoursSyntaxError, NaiveDatetimeError, needs_extra
from workhours_sla.foreign.calendar_rows import check_range
from workhours_sla.text.catalog import DAYS, language
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.verbs import WorkingTime

__all__ = ["write_icalendar"]

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
    before = day - ONE_DAY
    left = _in_utc(schedule, day)
    for from_, until in _in_utc(schedule, before) if schedule.knows(before) else ():
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, from_)), (max(start, until), end))
            if piece[0] < piece[1]
        ]
    return left


def _in_utc(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    return [
        (start.astimezone(UTC), end.astimezone(UTC)) for start, end in schedule.intervals_of(day)
    ]


def _utc(moment: datetime) -> datetime:
    if moment.microsecond:
        msg = f"iCalendar has whole seconds only, not {moment.time()}; round the hours"
        raise HoursSyntaxError(msg, text=str(moment.time()))
    return moment.astimezone(UTC)

"""Holiday feeds in iCalendar (.ics, RFC 5545), and schedules as iCalendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.adapters.calendars.icalendar.events import FeedEvent, Reading, days_off
from workhours_sla.adapters.calendars.icalendar.lines import Component, parse
from workhours_sla.adapters.calendars.icalendar.times import ONE_DAY
from workhours_sla.adapters.calendars.icalendar.write import write
from workhours_sla.adapters.calendars.rows import (
    Checkpoint,
    Source,
    calendar_of,
    check_range,
    check_years,
    dates_between,
    raw_of,
    weekdays,
    zone_of,
)
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Act, DayKind, Entry, Layer
from workhours_sla.errors import shown

__all__ = ["Feed", "FeedEvent", "Skipped", "read", "read_feed", "write"]


MOST_DAYS = 1_000_000
"""How many days the events of a feed may cover, each counted as often as it is covered."""


class Skipped(NamedTuple):
    """A date that is no day off, since an event covers it only in part."""

    date: date
    name: str
    place: Checkpoint


class Feed(NamedTuple):
    """What a feed became: the calendar, and the dates that were left out of it."""

    calendar: Calendar
    skipped: tuple[Skipped, ...]


def read(  # noqa: PLR0913 - each answers what the feed leaves open
    source: Source,
    *,
    id: str,  # noqa: A002 - the word of Calendar
    first: date,
    last: date,
    weekend: Iterable[int] = (5, 6),
    tz: ZoneInfo | str | None = None,
    zones: Mapping[str, str] | None = None,
    keep: Callable[[FeedEvent], bool] | None = None,
) -> Calendar:
    """Return the calendar whose days off are the events of a holiday feed.

    ``source`` is the content, as text or bytes, or a Path. Every date from ``first`` to ``last``
    that an event covers whole is a holiday (Layer.STATUTORY) under the event's SUMMARY; what
    repeats for ever does so up to ``last``. ``weekend`` holds the weekly days off (Monday is 0).
    ``tz`` is the calendar's IANA zone: times of other zones are converted to it, and without one
    a time with a TZID is read on its own clock. ``zones`` gives the IANA names of TZIDs that are
    none. ``keep`` chooses the events, for feeds that list observances among the days off. A feed
    says nothing of shortened days.

    Raises CalendarDataError, naming the line, for what is no iCalendar, for an event that covers
    a date only in part (``read_feed`` lists such dates instead) and for a whole year without any
    day off; UnknownTimeZoneError for ``tz``.

    >>> feed = '''BEGIN:VCALENDAR
    ... BEGIN:VEVENT
    ... DTSTART;VALUE=DATE:20200501
    ... RRULE:FREQ=YEARLY
    ... SUMMARY:Labour Day
    ... END:VEVENT
    ... END:VCALENDAR'''
    >>> own = read(feed, id="own", first=date(2025, 1, 1), last=date(2026, 12, 31))
    >>> own.day(date(2026, 5, 1)).reasons[0].name
    'Labour Day'
    """
    feed = read_feed(
        source, id=id, first=first, last=last, weekend=weekend, tz=tz, zones=zones, keep=keep
    )
    if feed.skipped:
        day, name, place = feed.skipped[0]
        place.refuse(
            f"the event {shown(name)} covers {day} only in part",
            "leave it out with keep=..., or use read_feed, which lists such dates instead",
        )
    return feed.calendar


def read_feed(  # noqa: PLR0913 - as read
    source: Source,
    *,
    id: str,  # noqa: A002
    first: date,
    last: date,
    weekend: Iterable[int] = (5, 6),
    tz: ZoneInfo | str | None = None,
    zones: Mapping[str, str] | None = None,
    keep: Callable[[FeedEvent], bool] | None = None,
) -> Feed:
    """Return the calendar of a feed, and the dates that its events cover only in part.

    Otherwise as ``read``.
    """
    check_range(first, last)
    off_weekdays = weekdays(weekend)
    reading = Reading(zones or {}, keep, None if tz is None else zone_of(tz), first, last)
    name, raw = raw_of(source, "the feed")
    entries: set[Entry] = set()
    covered = 0
    skipped: set[Skipped] = set()
    for calendar in parse(raw, name):
        act = _act(calendar, name)
        for event, days in days_off(calendar, reading):
            about = event.about
            of_event = act._replace(note="tentative") if about.status == "TENTATIVE" else act
            since, until = max(days.first, first), min(days.after - ONE_DAY, last)
            covered += max(0, (until - since).days)
            if covered > MOST_DAYS:
                what = f"up to this event the feed covers {MOST_DAYS:,} days, some again and again"
                event.place.refuse(what, "shorten the events, or ask for fewer years")
            for day in dates_between(since, until):
                entry = Entry(day, Layer.STATUTORY, DayKind.HOLIDAY, of_event, about.name or None)
                entries.add(entry)
            skipped.update(
                Skipped(day, about.name, event.place) for day in days.partly if first <= day <= last
            )
    check_years({entry.date for entry in entries}, first, last, name)
    calendar_made = calendar_of(
        id, entries, weekend=off_weekdays, first=first, last=last, tz=reading.zone
    )
    return Feed(calendar_made, tuple(sorted(skipped, key=lambda of: (of.date, of.place.line or 0))))


def _act(calendar: Component, name: str) -> Act:
    """Return the feed as the act behind its days."""
    product = calendar.text("PRODID")
    title = calendar.text("X-WR-CALNAME") or calendar.text("NAME") or product or name
    return Act(title, source=product or name)

"""Read a calendar from a holiday feed in iCalendar (.ics, RFC 5545)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.adapters.calendars.calendar_rows import (
    Place,
    Source,
    calendar_of,
    check_range,
    check_years,
    raw_of,
    weekdays,
    zone_of,
)
from workhours_sla.adapters.calendars.icalendar.events import Event, FeedEvent, Options, occurrences
from workhours_sla.adapters.calendars.icalendar.lines import Component, parse
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.days import ONE_DAY, Act, DayKind, Entry, Layer, dates_between
from workhours_sla.errors import shown
from workhours_sla.module_names import public

__all__ = ["FeedEvent", "PartialDay", "read_icalendar"]

MOST_DAYS = 1_000_000
"""Maximum number of days covered by a feed, where each event's days are counted separately."""


@public("workhours_sla.files")
class PartialDay(NamedTuple):
    """A date that an event covers only in part.

    ``name`` is the SUMMARY of the event, and ``place`` its position in the file.
    """

    date: date
    name: str
    place: Place


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
    names to IANA names. ``keep`` selects the events, for feeds that mix days off with observances.
    ``on_partial`` is called with each date that an event covers only in part, which is not a day
    off. Without ``on_partial`` an event that covers a date in part is an error.

    Events and recurrences are read as RFC 5545 defines them (sections 3.6.1, 3.8.2, 3.8.4 and
    3.8.5). Recurrence rules that are not supported, such as rules by the hour, raise an error.

    Raises CalendarDataError, which names the line, for text that is not iCalendar, for a date
    covered in part, and for a whole year without a day off. Raises UnknownTimeZoneError for ``tz``
    and TypeError for other values.

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
    options = Options(zones or {}, keep, zone, first, last)
    name, raw = raw_of(source, "the feed")
    entries: set[Entry] = set()
    partial: set[PartialDay] = set()
    covered = 0
    for component in parse(raw, name):
        act = _act(component, name)
        for event, days in occurrences(component, options):
            since, until = max(days.first, first), min(days.after - ONE_DAY, last)
            covered += max(0, (until - since).days + 1)
            if covered > MOST_DAYS:
                what = f"the events up to this one cover {MOST_DAYS:,} days, repetitions included"
                event.place.refuse(what, "shorten the events, or read fewer years")
            entries.update(_entry(day, event, act) for day in dates_between(since, until))
            partial.update(
                PartialDay(day, event.about.name, event.place)
                for day in days.partly
                if first <= day <= last
            )
    check_years({entry.date for entry in entries}, first, last, name)
    calendar = calendar_of(id, entries, weekend=off_weekdays, first=first, last=last, tz=zone)
    for day in sorted(partial, key=lambda of: (of.date, of.place.line or 0)):
        (on_partial or _refuse)(day)
    return calendar


def _refuse(day: PartialDay) -> None:
    day.place.refuse(
        f"the event {shown(day.name)} covers {day.date} only in part",
        "leave it out with keep=..., or accept such dates with on_partial=...",
    )


def _entry(day: date, event: Event, act: Act) -> Entry:
    """Return the entry of a holiday; its act has the note "tentative" if the event is tentative."""
    if event.about.status == "TENTATIVE":
        act = act._replace(note="tentative")
    return Entry(day, Layer.STATUTORY, DayKind.HOLIDAY, act, event.about.name or None)


def _act(calendar: Component, name: str) -> Act:
    """Return an act for the days of a feed; its title is the name of the feed."""
    product = calendar.text("PRODID")
    title = calendar.text("X-WR-CALNAME") or calendar.text("NAME") or product or name
    return Act(title, source=product or name)

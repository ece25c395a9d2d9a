"""Read the events of an iCalendar file (RFC 5545) and compute the days that they cover.

Of several revisions of an event, only the last one counts. An event with a recurrence rule has many
occurrences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.adapters.calendars.calendar_rows import Place
from workhours_sla.adapters.calendars.icalendar.lines import Component
from workhours_sla.adapters.calendars.icalendar.recurrence import starts_of
from workhours_sla.adapters.calendars.icalendar.times import (
    ZERO,
    Days,
    Length,
    Moment,
    days_of,
    instant_of,
    length_between,
    length_of,
    moment_of,
    moments_of,
    on_clock_of,
)
from workhours_sla.calendars.days import ONE_DAY

_MARGIN = timedelta(days=2)
"""A time longer than any difference between two UTC offsets."""
_SEQUENCE = re.compile(r"[0-9]{1,9}")


class FeedEvent(NamedTuple):
    """The properties of an event that are passed to the argument ``keep`` of ``read_icalendar``.

    ``name`` is the SUMMARY. ``status`` is ``CONFIRMED``, ``TENTATIVE`` or empty, because ``keep``
    is not called for cancelled events.
    """

    name: str
    description: str
    categories: tuple[str, ...]
    status: str


class Event(NamedTuple):
    """A revision of an event, or a changed occurrence of an event.

    ``replaces`` is the start of the occurrence that a changed occurrence replaces, else None.
    """

    place: Place
    about: FeedEvent
    uid: str
    sequence: int
    start: Moment
    length: Length
    component: Component
    replaces: Moment | None


class Cancelled(NamedTuple):
    """The cancellation of an event, or of the occurrence of the event that starts at ``replaces``.

    ``replaces`` is None if the whole event is cancelled.
    """

    uid: str
    sequence: int
    replaces: Moment | None


class Options(NamedTuple):
    """The options for reading events.

    ``zones`` maps TZIDs to IANA names. ``keep`` selects events. ``zone`` is the zone in which the
    covered days are computed, or None for the zone of each event. ``first`` and ``last`` are the
    dates to read, both included.
    """

    zones: Mapping[str, str]
    keep: Callable[[FeedEvent], bool] | None
    zone: ZoneInfo | None
    first: date
    last: date


def occurrences(calendar: Component, options: Options) -> Iterator[tuple[Event, Days]]:
    """Yield the occurrences of a calendar's events, each with its event and the days it covers.

    Only the last revision of an event counts. A changed occurrence counts even if an EXDATE removes
    the occurrence that it replaces. Raises CalendarDataError.
    """
    events = [
        _event(component, options.zones)
        for component in calendar.components
        if component.kind == "VEVENT"
    ]
    replaced: dict[str, list[Moment]] = {}
    for event in events:
        if event.uid and event.replaces is not None:
            replaced.setdefault(event.uid, []).append(event.replaces)
    for event in _current(events):
        if options.keep is not None and not options.keep(event.about):
            continue
        others = replaced.get(event.uid, ()) if event.replaces is None else ()
        try:
            for wall in _starts(event, others, options):
                yield event, _covered(event, wall, options.zone)
        except OverflowError:
            event.place.refuse("the event reaches beyond the years 1 to 9999", "correct its dates")


def _current(events: list[Event | Cancelled]) -> Iterator[Event]:
    """Yield the last revision of each event, without the events that are cancelled."""
    newest: dict[tuple[str, Moment | None], int] = {}
    cancelled: dict[tuple[str, Moment | None], int] = {}
    for event in events:
        known = cancelled if isinstance(event, Cancelled) else newest
        key = event.uid, event.replaces
        known[key] = max(event.sequence, known.get(key, 0))
    for event in events:
        if isinstance(event, Cancelled):
            continue
        key = event.uid, event.replaces
        ends = max(cancelled.get(key, -1), cancelled.get((event.uid, None), -1))
        if not event.uid or (event.sequence == newest[key] and event.sequence > ends):
            yield event


def _event(component: Component, zones: Mapping[str, str]) -> Event | Cancelled:
    place, uid = component.place, component.text("UID")
    sequence_text = component.text("SEQUENCE")
    sequence = int(sequence_text) if _SEQUENCE.fullmatch(sequence_text) else 0
    replaces = None
    line = component.one("RECURRENCE-ID")
    if line is not None:
        if line.parameter("RANGE"):
            line.place.refuse(
                "a RANGE, which changes all later dates, is not supported",
                "give the changed dates as an event of their own",
            )
        replaces = moment_of(line, zones)
    status = component.text("STATUS").upper()
    if status == "CANCELLED":
        return Cancelled(uid, sequence, replaces)
    for line in component.all("EXRULE"):
        line.place.refuse("EXRULE is no longer part of iCalendar", "list the dates as EXDATE")
    line = component.one("DTSTART")
    if line is None:
        place.refuse("the event has no DTSTART", "add one, or remove the event")
    start = moment_of(line, zones)
    about = FeedEvent(
        component.text("SUMMARY"),
        component.text("DESCRIPTION"),
        tuple(
            name.strip() for line in component.all("CATEGORIES") for name in line.text().split(",")
        ),
        status,
    )
    try:
        length = _length(component, start, zones)
    except OverflowError:
        place.refuse("the event reaches beyond the years 1 to 9999", "correct its dates")
    return Event(place, about, uid, sequence, start, length, component, replaces)


def _length(component: Component, start: Moment, zones: Mapping[str, str]) -> Length:
    """Return the length of an event.

    Without an end and without a duration, an event that starts on a date lasts one day, and an
    event that starts at a time has length zero.
    """
    end, duration = component.one("DTEND"), component.one("DURATION")
    if end is not None and duration is not None:
        duration.place.refuse("the event has a DTEND and a DURATION", "keep one of them")
    if end is not None:
        return length_between(start, end, zones)
    if duration is not None:
        return length_of(start, duration)
    return Length(ONE_DAY if start.date_only else ZERO, ZERO)


def _starts(event: Event, replaced: Iterable[Moment], options: Options) -> list[datetime]:
    """Return the wall-clock times at which the occurrences of an event start, sorted.

    Occurrences that cannot cover any of the dates to read are left out. ``replaced`` are the starts
    of occurrences that other events replace.
    """
    start, component = event.start, event.component
    span = event.length.nominal + event.length.exact
    earliest = datetime.combine(options.first, time(), UTC) - _MARGIN - span
    latest = datetime.combine(options.last, time(), UTC) + _MARGIN
    walls = set(starts_of(start, component.all("RRULE"), latest, earliest))
    for line in component.all("RDATE"):
        walls.update(on_clock_of(start, moment, line) for moment in moments_of(line, options.zones))
    for line in component.all("EXDATE"):
        walls.difference_update(
            on_clock_of(start, moment, line) for moment in moments_of(line, options.zones)
        )
    walls.difference_update(on_clock_of(start, moment, component) for moment in replaced)
    return sorted(wall for wall in walls if earliest <= wall <= latest)


def _covered(event: Event, wall: datetime, zone: ZoneInfo | None) -> Days:
    """Return the days that an occurrence of an event covers.

    The days are counted in ``zone``, or in the event's own zone if ``zone`` is None. ``wall`` is
    the wall-clock time at which the occurrence starts.
    """
    start, (nominal, exact) = event.start, event.length
    if start.zone is None:
        return days_of(wall, wall + nominal + exact, UTC)
    local = zone or start.zone
    if zone is None and local.key == "UTC":
        event.place.refuse(
            "the event is in UTC, so its days depend on the zone", "give tz='Europe/Moscow' or so"
        )
    return days_of(start.at(wall), instant_of(wall + nominal, start.zone) + exact, local)

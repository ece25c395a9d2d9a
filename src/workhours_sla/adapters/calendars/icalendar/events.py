"""The events of an iCalendar feed (RFC 5545): revisions, recurrences, and the days they cover."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workhours_sla.adapters.calendars.icalendar.lines import Component
from workhours_sla.adapters.calendars.icalendar.times import (
    ONE_DAY,
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
    starts_of,
)
from workhours_sla.adapters.calendars.rows import Checkpoint

_MARGIN = timedelta(days=2)
"""More than any two zones are apart."""
_SEQUENCE = re.compile(r"[0-9]{1,9}")


class FeedEvent(NamedTuple):
    """What a feed says of an event, for choosing which ones count.

    ``status`` is ``CONFIRMED``, ``TENTATIVE`` or empty; a cancelled event is never asked about.
    """

    name: str
    description: str
    categories: tuple[str, ...]
    status: str


class Event(NamedTuple):
    """An event as it stands; ``replaces`` names the occurrence that it stands for."""

    place: Checkpoint
    about: FeedEvent
    uid: str
    sequence: int
    start: Moment
    length: Length
    component: Component
    replaces: Moment | None


class Cancelled(NamedTuple):
    """Word that an event, or one occurrence of it, does not take place."""

    uid: str
    sequence: int
    replaces: Moment | None


class Reading(NamedTuple):
    """How a feed is to be read: zones of odd TZIDs, which events, whose days, from when to when."""

    zones: Mapping[str, str]
    keep: Callable[[FeedEvent], bool] | None
    zone: ZoneInfo | None
    first: date
    last: date


def days_off(calendar: Component, reading: Reading) -> Iterator[tuple[Event, Days]]:
    """Yield the occurrences of a calendar's events, with the days they cover.

    Of several revisions the last one counts. An event that replaces an occurrence stands by
    itself, whether or not an EXDATE takes that occurrence away too. Raises CalendarDataError.
    """
    told = [
        _event(component, reading.zones)
        for component in calendar.components
        if component.kind == "VEVENT"
    ]
    replaced: dict[str, list[Moment]] = {}
    for event in told:
        if event.uid and event.replaces is not None:
            replaced.setdefault(event.uid, []).append(event.replaces)
    for event in _current(told):
        if reading.keep is not None and not reading.keep(event.about):
            continue
        others = replaced.get(event.uid, ()) if event.replaces is None else ()
        try:
            for wall in _walls(event, others, reading):
                yield event, _covered(event, wall, reading.zone)
        except OverflowError:
            event.place.refuse("the event reaches beyond the years 1 to 9999", "correct its dates")


def _current(told: list[Event | Cancelled]) -> Iterator[Event]:
    """Yield the events in their last revision, without those that are cancelled."""
    newest: dict[tuple[str, Moment | None], int] = {}
    cancelled: dict[tuple[str, Moment | None], int] = {}
    for event in told:
        known = cancelled if isinstance(event, Cancelled) else newest
        key = event.uid, event.replaces
        known[key] = max(event.sequence, known.get(key, 0))
    for event in told:
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
                "a RANGE changes all later dates at once, which is not read here",
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
    end, duration = component.one("DTEND"), component.one("DURATION")
    if end is not None and duration is not None:
        duration.place.refuse("the event has a DTEND and a DURATION", "keep one of them")
    if end is not None:
        return length_between(start, end, zones)
    if duration is not None:
        return length_of(start, duration)
    return Length(ONE_DAY if start.date_only else ZERO, ZERO)


def _walls(event: Event, replaced: Iterable[Moment], reading: Reading) -> list[datetime]:
    """Return the readings at which an event starts, as far as it can touch the dates asked for."""
    start, component = event.start, event.component
    span = event.length.nominal + event.length.exact
    earliest = datetime.combine(reading.first, time(), UTC) - _MARGIN - span
    latest = datetime.combine(reading.last, time(), UTC) + _MARGIN
    walls = set(starts_of(start, component.all("RRULE"), latest, earliest))
    for line in component.all("RDATE"):
        walls.update(on_clock_of(start, moment, line) for moment in moments_of(line, reading.zones))
    for line in component.all("EXDATE"):
        walls.difference_update(
            on_clock_of(start, moment, line) for moment in moments_of(line, reading.zones)
        )
    walls.difference_update(on_clock_of(start, moment, component) for moment in replaced)
    return sorted(wall for wall in walls if earliest <= wall <= latest)


def _covered(event: Event, wall: datetime, zone: ZoneInfo | None) -> Days:
    start, (nominal, exact) = event.start, event.length
    if start.zone is None:
        return days_of(wall, wall + nominal + exact, UTC)
    local = zone or start.zone
    if zone is None and local.key == "UTC":
        event.place.refuse(
            "the event is in UTC, so its days depend on the zone", "give tz='Europe/Moscow' or so"
        )
    return days_of(start.at(wall), instant_of(wall + nominal, start.zone) + exact, local)

"""Write when unanswered appeals are due as iCalendar (RFC 5545): one event per agency and hour."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Final, NamedTuple

from workhours_sla.adapters.calendars.icalendar.lines import Component, escaped, folded, parse
from workhours_sla.adapters.sinks.digest import waiting_of
from workhours_sla.sla.forecast import slot_of
from workhours_sla.sla.instants import in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text import words
from workhours_sla.text.catalog import Texts, language

_KEPT: Final = timedelta(days=30)
"""How long a cancelled event stays in the calendar, so that clients can remove it."""
_PRODUCT: Final = "-//workhours_sla//deadlines//EN"
_UID_ENDING: Final = "@due.workhours-sla"
_TEXTS: Final = Texts("digests.due_calendar")


class _Event(NamedTuple):
    """An event: its values as in the file, escaped but not folded."""

    uid: str
    start: str
    end: str
    summary: str
    description: str
    status: str
    sequence: int
    stamp: str

    def lines(self) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        yield f"UID:{self.uid}"
        yield f"SEQUENCE:{self.sequence}"
        yield f"DTSTAMP:{self.stamp}"
        yield f"LAST-MODIFIED:{self.stamp}"
        yield f"DTSTART:{self.start}"
        yield f"DTEND:{self.end}"
        yield f"SUMMARY:{self.summary}"
        yield f"DESCRIPTION:{self.description}"
        yield f"STATUS:{self.status}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"


def write_due_calendar(  # noqa: PLR0913 - what the file contains, by keyword
    outcomes: Iterable[Outcome],
    *,
    stamp: datetime,
    zone: tzinfo,
    name: str,
    before: str | bytes | None = None,
    name_of: Callable[[str], str] = str,
    lang: str = "en",
) -> str:
    r"""Return when unanswered appeals are due as iCalendar, one event for each agency and hour.

    An event has the number of unanswered clocks that are due after its start and up to its end, and
    the first of their due times. Clocks that are overdue and unanswered count, too. Clocks without
    a due time are left out. There are no ids of appeals. Hours are those of ``zone``.

    ``before`` is the calendar that the last call with the same ``name`` returned. An event that has
    not changed is the same as there. A changed event has a greater SEQUENCE. An event whose appeals
    are all answered is CANCELLED, and is left out 30 days later. The UID of an event depends on
    ``name``, the agency and the hour. ``stamp`` is the current time, an aware datetime.
    ``name_of`` returns the name of an agency, and ``lang`` is "en" or "ru".

    Raises NaiveDatetimeError, and CalendarDataError if ``before`` is not such a calendar.

    >>> from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2026, 3, 16, 9, 10, tzinfo=office.tz)
    >>> event = Event("1", "A-1", "created", posted, posted, agency_id="roads")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> outcomes = evaluate([event], policy, as_of=posted).outcomes
    >>> text = write_due_calendar(outcomes, stamp=posted, zone=office.tz, name="Deadlines")
    >>> for line in text.split("\r\n"):
    ...     if line.startswith(("DTSTART", "DTEND", "SUMMARY", "DESCRIPTION")):
    ...         print(line)
    DTSTART:20260316T110000Z
    DTEND:20260316T120000Z
    SUMMARY:roads: 1 appeal to answer
    DESCRIPTION:The first is due Mon 16 Mar 2026 14:10
    """
    now = in_utc("stamp", stamp)
    with language(lang):
        events = list(_events(outcomes, now, zone, name, before, name_of))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for event in sorted(events) for line in event.lines()),
        "END:VCALENDAR",
    ]
    return "".join(map(folded, lines))


def _events(  # noqa: PLR0913, PLR0917
    outcomes: Iterable[Outcome],
    now: datetime,
    zone: tzinfo,
    name: str,
    before: str | bytes | None,
    name_of: Callable[[str], str],
) -> Iterator[_Event]:
    old = {} if before is None else {event.uid: event for event in _read(before)}
    for agency, waiting in waiting_of(outcomes).items():
        shown = _TEXTS.text("no_agency") if agency is None else name_of(agency)
        slots: dict[tuple[datetime, datetime], list[datetime]] = {}
        for outcome in waiting:
            if outcome.due_at is not None:
                due = outcome.due_at.astimezone(zone)
                slots.setdefault(slot_of(due, "hour"), []).append(due)
        for (start, end), found in slots.items():
            first = min(found, key=lambda due: due.astimezone(UTC))
            until = _utc(end)
            fresh = _Event(
                f"{until}-{_digest(name, agency)}{_UID_ENDING}",
                _utc(start),
                until,
                escaped(_TEXTS.text("due", agency=shown, count=len(found))),
                escaped(_TEXTS.text("first", when=_time(first))),
                "CONFIRMED",
                0,
                "",
            )
            yield _revised(old.pop(fresh.uid, None), fresh, now)
    oldest = _utc(now - _KEPT)
    for former in old.values():
        cancelled = _revised(former, former._replace(status="CANCELLED"), now)
        if cancelled.stamp >= oldest:
            yield cancelled


def _revised(former: _Event | None, fresh: _Event, now: datetime) -> _Event:
    """Return the former event if it says the same, else the fresh one as a later revision.

    A revision is at least the number of minutes since 1970, so that it is also greater than those
    in a former calendar that was lost.
    """
    if former is not None:
        same = former._replace(sequence=fresh.sequence, stamp=fresh.stamp)
        if same == fresh:
            return former
    minutes = int(now.timestamp()) // 60
    sequence = minutes if former is None else max(minutes, former.sequence + 1)
    return fresh._replace(sequence=sequence, stamp=_utc(now))


def _digest(name: str, agency: str | None) -> str:
    return sha256(json.dumps([name, agency]).encode()).hexdigest()[:16]


def _utc(when: datetime) -> str:
    at = when.astimezone(UTC)
    return f"{at.year:04}{at:%m%dT%H%M%SZ}"


def _time(when: datetime) -> str:
    day = words.weekdays()[when.weekday()]
    return f"{day} {words.short_date(when.date())} {when:%H:%M}"


def _read(calendar: str | bytes) -> Iterator[_Event]:
    """Yield the events of a calendar of this module. Raises CalendarDataError."""
    raw = calendar.encode() if isinstance(calendar, str) else calendar
    for part in parse(raw, "before"):
        for component in part.components:
            yield _event(component)


def _event(component: Component) -> _Event:
    values = []
    for key in ("UID", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "STATUS", "SEQUENCE"):
        found = component.one(key)
        values.append("" if found is None else found.value)
    stamp = component.one("DTSTAMP")
    uid, start, end, summary, description, status, sequence = values
    is_ours = (
        component.kind == "VEVENT"
        and uid.endswith(_UID_ENDING)
        and all(values)
        and sequence.isascii()
        and sequence.isdecimal()
        and len(sequence) < len("2147483647")
    )
    if stamp is None or not is_ours:
        component.place.refuse(
            "this part was not written by write_due_calendar",
            "give the text that it returned, or leave out before",
        )
    return _Event(uid, start, end, summary, description, status, int(sequence), stamp.value)

"""A schedule as iCalendar (RFC 5545): its working time, and why some days differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from workhours_sla.adapters.calendars.icalendar.lines import escaped, folded
from workhours_sla.adapters.calendars.rows import check_range, dates_between
from workhours_sla.errors import HoursSyntaxError, NaiveDatetimeError
from workhours_sla.text import words
from workhours_sla.worktime.schedule import Schedule

_ONE_DAY = timedelta(days=1)
_WORKING_TIME = {"en": "Working time", "ru": "Рабочее время"}
_PRODUCT = "-//workhours_sla//working time//EN"


class _Feed(NamedTuple):
    name: str
    digest: str
    stamp: str
    lang: str


def write(  # noqa: PLR0913 - each is said in the file
    schedule: Schedule,
    first: date,
    last: date,
    *,
    stamp: datetime,
    name: str | None = None,
    days_off: bool = False,
    lang: str = "en",
) -> str:
    r"""Return the working time of the shifts that start from ``first`` to ``last`` as iCalendar.

    One event per stretch, from opening to closing, also where that is past midnight. Events are
    TRANSPARENT, as hours of work make nobody busy. ``days_off`` adds the dates that an act or an
    override makes free, as all-day events. ``stamp`` is the DTSTAMP, an aware datetime: the same
    arguments always give the same text. ``name`` is the calendar's; UIDs are made of it and of
    where an event starts, so a later file of the same name updates the events of an earlier one.
    Days that no act has settled (of ``schedule.provisionally()``) are TENTATIVE. ``lang`` is the
    language of the words.

    Times are in UTC, which every client shows right on any clock. A TZID could not name the
    second reading of an hour that the clocks repeat, and would hang on a VTIMEZONE with every
    change of the zone, of which some clients read one pair of rules and others nothing.

    Raises CalendarCoverageError for dates that the calendar does not know, CalendarDataError for
    a ``last`` before ``first``, NaiveDatetimeError for a naive ``stamp``.

    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> stamp = datetime(2025, 10, 1, tzinfo=UTC)
    >>> for line in write(office, date(2025, 11, 1), date(2025, 11, 1), stamp=stamp).split("\r\n"):
    ...     if line.startswith(("DTSTART", "DTEND", "DESCRIPTION")):
    ...         print(line)
    DTSTART:20251101T060000Z
    DTEND:20251101T140000Z
    DESCRIPTION:WORKING Saturday in place of 3 Nov 2025: Постановлен
    """
    if not isinstance(schedule, Schedule):
        msg = f"only a Schedule has days to write, not {schedule!r}; write each part of it"
        raise TypeError(msg)
    check_range(first, last)
    if stamp.utcoffset() is None:
        msg = f"the stamp {stamp} has no zone: give one, such as datetime(..., tzinfo=UTC)"
        raise NaiveDatetimeError(msg)
    name = name or f"{schedule.calendar.id} {schedule.tz.key}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    feed = _Feed(name, digest, _utc(stamp), lang)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{schedule.tz.key}",
    ]
    for day in dates_between(first, last):
        stretches = _stretches(schedule, day)
        if stretches:
            lines += _working(schedule, day, stretches, feed)
        elif days_off and not schedule.shifts_on(day):
            lines += _day_off(schedule, day, feed)
    return "".join(map(folded, [*lines, "END:VCALENDAR"]))


def _stretches(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    """Return the stretches of a date's shifts, in UTC, without what the date before works too."""
    before = day - _ONE_DAY
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


def _working(
    schedule: Schedule, day: date, stretches: list[tuple[datetime, datetime]], feed: _Feed
) -> Iterator[str]:
    """Yield the events of a working day; one that is not ordinary says why."""
    description, settled = "", True
    if day in schedule.overrides:
        description = words.pick(words.OVERRIDDEN, feed.lang)
    else:
        told = schedule.calendar.day(day)
        settled = not told.provisional
        if told.reasons or told.eve_of or told.provisional:
            description = told.describe(feed.lang)
    for start, end in stretches:
        yield from _event(
            feed,
            start=f"DTSTART:{_utc(start)}",
            end=f"DTEND:{_utc(end)}",
            uid=_utc(start),
            summary=words.pick(_WORKING_TIME, feed.lang),
            description=description,
            settled=settled,
        )


def _day_off(schedule: Schedule, day: date, feed: _Feed) -> Iterator[str]:
    """Yield the event of a date without shifts, unless it is an ordinary day of the week."""
    if day in schedule.overrides:
        reason, settled = words.pick(words.OVERRIDDEN, feed.lang), True
    else:
        told = schedule.calendar.day(day)
        if not told.reasons:
            return
        reason, settled = told.describe(feed.lang), not told.provisional
    yield from _event(
        feed,
        start=f"DTSTART;VALUE=DATE:{_digits(day)}",
        end=f"DTEND;VALUE=DATE:{_digits(day + _ONE_DAY)}",
        uid=_digits(day),
        summary=reason,
        description="",
        settled=settled,
    )


def _event(  # noqa: PLR0913 - the lines of an event
    feed: _Feed,
    *,
    start: str,
    end: str,
    uid: str,
    summary: str,
    description: str,
    settled: bool,
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}-{feed.digest}@workhours-sla"
    yield f"DTSTAMP:{feed.stamp}"
    yield start
    yield end
    yield f"SUMMARY:{escaped(summary)}"
    if description:
        yield f"DESCRIPTION:{escaped(description)}"
    yield f"STATUS:{'CONFIRMED' if settled else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    if moment.microsecond:
        msg = f"iCalendar knows whole seconds only, not {moment.time()}; round the hours"
        raise HoursSyntaxError(msg, text=str(moment.time()))
    moment = moment.astimezone(UTC)
    return f"{_digits(moment)}T{moment:%H%M%S}Z"


def _digits(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"

"""Schedules as integers, for engines that calculate working time themselves.

All integers are microseconds, instants since 1970-01-01T00:00 UTC; the number of a date counts days
since 1970-01-01. A run is a range of known instants.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from workhours_sla.worktime.due_dates import closes_on, ends_of
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ONE_DAY, TICK, micros_of, midnight_on, zone_offsets
from workhours_sla.worktime.verbs import WorkingTime


class Run(NamedTuple):
    """Known instants, both ends included, and the pairs (start, end) of their working time."""

    lo: int
    hi: int
    intervals: tuple[tuple[int, int], ...]


def runs_between(time: WorkingTime, since: date, until: date) -> list[Run]:
    """Return the runs from the midnight that begins ``since`` to that which begins ``until``."""
    lo, hi = midnight(time, since), midnight(time, until)
    runs = []
    for line in time.compiled.lines:
        first, last = max(lo, line.lo), min(hi, line.hi)
        if first <= last:
            spans = line.between(first, last)
            intervals = tuple((start // TICK, end // TICK) for start, end in spans)
            runs.append(Run(first // TICK, last // TICK, intervals))
    return runs


def midnight(time: WorkingTime, day: date) -> timedelta:
    """Return the first instant of a date in the schedule's zone."""
    return zone_offsets(time.tz).start_of(midnight_on(day))


def check_covered(time: WorkingTime, since: date, until: date) -> None:
    """Raise CalendarCoverageError if the first or the last instant of a period is unknown."""
    for day in (since, until):
        time.compiled.line_at(midnight(time, day))


def calendar_versions(time: WorkingTime) -> tuple[str, ...]:
    """Return the versions of all calendars on which working time depends."""
    parts = getattr(time, "parts", None)
    if parts is not None:
        return tuple(version for part in parts for version in calendar_versions(part))
    calendar = getattr(time, "calendar", None)
    return () if calendar is None else (calendar.version,)


class DateRow(NamedTuple):
    """A date; ``closes`` is None without working hours, and all but ``starts`` if it is unknown."""

    number: int
    starts: int
    known: bool
    closes: int | None = None
    due: int | None = None
    limit: int | None = None


def date_rows(time: WorkingTime, since: date, until: date) -> tuple[DateRow, ...] | None:
    """Return the dates from the day before ``since`` to the day after ``until``."""
    if not isinstance(time, Schedule) or _repeats_dates(time, since, until):
        return None
    rows = []
    day = since - ONE_DAY
    while day <= until + ONE_DAY:
        rows.append(_row(time, day, known=since <= day < until and time.knows(day)))
        day += ONE_DAY
    return tuple(rows)


def _row(schedule: Schedule, day: date, *, known: bool) -> DateRow:
    number, starts = midnight_on(day).days, midnight(schedule, day) // TICK
    if not known:
        return DateRow(number, starts, known=False)
    closes, (due, limit) = closes_on(schedule, day), ends_of(schedule, day)
    return DateRow(
        number,
        starts,
        known,
        None if closes is None else micros_of(closes),
        micros_of(due),
        micros_of(limit),
    )


def _repeats_dates(time: WorkingTime, since: date, until: date) -> bool:
    zone = zone_offsets(time.tz)
    first, last = (midnight_on(day).days for day in (since, until))
    offset: timedelta = zone.offset_on(first - 2)
    for at, changed in zone.changes(first - 2, last + 2):
        if (at + changed) // ONE_DAY < (at - TICK + offset) // ONE_DAY:
            return True
        offset = changed
    return False

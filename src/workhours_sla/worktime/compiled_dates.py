"""The dates of a schedule as integers, for engines that count days themselves.

Instants are microseconds since 1970-01-01T00:00 UTC; the number of a date counts days since
1970-01-01.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from workhours_sla.worktime.compiled_runs import micros, midnight
from workhours_sla.worktime.dated_shifts import DatedShifts
from workhours_sla.worktime.due_dates import closes_on, ends_of
from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE, BASE_UTC, ONE_DAY, TICK, zone_offsets


class DateRow(NamedTuple):
    """A date: its first instant, and if it is known, when it closes and what is due on it.

    ``closes`` is None for a date without working hours.
    """

    number: int
    starts: int
    known: bool
    closes: int | None = None
    due: int | None = None
    limit: int | None = None


def date_rows(time: WorkingTime, since: date, until: date) -> tuple[DateRow, ...] | None:
    """Return the dates from the day before ``since`` to the day after ``until``.

    Dates outside of ``since`` to the day before ``until`` are unknown. The result is None for a
    combination of schedules, which has no dates, and for a zone whose clocks went back to an
    earlier date, so that a date has two parts.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> rows = date_rows(office, date(2025, 3, 7), date(2025, 3, 9))
    >>> [row.known and row.closes is not None for row in rows]
    [False, True, False, False, False]
    """
    if not isinstance(time, DatedShifts) or _repeats_dates(time, since, until):
        return None
    rows = []
    day = since - ONE_DAY
    while day <= until + ONE_DAY:
        rows.append(_row(time, day, known=since <= day < until and time.knows(day)))
        day += ONE_DAY
    return tuple(rows)


def _row(time: WorkingTime, day: date, *, known: bool) -> DateRow:
    number, starts = (day - BASE.date()).days, micros(midnight(time, day))
    if not known:
        return DateRow(number, starts, known=False)
    assert isinstance(time, DatedShifts)  # noqa: S101 - the caller has checked it
    due, limit = ends_of(time, day)
    return DateRow(
        number,
        starts,
        known,
        _us(closes_on(time, day)),
        _us(due),
        _us(limit),
    )


def _us(when: datetime | None) -> int | None:
    return None if when is None else micros(when - BASE_UTC)


def _repeats_dates(time: WorkingTime, since: date, until: date) -> bool:
    """Return whether the clocks go back to an earlier date."""
    zone = zone_offsets(time.tz)
    first, last = ((day - BASE.date()).days for day in (since, until))
    offset: timedelta = zone.offset_on(first - 2)
    for at, changed in zone.changes(first - 2, last + 2):
        if (at + changed) // ONE_DAY < (at - TICK + offset) // ONE_DAY:
            return True
        offset = changed
    return False

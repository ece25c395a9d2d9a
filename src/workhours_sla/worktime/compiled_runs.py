"""The compiled working time of a schedule as integers, for engines that calculate it themselves.

A run is a range of known instants. All integers are microseconds; instants are counted from
1970-01-01T00:00 UTC.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from workhours_sla.worktime.working_time import WorkingTime
from workhours_sla.worktime.zone_offsets import BASE, ONE_DAY, TICK, zone_offsets


class Run(NamedTuple):
    """A range of instants, both ends included, whose working time is known.

    ``intervals`` are the pairs (start, end) of its working time, sorted and disjoint.
    """

    lo: int
    hi: int
    intervals: tuple[tuple[int, int], ...]


def runs_between(time: WorkingTime, since: date, until: date) -> list[Run]:
    """Return the runs from the midnight that begins ``since`` to that which begins ``until``.

    The midnights are those of the schedule's zone. The list is empty if no instant is known.

    >>> from workhours_sla import Schedule
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> run, = runs_between(office, date(2025, 10, 30), date(2025, 11, 1))
    >>> len(run.intervals), sum(end - start for start, end in run.intervals) // 3_600_000_000
    (4, 16)
    """
    lo, hi = midnight(time, since), midnight(time, until)
    runs = []
    for line in time._lines():
        first, last = max(lo, line.lo), min(hi, line.hi)
        if first <= last:
            spans = line.between(first, last)
            intervals = tuple((micros(start), micros(end)) for start, end in spans)
            runs.append(Run(micros(first), micros(last), intervals))
    return runs


def midnight(time: WorkingTime, day: date) -> timedelta:
    """Return the first instant of a date in the schedule's zone."""
    return zone_offsets(time.tz).start_of(ONE_DAY * (day - BASE.date()).days)


def micros(moment: timedelta) -> int:
    """Return an instant or an amount as an integer."""
    return moment // TICK


def check_covered(time: WorkingTime, since: date, until: date) -> None:
    """Raise CalendarCoverageError if the first or the last instant of a period is unknown.

    The period ends with the midnight that begins ``until``.
    """
    for day in (since, until):
        time._line_at(midnight(time, day))


def calendar_versions(time: WorkingTime) -> tuple[str, ...]:
    """Return the versions of all calendars on which working time depends."""
    parts = getattr(time, "parts", None)
    if parts is not None:
        return tuple(version for part in parts for version in calendar_versions(part))
    calendar = getattr(time, "calendar", None)
    return () if calendar is None else (calendar.version,)

"""The promise of an agency: a first reply within four working hours."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from workhours_sla import Schedule, working_hours

OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
BUDGET = working_hours(4)


class Promise(NamedTuple):
    """When an answer is due, the last instant that is in time, and the calendar used."""

    due_at: datetime
    limit: datetime
    calendar_version: str


def promise_of(posted_at: datetime) -> Promise:
    """Return the promise for an appeal. Raises NaiveDatetimeError, CalendarCoverageError."""
    return Promise(
        OFFICE.deadline(posted_at, BUDGET),
        OFFICE.breaches_after(posted_at, BUDGET),
        OFFICE.calendar.version,
    )

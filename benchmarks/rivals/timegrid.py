"""The office in timegrid, a Rust library with weekly rules and naive datetimes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import timegrid

from benchmarks.workload import FIRST, LAST, Office


def calendar(office: Office) -> Any:
    """Return an office as a calendar of timegrid, in the local time of the office."""
    found = timegrid.TimeGridCalendar.weekdays(time(9), time(18))
    found = found.break_weekdays(time(13), time(14))
    for day in office.days_off:
        found = found.close(day)
    for day in office.working_saturdays:
        for start, end in ((9, 13), (14, 18)):
            found = found.open(datetime.combine(day, time(start)), datetime.combine(day, time(end)))
    for day in office.short_days:
        found = found.close(datetime.combine(day, time(17)), datetime.combine(day, time(18)))
    return found


def timeline(office: Office) -> Any:
    """Return an office as a compiled timeline of timegrid.

    A timeline measures working time faster than a calendar, but cannot add working time.
    """
    begin, end = (datetime.combine(day, time()) for day in (FIRST, LAST))
    return calendar(office).compile(begin, end)

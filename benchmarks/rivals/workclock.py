"""The office in workclock, a Rust library with weekly rules and days off, in a time zone."""

from __future__ import annotations

from datetime import time
from typing import Any

import workclock

from benchmarks.workload import ZONE, Office


def schedule(office: Office) -> Any:
    """Return an office as a schedule of workclock.

    The library has no working days by date, so Saturdays belong to the week, and those that are
    not worked are days off.
    """
    days, off = range(5), office.days_off
    if office.working_saturdays:
        days, off = range(6), off + office.free_saturdays
    return workclock.Schedule(
        [
            workclock.WorkDay(time(9), time(18), days),
            workclock.Break(time(13), time(14), days),
            workclock.Holidays(off),
        ],
        time_zone=ZONE,
    )

"""workclock: weekly rules minus breaks and whole dates, in a zone; Rust."""

from __future__ import annotations

from datetime import time
from typing import Any

import workclock

from benchmarks.workload import ZONE, Office


def schedule(office: Office) -> Any:
    """Return workclock's schedule. It has no working day by date: other Saturdays are days off."""
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

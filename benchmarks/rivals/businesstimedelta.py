"""The office in businesstimedelta, a Python library that steps from shift to shift."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import businesstimedelta
import pytz

from benchmarks.workload import LAST, ZONE, Office

TZ = pytz.timezone(ZONE.key)
_AFTER = date(LAST.year + 1, 1, 1)
"""A day off after all rows: the library fails if no day off follows."""


def rule(office: Office) -> Any:
    """Return an office as a rule of businesstimedelta."""
    days, off = list(range(5)), {*office.days_off, _AFTER}
    if office.working_saturdays:
        days, off = list(range(6)), off | {*office.free_saturdays}
    return businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(time(9), time(18), days, tz=TZ),
            businesstimedelta.LunchTimeRule(time(13), time(14), days, tz=TZ),
            businesstimedelta.HolidayRule(off, tz=TZ),
        ],
        tz=TZ,
    )


def amount(office: Office, hours: int) -> Any:
    """Return hours of working time as an amount that can be added to a datetime."""
    return businesstimedelta.BusinessTimeDelta(rule(office), hours=hours)

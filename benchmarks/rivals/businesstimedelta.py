"""businesstimedelta: rules that step from one stretch of time to the next; pure Python."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import businesstimedelta
import pytz

from benchmarks.workload import LAST, ZONE, Office

TZ = pytz.timezone(ZONE.key)
_AFTER = date(LAST.year + 1, 1, 1)
"""A day off after all rows, because it fails if there is no further day off."""


def rule(office: Office) -> Any:
    """Return businesstimedelta's rule."""
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
    """Return an amount of working time that can be added to a datetime."""
    return businesstimedelta.BusinessTimeDelta(rule(office), hours=hours)

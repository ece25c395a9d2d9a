"""The office in pandas: the offset CustomBusinessHour, which pandas adds in a Python loop."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from benchmarks.workload import ZONE, Instants, Office


def offset(office: Office, hours: int) -> Any:
    """Return a number of working hours as an offset of pandas."""
    week, off = "Mon Tue Wed Thu Fri", office.days_off
    if office.working_saturdays:
        week, off = f"{week} Sat", off + office.free_saturdays
    return pd.offsets.CustomBusinessHour(
        n=hours, start=["09:00", "14:00"], end=["13:00", "18:00"], weekmask=week, holidays=list(off)
    )


def column(instants: Instants) -> Any:
    """Return instants as a column of pandas in the zone of the office."""
    return pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(ZONE)


def add(instants: Any, hours: Any) -> Any:
    """Add an offset to a column, without the warning of pandas about its loop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return instants + hours

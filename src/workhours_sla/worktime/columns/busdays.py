"""The working days of a calendar for numpy's and pandas's own functions on business days."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from workhours_sla.calendars.calendar import Calendar

BEYOND: Final = np.timedelta64(100 * 366, "D")
"""The length of the period before and after the given dates in which all days are off."""


def busdaycalendar(calendar: Calendar | str, first: date, last: date) -> np.busdaycalendar:
    """Return the working days from ``first`` to ``last`` as a numpy.busdaycalendar.

    Shortened days and transferred working days are business days. pandas takes the result as
    ``CustomBusinessDay(calendar=...)``. numpy cannot mark dates as unknown. Instead, the hundred
    years before ``first`` and after ``last`` are all days off, so that a result in these years is
    visibly wrong. Hours are ignored; use the verbs of this module for working time. Raises
    CalendarCoverageError if the calendar does not cover a date from ``first`` to ``last``, and
    ValueError if ``last`` is before ``first``.

    >>> from datetime import date
    >>> import numpy as np
    >>> from workhours_sla import columns
    >>> russia = columns.busdaycalendar("RU", date(2025, 1, 1), date(2026, 12, 31))
    >>> print(np.busday_offset("2025-10-31", 2, busdaycal=russia))  # Saturday 1 November is worked
    2025-11-05
    >>> print(np.busday_count("2026-01-01", "2027-01-01", busdaycal=russia))
    247
    """
    if last < first:
        msg = f"the last date {last} is before the first date {first}; swap them"
        raise ValueError(msg)
    source = Calendar.get(calendar) if isinstance(calendar, str) else calendar
    off = [day.date for day in source.days(first, last) if not day.working]
    start, stop = np.datetime64(first, "D"), np.datetime64(last, "D") + 1
    before, after = np.arange(start - BEYOND, start), np.arange(stop, stop + BEYOND)
    days_off = np.concatenate([before, np.array(off, "M8[D]"), after])
    return np.busdaycalendar(weekmask="1111111", holidays=days_off)

"""The methods of a schedule for numpy columns: the same answers, row by row, for whole arrays.

Every function takes one schedule for all rows, or a list of schedules and ``codes``, the index of
each row's schedule in the list. A column of instants is either a datetime64 array in UTC, which
needs ``tz="UTC"``, or a list of aware datetimes in one zone. Answers that are instants have the
same type. A scalar applies to all rows, and arrays are broadcast as in numpy. The answer for NaT is
NaT. ``pauses`` (a ``Pauses``) contains the intervals of each row that do not count.

If an answer depends on a date that is unknown or uncertain, ``on_unknown="raise"`` raises
CalendarCoverageError with the row, and ``on_unknown="mark"`` returns ``Marked`` answers. With
``provisional=True`` such dates are decided by rule, with a ProvisionalWarning or a mark.
"""

from workhours_sla.worktime.columns.column_verbs import (
    breaches_after,
    busdaycalendar,
    deadline,
    elapsed,
    is_working,
    latest_start,
    next_closing,
    next_opening,
    previous_closing,
    previous_opening,
    remaining,
)
from workhours_sla.worktime.columns.inputs import Pauses

__all__ = [
    "Pauses",
    "breaches_after",
    "busdaycalendar",
    "deadline",
    "elapsed",
    "is_working",
    "latest_start",
    "next_closing",
    "next_opening",
    "previous_closing",
    "previous_opening",
    "remaining",
]

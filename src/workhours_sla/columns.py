"""The verbs of a schedule on numpy columns: the same answers, row by row, for whole arrays.

Every verb takes a schedule, or a list of schedules and ``codes``, the index of each row's
schedule. Columns of instants are datetime64 in UTC with ``tz="UTC"``, or lists of aware datetimes
of one zone; answers are of the same kind. A scalar serves all rows; shapes broadcast. NaT gives
NaT. ``pauses`` (``Pauses``) are stretches of each row that do not count.

If an answer depends on a date that is unknown or uncertain, ``on_unknown="raise"`` raises
CalendarCoverageError with the row, and ``on_unknown="mark"`` returns ``Marked`` answers.
``provisional`` answers such rows by rule, with a ProvisionalWarning or a mark.
"""

from workhours_sla.worktime.columns.answers import Marked
from workhours_sla.worktime.columns.arguments import Pauses
from workhours_sla.worktime.columns.verbs import (
    breaches_after,
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

__all__ = [
    "Marked",
    "Pauses",
    "breaches_after",
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

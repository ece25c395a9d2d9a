"""The methods of a schedule for columns of pandas, polars and Arrow, with one answer for each row.

The first column contains instants with a zone, in any time unit. It is a Series of pandas or
polars, or an Array or ChunkedArray of Arrow. A pandas Series may be based on numpy or Arrow, or
contain aware datetimes as objects. The answers have the library, type, zone, index and name of the
first column. Their time unit is the finest among the columns, the budget and the times of the
schedule. The answer for null is null.

Each further column is of the same library and length. In pandas a Series must have the same index,
while arrays and lists are matched by position. One aware datetime applies to all rows.

Pass one schedule for all rows, or several schedules in a dict or a list. A dict is keyed by name;
also pass ``by``, a column of names. With a list, also pass ``codes``, a column of indexes into the
list. ``pauses`` are intervals that do not count. In pandas they are a DataFrame with the columns
``row`` (a label of the index), ``start`` and ``end``, in any order. In polars and Arrow they are a
column of lists of structs with the fields ``start`` and ``end``, sorted and without overlap. A
pause whose end is null has not ended.

If an answer depends on a date that is unknown or uncertain, ``on_unknown="raise"`` raises
CalendarCoverageError with the row, and ``on_unknown="mark"`` returns ``MarkedColumns``. With
``provisional=True`` such dates are decided by rule, with a ProvisionalWarning or a mark.

Importing this module adds the accessor ``sla`` to the Series and DataFrame of pandas and to the
Series of polars. An expression of polars has the namespace ``sla``, which stays lazy.
"""

from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="frames need numpy", extras=("pandas", "polars", "arrow")) from _error

import workhours_sla.frames.accessors  # noqa: F401 - it registers the accessors
from workhours_sla.frames.frame_verbs import (
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

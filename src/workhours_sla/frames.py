"""The verbs of a schedule on columns of pandas, polars and Arrow: the same answers, row by row.

The first column is a Series of pandas or polars, or an Array or ChunkedArray of Arrow, of
instants with a zone, in any unit; in pandas on numpy, on Arrow, or aware datetimes as objects.
Answers are of the same library, kind and zone, with the same index and name. Their unit is the
finest among the columns, the budget and the schedule's edges. Null stays null.

A further column is of the same library and as long, in pandas with the same index; arrays and
lists go by position there. One aware datetime serves all rows.

The schedule is one for all rows; or a dict of schedules by name with ``by``, a column of names;
or a list of schedules with ``codes``, a column of indexes. ``pauses`` do not count. In pandas
they are a DataFrame with the columns ``row``, a label of the index, ``start`` and ``end``, in any
order; else a column of lists of structs with the fields ``start`` and ``end``, sorted and without
overlap. A pause with a null end has not ended.

If an answer depends on a date that is unknown or uncertain, ``on_unknown="raise"`` raises
CalendarCoverageError with the row, and ``on_unknown="mark"`` returns ``MarkedColumns``.
``provisional`` answers such rows by rule, with a ProvisionalWarning or a mark.

Importing this module adds the accessor ``sla`` to the Series and DataFrame of pandas and to the
Series of polars. An expression of polars has no rows; give its ``map_batches`` a function and the
type of the answers.
"""

from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(
        what="frames need numpy",
        extras=(
            "pandas",
            "polars",
            "arrow",
        ),
    ) from _error

import workhours_sla.adapters.frames.accessors  # noqa: F401 - registers them
from workhours_sla.adapters.frames.rows import MarkedColumns
from workhours_sla.adapters.frames.verbs import (
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
    "MarkedColumns",
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

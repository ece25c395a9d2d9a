"""The verbs of working time on numpy columns, exact to the unit of the column."""

from __future__ import annotations

from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="columns need numpy", extras=("columns",)) from _error

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

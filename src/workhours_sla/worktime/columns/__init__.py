"""Working time of whole columns: numpy in, numpy out, exact to the unit."""

from __future__ import annotations

try:
    import numpy as np  # noqa: F401
except ImportError as error:
    msg = "columns need numpy: pip install 'workhours-sla[columns]'"
    raise ImportError(msg) from error

from workhours_sla.worktime.columns.arguments import Pauses
from workhours_sla.worktime.columns.verbs import (
    Marked,
    breaches_after,
    deadline,
    elapsed,
    is_working,
    latest_start,
    next_opening,
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
    "next_opening",
    "remaining",
]

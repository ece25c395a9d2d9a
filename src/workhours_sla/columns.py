"""Working time of whole columns: the verbs of a schedule on numpy arrays."""

from workhours_sla.worktime.columns import (
    Marked,
    Pauses,
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

"""Evaluate whole columns of events at once, without an object for each event."""

from __future__ import annotations

from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="columns need numpy", extras=("columns",)) from _error

"""The verbs of working time on numpy columns, calculated exactly with integers."""

from __future__ import annotations

from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="columns need numpy", extras=("columns",)) from _error

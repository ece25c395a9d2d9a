"""Parse whole columns of times that are written as 2026-03-12T10:15:30+03:00.

A fraction of up to six digits and ``Z`` are parsed, too. All other texts are left to ``Instants``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workhours_sla.adapters.sources.columns.arrow_values import values_of
from workhours_sla.worktime.columns.lookups import Bools, Ints

_DAYS: Final = (
    r"(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8])"
)
"""Matches the months and days that every year has."""
_OFFSETS: Final = r"Z|[+-](?:0\d|1[01]):[0-5]\d|[+-]12:00|\+1[23]:[0-5]\d|\+14:00"
"""Matches the offsets from UTC that are in use: -12 to +14 hours."""
_USUAL: Final = (
    rf"^[12]\d{{3}}-(?:{_DAYS})[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,6}})?(?:{_OFFSETS})$"
)
"""Matches times in the years 1000 to 2999 that Arrow converts in the same way as ``Instants``."""


def parse_times(texts: Any) -> tuple[Ints, Bools]:
    """Return the instants of texts in microseconds since 1970, and which texts were parsed.

    ``texts`` is an array of Arrow. Null is not parsed.
    """
    usual = pc.match_substring_regex(texts, _USUAL)
    instants = pc.if_else(usual, texts, pa.nulls(1, texts.type)[0]).cast(pa.timestamp("us", "UTC"))
    return values_of(instants, np.int64)

"""Convert arrays of Arrow to numpy and back.

Arrow's own conversions import pandas if it is installed, which takes 0.2 seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from workhours_sla.worktime.columns.lookups import Bools, Ints


def in_one(column: Any) -> Any:
    """Return a column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def values_of(array: Any, kind: type[np.generic]) -> tuple[NDArray[Any], Bools]:
    """Return the numbers of an array of Arrow, and which of them are not null."""
    validity, data = array.buffers()
    rows = slice(array.offset, array.offset + len(array))
    values = np.frombuffer(b"" if data is None else data, kind)[rows]
    if not array.null_count:
        return values, np.ones(len(array), np.bool_)
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")
    return values, bits[rows].view(np.bool_)


def places_of(numbers: Ints) -> Any:
    """Return the numbers of rows as an array of Arrow."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])

"""Read and build columns of Arrow: arrays of timestamps with a zone in any unit, chunked or not.

Answers are chunked if the first array is chunked, and have the zone of the first array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from workhours_sla.frames.frame_columns import (
    NAT,
    Rows,
    missing_in,
    offsets_of,
    refuse_naive,
    refuse_type,
)
from workhours_sla.worktime.columns.inputs import Pauses

_ARRAYS = pa.Array | pa.ChunkedArray
_VALUES = _ARRAYS | pa.Scalar
_GIVE = "an array of timestamps with a zone"


class ArrowRows(Rows[Any]):
    def __init__(self, role: str, array: Any) -> None:
        kind = array.type if isinstance(array, _ARRAYS) else None
        if kind is None or pa.types.is_null(kind):
            refuse_type(role, kind, array, _GIVE)  # the answers take the zone of this array
        self.times: NDArray[np.datetime64] = self.read_instants(role, array)
        self._chunked = isinstance(array, pa.ChunkedArray)
        self._zone = array.type.tz

    # -- read --------------------------------------------------------------------------------

    @staticmethod
    def read_instants(role: str, column: Any) -> NDArray[Any]:
        kind = column.type if isinstance(column, _VALUES) else None
        if kind is not None and pa.types.is_null(kind):
            column = column.cast(pa.timestamp("us", "UTC"))
            kind = column.type
        if kind is None or not pa.types.is_timestamp(kind):
            refuse_type(role, kind, column, _GIVE)
        if kind.tz is None:
            refuse_naive(role, kind, "pyarrow.compute.assume_timezone(array, 'Europe/Volgograd')")
        return _integers(column).view(f"M8[{kind.unit}]")

    @staticmethod
    def read_flags(column: Any) -> NDArray[np.bool_]:
        return np.asarray(column.fill_null(fill_value=False), np.bool_)

    @staticmethod
    def read_names(column: Any) -> tuple[NDArray[Any], Sequence[object]]:
        whole = _whole(column)
        if not pa.types.is_dictionary(whole.type):
            whole = whole.dictionary_encode()
        codes = np.asarray(whole.indices.cast(pa.int64()).fill_null(-1))
        return codes, whole.dictionary.to_pylist()

    def amounts(self, given: Any) -> Any:
        if not isinstance(given, _VALUES):
            return given
        if not pa.types.is_duration(given.type):
            msg = f"a budget is a duration, not {given.type}; give working_hours(4) or an array"
            raise TypeError(msg)
        if not isinstance(given, pa.Scalar):
            self.check_length("budget", given)
        return _integers(given).view(f"m8[{given.type.unit}]")

    def names(self, by: Any) -> Any:
        if not isinstance(by, _ARRAYS):
            msg = f"by is {type(by).__name__}, not a column of names; give an array of strings"
            raise TypeError(msg)
        self.check_length("by", by)
        return by.cast(pa.string())

    def pauses(self, pauses: Any) -> Pauses:
        kind = getattr(pauses, "type", pa.null())
        lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        inner = kind.value_type if lists else kind
        names = {field.name for field in inner} if pa.types.is_struct(inner) else set()
        if not lists or not {"start", "end"} <= names:
            msg = f"pauses are lists of structs with the fields start and end, not {kind}"
            raise TypeError(msg)
        whole = _whole(pauses)
        each = whole.flatten()
        starts, ends = (pc.struct_field(each, name) for name in ("start", "end"))
        return Pauses(
            self.read_instants("start", starts),
            self.read_instants("end", ends),
            offsets_of(pc.list_value_length(whole).fill_null(0)),
        )

    # -- build -------------------------------------------------------------------------------

    def build(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> Any:
        if values.dtype == np.bool_:
            array = pa.array(values, mask=missing)
        else:
            unit, instants = np.datetime_data(values.dtype)[0], values.dtype.kind == "M"
            kind = pa.timestamp(unit, self._zone) if instants else pa.duration(unit)
            array = pa.array(values.view(np.int64), mask=missing_in(values)).view(kind)
        return pa.chunked_array([array]) if self._chunked else array


def _whole(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def _integers(given: Any) -> NDArray[np.int64]:
    if isinstance(given, pa.Scalar):
        return np.array(given.value if given.is_valid else NAT)
    plain = _whole(given).view(pa.int64())
    return np.asarray(plain.fill_null(NAT) if plain.null_count else plain)

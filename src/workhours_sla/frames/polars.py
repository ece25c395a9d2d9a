"""Read and build columns of polars: Series of Datetime with a zone, in any unit.

Answers have the name and the zone of the first Series. Only polars is needed, not Arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
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

_NAMES = (pl.String, pl.Categorical, pl.Enum, pl.Null)
_GIVE = "a Series of Datetime with a zone"


class PolarsRows(Rows[pl.Series]):
    def __init__(self, role: str, series: Any) -> None:
        if isinstance(series, pl.Expr):
            msg = f"{role} is an expression, which has no rows yet; use its namespace, .sla"
            raise TypeError(msg)
        if isinstance(series, pl.Series) and isinstance(series.dtype, pl.Null):
            refuse_type(role, series.dtype, series, _GIVE)  # the answers need a zone
        self.times: NDArray[np.datetime64] = self.read_instants(role, series)
        self._name = series.name
        self._zone = series.dtype.time_zone

    # -- read --------------------------------------------------------------------------------

    @staticmethod
    def read_instants(role: str, column: Any) -> NDArray[Any]:
        dtype = column.dtype if isinstance(column, pl.Series) else None
        if isinstance(dtype, pl.Null):
            return np.full(len(column), NAT).view("M8[us]")
        if not isinstance(dtype, pl.Datetime):
            refuse_type(role, dtype, column, _GIVE)
        if dtype.time_zone is None:
            fix = "series.dt.replace_time_zone('Europe/Volgograd')"
            refuse_naive(column.name or role, dtype, fix)
        return _integers(column).view(f"M8[{dtype.time_unit}]")

    @staticmethod
    def read_flags(column: Any) -> NDArray[np.bool_]:
        return np.asarray(column.fill_null(value=False).to_numpy(), np.bool_)

    @staticmethod
    def read_names(column: Any) -> tuple[NDArray[Any], Sequence[object]]:
        texts = column.cast(pl.String)
        distinct = texts.drop_nulls().unique()
        codes = texts.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64)
        return codes.fill_null(-1).to_numpy(), distinct.to_list()

    def amounts(self, given: Any) -> Any:
        if not isinstance(given, pl.Series):
            return given
        self.check_length("budget", given)
        if not isinstance(given.dtype, pl.Duration):
            return given.to_numpy()  # the verb raises its own error
        return _integers(given).view(f"m8[{given.dtype.time_unit}]")

    def names(self, by: Any) -> Any:
        if not isinstance(by, pl.Series) or not isinstance(by.dtype, _NAMES):
            what = by.dtype if isinstance(by, pl.Series) else type(by).__name__
            msg = f"by is {what}, not a column of names; give a Series of strings or categories"
            raise TypeError(msg)
        self.check_length("by", by)
        return by

    def pauses(self, pauses: Any) -> Pauses:
        dtype = getattr(pauses, "dtype", None)
        inner = dtype.inner if isinstance(dtype, pl.List) else None
        fields = {field.name for field in inner.fields} if isinstance(inner, pl.Struct) else set()
        if not {"start", "end"} <= fields:
            msg = f"pauses are lists of structs with the fields start and end, not {dtype}"
            raise TypeError(msg)
        counts = pauses.list.len().fill_null(0)
        each = pauses.filter(counts > 0).explode().struct
        starts, ends = (self.read_instants(name, each.field(name)) for name in ("start", "end"))
        return Pauses(starts, ends, offsets_of(counts.to_numpy()))

    # -- build -------------------------------------------------------------------------------

    def build(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pl.Series:
        kind: Any = pl.Boolean
        if values.dtype != np.bool_:
            unit: Any = np.datetime_data(values.dtype)[0]
            kind = pl.Datetime(unit, self._zone) if values.dtype.kind == "M" else pl.Duration(unit)
            values, missing = values.view(np.int64), missing_in(values)
        column = pl.Series(self._name, values)
        return (column if missing is None else column.set(pl.Series(missing), None)).cast(kind)


def _integers(series: pl.Series) -> NDArray[np.int64]:
    integers = series.cast(pl.Int64)
    if integers.null_count():
        integers = integers.zip_with(integers.is_not_null(), pl.Series([NAT]))
    return integers.to_numpy()

"""Read and build columns of pandas: Series of instants with a zone.

The first Series has one of three data types: datetime64 in any unit, ``timestamp`` of Arrow, or
objects that are aware datetimes. Answers have the index, name, data type and zone of the first
Series. If it has objects, each answer is in the zone of the datetime in its row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.frames.frame_columns import (
    NAT,
    Rows,
    missing_in,
    offsets_of,
    refuse_naive,
    refuse_type,
)
from workhours_sla.worktime.columns.inputs import Pauses
from workhours_sla.worktime.times import micros_of

_ROW = re.compile(r"\brow (\d+)\b")
_COLUMNS = (pd.Series, pd.Index, pd.api.extensions.ExtensionArray, np.ndarray, list, tuple)


class PandasRows(Rows[Any]):
    def __init__(self, role: str, series: Any) -> None:
        if not isinstance(series, pd.Series):
            msg = (
                f"{role} is of type {type(series).__name__}, not a Series; give pd.Series(...); "
                "for a single instant call the schedule's own method"
            )
            raise TypeError(msg)
        self._series = series
        self._index = series.index
        self._on_arrow = isinstance(series.dtype, pd.ArrowDtype)
        if series.dtype.kind == "M" and _zone(series.dtype) is None:
            _refuse_naive(role, series)  # even if all are NaT, because the answers need a zone
        self.times: NDArray[np.datetime64] = self.read_instants(role, series)

    # -- read --------------------------------------------------------------------------------

    @staticmethod
    def read_instants(role: str, column: Any) -> NDArray[Any]:
        dtype = column.dtype
        if dtype.kind == "M":
            if _zone(dtype) is None and not column.isna().all():
                _refuse_naive(role, column)
            if isinstance(dtype, pd.ArrowDtype):
                return _integers(column).view(f"M8[{dtype.pyarrow_dtype.unit}]")
            if _zone(dtype) is None:
                return np.asarray(column)
            return np.asarray(column.array.view(np.int64)).view(f"M8[{dtype.unit}]")
        if not pd.api.types.is_object_dtype(dtype):
            give = "aware datetimes: pd.to_datetime(series).dt.tz_localize('Europe/Volgograd')"
            refuse_type(role, dtype, column, give)
        return _from_objects(role, column)

    @staticmethod
    def read_flags(column: Any) -> NDArray[np.bool_]:
        filled = pd.Series(column).astype("boolean").fillna(value=False)
        return np.asarray(filled.to_numpy(np.bool_))

    @staticmethod
    def read_names(column: Any) -> tuple[NDArray[Any], Sequence[object]]:
        codes, distinct = pd.factorize(pd.Series(column))
        return codes, list(distinct)

    def instants(self, role: str, given: Any) -> Any:
        if given is pd.NaT:
            return np.datetime64("NaT", "s")
        if isinstance(given, datetime):
            return given
        return self.read_instants(role, self._aligned(role, given))

    def amounts(self, given: Any) -> Any:
        if not isinstance(given, _COLUMNS):
            return given  # the verb accepts the value or raises its own error
        series = self._aligned("budget", given)
        if isinstance(series.dtype, pd.ArrowDtype) and series.dtype.kind == "m":
            return _integers(series).view(f"m8[{series.dtype.pyarrow_dtype.unit}]")
        return series.to_numpy()

    def names(self, by: Any) -> Any:
        return self._aligned("by", by)

    def codes(self, codes: Any) -> NDArray[Any]:
        return np.asarray(self._aligned("codes", codes).to_numpy())

    def pauses(self, pauses: Any) -> Pauses:
        if not isinstance(pauses, pd.DataFrame) or not {"row", "start", "end"} <= set(pauses):
            msg = "pauses are a DataFrame with the columns row, a label of the index, start and end"
            raise TypeError(msg)
        if not self._index.is_unique:
            msg = (
                "the rows share labels, so it is unclear whose the pauses are; reset_index() first"
            )
            raise ValueError(msg)
        labels = pauses["row"].tolist()
        rows = self._index.get_indexer(pd.Index(labels))
        if (rows < 0).any():
            label = labels[int((rows < 0).argmax())]
            msg = f"a pause is of {label!r}, which is no label of the rows; leave it out"
            raise ValueError(msg)
        starts, ends = (self.read_instants(name, pauses[name]) for name in ("start", "end"))
        order = np.lexsort((starts, rows))
        counts = np.bincount(rows, minlength=len(self._index))
        return Pauses(starts[order], ends[order], offsets_of(counts))

    def _aligned(self, role: str, given: Any) -> Any:
        if isinstance(given, pd.Series):
            if not given.index.equals(self._index):
                msg = (
                    f"{role} and the first column have different indexes, of {len(given)} and "
                    f"{len(self._index)} rows: align them, as with {role}.reindex(...), or give "
                    f"{role}.array to go by position"
                )
                raise ValueError(msg)
            return given
        if not isinstance(given, _COLUMNS):
            msg = f"{role} is of type {type(given).__name__}; give a Series or an array"
            raise TypeError(msg)
        self.check_length(role, given)
        return pd.Series(given, index=self._index)

    # -- build -------------------------------------------------------------------------------

    def build(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> Any:
        if values.dtype == np.bool_:
            return (
                self._series_of(values, "bool[pyarrow]", missing)
                if self._on_arrow
                else self._series_of(values, values.dtype)  # booleans of numpy have no null
            )
        unit = np.datetime_data(values.dtype)[0]
        instants = values.dtype.kind == "M"
        plain = values.view(np.int64)
        zone = _zone(self._series.dtype)
        if self._on_arrow:
            kind = f"timestamp[{unit}, tz={zone}]" if instants else f"duration[{unit}]"
            column = self._series_of(plain, "int64[pyarrow]", missing_in(values))
            return column.astype(f"{kind}[pyarrow]")
        if instants and zone is not None:
            return self._series_of(plain, pd.DatetimeTZDtype(unit, zone))
        if instants:
            return self._series_of(_in_own_zones(values, self._series), object)
        return self._series_of(values, values.dtype)

    def _series_of(self, values: Any, dtype: Any, missing: NDArray[np.bool_] | None = None) -> Any:
        name = self._series.name
        column = pd.Series(values, index=self._index, dtype=dtype, name=name, copy=False)
        return column if missing is None else column.mask(missing)

    def located(self, message: str) -> str:
        return _located(message, self._index)


def _refuse_naive(role: str, series: Any) -> None:
    name = role if series.name is None else series.name
    refuse_naive(name, series.dtype, "series.dt.tz_localize('Europe/Volgograd')")


def _from_objects(role: str, series: Any) -> NDArray[Any]:
    found: list[int] = []
    for row, when in enumerate(series):
        if when is None or when is pd.NaT or when is pd.NA or when != when:  # noqa: PLR0124
            found.append(NAT)
            continue
        if not isinstance(when, datetime):
            msg = f"row {row} of {role} is {when!r}, not a datetime; give aware datetimes"
            raise TypeError(_located(msg, series.index))
        if when.utcoffset() is None:
            msg = f"row {row} of {role}: {when} has no zone; give tzinfo=schedule.tz"
            raise NaiveDatetimeError(_located(msg, series.index))
        if getattr(when, "nanosecond", 0):
            msg = f"row {row} of {role} is {when!r}, finer than microseconds; round it to them"
            raise TypeError(_located(msg, series.index))
        found.append(micros_of(when))
    return np.array(found, np.int64).view("M8[us]")


def _in_own_zones(values: NDArray[Any], starts: Any) -> NDArray[Any]:
    found = np.empty(len(values), object)
    for row, (when, start) in enumerate(zip(values, starts, strict=True)):
        found[row] = (
            pd.NaT if np.isnat(when) else pd.Timestamp(when, tz="UTC").tz_convert(start.tzinfo)
        )
    return found


def _located(message: str, index: Any) -> str:
    found = _ROW.search(message)
    if found is None or int(found[1]) >= len(index):
        return message
    label = index[int(found[1])]
    if str(label) == found[1]:
        return message
    return f"{message[: found.end()]} (index {label}){message[found.end() :]}"


def _zone(dtype: Any) -> Any:
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype.tz
    return getattr(dtype, "tz", None)


def _integers(series: Any) -> NDArray[np.int64]:
    return np.asarray(series.astype("int64[pyarrow]").to_numpy(dtype=np.int64, na_value=NAT))

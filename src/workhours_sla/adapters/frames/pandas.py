"""The verbs of working time for pandas: functions of Series, and the accessor ``sla``.

The first column is a Series of instants: datetime64 with a zone in any unit, ``timestamp`` with
a zone backed by Arrow, or aware datetimes as objects. Answers have its index, name, zone and
kind; their unit is the finest among the columns, the budget and the schedule's boundaries. NaT
stays NaT. A further column is a Series of the same index, an array of the same length, or one
aware datetime.

``schedule`` is one for all rows; or a dict of schedules by name with ``by``, a column of names;
or a list of them with ``codes``, a column of integers. ``pauses`` is a DataFrame with the columns
``row``, a label of the first column's index, ``start`` and ``end``; a missing end goes on.
``on_unknown`` and ``provisional`` mean what they do for arrays.

Every verb raises NaiveDatetimeError; CalendarCoverageError, with the row and its label;
LookupError for a name or a code that has no schedule; ValueError for indexes that differ.

>>> import pandas as pd
>>> from workhours_sla import Schedule, working_hours
>>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
>>> starts = pd.Series(["2024-12-27 15:45", None]).astype("datetime64[s, Europe/Volgograd]")
>>> elapsed(office, starts, pd.Timestamp("2024-12-28 10:10", tz="Europe/Volgograd"))
0   0 days 03:25:00
1               NaT
dtype: timedelta64[us]

>>> df = pd.DataFrame({"posted": ["2025-10-31 17:30", "2025-12-30 16:30"]}, index=["A1", "A2"])
>>> df["posted"] = pd.to_datetime(df["posted"]).dt.tz_localize("Europe/Volgograd")
>>> print(deadline(office, df["posted"], working_hours(4)).to_string())
A1   2025-11-01 12:30:00+03:00
A2   2026-01-12 11:30:00+03:00
>>> df["posted"].sla.deadline(office, working_hours(4)).equals(
...     deadline(office, df["posted"], working_hours(4))
... )
True
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workhours_sla.adapters.frames.asking import NAT, Rows, Schedules, missing_in
from workhours_sla.adapters.frames.verbs import ColumnVerbs, Verbs
from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.worktime.columns import Pauses
from workhours_sla.worktime.zone import BASE_UTC

try:
    import pandas as pd
except ImportError as error:
    msg = "the verbs of Series need pandas: pip install 'workhours-sla[pandas]'"
    raise ImportError(msg) from error

_ROW = re.compile(r"\brow (\d+)\b")
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = (pd.Series, pd.Index, pd.api.extensions.ExtensionArray, np.ndarray, list, tuple)


class _Series(Rows):
    """The first Series of a question."""

    def __init__(self, role: str, series: Any) -> None:
        if not isinstance(series, pd.Series):
            msg = (
                f"{role} is of type {type(series).__name__}, not a Series; give pd.Series(...); of "
                "a single instant ask the schedule itself"
            )
            raise TypeError(msg)
        self._series = series
        self._index = series.index
        self._in_arrow = isinstance(series.dtype, pd.ArrowDtype)
        self.times = _instants(role, series, zone_needed=True)

    # -- what comes in -----------------------------------------------------------------------

    def instants(self, role: str, given: Any) -> Any:
        """Return a further column, or one instant."""
        if given is pd.NaT:
            return np.datetime64("NaT", "s")
        if isinstance(given, pd.Timestamp) and given.nanosecond and given.tzinfo:
            return given.to_datetime64()
        if isinstance(given, datetime):
            return given
        return _instants(role, self._beside(role, given))

    def amounts(self, given: Any) -> Any:
        """Return a budget or a column of them."""
        if isinstance(given, pd.Timedelta) and given.nanoseconds:
            return given.to_timedelta64()
        if not isinstance(given, _COLUMNS):
            return given  # for the engine to take or refuse
        series = self._beside("budget", given)
        if isinstance(series.dtype, pd.ArrowDtype) and series.dtype.kind == "m":
            return _integers(series).view(f"m8[{series.dtype.pyarrow_dtype.unit}]")
        return series.to_numpy()

    def positions(self, by: Any, names: Sequence[str]) -> NDArray[Any]:
        """Return where among the names the one of each row is."""
        series = self._beside("by", by)
        if isinstance(series.dtype, pd.CategoricalDtype):
            codes, distinct = series.cat.codes.to_numpy(), series.cat.categories
        else:
            codes, distinct = pd.factorize(series)
        known = pd.Index(names, dtype=object).get_indexer(distinct.astype(object))
        found: NDArray[Any] = np.append(known, -1)[codes]  # the code of a missing name is -1
        return found

    def name_at(self, by: Any, row: int) -> object:
        """Return the name of one row."""
        name = self._beside("by", by).iloc[row]
        return None if pd.isna(name) else name

    def codes(self, codes: Any) -> NDArray[Any]:
        """Return a column of integers as an array."""
        return np.asarray(self._beside("codes", codes).to_numpy())

    def pauses(self, pauses: Any) -> Pauses:
        """Return the holds of a frame, put in the order of the rows."""
        if not isinstance(pauses, pd.DataFrame) or not {"row", "start", "end"} <= set(pauses):
            msg = "holds are a DataFrame with the columns row, a label of the index, start and end"
            raise TypeError(msg)
        if not self._index.is_unique:
            msg = "the rows share labels, so holds cannot say whose they are; reset_index() first"
            raise ValueError(msg)
        labels = pauses["row"].tolist()
        rows = self._index.get_indexer(pd.Index(labels))
        if (rows < 0).any():
            label = labels[int((rows < 0).argmax())]
            msg = f"a hold is of {label!r}, which is no label of the rows; leave it out"
            raise ValueError(msg)
        starts, ends = _instants("start", pauses["start"]), _instants("end", pauses["end"])
        order = np.lexsort((starts, rows))
        counts = np.bincount(rows, minlength=len(self._index))
        return Pauses(starts[order], ends[order], np.concatenate([[0], np.cumsum(counts)]))

    def _beside(self, role: str, given: Any) -> Any:
        """Return a further column as a Series; refuse one that does not go row by row."""
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

    # -- what goes out -----------------------------------------------------------------------

    def located(self, message: str) -> str:
        """Return a message with the label of the row it names."""
        return _located(message, self._index)

    def column(self, values: NDArray[Any]) -> Any:
        """Return instants or amounts as a Series."""
        unit = np.datetime_data(values.dtype)[0]
        instants = values.dtype.kind == "M"
        plain = values.view(np.int64)
        dtype = self._series.dtype
        zone = _zone(dtype)
        if self._in_arrow:
            column = self._made(plain, "int64[pyarrow]")
            missing = missing_in(values)
            if missing is not None:
                column = column.mask(missing)
            kind = f"timestamp[{unit}, tz={zone}]" if instants else f"duration[{unit}]"
            return column.astype(f"{kind}[pyarrow]")
        if instants and zone is not None:
            return self._made(plain, pd.DatetimeTZDtype(unit, zone))
        if instants:
            return self._made(_in_own_zones(values, self._series), object)
        return self._made(values, values.dtype)

    def flags(self, values: NDArray[np.bool_], missing: NDArray[np.bool_] | None = None) -> Any:
        """Return truth values as a Series; numpy's have no null."""
        if not self._in_arrow:
            return self._made(values, values.dtype)
        column = self._made(values, "bool[pyarrow]")
        return column if missing is None else column.mask(missing)

    def _made(self, values: Any, dtype: Any) -> Any:
        return pd.Series(values, index=self._index, dtype=dtype, name=self._series.name, copy=False)


def instants_of(role: str, column: Any) -> NDArray[Any]:
    """Return a Series of instants as datetime64 in UTC, NaT where there is none.

    Raises NaiveDatetimeError, and TypeError for a column of anything else.
    """
    return _instants(role, column)


def _instants(role: str, series: Any, *, zone_needed: bool = False) -> NDArray[Any]:
    """Return a Series of instants as datetime64 in UTC, without a copy where it can be."""
    dtype = series.dtype
    if dtype.kind == "M":
        if _zone(dtype) is None and (zone_needed or not series.isna().all()):
            name = role if series.name is None else series.name
            msg = (
                f"{name} is {dtype}, which has no zone, so it names no instants: give "
                "series.dt.tz_localize('Europe/Volgograd')"
            )
            raise NaiveDatetimeError(msg)
        if isinstance(dtype, pd.ArrowDtype):
            return _integers(series).view(f"M8[{dtype.pyarrow_dtype.unit}]")
        if _zone(dtype) is None:
            return np.asarray(series)
        return np.asarray(series.array.view(np.int64)).view(f"M8[{dtype.unit}]")
    if pd.api.types.is_object_dtype(dtype):
        return _from_objects(role, series)
    msg = (
        f"{role} is a column of {dtype}, not of instants: give aware datetimes, as from "
        "pd.to_datetime(series).dt.tz_localize('Europe/Volgograd')"
    )
    raise TypeError(msg)


def _from_objects(role: str, series: Any) -> NDArray[Any]:
    micros: list[int | None] = []
    nanos = []  # what Timestamps have beyond microseconds
    for row, when in enumerate(series):
        if when is None or when is pd.NaT or when is pd.NA or when != when:  # noqa: PLR0124
            micros.append(None)
            nanos.append(0)
            continue
        if not isinstance(when, datetime):
            msg = f"row {row} of {role} is {when!r}, not a datetime; give aware datetimes"
            raise TypeError(_located(msg, series.index))
        if when.utcoffset() is None:
            msg = f"row {row} of {role}: {when} has no zone; give tzinfo=schedule.tz"
            raise NaiveDatetimeError(_located(msg, series.index))
        micros.append((when - BASE_UTC) // _MICROSECOND)
        nanos.append(int(getattr(when, "nanosecond", 0)))
    unit, scale = ("ns", 1000) if any(nanos) else ("us", 1)
    whole = [
        NAT if count is None else count * scale + rest
        for count, rest in zip(micros, nanos, strict=True)
    ]
    return np.array(whole, np.int64).view(f"M8[{unit}]")


def _located(message: str, index: Any) -> str:
    """Return a message with the label of the row it names."""
    found = _ROW.search(message)
    if found is None or int(found[1]) >= len(index):
        return message
    label = index[int(found[1])]
    if str(label) == found[1]:
        return message
    return f"{message[: found.end()]} (index {label}){message[found.end() :]}"


def _zone(dtype: Any) -> Any:
    """Return the zone of a column of instants, None if it has none."""
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype.tz
    return getattr(dtype, "tz", None)


def _integers(series: Any) -> NDArray[np.int64]:
    """Return instants or amounts backed by Arrow as integers of their unit."""
    return np.asarray(series.astype("int64[pyarrow]").to_numpy(dtype=np.int64, na_value=NAT))


def _in_own_zones(values: NDArray[Any], asked: Any) -> NDArray[Any]:
    """Return instants as Timestamps, each in the zone of the object it answers."""
    found = np.empty(len(values), object)
    for row, (when, start) in enumerate(zip(values, asked, strict=True)):
        found[row] = (
            pd.NaT if np.isnat(when) else pd.Timestamp(when, tz="UTC").tz_convert(start.tzinfo)
        )
    return found


# -- the verbs -------------------------------------------------------------------------------

_VERBS = Verbs(_Series)
elapsed = _VERBS.elapsed
remaining = _VERBS.remaining
deadline = _VERBS.deadline
breaches_after = _VERBS.breaches_after
latest_start = _VERBS.latest_start
next_opening = _VERBS.next_opening
is_working = _VERBS.is_working


@pd.api.extensions.register_series_accessor("sla")
class SeriesVerbs(ColumnVerbs):
    """``series.sla``: the verbs with the Series as first column."""

    _verbs = _VERBS


@pd.api.extensions.register_dataframe_accessor("sla")
class DataFrameVerbs:
    """``df.sla``: the verbs with columns given by name; options as of the functions.

    A string is the name of a column, be it of instants, budgets, schedule names or codes.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, working_hours
    >>> offices = {
    ...     "roads": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    ...     "light": Schedule(None, "Mo-Su 00:00-24:00", tz="Europe/Volgograd"),
    ... }
    >>> df = pd.DataFrame({"posted": ["2025-10-31 17:30"] * 2, "agency": ["roads", "light"]})
    >>> df["posted"] = pd.to_datetime(df["posted"]).dt.tz_localize("Europe/Volgograd")
    >>> print(df.sla.deadline(offices, "posted", working_hours(4), by="agency").to_string())
    0   2025-11-01 12:30:00+03:00
    1   2025-10-31 21:30:00+03:00
    """

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def elapsed(self, schedule: Schedules, starts: Any, ends: Any, **options: Any) -> Any:
        """Return the working time from each start to each end."""
        return _VERBS.elapsed(schedule, self._of(starts), self._of(ends), **self._options(options))

    def remaining(
        self, schedule: Schedules, starts: Any, budget: Any, *, now: Any, **options: Any
    ) -> Any:
        """Return what is left of each budget at ``now``."""
        given = self._options(options)
        return _VERBS.remaining(
            schedule, self._of(starts), self._of(budget), now=self._of(now), **given
        )

    def deadline(self, schedule: Schedules, starts: Any, budget: Any, **options: Any) -> Any:
        """Return the earliest instant at which each budget has passed."""
        return _VERBS.deadline(
            schedule, self._of(starts), self._of(budget), **self._options(options)
        )

    def breaches_after(self, schedule: Schedules, starts: Any, budget: Any, **options: Any) -> Any:
        """Return the last instant at which an answer is still within each budget."""
        given = self._options(options)
        return _VERBS.breaches_after(schedule, self._of(starts), self._of(budget), **given)

    def latest_start(self, schedule: Schedules, due: Any, budget: Any, **options: Any) -> Any:
        """Return the latest start whose deadline is not after each."""
        return _VERBS.latest_start(
            schedule, self._of(due), self._of(budget), **self._options(options)
        )

    def next_opening(self, schedule: Schedules, times: Any, **options: Any) -> Any:
        """Return the first instant of working time at or after each."""
        return _VERBS.next_opening(schedule, self._of(times), **self._options(options))

    def is_working(self, schedule: Schedules, times: Any, **options: Any) -> Any:
        """Return whether each is working time."""
        return _VERBS.is_working(schedule, self._of(times), **self._options(options))

    def _of(self, given: Any) -> Any:
        return self._frame[given] if isinstance(given, str) else given

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        columns_of_rows = {key: self._of(options[key]) for key in ("by", "codes") if key in options}
        return options | columns_of_rows

"""The verbs of working time for polars: functions of Series, and the namespace ``sla``.

The first column is a Series of Datetime with a zone, in any unit. Answers have its name and
zone; their unit is the finest among the columns, the budget and the schedule's boundaries. Null
stays null. A further column is a Series of as many rows, or one aware datetime.

``schedule`` is one for all rows; or a dict of schedules by name with ``by``, a column of names;
or a list of them with ``codes``, a column of integers. ``pauses`` is a column of lists of structs
with the fields ``start`` and ``end``; the holds of a row are sorted and apart, a missing end
goes on. ``on_unknown`` and ``provisional`` mean what they do for arrays.

Every verb raises NaiveDatetimeError; CalendarCoverageError, with the row; LookupError for a name or
a code that has no schedule; ValueError for columns of different lengths.

An expression must tell the type of its answers before it has any rows. You know it, so say it:
``pl.col("posted").map_batches(lambda s: deadline(office, s, budget), return_dtype=...)``.

>>> import polars as pl
>>> from datetime import datetime
>>> from workhours_sla import Schedule, working_hours
>>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
>>> starts = pl.Series([datetime(2024, 12, 27, 15, 45, tzinfo=office.tz), None])
>>> elapsed(office, starts, datetime(2024, 12, 28, 10, 10, tzinfo=office.tz)).to_list()
[datetime.timedelta(seconds=12300), None]

>>> posted = pl.Series([datetime(2025, 10, 31, 17, 30)]).dt.replace_time_zone(office.tz.key)
>>> print(deadline(office, posted, working_hours(4))[0])
2025-11-01 12:30:00+03:00
>>> posted.sla.deadline(office, working_hours(4)).equals(
...     deadline(office, posted, working_hours(4))
... )
True
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from workhours_sla.adapters.frames.asking import NAT, Rows, missing_in
from workhours_sla.adapters.frames.verbs import ColumnVerbs, Verbs
from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.worktime.columns import Pauses

try:
    import polars as pl
except ImportError as error:
    msg = "the verbs of polars Series need polars: pip install 'workhours-sla[polars]'"
    raise ImportError(msg) from error


class _Series(Rows):
    """The first Series of a question."""

    def __init__(self, role: str, series: Any) -> None:
        if not isinstance(series, pl.Series) or not isinstance(series.dtype, pl.Datetime):
            _refuse(role, series)
        self._name = series.name
        self._zone = series.dtype.time_zone
        self.times = _instants(role, series)

    # -- what comes in -----------------------------------------------------------------------

    def instants(self, role: str, given: Any) -> Any:
        """Return a further column, or one instant."""
        if isinstance(given, datetime):
            return given
        column = _instants(role, given)
        self.check_length(role, column)
        return column

    def amounts(self, given: Any) -> Any:
        """Return a budget or a column of them."""
        if not isinstance(given, pl.Series):
            return given
        self.check_length("budget", given)
        if not isinstance(given.dtype, pl.Duration):
            return given.to_numpy()  # for the engine to refuse
        return _integers(given).view(f"m8[{given.dtype.time_unit}]")

    def positions(self, by: Any, names: Sequence[str]) -> NDArray[Any]:
        """Return where among the names the one of each row is."""
        kinds = (pl.String, pl.Categorical, pl.Enum, pl.Null)
        if not isinstance(by, pl.Series) or not isinstance(by.dtype, kinds):
            what = by.dtype if isinstance(by, pl.Series) else type(by).__name__
            msg = f"by is {what}, not a column of names; give a Series of strings or categories"
            raise TypeError(msg)
        self.check_length("by", by)
        found = by.cast(pl.Enum(names), strict=False).to_physical()
        return found.cast(pl.Int64).fill_null(-1).to_numpy()

    def name_at(self, by: Any, row: int) -> object:
        """Return the name of one row."""
        return by[row]

    def codes(self, codes: Any) -> NDArray[Any]:
        """Return a column of integers as an array."""
        self.check_length("codes", codes)
        return np.asarray(codes)

    def pauses(self, pauses: Any) -> Pauses:
        """Return lists of structs as ragged arrays."""
        dtype = getattr(pauses, "dtype", None)
        inner = dtype.inner if isinstance(dtype, pl.List) else None
        fields = {field.name for field in inner.fields} if isinstance(inner, pl.Struct) else set()
        if not {"start", "end"} <= fields:
            msg = f"holds are lists of structs with the fields start and end, not {dtype}"
            raise TypeError(msg)
        counts = pauses.list.len().fill_null(0)
        each = pauses.filter(counts > 0).explode().struct
        return Pauses(
            _instants("start", each.field("start")),
            _instants("end", each.field("end")),
            np.concatenate([[0], np.cumsum(counts.to_numpy(), dtype=np.int64)]),
        )

    # -- what goes out -----------------------------------------------------------------------

    def column(self, values: NDArray[Any]) -> pl.Series:
        """Return instants or amounts as a Series."""
        unit: Any = np.datetime_data(values.dtype)[0]
        column = pl.Series(self._name, values.view(np.int64))
        missing = missing_in(values)
        if missing is not None:
            column = column.set(pl.Series(missing), None)
        instants = values.dtype.kind == "M"
        return column.cast(pl.Datetime(unit, self._zone) if instants else pl.Duration(unit))

    def flags(
        self, values: NDArray[np.bool_], missing: NDArray[np.bool_] | None = None
    ) -> pl.Series:
        """Return truth values as a Series."""
        column = pl.Series(self._name, values)
        return column if missing is None else column.set(pl.Series(missing), None)


def instants_of(role: str, column: Any) -> NDArray[Any]:
    """Return a Series of instants as datetime64 in UTC, NaT where there is none.

    Raises NaiveDatetimeError, and TypeError for a column of anything else.
    """
    return _instants(role, column)


def _instants(role: str, given: Any) -> NDArray[Any]:
    """Return a Series of instants as datetime64 in UTC, without a copy if it has no null."""
    if not isinstance(given, pl.Series):
        _refuse(role, given)
    if isinstance(given.dtype, pl.Null):
        return np.full(len(given), NAT).view("M8[us]")
    if not isinstance(given.dtype, pl.Datetime):
        _refuse(role, given)
    if given.dtype.time_zone is None:
        msg = (
            f"{given.name or role} is {given.dtype}, which has no zone, so it names no instants: "
            "give series.dt.replace_time_zone('Europe/Volgograd')"
        )
        raise NaiveDatetimeError(msg)
    return _integers(given).view(f"M8[{given.dtype.time_unit}]")


def _refuse(role: str, given: Any) -> NoReturn:
    kind = (
        f"a column of {given.dtype}"
        if isinstance(given, pl.Series)
        else f"of type {type(given).__name__}"
    )
    msg = (
        f"{role} is {kind}, not of instants; give a Series of Datetime with a zone; of a "
        "single instant ask the schedule itself"
    )
    raise TypeError(msg)


def _integers(series: pl.Series) -> NDArray[np.int64]:
    """Return instants or amounts as integers of their unit."""
    return series.to_physical().fill_null(NAT).to_numpy()


# -- the verbs -------------------------------------------------------------------------------

_VERBS = Verbs(_Series)
elapsed = _VERBS.elapsed
remaining = _VERBS.remaining
deadline = _VERBS.deadline
breaches_after = _VERBS.breaches_after
latest_start = _VERBS.latest_start
next_opening = _VERBS.next_opening
is_working = _VERBS.is_working


@pl.api.register_series_namespace("sla")
class SeriesVerbs(ColumnVerbs):
    """``series.sla``: the verbs with the Series as first column."""

    _verbs = _VERBS

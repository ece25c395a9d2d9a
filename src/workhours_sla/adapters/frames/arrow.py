"""The verbs of working time for Arrow: functions of arrays, chunked or not.

The first column is an Array or ChunkedArray of timestamps with a zone, in any unit. Answers are
of the same kind and zone; their unit is the finest among the columns, the budget and the
schedule's boundaries. Null stays null. A further column is an array of as many rows, one aware
datetime or one Scalar.

``schedule`` is one for all rows; or a dict of schedules by name with ``by``, a column of names;
or a list of them with ``codes``, a column of integers. ``pauses`` is a column of lists of structs
with the fields ``start`` and ``end``; the holds of a row are sorted and apart, a missing end
goes on. ``on_unknown`` and ``provisional`` mean what they do for arrays of numpy.

Every verb raises NaiveDatetimeError; CalendarCoverageError, with the row; LookupError for a name or
a code that has no schedule; ValueError for columns of different lengths.

>>> import pyarrow as pa
>>> from datetime import datetime
>>> from workhours_sla import Schedule, working_hours
>>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
>>> starts = pa.array([datetime(2024, 12, 27, 15, 45, tzinfo=office.tz), None])
>>> elapsed(office, starts, datetime(2024, 12, 28, 10, 10, tzinfo=office.tz)).to_pylist()
[datetime.timedelta(seconds=12300), None]

>>> posted = pa.array([datetime(2025, 10, 31, 17, 30, tzinfo=office.tz)])
>>> due = deadline(office, posted, working_hours(4))
>>> print(due.type, due[0])
timestamp[us, tz=Europe/Volgograd] 2025-11-01 12:30:00+03:00
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from workhours_sla.adapters.frames.asking import NAT, Rows, missing_in
from workhours_sla.adapters.frames.verbs import Verbs
from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.worktime.columns import Pauses

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    msg = "the verbs of Arrow arrays need pyarrow: pip install 'workhours-sla[arrow]'"
    raise ImportError(msg) from error


class _Array(Rows):
    """The first array of a question."""

    def __init__(self, role: str, array: Any) -> None:
        if not isinstance(array, pa.Array | pa.ChunkedArray) or not _is_timestamp(array):
            _refuse(role, array)
        self._chunked = isinstance(array, pa.ChunkedArray)
        self._zone = array.type.tz
        self.times = _instants(role, array)

    # -- what comes in -----------------------------------------------------------------------

    def instants(self, role: str, given: Any) -> Any:
        """Return a further column, or one instant."""
        if isinstance(given, datetime):
            return given
        if isinstance(given, pa.Array | pa.ChunkedArray):
            self.check_length(role, given)
        return _instants(role, given)

    def amounts(self, given: Any) -> Any:
        """Return a budget or a column of them."""
        if not isinstance(given, pa.Array | pa.ChunkedArray | pa.Scalar):
            return given
        if not pa.types.is_duration(given.type):
            msg = f"a budget is a duration, not {given.type}; give working_hours(4) or an array"
            raise TypeError(msg)
        if not isinstance(given, pa.Scalar):
            self.check_length("budget", given)
        return _integers(given).view(f"m8[{given.type.unit}]")

    def positions(self, by: Any, names: Sequence[str]) -> NDArray[Any]:
        """Return where among the names the one of each row is."""
        if not isinstance(by, pa.Array | pa.ChunkedArray):
            msg = f"by is {type(by).__name__}, not a column of names; give an array of strings"
            raise TypeError(msg)
        self.check_length("by", by)
        known = pa.array(names)
        found = pc.index_in(by.cast(known.type), value_set=known)
        return np.asarray(_whole(found.fill_null(-1)))

    def name_at(self, by: Any, row: int) -> object:
        """Return the name of one row."""
        return by[row].as_py()

    def codes(self, codes: Any) -> NDArray[Any]:
        """Return a column of integers as an array."""
        self.check_length("codes", codes)
        return np.asarray(codes)

    def pauses(self, pauses: Any) -> Pauses:
        """Return lists of structs as ragged arrays."""
        kind = getattr(pauses, "type", pa.null())
        lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        inner = kind.value_type if lists else kind
        names = {field.name for field in inner} if pa.types.is_struct(inner) else set()
        if not lists or not {"start", "end"} <= names:
            msg = f"holds are lists of structs with the fields start and end, not {kind}"
            raise TypeError(msg)
        whole = _whole(pauses)
        counts = pc.list_value_length(whole).fill_null(0)
        each = whole.flatten()
        return Pauses(
            _instants("start", pc.struct_field(each, "start")),
            _instants("end", pc.struct_field(each, "end")),
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
        )

    # -- what goes out -----------------------------------------------------------------------

    def column(self, values: NDArray[Any]) -> Any:
        """Return instants or amounts as an array."""
        unit = np.datetime_data(values.dtype)[0]
        kind = pa.timestamp(unit, self._zone) if values.dtype.kind == "M" else pa.duration(unit)
        plain = pa.array(values.view(np.int64), mask=missing_in(values))
        return self._like(plain.view(kind))

    def flags(self, values: NDArray[np.bool_], missing: NDArray[np.bool_] | None = None) -> Any:
        """Return truth values as an array."""
        return self._like(pa.array(values, mask=missing))

    def _like(self, array: Any) -> Any:
        return pa.chunked_array([array]) if self._chunked else array


def instants_of(role: str, column: Any) -> NDArray[Any]:
    """Return an array of instants as datetime64 in UTC, NaT where there is none.

    Raises NaiveDatetimeError, and TypeError for a column of anything else.
    """
    return _instants(role, column)


def _instants(role: str, given: Any) -> NDArray[Any]:
    """Return an array or Scalar of instants as datetime64 in UTC.

    Without a copy if it is one chunk without nulls.
    """
    if not isinstance(given, pa.Array | pa.ChunkedArray | pa.Scalar):
        _refuse(role, given)
    if pa.types.is_null(given.type):
        given = given.cast(pa.timestamp("us", "UTC"))
    if not _is_timestamp(given):
        _refuse(role, given)
    if given.type.tz is None:
        msg = (
            f"{role} is {given.type}, which has no zone, so it names no instants: give "
            "pyarrow.compute.assume_timezone(array, 'Europe/Volgograd')"
        )
        raise NaiveDatetimeError(msg)
    return _integers(given).view(f"M8[{given.type.unit}]")


def _is_timestamp(given: Any) -> bool:
    return bool(pa.types.is_timestamp(given.type))


def _refuse(role: str, given: Any) -> NoReturn:
    kind = (
        f"a column of {given.type}"
        if isinstance(given, pa.Array | pa.ChunkedArray)
        else f"of type {type(given).__name__}"
    )
    msg = (
        f"{role} is {kind}, not of instants; give an array of timestamps with a zone; of a "
        "single instant ask the schedule itself"
    )
    raise TypeError(msg)


def _whole(column: Any) -> Any:
    """Return a column as one array."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def _integers(given: Any) -> NDArray[np.int64]:
    """Return instants or amounts, or one, as integers of their unit."""
    if isinstance(given, pa.Scalar):
        return np.array(given.value if given.is_valid else NAT)
    plain = _whole(given).view(pa.int64())
    return np.asarray(plain.fill_null(NAT) if plain.null_count else plain)


# -- the verbs -------------------------------------------------------------------------------

_VERBS = Verbs(_Array)
elapsed = _VERBS.elapsed
remaining = _VERBS.remaining
deadline = _VERBS.deadline
breaches_after = _VERBS.breaches_after
latest_start = _VERBS.latest_start
next_opening = _VERBS.next_opening
is_working = _VERBS.is_working

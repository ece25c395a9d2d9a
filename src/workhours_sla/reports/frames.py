"""Cases of data frames of pandas, polars or Arrow, and tables of a report as data frames.

A frame has a row for each appeal: when it was posted and answered, and its attributes. No row
becomes a Python object: the report of a million rows takes seconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import ATTRIBUTES, Cases, Labels
from workhours_sla.compliance.column_cases import AppealColumns, cases_of_columns
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.errors import needs_extra
from workhours_sla.public import public
from workhours_sla.reports.rows import columns_of
from workhours_sla.sla.target import ScheduleBy, Target

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Frame(Protocol):
    """A DataFrame of pandas or polars, or a Table of Arrow."""

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True, kw_only=True)
class FrameColumns:
    """The names of the columns of a frame with one appeal in each row.

    ``posted``, ``answered`` and ``withdrawn`` are instants with a zone, null where there is none;
    ``excluded`` is bool. ``by`` names the columns to group by: if None, those of ``agency``,
    ``district``, ``channel`` and ``topic`` that the frame has. ``schedule_by`` has the names of a
    target with ScheduleBy, by default the column of that attribute.

    >>> FrameColumns(posted="created_at", by="agency")  # doctest: +ELLIPSIS
    FrameColumns(posted='created_at', answered='answered', ..., by='agency', schedule_by=None)
    """

    posted: str = "posted"
    answered: str = "answered"
    withdrawn: str | None = None
    excluded: str | None = None
    id: str | None = None
    by: str | Sequence[str] | None = None
    schedule_by: str | None = None


def cases_of_frame(
    frame: Frame,
    target: Target,
    *,
    as_of: datetime,
    columns: FrameColumns | None = None,
    provisional: bool = False,
) -> Cases:
    """Return the cases of a data frame of pandas or polars, or a table of Arrow.

    ``target``, ``as_of`` and ``provisional`` are as for ``cases_of_columns``; a row whose name has
    no schedule is quarantined and counted. Raises NaiveDatetimeError, LookupError for a missing
    column, TypeError for anything but a frame, and as ``cases_of_columns``.

    >>> import polars as pl
    >>> from workhours_sla import Schedule, working_hours
    >>> from workhours_sla.report import report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = [datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)]
    >>> frame = pl.DataFrame({"posted": posted, "answered": [None], "agency": ["roads"]})
    >>> target = Target("first reply", working_hours(4), office)
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> report(cases_of_frame(frame, target, as_of=when)).table("agency").row("roads").overdue
    1
    """
    given, names = _opened(frame), columns or FrameColumns()
    by = [names.by] if isinstance(names.by, str) else names.by
    if by is None:
        by = [column for column in ATTRIBUTES if column in given.names]
    groups = {column: given.labels(column) for column in by}
    schedule_names = None
    if isinstance(target.schedule, ScheduleBy):
        column = names.schedule_by or target.schedule.field.removesuffix("_id")
        schedule_names = groups.get(column) or given.labels(column)
    found = AppealColumns(
        given.instants(names.posted),
        given.instants(names.answered),
        withdrawn=None if names.withdrawn is None else given.instants(names.withdrawn),
        excluded=None if names.excluded is None else given.flags(names.excluded),
        ids=None if names.id is None else given.ids(names.id),
        groups=groups,
        schedule_names=schedule_names,
    )
    return cases_of_columns(found, target, as_of=as_of, provisional=provisional)


def to_pandas(report: ReportNumbers, by: str = "total") -> pd.DataFrame:
    """Return a table of a report as a DataFrame of pandas; amounts of time are timedelta64.

    ``by`` is a grouping of the report, or ``total``, ``weeks``, ``late``, ``days``, ``heat_map``
    or ``backlog``. Raises LookupError, and ImportError without pandas.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> to_pandas(report(cases_of_columns(columns, target, as_of=when)))["breached"].tolist()
    [1]
    """
    try:
        import pandas as pd  # noqa: PLC0415
    except ImportError as error:
        raise needs_extra(what="a DataFrame of pandas needs pandas", extras=("pandas",)) from error

    return pd.DataFrame(dict(columns_of(report, by)))


def to_polars(report: ReportNumbers, by: str = "total") -> pl.DataFrame:
    """Return a table of a report as a DataFrame of polars.

    ``by`` is as for ``to_pandas``; amounts of time are Duration. Raises LookupError, and
    ImportError without polars.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> made = report(cases_of_columns(columns, target, as_of=when))
    >>> to_polars(made, "late")["appeal_id"].to_list()
    ['0']
    """
    try:
        import polars as pl  # noqa: PLC0415
    except ImportError as error:
        raise needs_extra(what="a DataFrame of polars needs polars", extras=("polars",)) from error

    return pl.DataFrame(dict(columns_of(report, by)), strict=False, infer_schema_length=None)


# -- frames ------------------------------------------------------------------------------------


class _Opened(ABC):
    """A frame of one library."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The names of the columns."""

    def column(self, name: str) -> Any:
        """Return a column. Raises LookupError."""
        if name not in self.names:
            listed = ", ".join(map(str, self.names))
            msg = f"the frame has no column {name!r} but {listed}; name the right one"
            raise LookupError(msg)
        return self._frame[name]

    def ids(self, name: str) -> Any:
        """Return a column that is indexed by position."""
        return self.column(name)

    @abstractmethod
    def instants(self, name: str) -> NDArray[Any]:
        """Return a column as datetime64 in UTC."""

    @abstractmethod
    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        """Return a column as codes and their values; -1 is missing."""

    @abstractmethod
    def flags(self, name: str) -> NDArray[np.bool_]:
        """Return a column as bool; missing is False."""

    def labels(self, name: str) -> Labels:
        """Return a column as labels; missing values and empty text are no group."""
        codes, values = self.coded(name)
        texts = [str(value) for value in values]
        names = tuple(sorted({text for text in texts if text}))
        place = {text: code for code, text in enumerate(names)}
        return Labels(names, np.array([*(place.get(t, -1) for t in texts), -1], np.int64)[codes])


class _Pandas(_Opened):
    @property
    def names(self) -> list[str]:
        return list(self._frame.columns)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.pandas import PandasRows  # noqa: PLC0415

        return PandasRows.read_instants(name, self.column(name))

    def ids(self, name: str) -> Any:
        return self.column(name).array  # by position, whatever the index

    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        import pandas as pd  # noqa: PLC0415

        codes, values = pd.factorize(self.column(name))
        return codes, list(values)

    def flags(self, name: str) -> NDArray[np.bool_]:
        import pandas as pd  # noqa: PLC0415

        filled = pd.Series(self.column(name)).astype("boolean").fillna(value=False)
        return np.asarray(filled.to_numpy(np.bool_))


class _Polars(_Opened):
    @property
    def names(self) -> list[str]:
        return list(self._frame.columns)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.polars import PolarsRows  # noqa: PLC0415

        return PolarsRows.read_instants(name, self.column(name))

    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        import polars as pl  # noqa: PLC0415

        texts = self.column(name).cast(pl.String)
        distinct = texts.drop_nulls().unique()
        codes = texts.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1)
        return codes.to_numpy(), distinct.to_list()

    def flags(self, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.column(name).fill_null(value=False).to_numpy(), np.bool_)


class _Arrow(_Opened):
    @property
    def names(self) -> list[str]:
        return list(self._frame.column_names)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.arrow import ArrowRows  # noqa: PLC0415

        return ArrowRows.read_instants(name, self.column(name))

    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        import pyarrow as pa  # noqa: PLC0415

        column = self.column(name)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        codes = column.indices.cast(pa.int64()).fill_null(-1)
        return np.asarray(codes), column.dictionary.to_pylist()

    def flags(self, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.column(name).fill_null(fill_value=False), np.bool_)


_KINDS: dict[str, type[_Opened]] = {"pandas": _Pandas, "polars": _Polars, "pyarrow": _Arrow}


def _opened(frame: Frame) -> _Opened:
    kind = _KINDS.get(type(frame).__module__.partition(".")[0])
    if kind is None or type(frame).__name__ not in ("DataFrame", "Table"):
        msg = (
            f"a report is of a data frame of pandas or polars or a table of Arrow, not of "
            f"{type(frame).__name__}; collect a lazy frame first"
        )
        raise TypeError(msg)
    return kind(frame)

"""Reports of data frames of pandas, polars or Arrow, and their tables as frames again.

A frame has a row per appeal: when it was posted, when it was answered, and what it belongs to.
No row becomes a Python object: a million are reported in seconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import BELONGINGS, Cases, Labels
from workhours_sla.compliance.column_cases import cases_of_columns
from workhours_sla.compliance.report import Report, compliance_report
from workhours_sla.reports.rows import columns_of
from workhours_sla.worktime.schedule import Schedule

Schedules = Schedule | Mapping[str, Schedule]


def report(  # noqa: PLR0913
    frame: Any,
    schedule: Schedules,
    budget: timedelta,
    *,
    as_of: datetime,
    by: str | Sequence[str] | None = None,
    target_rate: float = 0.9,
    horizon: timedelta | None = None,
    compare_from: datetime | None = None,
    lang: str = "en",
    **columns: Any,
) -> Report:
    """Return the report of a data frame.

    ``schedule`` is one, or a dict by the agency's name (``schedule_by``, if not ``agency``).
    ``by`` names the columns to group by: of ``agency``, ``district``, ``channel`` and ``topic``
    those that are there, if None. Other columns are as of ``cases_of_frame``, other options as of
    ``compliance_report``. Raises as both do.

    >>> import polars as pl
    >>> from workhours_sla import working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = [datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)]
    >>> frame = pl.DataFrame({"posted": posted, "answered": [None], "agency": ["roads"]})
    >>> when = datetime(2025, 3, 12, 18, tzinfo=office.tz)
    >>> report(frame, office, working_hours(4), as_of=when).table("agency").row("roads").overdue
    1
    """
    cases = cases_of_frame(frame, schedule, budget, as_of=as_of, by=by, **columns)
    return compliance_report(
        cases,
        target_rate=target_rate,
        horizon=horizon,
        compare_from=compare_from,
        lang=lang,
    )


def cases_of_frame(  # noqa: PLR0913
    frame: Any,
    schedule: Schedules,
    budget: timedelta,
    *,
    as_of: datetime,
    by: str | Sequence[str] | None = None,
    posted: str = "posted",
    answered: str = "answered",
    withdrawn: str | None = None,
    excluded: str | None = None,
    id: str | None = None,  # noqa: A002
    schedule_by: str = "agency",
    name: str = "first reply",
    closing: Literal["latest", "strict"] = "latest",
    provisional: bool = False,
) -> Cases:
    """Return the cases of a data frame; arguments are names of its columns.

    Instants are with a zone, null where nothing happened; ``excluded`` is bool. A row whose name
    in ``schedule_by`` has no schedule is set aside and counted. Raises NaiveDatetimeError,
    LookupError for a column that is not there, TypeError for what is no frame.
    """
    given = _opened(frame)
    names = [by] if isinstance(by, str) else by
    if names is None:
        names = [column for column in BELONGINGS if column in given.names]
    groups = {column: given.labels(column) for column in names}
    schedules: Schedule | Sequence[Schedule] = ()
    codes = None
    if isinstance(schedule, Mapping):
        whose = groups.get(schedule_by) or given.labels(schedule_by)
        places = {key: place for place, key in enumerate(schedule)}
        found = [places.get(key, -1) for key in whose.names]
        codes = np.array([*found, -1], np.int64)[whose.codes]  # the last is for no name
        schedules = tuple(schedule.values())
    else:
        schedules = schedule
    return cases_of_columns(
        given.instants(posted),
        given.instants(answered),
        schedules,
        budget,
        as_of=as_of,
        codes=codes,
        groups=groups,
        ids=None if id is None else given.ids(id),
        withdrawn=None if withdrawn is None else given.instants(withdrawn),
        excluded=None if excluded is None else given.flags(excluded),
        name=name,
        closing=closing,
        provisional=provisional,
    )


def to_pandas(report: Report, by: str = "total") -> Any:
    """Return a table of a report as a DataFrame; amounts are timedelta64.

    ``by`` is a grouping of the report, or ``total``, ``weeks``, ``late``, ``days``, ``heat_map``
    or ``backlog``. Raises LookupError.
    """
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(dict(columns_of(report, by)))


def to_polars(report: Report, by: str = "total") -> Any:
    """Return a table of a report as a DataFrame of polars; ``by`` as for ``to_pandas``."""
    import polars as pl  # noqa: PLC0415

    return pl.DataFrame(dict(columns_of(report, by)), strict=False, infer_schema_length=None)


# -- frames ------------------------------------------------------------------------------------


class _Frame(ABC):
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
        """Return a column to be asked by position."""
        return self.column(name)

    @abstractmethod
    def instants(self, name: str) -> NDArray[Any]:
        """Return a column as datetime64 in UTC."""

    @abstractmethod
    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        """Return a column as codes and what they stand for; -1 is missing."""

    @abstractmethod
    def flags(self, name: str) -> NDArray[np.bool_]:
        """Return a column of truth values; missing is False."""

    def labels(self, name: str) -> Labels:
        """Return a column of names; empty text says nothing."""
        codes, values = self.coded(name)
        texts = [str(value) for value in values]
        names = tuple(sorted({text for text in texts if text}))
        place = {text: code for code, text in enumerate(names)}
        return Labels(names, np.array([*(place.get(t, -1) for t in texts), -1], np.int64)[codes])


class _Pandas(_Frame):
    @property
    def names(self) -> list[str]:
        return list(self._frame.columns)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.pandas import instants_of  # noqa: PLC0415

        return instants_of(name, self.column(name))

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


class _Polars(_Frame):
    @property
    def names(self) -> list[str]:
        return list(self._frame.columns)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.polars import instants_of  # noqa: PLC0415

        return instants_of(name, self.column(name))

    def coded(self, name: str) -> tuple[NDArray[Any], Sequence[object]]:
        import polars as pl  # noqa: PLC0415

        texts = self.column(name).cast(pl.String)
        distinct = texts.drop_nulls().unique()
        codes = texts.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1)
        return codes.to_numpy(), distinct.to_list()

    def flags(self, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.column(name).fill_null(value=False).to_numpy(), np.bool_)


class _Arrow(_Frame):
    @property
    def names(self) -> list[str]:
        return list(self._frame.column_names)

    def instants(self, name: str) -> NDArray[Any]:
        from workhours_sla.adapters.frames.arrow import instants_of  # noqa: PLC0415

        return instants_of(name, self.column(name))

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


_KINDS: dict[str, type[_Frame]] = {"pandas": _Pandas, "polars": _Polars, "pyarrow": _Arrow}


def _opened(frame: Any) -> _Frame:
    kind = _KINDS.get(type(frame).__module__.partition(".")[0])
    if kind is None or type(frame).__name__ not in ("DataFrame", "Table"):
        msg = (
            f"a report is of a data frame of pandas or polars or a table of Arrow, not of "
            f"{type(frame).__name__}; collect a lazy frame first"
        )
        raise TypeError(msg)
    return kind(frame)

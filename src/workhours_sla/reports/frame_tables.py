"""The tables of a report as pandas and polars data frames, always with the same column types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import UNKNOWN, Cases, micros_of
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.errors import needs_extra
from workhours_sla.reports.report_tables import columns_of, kinds_of_table
from workhours_sla.reports.table_kinds import Kind
from workhours_sla.statistics.arrays import NEVER, IntArray
from workhours_sla.statistics.maturity import VERDICTS
from workhours_sla.worktime.times import TICK

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Typed = Mapping[str, tuple[Kind, Any]]
"""The columns of a table by name: the kind of each column, and its values."""

_NAT = np.iinfo(np.int64).min


def to_pandas(table: ReportNumbers | Cases, by: str = "total") -> pd.DataFrame:
    """Return a table of a report as a DataFrame of pandas; amounts of time are timedelta64.

    ``by`` is a grouping of the report; ``hour``, ``weekday``, ``arrival_class``, ``due_class`` or
    ``week``; ``total``, ``weeks``, ``late``, ``days``, ``heat_map`` or ``backlog``; or a series:
    ``trend``, ``share_trend``, ``curve``, ``funnel``, ``mix``, ``comparison``, ``change``,
    ``attribution``, ``holders``, ``signs`` or ``quality``. A table without rows has the same types.
    Instants are in the zone of the report.

    Given cases instead of a report, returns a row for each case with its verdict, due time and
    elapsed working time, to join with the rows they were made from. Raises LookupError for another
    table, and ImportError if pandas is not installed.

    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> cases = cases_of_columns(columns, target, as_of=when)
    >>> to_pandas(report(cases))["breached"].tolist()
    [1]
    >>> to_pandas(cases)[["appeal_id", "verdict"]].values.tolist()
    [['0', 'breached']]
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise needs_extra(what="a DataFrame of pandas needs pandas", extras=("pandas",)) from error

    columns, zone = _typed(table, by)
    types = {
        "text": object,
        "whole": "int64",
        "whole_or_none": "Int64",
        "share": "float64",
        "flag": "boolean",
    }

    def series(kind: Kind, values: Any) -> Any:
        if kind == "instant":
            found = pd.Series(_instants(values))
            return found.dt.tz_localize("UTC").dt.tz_convert(zone)
        if kind == "amount":
            return pd.Series(_amounts(values))
        if kind == "date":
            return pd.Series(np.array(values, "M8[D]").astype("M8[s]"))
        return pd.Series(values, dtype=types[kind])

    return pd.DataFrame({name: series(*column) for name, column in columns.items()})


def to_polars(table: ReportNumbers | Cases, by: str = "total") -> pl.DataFrame:
    """Return a table of a report as a DataFrame of polars; amounts of time are Duration.

    ``table`` and ``by`` are as for ``to_pandas``. Raises LookupError for another table, and
    ImportError if polars is not installed.

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
        import polars as pl
    except ImportError as error:
        raise needs_extra(what="a DataFrame of polars needs polars", extras=("polars",)) from error

    columns, zone = _typed(table, by)
    types: dict[str, Any] = {
        "text": pl.String,
        "whole": pl.Int64,
        "whole_or_none": pl.Int64,
        "share": pl.Float64,
        "flag": pl.Boolean,
        "date": pl.Date,
    }

    def series(name: str, kind: Kind, values: Any) -> pl.Series:
        if kind == "instant":
            found = pl.Series(name, _instants(values)).dt.replace_time_zone("UTC")
            return found.dt.convert_time_zone(zone)
        if kind == "amount":
            return pl.Series(name, _amounts(values))
        return pl.Series(name, values, dtype=types[kind], strict=False)

    return pl.DataFrame([series(name, *column) for name, column in columns.items()])


def _typed(table: ReportNumbers | Cases, by: str) -> tuple[Typed, str]:
    """Return the typed columns of a table, and the zone of its instants."""
    if isinstance(table, Cases):
        return _case_columns(table), table.reference.tz.key
    columns, kinds = columns_of(table, by), kinds_of_table(table, by)
    return {name: (kinds[name], values) for name, values in columns.items()}, table.tz


def _case_columns(cases: Cases) -> Typed:
    """Return columns with a row for each case.

    A grouping with the name of another column gets the prefix ``by_``.
    """
    columns: dict[str, tuple[Kind, Any]] = {
        "appeal_id": ("text", [str(cases.ids[row]) for row in range(len(cases))]),
        "started_at": ("instant", _known(cases.started, NEVER)),
        "due_at": ("instant", _known(cases.due, NEVER)),
        "limit": ("instant", _known(cases.limit, NEVER)),
        "answered_at": ("instant", _known(cases.answered, NEVER)),
        "verdict": ("text", np.array(VERDICTS, object)[cases.verdict].tolist()),
        "matured": ("flag", cases.matured),
        "elapsed": ("amount", _known(cases.elapsed, UNKNOWN)),
        "overdue": ("amount", _known(cases.overdue, UNKNOWN)),
    }
    for name, labels in cases.groups.items():
        values = np.array([*labels.names, None], object)[labels.codes].tolist()
        columns[f"by_{name}" if name in columns else name] = ("text", values)
    return columns


def _known(micros: IntArray, missing: int) -> IntArray:
    """Return amounts or instants, with NaT for each value equal to ``missing``."""
    return np.where(micros == missing, _NAT, micros)


def _instants(values: Sequence[Any] | IntArray) -> NDArray[np.datetime64]:
    """Return instants as datetime64 in UTC."""
    if not isinstance(values, np.ndarray):
        values = np.array([_NAT if at is None else micros_of(at) for at in values], np.int64)
    return values.astype("M8[us]")


def _amounts(values: Sequence[Any] | IntArray) -> NDArray[np.timedelta64]:
    if not isinstance(values, np.ndarray):
        found = [_NAT if amount is None else amount // TICK for amount in values]
        values = np.array(found, np.int64)
    return values.astype("m8[us]")

"""Read the cases of a report from a data frame, and return its tables as data frames.

A data frame of pandas or polars or a table of Arrow has a row for each appeal: when the appeal was
posted and answered, and its attributes. No row becomes a Python object, so that the report of a
million rows takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workhours_sla.compliance.cases import ATTRIBUTES, UNKNOWN, Cases, Labels, micros_of
from workhours_sla.compliance.column_cases import AppealColumns, cases_of_columns
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.errors import needs_extra
from workhours_sla.frames.frame_verbs import library_of
from workhours_sla.module_names import public
from workhours_sla.reports.csv_tables import columns_of, kinds_of_table
from workhours_sla.reports.figures import Kind
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.sources.arrow_files import DataFrame
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.maturity import VERDICTS
from workhours_sla.worktime.times import TICK

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Typed = Mapping[str, tuple[Kind, Any]]
"""The columns of a table by name: the kind of each column, and its values."""

_NAT = np.iinfo(np.int64).min


@public("workhours_sla.report", checked=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class FrameColumns:
    """The names of the columns of a data frame that has one appeal in each row.

    The columns ``posted``, ``answered`` and ``withdrawn`` have instants with a zone, null where the
    appeal was not answered or withdrawn. ``excluded`` has booleans, and ``id`` the ids of the
    appeals. ``by`` names the columns to group by; None selects those of the columns ``agency``,
    ``district``, ``channel`` and ``topic`` that the frame has. For a target with ScheduleBy,
    ``schedule_by`` names the column with the names of the schedules; None selects the column named
    like the attribute of the ScheduleBy.

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
    frame: DataFrame,
    target: Target,
    *,
    as_of: datetime,
    columns: FrameColumns | None = None,
    provisional: bool = False,
) -> Cases:
    """Return the cases of a data frame of pandas or polars, or a table of Arrow.

    ``target``, ``as_of`` and ``provisional`` are as for ``cases_of_columns``. A row that names a
    schedule which the target does not have is quarantined and counted. Raises NaiveDatetimeError;
    LookupError for a missing column; TypeError if ``frame`` is no data frame; and the errors of
    ``cases_of_columns``.

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
    names, library = columns or FrameColumns(), library_of(frame)
    kind = type(frame).__name__
    if library is None or kind not in ("DataFrame", "Table"):
        msg = f"a report is of a data frame of pandas or polars or a table of Arrow, not of {kind}"
        msg += "; collect a lazy frame first"
        raise TypeError(msg)
    given: Any = frame
    known = list(given.column_names if kind == "Table" else given.columns)

    def column(name: str) -> Any:
        if name not in known:
            listed = ", ".join(map(str, known))
            msg = f"the frame has no column {name!r} but {listed}; name the right one"
            raise LookupError(msg)
        return given[name]

    def instants(name: str) -> NDArray[Any]:
        return library.read_instants(name, column(name))

    def labels(name: str) -> Labels:
        codes, values = library.read_names(column(name))
        texts = [str(value) for value in values]  # rows with null or empty text are in no group
        known = tuple(sorted({text for text in texts if text}))
        place = {text: code for code, text in enumerate(known)}
        return Labels(known, np.array([*(place.get(t, -1) for t in texts), -1], np.int64)[codes])

    by = [names.by] if isinstance(names.by, str) else names.by
    if by is None:
        by = [name for name in ATTRIBUTES if name in known]
    groups = {name: labels(name) for name in by}
    schedule_names = None
    if isinstance(target.schedule, ScheduleBy):
        name = names.schedule_by or target.schedule.field.removesuffix("_id")
        schedule_names = groups.get(name) or labels(name)
    ids = None if names.id is None else column(names.id)
    found = AppealColumns(
        instants(names.posted),
        instants(names.answered),
        withdrawn=None if names.withdrawn is None else instants(names.withdrawn),
        excluded=None if names.excluded is None else library.read_flags(column(names.excluded)),
        ids=getattr(ids, "array", ids),  # a Series of pandas is indexed by label
        groups=groups,
        schedule_names=schedule_names,
    )
    return cases_of_columns(found, target, as_of=as_of, provisional=provisional)


def to_pandas(table: ReportNumbers | Cases, by: str = "total") -> pd.DataFrame:
    """Return a table of a report as a DataFrame of pandas; amounts of time are timedelta64.

    ``by`` is a grouping of the report; ``hour``, ``weekday``, ``arrival_class``, ``due_class`` or
    ``week``; ``total``, ``weeks``, ``late``, ``days``, ``heat_map`` or ``backlog``; or a series:
    ``trend``, ``share_trend``, ``curve``, ``funnel``, ``comparison``, ``change``,
    ``attribution``, ``holders``, ``signs`` or ``quality``. A table without rows has the same types.
    Instants are in the zone of the report.

    Given cases instead of a report, returns a row for each case with its verdict, due time and
    elapsed working time, to join with your input. Raises LookupError for an unknown table, and
    ImportError if pandas is not installed.

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
            return pd.Series(values).dt.tz_localize("UTC").dt.tz_convert(zone)
        values = values.astype("M8[s]") if kind == "date" else values
        return pd.Series(values, dtype=types.get(kind))

    return pd.DataFrame({name: series(*column) for name, column in columns.items()})


def to_polars(table: ReportNumbers | Cases, by: str = "total") -> pl.DataFrame:
    """Return a table of a report as a DataFrame of polars; amounts of time are Duration.

    ``table`` and ``by`` are as for ``to_pandas``. Raises LookupError for a table that the
    report does not have, and ImportError if polars is not installed.

    >>> to_polars(march, "late")["appeal_id"].to_list()  # doctest: +SKIP
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
    }

    def series(name: str, kind: Kind, values: Any) -> pl.Series:
        found = pl.Series(name, values, dtype=types.get(kind), strict=False)
        if kind == "instant":
            return found.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        return found

    return pl.DataFrame([series(name, *column) for name, column in columns.items()])


def _typed(table: ReportNumbers | Cases, by: str) -> tuple[Typed, str]:
    if isinstance(table, Cases):
        return _case_columns(table), table.reference.tz.key
    columns, kinds = columns_of(table, by), kinds_of_table(table, by)
    return {name: (kinds[name], _array(kinds[name], of)) for name, of in columns.items()}, table.tz


def _array(kind: Kind, values: list[Any]) -> Any:
    """Return values that may be None as an array, if the libraries need one for their kind."""
    match kind:
        case "instant":
            return np.array([_NAT if one is None else micros_of(one) for one in values], "M8[us]")
        case "amount":
            return np.array([_NAT if one is None else one // TICK for one in values], "m8[us]")
        case "date":
            return np.array(values, "M8[D]")
    return values


def _case_columns(cases: Cases) -> Typed:
    def known(kind: Kind, column: str, missing: int, unit: str) -> tuple[Kind, Any]:
        micros = getattr(cases, column)
        return kind, np.where(micros == missing, _NAT, micros).astype(unit)

    columns: dict[str, tuple[Kind, Any]] = {
        "appeal_id": ("text", [str(cases.ids[row]) for row in range(len(cases))]),
        "started_at": known("instant", "started", NEVER, "M8[us]"),
        "due_at": known("instant", "due", NEVER, "M8[us]"),
        "limit": known("instant", "limit", NEVER, "M8[us]"),
        "answered_at": known("instant", "answered", NEVER, "M8[us]"),
        "verdict": ("text", np.array(VERDICTS, object)[cases.verdict].tolist()),
        "matured": ("flag", cases.matured),
        "elapsed": known("amount", "elapsed", UNKNOWN, "m8[us]"),
        "overdue": known("amount", "overdue", UNKNOWN, "m8[us]"),
    }
    for name, labels in cases.groups.items():
        values = np.array([*labels.names, None], object)[labels.codes].tolist()
        columns[f"by_{name}" if name in columns else name] = ("text", values)
    return columns

"""The accessor ``sla`` of pandas and polars: the verbs as methods of a Series or a DataFrame.

Expressions of polars get theirs from ``polars_expressions``.

Importing this module registers the accessor with pandas and polars, if they are installed. The
methods are made from the functions of ``verbs``, with the same parameters in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workhours_sla.frames.frame_verbs import VERBS, add_method

if TYPE_CHECKING:
    from workhours_sla.compliance.period import ReportOptions
    from workhours_sla.reports.frames import FrameColumns
    from workhours_sla.reports.public_report import Report
    from workhours_sla.sla.target import Target

_COLUMNS = {"starts", "ends", "due", "times", "budget", "as_of", "by", "codes"}
"""Parameters that accept the name of a column of the frame."""


class SeriesVerbs:
    """The accessor ``series.sla``; its methods are the verbs, applied to the Series.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> posted = pd.Series(["2025-10-31 17:30"]).astype("datetime64[s, Europe/Volgograd]")
    >>> print(posted.sla.deadline(office, working_hours(4))[0])
    2025-11-01 12:30:00+03:00
    """

    def __init__(self, series: Any) -> None:
        self._series = series


class FrameReports:
    """The accessor ``df.sla`` of polars.

    >>> from datetime import timedelta
    >>> import polars as pl
    >>> from workhours_sla import Schedule, Target, frames
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = [datetime(2025, 3, 11, 10, 15, tzinfo=office.tz)]
    >>> df = pl.DataFrame({"posted": posted, "answered": [None], "agency": ["roads"]})
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> df.sla.report(target, as_of=datetime(2025, 3, 12, 18, tzinfo=office.tz)).total.overdue
    1
    """

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def report(
        self,
        target: Target,
        *,
        as_of: datetime,
        columns: FrameColumns | None = None,
        options: ReportOptions | None = None,
        provisional: bool = False,
        lang: str = "en",
    ) -> Report:
        from workhours_sla.reports.frames import cases_of_frame
        from workhours_sla.reports.public_report import report

        cases = cases_of_frame(
            self._frame, target, as_of=as_of, columns=columns, provisional=provisional
        )
        return report(cases, options, lang=lang)


class DataFrameVerbs(FrameReports):
    """The accessor ``df.sla`` of pandas; its methods are the verbs.

    Where a verb takes a column, a string is the name of a column of the DataFrame.

    >>> import pandas as pd
    >>> from workhours_sla import Schedule, frames, working_hours
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

    def _column(self, given: object) -> object:
        return self._frame[given] if isinstance(given, str) else given


def _add_verb(verb: Callable[..., Any]) -> None:
    def of_series(self: SeriesVerbs, schedule: Any, *others: Any, **options: Any) -> Any:
        return verb(schedule, self._series, *others, **options)

    def of_frame(self: DataFrameVerbs, schedule: Any, *given: Any, **options: Any) -> Any:
        columns = {key: self._column(options[key]) for key in _COLUMNS & options.keys()}
        return verb(schedule, *map(self._column, given), **(options | columns))

    add_method(SeriesVerbs, verb, of_series, is_of_column=True)
    add_method(DataFrameVerbs, verb, of_frame, is_of_column=False)


def _register() -> None:
    try:
        import pandas as pd
    except ImportError:
        pass
    else:
        pd.api.extensions.register_series_accessor("sla")(SeriesVerbs)
        pd.api.extensions.register_dataframe_accessor("sla")(DataFrameVerbs)
    try:
        import polars as pl
    except ImportError:
        pass
    else:
        pl.api.register_series_namespace("sla")(SeriesVerbs)
        pl.api.register_dataframe_namespace("sla")(FrameReports)
        import workhours_sla.frames.polars_expressions  # noqa: F401


for _verb in VERBS:
    _add_verb(_verb)
_register()

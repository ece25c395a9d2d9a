"""Add the method ``df.sla.report`` to DataFrames of pandas and polars.

Importing this module adds the method. The report modules are imported only when it is called.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workhours_sla.adapters.frames.accessors import DataFrameVerbs

if TYPE_CHECKING:
    from workhours_sla.compliance.period import ReportOptions
    from workhours_sla.reports.frames import FrameColumns
    from workhours_sla.reports.report import Report
    from workhours_sla.sla.target import Target


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
        """Return the report of the appeals in the rows of the DataFrame.

        ``columns`` and ``provisional`` are as for ``report.cases_of_frame``, ``options`` and
        ``lang`` as for ``report.report``. Raises the errors of both.
        """
        from workhours_sla.reports.frames import cases_of_frame
        from workhours_sla.reports.report import report

        cases = cases_of_frame(
            self._frame, target, as_of=as_of, columns=columns, provisional=provisional
        )
        return report(cases, options, lang=lang)


def _register() -> None:
    """Add ``sla.report`` to pandas DataFrames, and to polars DataFrames if polars is installed."""
    DataFrameVerbs.report = FrameReports.report  # type: ignore[attr-defined]
    try:
        import polars as pl
    except ImportError:
        return
    pl.api.register_dataframe_namespace("sla")(FrameReports)


_register()

"""Reports of appeals that are given in hours, without a schedule."""

from datetime import UTC, datetime

import numpy as np

from kit.values import HOUR
from workhours_sla import Schedule, Target, working_hours
from workhours_sla.report import AppealColumns, Labels, Report, ReportOptions, cases_of_columns
from workhours_sla.report import report as report_of

WATCH = Schedule(None, "Mo-Su 00:00-24:00", tz="UTC")
REPLY = Target("first reply", working_hours(4), WATCH)
START = datetime(2025, 3, 1, tzinfo=UTC)
Appeal = tuple[str, int, int | None]
"""The agency, and the hours of the arrival and of the answer, None if there is none."""


def made(
    appeals: list[Appeal],
    *,
    target: float = 0.9,
    now: int = 744,
    grouping: str = "agency",
    **options: object,
) -> Report:
    """Return the report of March 2025; an appeal is late when its answer takes over four hours."""

    def column(hours: list[int | None]) -> object:
        base = np.datetime64("2025-03-01T00:00", "s")
        return np.array(
            [np.datetime64("NaT", "s") if hour is None else base + hour * 3600 for hour in hours]
        )

    columns = AppealColumns(
        column([came for _, came, _ in appeals]),
        column([answered for _, _, answered in appeals]),
        groups={grouping: Labels.of([name for name, _, _ in appeals])},
    )
    cases = cases_of_columns(columns, REPLY, as_of=START + now * HOUR)
    chosen = ReportOptions(target_rate=target, **options)  # type: ignore[arg-type]
    return report_of(cases, chosen)


def appeals_of(name: str, met: int, late: int, at: int = 0) -> list[Appeal]:
    return [(name, at, at + 1)] * met + [(name, at, at + 9)] * late


MARCH = {"since": START, "until": datetime(2025, 4, 1, tzinfo=UTC)}

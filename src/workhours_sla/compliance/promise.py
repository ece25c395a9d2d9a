"""The target of a report, with what the report measures it by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, cast

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.report_options import ReportOptions
from workhours_sla.worktime.budgets import budget_kind, budget_size

HORIZON: Final = timedelta(hours=8)
"""The default horizon of the restricted mean if the budget is not working time."""

BudgetKind = Literal[
    "working_time",
    "clock_time",
    "working_days",
    "calendar_days",
    "months",
    "working_days_in_hours",
]


@dataclass(frozen=True, slots=True)
class Promise:
    """The target of a report, with the target rate and the horizon of the restricted mean.

    ``budget`` is None unless the budget is working time. ``budget_size`` is an amount of time or a
    number of days or months, depending on ``budget_kind``. ``hours`` are the weekly hours of the
    schedule of the most cases, and ``schedules`` is the number of schedules.
    """

    name: str
    budget: timedelta | None
    budget_kind: BudgetKind
    budget_size: timedelta | int
    closing: str
    target_rate: float
    horizon: timedelta
    hours: str
    schedules: int


def promise_of(cases: Cases, options: ReportOptions) -> Promise:
    """Return the target of cases as a report shows it."""
    target, allowed = cases.target, cases.target.budget
    budget = allowed if isinstance(allowed, timedelta) else None
    return Promise(
        target.name,
        budget,
        cast("BudgetKind", budget_kind(allowed)),
        budget_size(allowed),
        target.closing,
        float(options.target_rate),
        options.horizon or budget or HORIZON,
        str(cases.reference.hours),
        len(cases.schedules),
    )

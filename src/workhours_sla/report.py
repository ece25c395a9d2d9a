"""Compliance reports: how well a target is kept, by which agencies, and how certain that is.

The functions ``cases_of_...`` build cases from a data frame, an evaluation, outcomes or columns.
``report`` computes all numbers from the cases, and other functions show the numbers or write them
to files. The statistical functions also take arrays that were not made from cases. This module
needs numpy. Files and data frames need further extras of the package.
"""

from workhours_sla.argument_types import check_public
from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="reports need numpy", extras=("report",)) from _error

from workhours_sla.compliance.agreement import compare_claims
from workhours_sla.compliance.cases import (
    Cases,
    Labels,
    cases_of_evaluation,
    cases_of_outcomes,
)
from workhours_sla.compliance.column_cases import AppealColumns, cases_of_columns
from workhours_sla.compliance.period import ReportOptions
from workhours_sla.compliance.report_numbers import compare
from workhours_sla.reports.charts.pictures import (
    draw_arrivals,
    draw_curve,
    draw_forecast,
    draw_funnel,
    draw_groups,
    draw_p_prime,
    draw_timeline,
    draw_xmr,
    draw_year,
)
from workhours_sla.reports.charts.svg import Picture
from workhours_sla.reports.csv_tables import write_tables
from workhours_sla.reports.frames import FrameColumns, cases_of_frame, to_pandas, to_polars
from workhours_sla.reports.page.page import page, traces_of, write_page
from workhours_sla.reports.public_report import (
    INTAKE_REASONS,
    VERDICTS,
    Report,
    from_json,
    heading,
    report,
    to_json,
)
from workhours_sla.reports.workbook import write_workbook
from workhours_sla.statistics.shares import (
    TargetVerdict,
    compliance_rate,
    rate_difference,
    wilson_interval,
)

__all__ = [
    "INTAKE_REASONS",
    "VERDICTS",
    "AppealColumns",
    "Cases",
    "FrameColumns",
    "Labels",
    "Picture",
    "Report",
    "ReportOptions",
    "TargetVerdict",
    "cases_of_columns",
    "cases_of_evaluation",
    "cases_of_frame",
    "cases_of_outcomes",
    "compare",
    "compare_claims",
    "compliance_rate",
    "draw_arrivals",
    "draw_curve",
    "draw_forecast",
    "draw_funnel",
    "draw_groups",
    "draw_p_prime",
    "draw_timeline",
    "draw_xmr",
    "draw_year",
    "from_json",
    "heading",
    "page",
    "rate_difference",
    "report",
    "to_json",
    "to_pandas",
    "to_polars",
    "traces_of",
    "wilson_interval",
    "write_page",
    "write_tables",
    "write_workbook",
]

check_public(globals())

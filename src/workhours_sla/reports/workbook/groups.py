"""The sheets of a workbook with one row for each group: agencies, channels, weeks and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.compliance.cases import ATTRIBUTES
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import OWN_TABLES, Row, Table
from workhours_sla.reports.plain_text import verdict_text
from workhours_sla.reports.report_tables import row_values
from workhours_sla.reports.workbook.cells import Book, Layout, Share
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.text.catalog import PAGE, WORKBOOK
from workhours_sla.text.numbers import target_text
from workhours_sla.text.words import heading, name_of, title_of
from workhours_sla.worktime.amounts import format_amount

_MAIN: Final = (
    *("arrived", "matured", "matured_met", "rate", "lower", "upper", "verdict"),
    *("standardised", "funnel"),
    *("breached", "open", "overdue", "median", "p90", "few"),
)
"""Columns that are printed after the name of the group."""
_MORE: Final = (
    *("not_reached", "standardised_lower", "standardised_upper"),
    *("restricted_mean", "mean_answered", "closed_only"),
    *("early", "pending", "paused", "withdrawn", "excluded"),
)
_COMPARED: Final = frozenset({"standardised", "standardised_lower", "standardised_upper", "funnel"})
"""Columns that exist only for groupings whose groups are compared with each other."""
_OF_WEEKS: Final = ("goal", "control_lower", "control_upper", "signal", "final_at")
LAST_PRINTED: Final = _MAIN[-1]

_RANKED: Final = ("rate", "lower", "upper")
"""Figures that need at least 10 matured appeals."""
_SURE: Final = frozenset(
    {
        *("standardised", "standardised_lower", "standardised_upper", "closed_only"),
        *("median", "p90", "restricted_mean", "mean_answered", "not_reached"),
    }
)
"""Figures that need at least 20 matured appeals."""
_WIDTH, _GROUP_WIDTH, _NAME_WIDTH = 11, 44, 34
_WIDTHS: Final[Mapping[str, float]] = {
    "verdict": 16,
    "few": 13,
    "not_reached": 30,
    "final_at": 20,
    "rate": 9,
    **dict.fromkeys(("lower", "upper", "open"), 9),
}
"""The widths of the columns that do not have the usual one."""


def write_groups(book: Book, report: ReportNumbers, table: Table) -> None:
    """Add the sheet of a grouping, with a row for each group."""
    compared = table.by not in OWN_TABLES
    main = [name for name in _MAIN if compared or name not in _COMPARED]
    more = [name for name in _MORE if compared or name not in _COMPARED]
    columns = [table.by, *main, *(_OF_WEEKS if table.by == "week" else ()), *more]
    promise = report.promise
    facts = {
        "target": target_text(promise.target_rate),
        "horizon": format_amount(promise.horizon),
    }
    weeks = _week_values(report) if table.by == "week" else {}
    known = table.by in (*ATTRIBUTES, *OWN_TABLES)
    key = f"sheet_{table.by}" if known else "sheet_other"
    widths = [_WIDTHS.get(name, _WIDTH) for name in columns[1:]]
    layout = Layout(
        (_GROUP_WIDTH if compared else _NAME_WIDTH, *widths),
        landscape=True,
        printed=len(main) + 1,
        one_page=not compared,
        wrapped=(0,),
    )
    sheet = book.sheet(WORKBOOK.text(key, by=heading(table.by)), layout)

    def line(title: str, row: Row) -> list[object]:
        values = {**figures(row), **weeks.get(row.key, {})}
        return [title, *(values.get(column) for column in columns[1:])]

    earlier = table.by == "week" and report.period.since is not None
    sheet.table(
        [heading(table.by), *(title_of(name).format(**facts) for name in columns[1:])],
        (line(name_of(table.by, row.key), row) for row in table.rows),
        total=None if earlier else line(heading("total"), report.total),
    )


def figures(row: Row) -> dict[str, object]:
    """Return the figures of a row as cell values, keyed by column.

    A figure from too few appeals is None: see ``few``.
    """
    rate = row.rate
    values: dict[str, object] = row_values(row)
    for name in _RANKED:
        values[name] = _share(values[name], rate.target if rate else None)
    for name in ("standardised", "standardised_lower", "standardised_upper", "closed_only"):
        values[name] = _share(values[name])
    values["verdict"] = verdict_text(row)
    if row.funnel is not None:
        values["funnel"] = PAGE.text(f"place_{row.funnel}")
    longer = [
        WORKBOOK.text(
            "longer",
            name=heading(name),
            amount=format_amount(found.longest),
        )
        for name, found in (("median", row.median), ("p90", row.p90))
        if found is not None and found.time is None
    ]
    values["not_reached"] = "; ".join(longer) or None
    n = row.counts.matured
    values["few"] = None
    if n < FLAGGED_BELOW:
        bound = COUNTS_ONLY_BELOW if n < COUNTS_ONLY_BELOW else FLAGGED_BELOW
        values["few"] = WORKBOOK.text("below", count=bound)
        values.update(dict.fromkeys(_SURE))
    if n < COUNTS_ONLY_BELOW:
        values.update(dict.fromkeys(_RANKED))
    return values


def _share(value: object, target: float | None = None) -> Share | None:
    return Share(value, target) if isinstance(value, float) else None


def _week_values(report: ReportNumbers) -> dict[str | None, dict[str, object]]:
    """Return the figures that only weeks have, keyed by week."""
    found: dict[str | None, dict[str, object]] = {
        row.key: {"goal": Share(report.promise.target_rate)} for row in report.table("week").rows
    }
    trend = report.share_trend
    for point in trend.points:
        side = trend.side(point)
        found[point.week] |= {
            "control_lower": _share(point.lower),
            "control_upper": _share(point.upper),
            "signal": None if side == "neither" else WORKBOOK.text(side),
        }
    return found

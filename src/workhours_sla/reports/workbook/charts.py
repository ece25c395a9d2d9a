"""The charts of a workbook: the weekly share in time, and the share of each group."""

from __future__ import annotations

import math
from typing import Any, Final

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.reports.workbook.cells import Book
from workhours_sla.reports.workbook.groups import GroupSheet
from workhours_sla.statistics.intervals import TargetVerdict
from workhours_sla.text.numbers import target_text
from workhours_sla.text.report import heading
from workhours_sla.text.workbook import WORKBOOK, title_of

MOST_BARS: Final = 20
_BLUE, _GREY, _RED = "#2B5F8A", "#8A94A0", "#B3261E"
_WIDTH: Final = 860
_WEEKS_HEIGHT: Final = 360
"""The height of the chart of the weeks, in pixels."""
_MOST_LABELS: Final = 30
"""The most weeks that have their name on the axis."""
_FONT: Final = {"size": 9}


def week_chart(book: Book, report: ReportNumbers, weeks: GroupSheet) -> Any | None:
    """Return the chart of the share in time of the final weeks, None if none has a share."""
    lang, target = book.lang, report.promise.target_rate
    points = {point.week for point in report.share_trend.points}
    final = [(at, row) for at, row in enumerate(weeks.table.rows, start=1) if row.key in points]
    rates = [row.rate.rate for _, row in final if row.rate and not row.rate.counts_only]
    if not rates:
        return None
    last = final[-1][0]
    chart = book.chart("line")
    lines: list[tuple[str, dict[str, Any]]] = [
        ("rate", {"line": {"color": _BLUE, "width": 2}, "marker": _dot(_BLUE)}),
        ("goal", {"line": {"color": _RED, "width": 1.5}}),
    ]
    if any(point.lower is not None for point in report.share_trend.points):
        dashed = {"line": {"color": _GREY, "width": 1, "dash_type": "dash"}}
        lines += [("control_lower", dashed), ("control_upper", dashed)]
    for column, style in lines:
        chart.add_series(
            {
                "name": title_of(column, lang),
                "categories": [weeks.sheet, 1, 0, last, 0],
                "values": [weeks.sheet, 1, weeks.place(column), last, weeks.place(column)],
                **style,
            }
        )
    facts = {
        "target": target_text(target, lang),
        "below": sum(rate < target for rate in rates),
        "weeks": len(rates),
    }
    _set_up(chart, WORKBOOK.text(lang, "chart_weeks", **facts), _WEEKS_HEIGHT)
    limits = [point.lower for point in report.share_trend.points if point.lower is not None]
    first = math.floor(min([*rates, *limits, target - 0.1]) * 10) / 10
    axis = {"min": max(first, 0), "max": 1, "major_unit": 0.1, "major_gridlines": _grid()}
    chart.set_y_axis({"num_format": "0%", "num_font": _FONT, **axis})
    every = -(-last // _MOST_LABELS)
    chart.set_x_axis({"num_font": {**_FONT, "rotation": -90}, "interval_unit": every})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.show_blanks_as("gap")
    return chart


def group_chart(book: Book, groups: GroupSheet) -> Any | None:
    """Return the bar chart of the share of each group, None if no group has a share.

    The bars are the first rows of the sheet, which are the groups with the most appeals.
    """
    lang, shown = book.lang, min(groups.lines, MOST_BARS)
    named = [row for row in groups.table.rows if row.key is not None]
    rated = [row.rate for row in named if row.rate and not row.rate.counts_only]
    if not rated:
        return None
    place = groups.place("rate")
    chart = book.chart("bar")
    chart.add_series(
        {
            "name": title_of("rate", lang),
            "categories": [groups.sheet, 1, 0, shown, 0],
            "values": [groups.sheet, 1, place, shown, place],
            "fill": {"color": _BLUE},
            "gap": 40,
            "data_labels": {"value": True, "num_format": "0.0%", "font": _FONT},
        }
    )
    failed = sum(rate.verdict is TargetVerdict.FAILS for rate in rated)
    title = WORKBOOK.text(
        lang, "chart_groups", by=heading(groups.table.by, lang), failed=failed, groups=len(named)
    )
    if shown < groups.lines:
        title = WORKBOOK.text(lang, "chart_largest", title=title, count=shown)
    _set_up(chart, title, 120 + 22 * shown)
    # in a bar chart, y is the axis of the categories: the first row of the sheet is at the top
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "crossing": "max"})
    chart.set_x_axis(
        {"num_format": "0%", "min": 0, "max": 1, "num_font": _FONT, "major_gridlines": _grid()}
    )
    chart.set_legend({"none": True})
    return chart


def _set_up(chart: Any, title: str, height: int) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_size({"width": _WIDTH, "height": height})


def _dot(colour: str) -> dict[str, Any]:
    fill = {"color": colour}
    return {"type": "circle", "size": 5, "fill": fill, "border": fill}


def _grid() -> dict[str, object]:
    return {"visible": True, "line": {"color": "#D9DEE4", "width": 0.75}}

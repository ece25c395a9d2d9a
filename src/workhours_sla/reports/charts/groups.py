"""Charts that compare groups with the target: the funnel plot and the caterpillar plot."""

from __future__ import annotations

from typing import Final

from workhours_sla.compliance.fairness import Funnel
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import ROW, Axis, Chart, Layer, Level, Point, Series
from workhours_sla.reports.columns import rate_text
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, FLAGGED_BELOW, ComplianceRate
from workhours_sla.text.catalog import CHARTS, TARGET_VERDICTS
from workhours_sla.text.numbers import count_text, number
from workhours_sla.text.words import heading, name_of

_NAMES: Final = 0.45  # maximum share of the chart's width for the names of groups


def funnel_chart(report: ReportNumbers, table: Table | None) -> Chart:
    """Return a funnel plot of a table; see ``draw_funnel``. Without a table, it is empty."""
    text = CHARTS.text
    if table is None:
        return Chart("", empty=text("no_grouping"))
    title = text("chart_funnel", by=heading(table.by))
    funnel = funnel_of(report, table)
    if funnel is None:
        return Chart(title, empty=text("no_groups", counts_only=COUNTS_ONLY_BELOW))
    overall = text("overall_rate", rate=number(f"{100 * funnel.centre:.1f}"))
    target = report.promise.target_rate
    layers: list[Layer] = [
        model.target_level(target),
        Level(funnel.centre, "mean", overall),
    ]
    if funnel.between:
        plain_label = text("plain_limits")
        for name in ("lower_action", "upper_action", "lower_warning", "upper_warning"):
            points = tuple(map(Point, funnel.n, getattr(funnel.plain, name)))
            layers.append(Series(points, "plain_limit", plain_label))
            plain_label = ""
    for kind, look, share in (("warning", "warning", "95"), ("action", "limit", "99.8")):
        shown = text("percent", share=number(share))
        for side, label in (("lower", text("limits_of", share=shown)), ("upper", "")):
            points = tuple(map(Point, funnel.n, getattr(funnel.limits, f"{side}_{kind}")))
            layers.append(Series(points, look, label, shown if label else ""))
    ranked = [(row, row.rate) for row in table.rows if row.funnel is not None and row.rate]
    layers.append(Series(tuple(_group(table.by, row, rate) for row, rate in ranked)))
    legend: dict[str, str] = {}
    few_label = text("few_points", flagged=FLAGGED_BELOW)
    for place in (0, -1, 1, -2, 2):
        key = f"funnel_{place}"
        legend |= {f"{key}_few": f"{text(key)}, {few_label}", key: text(key)}
    few = sum(row.key is not None and row.funnel is None for row in table.rows)
    end = funnel.n[-1] * 1.15
    steps = (1, 2, 5) if end < 10_000 else (1, 3)
    sizes = [step * 10**power for power in range(1, 9) for step in steps]
    named = tuple((n, count_text(n)) for n in sizes if funnel.n[0] <= n <= end)
    low = min([*(rate.rate for _, rate in ranked), target - 0.2, funnel.centre - 0.2])
    return Chart(
        title,
        Axis(funnel.n[0] * 0.95, end, named, text("axis_matured"), log=True),
        model.share_axis(max(low - 0.04, -0.02), text("axis_share")),
        tuple(layers),
        legend,
        notes=(text("not_drawn", counts_only=COUNTS_ONLY_BELOW, count=few),) if few else (),
        unnamed=text("not_named", count="{count}"),
    )


def funnel_of(report: ReportNumbers, table: Table) -> Funnel | None:
    return next((funnel for funnel in report.funnels if funnel.by == table.by), None)


def _group(by: str, row: Row, rate: ComplianceRate) -> Point:
    tooltip = CHARTS.text(
        "group_point",
        name=name_of(by, row.key),
        rate=rate_text(row),
        n=count_text(rate.n),
        place=CHARTS.text(f"funnel_{row.funnel}"),
    )
    kind = f"funnel_{row.funnel}{'_few' if rate.flagged else ''}"
    far = abs(row.funnel or 0) > 1
    key = row.key or ""
    return Point(rate.n, rate.rate, kind, tooltip if key else "", key if far else "")


# -- caterpillar plot --------------------------------------------------------------------------


def caterpillar_chart(report: ReportNumbers, table: Table | None) -> Chart:
    text = CHARTS.text
    if table is None:
        return Chart("", empty=text("no_grouping"))
    title = text("chart_caterpillar", by=heading(table.by))
    letters = int(_NAMES * model.WIDTH / model.width_of("n"))
    found = [
        (_named(name_of(table.by, row.key), row.rate, letters), row.rate)
        for row in table.rows
        if row.rate is not None
    ]
    total = report.total.rate
    if not found or total is None:
        return Chart(title, empty=text("no_rows"))
    shown = sorted(found, key=lambda pair: (pair[1].counts_only, -pair[1].rate, -pair[1].n))
    shown.append((_named(heading("total"), total, letters), total))
    names: list[model.Tick] = []
    points, at, last, middle = [], 0.0, 0.0, 0.0
    for name, rate in shown:
        tall = name.count("\n") + 1
        last, middle = middle, at + (tall - 1) / 2 + 0.5 * (len(names) == len(shown) - 1)
        names.append((middle, name))
        kind = "few_matured" if rate.counts_only else f"target_{rate.shown_verdict}"
        interval = rate.interval
        points.append(Point(rate.rate, middle, kind, low=interval.lower, high=interval.upper))
        at += tall
    low = min([total.target, *(rate.interval.lower for _, rate in shown)])
    about = min(5, max(1, int((1 - _NAMES) * model.WIDTH / 35)))
    legend = {
        f"target_{verdict}": text("target_is", verdict=TARGET_VERDICTS[verdict])
        for verdict in ("meets", "inconclusive", "fails", "too_few")
    }
    return Chart(
        title,
        model.share_axis(max(low - 0.03, -0.02), text("axis_share"), about),
        Axis(middle + 0.9, -0.9, tuple(names), names=True),
        (
            Level((last + middle) / 2, "rule"),
            Series(tuple(points)),
            model.target_level(total.target, upright=True),
        ),
        {**legend, "few_matured": text("counts_only", counts_only=COUNTS_ONLY_BELOW)},
        height=(middle + 1.9) * ROW,
    )


def _named(name: str, rate: ComplianceRate, letters: int) -> str:
    size = f"{rate.met}/{rate.n}" if rate.counts_only else count_text(rate.n)
    size = f"\N{NO-BREAK SPACE}\N{MIDDLE DOT}\N{NO-BREAK SPACE}{size}"
    return model.name_lines(name, letters, lines=3, tail=size)

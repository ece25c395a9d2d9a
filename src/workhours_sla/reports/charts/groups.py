"""Charts of groups: the funnel plot, the caterpillar plot and the heat maps of arrivals."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Final, Literal, get_args

from workhours_sla.compliance.comparison import differing
from workhours_sla.compliance.group_funnels import Funnel
from workhours_sla.compliance.group_tables import Row, Table
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.compliance.weeks import HeatMap
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import ROW, Axis, Box, Chart, Layer, Level, Point, Series
from workhours_sla.reports.figures import rate_text
from workhours_sla.reports.wording import percent_sign, percent_text
from workhours_sla.statistics.shares import COUNTS_ONLY_BELOW, FLAGGED_BELOW, ComplianceRate
from workhours_sla.text import words
from workhours_sla.text.catalog import CHARTS, TARGET_VERDICTS
from workhours_sla.text.numbers import count_text, number, target_text
from workhours_sla.text.words import heading, name_of

Show = Literal["in_time", "arrived", "due_later"]

_NAMES: Final = 0.45  # maximum share of the chart's width for the names of groups
_FEW: Final = "few"  # style name of cells with fewer than ten appeals
_UNPROVEN: Final = "unproven"  # style name of cells that are not proven worse than the others
_BANDS: Final = (0, 8, 10, 12, 15, 18, 24)  # the hours where the columns of shares in time begin
Cell = tuple[int, int, int]  # the day, and from which to before which hour
_SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)  # below the target, where the shade of a cell changes
_DARKEST: Final = 6
_CURVES: Final = ("lower_action", "upper_action", "lower_warning", "upper_warning")


def funnel_chart(report: ReportNumbers, table: Table) -> Chart:
    text = CHARTS.text
    title = text("chart_funnel", by=heading(table.by))
    funnel = funnel_of(report, table)
    if funnel is None:
        return Chart(title, empty=text("no_groups", counts_only=COUNTS_ONLY_BELOW))
    overall = text("overall_rate", rate=number(f"{100 * funnel.centre:.1f}"))
    target = report.promise.target_rate
    layers: list[Layer] = [model.target_level(target), Level(funnel.centre, "mean", overall)]

    def curve(values: tuple[float, ...], look: str, label: str = "", end: str = "") -> Series:
        return Series(tuple(map(Point, funnel.n, values)), look, label, end)

    if funnel.between:
        lower, *others = (getattr(funnel.plain, name) for name in _CURVES)
        layers.append(curve(lower, "plain_limit", text("plain_limits")))
        layers += (curve(values, "plain_limit") for values in others)
    for kind, look, share in (("warning", "warning", "95"), ("action", "limit", "99.8")):
        shown = text("percent", share=number(share))
        label = text("limits_of", share=shown)
        layers.append(curve(getattr(funnel.limits, f"lower_{kind}"), look, label, shown))
        layers.append(curve(getattr(funnel.limits, f"upper_{kind}"), look))
    ranked = [(row, row.rate) for row in table.rows if row.funnel is not None and row.rate]
    layers.append(Series(tuple(_group(table.by, row, rate) for row, rate in ranked)))
    legend, few_label = dict[str, str](), text("few_points", flagged=FLAGGED_BELOW)
    for key in (f"funnel_{place}" for place in (0, -1, 1, -2, 2)):
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
    facts = {"name": name_of(by, row.key), "rate": rate_text(row), "n": count_text(rate.n)}
    tooltip = CHARTS.text("group_point", **facts, place=CHARTS.text(f"funnel_{row.funnel}"))
    kind = f"funnel_{row.funnel}{'_few' if rate.flagged else ''}"
    far = abs(row.funnel or 0) > 1
    key = row.key or ""
    return Point(rate.n, rate.rate, kind, tooltip if key else "", key if far else "")


def caterpillar_chart(report: ReportNumbers, table: Table) -> Chart:
    text = CHARTS.text
    title = text("chart_caterpillar", by=heading(table.by))
    letters, total = int(_NAMES * model.WIDTH / model.width_of("n")), report.total.rate
    rated = ((name_of(table.by, row.key), row.rate) for row in table.rows if row.rate is not None)
    found = [(_named(name, rate, letters), rate) for name, rate in rated]
    if not found or total is None:
        return Chart(title, empty=text("no_rows"))
    shown = sorted(found, key=lambda pair: (pair[1].counts_only, -pair[1].rate, -pair[1].n))
    shown.append((_named(heading("total"), total, letters), total))
    names, points, at, last, middle = list[model.Tick](), [], 0.0, 0.0, 0.0
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
        notes=(text("wilson_lines"),),
    )


def _named(name: str, rate: ComplianceRate, letters: int) -> str:
    size = f"{rate.met}/{rate.n}" if rate.counts_only else count_text(rate.n)
    size = f"\N{NO-BREAK SPACE}\N{MIDDLE DOT}\N{NO-BREAK SPACE}{size}"
    return model.name_lines(name, letters, lines=3, tail=size)


def arrivals_chart(report: ReportNumbers, show: Show) -> Chart:
    if show not in get_args(Show):
        msg = f"a heat map shows one of {', '.join(get_args(Show))}, not {show!r}"
        raise ValueError(msg)
    heat, text, target = report.heat_map, CHARTS.text, report.promise.target_rate
    whole, part = {
        "in_time": (heat.matured, heat.matured_met),
        "arrived": (heat.arrived, heat.arrived),
        "due_later": (heat.due_known, heat.due_later),
    }[show]
    most = max(map(max, whole))
    if not most:
        return Chart(text(f"heat_{show}"), empty=text("no_cells"))
    columns = [*pairwise(_BANDS if show == "in_time" else range(25))]
    boxes, worse = [], worse_cells(heat) if show == "in_time" else {}
    for day, (column, (first, end)) in product(range(7), enumerate(columns)):
        n, some = (sum(grid[day][first:end]) for grid in (whole, part))
        goal = target if show == "in_time" else None
        share = n / most if show == "arrived" else some / (n or 1)
        look, shown = _shade(share, goal), percent_text(share, target=goal, places=0)
        if show == "in_time" and (day, first, end) not in worse:
            look = _UNPROVEN
        if n < COUNTS_ONLY_BELOW:
            look, shown = (_FEW, f"{some}/{n}") if n else ("blank", "")
        if show == "arrived":
            shown = count_text(n) if n else ""
        tooltip = _tooltip(heat, (day, first, end), target)
        boxes.append(Box(column, day, column + 0.94, 0.93, look, shown, tooltip))
    labels = dict[str, str]()
    if show == "in_time":
        looks = {box.look for box in boxes}
        labels = {key: label for key, label in _labels(target).items() if key in looks}
        labels[_UNPROVEN] = text("unproven_cells")
    if any(box.look == _FEW for box in boxes):
        labels[_FEW] = text("few_cells", counts_only=COUNTS_ONLY_BELOW)
    names = (f"{a:02}" if b == a + 1 else f"{a:02}\N{EN DASH}{b:02}" for a, b in columns)
    ticks = tuple((column + 0.5, name) for column, name in enumerate(names))
    return Chart(
        text(f"heat_{show}"),
        Axis(0, len(columns), ticks, names=True),
        Axis(7, 0, tuple((n + 0.5, day) for n, day in enumerate(words.weekdays())), names=True),
        tuple(boxes),
        labels,
        columns=len(columns),
    )


def worse_cells(heat: HeatMap) -> dict[Cell, tuple[int, int]]:
    """Return n and met of the cells that are proven worse than all others together."""
    counts = {
        (day, first, end): (
            sum(heat.matured[day][first:end]),
            sum(heat.matured_met[day][first:end]),
        )
        for day, (first, end) in product(range(7), pairwise(_BANDS))
    }
    return {cell: counts[cell] for cell, by in differing(counts).items() if by < 0}


def _tooltip(heat: HeatMap, cell: Cell, target: float) -> str:
    day, first, end = cell
    arrived, matured, met, known, later = (
        sum(getattr(heat, name)[day][first:end])
        for name in ("arrived", "matured", "matured_met", "due_known", "due_later")
    )
    share = "" if matured < COUNTS_ONLY_BELOW else f" ({percent_sign(met / matured, target)})"
    counts = {"arrived": arrived, "matured": matured, "later": f"{later}/{known}"}
    day_of = words.weekdays()[day]
    return CHARTS.text(
        "cell", day=day_of, hour=f"{first:02}", last=f"{end - 1:02}", rate=f"{met}{share}", **counts
    )


def _shade(share: float, target: float | None) -> str:
    """Return the style of a share: darker the lower it is below a target, or the higher it is."""
    if target is None:
        return f"s{min(int(share * (_DARKEST + 1)), _DARKEST)}"
    if share >= target:
        return "s0"
    printed = round(share, 2)  # two cells with one number have one colour
    return f"s{1 + sum(printed < bound for bound in _bounds(target))}"


def _labels(target: float) -> dict[str, str]:
    texts = [target_text(bound) for bound in [*_bounds(target), target]]
    between = [f"{low}\N{EN DASH}{high}" for low, high in pairwise(texts)]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    ranges = [highest, *reversed(between), CHARTS.text("below", share=texts[0])]
    return {f"s{place}": label for place, label in enumerate(ranges)}


def _bounds(target: float) -> list[float]:
    return [bound for bound in _SHARES if bound < target]

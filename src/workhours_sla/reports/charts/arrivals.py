"""Heat maps of arrivals, with a cell for each hour of each weekday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Final, Literal, get_args

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.weeks import HeatMap
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, Layer, Tick
from workhours_sla.reports.wording import percent_sign, percent_text
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW
from workhours_sla.text import words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import number, target_text
from workhours_sla.text.numbers import percent as rounded

Show = Literal["in_time", "arrived", "due_later"]
SHADES: Final = tuple(f"s{step}" for step in range(7))
"""Style names of the shades, from the lightest to the darkest."""
FEW: Final = "few"
"""Style name of cells with fewer than ten appeals."""

_SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares below the target at which the shade of a cell changes."""
_CELLS: Final = tuple(product(range(7), range(24)))
"""The hours of each weekday."""


def arrivals_chart(report: ReportNumbers, show: Show) -> Chart:
    """Return the heat map of one figure; see ``draw_arrivals``."""
    if show not in get_args(Show):
        msg = f"a heat map shows one of {', '.join(get_args(Show))}, not {show!r}"
        raise ValueError(msg)
    heat, text = report.heat_map, CHARTS.text
    target = report.promise.target_rate if show == "in_time" else None
    whole = {"in_time": heat.matured, "arrived": heat.arrived, "due_later": heat.due_known}[show]
    part = {"in_time": heat.matured_met, "arrived": whole, "due_later": heat.due_later}[show]
    most = max(map(max, whole))
    if not most:
        return Chart(text(f"heat_{show}"), empty=text("no_cells"))
    boxes = []
    for day, hour in _CELLS:
        n, some = whole[day][hour], part[day][hour]
        look = _look(some if show != "arrived" else n, n if show != "arrived" else most, target)
        shown = str(n or "")
        if n < COUNTS_ONLY_BELOW:
            look = FEW if n else "blank"
            shown = f"{some}/{n}" if n and show != "arrived" else shown
        elif show != "arrived":
            shown = number(rounded(some / n, target=target, places=0))
        boxes.append(Box(hour, day, hour + 0.94, 0.93, look, shown))
    labels = {} if target is None else _labels(target)
    if any(box.look == FEW for box in boxes):
        labels[FEW] = text("few_cells", counts_only=COUNTS_ONLY_BELOW)
    return _week(text(f"heat_{show}"), 24, boxes, labels)


def week_of_arrivals(report: ReportNumbers) -> Chart:
    """Return the heat map for the HTML page, whose cells have all figures in their tooltips.

    The shade of a cell is the share in time, and its text the number of appeals. At the right, a
    bar for each weekday shows the share of its appeals that are due on a later day.
    """
    heat, target = report.heat_map, report.promise.target_rate
    layers: list[Box | Label] = [_cell(heat, day, hour, target) for day, hour in _CELLS]
    for day in range(7):
        known, later = sum(heat.due_known[day]), sum(heat.due_later[day])
        if known:
            part = later / known
            layers.append(Box(_BARS, day + 0.2, _BARS + _BAR, 0.6, "rail"))
            layers.append(Box(_BARS, day + 0.2, _BARS + _BAR * part, 0.6, "bar"))
            layers.append(Label(_BARS + _BAR + 0.2, day + 0.66, percent_text(part), "tick"))
    labels = {**_labels(target), FEW: CHARTS.text("few")}
    later_days = (_BARS + _BAR / 2, CHARTS.text("axis_later"))
    return _week(CHARTS.text("chart_heat"), 29, layers, labels, later_days)


_BARS, _BAR = 24.6, 2.7
"""The x at which bars begin, and the length of a bar of 100 %, in units of the axis (hours)."""


def _cell(heat: HeatMap, day: int, hour: int, target: float) -> Box:
    arrived, matured, met, known, later = (
        getattr(heat, name)[day][hour]
        for name in ("arrived", "matured", "matured_met", "due_known", "due_later")
    )
    few = matured < COUNTS_ONLY_BELOW
    tooltip = CHARTS.text(
        "cell",
        day=words.weekdays()[day],
        hour=f"{hour:02}",
        arrived=arrived,
        rate=str(met) if few else f"{met} ({percent_sign(met / matured, target)})",
        matured=matured,
        later=f"{later}/{known}",
    )
    look = FEW if few else _look(met, matured, target)
    return Box(hour, day, hour + 0.94, 0.93, look, str(arrived or ""), tooltip)


def _week(
    title: str, wide: int, layers: Sequence[Layer], labels: Mapping[str, str], *more: Tick
) -> Chart:
    hours = tuple((hour + 0.5, f"{hour:02}") for hour in range(24))
    weekdays = tuple((day + 0.5, words.weekdays()[day]) for day in range(7))
    return Chart(
        title,
        Axis(0, wide, (*hours, *more), names=True),
        Axis(7, 0, weekdays, names=True),
        tuple(layers),
        labels,
        columns=24,
    )


def _labels(target: float) -> dict[str, str]:
    return dict(zip(SHADES, shade_labels(target), strict=False))


def _look(some: int, n: int, target: float | None) -> str:
    """Return the style of a share: of a scale below the target, or of a neutral scale."""
    return SHADES[
        neutral_shade(some / (n or 1)) if target is None else shade(some / (n or 1), target)
    ]


# -- shades ----------------------------------------------------------------------------------------


def shade(share: float, target: float) -> int:
    """Return the shade of a share in time: 0 if it meets the target, higher for lower shares.

    >>> shade(0.93, 0.9), shade(0.85, 0.9), shade(0.2, 0.9)
    (0, 1, 5)
    """
    return 0 if share >= target else 1 + sum(share < bound for bound in _bounds(target))


def neutral_shade(share: float) -> int:
    """Return the shade of a share in a neutral scale: higher for higher shares."""
    return min(int(share * len(SHADES)), len(SHADES) - 1)


def shade_labels(target: float) -> list[str]:
    r"""Return the labels of the shades in order: their ranges of shares in percent.

    >>> shade_labels(0.7)
    ['≥\xa070', '60–70', '50–60', 'below 50']
    """
    texts = [target_text(bound) for bound in [*_bounds(target), target]]
    between = [f"{low}\N{EN DASH}{high}" for low, high in pairwise(texts)]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    return [highest, *reversed(between), CHARTS.text("below", share=texts[0])]


def _bounds(target: float) -> list[float]:
    return [bound for bound in _SHARES if bound < target]

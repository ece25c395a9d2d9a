"""Heat maps of arrivals, with a cell for each hour of each weekday."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Final, Literal, get_args

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.weeks import HeatMap
from workhours_sla.reports.charts.model import Axis, Box, Chart, Label, Tick
from workhours_sla.reports.wording import percent_sign, percent_text
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW
from workhours_sla.text import words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import count_text, number, target_text
from workhours_sla.text.numbers import percent as rounded

Show = Literal["in_time", "arrived", "due_later"]
SHADES: Final = tuple(f"s{step}" for step in range(7))
"""Style names of the shades, from the lightest to the darkest."""
FEW: Final = "few"
"""Style name of cells with fewer than ten appeals."""

_SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares below the target at which the shade of a cell changes."""
_HOURS, _DAYS = range(24), range(7)


def arrivals_chart(report: ReportNumbers, show: Show) -> Chart:
    """Return the heat map for print: a column for each weekday, a row for each hour.

    ``show`` selects the content of the cells: ``in_time``, the share of the matured appeals that
    were answered in time; ``arrived``, the number of appeals; or ``due_later``, the share of
    appeals that are due on a later day. A cell with fewer than ten appeals is hatched and shows
    counts, such as 6/8, instead of a share. Raises ValueError for another ``show``.
    """
    if show not in get_args(Show):
        msg = f"a heat map shows one of {', '.join(get_args(Show))}, not {show!r}"
        raise ValueError(msg)
    heat, target = report.heat_map, report.promise.target_rate
    text = CHARTS.text
    whole = {"in_time": heat.matured, "arrived": heat.arrived, "due_later": heat.due_known}[show]
    part = {"in_time": heat.matured_met, "arrived": whole, "due_later": heat.due_later}[show]
    most = max(map(max, whole))
    if not most:
        return Chart(text(f"heat_{show}"), empty=text("no_cells"))
    boxes, few = [], False
    for day, hour in product(_DAYS, _HOURS):
        n, some = whole[day][hour], part[day][hour]
        look, shown = "blank", ""
        if 0 < n < COUNTS_ONLY_BELOW:
            look, few = FEW, True
            shown = str(n) if show == "arrived" else f"{some}/{n}"
        elif n and show == "arrived":
            look, shown = SHADES[neutral_shade(n / most)], count_text(n)
        elif n:
            bound = target if show == "in_time" else None
            step = neutral_shade(some / n) if bound is None else shade(some / n, bound)
            look, shown = SHADES[step], number(rounded(some / n, target=bound, places=0))
        boxes.append(Box(day + 0.02, hour + 0.02, day + 0.98, 0.96, look, shown))
    labels = _labels(target) if show == "in_time" else {}
    if few:
        labels[FEW] = text("few_cells", counts_only=COUNTS_ONLY_BELOW)
    weekdays, hours = _ticks()
    return Chart(
        text(f"heat_{show}"),
        Axis(0, 7, weekdays, names=True),
        Axis(24, 0, hours, text("axis_hour"), names=True),
        tuple(boxes),
        labels,
    )


def week_of_arrivals(report: ReportNumbers) -> Chart:
    """Return the heat map for the HTML page: a column for each hour, a row for each weekday.

    The shade of a cell is the share in time, and its text the number of appeals. At the right, a
    bar for each weekday shows the share of its appeals that are due on a later day.
    """
    heat, target = report.heat_map, report.promise.target_rate
    boxes = [_cell(heat, day, hour, target) for day, hour in product(_DAYS, _HOURS)]
    texts, rest = [], []
    for day in _DAYS:
        known, later = sum(heat.due_known[day]), sum(heat.due_later[day])
        if known:
            part = later / known
            rest.append(Box(_BARS, day + 0.2, _BARS + _BAR, 0.6, "rail"))
            rest.append(Box(_BARS, day + 0.2, _BARS + _BAR * part, 0.6, "bar"))
            end = _BARS + _BAR + 0.2
            texts.append(Label(end, day + 0.66, percent_text(part), "tick"))
    weekdays, hours = _ticks()
    return Chart(
        CHARTS.text("chart_heat"),
        Axis(0, 29, (*hours, (_BARS + _BAR / 2, CHARTS.text("axis_later"))), names=True),
        Axis(7, 0, weekdays, names=True),
        (*boxes, *rest, *texts),
        {**_labels(target), FEW: CHARTS.text("few")},
        columns=24,
    )


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
    look = FEW if few else SHADES[shade(met / matured, target)]
    text = str(arrived) if arrived else ""
    return Box(hour, day, hour + 0.94, 0.93, look, text, tooltip)


def _ticks() -> tuple[tuple[Tick, ...], tuple[Tick, ...]]:
    weekdays = tuple((day + 0.5, words.weekdays()[day]) for day in _DAYS)
    return weekdays, tuple((hour + 0.5, f"{hour:02}") for hour in _HOURS)


def _labels(target: float) -> dict[str, str]:
    return dict(zip(SHADES, shade_labels(target), strict=False))


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

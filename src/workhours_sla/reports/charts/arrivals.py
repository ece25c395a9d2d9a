"""Heat maps of arrivals, with a cell for each hour of each weekday."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal, get_args

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.compliance.weeks import HeatMap
from workhours_sla.reports.charts.model import Axis, Box, Chart
from workhours_sla.reports.wording import percent_sign, percent_text
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW
from workhours_sla.text import words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import count_text, target_text

Show = Literal["in_time", "arrived", "due_later"]
FEW: Final = "few"  # style name of cells with fewer than ten appeals

_SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares below the target at which the shade of a cell changes."""
_DARKEST: Final = 6


def arrivals_chart(report: ReportNumbers, show: Show) -> Chart:
    if show not in get_args(Show):
        msg = f"a heat map shows one of {', '.join(get_args(Show))}, not {show!r}"
        raise ValueError(msg)
    heat, text, target = report.heat_map, CHARTS.text, report.promise.target_rate
    wholes = {"in_time": heat.matured, "arrived": heat.arrived, "due_later": heat.due_known}
    parts = {"in_time": heat.matured_met, "arrived": heat.arrived, "due_later": heat.due_later}
    whole, part = wholes[show], parts[show]
    most = max(map(max, whole))
    if not most:
        return Chart(text(f"heat_{show}"), empty=text("no_cells"))
    boxes = []
    for place in range(7 * 24):
        day, hour = divmod(place, 24)
        n, some = whole[day][hour], part[day][hour]
        goal = target if show == "in_time" else None
        share = n / most if show == "arrived" else some / (n or 1)
        look, shown = _shade(share, goal), percent_text(share, target=goal, places=0)
        if n < COUNTS_ONLY_BELOW:
            look, shown = (FEW, f"{some}/{n}") if n else ("blank", "")
        if show == "arrived":
            shown = count_text(n) if n else ""
        tooltip = _tooltip(heat, day, hour, target)
        boxes.append(Box(hour, day, hour + 0.94, 0.93, look, shown, tooltip))
    labels = _labels(target) if show == "in_time" else {}
    if any(box.look == FEW for box in boxes):
        labels[FEW] = text("few_cells", counts_only=COUNTS_ONLY_BELOW)
    return Chart(
        text(f"heat_{show}"),
        Axis(0, 24, tuple((hour + 0.5, f"{hour:02}") for hour in range(24)), names=True),
        Axis(7, 0, tuple((n + 0.5, day) for n, day in enumerate(words.weekdays())), names=True),
        tuple(boxes),
        labels,
        columns=24,
    )


def _tooltip(heat: HeatMap, day: int, hour: int, target: float) -> str:
    arrived, matured, met, known, later = (
        getattr(heat, name)[day][hour]
        for name in ("arrived", "matured", "matured_met", "due_known", "due_later")
    )
    share = "" if matured < COUNTS_ONLY_BELOW else f" ({percent_sign(met / matured, target)})"
    return CHARTS.text(
        "cell",
        day=words.weekdays()[day],
        hour=f"{hour:02}",
        arrived=arrived,
        rate=f"{met}{share}",
        matured=matured,
        later=f"{later}/{known}",
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

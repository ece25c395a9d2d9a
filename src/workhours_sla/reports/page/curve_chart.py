"""The chart of the share not yet answered by working time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from workhours_sla.compliance.report import Promise
from workhours_sla.compliance.tables import Curve, Row
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.plot import HALF, HEIGHT, Plot, ticks
from workhours_sla.reports.scales import curve_end
from workhours_sla.text.numbers import number
from workhours_sla.text.page import hours_exact, percent_text, say
from workhours_sla.worktime.budget import format_amount

_HOUR: Final = timedelta(hours=1)
_CURVE_MARKS: Final = 40


def curve_chart(curve: Curve, promise: Promise, total: Row, lang: str) -> Html:
    """Return the share not yet answered by working time, as far as it is of interest."""
    last = curve_end(curve, promise, total) / _HOUR
    plot = Plot(HALF, HEIGHT, (0, last), (0, 1))
    plot.y_axis(ticks(0, 1), lambda share: f"{share * 100:.0f}")
    hours = ticks(0, last, 8)
    labels = [(hour, number(f"{hour:g}", lang)) for hour in hours]
    plot.x_axis(labels, say("axis_hours", lang))
    shown = [
        (time / _HOUR, share, lower, upper)
        for time, share, lower, upper in zip(
            curve.times, curve.share, curve.lower, curve.upper, strict=True
        )
        if time / _HOUR <= last
    ]
    top = _steps([(0.0, 1.0), *((t, up) for t, _, _, up in shown)], last)
    foot = _steps([(0.0, 1.0), *((t, down) for t, _, down, _ in shown)], last)
    band = " ".join(f"{plot.x(x)},{plot.y(y)}" for x, y in [*top, *reversed(foot)])
    plot.add(element("polygon", points=band, class_="band"))
    plot.line(_steps([(0.0, 1.0), *((t, s) for t, s, _, _ in shown)], last), "line")
    if promise.budget is not None and promise.budget / _HOUR <= last:
        at = plot.x(promise.budget / _HOUR)
        plot.add(element("line", x1=at, x2=at, y1=plot.y.start, y2=plot.y.end, class_="target"))
        label = say("norm", lang, budget=format_amount(promise.budget))
        plot.text(at + 5, plot.y.end + 9, label, "note")
    for time, share, lower, upper in shown[:: max(1, len(shown) // _CURVE_MARKS)]:
        label = say(
            "not_answered",
            lang,
            hours=number(f"{time:.2f}", lang),
            share=percent_text(share, lang),
            lower=percent_text(lower, lang),
            upper=percent_text(upper, lang),
        )
        plot.mark(time, share, label, "small")
    for key, quantile, level in (("median_at", total.median, 0.5), ("p90_at", total.p90, 0.1)):
        if quantile is not None and quantile.time is not None and quantile.time / _HOUR <= last:
            label = say(key, lang, hours=hours_exact(quantile.time, lang))
            at = quantile.time / _HOUR
            plot.mark(at, level, label, "signal")
            plot.text(plot.x(at) + 8, plot.y(level) - 5, label, "note")
    return plot.svg(f"{say('chart_curve', lang)}. {_curve_reading(total, lang)}".rstrip())


def _curve_reading(total: Row, lang: str) -> str:
    told = [
        say(key, lang, hours=hours_exact(quantile.time, lang))
        for key, quantile in (("median_at", total.median), ("p90_at", total.p90))
        if quantile is not None and quantile.time is not None
    ]
    return ", ".join(told)


def _steps(points: Sequence[tuple[float, float]], last: float) -> list[tuple[float, float]]:
    """Return the corners of a line that stays until it falls."""
    corners = [points[0]]
    for (_, before), (time, after) in pairwise(points):
        corners += [(time, before), (time, after)]
    return [*corners, (last, points[-1][1])]

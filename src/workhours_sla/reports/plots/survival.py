"""The time to an answer as the share that still waits for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from workhours_sla.compliance.cases import Cases
from workhours_sla.compliance.microseconds import MICROSECOND
from workhours_sla.compliance.tables import Tally
from workhours_sla.reports.plots.drawing import (
    ACCENT,
    BAND,
    INK,
    PAPER,
    TYPE,
    axes_for,
    hours_axis,
    labels,
    legend,
    nothing,
    plain,
    share_axis,
    title,
    under,
)
from workhours_sla.reports.report import Report
from workhours_sla.reports.scales import curve_end
from workhours_sla.text.page import count_text, hours_exact, say
from workhours_sla.text.plots import tell
from workhours_sla.worktime.budget import format_amount

HEIGHT: Final = 3.3
_HOUR: Final = timedelta(hours=1)


def kaplan_meier_plot(
    report: Report, cases: Cases | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the share not yet answered by working time (Kaplan-Meier), and return the axes.

    With its 95 % band, the budget as a line, the median and the ninetieth percentile. The curve
    is that of the report, shown past the budget and the ninetieth percentile. ``cases``, those
    the report was made of, add the ticks of appeals observed no longer (open or withdrawn) and,
    below, how many still waited.
    """
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT)
    title(ax, say("chart_curve", lang))
    curve = report.curve
    if curve is None:
        return nothing(ax, tell("no_curve", lang))
    last = curve_end(curve, report.promise, report.total) / _HOUR
    shown = sum(time / _HOUR <= last for time in curve.times)
    hours = [0.0, *(time / _HOUR for time in curve.times[:shown]), last]
    share = _steps(curve.share[:shown])
    ax.fill_between(
        hours,
        _steps(curve.lower[:shown]),
        _steps(curve.upper[:shown]),
        step="post",
        color=BAND,
        lw=0,
        label=tell("band", lang),
    )
    ax.step(hours, share, where="post", color=ACCENT, lw=1.3, label=tell("curve", lang))
    budget = report.promise.budget
    if budget is not None and budget / _HOUR <= last:
        told = say("norm", lang, budget=format_amount(budget))
        ax.axvline(budget / _HOUR, color=INK, lw=1, ls=(0, (7, 3)), label=plain(told))
    total = report.total
    for key, quantile, level, mark in (
        ("median_at", total.median, 0.5, "o"),
        ("p90_at", total.p90, 0.1, "D"),
    ):
        if quantile is not None and quantile.time is not None and quantile.time / _HOUR <= last:
            told = say(key, lang, hours=hours_exact(quantile.time, lang))
            at = quantile.time / _HOUR
            ax.plot([at], [level], ls="none", marker=mark, ms=5, mfc=INK, mec=PAPER, label=told)
    ax.set_xlim(0, 1.03 * last)  # the last fall can be seen, too
    share_axis(ax, 0.0, lang)
    hours_axis(ax, "x", lang)
    labels(ax, say("axis_hours", lang), say("unanswered", lang))
    below = 3 * TYPE + 6
    if cases is not None:
        _censored(ax, cases, report, (hours, share), lang)
        below = _at_risk(ax, cases, report, below, lang)
    legend(ax, below)
    return ax


def _steps(levels: tuple[float, ...]) -> list[float]:
    """Return the levels from 0 on, the last one kept to the end."""
    return [1.0, *levels, levels[-1] if levels else 1.0]


def _waits(cases: Cases, report: Report) -> tuple[np.ndarray, np.ndarray]:
    """Return the waits in hours of the appeals that the curve follows, and which were answered."""
    tally = Tally.of(cases, report.promise.target_rate, report.promise.horizon)
    hour = _HOUR // MICROSECOND
    return cases.elapsed[tally.timed] / hour, tally.answered[tally.timed]


def _censored(
    ax: Axes, cases: Cases, report: Report, line: tuple[list[float], list[float]], lang: str
) -> None:
    waits, answered = _waits(cases, report)
    ended = np.unique(waits[~answered])
    ended = ended[ended <= line[0][-1]]
    if ended.size:
        at = np.searchsorted(line[0][:-1], ended, side="right") - 1
        ax.plot(
            ended,
            np.array(line[1])[at],
            ls="none",
            marker="|",
            ms=5,
            mew=0.7,
            color=INK,
            label=tell("censored", lang),
        )


def _at_risk(ax: Axes, cases: Cases, report: Report, below: float, lang: str) -> float:
    """Write how many still waited under each tick; return where that ends, in points."""
    waits, _ = _waits(cases, report)
    place = under(ax, below)
    ax.text(0, 0, tell("at_risk", lang), transform=place, fontsize=TYPE, va="top", style="italic")
    low, high = ax.get_xlim()
    for tick in ax.get_xticks():
        if low <= tick <= high:
            ax.text(
                (tick - low) / (high - low),
                0,
                count_text(int((waits >= tick).sum()), lang),
                transform=under(ax, below + 1.4 * TYPE),
                fontsize=TYPE,
                ha="center",
                va="top",
            )
    return below + 3.2 * TYPE

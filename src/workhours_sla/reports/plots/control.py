"""Control charts: the weekly median, its moving range, and the share in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from matplotlib.axes import Axes

from workhours_sla.compliance.series import Trend
from workhours_sla.reports.plots.drawing import (
    ACCENT,
    BAND,
    DASHED,
    INK,
    PAPER,
    SOFT,
    axes_for,
    hours_axis,
    labels,
    legend,
    note,
    nothing,
    plain,
    share_axis,
    title,
    week_axis,
)
from workhours_sla.reports.report import Report
from workhours_sla.statistics.control_charts import RANGE_LIMIT_FACTOR
from workhours_sla.text.numbers import number
from workhours_sla.text.page import (
    hours_exact,
    percent_text,
    say,
    sentence,
    target_text,
)
from workhours_sla.text.plots import tell

HEIGHT: Final = 3.0
SIGNALS: Final[Mapping[str, str]] = {"outside": "D", "run_of_eight": "^", "three_of_four": "s"}
"""The signals by their marks, the strongest first: a point has one."""
_MARKS: Final = {**SIGNALS, "range_outside": "D"}

_HOUR: Final = timedelta(hours=1)


def xmr_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the medians of the weeks between their limits (XmR chart) and return the axes.

    A point is a week of the table ``week``, in hours of working time; those that signal a change
    have a mark by the rule that they break, merged short weeks a wide ground, and weeks that are
    not final yet are hollow and judged by no rule. Limits are those of ``report.trend``.
    """
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT)
    title(ax, say("chart_trend", lang))
    trend = report.trend
    found = [
        (row.key or "", row.median.time / _HOUR)
        for row in report.table("week").rows
        if row.median is not None and row.median.time is not None
    ]
    if not found:
        return nothing(ax, tell("no_medians", lang))
    names, values = [name for name, _ in found], [value for _, value in found]
    judged = {point.week: point for point in trend.points}
    final = [place for place, name in enumerate(names) if name in judged]
    open_ = [place for place, name in enumerate(names) if name not in judged]
    _merged(ax, names, values, lang)
    ax.plot(
        final,
        [values[place] for place in final],
        **_LINE,
        label=tell("median_of_week", lang),
    )
    if trend.mean is not None and trend.lower is not None and trend.upper is not None:
        _level(ax, trend.mean, tell("mean_at", lang, value=_hours(trend.mean, lang)), dashed=False)
        lower, upper = _hours(trend.lower, lang), _hours(trend.upper, lang)
        _level(ax, trend.upper, tell("limits_at", lang, lower=lower, upper=upper))
        _level(ax, trend.lower)
    if open_:
        ax.plot(open_, [values[place] for place in open_], **_OPEN, label=say("not_final", lang))
    flags = {
        kind: [name in judged and getattr(judged[name], kind) for name in names] for kind in SIGNALS
    }
    _signals(ax, values, flags, lang)
    return _finish_hours(ax, names, _too_short(trend, lang), lang)


def moving_range_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw by how much each weekly median differs from the one before, and return the axes.

    The second panel of an XmR chart: a point past the limit is a sudden change. It takes the
    weeks of ``report.trend``, all of them final; the first has no range.
    """
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT)
    title(ax, tell("chart_moving_range", lang))
    trend = report.trend
    medians = [point.median / _HOUR for point in trend.points]
    ranges = [abs(b - a) for a, b in pairwise(medians)]
    if not ranges:
        return nothing(ax, tell("no_ranges", lang))
    ax.plot(range(1, len(medians)), ranges, **_LINE, label=tell("range_of_weeks", lang))
    limit = trend.moving_range_limit
    if limit is not None:
        mean = limit / RANGE_LIMIT_FACTOR
        _level(ax, mean, tell("mean_at", lang, value=_hours(mean, lang)), dashed=False)
        _level(ax, limit, tell("limit_at", lang, value=_hours(limit, lang)))
    past = [point.range_outside for point in trend.points]
    _signals(ax, [0.0, *ranges], {"range_outside": past}, lang)
    names = [point.week for point in trend.points]
    return _finish_hours(ax, names, _too_short(trend, lang), lang)


def p_prime_chart(report: Report, *, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the shares in time of weeks between limits by their size (p'), and return the axes.

    A point is a week that is final, or several short ones on a wide ground. Limits are those of
    ``report.share_trend``, after Laney.
    """
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT)
    title(ax, tell("chart_p_prime", lang))
    labels(ax, y=tell("axis_share", lang))
    trend = report.share_trend
    if not trend.points:
        return nothing(ax, tell("no_weeks", lang))
    names = [point.week for point in trend.points]
    shares = [point.share for point in trend.points]
    _merged(ax, names, shares, lang)
    ax.plot(range(len(names)), shares, **_LINE, label=tell("share_of_week", lang))
    lowest = shares
    if trend.mean is not None and trend.sigma_z is not None:
        mean = say("percent", lang, share=percent_text(trend.mean, lang))
        ax.axhline(trend.mean, color=SOFT, lw=0.8, label=tell("mean_at", lang, value=mean))
        size = tell("limits_by_size", lang, value=number(f"{trend.sigma_z:.2f}", lang))
        lower = _limit(ax, [point.lower for point in trend.points])
        _limit(ax, [point.upper for point in trend.points], size)
        lowest = [*shares, *lower]
    target = report.promise.target_rate
    told = say("target_line", lang, target=target_text(target, lang))
    ax.axhline(target, color=INK, lw=1, ls=(0, (7, 3)), label=plain(told))
    flags = {kind: [getattr(point, kind) for point in trend.points] for kind in SIGNALS}
    _signals(ax, shares, flags, lang)
    share_axis(ax, max(min([*lowest, target]) - 0.03, -0.02), lang)
    below = legend(ax, week_axis(ax, names, lang))
    if trend.baseline is None:
        note(ax, sentence("trend_too_short", lang, points=len(names)), below)
    return ax


def _limit(ax: Axes, limits: Sequence[float | None], label: str | None = None) -> list[float]:
    known = [limit for limit in limits if limit is not None]
    ax.step(range(len(known)), known, where="mid", color=SOFT, lw=0.8, ls=DASHED, label=label)
    return known


_LINE: Final[dict[str, Any]] = {
    "color": ACCENT,
    "lw": 1.1,
    "marker": "o",
    "ms": 3,
    "mfc": ACCENT,
    "mec": ACCENT,
    "zorder": 3,
}
_OPEN: Final[dict[str, Any]] = {
    "color": ACCENT,
    "ls": "none",
    "marker": "o",
    "ms": 4,
    "mfc": PAPER,
    "mec": ACCENT,
    "zorder": 4,
}


def _merged(ax: Axes, names: Sequence[str], values: Sequence[float], lang: str) -> None:
    """Draw a wide ground under the points that are several short weeks."""
    places = [place for place, name in enumerate(names) if "+" in name]
    if places:
        ax.plot(
            places,
            [values[place] for place in places],
            ls="none",
            marker="s",
            ms=9,
            mfc=BAND,
            mec="none",
            zorder=1,
            label=tell("merged", lang),
        )


def _level(ax: Axes, amount: timedelta, label: str | None = None, *, dashed: bool = True) -> None:
    ax.axhline(amount / _HOUR, color=SOFT, lw=0.8, ls=DASHED if dashed else "-", label=label)


def _signals(
    ax: Axes, values: Sequence[float], flags: Mapping[str, Sequence[bool]], lang: str
) -> None:
    taken: set[int] = set()
    for kind, found in flags.items():
        places = [place for place, said in enumerate(found) if said and place not in taken]
        taken.update(places)
        if places:
            ax.plot(
                places,
                [values[place] for place in places],
                ls="none",
                marker=_MARKS[kind],
                ms=6,
                mfc=INK,
                mec=PAPER,
                mew=0.6,
                zorder=5,
                label=say(kind, lang),
            )


def _finish_hours(ax: Axes, names: Sequence[str], told: str, lang: str) -> Axes:
    low, high = ax.get_ylim()
    if ax.dataLim.y0 >= 0:  # a limit may lie below 0, as it is that of the report
        ax.set_ylim(max(low, 0.0), high)
    labels(ax, y=tell("axis_hours_short", lang))
    hours_axis(ax, "y", lang)
    below = legend(ax, week_axis(ax, names, lang))
    if told:
        note(ax, told, below)
    return ax


def _too_short(trend: Trend, lang: str) -> str:
    if trend.baseline is not None:
        return ""
    return sentence("trend_too_short", lang, points=len(trend.points))


def _hours(amount: timedelta, lang: str) -> str:
    return say("hours", lang, hours=hours_exact(amount, lang))

"""Charts by week: control charts, shares in time, and the backlog."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from workhours_sla.compliance.group_tables import Row
from workhours_sla.compliance.period import Period
from workhours_sla.compliance.report_numbers import ReportNumbers
from workhours_sla.compliance.weeks import BacklogPoint, SharePoint, ShareTrend, Trend, TrendPoint
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import Axis, Box, Chart, Layer, Level, Point, Series
from workhours_sla.reports.figures import interval_text, rate_text
from workhours_sla.reports.wording import amount_in_words, percent_sign, percent_text
from workhours_sla.text import words
from workhours_sla.text.catalog import CHARTS, TYPESET_SENTENCES
from workhours_sla.text.numbers import NO_FIGURE, count_text, number, signed

SIGNALS: Final = ("outside", "run_of_eight", "three_of_four", "range_outside")
"""The signals of a change, strongest first. A point has the style of its strongest signal."""
SIDES: Final = ("improvement", "concern")  # the possible meanings of a signal; see ``Trend.side``

_WIDTH: Final = 870.0  # width inside the axes of the chart of weeks
_HOUR: Final = timedelta(hours=1)


def signals_of(point: TrendPoint | SharePoint) -> list[str]:
    return [CHARTS.text(kind) for kind in SIGNALS if getattr(point, kind, False)]


def xmr_chart(trend: Trend, rows: Sequence[Row] = ()) -> Chart:
    """Return an XmR chart of weekly medians; see ``draw_xmr``. ``rows`` are all weeks."""
    text, title = CHARTS.text, CHARTS.text("chart_trend")
    points = {point.week: point for point in trend.points}
    known = ((row.key or "", row.median.time) for row in rows if row.median is not None)
    medians = {week: time for week, time in known if time is not None}
    medians = medians or {week: point.median for week, point in points.items()}
    if not medians:
        return Chart(title, empty=text("no_medians"))
    final, waiting = [], []
    for place, (week, median) in enumerate(medians.items()):
        if week in points:
            tooltip = f"{words.week_dates(week)}: {amount_in_words(median)}"
            final.append(_point(place, median / _HOUR, tooltip, points[week], trend))
        else:
            waiting.append(Point(place, median / _HOUR, "open"))
    layers: list[Layer] = [
        _merged([(week, median / _HOUR) for week, median in medians.items()]),
        Series(tuple(final), "line", text("median_of_week")),
        Series(tuple(waiting)),
    ]
    reading = ""
    if trend.mean is not None and trend.lower is not None and trend.upper is not None:
        limits = {"mean": trend.mean, "lower": trend.lower, "upper": trend.upper}
        facts = {key: amount_in_words(limit) for key, limit in limits.items()}
        layers += [
            Level(trend.upper / _HOUR, "limit", text("limits_at", **facts), text("limit_line")),
            Level(trend.mean / _HOUR, "mean", text("mean_at", **facts), text("mean_line")),
            Level(trend.lower / _HOUR, "limit", end=text("limit_line")),
        ]
        reading = text("trend_reading", **facts, **_signal_facts(trend))
    return _of_hours(title, list(medians), layers, trend, reading)


def _of_hours(
    title: str, names: Sequence[str], layers: list[Layer], trend: Trend, reading: str = ""
) -> Chart:
    """Return a weekly control chart with values in hours, which are below 0 only in a limit."""
    values = [point.y for layer in layers if isinstance(layer, Series) for point in layer.points]
    values += [float(layer.at) for layer in layers if isinstance(layer, Level)]  # type: ignore[arg-type]
    least, most = min(values), max(values)
    room = 0.1 * (most - least or most or 1.0)
    low = least - room if least < 0 else max(least - room, 0.0)
    axis = model.amount_axis(low, most + room)
    return _control_chart(title, names, axis, layers, trend, reading)


def p_prime_chart(trend: ShareTrend, target: float) -> Chart:
    """Return a p' control chart of the weekly shares in time; limits depend on each week's size."""
    text, title = CHARTS.text, CHARTS.text("chart_share_trend")
    points, reading = trend.points, ""
    if not points:
        return Chart(title, empty=text("no_weeks"))
    shares = (_point(n, one.share, _share_tooltip(one), one, trend) for n, one in enumerate(points))
    layers: list[Layer] = [
        _merged([(point.week, point.share) for point in points]),
        Series(tuple(shares), "line", text("share_of_week")),
    ]
    lower = [point.lower for point in points if point.lower is not None]
    start = len(points) - len(lower)
    if trend.mean is not None and trend.sigma_z is not None:
        sigma = number(f"{trend.sigma_z:.2f}")
        upper = [point.upper for point in points if point.upper is not None]
        by_size, limit = text("limits_by_size", value=sigma), text("limit_line")
        mean = text("mean_at", mean=percent_sign(trend.mean))
        layers += [
            Level(trend.mean, "mean", mean, text("mean_line")),
            Series(tuple(map(Point, count(start), lower)), "limit", "", limit, "mid"),
            Series(tuple(map(Point, count(start), upper)), "limit", by_size, "", "mid"),
        ]
        facts = {"mean": percent_text(trend.mean), "sigma": sigma}
        reading = text("share_trend_reading", **facts, **_signal_facts(trend))
        reading += f" {text(f'assurance_{trend.assurance(target)}')}"
    least = min([target, *lower, *(point.share for point in points)])
    axis = model.share_axis(max(least - 0.03, -0.02), text("axis_share"))
    layers.append(model.target_level(target))
    return _control_chart(title, [point.week for point in points], axis, layers, trend, reading)


def _share_tooltip(point: SharePoint) -> str:
    limits = ""
    if point.lower is not None and point.upper is not None:
        low, high = (percent_text(limit) for limit in (point.lower, point.upper))
        limits = CHARTS.text("share_limits", lower=low, upper=high)
    share = percent_text(point.share)
    facts = {"week": words.week_dates(point.week), "met": point.met, "matured": point.matured}
    return CHARTS.text("share_point", **facts, share=share, limits=limits)


AnyTrend = Trend | ShareTrend


def _control_chart(
    title: str, names: Sequence[str], y: Axis, layers: list[Layer], trend: AnyTrend, reading: str
) -> Chart:
    text, notes = CHARTS.text, []
    if trend.baseline is None:
        notes.append(TYPESET_SENTENCES.text("trend_too_short", points=len(trend.points)))
    if trend.rebased is not None:
        notes.append(text("rebased", week=words.week_dates(trend.rebased)))
    for reason in ("paused", "unknown", "unfinished"):
        weeks = [words.week_dates(one.week) for one in trend.left_out if one.reason == reason]
        if weeks:
            notes.append(text(f"left_out_{reason}", weeks=", ".join(weeks)))
    legend = {kind: text(kind) for kind in ("merged", *SIGNALS)}
    for kind in SIGNALS[:3]:
        legend |= {f"{kind} {side}": f"{text(kind)}: {text(side)}" for side in SIDES}
    legend["open"] = text("unfinished")
    axis = model.week_axis(names)
    return Chart(title, axis, y, tuple(layers), legend, reading, notes=tuple(notes))


def _point(
    place: int, value: float, tooltip: str, point: TrendPoint | SharePoint, trend: AnyTrend
) -> Point:
    """Return a point in the style of its strongest signal, and of its side if it has one."""
    found, side = signals_of(point), trend.side(point)  # type: ignore[arg-type]
    kind = next((kind for kind in SIGNALS[:3] if getattr(point, kind)), "signal" if found else "")
    if side != "neither":
        kind += f" {side}"
        found.append(CHARTS.text(side))
    return Point(place, value, kind, "; ".join([tooltip, *found]))


def _merged(weeks: Sequence[tuple[str, float]]) -> Series:
    return Series(tuple(Point(n, y, "merged") for n, (name, y) in enumerate(weeks) if "+" in name))


def _signal_facts(trend: AnyTrend) -> dict[str, str]:
    found = [words.week_dates(point.week) for point in trend.points if signals_of(point)]
    shown = ", ".join(found) or CHARTS.text("no_signals")
    return {"signals": shown, "expected": number(f"{trend.expected_signals:.1f}")}


def weeks_chart(report: ReportNumbers) -> Chart:
    """Return the weekly shares in time with their intervals, above bars of arrivals."""
    weeks, target, period = report.weeks, report.promise.target_rate, report.period
    places: dict[str, list[int]] = {}
    for place, week in enumerate(weeks):
        places.setdefault(week.cohort, []).append(place)
    rows = report.table("week").rows
    final = {point.week for point in report.share_trend.points}
    ends = [row.rate.interval.lower for row in rows if row.rate and not row.rate.counts_only]
    low = max(math.floor(min([*ends, target - 0.1]) * 10) / 10, 0.0)
    foot = low - 0.3 * (1 - low)
    shaded: list[Layer] = []
    if period != Period():  # of earlier weeks there are only trends
        start = _place(report, period.since, -0.5)
        end = _place(report, period.until, len(weeks) - 0.5)
        shaded.append(Box(start, foot, end, 1.02 - foot, "period"))
    most = max(week.counts.arrived for week in weeks)
    unit = 0.7 * (low - foot) / (most or 1)
    bars = [
        Box(place - 0.45, foot, place + 0.45, unit * week.counts.arrived, "quiet")
        for place, week in enumerate(weeks)
    ]
    axis = model.week_axis([week.name for week in weeks], _WIDTH)
    named = (*model.share_axis(low, about=7).ticks, (foot + unit * most, count_text(most)))
    boxes = (_week(row, places[row.key or ""], is_final=row.key in final) for row in rows)
    return Chart(
        CHARTS.text("chart_weeks"),
        Axis(-0.5, len(weeks) - 0.5, axis.ticks),
        Axis(foot, 1.02, named),
        (*shaded, *bars, *boxes, model.target_level(target)),
        {"period": CHARTS.text("period")},
    )


def _place(report: ReportNumbers, at: datetime | None, otherwise: float) -> float:
    """Return where an instant is among the weeks, each of which is 1 wide around its number."""
    if at is None:
        return otherwise
    days = (at.date() - report.weeks[0].first).days
    return min(max(days / 7, 0.0), float(len(report.weeks))) - 0.5


def _week(row: Row, places: Sequence[int], *, is_final: bool) -> Box:
    """Return the interval of a week with a line at the share, or an invisible box without one."""
    rate, shown = row.rate, rate_text(row)
    ranked = rate if rate is not None and not rate.counts_only else None
    tooltip = CHARTS.text(
        "week_point",
        week=words.week_dates(row.key or ""),
        rate=CHARTS.text("percent", share=shown) if ranked else shown,
        interval=interval_text(row, NO_FIGURE),
        met=row.counts.matured_met,
        matured=row.counts.matured,
        arrived=row.counts.arrived,
    )
    look = "week"
    if not is_final:
        tooltip += f" ({CHARTS.text('unfinished')})"
        look = "week open"
    start, end = places[0] - 0.45, places[-1] + 0.45
    if ranked is None:
        return Box(start, 0.0, end, 1.0, "hit", tooltip=tooltip)
    low, high = ranked.interval.lower, ranked.interval.upper
    return Box(start, low, end, high - low, look, tooltip=tooltip, value=ranked.rate)


def week_before(point: BacklogPoint) -> str:
    """Return the ISO name of the week that ends at a point, or in which it is."""
    return "{}-W{:02}".format(*(point.at - timedelta.resolution).isocalendar()[:2])


def backlog_chart(points: Sequence[BacklogPoint]) -> Chart:
    text, now = CHARTS.text, points[-1]

    def tooltip(one: BacklogPoint) -> str:
        facts = {key: getattr(one, key) for key in ("open", "overdue", "arrivals", "departures")}
        key = "backlog_now" if one is now else "backlog_point"
        return text(key, when=words.when_text(one.at), **facts, net=signed(one.net))

    marked = (Point(n, one.open, "small", tooltip(one)) for n, one in enumerate(points))
    overdue = (Point(n, one.overdue) for n, one in enumerate(points))
    return Chart(
        text("chart_backlog"),
        model.week_axis([week_before(one) for one in points]),
        model.count_axis(max([1, *(point.open for point in points)]) * 1.1),
        (
            Series(tuple(marked), "line", end=text("open_now")),
            Series(tuple(overdue), "second", end=text("overdue_short")),
        ),
    )

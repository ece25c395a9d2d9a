"""Charts of the weeks: their control charts, the share in time, and the backlog."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from workhours_sla.compliance.backlog_series import BacklogPoint
from workhours_sla.compliance.report import Report
from workhours_sla.compliance.series import SharePoint, ShareTrend, Trend, TrendPoint
from workhours_sla.compliance.tables import Row
from workhours_sla.reports.charts.model import (
    Axis,
    Chart,
    Kind,
    Layer,
    Level,
    Point,
    Series,
    Span,
    Spans,
    Strip,
    count_axis,
    hours_axis,
    share_axis,
    target_level,
    week_axis,
)
from workhours_sla.reports.plain_text import interval_text, rate_text
from workhours_sla.reports.scales import percent_sign, percent_text
from workhours_sla.statistics.control_charts import RANGE_LIMIT_FACTOR
from workhours_sla.text.charts import CHARTS, SENTENCES
from workhours_sla.text.numbers import count_text, hours_exact, number, when_text

SIGNALS: Final = ("outside", "run_of_eight", "three_of_four", "range_outside")
"""The signals of a change, the strongest first: a point is marked by its first."""
_OF_VALUES, _OF_RANGES = SIGNALS[:3], SIGNALS[3:]

_HOUR: Final = timedelta(hours=1)


def signals_of(point: TrendPoint | SharePoint, lang: str) -> list[str]:
    """Return the signals of a point in words."""
    return [CHARTS.text(kind, lang) for kind in SIGNALS if getattr(point, kind, False)]


def xmr_chart(trend: Trend, lang: str, rows: Sequence[Row] = ()) -> Chart:
    """Return the weekly medians between their limits.

    ``rows`` of the table ``week`` add the weeks that are not final yet.
    """
    title = CHARTS.text("chart_trend", lang)
    points = {point.week: point for point in trend.points}
    medians = {point.week: point.median for point in trend.points}
    medians = {
        row.key or "": row.median.time
        for row in rows
        if row.median is not None and row.median.time is not None
    } or medians
    if not medians:
        return Chart(title, empty=CHARTS.text("no_medians", lang))
    final, waiting = [], []
    for place, (week, median) in enumerate(medians.items()):
        if week in points:
            words = f"{week}: {_hours(median, lang)}"
            final.append(_point(place, median / _HOUR, words, points[week], lang))
        else:
            waiting.append(Point(place, median / _HOUR))
    layers: list[Layer] = [
        *_merged(list(medians), [median / _HOUR for median in medians.values()], lang),
        _line(final, "median_of_week", lang),
    ]
    reading = ""
    if trend.mean is not None and trend.lower is not None and trend.upper is not None:
        facts = {key: _hours(getattr(trend, key), lang) for key in ("mean", "lower", "upper")}
        layers += [
            _limit(trend.upper / _HOUR, CHARTS.text("limits_at", lang, **facts), lang),
            _mean(trend.mean / _HOUR, facts["mean"], lang),
            _limit(trend.lower / _HOUR, "", lang),
        ]
        weeks = _weeks_with_signals(trend.points, lang)
        facts = {key: hours_exact(getattr(trend, key), lang) for key in facts}
        reading = CHARTS.text("trend_reading", lang, **facts, signals=weeks)
    if waiting:
        label = CHARTS.text("not_final", lang)
        layers.append(Series(tuple(waiting), "open", label, shape="none"))
    return Chart(
        title,
        week_axis(list(medians), lang),
        _axis(layers, lang),
        tuple(layers),
        reading,
        notes=_too_short(trend, lang),
    )


def moving_range_chart(trend: Trend, lang: str) -> Chart:
    """Return by how much each weekly median differs from the one before, and the limit of that."""
    title = CHARTS.text("chart_moving_range", lang)
    medians = [point.median / _HOUR for point in trend.points]
    ranges = [
        Point(place, abs(after - before), "", *(_OF_RANGES if point.range_outside else ()))
        for place, ((before, after), point) in enumerate(
            zip(pairwise(medians), trend.points[1:], strict=True), start=1
        )
    ]
    if not ranges:
        return Chart(title, empty=CHARTS.text("no_ranges", lang))
    layers: list[Layer] = [_line(ranges, "range_of_weeks", lang, _OF_RANGES)]
    limit = trend.moving_range_limit
    if limit is not None:
        mean = limit / RANGE_LIMIT_FACTOR
        label = CHARTS.text("limit_at", lang, value=_hours(limit, lang))
        layers += [
            _mean(mean / _HOUR, _hours(mean, lang), lang),
            _limit(limit / _HOUR, label, lang),
        ]
    return Chart(
        title,
        week_axis([point.week for point in trend.points], lang),
        _axis(layers, lang),
        tuple(layers),
        notes=_too_short(trend, lang),
    )


def p_prime_chart(trend: ShareTrend, target: float, lang: str) -> Chart:
    """Return the shares in time of weeks between the limits of each, by its size (p')."""
    title = CHARTS.text("chart_share_trend", lang)
    axis_title = CHARTS.text("axis_share", lang)
    points = trend.points
    if not points:
        y = share_axis(0, lang, axis_title)
        return Chart(title, y=y, empty=CHARTS.text("no_weeks", lang))
    names = [point.week for point in points]
    shares = [
        _point(place, point.share, _share_words(point, lang), point, lang)
        for place, point in enumerate(points)
    ]
    layers: list[Layer] = [
        *_merged(names, [point.share for point in points], lang),
        _line(shares, "share_of_week", lang),
    ]
    lowest, reading = min(target, *(point.share for point in points)), ""
    if trend.mean is not None and trend.sigma_z is not None:
        sigma = number(f"{trend.sigma_z:.2f}", lang)
        lower = [point.lower for point in points if point.lower is not None]
        upper = [point.upper for point in points if point.upper is not None]
        lowest = min(lowest, *lower)
        layers += [
            _mean(trend.mean, percent_sign(trend.mean, lang), lang),
            _limits(lower, "", CHARTS.text("limit_line", lang)),
            _limits(upper, CHARTS.text("limits_by_size", lang, value=sigma)),
        ]
        facts = {"mean": percent_text(trend.mean, lang), "sigma": sigma}
        weeks = _weeks_with_signals(points, lang)
        reading = CHARTS.text("share_trend_reading", lang, **facts, signals=weeks)
    layers.append(target_level(target, lang))
    return Chart(
        title,
        week_axis(names, lang),
        share_axis(max(lowest - 0.03, -0.02), lang, axis_title),
        tuple(layers),
        reading,
        notes=_too_short(trend, lang),
    )


def _share_words(point: SharePoint, lang: str) -> str:
    limits = ""
    if point.lower is not None and point.upper is not None:
        low, high = (percent_text(limit, lang) for limit in (point.lower, point.upper))
        limits = CHARTS.text("share_limits", lang, lower=low, upper=high)
    return CHARTS.text(
        "share_point",
        lang,
        week=point.week,
        share=percent_text(point.share, lang),
        met=point.met,
        matured=point.matured,
        limits=limits,
    )


def _point(
    place: int, value: float, words: str, point: TrendPoint | SharePoint, lang: str
) -> Point:
    """Return a point with its signals, the strongest as its kind."""
    kind = next((kind for kind in SIGNALS if getattr(point, kind, False)), "")
    return Point(place, value, "; ".join([words, *signals_of(point, lang)]) if words else "", kind)


def _line(
    points: Sequence[Point], label: str, lang: str, signals: Sequence[str] = _OF_VALUES
) -> Series:
    kinds = tuple(Kind(kind, CHARTS.text(kind, lang)) for kind in signals)
    return Series(tuple(points), "line", CHARTS.text(label, lang), kinds=kinds)


def _merged(names: Sequence[str], values: Sequence[float], lang: str) -> list[Layer]:
    """Return the points that are several short weeks taken together."""
    found = [Point(n, values[n]) for n, name in enumerate(names) if "+" in name]
    label = CHARTS.text("merged", lang)
    return [Series(tuple(found), "merged", label, shape="none")] if found else []


def _mean(value: float, text: str, lang: str) -> Level:
    label = CHARTS.text("mean_at", lang, value=text)
    return Level(value, "mean", label, CHARTS.text("mean_line", lang))


def _limit(value: float, label: str, lang: str) -> Level:
    return Level(value, "limit", label, CHARTS.text("limit_line", lang))


def _limits(values: Sequence[float], label: str, end: str = "") -> Series:
    points = tuple(Point(place, value) for place, value in enumerate(values))
    return Series(points, "limit", label, end, "centred")


def _axis(layers: Sequence[Layer], lang: str) -> Axis:
    """Return an axis of hours around all values and limits; it begins at 0 unless one is below."""
    values = [point.y for layer in layers if isinstance(layer, Series) for point in layer.points]
    values += [float(layer.at) for layer in layers if isinstance(layer, Level)]  # type: ignore[arg-type]
    least, most = min(values), max(values)
    room = 0.1 * (most - least or most or 1.0)
    low = least - room if least < 0 else max(least - room, 0.0)
    return hours_axis(low, most + room, lang, CHARTS.text("axis_hours_short", lang))


def _hours(amount: timedelta, lang: str) -> str:
    return CHARTS.text("hours", lang, hours=hours_exact(amount, lang))


def _too_short(trend: Trend | ShareTrend, lang: str) -> tuple[str, ...]:
    if trend.baseline is not None:
        return ()
    return (SENTENCES.text("trend_too_short", lang, points=len(trend.points)),)


def _weeks_with_signals(points: Sequence[TrendPoint | SharePoint], lang: str) -> str:
    found = [point.week for point in points if signals_of(point, lang)]
    return ", ".join(found) or CHARTS.text("no_signals", lang)


# -- the weeks as they are ---------------------------------------------------------------------

_MOST_WEEKS: Final = 14


def weeks_chart(report: Report, lang: str) -> Chart:
    """Return the share in time by week with its interval; short weeks are one with the next.

    Below, how many arrived in each.
    """
    weeks, rows, target = report.weeks, report.table("week").rows, report.promise.target_rate
    places: dict[str, list[int]] = {}
    for place, week in enumerate(weeks):
        places.setdefault(week.cohort, []).append(place)
    spans = [_span(row, places[row.key or ""], report, lang) for row in rows if row.counts.arrived]
    low = min([*(span.lower for span in spans if span.lower is not None), target - 0.1])
    arrived = tuple(week.counts.arrived for week in weeks)
    axis = week_axis([week.name for week in weeks], lang, _MOST_WEEKS)
    return Chart(
        CHARTS.text("chart_weeks", lang),
        Axis(-0.5, len(weeks) - 0.5, axis.ticks, axis.title),
        share_axis(max(math.floor(low * 10) / 10, 0.0), lang, "", 7),
        (
            Strip(arrived, count_text(max(arrived), lang)),
            Spans(tuple(spans)),
            target_level(target, lang),
        ),
    )


def _span(row: Row, places: Sequence[int], report: Report, lang: str) -> Span:
    rate, shown = row.rate, rate_text(row, lang)
    final = row.final_at is not None and row.final_at < report.as_of
    ranked = rate if rate is not None and not rate.counts_only else None
    label = CHARTS.text(
        "week_point",
        lang,
        week=row.key,
        rate=CHARTS.text("percent", lang, share=shown) if ranked else shown,
        interval=interval_text(row, lang).replace("-", "\N{EN DASH}"),
        met=row.counts.matured_met,
        matured=row.counts.matured,
        arrived=row.counts.arrived,
    )
    if not final:
        label += f" ({CHARTS.text('not_final', lang)})"
    return Span(
        places[0] - 0.5,
        places[-1] + 0.5,
        ranked.interval.lower if ranked else None,
        ranked.rate if ranked else None,
        ranked.interval.upper if ranked else None,
        label,
        "" if final else "open",
    )


def backlog_chart(points: Sequence[BacklogPoint], lang: str) -> Chart:
    """Return the open and the overdue appeals at the end of each week."""
    most = max([1, *(point.open for point in points)])
    weeks = ["{}-W{:02}".format(*point.at.isocalendar()[:2]) for point in points]
    series = []
    for key, look, end in (("open", "line", "open_now"), ("overdue", "second", "overdue_short")):
        marks = (
            Point(
                n, getattr(one, key), _backlog_words(one, lang) if look == "line" else "", "small"
            )
            for n, one in enumerate(points)
        )
        series.append(Series(tuple(marks), look, end=CHARTS.text(end, lang)))
    title = CHARTS.text("chart_backlog", lang)
    return Chart(title, week_axis(weeks, lang), count_axis(most * 1.1, lang), tuple(series))


def _backlog_words(point: BacklogPoint, lang: str) -> str:
    return CHARTS.text(
        "backlog_point",
        lang,
        when=when_text(point.at, lang),
        open=point.open,
        overdue=point.overdue,
        arrivals=point.arrivals,
        departures=point.departures,
        net=f"{point.net:+d}",
    )

"""The charts along the calendar: weeks, their trend, the backlog, and the deadlines to come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from workhours_sla.compliance.backlog_series import BacklogPoint
from workhours_sla.compliance.series import SharePoint, ShareTrend, Trend, TrendPoint, WeekRow
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.plot import HALF, HEIGHT, LINE, WIDE, Plot, mark, ticks
from workhours_sla.reports.plain_text import interval_text, rate_text
from workhours_sla.sla.forecast import Slot
from workhours_sla.text import words
from workhours_sla.text.numbers import number
from workhours_sla.text.page import (
    count_text,
    day_text,
    hours_exact,
    percent_text,
    say,
    target_text,
    when_text,
)

SLOTS: Final = 72
"""How many hours of deadlines a chart shows."""

HOURS_NAMED: Final = 12
"""How many hours of deadlines have room for their names."""

_HOUR: Final = timedelta(hours=1)
_ROOM: Final = 0.02
"""How much of a share is left free above and below."""


def weeks_chart(
    weeks: Sequence[WeekRow], table: Table, target: float, as_of: datetime, lang: str
) -> Html:
    """Return the share in time by week; merged weeks are one wide band."""
    spans: dict[str, list[int]] = {}
    for place, week in enumerate(weeks):
        spans.setdefault(week.cohort, []).append(place)
    shown = [r.rate.interval.lower for r in table.rows if r.rate and not r.rate.counts_only]
    low = math.floor(min([*shown, target - 0.1]) * 10) / 10
    plot = Plot(WIDE, 300, (0, len(weeks)), (max(low, 0.0), 1.0), 96)
    plot.y_axis(ticks(plot.y.low, 1.0), lambda share: f"{share * 100:.0f}")
    foot = plot.height - 38
    most = max(week.counts.arrived for week in weeks)
    for place, week in enumerate(weeks):
        left, right = plot.x(place), plot.x(place + 1)
        tall = round(40 * week.counts.arrived / (most or 1), 1)
        wide = round(max(right - left - 2, 1), 1)
        plot.add(
            element("rect", x=left + 1, y=foot - tall, width=wide, height=tall, class_="quiet")
        )
    plot.text(plot.x.start - 6, foot - 32, count_text(most, lang), "tick", "end")
    plot.week_axis([week.name for week in weeks], lang, foot=foot, shift=0.5)
    for row in table.rows:
        if row.counts.arrived:
            plot.add(_week_mark(plot, row, spans[row.key or ""], as_of, lang))
    plot.level(target, "target", say("target_line", lang, target=target_text(target, lang)))
    return plot.svg(say("chart_weeks", lang))


def _week_mark(plot: Plot, row: Row, places: list[int], as_of: datetime, lang: str) -> Html:
    left, right = plot.x(places[0]), plot.x(places[-1] + 1)
    final = row.final_at is not None and row.final_at < as_of
    label = say(
        "week_point",
        lang,
        week=row.key,
        rate=_rate(row, lang),
        interval=interval_text(row, lang).replace("-", "\N{EN DASH}"),
        met=row.counts.matured_met,
        matured=row.counts.matured,
        arrived=row.counts.arrived,
    )
    if not final:
        label += f" ({say('not_final', lang)})"
    wide = round(right - left - 3, 1)
    foot = plot.height - 38
    shapes = [
        element(
            "rect", x=left, y=plot.y.end, width=wide + 3, height=foot - plot.y.end, class_="hit"
        )
    ]
    rate = row.rate
    if rate is not None and not rate.counts_only:
        upper, lower = plot.y(rate.interval.upper), plot.y(rate.interval.lower)
        tall = round(lower - upper, 1)
        at = plot.y(rate.rate)
        shapes += [
            element("rect", x=left + 1.5, y=upper, width=wide, height=tall, class_="band"),
            element("line", x1=left + 1.5, x2=left + 1.5 + wide, y1=at, y2=at, class_="value"),
        ]
    return mark(label, *shapes, class_="" if final else "open")


def _rate(row: Row, lang: str) -> str:
    shown = rate_text(row, lang)
    alone = row.rate is None or row.rate.counts_only
    return shown if alone else say("percent", lang, share=shown)


def trend_chart(trend: Trend, lang: str) -> Html:
    """Return the medians by week, with the limits where there are any."""
    points = trend.points
    values = [point.median / _HOUR for point in points]
    limits = [one / _HOUR for one in (trend.lower, trend.mean, trend.upper) if one is not None]
    least, most = min([*values, *limits]), max([*values, *limits])
    room = 0.2 * (most - least or most or 1.0)
    low = least - room if least < 0 else max(least - room, 0.0)
    bounds = low, most + room
    plot = Plot(HALF, HEIGHT, (-0.5, len(points) - 0.5), bounds)
    plot.y_axis(ticks(*bounds), lambda v: number(f"{v:g}", lang))
    plot.week_axis([point.week for point in points], lang, foot=plot.y.start, shift=0)
    for limit, class_, key in (
        (trend.upper, "limit", "limit_line"),
        (trend.mean, "mean", "mean_line"),
        (trend.lower, "limit", "limit_line"),
    ):
        if limit is not None:
            plot.level(limit / _HOUR, class_, say(key, lang))
    plot.line(enumerate(values), "line")
    for place, (point, value) in enumerate(zip(points, values, strict=True)):
        label = say("hours", lang, hours=hours_exact(point.median, lang))
        _signal(plot, (place, value), f"{point.week}: {label}", point, lang)
    return plot.svg(trend_reading(trend, lang))


def signals_of(point: TrendPoint | SharePoint, lang: str) -> list[str]:
    """Return in words what a point signals."""
    kinds = ("outside", "run_of_eight", "three_of_four", "range_outside")
    return [say(kind, lang) for kind in kinds if getattr(point, kind, False)]


def _signal(
    plot: Plot, at: tuple[float, float], label: str, point: TrendPoint | SharePoint, lang: str
) -> None:
    found = signals_of(point, lang)
    plot.mark(*at, "; ".join([label, *found]), "signal" if found else "")


def _weeks_with_signals(points: Sequence[TrendPoint | SharePoint], lang: str) -> str:
    found = [point.week for point in points if signals_of(point, lang)]
    return ", ".join(found) or say("no_signals", lang)


def trend_reading(trend: Trend, lang: str) -> str:
    """Return in words what the chart of the trend shows."""
    title = say("chart_trend", lang)
    if trend.mean is None or trend.lower is None or trend.upper is None:
        return title
    facts = {name: hours_exact(getattr(trend, name), lang) for name in ("mean", "lower", "upper")}
    signals = _weeks_with_signals(trend.points, lang)
    return f"{title}. {say('trend_reading', lang, **facts, signals=signals)}"


def share_trend_chart(trend: ShareTrend, lang: str) -> Html:
    """Return the shares in time by week, each between its own limits where there are any."""
    points = trend.points
    shown = [point.share for point in points]
    shown += [x for point in points for x in (point.lower, point.upper) if x is not None]
    bounds = max(min(shown) - _ROOM, 0.0), min(max(shown) + _ROOM, 1.0)
    plot = Plot(HALF, HEIGHT, (-0.5, len(points) - 0.5), bounds)
    plot.y_axis(ticks(*bounds), lambda share: number(f"{share * 100:g}", lang))
    plot.week_axis([point.week for point in points], lang, foot=plot.y.start, shift=0)
    if trend.mean is not None:
        plot.level(trend.mean, "mean", say("mean_line", lang))
        plot.steps([point.lower or 0.0 for point in points], "limit")
        plot.steps([1.0 if point.upper is None else point.upper for point in points], "limit")
        last = points[-1].lower or 0.0
        plot.text(plot.x.end + 5, plot.y(last) + 4, say("limit_line", lang), "note")
    plot.line([(place, point.share) for place, point in enumerate(points)], "line")
    for place, point in enumerate(points):
        limits = ""
        if point.lower is not None and point.upper is not None:
            low, high = (percent_text(limit, lang) for limit in (point.lower, point.upper))
            limits = say("share_limits", lang, lower=low, upper=high)
        label = say(
            "share_point",
            lang,
            week=point.week,
            share=percent_text(point.share, lang),
            met=point.met,
            matured=point.matured,
            limits=limits,
        )
        _signal(plot, (place, point.share), label, point, lang)
    return plot.svg(share_trend_reading(trend, lang))


def share_trend_reading(trend: ShareTrend, lang: str) -> str:
    """Return in words what the chart of the shares shows."""
    title = say("chart_share_trend", lang)
    if trend.mean is None or trend.sigma_z is None:
        return title
    facts = {
        "mean": percent_text(trend.mean, lang),
        "sigma": number(f"{trend.sigma_z:.2f}", lang),
        "signals": _weeks_with_signals(trend.points, lang),
    }
    return f"{title}. {say('share_trend_reading', lang, **facts)}"


# -- open appeals ----------------------------------------------------------------------------


def backlog_chart(points: Sequence[BacklogPoint], lang: str) -> Html:
    """Return the open and the overdue at the end of each week."""
    most = max([1, *(point.open for point in points)])
    plot = Plot(HALF, HEIGHT, (-0.5, len(points) - 0.5), (0, most * 1.1))
    plot.y_axis(ticks(0, plot.y.high), lambda count: count_text(round(count), lang))
    weeks = ["{}-W{:02}".format(*point.at.isocalendar()[:2]) for point in points]
    plot.week_axis(weeks, lang, foot=plot.y.start, shift=0)
    plot.line([(place, point.open) for place, point in enumerate(points)], "line")
    plot.line([(place, point.overdue) for place, point in enumerate(points)], "second")
    last = points[-1]
    above = min(plot.y(last.open), plot.y(last.overdue) - LINE)  # the two names stay apart
    plot.text(plot.x.end + 5, above + 4, say("open_now", lang), "note")
    plot.text(plot.x.end + 5, plot.y(last.overdue) + 4, say("overdue_short", lang), "note")
    for place, point in enumerate(points):
        label = say(
            "backlog_point",
            lang,
            when=when_text(point.at, lang),
            open=point.open,
            overdue=point.overdue,
            arrivals=point.arrivals,
            departures=point.departures,
            net=f"{point.net:+d}",
        )
        plot.mark(place, point.open, label, "small")
    return plot.svg(say("chart_backlog", lang))


def load_chart(slots: Sequence[Slot], lang: str) -> Html:
    """Return how many deadlines fall in which hour; hours without any are left out."""
    most = max(slot.count for slot in slots)
    plot = Plot(HALF, HEIGHT, (0, max(len(slots), 8)), (0, most * 1.08), 52)
    plot.y_axis(ticks(0, plot.y.high), lambda count: count_text(round(count), lang))
    plot.x_axis((), "")
    foot, before, free = plot.y.start, None, 0.0
    for place, slot in enumerate(slots):
        left, right = plot.x(place), plot.x(place + 1)
        at = plot.y(slot.count)
        when = (
            f"{day_text(slot.since.date(), lang)} {slot.since:%H:%M}\N{EN DASH}{slot.until:%H:%M}"
        )
        label = say("load_point", lang, when=when, count=slot.count, together=slot.together)
        wide = round(max(right - left - 2, 1), 1)
        bar = element(
            "rect", x=left + 1, y=at, width=wide, height=round(foot - at, 1), class_="bar"
        )
        plot.add(mark(label, bar))
        if len(slots) <= HOURS_NAMED:
            plot.text((left + right) / 2, foot + 15, f"{slot.until:%H:%M}", "tick", "middle")
        if slot.since.date() != before:
            plot.add(element("line", x1=left, x2=left, y1=foot, y2=foot + 32, class_="axis"))
            if left >= free:
                day = words.short_date(slot.since.date(), lang)
                plot.text(left + 3, foot + 31, day[:-5], "tick")
                free = left + 46
            before = slot.since.date()
    return plot.svg(say("chart_load", lang))

"""The charts of the page, as inline SVG: every value is read by pointing or by keyboard.

Colours, strokes and sizes of type are the style sheet's. A mark's words are its ``aria-label``,
which the page also shows beside it; arrow keys go from mark to mark.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from workhours_sla import words
from workhours_sla.adapters.reports.html_elements import Child, Html, element, joined
from workhours_sla.adapters.reports.html_words import (
    count_text,
    day_text,
    hours_exact,
    percent_text,
    say,
    target_text,
    when_text,
)
from workhours_sla.compliance.phrases import heading, name_of
from workhours_sla.compliance.proportions import COUNTS_ONLY_BELOW, ComplianceRate
from workhours_sla.compliance.report import Promise
from workhours_sla.compliance.series import BacklogPoint, Funnel, HeatMap, Trend, WeekRow
from workhours_sla.compliance.tables import Curve, Row, Table
from workhours_sla.compliance.text import interval_text, number, printable, rate_text
from workhours_sla.sla.load import Slot
from workhours_sla.worktime.budget import format_amount

WIDE, HALF, HEIGHT = 1000, 490, 270
MARGIN: Final = 76
"""At the right, for the names of lines."""
SHARES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""The bounds of the shades of the heat map, below the target."""
LABELLED: Final = 14
"""How many groups the funnel names at most."""
SLOTS: Final = 72
"""How many hours of deadlines a chart shows."""

HOURS_NAMED: Final = 12
"""How many hours of deadlines have room for their names."""

_HOUR: Final = timedelta(hours=1)
_WEEKDAYS, _HOURS = 7, 24
_CURVE_MARKS: Final = 40
_LETTER, _LINE = 6.2, 13.0


class Scale(NamedTuple):
    """From values to places on the chart."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value, held within the chart."""
        part = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + min(max(part, 0.0), 1.0) * (self.end - self.start), 1)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from ``low`` to ``high``.

    >>> ticks(0, 3.4)
    [0.0, 1.0, 2.0, 3.0]
    """
    rough = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


class _Plot:
    """A chart as it is drawn: axes first, then what is on them."""

    def __init__(
        self,
        width: int,
        height: int,
        x: tuple[float, float],
        y: tuple[float, float],
        bottom: int = 38,
    ) -> None:
        self.width, self.height = width, height
        self.x = Scale(*x, 46, width - MARGIN)
        self.y = Scale(*y, height - bottom, 14)
        self._parts: list[Html] = []

    def add(self, *parts: Child) -> None:
        self._parts.append(joined(*parts))

    def text(self, x: float, y: float, text: str, class_: str = "", anchor: str = "start") -> None:
        self.add(
            element("text", text, x=round(x, 1), y=round(y, 1), class_=class_, text_anchor=anchor)
        )

    def y_axis(self, values: Iterable[float], label: Callable[[float], str]) -> None:
        left, right = self.x.start, self.x.end
        for value in values:
            at = self.y(value)
            self.add(element("line", x1=left, x2=right, y1=at, y2=at, class_="grid"))
            self.text(left - 6, at + 4, label(value), "tick", "end")

    def x_axis(self, labelled: Iterable[tuple[float, str]], title: str) -> None:
        foot = self.y.start
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=foot, y2=foot, class_="axis"))
        for value, label in labelled:
            self.text(self.x(value), foot + 15, label, "tick", "middle")
        self.text(self.x.end, self.height - 4, title, "title", "end")

    def week_axis(self, names: Sequence[str], lang: str, *, foot: float, shift: float) -> None:
        """Name some dozen of the weeks, each year below its first."""
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=foot, y2=foot, class_="axis"))
        self.text(self.x.end, self.height - 4, say("axis_week", lang), "title", "end")
        before = ""
        for place in range(0, len(names), max(1, len(names) // 13)):
            year, _, week = names[place].partition("+")[0].partition("-W")
            at = self.x(place + shift)
            self.text(at, foot + 15, week, "tick", "middle")
            if year != before:
                self.text(at, self.height - 4, year, "title", "middle")
            before = year

    def level(self, value: float, class_: str, label: str = "") -> None:
        at = self.y(value)
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=at, y2=at, class_=class_))
        self.text(self.x.end + 5, at + 4, label, "note")

    def line(self, points: Iterable[tuple[float, float]], class_: str) -> None:
        places = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)
        self.add(element("polyline", points=places, class_=class_))

    def mark(self, x: float, y: float, label: str, class_: str = "") -> None:
        self.add(mark(label, element("circle", cx=self.x(x), cy=self.y(y), r=3.6), class_=class_))

    def svg(self, label: str, *, columns: int | None = None) -> Html:
        return element(
            "svg",
            self._parts,
            viewBox=f"0 0 {self.width} {self.height}",
            class_="chart wide" if self.width == WIDE else "chart",
            role="group",
            aria_label=label,
            data_columns=columns,
        )


def mark(label: str, *shapes: Html, class_: str = "") -> Html:
    """Return shapes that say a value when pointed at or reached by keyboard."""
    return element(
        "g", shapes, class_=f"mark {class_}".rstrip(), tabindex=-1, role="img", aria_label=label
    )


# -- weeks -----------------------------------------------------------------------------------


def weeks_chart(
    weeks: Sequence[WeekRow], table: Table, target: float, as_of: datetime, lang: str
) -> Html:
    """Return the share in time by week; merged weeks are one wide band."""
    spans: dict[str, list[int]] = {}
    for place, week in enumerate(weeks):
        spans.setdefault(week.cohort, []).append(place)
    shown = [r.rate.interval.lower for r in table.rows if r.rate and not r.rate.counts_only]
    low = math.floor(min([*shown, target - 0.1]) * 10) / 10
    plot = _Plot(WIDE, 300, (0, len(weeks)), (max(low, 0.0), 1.0), 96)
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


def _week_mark(plot: _Plot, row: Row, places: list[int], as_of: datetime, lang: str) -> Html:
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


# -- times -----------------------------------------------------------------------------------


def trend_chart(trend: Trend, lang: str) -> Html:
    """Return the medians by week, with the limits where there are any."""
    points = trend.points
    values = [point.median / _HOUR for point in points]
    limits = [one / _HOUR for one in (trend.lower, trend.mean, trend.upper) if one is not None]
    least, most = min([*values, *limits]), max([*values, *limits])
    room = 0.2 * (most - least or most or 1.0)
    bounds = max(least - room, 0.0), most + room
    plot = _Plot(HALF, HEIGHT, (-0.5, len(points) - 0.5), bounds)
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
        found = [s for s in ("outside", "run_of_eight", "three_of_four") if getattr(point, s)]
        told = "".join(f"; {say(signal, lang)}" for signal in found)
        label = say("hours", lang, hours=hours_exact(point.median, lang))
        plot.mark(place, value, f"{point.week}: {label}{told}", "signal" if found else "")
    return plot.svg(trend_reading(trend, lang))


def trend_reading(trend: Trend, lang: str) -> str:
    """Return in words what the chart of the trend shows."""
    title = say("chart_trend", lang)
    if trend.mean is None or trend.lower is None or trend.upper is None:
        return title
    found = [p.week for p in trend.points if p.outside or p.run_of_eight or p.three_of_four]
    facts = {name: hours_exact(getattr(trend, name), lang) for name in ("mean", "lower", "upper")}
    signals = ", ".join(found) or say("no_signals", lang)
    return f"{title}. {say('trend_reading', lang, **facts, signals=signals)}"


def curve_chart(curve: Curve, promise: Promise, total: Row, lang: str) -> Html:
    """Return the share not yet answered by working time, as far as it is of interest."""
    last = curve_end(curve, promise, total) / _HOUR
    plot = _Plot(HALF, HEIGHT, (0, last), (0, 1))
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


def curve_end(curve: Curve, promise: Promise, total: Row) -> timedelta:
    """Return how far the curve is shown: past the budget and the ninetieth percentile."""
    wanted = [2 * promise.budget] if promise.budget is not None else []
    wanted += [
        quantile.time * 1.4
        for quantile in (total.median, total.p90)
        if quantile is not None and quantile.time is not None
    ]
    return min(max(wanted), curve.longest) if wanted else curve.longest


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


# -- groups ----------------------------------------------------------------------------------


def funnel_chart(funnel: Funnel, rows: Sequence[Row], lang: str) -> Html:
    """Return the groups by size and share between the limits; small numbers have no place."""
    ranked = [(row, row.rate) for row in rows if row.funnel is not None and row.rate and row.key]
    low = math.floor(min([*(rate.rate for _, rate in ranked), funnel.target - 0.2]) * 10) / 10
    ends = math.log(funnel.n[0]), math.log(funnel.n[-1] * 1.15)
    plot = _Plot(WIDE, 330, ends, (max(low, 0.0), 1.0))
    plot.y_axis(ticks(plot.y.low, 1.0), lambda share: f"{share * 100:.0f}")
    plot.x_axis(
        [
            (math.log(n), count_text(n, lang))
            for power in range(1, 8)
            for n in (10**power, 2 * 10**power, 5 * 10**power)
            if funnel.n[0] <= n <= funnel.n[-1] * 1.15
        ],
        say("axis_matured", lang),
    )
    for name, class_, label in (
        ("lower_action", "limit", say("percent", lang, share=number("99.8", lang))),
        ("upper_action", "limit", ""),
        ("lower_warning", "warning", say("percent", lang, share=95)),
        ("upper_warning", "warning", ""),
    ):
        pairs = zip(funnel.n, getattr(funnel, name), strict=True)
        limits = [(math.log(n), limit) for n, limit in pairs if limit >= plot.y.low]
        plot.line(limits, class_)
        if label and limits:
            x, y = limits[len(limits) // 5]
            plot.text(plot.x(x) + 6, plot.y(y) + 12, label, "note")
    target = say("target_line", lang, target=target_text(funnel.target, lang))
    plot.level(funnel.target, "target", target)
    for row, rate in ranked:
        class_ = "signal" if abs(row.funnel or 0) > 1 else ""
        plot.mark(math.log(rate.n), rate.rate, _group_label(funnel.by, row, rate, lang), class_)
    outside = [(row, rate) for row, rate in ranked if abs(row.funnel or 0) > 1]
    _name_groups(plot, outside, [rate for _, rate in ranked])
    return plot.svg(say("chart_funnel", lang, by=heading(funnel.by, lang)))


def _group_label(by: str, row: Row, rate: ComplianceRate, lang: str) -> str:
    return say(
        "group_point",
        lang,
        name=name_of(by, row.key, lang),
        rate=rate_text(row, lang),
        n=count_text(rate.n, lang),
        place=say(f"funnel_{row.funnel}", lang),
    )


def _name_groups(
    plot: _Plot, outside: Sequence[tuple[Row, ComplianceRate]], rates: Sequence[ComplianceRate]
) -> None:
    """Name the groups outside, the largest first, where a name covers nothing."""
    taken = [
        (x - 4, y - 4, x + 4, y + 4)
        for x, y in ((plot.x(math.log(r.n)), plot.y(r.rate)) for r in rates)
    ]
    named = 0
    for row, rate in sorted(outside, key=lambda pair: -pair[1].n):
        x, y = plot.x(math.log(rate.n)), plot.y(rate.rate)
        text = printable(row.key or "")
        wide = len(text) * _LETTER
        for left in (x + 7, x - 7 - wide):
            box = (left, y - _LINE / 2, left + wide, y + _LINE / 2)
            inside = box[0] > plot.x.start and box[2] < plot.x.end
            if inside and not any(_overlap(box, other) for other in taken):
                plot.text(left, y + 4, text, "note name")
                taken.append(box)
                named += 1
                break
        if named == LABELLED:
            return


Box = tuple[float, float, float, float]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def interval_bar(rate: ComplianceRate, low: float) -> Html:
    """Return the interval of a share beside the target, small; its numbers stand elsewhere."""
    x = Scale(low, 1.0, 3, 69)
    left, right = x(rate.interval.lower), x(rate.interval.upper)
    goal, at = x(rate.target), x(rate.rate)
    return element(
        "svg",
        element("line", x1=goal, x2=goal, y1=0, y2=14, class_="goal"),
        element("line", x1=left, x2=right, y1=7, y2=7, class_="whisker"),
        None if rate.counts_only else element("circle", cx=at, cy=7, r=2.6, class_="dot"),
        viewBox="0 0 72 14",
        class_="spark",
        aria_hidden="true",
    )


# -- arrivals --------------------------------------------------------------------------------


def heat_chart(heat: HeatMap, target: float, lang: str) -> Html:
    """Return shares in time by weekday and hour, and how many are due on a later day."""
    wide, tall, left, top = 33, 27, 42, 20
    bars = left + _HOURS * wide + 22
    parts = [_hatch()]
    for hour in range(_HOURS):
        x = left + hour * wide + wide / 2
        parts.append(element("text", f"{hour:02}", x=x, y=13, class_="tick", text_anchor="middle"))
    later = say("axis_later", lang)
    parts.append(element("text", later, x=bars, y=13, class_="tick"))
    for day in range(_WEEKDAYS):
        y = top + day * tall
        name = words.WEEKDAYS[lang][day]
        parts.append(element("text", name, x=left - 8, y=y + 18, class_="tick", text_anchor="end"))
        parts += [
            _cell(heat, day, hour, (left + hour * wide, y, wide - 2, tall - 2), target, lang)
            for hour in range(_HOURS)
        ]
        known, due_later = sum(heat.due_known[day]), sum(heat.due_later[day])
        if known:
            part = due_later / known
            parts += [
                element("rect", x=bars, y=y + 5, width=82, height=tall - 12, class_="rail"),
                element(
                    "rect",
                    x=bars,
                    y=y + 5,
                    width=round(82 * part, 1),
                    height=tall - 12,
                    class_="bar",
                ),
                element(
                    "text", f"{percent_text(part, lang)}", x=bars + 88, y=y + 18, class_="tick"
                ),
            ]
    return element(
        "svg",
        parts,
        viewBox=f"0 0 {WIDE} {top + _WEEKDAYS * tall + 2}",
        class_="chart wide heat",
        role="group",
        aria_label=say("chart_heat", lang),
        data_columns=_HOURS,
    )


def _hatch() -> Html:
    stripe = element("path", d="M0 5 5 0", class_="hatch")
    pattern = element(
        "pattern", stripe, id="hatch", width=5, height=5, patternUnits="userSpaceOnUse"
    )
    return element("defs", pattern)


def shade(share: float, target: float) -> int:
    """Return the step of a share in time: 0 where the target is reached, more the lower.

    >>> shade(0.93, 0.9), shade(0.85, 0.9), shade(0.2, 0.9)
    (0, 1, 5)
    """
    bounds = [bound for bound in SHARES if bound < target]
    return 0 if share >= target else 1 + sum(share < bound for bound in bounds)


def _percent(share: float, lang: str, target: float) -> str:
    return say("percent", lang, share=percent_text(share, lang, target=target))


def _cell(  # noqa: PLR0913, PLR0917
    heat: HeatMap,
    day: int,
    hour: int,
    place: tuple[float, float, float, float],
    target: float,
    lang: str,
) -> Html:
    arrived, matured = heat.arrived[day][hour], heat.matured[day][hour]
    met, known = heat.matured_met[day][hour], heat.due_known[day][hour]
    few = matured < COUNTS_ONLY_BELOW
    rate = str(met) if few else f"{met} ({_percent(met / matured, lang, target)})"
    label = say(
        "cell",
        lang,
        day=words.WEEKDAYS[lang][day],
        hour=f"{hour:02}",
        arrived=arrived,
        rate=rate,
        matured=matured,
        later=f"{heat.due_later[day][hour]}/{known}",
    )
    x, y, width, height = place
    level = "few" if few else f"s{shade(met / matured, target)}"
    box = {"x": x, "y": y, "width": width, "height": height}
    return mark(
        label,
        element("rect", **box),
        element("rect", **box, fill="url(#hatch)", class_="hatched") if few else Html(""),
        element("text", str(arrived), x=x + width / 2, y=y + 17, text_anchor="middle")
        if arrived
        else Html(""),
        class_=level,
    )


def heat_legend(target: float, lang: str) -> Html:
    """Return what the shades of the heat map mean."""
    bounds = [*(bound for bound in SHARES if bound < target), target]
    texts = [target_text(bound, lang) for bound in bounds]
    highest = "\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}" + texts[-1]
    steps = [(0, highest)]
    for place, (low, high) in enumerate(pairwise(texts), start=1):
        steps.append((len(bounds) - place, say("from_to", lang, low=low, high=high)))
    steps.append((len(bounds), say("below", lang, share=texts[0])))
    items = [
        element("li", element("span", class_=f"swatch s{step}", aria_hidden="true"), text)
        for step, text in sorted(steps)
    ]
    swatch = element("span", class_="swatch few", aria_hidden="true")
    items.append(element("li", swatch, say("few", lang)))
    return element("ul", items, class_="legend")


# -- open appeals ----------------------------------------------------------------------------


def backlog_chart(points: Sequence[BacklogPoint], lang: str) -> Html:
    """Return the open and the overdue at the end of each week."""
    most = max([1, *(point.open for point in points)])
    plot = _Plot(HALF, HEIGHT, (-0.5, len(points) - 0.5), (0, most * 1.1))
    plot.y_axis(ticks(0, plot.y.high), lambda count: count_text(round(count), lang))
    weeks = ["{}-W{:02}".format(*point.at.isocalendar()[:2]) for point in points]
    plot.week_axis(weeks, lang, foot=plot.y.start, shift=0)
    plot.line([(place, point.open) for place, point in enumerate(points)], "line")
    plot.line([(place, point.overdue) for place, point in enumerate(points)], "second")
    last = points[-1]
    above = min(plot.y(last.open), plot.y(last.overdue) - _LINE)  # the two names stay apart
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
        )
        plot.mark(place, point.open, label, "small")
    return plot.svg(say("chart_backlog", lang))


def load_chart(slots: Sequence[Slot], lang: str) -> Html:
    """Return how many deadlines fall in which hour; hours without any are left out."""
    most = max(slot.count for slot in slots)
    plot = _Plot(HALF, HEIGHT, (0, max(len(slots), 8)), (0, most * 1.08), 52)
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

"""The chart of groups by size and share, and a share's interval small enough for a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from workhours_sla.compliance.series import Funnel
from workhours_sla.compliance.tables import Row
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.plot import LINE, WIDE, Plot, Scale, ticks
from workhours_sla.reports.plain_text import printable, rate_text
from workhours_sla.statistics.intervals import ComplianceRate
from workhours_sla.text.numbers import number
from workhours_sla.text.page import count_text, say, target_text
from workhours_sla.text.report import heading, name_of

LABELLED: Final = 14
"""How many groups the funnel names at most."""

_LETTER: Final = 6.2


def funnel_chart(funnel: Funnel, rows: Sequence[Row], lang: str) -> Html:
    """Return the groups by size and share between the limits; small numbers have no place."""
    ranked = [(row, row.rate) for row in rows if row.funnel is not None and row.rate and row.key]
    low = math.floor(min([*(rate.rate for _, rate in ranked), funnel.target - 0.2]) * 10) / 10
    ends = math.log(funnel.n[0]), math.log(funnel.n[-1] * 1.15)
    plot = Plot(WIDE, 330, ends, (max(low, 0.0), 1.0))
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
    plot: Plot, outside: Sequence[tuple[Row, ComplianceRate]], rates: Sequence[ComplianceRate]
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
            box = (left, y - LINE / 2, left + wide, y + LINE / 2)
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

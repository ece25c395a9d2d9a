"""Groups beside the target: the funnel by size, and the caterpillar by share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workhours_sla.compliance.report import Report
from workhours_sla.compliance.series import Funnel
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.reports.charts.model import (
    ROW,
    Axis,
    Chart,
    Kind,
    Layer,
    Level,
    Names,
    Point,
    Range,
    Ranges,
    Room,
    Series,
    name_lines,
    share_axis,
    target_level,
    width_of,
)
from workhours_sla.reports.plain_text import rate_text
from workhours_sla.statistics.proportions import (
    COUNTS_ONLY_BELOW,
    FLAGGED_BELOW,
    ComplianceRate,
    TargetVerdict,
)
from workhours_sla.text import words
from workhours_sla.text.charts import CHARTS
from workhours_sla.text.numbers import count_text, number
from workhours_sla.text.report import VERDICTS, heading, name_of

_NAMES: Final = 0.45
"""The part of the width that names may take."""


def funnel_chart(funnel: Funnel | None, table: Table, lang: str) -> Chart:
    """Return the groups by size and share between the 95 % and the 99.8 % limits.

    Groups below ten matured have no place in the funnel; a note counts them. Spiegelhalter 2005,
    "Funnel plots for comparing institutional performance".
    """
    title = CHARTS.text("chart_funnel", lang, by=heading(table.by, lang))
    if funnel is None:
        return Chart(title, empty=CHARTS.text("no_groups", lang, counts_only=COUNTS_ONLY_BELOW))
    ranked = [(row, row.rate) for row in table.rows if row.funnel is not None and row.rate]
    layers: list[Layer] = [target_level(funnel.target, lang)]
    for kind, share in (("warning", "95"), ("action", "99.8")):
        shown = CHARTS.text("percent", lang, share=number(share, lang))
        label = CHARTS.text("limits_of", lang, share=shown)
        for side, texts in (("lower", (label, shown)), ("upper", ("", ""))):
            limits = zip(funnel.n, getattr(funnel, f"{side}_{kind}"), strict=True)
            points = tuple(Point(n, limit) for n, limit in limits)
            layers.append(Series(points, "limit" if kind == "action" else kind, *texts))
    points = tuple(_group(funnel.by, row, rate, lang) for row, rate in ranked)
    layers.append(Series(points, "group", shape="none", kinds=tuple(_kinds(lang))))
    outside = sorted(
        (Point(rate.n, rate.rate, row.key or "") for row, rate in ranked if _far(row)),
        key=lambda point: -float(point.x),  # type: ignore[arg-type]
    )
    layers.append(Names(tuple(outside), CHARTS.text("not_named", lang, count="{count}")))
    low = min([*(rate.rate for _, rate in ranked), funnel.target - 0.2])
    few = sum(row.key is not None and row.funnel is None for row in table.rows)
    note = CHARTS.text("not_drawn", lang, counts_only=COUNTS_ONLY_BELOW, count=few)
    return Chart(
        title,
        _size_axis(funnel, lang),
        share_axis(max(low - 0.04, -0.02), lang, CHARTS.text("axis_share", lang)),
        tuple(layers),
        notes=(note,) if few else (),
    )


def _far(row: Row) -> bool:
    return abs(row.funnel or 0) > 1


def _size_axis(funnel: Funnel, lang: str) -> Axis:
    end = funnel.n[-1] * 1.15
    steps = (1, 2, 5) if end < 10_000 else (1, 3)  # noqa: PLR2004
    sizes = [step * 10**power for power in range(1, 9) for step in steps]
    named = tuple((n, count_text(n, lang)) for n in sizes if funnel.n[0] <= n <= end)
    return Axis(funnel.n[0] * 0.95, end, named, CHARTS.text("axis_matured", lang), log=True)


def _group(by: str, row: Row, rate: ComplianceRate, lang: str) -> Point:
    label = CHARTS.text(
        "group_point",
        lang,
        name=name_of(by, row.key, lang),
        rate=rate_text(row, lang),
        n=count_text(rate.n, lang),
        place=CHARTS.text(f"funnel_{row.funnel}", lang),
    )
    kind = f"funnel_{row.funnel}{'_few' if rate.flagged else ''}"
    return Point(rate.n, rate.rate, label if row.key else "", kind)


def _kinds(lang: str) -> list[Kind]:
    """Return the places in the funnel, those of few apart, the farthest last."""
    few = CHARTS.text("few_points", lang, flagged=FLAGGED_BELOW)
    found = []
    for place in (0, -1, 1, -2, 2):
        key = f"funnel_{place}"
        label = CHARTS.text(key, lang)
        found += [Kind(f"{key}_few", f"{label}, {few}"), Kind(key, label)]
    return found


# -- one below the other -----------------------------------------------------------------------

Named = tuple[str, ComplianceRate]


def caterpillar_chart(report: Report, table: Table, lang: str, room: Room) -> Chart:
    """Return the share in time of each group with its interval, the highest first, the total last.

    Groups below ten matured have no share and come last, by their counts. As many as the room has
    rows for, those with the most arrivals.
    """
    title = CHARTS.text("chart_caterpillar", lang, by=heading(table.by, lang))
    letters = int(_NAMES * room.width / width_of("n"))
    found = [
        (_named(name_of(table.by, row.key, lang), row.rate, letters, lang), row.rate)
        for row in table.rows
        if row.rate is not None
    ]
    total = report.total.rate
    if not found or total is None:
        return Chart(title, empty=CHARTS.text("no_rows", lang))
    shown = found[: len(found) if room.grows else _fitting(found, room.height)]
    note = CHARTS.text("rows_first", lang, shown=len(shown), all=len(found))
    notes = (note,) if len(shown) < len(found) else ()
    shown.sort(key=lambda pair: (pair[1].counts_only, -pair[1].rate, -pair[1].n))
    shown.append((_named(heading("total", lang), total, letters, lang), total))
    places, at = [], 0.0
    for name, _ in shown:
        tall = name.count("\n") + 1
        places.append(at + (tall - 1) / 2)
        at += tall
    places[-1] += 0.5
    placed = [(place, rate) for place, (_, rate) in zip(places, shown, strict=True)]
    low = min([total.target, *(rate.interval.lower for _, rate in placed)])
    low = max(low - 0.03, -0.02)
    about = min(5, max(1, int((1 - _NAMES) * room.width / (5 * 7))))
    names = tuple(zip(places, (name for name, _ in shown), strict=True))
    return Chart(
        title,
        share_axis(low, lang, CHARTS.text("axis_share", lang), about),
        Axis(places[-1] + 0.9, -0.9, names, names=True),
        (
            Level((places[-1] + places[-2]) / 2, "rule"),
            *_verdicts(placed, lang),
            target_level(total.target, lang, upright=True),
        ),
        notes=notes,
        height=(places[-1] + 1.9) * ROW,
    )


def _named(name: str, rate: ComplianceRate, letters: int, lang: str) -> str:
    """Return the label of a group: its name and size, or of few the counts."""
    size = f"{rate.met}/{rate.n}" if rate.counts_only else count_text(rate.n, lang)
    size = f"\N{NO-BREAK SPACE}\N{MIDDLE DOT}\N{NO-BREAK SPACE}{size}"
    return name_lines(name, letters, lines=3, tail=size)


def _fitting(found: Sequence[Named], height: float) -> int:
    """Return how many of the groups have room, at least one."""
    free = height / ROW - 2
    for place, (name, _) in enumerate(found):
        free -= name.count("\n") + 1
        if free < 0:
            return max(place, 1)
    return len(found)


def _verdicts(placed: Sequence[tuple[float, ComplianceRate]], lang: str) -> list[Layer]:
    """Return the intervals and the shares by what they prove of the target; few have no share."""
    layers: list[Layer] = []
    few_label = CHARTS.text("counts_only", lang, counts_only=COUNTS_ONLY_BELOW)
    for few in (False, True):
        for verdict in TargetVerdict:
            chosen = [
                (place, rate)
                for place, rate in placed
                if rate.told_verdict is verdict and rate.counts_only is few
            ]
            if not chosen:
                continue
            ranges = tuple(Range(at, r.interval.lower, r.interval.upper) for at, r in chosen)
            look = f"target_{verdict}"
            layers.append(Ranges(ranges, look, few_label if few else "", dashed=few))
            if not few:
                label = words.pick(VERDICTS[verdict], lang)
                label = CHARTS.text("target_is", lang, verdict=label)
                points = tuple(Point(rate.rate, place) for place, rate in chosen)
                layers.append(Series(points, look, label, shape="none"))
    return layers

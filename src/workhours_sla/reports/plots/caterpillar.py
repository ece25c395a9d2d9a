"""Groups by share in time with their intervals, beside the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator

from workhours_sla.reports.plots.drawing import (
    ACCENT,
    INCH,
    INK,
    PAPER,
    SOFT,
    TYPE,
    axes_for,
    deduplicate,
    grouping,
    grow,
    labels,
    legend,
    name_lines,
    note,
    nothing,
    plain,
    points,
    share_axis,
    title,
    width_of,
)
from workhours_sla.reports.report import Report
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW, ComplianceRate, TargetVerdict
from workhours_sla.text import words
from workhours_sla.text.page import count_text, say, target_text
from workhours_sla.text.plots import tell
from workhours_sla.text.report import VERDICTS, heading, name_of

_NAMES: Final = 0.45
"""The part of the width that names may take."""
HEIGHT: Final = 3.0
_ROW: Final = 8.5
"""The height of a line of a name, in points."""
_MARKS: Final = {
    TargetVerdict.MEETS: ("o", ACCENT, ACCENT),
    TargetVerdict.INCONCLUSIVE: ("s", PAPER, SOFT),
    TargetVerdict.FAILS: ("v", INK, INK),
    TargetVerdict.TOO_FEW: ("x", SOFT, SOFT),
}
"""By verdict: the mark, its face and its edge."""
Named = tuple[str, ComplianceRate]


def caterpillar_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the share in time of each group with its Wilson interval, and return the axes.

    ``by`` is a grouping of the report, its first one if None. Groups go by their share, the
    highest on top; those below ten matured have no share and come last, by their counts. The mark
    and its colour say what is proved of the target. A new figure is as tall as it must be; in
    axes that are too low for all, those with the most arrivals are drawn, and a note says so.
    Raises LookupError.
    """
    lang = lang or report.lang
    table = grouping(report, by)
    new = ax is None
    ax = axes_for(ax, HEIGHT)
    if table is None:
        return nothing(ax, tell("no_grouping", lang))
    letters = int(_NAMES * points(ax)[0] / width_of("n"))
    found = [
        (_named(name_of(table.by, row.key, lang), row.rate, letters, lang), row.rate)
        for row in table.rows
        if row.rate is not None
    ]
    told = tell("chart_caterpillar", lang, by=heading(table.by, lang))
    if not found or report.total.rate is None:
        title(ax, told)
        return nothing(ax, tell("no_rows", lang))
    room = len(found) if new else _fitting(found, points(ax)[1])
    shown = sorted(found[:room], key=lambda pair: (pair[1].counts_only, -pair[1].rate, -pair[1].n))
    total = _named(heading("total", lang), report.total.rate, letters, lang)
    _draw(ax, [*shown, (total, report.total.rate)], lang)
    deduplicate(ax)  # the names have taken their part of the width
    title(ax, told)
    share_axis(ax, ax.get_xlim()[0], lang, "x")
    below = legend(ax, 3 * TYPE + 6)
    if room < len(found):
        below = note(ax, say("rows_first", lang, shown=room, all=len(found)), below)
    if new:
        grow(ax, (ax.get_ylim()[0] + 1) * _ROW / INCH, below)
    return ax


def _named(name: str, rate: ComplianceRate, letters: int, lang: str) -> str:
    """Return the label of a group: its name and, of few, the counts in place of the size."""
    size = f"{rate.met}/{rate.n}" if rate.counts_only else count_text(rate.n, lang)
    size = f"\N{NO-BREAK SPACE}\N{MIDDLE DOT}\N{NO-BREAK SPACE}{size}"
    return plain(name_lines(name, letters, lines=3, tail=size))


def _fitting(found: Sequence[Named], height: float) -> int:
    """Return how many of the groups have room, at least one."""
    free = height / _ROW - 2
    for place, (name, _) in enumerate(found):
        free -= name.count("\n") + 1
        if free < 0:
            return max(place, 1)
    return len(found)


def _draw(ax: Axes, rows: Sequence[Named], lang: str) -> None:
    places, at = [], 0.0
    for name, _ in rows:
        tall = name.count("\n") + 1
        places.append(at + (tall - 1) / 2)
        at += tall
    places[-1] += 0.5
    ax.axhline((places[-1] + places[-2]) / 2, color=SOFT, lw=0.6)
    for ranked in (True, False):
        for verdict, (mark, face, edge) in _MARKS.items():
            chosen = [
                (place, rate)
                for place, (_, rate) in zip(places, rows, strict=True)
                if rate.shown_verdict is verdict and rate.counts_only is not ranked
            ]
            if not chosen:
                continue
            told = tell("target_is", lang, verdict=words.pick(VERDICTS[verdict], lang))
            few = tell("counts_only", lang, counts_only=COUNTS_ONLY_BELOW)
            ax.hlines(
                [place for place, _ in chosen],
                [rate.interval.lower for _, rate in chosen],
                [rate.interval.upper for _, rate in chosen],
                color=edge,
                lw=1.1 if ranked else 0.6,
                ls="-" if ranked else (0, (2, 2)),
                label="" if ranked else few,
            )
            if ranked:
                ax.plot(
                    [rate.rate for _, rate in chosen],
                    [place for place, _ in chosen],
                    ls="none",
                    marker=mark,
                    ms=4,
                    mfc=face,
                    mec=edge,
                    zorder=4,
                    label=told,
                )
    target = rows[-1][1].target
    told = say("target_line", lang, target=target_text(target, lang))
    ax.axvline(target, color=INK, lw=1, ls=(0, (7, 3)), label=plain(told))
    ax.set_ylim(places[-1] + 0.9, -0.9)
    ax.yaxis.set_major_locator(FixedLocator(places))
    ax.yaxis.set_major_formatter(FixedFormatter([name for name, _ in rows]))
    ax.tick_params(axis="y", length=0, labelsize=TYPE - 0.5)
    lowest = min(rate.interval.lower for _, rate in rows)
    share_axis(ax, max(min(lowest, target) - 0.03, -0.02), lang, "x")
    labels(ax, tell("axis_share", lang))

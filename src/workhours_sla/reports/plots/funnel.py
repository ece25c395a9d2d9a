"""The funnel: groups by size and share in time, between the limits of chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox

from workhours_sla.compliance.report import OWN_TABLES
from workhours_sla.compliance.series import Funnel
from workhours_sla.compliance.tables import Row
from workhours_sla.reports.plots.drawing import (
    ACCENT,
    DASHED,
    DOTTED,
    INCH,
    INK,
    PAPER,
    SHADES,
    SOFT,
    TYPE,
    axes_for,
    deduplicate,
    grouping,
    labels,
    legend,
    name_lines,
    note,
    nothing,
    plain,
    points,
    share_axis,
    title,
)
from workhours_sla.reports.report import Report
from workhours_sla.statistics.intervals import (
    COUNTS_ONLY_BELOW,
    FLAGGED_BELOW,
    ComplianceRate,
)
from workhours_sla.text.numbers import number
from workhours_sla.text.page import count_text, say, target_text
from workhours_sla.text.plots import tell
from workhours_sla.text.report import heading

HEIGHT: Final = 3.6
LABELLED: Final = 14
"""How many groups are named at most."""

_MARKS: Final = {-2: "v", -1: "v", 0: "o", 1: "^", 2: "^"}
_LETTERS: Final = 24
_BOX: Final = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
Ranked = tuple[Row, ComplianceRate]


def funnel_plot(
    report: Report, by: str | None = None, *, ax: Axes | None = None, lang: str | None = None
) -> Axes:
    """Draw the groups of a table between the 95 % and 99.8 % limits, and return the axes.

    ``by`` is a grouping of the report, its first one if None. Triangles lie outside a limit, up
    or down, filled ones outside 99.8 %; these are named where there is room. Groups below twenty
    matured are pale, those below ten have no place in the funnel and are counted below. Raises
    LookupError, also for hours and weeks. Spiegelhalter 2005, "Funnel plots for comparing
    institutional performance".
    """
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT)
    table = grouping(report, by)
    if table is None:
        return nothing(ax, tell("no_grouping", lang))
    if table.by in OWN_TABLES:
        msg = f"there is no funnel of {table.by!r}; name a grouping that the report was asked for"
        raise LookupError(msg)
    title(ax, say("chart_funnel", lang, by=heading(table.by, lang)))
    funnel = next((one for one in report.funnels if one.by == table.by), None)
    if funnel is None:
        return nothing(ax, tell("no_groups", lang, counts_only=COUNTS_ONLY_BELOW))
    ranked = [(row, row.rate) for row in table.rows if row.funnel is not None and row.rate]
    low = min([*(rate.rate for _, rate in ranked), funnel.target - 0.2])
    _limits(ax, funnel, lang)
    share_axis(ax, max(low - 0.04, -0.02), lang)
    _size_axis(ax, funnel, lang)
    labels(ax, say("axis_matured", lang), tell("axis_share", lang))
    _points(ax, ranked, lang)
    outside = [pair for pair in ranked if abs(pair[0].funnel or 0) > 1]
    below = legend(ax, 3 * TYPE + 6)
    deduplicate(ax)  # names need the places of the points
    left_out = len(outside) - _name(ax, outside, [rate for _, rate in ranked])
    few = sum(1 for row in table.rows if row.key is not None and row.funnel is None)
    told = [tell("not_drawn", lang, counts_only=COUNTS_ONLY_BELOW, count=few)] if few else []
    told += [tell("not_named", lang, count=left_out)] if left_out else []
    if told:
        note(ax, " ".join(told), below)
    return ax


def _limits(ax: Axes, funnel: Funnel, lang: str) -> None:
    told = say("target_line", lang, target=target_text(funnel.target, lang))
    ax.axhline(funnel.target, color=INK, lw=1, ls=(0, (7, 3)), label=plain(told))
    for kind, share, dashes in (("warning", "95", DOTTED), ("action", "99.8", DASHED)):
        told = tell("limits_of", lang, share=number(share, lang))
        for side, label in (("lower", told), ("upper", None)):
            limit = getattr(funnel, f"{side}_{kind}")
            ax.plot(funnel.n, limit, color=SOFT, lw=0.9, ls=dashes, label=label)


def _size_axis(ax: Axes, funnel: Funnel, lang: str) -> None:
    ax.set_xscale("log")
    end = funnel.n[-1] * 1.15
    ax.set_xlim(funnel.n[0] * 0.95, end)
    decades = range(1, 9)
    steps = (1, 2, 5) if end < 10_000 and points(ax)[0] > 200 else (1, 3)  # noqa: PLR2004
    ticks = [
        m * 10**power for power in decades for m in steps if funnel.n[0] <= m * 10**power <= end
    ]
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: count_text(round(n), lang)))


def _points(ax: Axes, ranked: Sequence[Ranked], lang: str) -> None:
    """Draw the groups, one set of marks for each place in the funnel and for the few."""
    for place in (0, -1, 1, -2, 2):
        for few in (True, False):
            found = [rate for row, rate in ranked if row.funnel == place and rate.flagged is few]
            if not found:
                continue
            colour = SHADES[2] if few else ACCENT
            filled = abs(place) > 1
            label = say(f"funnel_{place}", lang)
            if few:
                label += f", {tell('few_points', lang, flagged=FLAGGED_BELOW)}"
            ax.plot(
                [rate.n for rate in found],
                [rate.rate for rate in found],
                ls="none",
                marker=_MARKS[place],
                ms=4.5 if place else 3.5,
                mfc=(SOFT if few else INK) if filled else PAPER,
                mec=SOFT if few and place else colour if not filled else INK,
                mew=0.8,
                zorder=3 + abs(place),
                label=label,
            )


def _name(ax: Axes, outside: Sequence[Ranked], rates: Sequence[ComplianceRate]) -> int:
    """Name the groups outside, the largest first, where a name covers nothing; return how many."""
    scale = ax.figure.dpi / INCH
    frame = ax.get_window_extent()
    at = [ax.transData.transform((rate.n, rate.rate)) for rate in rates]
    taken = [Bbox.from_bounds(x - 3 * scale, y - 3 * scale, 6 * scale, 6 * scale) for x, y in at]
    named = 0
    for row, rate in sorted(outside, key=lambda pair: -pair[1].n):
        if named == LABELLED:
            break
        text = ax.annotate(
            plain(name_lines(row.key or "", _LETTERS)),
            (rate.n, rate.rate),
            textcoords="offset points",
            xytext=(0, 0),
            fontsize=TYPE - 0.5,
            color=INK,
            linespacing=1.0,
            zorder=8,
            bbox=_BOX,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": SOFT, "shrinkA": 0, "shrinkB": 2},
        )
        size = Text.get_window_extent(text)  # of the words alone, wherever they are
        x, y = ax.transData.transform((rate.n, rate.rate))
        for right, up in _around():
            left = x + scale * right - size.width * (right < 0) - size.width / 2 * (right == 0)
            foot = y + scale * up - size.height * (up < 0) - size.height / 2 * (up == 0)
            box = Bbox.from_bounds(left, foot, size.width, size.height).padded(scale)
            inside = frame.x0 < box.x0 and box.x1 < frame.x1
            inside &= frame.y0 < box.y0 and box.y1 < frame.y1
            if inside and not box.count_overlaps(taken):
                text.set(
                    position=(right, up),
                    ha="left" if right > 0 else "right" if right < 0 else "center",
                    va="bottom" if up > 0 else "top" if up < 0 else "center",
                )
                taken.append(box)
                named += 1
                break
        else:
            text.remove()
    return named


def _around() -> Iterator[tuple[float, float]]:
    """Yield places for a name around a point, in points, the nearest first."""
    for reach in (6, 14, 26, 42):
        for right, up in product((1, -1, 0), (0, 1, -1)):
            if right or up:
                yield right * reach, up * reach

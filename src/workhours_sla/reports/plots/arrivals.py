"""When appeals arrive, by weekday and hour, and what becomes of them."""

from __future__ import annotations

from typing import Final, Literal, get_args

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator

from workhours_sla.compliance.series import Grid
from workhours_sla.reports.plots.drawing import (
    DARK_FROM,
    INK,
    PAPER,
    RULE,
    SHADES,
    SOFT,
    TYPE,
    axes_for,
    labels,
    legend,
    nothing,
    plain,
    title,
)
from workhours_sla.reports.report import Report
from workhours_sla.reports.scales import shade, shade_words
from workhours_sla.statistics.intervals import COUNTS_ONLY_BELOW
from workhours_sla.text import words
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.page import count_text
from workhours_sla.text.plots import tell

HEIGHT, HALF = 4.9, 3.4
Show = Literal["in_time", "arrived", "due_later"]
HATCH: Final = "////"
_HOURS, _WEEKDAYS = 24, 7


def arrival_heat_map(
    report: Report,
    show: Show = "in_time",
    *,
    ax: Axes | None = None,
    lang: str | None = None,
) -> Axes:
    """Draw the week of arrivals, a cell for each hour of each weekday, and return the axes.

    ``show`` says what of: ``in_time``, the share in time of the matured, in percent and shade;
    ``arrived``, how many came; ``due_later``, the share due on a later day, which is the
    calendar's doing and not the work. Where a share would rest on fewer than ten, the cell is
    hatched and says the counts, as 6/8. Raises ValueError.
    """
    if show not in get_args(Show):
        msg = f"a heat map shows one of {', '.join(get_args(Show))}, not {show!r}"
        raise ValueError(msg)
    lang = lang or report.lang
    ax = axes_for(ax, HEIGHT, HALF)
    title(ax, tell(f"heat_{show}", lang))
    heat, target = report.heat_map, report.promise.target_rate
    whole = {"in_time": heat.matured, "arrived": heat.arrived, "due_later": heat.due_known}[show]
    if not any(map(sum, whole)):
        return nothing(ax, tell("no_cells", lang))
    if show == "arrived":
        used = _counts(ax, whole, lang)
    else:
        part = heat.matured_met if show == "in_time" else heat.due_later
        used = _shares(ax, part, whole, target if show == "in_time" else None, lang)
    ax.set_xlim(0, _WEEKDAYS)
    ax.set_ylim(_HOURS, 0)
    ax.xaxis.set_major_locator(FixedLocator([day + 0.5 for day in range(_WEEKDAYS)]))
    ax.xaxis.set_major_formatter(FixedFormatter(list(words.WEEKDAYS[lang])))
    ax.yaxis.set_major_locator(FixedLocator([hour + 0.5 for hour in range(_HOURS)]))
    ax.yaxis.set_major_formatter(FixedFormatter([f"{hour:02}" for hour in range(_HOURS)]))
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=TYPE + 1)
    for weekday in ax.get_xticklabels():
        weekday.set_verticalalignment("baseline")  # letters differ in height
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    labels(ax, y=tell("axis_hour", lang))
    legend(ax, 2 * TYPE + 4, used)
    return ax


def _shares(ax: Axes, part: Grid, whole: Grid, target: float | None, lang: str) -> list[Patch]:
    """Draw the shares; return what the shades and the hatches mean."""
    few_seen = False
    for day in range(_WEEKDAYS):
        for hour in range(_HOURS):
            n, some = whole[day][hour], part[day][hour]
            if n < COUNTS_ONLY_BELOW:
                few_seen |= n > 0
                _cell(ax, day, hour, None, f"{some}/{n}" if n else "")
            else:
                share = some / n
                step = shade(share, target) if target is not None else _step(share)
                text = percent(share, target=target, places=0)
                _cell(ax, day, hour, step, number(text, lang))
    told = shade_words(target, lang) if target is not None else []
    meant = [
        Patch(facecolor=SHADES[step], edgecolor=RULE, lw=0.4, label=text)
        for step, text in enumerate(told)
    ]
    return [*meant, _few(lang)] if few_seen else meant


def _counts(ax: Axes, whole: Grid, lang: str) -> list[Patch]:
    most = max(map(max, whole))
    few_seen = False
    for day in range(_WEEKDAYS):
        for hour in range(_HOURS):
            n = whole[day][hour]
            few = n < COUNTS_ONLY_BELOW
            few_seen |= 0 < n < COUNTS_ONLY_BELOW
            text = count_text(n, lang) if n else ""
            _cell(ax, day, hour, None if few else _step(n / most), text)
    return [_few(lang)] if few_seen else []


def _few(lang: str) -> Patch:
    """Return what the hatches mean."""
    told = tell("few_cells", lang, counts_only=COUNTS_ONLY_BELOW)
    return Patch(facecolor=PAPER, edgecolor=SOFT, hatch=HATCH, lw=0.4, label=told)


def _step(share: float) -> int:
    """Return the shade of a share where more is darker and nothing is good or bad."""
    return min(int(share * len(SHADES)), len(SHADES) - 1)


def _cell(ax: Axes, day: int, hour: int, step: int | None, text: str) -> None:
    """Draw a cell in a shade, hatched where there are too few for one; without any it is blank."""
    few = step is None and bool(text)
    ax.add_patch(
        Rectangle(
            (day + 0.02, hour + 0.02),
            0.96,
            0.96,
            facecolor=PAPER if step is None else SHADES[step],
            edgecolor=RULE if few else "none",
            hatch=HATCH if few else None,
            lw=0.4,
        )
    )
    if text:
        dark = step is not None and step >= DARK_FROM
        ax.text(
            day + 0.5,
            hour + 0.5,
            plain(text),
            fontsize=TYPE - 0.5,
            color=PAPER if dark else INK,
            ha="center",
            va="center",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5} if few else None,
        )

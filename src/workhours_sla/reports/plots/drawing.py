"""What every plot is drawn with: the page's colours, type for print, and text that stays apart.

Type is in points and does not grow with the figure, so that a plot of half the width of A4 reads
like the text around it. Outside the axes the colours are the style's own; inside they are ink on
paper. Every text drawn passes ``plain``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation, Transform

from workhours_sla.compliance.report import OWN_TABLES
from workhours_sla.compliance.tables import Table
from workhours_sla.reports.report import Report
from workhours_sla.text import words
from workhours_sla.text.numbers import number
from workhours_sla.text.page import say

INK, SOFT, RULE, RAIL, PAPER = "#1c1d1f", "#55585d", "#d8d8d2", "#ecece7", "#ffffff"
ACCENT, BAND = "#1f4e8c", "#c9d7ea"
SHADES: Final = ("#eef2f7", "#cfdcec", "#a3bcda", "#4a74a8", "#2f5c98", "#1f4880", "#12315c")
"""From the target reached to far below it, as on the page."""
DARK_FROM: Final = 3
"""The first shade on which text is white."""

TYPE, TITLE = 7.0, 8.5
WIDTH: Final = 4.6
"""Inches: legible at half the width of A4, even when shrunk to it."""
INCH: Final = 72.0

DOTTED, DASHED = (0, (1.5, 2)), (0, (5, 2.5))
"""The strokes of the inner and the outer limits."""

_SPACES: Final = "\n\N{NO-BREAK SPACE}"
_LETTER: Final = 0.58
"""The mean width of a letter, by the size of its type."""
_LEADING: Final = 1.35
_WIDER: Final = 1.12
"""How much wider axes become, about, once their figure is laid out."""
_MOST_WEEKS: Final = 9


def axes_for(ax: Axes | None, height: float, width: float = WIDTH) -> Axes:
    """Return the axes given, or those of a new figure, with the type and strokes of a plot."""
    if ax is None:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - it settles on a backend

        ax = plt.figure(figsize=(width, height), layout="constrained").add_subplot()
    ax.set_facecolor(PAPER)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        ax.spines[side].set_linewidth(0.6)
    ax.tick_params(which="both", labelsize=TYPE, length=2, width=0.6, pad=2)
    return ax


def plain(text: str) -> str:
    r"""Return text that is drawn as it is: a dollar begins no formula, nothing is unprintable.

    >>> print(plain("1 $ = 1_000 $"))
    1 \$ = 1_000 \$
    """
    shown = "".join(sign if sign.isprintable() or sign in _SPACES else "?" for sign in text)
    return shown.replace("$", r"\$")


def name_lines(name: str, letters: int, *, lines: int = 2, tail: str = "") -> str:
    """Return a name in no more than so many lines of so many letters, cut where it is longer.

    >>> print(name_lines("Комитет транспорта и дорожного хозяйства", 22, tail=": 7"))
    Комитет транспорта и
    дорожного хозяйства: 7
    """
    one_line = plain(name).replace(r"\$", "$").replace("\n", "?")
    cut = textwrap.wrap(one_line, letters, max_lines=lines, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return "\n".join(cut) + tail


def short_day(day: date, lang: str) -> str:
    """Return a date without its year."""
    return words.short_date(day, lang)[:-5].replace(" ", "\N{NO-BREAK SPACE}")


def weekday_text(day: date, lang: str) -> str:
    """Return a date without its year, with its weekday."""
    return f"{words.WEEKDAYS[lang][day.weekday()]} {short_day(day, lang)}"


# -- sizes -----------------------------------------------------------------------------------


def width_of(text: str, size: float = TYPE) -> float:
    """Return about how wide a text is, in points."""
    return max(map(len, text.split("\n"))) * size * _LETTER


def points(ax: Axes) -> tuple[float, float]:
    """Return the width and the height of the axes, in points."""
    box = ax.get_window_extent()
    scale = INCH / ax.figure.dpi
    return box.width * scale, box.height * scale


def wrapped(ax: Axes, text: str, size: float = TYPE, *, fewer: int = 0) -> str:
    """Return text in lines about as wide as the axes, or ``fewer`` letters less wide."""
    letters = max(20, int(points(ax)[0] / (size * _LETTER)) - fewer)
    lines = [textwrap.fill(line, letters, break_on_hyphens=False) for line in text.split("\n")]
    return "\n".join(lines)


def deduplicate(ax: Axes) -> None:
    """Let the figure's layout find the place of the axes with what they have so far."""
    ax.figure.canvas.figure.draw_without_rendering()


def under(ax: Axes, below: float) -> Transform:
    """Return the transform from axes to so many points below."""
    shift = ScaledTranslation(0, -below / INCH, ax.figure.dpi_scale_trans)
    return ax.transAxes + shift


# -- words around the axes ---------------------------------------------------------------------


def title(ax: Axes, text: str) -> None:
    """Set the title, in as many lines as it needs."""
    ax.set_title(plain(wrapped(ax, text, TITLE)), loc="left", fontsize=TITLE)


def labels(ax: Axes, x: str = "", y: str = "") -> None:
    """Set what the axes measure."""
    ax.set_xlabel(plain(x), fontsize=TYPE, loc="right", labelpad=2)
    ax.set_ylabel(plain(y), fontsize=TYPE, loc="top", labelpad=3)


def legend(ax: Axes, below: float, handles: Sequence[Artist] | None = None) -> float:
    """Draw the legend so many points below the axes; return where it ends, in points."""
    given = list(handles) if handles is not None else ax.get_legend_handles_labels()[0]
    if not given:
        return below
    columns = min(len(given), 4)
    frame = ax.get_window_extent()
    room = min(_WIDER * frame.width, ax.figure.bbox.x1 - frame.x0)
    box = _legend(ax, below, given, columns)
    while columns > 1 and box.get_window_extent().width > room:
        columns -= 1
        box = _legend(ax, below, given, columns)
    height = box.get_window_extent().height * INCH / ax.figure.dpi
    return below + height + TYPE / 2


def _legend(ax: Axes, below: float, handles: Sequence[Artist], columns: int) -> Legend:
    return ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=under(ax, below),
        ncols=columns,
        fontsize=TYPE,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=2,
        handletextpad=0.6,
        columnspacing=1.2,
        labelspacing=0.3,
    )


def note(ax: Axes, text: str, below: float, *, whole: bool = True) -> float:
    """Write a note so many points below the axes; return where it ends, in points.

    Unless ``whole``, it is cut where it would take up more than the axes themselves.
    """
    written = ax.text(
        0, 0, "", transform=under(ax, below), fontsize=TYPE, va="top", linespacing=1.25
    )
    room = max(1, int((points(ax)[1] / 2 - below) / (TYPE * _LEADING)))
    lines: list[str] = []
    for fewer in range(0, 12, 2):  # how wide letters are depends on the release of matplotlib
        lines = wrapped(ax, text, fewer=fewer).split("\n")
        if not whole and len(lines) > room:
            lines = [*lines[: room - 1], "\N{HORIZONTAL ELLIPSIS}"]
        written.set_text(plain("\n".join(lines)))
        if written.get_window_extent().x1 <= ax.figure.bbox.x1:
            break
    return below + len(lines) * TYPE * _LEADING + TYPE / 2


def grow(ax: Axes, height: float, below: float) -> None:
    """Make the figure as tall as axes of so many inches and what is below them need."""
    figure = ax.figure.canvas.figure
    figure.set_figheight(height + (below + 3 * TITLE) / INCH)


def nothing(ax: Axes, why: str) -> Axes:
    """Say in the axes why there is nothing to draw."""
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.xaxis.set_major_locator(NullLocator())
    ax.yaxis.set_major_locator(NullLocator())
    ax.text(0.5, 0.5, plain(wrapped(ax, why)), fontsize=TYPE, color=INK, ha="center", va="center")
    return ax


# -- scales ------------------------------------------------------------------------------------


def share_axis(ax: Axes, low: float, lang: str, which: str = "y") -> None:
    """Make an axis, ``x`` or ``y``, one of shares up to 1, shown in percent."""
    ax.set(**{f"{which}lim": (low, 1.02)})
    axis = ax.xaxis if which == "x" else ax.yaxis
    most = 5 if which == "y" else min(5, max(1, int(points(ax)[0] / (5 * TYPE))))
    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))
    percents = FuncFormatter(lambda share, _: number(f"{100 * share:.3g}", lang))
    axis.set_major_formatter(percents)


def hours_axis(ax: Axes, which: str, lang: str) -> None:
    """Make an axis, ``x`` or ``y``, one of hours."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_locator(MaxNLocator(6 if which == "x" else 5, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(f"{value:g}", lang)))


def week_axis(ax: Axes, names: Sequence[str], lang: str) -> float:
    """Name some of the weeks, each year below its first; return where it ends, in points."""
    shown = range(0, len(names), max(1, -(-len(names) // _MOST_WEEKS)))
    told, before = [], ""
    for place in shown:
        year, _, week = names[place].partition("+")[0].partition("-W")
        told.append(plain(f"{week}\n{year}" if year != before else week))
        before = year
    ax.xaxis.set_major_locator(FixedLocator(list(shown)))
    ax.xaxis.set_major_formatter(FixedFormatter(told))
    ax.set_xlim(-0.7, max(len(names) - 0.3, 0.7))
    labels(ax, say("axis_week", lang), ax.get_ylabel())
    return 4 * TYPE + 6


def grouping(report: Report, by: str | None) -> Table | None:
    """Return a table of the report, its first grouping if None; None if it has none.

    Raises LookupError.
    """
    if by is not None:
        return report.table(by)
    return next((table for table in report.tables if table.by not in OWN_TABLES), None)

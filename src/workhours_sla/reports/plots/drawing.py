"""Draw a chart on matplotlib axes, with the colours of the page and font sizes for print.

Font sizes are in points and do not grow with the figure, so that a plot of half the width of A4
reads like the text around it. The texts outside the axes have the colours of the active matplotlib
style; inside the axes, dark colours are drawn on white. Names are passed through ``plain``, so that
none is drawn as a formula.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MplAxis
from matplotlib.dates import date2num
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator
from matplotlib.transforms import ScaledTranslation, Transform

from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import LABELLED, TYPE, Axis, Chart, Place, Room
from workhours_sla.reports.plots import styles
from workhours_sla.reports.plots.styles import Style

TITLE: Final = 8.5
"""Font size of titles, in points."""
WIDTH: Final = 4.6
"""Width of a new figure in inches; it stays legible at half the width of A4."""
INCH: Final = 72.0
"""Points in an inch."""

_LEADING: Final = 1.35
"""Line height of a note, as a multiple of the font size."""
_LETTERS: Final = 24
"""Maximum number of letters in a line of a point's name."""
_HALO: Final = {"facecolor": styles.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
_SPACES: Final = "\n\N{NO-BREAK SPACE}"


def draw(
    ax: Axes | None, build: Callable[[Room], Chart], *, height: float = 3.0, width: float = WIDTH
) -> Axes:
    """Draw a chart and return the axes.

    The chart is drawn on ``ax``. If ``ax`` is None, it is drawn on a new figure, whose ``height``
    and ``width`` are in inches. ``build`` is called with the size of the axes and returns the
    chart.
    """
    new = ax is None
    ax = _axes(ax, height, width)
    chart = build(Room(*_points(ax), new))
    if empty := not chart.layers:
        why = model.Label(0.5, 0.5, _wrapped(ax, chart.empty), "empty")
        chart = Chart(chart.title, y=Axis(0, 1, title=chart.y.title), layers=(why,))
    _frame(ax, chart)
    if not empty:
        _lay_out(ax)  # before the layers, which do not move the axes
    for layer in chart.layers:
        _layer(ax, layer, chart.legend)
    ax.set_title(plain(_wrapped(ax, chart.title, TITLE)), loc="left", fontsize=TITLE)
    below = _legend(ax, chart.legend, _under(ax, chart))
    notes = list(chart.notes)
    if chart.named():
        _lay_out(ax)  # names are placed by the final positions of the points
        left_out = _names(ax, chart.named())
        notes += [chart.unnamed.format(count=left_out)] if left_out else []
    if notes:
        below = _note(ax, "\n".join(notes), below, whole=new or chart.height is None)
    if new and chart.height is not None:
        ax.figure.canvas.figure.set_figheight((chart.height + below + 3 * TITLE) / INCH)
    return ax


def plain(text: str) -> str:
    r"""Escape text so that matplotlib draws it without interpreting formulas.

    Dollar signs are escaped, and characters that are not printable become question marks.

    >>> print(plain("1 $ = 1_000 $"))
    1 \$ = 1_000 \$
    """
    shown = "".join(sign if sign.isprintable() or sign in _SPACES else "?" for sign in text)
    return shown.replace("$", r"\$")


# -- the axes ----------------------------------------------------------------------------------


def _axes(ax: Axes | None, height: float, width: float) -> Axes:
    """Return ``ax``, or axes of a new figure if it is None, with the line widths of a plot.

    ``height`` and ``width`` of the new figure are in inches.
    """
    if ax is None:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - importing pyplot chooses a backend

        ax = plt.figure(figsize=(width, height), layout="constrained").add_subplot()
    ax.set_facecolor(styles.PAPER)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        ax.spines[side].set_linewidth(0.6)
    ax.tick_params(which="both", labelsize=TYPE, length=2, width=0.6, pad=2)
    return ax


def _points(ax: Axes) -> tuple[float, float]:
    """Return the width and the height of the axes, in points."""
    box = ax.get_window_extent()
    scale = INCH / ax.figure.dpi
    return box.width * scale, box.height * scale


def _lay_out(ax: Axes) -> None:
    """Lay out the figure, which gives the axes their final size."""
    ax.figure.canvas.figure.draw_without_rendering()


def _number(place: Place) -> float:
    """Convert a value on an axis to a matplotlib number; an instant to days since 1970."""
    return float(date2num(place)) if isinstance(place, datetime) else place


def _frame(ax: Axes, chart: Chart) -> None:
    """Set the range, the ticks and the title of both axes."""
    x, y = chart.x, chart.y
    if x.log:
        ax.set_xscale("log")
    ax.set_xlim(_number(x.low), _number(x.high))
    ax.set_ylim(_number(y.low), _number(y.high))
    if not chart.framed:
        ax.set_axis_off()
    _tick(ax.xaxis, x.ticks, x.minor)
    _tick(ax.yaxis, y.ticks)
    ax.set_xlabel(plain(x.title), fontsize=TYPE, loc="right", labelpad=2)
    ax.set_ylabel(plain(y.title), fontsize=TYPE, loc="top", labelpad=3)
    if y.names:
        ax.tick_params(axis="y", length=0, labelsize=TYPE - 0.5)
        ax.spines["left"].set_visible(False)
    if x.names:
        ax.tick_params(axis="x", length=0, pad=TYPE + 1)
        ax.spines["bottom"].set_visible(False)
        for name in ax.get_xticklabels():
            name.set_verticalalignment("baseline")  # tops are uneven, as letters differ in height
    if isinstance(x.low, datetime):
        ax.tick_params(axis="x", which="major", length=10, pad=1, color=styles.RULE)
        for day in ax.get_xticklabels():
            day.set_horizontalalignment("left")


def _tick(axis: MplAxis, ticks: Sequence[model.Tick], minor: Sequence[model.Tick] = ()) -> None:
    """Set the major and the minor ticks of an axis, with their texts."""
    axis.set_major_locator(FixedLocator([_number(at) for at, _ in ticks]))
    axis.set_major_formatter(FixedFormatter([plain(text) for _, text in ticks]))
    axis.set_minor_locator(FixedLocator([_number(at) for at, _ in minor]))
    axis.set_minor_formatter(FixedFormatter([text for _, text in minor]))


# -- layers ----------------------------------------------------------------------------------


def _layer(ax: Axes, layer: model.Layer, legend: Mapping[str, str]) -> None:
    """Draw a layer; ``legend`` maps the style names of points to labels."""
    match layer:
        case model.Series():
            _series(ax, layer, legend)
        case model.Level(at, look, label):
            line = ax.axvline if layer.upright else ax.axhline
            line(_number(at), label=plain(label), **styles.LINES[look])
        case model.Band(x, lower, upper, label):
            ax.fill_between(x, lower, upper, label=label, **styles.BAND_STYLE)
        case model.Bars(bars):
            places = [bar.x for bar in bars]
            ax.bar(places, [bar.height for bar in bars], **styles.BOXES["whole"])
            ax.bar(places, [bar.part for bar in bars], **styles.BOXES["part"])
            style: Style = {"textcoords": "offset points", "ha": "center", "fontsize": TYPE}
            for bar in bars:
                if bar.note:
                    ax.annotate(bar.note, (bar.x, bar.height), xytext=(0, 2), **style)
        case model.Box(at, y, end, height, look, text):
            left, right = _number(at), _number(end)
            ax.add_patch(Rectangle((left, y), right - left, height, **styles.BOXES[look]))
            if text:
                middle = (left + right) / 2, y + height / 2
                ax.text(*middle, plain(text), **styles.label(f"box {look}"))
        case model.Label(at, y, text, look):
            ax.text(_number(at), y, plain(text), **styles.label(look))


def _series(ax: Axes, series: model.Series, legend: Mapping[str, str]) -> None:
    """Draw the line, the points and the intervals of a series.

    Points and intervals that have no style for print are left out.
    """

    def plot(points: Sequence[model.Point], label: str, style: Style) -> None:
        ax.plot([_number(p.x) for p in points], [p.y for p in points], label=label, **style)

    if series.look:
        steps = {"drawstyle": f"steps-{series.steps}"} if series.steps else {}
        plot(series.points, plain(series.label), {**styles.LINES[series.look], **steps})
    for kind in dict.fromkeys((*legend, *styles.MARKS)):
        points = [point for point in series.points if point.kind == kind]
        label = plain(legend.get(kind, ""))
        if points and kind in styles.RANGES:
            _, y, *_, low, high = zip(*points, strict=True)
            of_lines = label if kind not in styles.MARKS else "_"
            ax.hlines(y, low, high, label=of_lines, **styles.RANGES[kind])
        if points and kind in styles.MARKS:
            plot(points, label, styles.MARKS[kind])


def _names(ax: Axes, points: Sequence[model.Point]) -> int:
    """Write the names of points where there is room; return the number of names left out."""
    scale = ax.figure.dpi / INCH
    box = ax.get_window_extent()
    frame = box.x0, box.y0, box.x1, box.y1
    taken: list[model.Rectangle] = []
    for line in ax.lines:
        if line.get_linestyle() == "None":
            for x, y in ax.transData.transform(line.get_xydata()).tolist():
                taken.append((x - 3 * scale, y - 3 * scale, x + 3 * scale, y + 3 * scale))
    reaches = product((6, 14, 26, 42), (1, -1, 0), (0, 1, -1))
    around = [(far * across, far * up) for far, across, up in reaches if across or up]
    named = 0
    for point in points:
        if named == LABELLED:
            break
        text = ax.annotate(
            plain(model.name_lines(point.name, _LETTERS)),
            (_number(point.x), point.y),
            textcoords="offset points",
            xytext=(0, 0),
            fontsize=TYPE - 0.5,
            color=styles.INK,
            linespacing=1.0,
            zorder=8,
            bbox=_HALO,
            arrowprops={
                "arrowstyle": "-",
                "lw": 0.5,
                "color": styles.SOFT,
                "shrinkA": 0,
                "shrinkB": 2,
            },
        )
        size = Text.get_window_extent(text)  # the extent of the text without its arrow
        found = model.free_place(
            [(right * scale, up * scale) for right, up in around],
            tuple(ax.transData.transform((_number(point.x), point.y))),
            (size.width + 2 * scale, size.height + 2 * scale),
            frame,
            taken,
        )
        if found is None:
            text.remove()
            continue
        (right, up), place = found
        text.set(
            position=(right / scale, up / scale),
            ha="left" if right > 0 else "right" if right < 0 else "center",
            va="bottom" if up > 0 else "top" if up < 0 else "center",
        )
        taken.append(place)
        named += 1
    return len(points) - named


# -- texts around the axes ---------------------------------------------------------------------


def _wrapped(ax: Axes, text: str, size: float = TYPE, *, fewer: int = 0) -> str:
    """Break text into lines that fit the width of the axes; ``size`` is the font size in points.

    ``fewer`` is the number of letters by which lines are shorter.
    """
    letters = max(20, int(_points(ax)[0] / model.width_of("n", size)) - fewer)
    lines = [textwrap.fill(line, letters, break_on_hyphens=False) for line in text.split("\n")]
    return "\n".join(lines)


def _below(ax: Axes, points: float) -> Transform:
    """Return a transform of axes coordinates that is shifted down by ``points``."""
    shift = ScaledTranslation(0, -points / INCH, ax.figure.dpi_scale_trans)
    return ax.transAxes + shift


def _under(ax: Axes, chart: Chart) -> float:
    """Write the texts of ``chart.under`` below the ticks of x.

    Returns the distance in points from the axes to the lower edge of these texts.
    """
    if not chart.framed:
        return TYPE / 2
    lines = max((text.count("\n") + 1 for _, text in chart.x.ticks), default=1)
    lines = 2 if isinstance(chart.x.low, datetime) else lines
    below = (lines + bool(chart.x.title) + 1) * TYPE + 6
    if chart.under is None:
        return below
    head, texts = chart.under
    style: Style = {"fontsize": TYPE, "va": "top"}
    ax.text(0, 0, head, transform=_below(ax, below), style="italic", **style)
    low, high = ax.get_xlim()
    place = _below(ax, below + 1.4 * TYPE)
    for at, text in texts:
        ax.text((_number(at) - low) / (high - low), 0, text, transform=place, ha="center", **style)
    return below + 3.2 * TYPE


def _legend(ax: Axes, boxes: Mapping[str, str], below: float) -> float:
    """Draw the legend under the axes; return the distance from the axes to its lower edge.

    ``below`` is the distance from the axes to the upper edge of the legend; both distances are in
    points. ``boxes`` has the labels of boxes, keyed by style name. The legend has up to four
    columns, or fewer if four columns are too wide for the figure.
    """
    handles: list[Artist] = [
        Patch(**styles.swatch(look), label=plain(label))
        for look, label in boxes.items()
        if look in styles.BOXES
    ]
    handles += ax.get_legend_handles_labels()[0]
    frame, below_it = ax.get_window_extent(), below
    for columns in range(min(len(handles), 4), 0, -1):
        box = ax.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0, 0),
            bbox_transform=_below(ax, below),
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
        extent = box.get_window_extent()
        below_it = below + extent.height * INCH / ax.figure.dpi + TYPE / 2
        if extent.width <= 0.97 * (ax.figure.bbox.x1 - frame.x0):
            break
    return below_it


def _note(ax: Axes, text: str, below: float, *, whole: bool) -> float:
    """Write a note under the axes; return the distance from the axes to its lower edge.

    ``below`` is the distance from the axes to the upper edge of the note; both distances are in
    points. If ``whole`` is false, a note that would take up more room than the axes is cut.
    """
    written = ax.text(
        0, 0, "", transform=_below(ax, below), fontsize=TYPE, va="top", linespacing=1.25
    )
    room = max(1, int((_points(ax)[1] / 2 - below) / (TYPE * _LEADING)))
    lines: list[str] = []
    for fewer in range(0, 12, 2):  # letters differ in width between releases of matplotlib
        lines = _wrapped(ax, text, fewer=fewer).split("\n")
        if not whole and len(lines) > room:
            lines = [*lines[: room - 1], "\N{HORIZONTAL ELLIPSIS}"]
        written.set_text(plain("\n".join(lines)))
        if written.get_window_extent().x1 <= ax.figure.bbox.x1:
            break
    return below + len(lines) * TYPE * _LEADING + TYPE / 2

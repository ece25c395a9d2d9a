"""The chart model: axes, and layers of lines, points, bars, boxes and labels.

A chart is plain data in the units of its axes. ``charts.svg`` draws it, for the HTML page and for
notebooks alike. A *look* is the name of a style. Sizes are in units of the drawing.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal, NamedTuple

from workhours_sla.reports.wording import one_line
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import count_text, number, target_text

LETTER: Final = 6.2
"""Mean width of a letter."""
TYPE: Final = 10.7
"""Font size of texts in charts."""
ROW: Final = 13.0
"""Height of a line of text."""
WIDTH, HALF = 580.0, 368.0
"""Widths inside the axes of a picture, and of a chart of half the page's width."""
LABELLED: Final = 14
"""Maximum number of points in a chart that get a label with their name."""

_DAY: Final = timedelta(days=1)

Place = float | datetime
"""A value on an axis: a number or an instant."""
Tick = tuple[Place, str]
"""A value on an axis, and the text at its tick."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis with its visible range, its ticks and its title.

    ``low`` is at the left or at the bottom; an axis whose ``low`` is greater than its ``high`` is
    reversed. ``minor`` has the minor ticks. ``log`` makes the scale logarithmic. ``names`` is true
    if the ticks are names of rows or columns, such as weekdays, instead of values.
    """

    low: Place
    high: Place
    ticks: tuple[Tick, ...] = ()
    title: str = ""
    minor: tuple[Tick, ...] = ()
    log: bool = False
    names: bool = False


class Point(NamedTuple):
    """A point of a chart, with the bounds ``low`` and ``high`` of a horizontal interval, if any.

    ``kind`` is the name of its style. ``tooltip`` is a text for the HTML page. ``name`` labels the
    point if there is room beside it.
    """

    x: Place
    y: float
    kind: str = ""
    tooltip: str = ""
    name: str = ""
    low: float = 0.0
    high: float = 0.0


class Series(NamedTuple):
    """A sequence of points, with a line through them if ``look`` names a style.

    ``label`` is the text of the line in the legend; ``end`` is written at the end of the line.
    ``steps`` draws the line in steps: with ``post`` each value extends to the next point, with
    ``mid`` the value changes halfway between two points.
    """

    points: tuple[Point, ...]
    look: str = ""
    label: str = ""
    end: str = ""
    steps: Literal["", "post", "mid"] = ""


class Level(NamedTuple):
    """A straight line across the whole chart: vertical if ``upright``, otherwise horizontal.

    ``label`` is the text of the line in the legend; ``end`` is written at the end of the line.
    """

    at: Place
    look: str
    label: str = ""
    end: str = ""
    upright: bool = False


class Band(NamedTuple):
    """The filled area between two lines that are drawn in steps."""

    x: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    label: str


class Bar(NamedTuple):
    """A vertical bar from 0 to ``height``, drawn in another style from 0 to ``part``.

    ``tooltip`` is a text for the HTML page; ``note`` is written above the bar.
    """

    x: float
    height: int
    part: int
    tooltip: str
    note: str = ""


class Bars(NamedTuple):
    """The bars of a bar chart, in the styles ``whole`` and ``part``."""

    bars: tuple[Bar, ...]


class Box(NamedTuple):
    """A rectangle from ``x`` to ``end`` and from ``y`` to ``y + height``.

    ``look`` is the name of its style. ``text`` is written in its middle. The HTML page also uses
    ``tooltip`` and ``value``: the y at which a horizontal line is drawn through the rectangle.
    """

    x: Place
    y: float
    end: Place
    height: float
    look: str
    text: str = ""
    tooltip: str = ""
    value: float | None = None


class Label(NamedTuple):
    """A text at a position of the chart, in the style ``look``."""

    x: Place
    y: float
    text: str
    look: str


Layer = Series | Level | Band | Bars | Box | Label


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, axes, layers and texts.

    A chart without data has no layers, and ``empty`` explains why. ``legend`` has the labels of
    points and boxes, keyed by style name. ``reading`` states in a sentence what the chart shows.
    ``under`` has a heading, and the texts to write below the ticks of x. ``notes`` are written
    below the chart. If there was no room to label some points, a last note is made from the
    template ``unnamed``, with their number as ``{count}``. ``height`` is the height that the
    chart needs, or None if it can have any height. ``framed`` is false for a chart without
    visible axes. ``columns`` is the number of boxes in a row if the boxes form a table, otherwise
    1.
    """

    title: str
    x: Axis = Axis(0, 1)
    y: Axis = Axis(0, 1)
    layers: tuple[Layer, ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)
    reading: str = ""
    empty: str = ""
    under: tuple[str, tuple[Tick, ...]] | None = None
    notes: tuple[str, ...] = ()
    unnamed: str = ""
    height: float | None = None
    framed: bool = True
    columns: int = 1

    def series(self) -> list[Series]:
        """Return the layers that are series."""
        return [layer for layer in self.layers if isinstance(layer, Series)]

    def named(self) -> list[Point]:
        """Return the points that have a name, from right to left."""
        points = [point for series in self.series() for point in series.points if point.name]
        return sorted(points, key=lambda point: point.x, reverse=True)


# -- axes ------------------------------------------------------------------------------------------


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return about ``about`` equally spaced round values from ``low`` to ``high``.

    >>> ticks(0, 3.4)
    [0.0, 1.0, 2.0, 3.0]
    """
    rough = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def share_axis(low: float, title: str = "", about: int = 5) -> Axis:
    """Return an axis for shares from ``low`` to 1, with ticks in percent."""
    shares = ticks(max(low, 0.0), 1.0, about)
    return Axis(low, 1.02, tuple((n, number(f"{100 * n:.3g}")) for n in shares), title)


def hours_axis(low: float, high: float, title: str, about: int = 5) -> Axis:
    """Return an axis for numbers of hours."""
    hours = ticks(low, high, about)
    return Axis(low, high, tuple((n, number(f"{n:g}")) for n in hours), title)


def count_axis(high: float, title: str = "", about: int = 5) -> Axis:
    """Return an axis for whole numbers from 0 to ``high``."""
    counts = [round(n) for n in ticks(0, high, about) if n == round(n)]
    return Axis(0, high, tuple((n, count_text(n)) for n in counts), title)


def week_axis(names: Sequence[str], most: int = 9) -> Axis:
    r"""Return an axis with the weeks at 0, 1, 2 and so on.

    At most ``most`` of them have ticks, with the year below the first week of each year.

    >>> week_axis(["2024-W51", "2025-W01+W02"]).ticks
    ((0, '51\n2024'), (1, '01\n2025'))
    """
    named: list[Tick] = []
    before = ""
    for place in range(0, len(names), max(1, -(-len(names) // most))):
        year, _, week = names[place].partition("+")[0].partition("-W")
        named.append((place, f"{week}\n{year}" if year != before else week))
        before = year
    end = max(len(names) - 0.3, 0.7)
    return Axis(-0.7, end, tuple(named), CHARTS.text("axis_week"))


# -- texts -----------------------------------------------------------------------------------------


def target_level(target: float, *, upright: bool = False) -> Level:
    """Return the line that marks the target rate."""
    label = CHARTS.text("target_line", target=target_text(target))
    return Level(target, "target", label, label, upright)


def width_of(text: str) -> float:
    """Estimate the width of a text."""
    return max(map(len, text.split("\n"))) * LETTER


def name_lines(name: str, letters: int, *, lines: int = 2, tail: str = "") -> str:
    """Break a name into at most ``lines`` lines of ``letters`` letters, and append ``tail``.

    A longer name is cut. Characters that are not printable become question marks.

    >>> print(name_lines("Комитет транспорта и дорожного хозяйства", 22, tail=": 7"))
    Комитет транспорта и
    дорожного хозяйства: 7
    """
    dots = "\N{HORIZONTAL ELLIPSIS}"
    cut = textwrap.wrap(one_line(name), letters, max_lines=lines, placeholder=dots)
    return "\n".join(cut) + tail


def in_a_row(days: Iterable[date]) -> list[list[date]]:
    """Group sorted dates into lists of consecutive dates."""
    runs = groupby(enumerate(days), key=lambda pair: pair[1] - _DAY * pair[0])
    return [[day for _, day in run] for _, run in runs]

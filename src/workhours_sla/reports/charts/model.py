"""What a chart consists of: axes, and layers of lines, points, bars, boxes and words.

Every value is plain and in the units of the data; nothing here knows how it is drawn. A *look* is
a name that each renderer has a style for: ``page.svg`` draws for the page, where values can be
pointed at, ``plots.drawing`` for print, where a legend explains the looks.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal, NamedTuple

from workhours_sla.text.charts import CHARTS
from workhours_sla.text.numbers import count_text, number, target_text

TYPE: Final = 7.0
"""The size of type that rooms are measured in, in points."""
ROW: Final = 8.5
"""The height of a line of it."""

_LETTER: Final = 0.58
"""The mean width of a letter, by the size of its type."""
_DAY: Final = timedelta(days=1)

Place = float | datetime
Tick = tuple[Place, str]


class Room(NamedTuple):
    """The size of the axes, in points; with ``grows`` they become as high as the chart needs."""

    width: float
    height: float
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its visible range, from left to right or bottom to top, and its tick labels.

    With ``names``, ticks are the names of places rather than values.
    """

    low: Place
    high: Place
    ticks: tuple[Tick, ...] = ()
    title: str = ""
    minor: tuple[Tick, ...] = ()
    log: bool = False
    names: bool = False


class Point(NamedTuple):
    """A value, with the ends of its interval if its ``kind``, a look, has one.

    ``words`` are shown on demand, ``name`` beside it where there is room.
    """

    x: Place
    y: float
    kind: str = ""
    words: str = ""
    name: str = ""
    low: float = 0.0
    high: float = 0.0


class Series(NamedTuple):
    """Points in order, with a line through them if it has a look.

    ``label`` explains it in a legend, ``end`` is written at its end. A line in ``steps`` keeps each
    value until the next point (post), or changes halfway (mid).
    """

    points: tuple[Point, ...]
    look: str = ""
    label: str = ""
    end: str = ""
    steps: Literal["", "post", "mid"] = ""


class Level(NamedTuple):
    """A line all across the chart, at a value of ``y``, or of ``x`` if upright."""

    at: Place
    look: str
    label: str = ""
    end: str = ""
    upright: bool = False


class Band(NamedTuple):
    """The area between two lines in steps."""

    x: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    label: str


class Bar(NamedTuple):
    """A bar from 0, of which ``part`` has another look; ``note`` is written above it."""

    x: float
    height: int
    part: int
    words: str
    note: str = ""


class Bars(NamedTuple):
    """Bars, of the looks ``whole`` and ``part``."""

    bars: tuple[Bar, ...]


class Box(NamedTuple):
    """A rectangle from a corner, with a text in its middle, or a line across at a value of ``y``.

    ``words`` are shown on demand.
    """

    x: Place
    y: float
    end: Place
    height: float
    look: str
    text: str = ""
    words: str = ""
    value: float | None = None


class Words(NamedTuple):
    """A text at a place."""

    x: Place
    y: float
    text: str
    look: str


Layer = Series | Level | Band | Bars | Box | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, or without layers a sentence, ``empty``, that explains why there is none.

    ``legend`` has the labels of the looks of points and boxes, ``reading`` is what the chart shows,
    ``under`` has a text for each tick of ``x``, after a title; ``notes`` go below, ``unnamed``,
    a text with ``{count}``, too if names have no room. ``height`` is what the chart needs, in
    points, where that varies; ``columns`` how many boxes are in a row, where they form a table.
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
        """Return the points to name, the farthest right first."""
        points = [point for series in self.series() for point in series.points if point.name]
        return sorted(points, key=lambda point: point.x, reverse=True)


# -- axes ------------------------------------------------------------------------------------------


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


def share_axis(low: float, lang: str, title: str = "", about: int = 5) -> Axis:
    """Return an axis of shares up to 1, in percent."""
    shares = ticks(max(low, 0.0), 1.0, about)
    return Axis(low, 1.02, tuple((n, number(f"{100 * n:.3g}", lang)) for n in shares), title)


def hours_axis(low: float, high: float, lang: str, title: str, about: int = 5) -> Axis:
    """Return an axis of hours."""
    hours = ticks(low, high, about)
    return Axis(low, high, tuple((n, number(f"{n:g}", lang)) for n in hours), title)


def count_axis(high: float, lang: str, title: str = "", about: int = 5) -> Axis:
    """Return an axis of whole numbers from 0."""
    counts = [round(n) for n in ticks(0, high, about) if n == round(n)]
    return Axis(0, high, tuple((n, count_text(n, lang)) for n in counts), title)


def week_axis(names: Sequence[str], lang: str, most: int = 9) -> Axis:
    r"""Return an axis of weeks, a place each from 0, naming ``most`` and the years below them.

    >>> week_axis(["2024-W51", "2025-W01+W02"], "en").ticks
    ((0, '51\n2024'), (1, '01\n2025'))
    """
    named: list[Tick] = []
    before = ""
    for place in range(0, len(names), max(1, -(-len(names) // most))):
        year, _, week = names[place].partition("+")[0].partition("-W")
        named.append((place, f"{week}\n{year}" if year != before else week))
        before = year
    end = max(len(names) - 0.3, 0.7)
    return Axis(-0.7, end, tuple(named), CHARTS.text(lang, "axis_week"))


# -- words -----------------------------------------------------------------------------------------


def target_level(target: float, lang: str, *, upright: bool = False) -> Level:
    """Return the line of the target rate."""
    label = CHARTS.text(lang, "target_line", target=target_text(target, lang))
    return Level(target, "target", label, label, upright)


def width_of(text: str, size: float = TYPE) -> float:
    """Return about how wide a text is, in points."""
    return max(map(len, text.split("\n"))) * size * _LETTER


def name_lines(name: str, letters: int, *, lines: int = 2, tail: str = "") -> str:
    """Return a name in at most ``lines`` lines of ``letters`` letters, cut if it is longer.

    >>> print(name_lines("Комитет транспорта и дорожного хозяйства", 22, tail=": 7"))
    Комитет транспорта и
    дорожного хозяйства: 7
    """
    shown = "".join(sign if sign.isprintable() or sign == "\xa0" else "?" for sign in name)
    cut = textwrap.wrap(shown, letters, max_lines=lines, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return "\n".join(cut) + tail


def in_a_row(days: Iterable[date]) -> list[list[date]]:
    """Return dates in lists of those that follow each other."""
    runs = groupby(enumerate(days), key=lambda pair: pair[1] - _DAY * pair[0])
    return [[day for _, day in run] for _, run in runs]


Rectangle = tuple[float, float, float, float]
"""Left, low, right and high."""


def free_place(
    around: Iterable[tuple[float, float]],
    at: tuple[float, float],
    size: tuple[float, float],
    frame: Rectangle,
    taken: Sequence[Rectangle],
) -> tuple[tuple[float, float], Rectangle] | None:
    """Return the first place around a point where a text covers nothing and is within the frame.

    A place is a distance from the point to the near edge of the text; 0 centres it.
    """
    for away in around:
        left, low = (
            start + far - length * (0.5 if not far else far < 0)
            for start, far, length in zip(at, away, size, strict=True)
        )
        right, high = left + size[0], low + size[1]
        inside = frame[0] < left and right < frame[2] and frame[1] < low and high < frame[3]
        if inside and not any(
            left < other[2] and other[0] < right and low < other[3] and other[1] < high
            for other in taken
        ):
            return away, (left, low, right, high)
    return None

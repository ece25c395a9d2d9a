"""What a chart consists of: axes, and layers of lines, points, bars, boxes and words.

Every value is plain and in the units of the data; nothing here knows how it is drawn. A *look* is
a name that each renderer has a style for: ``page.svg`` draws for the page, where values can be
pointed at, ``plots.drawing`` for print, where a legend explains the looks.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Literal, NamedTuple

from workhours_sla.text.charts import CHARTS
from workhours_sla.text.numbers import count_text, number, target_text

TYPE: Final = 7.0
"""The size of type that rooms are measured in, in points."""
ROW: Final = 8.5
"""The height of a line of it."""
MOST_WEEKS: Final = 9
"""How many weeks an axis names at most."""

_LETTER: Final = 0.58
"""The mean width of a letter, by the size of its type."""
_NBSP: Final = "\N{NO-BREAK SPACE}"
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
    """The values in view, from the left or the foot to the other end, and the texts of some.

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
    """A value: ``words`` are shown on demand, ``kind`` is a key of its series' kinds.

    A point of kind ``small`` is not drawn until it is pointed at.
    """

    x: Place
    y: float
    words: str = ""
    kind: str = ""


class Kind(NamedTuple):
    """How points of a kind look, and what that means."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """Points in order, with a line through them unless its shape is ``none``.

    ``label`` explains it in a legend, ``end`` is written at its end. A line of ``steps`` keeps each
    value until the next point, ``centred`` steps change halfway.
    """

    points: tuple[Point, ...]
    look: str
    label: str = ""
    end: str = ""
    shape: Literal["line", "steps", "centred", "none"] = "line"
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A line all across the chart, at a value of ``y``, or of ``x`` if upright."""

    at: Place
    look: str
    label: str = ""
    end: str = ""
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two lines of steps."""

    x: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    label: str


class Bar(NamedTuple):
    """A bar from 0, of which ``part`` is set apart; ``note`` is written above it."""

    x: float
    height: int
    part: int
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars, with the labels of the whole and of the part."""

    bars: tuple[Bar, ...]
    label: str
    part_label: str


class Box(NamedTuple):
    """A rectangle from a corner, with a text in its middle; ``words`` are shown on demand."""

    x: Place
    y: float
    end: Place
    height: float
    look: str
    text: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rectangles, and what their looks mean."""

    boxes: tuple[Box, ...]
    labels: Mapping[str, str]


class Range(NamedTuple):
    """An interval across, ``low`` to ``high``, at a place of ``y``."""

    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranges:
    """Intervals of one look."""

    ranges: tuple[Range, ...]
    look: str
    label: str = ""
    dashed: bool = False


class Span(NamedTuple):
    """The interval of a share over several weeks in a row; None where it has none."""

    start: float
    end: float
    lower: float | None
    value: float | None
    upper: float | None
    words: str
    look: str


@dataclass(frozen=True, slots=True)
class Spans:
    """Intervals by week."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """Small bars below the chart, one for each whole number from 0; ``label`` names the highest."""

    heights: tuple[int, ...]
    label: str


class Words(NamedTuple):
    """A text at a place."""

    x: Place
    y: float
    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, each at its place."""

    texts: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Points to name where there is room, the most important first.

    ``left_out`` says how many have none: a text with ``{count}``.
    """

    points: tuple[Point, ...]
    left_out: str


Layer = Series | Level | Band | Bars | Boxes | Ranges | Spans | Strip | Texts | Names


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. Without layers it is ``empty``: a sentence that says why.

    ``reading`` is what it shows, in words; ``under`` has a text for each tick of ``x``, after
    a title; ``notes`` go below; ``height`` is what it needs, in points, where that varies;
    ``columns`` is how many values it has in a row, where they form a table.
    """

    title: str
    x: Axis = Axis(0, 1)
    y: Axis = Axis(0, 1)
    layers: tuple[Layer, ...] = ()
    reading: str = ""
    empty: str = ""
    under: tuple[str, tuple[Tick, ...]] | None = None
    notes: tuple[str, ...] = ()
    height: float | None = None
    framed: bool = True
    columns: int = 1


# -- scales ----------------------------------------------------------------------------------------


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


def share_axis(low: float, lang: str, title: str, about: int = 5) -> Axis:
    """Return an axis of shares up to 1, in percent."""
    named = tuple(
        (share, number(f"{100 * share:.3g}", lang)) for share in ticks(max(low, 0.0), 1.0, about)
    )
    return Axis(low, 1.02, named, title)


def hours_axis(low: float, high: float, lang: str, title: str, about: int = 5) -> Axis:
    """Return an axis of hours."""
    named = tuple((hour, number(f"{hour:g}", lang)) for hour in ticks(low, high, about))
    return Axis(low, high, named, title)


def count_axis(high: float, lang: str, title: str = "", about: int = 5) -> Axis:
    """Return an axis of whole numbers from 0."""
    named = tuple((n, count_text(round(n), lang)) for n in ticks(0, high, about) if n == round(n))
    return Axis(0, high, named, title)


def week_axis(names: Sequence[str], lang: str, most: int = MOST_WEEKS) -> Axis:
    r"""Return an axis of weeks, a place each from 0, with the year below its first week named.

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
    return Axis(-0.7, end, tuple(named), CHARTS.text("axis_week", lang))


def target_level(target: float, lang: str, *, upright: bool = False) -> Level:
    """Return the line of the target rate."""
    label = CHARTS.text("target_line", lang, target=target_text(target, lang))
    return Level(target, "target", label, label, upright)


def name_lines(name: str, letters: int, *, lines: int = 2, tail: str = "") -> str:
    """Return a name in no more than so many lines of so many letters, cut where it is longer.

    >>> print(name_lines("Комитет транспорта и дорожного хозяйства", 22, tail=": 7"))
    Комитет транспорта и
    дорожного хозяйства: 7
    """
    shown = "".join(sign if sign.isprintable() or sign == _NBSP else "?" for sign in name)
    cut = textwrap.wrap(shown, letters, max_lines=lines, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return "\n".join(cut) + tail


def width_of(text: str, size: float = TYPE) -> float:
    """Return about how wide a text is, in points."""
    return max(map(len, text.split("\n"))) * size * _LETTER


def in_a_row(days: Iterable[date]) -> list[list[date]]:
    """Return dates in lists of those that follow each other."""
    runs = groupby(enumerate(days), key=lambda pair: pair[1] - _DAY * pair[0])
    return [[day for _, day in run] for _, run in runs]


# -- names beside points -----------------------------------------------------------------------

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
    for right, up in around:
        low = [
            at[side] + away - size[side] * (0.5 if not away else away < 0)
            for side, away in enumerate((right, up))
        ]
        box = (low[0], low[1], low[0] + size[0], low[1] + size[1])
        inside = frame[0] < box[0] and box[2] < frame[2] and frame[1] < box[1] and box[3] < frame[3]
        if inside and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in taken
        ):
            return (right, up), box
    return None

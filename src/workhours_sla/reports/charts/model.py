"""The chart model: axes, and layers of lines, points, boxes and labels.

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
from workhours_sla.text import words
from workhours_sla.text.amounts import amount_words
from workhours_sla.text.catalog import CHARTS
from workhours_sla.text.numbers import MINUS, count_text, number, target_text

LETTER: Final = 6.2  # mean width of a letter
TYPE: Final = 10.7  # font size of texts in charts
ROW: Final = 13.0  # height of a line of text
WIDTH, HALF = 580.0, 368.0
"""Widths inside the axes of a picture, and of a chart of half the page's width."""
LABELLED: Final = 14  # maximum number of points in a chart that get a label with their name

_DAY: Final = timedelta(days=1)

Place = float | datetime  # a value on an axis: a number or an instant
Tick = tuple[Place, str]  # a value on an axis, and the text at its tick


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis with its visible range, its ticks and its title; ``low`` may exceed ``high``."""

    low: Place
    high: Place
    ticks: tuple[Tick, ...] = ()
    title: str = ""
    minor: tuple[Tick, ...] = ()
    log: bool = False
    names: bool = False  # the ticks are names of rows or columns, such as weekdays


class Point(NamedTuple):
    """A point of a chart; ``low`` and ``high`` are the bounds of a horizontal interval, if any."""

    x: Place
    y: float
    kind: str = ""  # the name of its style
    tooltip: str = ""
    name: str = ""  # written beside the point if there is room
    low: float = 0.0
    high: float = 0.0


class Series(NamedTuple):
    """A sequence of points, with a line through them if ``look`` names a style."""

    points: tuple[Point, ...]
    look: str = ""
    label: str = ""  # in the legend
    end: str = ""  # at the end of the line
    steps: Literal["", "post", "mid"] = ""  # a value reaches to the next point, or halfway to it


class Level(NamedTuple):
    at: Place
    look: str
    label: str = ""  # in the legend
    end: str = ""  # at the end of the line
    upright: bool = False


class Band(NamedTuple):
    """The filled area between two lines that are drawn in steps."""

    x: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    label: str


class Box(NamedTuple):
    """A rectangle from ``x`` to ``end`` and from ``y`` to ``y + height``, with a text in it."""

    x: Place
    y: float
    end: Place
    height: float
    look: str
    text: str = ""
    tooltip: str = ""
    value: float | None = None  # the y of a line through the rectangle


class Label(NamedTuple):
    """A text at a position of the chart, in the style ``look``."""

    x: Place
    y: float
    text: str
    look: str


Layer = Series | Level | Band | Box | Label


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, axes, layers and texts. Without layers, ``empty`` explains why."""

    title: str
    x: Axis = Axis(0, 1)
    y: Axis = Axis(0, 1)
    layers: tuple[Layer, ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)  # of points and boxes, by style
    reading: str = ""  # states in a sentence what the chart shows
    empty: str = ""
    under: tuple[str, tuple[Tick, ...]] | None = None  # a heading, and texts below the ticks of x
    notes: tuple[str, ...] = ()
    unnamed: str = ""  # the template of the note that counts points whose name had no room
    height: float | None = None  # None if it can have any
    framed: bool = True
    columns: int = 1  # number of boxes in a row, if the boxes form a table

    def series(self) -> list[Series]:
        return [layer for layer in self.layers if isinstance(layer, Series)]


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return about ``about`` equally spaced round values from ``low`` to ``high``."""
    rough = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def share_axis(low: float, title: str = "", about: int = 5) -> Axis:
    shares = ticks(max(low, 0.0), 1.0, about)
    named = ((n, CHARTS.text("percent", share=number(f"{100 * n:.3g}"))) for n in shares)
    return Axis(low, 1.02, tuple(named), title)


def hours_axis(low: float, high: float, title: str, about: int = 5) -> Axis:
    hours = ((n, number(f"{n:g}")) for n in ticks(low, high, about))
    return Axis(low, high, tuple(hours), title)


def amount_axis(low: float, high: float) -> Axis:
    """Return an axis in hours, whose ticks are amounts in words."""
    amounts = ((n, amount_words(timedelta(hours=n))) for n in ticks(low, high))
    return Axis(low, high, tuple((n, text.replace("-", MINUS)) for n, text in amounts))


def count_axis(high: float, title: str = "", about: int = 5) -> Axis:
    counts = [round(n) for n in ticks(0, high, about) if n == round(n)]
    return Axis(0, high, tuple((n, count_text(n)) for n in counts), title)


def week_axis(names: Sequence[str], width: float = HALF) -> Axis:
    """Return an axis with the dates of the weeks, as many as fit, and each year below its first."""
    texts = [words.week_dates(name) for name in names]
    step = max(1, math.ceil(len(texts) * (max(map(width_of, texts)) + TYPE) / width))
    named, before = list[Tick](), ""
    for place in range(0, len(names), step):
        year = names[place][:4]
        named.append((place, f"{texts[place]}\n{year}" if year != before else texts[place]))
        before = year
    return Axis(-0.7, max(len(names) - 0.3, 0.7), tuple(named))


def target_level(target: float, *, upright: bool = False) -> Level:
    label = CHARTS.text("target_line", target=target_text(target))
    return Level(target, "target", label, label, upright)


def width_of(text: str) -> float:
    return max(map(len, text.split("\n"))) * LETTER


def name_lines(name: str, letters: int, *, lines: int = 2, tail: str = "") -> str:
    """Break a name into at most ``lines`` lines of ``letters`` letters, and append ``tail``."""
    dots = "\N{HORIZONTAL ELLIPSIS}"
    found = textwrap.wrap(one_line(name), letters, max_lines=lines, placeholder=dots)
    return "\n".join(found) + tail


def in_a_row(days: Iterable[date]) -> list[list[date]]:
    runs = groupby(enumerate(days), key=lambda pair: pair[1] - _DAY * pair[0])
    return [[day for _, day in run] for _, run in runs]

"""Draw a chart as SVG, for the HTML page and for notebooks and files.

Colours, line widths and font sizes come from the style sheet ``chart.css``. A *mark* is an element
with a tooltip: the text is its ``aria-label``, which the script of the page shows next to it, and
the arrow keys move from mark to mark. A picture has its title, its legend and its notes inside.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import chain, pairwise
from os import PathLike
from pathlib import Path
from typing import Final, Literal
from xml.etree.ElementTree import Element, tostring

from workhours_sla.disk.atomic_write import write_files
from workhours_sla.module_names import public
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import LETTER, Axis, Chart, Place, Point
from workhours_sla.reports.wording import printable

WIDE, HALF, HEIGHT = 1000, 490, 270
"""Widths of a full and a half chart on the page, and the usual height."""
ALONE, TALL = 700, 300  # the width of a picture, and the usual height of its axes

_LEFT, _RIGHT, _TOP, _FOOT = 46, 76, 14, 38
"""Margins around the axes; the right margin has room for the names of lines."""
_LINE: Final = 13.0  # height of a line of text in a chart
_NOTE: Final = 15.0  # height of a line of text below a picture
_MARGIN: Final = 16
_WIDE_LETTER: Final = 6.8  # width of a wide letter; the names of groups have many
_HATCH: Final = 7  # the horizontal distance of the lines of a hatched box
_SHAPES: Final = {
    **dict.fromkeys(("outside", "range_outside", "p90"), "diamond"),
    **dict.fromkeys(("run_of_eight", "funnel_1", "funnel_2"), "up"),
    **dict.fromkeys(("funnel_-1", "funnel_-2", "target_fails"), "down"),
    **dict.fromkeys(("three_of_four", "target_inconclusive"), "square"),
    "censored": "bar",
    "target_too_few": "cross",
}
"""The shapes of points, by the beginning of their kind; other points are circles."""
_OUTLINES: Final = {
    "diamond": "M{x} {top}L{right} {y}L{x} {foot}L{left} {y}Z",
    "up": "M{x} {top}L{right} {foot}L{left} {foot}Z",
    "down": "M{x} {foot}L{right} {top}L{left} {top}Z",
    "square": "M{left} {top}H{right}V{foot}H{left}Z",
    "bar": "M{x} {top}V{foot}",
    "cross": "M{left} {top}L{right} {foot}M{left} {foot}L{right} {top}",
}
_LABELS: Final = {"day": ("start", -2), "sign": ("end", 9), "tick": ("middle", 0)}
"""The anchor of labels and how far below their place they are, by style; others are centred."""
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML and XML do not allow."""
STYLE: Final = files(__package__ or "").joinpath("chart.css").read_text(encoding="utf-8")


def cleaned(text: str) -> str:
    """Replace the characters of a text that HTML and XML do not allow."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


def svg(chart: Chart, *, wide: bool = False, height: int = HEIGHT) -> str:
    """Return a chart as an ``svg`` element; its title and reading are for screen readers."""
    is_table = chart.columns > 1
    width = WIDE if wide else HALF
    drawn = _element(
        "svg",
        *_Drawing(chart, width, height).parts(),
        viewBox=f"0 0 {width} {height}",
        class_="chart" + " wide" * wide + " heat" * is_table,
        role="group",
        aria_label=f"{chart.title}. {chart.reading}" if chart.reading else chart.title,
        data_columns=chart.columns if is_table else None,
    )
    return tostring(drawn, encoding="unicode")


def legend(chart: Chart) -> list[tuple[str, str]]:
    """Return the SVG and the text of each entry of the legend; lines have their names beside."""
    shape = {"viewBox": "-1 0 17 13", "class_": "key", "aria_hidden": "true"}
    return [
        (tostring(_element("svg", *_swatch(look, 0, 11), **shape), encoding="unicode"), label)
        for look, label in _explained(chart)
        if not look.startswith("stroke ")
    ]


# -- pictures --------------------------------------------------------------------------------------


@public("workhours_sla.report")
@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that a notebook shows, and that ``save`` writes as SVG.

    ``title`` is the title of the chart, and ``svg`` the picture as text.
    """

    title: str
    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to an SVG file; raises OSError."""
        write_files({Path(path): self.svg.encode()})


def picture(chart: Chart, *, height: float = TALL) -> Picture:
    """Return the picture of a chart. ``height`` is that of the axes if the chart has none."""
    if not chart.layers:
        lines = [*_wrapped(chart.empty)]
        texts = [_text(0, (2 + n) * _NOTE, line, "note") for n, line in enumerate(lines)]
        return _whole(chart.title, texts, (2 + len(lines)) * _NOTE)
    below = (chart.height or height) + 60.0
    drawing = _Drawing(chart, ALONE, round(below))
    parts = drawing.parts()
    if chart.under is not None:
        heading, counts = chart.under
        parts.append(_text(0, below + _NOTE, heading, "note"))
        below += 2 * _NOTE
        parts += [_text(drawing.x(at), below, text, "tick", "middle") for at, text in counts]
    x = 0.0
    for look, label in _explained(chart):
        wide = 30 + len(label) * LETTER
        if not x or x + wide > ALONE:
            x, below = 0.0, below + _NOTE
        parts += [*_swatch(look, x, below), _text(x + 20, below, label, "note")]
        x += wide
    for line in chain(*map(_wrapped, (*chart.notes, *drawing.notes))):
        below += _NOTE
        parts.append(_text(0, below, line, "note"))
    moved = _element("g", *parts, transform=f"translate(0 {_NOTE * 1.6})")
    return _whole(chart.title, [moved], below + 2 * _NOTE)


def _whole(title: str, parts: list[Element], height: float) -> Picture:
    wide, tall = ALONE + 2 * _MARGIN, round(height + 2 * _MARGIN)
    heading = _text(0, _NOTE, title, "heading")
    # without variables, which few programs that draw SVG know
    colours, _, rules = STYLE.partition("}")
    values = dict(re.findall(r"--([\w-]+): ([^;]+);", colours))
    style = re.sub(r"var\(--([\w-]+)\)", lambda name: values[name[1]], rules)
    style = style.replace(".chart", ".workhours")  # a style inside of SVG applies to a notebook
    drawn = _element(
        "svg",
        _element("title", title),
        _element("style", style),
        _element("rect", width=wide, height=tall, class_="paper"),
        _element("g", heading, *parts, transform=f"translate({_MARGIN} {_MARGIN})"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {wide} {tall}",
        width=wide,
        class_="workhours",
        role="img",
    )
    return Picture(title, tostring(drawn, encoding="unicode") + "\n")


def _wrapped(text: str) -> Iterator[str]:
    for one in text.split("\n"):
        yield from textwrap.wrap(one, int(ALONE / LETTER))


def _explained(chart: Chart) -> Iterator[tuple[str, str]]:
    """Yield the entries of the legend: the form and the style of each, and its text."""
    for layer in chart.layers:
        match layer:
            case model.Band(label=label):
                yield "box band", label
            case model.Series(look=look, label=label) | model.Level(look=look, label=label):
                if label:
                    yield f"stroke {look}", label
    boxes = {layer.look for layer in chart.layers if isinstance(layer, model.Box)}
    kinds = {point.kind for series in chart.series() for point in series.points}
    ends = {series.end for series in chart.series()}
    for look, label in chart.legend.items():
        if look in boxes:
            yield f"box {look}", label
        elif look in kinds and label not in ends:
            yield look, label


# -- elements --------------------------------------------------------------------------------------


def _element(name: str, *inner: Element | str, **attributes: str | float | None) -> Element:
    """Return an element; underscores in attributes are hyphens, at their end they are removed."""
    made = Element(name)
    for key, value in attributes.items():
        if value is not None:
            made.set(key.rstrip("_").replace("_", "-"), cleaned(str(value)))
    for one in inner:
        if isinstance(one, str):
            made.text = cleaned(one)
        else:
            made.append(one)
    return made


def _text(x: float, y: float, text: str, class_: str, anchor: str = "start") -> Element:
    x, y = round(x, 1), round(y, 1)
    return _element("text", text, x=x, y=y, class_=class_, text_anchor=anchor)


def _rect(x: float, y: float, end: float, foot: float, class_: str) -> Element:
    wide, tall = round(max(end - x, 1), 1), round(foot - y, 1)
    return _element("rect", x=round(x, 1), y=y, width=wide, height=tall, class_=class_)


def _swatch(look: str, x: float, y: float) -> list[Element]:
    form, _, name = look.partition(" ")
    if form == "box":
        hatched = _hatched(x, y - 9, x + 14, y + 1) if name == "few" else []
        return [_element("rect", x=x, y=y - 9, width=14, height=10, class_=name), *hatched]
    shape = None if form == "stroke" else _marker(look, x + 7, y - 4)
    line = _element("line", x1=x, x2=x + 15, y1=y - 4, y2=y - 4, class_=name)
    return [line if shape is None else shape]


def _marker(kind: str, x: float, y: float) -> Element | None:
    name = kind.partition(" ")[0]
    class_ = f"point {kind}".rstrip()
    if name == "merged":
        return _rect(x - 6, y - 6, x + 6, y + 6, "band")
    if name == "few_matured":
        return None
    shape = _SHAPES.get(name, _SHAPES.get(name.removesuffix("_few")))
    if shape is None:
        return _element("circle", cx=x, cy=y, r=3.4, class_=class_)
    edges = {"left": x - 4, "right": x + 4, "top": y - 4, "foot": y + 4}
    places = {name: round(at, 1) for name, at in edges.items()}
    return _element("path", d=_OUTLINES[shape].format(x=x, y=y, **places), class_=class_)


def _place(axis: Axis, value: Place, start: float, end: float) -> float:
    """Return the coordinate of a value on an axis; one outside is moved to the nearest end."""
    low, high, at = (
        one.timestamp() if isinstance(one, datetime) else math.log(one) if axis.log else one
        for one in (axis.low, axis.high, value)
    )
    part = (at - low) / ((high - low) or 1.0)
    return round(start + min(max(part, 0.0), 1.0) * (end - start), 1)


class _Drawing:
    """Draws one chart: lines and texts are collected first, and marks are drawn over them."""

    def __init__(self, chart: Chart, width: int, height: int) -> None:
        self._chart, self._height = chart, height
        named = chart.x.names
        names = [len(line) for _, text in chart.y.ticks for line in text.split("\n")]
        self._left = max(_LEFT, round(max(names, default=0) * _WIDE_LETTER) + 10)
        self._right, self._top = width - _RIGHT, 20 if named else _TOP
        if not chart.framed:
            self._left, self._right = 0, width
        self._foot = height - (2 if named else _FOOT)
        self._lines: list[Element] = []
        self._marks: list[Element] = []
        self._ends: list[tuple[float, str]] = []
        self.notes: list[str] = []  # set by ``parts``
        self._has_two_axes = width == WIDE and not chart.y.names  # one of them is in sight

    def parts(self) -> list[Element]:
        if self._chart.framed:
            self._axes()
        for layer in self._chart.layers:
            self._layer(layer)
        free = 0.0
        for at, text in sorted(self._ends):  # moved down where they would overlap
            free = max(at, free)
            self._text(self._right + 5, free + 4, text, "note")
            free += _LINE
        named = [(self._y(value), text) for value, text in self._chart.y.ticks]
        for at, text in named if self._has_two_axes else ():
            if not any(abs(at - end) < _LINE for end, _ in self._ends):
                self._text(self._right + 5, at + 4, text, "tick")
        self._names()
        return [*self._lines, *self._marks]

    def x(self, value: Place) -> float:
        return _place(self._chart.x, value, self._left, self._right)

    def _y(self, value: Place) -> float:
        return _place(self._chart.y, value, self._foot, self._top)

    def _at(self, point: Point) -> Corner:
        return self.x(point.x), self._y(point.y)

    def _line(self, x1: float, y1: float, x2: float, y2: float, class_: str) -> None:
        self._lines.append(_element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=class_))

    def _text(self, x: float, y: float, text: str, class_: str, anchor: str = "start") -> None:
        lines = text.split("\n") if text else []
        for n, line in enumerate(lines):
            below = (n - (len(lines) - 1) / 2) * 11
            self._lines.append(_text(x, y + below, line, class_, anchor))

    def _mark(self, tooltip: str, shapes: Iterable[Element], class_: str) -> None:
        """Draw shapes; a tooltip appears on hover and on keyboard focus."""
        if tooltip:
            look = f"mark {class_}".rstrip()
            mark = _element("g", *shapes, class_=look, tabindex=-1, role="img", aria_label=tooltip)
            self._marks.append(mark)
        else:
            self._marks += shapes

    def _axes(self) -> None:
        x, y, foot = self._chart.x, self._chart.y, self._foot
        for value, text in y.ticks:
            at = self._y(value)
            if not y.names:
                self._line(self._left, at, self._right, at, "grid")
            self._text(self._left - 6, at + 4, text, "tick", "end")
        if not x.names:
            self._line(self._left, foot, self._right, foot, "axis")
        for value, text in x.ticks:
            first, _, second = text.partition("\n")
            at = self.x(value)
            self._text(at, self._top - 7 if x.names else foot + 15, first, "tick", "middle")
            self._text(at, self._height - 4, second, "title", "middle")
        for value, text in x.minor:
            self._text(self.x(value), foot + 28, text, "tick", "middle")
        self._text(self._right, self._height - 4, x.title, "title", "end")

    # -- layers ----------------------------------------------------------------------------

    def _layer(self, layer: model.Layer) -> None:
        match layer:
            case model.Series():
                self._series(layer)
            case model.Level(at, look, _, end, upright) if upright:
                x = self.x(at)
                self._line(x, self._foot, x, self._top, look)
                self._text(x + 5, self._top + 9, end, "note")
            case model.Level(at, look, _, end):
                y = self._y(at)
                self._line(self._left, y, self._right, y, look)
                self._ends.append((y, end))
            case model.Band(x, lower, upper):
                over, under = (
                    _corners([*zip(map(self.x, x), map(self._y, edge), strict=True)], "post")
                    for edge in (upper, lower)
                )
                points = _points([*over, *reversed(under)])
                self._lines.append(_element("polygon", points=points, class_="band"))
            case model.Box():
                self._box(layer)
            case model.Label(at, y, text, look):
                anchor, down = _LABELS.get(look.partition(" ")[0], ("middle", 4))
                self._text(self.x(at), self._y(y) + down, text, look, anchor)

    def _series(self, series: model.Series) -> None:
        low = self._chart.y.low
        places = [
            self._at(point)
            for point in series.points
            if not isinstance(low, datetime) and (not series.look or low <= point.y)
        ]
        if series.look and places:
            points = _points(_corners(places, series.steps))
            self._lines.append(_element("polyline", points=points, class_=series.look))
        if series.end and places:
            x, y = places[-1]
            if series.look:
                self._ends.append((y, series.end))
            else:
                self._text(x + 8, y - 5, series.end, "note")
        for point in series.points:
            x, y = self._at(point)
            if point.low < point.high:
                self._line(self.x(point.low), y, self.x(point.high), y, f"range {point.kind}")
            # a point without a kind and without a tooltip is only a corner of its line
            shape = _marker(point.kind, x, y) if point.kind or point.tooltip else None
            if shape is not None:
                self._mark(point.tooltip, [shape], point.kind)

    def _box(self, box: model.Box) -> None:
        left, right = self.x(box.x), self.x(box.end)
        top, foot = sorted((self._y(box.y), self._y(box.y + box.height)))
        shapes = [_rect(left, top, right, foot, box.look)]
        if box.look == "few":
            shapes += _hatched(left, top, right, foot)
        if box.value is not None:
            at = self._y(box.value)
            shapes.append(_element("line", x1=left, x2=right, y1=at, y2=at, class_="value"))
        if box.text:
            middle = (left + right) / 2, (top + foot) / 2 + 4
            shapes.append(_text(*middle, box.text, f"in_box {box.look}", "middle"))
        if box.tooltip:
            self._mark(box.tooltip, shapes, box.look)
        else:
            self._lines += shapes

    def _names(self) -> None:
        """Write the names of points beside them, from right to left, where there is room."""
        taken: list[Rectangle] = []
        named: list[Point] = []
        for series in self._chart.series():
            named += (point for point in series.points if point.name)
            for x, y in () if series.look else map(self._at, series.points):
                taken.append((x - 4, y - 4, x + 4, y + 4))
        written = 0
        for point in sorted(named, key=lambda one: one.x, reverse=True):
            (x, y), text = self._at(point), printable(point.name)
            wide = len(text) * LETTER
            for left in (x + 7, x - 7 - wide):
                box = left, y - _LINE / 2, left + wide, y + _LINE / 2
                if written < model.LABELLED and self._is_free(box, taken):
                    self._text(left, y + 4, text, "note name")
                    taken.append(box)
                    written += 1
                    break
        if written < len(named) and self._chart.unnamed:
            self.notes.append(self._chart.unnamed.format(count=len(named) - written))

    def _is_free(self, box: Rectangle, taken: Iterable[Rectangle]) -> bool:
        left, top, right, foot = box
        return (
            self._left < left
            and right < self._right
            and self._top < top
            and foot < self._foot
            and not any(
                left < other[2] and other[0] < right and top < other[3] and other[1] < foot
                for other in taken
            )
        )


Rectangle = tuple[float, float, float, float]  # the left, upper, right and lower edge
Corner = tuple[float, float]


def _corners(places: list[Corner], steps: Literal["", "post", "mid"]) -> list[Corner]:
    corners = places[:1]
    for (left, before), (right, after) in pairwise(places):
        at = right if steps == "post" else round((left + right) / 2, 1)
        corners += [(at, before), (at, after)] if steps else []
        corners += [] if steps == "post" else [(right, after)]
    return corners


def _points(places: Iterable[Corner]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _hatched(left: float, top: float, right: float, foot: float) -> list[Element]:
    """Return the lines that hatch a box; Chromium prints a pattern very slowly."""
    lines = []
    first = math.ceil((left - foot + 1) / _HATCH) * _HATCH
    for shift in range(first, math.floor(right - top), _HATCH):  # a line is x = y + shift
        start, end = max(left, top + shift), min(right, foot + shift)
        lines.append(f"M{start:.4g} {start - shift:.4g}L{end:.4g} {end - shift:.4g}")
    return [_element("path", d="".join(lines), class_="hatched")]

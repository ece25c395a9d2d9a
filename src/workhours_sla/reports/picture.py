"""A chart as a picture of its own: SVG with a title, a legend and notes, for notebooks and files.

The page draws the same charts, with tooltips instead of the legend.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

from workhours_sla.disk.atomic_write import write_files
from workhours_sla.module_names import public
from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import Chart, Point, Room
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.page.svg import Drawing

WIDTH: Final = 700
HEIGHT: Final = 300
_MARGIN: Final = 16
_LETTER: Final = 6.2
"""Mean width of a letter."""
_WIDE: Final = 6.8
"""Width of a wide letter; the names of groups have many."""
_LINE: Final = 15.0
_POINT: Final = _LETTER / model.width_of("n")
"""The SVG units of a point of the chart model."""
_SHAPES: Final = {
    "outside": "diamond",
    "run_of_eight": "up",
    "three_of_four": "square",
    "range_outside": "diamond",
    "p90": "diamond",
    "censored": "bar",
    "merged": "block",
    "funnel_1": "up",
    "funnel_2": "up",
    "funnel_-1": "down",
    "funnel_-2": "down",
    "target_fails": "down",
    "target_inconclusive": "square",
    "target_too_few": "cross",
    "few_matured": "",
    "small": "",
    "": "",
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
_STYLE: Final = (Path(__file__).parent / "picture.css").read_text(encoding="utf-8")


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
        """Write the picture to an SVG file. Raises OSError."""
        write_files({Path(path): self.svg.encode()})


def room(height: float = HEIGHT) -> Room:
    """Return the size of a picture in points, inside its axes."""
    return Room((WIDTH - 120) / _POINT, height / _POINT)


def picture(chart: Chart, *, height: float = HEIGHT) -> Picture:
    """Return the picture of a chart. ``height`` is that of the axes if the chart has none."""
    if not chart.layers:
        lines = _wrapped(chart.empty, WIDTH)
        texts = [_text(0, 2 * _LINE + n * _LINE, line, "note") for n, line in enumerate(lines)]
        return _whole(chart.title, texts, (2 + len(lines)) * _LINE)
    tall = height if chart.height is None else chart.height * _POINT
    drawing = _Alone(chart, round(tall) + 60)
    inside = drawing.parts()
    below = tall + 60.0
    parts: list[Html] = []
    if chart.under is not None:
        heading, counts = chart.under
        parts.append(_text(0, below + _LINE, heading, "note"))
        below += 2 * _LINE
        parts += [_text(drawing.across(at), below, text, "tick", "middle") for at, text in counts]
    x = 0.0
    for look, label in _explained(chart):
        wide = 30 + len(label) * _LETTER
        if not x or x + wide > WIDTH:
            x, below = 0.0, below + _LINE
        parts.append(_swatch(look, x, below))
        parts.append(_text(x + 20, below, label, "note"))
        x += wide
    for note in (*chart.notes, *drawing.unnamed()):
        for line in _wrapped(note, WIDTH):
            below += _LINE
            parts.append(_text(0, below, line, "note"))
    moved = element("g", inside, transform=f"translate(0 {_LINE * 1.6})")
    rest = element("g", parts, transform=f"translate(0 {_LINE * 1.6})")
    return _whole(chart.title, [moved, rest], below + 2 * _LINE)


def _whole(title: str, parts: list[Html], height: float) -> Picture:
    wide, tall = WIDTH + 2 * _MARGIN, round(height + 2 * _MARGIN)
    svg = element(
        "svg",
        element("title", title),
        element("style", Html(_STYLE)),
        element("rect", width=wide, height=tall, class_="paper"),
        element(
            "g",
            _text(0, _LINE, title, "heading"),
            parts,
            transform=f"translate({_MARGIN} {_MARGIN})",
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {wide} {tall}",
        width=wide,
        class_="workhours",
        role="img",
    )
    return Picture(title, svg + "\n")


def _wrapped(text: str, width: float) -> list[str]:
    return [line for one in text.split("\n") for line in textwrap.wrap(one, int(width / _LETTER))]


def _text(x: float, y: float, text: str, class_: str, anchor: str = "start") -> Html:
    x, y = round(x, 1), round(y, 1)
    return element("text", text, x=x, y=y, class_=class_, text_anchor=anchor)


def _explained(chart: Chart) -> Iterator[tuple[str, str]]:
    """Yield the style and the text of each entry of the legend, lines first."""
    for layer in chart.layers:
        match layer:
            case model.Band(label=label):
                yield "box band", label
            case model.Series(look=look, label=label) | model.Level(look=look, label=label):
                if label:
                    yield f"stroke {look}", label
            case _:
                pass
    boxes = {layer.look for layer in chart.layers if isinstance(layer, model.Box)} | {
        "whole",
        "part",
    }
    kinds = {point.kind for series in chart.series() for point in series.points}
    for look, label in chart.legend.items():
        if look in boxes or look in {"whole", "part"}:
            yield f"box {look}", label
        elif look in kinds or look.partition(" ")[0] in {kind.partition(" ")[0] for kind in kinds}:
            yield look, label


def _swatch(look: str, x: float, y: float) -> Html:
    form, _, name = look.partition(" ")
    if form == "box":
        return element("rect", x=x, y=y - 9, width=14, height=10, class_=name)
    if form == "stroke":
        return element("line", x1=x, x2=x + 15, y1=y - 4, y2=y - 4, class_=name)
    return _marker(look, x + 7, y - 4) or element("line", x1=x, x2=x + 15, y1=y - 4, y2=y - 4)


def _marker(kind: str, x: float, y: float) -> Html | None:
    """Return the shape of a point, None for a kind without one."""
    name = kind.partition(" ")[0]
    shape = _SHAPES.get(name, _SHAPES.get(name.removesuffix("_few"), "circle"))
    class_ = f"point {kind}"
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=3.4, class_=class_)
    if shape == "block":
        return element("rect", x=round(x - 6, 1), y=y - 6, width=12, height=12, class_="band")
    if not shape:
        return None
    edges = {"left": x - 4, "right": x + 4, "top": y - 4, "foot": y + 4}
    places = {name: round(at, 1) for name, at in edges.items()}
    return element("path", d=_OUTLINES[shape].format(x=x, y=y, **places), class_=class_)


class _Alone(Drawing):
    """Draws the axes and the layers of a chart with a shape for each kind of point."""

    def __init__(self, chart: Chart, height: int) -> None:
        super().__init__(chart, WIDTH, height)
        names = [len(line) for _, text in chart.y.ticks for line in text.split("\n")]
        self._left = max(46, round(max(names, default=0) * _WIDE) + 10)
        if not chart.framed:
            self._left, self._right = 0, WIDTH
        self._named = 0

    def across(self, value: model.Place) -> float:
        """Return the x of a value."""
        return self._x(value)

    def unnamed(self) -> list[str]:
        """Return the note that counts the points whose name had no room."""
        count = len(self._chart.named()) - self._named
        return (
            [self._chart.unnamed.format(count=count)] if count > 0 and self._chart.unnamed else []
        )

    def _axes(self) -> None:
        chart = self._chart
        if not chart.framed:
            return
        super()._axes()
        for at, text in chart.x.minor:
            self._text(self._x(at), self._foot + 28, text, "tick", "middle")

    def _tick_of_y(self, at: float, text: str) -> None:
        lines = text.split("\n")
        for n, line in enumerate(lines):
            self._text(
                self._left - 6, at + 4 + (n - (len(lines) - 1) / 2) * 11, line, "tick", "end"
            )

    def _point(self, point: Point) -> None:
        x, y = self._x(point.x), self._y(point.y)
        if point.low < point.high:
            self._line(self._x(point.low), y, self._x(point.high), y, f"range {point.kind}")
        shape = _marker(point.kind, x, y)
        if shape is not None:
            self._marks.append(shape)

    def _box(self, box: model.Box) -> None:
        left, right = self._x(box.x), self._x(box.end)
        top, foot = sorted((self._y(box.y), self._y(box.y + box.height)))
        self._lines.append(self._rect(left, top, right, foot, box.look))
        if box.text:
            middle = (left + right) / 2, (top + foot) / 2 + 4
            self._text(*middle, box.text, f"in_box {box.look}", "middle")

    def _layer(self, layer: model.Layer) -> None:
        if isinstance(layer, model.Label):
            x, y, lines = self._x(layer.x), self._y(layer.y), layer.text.split("\n")
            name = layer.look.partition(" ")[0]
            anchor = {"day": "start", "sign": "end"}.get(name, "middle")
            y += {"sign": 9, "day": -2}.get(name, 4) - (len(lines) - 1) * 5.5
            for n, line in enumerate(lines):
                self._text(x, y + n * 11, line, layer.look, anchor)
            return
        super()._layer(layer)
        if isinstance(layer, model.Bars):
            for bar in layer.bars:
                left, right = self._x(bar.x - 0.4), self._x(bar.x + 0.4)
                self._marks.append(self._rect(left, self._y(bar.part), right, self._foot, "part"))

    def _name(self, x: float, y: float, text: str) -> None:
        self._named += 1
        super()._name(x, y, text)

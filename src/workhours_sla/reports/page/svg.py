"""Draw a chart for the HTML page as inline SVG.

Colours, line widths and font sizes come from the style sheet. A *mark* is an element with a
tooltip: the text is its ``aria-label``, which the script of the page shows next to it, and the
arrow keys move from mark to mark. Points without a tooltip are not drawn, because the page has no
legend that would explain them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

from workhours_sla.reports.charts import model
from workhours_sla.reports.charts.model import Axis, Chart, Place, Room
from workhours_sla.reports.page.elements import Html, element
from workhours_sla.reports.printable import printable
from workhours_sla.statistics.intervals import ComplianceRate

WIDE, HALF, HEIGHT = 1000, 490, 270
"""Widths of a full and a half chart, and the usual height, in SVG units."""

_LEFT, _RIGHT, _TOP, _FOOT = 46, 76, 14, 38
"""Margins around the axes; the right margin has room for the names of lines."""
_LINE: Final = 13.0
"""Height of a line of text."""
_LETTER: Final = 6.2
"""Mean width of a letter."""
_SECOND_LINE: Final = 24.0
"""Half of the width of a label on the line of the title of an axis, such as a year, and a gap."""
_HATCH: Final = 7
"""The horizontal distance of the lines of a hatched box."""
_HOLLOW: Final = ("funnel_0", "funnel_1", "funnel_-1")


def svg(chart: Chart, *, wide: bool = False, height: int = HEIGHT) -> Html:
    """Return a chart as an ``svg`` element; its title and reading are for screen readers."""
    return Drawing(chart, WIDE if wide else HALF, height).svg()


def room() -> Room:
    """Return the size, in points of the chart model, inside the axes of a half-width chart."""
    scale = model.width_of("n") / _LETTER
    return Room((HALF - _LEFT - _RIGHT) * scale, (HEIGHT - _TOP - _FOOT) * scale)


def legend(chart: Chart) -> Html | None:
    """Return the legend of the boxes with tooltips, None if there are no such boxes."""
    looks = {box.look for box in chart.layers if isinstance(box, model.Box) and box.tooltip}
    items = [
        element("li", element("span", class_=f"swatch {look}", aria_hidden="true"), label)
        for look, label in chart.legend.items()
    ]
    return element("ul", items, class_="legend") if looks & chart.legend.keys() else None


def interval_bar(rate: ComplianceRate, low: float) -> Html:
    """Return a small picture of a share's interval and the target, for a table cell.

    The left edge is ``low``, but at most 30 percentage points below the target; the right edge is
    100 %.
    """
    axis = Axis(max(low, rate.target - 0.3), 1.0)
    left, right, goal, at = (
        _place(axis, share, 3, 69)
        for share in (rate.interval.lower, rate.interval.upper, rate.target, rate.rate)
    )
    return element(
        "svg",
        element("line", x1=goal, x2=goal, y1=0, y2=14, class_="goal"),
        element("line", x1=left, x2=right, y1=7, y2=7, class_="whisker"),
        None if rate.counts_only else element("circle", cx=at, cy=7, r=2.6, class_="dot"),
        viewBox="0 0 72 14",
        class_="spark",
        aria_hidden="true",
    )


def _place(axis: Axis, value: Place, start: float, end: float) -> float:
    """Return the coordinate of a value on an axis that is drawn from ``start`` to ``end``.

    A value outside the range of the axis is moved to its nearest end.
    """
    low, high, at = (
        one.timestamp() if isinstance(one, datetime) else math.log(one) if axis.log else one
        for one in (axis.low, axis.high, value)
    )
    part = (at - low) / ((high - low) or 1.0)
    return round(start + min(max(part, 0.0), 1.0) * (end - start), 1)


class Drawing:
    """Draws one chart: lines and texts are collected first, and marks are drawn over them."""

    def __init__(self, chart: Chart, width: int, height: int) -> None:
        self._chart, self._width, self._height = chart, width, height
        named = chart.x.names
        self._left, self._right, self._top = _LEFT, width - _RIGHT, 20 if named else _TOP
        self._foot = height - (2 if named else _FOOT)
        self._lines: list[Html] = []
        self._marks: list[Html] = []
        self._ends: list[tuple[float, str]] = []

    def parts(self) -> list[Html]:
        """Return the elements of the chart: its lines and texts, then the marks over them."""
        self._axes()
        for layer in self._chart.layers:
            self._layer(layer)
        self._write_ends()
        self._names()
        return [*self._lines, *self._marks]

    def svg(self) -> Html:
        """Return the chart as an ``svg`` element of the page."""
        chart = self._chart
        heat = " heat" if chart.columns > 1 else ""
        return element(
            "svg",
            self.parts(),
            viewBox=f"0 0 {self._width} {self._height}",
            class_=f"chart wide{heat}" if self._width == WIDE else f"chart{heat}",
            role="group",
            aria_label=f"{chart.title}. {chart.reading}" if chart.reading else chart.title,
            data_columns=chart.columns if heat else None,
        )

    def _x(self, value: Place) -> float:
        return _place(self._chart.x, value, self._left, self._right)

    def _y(self, value: float) -> float:
        return _place(self._chart.y, value, self._foot, self._top)

    def _line(self, x1: float, y1: float, x2: float, y2: float, class_: str) -> None:
        self._lines.append(element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=class_))

    def _text(self, x: float, y: float, text: str, class_: str, anchor: str = "start") -> None:
        if text:
            x, y = round(x, 1), round(y, 1)
            self._lines.append(element("text", text, x=x, y=y, class_=class_, text_anchor=anchor))

    def _rect(self, x: float, y: float, end: float, foot: float, class_: str | None = None) -> Html:
        wide, tall = round(max(end - x, 1), 1), round(abs(foot - y), 1)
        return element(
            "rect", x=round(x, 1), y=min(y, foot), width=wide, height=tall, class_=class_
        )

    def _mark(self, tooltip: str, *shapes: Html, class_: str = "") -> None:
        """Draw shapes whose tooltip appears on hover and on keyboard focus."""
        class_ = f"mark {class_}".rstrip()
        mark = element("g", shapes, class_=class_, tabindex=-1, role="img", aria_label=tooltip)
        self._marks.append(mark)

    def _axes(self) -> None:
        x, y, foot = self._chart.x, self._chart.y, self._foot
        for value, text in y.ticks:
            at = self._y(float(value))  # type: ignore[arg-type]
            if not y.names:
                self._line(self._left, at, self._right, at, "grid")
            self._tick_of_y(at, text)
        if not x.names:
            self._line(self._left, foot, self._right, foot, "axis")
        for value, text in x.ticks:
            first, _, second = text.partition("\n")
            at = self._x(value)
            self._text(at, self._top - 7 if x.names else foot + 15, first, "tick", "middle")
            if second:
                self._text(at, self._height - 4, second, "title", "middle")
        if x.title:
            self._text(self._title_end(), self._height - 4, x.title, "title", "end")

    def _tick_of_y(self, at: float, text: str) -> None:
        self._text(self._left - 6, at + 4, text, "tick", "end")

    def _title_end(self) -> float:
        """Return where the title of the axis ends: at the right, or before a label on its line."""
        x = self._chart.x
        start = self._right - len(x.title) * _LETTER
        seconds = [self._x(value) for value, text in x.ticks if "\n" in text]
        taken = [at for at in seconds if at > start - _SECOND_LINE]
        return min([self._right, *(at - _SECOND_LINE for at in taken)])

    def _write_ends(self) -> None:
        """Write the names of lines at their right ends, moved down where they would overlap."""
        free = 0.0
        for at, text in sorted(self._ends):
            free = max(at, free)
            self._text(self._right + 5, free + 4, text, "note")
            free += _LINE

    # -- layers ----------------------------------------------------------------------------

    def _layer(self, layer: model.Layer) -> None:
        match layer:
            case model.Series():
                self._series(layer)
            case model.Level(at, look, _, end, upright) if upright:
                x = self._x(at)
                self._line(x, self._foot, x, self._top, look)
                self._text(x + 5, self._top + 9, end, "note")
            case model.Level(at, look, _, end):
                y = self._y(float(at))  # type: ignore[arg-type]
                self._line(self._left, y, self._right, y, look)
                self._ends.append((y, end))
            case model.Band(x, lower, upper):
                over, under = (
                    _corners([*zip(map(self._x, x), map(self._y, edge), strict=True)], "post")
                    for edge in (upper, lower)
                )
                points = _points([*over, *reversed(under)])
                self._lines.append(element("polygon", points=points, class_="band"))
            case model.Bars(bars):
                for bar in bars:
                    left, right = self._x(bar.x - 0.4), self._x(bar.x + 0.4)
                    top = self._y(bar.height)
                    self._mark(bar.tooltip, self._rect(left, top, right, self._foot, "bar"))
                    self._text((left + right) / 2, top - 4, bar.note, "tick", "middle")
            case model.Box():
                self._box(layer)
            case model.Label(at, y, text, look):
                self._text(self._x(at), self._y(y), text, look)

    def _series(self, series: model.Series) -> None:
        places = [
            (self._x(point.x), self._y(point.y))
            for point in series.points
            if float(self._chart.y.low) <= point.y  # type: ignore[arg-type]
        ]
        if series.look and places:
            corners = _corners(places, series.steps)
            line = element("polyline", points=_points(corners), class_=series.look)
            self._lines.append(line)
        if series.end and places:
            x, y = places[-1]
            if series.look:
                self._ends.append((y, series.end))
            else:
                self._text(x + 8, y - 5, series.end, "note")
        for point in series.points:
            self._point(point)

    def _point(self, point: model.Point) -> None:
        if point.tooltip:
            hollow = not point.kind or point.kind.startswith(_HOLLOW)
            side = point.kind.partition(" ")[2]
            class_ = "small" if point.kind == "small" else "" if hollow else f"signal {side}"
            dot = element("circle", cx=self._x(point.x), cy=self._y(point.y), r=3.6)
            self._mark(point.tooltip, dot, class_=class_.rstrip())

    def _box(self, box: model.Box) -> None:
        left, right = self._x(box.x), self._x(box.end)
        edges = left, self._y(box.y), right, self._y(box.y + box.height)
        if not box.tooltip:
            self._lines.append(self._rect(*edges, box.look))
            return
        shapes = [self._rect(*edges)]
        if box.look == "few":
            shapes.append(element("path", d=_diagonals(*edges), class_="hatched"))
        if box.value is not None:
            at = self._y(box.value)
            shapes.append(element("line", x1=left, x2=right, y1=at, y2=at, class_="value"))
        if box.text:
            x, y = round((left + right) / 2, 1), round((edges[1] + edges[3]) / 2 + 4, 1)
            shapes.append(element("text", box.text, x=x, y=y, text_anchor="middle"))
        self._mark(box.tooltip, *shapes, class_=box.look)

    def _names(self) -> None:
        """Write the name of each point that has a name, where there is room."""
        dots = [
            (self._x(point.x), self._y(point.y))
            for series in self._chart.series()
            if not series.look
            for point in series.points
        ]
        taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
        frame = self._left, self._top, self._right, self._foot
        for point in self._chart.named():
            at, text = (self._x(point.x), self._y(point.y)), printable(point.name)
            size = len(text) * _LETTER, _LINE
            found = model.free_place(((7, 0), (-7, 0)), at, size, frame, taken)
            if found is not None and len(taken) < len(dots) + model.LABELLED:
                self._name(found[1][0], at[1] + 4, text)
                taken.append(found[1])

    def _name(self, x: float, y: float, text: str) -> None:
        self._text(x, y, text, "note name")


Corner = tuple[float, float]


def _corners(places: list[Corner], steps: Literal["", "post", "mid"]) -> list[Corner]:
    """Return the corners of a line through points, drawn straight or in steps."""
    corners = places[:1]
    for (left, before), (right, after) in pairwise(places):
        at = right if steps == "post" else round((left + right) / 2, 1)
        corners += [(at, before), (at, after)] if steps else []
        corners += [] if steps == "post" else [(right, after)]
    return corners


def _points(places: Iterable[Corner]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _diagonals(left: float, top: float, right: float, foot: float) -> str:
    """Return the path of the lines that hatch a box; Chromium prints a pattern very slowly.

    >>> _diagonals(0, 0, 10, 10)
    'M0 7L3 10M0 0L10 10M7 0L10 3'
    """
    top, foot = min(top, foot), max(top, foot)
    lines = []
    first = math.ceil((left - foot + 1) / _HATCH) * _HATCH
    for shift in range(first, math.floor(right - top), _HATCH):  # a line is x = y + shift
        start, end = max(left, top + shift), min(right, foot + shift)
        lines.append(f"M{start:.4g} {start - shift:.4g}L{end:.4g} {end - shift:.4g}")
    return "".join(lines)

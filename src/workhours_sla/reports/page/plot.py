"""The canvas of the page's charts, inline SVG: scales, axes, lines, and marks that say a value.

Colours, strokes and sizes of type are the style sheet's. A mark's words are its ``aria-label``,
which the page also shows beside it; arrow keys go from mark to mark.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from workhours_sla.reports.page.elements import Child, Html, element, joined
from workhours_sla.text.page import say

WIDE, HALF, HEIGHT = 1000, 490, 270
MARGIN: Final = 76
"""At the right, for the names of lines."""
LINE: Final = 13.0
"""How high a line of words is."""


class Scale(NamedTuple):
    """From values to places on the chart."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value, held within the chart."""
        part = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + min(max(part, 0.0), 1.0) * (self.end - self.start), 1)


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


class Plot:
    """A chart as it is drawn: axes first, then what is on them."""

    def __init__(
        self,
        width: int,
        height: int,
        x: tuple[float, float],
        y: tuple[float, float],
        bottom: int = 38,
    ) -> None:
        self.width, self.height = width, height
        self.x = Scale(*x, 46, width - MARGIN)
        self.y = Scale(*y, height - bottom, 14)
        self._parts: list[Html] = []

    def add(self, *parts: Child) -> None:
        """Put shapes on the chart."""
        self._parts.append(joined(*parts))

    def text(self, x: float, y: float, text: str, class_: str = "", anchor: str = "start") -> None:
        """Write words at a place in the units of the drawing."""
        self.add(
            element("text", text, x=round(x, 1), y=round(y, 1), class_=class_, text_anchor=anchor)
        )

    def y_axis(self, values: Iterable[float], label: Callable[[float], str]) -> None:
        """Draw the lines of some values, with their names."""
        left, right = self.x.start, self.x.end
        for value in values:
            at = self.y(value)
            self.add(element("line", x1=left, x2=right, y1=at, y2=at, class_="grid"))
            self.text(left - 6, at + 4, label(value), "tick", "end")

    def x_axis(self, labelled: Iterable[tuple[float, str]], title: str) -> None:
        """Draw the foot of the chart with the names of some values."""
        foot = self.y.start
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=foot, y2=foot, class_="axis"))
        for value, label in labelled:
            self.text(self.x(value), foot + 15, label, "tick", "middle")
        self.text(self.x.end, self.height - 4, title, "title", "end")

    def week_axis(self, names: Sequence[str], lang: str, *, foot: float, shift: float) -> None:
        """Name some dozen of the weeks, each year below its first."""
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=foot, y2=foot, class_="axis"))
        self.text(self.x.end, self.height - 4, say("axis_week", lang), "title", "end")
        before = ""
        for place in range(0, len(names), max(1, len(names) // 13)):
            year, _, week = names[place].partition("+")[0].partition("-W")
            at = self.x(place + shift)
            self.text(at, foot + 15, week, "tick", "middle")
            if year != before:
                self.text(at, self.height - 4, year, "title", "middle")
            before = year

    def level(self, value: float, class_: str, label: str = "") -> None:
        """Draw a line across at a value, named at its end."""
        at = self.y(value)
        self.add(element("line", x1=self.x.start, x2=self.x.end, y1=at, y2=at, class_=class_))
        self.text(self.x.end + 5, at + 4, label, "note")

    def line(self, points: Iterable[tuple[float, float]], class_: str) -> None:
        """Draw a line through values."""
        places = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)
        self.add(element("polyline", points=places, class_=class_))

    def steps(self, values: Iterable[float], class_: str) -> None:
        """Draw a line that has one value about each whole number, 0 first."""
        corners = [(n + side, v) for n, v in enumerate(values) for side in (-0.5, 0.5)]
        self.line(corners, class_)

    def mark(self, x: float, y: float, label: str, class_: str = "") -> None:
        """Draw a point that says its value."""
        self.add(mark(label, element("circle", cx=self.x(x), cy=self.y(y), r=3.6), class_=class_))

    def svg(self, label: str) -> Html:
        """Return the chart."""
        return element(
            "svg",
            self._parts,
            viewBox=f"0 0 {self.width} {self.height}",
            class_="chart wide" if self.width == WIDE else "chart",
            role="group",
            aria_label=label,
        )


def mark(label: str, *shapes: Html, class_: str = "") -> Html:
    """Return shapes that say a value when pointed at or reached by keyboard."""
    return element(
        "g", shapes, class_=f"mark {class_}".rstrip(), tabindex=-1, role="img", aria_label=label
    )

"""The parts that a page is made of, as plain data; the template has a macro for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from workhours_sla.reports.charts import svg
from workhours_sla.reports.charts.model import Chart
from workhours_sla.text.catalog import PAGE, TYPESET_SENTENCES
from workhours_sla.text.numbers import NO_FIGURE, count_text, hours_grouped, when_text

_HOUR: Final = timedelta(hours=1)


class Cell(NamedTuple):
    """A cell of a table: its text, the number it is sorted by, and its class in the style sheet.

    A cell without a number is sorted last. ``tag`` says what its content is, and ``extra`` what
    else this needs.
    """

    shown: str
    value: float | None = None
    look: str = ""
    tag: str = ""
    extra: Any = None

    @property
    def sorts_by(self) -> str:
        """The number by which the script sorts the cell, as JavaScript reads it."""
        return repr(self.value).replace("inf", "Infinity")


Line = Sequence[Cell | str]
"""A row of a table, or its column titles."""


def name(text: str | None, look: str = "") -> Cell:
    """Return a cell with a name from the data, which may be written from right to left."""
    return Cell(NO_FIGURE if text is None else text, look=look, tag="name")


def count(number: int) -> Cell:
    """Return a cell with a whole number."""
    return Cell(count_text(number), number)


def counts(*numbers: int) -> list[Cell]:
    """Return cells with whole numbers."""
    return [count(number) for number in numbers]


def words(shown: str | None) -> Cell:
    """Return a cell with text, aligned to the left."""
    return Cell(NO_FIGURE if shown is None else shown, look="words")


def amount(time: timedelta | None) -> Cell:
    """Return a cell with an amount of working time in hours."""
    return Cell(NO_FIGURE) if time is None else Cell(hours_grouped(time), time / _HOUR)


def instant(when: datetime | None) -> Cell:
    """Return a cell with an instant, or a dash for None."""
    if when is None:
        return Cell(NO_FIGURE)
    written = when.isoformat(timespec="seconds")
    return Cell(when_text(when), when.timestamp(), tag="time", extra=written)


class Body(NamedTuple):
    """Lines of a table that stay together, with the explanation of a due time, if any."""

    lines: Sequence[Sequence[Cell]]
    hour_earlier: bool = False
    trace: Sequence[Sequence[Cell]] = ()
    caption: str = ""


class Table(NamedTuple):
    """A table in a box that scrolls if the table is too wide.

    The first cell of each line is the name of the row. The class of a title also applies to the
    cells of its column.
    """

    caption: str
    titles: Sequence[Cell]
    bodies: Sequence[Body]
    foot: Sequence[Cell] = ()
    sortable: bool = False
    look: str = ""
    macro: str = "table"


def cells(line: Line) -> list[Cell]:
    """Return a line whose texts are cells."""
    return [Cell(one) if isinstance(one, str) else one for one in line]


def table(
    caption: str,
    titles: Line,
    lines: Iterable[Line],
    *,
    foot: Line = (),
    sortable: bool = False,
    look: str = "",
) -> Table:
    """Return a table whose lines are one body."""
    bodies = [Body([cells(line) for line in lines])]
    return Table(caption, cells(titles), bodies, cells(foot), sortable, look)


Block = dict[str, Any]
"""A part of a page: the name of its macro, and what the macro needs."""


def block(macro: str, **facts: Any) -> Block:
    """Return a part of a page."""
    return {"macro": macro, **facts}


def text(shown: str, look: str = "", *, key: str = "", href: str = "") -> Block:
    """Return a paragraph; ``key`` is that of a sentence about the report."""
    return block("text", text=shown, look=look, sentence=key, href=href)


def sentence(key: str, **facts: object) -> Block:
    """Return a sentence about the report as a paragraph."""
    return text(TYPESET_SENTENCES.text(key, **facts), key=key)


def folded(*inner: Any, key: str = "as_table") -> Block:
    """Return parts that are collapsed at first; ``key`` is that of the text to open them."""
    return block("fold", inner=inner, name=PAGE.text(key))


class Figure(NamedTuple):
    """A chart with its finding, its title, its legend and a caption."""

    title: str
    svg: str
    caption: str
    finding: str
    legend: Sequence[tuple[str, str]]
    wide: bool
    macro: str = "figure"


def figure(
    chart: Chart,
    caption: str,
    *,
    finding: str = "",
    wide: bool = False,
    height: int = svg.HEIGHT,
) -> Figure:
    """Return a chart as a figure."""
    drawn = svg.svg(chart, wide=wide, height=height)
    return Figure(chart.title, drawn, caption, finding, svg.legend(chart), wide)


class Section(NamedTuple):
    """A section of the page: its key, its title and its contents."""

    key: str
    title: str
    inner: list[Any]


def titles(*keys: str) -> list[str]:
    """Return the column titles with the given keys."""
    return [PAGE.text(key) for key in keys]


def counted(**numbers: int) -> dict[str, str]:
    """Return whole numbers as text with thousands separators, keyed by the same names."""
    return {key: count_text(number) for key, number in numbers.items()}

"""The parts that a page is made of, as plain data; the template has a macro for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from workhours_sla.reports.charts import svg
from workhours_sla.reports.charts.model import Chart
from workhours_sla.reports.wording import amount_in_words, percent_text
from workhours_sla.text.catalog import HEADINGS, PAGE, TYPESET_SENTENCES
from workhours_sla.text.numbers import NO_FIGURE, count_text
from workhours_sla.text.words import day_text, heading, when_text

_HOUR: Final = timedelta(hours=1)


class Cell(NamedTuple):
    """A cell of a table: its text, the number it is sorted by, and its class in the style sheet."""

    shown: str
    value: float | None = None  # a cell without a number is sorted last
    look: str = ""
    tag: str = ""  # says what the content is
    extra: Any = None  # what else the tag needs

    @property
    def sorts_by(self) -> str:
        """The number by which the script sorts the cell, as JavaScript reads it."""
        return repr(self.value).replace("inf", "Infinity")


Line = Sequence[Any]
"""A row of a table, or its column titles: cells, or values that become cells by their type."""


def cell(value: Any) -> Cell:
    """Return a value as a cell: None is a dash, a float a share, a timedelta in words."""
    made: Cell | None = None
    match value:
        case Cell():
            made = value
        case None:
            made = Cell(NO_FIGURE)
        case bool():
            made = Cell(PAGE.text("yes" if value else "no"), int(value))
        case int():
            made = Cell(count_text(value), value)
        case float():
            made = Cell(percent_text(value), value)
        case timedelta():
            made = Cell(amount_in_words(value), value / _HOUR)
        case datetime():
            written = value.isoformat(timespec="seconds")
            made = Cell(when_text(value), value.timestamp(), tag="time", extra=written)
        case date():
            made = Cell(day_text(value))
    return made or Cell(str(value))


def name(text: str | None, look: str = "") -> Cell:
    """Return a cell with a name from the data, which may be written from right to left."""
    return Cell(NO_FIGURE if text is None else text, look=look, tag="name")


def words(shown: str) -> Cell:
    return Cell(shown, look="words")


class Body(NamedTuple):
    """Lines of a table that stay together, with the explanation of a due time, if any."""

    lines: Sequence[Sequence[Cell]]
    trace: Sequence[Sequence[Cell]] = ()
    caption: str = ""


class Table(NamedTuple):
    """A table in a box that scrolls; the class of a title also applies to the cells below it."""

    caption: str
    titles: Sequence[Cell]
    bodies: Sequence[Body]
    foot: Sequence[Cell] = ()
    sortable: bool = False
    look: str = ""
    bare: bool = False  # the caption is heard, but not seen below a title that is the same
    macro: str = "table"


def table(
    caption: str,
    titles: Line,
    lines: Iterable[Line],
    *,
    foot: Line = (),
    sortable: bool = False,
    look: str = "",
) -> Table:
    """Return a table whose lines are one body; a text among the titles is the key of a heading."""
    heads = [one if isinstance(one, Cell) else Cell(title(one)) for one in titles]
    bodies = [Body([[cell(one) for one in line] for line in lines])]
    return Table(caption, heads, bodies, [cell(one) for one in foot], sortable, look)


def title(key: str) -> str:
    """Return the title of a column: of the page, or of the figure with this key."""
    return PAGE.text(key) if key in PAGE and key not in HEADINGS else heading(key)


Block = dict[str, Any]  # a part of a page: the name of its macro, and what the macro needs


def block(macro: str, **facts: Any) -> Block:
    return {"macro": macro, **facts}


def text(shown: str, look: str = "", *, key: str = "", href: str = "") -> Block:
    return block("text", text=shown, look=look, sentence=key, href=href)


def sentence(key: str, **facts: object) -> Block:
    return text(TYPESET_SENTENCES.text(key, **facts), key=key)


def folded(*inner: Any, key: str = "as_table") -> Block:
    """Return parts that are collapsed at first; ``key`` is that of the text to open them."""
    if len(inner) == 1 and isinstance(inner[0], Table):
        inner = (inner[0]._replace(bare=True),)  # the chart above has the same title
    return block("fold", inner=inner, name=PAGE.text(key), look="")


class Figure(NamedTuple):
    title: str
    svg: str
    caption: str
    finding: str
    legend: Sequence[tuple[str, str]]
    wide: bool
    newest_first: bool = False  # a narrow screen shows the right end of the chart
    macro: str = "figure"


def figure(
    chart: Chart,
    caption: str,
    *,
    finding: str = "",
    wide: bool = False,
    newest_first: bool = False,
    height: int = svg.HEIGHT,
) -> Any:
    """Return a chart as a figure, or the sentence that says why there is nothing to draw."""
    if not chart.layers:
        return text(chart.empty)
    drawn = svg.svg(chart, wide=wide, height=height)
    return Figure(chart.title, drawn, caption, finding, svg.legend(chart), wide, newest_first)


class Section(NamedTuple):
    key: str
    title: str
    inner: list[Any]

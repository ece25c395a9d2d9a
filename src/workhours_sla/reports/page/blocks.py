"""The parts that a page is made of, as plain data; the template has a macro for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, NamedTuple

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
    macro: ClassVar[str] = "table"


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


class Text(NamedTuple):
    """A paragraph; ``sentence`` is the key of a sentence about the report."""

    text: str
    look: str = ""
    sentence: str = ""
    href: str = ""
    macro: ClassVar[str] = "text"


class Choice(NamedTuple):
    """The box that filters the late appeals; the script shows it."""

    text: str
    macro: ClassVar[str] = "choice"


class Notes(NamedTuple):
    """A list of notes."""

    texts: Sequence[str]
    macro: ClassVar[str] = "notes"


class Verdict(NamedTuple):
    """The heading of the groups with one verdict."""

    text: str
    verdict: str
    macro: ClassVar[str] = "verdict"


class Group(NamedTuple):
    """A group in a list; one of few appeals has no ``rate`` and no bar."""

    name: str
    need: str
    lacking: str = ""
    rate: Any = None
    label: str = ""
    share: str = ""
    interval: str = ""
    equal_mix: str = ""
    weeks: Mapping[str, Any] | None = None


class Groups(NamedTuple):
    """A list of groups, each with its bar; groups of ``few`` appeals have no scale above."""

    groups: Sequence[Group]
    few: bool = False
    macro: ClassVar[str] = "groups"


class Summary(NamedTuple):
    """The result on the first screen."""

    headline: Any
    most: Sequence[str]
    rate: Any
    label: str
    direction: tuple[str, str] | None
    tiles: Sequence[tuple[str, str, str, bool]]
    macro: ClassVar[str] = "summary"


class AllFigures(NamedTuple):
    """The share in time, and all other figures: key, name, value and class of each."""

    rate: str
    sign: str
    interval: str
    verdict: str
    figures: Sequence[tuple[str, str, str, str]]
    macro: ClassVar[str] = "all_figures"


class Fold(NamedTuple):
    """Parts that are collapsed until the reader opens them."""

    inner: Sequence[Any]
    name: str
    macro: ClassVar[str] = "fold"


class Beside(NamedTuple):
    """Parts beside each other if there is room: a ``pair``, or one of them, an ``aside``."""

    inner: Sequence[Any]
    macro: str = "pair"


class Figure(NamedTuple):
    """A chart with its finding, its title, its legend and a caption."""

    title: str
    svg: str
    caption: str
    finding: str
    legend: Sequence[tuple[str, str]]
    wide: bool
    macro: ClassVar[str] = "figure"


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


def folded(*inner: Any, key: str = "as_table") -> Fold:
    """Return parts that are collapsed at first; ``key`` is that of the text to open them."""
    return Fold(inner, PAGE.text(key))


def sentence(key: str, **facts: object) -> Text:
    """Return a sentence about the report as a paragraph."""
    return Text(TYPESET_SENTENCES.text(key, **facts), sentence=key)


def titles(*keys: str) -> list[str]:
    """Return the column titles with the given keys."""
    return [PAGE.text(key) for key in keys]


def counted(**numbers: int) -> dict[str, str]:
    """Return whole numbers as text with thousands separators, keyed by the same names."""
    return {key: count_text(number) for key, number in numbers.items()}

"""Read the table of an HTML page, as systems save it under the name of a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO

from msgspec import structs

from workhours_sla.config.sections import Input
from workhours_sla.sources import delimited
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.lines import ByteChunks, Lines
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Item
from workhours_sla.text.messages import say

_WIDEST = 1_000  # maximum number of columns that one cell may span
_Cell = list[str]  # the pieces of its text


class _Table:
    """The rows of a table. A cell that spans several rows is in each of them."""

    def __init__(self) -> None:
        self.rows: list[list[_Cell]] = []
        self._below: dict[int, tuple[int, _Cell]] = {}
        """The cells that span rows below, and how many, by column."""

    def begin_row(self) -> None:
        """Begin a row, after the cells at the end of the one before that span it."""
        while self.rows and (columns := [one for one in self._below if one >= len(self.rows[-1])]):
            self.rows[-1] += [[] for _ in range(min(columns) - len(self.rows[-1]))]
            self._spanned()
        self.rows.append([])

    def add(self, columns: int, rows: int) -> _Cell:
        """Add a cell to the row, and return it."""
        self._spanned()
        cells: list[_Cell] = [[] for _ in range(columns)]
        for at, cell in enumerate(cells if rows > 1 else (), len(self.rows[-1])):
            self._below[at] = rows - 1, cell
        self.rows[-1] += cells
        return cells[0]

    def _spanned(self) -> None:
        """Add the next cells of the row that began in a row above."""
        row = self.rows[-1]
        while len(row) in self._below:
            left, cell = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = left - 1, cell
            row.append(cell)


class _Page(HTMLParser):
    """Collects the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = [_Table()]
        self._open: list[_Table] = []
        self._cell: _Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("table", "tr"):
            self._cell = None
        if tag == "table":
            self.tables.append(_Table())
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._open[-1].begin_row()
        elif tag in ("td", "th") and self._open and self._open[-1].rows:
            self._cell = self._open[-1].add(
                *(_span(attrs, name) for name in ("colspan", "rowspan"))
            )
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._cell = None
        elif tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    text = dict(attrs).get(name) or ""
    return max(1, min(int(text), _WIDEST)) if text.isdecimal() else 1


def as_csv(opened: OpenedFile, encoding: str) -> OpenedFile:
    """Return the largest table of a page as CSV in UTF-8, a line for each row."""
    page = _Page()
    for line in Lines(opened.chunks, encoding):
        page.feed(line)
    page.close()
    largest = max(page.tables, key=lambda one: len(one.rows))
    width = max(map(len, largest.rows), default=0)
    others = [
        one
        for one in page.tables
        if one is not largest and len(one.rows) > 1 and max(map(len, one.rows)) == width
    ]
    if others:
        note = say("other_tables", name=opened.name, count=len(others), rows=len(largest.rows))
        opened.notes.append(note)
    largest.begin_row()
    *rows, _ = [[" ".join("".join(cell).split()) for cell in row] for row in largest.rows]
    text = StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows([*row, *[""] * (width - len(row))] for row in rows)
    content = ByteChunks(BytesIO(text.getvalue().encode()), opened.name)
    return replace(opened, chunks=content, ending=".csv")


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    """Yield, for each row below the header, its events or a Fault, as ``delimited.read`` does."""
    table = as_csv(opened, options.encoding)
    of_table = structs.replace(options, encoding="utf-8", delimiter=",")
    yield from delimited.read(table, layout, of_table)

"""Read the table of an HTML page, as systems save it under the name of a workbook."""

from __future__ import annotations

import csv
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from msgspec import structs

from workhours_sla.sources import delimited
from workhours_sla.sources.lines import ByteChunks, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.opened import OpenedFile
    from workhours_sla.sources.rows import Item

_WIDEST = 1_000
"""Maximum number of columns that one cell may span."""


class _Cells(HTMLParser):
    """Collects the rows of the largest table of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = [[]]
        self._open: list[list[list[str]]] = []
        self._in_cell = False

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the largest table; each has as many cells as the widest of the table."""
        rows = max(self.tables, key=len)
        width = max(map(len, rows), default=0)
        return [
            [" ".join(cell.split()) for cell in row] + [""] * (width - len(row)) for row in rows
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_cell = self._in_cell and tag not in ("table", "tr")
        if tag == "table":
            self.tables.append([])
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            span = dict(attrs).get("colspan") or ""
            count = int(span) if span.isdecimal() else 1
            self._open[-1][-1] += [""] * max(1, min(count, _WIDEST))
            self._first = len(self._open[-1][-1]) - max(1, min(count, _WIDEST))
            self._in_cell = True
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._in_cell = False
        elif tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self._open[-1][-1][self._first] += data


def as_csv(opened: OpenedFile, encoding: str) -> OpenedFile:
    """Return the largest table of a page as CSV in UTF-8, a line for each row."""
    cells = _Cells()
    for line in Lines(opened.chunks, encoding):
        cells.feed(line)
    cells.close()
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells.rows)
    content = ByteChunks(BytesIO(text.getvalue().encode()), opened.name)
    return replace(opened, chunks=content, ending=".csv")


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each row below the header, its events or a Fault, as ``delimited.read`` does."""
    table = as_csv(opened, options.encoding)
    of_table = structs.replace(options, encoding="utf-8", delimiter=",")
    yield from delimited.read(table, layout, of_table, claims)

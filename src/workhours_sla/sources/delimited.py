"""Read CSV row by row, and reject rows that break the rules of the format.

The table of an HTML page, as systems save it under the name of a workbook, is read as CSV.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import Final

from msgspec import structs

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError
from workhours_sla.sources.json_documents import refuse_document
from workhours_sla.sources.layout import HEADER_WITHIN, Layout, numbered, totals_of, two_rows
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import LONGEST_LINE, ByteChunks, Lines, OpenedFile, is_too_long
from workhours_sla.sources.rows import Fault, Item, RefusedError, item_of
from workhours_sla.text.messages import say

_CAUSES: Final = {  # of the details for users, by a phrase in the message of the CSV reader
    "unexpected end of data": "quote_not_closed",
    "field larger": "field_too_long",
    "expected after": "quote_not_doubled",
}


class Feed:
    """Passes lines to the CSV reader, and keeps the lines of the current record.

    Their ``text`` is empty unless ``whole_rows`` are to be shown.
    """

    def __init__(self, lines: Lines, *, whole_rows: bool) -> None:
        self._whole_rows = whole_rows
        self._source = lines
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line: int = 1
        self.overlong: bool = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if is_too_long(line):
            self.overlong = True
        return line

    def next_record(self) -> None:
        self.line += len(self.taken)
        self.taken.clear()
        self.overlong = False

    def reread(self) -> None:
        """End the record after its first line, and pass the other lines to the CSV reader again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    @property
    def text(self) -> str:
        return "".join(self.taken) if self._whole_rows else ""

    @property
    def blank(self) -> bool:
        return not any(map(str.strip, self.taken))

    @property
    def ended(self) -> bool:
        return bool(self.taken) and not self.taken[-1].endswith("\n")

    @property
    def torn(self) -> bool:
        """Whether the file ends in the middle of a character of the current record."""
        return self._source.torn and self.ended


def read(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    delimiter = options.delimiter or ("\t" if opened.ending == ".tsv" else ",")
    feed = Feed(Lines(opened.chunks, options.encoding), whole_rows=layout.whole_rows)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = _header(rows, feed, layout, opened.name, delimiter)
    mapper = Mapper(layout, header, opened.claims)
    names = (*mapper.read_columns, *mapper.watched_columns)
    places = [(name, header.index(name)) for name in names]
    is_total = totals_of(layout, header)
    alone = Mapper(layout, header)  # of lines within a quoted field
    for row in rows_of(rows, feed, len(header), delimiter, is_total):
        if isinstance(row, Fault):
            yield row
            continue
        if is_total(row):
            opened.leave_out(row, feed.line)
            yield ()
            continue
        within = feed.taken[1:]
        if any(_is_row(line, alone, header, delimiter) for line in within):
            detail = say("quote_over_rows", count=len(within))
            feed.reread()
            yield RefusedError(detail).fault(feed.line, feed.text)
            continue
        record = {name: row[at] for name, at in places}
        yield item_of(mapper, record, feed.line, feed.text)


def _is_row(line: str, mapper: Mapper, header: list[str], delimiter: str) -> bool:
    """Return whether a line within a quoted field reads as a row, so that a quote is stray."""
    row = line.rstrip("\r\n").split(delimiter)
    if len(row) != len(header):
        return False
    try:
        return bool(mapper(dict(zip(header, row, strict=True))))
    except RefusedError:
        return False


def rows_of(
    rows: Iterator[list[str]],
    feed: Feed,
    count: int,
    delimiter: str,
    is_total: Callable[[list[str]], bool] = lambda _: False,
) -> Iterator[list[str] | Fault]:
    while True:
        feed.next_record()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(feed, str(error))
            continue
        if len(row) <= 1 and feed.blank:
            continue
        if len(row) != count and is_total(row):
            yield row
        elif len(row) != count or feed.overlong or feed.torn:
            yield _misshapen(feed, len(row), count, delimiter)
        else:
            yield row


def named_rows(
    opened: OpenedFile, options: Input, column: str, *, whole_rows: bool
) -> Iterator[Mapping[str, str] | Fault]:
    """Yield the rows by the names of their columns, which must include ``column``."""
    delimiter = options.delimiter or ","
    feed = Feed(Lines(opened.chunks, options.encoding), whole_rows=whole_rows)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = first_row(rows, feed, opened.name)
    if column not in header:
        raise refuse_document(dict.fromkeys(header), opened.name, column)
    for row in rows_of(rows, feed, len(header), delimiter):
        yield row if isinstance(row, Fault) else dict(zip(header, row, strict=True))


def _header(
    rows: Iterator[list[str]], feed: Feed, layout: Layout, name: str, delimiter: str
) -> list[str]:
    first = above = first_row(rows, feed, name)
    for row in chain([first], islice(_rest(rows, feed), HEADER_WITHIN)):
        for names in (row, two_rows(above, row)):
            with suppress(SourceError):
                layout.check(names, name)
                return numbered(names)
        above = row
    _check_delimiter(first, name, delimiter)
    layout.check(first, name)
    return first


def _rest(rows: Iterator[list[str]], feed: Feed) -> Iterator[list[str]]:
    while True:
        feed.next_record()
        try:
            yield [column.strip() for column in next(rows)]
        except StopIteration:
            return
        except csv.Error:
            feed.reread()


def first_row(rows: Iterator[list[str]], feed: Feed, name: str) -> list[str]:
    try:
        header = next(rows)
        while len(header) <= 1 and feed.blank:
            feed.next_record()
            header = next(rows)
    except StopIteration:
        raise SourceError(say("csv_empty", name=name)) from None
    except csv.Error as error:
        raise SourceError(say("csv_header", name=name, why=str(error))) from None
    return [column.strip() for column in header]


def _check_delimiter(header: list[str], name: str, delimiter: str) -> None:
    """Raise SourceError if the header seems to use another delimiter."""
    if len(header) == 1:
        others = [other for other in ";\t,|" if other in header[0] and other != delimiter]
        if others:
            msg = say(
                "csv_delimiter",
                name=name,
                delimiter=repr(delimiter),
                other='"\\t"' if others[0] == "\t" else f'"{others[0]}"',  # as in TOML
            )
            raise SourceError(msg)


def _broken(feed: Feed, error: str) -> Fault:
    """Return the Fault for a record with unbalanced quotes; ``error`` is the reader's message."""
    cause = next((cause for phrase, cause in _CAUSES.items() if phrase in error), "csv_fault")
    detail = say(cause, why=error, most=csv.field_size_limit())
    if len(feed.taken) == 1 and feed.ended:
        detail = say("half_written_why", why=detail)
    feed.reread()
    return RefusedError(detail).fault(feed.line, feed.text)


def _misshapen(feed: Feed, fields: int, expected: int, delimiter: str) -> Fault:
    """Return the Fault for a record that is too long, cut off, or has a wrong number of fields."""
    detail = say("other_field_count", count=fields, expected=expected)
    if feed.overlong:
        detail = say("line_too_long", most=LONGEST_LINE)
    elif feed.ended and (feed.torn or fields < expected):
        detail = say("half_written_why", why=detail) if fields < expected else say("half_written")
    elif fields > expected:
        detail = say("delimiter_in_field", why=detail, delimiter=repr(delimiter))
    feed.reread()
    return RefusedError(detail).fault(feed.line, feed.text)


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


def read_html(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    """Yield, for each row below the header, its events or a Fault, as ``delimited.read`` does."""
    table = as_csv(opened, options.encoding)
    of_table = structs.replace(options, encoding="utf-8", delimiter=",")
    yield from read(table, layout, of_table)

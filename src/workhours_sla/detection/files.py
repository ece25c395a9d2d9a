"""Find the table in a file: its delimiter, its sheet, or the path of its JSON records."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from workhours_sla.config.column_words import matches_of
from workhours_sla.detection.detected import Doubt, Value, ask, toml_line, warn
from workhours_sla.detection.encoding import encoding_of
from workhours_sla.detection.table import OBJECTS, SEARCHED, Header, Row, find_header, has_times
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.html import as_csv
from workhours_sla.sources.json_documents import (
    LIST,
    at_path,
    check_first_document,
    decode_any,
    is_document,
    records_of,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.layout import is_total
from workhours_sla.sources.lines import MARKS_AND_BLANKS, Lines, is_html
from workhours_sla.sources.opened import OpenedFile, open_file
from workhours_sla.text.messages import say

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLED: Final = 500
"""Number of first lines from which the delimiter is detected."""
_MOST: Final = 0.5
"""Another delimiter is an alternative if at least this share of rows is as long as the header."""
_MOST_KEYS: Final = 500
_DEEPEST: Final = 3
_LINES: Final = "lines"
"""The path of records that are the lines of the file."""


class FoundTable(NamedTuple):
    """The table that was found in a file, and the ``[input]`` keys needed to read it.

    ``rows`` returns the rows below the header that can be read.
    """

    header: Header
    rows: Callable[[], Iterator[Row]]
    options: dict[str, Value]
    doubts: tuple[Doubt, ...] = ()


def from_start(where: Path | BinaryIO) -> Path | BinaryIO:
    """Return a path unchanged, or rewind a stream to its beginning and return it."""
    if not isinstance(where, Path):
        where.seek(0)
    return where


class Again:
    """A file, or a seekable stream, that can be read several times."""

    def __init__(self, where: Path | BinaryIO, name: str | None) -> None:
        self.where = where
        self.name = name

    @contextmanager
    def opened(self) -> Iterator[OpenedFile]:
        """Open the file, or rewind the stream. Raises SourceError."""
        with ExitStack() as stack:
            yield open_file(from_start(self.where), self.name, stack)

    def rows(self, read: Callable[[OpenedFile], Iterable[Row]]) -> Callable[[], Iterator[Row]]:
        """Return a function that opens the file and reads its rows without totals."""

        def rows() -> Iterator[Row]:
            with self.opened() as opened:
                yield from (row for row in read(opened) if not is_total(map(str.strip, row[1])))

        return rows


def find_table(source: Again, name: str, head: bytes, binary: str | None) -> FoundTable:
    """Find the table in a file that begins with ``head``. Raises SourceError."""
    if binary in ("xlsx", "xls", "ods"):
        return _workbook(source, name, binary)
    if binary is not None:
        return _arrow(source, name, binary)
    with source.opened() as opened:
        encoding, others = encoding_of(opened.chunks)
    if encoding is None:
        raise SourceError(say("detect_binary", name=name), name=name)
    if head.lstrip(MARKS_AND_BLANKS)[:1] in (b"{", b"["):
        table = _records(source, encoding)
    else:
        table = _delimited(source, name, encoding, is_page=is_html(head))
    if others:
        return table._replace(doubts=(_choose("encoding", (encoding, *others)), *table.doubts))
    options = {"format": table.options["format"], "encoding": encoding, **table.options}
    return table._replace(options=options)


def _choose(key: str, values: Sequence[str]) -> Doubt:
    first, *others = map(shown, values)
    facts = {"first": first, "others": ", ".join(others)}
    return ask("input", f"detect_{key}", (toml_line(key, value) for value in values), **facts)


def _header_of(name: str, header: Header | None) -> tuple[Header, list[Doubt]]:
    if header is None:
        raise SourceError(say("detect_no_table", name=name), name=name)
    others = ", ".join(map(str, header.others))
    facts = {"row": header.row, "others": others}
    return header, [ask("columns", "detect_header", (), "appeal_id", **facts)] if others else []


# -- CSV and HTML --------------------------------------------------------------------------------


def _delimited(source: Again, name: str, encoding: str, *, is_page: bool) -> FoundTable:
    def lines(opened: OpenedFile) -> Iterable[str]:
        page = as_csv(opened, encoding) if is_page else opened
        return Lines(page.chunks, "utf-8" if is_page else encoding)

    with source.opened() as opened:
        first = list(islice(lines(opened), _SAMPLED))
    found: list[tuple[int, float, str, Header]] = []
    for delimiter in DELIMITERS[: 1 if is_page else None]:
        rows = list(_rows_of(first, delimiter))
        header = find_header(rows)
        if header is not None:
            below = [cells for number, cells in rows if number > header.row and any(cells)]
            alike = sum(len(cells) == len(header.cells) for cells in below)
            share = alike / len(below) if below else 1.0
            found.append((header.known, share, delimiter, header))
    found.sort(key=lambda one: one[:2], reverse=True)
    header, doubts = _header_of(name, found[0][3] if found else None)
    known, share, delimiter, _ = found[0]
    fitting = [
        one[2] for one in found if one[0] >= max(known, 1) and one[1] >= min(share, _MOST)
    ] or [delimiter]
    options: dict[str, Value] = {"format": "html" if is_page else "csv"}
    if len(fitting) > 1:
        doubts.insert(0, _choose("delimiter", fitting))
    elif not is_page:
        options["delimiter"] = delimiter

    def below_header(opened: OpenedFile) -> Iterator[Row]:
        rows = _rows_of(lines(opened), delimiter)
        width = len(header.cells)
        return (row for row in rows if row[0] > header.row and len(row[1]) == width)

    return FoundTable(header, source.rows(below_header), options, tuple(doubts))


def _rows_of(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            pass
        line = reader.line_num + 1


# -- workbooks and tables ------------------------------------------------------------------------


def _workbook(source: Again, name: str, kind: str) -> FoundTable:
    from workhours_sla.sources.sheets import text_rows

    first: dict[str, list[Row]] = {}
    with source.opened() as opened:
        for sheet, number, cells in text_rows(opened, most=SEARCHED + 1):
            first.setdefault(sheet, []).append((number, cells))
    headers = [(header, sheet) for sheet, rows in first.items() if (header := find_header(rows))]
    headers.sort(key=lambda one: -one[0].known)
    header, doubts = _header_of(name, headers[0][0] if headers else None)
    fitting = [sheet for rival, sheet in headers if rival.known >= max(2, header.known - 1)]
    sheet = headers[0][1]
    fitting = fitting or [sheet]
    options: dict[str, Value] = {"format": kind}
    if len(fitting) > 1:
        doubts.append(_choose("sheet", fitting))
    else:
        options["sheet"] = sheet
    unread = [one for one, rows in first.items() if one not in fitting and has_times(rows)]
    if unread:
        doubts.append(warn("input", "detect_other_sheets", sheets=", ".join(map(shown, unread))))

    def below_header(opened: OpenedFile) -> Iterator[Row]:
        rows = text_rows(opened, sheet)
        return ((number, cells) for _, number, cells in rows if number > header.row)

    return FoundTable(header, source.rows(below_header), options, tuple(doubts))


def _arrow(source: Again, name: str, kind: str) -> FoundTable:
    from workhours_sla.sources.tables import text_rows

    with source.opened() as opened:
        _, names = next(iter(text_rows(opened)), (0, []))
    header, _ = _header_of(name, Header(0, tuple(names), 0) if names else None)
    rows = source.rows(lambda opened: islice(text_rows(opened), 1, None))
    return FoundTable(header, rows, {"format": kind})


# -- JSON ----------------------------------------------------------------------------------------


def _records(source: Again, encoding: str) -> FoundTable:
    with source.opened() as opened:
        paths = _paths_of(opened, encoding)
    headers = []
    for path in paths:
        with source.opened() as opened:
            headers.append((_keys_of(opened, encoding, path), path))
    headers.sort(key=lambda one: -one[0].known)
    header, path = headers[0]
    if not header.known:
        with source.opened() as opened:
            check_first_document(opened.name, text_of_head(opened.chunks.first_line(), encoding))
    fitting = [one for rival, one in headers if rival.known >= max(header.known, 1)] or [path]
    options: dict[str, Value] = {"format": "jsonl" if path == _LINES else "json"}
    doubts = [_choose("path", fitting)] if len(fitting) > 1 else []
    if not doubts and path not in (_LINES, ""):
        options["path"] = path

    def rows(opened: OpenedFile) -> Iterator[Row]:
        for number, record in _objects(opened, encoding, path):
            values = _flat(record)
            yield number, [values.get(key, "") for key in header.cells]

    return FoundTable(header, source.rows(rows), options, tuple(doubts))


def _paths_of(opened: OpenedFile, encoding: str) -> list[str]:
    if not is_document(opened, encoding):
        return [_LINES]
    text = text_of_head(opened.chunks.first_line(), encoding)
    return [LIST] if text.lstrip().startswith("[") else list(shape_of(text).lists) or [""]


def _keys_of(opened: OpenedFile, encoding: str, path: str) -> Header:
    keys: dict[str, None] = {}
    for _, record in _objects(opened, encoding, path):
        if len(keys) < _MOST_KEYS:
            keys |= dict.fromkeys(_flat(record))
    known = {found[0].canonical for key in keys if (found := matches_of(key))}
    return Header(0, tuple(keys)[:_MOST_KEYS], len(known))


def _objects(opened: OpenedFile, encoding: str, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if path != _LINES:
        found = records_of(opened, at_path(path), encoding=encoding)
        for number, one in enumerate(found, 1):
            if isinstance(one.value, dict):
                yield number, one.value
        return
    for number, line in enumerate(Lines(opened.chunks, encoding), 1):
        try:
            record = decode_any(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            yield number, record


def _flat(record: dict[str, Any], start: str = "", depth: int = 1) -> dict[str, str]:
    """Flatten a record to texts; a dot joins the keys of nested objects.

    >>> _flat({"id": 7, "author": {"id": 17, "name": None}, "tags": [1], "replies": [{"id": 7}]})
    {'id': '7', 'author.id': '17', 'author.name': '', 'replies': '[…]'}
    """
    found: dict[str, str] = {}
    for key, value in record.items():
        name = f"{start}{key}"
        if isinstance(value, dict):
            if depth < _DEEPEST:
                found |= _flat(value, f"{name}.", depth + 1)
        elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
            found[name] = OBJECTS
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif value is None:
            found[name] = ""
        elif isinstance(value, str | int):
            found[name] = str(value)
        elif isinstance(value, float):
            found[name] = str(int(value)) if value.is_integer() else repr(value)
    return found

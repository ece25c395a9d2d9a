"""Find the table in a file: its delimiter, its sheet, or the path of its JSON records."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from workhours_sla.config.column_words import matches_of
from workhours_sla.detection.detected import Doubt, Value, ask, toml_line, warn
from workhours_sla.detection.encoding import encoding_of
from workhours_sla.detection.table import OBJECTS, SEARCHED, Header, Row, find_header, has_times
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.delimited import as_csv
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
from workhours_sla.sources.opened import MARKS_AND_BLANKS, Lines, OpenedFile, is_html, open_file
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


class _Possible(NamedTuple):
    """A table that a file may have: with ``value`` as its delimiter, its sheet or its path.

    ``read`` yields the rows below the header, and ``share`` of them are as long as it is.
    """

    value: str
    header: Header
    read: Callable[[OpenedFile], Iterator[Row]]
    share: float = 1.0


def from_start(where: Path | BinaryIO) -> Path | BinaryIO:
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
        with ExitStack() as stack:
            yield open_file(from_start(self.where), self.name, stack)

    def rows(self, read: Callable[[OpenedFile], Iterable[Row]], header: Header) -> Iterator[Row]:
        with self.opened() as opened:
            for number, cells in read(opened):
                texts = [cell.strip() for cell in cells]
                if not is_total(texts) and tuple(texts) != header.cells:
                    yield number, texts


def find_table(source: Again, name: str, head: bytes, binary: str | None) -> FoundTable:
    """Find the table in a file that begins with ``head``. Raises SourceError."""
    if binary in ("xlsx", "xls", "ods"):
        return _workbook(source, name, binary)
    if binary is not None:
        return _arrow(source, name, binary)
    with source.opened() as opened:
        encoding, others = encoding_of(opened.chunks)
    if encoding is None:
        raise SourceError(say("detect_binary", name=name))
    is_json = head.lstrip(MARKS_AND_BLANKS)[:1] in (b"{", b"[")
    find = _records if is_json else partial(_delimited, is_page=is_html(head))
    table = find(source, name, encoding)
    if others:
        return table._replace(doubts=(_choose("encoding", (encoding, *others)), *table.doubts))
    options = {"format": table.options["format"], "encoding": encoding, **table.options}
    return table._replace(options=options)


def _best(
    source: Again,
    name: str,
    tables: Iterable[_Possible | None],
    form: str,
    key: str,
    *,
    near: int = 0,
) -> FoundTable:
    """Return the table with the most known columns, with a question if others fit as well.

    Another fits if it has as many known columns, or with ``near`` at most so many fewer or the
    same header.
    """
    ranked = sorted(filter(None, tables), key=lambda one: (-one.header.known, -one.share))
    if not ranked:
        raise SourceError(say("detect_no_table", name=name))
    best = ranked[0]
    least, share = max(near + 1, best.header.known - near), min(best.share, _MOST)
    fitting = [
        one.value
        for one in ranked
        if (one.header.known >= least and one.share >= share)
        or (near and one.header.cells == best.header.cells)
    ]
    options: dict[str, Value] = {"format": form}
    doubts = []
    if len(fitting) > 1:
        doubts.append(_choose(key, fitting))
    elif best.value:
        options[key] = best.value
    if best.header.others:
        facts = {"row": best.header.row, "others": ", ".join(map(str, best.header.others))}
        doubts.append(ask("columns", "detect_header", (), "appeal_id", **facts))
    rows = partial(source.rows, best.read, best.header)
    return FoundTable(best.header, rows, options, tuple(doubts))


def _choose(key: str, values: Sequence[str]) -> Doubt:
    first, *others = map(shown, values)
    facts = {"first": first, "others": ", ".join(others)}
    return ask("input", f"detect_{key}", (toml_line(key, value) for value in values), **facts)


# -- CSV and HTML --------------------------------------------------------------------------------


def _delimited(source: Again, name: str, encoding: str, *, is_page: bool) -> FoundTable:
    def lines(opened: OpenedFile) -> Iterable[str]:
        page = as_csv(opened, encoding) if is_page else opened
        return Lines(page.chunks, "utf-8" if is_page else encoding)

    with source.opened() as opened:
        first = list(islice(lines(opened), _SAMPLED))

    def possible(delimiter: str) -> _Possible | None:
        rows = list(_rows_of(first, delimiter))
        header = find_header(rows)
        if header is None:
            return None
        row, width = header.row, len(header.cells)
        below = [cells for number, cells in rows if number > row and any(cells)]
        alike = sum(len(cells) == width for cells in below)

        def read(opened: OpenedFile) -> Iterator[Row]:
            every = _rows_of(lines(opened), delimiter)
            return (one for one in every if one[0] > row and len(one[1]) == width)

        share = alike / len(below) if below else 1.0
        return _Possible("" if is_page else delimiter, header, read, share)

    tables = map(possible, DELIMITERS[:1] if is_page else DELIMITERS)
    found = _best(source, name, tables, "html" if is_page else "csv", "delimiter")
    header, rows = found.header, _rows_of(first, str(found.options.get("delimiter", ",")))
    widths = sorted({len(cells) for row, cells in rows if row > header.row and any(cells)})
    if widths and len(header.cells) not in widths and "delimiter" in found.options:
        facts = {"name": name, "row": header.row, "columns": len(header.cells)}
        raise SourceError(say("detect_widths", cells=", ".join(map(str, widths)), **facts))
    return found


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
            first.setdefault(sheet, []).append((number, _on_one_line(cells)))

    def possible(sheet: str) -> _Possible | None:
        header = find_header(first[sheet])
        if header is None:
            return None

        def read(opened: OpenedFile) -> Iterator[Row]:
            rows = text_rows(opened, sheet, width=len(header.cells))
            below = ((at, cells) for _, at, cells in rows if at > header.row)
            return (row for row in below if tuple(_on_one_line(row[1])) != header.cells)

        return _Possible(sheet, header, read)

    tables = [table for table in map(possible, first) if table]
    found = _best(source, name, tables, kind, "sheet", near=1)
    others = [one for one in tables if one.header is not found.header]
    timed = [one for one in others if has_times(first[one.value])]
    names = tuple((one.value, name) for one in timed for name in (one.value, *one.header.cells))
    found = found._replace(header=found.header._replace(elsewhere=names))
    fitting = found.options.get("sheet")
    unread = [
        sheet for sheet, rows in first.items() if fitting and sheet != fitting and has_times(rows)
    ]
    if unread:
        doubt = warn("input", "detect_other_sheets", sheets=", ".join(map(shown, unread)))
        found = found._replace(doubts=(*found.doubts, doubt))
    return found


def _on_one_line(cells: Iterable[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in cells]


def _arrow(source: Again, name: str, kind: str) -> FoundTable:
    from workhours_sla.sources.arrow_files import text_rows

    with source.opened() as opened:
        _, names = next(iter(text_rows(opened)), (0, []))
    header = Header(0, tuple(names), 0)
    table = _Possible("", header, lambda opened: islice(text_rows(opened), 1, None))
    return _best(source, name, [table if names else None], kind, "")


# -- JSON ----------------------------------------------------------------------------------------


def _records(source: Again, name: str, encoding: str) -> FoundTable:
    with source.opened() as opened:
        if not is_document(opened, encoding):
            paths = [_LINES]
        else:
            text = text_of_head(opened.chunks.first_line(), encoding)
            is_list = text.lstrip().startswith("[")
            paths = [LIST] if is_list else list(shape_of(text).lists) or [""]

    def possible(path: str) -> _Possible:
        keys: dict[str, None] = {}
        with source.opened() as opened:
            for _, record in _objects(opened, encoding, path):
                if len(keys) < _MOST_KEYS:
                    keys.update(dict.fromkeys(_flat(record)))
        names = tuple(keys)[:_MOST_KEYS]
        known = {found[0].canonical for key in keys if (found := matches_of(key))}

        def read(opened: OpenedFile) -> Iterator[Row]:
            for number, record in _objects(opened, encoding, path):
                values = _flat(record)
                yield number, [values.get(key, "") for key in names]

        return _Possible("" if path == _LINES else path, Header(0, names, len(known)), read)

    form = "jsonl" if paths == [_LINES] else "json"
    found = _best(source, name, map(possible, paths), form, "path")
    if not found.header.known:
        with source.opened() as opened:
            check_first_document(opened.name, text_of_head(opened.chunks.first_line(), encoding))
    return found


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
        elif isinstance(value, list):
            if any(isinstance(one, dict) for one in value):
                found[name] = OBJECTS
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, float):
            found[name] = str(int(value)) if value.is_integer() else repr(value)
        else:
            found[name] = "" if value is None else str(value)
    return found

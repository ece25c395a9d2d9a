"""Read rows in JSON: one object per line, or the records of documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.json_documents import (
    LIST,
    at_path,
    check_one_document,
    decode_any,
    not_json,
    note_pages,
    records_of,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.lines import LONGEST_LINE, MARKS_AND_BLANKS, Lines, is_too_long
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Item, Record, RefusedError, row_text
from workhours_sla.text.messages import say

_MOST_DELAYED: Final = 1_000  # maximum number of records to wait for the required columns
_LISTED: Final = 40  # maximum number of document keys that a message lists


def read_lines(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    name = opened.name
    mapper = Mapper(layout, claims=opened.claims)
    first_line = text = ""
    line = 0

    def rows() -> Iterator[tuple[Item, Record]]:
        nonlocal first_line, text, line
        for line, text in enumerate(Lines(opened.chunks, options.encoding), 1):
            if text.isspace():
                continue
            first_line = first_line or text.strip()
            record: Record = {}
            try:
                record = mapper.flat(record_of(text))
                yield mapper(record, line), record
            except RefusedError as refused:
                yield refused.fault(line, row_text(mapper, record, text)), record

    def check(keys: Collection[str]) -> None:
        if not keys and (first_line.startswith("[") or first_line == "{"):
            raise SourceError(say("json_array", name=name))
        if keys and line == 1:
            check_one_document(name, text)

    yield from _with_columns(rows(), layout, name, check)
    if not first_line:
        raise SourceError(say("json_empty", name=name))


def record_of(text: str) -> dict[str, object]:
    if is_too_long(text):
        raise RefusedError(say("line_too_long", most=LONGEST_LINE))
    try:
        record = decode_any(text)
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        cause = "not_json" if text.endswith("\n") else "half_written_why"
        raise RefusedError(not_json(error, cause)) from None
    if not isinstance(record, dict):
        raise RefusedError(say("not_an_object"))
    return record


def read_documents(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    name = opened.name
    head = opened.chunks.first_line()
    path = _path_in(head, layout, options, name)
    text = text_of_head(head, options.encoding)
    mapper = Mapper(layout, claims=opened.claims, path=path)
    line = 0
    of_file: dict[str, object] = {}

    def rows() -> Iterator[tuple[Item, Record]]:
        nonlocal line
        found = records_of(opened, at_path(path), encoding=options.encoding, close=of_file.update)
        for line, one in enumerate(found, 1):
            record: Record = {}
            try:
                record = mapper.flat(one.use())
                yield mapper(record, line), record
            except RefusedError as refused:
                yield refused.fault(line, one.shown(mapper)), record

    def check(_keys: Collection[str]) -> None:
        if line == 1 and not path:
            check_one_document(name, text)

    yield from _with_columns(rows(), layout, name, check)
    if not line:
        _check_empty(name, path, text)
    note_pages(opened, of_file, line)


def _with_columns(
    rows: Iterable[tuple[Item, Record]],
    layout: Layout,
    name: str,
    check: Callable[[Collection[str]], None],
) -> Iterator[Item]:
    """Yield the items, delayed until every required column was in a record. Raises SourceError.

    ``check`` may raise a better error than one about a column that is in no record.
    """
    unseen = {canonical: layout.parts(canonical) for canonical in layout.required}
    keys: dict[str, None] = {}
    delayed: list[Item] = []
    for item, record in rows:
        delayed.append(item)
        if unseen:
            keys |= dict.fromkeys(record)
            for canonical, parts in list(unseen.items()):
                if all(not keys.keys().isdisjoint(names) for names in parts):
                    del unseen[canonical]
        if not unseen:
            yield from delayed
            delayed.clear()
        elif keys and len(delayed) > _MOST_DELAYED:
            break
    if unseen:
        check(keys)
        if keys:
            raise layout.missing(next(iter(unseen)), list(keys), name)
    yield from delayed


def _path_in(head: bytes, layout: Layout, options: Input, name: str) -> str:
    begins = head.lstrip(MARKS_AND_BLANKS)[:1]
    if not begins:
        raise SourceError(say("json_no_document", name=name))
    path = options.path
    if path is None:
        columns = (one for canonical in layout.canonical for one in layout.names(canonical))
        path = _path_of(columns, name)
    if path is None:
        path = LIST if begins == b"[" else ""
    return path


def _path_of(columns: Iterable[str], name: str) -> str | None:
    """Return the path that column names contain, such as the one in ``response.items[].date``."""
    paths = {}
    for column in columns:
        start, mark, _key = column.rpartition(f"{LIST}.")
        if mark:
            paths[start + LIST] = column
    if len(paths) > 1:
        first, second = list(paths.values())[:2]
        msg = say("json_two_lists", name=name, first=shown(first), second=shown(second))
        raise SourceError(msg)
    return next(iter(paths), None)


def _check_empty(name: str, path: str, head: str) -> None:
    shape = shape_of(head)
    if path not in shape.arrays:
        check_one_document(name, head)
        keys = ", ".join(map(shown, list(shape.keys)[:_LISTED]))
        raise SourceError(say("json_nothing_there", name=name, path=shown(path), keys=keys or LIST))

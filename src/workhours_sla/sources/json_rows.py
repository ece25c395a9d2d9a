"""Read rows in JSON: one object per line, or the records of documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from typing import Final

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.json_documents import (
    LIST,
    Found,
    Place,
    at_path,
    check_api_error,
    check_one_document,
    lines_of,
    note_pages,
    records_of,
    refuse_document,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import MARKS_AND_BLANKS, OpenedFile
from workhours_sla.sources.rows import Item, Record, RecordMapper, RefusedError, item_of
from workhours_sla.text.messages import say

_MOST_DELAYED: Final = 1_000  # maximum number of records to wait for the required columns
_LISTED: Final = 40  # maximum number of document keys that a message lists
Check = Callable[[Collection[str], int], None]
"""May raise a better error than one about a column that is in none of so many records."""


def read_lines(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    name = opened.name
    found = lines_of(opened, options.encoding)
    first = next(found, None)
    if first is None:
        raise SourceError(say("json_empty", name=name), name=name)
    text = (first.text or "").strip()

    def check(keys: Collection[str], count: int) -> None:
        if not keys and (text.startswith("[") or text == "{"):
            raise SourceError(say("json_array", name=name), name=name)
        if keys and count == 1:
            check_one_document(name, text)

    mapper = Mapper(layout, claims=opened.claims)
    yield from _mapped(chain([first], found), mapper, name, check)


def read_documents(opened: OpenedFile, layout: Layout, options: Input) -> Iterator[Item]:
    name = opened.name
    head = opened.chunks.first_line()
    path = _path_in(head, layout, options, name)
    text = text_of_head(head, options.encoding)
    mapper = Mapper(layout, claims=opened.claims, path=path)
    of_file: dict[str, object] = {}
    found = records_of(opened, at_path(path), encoding=options.encoding, close=of_file.update)

    def check(_keys: Collection[str], count: int) -> None:
        if count == 1 and not path:
            check_one_document(name, text)

    count = 0
    for item in _mapped(found, mapper, name, check):
        count += 1
        yield item
    if not count:
        _check_empty(name, path, text)
    note_pages(opened, of_file, count)


def _mapped(records: Iterable[Found], mapper: Mapper, name: str, check: Check) -> Iterator[Item]:
    """Yield the items, delayed until every required column was in a record. Raises SourceError."""
    layout = mapper.layout
    unseen = {canonical: layout.parts(canonical) for canonical in layout.required}
    keys: dict[str, None] = {}
    delayed: list[Item] = []
    for found in records:
        record: Record = {}
        try:
            record = mapper.flat(found.use())
            item: Item = mapper(record, found.line)
        except RefusedError as refused:
            item = refused.fault(found.line, found.shown(mapper))
        if not unseen:
            yield item
            continue
        delayed.append(item)
        keys |= dict.fromkeys(record)
        for canonical, parts in list(unseen.items()):
            if all(not keys.keys().isdisjoint(names) for names in parts):
                del unseen[canonical]
        if not unseen:
            yield from delayed
        elif keys and len(delayed) > _MOST_DELAYED:
            break
    if unseen:
        check(keys, len(delayed))
        if keys:
            raise layout.missing(next(iter(unseen)), list(keys), name)
        yield from delayed


def items_of(
    opened: OpenedFile, place: Place, mapper: RecordMapper, options: Input, marks: Collection[str]
) -> Iterator[Item]:
    """Yield the items of records, each of which must have one of the keys ``marks``."""
    head: dict[str, object] = {}
    line = 0
    records = records_of(opened, place, encoding=options.encoding, close=head.update)
    for line, found in enumerate(records, 1):
        record = found.value
        if found.why is not None:
            yield RefusedError(found.why).fault(line, found.shown(mapper))
            continue
        if not place.are_lines and record.keys().isdisjoint(marks):
            check_api_error(opened.name, record)
            if found.is_alone:
                raise refuse_document(record, opened.name, ", ".join(place.keys or marks))
        yield item_of(mapper, record, line)
    note_pages(opened, head, line)


def _path_in(head: bytes, layout: Layout, options: Input, name: str) -> str:
    begins = head.lstrip(MARKS_AND_BLANKS)[:1]
    if not begins:
        msg = say("json_no_document", name=name)
        raise SourceError(msg, name=name)
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
        raise SourceError(msg, name=name)
    return next(iter(paths), None)


def _check_empty(name: str, path: str, head: str) -> None:
    shape = shape_of(head)
    if path not in shape.arrays:
        check_one_document(name, head)
        keys = ", ".join(map(shown, list(shape.keys)[:_LISTED]))
        msg = say("json_nothing_there", name=name, path=shown(path), keys=keys or LIST)
        raise SourceError(msg, name=name)

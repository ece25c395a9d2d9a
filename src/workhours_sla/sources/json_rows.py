"""Read the records of JSON documents; records may be nested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.api_errors import check_api_error
from workhours_sla.sources.cells import too_long
from workhours_sla.sources.first_rows import FirstRows
from workhours_sla.sources.json_records import (
    LIST,
    Closed,
    at_path,
    check_one_document,
    records_of,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.nested import Paths
from workhours_sla.sources.rows import Fault, Item, Record, clip
from workhours_sla.sources.text_lines import MARKS_AND_BLANKS
from workhours_sla.text.messages import Detail, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.opened_file import OpenedFile


_LISTED = 40
"""Maximum number of document keys that a message lists."""


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each record of the documents in a file, its events or a Fault.

    The records are at the path of ``options`` or of a column such as ``response.items[].date``.
    Otherwise they are the elements of an array at the top, or the object at the top. Records are
    delayed until each required column was found in one of them. Raises SourceError if a required
    column is in none of the first 1,000 records, if nothing is at the path, if the document is an
    error response of an API, and if the file is not JSON.
    """
    name = opened.name
    mapper = Mapper(layout, claims=claims)
    head = opened.chunks.first_line()
    path = _path_in(head, mapper, options, name)
    paths = Paths(mapper.read_columns, path)
    first = FirstRows(layout, name)
    line = 0
    for found in records_of(opened, at_path(path), encoding=options.encoding):
        if isinstance(found, Closed):
            check_api_error(name, found.head, has_records=True)
            continue
        line += 1
        record: Record = {}
        if found.why is not None:
            item: Item = Fault(line, "malformed", Detail(found.why), "")
        else:
            record = paths.flat(found.value)
            item = _checked(mapper, record, line)
        if isinstance(item, Fault):
            item = item._replace(text=clip(found.text))
        if first.are_complete:
            yield item
            continue
        yield from first.add(item, record)
    text = text_of_head(head, options.encoding)
    if line == 1 and not path and not first.are_complete:
        check_one_document(name, text)
    missing = first.missing()
    if missing is not None:
        raise missing
    if not line:
        _check_empty(name, path, text)
    yield from first.rest()


def _checked(mapper: Mapper, record: Record, line: int) -> Item:
    """Return the events of a record. Return a Fault for a bad record or a text that is too long."""
    columns = [column for column in mapper.read_columns if column in record]
    values = [record[column] for column in columns]
    return too_long(columns, values, line) or mapper(record, line)


def _path_in(head: bytes, mapper: Mapper, options: Input, name: str) -> str:
    """Return the path of the records in a document whose first bytes are ``head``."""
    begins = head.lstrip(MARKS_AND_BLANKS)[:1]
    if not begins:
        msg = say("json_no_document", name=name)
        raise SourceError(msg, name=name)
    path = options.path
    if path is None:
        path = _path_of(mapper.read_columns, name)
    if path is None:
        path = LIST if begins == b"[" else ""
    return path


def _path_of(columns: Iterable[str], name: str) -> str | None:
    """Return the path that column names contain, such as the one in ``response.items[].date``.

    Return None if no column names a path. Raises SourceError if columns name different paths.
    """
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
    """Raise SourceError if a document without records has no array at ``path``."""
    shape = shape_of(head)
    if path not in shape.arrays:
        check_one_document(name, head)
        keys = ", ".join(map(shown, list(shape.keys)[:_LISTED]))
        msg = say("json_nothing_there", name=name, path=shown(path), keys=keys or LIST)
        raise SourceError(msg, name=name)

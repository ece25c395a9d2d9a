"""Read rows in JSON: one object per line, or the records of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError, shown
from workhours_sla.sla.event import Claim
from workhours_sla.sources.json_documents import (
    LIST,
    at_path,
    check_one_document,
    decode_any,
    records_of,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.lines import LONGEST_LINE, MARKS_AND_BLANKS, Lines, is_too_long
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.sources.rows import Item, Record, RefusedError
from workhours_sla.text.messages import say

_MOST_DELAYED: Final = 1_000
"""Maximum number of records to wait for the required columns."""
_LISTED: Final = 40
"""Maximum number of document keys that a message lists."""


def read_lines(
    opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]
) -> Iterator[Item]:
    """Yield, for each line that is not blank, its events or a Fault."""
    name = opened.name
    mapper = Mapper(layout, claims=claims)
    first = _FirstRows(layout, name)
    first_line = text = ""
    line = 0
    for line, text in enumerate(Lines(opened.chunks, options.encoding), 1):
        if text.isspace():
            continue
        first_line = first_line or text.strip()
        record: Record = {}
        try:
            record = mapper.flat(record_of(text))
            item: Item = mapper(record, line)
        except RefusedError as refused:
            item = refused.fault(line, text)
        yield from first.add(item, record)
    if not first_line:
        msg = say("json_empty", name=name)
        raise SourceError(msg, name=name)
    if not first.have_keys and (first_line.startswith("[") or first_line == "{"):
        msg = say("json_array", name=name)
        raise SourceError(msg, name=name)
    if first.missing() is not None and line == 1:
        check_one_document(name, text)
    yield from first.rest()


def record_of(text: str) -> dict[str, object]:
    """Return the JSON object in a line. Raises RefusedError."""
    if is_too_long(text):
        raise RefusedError(say("line_too_long", most=LONGEST_LINE))
    try:
        record = decode_any(text)
    except (ValueError, RecursionError) as error:
        why = say("json_fault", why=str(error))
        is_whole = text.endswith("\n")
        raise RefusedError(say("not_json" if is_whole else "half_written_why", why=why)) from None
    if not isinstance(record, dict):
        raise RefusedError(say("not_an_object"))
    return record


def read_documents(
    opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]
) -> Iterator[Item]:
    """Yield, for each record of the documents in a file, its events or a Fault.

    Records have no header, so they are delayed until each required column was in one of them.
    """
    name = opened.name
    head = opened.chunks.first_line()
    path = _path_in(head, layout, options, name)
    mapper = Mapper(layout, claims=claims, path=path)
    first = _FirstRows(layout, name)
    line = 0
    for found in records_of(opened, at_path(path), encoding=options.encoding):
        line += 1
        record: Record = {}
        try:
            record = mapper.flat(found.use())
            item: Item = mapper(record, line)
        except RefusedError as refused:
            item = refused.fault(line, found.text)
        yield from first.add(item, record)
    text = text_of_head(head, options.encoding)
    if line == 1 and not path and not first.are_complete:
        check_one_document(name, text)
    yield from first.rest()
    if not line:
        _check_empty(name, path, text)


class _FirstRows:
    """Delays the first records of a file without a header until every required column was seen."""

    def __init__(self, layout: Layout, name: str) -> None:
        self._layout = layout
        self._name = name
        self._unseen = {canonical: layout.parts(canonical) for canonical in layout.required}
        self._keys: dict[str, None] = {}
        self._delayed: list[Item] = []

    @property
    def are_complete(self) -> bool:
        """Whether every required column has been seen."""
        return not self._unseen

    @property
    def have_keys(self) -> bool:
        """Whether a record with at least one column has been seen."""
        return bool(self._keys)

    def add(self, item: Item, columns: Iterable[str]) -> list[Item]:
        """Add a record with its columns, and return the items that need no more delay."""
        if not self._unseen:
            return [item]
        self._delayed.append(item)
        self._keys |= dict.fromkeys(columns)
        for canonical, parts in list(self._unseen.items()):
            if all(not self._keys.keys().isdisjoint(names) for names in parts):
                del self._unseen[canonical]
        if self._unseen and len(self._delayed) <= _MOST_DELAYED:
            return []
        return self.rest()

    def missing(self) -> str | None:
        """Return a required column that was in no record, None if there is none."""
        return next(iter(self._unseen), None) if self._keys else None

    def rest(self) -> list[Item]:
        """Return the delayed items. Raises SourceError if a required column was in no record."""
        missing = self.missing()
        if missing is not None:
            raise self._layout.missing(missing, list(self._keys), self._name)
        found, self._delayed = self._delayed, []
        return found


def _path_in(head: bytes, layout: Layout, options: Input, name: str) -> str:
    """Return the path of the records in a document whose first bytes are ``head``."""
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
    """Raise SourceError if a document without records has no array at ``path``."""
    shape = shape_of(head)
    if path not in shape.arrays:
        check_one_document(name, head)
        keys = ", ".join(map(shown, list(shape.keys)[:_LISTED]))
        msg = say("json_nothing_there", name=name, path=shown(path), keys=keys or LIST)
        raise SourceError(msg, name=name)

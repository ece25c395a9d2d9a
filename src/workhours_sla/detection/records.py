"""Read JSON records as rows: each key, nested keys included, becomes a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workhours_sla.config.column_words import matches_of
from workhours_sla.detection.header import Header
from workhours_sla.detection.seen import OBJECTS
from workhours_sla.sources.json_documents import (
    LIST,
    Found,
    at_path,
    decode_any,
    is_document,
    records_of,
    shape_of,
    text_of_head,
)
from workhours_sla.sources.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.detection.seen import Row
    from workhours_sla.sources.opened import OpenedFile

_MOST_KEYS: Final = 500
_DEEPEST: Final = 3

LINES: Final = "lines"
"""The path of records that are the lines of the file."""


def paths_of(opened: OpenedFile, encoding: str) -> list[str]:
    """Return the possible paths of the records: ``LINES``, or paths in a JSON document."""
    if not is_document(opened, encoding):
        return [LINES]
    text = text_of_head(opened.chunks.first_line(), encoding)
    if text.lstrip().startswith("["):
        return [LIST]
    return list(shape_of(text).lists) or [""]


def header_of(opened: OpenedFile, encoding: str, path: str) -> Header:
    """Return the keys of all records as a header. Raises SourceError."""
    keys: dict[str, None] = {}
    for _, record in _records(opened, encoding, path):
        if len(keys) < _MOST_KEYS:
            keys |= dict.fromkeys(_flat(record))
    known = {found[0].canonical for key in keys if (found := matches_of(key))}
    return Header(0, tuple(keys)[:_MOST_KEYS], len(known))


def record_rows(opened: OpenedFile, encoding: str, path: str, header: Header) -> Iterator[Row]:
    """Yield the values of each record, in the order of the keys in ``header``."""
    for number, record in _records(opened, encoding, path):
        values = _flat(record)
        yield number, [values.get(key, "") for key in header.cells]


def _records(opened: OpenedFile, encoding: str, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each JSON object with its number, counted like ``Fault.line``."""
    if path != LINES:
        found = records_of(opened, at_path(path), encoding=encoding)
        for number, one in enumerate((one for one in found if isinstance(one, Found)), 1):
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

    >>> _flat({"id": 7, "author": {"id": 17, "name": None}, "tags": [1]})
    {'id': '7', 'author.id': '17', 'author.name': ''}
    >>> _flat({"replies": [{"id": 7}]})
    {'replies': '[…]'}
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

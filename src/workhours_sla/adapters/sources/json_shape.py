"""Examine the beginning of a JSON file: document or lines, keys, and an error of an API."""

from __future__ import annotations

import codecs
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from workhours_sla.adapters.sources.api_errors import check_api_error
from workhours_sla.adapters.sources.json_scanner import BrokenError, EndedError, JsonScanner
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.adapters.sources.opened_file import OpenedFile

LIST: Final = "[]"
"""Marks the elements of an array in a path."""

_DEEPEST: Final = 64
"""Maximum depth at which values are examined."""
_LONGEST_KEY: Final = 4_000
_LONGEST_ERROR: Final = 64_000
_CLOSES: Final = {"}": "{", "]": "["}

_decode: Final = msgspec.json.Decoder(float_hook=float).decode


class Shape(NamedTuple):
    """What the beginning of a document shows.

    ``keys`` are those of the object at the top. ``arrays`` are the paths of the elements of its
    arrays, and ``lists`` those of arrays of objects.
    """

    keys: dict[str, None]
    arrays: dict[str, None]
    lists: dict[str, None]


def is_document(opened: OpenedFile, encoding: str) -> bool:
    """Return whether a file is one JSON document rather than JSON Lines, by its first lines.

    A document is an array, an object that spans several lines, a first line without an end, or,
    with the suffix ``.json``, a single line.
    """
    alone = opened.ending == ".json"
    head = opened.chunks.first_line()
    if alone:
        head = opened.chunks.head(len(head) + 1)  # so that a second line shows
    text = _decoded(head, encoding).lstrip("\ufeff \t\r\n")
    if text.startswith("["):
        return True
    line, newline, rest = text.partition("\n")
    rest = rest.lstrip()
    if not newline or (alone and not rest):
        return text.startswith("{")
    unclosed = _left_open(line)
    return bool(unclosed) and (unclosed[-1] == "[" or not rest.startswith("{"))


def _left_open(line: str) -> str:
    """Return the brackets that a line leaves open, ``""`` if a string is not closed.

    >>> _left_open('{"a": [{"b": "]"}'), _left_open('{"a": "'), _left_open('{"a": 1}')
    ('{[', '', '')
    """
    pieces = line.replace("\\\\", "").replace('\\"', "").split('"')
    if len(pieces) % 2 == 0:
        return ""
    stack: list[str] = []
    for char in "".join(pieces[::2]):
        if char in "{[":
            stack.append(char)
        elif char in _CLOSES and stack and stack[-1] == _CLOSES[char]:
            stack.pop()
    return "".join(stack)


def shape_of(head: str) -> Shape:
    """Return what the beginning of a document shows.

    >>> list(shape_of('{"response": {"count": 2, "items": [{"id": 7}, {"id"').lists)
    ['response.items[]']
    """
    shape = Shape({}, {}, {})
    with suppress(BrokenError, EndedError, ValueError):
        _look(JsonScanner(iter([head])), "", shape)
    return shape


def _look(scan: JsonScanner, path: str, shape: Shape, depth: int = 0) -> None:
    """Add what the next value shows, which is at a path. Raises BrokenError, EndedError."""
    sign = scan.needed()
    if sign not in _CLOSES.values() or depth > _DEEPEST:
        scan.value(sign, 0)
        return
    if sign == "[":
        shape.arrays[path + LIST] = None
    scan.at += 1
    while (inner := scan.needed()) not in _CLOSES:
        if sign == "[":
            if inner == "{":
                shape.lists[path + LIST] = None
            _look(scan, path + LIST, shape, depth + 1)
            continue
        if inner != '"':
            raise BrokenError
        key = _decode(scan.value(inner, _LONGEST_KEY) or '""')
        if not depth:
            shape.keys[key] = None
        _look(scan, f"{path}.{key}".removeprefix("."), shape, depth + 1)
    scan.at += 1


def check_one_document(name: str, head: str) -> None:
    """Raise SourceError if a document is no record, but has its records in an array.

    ``head`` is its beginning. Raises it also if the document is the error of an API.
    """
    check_first_document(name, head)
    lists = shape_of(head).lists
    if lists:
        msg = say("json_no_path", name=name, path=shown(next(iter(lists))))
        raise SourceError(msg, name=name)


def check_first_document(name: str, head: str) -> None:
    """Raise SourceError if the first document is the error of an API. ``head`` may have it all."""
    scan = JsonScanner(iter([head]))
    document: object = None
    with suppress(BrokenError, EndedError, ValueError, RecursionError):
        document = _decode(scan.value(scan.needed(), _LONGEST_ERROR) or "")
    check_api_error(name, document)


def text_of_head(head: bytes, encoding: str) -> str:
    """Return the beginning of a text, without a byte order mark."""
    return _decoded(head, encoding).removeprefix("\ufeff")


def _decoded(head: bytes, encoding: str) -> str:
    """Decode the beginning of a text; bytes that are not valid in ``encoding`` are replaced."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return head.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return head.decode("utf-8", "replace")

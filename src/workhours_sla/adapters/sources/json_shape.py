"""What the beginning of a file of JSON shows: one document or lines, its keys, and its error."""

from __future__ import annotations

import codecs
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import ijson  # type: ignore[import-untyped]

from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST: Final = "[]"
"""What marks the elements of an array in a path."""

_LONGEST_PATH: Final = 1 << 10
"""The most characters of a path that are looked at, so that nested brackets cost little."""
_CLOSES: Final = {"}": "{", "]": "["}
_MESSAGES: Final = (
    *("error.error_msg", "error.message", "error.description", "error.detail", "error"),
    *("error_msg", "error_message", "error_description", "errorMessage", "errors.item.description"),
    *("errors.item.message", "errors.item.detail", "errors.item", "errorMessages.item", "message"),
    *("detail", "description"),
)
"""Where APIs write the message of an error, in the notation of ijson; the first found is shown."""
_CODES: Final = ("error.error_code", "error.code", "error_code", "errors.item.code", "code")
"""Where APIs write the code of an error."""
_MARKS: Final = ("error", "errors", "error_code", "error_msg", "errorMessages", "errorMessage")
"""The keys at the top of a document that show an error of an API."""


class Shape(NamedTuple):
    """What the beginning of a document shows.

    ``keys`` are those of the object at the top. ``arrays`` are the paths of the elements of its
    arrays, ``lists`` those of arrays of objects, and ``scalars`` the first text or number at each
    path.
    """

    keys: tuple[str, ...]
    arrays: tuple[str, ...]
    lists: tuple[str, ...]
    scalars: dict[str, str]


def is_document(head: bytes, encoding: str, *, alone: bool) -> bool:
    """Return whether a file is one document of JSON and not JSON Lines.

    ``head`` is its beginning, with the first line that is not blank if it is not longer. A document
    is an array, an object that spans lines, a line that is not ended, and, with ``alone``, a line
    after which ``head`` ends.
    """
    text = _decoded(head, encoding).lstrip("\ufeff \t\r\n")
    if text.startswith("["):
        return True
    line, newline, rest = text.partition("\n")
    rest = rest.lstrip()
    if not newline or (alone and not rest):
        return text.startswith("{")
    opened = _left_open(line)
    return bool(opened) and (opened[-1] == "[" or not rest.startswith("{"))


def _left_open(line: str) -> str:
    """Return the brackets that a line opens and does not close, ``""`` if a string is not closed.

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


def shape_of(head: bytes) -> Shape:
    """Return what the beginning of a document in UTF-8 shows.

    >>> shape_of(b'{"response": {"count": 2, "items": [{"id": 7}, {"id"').lists
    ('response.items[]',)
    """
    keys: dict[str, None] = {}
    arrays: dict[str, None] = {}
    lists: dict[str, None] = {}
    scalars: dict[str, str] = {}
    before = ""
    for prefix, event, value in _events(head):
        if event == "map_key" and not prefix:
            keys[value] = None
        elif event == "start_array":
            arrays[_path(prefix) + LIST] = None
        elif event == "start_map" and before == "start_array":
            lists[_path(prefix)] = None
        elif event in ("string", "number"):
            scalars.setdefault(prefix, str(value))
        before = event
    return Shape(tuple(keys), tuple(arrays), tuple(lists), scalars)


def api_error(head: bytes) -> Phrase | None:
    """Return the error of an API that a document has in place of data, None if it has none.

    >>> print(api_error(b'{"error": {"error_code": 5, "error_msg": "access denied"}}'))
    5: access denied
    """
    shape = shape_of(head)
    if not any(mark in shape.keys for mark in _MARKS):
        return None
    said = [
        next((shape.scalars[place] for place in places if shape.scalars.get(place)), None)
        for places in (_CODES, _MESSAGES)
    ]
    return say("api_fault", why=": ".join(filter(None, said))) if any(said) else None


def _events(head: bytes) -> Iterator[tuple[str, str, Any]]:
    """Yield the events of the parser up to the end of ``head``, or to what is not JSON."""
    events = ijson.parse(BytesIO(head), use_float=True, buf_size=_LONGEST_PATH)
    with suppress(ijson.JSONError, ValueError, OverflowError):
        for prefix, event, value in events:
            if len(prefix) > _LONGEST_PATH:
                return
            yield prefix, event, value


def as_utf8(head: bytes, encoding: str) -> bytes:
    """Return the beginning of a text in UTF-8, without a byte order mark."""
    return _decoded(head, encoding).removeprefix("\ufeff").encode("utf-8", "replace")


def _path(prefix: str) -> str:
    """Return a path in the notation of ijson as ``read_values`` has it.

    >>> _path("response.items.item"), _path("item"), _path("")
    ('response.items[]', '[]', '')
    """
    keys = prefix.split(".") if prefix else ()
    return "".join(LIST if key == "item" else f".{key}" for key in keys).removeprefix(".")


def _decoded(head: bytes, encoding: str) -> str:
    """Return the beginning of a text; what is not text in ``encoding`` is replaced."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return head.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return head.decode("utf-8", "replace")

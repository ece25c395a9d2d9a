"""What the beginning of a file of JSON shows: one document or lines, its keys, and its error."""

from __future__ import annotations

import codecs
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import ijson  # type: ignore[import-untyped]

from workhours_sla.errors import clipped
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.adapters.sources.opened_file import OpenedFile

LIST: Final = "[]"
"""What marks the elements of an array in a path."""

_DEEPEST: Final = 64
"""How deep values are looked at."""
_LONGEST_ERROR: Final = 200
_PIECE: Final = 1 << 10
"""How many bytes are parsed at once: what follows an error in them is lost."""
_CLOSES: Final = {"}": "{", "]": "["}
_MESSAGES: Final = (
    *("error.error_msg", "error.message", "error.description", "error.detail", "error"),
    *("error_msg", "error_message", "error_description", "errorMessage", "errors[].description"),
    *("errors[].message", "errors[].detail", "errors[]", "errorMessages[]", "message"),
    *("detail", "description"),
)
"""Where APIs write the message of an error; the first that is found is shown."""
_CODES: Final = ("error.error_code", "error.code", "error_code", "errors[].code", "code")
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


def is_document(opened: OpenedFile, encoding: str) -> bool:
    """Return whether a file is one document of JSON and not JSON Lines, by its first lines.

    A document is an array, an object that spans lines, a line that is not ended, and, with the
    suffix ``.json``, a single line.
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
    route: list[str] = []
    before = ""
    for event, value in _events(head):
        path = "".join(route).removeprefix(".")
        if event in ("end_map", "end_array"):
            route.pop()
        elif event == "map_key":
            route[-1] = f".{value}"
            if len(route) == 1:
                keys[value] = None
        elif event in ("start_map", "start_array"):
            route.append("" if event == "start_map" else LIST)
            if event == "start_array":
                arrays[path + LIST] = None
            elif before == "start_array":
                lists[path] = None
        elif event in ("string", "number"):
            scalars.setdefault(path, str(value))
        if len(route) > _DEEPEST:
            break
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
    if not any(said):
        return None
    why = ": ".join(" ".join(text.split()) for text in said if text)
    return say("api_fault", why=clipped(why, _LONGEST_ERROR))


def fault_of(error: Exception) -> str:
    r"""Return what the parser says is wrong, without the text around it.

    The parser says it in bytes if it has cut a character of that text.

    >>> fault_of(ijson.JSONError(b"parse error: premature EOF\n  \x96 (right here) ---^"))
    'parse error: premature EOF'
    """
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.split("\n", maxsplit=1)[0].strip()


def _events(head: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the events of the parser up to the end of ``head``, or to what is not JSON."""
    events = ijson.basic_parse(BytesIO(head), use_float=True, buf_size=_PIECE)
    with suppress(ijson.JSONError, ValueError, OverflowError):
        yield from events


def as_utf8(head: bytes, encoding: str) -> bytes:
    """Return the beginning of a text in UTF-8, without a byte order mark."""
    return _decoded(head, encoding).removeprefix("\ufeff").encode("utf-8", "replace")


def _decoded(head: bytes, encoding: str) -> str:
    """Return the beginning of a text; what is not text in ``encoding`` is replaced."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return head.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return head.decode("utf-8", "replace")

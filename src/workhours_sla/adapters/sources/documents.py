"""Read the values of JSON documents one by one, so that a document of any size fits in memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import ijson  # type: ignore[import-untyped]

from workhours_sla.adapters.sources.json_shape import api_error, fault_of, shape_of
from workhours_sla.adapters.sources.text_lines import Lines
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.adapters.sources.opened_file import OpenedFile

LONGEST_VALUE: Final = 64_000_000
"""The most bytes from the end of one value to the end of the next, so the largest value."""
DEEPEST: Final = 64
"""How deep arrays and objects may be nested."""

_CHUNK: Final = 1 << 16
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class _Bytes:
    """The content of an opened file for the parser: UTF-8 without a byte order mark.

    ``head`` is its beginning. ``unread`` counts the bytes since the last value; the reader resets
    it. Raises SourceError for a value that is too large and for brackets that are nested too deep,
    before the parser fills the memory with them.
    """

    def __init__(self, opened: OpenedFile, encoding: str) -> None:
        self._name = opened.name
        self._texts = Lines(opened.chunks, encoding).texts()
        self._rest = b""
        self._depth = _Depth()
        self.head = b""
        self.unread = 0

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raises SourceError."""
        if not self._rest:
            self._rest = next(self._texts, "").encode()
            if len(self.head) < _CHUNK:
                self.head += self._rest
            self.unread += len(self._rest)
            if self.unread > LONGEST_VALUE:
                msg = say("json_value_large", name=self._name, most=LONGEST_VALUE)
                raise SourceError(msg, name=self._name)
            if not self._depth.allows(self._rest):
                msg = say("json_deep", name=self._name, most=DEEPEST)
                raise SourceError(msg, name=self._name)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


class _Depth:
    """How deep the brackets of a document are nested, at the end of what was given so far."""

    def __init__(self) -> None:
        self._open = b""
        self._in_string = False
        self._escape = b""

    def allows(self, chunk: bytes) -> bool:
        """Return False if brackets are nested too deep up to the end of the next chunk."""
        chunk = self._escape + chunk
        backslashes = len(chunk) - len(chunk.rstrip(b"\\"))
        self._escape = b"\\" if backslashes % 2 else b""
        chunk = chunk[: len(chunk) - len(self._escape)]
        pieces = chunk.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b"".join(pieces[self._in_string :: 2])
        self._in_string ^= len(pieces) % 2 == 0
        left = self._open + outside.translate(None, _NOT_BRACKETS)
        for _ in range(2 * DEEPEST):  # each pass closes one level or more
            shorter = left.replace(b"[]", b"").replace(b"{}", b"")
            if len(shorter) == len(left):
                break
            left = shorter
        self._open = left
        return len(left) <= DEEPEST


def read_values(opened: OpenedFile, path: str, *, encoding: str = "utf-8") -> Iterator[Any]:
    """Yield every value at ``path``, in the order of the file.

    A path is a chain of keys, where ``[]`` means every element of an array: ``response.items[]``,
    ``[]`` for the elements of an array at the top, ``""`` for the whole document. The file has one
    document or several in a row, such as one on each line; only one value is in memory at a time.
    Raises SourceError if the file is not JSON, if it has the error of an API in place of the
    values, and for a value that is too large or nested too deep.
    """
    stream = _Bytes(opened, encoding)
    options = {"multiple_values": True, "use_float": True, "buf_size": _CHUNK}
    count = 0
    try:
        for value in ijson.items(stream, _prefix(path), **options):
            stream.unread = 0
            count += 1
            yield value
    except SourceError:
        raise
    except (ijson.JSONError, ValueError, OverflowError, RecursionError) as error:
        why = say("json_fault_after", count=count, why=fault_of(error))
        msg = say("json_broken", name=opened.name, why=why)
        raise SourceError(msg, name=opened.name) from None
    if not count:
        check_api_error(opened.name, stream.head)


def check_api_error(name: str, head: bytes) -> None:
    """Raise SourceError if a document that begins with ``head`` is the error of an API."""
    why = api_error(head)
    if why is not None:
        msg = say("api_error", name=name, why=why)
        raise SourceError(msg, name=name)


def check_one_document(name: str, head: bytes) -> None:
    """Raise SourceError if a document is no record, but has its records in an array.

    Raises it also if the document is the error of an API.
    """
    check_api_error(name, head)
    lists = shape_of(head).lists
    if lists:
        msg = say("json_no_path", name=name, path=shown(lists[0]))
        raise SourceError(msg, name=name)


def _prefix(path: str) -> str:
    """Return a path in the notation of ijson.

    >>> _prefix("response.items[].thread"), _prefix("[]"), _prefix("")
    ('response.items.item.thread', 'item', '')
    """
    return re.sub(r"\[\]", ".item", path).removeprefix(".")

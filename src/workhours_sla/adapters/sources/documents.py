"""Read the values of JSON documents one by one, so that a document of any size fits in memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import ijson  # type: ignore[import-untyped]

from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.adapters.sources.opened_file import OpenedFile

_CHUNK: Final = 1 << 16


class _Bytes:
    """The bytes of an opened file for the parser, without a byte order mark."""

    def __init__(self, opened: OpenedFile) -> None:
        self._chunks = opened.chunks
        self._rest = self._chunks.peek() and self._chunks.read().removeprefix(b"\xef\xbb\xbf")

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raises SourceError."""
        if not self._rest:
            self._rest = self._chunks.read()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def read_values(opened: OpenedFile, *paths: str) -> Iterator[tuple[str, Any]]:
    """Yield every value at one of ``paths``, with its path, in the order of the file.

    A path is a chain of keys, where ``[]`` means every element of an array: ``response.items[]``,
    ``[]`` for the elements of an array at the top, ``""`` for the whole document. No path may
    continue another. The file has one document or several in a row, such as one on each line; only
    one value is in memory at a time. One path alone is much faster than several. Raises SourceError
    if the file is not JSON.
    """
    stream = _Bytes(opened)
    prefixes = {_prefix(path): path for path in paths}
    options = {"multiple_values": True, "use_float": True, "buf_size": _CHUNK}
    try:
        if len(paths) == 1:
            for value in ijson.items(stream, next(iter(prefixes)), **options):
                yield paths[0], value
            return
        events = iter(ijson.parse(stream, **options))
        for prefix, event, value in events:
            path = prefixes.get(prefix)
            if path is None or event in ("map_key", "end_map", "end_array"):
                continue
            found = value
            if event in ("start_map", "start_array"):
                builder = ijson.ObjectBuilder()
                builder.event(event, value)
                ending = event.replace("start", "end")
                for inner, kind, scalar in events:
                    builder.event(kind, scalar)
                    if inner == prefix and kind == ending:
                        break
                found = builder.value
            yield path, found
    except (ijson.JSONError, ValueError, OverflowError, RecursionError) as error:
        why = " ".join(str(error).split())
        msg = say("json_broken", name=opened.name, why=say("json_fault", why=why))
        raise SourceError(msg, name=opened.name) from None


def _prefix(path: str) -> str:
    """Return a path in the notation of ijson.

    >>> _prefix("response.items[].thread"), _prefix("[]"), _prefix("")
    ('response.items.item.thread', 'item', '')
    """
    return re.sub(r"\[\]", ".item", path).removeprefix(".")

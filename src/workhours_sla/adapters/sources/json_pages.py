"""Read the records in the answers of an API, which one file may have several of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import ijson  # type: ignore[import-untyped]

from workhours_sla.adapters.sources.json_shape import fault_of
from workhours_sla.errors import SourceError, shown
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workhours_sla.adapters.sources.opened_file import OpenedFile

MOST_NESTED: Final = 100
"""The most lists and objects that may be nested in each other within a record."""
LARGEST_RECORD: Final = 16_000_000
"""The most bytes of a record."""

_CHUNK: Final = 1 << 16
_OPENING: Final = {"start_map": dict, "start_array": list}
_ERROR_KEYS: Final = (
    *("error", "errors", "errorMessage", "errorMessages", "error_msg", "error_message"),
    *("message", "description", "detail", "code", "error_code"),
)
"""The keys of the objects that APIs return instead of data, the most precise first."""
_LISTED: Final = 20
_MARK: Final = b"\xef\xbb\xbf"


class _Stream:
    """The bytes of a file for the parser. ``taken`` counts the bytes since it was set to 0."""

    def __init__(self, opened: OpenedFile) -> None:
        self._opened = opened
        self._rest = opened.chunks.peek() and opened.chunks.read().removeprefix(_MARK)
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raises SourceError."""
        if not self._rest:
            self._rest = self._opened.chunks.read()
        found, self._rest = self._rest[:size], self._rest[size:]
        self.taken += len(found)
        if self.taken > LARGEST_RECORD and size:
            name = self._opened.name
            raise SourceError(say("record_large", name=name, most=LARGEST_RECORD), name=name)
        return found


class Pages:
    """The records of the documents in a file.

    A document is a list of records, or an object that has them in a list under one of ``keys``, or
    a single record. Iterating yields each record with its key, ``""`` for one that is in no list
    under a key. Only one record is in memory at a time. Raises SourceError if the file is not JSON,
    or has a record that exceeds ``LARGEST_RECORD`` or ``MOST_NESTED``.
    """

    def __init__(self, opened: OpenedFile, keys: Sequence[str]) -> None:
        self._name = opened.name
        self._stream = _Stream(opened)
        self._keys = frozenset(keys)
        self._events: Iterator[tuple[str, Any]] = iter(
            ijson.basic_parse(self._stream, multiple_values=True, use_float=True, buf_size=_CHUNK)
        )

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield the records. They can be read only once."""
        try:
            for event, value in self._events:
                if event == "start_array":
                    yield from self._listed("")
                elif event == "start_map":
                    yield from self._document()
                else:
                    yield "", value
        except (ijson.JSONError, ValueError, OverflowError, RecursionError) as error:
            if isinstance(error, SourceError):
                raise
            why = say("json_fault", why=fault_of(error))
            msg = say("json_broken", name=self._name, why=why)
            raise SourceError(msg, name=self._name) from None

    def _document(self) -> Iterator[tuple[str, Any]]:
        """Yield the records of an object, or the object itself if it has none of the keys."""
        found = False
        others: dict[str, object] = {}
        for event, key in self._events:
            if event == "end_map":
                break
            event, value = next(self._events)  # noqa: PLW2901 - the value of the key
            if key in self._keys and event == "start_array":
                found = True
                others.clear()
                yield from self._listed(key)
            elif found:
                self._skip(event)
            else:
                others[key] = self._value(event, value)
        if not found:
            yield "", others
        self._stream.taken = 0

    def _listed(self, key: str) -> Iterator[tuple[str, Any]]:
        for event, value in self._events:
            if event == "end_array":
                return
            yield key, self._value(event, value)
            self._stream.taken = 0

    def _skip(self, event: str) -> None:
        """Skip a value that began with an event."""
        depth = 0
        while True:
            if event in _OPENING:
                depth += 1
            elif event in {"end_map", "end_array"}:
                depth -= 1
            if depth <= 0:
                return
            event, _ = next(self._events)
            self._stream.taken = 0

    def _value(self, event: str, value: object) -> object:
        """Return the value that began with an event. Raises SourceError."""
        opening = _OPENING.get(event)
        if opening is None:
            return value
        whole = current = cast("Any", opening())
        key = ""
        around: list[Any] = []
        for kind, inner in self._events:
            if kind == "map_key":
                key = inner
                continue
            if kind in {"end_map", "end_array"}:
                if not around:
                    break
                current = around.pop()
                continue
            opening = _OPENING.get(kind)
            new = inner if opening is None else opening()
            if type(current) is dict:
                current[key] = new
            else:
                current.append(new)
            if opening is not None:
                around.append(current)
                current = new
                if len(around) >= MOST_NESTED:
                    msg = say("record_deep", name=self._name, most=MOST_NESTED)
                    raise SourceError(msg, name=self._name)
        return whole


def refuse_document(document: object, name: str, wanted: str) -> SourceError:
    """Return the error for a document that has no records, such as the error of an API.

    ``wanted`` says what a record of the format has.
    """
    found = error_of(document)
    if found is not None:
        return SourceError(say("desk_error", name=name, error=shown(found)), name=name)
    has: Phrase | str = say("something_else")
    if isinstance(document, dict):
        has = ", ".join(shown(str(key)) for key in list(document)[:_LISTED]) or "{}"
    return SourceError(say("no_records", name=name, wanted=wanted, has=has), name=name)


def error_of(document: object) -> str | None:
    """Return the message of an error that an API returned, None for other documents.

    >>> error_of({"error": {"message": "User Not Authenticated"}, "status": "failure"})
    'User Not Authenticated'
    >>> error_of({"tickets": []}) is None
    True
    """
    return _message(document) if isinstance(document, dict) else None


def _message(document: Mapping[str, object]) -> str | None:
    for key in _ERROR_KEYS:
        value = document.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = _message(value)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return None

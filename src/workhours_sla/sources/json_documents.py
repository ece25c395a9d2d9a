"""Find the records in JSON documents, and the errors of APIs. A document is in memory at once."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, NamedTuple

import msgspec

from workhours_sla.errors import SourceError, clipped, shown
from workhours_sla.sources.opened import LONGEST_LINE, Lines, OpenedFile, is_too_long
from workhours_sla.sources.rows import RecordMapper, RefusedError, row_text
from workhours_sla.text.messages import Phrase, say

LIST: Final = "[]"  # marks the elements of an array in a path
_decode: Final = msgspec.json.Decoder(float_hook=float).decode
_GAP: Final = re.compile(r"[\s,:]*+")
_TOKEN: Final = re.compile(r'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+\\?+(?:"|\n|\Z)|[{}\[\]]')
"""Matches a bracket, or a string; one without a closing quote ends with its line."""
_PAIRS: Final = {"{": "}", "[": "]"}
_LONGEST: Final = 200
_LISTED: Final = 20  # the most keys of a document that a message lists
_MARKS: Final = (
    *("error", "errors", "error_code", "error_msg", "errorMessages", "errorMessage"),
    "execute_errors",
)
"""The keys of a document that show an error, if they have a value."""
_CODES: Final = ("error_code", "code", "error")
_MESSAGES: Final = (
    *("error_msg", "error_message", "errorMessage", "errorMessages", "message"),
    *("error_description", "description", "detail"),
)
"""The keys of the message of an error, the most precise first."""
_PAGES: Final = ("meta", "links", "_links", "pagination", "paging", "page")
_NEXT: Final = ("next_page", "nextPage", "next_page_token", "nextPageToken", "next", "has_more")
_ENDS: Final = ("end_of_stream", "isLastPage", "isLast")
_COUNTS: Final = ("count", "total", "total_count", "totalCount")
"""The keys of a page of a service desk, of its next one, and of the records on all pages."""
_ALONE: Final = frozenset((*_CODES, *_MESSAGES, "status"))
"""A document without any other key is an error."""


class KeyTwiceError(RefusedError, ValueError):
    """Raised for a JSON object that has one key twice: readers differ in which value counts."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyTwiceError(say("json_key_twice", key=shown(max(keys, key=keys.count))))
    return found


_value_at: Final = json.JSONDecoder(object_pairs_hook=_unique).raw_decode


def decode_any(text: str | bytes) -> Any:
    """Decode a record whose fields may have any type; numbers may have any size.

    Raises KeyTwiceError, and ValueError or RecursionError for what is no JSON.
    """
    value = _decode(text)
    quotes = text.count('"') if isinstance(text, str) else text.count(b'"')
    if quotes != 2 * _texts(value):  # a key is there twice, or a text has a quote in it
        json.loads(text, object_pairs_hook=_unique, parse_int=str, strict=False)
    return value


def _texts(value: Any) -> int:
    """Return how many keys and texts a JSON value has."""
    if isinstance(value, dict):
        count = len(value)
        for one in value.values():
            kind = one.__class__
            count += kind is str or (_texts(one) if kind is dict or kind is list else 0)
        return count
    return sum(map(_texts, value)) if isinstance(value, list) else isinstance(value, str)


class Found(NamedTuple):
    """A record, as a value of its type; or None and the reason why it cannot be decoded.

    ``written`` is what the file has, ``text`` its line, and ``head`` the other values of its
    envelope. ``line`` counts lines, or records. A record that ``is_alone`` is in no array of
    records, so that it may be a document of another kind.
    """

    value: Any
    written: Any = None
    head: Mapping[str, object] = {}
    why: Phrase | None = None
    is_alone: bool = False
    text: str | None = None
    line: int = 0

    def shown(self, mapper: RecordMapper) -> str:
        """Return what is shown of the record if ``mapper`` rejects it."""
        record = self.written if isinstance(self.written, dict) else {}
        return row_text(mapper, record, self.written if self.text is None else self.text)

    def use(self) -> Any:
        if self.why is not None:
            raise RefusedError(self.why)
        return self.value


# -- where records are ---------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Place:
    """What may be at a place of a document: a record, or an *envelope*, which has records in it.

    With ``takes_others`` an object without any of the keys is a record itself, and what is no
    object is a broken record; else both are skipped. With ``are_lines`` each line is a record.
    """

    keys: Mapping[str, Place] = field(default_factory=dict)
    elements: Place | None = None
    takes_others: bool = False
    are_lines: bool = False


RECORD: Final = Place()


def at_path(path: str) -> Place:
    """Return the place of a document whose records are at a path, such as ``response.items[]``."""
    steps = [step for step in path.replace(LIST, f".{LIST}").split(".") if step]

    @cache
    def after(done: int) -> Place:
        if done == len(steps):
            return RECORD
        if steps[done] == LIST:
            return Place(elements=after(done + 1))
        ends = [*steps[done:], LIST].index(LIST) + done
        return Place({".".join(steps[done:end]): after(end) for end in range(ends, done, -1)})

    return after(0)


def lists_under(*keys: str) -> Place:
    """Return the place of records in arrays under keys, in an array, or alone."""
    return Place(dict.fromkeys(keys, Place(elements=RECORD)), RECORD, takes_others=True)


def envelopes(contents: Mapping[str, Literal["envelopes", "records"]]) -> Place:
    """Return the place of envelopes, in others or in arrays; ``contents`` says what keys have."""
    place = Place(takes_others=True, are_lines=not contents)
    lists = Place(elements=RECORD, takes_others=True)
    lists.keys = place.keys = {
        key: lists if content == "records" else place for key, content in contents.items()
    }
    place.elements = place
    return place


# -- records -------------------------------------------------------------------------------------


def records_of(
    opened: OpenedFile,
    place: Place,
    kind: Any = Any,
    *,
    encoding: str = "utf-8",
    repair: Callable[[str], str] = str,
    close: Callable[[Mapping[str, object]], object] = lambda _: None,
) -> Iterator[Found]:
    """Yield every record of the documents in a file.

    ``close`` is called with the other values of every envelope, or of a document, after its
    records. Raises SourceError, also for an envelope with the error of an API.
    """
    if place.are_lines and not is_document(opened, encoding):
        yield from lines_of(opened, encoding, kind)
        return
    text = "".join(Lines(opened.chunks, encoding).texts())
    at = count = 0
    while (at := _GAP.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        try:
            document, end = _value_at(text, at)
            found = list(_inside(document, place, {}, kind, is_top=True))
        except (ValueError, RecursionError) as error:
            if text != (text := repair(text)):
                continue
            raise broken_document(opened.name, error, count) from None
        at = end
        for one in found:
            if isinstance(one, Found):
                count += 1
                yield one._replace(line=count)
            else:
                check_api_error(opened.name, one, has_records=True)
                close(one)


def _inside(
    value: Any, place: Place, head: Mapping[str, object], kind: Any, *, is_top: bool = False
) -> Iterator[Found | dict[str, object]]:
    """Yield what is in a value that is at a place, and the other values of each envelope."""
    if isinstance(value, list) and place.elements is not None:
        for one in value:
            yield from _inside(one, place.elements, head, kind)
    elif isinstance(value, dict) and _is_envelope(value, place):
        own = {key: one for key, one in value.items() if key not in place.keys}
        for key, one in value.items():
            if key in place.keys:
                yield from _inside(one, place.keys[key], own, kind)
        if is_top or place.takes_others:
            yield own
    elif place is RECORD or place.takes_others:
        yield _converted(value, head, kind)._replace(is_alone=place is not RECORD)


def _is_envelope(value: Mapping[str, object], place: Place) -> bool:
    if not place.takes_others:
        return bool(place.keys)
    return any(isinstance(value.get(key), list | dict) for key in place.keys)


def lines_of(opened: OpenedFile, encoding: str, kind: Any = Any) -> Iterator[Found]:
    """Yield the record of every line that is not blank."""
    for line, text in enumerate(Lines(opened.chunks, encoding), 1):
        if text.isspace():
            continue
        try:
            found = _converted(record_of(text), {}, kind)
        except RefusedError as refused:
            found = Found(None, why=refused.detail)
        yield found._replace(is_alone=True, text=text.rstrip("\n"), line=line)


def record_of(text: str) -> dict[str, object]:
    """Return the record of a line. Raises RefusedError."""
    if is_too_long(text):
        raise RefusedError(say("line_too_long", most=LONGEST_LINE))
    try:
        record = decode_any(text)
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        cause = "not_json" if text.endswith("\n") else "half_written_why"
        raise RefusedError(not_json(error, cause)) from None
    if not isinstance(record, dict):
        raise RefusedError(say("not_an_object"))
    return record


def _converted(value: Any, head: Mapping[str, object], kind: Any) -> Found:
    if not isinstance(value, dict):
        return Found(None, value, head, say("not_an_object"))
    try:
        return Found(value if kind is Any else msgspec.convert(value, kind), value, head)
    except msgspec.ValidationError as error:
        return Found(None, value, head, not_of_form(error))


def not_json(error: Exception, cause: str = "not_json") -> Phrase:
    """Return the reason why a text is no JSON record; ``cause`` is that of a syntax error."""
    why = _fault(error)
    return why if isinstance(error, RecursionError) else say(cause, why=why)


def broken_document(name: str, error: Exception, count: int | None = None) -> SourceError:
    """Return the error for a document of which ``count`` records were read, if that is known."""
    if isinstance(error, RecursionError):
        return SourceError(say("json_deep", name=name))
    why = _fault(error)
    if count is not None:
        why = say("json_fault_after", count=count, why=why)
    return SourceError(say("json_broken", name=name, why=why))


def not_of_form(error: Exception) -> Phrase:
    """Return the reason why a record does not match the schema of its format."""
    return say("not_of_form", why=_fault(error))


def _fault(error: Exception) -> Phrase:
    if isinstance(error, KeyTwiceError):
        return error.detail
    if isinstance(error, RecursionError):
        return say("nested_too_deep")
    return say("json_fault", why=" ".join(str(error).split()))


# -- the beginning of a file ---------------------------------------------------------------------


class Shape(NamedTuple):
    """The keys at the top of a document, the paths of its arrays, and of arrays of objects."""

    keys: dict[str, None]
    arrays: dict[str, None]
    lists: dict[str, None]


def shape_of(head: str) -> Shape:
    """Return what the beginning of a document shows.

    >>> list(shape_of('{"response": {"count": 2, "items": [{"id": 7}, {"id"').lists)
    ['response.items[]']
    """
    shape = Shape({}, {}, {})
    open_: list[str] = []  # the path of each object that is open, or of the elements of an array
    key = ""
    for found in _TOKEN.finditer(head):
        sign = found[0][0]
        if sign == '"':
            if head[found.end() :].lstrip()[:1] == ":":
                with suppress(ValueError):
                    key = str(decode_any(found[0]))
                if len(open_) == 1 and not open_[0].endswith(LIST):
                    shape.keys[key] = None
            continue
        if sign in "}]":
            del open_[-1:]
            if not open_:
                break
            continue
        path = ""
        if open_:
            path = open_[-1] if open_[-1].endswith(LIST) else f"{open_[-1]}.{key}".lstrip(".")
            if open_[-1].endswith(LIST) and sign == "{":
                shape.lists[path] = None
                path += "."
        if sign == "[":
            path += LIST
            shape.arrays[path] = None
        open_.append(path)
    return shape


def is_document(opened: OpenedFile, encoding: str) -> bool:
    """Return whether a file is one JSON document rather than JSON Lines, by its first lines."""
    alone = opened.ending == ".json"
    head = opened.chunks.first_line()
    if alone:
        head = opened.chunks.head(len(head) + 1)  # so that a second line shows
    text = text_of_head(head, encoding).lstrip("\ufeff \t\r\n")
    line, newline, rest = text.partition("\n")
    if text.startswith("[") or not newline or (alone and not rest.strip()):
        return text.startswith(("[", "{"))
    open_ = ""
    for sign in _TOKEN.findall(line):
        if sign[0] == '"' and (sign == '"' or sign[-1] != '"'):
            return False
        open_ = open_ + sign if sign in _PAIRS else open_[: -1 if sign in "}]" else None]
    return open_[-1:] == "[" or (bool(open_) and not rest.lstrip().startswith("{"))


def check_one_document(name: str, head: str) -> None:
    """Raise SourceError if a document has its records in an array, or is the error of an API."""
    check_first_document(name, head)
    lists = shape_of(head).lists
    if lists:
        raise SourceError(say("json_no_path", name=name, path=shown(next(iter(lists)))))


def check_first_document(name: str, head: str) -> None:
    """Raise SourceError if the first document is the error of an API. ``head`` may have it all."""
    document: object = None
    with suppress(ValueError, RecursionError):
        document, _ = _value_at(head.lstrip("\ufeff ,:\t\r\n"))
    check_api_error(name, document)


def text_of_head(head: bytes, encoding: str) -> str:
    """Return the beginning of a text, without a byte order mark."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = head.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        text = head.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


# -- errors of APIs ------------------------------------------------------------------------------


def error_of(document: object, *, has_records: bool = False) -> str | None:
    """Return the code and the message of an error of an API, None for another document.

    A document that ``has_records`` is one only if it says so.

    >>> error_of({"error": {"error_code": 5, "error_msg": "access denied"}})
    '5: access denied'
    >>> error_of({"code": 404, "description": "not found"})
    '404: not found'
    >>> error_of({"error": None, "message": "5 tickets"}, has_records=True) is None
    True
    """
    if not isinstance(document, Mapping):
        return None
    is_alone = not has_records and document.keys() <= _ALONE
    if not is_alone and not any(map(document.get, _MARKS)):
        return None
    code, message, other = (
        next(
            filter(None, (_text(place.get(key)) for place in _places(document) for key in keys)), ""
        )
        for keys in (_CODES, _MESSAGES, _MARKS)
    )
    parts = dict.fromkeys((code, message or other))
    return clipped(": ".join(filter(None, parts)), _LONGEST) or None


def _places(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the objects that may describe an error: inner ones first, then the document."""
    for key in _MARKS:
        value = document.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, Mapping):
            yield value
    yield document


def note_pages(opened: OpenedFile, head: Mapping[str, object], count: int) -> None:
    """Add a note if a document with ``count`` records says that it is one page of many."""
    inner = {key: value for one in map(head.get, _PAGES) if isinstance(one, dict)
             for key, value in one.items()}  # fmt: skip
    totals = [one for one in map(head.get, _COUNTS) if type(one) is int and one > count]
    has_next = any(map({**inner, **head}.get, _NEXT))
    ends = [head[key] for key in _ENDS if isinstance(head.get(key), bool)]
    if not all(ends) if ends else has_next or totals:
        more = say("of_total", total=max(totals)) if totals else ""
        opened.notes.append(say("one_page", name=opened.name, count=count, more=more))


def _text(value: object) -> str:
    """Return a text or a number on one line, ``""`` for other values."""
    if isinstance(value, list) and value:
        value = value[0]
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    return " ".join(str(value).split()) if is_text else ""


def check_api_error(name: str, document: object, *, has_records: bool = False) -> None:
    """Raise SourceError if a document is, or if it ``has_records`` has, the error of an API."""
    why = error_of(document, has_records=has_records)
    if why is not None:
        raise SourceError(say("api_error", name=name, why=why))


def refuse_document(document: object, name: str, wanted: str) -> SourceError:
    """Return the error for a document that has no records, such as the error of an API."""
    check_api_error(name, document)
    has: str = say("something_else")
    if isinstance(document, Mapping):
        has = ", ".join(shown(str(key)) for key in list(document)[:_LISTED]) or "{}"
    return SourceError(say("no_records", name=name, wanted=wanted, has=has))

"""Recognise the error that an API returned in place of data, for every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from workhours_sla.errors import SourceError, clipped, shown
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 200
_LISTED: Final = 20
"""The most keys of a document that a message lists."""
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
_ALONE: Final = frozenset((*_CODES, *_MESSAGES, "status"))
"""A document without any other key is an error."""


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
        raise SourceError(say("api_error", name=name, why=why), name=name)


def refuse_document(document: object, name: str, wanted: str) -> SourceError:
    """Return the error for a document that has no records, such as the error of an API.

    ``wanted`` says what a record of the format has.
    """
    check_api_error(name, document)
    has: Phrase | str = say("something_else")
    if isinstance(document, Mapping):
        has = ", ".join(shown(str(key)) for key in list(document)[:_LISTED]) or "{}"
    return SourceError(say("no_records", name=name, wanted=wanted, has=has), name=name)

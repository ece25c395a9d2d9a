"""Errors as problem documents of RFC 9457, in the language of the request."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple, NoReturn

from workhours_sla.errors import (
    CalendarCoverageError,
    ConfigError,
    StoreError,
    TimeSyntaxError,
    UnknownCalendarError,
    WorkHoursError,
    clipped,
)
from workhours_sla.json.answers import json_value
from workhours_sla.json.strict_json import escape_controls
from workhours_sla.text import catalog
from workhours_sla.text.catalog import PROBLEMS
from workhours_sla.text.messages import IN_SERVICE, said, say, sentence

MEDIA_TYPE: Final = "application/problem+json"
DOCUMENTATION: Final = "https://workhours-sla.readthedocs.io/reference/service#"
"""The part of each problem's type before its name."""
STATUSES: Final = {
    "invalid-json": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "wrong-secret": 403,
    "unknown-appeal": 404,
    "unknown-calendar": 404,
    "not-found": 404,
    "method-not-allowed": 405,
    "body-timeout": 408,
    "body-too-large": 413,
    "media-type": 415,
    "wrong-host": 421,
    "other-machine": 421,
    "too-many-requests": 429,
    "internal": 500,
    "ending": 503,
    "report-busy": 503,
    "timeout": 503,
    "store-unavailable": 503,
}
"""The status of each type of problem that is not 422."""
BAD_REQUEST: Final = 422
ANSWER_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""The headers of every answer: it may be about a citizen, and is of the type that it says."""
LONGEST: Final = 200  # maximum number of characters of a text of the request in a problem
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=json_value)
_COVERAGE_FACTS: Final = ("calendar", "date", "first", "last", "earliest", "latest")
_FACTS: Final = ("text", "tz", "id", "name", "date")


class Problem(NamedTuple):
    """A problem: its type, its sentence, and its facts as fields of the document."""

    kind: str
    phrase: str | WorkHoursError
    facts: dict[str, Any]

    @property
    def status(self) -> int:
        return STATUSES.get(self.kind, BAD_REQUEST)

    def document(self) -> dict[str, Any]:
        """Return the problem document, with title and sentence in the language of the context."""
        what = self.phrase
        return {
            "type": DOCUMENTATION + self.kind,
            "title": PROBLEMS[self.kind],
            "status": self.status,
            "detail": said(what) if isinstance(what, str) else sentence(what, IN_SERVICE),
            **{key: _clipped(value) for key, value in self.facts.items()},
        }


class RefusedRequestError(Exception):
    """Raised when a request is not answered, with the problem to return instead."""

    def __init__(self, kind: str, phrase: str, **facts: Any) -> None:
        super().__init__(kind)
        self.problem: Problem = Problem(kind, phrase, facts)


def refuse(kind: str, phrase: str, **facts: Any) -> NoReturn:
    """Raise RefusedRequestError with a type of problem, a sentence and facts."""
    raise RefusedRequestError(kind, phrase, **facts) from None


def problem_of(error: RefusedRequestError | WorkHoursError) -> Problem:
    if isinstance(error, RefusedRequestError):
        return error.problem
    if isinstance(error, CalendarCoverageError):
        facts = {name: getattr(error, name) for name in _COVERAGE_FACTS}
        return Problem("calendar-coverage", error, facts)
    if isinstance(error, UnknownCalendarError):
        return Problem("unknown-calendar", error, {"id": error.id})
    if isinstance(error, StoreError):  # its sentence names a path, which is not the client's
        return Problem("store-unavailable", say("store_away"), {})
    if isinstance(error, ConfigError):
        reason, facts = error.reason, {"key": error.key or None}
        if isinstance(reason, TimeSyntaxError):
            facts["text"] = reason.text
        return Problem("invalid-time" if "text" in facts else "invalid-request", error, facts)
    facts = {name: getattr(error, name, None) for name in _FACTS}
    return Problem("invalid-request", error, {k: v for k, v in facts.items() if v is not None})


def language_of(accepted: str, default: str) -> str:
    """Return the language of messages for a header ``Accept-Language``, else ``default``."""
    known = [(weight, tag.partition("-")[0]) for tag, weight in weights(accepted).items()]
    best = [(0.0, default), *(one for one in known if one[1] in catalog.LANGUAGES)]
    return max(best, key=lambda one: one[0])[1]


def weights(accepted: str) -> dict[str, float]:
    """Return the values of a header ``Accept`` or ``Accept-Language`` with their weights."""
    found = {}
    for part in accepted[:1000].lower().split(","):
        value, *parameters = (one.strip() for one in part.split(";"))
        given = [one[2:] for one in parameters if one.startswith("q=")]
        try:
            found[value] = float(given[0]) if given else 1.0
        except ValueError:
            found[value] = 0.0
    return found


def encoded(data: object) -> bytes:
    """Return a document as JSON in UTF-8, with control characters escaped."""
    text = _ENCODER.encode(data)
    if not text.isprintable():  # most answers have nothing to escape
        text = escape_controls(text)
    return text.encode("utf-8", "backslashreplace")


def _clipped(fact: object) -> object:
    return clipped(fact, LONGEST) if isinstance(fact, str) else fact

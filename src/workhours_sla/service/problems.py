"""Errors as problem documents of RFC 9457, in the language of the request."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, NoReturn

from workhours_sla.errors import (
    CalendarCoverageError,
    ConfigError,
    StoreError,
    TimeSyntaxError,
    UnknownCalendarError,
    WorkHoursError,
)
from workhours_sla.text import catalog, messages
from workhours_sla.text.catalog import PROBLEMS
from workhours_sla.text.messages import Phrase, say, sentence, unknown_date

MEDIA_TYPE: Final = "application/problem+json"
DOCUMENTATION: Final = "https://workhours-sla.readthedocs.io/reference/service#"
"""The part of each problem's type before its name."""
STATUSES: Final = {
    "invalid-json": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "unknown-appeal": 404,
    "wrong-secret": 403,
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
    "report-unavailable": 501,
    "report-busy": 503,
    "timeout": 503,
    "store-unavailable": 503,
}
"""The status of each type of problem that is not 422."""
BAD_REQUEST: Final = 422
_COVERAGE_FACTS: Final = ("calendar", "date", "first", "last", "earliest", "latest")


class Problem(NamedTuple):
    """A problem: its type, its sentence, and its facts as fields of the document."""

    kind: str
    phrase: Phrase | WorkHoursError
    facts: dict[str, Any]

    @property
    def status(self) -> int:
        """The status of the response."""
        return STATUSES.get(self.kind, BAD_REQUEST)

    def document(self) -> dict[str, Any]:
        """Return the problem document, with title and sentence in the language of the context."""
        if isinstance(self.phrase, CalendarCoverageError):
            detail = unknown_date(self.phrase, messages.IN_SERVICE)
        elif isinstance(self.phrase, WorkHoursError):
            detail = sentence(self.phrase)
        else:
            detail = messages.said(self.phrase)
        return {
            "type": DOCUMENTATION + self.kind,
            "title": PROBLEMS[self.kind],
            "status": self.status,
            "detail": detail,
            **self.facts,
        }


class RefusedRequestError(Exception):
    """Raised when a request is not answered, with the problem to return instead."""

    def __init__(self, kind: str, phrase: Phrase, **facts: Any) -> None:
        super().__init__(kind)
        self.problem = Problem(kind, phrase, facts)


def refuse(kind: str, phrase: Phrase, **facts: Any) -> NoReturn:
    """Raise RefusedRequestError with a type of problem, a sentence and facts."""
    raise RefusedRequestError(kind, phrase, **facts) from None


def problem_of(error: RefusedRequestError | WorkHoursError) -> Problem:
    """Return the problem for an error: its type, its sentence and its facts."""
    if isinstance(error, RefusedRequestError):
        return error.problem
    known = vars(error)
    if isinstance(error, CalendarCoverageError):
        facts = {name: getattr(error, name) for name in _COVERAGE_FACTS}
        return Problem("calendar-coverage", error, facts)
    if isinstance(error, UnknownCalendarError):
        return Problem("unknown-calendar", error, {"id": error.id})
    if isinstance(error, StoreError):  # its sentence names a path, which is not the client's
        return Problem("store-unavailable", say("store_away"), {})
    facts = {
        name: value
        for name, value in known.items()
        if isinstance(value, str | int | date | datetime | timedelta) and name != "cause"
    }
    if isinstance(error, ConfigError):
        reason, facts = known.get("reason"), {"key": known.get("key") or None}
        if isinstance(reason, TimeSyntaxError):
            return Problem("invalid-time", error, {"key": known["key"], "text": reason.text})
    return Problem("invalid-request", error, facts)


def language_of(accepted: str, default: str) -> str:
    """Return the language of messages for a header ``Accept-Language``, else ``default``.

    >>> language_of("de, ru-RU;q=0.8, en;q=0.3", "en")
    'ru'
    """
    best, chosen = 0.0, default
    for part in accepted[:200].split(","):
        tag, _, quality = part.strip().partition(";")
        lang = tag.strip().lower().partition("-")[0]
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if lang in catalog.LANGUAGES and weight > best:
            best, chosen = weight, lang
    return chosen

"""The body of a request as questions, and the answers as the body of the response."""

from __future__ import annotations

import json
from time import monotonic
from typing import Any, Final, NamedTuple

import msgspec

from workhours_sla.errors import ConfigError, WorkHoursError
from workhours_sla.json.answers import json_value
from workhours_sla.json.checked_data import Reader
from workhours_sla.json.text import escape_control_bytes, escape_controls, parsed
from workhours_sla.service.problems import RefusedRequestError, problem_of, refuse
from workhours_sla.service.questions import (
    QUESTIONS,
    DueQuestion,
    ExplainQuestion,
    Question,
    Targets,
    question_of,
)
from workhours_sla.text.messages import Phrase, say

SCHEMA: Final = "workhours.answers/1"
QUESTIONS_OF_ONE: Final = 10
"""Number of questions in a list that count as one more request."""
EXPLANATION: Final = 2
"""Number of requests that an explanation counts as, besides the request itself."""
EVENTS_OF_ONE: Final = 50
"""Number of events that count as one more request."""
_PLAIN: Final = frozenset({str, bool, int, type(None)})
_encode: Final = msgspec.json.Encoder().encode
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=json_value)


class Limits(NamedTuple):
    """What one request may cost. ``events_bytes`` is the size of a body that has events.

    ``rate`` is how many requests each client may send in a second; 0 is no limit.
    """

    body_bytes: int = 1_048_576
    events_bytes: int = 4_194_304
    questions: int = 1_000
    events: int = 10_000
    answer_bytes: int = 33_554_432
    body_seconds: float = 10.0
    seconds: float = 10.0
    rate: float = 0.0


class Batch(NamedTuple):
    """Parsed questions of one kind. ``is_list`` is false for a single question."""

    kind: type[Question]
    items: list[Any]
    is_list: bool

    @property
    def cost(self) -> int:
        """Number of requests that its work counts as, besides the request itself."""
        questions = len(self.items) // QUESTIONS_OF_ONE
        explanations = EXPLANATION * sum(map(self._is_explained, self.items))
        return questions + explanations + events_cost(sum(map(_count_events, self.items)))

    @property
    def is_quick(self) -> bool:
        """Whether the answer takes less time than to start a thread for it."""
        is_plain = self.kind is DueQuestion and not self._is_explained(self.items[0])
        return is_plain and not self.is_list

    def _is_explained(self, item: object) -> bool:
        asked = isinstance(item, dict) and bool(item.get("explain"))
        return asked or self.kind is ExplainQuestion


def batch_of(body: bytes, name: str, limits: Limits) -> Batch:
    """Parse the body of a request for ``/v1/name``: one question, or a list of them.

    Raises RefusedRequestError for text that is not JSON, for an empty or too long list, and for too
    many events.
    """
    data = data_of(body)
    items = data if isinstance(data, list) else [data]
    check_events(sum(map(_count_events, items)), limits)
    if not isinstance(data, list):
        return Batch(QUESTIONS[name], [data], is_list=False)
    if not data:
        refuse("invalid-request", say("empty_batch"), key=None)
    if len(data) > limits.questions:
        facts = {"count": len(data), "most": limits.questions}
        refuse("batch-too-large", say("large_batch", **facts), **facts)
    return Batch(QUESTIONS[name], data, is_list=True)


def data_of(body: bytes) -> Any:
    """Parse a body of JSON. Raises RefusedRequestError."""
    try:
        return parsed(body, Reader())
    except ConfigError as error:
        known = vars(error)
        phrase = Phrase(known["cause"], known["facts"])
        refuse("invalid-json", phrase, key=known["key"] or None)


def events_cost(count: int) -> int:
    """Return the number of requests that events count as, besides the request that has them."""
    return count // EVENTS_OF_ONE


def check_events(count: int, limits: Limits) -> None:
    """Raise RefusedRequestError for more events than one request may have."""
    if count > limits.events:
        facts = {"count": count, "most": limits.events}
        refuse("batch-too-large", say("many_events", **facts), **facts)


def _count_events(item: object) -> int:
    """Return the number of events in a question, 0 for a question without events."""
    events = item.get("events") if isinstance(item, dict) else None
    return len(events) if isinstance(events, list) else 0


def answered(batch: Batch, targets: Targets, limits: Limits) -> bytes:
    """Return the answer to a question as JSON, or the answers to a list in the same order.

    In a list, a question that cannot be answered has its problem in place of an answer. Raises
    WorkHoursError and RefusedRequestError if a single question cannot be answered, if the answers
    are too large, or if they take too long.
    """
    if not batch.is_list:
        one = encoded_answer(question_of(batch.items[0], batch.kind).answer(targets))
        _check_size(len(one), limits)
        return one
    parts: list[bytes] = []
    size, until = 0, monotonic() + limits.seconds
    for item in batch.items:
        try:
            part = encoded_answer(question_of(item, batch.kind).answer(targets))
        except (RefusedRequestError, WorkHoursError) as error:
            part = encoded(problem_of(error).document())
        parts.append(part)
        size += len(part) + 1
        _check_size(size, limits)
        if monotonic() > until:
            seconds = limits.seconds
            phrase = say("slow_answer", seconds=f"{seconds:g}")
            refuse("timeout", phrase, seconds=seconds)
    return b'{"schema":"%s","answers":[%s]}' % (SCHEMA.encode(), b",".join(parts))


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.answer_bytes:
        most = limits.answer_bytes
        refuse("answer-too-large", say("large_answer", most=most), most=most)


def encoded(data: object) -> bytes:
    """Return a document as JSON in UTF-8, with control characters escaped."""
    return escape_controls(_ENCODER.encode(data)).encode("utf-8", "backslashreplace")


def encoded_answer(data: dict[str, Any]) -> bytes:
    """Return the same bytes as ``encoded``; faster for an answer without lists."""
    try:
        return escape_control_bytes(_encode(_plain(data)))
    except (TypeError, UnicodeEncodeError):  # a list, half a character
        return encoded(data)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {key: _plain(one) for key, one in value.items()}
    return json_value(value)

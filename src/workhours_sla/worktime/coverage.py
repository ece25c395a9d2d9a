"""Answers that depend on unknown dates: returned if certain, by rule on request, else refused.

A *completion* makes each unknown date a full day, a short day or a day off. An answer is certain
if it is the same in every completion. Completions are bounded, not enumerated: an answer that
only grows, or only shrinks, with working time lies between its values with all unknown dates off
and with all of them full days. If these two are equal, so are all.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning
from workhours_sla.worktime.engine import answers
from workhours_sla.worktime.engine.compiled_time import CompiledTime

Time = TypeVar("Time", bound=CompiledTime)
Answer = TypeVar("Answer")
Certain = Callable[[Time, Callable[[Time], Answer], CalendarCoverageError], Answer]
"""Returns the certain answer to a question that raised an error, or raises another error."""

_BETWEEN = "; in any case the answer lies between "


def same_in_any_case(
    time: Time,
    ask: Callable[[Time], Answer],
    error: CalendarCoverageError,
    near: datetime | None = None,
) -> Answer:
    """Return an answer if it is certain, else raise the error with the earliest and latest answer.

    ``near`` is the instant next to an opening or closing. A short day has edges of its own, so it
    is not enough that both extremes agree on an edge: they must also agree on the working time
    between it and ``near``. The extremes do not bound an edge.
    """
    least, most = _extreme_answers(time, ask)
    if least is not None and _in_utc(least) == _in_utc(most):
        if near is None:
            return least
        edge: Any = least
        off, full = _extreme_answers(time, lambda one: answers.elapsed(one, edge, near))
        if off is not None and off == full:
            return least
    raise error if near is not None else with_bounds(error, least, most) from None


def refused(_time: Time, _ask: Callable[[Time], Answer], error: CalendarCoverageError) -> Answer:
    """Raise the error: the parts of the answer were already checked."""
    raise error


def answer(
    time: Time,
    ask: Callable[[Time], Answer],
    *,
    provisional: bool,
    near: datetime | None = None,
    certain: Certain[Time, Answer] | None = None,
) -> Answer:
    """Return ``ask(time)``, also if it depends on unknown dates but is certain.

    ``near`` is given for openings and closings, ``certain`` for an answer that is not monotone in
    working time. With ``provisional`` an uncertain answer comes from calendars that answer by
    rule, with a ProvisionalWarning. Otherwise raises CalendarCoverageError.
    """
    try:
        return ask(time)
    except CalendarCoverageError as error:
        try:
            if certain is not None:
                return certain(time, ask, error)
            return same_in_any_case(time, ask, error, near)
        except CalendarCoverageError as uncertain:
            if not provisional:
                raise
            by_rule = time.provisionally()
            found = answer(by_rule, ask, provisional=False, near=near, certain=certain)
            warn_provisional(f"the answer is provisional: {uncertain}")
            return found


def warn_provisional(message: str) -> None:
    """Emit a ProvisionalWarning at the call of the library."""
    level, frame = 2, sys._getframe(1)  # skip_file_prefixes needs Python 3.12
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("workhours_sla."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, ProvisionalWarning, stacklevel=level)


def with_bounds(error: CalendarCoverageError, one: object, other: object) -> CalendarCoverageError:
    """Return the error with the earliest and latest answer that the unknown dates allow.

    They replace the bounds of another answer that the error may have.
    """
    bounds = [bound for bound in (one, other) if isinstance(bound, datetime | timedelta)]
    if len(bounds) < 2:  # noqa: PLR2004 - the earliest and the latest
        return error
    earliest, latest = sorted(bounds, key=_in_utc)  # type: ignore[arg-type]
    msg = f"{str(error).partition(_BETWEEN)[0]}{_BETWEEN}{earliest} and {latest}"
    return CalendarCoverageError(msg, **error.__dict__ | {"earliest": earliest, "latest": latest})


def _extreme_answers(
    time: Time, ask: Callable[[Time], Answer]
) -> tuple[Answer | None, Answer | None]:
    """Return the answers with the least and the most working time; None for one that is unknown."""
    found: list[Answer | None] = []
    for completion in time.completions() or ():
        one = None
        with suppress(CalendarCoverageError):
            one = ask(completion)
        found.append(one)
    return (found[0], found[1]) if found else (None, None)


def _in_utc(answer: object) -> object:
    """Return an answer with its instants in UTC: a zone may have the same reading twice."""
    if isinstance(answer, datetime):
        return answer.astimezone(UTC)
    return tuple(map(_in_utc, answer)) if isinstance(answer, tuple) else answer

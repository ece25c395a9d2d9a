"""Decide whether an answer that depends on unknown dates can be given.

A date is unknown if the calendar does not cover it or has an uncertain entry for it. A *completion*
assigns each unknown date a full day, a short day or a day off. An answer is certain if every
completion gives the same answer.

Completions are not enumerated. Most answers can only increase, or only decrease, if working time is
added. Such an answer lies between two extremes: the answer if all unknown dates are days off, and
the answer if they are all full days. If the extremes are equal, every completion gives that answer.

With ``provisional=True``, an answer that is not certain is calculated by rule instead of refused.
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
"""A function that returns an answer if it is certain, and otherwise raises an error.

It receives the working time, the question, and the error that the question raised.
"""

_BETWEEN = "; in any case the answer lies between "


def same_in_any_case(
    time: Time,
    ask: Callable[[Time], Answer],
    error: CalendarCoverageError,
    near: datetime | None = None,
) -> Answer:
    """Return the answer if both extremes are equal, otherwise raise ``error`` with bounds.

    The bounds are the two extremes.

    For openings and closings, equal extremes are not enough, because a short day opens or closes at
    another time than a full day. Both extreme completions must also have the same working time
    between the answer and ``near``, the given instant. Otherwise ``error`` is raised without
    bounds.
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
    """Raise ``error``. Pass this function as ``certain`` for verbs that call other verbs.

    The other verbs have already looked for a certain answer.
    """
    raise error


def certain_answer(
    error: CalendarCoverageError,
    time: Time,
    ask: Callable[[Time], Answer],
    *,
    provisional: bool,
    near: datetime | None = None,
    certain: Certain[Time, Answer] | None = None,
) -> Answer:
    """Return the answer to a question that raised ``error`` because it depends on unknown dates.

    A certain answer is returned. If the answer is not certain, CalendarCoverageError is raised.
    With ``provisional``, the answer is calculated with ``time.provisionally()`` instead and a
    ProvisionalWarning is emitted. ``near`` is required for openings and closings, see
    ``same_in_any_case``. ``certain`` is a function to use instead of ``same_in_any_case``. It is
    required if more working time can move the answer in either direction.

    The verbs ask the engine and call this function only after an error. If they passed all
    questions to one function instead, they would take up to 1.35 times as long.
    """
    try:
        if certain is not None:
            return certain(time, ask, error)
        return same_in_any_case(time, ask, error, near)
    except CalendarCoverageError as uncertain:
        if not provisional:
            raise
        by_rule = time.provisionally()
        try:
            found = ask(by_rule)
        except CalendarCoverageError as left:
            found = certain_answer(
                left, by_rule, ask, provisional=False, near=near, certain=certain
            )
        warn_provisional(f"the answer is provisional: {uncertain}")
        return found


def warn_provisional(message: str) -> None:
    """Emit a ProvisionalWarning that points to the line that called workhours_sla."""
    level, frame = 2, sys._getframe(1)  # skip_file_prefixes needs Python 3.12
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("workhours_sla."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, ProvisionalWarning, stacklevel=level)


def with_bounds(error: CalendarCoverageError, one: object, other: object) -> CalendarCoverageError:
    """Return a copy of the error with the earliest and the latest possible answer.

    ``one`` and ``other`` are the earliest and the latest answer in any order. They replace bounds
    that the error already has. If one of the two is unknown, the error is returned unchanged.
    """
    bounds = [bound for bound in (one, other) if isinstance(bound, datetime | timedelta)]
    if len(bounds) < 2:
        return error
    earliest, latest = sorted(bounds, key=_in_utc)  # type: ignore[arg-type]
    msg = f"{str(error).partition(_BETWEEN)[0]}{_BETWEEN}{earliest} and {latest}"
    return CalendarCoverageError(msg, **error.__dict__ | {"earliest": earliest, "latest": latest})


def without_bounds(error: CalendarCoverageError) -> CalendarCoverageError:
    """Return a copy of an error without bounds, because its bounds belong to another verb."""
    msg = str(error).partition(_BETWEEN)[0]
    return CalendarCoverageError(msg, **error.__dict__ | {"earliest": None, "latest": None})


def _extreme_answers(
    time: Time, ask: Callable[[Time], Answer]
) -> tuple[Answer | None, Answer | None]:
    """Return two answers: with all unknown dates off, and with all of them full working days.

    An answer that is unknown is None.
    """
    found: list[Answer | None] = []
    for completion in time.completions() or ():
        one = None
        with suppress(CalendarCoverageError):
            one = ask(completion)
        found.append(one)
    return (found[0], found[1]) if found else (None, None)


def _in_utc(answer: object) -> object:
    """Return an answer with its datetimes in UTC, so that a repeated hour compares correctly."""
    if isinstance(answer, datetime):
        return answer.astimezone(UTC)
    return tuple(map(_in_utc, answer)) if isinstance(answer, tuple) else answer

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
from typing import Any, NoReturn, TypeVar

from workhours_sla.errors import CalendarCoverageError, ProvisionalWarning

Time = TypeVar("Time", bound=Any)
Answer = TypeVar("Answer")


def answered(
    time: Time,
    ask: Callable[[Time], Answer],
    certain: Callable[[Time, Callable[[Time], Answer], CalendarCoverageError], Answer],
    *,
    provisional: bool,
) -> Answer:
    """Return the answer for a working time, else the certain one, else the provisional one.

    ``certain`` is asked if an unknown date matters: it returns the answer that no unknown date
    changes, and otherwise raises the error that it was given.
    """
    try:
        return ask(time)
    except CalendarCoverageError as unknown:
        try:
            return certain(time, ask, unknown)
        except CalendarCoverageError as uncertain:
            if not provisional:
                raise
            by_rule = time.provisionally()
            try:
                found = ask(by_rule)
            except CalendarCoverageError as left:
                found = certain(by_rule, ask, left)
            warn_provisional(f"the answer is provisional: {uncertain}")
            return found


def same_in_any_case(
    time: Any, ask: Callable[[Any], Answer], error: CalendarCoverageError
) -> Answer:
    """Return the answer if it is equal with all unknown dates off and with all of them worked.

    Otherwise raises ``error`` with these two answers as its bounds.
    """
    least, most = _extreme_answers(time, ask)
    if least is not None and _in_utc(least) == _in_utc(most):
        return least
    raise with_bounds(error, least, most) from None


def same_edge_in_any_case(
    time: Any, ask: Callable[[Any], datetime], error: CalendarCoverageError, when: datetime
) -> datetime:
    """Return an opening or closing near ``when`` if it is certain, otherwise raise ``error``."""
    # Equal extremes are not enough, since a short day opens or closes at another time than a full
    # one: both must also have the same working time between the answer and ``when``.
    least, most = _extreme_answers(time, ask)
    if least is not None and _in_utc(least) == _in_utc(most):
        off, full = _extreme_answers(time, lambda one: one.elapsed(least, when))
        if off is not None and off == full:
            return least
    raise error from None


def refused(_time: object, _ask: object, error: CalendarCoverageError) -> NoReturn:
    """Raise ``error``. Used for verbs that call other verbs, which look for a certain answer."""
    raise error


def refused_without_bounds(_time: object, _ask: object, error: CalendarCoverageError) -> NoReturn:
    """Raise ``error`` without its bounds, because they belong to another verb."""
    error.earliest = error.latest = None
    raise error


def warn_provisional(message: str) -> None:
    """Emit a ProvisionalWarning that points to the line that called workhours_sla."""
    level, frame = 2, sys._getframe(1)  # noqa: SLF001 - skip_file_prefixes needs Python 3.12
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("workhours_sla."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, ProvisionalWarning, stacklevel=level)


def with_bounds(error: CalendarCoverageError, one: object, other: object) -> CalendarCoverageError:
    """Give an error the earliest and the latest possible answer, and return it."""
    bounds = [bound for bound in (one, other) if isinstance(bound, datetime | timedelta)]
    if len(bounds) == 2:
        error.earliest, error.latest = sorted(bounds, key=_in_utc)  # type: ignore[arg-type]
    return error


def _extreme_answers(
    time: Any, ask: Callable[[Any], Answer]
) -> tuple[Answer | None, Answer | None]:
    """Return two answers: with all unknown dates off, and with all of them full working days."""
    found: list[Answer | None] = []
    for completion in time.completions() or ():
        one = None
        with suppress(CalendarCoverageError):
            one = ask(completion)
        found.append(one)
    return (found[0], found[1]) if found else (None, None)


def _in_utc(answer: object) -> object:
    if isinstance(answer, datetime):
        return answer.astimezone(UTC)
    return tuple(map(_in_utc, answer)) if isinstance(answer, tuple) else answer

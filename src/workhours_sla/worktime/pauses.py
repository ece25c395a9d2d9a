"""Pauses: spans of time that do not count for one appeal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from workhours_sla.errors import ArgumentError
from workhours_sla.worktime.intervals import join
from workhours_sla.worktime.times import ZERO, TimeSpan, moment_of

Pauses = Sequence[tuple[datetime, datetime]]
"""Pairs (since, until) of aware datetimes, in any order. Overlaps count once.

For a pause that has not ended yet, give the instant of your question, such as now, as its end.
"""


Worked = Callable[[timedelta], timedelta]
"""A function that returns the working time C up to an instant."""


def moments_of(pauses: Pauses) -> list[TimeSpan]:
    """Return pauses as sorted disjoint spans of instants."""
    if not pauses:
        return []
    found = []
    try:
        if hasattr(pauses, "__next__"):  # an iterator can be read only once
            _check_pairs(pauses)
        for since, until in pauses:
            start, end = moment_of(since), moment_of(until)
            if end < start:
                msg = (
                    f"the pause from {since} to {until} ends before it starts; give (since, until)"
                )
                raise ValueError(msg)  # noqa: TRY301
            found.append((start, end))
    except (TypeError, ValueError):
        _check_pairs(pauses)
        raise
    return join(found) if len(found) > 1 else found


def _check_pairs(pauses: object) -> None:
    if isinstance(pauses, str | Iterator) or not isinstance(pauses, Iterable):
        msg = f"pauses={pauses!r} is not a list; give a list of pairs (since, until)"
        raise ArgumentError(msg) from None
    for pair in pauses:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            msg = f"{pair!r} is not a pause; give a pair (since, until) of aware datetimes"
            raise ArgumentError(msg) from None
        since, until = pair
        if until is None or until != until:  # noqa: PLR0124 - NaT
            msg = (
                f"the pause since {since} has no end; give the instant that you ask about, such "
                "as now"
            )
            raise ArgumentError(msg) from None


def delays(used: Any, budget: Any, *, limit: bool) -> Any:
    """Return whether a pause that begins when ``used`` is used up delays the due time or limit."""
    # one that begins exactly when the budget is used up delays only the limit
    return used <= budget if limit else used < budget


def paused_between(
    worked: Worked, start: timedelta, end: timedelta, pauses: Iterable[TimeSpan]
) -> timedelta:
    """Return the paused working time between two instants, negative if ``end`` is earlier."""
    if end < start:
        return -paused_between(worked, end, start, pauses)
    paused = ZERO
    for since, until in pauses:
        first, last = max(since, start), min(until, end)
        if first < last:
            paused += worked(last) - worked(first)
    return paused


def paused_before_answer(
    worked: Worked,
    start: timedelta,
    budget: timedelta,
    pauses: Iterable[TimeSpan],
    *,
    limit: bool,
    knows: Callable[[timedelta], bool] = lambda _: True,
) -> timedelta | None:
    """Return the paused time before an answer, None if such a pause ends at an unknown instant."""
    paused = ZERO
    at_start = worked(start)
    for since, until in pauses:
        first = max(since, start)
        if until <= first or not knows(first):
            continue
        before = worked(first)
        if not delays(before - at_start - paused, budget, limit=limit):
            break
        if not knows(until):
            return None
        paused += worked(until) - before
    return paused

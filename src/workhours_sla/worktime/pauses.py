"""Pauses: spans of time that do not count for one appeal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from workhours_sla.errors import ArgumentError
from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.instants import moment_of
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.zone_offsets import ZERO, TimeSpan

Pauses = Sequence[tuple[datetime, datetime]]
"""Pairs (since, until) of aware datetimes, in any order. Overlaps count once.

For a pause that has not ended yet, give the instant of your question, such as now, as its end.
"""


def moments_of(pauses: Pauses) -> list[TimeSpan]:
    """Return pauses as sorted disjoint spans of instants.

    Raises ArgumentError for anything but pairs of datetimes and for a pause without an end,
    NaiveDatetimeError for a naive datetime, and ValueError for a pause that ends before it starts.
    """
    if not pauses:
        return []
    found = []
    try:
        if hasattr(pauses, "__next__"):  # an iterator can be read only once
            _check_pairs(pauses)
        for since, until in pauses:
            start, end = moment_of(since), moment_of(until)
            if end < start:
                _refuse_reversed(since, until)
            found.append((start, end))
    except (TypeError, ValueError):
        _check_pairs(pauses)
        raise
    return join(found) if len(found) > 1 else found


def _refuse_reversed(since: datetime, until: datetime) -> NoReturn:
    msg = f"the pause from {since} to {until} ends before it starts; give (since, until)"
    raise ValueError(msg)


def _check_pairs(pauses: object) -> None:
    """Raise ArgumentError for anything but a list of pairs, and for a pause without an end."""
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


def paused_between(
    line: Timeline, start: timedelta, end: timedelta, pauses: Iterable[TimeSpan]
) -> timedelta:
    """Return the paused working time between two instants, negative if ``end`` is earlier."""
    if end < start:
        return -paused_between(line, end, start, pauses)
    paused = ZERO
    for since, until in pauses:
        first, last = max(since, start), min(until, end)
        if first < last:
            paused += line.worked(last) - line.worked(first)
    return paused


def paused_before_answer(
    worked: Callable[[timedelta], timedelta],
    start: timedelta,
    budget: timedelta,
    pauses: Iterable[TimeSpan],
    *,
    latest: bool,
    knows: Callable[[timedelta], bool] | None = None,
) -> timedelta | None:
    """Return the paused working time that delays the due time of a budget, or the limit.

    ``latest`` is True for the limit, False for the due time.

    A pause that begins before the budget is used up delays the due time and the limit. A pause that
    begins exactly when the budget is used up delays only the limit. ``worked`` returns the working
    time up to an instant. ``knows`` returns whether an instant is known; None means that all
    instants are known. Returns None if a pause that delays the answer ends at an unknown instant.
    """
    paused = ZERO
    at_start = worked(start)
    for since, until in pauses:
        first = max(since, start)
        if until <= first or (knows is not None and not knows(first)):
            continue
        before = worked(first)
        used = before - at_start - paused
        if used > budget or (used == budget and not latest):
            break
        if knows is not None and not knows(until):
            return None
        paused += worked(until) - before
    return paused

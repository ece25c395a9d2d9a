"""Holds: stretches in which the clock stood still, cut out of working time for one question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from workhours_sla.worktime.engine.timeline import Timeline
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.zone import ZERO, Interval

Pauses = Sequence[tuple[datetime, datetime]]
"""Pairs (since, until) of aware datetimes, in any order; those that overlap count once.

A pause that has not ended yet is given up to the instant that you ask about, such as now.
"""


def moments_of(pauses: Pauses, moment_of: Callable[[datetime], timedelta]) -> list[Interval]:
    """Return holds as disjoint instants in order.

    Raises TypeError for what is not pairs of datetimes or has no end, NaiveDatetimeError,
    ValueError for an end before its start.
    """
    if not pauses:
        return []
    found = []
    try:
        if hasattr(pauses, "__next__"):  # an iterator would be empty when read again
            _check_pairs(pauses)
        for since, until in pauses:
            start, end = moment_of(since), moment_of(until)
            if end < start:
                _refuse_turned(since, until)
            found.append((start, end))
    except (TypeError, ValueError):
        _check_pairs(pauses)
        raise
    return join(found) if len(found) > 1 else found


def _refuse_turned(since: datetime, until: datetime) -> NoReturn:
    msg = f"the pause from {since} to {until} ends before it starts; give (since, until)"
    raise ValueError(msg)


def _check_pairs(pauses: object) -> None:
    """Raise TypeError, with the way out, for what is not pairs or has no end."""
    if isinstance(pauses, str | Iterator) or not isinstance(pauses, Iterable):
        msg = f"holds={pauses!r} is not a list; give a list of pairs (since, until)"
        raise TypeError(msg) from None
    for pair in pauses:
        if not isinstance(pair, tuple | list) or len(pair) != 2:  # noqa: PLR2004
            msg = f"{pair!r} is not a pause; give a pair (since, until) of aware datetimes"
            raise TypeError(msg) from None
        since, until = pair
        if until is None or until != until:  # noqa: PLR0124 - NaT
            msg = (
                f"the pause since {since} has no end; give the instant up to which you ask, such "
                "as now"
            )
            raise TypeError(msg) from None


def paused_between(
    line: Timeline, start: timedelta, end: timedelta, pauses: Iterable[Interval]
) -> timedelta:
    """Return the working time that holds take from a span; negative when ``end`` is earlier."""
    if end < start:
        return -paused_between(line, end, start, pauses)
    held = ZERO
    for since, until in pauses:
        first, last = max(since, start), min(until, end)
        if first < last:
            held += line.worked(last) - line.worked(first)
    return held


def paused_ahead(  # noqa: PLR0913
    worked: Callable[[timedelta], timedelta],
    start: timedelta,
    budget: timedelta,
    pauses: Iterable[Interval],
    *,
    latest: bool,
    knows: Callable[[timedelta], bool] | None = None,
) -> timedelta | None:
    """Return the working time that holds take before the answer to a budget; None if not known.

    A hold delays the answer when less than the budget was used before it; the latest instant
    within the budget also when just the budget was. Without ``knows`` all instants are known.
    """
    held = ZERO
    at_start = worked(start)
    for since, until in pauses:
        first = max(since, start)
        if until <= first or (knows is not None and not knows(first)):
            continue
        before = worked(first)
        used = before - at_start - held
        if used > budget or (used == budget and not latest):
            break
        if knows is not None and not knows(until):
            return None
        held += worked(until) - before
    return held

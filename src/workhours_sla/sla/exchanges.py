"""Exchanges between citizen and agency, and the one whose clock counts for ``next_reply``.

An exchange begins with the start of the clock, or with a ``citizen_message`` while no exchange is
open, and ends with the next reply. The clock is that of an exchange answered after its limit, if
there is one; else that of the open exchange; else that of an answered one. Of several the one with
the most working time counts, of equals the first.

Which one is late, or the longest, may depend on uncertain dates. Then the clock has the ``others``
that may decide instead, and only the times that all of them share.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from workhours_sla.sla.appeal import Cycle
from workhours_sla.sla.clock import Bounds, Clock, Start
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.instants import BEGINNING, NEVER
from workhours_sla.worktime.zone import ZERO

_MESSAGE = EventType.CITIZEN_MESSAGE


class Exchange(NamedTuple):
    """An exchange and the reply that ends it, None while it is open."""

    start: Start
    reply: Event | None


def exchanges_of(cycle: Cycle, start: Start) -> list[Exchange]:
    """Return the exchanges of a cycle in order; only the last may be open."""
    replies = [
        reply
        for reply in cycle.replies
        if reply.occurred_at >= start.at and reply.event_id != start.cause
    ]
    messages = [event for event in cycle.events if event.type is _MESSAGE]
    opened: Start | None = start
    exchanges = []
    for event in sorted([*replies, *messages], key=lambda event: event.order):
        if event.occurred_at < start.at:
            continue
        if event.type is _MESSAGE:
            opened = opened or Start(event.occurred_at, event.event_id)
        elif opened is not None:
            exchanges.append(Exchange(opened, event))
            opened = None
    if opened is not None:
        exchanges.append(Exchange(opened, None))
    return exchanges


def deciding_clock(answered: list[Clock], waiting: Clock | None) -> Clock:
    """Return the clock that counts among those of answered exchanges and of the open one."""
    late = [one for one in answered if one.is_late]
    perhaps_late = [one for one in answered if one.is_late is None]
    if late:
        return _longest([one for one in answered if one.is_late is not False], late)
    if waiting is not None:
        # the appeal is late in any case once the open exchange is; until then it may be
        return _left_open(with_others(waiting, perhaps_late)) if perhaps_late else waiting
    if perhaps_late:  # whichever of them is late decides, else the longest of all
        found, *others = perhaps_late
        in_time = [one for one in answered if one.is_late is False]
        return with_others(found, [*others, *_perhaps_longest(in_time, answered)])
    found = _longest(answered, answered)
    if len({one.withdrawn_at is None for one in (found, *found.others)}) > 1:
        found = _left_open(found, latest=NEVER)
    return found


def with_others(clock: Clock, others: list[Clock]) -> Clock:
    """Return a clock with others that may decide instead, and with the times that all share."""
    if not others:
        return clock
    bounds = clock.bounds or Bounds(*clock.time_bounds, clock.all_pauses)
    deciding = [one for other in others for one in (other, *other.others)]
    same_due = all(one.due_at == clock.due_at for one in deciding)
    same_limit = all(one.limit == clock.limit for one in deciding)
    return replace(
        clock,
        due_at=clock.due_at if same_due else None,
        limit=clock.limit if same_limit else None,
        warn_at=None,
        bounds=bounds,
        others=(*clock.others, *deciding),
    )


def _longest(clocks: list[Clock], preferred: list[Clock]) -> Clock:
    """Return the clock with the most elapsed time, the first of equals.

    Where uncertain dates decide which it is, return one of those preferred with its rivals. All
    others may turn out not to count.
    """
    if len(clocks) == 1:
        return clocks[0]
    amounts = [_elapsed(one) for one in clocks]
    most_of_all = max(most for _, most in amounts)
    # only the first with the most can certainly have more than all before
    place = next(place for place, (_, most) in enumerate(amounts) if most == most_of_all)
    least = amounts[place][0]
    longest = all(most <= least for _, most in amounts[place + 1 :]) and all(
        most < least for _, most in amounts[:place]
    )
    if longest and any(one is clocks[place] for one in preferred):
        return clocks[place]
    rivals = _perhaps_longest(clocks, preferred)
    among = set(map(id, rivals))
    found = next(one for one in preferred if id(one) in among)
    return with_others(found, [one for one in rivals if one is not found])


def _perhaps_longest(clocks: list[Clock], counting: list[Clock]) -> list[Clock]:
    """Return the clocks that may have at least the elapsed time of all those that count."""
    least = max(_elapsed(one)[0] for one in counting)
    return [one for one in clocks if _elapsed(one)[1] >= least]


def _elapsed(clock: Clock) -> tuple[timedelta, timedelta]:
    """Return the least and the most elapsed time of an answered clock."""
    known = clock.elapsed(clock.started_at)
    if known is not None:
        return known, known
    return clock.elapsed_bounds(clock.started_at) or (ZERO, timedelta.max)


def _left_open(clock: Clock, *, latest: datetime | None = None) -> Clock:
    """Return a clock with others whose verdict is open until its latest limit has passed.

    ``latest`` replaces that limit: NEVER leaves the verdict open for good.
    """
    bounds = clock.bounds
    assert bounds is not None  # noqa: S101 - a clock with others has them
    at_once = bounds.earliest._replace(limit=BEGINNING)
    last = bounds.latest if latest is None else bounds.latest._replace(limit=latest)
    return replace(clock, bounds=bounds._replace(earliest=at_once, latest=last))

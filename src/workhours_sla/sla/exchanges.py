"""The exchanges between citizen and agency, for a target with ``stops="next_reply"``.

An exchange begins with the start of the clock, or with a ``citizen_message`` while no exchange is
open. It ends with the next reply. Each exchange has a clock, and one of these clocks counts for the
appeal: the clock of an exchange that was answered after its limit, if there is one; otherwise the
clock of the open exchange; otherwise the clock of an answered exchange. If several clocks qualify,
the clock with the most working time counts. If several clocks have the most, the first of them
counts.

If uncertain dates affect which clock is late or has the most working time, several clocks may
count. Then one of them is returned, and its ``others`` are the rest. A due time or limit of the
returned clock is None unless all of these clocks share it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from workhours_sla.sla.appeal import Cycle
from workhours_sla.sla.clock import Bounds, Clock, Start
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.instants import BEGINNING, NEVER
from workhours_sla.worktime.times import ZERO


class Exchange(NamedTuple):
    """The start of an exchange, and the reply that ends the exchange.

    ``reply`` is None while the exchange is open.
    """

    start: Start
    reply: Event | None


def exchanges_of(cycle: Cycle, start: Start) -> list[Exchange]:
    """Return the exchanges of a cycle in order. Only the last exchange may be open."""
    replies = [reply for reply in cycle.replies if start.precedes(reply)]
    messages = [one for one in cycle.events if one.type is EventType.CITIZEN_MESSAGE]
    opened: Start | None = start
    exchanges = []
    for event in sorted([*replies, *messages], key=lambda one: one.order):
        if event.occurred_at < start.at:
            continue
        if event.type is EventType.CITIZEN_MESSAGE:
            opened = opened or Start(event.occurred_at, event.event_id)
        elif opened is not None:
            exchanges.append(Exchange(opened, event))
            opened = None
    if opened is not None:
        exchanges.append(Exchange(opened, None))
    return exchanges


def deciding_clock(answered: list[Clock], waiting: Clock | None) -> Clock:
    """Return the clock that counts for an appeal.

    ``answered`` are the clocks of the answered exchanges. ``waiting`` is the clock of the open
    exchange, None if no exchange is open.
    """
    late = [one for one in answered if one.is_late]
    perhaps_late = [one for one in answered if one.is_late is None]
    if late:
        return _longest([one for one in answered if one.is_late is not False], late)
    if waiting is not None:
        # once the open exchange is late, the appeal is late; until then it may or may not be late
        return _left_open(with_others(waiting, perhaps_late)) if perhaps_late else waiting
    if perhaps_late:  # a late clock among these counts, or else the longest of all clocks
        found, *others = perhaps_late
        in_time = [one for one in answered if one.is_late is False]
        return with_others(found, [*others, *_perhaps_longest(in_time, answered)])
    found = _longest(answered, answered)
    if len({one.withdrawn_at is None for one in (found, *found.others)}) > 1:
        found = _left_open(found, latest=NEVER)
    return found


def with_others(clock: Clock, others: list[Clock]) -> Clock:
    """Return a copy of a clock with ``others``: the clocks that may count instead of the copy.

    The copy has only the due time and the limit that all of these clocks share.
    """
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
    """Return the clock with the most elapsed time. If several have the most, return the first.

    If uncertain dates affect which clock this is, return a clock of ``preferred``, with every other
    clock that may have the most elapsed time as ``others``.
    """
    if len(clocks) == 1:
        return clocks[0]
    amounts = [_elapsed(one) for one in clocks]
    most_of_all = max(most for _, most in amounts)
    # only the first clock with the greatest upper bound can certainly have more than all before it
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
    """Return the clocks that may have at least the elapsed time of every clock in ``counting``."""
    least = max(_elapsed(one)[0] for one in counting)
    return [one for one in clocks if _elapsed(one)[1] >= least]


def _elapsed(clock: Clock) -> tuple[timedelta, timedelta]:
    """Return the least and the most elapsed working time of an answered clock."""
    known = clock.elapsed(clock.started_at)
    if known is not None:
        return known, known
    return clock.elapsed_bounds(clock.started_at) or (ZERO, timedelta.max)


def _left_open(clock: Clock, *, latest: datetime | None = None) -> Clock:
    """Return a copy of a clock, with a verdict that is uncertain until its latest limit has passed.

    ``latest`` replaces the latest limit. If ``latest`` is NEVER, the verdict remains uncertain.
    """
    bounds = clock.bounds
    assert bounds is not None  # noqa: S101 - a clock with others has them
    at_once = bounds.earliest._replace(limit=BEGINNING)
    last = bounds.latest if latest is None else bounds.latest._replace(limit=latest)
    return replace(clock, bounds=bounds._replace(earliest=at_once, latest=last))

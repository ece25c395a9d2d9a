"""From what an appeal's events say to its clocks: what starts, stops and holds them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import INTERIM, Appeal, Cycle
from workhours_sla.sla.clock import Clock, Hold, new_clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.limits import times_of
from workhours_sla.sla.target import Target
from workhours_sla.worktime.interval_sets import join
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import ZERO

_REGISTERED, _ASSIGNED, _TRANSFERRED = (
    EventType.REGISTERED,
    EventType.ASSIGNED,
    EventType.TRANSFERRED,
)
_MESSAGE = EventType.CITIZEN_MESSAGE
_BY_OFFICIALS = frozenset({EventType.REPLIED, EventType.CLOSED})
"""What answers only where an official did it, or nobody known."""


def clock(  # noqa: PLR0913
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    *,
    since: datetime | None = None,
    before: Clock | None = None,
) -> Clock | None:
    """Return the clock of one cycle of an appeal against a target, None where nothing starts it.

    ``since`` is the earliest start. ``before`` is the clock as it was with fewer events, or one of
    a target that is due alike: what it reckoned is taken over where it starts and stands alike.
    """
    if target.starts == "posted":
        opened = cycle.opened
        start, cause = opened.occurred_at, opened.event_id
    else:
        started = _start(cycle, target)
        if started is None:
            return None
        start, cause = started
    if since is not None and since > start:
        start = since
    stops = target.stops
    if stops == "next_reply":
        return _exchange(appeal, cycle, target, schedule, start, cause)
    answer = None
    if cycle.replies or isinstance(stops, frozenset):
        answer = _answer(appeal, cycle, target, start, cause)
    begun = (start, cause)
    held: list[Hold] = []
    if target.on_transfer != "keep":
        start, cause, held = _taken_over(appeal, cycle, target, start, cause, answer)
    return _settled(appeal, cycle, target, schedule, begun, start, cause, answer, held, before)


# -- starting and stopping -------------------------------------------------------------------


def _start(cycle: Cycle, target: Target) -> tuple[datetime, str] | None:
    opened, starts = cycle.opened, target.starts
    if cycle.number and starts != "interim":
        return opened.occurred_at, opened.event_id
    if starts == "interim":
        for reply in cycle.replies:
            if reply.reason == INTERIM:
                return reply.occurred_at, reply.event_id
        return None
    if starts == "detected":
        return opened.received_at, opened.event_id
    kind = _REGISTERED if starts == "registered" else _ASSIGNED
    for event in cycle.events:
        if event.type is kind:
            return event.occurred_at, event.event_id
    return None


def _judgement(appeal: Appeal, reply: Event) -> bool | None:
    return appeal.judged.get(reply.event_id, reply.substantive)


def _answer(
    appeal: Appeal, cycle: Cycle, target: Target, start: datetime, cause: str
) -> Event | None:
    stops = target.stops
    if isinstance(stops, frozenset):
        return next(
            (
                event
                for event in cycle.events
                if event.type in stops
                and event.event_id != cause
                and event.occurred_at >= start
                and (event.type not in _BY_OFFICIALS or event.author_role in (None, "official"))
            ),
            None,
        )
    if stops == "final_reply":
        closed = cycle.closed_at
        if closed is None:
            return None
        for reply in reversed(cycle.replies):
            if start <= reply.occurred_at <= closed and reply.event_id != cause:
                return reply
        return None
    to_the_point = stops == "substantive_reply"
    for reply in cycle.replies:
        if reply.occurred_at < start or reply.event_id == cause:
            continue
        if not to_the_point or _judgement(appeal, reply):
            return reply
    return None


def _needs_review(
    appeal: Appeal, cycle: Cycle, start: datetime, cause: str, last: Event | None
) -> bool:
    """Whether a reply that nobody has judged might be the answer, before the clock's last event."""
    for reply in cycle.replies:
        if last is not None and reply.order >= last.order:
            break
        if (
            reply.occurred_at >= start
            and reply.event_id != cause
            and _judgement(appeal, reply) is None
        ):
            return True
    return False


def _taken_over(  # noqa: PLR0913, PLR0917
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    start: datetime,
    cause: str,
    answer: Event | None,
) -> tuple[datetime, str, list[Hold]]:
    """Return the start of the holder's own clock, and when others held the appeal since."""
    holder = appeal.holder_before(cycle)
    held_since: list[tuple[datetime, str | None, str]] = [(start, holder, cause)]
    for event in cycle.events:
        if answer is not None and event.order >= answer.order:
            break
        named = appeal.handed_to(event)
        at, holder, by = held_since[-1]
        if event.type is _TRANSFERRED and event.occurred_at > at:
            held_since.append((event.occurred_at, named or holder, event.event_id))
        elif named is not None:  # also of a transfer in the same instant
            held_since[-1] = (at, named, by)
    at, holder, by = held_since[-1]
    if target.on_transfer == "restart":
        return at, by, []
    first = next(index for index, (_, who, _) in enumerate(held_since) if who == holder)
    away = [
        (begins, ends)
        for (begins, who, _), (ends, _, _) in pairwise(held_since[first:])
        if who != holder
    ]
    return held_since[first][0], held_since[first][2], away


def _exchange(  # noqa: PLR0913, PLR0917
    appeal: Appeal, cycle: Cycle, target: Target, schedule: Schedule, start: datetime, cause: str
) -> Clock:
    """Return the clock of the exchange that decides: a late one, the open one, the longest."""
    replies = [
        reply for reply in cycle.replies if reply.occurred_at >= start and reply.event_id != cause
    ]
    opens: tuple[datetime, str] | None = (start, cause)
    exchanges: list[tuple[datetime, str, Event | None]] = []
    for event in sorted(
        [*replies, *(event for event in cycle.events if event.type is _MESSAGE)],
        key=lambda event: event.order,
    ):
        if event.occurred_at < start:
            continue
        if event.type is _MESSAGE:
            opens = opens or (event.occurred_at, event.event_id)
        elif opens is not None:
            exchanges.append((*opens, event))
            opens = None
    clocks = [
        _settled(appeal, cycle, target, schedule, (at, by), at, by, reply, [], None)
        for at, by, reply in exchanges
    ]
    longest = max(
        clocks, key=lambda one: one.elapsed(one.started_at) or ZERO, default=None
    )  # the first of equals
    if longest is not None and longest.is_late:
        return longest
    if opens is not None:
        return _settled(appeal, cycle, target, schedule, opens, *opens, None, [], None)
    assert longest is not None  # noqa: S101 - what is not open was answered
    return longest


# -- what follows from start, answer and pauses ----------------------------------------------


def _settled(  # noqa: PLR0913, PLR0917
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    begun: tuple[datetime, str],
    start: datetime,
    cause: str,
    answer: Event | None,
    held: list[Hold],
    before: Clock | None,
    gone: datetime | None = None,
) -> Clock:
    """Return the clock; ``begun`` is its start before any transfer, and the event of that.

    ``gone`` is when it was withdrawn, instead of an answer.
    """
    deleted = cycle.deleted
    if deleted is not None and gone is None and (answer is None or deleted.order < answer.order):
        since = max(deleted.occurred_at, start)
        withdrawn = _settled(
            appeal, cycle, target, schedule, begun, start, cause, None, held, before, since
        )
        if withdrawn.ended_at is not None:
            return withdrawn
    answered_at = None if answer is None else answer.occurred_at
    ended = answered_at if answered_at is not None else gone
    evidence = (cause,) if answer is None else (cause, answer.event_id)
    last = cycle.deleted if gone is not None else answer
    needs_review = (
        target.stops == "substantive_reply"
        and bool(cycle.replies)
        and _needs_review(appeal, cycle, *begun, last)
    )
    holds: tuple[Hold, ...] = ()
    open_hold = None
    uncapped = False
    if (target.pauses and cycle.pauses) or held:
        holds, open_hold, uncapped = _pauses(cycle, target, schedule, start, ended, held)
    if (
        before is not None
        and before.started_at == start
        and before.holds == holds
        and before.open_hold == open_hold
        and before.schedule is schedule
    ):
        if (
            before.target is target
            and before.answered_at == answered_at
            and before.withdrawn_at == gone
            and before.excluded_at == appeal.excluded_at
            and before.needs_review == needs_review
            and before.evidence == evidence
        ):
            return before
        due, limit, warn, unknown = before.due_at, before.limit, before.warn_at, before.unknown
    else:
        due, limit, warn, unknown = times_of(target, schedule, start, holds, open_hold)
        unknown = unknown or (uncapped and limit is None)
    return new_clock(
        target,
        schedule,
        cycle.number,
        start,
        answered_at,
        gone,
        appeal.excluded_at,
        holds,
        open_hold,
        due,
        limit,
        warn,
        unknown,
        False,  # noqa: FBT003 - a clock by rule says so later
        needs_review,
        evidence,
    )


def _pauses(  # noqa: PLR0913, PLR0917
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    start: datetime,
    ended: datetime | None,
    held: list[Hold],
) -> tuple[tuple[Hold, ...], datetime | None, bool]:
    """Return the pauses with an end, when the one without began, and whether its cap is unknown."""
    found = list(held)
    open_hold = None
    uncapped = False
    found_pause = False
    paused_until: datetime | None = None
    for since, until in cycle.pauses if target.pauses else ():
        if found_pause and (paused_until is None or since < paused_until):
            continue  # it stands already
        begins, ends = max(since, start), until
        if target.pause_cap is not None:
            try:
                cap = schedule.deadline(since, target.pause_cap)
                ends = cap if ends is None else min(ends, cap)
            except CalendarCoverageError:  # not within what is known, so past an end that is
                uncapped = uncapped or ends is None
        found_pause, paused_until = True, ends
        if ended is not None:
            if begins >= ended:
                continue
            ends = ended if ends is None else min(ends, ended)
        if ends is None:
            open_hold = begins
        elif begins < ends:
            found.append((begins, ends))
    holds = join(found)
    while open_hold is not None and holds and holds[-1][1] >= open_hold:
        open_hold = min(open_hold, holds.pop()[0])  # one goes on into the other
    return tuple(holds), open_hold, uncapped and open_hold is not None

"""From what an appeal's events say to its clocks: what starts, stops and holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Final

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import INTERIM, Appeal, Cycle
from workhours_sla.sla.clock import Clock, new_clock
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.limits import (
    BEGINNING,
    NEVER,
    Bounds,
    ClockPauses,
    bounds_of,
    times_of,
)
from workhours_sla.sla.paused_time import ClosedPause
from workhours_sla.sla.pauses import pause_bounds, within
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.zone import ZERO

_REGISTERED, _ASSIGNED, _TRANSFERRED = (
    EventType.REGISTERED,
    EventType.ASSIGNED,
    EventType.TRANSFERRED,
)
_MESSAGE = EventType.CITIZEN_MESSAGE
_STAFF: Final = frozenset({"official", "coordinator"})
_NO_PAUSES: Final = ClockPauses()
_BY_OFFICIALS = frozenset({EventType.REPLIED, EventType.CLOSED})
"""What answers only where an official did it, or nobody known."""


def clock(  # noqa: PLR0913
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    *,
    since: datetime | None = None,
    applies_since: datetime | None = None,
    before: Clock | None = None,
) -> Clock | None:
    """Return the clock of one cycle of an appeal against a target, None where nothing starts it.

    ``since`` is the earliest start; ``applies_since`` is when a change of the appeal made the
    target apply. ``before`` is the clock as it was with fewer events, or one of a target with the
    same times: its times are reused where start and pauses are the same.
    """
    if target.starts == "posted" and target.staff_opened == "start":
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
        return _exchange(appeal, cycle, target, schedule, start, cause, applies_since)
    answer = None
    if cycle.replies or isinstance(stops, frozenset):
        answer = _answer(cycle, target, start, cause)
    begun = (start, cause)
    held: list[ClosedPause] = []
    if target.on_transfer != "keep":
        start, cause, held = _taken_over(appeal, cycle, target, start, cause, answer)
    build = _ended if cycle.deleted is None else _ended_or_withdrawn
    return build(
        appeal, cycle, target, schedule, begun, start, cause, held, before, applies_since, answer
    )


# -- starting and stopping -------------------------------------------------------------------


def _start(cycle: Cycle, target: Target) -> tuple[datetime, str] | None:
    opened, starts = cycle.opened, target.starts
    if starts == "interim":
        return _first(reply for reply in cycle.replies if reply.reason == INTERIM)
    if cycle.number:
        return opened.occurred_at, opened.event_id
    if starts in ("registered", "assigned"):
        kind = _REGISTERED if starts == "registered" else _ASSIGNED
        return _first(event for event in cycle.events if event.type is kind)
    if target.staff_opened == "wait" and opened.author_role in _STAFF:
        message = next((event for event in cycle.events if event.type is _MESSAGE), None)
        if message is None:
            return None
        opened = message
    return (opened.received_at if starts == "detected" else opened.occurred_at), opened.event_id


def _first(events: Iterable[Event]) -> tuple[datetime, str] | None:
    return next(((event.occurred_at, event.event_id) for event in events), None)


def _answer(cycle: Cycle, target: Target, start: datetime, cause: str) -> Event | None:
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
    for reply in cycle.to_the_point if stops == "substantive_reply" else cycle.replies:
        if reply.occurred_at >= start and reply.event_id != cause:
            return reply
    return None


def _needs_review(cycle: Cycle, start: datetime, cause: str, last: Event | None) -> bool:
    """Whether a reply that nobody has judged might be the answer, before the clock's last event."""
    for reply in cycle.not_judged:
        if last is not None and reply.order >= last.order:
            break
        if reply.occurred_at >= start and reply.event_id != cause:
            return True
    return False


def _taken_over(  # noqa: PLR0913, PLR0917
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    start: datetime,
    cause: str,
    answer: Event | None,
) -> tuple[datetime, str, list[ClosedPause]]:
    """Return the start of the holder's own clock, and when others held the appeal since."""
    holder = cycle.holder_before
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
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    start: datetime,
    cause: str,
    applies_since: datetime | None,
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

    def of_exchange(at: datetime, by: str, reply: Event | None) -> Clock:
        build = _ended if cycle.deleted is None else _ended_or_withdrawn
        begun = at, by
        return build(appeal, cycle, target, schedule, begun, *begun, [], None, applies_since, reply)

    answered = [of_exchange(*exchange) for exchange in exchanges]
    return _deciding(answered, None if opens is None else of_exchange(*opens, None))


def _deciding(answered: list[Clock], waiting: Clock | None) -> Clock:
    """Return the clock of the exchange that decides: a late one, the open one, the longest.

    Which one is the longest, or late, may depend on unknown dates. Then the clock has the others
    that may decide instead, and only those times that all share.
    """
    late = [one for one in answered if one.is_late]
    perhaps_late = [one for one in answered if one.is_late is None]
    if late:
        return _longest([one for one in answered if one.is_late is not False], late)
    if waiting is not None:
        # the appeal is late in any case once the open exchange is; until then it may be
        return _left_open(_with_others(waiting, perhaps_late)) if perhaps_late else waiting
    if perhaps_late:  # whichever of them is late decides, else the longest of all
        found, *others = perhaps_late
        in_time = [one for one in answered if one.is_late is False]
        return _with_others(found, [*others, *_perhaps_longest(in_time, answered)])
    found = _longest(answered, answered)
    if len({one.withdrawn_at is None for one in (found, *found.others)}) > 1:
        found = _left_open(found, latest=NEVER)
    return found


def _longest(clocks: list[Clock], preferred: list[Clock]) -> Clock:
    """Return the clock with the most elapsed time, the first of equals.

    Where unknown dates decide which it is, one of those preferred with its rivals. All others may
    turn out not to count.
    """
    if len(clocks) == 1:
        return clocks[0]
    amounts = [_elapsed(one) for one in clocks]
    most_of_all = max(most for _, most in amounts)
    # only the first with the most can have surely more than all before
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
    return _with_others(found, [one for one in rivals if one is not found])


def _perhaps_longest(clocks: list[Clock], counting: list[Clock]) -> list[Clock]:
    """Return the clocks that may have at least the elapsed time of all those that count."""
    surely = max(_elapsed(one)[0] for one in counting)
    return [one for one in clocks if _elapsed(one)[1] >= surely]


def _elapsed(clock: Clock) -> tuple[timedelta, timedelta]:
    """Return the least and the most elapsed time of an answered clock."""
    known = clock.elapsed(clock.started_at)
    if known is not None:
        return known, known
    return clock.elapsed_bounds(clock.started_at) or (ZERO, timedelta.max)


def _with_others(clock: Clock, others: list[Clock]) -> Clock:
    """Return a clock with the times that it shares with the others that may decide instead."""
    if not others:
        return clock
    bounds = clock.bounds or Bounds(*clock.time_bounds, ClockPauses(clock.pauses, clock.open_pause))
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


def _left_open(clock: Clock, *, latest: datetime | None = None) -> Clock:
    """Return a clock with others whose verdict is open until its latest limit has passed.

    ``latest`` replaces that limit: NEVER leaves the verdict open for good.
    """
    bounds = clock.bounds
    assert bounds is not None  # noqa: S101 - as it has others
    at_once = bounds.earliest._replace(limit=BEGINNING)
    last = bounds.latest if latest is None else bounds.latest._replace(limit=latest)
    return replace(clock, bounds=bounds._replace(earliest=at_once, latest=last))


# -- what follows from start, answer and pauses ----------------------------------------------


def _ended_or_withdrawn(  # noqa: PLR0913, PLR0917
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    begun: tuple[datetime, str],
    start: datetime,
    cause: str,
    held: list[ClosedPause],
    before: Clock | None,
    applies_since: datetime | None,
    answer: Event | None,
) -> Clock:
    """Return the clock of an appeal that the citizen deleted.

    The deletion ends it if it came before the answer and within the limit.
    """
    ended_by = partial(
        _ended, appeal, cycle, target, schedule, begun, start, cause, held, before, applies_since
    )
    deleted = cycle.deleted
    if deleted is None or (answer is not None and answer.order <= deleted.order):
        return ended_by(answer)
    gone = max(deleted.occurred_at, start)
    withdrawn = ended_by(None, gone)
    if withdrawn.ended_at is None:
        return ended_by(answer)
    if withdrawn.bounds is None or gone <= withdrawn.bounds.earliest.limit:
        return withdrawn
    return _with_others(withdrawn, [ended_by(answer)])


def _ended(  # noqa: PLR0913, PLR0917
    appeal: Appeal,
    cycle: Cycle,
    target: Target,
    schedule: Schedule,
    begun: tuple[datetime, str],
    start: datetime,
    cause: str,
    held: list[ClosedPause],
    before: Clock | None,
    applies_since: datetime | None,
    answer: Event | None,
    gone: datetime | None = None,
) -> Clock:
    """Return the clock that an answer ends, or a withdrawal at ``gone``, or nothing yet.

    ``begun`` is its start before any transfer, and the event of that.
    """
    answered_at = None if answer is None else answer.occurred_at
    ended = answered_at if answered_at is not None else gone
    evidence = (cause,) if answer is None else (cause, answer.event_id)
    last = cycle.deleted if gone is not None else answer
    needs_review = (
        target.stops == "substantive_reply"
        and bool(cycle.not_judged)
        and _needs_review(cycle, *begun, last)
    )
    pauses = _NO_PAUSES
    sure: ClockPauses | None = None
    paused_time = None
    if target.pauses and cycle.pauses:
        try:
            line = cycle.pause_line(target.pause_cap, schedule)
            pauses = line.within(start, ended, held)
            if pauses.closed and not held:
                paused_time = line.paused_time(schedule, start)
        except CalendarCoverageError:
            cap = target.pause_cap
            assert cap is not None  # noqa: S101 - only a cap depends on the calendar
            sure, pauses = pause_bounds(cycle.pauses, cap, schedule, start, ended, held)
    elif held:
        pauses = within((), None, start, ended, held)
    closed, open_pause = pauses
    due: datetime | None
    limit: datetime | None
    warn: datetime | None
    bounds: Bounds | None = None
    if (
        before is not None
        and before.started_at == start
        and before.pauses == closed
        and before.open_pause == open_pause
        and before.schedule is schedule
        and (sure is None if before.bounds is None else before.bounds.pauses == (sure or pauses))
        and not before.others
    ):
        if (
            before.target is target
            and before.answered_at == answered_at
            and before.withdrawn_at == gone
            and before.excluded_at == appeal.excluded_at
            and before.needs_review == needs_review
            and before.applies_since == applies_since
            and before.evidence == evidence
        ):
            return before
        due, limit, warn, bounds = before.due_at, before.limit, before.warn_at, before.bounds
    else:
        if sure is None:
            try:
                due, limit, warn = times_of(target, schedule, start, pauses, paused_time)
            except CalendarCoverageError:
                sure = pauses
        if sure is not None:
            bounds = bounds_of(target, schedule, start, sure, pauses)
            due, limit, warn = bounds.shared()
    return new_clock(
        target,
        schedule,
        cycle.number,
        start,
        answered_at,
        gone,
        appeal.excluded_at,
        closed,
        open_pause,
        due,
        limit,
        warn,
        bounds,
        False,  # noqa: FBT003 - a clock by rule says so later
        needs_review,
        evidence,
        applies_since,
        (),
    )

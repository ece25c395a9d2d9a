"""Build the clock of one cycle of an appeal against a target.

The page "Targets, policies and verdicts" of the documentation has the rules of the options
``starts``, ``stops`` and ``on_transfer``. If the event that starts the clock is missing, there is
no clock. With ``on_transfer="resume"`` a clock starts when the last holder first had the appeal in
the cycle, and the times of other holders are cut out like pauses.

The clock ends with the answer, or with the citizen's deletion if the deletion came before the
answer and within the limit. A deletion that occurred before the start withdraws the appeal at the
start.

With ``stops="next_reply"``, an exchange begins with the start of the clock, or with a
``citizen_message`` while no exchange is open. It ends with the next reply. Each exchange has a
clock, and one of these clocks counts for the appeal: the clock of an exchange that was answered
after its limit, if there is one; otherwise the clock of the open exchange; otherwise the clock of
an answered exchange. If several clocks qualify, the first with the most working time counts. If
uncertain dates affect which one that is, one of them is returned, and its ``others`` are the rest.
A due time or limit of the returned clock is None unless all of these clocks share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import INTERIM, Appeal, Cycle, by_official
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.clock_pauses import ClockPauses, ClosedPause, capped, within
from workhours_sla.sla.event import BEGINNING, NEVER, Event, EventType
from workhours_sla.sla.limits import Bounds, bounds_of, pause_bounds, times_of
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule
from workhours_sla.worktime.times import ZERO

STAFF: Final = frozenset({"official", "coordinator"})


@dataclass(slots=True)
class Start:
    """The start of a clock: the instant in UTC, and the id of the event that starts the clock.

    If a transfer started the clock again, ``first`` is the original start, before any transfer, and
    ``cut_out`` are the intervals in which other agencies had the appeal.
    """

    at: datetime
    cause: str
    first: Start | None = None
    cut_out: Sequence[ClosedPause] = ()

    def precedes(self, event: Event) -> bool:
        """Return whether an event occurred at or after the start and is not its cause."""
        return event.occurred_at >= self.at and event.event_id != self.cause


@dataclass(slots=True)
class Measurement:
    """One cycle of an appeal, and the target and schedule to measure it against."""

    appeal: Appeal
    cycle: Cycle
    target: Target
    schedule: Schedule
    earliest_start: datetime | None = None
    applies_since: datetime | None = None
    capped: tuple[list[ClosedPause], datetime | None] | None = None
    """The pauses of the cycle, as ``capped`` returns them, once they are known."""


def build_clock(measurement: Measurement) -> Clock | None:
    """Return the clock of one cycle against a target, None if no event starts the clock."""
    target, cycle, earliest = measurement.target, measurement.cycle, measurement.earliest_start
    cause = _starting_event(cycle, target)
    if cause is None:
        return None
    detected = target.starts == "detected" and cycle.number == 0
    start = Start(cause.received_at if detected else cause.occurred_at, cause.event_id)
    if earliest is not None and earliest > start.at:
        start = Start(earliest, start.cause)
    if target.stops == "next_reply":
        found = _exchanges(cycle, start)
        clocks = [_answered_or_withdrawn(measurement, begun, reply) for begun, reply in found]
        waiting = clocks.pop() if found[-1][1] is None else None
        return _deciding_clock(clocks, waiting)
    answer = _answer_of(cycle, target, start)
    if target.on_transfer != "keep":
        start = _after_transfers(measurement, start, answer)
    return _answered_or_withdrawn(measurement, start, answer)


# -- starting and stopping -------------------------------------------------------------------


def _starting_event(cycle: Cycle, target: Target) -> Event | None:
    if target.starts == "interim":
        return next((reply for reply in cycle.replies if reply.reason == INTERIM), None)
    if cycle.number:
        return cycle.opened
    if target.starts in ("registered", "assigned"):
        return next((event for event in cycle.events if event.type == target.starts), None)
    if target.staff_opened == "wait" and cycle.opened.author_role in STAFF:
        messages = (one for one in cycle.events if one.type is EventType.CITIZEN_MESSAGE)
        return next(messages, None)
    return cycle.opened


def _answer_of(cycle: Cycle, target: Target, start: Start) -> Event | None:
    stops = target.stops
    found: Iterable[Event] = cycle.replies
    if not isinstance(stops, str):
        by_anyone = stops - {EventType.REPLIED, EventType.CLOSED}
        found = (
            one
            for one in cycle.events
            if one.type in by_anyone or (one.type in stops and by_official(one))
        )
    elif stops == "substantive_reply":
        found = cycle.replies_judged(substantive=True)
    elif stops == "final_reply":
        closed = cycle.closed_at
        if closed is None:
            return None
        found = (reply for reply in reversed(cycle.replies) if reply.occurred_at <= closed)
    return next((one for one in found if start.precedes(one)), None)


def _needs_review(cycle: Cycle, start: Start, last: Event | None) -> bool:
    start = start.first or start
    return any(
        start.precedes(reply) and (last is None or reply.order < last.order)
        for reply in cycle.replies_judged(substantive=None)
    )


def _after_transfers(measurement: Measurement, start: Start, answer: Event | None) -> Start:
    appeal, cycle = measurement.appeal, measurement.cycle
    turns: list[tuple[Start, str | None]] = [(start, cycle.holder_before)]
    for event in cycle.events:
        if answer is not None and event.order >= answer.order:
            break
        named = appeal.new_holder(event)
        begun, holder = turns[-1]
        if event.type is EventType.TRANSFERRED and event.occurred_at > begun.at:
            turns.append((Start(event.occurred_at, event.event_id), named or holder))
        elif named is not None:  # this includes a transfer at the same instant
            turns[-1] = begun, named
    begun, holder = turns[-1]
    if measurement.target.on_transfer == "restart":
        return Start(begun.at, begun.cause, start)
    first = next(place for place, (_, who) in enumerate(turns) if who == holder)
    by_others = [
        (begun.at, ends.at) for (begun, who), (ends, _) in pairwise(turns[first:]) if who != holder
    ]
    begun = turns[first][0]
    return Start(begun.at, begun.cause, start, by_others)


# -- what follows from start, answer and pauses ----------------------------------------------


def _answered_or_withdrawn(measurement: Measurement, start: Start, answer: Event | None) -> Clock:
    """Return the clock, which the citizen's deletion may have ended."""
    deleted = measurement.cycle.deleted
    if deleted is None or (answer is not None and answer.order <= deleted.order):
        return _clock(measurement, start, answer)
    withdrawn_at = max(deleted.occurred_at, start.at)
    withdrawn = _clock(measurement, start, None, withdrawn_at)
    if withdrawn.ended_at is None:  # deleted after the limit
        return _clock(measurement, start, answer)
    if withdrawn.in_time(withdrawn_at):
        return withdrawn
    return _with_others(withdrawn, [_clock(measurement, start, answer)])


def _clock(
    measurement: Measurement,
    start: Start,
    answer: Event | None,
    withdrawn_at: datetime | None = None,
) -> Clock:
    cycle, target, schedule = measurement.cycle, measurement.target, measurement.schedule
    answered_at = None if answer is None else answer.occurred_at
    last = answer if withdrawn_at is None else cycle.deleted
    pauses, certain = _pauses(measurement, start, answered_at or withdrawn_at)
    bounds = None
    if certain is None:  # no pause depends on an uncertain date
        certain = pauses
        with suppress(CalendarCoverageError):
            times = times_of(target, schedule, start.at, pauses)
            bounds = Bounds(times, times)
    earliest, latest = bounds or bounds_of(target, schedule, start.at, certain, pauses)
    return Clock(
        target=target,
        schedule=schedule,
        cycle=cycle.number,
        started_at=start.at,
        answered_at=answered_at,
        withdrawn_at=withdrawn_at,
        excluded_at=measurement.appeal.excluded_at,
        pauses=pauses,
        certain=certain,
        earliest=earliest,
        latest=latest,
        uncertain=bounds is None,
        due_at=_shared(earliest.due_at, latest.due_at),
        limit=_shared(earliest.limit, latest.limit),
        needs_review=target.stops == "substantive_reply" and _needs_review(cycle, start, last),
        evidence=(start.cause,) if answer is None else (start.cause, answer.event_id),
        applies_since=measurement.applies_since,
    )


def _shared(earliest: datetime, latest: datetime) -> datetime | None:
    return earliest if earliest == latest != NEVER else None


def _pauses(
    measurement: Measurement, start: Start, end: datetime | None
) -> tuple[ClockPauses, ClockPauses | None]:
    """Return the possible pauses and the certain pauses of a clock."""
    target, schedule = measurement.target, measurement.schedule
    pauses = measurement.cycle.pauses if target.pauses else ()
    try:
        if measurement.capped is None:
            measurement.capped = capped(pauses, target.pause_cap, schedule)
        return within(*measurement.capped, start.at, end, start.cut_out), None
    except CalendarCoverageError:
        cap = target.pause_cap
        assert cap is not None  # noqa: S101 - only a cap depends on the calendar
        certain, possible = pause_bounds(pauses, cap, schedule, start.at, end, start.cut_out)
        return possible, certain


# -- exchanges -------------------------------------------------------------------------------


def _exchanges(cycle: Cycle, start: Start) -> list[tuple[Start, Event | None]]:
    replies = [reply for reply in cycle.replies if start.precedes(reply)]
    messages = [one for one in cycle.events if one.type is EventType.CITIZEN_MESSAGE]
    opened: Start | None = start
    exchanges: list[tuple[Start, Event | None]] = []
    for event in sorted([*replies, *messages], key=lambda one: one.order):
        if event.occurred_at < start.at:
            continue
        if event.type is EventType.CITIZEN_MESSAGE:
            opened = opened or Start(event.occurred_at, event.event_id)
        elif opened is not None:
            exchanges.append((opened, event))
            opened = None
    if opened is not None:
        exchanges.append((opened, None))
    return exchanges


def _deciding_clock(answered: list[Clock], waiting: Clock | None) -> Clock:
    late = [one for one in answered if one.is_late]
    perhaps_late = [one for one in answered if one.is_late is None]
    if late:
        return _longest([one for one in answered if one.is_late is not False], late)
    if waiting is not None:
        # once the open exchange is late, the appeal is late; until then it may or may not be late
        return _left_open(_with_others(waiting, perhaps_late)) if perhaps_late else waiting
    if perhaps_late:  # a late clock among these counts, or else the longest of all clocks
        found, *others = perhaps_late
        in_time = [one for one in answered if one.is_late is False]
        return _with_others(found, [*others, *_perhaps_longest(in_time, answered)])
    found = _longest(answered, answered)
    if len({one.withdrawn_at is None for one in (found, *found.others)}) > 1:
        found = _left_open(found, latest=NEVER)
    return found


def _with_others(clock: Clock, others: list[Clock]) -> Clock:
    """Return a copy of a clock with ``others``: the clocks that may count instead of the copy."""
    if not others:
        return clock
    deciding = [one for other in others for one in (other, *other.others)]
    same_due = all(one.due_at == clock.due_at for one in deciding)
    same_limit = all(one.limit == clock.limit for one in deciding)
    return replace(
        clock,
        due_at=clock.due_at if same_due else None,
        limit=clock.limit if same_limit else None,
        uncertain=True,
        others=(*clock.others, *deciding),
    )


def _longest(clocks: list[Clock], preferred: list[Clock]) -> Clock:
    """Return the clock with the most elapsed time. If several have the most, return the first."""
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
    return _with_others(found, [one for one in rivals if one is not found])


def _perhaps_longest(clocks: list[Clock], counting: list[Clock]) -> list[Clock]:
    """Return the clocks that may have at least the elapsed time of every clock in ``counting``."""
    least = max(_elapsed(one)[0] for one in counting)
    return [one for one in clocks if _elapsed(one)[1] >= least]


def _elapsed(clock: Clock) -> tuple[timedelta, timedelta]:
    known = clock.elapsed(clock.started_at)
    if known is not None:
        return known, known
    return clock.elapsed_bounds(clock.started_at) or (ZERO, timedelta.max)


def _left_open(clock: Clock, *, latest: datetime | None = None) -> Clock:
    """Return a copy of a clock whose verdict is uncertain until its latest limit has passed."""
    last = clock.latest if latest is None else clock.latest._replace(limit=latest)
    return replace(clock, earliest=clock.earliest._replace(limit=BEGINNING), latest=last)

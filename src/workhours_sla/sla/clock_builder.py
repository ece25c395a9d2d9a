"""Build the clock of one cycle of an appeal against a target.

The option ``starts`` selects what starts the clock:

- ``posted``: the first ``created``;
- ``detected``: the receipt of the first ``created``;
- ``registered``, ``assigned``: the first event of that type;
- ``interim``: the first reply with the reason ``interim``.

If the event that starts the clock is missing, there is no clock. In a reopened cycle the clock
starts with the reopening, except for ``interim``. If staff opened the appeal and ``staff_opened``
is ``wait``, the clock starts at the citizen's first message instead of the posting.

The option ``stops`` selects what answers:

- ``first_reply``: the first reply from the start on;
- ``substantive_reply``: the first reply from the start on that was judged substantive;
- ``final_reply``: the last reply from the start on, at or before the first ``closed``;
- ``next_reply``: see ``exchanges``;
- a set of event types: the first event of these types from the start on. The author of a
  ``replied`` or ``closed`` must be an official or unknown.

The event that starts the clock does not answer it.

The option ``on_transfer`` selects what a transfer does:

- ``keep``: a transfer does nothing;
- ``restart``: the clock starts again at each ``transferred`` after its start and before its answer;
- ``resume``: the same as ``restart``, unless the last holder already had the appeal earlier in the
  cycle. In this case the clock starts when the last holder first had the appeal, and the times of
  other holders are cut out like pauses.

The clock ends with the answer, or with the citizen's deletion if the deletion came before the
answer and within the limit. A deletion that occurred before the start withdraws the appeal at the
start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.appeal import INTERIM, Appeal, Cycle, by_official
from workhours_sla.sla.clock import Bounds, Clock, Start
from workhours_sla.sla.due_limit_warning import times_of
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.exchanges import deciding_clock, exchanges_of, with_others
from workhours_sla.sla.limit_bounds import bounds_of, pause_bounds
from workhours_sla.sla.pauses import ClockPauses, ClosedPause, capped, within
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule

STAFF: Final = frozenset({"official", "coordinator"})


@dataclass(slots=True)
class Measurement:
    """One cycle of an appeal, and the target and schedule to measure it against.

    The clock does not start before ``earliest_start``, if it is given. ``applies_since`` is when a
    change of the appeal made the target apply, None if the target has always applied.
    """

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
        found = exchanges_of(cycle, start)
        clocks = [_answered_or_withdrawn(measurement, begun, reply) for begun, reply in found]
        waiting = clocks.pop() if found[-1].reply is None else None
        return deciding_clock(clocks, waiting)
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
        found = (one for one in cycle.events if one.type in stops and _may_answer(one))
    elif stops == "substantive_reply":
        found = cycle.replies_judged(substantive=True)
    elif stops == "final_reply":
        closed = cycle.closed_at
        if closed is None:
            return None
        found = (reply for reply in reversed(cycle.replies) if reply.occurred_at <= closed)
    return next((one for one in found if start.precedes(one)), None)


def _may_answer(event: Event) -> bool:
    needs_official = event.type in (EventType.REPLIED, EventType.CLOSED)
    return by_official(event) or not needs_official


def _needs_review(cycle: Cycle, start: Start, last: Event | None) -> bool:
    """Return whether a reply that was not judged may be the answer.

    Only replies from the start on and before the event ``last`` can be the answer.
    """
    start = start.first or start
    return any(
        start.precedes(reply) and (last is None or reply.order < last.order)
        for reply in cycle.replies_judged(substantive=None)
    )


def _after_transfers(measurement: Measurement, start: Start, answer: Event | None) -> Start:
    """Return the start of the clock after the transfers that came before the answer.

    With ``on_transfer="resume"``, the intervals in which other agencies had the appeal are cut out.
    """
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
    if withdrawn.bounds is None or withdrawn_at <= withdrawn.bounds.earliest.limit:
        return withdrawn
    return with_others(withdrawn, [_clock(measurement, start, answer)])


def _clock(
    measurement: Measurement,
    start: Start,
    answer: Event | None,
    withdrawn_at: datetime | None = None,
) -> Clock:
    """Return the clock with an answer or a withdrawal."""
    cycle, target, schedule = measurement.cycle, measurement.target, measurement.schedule
    answered_at = None if answer is None else answer.occurred_at
    last = answer if withdrawn_at is None else cycle.deleted
    pauses, certain = _pauses(measurement, start, answered_at or withdrawn_at)
    (due, limit, warn), bounds = _times(measurement, start, pauses, certain)
    return Clock(
        target=target,
        schedule=schedule,
        cycle=cycle.number,
        started_at=start.at,
        answered_at=answered_at,
        withdrawn_at=withdrawn_at,
        excluded_at=measurement.appeal.excluded_at,
        pauses=pauses.closed,
        open_pause=pauses.open_since,
        due_at=due,
        limit=limit,
        warn_at=warn,
        bounds=bounds,
        provisional=False,
        needs_review=target.stops == "substantive_reply" and _needs_review(cycle, start, last),
        evidence=(start.cause,) if answer is None else (start.cause, answer.event_id),
        applies_since=measurement.applies_since,
    )


def _times(
    measurement: Measurement, start: Start, pauses: ClockPauses, certain: ClockPauses | None
) -> tuple[tuple[datetime | None, datetime | None, datetime | None], Bounds | None]:
    """Return the due time, the limit and the warning time of a clock, and their bounds."""
    target, schedule = measurement.target, measurement.schedule
    if certain is None:
        try:
            return times_of(target, schedule, start.at, pauses), None
        except CalendarCoverageError:
            certain = pauses
    bounds = bounds_of(target, schedule, start.at, certain, pauses)
    return bounds.shared(), bounds


def _pauses(
    measurement: Measurement, start: Start, end: datetime | None
) -> tuple[ClockPauses, ClockPauses | None]:
    """Return the possible pauses and the certain pauses of a clock.

    Possible pauses occur in at least one completion of the calendar, certain pauses in every
    completion. The certain pauses are None if no pause depends on an uncertain date.
    """
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

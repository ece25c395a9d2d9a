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
from workhours_sla.sla.appeal import INTERIM, Appeal, Cycle
from workhours_sla.sla.clock import Clock, Start, new_clock
from workhours_sla.sla.due_limit_warning import times_of
from workhours_sla.sla.event import TYPE_RANK, EventType
from workhours_sla.sla.event_record import (
    AUTHOR_ROLE,
    EVENT_ID,
    OCCURRED_AT,
    RANK,
    REASON,
    RECEIVED_AT,
    TYPES,
    Record,
    order_of,
)
from workhours_sla.sla.exchanges import deciding_clock, exchanges_of, with_others
from workhours_sla.sla.limit_bounds import bounds_of, pause_bounds
from workhours_sla.sla.pauses import ClockPauses, PausedTime, within
from workhours_sla.sla.target import Target
from workhours_sla.worktime.schedule import Schedule

_STARTING: Final = {
    "registered": TYPE_RANK[EventType.REGISTERED],
    "assigned": TYPE_RANK[EventType.ASSIGNED],
}
_TRANSFERRED = TYPE_RANK[EventType.TRANSFERRED]
_MESSAGE = TYPE_RANK[EventType.CITIZEN_MESSAGE]
STAFF: Final = frozenset({"official", "coordinator"})
_NO_PAUSES: Final = ClockPauses()
_BY_OFFICIALS: Final = (TYPE_RANK[EventType.REPLIED], TYPE_RANK[EventType.CLOSED])
"""The types of events that answer only if their author is an official or unknown."""


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


def build_clock(measurement: Measurement, before: Clock | None = None) -> Clock | None:
    """Return the clock of one cycle against a target, None if no event starts the clock.

    ``before`` is a clock to reuse: an earlier clock of the cycle, built from fewer events, or the
    clock of another target with the same time options. If its start and its pauses are equal, its
    times are reused. If everything is equal, ``before`` itself is returned.
    """
    target, cycle = measurement.target, measurement.cycle
    if target.starts == "posted" and target.staff_opened == "start":  # most clocks
        opened = cycle.opened
        start: Start | None = Start(opened[OCCURRED_AT], opened[EVENT_ID])
    else:
        start = _start_of(cycle, target)
    if start is None:
        return None
    build = _clock if cycle.deleted is None else _answered_or_withdrawn
    earliest = measurement.earliest_start
    if earliest is not None and earliest > start.at:
        start = Start(earliest, start.cause)
    if target.stops == "next_reply":
        found = exchanges_of(cycle, start)
        clocks = [build(measurement, begun, reply) for begun, reply in found]
        waiting = clocks.pop() if found[-1].reply is None else None
        return deciding_clock(clocks, waiting)
    answer = None
    if cycle.replies or not isinstance(target.stops, str):
        answer = _answer_of(cycle, target, start)
    if target.on_transfer != "keep":
        start = _after_transfers(measurement, start, answer)
    return build(measurement, start, answer, before)


# -- starting and stopping -------------------------------------------------------------------


def _start(record: Record) -> Start:
    """Return the start of a clock that begins when an event occurred."""
    return Start(record[OCCURRED_AT], record[EVENT_ID])


def _start_of(cycle: Cycle, target: Target) -> Start | None:
    opened, starts = cycle.opened, target.starts
    if starts == "interim":
        return _first(reply for reply in cycle.replies if reply[REASON] == INTERIM)
    if cycle.number:
        return _start(opened)
    kind = _STARTING.get(starts)
    if kind is not None:
        return _first(record for record in cycle.records if record[RANK] == kind)
    if target.staff_opened == "wait" and opened[AUTHOR_ROLE] in STAFF:
        message = next((record for record in cycle.records if record[RANK] == _MESSAGE), None)
        if message is None:
            return None
        opened = message
    at = opened[RECEIVED_AT] if starts == "detected" else opened[OCCURRED_AT]
    return Start(at, opened[EVENT_ID])


def _first(records: Iterable[Record]) -> Start | None:
    return next(map(_start, records), None)


def _answer_of(cycle: Cycle, target: Target, start: Start) -> Record | None:
    stops = target.stops
    found: Iterable[Record] = cycle.replies
    if not isinstance(stops, str):
        found = (one for one in cycle.records if TYPES[one[RANK]] in stops and _may_answer(one))
    elif stops == "substantive_reply":
        found = cycle.substantive_replies
    elif stops == "final_reply":
        closed = cycle.closed_at
        if closed is None:
            return None
        found = (reply for reply in reversed(cycle.replies) if reply[OCCURRED_AT] <= closed)
    for record in found:
        if record[OCCURRED_AT] >= start.at and record[EVENT_ID] != start.cause:
            return record
    return None


def _may_answer(record: Record) -> bool:
    return record[RANK] not in _BY_OFFICIALS or record[AUTHOR_ROLE] in (None, "official")


def _needs_review(cycle: Cycle, start: Start, last: Record | None) -> bool:
    """Return whether a reply that was not judged may be the answer.

    Only replies from the start on and before the event ``last`` can be the answer.
    """
    start = start.first or start
    for reply in cycle.not_judged:
        if last is not None and order_of(reply) >= order_of(last):
            break
        if reply[OCCURRED_AT] >= start.at and reply[EVENT_ID] != start.cause:
            return True
    return False


def _after_transfers(measurement: Measurement, start: Start, answer: Record | None) -> Start:
    """Return the start of the clock after the transfers that came before the answer.

    With ``on_transfer="resume"``, the intervals in which other agencies had the appeal are cut out.
    """
    appeal, cycle = measurement.appeal, measurement.cycle
    turns: list[tuple[Start, str | None]] = [(start, cycle.holder_before)]
    for record in cycle.records:
        if answer is not None and order_of(record) >= order_of(answer):
            break
        named = appeal.new_holder(record)
        begun, holder = turns[-1]
        if record[RANK] == _TRANSFERRED and record[OCCURRED_AT] > begun.at:
            turns.append((_start(record), named or holder))
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


def _answered_or_withdrawn(
    measurement: Measurement, start: Start, answer: Record | None, before: Clock | None = None
) -> Clock:
    """Return the clock of an appeal that the citizen deleted."""
    deleted = measurement.cycle.deleted
    if deleted is None or (answer is not None and order_of(answer) <= order_of(deleted)):
        return _clock(measurement, start, answer, before)
    withdrawn_at = max(deleted[OCCURRED_AT], start.at)
    withdrawn = _clock(measurement, start, None, before, withdrawn_at)
    if withdrawn.ended_at is None:  # deleted after the limit
        return _clock(measurement, start, answer, before)
    if withdrawn.bounds is None or withdrawn_at <= withdrawn.bounds.earliest.limit:
        return withdrawn
    return with_others(withdrawn, [_clock(measurement, start, answer, before)])


def _clock(
    measurement: Measurement,
    start: Start,
    answer: Record | None,
    before: Clock | None = None,
    withdrawn_at: datetime | None = None,
) -> Clock:
    """Return the clock with an answer or a withdrawal.

    If ``before`` is equal to this clock, ``before`` itself is returned.
    """
    cycle, target, schedule = measurement.cycle, measurement.target, measurement.schedule
    started_at, excluded_at = start.at, measurement.appeal.excluded_at
    answered_at = None if answer is None else answer[OCCURRED_AT]
    evidence = (start.cause,) if answer is None else (start.cause, answer[EVENT_ID])
    needs_review = (
        target.stops == "substantive_reply"
        and bool(cycle.not_judged)
        and _needs_review(cycle, start, answer if withdrawn_at is None else cycle.deleted)
    )
    pauses, certain, paused_time = _NO_PAUSES, None, None
    if start.cut_out or (target.pauses and cycle.pauses):
        pauses, certain, paused_time = _pauses(measurement, start, answered_at or withdrawn_at)
    closed, open_pause = pauses
    due = limit = warn = bounds = None
    if (
        before is not None
        and before.started_at == started_at
        and before.pauses == closed
        and before.open_pause == open_pause
        and before.schedule is schedule
        and (
            certain is None
            if before.bounds is None
            else before.bounds.pauses == (certain or pauses)
        )
        and not before.others
    ):
        if (
            before.target is target
            and before.answered_at == answered_at
            and before.withdrawn_at == withdrawn_at
            and before.excluded_at == excluded_at
            and before.needs_review == needs_review
            and before.applies_since == measurement.applies_since
            and before.evidence == evidence
        ):
            return before
        due, limit, warn, bounds = before.due_at, before.limit, before.warn_at, before.bounds
    else:
        if certain is None:
            try:
                due, limit, warn = times_of(target, schedule, started_at, pauses, paused_time)
            except CalendarCoverageError:
                certain = pauses
        if certain is not None:
            bounds = bounds_of(target, schedule, started_at, certain, pauses)
            due, limit, warn = bounds.shared()
    return new_clock(
        target,
        schedule,
        cycle.number,
        started_at,
        answered_at,
        withdrawn_at,
        excluded_at,
        closed,
        open_pause,
        due,
        limit,
        warn,
        bounds,
        False,  # noqa: FBT003 - provisional
        needs_review,
        evidence,
        measurement.applies_since,
        (),
    )


def _pauses(
    measurement: Measurement, start: Start, end: datetime | None
) -> tuple[ClockPauses, ClockPauses | None, PausedTime | None]:
    """Return the possible pauses, the certain pauses, and the PausedTime of a clock.

    Possible pauses occur in at least one completion of the calendar, certain pauses in every
    completion. The certain pauses are None if no pause depends on an uncertain date. The PausedTime
    is None if it cannot be used.
    """
    cycle, target, schedule = measurement.cycle, measurement.target, measurement.schedule
    started_at, cut_out = start.at, start.cut_out
    if not (target.pauses and cycle.pauses):
        return within((), None, started_at, end, cut_out), None, None
    try:
        line = cycle.pause_line(target.pause_cap, schedule)
    except CalendarCoverageError:
        cap = target.pause_cap
        assert cap is not None  # noqa: S101 - only a cap depends on the calendar
        certain, pauses = pause_bounds(cycle.pauses, cap, schedule, started_at, end, cut_out)
        return pauses, certain, None
    pauses = line.within(started_at, end, cut_out)
    usable = pauses.closed and not cut_out
    return pauses, None, line.paused_time(schedule, started_at) if usable else None

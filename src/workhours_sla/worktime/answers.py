"""The answers of the verbs from a timeline, without the fast path and for known dates only."""

from __future__ import annotations

from datetime import datetime, timedelta

from workhours_sla.worktime.amounts import check_budget
from workhours_sla.worktime.pauses import Pauses, moments_of, paused_before_answer, paused_between
from workhours_sla.worktime.timeline import CompiledTime, Timeline
from workhours_sla.worktime.times import TICK, datetime_in, moment_of


def elapsed(time: CompiledTime, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    """Return the working time between two instants without that of the pauses."""
    a, b = moment_of(start), moment_of(end)
    line = time.line_at(a)
    if not line.knows(b):
        (time.refuse_after if b > a else time.refuse_before)(line, "the span")
    paused = paused_between(line.worked, a, b, moments_of(pauses))
    return line.worked(b) - line.worked(a) - paused


def answer(
    time: CompiledTime, start: datetime, budget: timedelta, pauses: Pauses, *, limit: bool
) -> datetime:
    """Return the due time of a budget, or its limit."""
    check_budget(budget)
    moment = moment_of(start)
    line = time.line_at(moment)
    spans = moments_of(pauses)
    if not (budget or limit):
        return start
    paused = paused_before_answer(line.worked, moment, budget, spans, limit=limit, knows=line.knows)
    found = None
    if paused is not None:
        worked = line.worked(moment) + budget + paused
        found = line.latest(worked) if limit else line.earliest(worked)
    if found is None:
        time.refuse_after(line, f"the {'limit' if limit else 'deadline'} of {start}")
    return datetime_in(start.tzinfo, found)


def latest_start(time: CompiledTime, due: datetime, budget: timedelta) -> datetime:
    """Return the latest start whose due time is no later than ``due``."""
    check_budget(budget)
    moment = moment_of(due)
    line = time.line_at(moment)
    if not budget:
        return due
    start = line.latest_before(line.worked(moment) - budget)
    if start is None:
        time.refuse_before(line, f"the latest start for {due}")
    return datetime_in(due.tzinfo, start)


def is_working(time: CompiledTime, when: datetime) -> bool:
    """Return whether an instant is working time."""
    moment = moment_of(when)
    line = time.line_at(moment)
    if not line.knows(moment + TICK):
        time.refuse_after(line, "the instant")
    return bool(line.between(moment, moment + TICK))


def intervals(
    time: CompiledTime, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the intervals of working time between two instants, in the zone of ``start``."""
    a, b = moment_of(start), moment_of(end)
    line = time.line_at(a)
    if b <= a:
        return ()
    if not line.knows(b):
        time.refuse_after(line, "the span")
    zone = start.tzinfo
    return tuple((datetime_in(zone, lo), datetime_in(zone, hi)) for lo, hi in line.between(a, b))


# -- openings and closings -------------------------------------------------------------------


def next_opening(time: CompiledTime, when: datetime) -> datetime:
    """Return the first start of working time after ``when``."""
    moment = moment_of(when)
    line = time.line_at(moment)
    opening = line.edge(moment, opening=True, ahead=True)
    if opening is None:
        time.refuse_after(line, f"the opening after {when}")
    return datetime_in(when.tzinfo, opening)


def next_closing(time: CompiledTime, when: datetime, *, inclusive: bool) -> datetime:
    """Return the first end of working time after ``when``."""
    moment = moment_of(when)
    line = time.line_at(moment)
    # working time does not end at the first known instant if that instant is working time
    if inclusive and (line.knows(moment - TICK) or not line.between(moment, moment + TICK)):
        moment = _just_before(time, line, moment, f"the closing at {when}")
    closing = line.edge(moment, opening=False, ahead=True)
    if closing is None or not line.knows(closing + TICK):
        time.refuse_after(line, f"the closing after {when}")
    return datetime_in(when.tzinfo, closing)


def previous_opening(time: CompiledTime, when: datetime, *, inclusive: bool) -> datetime:
    """Return the last start of working time up to ``when``."""
    moment = moment_of(when)
    line = time.line_at(moment)
    if not inclusive:
        moment = _just_before(time, line, moment, f"the opening before {when}")
    opening = line.edge(moment, opening=True, ahead=False)
    if opening is None or not line.knows(opening - TICK):
        time.refuse_before(line, f"the opening before {when}")
    # working time does not start at the last known instant if it continues until then
    if not (line.knows(moment + TICK) or line.between(moment - TICK, moment)):
        time.refuse_after(line, f"the opening at {when}")
    return datetime_in(when.tzinfo, opening)


def previous_closing(time: CompiledTime, when: datetime, *, inclusive: bool) -> datetime:
    """Return the last end of working time up to ``when``."""
    moment = moment_of(when)
    line = time.line_at(moment)
    if not inclusive:
        moment = _just_before(time, line, moment, f"the closing before {when}")
    closing = line.edge(moment, opening=False, ahead=False)
    if closing is not None and not line.knows(closing + TICK):
        time.refuse_after(line, f"the closing at {when}")
    if closing is None:
        time.refuse_before(line, f"the closing before {when}")
    return datetime_in(when.tzinfo, closing)


def _just_before(time: CompiledTime, line: Timeline, moment: timedelta, answer: str) -> timedelta:
    if not line.knows(moment - TICK):
        time.refuse_before(line, answer)
    return moment - TICK

"""The answers of the verbs from a timeline, without the fast path and for known dates only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from workhours_sla.text.amounts import check_budget
from workhours_sla.worktime.pauses import Pauses, moments_of, paused_before_answer, paused_between
from workhours_sla.worktime.timeline import CompiledTime
from workhours_sla.worktime.times import TICK, datetime_in, moment_of


class Compiled(Protocol):
    """Working time with its timelines."""

    compiled: CompiledTime


def elapsed(working: Compiled, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    """Return the working time between two instants, less the working time within pauses."""
    a, b = moment_of(start), moment_of(end)
    line = working.compiled.line_at(a)
    if not line.knows(b):
        (working.compiled.refuse_after if b > a else working.compiled.refuse_before)(
            line, "the span"
        )
    paused = paused_between(line.worked, a, b, moments_of(pauses))
    return line.worked(b) - line.worked(a) - paused


def answer(
    working: Compiled, start: datetime, budget: timedelta, pauses: Pauses, *, limit: bool
) -> datetime:
    check_budget(budget)
    moment = moment_of(start)
    line = working.compiled.line_at(moment)
    spans = moments_of(pauses)
    if not (budget or limit):
        return start
    paused = paused_before_answer(line.worked, moment, budget, spans, limit=limit, knows=line.knows)
    found = None
    if paused is not None:
        worked = line.worked(moment) + budget + paused
        found = line.latest(worked) if limit else line.earliest(worked)
    if found is None:
        working.compiled.refuse_after(line, f"the {'limit' if limit else 'deadline'} of {start}")
    return datetime_in(start.tzinfo, found)


def latest_start(working: Compiled, due: datetime, budget: timedelta) -> datetime:
    """Return the latest start whose due time is no later than ``due``."""
    check_budget(budget)
    moment = moment_of(due)
    line = working.compiled.line_at(moment)
    if not budget:
        return due
    start = line.latest_before(line.worked(moment) - budget)
    if start is None:
        working.compiled.refuse_before(line, f"the latest start for {due}")
    return datetime_in(due.tzinfo, start)


def is_working(working: Compiled, when: datetime) -> bool:
    """Return whether an instant is working time."""
    moment = moment_of(when)
    line = working.compiled.line_at(moment)
    if not line.knows(moment + TICK):
        working.compiled.refuse_after(line, "the instant")
    return bool(line.between(moment, moment + TICK))


def intervals(
    working: Compiled, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the intervals of working time between two instants, in the zone of ``start``."""
    a, b = moment_of(start), moment_of(end)
    line = working.compiled.line_at(a)
    if b <= a:
        return ()
    if not line.knows(b):
        working.compiled.refuse_after(line, "the span")
    zone = start.tzinfo
    return tuple((datetime_in(zone, lo), datetime_in(zone, hi)) for lo, hi in line.between(a, b))


def edge(
    working: Compiled, when: datetime, *, opening: bool, ahead: bool, inclusive: bool
) -> datetime:
    """Return the opening or closing next to ``when``, ahead of it or back from it."""
    moment = moment_of(when)
    line = working.compiled.line_at(moment)
    refuse_before, refuse_after = working.compiled.refuse_before, working.compiled.refuse_after
    what = "the opening" if opening else "the closing"
    beyond, at = f"{what} {'after' if ahead else 'before'} {when}", f"{what} at {when}"
    # working time does not end at the first known instant if that instant is working time
    starts = ahead and not line.knows(moment - TICK) and line.between(moment, moment + TICK)
    if ahead == inclusive and not starts:
        if not line.knows(moment - TICK):
            refuse_before(line, at if ahead else beyond)
        moment -= TICK
    found = line.edge(moment, opening=opening, ahead=ahead)
    if found is not None and not opening and not line.knows(found + TICK):
        refuse_after(line, beyond if ahead else at)
    if found is not None and opening and not ahead and not line.knows(found - TICK):
        found = None
    if found is None:
        (refuse_after if ahead else refuse_before)(line, beyond)
    # working time does not start at the last known instant if it continues until then
    if opening and not (ahead or line.knows(moment + TICK) or line.between(moment - TICK, moment)):
        refuse_after(line, at)
    return datetime_in(when.tzinfo, found)

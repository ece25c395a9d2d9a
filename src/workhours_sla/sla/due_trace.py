"""Explain the due time of an outcome day by day."""

from __future__ import annotations

from datetime import timedelta

from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budget_kinds import ClockTime
from workhours_sla.worktime.explain import Trace


def due_trace(outcome: Outcome, target: Target) -> Trace | None:
    """Return the trace from the start of an outcome to its due time, in the target's schedule.

    Return None if the due time is unknown, and if one schedule does not explain it: it may depend
    on the working hours of several holders, or on a pause that is still open.
    """
    schedule = target.schedule_for(outcome)
    if outcome.due_at is None or schedule is None:
        return None
    budget = outcome.budget
    try:
        found = schedule.explain(
            outcome.started_at or outcome.posted_at,
            budget if isinstance(budget, timedelta | ClockTime) else outcome.due_at,
            pauses=outcome.pauses,
            provisional=outcome.provisional,
        )
    except CalendarCoverageError:
        return None
    return found if found.end == outcome.due_at else None

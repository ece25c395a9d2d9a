"""Explain the due time of an outcome day by day."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from workhours_sla.errors import BudgetError, CalendarCoverageError
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target
from workhours_sla.worktime.budgets import Budget, ClockTime
from workhours_sla.worktime.explain import Trace


def due_trace(outcome: Outcome, target: Target) -> Trace | None:
    """Return the trace from the start of an outcome to its due time, in the target's schedule.

    Return None if the due time is unknown, and if one schedule does not explain it: it may depend
    on the working hours of several holders, or on a pause that is still open.
    """
    schedule = target.schedule_for(outcome)
    if outcome.due_at is None or schedule is None:
        return None
    start, budget = outcome.started_at or outcome.posted_at, outcome.budget
    untils: list[Budget | datetime] = [budget]
    if not isinstance(budget, timedelta | ClockTime):
        untils.append(outcome.due_at)  # without the numbers of the days that count
    for until in untils:
        with suppress(CalendarCoverageError, BudgetError):
            found = schedule.explain(
                start, until, pauses=outcome.pauses, provisional=outcome.provisional
            )
            if found.end == outcome.due_at:
                return found
    return None

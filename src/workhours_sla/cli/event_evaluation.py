"""Evaluate the events of a command, and say how they were judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workhours_sla.cli.output import echo_note
from workhours_sla.sla.column_events import ColumnEvents
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.policy import Policy


def evaluate_events(
    events: Sequence[Event],
    policy: Policy,
    as_of: datetime,
    *,
    provisional: bool,
    verbose: bool,
) -> Evaluation:
    """Return the evaluation of events, judged as columns where they are columns.

    With ``verbose`` a note says how many appeals were judged one event at a time.
    """
    if not isinstance(events, ColumnEvents):
        if verbose:
            echo_note("judged_by_events")
        return evaluate(events, policy, as_of=as_of, provisional=provisional)
    found = events.judged(policy, as_of=as_of, provisional=provisional)
    if verbose:
        share = f"{100 * found.folded / max(found.appeals, 1):.1f}"
        counts = {"folded": found.folded, "appeals": found.appeals, "share": share}
        echo_note("judged_by_columns", **counts)
    return found.evaluation

"""Evaluate the events of a request, and account for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from workhours_sla.json.outcomes import VERDICTS, holder_data, outcome_data, quarantined_data
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import BreachSpans
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.sent_events import sent_event


def items_of(objects: Sequence[Any], received_at: datetime | None = None) -> list[Event | Fault]:
    """Map JSON objects to events, each at its place, with a Fault in place of what is no event.

    ``received_at`` is for events without a time of receipt.
    """
    mapped = [sent_event(one, place, received_at) for place, one in enumerate(objects)]
    return [one if isinstance(one, Fault) else one[0] for one in mapped]


def evaluated(
    items: Sequence[Event | Fault],
    policy: Policy,
    targets: Sequence[Target],
    as_of: datetime,
    *,
    by_rule: bool,
    explain: bool,
) -> dict[str, Any]:
    """Return ``workhours.evaluation/1`` with the outcomes of some targets.

    With ``by_rule`` dates without an act are decided by rule. With ``explain`` the outcomes of late
    appeals have the agencies that had the appeal.
    """
    events = [one for one in items if isinstance(one, Event)]
    faults = [one for one in items if isinstance(one, Fault)]
    result = evaluate(events, policy, as_of=as_of, provisional=by_rule)
    names = {target.name for target in targets}
    outcomes = [one for one in result.outcomes if one.target in names]
    counts = Counter(outcome.verdict for outcome in outcomes)
    shown = [outcome_data(one) for one in outcomes]
    if explain:
        spans = BreachSpans(events, result.quarantine, targets, as_of)
        for outcome, data in zip(outcomes, shown, strict=True):
            data.update(holder_data(outcome, spans.of(outcome), as_of.tzinfo))
    # copies of one event have one content, and may differ in the time of receipt
    places: dict[tuple[object, ...], int] = {}
    for place, one in enumerate(items):
        if isinstance(one, Event):
            places.setdefault((one.event_id, *one.content), place)
    return {
        "schema": "workhours.evaluation/1",
        "as_of": as_of,
        "policy_version": policy.version,
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "outcomes": shown,
        "unmatched": [one._asdict() for one in result.unmatched if one.target in {None, *names}],
        "rows": {"read": len(items), "mapped": len(events), "quarantined": len(faults)},
        "events": asdict(result.reconciliation),
        "quarantine": [
            *({"index": one.line, "reason": one.reason, "detail": one.detail} for one in faults),
            *(
                {"index": places[event.event_id, *event.content]}
                | quarantined_data(Quarantined(event, reason))
                for event, reason in result.quarantine
            ),
        ],
    }

"""Evaluate the events of a request, and account for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, NamedTuple

from workhours_sla.json.outcomes import (
    VERDICTS,
    holder_data,
    outcome_data,
    quarantined_data,
)
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import BreachSpans
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.sources.rows import Fault
from workhours_sla.sources.sent_events import sent_event

SCHEMA: Final = "workhours.evaluation/1"


class Sent(NamedTuple):
    """The events that a list of JSON objects has, each with its place in the list, from 0.

    ``faults`` are the objects that are no events; ``line`` of a fault is its place.
    """

    read: int
    events: list[Event]
    places: list[int]
    faults: list[Fault]

    @classmethod
    def of(cls, items: Sequence[Any], received_at: datetime | None = None) -> Sent:
        """Map objects to events. ``received_at`` is for events without a time of receipt."""
        found = cls(len(items), [], [], [])
        for place, item in enumerate(items):
            mapped = sent_event(item, place, received_at)
            if isinstance(mapped, Fault):
                found.faults.append(mapped)
            else:
                found.events.extend(mapped)
                found.places.extend([place] * len(mapped))
        return found

    def evaluated(self, policy: Policy, as_of: datetime, *, by_rule: bool) -> Evaluated:
        """Evaluate the events. With ``by_rule`` dates without an act are decided by rule."""
        result = evaluate(self.events, policy, as_of=as_of, provisional=by_rule)
        return Evaluated(self, policy, as_of, result)


class Evaluated(NamedTuple):
    """The evaluation of the events of a request."""

    sent: Sent
    policy: Policy
    as_of: datetime
    result: Evaluation

    def data(self, targets: Sequence[Target], *, explain: bool) -> dict[str, Any]:
        """Return ``workhours.evaluation/1`` with the outcomes of some targets.

        With ``explain`` the outcomes of late appeals have the agencies that had the appeal.
        """
        names = {target.name for target in targets}
        outcomes = [one for one in self.result.outcomes if one.target in names]
        counts = Counter(outcome.verdict for outcome in outcomes)
        zone = self.as_of.tzinfo
        spans = BreachSpans(self.sent.events, self.result.quarantine, targets, self.as_of)
        unmatched = [one for one in self.result.unmatched if one.target in {None, *names}]
        return {
            "schema": SCHEMA,
            "as_of": self.as_of,
            "policy_version": self.policy.version,
            "counts": {verdict: counts[verdict] for verdict in VERDICTS},
            "outcomes": [
                {
                    **outcome_data(one),
                    **(holder_data(one, spans.of(one), zone) if explain else {}),
                }
                for one in outcomes
            ],
            "unmatched": [one._asdict() for one in unmatched],
            **self._account(),
        }

    def _account(self) -> dict[str, Any]:
        """Return what became of each object and each event of the request."""
        sent, result = self.sent, self.result
        # copies of one event have one content, and may differ in the time of receipt
        place_of: dict[tuple[object, ...], int] = {}
        for event, place in zip(sent.events, sent.places, strict=True):
            place_of.setdefault((event.event_id, *event.content), place)
        return {
            "rows": {
                "read": sent.read,
                "mapped": sent.read - len(sent.faults),
                "quarantined": len(sent.faults),
            },
            "events": asdict(result.reconciliation),
            "quarantine": [
                *(
                    {"index": fault.line, "reason": fault.reason, "detail": fault.detail}
                    for fault in sent.faults
                ),
                *(
                    {
                        "index": place_of[event.event_id, *event.content],
                        **quarantined_data(Quarantined(event, reason)),
                    }
                    for event, reason in result.quarantine
                ),
            ],
        }

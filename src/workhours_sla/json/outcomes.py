"""The JSON of an evaluation: its outcomes, its quarantined events, and who had a late appeal.

The shell and the HTTP service give the same JSON. No JSON here depends on the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final

from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.holders import Span, breach_owner
from workhours_sla.sla.outcome import Outcome

VERDICTS: Final = (
    Verdict.BREACHED,
    Verdict.AT_RISK,
    Verdict.PENDING,
    Verdict.PAUSED,
    Verdict.MET,
    Verdict.WITHDRAWN,
    Verdict.EXCLUDED,
)
"""The order in which verdicts are listed and counted."""
_ATTRIBUTES: Final = (
    *("appeal_id", "target", "cycle", "verdict", "agency_id", "district_id", "channel", "topic"),
    *("posted_at", "started_at", "due_at", "limit", "answered_at", "withdrawn_at"),
    *("elapsed", "remaining", "overdue", "needs_review", "calendar_unknown"),
    *("provisional", "retroactive", "pause_left_open"),
)
"""Attributes of an outcome that are keys of its JSON."""
_RENAMED: Final = {"limit": "breaches_after"}
"""JSON keys of attributes that have another name in JSON."""


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    bounds = outcome.bounds
    return {
        **{_RENAMED.get(name, name): getattr(outcome, name) for name in _ATTRIBUTES},
        "bounds": bounds
        and {"due_at": bounds.due_at, "breaches_after": bounds.limit, "elapsed": bounds.elapsed},
    }


def quarantined_data(quarantined: Quarantined) -> dict[str, Any]:
    event, reason = quarantined
    return {
        "event_id": event.event_id,
        "appeal_id": event.appeal_id,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "reason": reason,
    }


def holder_data(outcome: Outcome, spans: Sequence[Span], zone: tzinfo | None) -> dict[str, Any]:
    """Return for JSON the agencies that had a late appeal, an empty mapping without spans."""
    if not spans:
        return {}
    return {
        "holder_at_breach": holder_at_breach(outcome, spans),
        "spans": [
            {
                "holder": span.holder,
                "phase": span.phase,
                "since": span.since.astimezone(zone),
                "until": span.until.astimezone(zone),
                "worked": span.worked,
            }
            for span in spans
        ],
    }


def holder_at_breach(outcome: Outcome, spans: Sequence[Span]) -> str | None:
    return breach_owner(spans, outcome.limit) if spans and outcome.limit is not None else None

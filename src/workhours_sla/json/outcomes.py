"""The JSON of changes, and of an evaluation: outcomes, quarantined events, who had a late appeal.

Sinks write one line for each change. No JSON here depends on the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from workhours_sla.json.strict_json import escape_control_bytes
from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.changes import Change
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.holders import Span, breach_owner
from workhours_sla.sla.outcome import Outcome

SCHEMA: Final = "workhours.change/2"

ChangeLine: Final[Any] = msgspec.defstruct(
    "ChangeLine",
    [("change_id", str), *Change.__annotations__.items()],
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="schema",
    tag=SCHEMA,
)
"""The struct of a JSON line: the id of the change, then the fields of Change in order."""


class _Other(msgspec.Struct, tag_field="schema", tag=""):
    """A struct that matches no change. In a union with ChangeLine it makes ``schema`` required."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ChangeLine | _Other).decode


def change_of(line: Any) -> Change:
    return Change._make(astuple(line)[1:])


def decode_change(text: str | bytes) -> Change:
    return change_of(_decode(text))


def change_to_json(change: Change) -> bytes:
    """Return a change as one line of JSON in UTF-8, without a line ending. Times are in UTC."""
    return escape_control_bytes(_encode(ChangeLine(change.change_id, *change)))


# -- evaluations -------------------------------------------------------------------------------

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

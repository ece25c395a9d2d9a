"""The JSON of appeals: the history of one, and those that are overdue or at risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any, Final, NamedTuple, Self

from starlette.requests import Request

from workhours_sla.adapters.json.outcomes import outcome_data
from workhours_sla.errors import shown
from workhours_sla.service.live import History
from workhours_sla.service.parameters import parameters_of
from workhours_sla.service.problems import refuse
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import FIELD_NAMES
from workhours_sla.sla.outcome import Outcome
from workhours_sla.text.messages import say
from workhours_sla.worktime.times import ZERO

APPEAL: Final = "workhours.appeal/1"
OVERDUE: Final = "workhours.overdue/1"
MOST: Final = 1_000
"""The largest number of appeals in one answer."""
USUAL: Final = 100
_LAST: Final = datetime.max.replace(tzinfo=UTC)
LAST_OFFSET: Final = 1_000_000_000
"""The largest number of outcomes that an answer may leave out."""


def appeal_data(history: History, now: datetime) -> dict[str, Any]:
    """Return ``workhours.appeal/1``: the events, the outcomes, and each outcome's trace."""
    return {
        "schema": APPEAL,
        "appeal_id": history.appeal_id,
        "now": now,
        "events": [
            {name: getattr(event, name) for name in FIELD_NAMES} | {"quarantined": reason}
            for event, reason in history.events
        ],
        "outcomes": [
            {**outcome_data(outcome), "trace": None if trace is None else trace.to_dict()}
            for outcome, trace in history.outcomes
        ],
    }


class Query(NamedTuple):
    """Which of the overdue and at-risk appeals are wanted."""

    agency_id: str | None = None
    target: str | None = None
    limit: int = USUAL
    offset: int = 0

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the query of a request. Raises RefusedRequestError for a wrong parameter."""
        found: dict[str, Any] = dict(parameters_of(request, cls._fields))
        for key, least, most in (("limit", 1, MOST), ("offset", 0, LAST_OFFSET)):
            if key in found:
                found[key] = _count(key, found[key], least, most)
        return cls(**found)

    def admits(self, outcome: Outcome) -> bool:
        """Return whether an outcome passes the filters."""
        return self.agency_id in {None, outcome.agency_id} and self.target in {None, outcome.target}


def overdue_data(outcomes: Iterable[Outcome], now: datetime, query: Query) -> dict[str, Any]:
    """Return ``workhours.overdue/1``: the unanswered outcomes that are overdue or at risk.

    Those that are most overdue come first, then those that are due next. ``next_offset`` is None
    after the last one.
    """
    found: Mapping[Verdict, list[Outcome]] = {Verdict.BREACHED: [], Verdict.AT_RISK: []}
    for one in outcomes:
        if one.verdict in found and one.answered_at is None and query.admits(one):
            found[one.verdict].append(one)
    overdue, at_risk = found.values()
    count, end = len(overdue) + len(at_risk), query.offset + query.limit
    most_overdue = nsmallest(end, overdue, lambda one: (-(one.overdue or ZERO), *_order(one)))
    both = [*most_overdue, *nsmallest(max(0, end - len(overdue)), at_risk, _order)]
    return {
        "schema": OVERDUE,
        "now": now,
        "counts": {"overdue": len(overdue), "at_risk": len(at_risk)},
        "outcomes": [outcome_data(one) for one in both[query.offset : end]],
        "next_offset": end if end < count else None,
    }


def _order(outcome: Outcome) -> tuple[datetime, str, str, int]:
    when = outcome.due_at or outcome.latest_limit or _LAST
    return when, outcome.appeal_id, outcome.target, outcome.cycle


def _count(key: str, text: str, least: int, most: int) -> int:
    value = int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else -1
    if not least <= value <= most:
        facts = {"key": key, "value": shown(text), "least": least, "most": most}
        refuse("invalid-request", say("not_a_count", **facts), key=key)
    return value

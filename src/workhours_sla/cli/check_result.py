"""The result of ``check``, which its text and its JSON share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from workhours_sla.adapters.config.policy import Promises
from workhours_sla.adapters.config.sections import Body
from workhours_sla.cli.input import Rows
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import HolderHistory, Span, breach_owner
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.target import Target

SECTIONS: Final = (
    Verdict.BREACHED,
    Verdict.AT_RISK,
    Verdict.PENDING,
    Verdict.PAUSED,
    Verdict.MET,
    Verdict.WITHDRAWN,
    Verdict.EXCLUDED,
)
"""The order in which verdicts are listed."""


@dataclass
class CheckResult:
    """An evaluation with everything that its output needs.

    ``version`` is that of the policy without ``--warn``; holders are known only if ``explain``.
    """

    result: Evaluation
    rows: Rows
    promises: Promises
    as_of: datetime
    version: str
    lang: str
    explain: bool = field(kw_only=True)
    agencies: Mapping[str, Body] = field(kw_only=True)
    _history: tuple[str, HolderHistory] | None = None
    """Of the appeal whose holders were asked for last."""

    @cached_property
    def targets(self) -> Sequence[Target]:
        """The targets of the policy."""
        return self.promises.policy.targets

    @cached_property
    def _events(self) -> Mapping[str, list[Event]]:
        return _by_appeal(self.rows.events, self.result)

    def name(self, agency_id: str) -> str:
        """Return the name of an agency, by default its id."""
        agency = self.agencies.get(agency_id)
        return agency_id if agency is None else agency.name or agency_id

    def spans(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return who had an overdue appeal, and how long; empty if that is not wanted or known."""
        if not self.explain or not is_breached(outcome):
            return ()
        target = next(target for target in self.targets if target.name == outcome.target)
        if target.on_transfer != "keep":
            return ()
        if self._history is None or self._history[0] != outcome.appeal_id:
            events = self._events[outcome.appeal_id]
            self._history = outcome.appeal_id, HolderHistory(events, self.as_of)
        with suppress(CalendarCoverageError):
            return self._history[1].spans(target, outcome.cycle)
        return ()


def is_breached(outcome: Outcome) -> bool:
    """Whether an outcome is a breach."""
    return outcome.verdict is Verdict.BREACHED


def urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return the key that sorts a section, the most urgent first."""
    remaining = -outcome.overdue if outcome.overdue else outcome.remaining
    latest = datetime.max.replace(tzinfo=UTC)
    return (
        outcome.answered_at is not None,
        timedelta.max if remaining is None else remaining,
        latest if outcome.due_at is None else outcome.due_at.astimezone(UTC),
        outcome.posted_at.astimezone(UTC),
    )


def holder_at_breach(outcome: Outcome, spans: Sequence[Span]) -> str | None:
    """Return the agency that had an appeal when its limit passed."""
    return breach_owner(spans, outcome.limit) if spans and outcome.limit is not None else None


def _by_appeal(events: Sequence[Event], result: Evaluation) -> Mapping[str, list[Event]]:
    """Return the events that count by appeal, each once."""
    quarantined = {event for event, _ in result.quarantine}
    kept: dict[str, Event] = {}
    for event in events:
        known = kept.get(event.event_id)
        is_first = known is None or event.received_at < known.received_at
        if is_first and event not in quarantined:
            kept[event.event_id] = event
    found: dict[str, list[Event]] = {}
    for event in kept.values():
        found.setdefault(event.appeal_id, []).append(event)
    return found

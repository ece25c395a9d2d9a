"""The result of the command ``check``, the basis of its text and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Final

from workhours_sla.adapters.config.policy import Configuration
from workhours_sla.cli.input import Rows
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.errors import CalendarCoverageError
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.event import Event
from workhours_sla.sla.holders import HolderHistory, Span, breach_owner
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import targets_named
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
    """An evaluation and everything else that ``check`` prints.

    ``version`` is the version of the policy without the effect of ``--warn``. The holders of
    appeals are computed only with ``explain``. With ``target``, the evaluation contains only the
    outcomes of the target with this name.
    """

    result: Evaluation
    rows: Rows
    configuration: Configuration
    as_of: datetime
    version: str
    lang: str
    explain: bool = field(kw_only=True)
    target: str | None = field(kw_only=True, default=None)
    _history: tuple[str, HolderHistory] | None = None
    """The id and the holders of the appeal for which ``spans`` was last called."""

    @cached_property
    def targets(self) -> Sequence[Target]:
        """The targets of the policy, or the chosen one."""
        return targets_named(self.configuration.policy, self.target)

    @cached_property
    def agreements(self) -> Sequence[Agreement]:
        """The comparison of each target with the exporting system, empty if it made no claims."""
        if not self.rows.claims:
            return ()
        outcomes, claims = self.result.outcomes, self.rows.claims
        return [compare_claims(outcomes, claims, target.name) for target in self.targets]

    @cached_property
    def _events(self) -> Mapping[str, Mapping[str, Event]]:
        """The events that are not quarantined, keyed by the id of the appeal, then of the event."""
        quarantined = {event for event, _ in self.result.quarantine}
        found: dict[str, dict[str, Event]] = {}
        for event in sorted(self.rows.events, key=attrgetter("received_at")):
            if event not in quarantined:
                found.setdefault(event.appeal_id, {}).setdefault(event.event_id, event)
        return found

    def spans(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return the agencies that had an overdue appeal, and how long each had it.

        The result is empty without ``explain``, and if the holders or their times are unknown.
        """
        if not self.explain or not is_breached(outcome):
            return ()
        target = next(target for target in self.targets if target.name == outcome.target)
        if target.on_transfer != "keep":
            return ()
        if self._history is None or self._history[0] != outcome.appeal_id:
            events = self._events[outcome.appeal_id]
            self._history = outcome.appeal_id, HolderHistory(events.values(), self.as_of)
        with suppress(CalendarCoverageError):
            return self._history[1].spans(target, outcome.cycle)
        return ()


def is_breached(outcome: Outcome) -> bool:
    """Return whether the verdict of an outcome is a breach."""
    return outcome.verdict is Verdict.BREACHED


def urgency(outcome: Outcome) -> tuple[object, ...]:
    """Return a key that sorts outcomes with the same verdict by urgency, the most urgent first."""
    remaining = -outcome.overdue if outcome.overdue else outcome.remaining
    latest = datetime.max.replace(tzinfo=UTC)
    return (
        outcome.answered_at is not None,
        timedelta.max if remaining is None else remaining,
        latest if outcome.due_at is None else outcome.due_at.astimezone(UTC),
        outcome.posted_at.astimezone(UTC),
    )


def holder_at_breach(outcome: Outcome, spans: Sequence[Span]) -> str | None:
    """Return the agency that had an appeal when its limit passed, or None if it is unknown."""
    return breach_owner(spans, outcome.limit) if spans and outcome.limit is not None else None

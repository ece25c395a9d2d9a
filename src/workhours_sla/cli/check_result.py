"""The result of the command ``check``, the basis of its text and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from workhours_sla.cli.input import Rows
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.config.policy import Configuration
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import Evaluation
from workhours_sla.sla.holders import BreachSpans, Span
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import targets_named
from workhours_sla.sla.target import Target


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
    explain: bool = field(kw_only=True)
    target: str | None = field(kw_only=True, default=None)

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
    def _breach_spans(self) -> BreachSpans:
        return BreachSpans(self.rows.events, self.result.quarantine, self.targets, self.as_of)

    def spans(self, outcome: Outcome) -> tuple[Span, ...]:
        """Return the agencies that had an overdue appeal, and how long each had it.

        The result is empty without ``explain``, and if the holders or their times are unknown.
        """
        return self._breach_spans.of(outcome) if self.explain else ()


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

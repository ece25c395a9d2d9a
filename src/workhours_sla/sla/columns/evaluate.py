"""Evaluate columns of events: what is usual as columns, everything else by the exact fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from workhours_sla.sla.columns.appeal_rows import (
    Copies,
    Places,
    copies_of,
    sorted_rows,
    unusual_appeals,
)
from workhours_sla.sla.columns.cycle_facts import CycleFacts
from workhours_sla.sla.columns.event_columns import EventColumns, micros_of
from workhours_sla.sla.columns.judge import Judge, fits_columns
from workhours_sla.sla.columns.outcome_columns import OutcomeColumns
from workhours_sla.sla.evaluate import Evaluation, Judged, Reconciliation, judge
from workhours_sla.sla.event import Event
from workhours_sla.sla.instants import in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import CONDITIONS, Policy, Rule
from workhours_sla.sla.target import ScheduleBy
from workhours_sla.worktime.columns.lookups import Bools


@dataclass(frozen=True, eq=False)
class ColumnEvaluation:
    """The evaluation of columns of events.

    ``columns`` are the outcomes that were judged as columns, and ``rest`` what became of the events
    of all other appeals. ``folded`` counts these other appeals among ``appeals``.
    """

    columns: tuple[OutcomeColumns, ...]
    rest: Judged
    reconciliation: Reconciliation
    appeals: int
    folded: int

    @cached_property
    def evaluation(self) -> Evaluation:
        """The evaluation with an object for each outcome, equal to that of ``evaluate``."""
        return Evaluation(
            tuple(self._outcomes()),
            self.rest.quarantine,
            self.rest.unmatched,
            self.reconciliation,
        )

    def _outcomes(self) -> Iterator[Outcome]:
        """Yield all outcomes, sorted by appeal, then by target and cycle."""
        found: list[tuple[str, int, Outcome]] = []
        for columns in self.columns:
            found += ((one.appeal_id, columns.place, one) for one in columns.outcomes())
        found += ((one.appeal_id, 0, one) for one in self.rest.outcomes)
        found.sort(key=_by_appeal_and_target)
        return (outcome for _, _, outcome in found)


def _by_appeal_and_target(item: tuple[str, int, Outcome]) -> tuple[str, int]:
    return item[:2]


def evaluate_columns(
    events: EventColumns,
    policy: Policy,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    provisional: bool = False,
) -> ColumnEvaluation:
    """Return the evaluation of columns of events, with the values that ``evaluate`` returns.

    The arguments are those of ``evaluate``. Unusual appeals are folded one event at a time:
    those with corrections, conflicting copies of an id, an open pause or uncertain dates.
    """
    as_of = in_utc("as_of", as_of)
    if known_at is not None:
        events = events.taken(events.received_at <= micros_of(in_utc("known_at", known_at)))
    copies = copies_of(events)
    unusual = unusual_appeals(events, copies)
    now = micros_of(as_of)
    judged: list[OutcomeColumns] = []
    if all(fits_columns(target) for target in policy.targets):
        appeal = events.appeal_id.codes[copies.kept]
        kept = copies.kept[(events.occurred_at[copies.kept] <= now) & ~unusual[appeal]]
        rows = sorted_rows(events, kept, unusual)
        one = Judge(CycleFacts(events, rows), copies, now, unusual)
        for rule, cycles in _by_rule(policy, one):
            for place, target in enumerate(rule.targets):
                judged += one.outcomes(target, place, cycles)
    else:
        unusual[:] = True
    columns = tuple(one.taken(~unusual[one.appeal]) for one in judged)
    has_rows = np.zeros(len(unusual), np.bool_)
    has_rows[events.appeal_id.codes] = True
    rest_rows = np.flatnonzero(unusual[events.appeal_id.codes])
    rest = _folded(events.taken(rest_rows).events(), policy, as_of, provisional=provisional)
    return ColumnEvaluation(
        columns,
        rest,
        _reconciled(events, copies, rest_rows, rest, now),
        int(has_rows.sum()),
        int((unusual & has_rows).sum()),
    )


def _by_rule(policy: Policy, judge: Judge) -> Iterator[tuple[Rule, Bools]]:
    """Yield each rule with the cycles of the appeals that it fits.

    Appeals are marked if an attribute changed that selects a rule or a schedule, and appeals that
    no rule fits.
    """
    facts, unusual = judge.facts, judge.unusual
    of_cycle = facts.rows.appeal_of_cycle
    for name in _selecting(policy):
        unusual |= facts.changed(name)
    left = np.ones(facts.rows.cycles, np.bool_)
    codes = {
        name: facts.events.texts[name].codes_of(
            value for rule in policy.rules for value in getattr(rule, condition)
        )
        for condition, name in CONDITIONS.items()
    }
    for rule in policy.rules:
        fits = left.copy()
        for condition, name in CONDITIONS.items():
            values = getattr(rule, condition)
            if values:
                fits &= np.isin(facts.last_text(name), [codes[name][value] for value in values])
        if rule.valid_from is not None:
            fits &= facts.posted_at >= micros_of(in_utc("valid_from", rule.valid_from))
        if rule.valid_until is not None:
            fits &= facts.posted_at < micros_of(in_utc("valid_until", rule.valid_until))
        yield rule, fits
        left &= ~fits
    unusual[of_cycle[left]] = True


def _selecting(policy: Policy) -> Iterator[str]:
    """Yield the attributes that select the rule or the schedule of an appeal."""
    for condition, name in CONDITIONS.items():
        by_schedule = any(
            isinstance(target.schedule, ScheduleBy) and target.schedule.field == name
            for target in policy.targets
        )
        if by_schedule or any(getattr(rule, condition) for rule in policy.rules):
            yield name


def _folded(
    events: Iterable[Event], policy: Policy, as_of: datetime, *, provisional: bool
) -> Judged:
    by_id: dict[str, list[Event]] = {}
    for event in events:
        by_id.setdefault(event.event_id, []).append(event)
    return judge(by_id.values(), policy, as_of, provisional=provisional)


def _reconciled(
    events: EventColumns, copies: Copies, rest_rows: Places, rest: Judged, now: int
) -> Reconciliation:
    """Return how many events were read, applied and so on."""
    is_rest = np.zeros(len(events), np.bool_)
    is_rest[rest_rows] = True
    first = copies.kept
    left_out = ~is_rest[first] & (events.occurred_at[first] > now)
    duplicate = int((~is_rest).sum() - (~is_rest[first]).sum()) + rest.duplicate
    after_as_of = int(left_out.sum()) + len(rest.left_out)
    applied = ~left_out
    not_applied = rest.not_applied()
    of_rest = np.flatnonzero(is_rest[first])
    for place, code in zip(of_rest.tolist(), events.event_id[first[of_rest]].tolist(), strict=True):
        if not_applied and events.ids[code] in not_applied:
            applied[place] = False
    occurred = events.occurred_at[first[applied]]
    newest = np.maximum.accumulate(occurred)
    return Reconciliation(
        read=len(events),
        applied=len(events) - duplicate - len(rest.quarantine) - after_as_of,
        duplicate=duplicate,
        quarantined=len(rest.quarantine),
        after_as_of=after_as_of,
        late=int((occurred < newest).sum()),
    )

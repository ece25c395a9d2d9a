"""Judge the cycles of appeals against one target, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from workhours_sla.sla.clock_builder import STAFF
from workhours_sla.sla.columns.appeal_rows import TRANSFERRED, Copies
from workhours_sla.sla.columns.clock_times import ClockTimes, RowPauses, has_columns
from workhours_sla.sla.columns.cycle_facts import NEVER, CycleFacts
from workhours_sla.sla.columns.event_columns import NONE
from workhours_sla.sla.columns.outcome_columns import (
    AT_RISK,
    BREACHED,
    EXCLUDED,
    MET,
    PENDING,
    SHOWN,
    WITHDRAWN,
    OutcomeColumns,
)
from workhours_sla.sla.event import TYPE_RANK, EventType
from workhours_sla.sla.target import ScheduleBy, Target
from workhours_sla.worktime.columns.lookups import Bools, Ints
from workhours_sla.worktime.schedule import Schedule

_STARTED_BY: Final = {"registered": EventType.REGISTERED, "assigned": EventType.ASSIGNED}


def fits_columns(target: Target) -> bool:
    """Return whether appeals can be judged against a target as columns at all."""
    if target.starts == "interim" or target.stops == "next_reply" or target.pause_cap is not None:
        return False
    kind = _STARTED_BY.get(target.starts)
    if not isinstance(target.stops, str) and kind in target.stops:
        return False
    return has_columns(target.budget, target)


class _Clocks(NamedTuple):
    """The clocks of all cycles against a target, before their times are known.

    ``place`` is the position of the target in its rule, ``answer`` the place of the event that
    answers each cycle, and ``is_deleted`` whether the citizen deleted the appeal before an answer.
    """

    target: Target
    place: int
    started_at: Ints
    answer: Ints
    is_deleted: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Judges cycles as of an instant. ``unusual`` marks appeals, by code, for the exact fold.

    Judging marks more appeals: those whose outcomes these columns cannot express.
    """

    facts: CycleFacts
    copies: Copies
    as_of: int
    unusual: Bools

    def outcomes(self, target: Target, place: int, cycles: Bools) -> Iterator[OutcomeColumns]:
        """Yield the outcomes of a target for some cycles, for each of its schedules.

        ``place`` is the position of the target in its rule.
        """
        self._mark_by_events(target)
        started_at, started = self._starts(target)
        counts = cycles & ~self._unusual_cycles & started & (started_at <= self.as_of)
        facts, by = self.facts, target.schedule
        answer, deleted = facts.answers(target), facts.deleted
        is_deleted = (deleted != NONE) & ((answer == NONE) | (deleted < answer))
        clocks = _Clocks(target, place, started_at, answer, is_deleted)
        if not isinstance(by, ScheduleBy):
            yield self._on_schedule(clocks, by, counts)
            return
        name, texts = facts.last_text(by.field), facts.events.texts[by.field]
        known = np.zeros(len(name), np.bool_)
        codes = texts.codes_of([*by.schedules, None])
        for value, schedule in by.schedules.items():
            own = np.isin(name, [codes[value], codes[value or None]])
            known |= own
            if (counts & own).any():
                yield self._on_schedule(clocks, schedule, counts & own)
        self._mark(cycles & ~known)

    @property
    def _unusual_cycles(self) -> Bools:
        found: Bools = self.unusual[self.facts.rows.appeal_of_cycle]
        return found

    def _mark(self, cycles: Bools) -> None:
        self.unusual[self.facts.rows.appeal_of_cycle[cycles]] = True

    def _mark_by_events(self, target: Target) -> None:
        """Mark the appeals with events whose effect on a clock of the target is not expressed."""
        facts, rows = self.facts, self.facts.rows
        if target.on_reopen == "ignore":
            self.unusual[facts.reopened] = True
        if target.on_transfer != "keep":
            self.unusual[rows.appeal[rows.of_types([TRANSFERRED])]] = True
        if target.staff_opened == "wait":
            role = facts.events.texts["author_role"].taken(rows.row[rows.appeal_at])
            self._mark(role.rows_of(STAFF))

    def _starts(self, target: Target) -> tuple[Ints, Bools]:
        """Return when each cycle's clock starts, and which cycles have a clock.

        Appeals are marked if an event before the start could end or pause the clock.
        """
        facts, rows = self.facts, self.facts.rows
        started_at, started = facts.opened_at, np.ones(rows.cycles, np.bool_)
        if target.starts == "posted":
            return started_at, started
        is_first = rows.number == 0
        matters = facts.first_that_matters(target)
        if target.starts == "detected":
            received_at = self.copies.received_at[rows.row[rows.cycle_at]]
            started_at = np.where(is_first, received_at, started_at)
            self._mark(rows.time_of(matters, NEVER) < started_at)
            return started_at, started
        starting = rows.first_in_cycles(rows.of_types([TYPE_RANK[_STARTED_BY[target.starts]]]))
        started = ~is_first | (starting != NONE)
        started_at = np.where(is_first & started, rows.at[starting], started_at)
        self._mark(is_first & (matters != NONE) & (matters < starting))
        return started_at, started

    def _on_schedule(self, clocks: _Clocks, schedule: Schedule, counts: Bools) -> OutcomeColumns:
        """Return the outcomes of the cycles that count."""
        facts, rows, as_of = self.facts, self.facts.rows, self.as_of
        target, place, started_at, answer, is_deleted = clocks
        answered_at = rows.time_of(answer, NEVER)
        counts, pauses = self._pauses(clocks, counts, answered_at)
        cycles = np.flatnonzero(counts)
        started_at, answered_at = started_at[cycles], answered_at[cycles]
        times = ClockTimes(target, schedule, started_at, pauses)
        deleted_at = np.where(is_deleted, rows.time_of(facts.deleted, NEVER), NEVER)[cycles]
        withdrawn = (deleted_at != NEVER) & (deleted_at <= times.limit)
        ended_at = np.where(withdrawn, deleted_at, answered_at)
        answered_at = np.where(withdrawn, NEVER, answered_at)
        until = np.where(ended_at == NEVER, as_of, ended_at)
        elapsed = times.elapsed(until)
        overdue = times.overdue(elapsed, until)
        verdict = np.full(len(cycles), PENDING, np.int8)
        verdict[as_of >= times.warn_at] = AT_RISK
        verdict[withdrawn] = WITHDRAWN
        verdict[answered_at != NEVER] = MET
        verdict[until > times.limit] = BREACHED
        verdict[facts.excluded[cycles]] = EXCLUDED
        last = np.where(withdrawn, facts.deleted[cycles], answer[cycles])
        needs_review = np.zeros(len(cycles), np.bool_)
        if target.stops == "substantive_reply":
            needs_review = facts.needs_review(cycles, last)
        left_open = facts.pause_left_open[cycles] if target.pauses else needs_review & False
        unknown = np.zeros(rows.cycles, np.bool_)
        unknown[cycles] = times.unknown
        self._mark(unknown)
        return OutcomeColumns(
            target,
            place,
            schedule,
            facts.events.appeal_id.names,
            rows.appeal_of_cycle[cycles],
            rows.number[cycles],
            verdict,
            facts.posted_at[cycles],
            started_at,
            answered_at,
            np.where(verdict == WITHDRAWN, deleted_at, NEVER),
            times.due_at,
            times.limit,
            elapsed,
            overdue,
            needs_review,
            left_open,
            pauses,
            {name: facts.attribute(name).taken(cycles) for name in SHOWN},
        )

    def _pauses(self, clocks: _Clocks, counts: Bools, answered_at: Ints) -> tuple[Bools, RowPauses]:
        """Return which cycles still count, and the pauses of these cycles.

        Appeals are marked if a clock has a pause that goes on, a pause and a deletion, or a pause
        that continues another.
        """
        nothing = np.zeros(0, np.int64)
        if not clocks.target.pauses:
            return counts, RowPauses.of(nothing, nothing, nothing)
        cycle, since, until = self.facts.pauses
        until = np.minimum(until, answered_at[cycle])
        takes_time = counts[cycle] & (since < until)
        cycle, since, until = cycle[takes_time], since[takes_time], until[takes_time]
        unusual = np.zeros(len(counts), np.bool_)
        unusual[cycle[(until == NEVER) | clocks.is_deleted[cycle]]] = True
        continues = (cycle[1:] == cycle[:-1]) & (since[1:] <= until[:-1])
        unusual[cycle[1:][continues]] = True
        self._mark(unusual)
        counts = counts & ~self._unusual_cycles
        kept = counts[cycle]
        number = np.cumsum(counts) - 1
        return counts, RowPauses.of(number[cycle[kept]], since[kept], until[kept])

"""What happened in each cycle: its replies, its pauses, and its deletion."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import NamedTuple

import numpy as np

from workhours_sla.sla.columns.appeal_rows import (
    CLOSED,
    DELETED,
    DUPLICATE_OF,
    PAUSED,
    REPLIED,
    RESUMED,
    REVIEW,
    TRANSFERRED,
    AppealRows,
    Places,
    official,
    starts_of_runs,
)
from workhours_sla.sla.columns.event_columns import NONE, Coded, EventColumns
from workhours_sla.sla.event import TYPE_RANK, EventType
from workhours_sla.sla.target import Target
from workhours_sla.worktime.columns.lookups import MAX, Bools, Ints

NEVER = MAX
"""An instant that never comes, in microseconds."""
_BEGINNING = -MAX
_BY_OFFICIALS = frozenset({EventType.REPLIED, EventType.CLOSED})


class PauseRows(NamedTuple):
    """Pauses, sorted by cycle and then by time: the cycle, the beginning and the end of each.

    The end of a pause that nothing has ended is ``NEVER``.
    """

    cycle: Ints
    since: Ints
    until: Ints

    def taken(self, rows: Bools) -> PauseRows:
        """Return some of the pauses."""
        return PauseRows(self.cycle[rows], self.since[rows], self.until[rows])


class CycleFacts:
    """What happened in each cycle, without any target. Places and instants are those of ``rows``.

    A fact is computed when it is first asked for.
    """

    def __init__(self, events: EventColumns, rows: AppealRows) -> None:
        self.events = events
        self.rows = rows
        self._last_texts: dict[str, Ints] = {}

    @cached_property
    def opened_at(self) -> Ints:
        """When each cycle began: with the creation or a reopening."""
        return self.rows.at[self.rows.cycle_at]

    @cached_property
    def posted_at(self) -> Ints:
        """When the appeal of each cycle was created."""
        return self.rows.at[self.rows.appeal_at]

    @cached_property
    def deleted(self) -> Ints:
        """The place of the first deletion by the citizen in each cycle, or ``NONE``."""
        rows = self.rows
        places = rows.of_types([DELETED])
        role = self.events.texts["author_role"].taken(rows.row[places])
        return rows.first_in_cycles(places[role.rows_of(["citizen"])])

    @cached_property
    def excluded(self) -> Bools:
        """Which cycles belong to an appeal that is a duplicate of another one."""
        appeal = self.rows.appeal
        found = np.zeros(len(self.events.appeal_id.names), np.bool_)
        found[appeal[self.rows.of_types([DUPLICATE_OF])]] = True
        return found[self.rows.appeal_of_cycle]

    @cached_property
    def reopened(self) -> Bools:
        """Which appeals, by code, have more than one cycle."""
        found = np.zeros(len(self.events.appeal_id.names), np.bool_)
        found[self.rows.appeal_of_cycle[self.rows.number > 0]] = True
        return found

    def attribute(self, name: str) -> Coded:
        """Return an attribute of the appeal of each cycle: the last value that was given."""
        return Coded(self.last_text(name), self.events.texts[name].names)

    def last_text(self, name: str) -> Ints:
        """Return the codes of ``attribute``. They are computed once."""
        known = self._last_texts.get(name)
        if known is None:
            known = self._last_texts[name] = self._last_text(name)
        return known

    def _last_text(self, name: str) -> Ints:
        rows = self.rows
        codes = self.events.texts[name].codes[rows.row]
        given = np.flatnonzero(codes != NONE)
        ends = np.searchsorted(rows.appeal[given], rows.appeal_of_cycle, "right") - 1
        last = given[ends] if len(given) else np.zeros(rows.cycles, np.intp)
        is_own = (ends >= 0) & (rows.appeal[last] == rows.appeal_of_cycle)
        return np.where(is_own, codes[last], NONE)

    def changed(self, name: str) -> Bools:
        """Return the appeals, by code, whose attribute is not the same from the creation on."""
        rows = self.rows
        codes = self.events.texts[name].codes[rows.row]
        begins = np.flatnonzero(starts_of_runs(rows.appeal))
        of_creation = np.repeat(codes[begins], np.diff(np.append(begins, len(codes))))
        found = np.zeros(len(self.events.appeal_id.names), np.bool_)
        found[rows.appeal[(codes != NONE) & (codes != of_creation)]] = True
        return found

    # -- answers -----------------------------------------------------------------------------

    def answers(self, target: Target) -> Ints:
        """Return the place of the event that answers each cycle, or ``NONE``.

        The clock must start before all events that can answer it.
        """
        stops = target.stops
        if not isinstance(stops, str):
            return self.rows.first_in_cycles(self._may_answer(frozenset(map(EventType, stops))))
        if stops == "first_reply":
            return self.rows.first_in_cycles(self._replies)
        if stops == "substantive_reply":
            return self.rows.first_in_cycles(self._replies[self._judged == 1])
        closed = self.rows.first_in_cycles(self.rows.of_types([CLOSED]))
        closed_at = self.rows.time_of(closed, _BEGINNING)
        in_time = self.rows.at[self._replies] <= closed_at[self.rows.cycle[self._replies]]
        return self.rows.last_in_cycles(self._replies[in_time])

    def needs_review(self, cycles: Places, last: Ints) -> Bools:
        """Return whether a reply before the event ``last`` of each cycle was not judged."""
        not_judged = self.rows.first_in_cycles(self._replies[self._judged == NONE])[cycles]
        found: Bools = (not_judged != NONE) & ((last == NONE) | (not_judged < last))
        return found

    def first_that_matters(self, target: Target) -> Ints:
        """Return the place of the first event of each cycle that can end or pause a clock."""
        kinds = {REPLIED, CLOSED, PAUSED, RESUMED, DELETED}
        if not isinstance(target.stops, str):
            kinds |= {TYPE_RANK[EventType(kind)] for kind in target.stops}
        return self.rows.first_in_cycles(self.rows.of_types(sorted(kinds)))

    @cached_property
    def _replies(self) -> Places:
        """The replies by officials or unknown authors."""
        return official(self.events, self.rows, self.rows.of_types([REPLIED]))

    @cached_property
    def _judged(self) -> Ints:
        """For each reply whether the last review, or else the reply itself, calls it substantive.

        The values are those of ``EventColumns.substantive``.
        """
        events, rows, replies = self.events, self.rows, self._replies
        judged = events.substantive[rows.row[replies]].astype(np.int64)
        reviews = rows.of_types([REVIEW])
        verdict = events.substantive[rows.row[reviews]]
        reviews, verdict = reviews[verdict != NONE], verdict[verdict != NONE]
        if not len(reviews) or not len(replies):
            return judged
        number_of_id = np.full(len(events.ids) + 1, NONE, np.int64)  # NONE selects the last item
        number_of_id[events.event_id[rows.row[replies]]] = np.arange(len(replies))
        named = events.refers_to[rows.row[reviews]]
        before = np.searchsorted(replies, reviews) - 1
        about = np.where(named == NONE, before, number_of_id[named])
        is_own = (about >= 0) & (rows.appeal[replies[about]] == rows.appeal[reviews])
        judged[about[is_own]] = verdict[is_own]  # reviews are in order, so the last one counts
        return judged

    def _may_answer(self, stops: AbstractSet[EventType]) -> Places:
        """Return the events of some types that may answer."""
        by_officials = [TYPE_RANK[kind] for kind in stops & _BY_OFFICIALS]
        by_anyone = [TYPE_RANK[kind] for kind in stops - _BY_OFFICIALS]
        places = official(self.events, self.rows, self.rows.of_types(by_officials))
        return np.sort(np.concatenate([places, self.rows.of_types(by_anyone)]))

    # -- pauses ------------------------------------------------------------------------------

    @cached_property
    def pauses(self) -> PauseRows:
        """The pauses of all cycles: from the first ``paused`` of a run to the next ``resumed``."""
        rows = self.rows
        places = rows.of_types([PAUSED, RESUMED])
        cycle, pauses = rows.cycle[places], rows.type[places] == PAUSED
        was_paused = np.zeros(len(places), np.bool_)
        was_paused[1:] = pauses[:-1]
        was_paused &= ~starts_of_runs(cycle)
        begins, ends = places[pauses & ~was_paused], places[~pauses & was_paused]
        of_cycle = rows.cycle[begins]
        number = np.searchsorted(ends, begins)
        has_end = number < len(ends)
        end = ends[np.minimum(number, len(ends) - 1)] if len(ends) else begins
        has_end &= rows.cycle[end] == of_cycle
        return PauseRows(of_cycle, rows.at[begins], np.where(has_end, rows.at[end], NEVER))

    @cached_property
    def pause_left_open(self) -> Bools:
        """Which cycles have a pause that never ended although later events show work on it."""
        open_since = np.full(self.rows.cycles, NEVER)
        is_open = self.pauses.until == NEVER
        open_since[self.pauses.cycle[is_open]] = self.pauses.since[is_open]
        work = official(self.events, self.rows, self.rows.of_types([REPLIED, CLOSED]))
        work = np.sort(np.concatenate([work, self.rows.of_types([TRANSFERRED])]))
        worked = self.rows.time_of(self.rows.last_in_cycles(work), _BEGINNING)
        return worked > open_since

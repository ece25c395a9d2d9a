"""Find the copies of each event, and sort the events into appeals and cycles.

An appeal with anything that these columns cannot express is marked as unusual: its events must be
folded one at a time. It is always right to mark an appeal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workhours_sla.sla.columns.event_columns import MICROSECOND, NONE, EventColumns
from workhours_sla.sla.event import ALLOWED_SKEW, TYPE_RANK, EventType
from workhours_sla.worktime.columns.lookups import Bools, Ints

Places = NDArray[np.intp]

CREATED, REPLIED, REVIEW = (
    TYPE_RANK[kind] for kind in (EventType.CREATED, EventType.REPLIED, EventType.REVIEW)
)
CLOSED, REOPENED, CORRECTED = (
    TYPE_RANK[kind] for kind in (EventType.CLOSED, EventType.REOPENED, EventType.CORRECTED)
)
DELETED, RESTORED, DUPLICATE_OF = (
    TYPE_RANK[kind] for kind in (EventType.DELETED, EventType.RESTORED, EventType.DUPLICATE_OF)
)
PAUSED, RESUMED, TRANSFERRED = (
    TYPE_RANK[kind] for kind in (EventType.PAUSED, EventType.RESUMED, EventType.TRANSFERRED)
)
_TYPE_BITS: Final = 4
_KEY_BITS: Final = 63


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """The copies of each event id.

    ``first`` has for each code of an id the number of its first row, or ``NONE``. ``kept`` are the
    rows that represent their id, in the order in which they were read. ``received_at`` has for each
    of these rows the first receipt of its id. ``conflicting`` are rows of ids whose copies differ,
    at least one in each appeal that has such a copy.
    """

    first: Ints
    kept: Places
    received_at: Ints
    conflicting: Places


def copies_of(events: EventColumns) -> Copies:
    """Return the copies of each event id."""
    codes, rows = events.event_id, np.arange(len(events))
    first = np.full(len(events.ids), NONE, np.int64)
    first[codes[::-1]] = rows[::-1]
    is_first = first[codes] == rows
    if is_first.all():
        return Copies(first, rows, events.received_at, rows[:0])
    again = np.flatnonzero(~is_first)
    base = first[codes[again]]
    same = np.ones(len(again), np.bool_)
    for column in events.content():
        same &= column[again] == column[base]
    received_at = events.received_at.copy()
    np.minimum.at(received_at, base, events.received_at[again])
    conflicting = np.concatenate([again[~same], base[~same]])
    return Copies(first, np.flatnonzero(is_first), received_at, conflicting)


def unusual_appeals(events: EventColumns, copies: Copies) -> Bools:
    """Return the appeals, by code, that a column of their events cannot express.

    These are appeals with conflicting copies of an id, with an event in the future, with a
    restoration, or with a correction of another event.
    """
    appeal, kind = events.appeal_id.codes, events.type
    found = np.zeros(len(events.appeal_id.names), np.bool_)
    skew = ALLOWED_SKEW // MICROSECOND
    found[appeal[copies.conflicting]] = True
    found[appeal[events.occurred_at - events.received_at > skew]] = True
    found[appeal[kind == RESTORED]] = True
    found[appeal[(kind == CORRECTED) & (events.refers_to != NONE)]] = True
    return found


@dataclass(frozen=True, slots=True, eq=False)
class AppealRows:
    """The events that count, sorted by appeal and then in order, with the cycles of the appeals.

    ``row`` is the number of each event among all events; ``appeal``, ``type`` and ``at`` are its
    values, and ``cycle`` is the number of its cycle among all cycles. ``cycle_at`` has the place of
    the first event of each cycle, ``appeal_at`` the place of the first event of the appeal of each
    cycle, and ``number`` the number of the cycle within its appeal.
    """

    row: Places
    appeal: Ints
    type: NDArray[np.int8]
    at: Ints
    cycle: Ints
    cycle_at: Places
    appeal_at: Places
    number: Ints

    @property
    def cycles(self) -> int:
        """The number of cycles of all appeals."""
        return self.cycle_at.size

    @property
    def appeal_of_cycle(self) -> Ints:
        """The code of the appeal of each cycle."""
        return self.appeal[self.cycle_at]

    def of_types(self, types: Sequence[int]) -> Places:
        """Return the places of the events of some types."""
        wanted = np.zeros(len(TYPE_RANK), np.bool_)
        wanted[list(types)] = True
        return np.flatnonzero(wanted[self.type])

    def first_in_cycles(self, places: Places) -> Ints:
        """Return for each cycle the first of some places, or ``NONE``."""
        found = np.full(self.cycles, NONE, np.int64)
        firsts = places[starts_of_runs(self.cycle[places])]
        found[self.cycle[firsts]] = firsts
        return found

    def last_in_cycles(self, places: Places) -> Ints:
        """Return for each cycle the last of some places, or ``NONE``."""
        found = np.full(self.cycles, NONE, np.int64)
        ends = np.ones(len(places), np.bool_)
        ends[:-1] = starts_of_runs(self.cycle[places])[1:]
        lasts = places[ends]
        found[self.cycle[lasts]] = lasts
        return found

    def time_of(self, places: Ints, missing: int) -> Ints:
        """Return the instants of some places, and ``missing`` where the place is ``NONE``."""
        return np.where(places == NONE, missing, self.at[places])


def sorted_rows(events: EventColumns, kept: Places, unusual: Bools) -> AppealRows:
    """Return the events in ``kept``, sorted into appeals and cycles.

    Appeals are added to ``unusual`` if two events have the same time and type, if the first event
    is no creation, or if an appeal was reopened without a reply or a closing before.
    """
    order, tied = _in_order(events, kept)
    appeal = events.appeal_id.codes[order]
    unusual[appeal[tied]] = True
    kind, at = events.type[order], events.occurred_at[order]
    begins = starts_of_runs(appeal)
    unusual[appeal[begins & (kind != CREATED)]] = True
    cycle_begins = begins | (kind == REOPENED)
    cycle = np.cumsum(cycle_begins) - 1
    cycle_at = np.flatnonzero(cycle_begins)
    first_cycle = np.flatnonzero(begins[cycle_at])
    of_appeal = np.cumsum(begins[cycle_at]) - 1
    rows = AppealRows(
        order,
        appeal,
        kind,
        at,
        cycle,
        cycle_at,
        cycle_at[first_cycle][of_appeal],
        np.arange(len(cycle_at)) - first_cycle[of_appeal],
    )
    before = np.flatnonzero(rows.number > 0) - 1
    can_reopen = np.zeros(rows.cycles, np.bool_)
    can_reopen[cycle[official(events, rows, rows.of_types([REPLIED]))]] = True
    can_reopen[cycle[rows.of_types([CLOSED])]] = True
    unusual[rows.appeal_of_cycle[before[~can_reopen[before]]]] = True
    return rows


def official(events: EventColumns, rows: AppealRows, places: Places) -> Places:
    """Return those of some places whose author is an official or unknown."""
    role = events.texts["author_role"].taken(rows.row[places])
    found: Places = places[role.rows_of([None, "official"])]
    return found


def starts_of_runs(values: NDArray[Any]) -> Bools:
    """Return a mask of the first of each run of equal values."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _in_order(events: EventColumns, kept: Places) -> tuple[Places, Places]:
    """Return rows sorted by appeal, time and type, and the places of those that equal the next."""
    appeal, kind, at = events.appeal_id.codes[kept], events.type[kept], events.occurred_at[kept]
    if not len(kept):
        return kept, kept
    earliest = int(at.min())
    span = int(at.max()) - earliest
    scale = 1 if (at % 1_000_000).any() else 1_000_000
    bits = (span // scale + 1).bit_length()
    if bits + len(events.appeal_id.names).bit_length() + _TYPE_BITS <= _KEY_BITS:
        passed = (at - earliest) // scale if scale > 1 else at - earliest
        key = (((appeal << bits) | passed) << _TYPE_BITS) | kind
        order = np.argsort(key)
        key = key[order]
        return kept[order], np.flatnonzero(key[1:] == key[:-1])
    order = np.lexsort((kind, at, appeal))
    tied = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in (appeal[order], at[order], kind[order]):
        tied &= column[1:] == column[:-1]
    return kept[order], np.flatnonzero(tied)

"""The state of one appeal in a stream: its events, its clocks, and the reported changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

from workhours_sla.sla.appeal import Appeal, appeal_of
from workhours_sla.sla.clock import Clock
from workhours_sla.sla.corrected_events import is_correction
from workhours_sla.sla.deduplication import StoredEvent
from workhours_sla.sla.earlier_clocks import EarlierClocks
from workhours_sla.sla.emitted_changes import Change, Key, Reported, changes_between
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sla.event_record import (
    EVENT_ID,
    OCCURRED_AT,
    RANK,
    TYPES,
    Record,
    as_list,
    order_of,
    with_item,
)
from workhours_sla.sla.fold import Folded, Unmatched, clocks_of
from workhours_sla.sla.policy import Policy

_CORRECTED = EventType.CORRECTED
_NONE: Final[frozenset[EventType]] = frozenset()
_NO_REASONS: Final[Mapping[str, str | None]] = {}
"""The quarantine reasons of an appeal without quarantined events. Shared; never changed."""
_NO_CLOCKS: Final = EarlierClocks()
"""No earlier clocks. Shared; never changed."""
_CHEAP_TO_FOLD: Final = 64
"""An ended appeal with at most this many events drops its cached results."""

Packed = tuple[Any, ...]
"""An idle appeal: its records, its next change, when it ended, and then keys and Reported states.

Each key is followed by its state. They are not paired in tuples, because the garbage collector
skips a tuple only after it has skipped the tuples within.
"""
PACKED_NEXT_AT: Final = 1
PACKED_ENDED_AT: Final = 2
_FIRST_STATE: Final = 3


class AppealState:
    """The events of one appeal and the reported state of its clocks; mutable, not thread-safe.

    ``add`` and ``remove`` change the events. ``report`` then builds the clocks again that can have
    changed, and returns the changes of the clocks. ``next_at`` is the first instant after the last
    report at which a clock changes without a new event. If all clocks have ended, ``ended_at`` is
    when the last event occurred.
    """

    __slots__ = (
        "_appeal",
        "_clocks",
        "_corrected",
        "_earlier",
        "_new_types",
        "_reasons",
        "_recent",
        "_rejected",
        "_rejected_size",
        "_unmatched",
        "appeal_id",
        "ended_at",
        "next_at",
        "records",
        "reported",
        "timer",
    )

    def __init__(
        self,
        appeal_id: str,
        copies: Sequence[StoredEvent] = (),
        reported: dict[Key, Reported] | None = None,
        next_at: datetime | None = None,
        ended_at: datetime | None = None,
    ) -> None:
        self.appeal_id: str = appeal_id
        self.records: Sequence[Record] = ()
        """The events of the appeal, in order."""
        self.reported: dict[Key, Reported] = reported or {}
        self._clocks: tuple[Clock, ...] | None = None
        self._unmatched: tuple[Unmatched, ...] = ()
        self._recent: tuple[Clock, ...] | None = None
        """The recent clocks of the last report; None if it was about all clocks."""
        self._earlier: EarlierClocks = _NO_CLOCKS
        """All other clocks, if ``_recent`` is not None."""
        self._appeal: Appeal | None = Appeal()
        self._corrected = False
        self._new_types: frozenset[EventType] | None = None
        """The types of the events since the clocks were built; None if all must be built."""
        self._reasons: dict[str, str] | None = None
        """The quarantine reasons in the store, keyed by event id; None if there are none."""
        self._rejected: Sequence[tuple[Record, str]] | None = None
        """The quarantined events of the last call of ``reasons``."""
        self._rejected_size = 0
        if copies:
            self.records = sorted([copy.record for copy in copies], key=order_of)
            self._appeal = None
            self._corrected = any(map(is_correction, self.records))
            for copy in copies:
                if copy.quarantined is not None:
                    self._note_reason(copy.event.event_id, copy.quarantined)
        self.next_at: datetime | None = next_at
        self.timer: datetime | None = next_at
        self.ended_at = ended_at

    def packed(self) -> Packed | None:
        """Return the state of an idle appeal as a plain tuple, None if it should not be packed.

        An idle appeal rarely changes soon, and the garbage collector skips a plain tuple. An
        appeal with many events keeps its clocks instead, since building them again takes long.
        """
        if self._reasons or len(self.records) > _CHEAP_TO_FOLD:
            return None
        states = chain.from_iterable(self.reported.items())
        return tuple(self.records), self.next_at, self.ended_at, *states

    @classmethod
    def unpacked(cls, appeal_id: str, packed: Packed) -> AppealState:
        """Return the appeal that was packed."""
        records, next_at, ended_at, *_ = packed
        reported = reported_states(packed)
        appeal = cls(appeal_id, reported=reported, next_at=next_at, ended_at=ended_at)
        appeal.records, appeal._appeal = records, None
        appeal._corrected = any(map(is_correction, records))
        return appeal

    @property
    def is_empty(self) -> bool:
        """Whether the appeal has no event and no stored state."""
        return not (self.records or self.reported or self.next_at or self.ended_at)

    def add(self, copy: StoredEvent, policy: Policy) -> None:
        """Add an event. Events may be added in any order."""
        if copy.quarantined is not None:  # the reason in a store may be outdated
            self._note_reason(copy.event.event_id, copy.quarantined)
            self._appeal = None
        self.add_record(copy.record, policy)

    def add_record(self, record: Record, policy: Policy) -> None:
        """Add an event that is not quarantined, as a record. Events may be added in any order."""
        appeal, kind, records = self._appeal, TYPES[record[RANK]], self.records
        if kind is _CORRECTED and is_correction(record):
            self._corrected = True
        if records:
            last = records[-1]
            if last[OCCURRED_AT] >= record[OCCURRED_AT] and order_of(last) > order_of(record):
                records = self.records = as_list(records)
                records.insert(bisect_left(records, order_of(record), key=order_of), record)
                self._appeal = self._new_types = None
                return
        self.records = with_item(records, record)
        if appeal is None or self._corrected:
            self._appeal = self._new_types = None
            return
        attributes = appeal.attributes
        appeal.add(record)
        types = self._new_types
        if types is not None and (kind in policy.relevant or appeal.attributes is not attributes):
            self._new_types = types | {kind}

    def _note_reason(self, event_id: str, reason: str) -> None:
        if self._reasons is None:
            self._reasons = {}
        self._reasons[event_id] = reason

    def remove(self, event: Event) -> None:
        """Remove an event that was added before."""
        records = self.records = as_list(self.records)
        del records[bisect_left(records, event.order, key=order_of)]
        if self._reasons is not None:
            self._reasons.pop(event.event_id, None)
        self._appeal = self._new_types = None

    def report(
        self, policy: Policy, watermark: datetime, *, everything: bool = False
    ) -> list[Change]:
        """Return the changes that new events and time have caused since the last report.

        ``everything`` builds and compares every clock. It is needed after a change of the policy or
        of a calendar.
        """
        before = self._clocks
        is_due = self.next_at is not None and self.next_at <= watermark
        if everything:
            before = self._new_types = None
        is_same = before is not None and self._new_types == _NONE
        if is_same and not is_due:
            if self.ended_at is not None:
                self.ended_at = self.records[-1][OCCURRED_AT]
            return []
        folded = self.fold(policy)
        recent = self._recent if is_same else folded.recent
        if before and recent and (self._recent or not is_due) and not self._earlier.has_any(recent):
            folded = self._with_due(folded, before, recent, watermark, is_due=is_due)
        else:
            self._recent, self._earlier, recent = None, _NO_CLOCKS, None
            folded = folded._replace(recent=None)
            before = None if is_due else before
        changes = changes_between(
            self.appeal_id, self.reported, folded, watermark, policy.version, unchanged=before or ()
        )
        if recent is None:
            self.next_at = _next_change(folded.clocks, watermark)
        else:
            self.next_at = _earliest(self._earlier.next_at, _next_change(recent, watermark))
        self.ended_at = self._ended_at(folded) if self.next_at is None else None
        return changes

    def _with_due(
        self,
        folded: Folded,
        before: tuple[Clock, ...],
        recent: tuple[Clock, ...],
        watermark: datetime,
        *,
        is_due: bool,
    ) -> Folded:
        """Return the appeal with its recent clocks, and with the earlier clocks that are due."""
        if self._recent is None:
            self._earlier = EarlierClocks()
        replaced = {(id(clock.target), clock.cycle) for clock in recent}
        last = before if self._recent is None else self._recent
        closed = [one for one in last if (id(one.target), one.cycle) not in replaced]
        due = self._earlier.due(watermark) if is_due else []
        self._recent = recent
        self._earlier.add([*due, *closed], watermark)
        if not is_due:
            return folded._replace(recent=recent)
        places: dict[int, int] = {}
        affected = [*recent, *closed, *due]
        for clock in affected:  # the recent clocks of all targets are in the order of the rule
            places.setdefault(id(clock.target), len(places))
        affected.sort(key=lambda one: (places[id(one.target)], one.cycle))
        return folded._replace(recent=tuple(affected))

    def reasons(self) -> Mapping[str, str | None]:
        """Return the quarantine reasons that have changed since the last call, keyed by event id.

        The reason is None if the event is no longer quarantined.
        """
        assert self._appeal is not None  # noqa: S101 - called after ``report``
        rejected, known = self._appeal.rejected, self._reasons
        if not rejected and not known:
            return _NO_REASONS
        before, size = self._rejected, self._rejected_size
        self._rejected, self._rejected_size = rejected, len(rejected)
        if known is None:
            known = self._reasons = {}
        if rejected and rejected is before:  # the list has only grown
            found = {record[EVENT_ID]: reason for record, reason in rejected[size:]}
            known.update(found)
            return found
        self._reasons = {record[EVENT_ID]: reason for record, reason in rejected}
        return {
            event_id: self._reasons.get(event_id)
            for event_id in known.keys() | self._reasons.keys()
            if known.get(event_id) != self._reasons.get(event_id)
        }

    def drop_results(self) -> None:
        """Drop the cached clocks to save memory, unless building them again would take long."""
        if len(self.records) <= _CHEAP_TO_FOLD:
            self._clocks = self._recent = self._appeal = self._new_types = None

    def fold(self, policy: Policy) -> Folded:
        """Return the appeal and its clocks. The result is cached."""
        if self._appeal is None:
            self._appeal = appeal_of(self.records)
        appeal, clocks = self._appeal, self._clocks
        if clocks is None or self._new_types is None or self._new_types:
            before = None if clocks is None else Folded(appeal, clocks)
            folded = clocks_of(appeal, policy, before, self._new_types)
            self._clocks, self._unmatched = folded.clocks, folded.unmatched
            self._new_types = _NONE
            return folded
        return Folded(appeal, clocks, self._unmatched)

    def resume(self, policy: Policy, watermark: datetime) -> None:
        """Set ``next_at`` and ``ended_at`` after the appeal was restored from a snapshot."""
        folded = self.fold(policy)
        self.next_at = _next_change(folded.clocks, watermark)
        self.ended_at = self._ended_at(folded) if self.next_at is None else None

    def _ended_at(self, folded: Folded) -> datetime | None:
        for clock in folded.clocks:
            if clock.excluded_at is None and clock.answered_at is None and not clock.withdrawn_at:
                return None
        return None if folded.appeal.created is None else self.records[-1][OCCURRED_AT]


def reported_states(packed: Packed) -> dict[Key, Reported]:
    """Return the reported states of the clocks of a packed appeal."""
    return dict(zip(packed[_FIRST_STATE::2], packed[_FIRST_STATE + 1 :: 2], strict=True))


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two instants. None is later than all others."""
    return other if one is None or (other is not None and other < one) else one


def _next_change(clocks: Iterable[Clock], after: datetime) -> datetime | None:
    found = None
    for clock in clocks:
        moment = clock.next_change(after)
        if moment is not None and (found is None or moment < found):
            found = moment
    return found

"""What became of the events of a batch, and the outcomes of the open appeals, for a service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal, NamedTuple

from workhours_sla.sla.evaluate import outcomes_of
from workhours_sla.sla.event import in_utc
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.stores.store_values import Batch
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.source import Committed

State = Literal["applied", "duplicate", "quarantined"]


class Receipt(NamedTuple):
    """What became of one event."""

    event_id: str
    state: State
    reason: str | None = None


class Received(NamedTuple):
    """What a batch did: its changes and counters, and a receipt for each event, in their order."""

    committed: Committed
    receipts: Sequence[Receipt]
    appeal_ids: frozenset[str]


def commit_with_receipts(pipeline: Pipeline, batch: Batch) -> Received:
    """Commit a batch, and return what became of its events."""
    store, events = pipeline.store, batch.events
    with store.lock:
        copies, dropped = store.known(events)
        # the copies change as the batch is committed
        known = {id_: {copy.event.content for copy in found.all} for id_, found in copies.items()}
        ids = {copy.event.appeal_id for found in copies.values() for copy in found.all}
        committed = pipeline.commit(batch)
        after = store.copies(list({event.event_id for event in events}))
    receipts = []
    for event in events:
        contents = known.setdefault(event.event_id, set())
        if event.event_id in dropped.event_ids or event.content in contents:
            receipts.append(Receipt(event.event_id, "duplicate"))
            continue
        contents.add(event.content)
        same = (one for one in after[event.event_id].all if one.event.content == event.content)
        reason = next(same).quarantined
        receipts.append(Receipt(event.event_id, "quarantined" if reason else "applied", reason))
    if not committed.changes and all(one.state == "duplicate" for one in receipts):
        return Received(committed, receipts, frozenset())
    # another copy of an event may count now, and the one before may be of another appeal
    ids |= {one.appeal_id for some in (events, committed.changes) for one in some}
    return Received(committed, receipts, frozenset(ids))


class OpenAppeals:
    """Keeps every appeal in which at least one clock has not ended, with its outcomes; mutable."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._policy: Policy | None = None
        self._watched: list[set[str]] = []
        self._outcomes: dict[str, list[Outcome]] = {}
        self._as_of: datetime | None = None  # None before time has passed
        self.folded: dict[str, Folded] = {}
        """The open appeals with their clocks, which do not depend on the present."""

    def forget(self) -> None:
        """Read every open appeal in the next ``update``."""
        self._policy = None

    def watched(self) -> set[str]:
        """Return a new set that collects the ids of the open appeals, and of those that change."""
        self._watched.append(set(self.folded))
        return self._watched[-1]

    def update(self, changed: Iterable[str], *, has_passed: bool = True) -> None:
        """Read the appeals that have changed and, with ``has_passed``, find those that ended."""
        store, policy = self._pipeline.store, self._pipeline.policy
        again = set(changed) if policy is self._policy else {*changed, *self.folded}
        is_whole = has_passed or policy is not self._policy
        self._policy = None  # after an error, every appeal is read again
        with store.lock:
            ids = store.open_ids(None if is_whole else again)
        if is_whole:
            again |= self.folded.keys() - ids
        new = dict(
            self._pipeline.folds([one for one in ids if one in again or one not in self.folded])
        )
        for appeal_id in again:
            self._outcomes.pop(appeal_id, None)
        for appeal_id in again - new.keys():
            self.folded.pop(appeal_id, None)
        self.folded |= new
        self._policy, self._as_of = policy, None if has_passed else self._as_of
        for one in self._watched:
            one.update(again, new)

    def outcomes(self, now: datetime) -> tuple[list[Outcome], datetime]:
        """Return the outcomes, sorted by the ids of their appeals, and as of when they are.

        Those that changed after that instant are as of ``now``.
        """
        now = in_utc("now", now)
        if self._as_of is None:
            self._as_of, self._outcomes = now, {}
        for appeal_id in self.folded.keys() - self._outcomes.keys():
            self._outcomes[appeal_id] = outcomes_of(self.folded[appeal_id], now)
        known = self._outcomes
        return list(chain.from_iterable(map(known.__getitem__, sorted(known)))), self._as_of

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
from workhours_sla.stores.values import Batch
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


class OpenOutcomes:
    """Keeps all outcomes of every appeal in which at least one clock has not ended; mutable."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._policy: Policy | None = None
        self._appeals: dict[str, list[Outcome]] = {}
        self.folded: dict[str, Folded] = {}
        """The open appeals with their clocks, which do not depend on the present."""

    def forget(self) -> None:
        """Forget everything; the next ``update`` reads every open appeal."""
        self.folded = {}

    def update(
        self, as_of: datetime, changed: Iterable[str], *, has_passed: bool = True
    ) -> list[Outcome]:
        """Return the outcomes as of an instant, sorted by the ids of their appeals."""
        # only the changed appeals are read again, and without ``has_passed`` evaluated again
        as_of = in_utc("as_of", as_of)
        store, policy = self._pipeline.store, self._pipeline.policy
        folded = self.folded if policy is self._policy else {}
        is_whole = has_passed or not folded
        known = {} if is_whole else self._appeals
        self.folded, self._appeals, self._policy = {}, {}, policy
        for appeal_id in changed:
            folded.pop(appeal_id, None)
            known.pop(appeal_id, None)
        with store.lock:
            ids = store.open_ids(None if is_whole else changed)
        folded |= self._pipeline.folds([one for one in ids if one not in folded])
        known |= {one: outcomes_of(folded[one], as_of) for one in ids if one not in known}
        self.folded, self._appeals = (
            {one: folded[one] for one in ids} if is_whole else folded,
            known,
        )
        return list(chain.from_iterable(map(known.__getitem__, sorted(known))))

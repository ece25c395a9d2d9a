"""Decide which copy of an event counts if several copies have the same event id.

Copies with the same content are duplicates, and the copy that was received first represents them.
If the contents differ, the content that was received first counts, unless its ``occurred_at`` is
more than five minutes after its receipt. The other contents are quarantined. Files and streams
share this rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from workhours_sla.sla.appeal import Quarantined
from workhours_sla.sla.event import Event, is_future

FUTURE_TIME: Final = "future_time"
CONFLICTING_ID: Final = "conflicting_id"
REPLACED: Final = "replaced"
"""The quarantine reason of a copy that a repair replaced."""
AFTER_RETENTION: Final = "after_retention"
"""The quarantine reason of an event whose appeal was dropped."""
EXPIRING: Final = frozenset({FUTURE_TIME, CONFLICTING_ID, AFTER_RETENTION})
"""Copies with these reasons are in no appeal, so that retention erases them by their receipt."""
FINAL_REASONS: Final = frozenset({REPLACED, AFTER_RETENTION})
"""A copy with one of these reasons never counts again."""


@dataclass(slots=True, eq=False)
class StoredEvent:
    """One copy of an event in a store; mutable."""

    event: Event
    number: int | None = None  # its row, None until it is written
    quarantined: str | None = None  # why it does not count
    repaired: bool = False  # replaces every other copy


class Copies:
    """The copies of one event id in order of arrival; mutable."""

    __slots__ = ("_by_content", "all", "first")

    def __init__(self, copies: Iterable[StoredEvent] = ()) -> None:
        self.all: list[StoredEvent] = []
        self.first: StoredEvent | None = None
        self._by_content: dict[tuple[object, ...], StoredEvent] = {}
        for copy in copies:
            self.add(copy)

    def add(self, copy: StoredEvent) -> None:
        self.all.append(copy)
        self._by_content.setdefault(copy.event.content, copy)
        if copy.quarantined not in FINAL_REASONS and (
            self.first is None or _rank(copy) < _rank(self.first)
        ):
            self.first = copy

    def replace(self, repair: StoredEvent) -> None:
        """Add a repair. All earlier copies must have the reason REPLACED already."""
        self.first = None
        self.add(repair)

    @property
    def effective(self) -> StoredEvent | None:
        """The copy that counts, None if no copy counts."""
        first = self.first
        if first is None or first.quarantined in FINAL_REASONS or is_future(first.event):
            return None
        return first

    def same_content(self, event: Event) -> StoredEvent | None:
        return self._by_content.get(event.content)

    def receive_earlier(self, copy: StoredEvent, event: Event) -> None:
        """Set the event of a copy to ``event``, with the same content and an earlier receipt."""
        copy.event = event
        counting = [one for one in self.all if one.quarantined not in FINAL_REASONS]
        self.first = min(counting, key=_rank, default=None)


def _rank(copy: StoredEvent) -> tuple[bool, bool, datetime, str]:
    event = copy.event
    return not copy.repaired, is_future(event), event.received_at, event.canonical


def deduplicated_appeals(
    by_id: Iterable[Sequence[Event]],
) -> tuple[dict[str, list[Event]], list[Quarantined], int]:
    """Return the events that count, the quarantined events, and the number of duplicates."""
    appeals: dict[str, list[Event]] = {}
    quarantine: list[Quarantined] = []
    duplicate = 0
    for same_id in by_id:
        first = same_id[0]
        if len(same_id) > 1:
            copies = Copies()
            for event in same_id:
                same = copies.same_content(event)
                if same is None:
                    copies.add(StoredEvent(event))
                elif event.received_at < same.event.received_at:
                    copies.receive_earlier(same, event)
            first = cast("StoredEvent", copies.first).event
            others = [copy.event for copy in copies.all if copy is not copies.first]
            quarantine += [Quarantined(event, reason_for(event)) for event in others]
            duplicate += len(same_id) - len(copies.all)
        if is_future(first):
            quarantine.append(Quarantined(first, FUTURE_TIME))
        else:
            appeals.setdefault(first.appeal_id, []).append(first)
    return appeals, quarantine, duplicate


def reason_for(event: Event) -> str:
    """Return why a copy of an event id is quarantined when another copy of the id counts."""
    return FUTURE_TIME if is_future(event) else CONFLICTING_ID

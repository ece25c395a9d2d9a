"""Copies of one event: which only repeat, and which of several contents counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from workhours_sla.sla.evaluate import Rank, rank_of
from workhours_sla.sla.event import Event


class Copies:
    """The copies of one event id, of each content the one received first; mutable.

    They are in order of arrival: one received earlier takes the place of the same content.
    """

    __slots__ = ("_by_content", "_ranked")

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._by_content: dict[tuple[object, ...], Event] = {}
        self._ranked: list[tuple[Rank, int, Event]] = []
        """A heap; it still has events whose places others took."""
        for event in events:
            self.join(event)

    def __len__(self) -> int:
        return len(self._by_content)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._by_content.values())

    def join(self, event: Event) -> bool:
        """Add a copy, and return whether it only repeats one."""
        content = event.content
        known = self._by_content.get(content)
        if known is None or event.received_at < known.received_at:
            self._by_content[content] = event
            heappush(self._ranked, (rank_of(event), id(event), event))
        return known is not None

    @property
    def counting(self) -> Event | None:
        """The copy that counts, None where none can be true."""
        ranked = self._ranked
        while ranked:
            (is_future, _, _), _, event = ranked[0]
            if self._by_content[event.content] is event:
                return None if is_future else event
            heappop(ranked)
        return None

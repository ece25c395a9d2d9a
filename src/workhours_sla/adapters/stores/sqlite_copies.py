"""The copies of one event id as the rows of a store have them, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workhours_sla.adapters.stores.sqlite_reading import AFTER_RETENTION, REPLACED
from workhours_sla.sla.copies import Copies
from workhours_sla.sla.evaluate import is_future
from workhours_sla.sla.event import Event

FOR_GOOD: Final = (REPLACED, AFTER_RETENTION)
"""Why a copy never counts again."""


class Copy:
    """One copy of an event, as a row has it."""

    __slots__ = ("aside", "event", "number", "repaired", "stored")

    def __init__(
        self,
        number: int,
        event: Event,
        aside: str | None = None,
        *,
        repaired: bool = False,
        stored: bool = False,
    ) -> None:
        self.number = number
        self.event = event
        self.aside = aside
        self.repaired = repaired
        self.stored = stored


class StoredCopies:
    """The copies of one id, in order of arrival; mutable.

    ``touched`` are those that this transaction added or changed, and the one that counted before.
    """

    __slots__ = ("_able", "_by_content", "_repair", "listed", "touched")

    def __init__(self, listed: Iterable[Copy] = ()) -> None:
        self.listed: list[Copy] = []
        self.touched: list[Copy] = []
        self._by_content: dict[tuple[object, ...], Copy] = {}
        self._able = Copies()
        """The events that may count."""
        self._repair: Copy | None = None
        for copy in listed:
            self.add(copy)

    def add(self, copy: Copy) -> None:
        """Add a copy of a content that none has yet, or a repair."""
        self.listed.append(copy)
        self._by_content.setdefault(copy.event.content, copy)
        if copy.aside in FOR_GOOD:
            return
        if copy.repaired:
            self._repair = copy
        else:
            self._able.join(copy.event)

    def alike(self, event: Event) -> Copy | None:
        """Return the first copy with the same content."""
        return self._by_content.get(event.content)

    def alter(self, copy: Copy, event: Event) -> None:
        """Let a copy be the same event received earlier."""
        copy.event = event
        if copy.aside not in FOR_GOOD and not copy.repaired:
            self._able.join(event)

    @property
    def counting(self) -> Copy | None:
        """The copy that counts, None where none does: a repair before any other."""
        if self._repair is not None:
            return None if is_future(self._repair.event) else self._repair
        event = self._able.counting
        return None if event is None else self._by_content[event.content]


def counting_of(known: Copy | StoredCopies) -> Copy | None:
    """Return which of the copies of one id counts, None where none does."""
    if isinstance(known, StoredCopies):
        return known.counting
    return None if known.aside in FOR_GOOD or is_future(known.event) else known

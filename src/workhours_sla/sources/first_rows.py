"""Delay the first JSON records until each required column was seen in one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workhours_sla.errors import SourceError
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.rows import Item

MOST_DELAYED: Final = 1_000
"""Maximum number of records to wait for the required columns."""


class FirstRows:
    """Delays the first records of a file without a header until every required column was seen."""

    def __init__(self, layout: Layout, name: str) -> None:
        self._layout = layout
        self._name = name
        self._unseen = {canonical: layout.parts(canonical) for canonical in layout.required}
        self._keys: dict[str, None] = {}
        self._delayed: list[Item] = []

    @property
    def are_complete(self) -> bool:
        """Whether every required column has been seen."""
        return not self._unseen

    @property
    def have_keys(self) -> bool:
        """Whether a record with at least one column has been seen."""
        return bool(self._keys)

    @property
    def first(self) -> Item | None:
        """The first delayed item, None if no item is delayed."""
        return self._delayed[0] if self._delayed else None

    def add(self, item: Item, columns: Iterable[str]) -> list[Item]:
        """Add a record with its columns, and return the items that need no more delay.

        Raises SourceError if a required column is in none of the first 1,000 records.
        """
        self._delayed.append(item)
        self._keys |= dict.fromkeys(columns)
        for canonical, parts in list(self._unseen.items()):
            if all(not self._keys.keys().isdisjoint(names) for names in parts):
                del self._unseen[canonical]
        if self._unseen and len(self._delayed) <= MOST_DELAYED:
            return []
        error = self.missing()
        if error is not None:
            raise error
        return self.rest()

    def missing(self) -> SourceError | None:
        """Return a SourceError if a required column was in no record, otherwise None."""
        if not self._keys or not self._unseen:
            return None
        return self._layout.missing(next(iter(self._unseen)), list(self._keys), self._name)

    def rest(self) -> list[Item]:
        """Return the delayed items and remove them."""
        found, self._delayed = self._delayed, []
        return found

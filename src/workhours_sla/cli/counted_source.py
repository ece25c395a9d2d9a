"""Count the rows of a stream that are ignored, or corrected within the tolerance."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from workhours_sla.sources.rows import Inverted
from workhours_sla.stream.source import Idle, Item, Source, Start


class PassedOn:
    """A source with the name and the partitions of another source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The name of the source."""
        return self._source.name

    @property
    def partitions(self) -> Collection[str]:
        """The partitions of the source."""
        return self._source.partitions


class CountedSource(PassedOn):
    """Yields the items of another source and counts ignored and corrected rows; mutable."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.ignored: int = 0
        """The rows that the configuration ignores."""
        self.inverted: int = 0
        """The rows whose answer was before its posting, but within the tolerance."""

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield the items of the source."""
        for item in self._source.items(positions):
            if isinstance(item, Item):
                self.ignored += not item.events and item.rejected is None
                self.inverted += isinstance(item.events, Inverted)
            yield item

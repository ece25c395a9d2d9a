"""Print a note if too many rows share an id, usually because of a wrong column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Final

from workhours_sla.cli.counted_source import PassedOn
from workhours_sla.cli.output import echo_note
from workhours_sla.config.column_names import shown_columns
from workhours_sla.config.sections import Config
from workhours_sla.errors import shown
from workhours_sla.sla.event import Event, EventType
from workhours_sla.sources.derived_events import has_content_id
from workhours_sla.sources.formats import NETWORKS
from workhours_sla.stream.source import Idle, Item, Source, Start

FEWEST: Final = 100
"""Minimum number of rows with one id that can cause a note."""
MOST: Final = 1_000
"""More rows than this with one id always cause a note."""
COUNTED: Final = 10_000
"""Number of events at the beginning of a stream that are checked."""


def note_shared_ids(
    events: Sequence[Event], config: Config, noted: Collection[str] = ()
) -> list[str]:
    """Print a note for each id column in which too many rows have the same id.

    Too many are more than 1,000 rows, or at least 100 rows that are more than half of all. The
    columns in ``noted`` are skipped, and so are files of social networks, which have no columns.
    Returns the canonical names of the columns with a note.
    """
    if config.input.format in NETWORKS:
        return []
    rows = events
    if config.input.kind == "appeals":  # each row gives exactly one event that creates an appeal
        rows = [event for event in events if event.type is EventType.CREATED]
    found = []
    for canonical in ("appeal_id", "event_id") if rows is events else ("appeal_id",):
        shared, count = _most_common(rows, canonical)
        many = count > MOST or (count >= FEWEST and 2 * count > len(rows))
        if not many or canonical in noted or _is_derived(canonical, shared, rows):
            continue
        found.append(canonical)
        echo_note(
            "shared_id",
            count=count,
            rows=len(rows),
            share=100 * count // len(rows) or "<1",
            canonical=canonical,
            id=shown(shared.strip()),
            column=repr(shown_columns(config.columns.get(canonical, canonical))),
        )
    return found


def _most_common(rows: Sequence[Event], canonical: str) -> tuple[str, int]:
    """Return the id that most rows have, the first of several, and the number of these rows."""
    counts = Counter(map(attrgetter(canonical), rows))
    return max(counts.items(), key=itemgetter(1), default=("", 0))


def _is_derived(canonical: str, shared: str, rows: Iterable[Event]) -> bool:
    """Return whether rows share an event id because their contents are equal.

    The id of a row without an event id is a hash of its content.
    """
    if canonical != "event_id":
        return False
    return has_content_id(next(event for event in rows if event.event_id == shared))


class NotedSource(PassedOn):
    """Yields the items of another source, and prints a note if too many share an id."""

    def __init__(self, source: Source, config: Config) -> None:
        super().__init__(source)
        self._config = config
        self._events: list[Event] = []
        self._noted: list[str] = []
        self._next: int | None = FEWEST
        """The number of events at which ids are counted next; None after the last count."""

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield the items of the source; check the ids of the first events."""
        for item in self._source.items(positions):
            if self._next is not None and isinstance(item, Item):
                self._events += item.events
                if len(self._events) >= self._next:
                    self._note()
            yield item
        self._note()

    def _note(self) -> None:
        self._noted += note_shared_ids(self._events, self._config, self._noted)
        if len(self._events) >= COUNTED:
            self._next = None
            self._events.clear()
        else:
            self._next = min(2 * max(FEWEST, len(self._events)), COUNTED)

"""Lines of JSON whose values have the types that they should have: those are read at once."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import defstruct
from msgspec.json import Decoder
from msgspec.structs import astuple

from workhours_sla.adapters.sources.mapping import EVENT_COLUMNS, REMEMBERED, TYPES, content_id
from workhours_sla.adapters.sources.times import RefusedError
from workhours_sla.sla.event import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workhours_sla.adapters.sources.mapping import Layout, Mapper

_OF_OTHER_TYPES: dict[str, Any] = {
    "occurred_at": datetime | None,
    "received_at": datetime | None,
    "substantive": bool | None,
}
_BY_EVENT = ("event_id", "appeal_id", "refers_to", *_OF_OTHER_TYPES)
"""What differs from event to event."""
_OF_EVENTS = ("type", "source", "author_role", "reason")
_OF_APPEALS = ("agency_id", "district_id", "channel", "topic", "importance", "regime")
"""What comes again and again together, and what does so with the events of an appeal."""
_FIRST, _SECOND = len(_OF_EVENTS), len(_OF_EVENTS) + len(_OF_APPEALS)
_FINER_THAN_MICROSECONDS = re.compile(r"\.\d{7}")
"""Which are to be cut off, where the decoder would round them."""
_ESCAPED_ASCII = "\\u00"
"""With which a time may be written so that one does not see how fine it is."""
_NOT_IN_A_NAME = re.compile(r'["\\\x00-\x1f]')
"""What the decoder takes in no name of a column."""
_LONGEST = 4_300
"""Characters: a longer line may have an integer that is too long to be read."""


class _Together(dict[tuple[str | None, ...], tuple[Any, ...]]):
    """What texts of several columns mean, by the texts."""

    def __init__(self, columns: Sequence[Callable[[str | None], Any]]) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, texts: tuple[str | None, ...]) -> tuple[Any, ...]:
        if len(self) >= REMEMBERED:
            self.clear()
        pairs = zip(self._columns, texts, strict=True)
        meaning = tuple([read(text) for read, text in pairs])
        self[texts] = meaning
        return meaning


class TypedLines:
    """Reads a line as ``Mapper`` reads its object, several times as fast.

    It gives None for any line that is not plain; what that says, or why it gives no event, is
    the mapper's to tell.
    """

    def __init__(self, mapper: Mapper) -> None:
        layout = mapper.layout
        columns = (*_OF_EVENTS, *_OF_APPEALS, *_BY_EVENT)
        fields = [(name, _OF_OTHER_TYPES.get(name, str | None), None) for name in columns]
        row = defstruct("Row", fields, gc=False, rename=layout.column)
        self._decode: Callable[[str], Any] = Decoder(row).decode
        types, sources, *others = [mapper.meanings[name].__getitem__ for name in _OF_EVENTS]
        self._of_events = _Together(
            [
                lambda text: TYPES.get(types(text) or ""),
                lambda text: sources(text) or layout.source,
                *others,
            ]
        )
        self._of_appeals = _Together([mapper.meanings[name].__getitem__ for name in _OF_APPEALS])
        self._appeal_id = mapper.meanings["appeal_id"]
        self._refers_to = mapper.meanings["refers_to"]
        self._instant = mapper.instants.in_utc

    @staticmethod
    def fits(layout: Layout) -> bool:
        """Whether lines of a layout can be read so."""
        columns = [layout.column(name) for name in EVENT_COLUMNS]
        return (
            layout.kind == "events"
            and layout.datetime_format is None
            and all(columns)
            and len(set(columns)) == len(columns)
            and not any(map(_NOT_IN_A_NAME.search, columns))
            and layout.values.keys().isdisjoint(("event_id", *_OF_OTHER_TYPES))
        )

    def event_of(self, text: str) -> tuple[Event] | None:
        """Return the event of a line, None if it is not plain."""
        if len(text) > _LONGEST or ("\\" in text and _ESCAPED_ASCII in text):
            return None
        if "." in text and _FINER_THAN_MICROSECONDS.search(text):
            return None
        try:
            row = astuple(self._decode(text))
            kind, source, role, reason = self._of_events[row[:_FIRST]]
            belongs = self._of_appeals[row[_FIRST:_SECOND]]
            agency, district, channel, topic, importance, regime = belongs
            own_id, appeal_id, refers_to, occurred, received, substantive = row[_SECOND:]
            appeal_id = self._appeal_id[appeal_id]
            if not appeal_id or kind is None or occurred is None:
                return None
            occurred_at = self._instant(occurred, "")
            received_at = occurred_at if received is None else self._instant(received, "")
            said = (
                source,
                agency,
                district,
                channel,
                role,
                substantive,
                reason,
                topic,
                importance,
                regime,
                self._refers_to[refers_to],
            )
            own_id = (own_id or "").strip() or content_id(appeal_id, kind, occurred_at, *said)
            return (Event(own_id, appeal_id, kind, occurred_at, received_at, *said),)
        except (ValueError, RecursionError, RefusedError):
            return None

"""Decode JSON lines several times as fast, if their values have the expected types."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, AnyStr

from msgspec import defstruct
from msgspec.json import Decoder
from msgspec.structs import astuple

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.errors import EventError
from workhours_sla.sla.event import AUTHOR_ROLES, Attributes, Event
from workhours_sla.sources.derived_events import content_id, with_creation
from workhours_sla.sources.mapping import EVENT_COLUMNS, REMEMBERED, TYPES
from workhours_sla.sources.times import DEFAULT, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workhours_sla.sources.layout import Layout
    from workhours_sla.sources.mapping import Mapper

_OF_OTHER_TYPES: dict[str, Any] = {
    "occurred_at": datetime | None,
    "received_at": datetime | None,
    "substantive": bool | None,
}
"""The type of each column whose type is not ``str | None``."""
_TIMES = ("occurred_at", "received_at")
_BY_EVENT = ("event_id", "appeal_id", "refers_to", *_OF_OTHER_TYPES)
"""Columns whose values differ from event to event."""
_OF_EVENTS = ("type", "source", "author_role", "reason")
"""Columns that are cached together, because few combinations of their values occur."""
_OF_APPEALS = Attributes._fields
"""Columns that are cached together, because all events of an appeal have the same values."""
_ROLES = {None: None} | {role: role for role in AUTHOR_ROLES}
_FIRST, _SECOND = len(_OF_EVENTS), len(_OF_EVENTS) + len(_OF_APPEALS)
"""Indexes in a row: of the first column of ``_OF_APPEALS``, and of the first of ``_BY_EVENT``."""
_FINER_THAN_MICROSECONDS = re.compile(r"\.\d{7}")
"""Matches fractions of a second with more than six digits, which the decoder would round."""
_ESCAPED_ASCII = "\\u00"
"""The beginning of an escape sequence that may hide a fraction of a second."""
_NOT_IN_A_NAME = re.compile(r'["\\\x00-\x1f]')
"""Matches characters that the decoder does not accept in column names."""
LONGEST = 4_300
"""Maximum number of characters of a line; a longer one may have an unparsable integer."""


class _Together(dict[tuple[str | None, ...], tuple[Any, ...]]):
    """A cache from the texts of several columns to the converted values of these columns.

    ``columns`` has a function for each column, which converts a text to a value.
    """

    def __init__(self, columns: Sequence[Callable[[str | None], Any]]) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, texts: tuple[str | None, ...]) -> tuple[Any, ...]:
        if len(self) >= REMEMBERED:
            self.clear()
        pairs = zip(self._columns, texts, strict=True)
        values = self[texts] = tuple([read(text) for read, text in pairs])
        return values


class TypedLines:
    """Maps lines to events with the same results as ``Mapper``, but several times as fast.

    The methods return None for an unusual line, which ``Mapper`` must read instead.
    """

    def __init__(self, mapper: Mapper) -> None:
        layout = mapper.layout
        columns = (*_OF_EVENTS, *_OF_APPEALS, *_BY_EVENT)
        fields = [(name, _OF_OTHER_TYPES.get(name, str | None), None) for name in columns]
        row = defstruct("Row", fields, gc=False, rename=layout.column)
        decoder = Decoder(row)
        self._decode: Callable[[str], Any] = decoder.decode
        self._decode_lines: Callable[[str], list[Any]] = decoder.decode_lines
        types, sources, roles, reasons = [mapper.meanings[name].__getitem__ for name in _OF_EVENTS]
        self._of_events = _Together(
            [
                lambda text: TYPES[types(text) or ""],
                lambda text: sources(text) or layout.source,
                lambda text: _ROLES[roles(text)],
                reasons,
            ]
        )
        self._of_appeals = _Together([mapper.meanings[name].__getitem__ for name in _OF_APPEALS])
        self._appeal_id = mapper.meanings["appeal_id"]
        self._refers_to = mapper.meanings["refers_to"]
        self._instant = mapper.instants.in_utc
        self._with_creations = layout.first_is_created
        self._claim_keys = [f'"{name}"' for one in CLAIM_COLUMNS for name in layout.names(one)]
        self._minutes = {
            f'"{layout.column(name)}"': re.compile(
                rf'("{re.escape(layout.column(name))}"\s*:\s*"\d{{4}}-\d\d-\d\d[Tt]\d\d:\d\d)'
                '(?=[Zz+"-])',
                re.ASCII,
            )
            for name in _TIMES
        }
        """Match times without seconds, which the decoder does not accept, keyed by the column.

        Each pattern begins with the name of its column, because such a pattern is found quickly.
        """

    @staticmethod
    def fits(layout: Layout) -> bool:
        """Whether this class can read lines with the given layout."""
        columns = [layout.column(name) for name in EVENT_COLUMNS]
        claims = [name for name in CLAIM_COLUMNS if layout.columns.get(name)]
        return (
            layout.kind == "events"
            and layout.datetime_format in (None, DEFAULT)
            and not claims
            and _ignores_only_unknown_types(layout)
            and all(layout.names(name) == (layout.column(name),) for name in EVENT_COLUMNS)
            and len(set(columns)) == len(columns)
            and not any(map(_NOT_IN_A_NAME.search, columns))
            and layout.values.keys().isdisjoint(("event_id", *_OF_OTHER_TYPES))
        )

    def events_of(self, block: str) -> list[tuple[Event, ...] | None] | None:
        """Return the event of each line of a block, None for each unusual line.

        Return None instead of a list unless each line of the block certainly has exactly one
        object.
        """
        lines = block.count("\n")
        if (
            not block.startswith("{")
            or not block.endswith("}\n")
            or block.count("}\n{") != lines - 1  # each line begins and ends an object
            or not has_short_lines(block, "\n", LONGEST)
            or not _has_usual_times(block)
            or self._has_claims(block)
        ):
            return None
        try:
            rows = self._decode_lines(block)
        except (ValueError, RecursionError):
            try:
                rows = self._decode_lines(self._with_seconds(block))
            except (ValueError, RecursionError):
                return None
        return list(map(self._event, rows)) if len(rows) == lines else None

    def event_of(self, text: str) -> tuple[Event, ...] | None:
        """Return the event of a line, None if the line is unusual."""
        if len(text) > LONGEST or not _has_usual_times(text) or self._has_claims(text):
            return None
        try:
            row = self._decode(text)
        except (ValueError, RecursionError):
            try:
                row = self._decode(self._with_seconds(text))
            except (ValueError, RecursionError):
                return None
        return self._event(row)

    def _with_seconds(self, text: str) -> str:
        """Add seconds to times in a text that lack them. Raises ValueError if no time lacks them.

        A pattern begins with a quote, so it cannot match inside a value, where quotes are escaped.
        """
        before = len(text)
        for column, pattern in self._minutes.items():
            if column in text:
                pieces = pattern.split(text)
                pieces[1::2] = [time + ":00" for time in pieces[1::2]]
                text = "".join(pieces)
        if len(text) == before:
            raise ValueError
        return text

    def _has_claims(self, text: str) -> bool:
        """Whether a text may contain a due time or verdict of the exporting system."""
        return any(key in text for key in self._claim_keys)

    def _event(self, row: Any) -> tuple[Event, ...] | None:
        """Return the event of a decoded line, None if a value is unusual."""
        values = astuple(row)
        own_id, appeal_id, refers_to, occurred, received, substantive = values[_SECOND:]
        try:
            kind, source, role, reason = self._of_events[values[:_FIRST]]
            agency, district, channel, topic, importance, regime = self._of_appeals[
                values[_FIRST:_SECOND]
            ]
            appeal_id = self._appeal_id[appeal_id]
            if not appeal_id or occurred is None:
                return None
            occurred_at = self._instant(occurred, "")
            received_at = occurred_at if received is None else self._instant(received, "")
            if refers_to is not None:
                refers_to = self._refers_to[refers_to]
            facts = (
                *(source, agency, district, channel, role, substantive),
                *(reason, topic, importance, regime, refers_to),
            )
            own_id = own_id.strip() if own_id is not None else ""
            own_id = own_id or content_id(appeal_id, kind, occurred_at, *facts)
            event = Event(own_id, appeal_id, kind, occurred_at, received_at, *facts)
        except (KeyError, EventError, RefusedError):
            return None
        return with_creation(event) if self._with_creations else (event,)


def _ignores_only_unknown_types(layout: Layout) -> bool:
    """Whether the layout ignores rows by unknown event types only; such rows are unusual."""
    values = {key.strip(): meaning for key, meaning in layout.values.get("type", {}).items()}
    types = [type_text.strip() for type_text in layout.ignore.get("type", ())]
    return not any(name != "type" and given for name, given in layout.ignore.items()) and not any(
        values.get(one, one) in TYPES for one in types
    )


def _has_usual_times(text: str) -> bool:
    """Whether the fast decoder reads the times in a text in the same way as ``Mapper``."""
    return not ("\\" in text and _ESCAPED_ASCII in text) and not (
        "." in text and _FINER_THAN_MICROSECONDS.search(text)
    )


def has_short_lines(block: AnyStr, ending: AnyStr, longest: int) -> bool:
    """Whether every line of a block certainly has at most ``longest`` characters or bytes."""
    reach = longest // 2
    return all(
        block.find(ending, at, at + reach) >= 0 for at in range(0, len(block) - reach + 1, reach)
    )

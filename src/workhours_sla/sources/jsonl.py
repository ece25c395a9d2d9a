"""Read JSON Lines: one JSON object per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from workhours_sla.errors import SourceError
from workhours_sla.sources.first_rows import FirstRows
from workhours_sla.sources.json_records import check_one_document
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.nested import NestedMapper, nested
from workhours_sla.sources.rows import Fault, Item, clip
from workhours_sla.sources.text_lines import LONGEST_LINE, Lines, is_too_long, lines_of
from workhours_sla.sources.typed_lines import TypedLines
from workhours_sla.text.messages import Detail, Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.records import RecordMapper

_decode = msgspec.json.Decoder(float_hook=float).decode  # so that numbers of any size are accepted


def read(opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]) -> Iterator[Item]:
    """Yield, for each line that is not blank, its events or a Fault.

    The file has no header, so rows are delayed until each required column was found in a line.
    Raises SourceError if a required column is in none of the first 1,000 lines, if the file is
    empty, and if the file is not text.
    """
    name = opened.name
    rows = JsonRows(nested(Mapper(layout, claims=claims)))
    first = FirstRows(layout, name)
    empty = True
    line = 0
    text = ""
    for block in Lines(opened.chunks, options.encoding).blocks():
        if first.are_complete:
            yield from rows.items_of(block, line + 1)
            line += block.count("\n")
            continue
        for text in lines_of(block):
            line += 1
            if text.isspace():
                continue
            empty = False
            yield from first.add(rows.item_of(text, line), rows.columns_of(text))
    if empty:
        msg = say("json_empty", name=name)
        raise SourceError(msg, name=name)
    if not first.have_keys and _is_one_document(first.first):
        msg = say("json_array", name=name)
        raise SourceError(msg, name=name)
    missing = first.missing()
    if missing is not None:
        if line == 1:
            check_one_document(name, text)
        raise missing
    yield from first.rest()


def _is_one_document(first: Item | None) -> bool:
    """Whether the first line begins a JSON array, or an object that spans several lines."""
    text = first.text.strip() if isinstance(first, Fault) else ""
    return text.startswith("[") or text == "{"


class JsonRows:
    """Maps lines of JSON to events with one mapper."""

    def __init__(self, mapper: RecordMapper) -> None:
        self._mapper = mapper
        self._flat = mapper.paths.flat if isinstance(mapper, NestedMapper) else None
        is_typed = isinstance(mapper, Mapper) and TypedLines.fits(mapper.layout)
        self._typed = TypedLines(mapper) if is_typed else None  # type: ignore[arg-type]

    def columns_of(self, text: str) -> Iterable[str]:
        """Return the columns of the JSON object in a line, none if the line has no object."""
        record = _record_of(text)
        if isinstance(record, Phrase):
            return ()
        return record if self._flat is None else self._flat(record)

    def items_of(self, block: str, line: int) -> Iterator[Item]:
        """Yield the events or the Fault of each line that is not blank.

        ``line`` is the number of the block's first line.
        """
        events = None if self._typed is None else self._typed.events_of(block)
        if events is not None and all(events):
            yield from events  # type: ignore[misc] # none of the events is None
            return
        for number, text in enumerate(lines_of(block)):
            event = events[number] if events is not None else None
            if event is not None:
                yield event
            elif not text.isspace():
                yield self.item_of(text, line + number)

    def item_of(self, text: str, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a line, or a Fault if it is rejected.

        ``received_at`` is the time of receipt for formats whose records do not state one.
        """
        if self._typed is not None:
            event = self._typed.event_of(text)
            if event is not None:
                return event
        record = _record_of(text)
        if isinstance(record, Phrase):
            return Fault(line, "malformed", Detail(record), clip(text))
        item = self._mapper(record, line, received_at)
        return item._replace(text=clip(text)) if isinstance(item, Fault) else item


def _record_of(text: str) -> dict[str, object] | Phrase:
    """Return the JSON object in a line, or the reason why it cannot be read."""
    if is_too_long(text):
        return say("line_too_long", most=LONGEST_LINE)
    try:
        record = _decode(text)
    except (ValueError, RecursionError) as error:
        if not text.endswith("\n"):
            return say("half_written_why", why=say("json_fault", why=str(error)))
        return say("not_json", why=say("json_fault", why=str(error)))
    if not isinstance(record, dict):
        return say("not_an_object")
    return record

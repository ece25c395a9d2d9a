"""What the rows of a file become: events, or the reason why a row is rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from json import dumps
from typing import ClassVar, Final, NamedTuple, Protocol

from workhours_sla.config.sections import Input
from workhours_sla.module_names import public
from workhours_sla.sla.event import Event
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.opened import OpenedFile
from workhours_sla.text.messages import Phrase

CLIPPED: Final = 500  # maximum number of characters of a row's text in a Fault


@public("workhours_sla.files")
class Fault(NamedTuple):
    """A rejected row.

    ``line`` is the number of the row's first line, counted from 1. ``reason`` is a key of
    ``catalog.QUARANTINE_REASONS``. ``detail`` describes the cause. ``text`` has the values of the
    columns that are mapped, as JSON shortened to 500 characters; it is empty if the row cannot be
    divided into columns.
    """

    line: int
    reason: str
    detail: str
    text: str


class Inverted(tuple[Event, ...]):
    """The events of a row whose answer precedes its posting by no more than the tolerance."""

    __slots__ = ()


Item = tuple[Event, ...] | Fault
"""The events of one row, none if it is ignored, or the Fault if the row was rejected."""
Record = Mapping[str, object]  # the values of one row, keyed by the file's column names


class RefusedError(Exception):
    """Raised for a row that is rejected."""

    def __init__(self, detail: Phrase, reason: str = "malformed") -> None:
        super().__init__(detail, reason)
        self.detail = detail
        self.reason = reason

    def fault(self, line: int, text: str = "") -> Fault:
        return Fault(line, self.reason, self.detail, clip(text))


class RecordMapper(Protocol):
    """Maps one record, such as a row or a JSON object, to events."""

    dates_to_receipt: ClassVar[bool]
    """Whether the mapper needs ``received_at`` for records without a time."""
    layout: Layout

    def __call__(
        self, record: Record, line: int = 0, received_at: datetime | None = None
    ) -> tuple[Event, ...]:
        """Return the events of a record, none if it is ignored. Raises RefusedError."""
        ...

    def kept(self, record: Record) -> Record:
        """Return the mapped columns of a rejected record: all that is kept of it."""
        ...


Reader = Callable[[OpenedFile, Layout, Input], Iterator[Item]]
"""Reads a file of one format: yields the events or the Fault of each record. Raises SourceError."""


def item_of(mapper: RecordMapper, record: Record, line: int, whole: object = None) -> Item:
    try:
        return mapper(record, line)
    except RefusedError as refused:
        return refused.fault(line, row_text(mapper, record, whole))


def row_text(mapper: RecordMapper, record: Record, whole: object = None) -> str:
    """Return what is shown of a rejected row: its mapped columns, or with ``whole_rows`` all."""
    if not mapper.layout.whole_rows:
        return kept_text(mapper, record)
    whole = record if whole is None else whole
    return whole if isinstance(whole, str) else json_text(whole)


def kept_text(mapper: RecordMapper, record: Record) -> str:
    """Return the mapped columns of a rejected record as JSON, "" for what is no record."""
    try:
        return json_text(mapper.kept(record)) if record else ""
    except RecursionError:
        return ""


def clip(text: str) -> str:
    text = text.rstrip("\r\n")
    return text if len(text) <= CLIPPED else text[:CLIPPED] + "..."


def json_text(record: object) -> str:
    return dumps(record, ensure_ascii=False, default=str)

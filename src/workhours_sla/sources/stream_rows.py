"""Read the records of a stream one at a time: each gives events, or is rejected with its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workhours_sla.errors import SourceError
from workhours_sla.sources.jsonl import JsonRows
from workhours_sla.sources.received_ahead import received_ahead
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.stream.source import Rejected
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from workhours_sla.sla.event import Event
    from workhours_sla.sources.records import RecordMapper
    from workhours_sla.sources.rows import Record

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def check_encoding(encoding: str) -> None:
    """Raise SourceError for an encoding in which a line ending is more than one byte."""
    try:
        one_byte = "\n".encode(encoding) == b"\n"
    except LookupError:
        one_byte = False
    if not one_byte:
        msg = say("not_followed_in", encoding=repr(encoding))
        raise SourceError(msg, encoding=encoding)


def plain(row: Rejected) -> Rejected:
    """Return a rejected row whose detail is a text that every store can keep."""
    return row._replace(detail=str(row.detail))


class StreamRows:
    """Maps the records of a stream to events, one at a time.

    With a ``clock`` and ``max_ahead``, a record is rejected if the ``received_at`` of an event is
    later than the clock by more than ``max_ahead``.
    """

    def __init__(
        self,
        mapper: RecordMapper,
        *,
        encoding: str = "utf-8",
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
    ) -> None:
        self._mapper = mapper
        self._rows = JsonRows(mapper)
        self._encoding = encoding
        self._clock = clock
        self._max_ahead = max_ahead
        self.dates_to_receipt: bool = mapper.dates_to_receipt
        """Whether a record may have no time, and then needs its time of receipt."""

    def of_bytes(
        self, data: bytes, received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a record in JSON; none if it is ignored."""
        try:
            text = data.removeprefix(_BYTE_ORDER_MARK).decode(self._encoding)
        except UnicodeDecodeError:
            text = data.decode(self._encoding, "replace")
            return Rejected("malformed", f"not text in {self._encoding}", text)
        return self.of_text(text, received_at)

    def of_text(
        self, text: str, received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a record in JSON. The detail of a rejected one may be a Detail."""
        return self._checked(self._rows.item_of(text, 0, received_at), text)

    def of_record(
        self, record: Record, text: str, received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a record that was decoded from ``text``."""
        return self._checked(self._mapper(record, 0, received_at), text)

    def _checked(self, found: Item, text: str) -> tuple[Event, ...] | Rejected:
        if isinstance(found, Fault):
            return Rejected(found.reason, found.detail, text)
        ahead = self._ahead(found)
        return found if ahead is None else Rejected("received_ahead", str(ahead), text)

    def _ahead(self, events: tuple[Event, ...]) -> Phrase | None:
        """Return a reason to reject events received too far ahead of the clock, otherwise None."""
        if self._clock is None or self._max_ahead is None:
            return None
        now = self._clock()
        found = (received_ahead(event, now, self._max_ahead) for event in events)
        return next(filter(None, found), None)

"""Map the records of a stream one at a time: each gives events, or is rejected."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import datetime, timedelta

from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Event
from workhours_sla.sources.json_documents import record_of
from workhours_sla.sources.rows import Record, RecordMapper, RefusedError, kept_text
from workhours_sla.stores.values import Rejected
from workhours_sla.stream.source import Item
from workhours_sla.text.messages import Phrase, say


def check_encoding(encoding: str) -> None:
    """Raise SourceError for an encoding in which a line ending is more than one byte."""
    try:
        one_byte = "\n".encode(encoding) == b"\n"
    except LookupError:
        one_byte = False
    if not one_byte:
        raise SourceError(say("not_followed_in", encoding=repr(encoding)), encoding=encoding)


def received_ahead(event: Event, now: datetime, most: timedelta) -> Phrase | None:
    """Return why an event is rejected that was received more than ``most`` after ``now``."""
    if event.received_at - now <= most:
        return None
    return say(
        "received_ahead",
        received=event.received_at.isoformat(),
        most=str(most),
        now=now.isoformat(timespec="seconds"),
    )


class StreamRows:
    """Maps the records of a stream to events, one at a time."""

    def __init__(
        self,
        mapper: RecordMapper,
        *,
        encoding: str = "utf-8",
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
    ) -> None:
        self._mapper = mapper
        self._encoding = encoding
        self._clock = clock
        self._max_ahead = max_ahead
        self.dates_to_receipt: bool = mapper.dates_to_receipt
        """Whether a record may have no time, and then needs its time of receipt."""

    def of_bytes(
        self, data: bytes, received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        return self.events_of(lambda: self.record_of(data), received_at)

    def of_kept(
        self, text: str, received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a rejected record that was kept, or the Rejected again."""
        return self.events_of(lambda: record_of(f"{text}\n"), received_at)

    def record_of(self, data: bytes) -> Record:
        try:
            text = data.removeprefix(codecs.BOM_UTF8).decode(self._encoding)
        except UnicodeDecodeError:
            raise RefusedError(say("not_text_in", encoding=self._encoding)) from None
        return record_of(text)

    def events_of(
        self, read: Callable[[], Record], received_at: datetime | None = None
    ) -> tuple[Event, ...] | Rejected:
        """Return the events of a record, or a Rejected with its mapped columns."""
        record: Record = {}
        try:
            record = read()
            events = self._mapper(record, 0, received_at)
            self._check_receipt(events)
        except RefusedError as refused:
            return Rejected(refused.reason, refused.detail, kept_text(self._mapper, record))
        return events

    def _check_receipt(self, events: tuple[Event, ...]) -> None:
        if self._clock is not None and self._max_ahead is not None:
            now = self._clock()
            for event in events:
                ahead = received_ahead(event, now, self._max_ahead)
                if ahead is not None:
                    raise RefusedError(ahead, "received_ahead")


def item_of(partition: str, position: str, found: tuple[Event, ...] | Rejected) -> Item:
    if isinstance(found, Rejected):
        return Item(partition, position, rejected=plain(found))
    return Item(partition, position, found)


def plain(row: Rejected) -> Rejected:
    """Return a rejected row whose detail is a text that every store can keep."""
    return row._replace(detail=str(row.detail))

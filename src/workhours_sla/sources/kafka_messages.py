"""Read the messages of a Kafka topic: each gives events, or is rejected with its place."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Self
from zlib import crc32

import msgspec

from workhours_sla.config.sections import Config
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import mapper_of
from workhours_sla.sources.cloudevents import record_of_message
from workhours_sla.sources.formats import FORMATS
from workhours_sla.sources.json_rows import record_of
from workhours_sla.sources.lines import LONGEST_LINE
from workhours_sla.sources.rows import CLIPPED, Record, RefusedError
from workhours_sla.sources.stream_rows import StreamRows
from workhours_sla.stream.source import Rejected
from workhours_sla.text.messages import say

GONE: Final = "gone"
"""The position in a partition that no longer exists."""
_POSITION: Final = re.compile(r"(\d{1,19})(?:-(\d{1,19})-([0-9a-f]{1,8}))?", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 253_402_300_799_999
"""The end of the year 9999 in milliseconds since 1970."""


class Position(NamedTuple):
    """How far a partition was read.

    ``next`` is the offset at which reading resumes. ``last`` is the offset of the last message that
    was read, and ``check`` its checksum, by which a topic that was created again is recognised;
    both are None before the first message.
    """

    next: int
    last: int | None = None
    check: str | None = None

    def __str__(self) -> str:
        return str(self.next) if self.last is None else f"{self.next}-{self.last}-{self.check}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text of a position. Raises ValueError."""
        found = _POSITION.fullmatch(text)
        if found is None:
            msg = f"{text!r} is not a position in a partition"
            raise ValueError(msg)
        return cls(int(found[1]), None if found[2] is None else int(found[2]), found[3])


def check_of(message: Any) -> str:
    """Return a checksum of a message: of its key, its value and its timestamp."""
    sum_ = crc32(message.value() or b"", crc32(message.key() or b""))
    return f"{crc32(str(message.timestamp()).encode(), sum_):x}"


class Kept(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A rejected message as it is kept in the store, so that it can be read again.

    ``headers`` are those of CloudEvents. A value that is not text is kept in ``value_base64``. A
    value that is too long to be read is cut, and ``is_cut`` is true.
    """

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None = None
    headers: dict[str, str] = {}
    value: str | None = None
    value_base64: str | None = None
    is_cut: bool = False


class MessageRows:
    """Maps the messages of a topic to events. Raises SourceError for formats without a mapper."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
    ) -> None:
        self._encoding = config.input.encoding
        self._rows = StreamRows(
            mapper_of(config, config.input.topic or "-"),
            encoding=self._encoding,
            clock=clock,
            max_ahead=max_ahead,
        )
        self._has_headers = config.input.format == "cloudevents"
        found = config.input.format
        self._is_dated = found is not None and bool(FORMATS[found].mapper)
        """Whether the timestamp is the time of receipt of messages that name none."""

    def of_message(self, message: Any) -> tuple[Event, ...] | Rejected:
        """Return the events of a message; none if it is a tombstone or ignored."""
        value = message.value()
        if value is None:
            return ()
        headers = _headers_of(message) if self._has_headers else {}
        timestamp = _time_of(message) if self._is_dated else None

        def kept() -> str:
            found = Kept(
                topic=message.topic(),
                partition=message.partition(),
                offset=message.offset(),
                timestamp=timestamp,
                headers=headers,
                **self._kept_value(value),
            )
            return msgspec.json.encode(found).decode()

        return self._rows.events_of(lambda: self._record(value, headers), kept, timestamp)

    def of_text(self, text: str) -> tuple[Event, ...] | Rejected:
        """Return the events of a rejected message, or of another rejected row, read again."""
        try:
            kept = msgspec.json.decode(text, type=Kept)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return self._rows.events_of(lambda: record_of(text), lambda: text)
        return self._rows.events_of(lambda: self._kept_record(kept), lambda: text, kept.timestamp)

    def _kept_record(self, kept: Kept) -> Record:
        """Return the record of a message that was kept. Raises RefusedError."""
        if kept.is_cut:
            raise _too_long()
        value = (kept.value or "").encode(self._encoding, "replace")
        if kept.value_base64 is not None:
            value = base64.b64decode(kept.value_base64)
        return self._record(value, kept.headers)

    def _record(self, value: bytes, headers: Mapping[str, str]) -> Record:
        """Return the record of a message. Raises RefusedError."""
        if len(value) > LONGEST_LINE:
            raise _too_long()
        try:
            record = record_of_message(headers, value) if headers else None
        except (ValueError, RecursionError) as error:
            why = say("json_fault", why=" ".join(str(error).split()))
            raise RefusedError(say("not_json", why=why)) from None
        return self._rows.record_of(value + b"\n") if record is None else record

    def _kept_value(self, value: bytes) -> dict[str, Any]:
        if len(value) > LONGEST_LINE:
            return {"value": value[:CLIPPED].decode(self._encoding, "replace"), "is_cut": True}
        try:
            return {"value": value.decode(self._encoding)}
        except UnicodeDecodeError:
            return {"value_base64": base64.b64encode(value).decode()}


def _too_long() -> RefusedError:
    return RefusedError(say("message_too_long", most=LONGEST_LINE))


def _headers_of(message: Any) -> dict[str, str]:
    """Return the headers of a message that concern CloudEvents, keyed by lower-case name."""
    found = {}
    for name, value in message.headers() or ():
        lower = name.lower()
        if lower == "content-type" or lower.startswith("ce_"):
            found[lower] = (value or b"").decode("utf-8", "replace")
    return found


def _time_of(message: Any) -> datetime | None:
    """Return the timestamp of a message, None if it has none.

    Depending on the topic, it is when the message was created or when the broker stored it.
    """
    kind, milliseconds = message.timestamp()
    if not kind or not 0 <= milliseconds <= _LATEST:
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)

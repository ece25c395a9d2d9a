"""Follow JSON Lines in a file that grows, is rotated or is cut short, or read them from a pipe."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import BinaryIO, Final, NamedTuple

from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Event
from workhours_sla.sources.follow import LINGER, Followed, open_file
from workhours_sla.sources.json_documents import record_of
from workhours_sla.sources.opened import LineCutter
from workhours_sla.sources.rows import Record, RecordMapper, RefusedError, kept_text
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream.source import Idle, Item, Start
from workhours_sla.text.messages import Phrase, say

PARTITION: Final = ""  # name of the only partition of a followed file or pipe

_CHUNK: Final = 1 << 16


class Loss(NamedTuple):
    """A file whose lines may not all have been read."""

    kind: str
    name: str


class Tail:
    """A source that follows a JSON Lines file, or reads a binary stream to its end."""

    def __init__(
        self,
        where: Path | BinaryIO,
        mapper: RecordMapper,
        *,
        encoding: str = "utf-8",
        name: str | None = None,
        interval: float = 1.0,
        clock: Callable[[], datetime] | None = None,
        max_ahead: timedelta | None = None,
        once: bool = False,
        stopping: Flag | None = None,
        report: Callable[[Loss], None] = lambda _: None,
    ) -> None:
        check_encoding(encoding)
        self._where = where
        self.name: str = name or (str(where.absolute()) if isinstance(where, Path) else "stdin")
        """The name under which positions are stored."""
        self.partitions: tuple[str, ...] = (PARTITION,)
        self._interval = interval
        self._clock = clock
        self._once = once
        self._stopping = stopping or Flag()
        self._report = report
        self._rows = StreamRows(mapper, encoding=encoding, clock=clock, max_ahead=max_ahead)
        self.lost: list[Loss] = []  # the files found so far that may not have been read completely

    def check(self) -> None:
        """Raise SourceError if the file does not exist or cannot be read."""
        if isinstance(self._where, Path):
            open_file(self._where).close()

    def finish(self) -> None:
        """Report a file that does not exist as lost. Call this method when following ends."""
        if isinstance(self._where, Path) and not self._where.exists():
            self._lose("source_missing", str(self._where))

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Start | Idle]:
        """Yield an item for each line after a position, and ``Idle`` while no more lines arrive."""
        if not isinstance(self._where, Path):
            return self._of_stream(self._where)
        return self._of_file(self._where, positions.get(PARTITION, ""))

    def read(self, row: Rejected) -> tuple[Event, ...] | Rejected:
        """Return the events of a rejected row that is read again, or a new Rejected."""
        found = self._rows.of_kept(row.text, self._receipt()) if row.text else row
        return plain(found) if isinstance(found, Rejected) else found

    def _of_file(self, path: Path, position: str) -> Iterator[Item | Start | Idle]:
        files = Followed(path, position, self._lose, is_line=self._is_line, once=self._once)
        if files.left_out:
            self._report(Loss("file_before", files.left_out))
        with closing(files):
            while True:
                received_until = self._clock and self._clock()
                try:
                    for line, after in files.poll():
                        if line.strip():
                            yield self._item(line, after)
                        elif not line and after != position:
                            yield Start(PARTITION, after)
                        position = after
                except SourceError:
                    yield Idle()  # the pipeline stores the rows before it
                    raise
                if files.missing == LINGER:
                    self._report(Loss("source_waiting", str(self._where)))
                yield Idle(received_until)
                if self._once or self._stopping.wait(self._interval):
                    return

    def _is_line(self, rest: bytes) -> bool:
        try:
            return bool(self._rows.record_of(rest))
        except RefusedError:
            return False

    def _lose(self, kind: str, name: str) -> None:
        loss = Loss(kind, name)
        self.lost.append(loss)
        self._report(loss)

    # -- a stream ----------------------------------------------------------------------------

    def _of_stream(self, stream: BinaryIO) -> Iterator[Item | Start | Idle]:
        chunks: Queue[bytes | OSError] = Queue(8)
        Thread(target=_pump, args=(stream, chunks), daemon=True).start()
        cutter = LineCutter(0)
        idle_at = monotonic()
        while not self._stopping.is_set():
            received_until = self._clock and self._clock()
            try:
                chunk = chunks.get(timeout=self._interval)
            except Empty:
                yield Idle(received_until)
                continue
            if isinstance(chunk, OSError):
                raise SourceError(say("pipe_broken", name=self.name, why=chunk.strerror))
            for line in cutter.cut(chunk):
                if line.strip():
                    yield self._item(line, str(cutter.offset))
            if not chunk:
                if cutter.rest.strip():
                    yield self._item(cutter.rest, str(cutter.offset + len(cutter.rest)))
                yield Idle(received_until)
                return
            if monotonic() - idle_at >= self._interval:
                yield Idle()
                idle_at = monotonic()

    # -- a line ------------------------------------------------------------------------------

    def _item(self, line: bytes, position: str) -> Item:
        return item_of(PARTITION, position, self._rows.of_bytes(line, self._receipt()))

    def _receipt(self) -> datetime | None:
        return datetime.now(UTC) if self._rows.dates_to_receipt else None


def _pump(stream: BinaryIO, chunks: Queue[bytes | OSError]) -> None:
    """Read a stream in a separate thread, so that waiting for the next bytes can time out."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    try:
        while chunk := read(_CHUNK):
            chunks.put(chunk)
        chunks.put(b"")
    except (OSError, ValueError) as error:
        chunks.put(error if isinstance(error, OSError) else OSError(0, str(error)))


def check_encoding(encoding: str) -> None:
    """Raise SourceError for an encoding in which a line ending is more than one byte."""
    if "\n".encode(encoding) != b"\n":
        raise SourceError(say("not_followed_in", encoding=repr(encoding)))


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

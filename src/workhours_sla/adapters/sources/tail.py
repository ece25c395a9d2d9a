"""JSON Lines as they are written: a file that grows, is rotated or cut short, or a pipe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from queue import Empty, Queue
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import BinaryIO, Final

from workhours_sla.adapters.sources.jsonl import JsonRows
from workhours_sla.adapters.sources.lines import LONGEST_LINE
from workhours_sla.adapters.sources.mapping import Fault, Layout
from workhours_sla.errors import SourceError, StoreError, shown
from workhours_sla.sla.event import Event
from workhours_sla.sla.ports import Item, Lull, Rejected

PARTITION: Final = ""
"""A file or a pipe is one partition."""

_CHUNK: Final = 1 << 16
_HEAD: Final = 1 << 10
"""Bytes at the beginning of a file by which it is known again."""
_LONGEST: Final = 4 * LONGEST_LINE
_ROTATED: Final = re.compile(r"[.-]\d[\d.-]*")
"""What rotation adds to a file's name."""
_POSITION: Final = re.compile(r"(\d{1,18})(?:-([0-9a-f]*))?", re.ASCII)
_MARK: Final = b"\xef\xbb\xbf"


class Tail:
    """A source that follows a JSON Lines file, or reads a binary stream to its end.

    A line counts once its end is written. When the path names another file (rotation) the old
    one is read to its end first; a file that is shorter than what was read of it, or begins
    otherwise, is read from its beginning. A position is a place in a file that is known by how it
    begins, so it holds across restarts and rotations; a stream has none. ``interval`` is how many
    seconds to wait where there is no more; a Lull then carries the time of ``clock``, if there is
    one. With ``once`` the end of the file is the end. ``stopping`` ends it at the next rest.
    Raises SourceError.
    """

    def __init__(  # noqa: PLR0913
        self,
        where: Path | BinaryIO,
        layout: Layout,
        *,
        encoding: str = "utf-8",
        name: str | None = None,
        interval: float = 1.0,
        clock: Callable[[], datetime] | None = None,
        once: bool = False,
        stopping: Flag | None = None,
    ) -> None:
        try:
            one_byte = "\n".encode(encoding) == b"\n"
        except LookupError:
            one_byte = False
        if not one_byte:
            msg = f'lines cannot be followed in encoding {encoding!r}; use "utf-8" or "cp1251"'
            raise SourceError(msg, encoding=encoding)
        self._where = where
        self._encoding = encoding
        self._name = name or (str(where.absolute()) if isinstance(where, Path) else "stdin")
        self._interval = interval
        self._clock = clock
        self._once = once
        self._stopping = stopping or Flag()
        self._rows = JsonRows(layout)
        self.lost = False
        """Whether the file that was read last is gone, with what may have come at its end."""

    @property
    def name(self) -> str:
        """What positions are stored under."""
        return self._name

    @property
    def partitions(self) -> tuple[str, ...]:
        """The one that there is."""
        return (PARTITION,)

    def check(self) -> None:
        """Raise SourceError where the file is not there, or is none that can be read."""
        if isinstance(self._where, Path):
            _open(self._where).close()

    def items(self, positions: Mapping[str, str]) -> Iterator[Item | Lull]:
        """Yield what each line gives after a position, and a Lull wherever there is no more."""
        if not isinstance(self._where, Path):
            return self._of_stream(self._where)
        return self._of_file(self._where, positions.get(PARTITION))

    def read(self, row: Rejected) -> tuple[Event, ...] | Rejected:
        """Return the events of one line, or why it has none: for ``replay`` of a store."""
        item = self._item(row.text.encode(self._encoding, "replace"), "")
        return item.rejected or item.events

    # -- a file ------------------------------------------------------------------------------

    def _of_file(self, path: Path, position: str | None) -> Iterator[Item | Lull]:
        opened, offset = self._find(path, position)
        for earlier in opened:
            with _open(earlier) as file:
                yield from self._to_the_end(_Reading(file, offset), last=True)
            offset = 0
        while True:
            with _open(path) as file:
                reading = _Reading(file, offset)
                yield from self._follow(path, reading)
                if self._once or self._stopping.is_set():
                    return
                yield from self._to_the_end(reading, last=True)
            offset = 0
            while not path.exists():
                yield Lull()
                if self._stopping.wait(self._interval):
                    return

    def _follow(self, path: Path, reading: _Reading) -> Iterator[Item | Lull]:
        """Yield what a file gives, until its path names another one."""
        while True:
            moved = reading.moved(path)
            heard_at = self._clock and self._clock()
            if reading.changed:
                reading.begin(0)
            yield from self._to_the_end(reading)
            yield Lull(heard_at)
            if self._once or moved or self._stopping.wait(self._interval):
                return

    def _to_the_end(self, reading: _Reading, *, last: bool = False) -> Iterator[Item]:
        """Yield what there is; of a file that is done with, a line without an end as well."""
        while chunk := reading.read():
            for line, offset in reading.cut(chunk):
                if line.strip():
                    yield self._item(line, reading.position(offset))
        if last and reading.rest.strip():
            yield self._item(reading.rest, reading.position(reading.offset + len(reading.rest)))

    def _find(self, path: Path, position: str | None) -> tuple[list[Path], int]:
        """Return the rotated files to read first, and the offset to begin at."""
        offset, known = _parsed(position, self._name)
        if not offset or _begins(path, offset, known):
            return [], offset
        rotated = sorted(
            (one for one in path.parent.glob("*") if _is_rotated(one, path)),
            key=lambda one: one.stat().st_mtime_ns,
        )
        for place, one in enumerate(rotated):
            if _begins(one, offset, known):
                return rotated[place:], offset
        self.lost = True
        return [], 0

    # -- a stream ----------------------------------------------------------------------------

    def _of_stream(self, stream: BinaryIO) -> Iterator[Item | Lull]:
        chunks: Queue[bytes | OSError] = Queue(8)
        Thread(target=_pump, args=(stream, chunks), daemon=True).start()
        cutter = _Cutter(0)
        rested = monotonic()
        while not self._stopping.is_set():
            heard_at = self._clock and self._clock()
            try:
                chunk = chunks.get(timeout=self._interval)
            except Empty:
                yield Lull(heard_at)
                continue
            if isinstance(chunk, OSError):
                msg = f"{self._name} cannot be read on ({chunk.strerror}); pipe it in again"
                raise SourceError(msg, name=self._name)
            for line, offset in cutter.cut(chunk):
                if line.strip():
                    yield self._item(line, str(offset))
            if not chunk:
                if cutter.rest.strip():
                    yield self._item(cutter.rest, str(cutter.offset + len(cutter.rest)))
                yield Lull(heard_at)
                return
            if monotonic() - rested >= self._interval:
                yield Lull()
                rested = monotonic()

    # -- a line ------------------------------------------------------------------------------

    def _item(self, line: bytes, position: str) -> Item:
        try:
            text = line.removeprefix(_MARK).decode(self._encoding)
        except UnicodeDecodeError:
            text = line.decode(self._encoding, "replace")
            detail = f"not text in {self._encoding}"
            return Item(PARTITION, position, rejected=Rejected("malformed", detail, text))
        found = self._rows.item_of(text, 0)
        if isinstance(found, Fault):
            return Item(PARTITION, position, rejected=Rejected(found.reason, found.detail, text))
        return Item(PARTITION, position, found)


class _Cutter:
    """Cuts bytes into whole lines; ``offset`` is where the last one ended, ``rest`` comes after.

    Of a line longer than any may be only the beginning is kept.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.rest = b""
        self._skipped = 0

    def cut(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        first, *others = chunk.split(b"\n")
        self.rest += first
        if others:
            self.offset += len(self.rest) + self._skipped + 1
            self._skipped = 0
            yield self.rest + b"\n", self.offset
            self.rest = others.pop()
            for line in others:
                self.offset += len(line) + 1
                yield line + b"\n", self.offset
        if len(self.rest) > _LONGEST:
            self._skipped += len(self.rest) - _LONGEST
            self.rest = self.rest[:_LONGEST]


class _Reading(_Cutter):
    """A file that is being read, from an offset on."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        self.begin(offset)

    def begin(self, offset: int) -> None:
        """Read on from an offset."""
        super().__init__(offset)
        self._at = offset
        self._head = b""
        self._digest = ""

    def read(self) -> bytes:
        self._file.seek(self._at)
        chunk = self._file.read(_CHUNK)
        self._at += len(chunk)
        return chunk

    def position(self, offset: int) -> str:
        """Return an offset, and what the file begins with up to there."""
        if len(self._head) < min(offset, _HEAD):
            self._head = self._beginning(_HEAD)
            self._digest = _digest(self._head)
        return f"{offset}-{self._digest if offset >= _HEAD else _digest(self._head[:offset])}"

    @property
    def changed(self) -> bool:
        """Whether the file is not the one that was read so far, but another in its place."""
        size = os.fstat(self._file.fileno()).st_size
        return size < self._at or self._beginning(len(self._head)) != self._head

    def moved(self, path: Path) -> bool:
        """Whether a path names another file by now; while it names none the old one goes on."""
        here = os.fstat(self._file.fileno())
        try:
            there = path.stat()
        except OSError:
            return False
        return (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino)

    def _beginning(self, size: int) -> bytes:
        self._file.seek(0)
        return self._file.read(size)


def _pump(stream: BinaryIO, chunks: Queue[bytes | OSError]) -> None:
    """Hand over what a stream gives, so that waiting for it can end in time."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    try:
        while chunk := read(_CHUNK):
            chunks.put(chunk)
        chunks.put(b"")
    except (OSError, ValueError) as error:
        chunks.put(error if isinstance(error, OSError) else OSError(0, str(error)))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        msg = f"no file {str(path)!r}; check the path, or give - for standard input"
        raise SourceError(msg, name=str(path)) from None
    except OSError as error:
        msg = f"cannot open {str(path)!r} ({error.strerror}); give a file that can be read"
        raise SourceError(msg, name=str(path)) from None


def _parsed(position: str | None, name: str) -> tuple[int, str]:
    found = _POSITION.fullmatch(position or "0-")
    if found is None:
        msg = (
            f"the stored position {shown(position)} of {name} is none that reading it gives; "
            "restore the last snapshot of the store"
        )
        raise StoreError(msg, name=name, position=position)
    return int(found[1]), found[2] or ""


def _digest(head: bytes) -> str:
    return sha256(head).hexdigest()[:16]


def _begins(path: Path, offset: int, known: str) -> bool:
    """Whether a file is the one that a position is in."""
    try:
        with path.open("rb") as file:
            head = file.read(min(offset, _HEAD))
        return path.stat().st_size >= offset and _digest(head) == known
    except OSError:
        return False


def _is_rotated(one: Path, path: Path) -> bool:
    if not one.name.startswith(path.name) or not one.is_file():
        return False
    return _ROTATED.fullmatch(one.name[len(path.name) :]) is not None

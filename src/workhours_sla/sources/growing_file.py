"""Read a file while it is written, and detect that it was truncated or rewritten."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from workhours_sla.errors import SourceError
from workhours_sla.sources.file_position import (
    BEFORE,
    HEAD,
    Inode,
    Spot,
    digest,
    identity_of,
    inode_of,
)
from workhours_sla.sources.lines import LONGEST_LINE
from workhours_sla.sources.opened import cannot_open, no_file
from workhours_sla.text.messages import say

_CHUNK: Final = 1 << 16
_KEPT_BYTES = 4 * LONGEST_LINE + 8


class LineCutter:
    """Splits chunks of bytes into complete lines.

    ``offset`` is the number of bytes up to the end of the last complete line. ``rest`` contains the
    bytes after that line. A line that is too long is cut off.
    """

    def __init__(self, offset: int) -> None:
        self.offset: int = offset
        self.rest: bytes = b""
        self._skipped = 0

    def cut(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield each line that ends in ``chunk``, with the offset in bytes after the line."""
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
        if len(self.rest) > _KEPT_BYTES:
            self._skipped += len(self.rest) - _KEPT_BYTES
            self.rest = self.rest[:_KEPT_BYTES]


class Reading(LineCutter):
    """A followed file that is open, and how far it was read.

    Times of writes are in nanoseconds since 1970.
    """

    def __init__(self, file: BinaryIO, path: Path, offset: int = 0) -> None:
        status = os.fstat(file.fileno())
        self.file = file
        self.path = path
        self.inode: Inode = inode_of(status)
        self._identity = identity_of(file)
        self.written_at: int = status.st_mtime_ns
        """The time of the file's last write, as of the last read."""
        self.floor: int = status.st_mtime_ns
        """The time of the file's last write, as of the last search for other files."""
        self.quiet = 0
        """How many polls in a row found nothing new in the file."""
        self.is_known = False
        """Whether the file was rotated before its position was stored."""
        self.is_doubted: bool = False
        """Whether the file was cut short while it was opened."""
        self._head = self._before = b""
        self._end = 0
        self._head_digest = self._spot_text = ""
        self._looked_at = (0, 0)
        self.begin(offset)
        self.was_empty: bool = not self._head
        """Whether the file may have been copied and cut short since the last poll."""

    def begin(self, offset: int) -> None:
        """Continue reading at an offset in bytes."""
        self.is_doubted = False
        super().__init__(offset)
        self._at = offset
        self._spot_text = ""
        self._remember()

    def read(self) -> bytes:
        """Return the next bytes; pass them to ``cut`` to mark them as read. Raises SourceError."""
        self.written_at = os.fstat(self.file.fileno()).st_mtime_ns
        return self._bytes(self._at, self._at + _CHUNK)

    def cut(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield each line that ends in ``chunk``, with the offset in bytes after the line."""
        self._at += len(chunk)
        before = self.offset
        for line, offset in super().cut(chunk):
            if not before:
                self._head = self._before = b""
            self._end = offset
            if offset - before == len(line):
                self._before = (self._before + line)[-BEFORE:]
                if len(self._head) < HEAD:
                    self._head = (self._head + line)[:HEAD]
                    self._head_digest = digest(self._head)
            else:  # the line was too long to be kept in full
                self._remember()
            before = offset
            self._spot_text = ""
            yield line, offset

    def take_rest(self) -> bytes:
        """Return the bytes after the last complete line, and count them as a complete line."""
        rest = self.rest
        self.begin(self._at)
        return rest

    @property
    def spot_text(self) -> str:
        """``spot`` as text, to store it."""
        if not self._spot_text or not self.offset:
            if not self.offset:
                self._look_again()
            head, before = f"{len(self._head)}-{self._head_digest}", digest(self._before)
            end = f"-{self._end}" if self._end > self.offset else ""
            floor = max(0, self.floor)
            self._spot_text = f"{self.offset}-{head}-{before}-{self._identity}-{floor}{end}"
        return self._spot_text

    @property
    def spot(self) -> Spot:
        """The record of how far the file was read, and of the bytes by which to recognise it."""
        return Spot.parse(self.spot_text)

    @property
    def is_touched(self) -> bool:
        """Whether the file was written to since the last search for other files."""
        return self.written_at != self.floor

    @property
    def is_intact(self) -> bool:
        """Whether the file was neither truncated nor rewritten."""
        return self._is_recognised and (self.offset > 0 or self.has_rest)

    @property
    def _is_recognised(self) -> bool:
        """Whether the file still starts and ends with the remembered bytes."""
        size = min(self._end, BEFORE)
        there = self._bytes(self._end - size, self._end)
        return (
            not self.is_doubted
            and len(there) == size
            and there == self._before
            and self._bytes(0, len(self._head)) == self._head
        )

    @property
    def has_rest(self) -> bool:
        """Whether the bytes read after the last complete line are still in the file."""
        size = os.fstat(self.file.fileno()).st_size
        end = self.offset + len(self.rest)
        if size < self._at or end < self._at or len(self.rest) > _CHUNK:
            return size >= self._at
        return self._bytes(self.offset, end) == self.rest

    def _remember(self) -> None:
        """Store the bytes by which the file is recognised later."""
        self._end, self._head, self._before = self._sample()
        self._head_digest = digest(self._head)

    def _look_again(self) -> None:
        """Update the remembered bytes if the file grew before anything was read.

        A truncated file keeps the bytes that were remembered.
        """
        status = os.fstat(self.file.fileno())
        looked_at = (status.st_size, status.st_mtime_ns)
        if looked_at != self._looked_at:
            sample = self._sample()
            if self._is_recognised:  # checked after reading, so that the sample is of this file
                self._end, self._head, self._before = sample
                self._head_digest = digest(self._head)
                self._looked_at = looked_at

    def _sample(self) -> tuple[int, bytes, bytes]:
        """Return the end of the lines read so far, with their first and last bytes.

        If no line was read, these are all complete lines of the file. Without a complete line the
        end is 0, the first bytes are the first of the file, and the last bytes are empty.
        """
        end = self.offset or self._end_of_lines()
        head = self._bytes(0, min(end or HEAD, HEAD))
        return end, head, self._bytes(max(0, end - BEFORE), end)

    def _end_of_lines(self) -> int:
        """Return the offset after the last complete line, 0 if no line ends in the last 64 KiB."""
        size = os.fstat(self.file.fileno()).st_size
        begin = max(0, size - _CHUNK)
        found = self._bytes(begin, size).rfind(b"\n")
        return begin + found + 1 if found >= 0 else 0

    def _bytes(self, begin: int, end: int) -> bytes:
        """Return the bytes between two offsets. Raises SourceError."""
        try:
            self.file.seek(begin)
            return self.file.read(end - begin)
        except OSError as error:
            msg = say("unreadable", name=repr(str(self.path)), why=error.strerror)
            raise SourceError(msg, name=str(self.path), why=error.strerror) from None


def open_file(path: Path) -> BinaryIO:
    """Open a file to follow it. Raises SourceError."""
    try:
        return opened(path)
    except FileNotFoundError:
        raise no_file(str(path)) from None


def opened(path: Path) -> BinaryIO:
    """Open a file to follow it.

    Raises FileNotFoundError if there is no such file, and SourceError if it cannot be opened for
    another reason.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise SourceError(say("not_regular", name=repr(str(path))), name=str(path))
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot_open(str(path), error) from None

"""Read a file while it is written: how far it was read, and whether it is still the same."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from workhours_sla.adapters.sources.lines import LineCutter
from workhours_sla.adapters.sources.rotated import Inode, identity_of, inode_of
from workhours_sla.adapters.sources.spot import BEFORE, HEAD, Spot, digest
from workhours_sla.errors import SourceError

_CHUNK: Final = 1 << 16
_CAUSES: Final = {errno.EACCES: "denied", errno.EPERM: "denied", errno.EISDIR: "directory"}


class Reading(LineCutter):
    """A file that is open, and how far it was read."""

    def __init__(self, file: BinaryIO, path: Path, offset: int = 0) -> None:
        status = os.fstat(file.fileno())
        self.file = file
        self.path = path
        self.inode: Inode = inode_of(status)
        self._identity = identity_of(file)
        self.written_at: int = status.st_mtime_ns
        self.floor: int = status.st_mtime_ns
        """The last write before the last read, and before the last search for other files."""
        self.quiet = 0
        """How many polls in a row found nothing new."""
        self.is_known = False
        """Whether it was rotated before its position was stored."""
        self.is_doubted: bool = False
        """Whether it was cut short while it was opened."""
        self._head = self._before = b""
        self._end = 0
        self._known = self._place = ""
        self._looked_at = (0, 0)
        self.begin(offset)
        self.was_empty: bool = not self._head
        """Whether it may have been copied and cut short since the last poll."""

    def begin(self, offset: int) -> None:
        """Continue at an offset."""
        self.is_doubted = False
        super().__init__(offset)
        self._at = offset
        self._place = ""
        self._remember()

    def read(self) -> bytes:
        """Return the next bytes; ``cut`` counts them as read. Raises SourceError."""
        self.written_at = os.fstat(self.file.fileno()).st_mtime_ns
        return self._bytes(self._at, self._at + _CHUNK)

    def cut(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield each line that ends in a chunk, and the offset after it."""
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
                    self._known = digest(self._head)
            else:  # a line that is too long to be kept
                self._remember()
            before = offset
            self._place = ""
            yield line, offset

    def take_rest(self) -> bytes:
        """Return the rest after the last line, and count it as a line."""
        rest = self.rest
        self.begin(self._at)
        return rest

    @property
    def place(self) -> str:
        """The text of a Spot: how far the file was read.

        Before the first line is read, the file is recognised by the lines that it has.
        """
        if not self._place or not self.offset:
            if not self.offset:
                self._look_again()
            known, before = f"{len(self._head)}-{self._known}", digest(self._before)
            end = f"-{self._end}" if self._end > self.offset else ""
            floor = max(0, self.floor)
            self._place = f"{self.offset}-{known}-{before}-{self._identity}-{floor}{end}"
        return self._place

    @property
    def spot(self) -> Spot:
        """How far the file was read."""
        return Spot.parse(self.place)

    @property
    def is_touched(self) -> bool:
        """Whether it was written since the last search for other files, even if it is empty."""
        return self.written_at != self.floor

    @property
    def is_intact(self) -> bool:
        """Whether the file still has what was read, so was not cut short or rewritten."""
        return self._is_there and (self.offset > 0 or self.has_rest)

    @property
    def _is_there(self) -> bool:
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
        """Whether the file still has the rest after the last line."""
        size = os.fstat(self.file.fileno()).st_size
        end = self.offset + len(self.rest)
        if size < self._at or end < self._at or len(self.rest) > _CHUNK:
            return size >= self._at
        return self._bytes(self.offset, end) == self.rest

    def _remember(self) -> None:
        """Read the bytes that the file is recognised by."""
        self._end, self._head, self._before = self._marks()
        self._known = digest(self._head)

    def _look_again(self) -> None:
        """Read them again if lines were added before the first read, unless the file was cut."""
        status = os.fstat(self.file.fileno())
        looked_at = (status.st_size, status.st_mtime_ns)
        if looked_at != self._looked_at:
            marks = self._marks()
            if self._is_there:  # checked after reading, so that they are of the same file
                self._end, self._head, self._before = marks
                self._known = digest(self._head)
                self._looked_at = looked_at

    def _marks(self) -> tuple[int, bytes, bytes]:
        """Return where the lines end that were read, or all lines if none was, and their two ends.

        If no line is complete yet, the beginning of the file is used for them.
        """
        end = self.offset or self._end_of_lines()
        head = self._bytes(0, min(end or HEAD, HEAD))
        return end, head, self._bytes(max(0, end - BEFORE), end)

    def _end_of_lines(self) -> int:
        size = os.fstat(self.file.fileno()).st_size
        begin = max(0, size - _CHUNK)
        found = self._bytes(begin, size).rfind(b"\n")
        return begin + found + 1 if found >= 0 else 0

    def _bytes(self, begin: int, end: int) -> bytes:
        try:
            self.file.seek(begin)
            return self.file.read(end - begin)
        except OSError as error:
            msg = (
                f"{str(self.path)!r} cannot be read further ({error.strerror}); "
                "check its disk and start again"
            )
            raise SourceError(
                msg, name=str(self.path), cause="unreadable", why=error.strerror
            ) from None


def open_file(path: Path) -> BinaryIO:
    """Open a file that can be followed. Raises SourceError."""
    try:
        return opened(path)
    except FileNotFoundError:
        raise no_file(path) from None


def opened(path: Path) -> BinaryIO:
    """Open a file. Raises FileNotFoundError, and SourceError for all else."""
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            msg = (
                f"{str(path)!r} is not a file that can be read again; give - as SOURCE and pipe it "
                "into standard input"
            )
            raise SourceError(msg, name=str(path), cause="not_regular")
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot_open(path, error) from None


def cannot_open(path: Path, error: OSError) -> SourceError:
    """Return the error that an existing file cannot be opened."""
    msg = f"cannot open {str(path)!r} ({error.strerror}); give a file that can be read"
    cause = _CAUSES.get(error.errno or 0, "unopened")
    return SourceError(msg, name=str(path), cause=cause, why=error.strerror)


def no_file(path: Path) -> SourceError:
    """Return the error that there is no such file."""
    msg = f"no file {str(path)!r}; check the path, or give - for standard input"
    return SourceError(msg, name=str(path), cause="no_file")

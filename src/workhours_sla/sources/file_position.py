"""Positions in followed files: how far a file was read, and how to recognise the file later."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from workhours_sla.disk.faults import fail
from workhours_sla.errors import shown

HEAD: Final = 1 << 10
"""Number of bytes at the beginning of a file that are used to recognise the file."""
BEFORE: Final = 1 << 10
"""Number of bytes before the offset that are used to recognise the file."""

Inode = tuple[int, int]
"""The device number and the inode number of a file, which a rename does not change."""

_SPOT: Final = re.compile(
    r"(\d{1,18})-(\d{1,18})-([0-9a-f]*)-([0-9a-f]*)-(\d{1,20})-(\d{1,20})(?:-(\d{1,18}))?", re.ASCII
)
_GET_VERSION: Final = 0x80087601
"""The ioctl FS_IOC_GETVERSION, which returns the generation of an inode."""


class Spot(NamedTuple):
    """How far a file was read, and how to recognise the file after a restart or a rename.

    ``offset`` is the number of bytes that were read. ``head`` is the digest of the first ``known``
    bytes of the file, and ``before`` is the digest of the bytes before the offset; each covers at
    most 1,024 bytes. A file that matches both digests is the file that was read. ``identity`` is
    the result of ``identity_of``, 0 if unknown. ``written_at`` is the time of the last write to the
    file in nanoseconds since 1970, 0 if unknown.

    While ``offset`` is 0, the file is recognised by its complete lines: they end at byte ``end``,
    and ``before`` is the digest of the bytes before ``end``. ``end`` is 0 if the file has no
    complete line, or if ``offset`` is not 0.
    """

    offset: int
    known: int
    head: str
    before: str
    identity: int
    written_at: int
    end: int = 0

    @property
    def text(self) -> str:
        """The fields as text, joined by hyphens."""
        return "-".join(map(str, self if self.end else self[:-1]))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text of a spot. Raises ValueError."""
        found = _SPOT.fullmatch(text)
        if found is None or int(found[2]) > HEAD:
            msg = f"{shown(text)} is not a place in a file"
            raise ValueError(msg)
        offset, known, identity, written_at = map(int, found.group(1, 2, 5, 6))
        return cls(offset, known, found[3], found[4], identity, written_at, int(found[7] or 0))

    def is_in(self, file: BinaryIO) -> bool:
        """Return whether a file has the recorded bytes at its beginning and before the offset.

        Return False if the spot records no bytes.
        """
        file.seek(0)
        if not self.known or digest(file.read(self.known)) != self.head:
            return False
        return not self.offset or self._ends(file, self.offset)

    def is_whole_in(self, file: BinaryIO) -> bool:
        """Return whether a file has all recorded bytes, including the bytes before ``end``."""
        return self.is_in(file) and (not self.end or self._ends(file, self.end))

    def _ends(self, file: BinaryIO, end: int) -> bool:
        """Return whether the bytes of a file before offset ``end`` have the digest ``before``."""
        size = min(end, BEFORE)
        file.seek(end - size)
        before = file.read(size)
        return len(before) == size and self.before in ("", digest(before))


def spots_of(position: str, name: str) -> tuple[list[Spot], list[Spot]]:
    """Parse a stored position: return the spots of finished files and of files to resume.

    A spot says how far a file was read. Each list begins with the oldest file. Raises StoreError.
    """
    *done, following = position.split(";")
    try:
        return [Spot.parse(text) for text in done], list(map(Spot.parse, following.split(",")))
    except ValueError:
        fail("store_position", Path(name), position=shown(position))


def digest(data: bytes) -> str:
    """Return the first 64 bits of the SHA-256 of ``data``, in hexadecimal."""
    return sha256(data).hexdigest()[:16]


def inode_of(status: os.stat_result) -> Inode:
    """Return the device number and the inode number of a file."""
    return status.st_dev, status.st_ino


def identity_of(file: BinaryIO) -> int:
    """Return a number that identifies a file on its disk: its inode number and its generation.

    The inode number alone is soon reused for another file. The generation counts how often it was
    reused. Only Linux has generations, and only on some file systems. The inode number fills the
    upper bits, and the generation the lower 32 bits, which are 0 if it is unknown.
    """
    number, generation = os.fstat(file.fileno()).st_ino, b""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            generation = fcntl.ioctl(file.fileno(), _GET_VERSION, bytes(8))[:4]
    return number << 32 | int.from_bytes(generation, sys.byteorder)

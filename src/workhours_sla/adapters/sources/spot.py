"""Positions in followed files: how far a file was read, and what identifies it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from workhours_sla.adapters.faults import fail
from workhours_sla.errors import shown

HEAD: Final = 1 << 10
"""How many bytes at the beginning of a file are compared."""
BEFORE: Final = 1 << 10
"""How many bytes before the offset are compared."""

_FORM: Final = re.compile(
    r"(\d{1,18})-(\d{1,18})-([0-9a-f]*)-([0-9a-f]*)-(\d{1,20})-(\d{1,20})(?:-(\d{1,18}))?", re.ASCII
)


class Spot(NamedTuple):
    """A position in a file.

    The file is recognised by the digests of its first ``known`` bytes and of the bytes before the
    offset, at most 1,024 each. A file with the same bytes in both places counts as the same file.
    ``identity`` and ``written_at`` (the time of its last write, in nanoseconds) are those of the
    file when it was read, 0 if unknown.

    Before the first line is read, the file is recognised by the lines that it has: ``end`` is where
    they end, and ``before`` is the digest of the bytes before that; 0 if there are none.
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
        """The fields, joined by hyphens."""
        return "-".join(map(str, self if self.end else self[:-1]))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the spot of a text. Raises ValueError."""
        found = _FORM.fullmatch(text)
        if found is None:
            msg = f"{shown(text)} is not a place in a file"
            raise ValueError(msg)
        offset, known, identity, written_at = map(int, found.group(1, 2, 5, 6))
        return cls(offset, known, found[3], found[4], identity, written_at, int(found[7] or 0))

    def is_in(self, file: BinaryIO) -> bool:
        """Whether a file has the same bytes at its beginning and before the offset.

        False if no byte of the file is known.
        """
        file.seek(0)
        if not self.known or digest(file.read(self.known)) != self.head:
            return False
        return not self.offset or self._ends(file, self.offset)

    def is_whole_in(self, file: BinaryIO) -> bool:
        """Whether a file also has the lines that it had before the first one was read."""
        return self.is_in(file) and (not self.end or self._ends(file, self.end))

    def _ends(self, file: BinaryIO, end: int) -> bool:
        size = min(end, BEFORE)
        file.seek(end - size)
        before = file.read(size)
        return len(before) == size and self.before in ("", digest(before))


def spots_of(position: str, name: str) -> tuple[list[Spot], list[Spot]]:
    """Return the spots of a position: in completed files, and in those that reading continues in.

    Each list is of the oldest file first. Raises StoreError.
    """
    *done, following = position.split(";")
    try:
        return [Spot.parse(text) for text in done], list(map(Spot.parse, following.split(",")))
    except ValueError:
        fail("store_position", Path(name), position=shown(position))


def digest(data: bytes) -> str:
    """Return 64 bits of a hash of bytes, as text."""
    return sha256(data).hexdigest()[:16]

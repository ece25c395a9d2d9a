"""Positions in followed files: how far a file was read, and what it is recognised by."""

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
_FIRST_FORM: Final = re.compile(r"(\d{1,18})-([0-9a-f]*)", re.ASCII)


class Spot(NamedTuple):
    """A place in a file.

    The file is recognised by the digest of its first ``known`` bytes and the digest of the
    bytes before the offset, 1,024 at most each. A file with the same bytes in both places and
    others between them is taken for the same one. ``identity`` and ``written_at`` (the time of
    its last write, in nanoseconds) are of the file as it was read; 0 where that is not known.

    Before the first line there is nothing before the offset. Then the lines that were there already
    are what it is recognised by: ``end`` is where they ended, and ``before`` is of what came before
    that; 0 if there were none.
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
        """The fields with hyphens between."""
        return "-".join(map(str, self if self.end else self[:-1]))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the spot of a text. Raises ValueError.

        In the form of earlier stores there are only the offset and the digest of the beginning.
        """
        first = _FIRST_FORM.fullmatch(text)
        if first is not None:
            offset = int(first[1])
            return cls(offset, min(offset, HEAD), first[2], "", 0, 0)
        found = _FORM.fullmatch(text)
        if found is None:
            msg = f"{shown(text)} is not a place in a file"
            raise ValueError(msg)
        offset, known, identity, written_at = map(int, found.group(1, 2, 5, 6))
        return cls(offset, known, found[3], found[4], identity, written_at, int(found[7] or 0))

    def is_in(self, file: BinaryIO) -> bool:
        """Whether a file has the same bytes at its beginning and before the offset.

        A file of which no byte is known is recognised by nothing.
        """
        file.seek(0)
        if not self.known or digest(file.read(self.known)) != self.head:
            return False
        return not self.offset or self._ends(file, self.offset)

    def is_whole_in(self, file: BinaryIO) -> bool:
        """Whether a file also has what was there before the first line was read."""
        return self.is_in(file) and (not self.end or self._ends(file, self.end))

    def _ends(self, file: BinaryIO, end: int) -> bool:
        size = min(end, BEFORE)
        file.seek(end - size)
        before = file.read(size)
        return len(before) == size and self.before in ("", digest(before))


def spots_of(position: str, name: str) -> tuple[list[Spot], list[Spot]]:
    """Return the spots of a position: in files that are done with, and in those to read on.

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

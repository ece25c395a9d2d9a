"""Find, order and recognise the rotated files of a followed one."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from workhours_sla.adapters.sources.spot import Spot
from workhours_sla.errors import SourceError

Inode = tuple[int, int]
"""Device and inode number of a file, which a rename does not change."""

_ROTATED: Final = re.compile(r"([.-]\d[\d._-]*?)(\.(?:gz|bz2|xz|lzma|zst|lz4|Z|zip|7z))?")
"""The suffixes that rotation and compression add to the name of a file."""
_UNPACKERS: Final = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}
_LOOKS: Final = 100
_GET_VERSION: Final = 0x80087601
"""FS_IOC_GETVERSION, which returns the generation of an inode."""
_CHUNK: Final = 1 << 16
_MOST_DIGITS: Final = 3
"""A longer number in a name is a date."""


class Found(NamedTuple):
    """A rotated file, or the followed file itself, whose ``suffix`` is empty."""

    path: Path
    inode: Inode
    written_at: int
    suffix: str = ""
    packed: str = ""

    def is_since(self, floor: int) -> bool:
        """Whether it was written at ``floor`` or later, or is the followed file."""
        return not self.suffix or self.written_at >= floor

    @property
    def number(self) -> int | None:
        """The number of a file named like ``events.jsonl.1``: 1."""
        digits = self.suffix[1:]
        return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def identity_of(file: BinaryIO) -> int:
    """Return what identifies a file among all that ever were on its disk, if there is such.

    An inode number is soon reused. On some file systems Linux counts how often.
    """
    number, times = os.fstat(file.fileno()).st_ino, b""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on other platforms

        with suppress(OSError):
            times = fcntl.ioctl(file.fileno(), _GET_VERSION, bytes(8))[:4]
    return number << 32 | int.from_bytes(times, sys.byteorder)


def inode_of(status: os.stat_result) -> Inode:
    """Return what a rename does not change."""
    return status.st_dev, status.st_ino


def rotations(path: Path) -> list[Found]:
    """Return the rotated files of a path in the order of their last write, then the path's own.

    The directory is listed until the result is the same twice, because files may be renamed
    meanwhile. Of files written at the same moment the one with the greater number comes first, or
    the one with the earlier date. Raises SourceError for a directory that cannot be listed.
    """
    before = None
    found: list[Found] = []
    for _ in range(_LOOKS):
        try:
            found = _look(path)
        except OSError as error:
            msg = (
                f"cannot list the directory of {str(path)!r} ({error.strerror}), where its rotated "
                "files are; let it be read"
            )
            raise SourceError(msg, name=str(path), cause="unlisted", why=error.strerror) from None
        names = {(one.path.name, one.inode) for one in found}
        if names == before:
            break
        before = names
    return sorted(found, key=_order)


def missing_numbers(found: Iterable[Found], unread: Iterable[Found]) -> list[int]:
    """Return the numbers without a file between the oldest unread one and the followed one.

    Only where the newest file has the smallest number.
    """
    numbered = {one.number: one for one in found if one.number}
    plain = [numbered[number] for number in sorted(numbered) if not numbered[number].packed]
    if plain and plain[0].written_at < plain[-1].written_at:
        return []
    oldest = max([one.number or 0 for one in unread], default=0)
    return [number for number in range(1, oldest) if number not in numbered]


def recognised(
    one: Found, spots: Sequence[Spot], open_files: Iterable[BinaryIO]
) -> tuple[list[Spot], bool]:
    """Return the spots in a compressed file, and whether all of it was read.

    ``open_files`` were read to their end. A file that cannot be unpacked here is recognised only
    as one of them, by the time of its last write.
    """
    if one.packed not in _UNPACKERS:
        return [], any(os.fstat(file.fileno()).st_mtime_ns == one.written_at for file in open_files)
    try:
        with import_module(_UNPACKERS[one.packed]).open(one.path) as unpacked:
            there = [spot for spot in spots if spot.is_in(unpacked)]
            ends = {0, *[spot.offset for spot in there]}
            return there, (
                any(_ends_at(unpacked, offset) for offset in ends)
                or any(_is_beginning(unpacked, file) for file in open_files)
            )
    except Exception:  # noqa: BLE001 - each kind of damage has an error of its own
        return [], False


def is_blank(one: Found) -> bool:
    """Whether a compressed file is known to be empty."""
    if one.packed not in _UNPACKERS:
        return False
    try:
        with import_module(_UNPACKERS[one.packed]).open(one.path) as unpacked:
            return _ends_at(unpacked, 0)
    except Exception:  # noqa: BLE001 - each kind of damage has an error of its own
        return False


def _look(path: Path) -> list[Found]:
    found = []
    with os.scandir(path.parent) as entries:
        for entry in entries:
            if not entry.name.startswith(path.name):
                continue
            match = _ROTATED.fullmatch(entry.name[len(path.name) :])
            if match or entry.name == path.name:
                suffix, packed = match.groups("") if match else ("", "")
                one = path.with_name(entry.name)
                try:
                    status = one.stat()
                except FileNotFoundError:
                    continue
                if match is None or stat.S_ISREG(status.st_mode):
                    found.append(Found(one, inode_of(status), status.st_mtime_ns, suffix, packed))
    return found


def _order(one: Found) -> tuple[bool, int, int, str]:
    return not one.suffix, one.written_at, -(one.number or 0), one.suffix


def _is_beginning(unpacked: BinaryIO, file: BinaryIO) -> bool:
    """Whether a file begins with the whole content of another one."""
    unpacked.seek(0)
    file.seek(0)
    while chunk := unpacked.read(_CHUNK):
        if file.read(len(chunk)) != chunk:
            return False
    return True


def _ends_at(unpacked: BinaryIO, offset: int) -> bool:
    unpacked.seek(offset)
    return not unpacked.read(1)

"""Search for the rotated files of a followed path, and recognise files that were read before.

A candidate is a rotated file or the file at the path. A spot (``Spot``) is the stored record of a
file that was read: how far, and how to recognise it. The home of a spot is the candidate that is
this file. ``floor`` is the time of the last write to the newest known file: candidates with later
writes may be new. Times of writes are in nanoseconds since 1970.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from workhours_sla.errors import SourceError
from workhours_sla.sources.file_position import Inode, Spot, identity_of, inode_of
from workhours_sla.sources.growing_file import Reading, opened
from workhours_sla.text.messages import say

_ROTATED: Final = re.compile(r"([.-]\d[\d._-]*?)(\.(?:gz|bz2|xz|lzma|zst|lz4|Z|zip|7z))?")
"""The suffixes that rotation and compression add to the name of a file."""
_UNPACKERS: Final = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}
"""The module that decompresses each suffix of compressed files."""
_CHUNK: Final = 1 << 16
_MOST_DIGITS: Final = 3
"""A number in a file name with more digits than this is a date."""
_MOST_LISTINGS: Final = 100
"""Maximum number of directory listings in one search while files are being renamed."""
_MOST_COMPARED: Final = 200
"""Maximum number of files that are compared in one search."""


class Candidate(NamedTuple):
    """A rotated file, or the current file at the path; the current file has an empty ``suffix``.

    ``written_at`` is the time of the last write. ``packed`` is the suffix of the compression
    format, empty if the file is not compressed.
    """

    path: Path
    inode: Inode
    written_at: int
    suffix: str = ""
    packed: str = ""

    def is_since(self, floor: int) -> bool:
        """Whether the file was written to at or after ``floor``, or is the file at the path."""
        return not self.suffix or self.written_at >= floor

    @property
    def number(self) -> int | None:
        """The number of a rotated file, such as 1 for ``events.jsonl.1``, or None."""
        digits = self.suffix[1:]
        return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None

    @property
    def mark(self) -> Spot:
        """The spot to store for a compressed file, so that later searches skip the file."""
        return Spot(0, 0, "", "", self.inode[1], self.written_at)


class OpenCandidate(NamedTuple):
    """A candidate with its open file, or with the error if it cannot be opened.

    ``spots`` lists the stored spots of earlier reads that match the file.
    """

    candidate: Candidate
    file: BinaryIO | None = None
    spots: Sequence[Spot] = ()
    identity: int = -1
    refused: SourceError | None = None

    @property
    def offset(self) -> int:
        """Number of bytes of the file that were read."""
        return max([spot.offset for spot in self.spots], default=0)

    @property
    def has_more(self) -> bool:
        """Whether the file may have lines that were not read yet."""
        if self.file is None or not self.spots:
            return True
        return self.offset < os.fstat(self.file.fileno()).st_size

    def has_all_of(self, spot: Spot) -> bool:
        """Whether the file still contains all bytes that were read when ``spot`` was stored."""
        return self.file is not None and spot.is_whole_in(self.file)


class Search:
    """Compares the candidates with the spots of files that were read before.

    ``readings`` are the files that are already open, and ``closed`` are the spots of files that
    were read to their end. The newest known file is the home of the last of ``spots`` or, without
    spots, the last of ``readings``. ``stack`` closes the files that are opened. Raises SourceError,
    and FileNotFoundError if a file was renamed during the search.
    """

    def __init__(
        self,
        stack: ExitStack,
        candidates: Sequence[Candidate],
        readings: Sequence[Reading],
        closed: Collection[Spot],
        spots: Sequence[Spot],
        floor: int,
    ) -> None:
        self._candidates = candidates
        self._readings = readings
        self._closed = closed
        self._spots = spots
        newest: Candidate | None = None
        if not spots:
            inode = readings[-1].inode
            newest = next((one for one in candidates if one.inode == inode), None)
        self.opened: Sequence[OpenCandidate] = self._open(stack, _earlier(floor, newest))
        """The candidates that may have to be read, oldest first."""
        self.homes: dict[Spot, Candidate] = {
            spot: home.candidate for spot in spots if (home := _home(spot, self.opened))
        }
        """A mapping from each spot that was found to its home."""
        self.rewritten: Sequence[Spot] = [
            spot
            for spot in self.homes
            if spot.known and not any(one.has_all_of(spot) for one in self.opened)
        ]
        """The spots for which no candidate has everything that was read."""
        if spots:
            newest = self.homes.get(spots[-1])
        self.floor: int = _earlier(floor, newest)
        self.unread: Sequence[Candidate]
        """The compressed candidates with lines that were not read."""
        self.blank: Sequence[Candidate]
        """The new compressed candidates that are empty."""
        self.unread, self.blank = self._compressed()
        is_lost = len(self.homes) < len(set(spots))
        for one in self.opened:
            if one.refused and (is_lost or one.candidate.is_since(self.floor)):
                raise one.refused
        newer = [
            one.candidate
            for one in self.opened
            if one.has_more and one.candidate.is_since(self.floor)
        ]
        self.newer: Sequence[Candidate] = [
            one for one in [*newer, *self.unread] if one not in self.homes.values()
        ]
        """The candidates with new lines that were written to after the newest known file."""
        if spots:
            newest = self.homes.get(spots[-1])  # which may be compressed
        unread = [*self.newer, newest] if newest else self.newer
        self.missing: Sequence[int] = _missing_numbers(candidates, unread)
        """The numbers of rotated files that do not exist, although older files do."""

    def _open(self, stack: ExitStack, floor: int) -> list[OpenCandidate]:
        """Open each candidate that may match a spot or was written to since ``floor``."""
        known = {reading.inode for reading in self._readings}
        found: list[OpenCandidate] = []
        for one in self._candidates:
            if one.packed or one.inode in known or not (self._spots or one.is_since(floor)):
                continue
            try:
                file = opened(one.path)
            except SourceError as error:
                found.append(OpenCandidate(one, refused=error))
                continue
            stack.callback(file.close)
            if inode_of(os.fstat(file.fileno())) != one.inode:
                raise FileNotFoundError
            identity = identity_of(file)
            here = [spot for spot in self._spots if _is_in(spot, file, identity)]
            if here and here[-1] is self._spots[-1]:
                floor = _earlier(floor, one)
            if here or (len(found) < _MOST_COMPARED and one.is_since(floor)):
                done = [spot for spot in self._closed if _is_in(spot, file, identity)]
                found.append(OpenCandidate(one, file, here + done, identity))
            else:  # the file is not needed, or a later search will find it
                file.close()
        return found

    def _compressed(self) -> tuple[list[Candidate], list[Candidate]]:
        """Find compressed files with unread lines, and new compressed files that are empty.

        If a compressed file matches a spot, ``homes`` records that.
        """
        plain = {one.path for one in self._candidates if not one.packed}
        files = [reading.file for reading in self._readings]
        unread, blank = [], []
        for one in self._candidates:
            lost = [spot for spot in self._spots if spot not in self.homes]
            is_newer = one.is_since(self.floor)
            is_seen = one.path.with_suffix("") in plain or one.mark in self._closed
            if not one.packed or is_seen or not (is_newer or lost):
                continue
            inside, is_read, is_blank = _compare(one, [*self._spots, *self._closed], files)
            self.homes |= {spot: one for spot in inside if spot in lost}
            if not is_read and (is_newer or not set(inside).isdisjoint(lost)):
                unread.append(one)
            elif is_newer and is_blank and not inside and not self._had_blank():
                blank.append(one)
        return unread, blank

    def _had_blank(self) -> bool:
        """Whether a known rotated file was empty; an empty compressed file may be this file."""
        return any(not os.fstat(one.file.fileno()).st_size for one in self._readings[:-1]) or any(
            not (spot.offset or spot.known) and spot.identity >> 32 for spot in self._closed
        )


def rotations(path: Path) -> list[Candidate]:
    """Return the rotated files of a path in the order of their last write, then the path's file.

    Of files written at the same time, the file with the greater number or the earlier date comes
    first. The directory is listed until two listings in a row are equal, because files may be
    renamed meanwhile. Raises SourceError for a directory that cannot be listed.
    """
    before = None
    found: list[Candidate] = []
    for _ in range(_MOST_LISTINGS):
        try:
            found = _listing(path)
        except OSError as error:
            msg = say("unlisted", name=repr(str(path)), why=error.strerror)
            raise SourceError(msg, name=str(path), why=error.strerror) from None
        names = {(one.path.name, one.inode) for one in found}
        if names == before:
            break
        before = names
    return sorted(found, key=_order)


def _listing(path: Path) -> list[Candidate]:
    """Return the candidates of a path in the order of the directory. Raises OSError."""
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
                    inode = inode_of(status)
                    found.append(Candidate(one, inode, status.st_mtime_ns, suffix, packed))
    return found


def _order(one: Candidate) -> tuple[bool, int, int, str]:
    """Return the sort key of a candidate: the oldest file first, the path's file last."""
    return not one.suffix, one.written_at, -(one.number or 0), one.suffix


def _missing_numbers(found: Iterable[Candidate], unread: Iterable[Candidate]) -> list[int]:
    """Return the numbers that no file has, below the number of the oldest unread file.

    Return no numbers if the newest file does not have the smallest number.
    """
    numbered = {one.number: one for one in found if one.number}
    plain = [numbered[number] for number in sorted(numbered) if not numbered[number].packed]
    if plain and plain[0].written_at < plain[-1].written_at:
        return []
    oldest = max([one.number or 0 for one in unread], default=0)
    return [number for number in range(1, oldest) if number not in numbered]


def _home(spot: Spot, candidates: Iterable[OpenCandidate]) -> OpenCandidate | None:
    """Return the newest candidate that matches a spot, None without one.

    Candidates that still have everything that was read are preferred. Of these, the file with the
    identity of the spot is preferred to its copies.
    """
    homes = [one for one in candidates if spot in one.spots]
    homes = [one for one in homes if one.has_all_of(spot)] or homes
    identical = [one for one in homes if one.identity == spot.identity]
    return next(reversed(identical or homes), None)


def _is_in(spot: Spot, file: BinaryIO, identity: int) -> bool:
    """Whether a file matches a spot. A spot without recorded bytes is compared by identity."""
    return spot.is_in(file) if spot.known else spot.identity == identity


def _earlier(floor: int, newest: Candidate | None) -> int:
    """Return the earlier of ``floor`` and the time of the last write to ``newest``.

    The time of the last write can go backwards if a program sets it. A ``floor`` of 0 is unknown.
    """
    if newest is None:
        return floor
    return min(floor or newest.written_at, newest.written_at)


def _compare(
    one: Candidate, spots: Sequence[Spot], files: Sequence[BinaryIO]
) -> tuple[list[Spot], bool, bool]:
    """Compare a compressed file with stored spots, and with open files that were read to their end.

    Return the spots that match, whether all of the file was read, and whether it is empty. A
    compressed file that Python cannot decompress counts as read if one of ``files`` has the same
    time of the last write.
    """
    if one.packed not in _UNPACKERS:
        is_read = any(os.fstat(file.fileno()).st_mtime_ns == one.written_at for file in files)
        return [], is_read, False
    try:
        with import_module(_UNPACKERS[one.packed]).open(one.path) as unpacked:
            there = [spot for spot in spots if spot.is_in(unpacked)]
            is_blank = _ends_at(unpacked, 0)
            is_read = (
                is_blank
                or any(_ends_at(unpacked, spot.offset) for spot in there)
                or any(_is_beginning(unpacked, file) for file in files)
            )
            return there, is_read, is_blank
    except Exception:  # noqa: BLE001 - each kind of damage has an error of its own
        return [], False, False


def _is_beginning(unpacked: BinaryIO, file: BinaryIO) -> bool:
    """Whether ``file`` begins with the entire content of ``unpacked``."""
    unpacked.seek(0)
    file.seek(0)
    while chunk := unpacked.read(_CHUNK):
        if file.read(len(chunk)) != chunk:
            return False
    return True


def _ends_at(unpacked: BinaryIO, offset: int) -> bool:
    """Whether a file has no byte at ``offset`` or after it."""
    unpacked.seek(offset)
    return not unpacked.read(1)

"""The files of a followed path, recognised by their content, not by their names.

A position says for each file how it begins and how far it was read. After a rename, a copy or
compression, the file is read on from there. A file that no position describes is read from its
beginning: the store recognises events that it has, so a doubt costs time but no event.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import stat
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import IO, Any, Final, NamedTuple, Self

from workhours_sla.disk.faults import fail
from workhours_sla.errors import SourceError, shown
from workhours_sla.sources.opened import LineCutter, cannot_open, no_file
from workhours_sla.text.messages import say

LINGER: Final = 60
"""A last line without a line ending is read if a rotated file does not grow in so many polls."""
_SAMPLE: Final = 1 << 10
"""Number of bytes at the beginning, and before the offset, by which a file is recognised."""
_CHUNK: Final = 1 << 16
_KEPT: Final = 8  # number of rotated files whose spots are kept although no file as old is read
_MOST_TRIES: Final = 10
"""After so many listings a missing number of a file counts as lost, not as being rotated."""
_PAUSE: Final = 0.1  # seconds between two listings
_MOST_DIGITS: Final = 3  # a number in a file name with more digits than this is a date
_OPENERS: Final[dict[str, Callable[[Path], Any]]] = {
    "": lambda path: path.open("rb", buffering=0),
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".lzma": lzma.open,
}
_DAMAGE: Final = (EOFError, OSError, lzma.LZMAError, zlib.error)
"""Exceptions of a compressed file that is damaged, or still being written."""
_ROTATED: Final = re.compile(r"([.-]\d[\d._-]*?)(\.(?:gz|bz2|xz|lzma|zst|lz4|Z|zip|7z))?")
"""The suffixes that rotation and compression add to the name of a file."""
_GET_VERSION: Final = 0x80087601
"""The ioctl FS_IOC_GETVERSION, which returns the generation of an inode."""
_SPOT: Final = re.compile(
    r"(\d{1,18})-(\d{1,4})-([0-9a-f]{16})-([0-9a-f]{16})-(\d{1,20})(?:\.([0-9a-f]{8}))?(=?)",
    re.ASCII,
)


class Spot(NamedTuple):
    """How far a file was read, and how it begins.

    ``head`` is the digest of the first ``known`` bytes, which are complete lines, and ``before`` of
    the bytes before ``offset``. A file without a line is known by its inode number, and ``head`` by
    its generation. If ``generation`` is not "", the system has said how often the inode number was
    reused. With ``is_here`` the spot is of the file with this inode number, not of copies.
    """

    offset: int
    known: int
    head: str
    before: str
    inode: int
    generation: str = ""
    is_here: bool = False

    def __str__(self) -> str:
        dot = "." if self.generation else ""
        return "-".join(map(str, self[:5])) + dot + self.generation + "=" * self.is_here

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _SPOT.fullmatch(text)
        if found is None:
            raise ValueError
        offset, known, head, before, inode, generation, here = found.groups("")
        return cls(int(offset), int(known), head, before, int(inode), generation, bool(here))

    @classmethod
    def of(cls, file: IO[bytes], offset: int, inode: int, *, is_here: bool = False) -> Self:
        head, before = _samples(file, offset)
        if not offset:
            head = _at(file, 0, _SAMPLE)
            head = head[: head.rfind(b"\n") + 1]
        generation = _generation(file)
        digests = _digest(head or generation), _digest(before)
        return cls(offset, len(head), *digests, inode, generation.hex(), is_here)

    def is_in(self, file: IO[bytes], inode: int) -> bool:
        """Whether a file has what was read, and begins as it began."""
        if inode != self.inode and (self.is_here or not self.known):
            return False
        known = _at(file, 0, self.known) or _generation(file)
        return (
            _digest(known) == self.head and _digest(_samples(file, self.offset)[1]) == self.before
        )


class Candidate(NamedTuple):
    """The file at the path, or a rotated one, which has a ``suffix``."""

    path: Path
    suffix: str
    packed: str
    inode: int
    written_at: int
    size: int

    @property
    def stamp(self) -> tuple[int, ...]:
        """What shows that the file was not written to, nor rotated."""
        return self.inode, self.written_at, self.size, not self.suffix

    @property
    def number(self) -> int:
        """The number of a rotated file, such as 1 for ``events.jsonl.1``, otherwise 0."""
        digits = self.suffix[1:]
        return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else 0


class _Planned(NamedTuple):
    """A file to read from a spot, which is new if none fits. Without it the file cannot be read."""

    one: Candidate
    spot: Spot | None
    is_new: bool = False
    error: SourceError | None = None


class _MovedError(Exception):
    """Raised if a file was renamed or cut short since the directory was listed."""


class Followed:
    """The files of a path, and how far each was read. Mutable."""

    def __init__(
        self,
        path: Path,
        position: str,
        report: Callable[[str, str], None],
        *,
        is_line: Callable[[bytes], bool],
        once: bool,
    ) -> None:
        self._path = path
        self._report = report
        self._is_line = is_line
        self._done: dict[tuple[int, ...], int] = {}
        """How many polls ago each file was read to its end, by its stamp."""
        self._halves: set[tuple[int, ...]] = set()
        """The rotated files with a last line that has no line ending."""
        self._reported: set[str] = set()
        self._newest: IO[bytes] | None = None
        self._is_first = bool(position)
        self.left_out: str = ""  # the newest of the files that were rotated before the first run
        self.missing: int = 0  # how many polls in a row found no file at the path
        self._since, self._spots = _parsed(position, path)
        self._old: Sequence[Spot] = self._spots[:-1] if once else ()
        """The spots of the files that were rotated before the run."""
        while not self._spots:
            with suppress(_MovedError):
                self._begin()

    def _begin(self) -> None:
        # at the beginning of the file; those that were rotated before are left out
        open_file(self._path).close()
        found = candidates(self._path)
        if not found or found[-1].suffix:
            raise _MovedError
        *others, newest = found
        self._since = newest.written_at
        self.left_out = next((str(one.path) for one in reversed(others) if one.size), "")
        spots = []
        for one in others:
            if one.written_at >= self._since and one.packed in _OPENERS:
                with suppress(*_DAMAGE, SourceError), closing(_opened(one)) as file:
                    size = sum(map(len, iter(lambda: file.read(_CHUNK), b"")))
                    spots.append(Spot.of(file, size, one.inode, is_here=True))
        with closing(_opened(newest)) as file:
            self._spots = [*spots, Spot.of(file, 0, newest.inode)]

    @property
    def position(self) -> str:
        return f"{self._since};" + ",".join(map(str, self._spots))

    def close(self) -> None:
        """Close the newest file, which stays open because it may be deleted."""
        if self._newest is not None:
            self._newest.close()
            self._newest = None

    def poll(self) -> Iterator[tuple[bytes, str]]:
        """Yield each new line with the position after it; an empty line is a new position."""
        found = candidates(self._path)
        read: object = None
        while read != (names := [(one.path, one.inode) for one in found]):
            read = names
            try:
                yield from self._pass(found)
            except _MovedError:
                read = None
            found = candidates(self._path)
        is_there = bool(found) and not found[-1].suffix
        self.missing = 0 if is_there else self.missing + 1
        for stamp in self._done:
            self._done[stamp] += 1

    def _pass(self, found: list[Candidate]) -> Iterator[tuple[bytes, str]]:
        """Read the files to their end. Raises _MovedError, SourceError."""
        newest = self._newest
        if newest is not None and os.fstat(newest.fileno()).st_ino not in {
            one.inode for one in found
        }:
            yield from self._lines(newest, self._spots[-1], None)  # it was deleted
            self.close()
        plan = self._plan(found)
        yield b"", self.position
        for one, spot, _, error in plan:
            if error is not None:
                raise error
            if spot is None:
                self._refuse(one)
                continue
            with ExitStack() as stack:
                file = stack.enter_context(closing(_opened(one)))
                try:
                    yield from self._lines(file, spot, one)
                except _DAMAGE as error:
                    if not one.packed:
                        msg = say("unreadable", name=repr(str(one.path)), why=str(error))
                        raise SourceError(msg, name=str(one.path)) from None
                    self._refuse(one)
                if not one.suffix:
                    self.close()
                    self._newest = file
                    stack.pop_all()
            self._done[one.stamp] = 0
            self._since = one.written_at
            self._forget(found)
        yield b"", self.position

    def _refuse(self, one: Candidate) -> None:
        """Report a compressed file that cannot be read, once."""
        self._report("file_compressed", str(one.path))
        self._done[one.stamp] = 0
        self._spots.insert(-1, _NOWHERE._replace(inode=one.inode, is_here=True))

    def _lines(
        self, file: IO[bytes], spot: Spot, one: Candidate | None
    ) -> Iterator[tuple[bytes, str]]:
        """Yield the lines after a spot, with the position after each; ``one`` None has no name."""
        inode = os.fstat(file.fileno()).st_ino if one is None else one.inode
        is_packed = one is not None and bool(one.packed)
        is_rotated = one is None or bool(one.suffix)
        others = [other for other in self._spots if other.inode != inode]
        # the last spot is that of the file at the path, or was when it was read
        stays_last = is_rotated and bool(others) and others[-1] == self._spots[-1]
        last = [others.pop()] if stays_last else []
        before = f"{self._since};" + "".join(f"{other}," for other in others)
        after = "".join(f",{other}" for other in last)
        now = spot._replace(inode=inode, generation=_generation(file).hex())
        at = now.offset
        cutter = LineCutter(at)
        head, tail = _samples(file, at)
        try:
            while chunk := _at(file, at, _CHUNK):
                if now.known and not is_packed and not now.is_in(file, inode):
                    raise _MovedError
                at += len(chunk)
                for line in cutter.cut(chunk):
                    if cutter.offset - now.offset == len(line):
                        head, tail = (head + line)[:_SAMPLE], (tail + line)[-_SAMPLE:]
                    else:  # the line was too long to be kept in full
                        head, tail = _samples(file, cutter.offset)
                    digests = _digest(head), _digest(tail)
                    now = Spot(cutter.offset, len(head), *digests, inode, now.generation)
                    yield line, f"{before}{now}{after}"
            if cutter.rest and is_rotated:
                polls = LINGER if one is None else self._done.get(one.stamp, 0)
                if polls >= LINGER or spot in self._old or self._is_line(cutter.rest):
                    now = Spot.of(file, at, inode)
                    yield cutter.rest, f"{before}{now}{after}"
                elif one is not None:
                    self._halves.add(one.stamp)
        finally:
            self._spots = [*others, now, *last]

    # -- what is to be read ------------------------------------------------------------------

    def _plan(self, found: list[Candidate]) -> list[_Planned]:
        """Return the files to read, the oldest first, and report what is lost."""
        plan, homes = self._compared(found)
        for _ in range(_MOST_TRIES):
            if not self._missing(found, plan, homes):
                break
            sleep(_PAUSE)  # a rotation may be in progress
            found[:] = candidates(self._path)
            plan, homes = self._compared(found)
        if self._is_first and not plan and (not found or found[-1].suffix):
            raise no_file(str(self._path))
        self._report_fate(found, plan, homes)
        missing = self._missing(found, plan, homes)
        if missing:
            self._reported.add(missing)
            self._report("file_missing", missing)
        return plan

    def _compared(self, found: list[Candidate]) -> tuple[list[_Planned], dict[Spot, Candidate]]:
        """Return the files to read, and the file in which each spot was found."""
        homes: dict[Spot, Candidate] = {}
        compared: list[_Planned] = []
        plain = {one.path for one in found if not one.packed}
        known = {spot.inode for spot in self._spots}
        for one in found:
            polls = self._done.get(one.stamp)
            is_half = bool(one.suffix) and one.stamp in self._halves and polls == LINGER
            if polls is not None and not is_half:
                homes |= {spot: one for spot in self._spots if spot.inode == one.inode}
                continue
            if one.packed and one.path.with_suffix("") in plain:
                continue  # it is being compressed
            try:
                with closing(_opened(one)) as file:
                    here = [spot for spot in self._spots if spot.is_in(file, one.inode)]
                    fresh = None if here else Spot.of(file, 0, one.inode)
            except SourceError as refused:
                compared.append(_Planned(one, None, error=refused))
                continue
            except (*_DAMAGE, KeyError):  # it is damaged, or of a compression that is not read
                if one.inode not in known:
                    compared.append(_Planned(one, None))
                continue
            homes |= dict.fromkeys(here, one)
            compared.append(_Planned(one, fresh or max(here), is_new=fresh is not None))
        last = self._spots[-1]
        floor = min(self._since, homes[last].written_at) if last in homes else self._since
        plan = []
        for planned in compared:
            one, _, is_new, error = planned
            if error is not None and last not in homes:
                raise error
            if not one.suffix or one.written_at >= floor or not (is_new or error):
                plan.append(planned)
            else:
                self._done[one.stamp] = 0
        return plan, homes

    def _report_fate(
        self, found: list[Candidate], plan: list[_Planned], homes: dict[Spot, Candidate]
    ) -> None:
        """Report that the file at the path was cut short, or that it is gone."""
        last, is_first = self._spots[-1], self._is_first
        self._is_first = False
        path = found[-1] if found and not found[-1].suffix else None
        is_same = path is not None and path.inode == last.inode
        if last not in homes:
            if is_first and last != _NOWHERE:
                self._report("file_gone", str(self._path))
            elif is_same and last.known:
                self._report("file_cut", str(self._path))
            self._spots[-1] = _NOWHERE  # a file that was deleted while it was open was read
            return
        had_blank = any(not spot.known for spot in self._spots[:-1])
        copies = [
            one
            for one, spot, is_new, _ in plan
            if one.suffix and is_new and not (had_blank and spot and not spot.known)
        ]
        is_elsewhere = homes[last] != path or (not last.known and copies)
        if path and is_same and is_elsewhere and not self._is_reused(path, homes[last]):
            self._report("file_cut", str(self._path))

    def _is_reused(self, path: Candidate, home: Candidate) -> bool:
        """Whether the file at the path is a new one that got the inode number of the last one."""
        if self._newest is not None:  # it has kept its inode number, because it is open
            return False
        with closing(_opened(path)) as file:
            before, now = self._spots[-1].generation, _generation(file).hex()
        return before != now if before and now else bool(home.packed)

    def _missing(
        self, found: list[Candidate], plan: list[_Planned], homes: dict[Spot, Candidate]
    ) -> str:
        """Return the names of missing files whose numbers are below that of an unread file."""
        numbered = {one.number: one for one in found if one.number}
        plain = [numbered[number] for number in sorted(numbered) if not numbered[number].packed]
        if plain and plain[0].written_at < plain[-1].written_at:
            return ""
        unread = [
            one
            for one, spot, is_new, _ in plan
            if is_new or spot is None or (not one.packed and one.size > spot.offset)
        ]
        if self._spots[-1] in homes:
            unread.append(homes[self._spots[-1]])
        oldest = max([one.number for one in unread], default=0)
        gaps = [number for number in range(1, oldest) if number not in numbered]
        names = ", ".join(f"{self._path}.{number}" for number in gaps)
        return "" if names in self._reported else names

    def _forget(self, found: list[Candidate]) -> None:
        """Keep the spots of the newest files, and of all that would be read without a spot."""
        newer = {one.inode for one in found if not one.suffix or one.written_at >= self._since}
        kept = newer | {one.inode for one in found[-_KEPT:]}
        self._spots[:-1] = [spot for spot in self._spots[:-1] if spot.inode in kept]
        stamps = {one.stamp for one in found}
        self._done = {stamp: polls for stamp, polls in self._done.items() if stamp in stamps}


def candidates(path: Path) -> list[Candidate]:
    """Return the rotated files of a path in the order of their last write, then the path's file."""
    try:
        found, again = _listed(path), _listed(path)
        while [one[:4] for one in found] != [one[:4] for one in again]:
            found, again = again, _listed(path)  # files are being renamed
    except OSError as error:
        msg = say("unlisted", name=repr(str(path)), why=error.strerror)
        raise SourceError(msg, name=str(path)) from None
    return sorted(again, key=lambda one: (not one.suffix, one.written_at, -one.number, one.suffix))


def _listed(path: Path) -> list[Candidate]:
    found = []
    for name in sorted(os.listdir(path.parent)):  # noqa: PTH208 - there may be many
        match = _ROTATED.fullmatch(name, len(path.name)) if name.startswith(path.name) else None
        if match or name == path.name:
            suffix, packed = match.groups("") if match else ("", "")
            with suppress(FileNotFoundError):
                status = path.with_name(name).stat()
                if match is None or stat.S_ISREG(status.st_mode):
                    stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
                    found.append(Candidate(path.with_name(name), suffix, packed, *stamp))
    return found


def _opened(one: Candidate) -> Any:
    try:
        file = _OPENERS[one.packed](one.path)
    except FileNotFoundError:
        raise _MovedError from None
    except OSError as error:
        raise cannot_open(str(one.path), error) from None
    status = os.fstat(file.fileno())
    if status.st_ino == one.inode and status.st_size >= one.size:
        return file
    file.close()
    raise _MovedError


def open_file(path: Path) -> IO[bytes]:
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise SourceError(say("not_regular", name=repr(str(path))), name=str(path))
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise no_file(str(path)) from None
    except OSError as error:
        raise cannot_open(str(path), error) from None


def _parsed(position: str, path: Path) -> tuple[int, list[Spot]]:
    if not position:
        return 0, []
    try:
        since, spots = position.split(";")
        return int(since), [Spot.parse(text) for text in spots.split(",")]
    except ValueError:
        fail("store_position", path, position=shown(position))


def _at(file: IO[bytes], offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


def _samples(file: IO[bytes], offset: int) -> tuple[bytes, bytes]:
    """Return the first bytes of a file, up to an offset, and the last bytes before it."""
    size = min(offset, _SAMPLE)
    return _at(file, 0, size), _at(file, offset - size, size)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def _generation(file: IO[bytes]) -> bytes:
    """Return how often the inode number of a file was reused, if the system says so."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            return fcntl.ioctl(file.fileno(), _GET_VERSION, bytes(8))[:4]
    return b""


_NOWHERE: Final = Spot(0, 0, _digest(b""), _digest(b""), 0)
"""The spot of a file that is in no directory."""

"""The files of a followed path: the newest one grows, and rotated ones are read to their end.

``Spot``, ``Search`` and ``Candidate`` are explained in ``file_position`` and ``rotated``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from time import sleep
from typing import BinaryIO, Final

from workhours_sla.errors import SourceError
from workhours_sla.sources.file_position import (
    Inode,
    Spot,
    identity_of,
    inode_of,
    spots_of,
)
from workhours_sla.sources.growing_file import (
    Reading,
    open_file,
    opened,
)
from workhours_sla.sources.opened import cannot_open, no_file
from workhours_sla.sources.rotated import Candidate, OpenCandidate, Search, rotations

LINGER: Final = 60
"""A rotated file is closed after this many polls without a new line."""

_KEPT: Final = 8
"""Maximum number of rotated files that stay open in case of new lines."""
_AT_ONCE: Final = 50
"""Maximum number of new rotated files that are opened at once."""
_REMEMBERED: Final = 16
"""Maximum number of closed files that are remembered."""
_MOST_TRIES: Final = 10
"""Number of searches after which a missing file number counts as lost.

Until then a rotation may be in progress.
"""
_PAUSE: Final = 0.1
"""Seconds between searches."""


class Files:
    """The open files of a path, oldest first; new lines are written to the last file.

    If a file cannot be read, ``report`` is called with a key of ``text.shell.SHELL`` and the name
    of the file, before any later file is read.
    """

    def __init__(self, path: Path, report: Callable[[str, str], None]) -> None:
        self._path = path
        self._report = report
        self._open: list[Reading] = []
        self._closed: deque[Spot] = deque(maxlen=_REMEMBERED)
        self._done = ""
        self._reported: set[tuple[str, str, Inode | None]] = set()
        self.missing: int = 0
        """How many polls in a row found no file at the path."""

    def __iter__(self) -> Iterator[Reading]:
        """Iterate over the files that are open now."""
        return iter(self._open[:])

    @property
    def position(self) -> str:
        """The position to store: one spot for each closed file, then one for each open file.

        A spot records how far a file was read. The spot of a closed file is left out as soon as the
        file cannot be mistaken for a new file.
        """
        return self._done + ",".join([reading.spot_text for reading in self._open])

    def begin(self, position: str) -> None:
        """Open the files that a position names, and all files that were written to later.

        If the position is empty, open only the file at the path. Raises SourceError.
        """
        if not position:
            candidates = rotations(self._path)
            self._open.append(Reading(open_file(self._path), self._path))
            self._leave_out(candidates, self._open[0])
            return
        done, spots = spots_of(position, str(self._path))
        self._closed += done
        fresh, found = self._find(spots, spots[-1].written_at)
        if not fresh:
            raise no_file(str(self._path))
        for spot in spots:
            self._report_fate(spot, found)
        for reading in fresh:
            reading.is_known = any(
                home is not None and home.inode == reading.inode
                for home in map(found.homes.get, spots[:-1])
            )
        self._open += fresh
        self._list_done()

    def _leave_out(self, candidates: Iterable[Candidate], first: Reading) -> None:
        """Mark the rotated files that existed before following began as already read."""
        for one in candidates:
            if not one.is_since(first.floor) or one.inode == first.inode:
                continue
            if one.packed:
                self._closed.append(one.mark)
                continue
            with suppress(SourceError, FileNotFoundError), opened(one.path) as file:
                status = os.fstat(file.fileno())
                if inode_of(status) == one.inode:
                    spot = Spot(status.st_size, 0, "", "", identity_of(file), one.written_at)
                    self._closed.append(spot)
        self._list_done()

    def turn(self) -> bool:
        """Open the files that are newer than the last one, and return whether there are any.

        Raises SourceError.
        """
        last = self._open[-1]
        try:
            inode = inode_of(self._path.stat())
        except FileNotFoundError:
            self.missing += 1
        except OSError as error:
            raise cannot_open(str(self._path), error) from None
        else:
            self.missing = 0
            if inode == last.inode:
                if last.floor != last.written_at:
                    last.floor = last.written_at
                    self._list_done()
                return False
            for reading in self._open:
                if inode == reading.inode:  # a rotated file was renamed back to the path
                    self._open.remove(reading)
                    self._open.append(reading)
                    return False
        fresh, _ = self._find((), last.floor)
        if fresh:
            last.quiet = 0
            self._open += fresh
            self._list_done()
        return bool(fresh)

    def cut(self, reading: Reading) -> list[Reading]:
        """Report that a file was truncated, and open the copies of its earlier content.

        The copies come first, then the file from its beginning.
        """
        self._report("file_cut", str(reading.path))
        spots = [reading.spot] if reading.offset else []
        copies, _ = self._find(spots, reading.floor, with_path=False)
        reading.begin(0)
        reading.was_empty = True
        return self._before(reading, copies)

    def copies(self, reading: Reading) -> list[Reading]:
        """Open the copies of a file that was empty at the previous poll.

        Since then the file may have been filled, copied and truncated.
        """
        try:
            is_at_path = inode_of(self._path.stat()) == reading.inode
        except OSError:
            is_at_path = False
        if not is_at_path:
            return []  # a file that a search finds now may be newer than this file
        copies, found = self._find((), reading.floor, with_path=False)
        if found.unread or found.blank or any(not copy.offset for copy in copies):
            self._report("file_cut", str(reading.path))
        return self._before(reading, copies)

    def is_over(self, reading: Reading) -> bool:
        """Whether new lines are written to another file."""
        return reading is not self._open[-1]

    def over(self, *, once: bool) -> list[Reading]:
        """Return the files that can be closed because no new line is expected.

        With ``once``, the result includes each file that was already rotated when the previous run
        stored its position.
        """
        rotated = self._open[:-1]
        return [
            reading
            for number, reading in enumerate(rotated, start=1)
            if reading.quiet >= LINGER
            or len(rotated) - number >= _KEPT
            or (once and reading.is_known)
        ]

    def close(self, *readings: Reading) -> None:
        """Close the given files, or all files if none is given."""
        for reading in readings or self._open[:]:
            self._closed.append(reading.spot._replace(written_at=reading.written_at))
            self._open.remove(reading)
            reading.file.close()
        self._list_done()

    def _list_done(self) -> None:
        """Keep in ``position`` only the closed files that are not older than the newest open file.

        A file is older if its last write is earlier than ``floor`` of the newest open file.
        """
        if self._open:
            floor = self._open[-1].floor
            done = [f"{spot.text};" for spot in self._closed if spot.written_at >= floor]
            self._done = "".join(done)

    def _before(self, reading: Reading, copies: list[Reading]) -> list[Reading]:
        """Insert copies in front of the file that they were copied from, and return them."""
        index = self._open.index(reading)
        self._open[index:index] = copies
        self._list_done()
        return copies

    # -- finding files -----------------------------------------------------------------------

    def _find(
        self, spots: Sequence[Spot], floor: int, *, with_path: bool = True
    ) -> tuple[list[Reading], Search]:
        """Open the files with a saved position and those written since ``floor``, oldest first.

        Search again while a rotation is in progress. Report the files that cannot be read. With
        ``with_path`` the file at the path is a candidate too. ``floor`` is 0 if unknown. Raises
        SourceError.
        """
        tries = 0
        while True:
            candidates = [one for one in rotations(self._path) if with_path or one.suffix]
            with ExitStack() as stack:
                try:
                    found = Search(stack, candidates, self._open, self._closed, spots, floor)
                except FileNotFoundError:  # a file was renamed before it was opened
                    sleep(_PAUSE)
                    continue
                tries += 1
                if found.missing and tries < _MOST_TRIES:  # a rotation may be in progress
                    sleep(_PAUSE)
                    continue
                stack.pop_all()
            break
        fresh = self._chosen(found)
        for one in found.unread:
            self._report("file_compressed", str(one.path))
        self._closed += [one.mark for one in [*found.unread, *found.blank]]
        if found.missing:
            names = ", ".join(f"{self._path}.{number}" for number in found.missing)
            self._report_once("file_missing", names, self._open[-1].inode if self._open else None)
        return fresh, found

    def _chosen(self, found: Search) -> list[Reading]:
        """Return the found files that must be read, and close the others."""
        fresh: list[Reading] = []
        for one in found.opened:
            if one.file is None:
                continue
            candidate = one.candidate
            own = [spot for spot, home in found.homes.items() if home == candidate]
            if own or not candidate.suffix or (one.has_more and candidate.is_since(found.floor)):
                if len(fresh) < _AT_ONCE:
                    fresh.append(self._begun(one.file, one, own, found))
                    continue
                self._closed += one.spots  # a later search will find the file again
            one.file.close()
        return fresh

    @staticmethod
    def _begun(file: BinaryIO, one: OpenCandidate, own: Sequence[Spot], found: Search) -> Reading:
        """Start reading a file where earlier reading ended.

        ``own`` lists the spots of this file. Without them, reading starts at the offset of a closed
        file that has the same bytes. The file may have been truncated since the search compared it.
        """
        offset = max([spot.offset for spot in own], default=one.offset)
        reading = Reading(file, one.candidate.path, offset)
        if reading.floor != one.candidate.written_at:
            reading.floor = min(reading.floor, one.candidate.written_at)
            reading.was_empty |= not offset
            reading.is_doubted = any(
                spot.known and spot not in found.rewritten and not spot.is_whole_in(file)
                for spot in own
            )
        return reading

    # -- reports -----------------------------------------------------------------------------

    def _report_fate(self, spot: Spot, found: Search) -> None:
        """Report a file that disappeared or was truncated since its spot was stored."""
        home = found.homes.get(spot)
        if home is None:
            self._report_once("file_gone", str(self._path))
        elif not spot.known:
            for one in found.newer:  # a file that was empty is recognised even if it was cut short
                if one.suffix and (not home.suffix or (one.number or 0) > (home.number or 0)):
                    self._report_once("file_cut", str(self._path))
            if found.blank and not home.suffix:  # a copy of the file, which was not renamed
                self._report_once("file_cut", str(self._path))
        elif spot in found.rewritten or any(
            one.identity == spot.identity and one.candidate != home for one in found.opened
        ):  # what was read is in a copy
            self._report_once("file_cut", str(self._path))

    def _report_once(self, kind: str, name: str, after: Inode | None = None) -> None:
        """Report a file, unless the same report was already made for the same ``after``.

        ``after`` is the inode of the newest file, or None if the newest file does not matter.
        """
        if (kind, name, after) not in self._reported:
            self._reported.add((kind, name, after))
            self._report(kind, name)

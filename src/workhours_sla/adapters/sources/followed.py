"""The rotated files of a followed path: each is read to its end, however often they rotate."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from time import sleep
from typing import BinaryIO, Final, NamedTuple

from workhours_sla.adapters.sources.reading import (
    Reading,
    cannot_open,
    no_file,
    open_file,
    opened,
)
from workhours_sla.adapters.sources.rotated import (
    Found,
    Inode,
    identity_of,
    inode_of,
    is_blank,
    missing_numbers,
    recognised,
    rotations,
)
from workhours_sla.adapters.sources.spot import Spot, spots_of
from workhours_sla.errors import SourceError

LINGER: Final = 60
"""A rotated file is closed after this many polls without a new line."""

_KEPT: Final = 8
"""The most rotated files that are kept open in case of new lines."""
_AT_ONCE: Final = 50
"""The most new rotated files that are opened at once."""
_MOST: Final = 200
"""The most files that are compared to find those to read."""
_REMEMBERED: Final = 16
_LOOKS: Final = 10
"""Searches until a missing number is lost; before, a rotation may be in progress."""
_PAUSE: Final = 0.1
"""Seconds between searches."""


class Files:
    """The open files of a path, oldest first; new lines are written to the last one.

    ``report`` is called with a key of the command's phrases and the name of a file that cannot
    be read, before later files are read.
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
        """The spot in each file, after those of closed files that could be mistaken for new."""
        return self._done + ",".join([reading.place for reading in self._open])

    def begin(self, position: str) -> None:
        """Open the files of a position, and all that were written since. Raises SourceError.

        Without a position, open the file at the path only.
        """
        if not position:
            found = rotations(self._path)
            self._open.append(Reading(open_file(self._path), self._path))
            self._leave_out(found, self._open[0])
            return
        done, spots = spots_of(position, str(self._path))
        self._closed += done
        fresh, search = self._find(spots, spots[-1].written_at)
        if not fresh:
            raise no_file(self._path)
        for spot in spots:
            self._report_fate(spot, search)
        for reading in fresh:
            reading.is_known = any(
                home is not None and home.inode == reading.inode
                for home in map(search.homes.get, spots[:-1])
            )
        self._open += fresh
        self._list_done()

    def _leave_out(self, found: Iterable[Found], first: Reading) -> None:
        """Mark as read the rotated files that existed before the first start."""
        for one in found:
            if not one.is_since(first.floor) or one.inode == first.inode:
                continue
            if one.packed:
                self._closed.append(_mark(one))
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
            raise cannot_open(self._path, error) from None
        else:
            self.missing = 0
            if inode == last.inode:
                if last.floor != last.written_at:
                    last.floor = last.written_at
                    self._list_done()
                return False
            for reading in self._open:
                if inode == reading.inode:  # it has its name back
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
        """Report that a file was cut short, and open the copies that were made of it before.

        After them it is read from its beginning.
        """
        self._report("file_cut", str(reading.path))
        spots = [reading.spot] if reading.offset else []
        copies, _ = self._find(spots, reading.floor, with_path=False)
        reading.begin(0)
        reading.was_empty = True
        return self._before(reading, copies)

    def copies(self, reading: Reading) -> list[Reading]:
        """Open the copies of a file that was filled and cut short after it was seen empty."""
        if not self._is_path(reading):
            return []  # files that are found now may be newer
        copies, search = self._find((), reading.floor, with_path=False)
        if search.unread or search.blank or any(not copy.offset for copy in copies):
            self._report("file_cut", str(reading.path))
        return self._before(reading, copies)

    def _is_path(self, reading: Reading) -> bool:
        try:
            return inode_of(self._path.stat()) == reading.inode
        except OSError:
            return False

    def is_over(self, reading: Reading) -> bool:
        """Whether new lines are written to another file."""
        return reading is not self._open[-1]

    def over(self, *, once: bool) -> list[Reading]:
        """Return the files that can be closed, because no new line is expected in them."""
        rotated = self._open[:-1]
        return [
            reading
            for place, reading in enumerate(rotated, start=1)
            if reading.quiet >= LINGER
            or len(rotated) - place >= _KEPT
            or (once and reading.is_known)
        ]

    def close(self, *readings: Reading) -> None:
        """Close files, or all of them."""
        for reading in readings or self._open[:]:
            self._closed.append(reading.spot._replace(written_at=reading.written_at))
            self._open.remove(reading)
            reading.file.close()
        self._list_done()

    def _list_done(self) -> None:
        """Keep in positions the closed files that were written after the last one."""
        if self._open:
            floor = self._open[-1].floor
            done = [f"{spot.text};" for spot in self._closed if spot.written_at >= floor]
            self._done = "".join(done)

    def _before(self, reading: Reading, copies: list[Reading]) -> list[Reading]:
        place = self._open.index(reading)
        self._open[place:place] = copies
        self._list_done()
        return copies

    # -- finding them ------------------------------------------------------------------------

    def _find(
        self, spots: Sequence[Spot], floor: int, *, with_path: bool = True
    ) -> tuple[list[Reading], _Search]:
        """Open the files that have a spot or were written since, oldest first.

        ``floor`` is when the last known file was written, 0 if unknown.
        """
        looks = 0
        while True:
            found = [one for one in rotations(self._path) if with_path or one.suffix]
            with ExitStack() as stack:
                try:
                    search = self._search(stack, found, spots, floor)
                except FileNotFoundError:  # it was renamed before it was opened
                    sleep(_PAUSE)
                    continue
                looks += 1
                if search.missing and looks < _LOOKS:  # a rotation may be in progress
                    sleep(_PAUSE)
                    continue
                stack.pop_all()
            break
        fresh = self._chosen(search)
        for one in search.unread:
            self._report("file_compressed", str(one.path))
        self._closed += map(_mark, [*search.unread, *search.blank])
        if search.missing:
            names = ", ".join(f"{self._path}.{number}" for number in search.missing)
            self._report_once("file_missing", names, self._open[-1].inode if self._open else None)
        return fresh, search

    def _search(
        self, stack: ExitStack, found: Sequence[Found], spots: Sequence[Spot], floor: int
    ) -> _Search:
        """Open and compare the files that were found. Raises FileNotFoundError, SourceError."""
        last = None if spots else self._found(found, self._open[-1])
        there = self._opened(stack, found, spots, _earlier(floor, last))
        homes = {spot: home.found for spot in spots if (home := _home(spot, there))}
        rewritten = [
            spot for spot in homes if spot.known and not any(_is_whole(spot, one) for one in there)
        ]
        if spots:
            last = homes.get(spots[-1])
        floor = _earlier(floor, last)
        unread, blank = self._packed(found, spots, floor, homes)
        is_lost = len(homes) < len(set(spots))
        for one in there:
            if one.refused and (is_lost or one.found.is_since(floor)):
                raise one.refused
        newer = [one.found for one in there if one.has_more and one.found.is_since(floor)]
        newer = [one for one in newer + unread if one not in homes.values()]
        if spots:
            last = homes.get(spots[-1])  # which may be compressed
        missing = missing_numbers(found, [*newer, last] if last else newer)
        return _Search(there, homes, rewritten, newer, unread, blank, missing, floor)

    def _opened(
        self, stack: ExitStack, found: Iterable[Found], spots: Sequence[Spot], floor: int
    ) -> list[_Opened]:
        """Open the files that may have spots or were written since. Raises FileNotFoundError."""
        known = {reading.inode for reading in self._open}
        there = []
        for one in found:
            if one.packed or one.inode in known or not (spots or one.is_since(floor)):
                continue
            try:
                file = opened(one.path)
            except SourceError as error:
                there.append(_Opened(one, refused=error))
                continue
            stack.callback(file.close)
            if inode_of(os.fstat(file.fileno())) != one.inode:
                raise FileNotFoundError
            identity = identity_of(file)
            here = [spot for spot in spots if _is_in(spot, file, identity)]
            if here and here[-1] is spots[-1]:
                floor = _earlier(floor, one)
            if here or (len(there) < _MOST and one.is_since(floor)):
                done = [spot for spot in self._closed if _is_in(spot, file, identity)]
                there.append(_Opened(one, file, here + done, identity))
            else:  # it is not needed, or will be found again after the others
                file.close()
        return there

    def _chosen(self, search: _Search) -> list[Reading]:
        """Return the files to read, and close the others."""
        fresh: list[Reading] = []
        for one in search.opened:
            if one.file is None:
                continue
            found = one.found
            own = [spot for spot, home in search.homes.items() if home == found]
            if own or not found.suffix or (one.has_more and found.is_since(search.floor)):
                if len(fresh) < _AT_ONCE:
                    fresh.append(self._begun(one.file, one, own, search))
                    continue
                self._closed += one.spots  # it will be found again after the others
            one.file.close()
        return fresh

    @staticmethod
    def _begun(file: BinaryIO, one: _Opened, own: Sequence[Spot], search: _Search) -> Reading:
        """Return the reading of a file, which may have been cut since it was compared."""
        offset = max([spot.offset for spot in own], default=one.offset)
        reading = Reading(file, one.found.path, offset)
        if reading.floor != one.found.written_at:
            reading.floor = min(reading.floor, one.found.written_at)
            reading.was_empty |= not offset
            reading.is_doubted = any(
                spot.known and spot not in search.rewritten and not spot.is_whole_in(file)
                for spot in own
            )
        return reading

    @staticmethod
    def _found(found: Iterable[Found], reading: Reading) -> Found | None:
        return next((one for one in found if one.inode == reading.inode), None)

    # -- what cannot be read -----------------------------------------------------------------

    def _report_fate(self, spot: Spot, search: _Search) -> None:
        """Report a file that is gone or was cut short since its spot was stored."""
        home = search.homes.get(spot)
        if home is None:
            self._report_once("file_gone", str(self._path))
        elif not spot.known:
            for one in search.newer:  # a file that was empty is recognised even if it was cut
                if one.suffix and (not home.suffix or (one.number or 0) > (home.number or 0)):
                    self._report_once("file_cut", str(self._path))
            if search.blank and not home.suffix:  # a copy of it, as it was not renamed
                self._report_once("file_cut", str(self._path))
        elif spot in search.rewritten or any(
            one.identity == spot.identity and one.found != home for one in search.opened
        ):  # what it had is in a copy
            self._report_once("file_cut", str(self._path))

    def _packed(
        self, found: Sequence[Found], spots: Sequence[Spot], floor: int, homes: dict[Spot, Found]
    ) -> tuple[list[Found], list[Found]]:
        """Return the compressed files that were not read, and new ones that are empty.

        Add the spots that are in them to ``homes``.
        """
        plain = {one.path for one in found if not one.packed}
        open_files = [reading.file for reading in self._open]
        unread, blank = [], []
        for one in found:
            lost = [spot for spot in spots if spot not in homes]
            is_newer = one.is_since(floor)
            is_seen = one.path.with_suffix("") in plain or _mark(one) in self._closed
            if not one.packed or is_seen or not (is_newer or lost):
                continue
            inside, is_read = recognised(one, [*spots, *self._closed], open_files)
            homes |= {spot: one for spot in inside if spot in lost}
            if not is_read and (is_newer or not set(inside).isdisjoint(lost)):
                unread.append(one)
            elif is_newer and not inside and not self._had_blank() and is_blank(one):
                blank.append(one)
        return unread, blank

    def _had_blank(self) -> bool:
        """Whether a rotated file was empty, and may be one of the compressed ones now."""
        return any(not os.fstat(one.file.fileno()).st_size for one in self._open[:-1]) or any(
            not (spot.offset or spot.known) and spot.identity >> 32 for spot in self._closed
        )

    def _report_once(self, kind: str, name: str, after: Inode | None = None) -> None:
        if (kind, name, after) not in self._reported:
            self._reported.add((kind, name, after))
            self._report(kind, name)


class _Opened(NamedTuple):
    """A file that was found, and its spots, or why it cannot be opened."""

    found: Found
    file: BinaryIO | None = None
    spots: Sequence[Spot] = ()
    identity: int = -1
    refused: SourceError | None = None

    @property
    def offset(self) -> int:
        """How far it was read."""
        return max([spot.offset for spot in self.spots], default=0)

    @property
    def has_more(self) -> bool:
        """Whether it may have lines that were not read."""
        if self.file is None or not self.spots:
            return True
        return self.offset < os.fstat(self.file.fileno()).st_size


class _Search(NamedTuple):
    """The files that were found. ``newer`` were written after the last known one.

    ``unread`` are compressed and were not read, ``blank`` are compressed and empty. For
    ``rewritten`` spots no file has everything that was read.
    """

    opened: Sequence[_Opened]
    homes: Mapping[Spot, Found]
    rewritten: Sequence[Spot]
    newer: Sequence[Found]
    unread: Sequence[Found]
    blank: Sequence[Found]
    missing: Sequence[int]
    floor: int


def _home(spot: Spot, there: Iterable[_Opened]) -> _Opened | None:
    """Return the file of a spot: the identical file if it has the spot, else the newest that has.

    Files with everything that was read are preferred to those that were cut since.
    """
    homes = [one for one in there if spot in one.spots]
    homes = [one for one in homes if _is_whole(spot, one)] or homes
    same = [one for one in homes if one.identity == spot.identity]
    return next(reversed(same or homes), None)


def _is_whole(spot: Spot, one: _Opened) -> bool:
    return one.file is not None and spot.is_whole_in(one.file)


def _is_in(spot: Spot, file: BinaryIO, identity: int) -> bool:
    """Whether a file has a spot; if no byte was known, whether it is the identical file."""
    return spot.is_in(file) if spot.known else spot.identity == identity


def _earlier(floor: int, last: Found | None) -> int:
    """Return when the last known file was written; its time may have been set back since."""
    if last is None:
        return floor
    return min(floor or last.written_at, last.written_at)


def _mark(one: Found) -> Spot:
    """Return a spot that represents a compressed file that is not read."""
    return Spot(0, 0, "", "", one.inode[1], one.written_at)

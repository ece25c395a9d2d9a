"""Lines appended to a file, each on the disk and there once: what sinks in files share."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final, NoReturn

from workhours_sla.errors import StoreError

REMEMBERED: Final = 4_000_000
"""Bytes at the end of the file whose lines are known again: those of several batches."""
MOST_REMEMBERED: Final = 100_000
"""Lines among them: a file of changes has fewer, one of blank lines may have millions."""


class LineFile:
    """A file of lines with identities, which goes on where it ends.

    A line that was cut short is taken off when the file is opened again, and one that is among
    the last is not written once more. ``id_of`` returns the identity of a line, or raises
    ValueError for one of someone else; ``what`` the lines are is told in errors. Raises StoreError.
    """

    def __init__(self, path: Path, id_of: Callable[[bytes], str], what: str) -> None:
        self._path = path
        self._what = what
        self._found: set[str] = set()
        self._latest: set[str] = set()
        try:
            self._stream = FileIO(path, "a+")
            self._mend(id_of)
        except OSError as error:
            self._refuse(error)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def add(self, lines: Mapping[str, bytes]) -> None:
        """Write the lines, given by their identities, that are not there yet; all, or none."""
        fresh = [
            line + b"\n"
            for identity, line in lines.items()
            if identity not in self._found and identity not in self._latest
        ]
        size = self._stream.seek(0, os.SEEK_END)
        try:
            rest = b"".join(fresh)
            while rest:
                rest = rest[self._stream.write(rest) :]
            os.fsync(self._stream.fileno())
        except OSError as error:
            with suppress(OSError):
                self._stream.truncate(size)
            self._refuse(error)
        self._latest = set(lines)

    def _mend(self, id_of: Callable[[bytes], str]) -> None:
        """Take off half a line at the end, and learn which lines are there."""
        if not stat.S_ISREG(os.fstat(self._stream.fileno()).st_mode):
            self._stream.close()
            raise OSError(errno.EINVAL, "it is no ordinary file")
        size = self._stream.seek(0, os.SEEK_END)
        self._stream.seek(max(0, size - REMEMBERED))
        lines = self._stream.read().split(b"\n")
        torn = lines.pop()
        if torn:
            self._stream.truncate(size - len(torn))
        for line in lines[-MOST_REMEMBERED:]:
            with suppress(
                ValueError, RecursionError
            ):  # the first may be half a line, others of someone else
                self._found.add(id_of(line))

    def _refuse(self, error: OSError) -> NoReturn:
        where = str(self._path)
        msg = (
            f"{self._what} cannot be written to {where!r} ({error.strerror or error}); "
            "free some space or give another file, they are told again"
        )
        raise StoreError(msg, path=where) from None

"""A sink that writes changes as JSON Lines, to a file that goes on or to a stream."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

import msgspec

from workhours_sla.adapters.change_json import change_to_json
from workhours_sla.errors import StoreError
from workhours_sla.sla.change import Change

REMEMBERED: Final = 4_000_000
"""Bytes at the end of the file whose changes are known again: those of several batches."""


class _Id(msgspec.Struct):
    change_id: str


_decode = msgspec.json.Decoder(_Id).decode


class JsonLinesSink:
    """Appends each change to a file as one line, on the disk when ``write`` returns.

    A line that was cut short is taken off when the file is opened again, and a change among the
    last lines is not written once more: each is there once, however often it is told. Of a stream
    nothing can be read back, so a change may come twice there, with the same ``change_id``.
    Raises StoreError; what was not written is told again.
    """

    def __init__(self, where: Path | BinaryIO, *, name: str | None = None) -> None:
        self.name = name or (str(where.absolute()) if isinstance(where, Path) else "stdout")
        self._where = where
        self._found: set[str] = set()
        self._latest: set[str] = set()
        self._stream: BinaryIO | FileIO
        if not isinstance(where, Path):
            self._stream = where
            return
        try:
            self._stream = FileIO(where, "a+")
            self._mend()
        except OSError as error:
            self._refuse(error)

    def close(self) -> None:
        """Close the file; a stream that was handed in stays open."""
        if isinstance(self._where, Path):
            self._stream.close()

    def write(self, changes: Sequence[Change]) -> None:
        """Write the changes that are not there yet. Raises StoreError."""
        known = self._found | self._latest
        fresh = [change for change in changes if change.change_id not in known]
        lines = b"".join(change_to_json(change) + b"\n" for change in fresh)
        if not isinstance(self._where, Path):
            self._put(lines)
            self._stream.flush()
            return
        size = self._stream.seek(0, os.SEEK_END)
        try:
            self._put(lines)
            os.fsync(self._stream.fileno())
        except OSError as error:
            with suppress(OSError):
                self._stream.truncate(size)
            self._refuse(error)
        self._latest = {change.change_id for change in changes}

    def _put(self, lines: bytes) -> None:
        """Write all of it: a stream without a buffer may take a part at a time."""
        while lines:
            lines = lines[self._stream.write(lines) :]

    def _mend(self) -> None:
        """Take off half a line at the end, and learn which changes are there."""
        if not stat.S_ISREG(os.fstat(self._stream.fileno()).st_mode):
            self._stream.close()
            raise OSError(errno.EINVAL, "it is no ordinary file")
        size = self._stream.seek(0, os.SEEK_END)
        self._stream.seek(max(0, size - REMEMBERED))
        lines = self._stream.read().split(b"\n")
        torn = lines.pop()
        if torn:
            self._stream.truncate(size - len(torn))
        for line in lines:
            with suppress(ValueError):  # the first may be half a line, others of someone else
                self._found.add(_decode(line).change_id)

    def _refuse(self, error: OSError) -> NoReturn:
        where = str(self._where)
        msg = (
            f"changes cannot be written to {where!r} ({error.strerror or error}); "
            "free some space or give another file, they are told again"
        )
        raise StoreError(msg, path=where) from None

"""Read the streams of an OLE compound file: an old XLS workbook or an encrypted one."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_SECTOR: Final = 0xFFFFFFFA
"""Sector numbers of this size or more are markers, such as the end of a chain."""
_ENTRY: Final = 128
"""Size of a directory entry in bytes."""
_STORED: Final = (2, 5)
"""Types of directory entries with content: a stream, and the root with the small streams."""


class DamagedError(Exception):
    """Raised for a file that does not follow its format."""


class CompoundFile:
    """Reads the streams of a compound file by name. Raises DamagedError."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        head = self._read_at(0, 512)
        try:
            self._sector = 1 << min(struct.unpack_from("<H", head, 30)[0], 16)
            self._small = 1 << min(struct.unpack_from("<H", head, 32)[0], 16)
            directory, self._cutoff, small_table = struct.unpack_from("<I4xII", head, 48)
            tables = list(struct.unpack_from("<109I", head, 76))
            more, count = struct.unpack_from("<II", head, 68)
        except struct.error:
            raise DamagedError from None
        if self._sector < 512:
            raise DamagedError
        self._most = file.seek(0, 2) // self._sector + 1
        if count > self._most:
            raise DamagedError
        for _ in range(count):  # a chain of sectors that name more sectors of the table
            named = self._numbers(more)
            more = named.pop()
            tables += named
        self._table = self._numbers(*(number for number in tables if number < _NO_SECTOR))
        self._small_table = self._numbers(*self._chain(small_table, self._table))
        self.streams = dict(self._entries(directory))
        """The first sector and the size of each stream, by its name."""

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a stream, sector by sector."""
        start, size = self.streams[name]
        for block in self._blocks(start, size):
            yield block[:size]
            size -= len(block)

    def _blocks(self, start: int, size: int) -> Iterator[bytes]:
        if size >= self._cutoff or "Root Entry" not in self.streams:
            for number in self._chain(start, self._table):
                yield self._read_at((number + 1) * self._sector, self._sector)
            return
        first, _ = self.streams["Root Entry"]
        sectors = list(self._chain(first, self._table))
        for number in self._chain(start, self._small_table):
            index, offset = divmod(number * self._small, self._sector)
            if index >= len(sectors):
                raise DamagedError
            yield self._read_at((sectors[index] + 1) * self._sector + offset, self._small)

    def _entries(self, directory: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield the name, the first sector and the size of each stream."""
        for number in self._chain(directory, self._table):
            block = self._read_at((number + 1) * self._sector, self._sector)
            for at in range(0, len(block) - _ENTRY + 1, _ENTRY):
                length, kind = struct.unpack_from("<HB", block, at + 64)
                start, size = struct.unpack_from("<IQ", block, at + 116)
                name = block[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                if kind in _STORED:
                    yield name, (start, size & 0xFFFFFFFF)

    def _chain(self, start: int, table: list[int]) -> Iterator[int]:
        """Yield the numbers of the sectors of a chain."""
        seen = 0
        while start < _NO_SECTOR:
            seen += 1
            if seen > self._most * (self._sector // self._small or 1) or start >= len(table):
                raise DamagedError
            yield start
            start = table[start]

    def _numbers(self, *sectors: int) -> list[int]:
        """Return the integers stored in ``sectors``."""
        if len(sectors) > self._most:
            raise DamagedError
        found: list[int] = []
        for sector in sectors:
            block = self._read_at((sector + 1) * self._sector, self._sector)
            found += struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
        if sectors and not found:
            raise DamagedError
        return found

    def _read_at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

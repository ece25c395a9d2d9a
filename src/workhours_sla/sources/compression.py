"""Decompress gzip and Zstandard while reading, in constant memory and up to a limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, Literal

from workhours_sla.errors import SourceError
from workhours_sla.sources.extras import missing_extra
from workhours_sla.text.messages import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workhours_sla.sources.text_lines import ByteChunks

Compression = Literal["gzip", "zstd"]
"""A supported compression."""

MOST_TIMES: Final = 300
"""Maximum ratio of decompressed to compressed size; a file above it looks like a bomb."""
ALWAYS_READ: Final = 100_000_000
"""Decompressed size in bytes that is always accepted, whatever the ratio."""
SUFFIXES: Final = (".gz", ".gzip", ".zst", ".zstd")
"""File name suffixes of compressed files."""
MAGIC: Final = 4
"""Number of bytes at the beginning of a file that identify its compression."""

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16)))
"""First bytes of a Zstandard frame: a data frame or one of the skippable frames."""
_PIECES: Final[dict[Compression, int]] = {"gzip": 1 << 14, "zstd": 1 << 10}
"""Compressed bytes per step; a step yields at most 16 MB (gzip) or 32 MB (zstd)."""
_WIDEST: Final = 1 << 27
"""Maximum memory in bytes that a Zstandard file may request, as in the command ``zstd``."""


def compression_of(head: bytes) -> Compression | None:
    r"""Return the compression of a file that begins with ``head``, None if it is not compressed.

    >>> compression_of(b"\x1f\x8b\x08\x00"), compression_of(b"appeal_id")
    ('gzip', None)
    """
    if head.startswith(_GZIP):
        return "gzip"
    return "zstd" if head.startswith(_ZSTD) else None


class Unpacked:
    """Decompresses a file, which may have several compressed members in a row.

    Raises SourceError if the file ends early, is damaged, or looks like a bomb: its content is
    larger than 100 MB and more than 300 times as large as the file.
    """

    def __init__(self, packed: ByteChunks, compression: Compression) -> None:
        self._packed = packed
        self._compression = compression
        self._piece = _PIECES[compression]
        self._make, self._failure = _unpackers(packed.name, compression)
        self._facts = {"name": packed.name, "compression": compression}
        self._member: Any = None
        self._rest = b""
        self._size = 0

    def read(self, _size: int = -1) -> bytes:
        """Return the next decompressed bytes, empty at the end. Raises SourceError."""
        while True:
            self._rest = self._rest or self._packed.read()
            if not self._rest:
                if self._member is not None:
                    raise self._error(say("packed_truncated", **self._facts))
                return b""
            if self._member is None:
                if self._compression == "gzip" and self._size:
                    self._rest = self._rest.lstrip(b"\0")  # gzip may be padded
                    if not self._rest:
                        continue
                self._member = self._make()
            found = self._unpack()
            if found:
                self._size += len(found)
                if self._size > max(ALWAYS_READ, MOST_TIMES * self._packed.position):
                    msg = say("packed_bomb", times=MOST_TIMES, always=ALWAYS_READ, **self._facts)
                    raise self._error(msg)
                return found

    def _unpack(self) -> bytes:
        """Decompress the next piece of the file. Raises SourceError."""
        piece, self._rest = self._rest[: self._piece], self._rest[self._piece :]
        try:
            found: bytes = self._member.decompress(piece)
        except self._failure:
            raise self._error(say("packed_damaged", **self._facts)) from None
        if self._member.eof:
            self._rest = self._member.unused_data + self._rest
            self._member = None
        return found

    def _error(self, msg: Phrase) -> SourceError:
        return SourceError(msg, name=self._packed.name)


def _unpackers(name: str, compression: Compression) -> tuple[Callable[[], Any], type[Exception]]:
    """Return a function that creates the decompressor of one member, and the error it raises."""
    if compression == "gzip":
        return lambda: zlib.decompressobj(wbits=31), zlib.error
    try:
        from zstandard import ZstdDecompressor, ZstdError
    except ImportError:
        raise missing_extra(name, "zstd", "zstandard") from None
    return ZstdDecompressor(max_window_size=_WIDEST).decompressobj, ZstdError

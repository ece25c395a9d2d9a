"""Open a file or a stream, and decompress it if necessary."""

from __future__ import annotations

import errno
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Final, Literal, cast

from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Claim
from workhours_sla.sources.layout import says_total
from workhours_sla.sources.lines import ByteChunks
from workhours_sla.text.messages import Phrase, say

_IN_MEMORY: Final = 1 << 24  # a temporary copy larger than this number of bytes is stored on disk
Compression = Literal["gzip", "zstd"]  # a supported compression

MOST_TIMES: Final = 300
"""Maximum ratio of decompressed to compressed size; a file above it looks like a bomb."""
ALWAYS_READ: Final = 100_000_000
"""Decompressed size in bytes that is always accepted, whatever the ratio."""
SUFFIXES: Final = (".gz", ".gzip", ".zst", ".zstd")  # file name suffixes of compressed files
MAGIC: Final = 4  # number of bytes at the beginning of a file that identify its compression

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16)))
"""First bytes of a Zstandard frame: a data frame or one of the skippable frames."""
_PIECES: Final[dict[Compression, int]] = {"gzip": 1 << 14, "zstd": 1 << 10}
"""Compressed bytes per step; a step yields at most 16 MB (gzip) or 32 MB (zstd)."""
_WIDEST: Final = 1 << 27
"""Maximum memory in bytes that a Zstandard file may request, as in the command ``zstd``."""
_CAUSES: Final = {errno.EACCES: "denied", errno.EPERM: "denied", errno.EISDIR: "directory"}


@dataclass(slots=True)
class OpenedFile:
    """A file or a stream that is open for reading.

    ``ending`` is the suffix without that of a compression. ``packed`` reads the bytes before their
    decompression. A reader of a ``regular`` file says in ``reached`` how many bytes it has read.
    Readers append to ``notes`` what the user should know although it is no error, and to ``claims``
    the due times and verdicts of the exporting system. ``without_appeal`` counts the rows that are
    totals, notes, blank or a header; ``totals`` are the numbers of the first.
    """

    name: str
    ending: str
    size: int | None
    chunks: ByteChunks
    packed: ByteChunks
    regular: BinaryIO | None = None
    reached: int | None = None
    notes: list[Phrase] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    without_appeal: int = 0
    totals: list[int] = field(default_factory=list)

    def leave_out(self, cells: Iterable[object], row: int) -> None:
        """Count a row without an appeal."""
        self.without_appeal += 1
        if says_total(cells):
            self.totals.append(row)

    @property
    def position(self) -> int:
        return self.packed.position if self.reached is None else self.reached

    @contextmanager
    def in_any_order(self) -> Iterator[IO[bytes]]:
        """Return the content as a seekable stream: the file itself, or a temporary copy."""
        if self.regular is not None and self.packed is self.chunks:
            self.regular.seek(0)
            yield self.regular
            return
        with SpooledTemporaryFile(_IN_MEMORY) as copy:
            while chunk := self.chunks.read():
                copy.write(chunk)
            copy.seek(0)
            yield copy


def open_file(where: Path | BinaryIO, name: str | None, stack: ExitStack) -> OpenedFile:
    """Open a path, or use an open stream. ``stack`` closes the path's file, but not a stream."""
    if not isinstance(where, Path):
        name = name or "standard input"
        return _opened(name, "", None, where, None)
    name = name or str(where)
    try:
        stream = stack.enter_context(where.open("rb"))
        status = where.stat()
    except FileNotFoundError:
        raise no_file(name) from None
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from None
    is_regular = stat.S_ISREG(status.st_mode)
    size = status.st_size if is_regular else None
    return _opened(name, where.name.lower(), size, stream, stream if is_regular else None)


def _opened(
    name: str, filename: str, size: int | None, stream: BinaryIO, regular: BinaryIO | None
) -> OpenedFile:
    packed = chunks = ByteChunks(stream, name)
    compression = compression_of(packed.head(MAGIC))
    ending = Path(filename).suffix
    if compression is not None:
        chunks = ByteChunks(cast("BinaryIO", Unpacked(packed, compression)), name)
        if ending in SUFFIXES:
            ending = Path(filename).with_suffix("").suffix
    return OpenedFile(name, ending, size, chunks, packed, regular)


def compression_of(head: bytes) -> Compression | None:
    r"""Return the compression of a file that begins with ``head``, None if it is not compressed.

    >>> compression_of(b"\x1f\x8b\x08\x00"), compression_of(b"appeal_id")
    ('gzip', None)
    """
    if head.startswith(_GZIP):
        return "gzip"
    return "zstd" if head.startswith(_ZSTD) else None


class Unpacked:
    """Decompresses a file, which may have several compressed members in a row."""

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
                    raise SourceError(say("packed_truncated", **self._facts))
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
                    limits = {"times": MOST_TIMES, "always": ALWAYS_READ}
                    raise SourceError(say("packed_bomb", **limits, **self._facts))
                return found

    def _unpack(self) -> bytes:
        piece, self._rest = self._rest[: self._piece], self._rest[self._piece :]
        try:
            found: bytes = self._member.decompress(piece)
        except self._failure:
            raise SourceError(say("packed_damaged", **self._facts)) from None
        if self._member.eof:
            self._rest = self._member.unused_data + self._rest
            self._member = None
        return found


def _unpackers(name: str, compression: Compression) -> tuple[Callable[[], Any], type[Exception]]:
    """Return a function that creates the decompressor of one member, and the error it raises."""
    if compression == "gzip":
        return lambda: zlib.decompressobj(wbits=31), zlib.error
    try:
        from zstandard import ZstdDecompressor, ZstdError
    except ImportError:
        raise missing_extra(name, "zstd", "zstandard") from None
    return ZstdDecompressor(max_window_size=_WIDEST).decompressobj, ZstdError


def missing_extra(name: str, extra: str, library: str) -> SourceError:
    """Return the error for a file that needs ``library``, which ``extra`` would install.

    >>> print(missing_extra("rows.zst", "zstd", "zstandard"))
    rows.zst can be read only with zstandard: pip install 'workhours-sla[zstd]'
    """
    return SourceError(say("needs_extra", name=name, library=library, extra=extra))


def cannot_open(name: str, error: OSError | ValueError) -> SourceError:
    why = getattr(error, "strerror", None) or str(error)
    cause = _CAUSES.get(getattr(error, "errno", None) or 0, "unopened")
    return SourceError(say(cause, name=repr(name), why=why), name=name)


def no_file(name: str) -> SourceError:
    return SourceError(say("no_file", name=repr(name)), name=name)

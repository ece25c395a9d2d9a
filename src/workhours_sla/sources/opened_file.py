"""Open a file or a stream, and decompress it if necessary."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

from workhours_sla.errors import SourceError
from workhours_sla.sources.compression import (
    MAGIC,
    SUFFIXES,
    Unpacked,
    compression_of,
)
from workhours_sla.sources.growing_file import cannot_open, no_file
from workhours_sla.sources.text_lines import ByteChunks
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from workhours_sla.text.messages import Phrase

MOST_COPIED: Final = 2_000_000_000
"""Maximum size in bytes of the temporary copy that is made to read a stream in any order."""
_IN_MEMORY: Final = 1 << 24
"""A temporary copy larger than this number of bytes is stored on disk."""


@dataclass(slots=True)
class Progress:
    """Number of bytes read so far, for a file that is read in any order; None if unknown."""

    position: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file or a stream that is open for reading.

    ``ending`` is the suffix of the file's name in lower case, without the suffix of a compression;
    ``""`` for a stream. ``size`` is the size of a regular file in bytes, None for a stream.
    ``chunks`` reads the decompressed content. ``packed`` reads the bytes of the file itself, before
    decompression. ``regular`` is the file if it can be read in any order. Readers append to
    ``notes`` facts that the user should know although they are no errors.
    """

    name: str
    ending: str
    size: int | None
    chunks: ByteChunks
    packed: ByteChunks
    regular: BinaryIO | None = None
    progress: Progress = field(default_factory=Progress)
    notes: list[Phrase] = field(default_factory=list)

    @property
    def position(self) -> int:
        """Number of bytes read from the file so far, counted before decompression."""
        known = self.progress.position
        return self.packed.position if known is None else known

    @contextmanager
    def in_any_order(self) -> Iterator[IO[bytes]]:
        """Return the content as a seekable stream: the file itself, or a temporary copy.

        Call it before anything is read from ``chunks``. Raises SourceError if the copy would be
        larger than 2 GB.
        """
        if self.regular is not None and self.packed is self.chunks:
            self.regular.seek(0)
            yield self.regular
            return
        with SpooledTemporaryFile(_IN_MEMORY) as copy:
            size = 0
            while chunk := self.chunks.read():
                size += len(chunk)
                if size > MOST_COPIED:
                    msg = say("too_large", name=self.name, most=MOST_COPIED)
                    raise SourceError(msg, name=self.name)
                copy.write(chunk)
            copy.seek(0)
            yield copy


def open_file(where: Path | BinaryIO, name: str | None, stack: ExitStack) -> OpenedFile:
    """Open a path, or use an open stream. ``stack`` closes the path's file, but not a stream.

    Raises SourceError.
    """
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
    """Return an OpenedFile that decompresses ``stream`` if necessary. Raises SourceError."""
    packed = chunks = ByteChunks(stream, name)
    compression = compression_of(packed.head(MAGIC))
    ending = Path(filename).suffix
    if compression is not None:
        chunks = ByteChunks(cast("BinaryIO", Unpacked(packed, compression)), name)
        if ending in SUFFIXES:
            ending = Path(filename).with_suffix("").suffix
    return OpenedFile(name, ending, size, chunks, packed, regular)

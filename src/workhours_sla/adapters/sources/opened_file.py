"""Open a file or a stream, and unpack it if it is compressed."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from workhours_sla.adapters.sources.growing_file import cannot_open, no_file
from workhours_sla.adapters.sources.text_lines import ByteChunks

if TYPE_CHECKING:
    from contextlib import ExitStack

    from workhours_sla.text.messages import Phrase


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file or a stream that is open for reading.

    ``ending`` is the suffix of the file's name in small letters, without a suffix of a compression,
    and ``""`` for a stream. ``size`` is the number of bytes of a regular file, None for a stream.
    ``stream`` is at its beginning, as long as ``chunks`` was not read. Readers add notes
    about what the user should know although it is no error.
    """

    name: str
    ending: str
    size: int | None
    stream: BinaryIO
    chunks: ByteChunks
    notes: list[Phrase] = field(default_factory=list)


def open_file(where: Path | BinaryIO, name: str | None, stack: ExitStack) -> OpenedFile:
    """Open a file, which ``stack`` closes, or take a stream, which nobody closes.

    Raises SourceError.
    """
    if not isinstance(where, Path):
        name = name or "standard input"
        return OpenedFile(name, "", None, where, ByteChunks(where, name))
    name = name or str(where)
    try:
        stream = stack.enter_context(where.open("rb"))
        status = where.stat()
    except FileNotFoundError:
        raise no_file(name) from None
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from None
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    return OpenedFile(name, where.suffix.lower(), size, stream, ByteChunks(stream, name))

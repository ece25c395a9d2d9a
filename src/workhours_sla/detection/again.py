"""Read a file or a stream from its beginning, more than once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from workhours_sla.sources.opened import OpenedFile, open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from workhours_sla.detection.seen import Row


def from_start(where: Path | BinaryIO) -> Path | BinaryIO:
    """Return a path unchanged, or rewind a stream to its beginning and return it."""
    if not isinstance(where, Path):
        where.seek(0)
    return where


class Again:
    """A file, or a seekable stream, that can be read several times."""

    def __init__(self, where: Path | BinaryIO, name: str | None) -> None:
        self.where = where
        self.name = name

    @contextmanager
    def opened(self) -> Iterator[OpenedFile]:
        """Open the file, or rewind the stream. Raises SourceError."""
        with ExitStack() as stack:
            yield open_file(from_start(self.where), self.name, stack)

    def rows(self, read: Callable[[OpenedFile], Iterable[Row]]) -> Callable[[], Iterator[Row]]:
        """Return a function that opens the file and reads its rows."""

        def rows() -> Iterator[Row]:
            with self.opened() as opened:
                yield from read(opened)

        return rows

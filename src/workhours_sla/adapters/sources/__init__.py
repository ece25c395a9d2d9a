"""Read appeals and events from files and streams in CSV or JSON Lines."""

from __future__ import annotations

import stat
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, Self
from zoneinfo import ZoneInfo

from workhours_sla.adapters.sources.growing_file import cannot_open, no_file
from workhours_sla.adapters.sources.mapping import Fault, Item, Layout
from workhours_sla.adapters.sources.text_lines import MARKS_AND_BLANKS, ByteChunks
from workhours_sla.module_names import public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.adapters.config.sections import Config

__all__ = ["AppealFile", "Fault", "Item", "Layout", "layout_of", "open_source"]

Format = Literal["csv", "jsonl"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


@public("workhours_sla.files")
class AppealFile:
    """An open file or stream of appeals or events. Iterate over it once, then close it.

    Iterating yields, for each row, a tuple of its events, or a Fault if the row is rejected.
    ``format`` is ``csv`` or ``jsonl``. ``size`` is the number of bytes of the file, None for a
    stream.
    """

    def __init__(
        self,
        items: Iterator[Item],
        chunks: ByteChunks,
        closing: ExitStack,
        *,
        format: Format,  # noqa: A002 - the configuration key
        size: int | None,
    ) -> None:
        self._items = items
        self._chunks = chunks
        self._closing = closing
        self.name: str = chunks.name
        self.format = format
        self.size = size

    @property
    def position(self) -> int:
        """How many bytes have been read so far."""
        return self._chunks.position

    def __iter__(self) -> Iterator[Item]:
        """Return the iterator over the rows; each call returns the same iterator."""
        return self._items

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a stream remains open."""
        self._closing.close()


def open_source(
    where: Path | str | BinaryIO, config: Config, *, name: str | None = None
) -> AppealFile:
    """Open a file of appeals, or a binary stream of appeals such as ``sys.stdin.buffer``.

    If the configuration has no format, the extension of the file determines it. If the extension
    is unknown or missing, the format is JSON Lines if the first character is a brace, and CSV if it
    is not. Raises SourceError if the file cannot be opened. Iterating raises SourceError if the
    file does not match the configuration.
    """
    where = Path(where) if isinstance(where, str) else where
    with ExitStack() as stack:
        if isinstance(where, Path):
            name = name or str(where)
            stream, size = _open(where, name)
            stack.enter_context(stream)
            ending = where.suffix.lower()
        else:
            name = name or "standard input"
            stream, size, ending = where, None, ""
        chunks = ByteChunks(stream, name)
        options = config.input
        found = options.format or _FORMATS.get(ending) or _looks_like(chunks)
        layout = layout_of(config)
        items: Iterator[Item]
        if found == "csv":
            from workhours_sla.adapters.sources import delimited  # noqa: PLC0415

            delimiter = options.delimiter or ("\t" if ending == ".tsv" else ",")
            items = delimited.read(chunks, layout, options.encoding, delimiter)
        else:
            from workhours_sla.adapters.sources import jsonl  # noqa: PLC0415

            items = jsonl.read(chunks, layout, options.encoding)
        return AppealFile(items, chunks, stack.pop_all(), format=found, size=size)


def layout_of(config: Config) -> Layout:
    """Return the layout of a file's rows that ``config`` describes."""
    options = config.input
    return Layout(
        kind=options.kind,
        columns=config.columns,
        values=config.values,
        datetime_format=options.datetime_format,
        tz=None if options.tz is None else ZoneInfo(options.tz),
        source=options.source,
    )


def _open(path: Path, name: str) -> tuple[BinaryIO, int | None]:
    """Open a file, and return it with its size in bytes, None if it is not a regular file."""
    try:
        stream = path.open("rb")
        status = path.stat()
    except FileNotFoundError:
        raise no_file(name) from None
    except (OSError, ValueError) as error:
        raise cannot_open(name, error) from None
    return stream, status.st_size if stat.S_ISREG(status.st_mode) else None


def _looks_like(chunks: ByteChunks) -> Format:
    """Return JSON Lines as the format if the first character is a brace, else CSV."""
    return "jsonl" if chunks.peek().lstrip(MARKS_AND_BLANKS).startswith(b"{") else "csv"

"""Read appeals and events from files and streams, in every format."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, Self

from workhours_sla.module_names import public
from workhours_sla.sla.event import Claim
from workhours_sla.sources.formats import (
    DOCUMENTS,
    UNITS,
    format_of,
    layout_of,
    mapper_of,
    reader_of,
)
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.opened_file import OpenedFile, open_file
from workhours_sla.sources.rows import Fault, Inverted, Item
from workhours_sla.sources.statuses import events_of_statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.config.sections import Config, Format

__all__ = [
    "AppealFile",
    "Claim",
    "Fault",
    "Inverted",
    "Item",
    "Layout",
    "layout_of",
    "mapper_of",
    "open_source",
]


@public("workhours_sla.files")
class AppealFile:
    """An open file or stream of appeals or events. Iterate over it once, then close it.

    The iterator yields one value for each row: a tuple of events, which is empty for an ignored
    row, or a Fault for a rejected row.

    ``format`` is the value of the configuration key ``format``. ``size`` is the size of the file in
    bytes, None for a stream. ``claims`` lists the due times and verdicts that the exporting system
    recorded in the rows read so far. ``ignored`` counts the ignored rows so far. ``inverted``
    counts the rows so far whose answer precedes the posting by no more than the tolerance.
    ``notes`` lists, after the last row, facts about the file that you should know although they are
    no errors; ``str`` of a note is a sentence.
    """

    def __init__(
        self,
        items: Iterator[Item],
        opened: OpenedFile,
        closing: ExitStack,
        *,
        format: Format,
        claims: list[Claim],
    ) -> None:
        self._items = items
        self._opened = opened
        self._closing = closing
        self.name: str = opened.name
        self.format: Format = format
        self.size: int | None = opened.size
        self.claims = claims
        self.notes = opened.notes
        self.ignored: int = 0
        self.inverted: int = 0

    @property
    def unit(self) -> Literal["line", "row", "record"]:
        """The unit that ``Fault.line`` counts in this format."""
        return UNITS.get(self.format, "record")

    @property
    def is_in_order(self) -> bool:
        """Whether the format lists rows in the order of their receipt."""
        return self.format not in DOCUMENTS

    @property
    def position(self) -> int:
        """Number of bytes read from the file so far, counted before decompression."""
        return self._opened.position

    def __iter__(self) -> Self:
        """Return the iterator over the rows; each call returns the same iterator."""
        return self

    def __next__(self) -> Item:
        item = next(self._items)
        if not item:
            self.ignored += 1
        elif item.__class__ is Inverted:
            self.inverted += 1
        return item

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

    Files compressed with gzip or Zstandard are decompressed. If the configuration sets no format,
    the content and the suffix of the file determine it. Raises SourceError if the file cannot be
    opened. Iterating raises SourceError if the file does not match the configuration.
    """
    where = Path(where) if isinstance(where, str) else where
    with ExitStack() as stack:
        opened = open_file(where, name, stack)
        options = config.input
        found = options.format or format_of(opened, options)
        claims: list[Claim] = []
        layout = layout_of(config)
        items = reader_of(found)(opened, layout, options, claims)
        if options.kind == "statuses":
            items = events_of_statuses(items, opened.name)
        elif options.kind == "appeals":
            items = _with_answers(items, layout, opened.name)
        if isinstance(items, Generator):
            stack.callback(items.close)  # it may have a temporary file
        return AppealFile(items, opened, stack.pop_all(), format=found, claims=claims)


def _with_answers(items: Iterator[Item], layout: Layout, name: str) -> Iterator[Item]:
    """Yield all rows, then raise SourceError if the answers are in a column that is not read."""
    yield from items
    layout.check_answers(name)

"""What every format has: a reader of its files, and a mapper from its records to events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Protocol

from workhours_sla.adapters.sources.layout import Layout
from workhours_sla.adapters.sources.rows import Item, Record

if TYPE_CHECKING:
    from datetime import datetime

    from workhours_sla.adapters.config.sections import Input
    from workhours_sla.adapters.sources.opened_file import OpenedFile
    from workhours_sla.sla.claim import Claim


class RecordMapper(Protocol):
    """Maps a record, such as a row or a JSON object, to events; it knows nothing of files."""

    dates_to_receipt: ClassVar[bool]
    """Whether a record without a time is dated to its receipt, so that the reader must say it."""

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a record, none if it is ignored, or a Fault if it is rejected.

        ``line`` is the number for the Fault. ``received_at`` is the time of receipt of a record
        that names none; None for the record of a file.
        """
        ...


class Reader(Protocol):
    """Reads the files of one format; the function ``read`` of its module."""

    def __call__(
        self, opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]
    ) -> Iterator[Item]:
        """Yield the events or the Fault of each record, and append to ``claims``.

        Raises SourceError if the file is not of the format.
        """
        ...

"""The interfaces of every format: a reader of files, and a mapper from records to events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Protocol

from workhours_sla.sources.layout import Layout
from workhours_sla.sources.rows import Item, Record

if TYPE_CHECKING:
    from datetime import datetime

    from workhours_sla.config.sections import Input
    from workhours_sla.sla.event import Claim
    from workhours_sla.sources.opened_file import OpenedFile


class RecordMapper(Protocol):
    """Maps one record, such as a row or a JSON object, to events."""

    dates_to_receipt: ClassVar[bool]
    """Whether the mapper needs ``received_at`` for records without a time."""

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a record, none if it is ignored, or a Fault if it is rejected.

        ``line`` is the number that the Fault reports. ``received_at`` is the time of receipt for a
        record that names none; None when reading a file.
        """
        ...


class Reader(Protocol):
    """The function ``read`` of a format's module, which reads a file."""

    def __call__(
        self, opened: OpenedFile, layout: Layout, options: Input, claims: list[Claim]
    ) -> Iterator[Item]:
        """Yield, for each record, its events or a Fault; append claims to ``claims``.

        Raises SourceError if the file does not have the format.
        """
        ...

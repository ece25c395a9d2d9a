"""Find the values of nested keys, such as ``author.id``, in JSON records."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from workhours_sla.sources.json_records import LIST
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.rows import Item, Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from workhours_sla.sources.records import RecordMapper


class Paths:
    """Copies the values of nested keys to the top of a record, under the names of columns.

    ``path`` is the path of the records in their document; a column name may begin with it. A
    top-level key with the exact name of a column, dots included, takes precedence.
    """

    def __init__(self, columns: Iterable[str], path: str = "") -> None:
        start = f"{path}." if path else ""
        self._routes = [
            (column, column.removeprefix(start).split("."))
            for column in columns
            if "." in column and (column.startswith(start) or LIST not in column)
        ]

    def __bool__(self) -> bool:
        return bool(self._routes)

    def flat(self, record: Record) -> Record:
        """Return a record with a top-level key for each column found in it.

        >>> Paths(["author.id"]).flat({"id": 7, "author": {"id": 17}})
        {'id': 7, 'author': {'id': 17}, 'author.id': 17}
        """
        found: dict[str, object] = {}
        for column, keys in self._routes:
            value: object = record
            for key in keys:
                if not isinstance(value, dict) or key not in value:
                    break
                value = value[key]
            else:
                found[column] = value
        return {**record, **found, **record} if found else record


class NestedMapper:
    """Maps records with nested keys to events: it flattens each record for another mapper."""

    dates_to_receipt: ClassVar[bool] = Mapper.dates_to_receipt

    def __init__(self, mapper: Mapper, paths: Paths) -> None:
        self._mapper = mapper
        self.paths = paths

    def __call__(self, record: Record, line: int, received_at: datetime | None = None) -> Item:
        """Return the events of a record, or a Fault, as ``Mapper`` does."""
        return self._mapper(self.paths.flat(record), line, received_at)


def nested(mapper: Mapper) -> RecordMapper:
    """Wrap a mapper to find nested keys, if a column of its layout names one."""
    paths = Paths(mapper.read_columns)
    return NestedMapper(mapper, paths) if paths else mapper

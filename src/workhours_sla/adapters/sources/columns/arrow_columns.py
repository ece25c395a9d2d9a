"""Make columns of texts, times and flags from a Parquet file, an Arrow file or a table in memory.

The values mean what they mean to ``arrow_tables``, which reads the same tables row by row. Rows
with a value that it must judge are marked as doubtful.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workhours_sla.adapters.columns import TIMES
from workhours_sla.adapters.sources.arrow_tables import (
    ROWS,
    Table,
    faults,
    item_of,
    rows_of,
    table_mapper,
)
from workhours_sla.adapters.sources.arrow_values import column_at, leaves_of, texts_of
from workhours_sla.adapters.sources.columns.arrow_values import in_one, places_of, values_of
from workhours_sla.adapters.sources.columns.table import TextTable
from workhours_sla.adapters.sources.layout import Layout
from workhours_sla.adapters.sources.mapping import EVENT_COLUMNS
from workhours_sla.adapters.sources.rows import Item
from workhours_sla.adapters.sources.text_lines import LONGEST_LINE
from workhours_sla.sla.columns.event_columns import micros_of
from workhours_sla.worktime.columns.lookups import Bools
from workhours_sla.worktime.instants import FIRST_YEAR, LAST_YEAR

_MANY: Final = 1 << 20
"""The number of rows of a batch."""
_LARGEST: Final = 2_000_000_000
"""The size in bytes up to which the columns of a table are converted at once."""
_MICROS: Final = 1_000_000
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": _MICROS, "ns": 1_000_000_000}
_FIRST: Final = micros_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)) // _MICROS
_END: Final = micros_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)) // _MICROS
"""The first second of the years in which an event may occur, and the first after them."""


def text_table(source: Table, layout: Layout) -> TextTable | None:
    """Return the columns of a table, or None if they have another form or are too large.

    Raises SourceError if a column is missing or damaged.
    """
    with faults(source.name):
        return _converted(source, layout)


def _converted(source: Table, layout: Layout) -> TextTable | None:
    mapper = table_mapper(source.paths, source.name, layout, [])
    place = {name: layout.column(name) for name in EVENT_COLUMNS}
    place = {name: at for name, at in place.items() if at in source.paths}
    if "event_id" not in place or not layout.claim_names.isdisjoint(source.paths):
        return None
    table = _whole(source, mapper.read_columns)
    if table is None:
        return None
    routes = dict(leaves_of(table.schema))
    doubtful = np.zeros(table.num_rows, np.bool_)
    columns: dict[str, Any] = {}
    for name, at in place.items():
        column = in_one(column_at(table, routes[at]))
        if not pa.types.is_null(column.type):
            columns[name], unusual = _simple(column, name)
            doubtful |= unusual
    if "event_id" not in columns:
        return None

    def items(wanted: Bools) -> Iterator[Item]:
        rows = np.flatnonzero(wanted)
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            (batch,) = table.take(places_of(some)).combine_chunks().to_batches()
            values = rows_of(batch, mapper.read_columns)
            for row, value in zip(some.tolist(), values, strict=True):
                yield item_of(value, row + 1, mapper)

    return TextTable(columns, table.num_rows, mapper, doubtful, items, "row")


def _whole(source: Table, columns: tuple[str, ...]) -> Any:
    """Return all rows of a table, or None if there are none or too many."""
    batches, size = [], 0
    for batch in source.batches(columns, _MANY):
        size += batch.nbytes
        if size > _LARGEST:
            return None
        batches.append(batch)
    return pa.Table.from_batches(batches) if batches else None


def _simple(column: Any, name: str) -> tuple[Any, Bools]:
    """Return a column as texts, times in microseconds or flags, and which rows are doubtful."""
    kind, is_of = column.type, pa.types
    doubtful = np.zeros(len(column), np.bool_)
    if is_of.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if name == "substantive" and is_of.is_boolean(kind):
        return column, doubtful
    if name in TIMES and is_of.is_timestamp(kind) and kind.tz is not None:
        return _times(column)
    if any(fits(kind) for fits in _AS_TEXT):
        texts = column.cast(pa.string())
        return texts, _is_too_long(texts)
    encoded = column.dictionary_encode()
    read = texts_of(encoded.dictionary)
    texts = pa.array([one if isinstance(one, str) else None for one in read], pa.string())
    is_unread = np.array([one is not None and not isinstance(one, str) for one in read], np.bool_)
    codes, is_known = values_of(encoded.indices, np.int32)
    doubtful[is_known] = is_unread[codes[is_known]]
    texts = texts.take(encoded.indices)
    return texts, doubtful | _is_too_long(texts)


_AS_TEXT: Final = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_boolean,
    pa.types.is_integer,
)
"""Types whose text form is that of a cast."""


def _is_too_long(texts: Any) -> Bools:
    if (pc.max(pc.binary_length(texts)).as_py() or 0) <= LONGEST_LINE:
        return np.zeros(len(texts), np.bool_)  # a character has a byte or more
    lengths, is_known = values_of(pc.utf8_length(texts), np.int32)
    found: Bools = is_known & (lengths > LONGEST_LINE)
    return found


def _times(column: Any) -> tuple[Any, Bools]:
    """Return instants in whole microseconds, and which rows have an instant in another year."""
    per_second = _PER_SECOND[column.type.unit]
    ticks, is_known = values_of(column, np.int64)
    outside = is_known & ((ticks < _FIRST * per_second) | (ticks >= _END * per_second))
    ticks = np.where(is_known & ~outside, ticks, 0)
    micros = ticks // 1_000 if per_second > _MICROS else ticks * (_MICROS // per_second)
    found = pa.array(micros, mask=~is_known).view(pa.timestamp("us"))
    return found, outside

"""Convert the values of Arrow columns to the texts that a mapper reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import time
from decimal import Decimal
from math import isnan
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from workhours_sla.sources.values import text_of

_EXACT_SINGLE: Final = 1 << 24
"""Up to this number, a four-byte float represents every whole number exactly."""


def leaves_of(schema: Any) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the path of each column and struct field, with the indexes that lead to it.

    >>> schema = pa.schema([("id", pa.int64()), ("author", pa.struct([("id", pa.string())]))])
    >>> list(leaves_of(schema))
    [('id', (0,)), ('author', (1,)), ('author.id', (1, 0))]
    """
    for index, field in enumerate(schema):
        yield from _leaves(field, "", (index,))


def _leaves(
    field: Any, start: str, route: tuple[int, ...]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    path = start + field.name
    yield path, route
    if pa.types.is_struct(field.type):
        for index in range(field.type.num_fields):
            yield from _leaves(field.type.field(index), f"{path}.", (*route, index))


def roots_of(schema: Any, paths: Iterable[str]) -> list[int]:
    """Return the indexes of the columns that have some paths, sorted.

    >>> schema = pa.schema([("id", pa.int64()), ("author", pa.struct([("id", pa.string())]))])
    >>> roots_of(schema, ["author.id", "author"])
    [1]
    """
    routes = dict(leaves_of(schema))
    return sorted({routes[path][0] for path in paths})


def values_of(batch: Any, route: tuple[int, ...]) -> list[object]:
    """Return the values of a column as texts; a null and a NaN become None."""
    column = column_at(batch, route)
    if pa.types.is_dictionary(column.type):
        used = pc.unique(column.indices.drop_null())
        texts = texts_of(column.dictionary.take(used))
        known = dict(zip(used.to_pylist(), texts, strict=True))
        return [known.get(index) for index in column.indices.to_pylist()]
    return texts_of(column)


def column_at(batch: Any, route: tuple[int, ...]) -> Any:
    """Return a column, or the field of a struct, of a batch or a table."""
    column = batch.column(route[0])
    return column if len(route) == 1 else pc.struct_field(column, list(route[1:]))


def texts_of(column: Any) -> list[object]:
    """Convert the values of a column to texts. The column must not be dictionary-encoded."""
    kind, is_of = column.type, pa.types
    if is_of.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    if any(fits(kind) for fits in _WRITTEN):
        column = column.cast(pa.string())
    values: list[object] = column.to_pylist()
    read = next((read for fits, read in _READ if fits(kind)), None)
    return values if read is None else [None if value is None else read(value) for value in values]


def _number(value: float) -> object:
    return None if isnan(value) else text_of(value)


def _single(value: float) -> object:
    return value if abs(value) > _EXACT_SINGLE else _number(value)


def _decimal(value: Decimal) -> object:
    return str(int(value)) if value == value.to_integral_value() else float(value)


def _decoded(value: bytes) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


_WRITTEN: Final = (
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_boolean,
    pa.types.is_integer,
)
"""Types that Arrow itself casts to text."""
_READ: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], object]], ...]] = (
    (pa.types.is_time, lambda clock: text_of(time.fromisoformat(clock))),
    (pa.types.is_float64, _number),
    (pa.types.is_floating, _single),
    (pa.types.is_decimal, _decimal),
    (pa.types.is_binary, _decoded),
    (pa.types.is_large_binary, _decoded),
    (pa.types.is_fixed_size_binary, _decoded),
    (pa.types.is_duration, text_of),
)
"""The function that converts a value of each type to text. Values of other types stay unchanged."""

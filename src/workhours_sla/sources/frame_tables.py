"""Read the rows of a data frame of pandas or polars, or of a table of Arrow, as those of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from workhours_sla.sources.layout import Layout
from workhours_sla.sources.tables import Table, item_of, sliced
from workhours_sla.sources.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workhours_sla.sources.mapping import Mapper
    from workhours_sla.sources.rows import Item

_FRAMES: Final = {
    ("pandas", "DataFrame"),
    ("polars", "DataFrame"),
    ("pyarrow", "Table"),
}


class DataFrame(Protocol):
    """A DataFrame of pandas or polars, or a Table of Arrow."""

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and the number of columns."""


def frame_library(value: object) -> str | None:
    """Return the name of the library of a data frame or table, None for any other value."""
    for base in type(value).__mro__:
        library = base.__module__.partition(".")[0]
        if (library, base.__name__) in _FRAMES:
            return library
    return None


def names_of(frame: Any) -> list[str]:
    """Return the names of the columns of a data frame of pandas or polars."""
    return list(map(str, frame.columns))


def table_of(frame: Any, layout: Layout) -> Table | None:
    """Return the columns of a frame that ``layout`` names as a table of Arrow.

    Returns None if pyarrow is not installed, or cannot represent a column.
    """
    try:
        import pyarrow as pa
    except ImportError:
        return None
    try:
        table = frame if frame_library(frame) == "pyarrow" else _converted(frame, layout)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None
    from workhours_sla.sources.arrow_values import roots_of

    def batches(columns: tuple[str, ...], most: int) -> Iterator[Any]:
        return sliced(table.select(roots_of(table.schema, columns)).to_batches(), most)

    return Table(type(frame).__name__, table.schema, table.num_rows, batches)


def rows_without_arrow(frame: Any, mapper: Mapper) -> Iterator[Item]:
    """Yield the events, or the Fault, of every row."""
    names = names_of(frame)
    columns = [_texts(_column(frame, names.index(name))) for name in mapper.read_columns]
    for line, row in enumerate(zip(*columns, strict=True), 1):
        yield item_of(row, line, mapper)


def _converted(frame: Any, layout: Layout) -> Any:
    """Return a table of Arrow with the columns of a frame; columns that are not used are null."""
    import pyarrow as pa

    used = {name for canonical in layout.canonical for name in layout.names(canonical)}
    of_library = _arrow_of_pandas if frame_library(frame) == "pandas" else _arrow_of_polars
    names = names_of(frame)
    columns = [
        of_library(_column(frame, at))
        if name in used or any(path.startswith(f"{name}.") for path in used)
        else pa.nulls(len(frame))
        for at, name in enumerate(names)
    ]
    return pa.table(columns, names=names)


def _column(frame: Any, at: int) -> Any:
    return frame.iloc[:, at] if frame_library(frame) == "pandas" else frame.to_series(at)


def _arrow_of_polars(column: Any) -> Any:
    import pyarrow as pa

    found = column.to_arrow()
    return found.cast(pa.large_string()) if str(found.type) == "string_view" else found


def _arrow_of_pandas(column: Any) -> Any:
    import pyarrow as pa
    from pandas.api.types import infer_dtype

    if column.dtype != object:
        return pa.array(column, from_pandas=True)
    if infer_dtype(column, skipna=True) in {"string", "empty"}:
        return pa.array(column, pa.string(), from_pandas=True)
    return pa.array(_texts(column))  # raises for values of several types


def _texts(column: Any) -> list[object]:
    """Return the values of a column as texts, None for a missing value."""
    return [None if _is_missing(value) else text_of(value) for value in column.to_list()]


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    # an array cannot be compared as a whole, and no value with a length is NaN
    return not hasattr(value, "__len__") and bool(value != value)  # noqa: PLR0124

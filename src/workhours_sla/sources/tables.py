"""Read the rows of Parquet and Arrow files, a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final, NamedTuple

from workhours_sla.config.sections import Input
from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Claim
from workhours_sla.sources.formats import HEAD, binary_format
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile, missing_extra
from workhours_sla.sources.rows import Item, RefusedError, row_text
from workhours_sla.sources.values import check_values
from workhours_sla.text.messages import say

ROWS: Final = 4_096  # number of rows that are converted to Python values at once


class Table(NamedTuple):
    """An open Parquet or Arrow file, or a table in memory.

    ``batches`` is a function that takes column paths and a number of rows, and returns batches of
    at most so many rows. ``rows`` is the number of rows, None if the file does not state it.
    """

    name: str
    schema: Any
    rows: int | None
    batches: Callable[[tuple[str, ...], int], Iterator[Any]]

    @property
    def paths(self) -> tuple[str, ...]:
        from workhours_sla.sources.arrow_values import leaves_of

        return tuple(path for path, _ in leaves_of(self.schema))


def read(opened: OpenedFile, layout: Layout, _options: Input) -> Iterator[Item]:
    with _table_in(opened) as (table, paths):
        mapper = table_mapper(paths, opened.name, layout, opened.claims)
        for line, item in enumerate(items_of(table, mapper), 1):
            yield item
            if opened.size is not None and table.rows and not line % ROWS:
                opened.reached = opened.size * line // table.rows
        opened.reached = opened.size


def table_mapper(paths: Sequence[str], name: str, layout: Layout, claims: list[Claim]) -> Mapper:
    layout.check(paths, name)
    return Mapper(layout, paths, claims, are_typed=True)


def items_of(table: Table, mapper: Mapper) -> Iterator[Item]:
    for line, row in enumerate(_rows(table, mapper.read_columns), 1):
        yield item_of(row, line, mapper)


def item_of(row: tuple[Any, ...], line: int, mapper: Mapper) -> Item:
    record = dict(zip(mapper.read_columns, row, strict=True))
    try:
        check_values(record)
        return mapper(record, line)
    except RefusedError as refused:
        return refused.fault(line, row_text(mapper, record))


def text_rows(opened: OpenedFile) -> Iterator[tuple[int, list[str]]]:
    with _table_in(opened) as (table, paths):
        yield 0, list(paths)
        for line, row in enumerate(_rows(table, paths), 1):
            yield line, ["" if value is None else str(value) for value in row]


@contextmanager
def _table_in(opened: OpenedFile) -> Iterator[tuple[Table, tuple[str, ...]]]:
    """Open the table in a file, and return it with the paths of its columns. Raises SourceError."""
    name = opened.name
    try:
        import pyarrow  # noqa: F401, ICN001 - of an extra
    except ImportError:
        raise missing_extra(name, "arrow", "pyarrow") from None
    with opened.in_any_order() as file:
        with faults(name):
            table = open_table(file, name)
            paths = table.paths
        yield table, paths


def _rows(table: Table, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    with faults(table.name):
        batches = iter(table.batches(columns, ROWS))
    while True:
        with faults(table.name):
            batch = next(batches, None)
            if batch is None:
                return
            rows = rows_of(batch, columns)
        yield from rows


def rows_of(batch: Any, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    from workhours_sla.sources.arrow_values import leaves_of, values_of

    routes = dict(leaves_of(batch.schema))
    return zip(*[values_of(batch, routes[column]) for column in columns], strict=True)


def open_table(file: IO[bytes], name: str) -> Table:
    """Open a Parquet or Arrow file as a table. Raises what pyarrow raises for a damaged file."""
    import pyarrow.ipc

    from workhours_sla.sources.arrow_values import roots_of

    head = file.read(HEAD)
    file.seek(0)
    if binary_format(head) != "arrow":
        from pyarrow.parquet import ParquetFile

        plain = ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
        return Table(
            name,
            plain.schema_arrow,
            plain.metadata.num_rows,
            lambda columns, most: sliced(plain.iter_batches(most, columns=list(columns)), most),
        )
    if not head.startswith(b"ARROW1"):
        stream = pyarrow.ipc.open_stream(file)
        return Table(name, stream.schema, None, lambda _columns, most: sliced(stream, most))
    schema = pyarrow.ipc.open_file(file).schema

    def batches(columns: tuple[str, ...], most: int) -> Iterator[Any]:
        options = pyarrow.ipc.IpcReadOptions(included_fields=roots_of(schema, columns))
        file.seek(0)
        reader = pyarrow.ipc.open_file(file, options=options)
        found = (reader.get_batch(index) for index in range(reader.num_record_batches))
        return sliced(found, most)

    return Table(name, schema, None, batches)


def sliced(batches: Iterable[Any], most: int) -> Iterator[Any]:
    """Yield slices of at most ``most`` rows; a damaged batch may point outside of its memory."""
    for batch in batches:
        batch.validate(full=True)
        for start in range(0, batch.num_rows, most):
            yield batch.slice(start, most)


@contextmanager
def faults(name: str) -> Iterator[None]:
    from pyarrow import ArrowException

    try:
        yield
    except (
        ArrowException,
        ArithmeticError,
        LookupError,
        MemoryError,
        OSError,
        TypeError,
        ValueError,
    ):
        raise SourceError(say("table_damaged", name=name), name=name) from None

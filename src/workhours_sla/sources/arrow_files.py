"""Read Parquet and Arrow files, a few thousand rows at a time, and all events of a data frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, NamedTuple, Protocol, cast

from workhours_sla.config.sections import Config, Input
from workhours_sla.errors import SourceError
from workhours_sla.sla.event import Claim, Event
from workhours_sla.sources.appeal_file import layout_of, open_source
from workhours_sla.sources.formats import HEAD, binary_format
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.opened import OpenedFile, missing_extra
from workhours_sla.sources.rows import Fault, Item, RefusedError, row_text
from workhours_sla.sources.statuses import events_of_statuses
from workhours_sla.sources.values import check_values, text_of
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


class ReadEvents(NamedTuple):
    """All events of a file or a data frame, and the faults of the rejected rows.

    ``row_count`` is the number of rows, and ``ignored`` the number of those that the configuration
    ignores. ``claims`` lists the due times and verdicts of the exporting system.
    """

    events: Sequence[Event]
    faults: Sequence[Fault]
    row_count: int
    ignored: int
    claims: Sequence[Claim] = ()


def read_events(
    where: Path | str | BinaryIO | DataFrame, config: Config | None = None
) -> ReadEvents:
    """Read all events of a file, a binary stream or a data frame.

    A data frame is one of pandas or polars, or an Arrow table. Its columns are the same as in a
    file of events, and ``config`` can give them other names, as for a file. Raises SourceError for
    a file or frame that does not match the configuration, and TypeError for another type of
    ``where``.

    >>> from datetime import datetime, timezone
    >>> import pandas as pd
    >>> from workhours_sla import Policy, Schedule, Target, evaluate, working_hours
    >>> posted = datetime(2025, 3, 12, 7, 15, tzinfo=timezone.utc)
    >>> frame = pd.DataFrame({"event_id": ["1", "2"], "appeal_id": ["A-1", "A-1"]})
    >>> frame["type"], frame["occurred_at"] = ["created", "answered"], posted
    >>> read = read_events(frame)
    >>> len(read.events), read.faults[0].reason
    (1, 'unknown_type')
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> evaluate(read.events, policy, as_of=posted).outcomes[0].verdict.value
    'pending'
    """
    config = Config() if config is None else config
    if frame_library(where) is not None:
        return _of_frame(where, config)
    if not isinstance(where, str | Path) and not hasattr(where, "read"):
        msg = (
            "read_events reads a path, a binary stream, a data frame of pandas or polars or a "
            f"table of Arrow, not {type(where).__name__}; collect a lazy frame first"
        )
        raise TypeError(msg)
    path = Path(where) if isinstance(where, str) else cast("Path | BinaryIO", where)
    with open_source(path, config) as source:
        return _of_items(source, source.claims)


def _of_frame(frame: Any, config: Config) -> ReadEvents:
    layout, name = layout_of(config), type(frame).__name__
    claims: list[Claim] = []
    if frame_library(frame) == "pyarrow":
        items = _of_arrow(frame, name, layout, claims)
    else:
        items = _of_columns(frame, name, layout, claims)
    if config.input.kind == "statuses":
        items = events_of_statuses(items, name)
    return _of_items(items, claims)


def _of_items(items: Iterable[Item], claims: Sequence[Claim]) -> ReadEvents:
    events: list[Event] = []
    found: list[Fault] = []
    count = ignored = 0
    for item in items:
        count += 1
        if isinstance(item, Fault):
            found.append(item)
        else:
            events += item
            ignored += not item
    return ReadEvents(events, found, count, ignored, claims)


def frame_library(value: object) -> str | None:
    """Return the name of the library of a data frame or table, None for any other value."""
    for base in type(value).__mro__:
        library = base.__module__.partition(".")[0]
        if (library, base.__name__) in _FRAMES:
            return library
    return None


def _of_arrow(frame: Any, name: str, layout: Layout, claims: list[Claim]) -> Iterator[Item]:
    from workhours_sla.sources.arrow_values import roots_of

    def batches(columns: tuple[str, ...], most: int) -> Iterator[Any]:
        return sliced(frame.select(roots_of(frame.schema, columns)).to_batches(), most)

    table = Table(name, frame.schema, frame.num_rows, batches)
    return items_of(table, table_mapper(table.paths, name, layout, claims))


def _of_columns(frame: Any, name: str, layout: Layout, claims: list[Claim]) -> Iterator[Item]:
    names = list(map(str, frame.columns))
    wanted = dict.fromkeys(one for canonical in layout.canonical for one in layout.names(canonical))
    roots = {
        column: max(
            (one for one in names if f"{column}.".startswith(f"{one}.")), key=len, default=""
        )
        for column in wanted
    }
    nested = [column for column, root in roots.items() if root and column not in names]
    mapper = table_mapper([*names, *nested], name, layout, claims)
    columns = [
        _texts(frame, names.index(roots[column]), column.removeprefix(roots[column]).split(".")[1:])
        for column in mapper.read_columns
    ]
    for line, row in enumerate(zip(*columns, strict=True), 1):
        yield item_of(row, line, mapper)


def _texts(frame: Any, at: int, fields: Sequence[str]) -> list[object]:
    values = frame.iloc[:, at] if frame_library(frame) == "pandas" else frame.to_series(at)
    found: list[object] = values.to_list()
    for field in fields:
        found = [one.get(field) if isinstance(one, dict) else None for one in found]
    return [None if _is_missing(value) else text_of(value) for value in found]


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    # an array cannot be compared as a whole, and no value with a length is NaN
    return not hasattr(value, "__len__") and bool(value != value)  # noqa: PLR0124

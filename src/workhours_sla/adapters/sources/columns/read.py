"""Read a file of events into columns, if its form is simple; every other file has other readers."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, NamedTuple

from workhours_sla.adapters.sources.formats import format_of, layout_of
from workhours_sla.adapters.sources.jsonl import JsonRows
from workhours_sla.adapters.sources.layout import Layout
from workhours_sla.adapters.sources.mapping import EVENT_COLUMNS, Mapper
from workhours_sla.adapters.sources.nested import nested
from workhours_sla.adapters.sources.opened_file import open_file
from workhours_sla.adapters.sources.rows import Fault, Item, clip
from workhours_sla.adapters.sources.typed_lines import TypedLines
from workhours_sla.errors import SourceError

if TYPE_CHECKING:
    from workhours_sla.adapters.config.sections import Config, Input
    from workhours_sla.adapters.sources.arrow_tables import Table
    from workhours_sla.adapters.sources.columns.table import TextTable
    from workhours_sla.sla.columns.event_columns import EventColumns
    from workhours_sla.worktime.columns.lookups import Bools

SMALLEST: Final = 5_000_000
"""The size in bytes from which a file is read into columns; pyarrow is slow to import."""
_LARGEST: Final = 2_000_000_000
"""The size in bytes up to which a column of a file fits into one array of Arrow."""
_BLOCK: Final = 1 << 22
"""How many bytes Arrow parses at a time; no line is longer. Larger blocks take more memory."""
_FIRST_LINES: Final = 1_000
"""In so many lines of JSON each required column must have a value."""


class ReadColumns(NamedTuple):
    """The events of a file, its rejected rows, and how many rows it has and ignores."""

    events: EventColumns
    faults: list[Fault]
    row_count: int
    ignored: int
    unit: Literal["line", "row"]


def read_columns(
    path: Path | BinaryIO, config: Config, *, smallest: int = SMALLEST
) -> ReadColumns | None:
    """Return the events of a file as columns, or None if it needs another reader, as streams do.

    The result has the values and the faults that ``open_source`` gives. Files of another form than
    Parquet, Arrow, plain CSV or JSON Lines of events give None. So do texts smaller than
    ``smallest`` bytes, and the other files if they are smaller than a tenth of it, because they are
    compressed and need pyarrow in any case.
    """
    if not isinstance(path, Path):
        return None
    layout = layout_of(config)
    if not _is_simple(layout) or not _has_size(path, smallest // 10) or not _has_libraries():
        return None
    try:
        with ExitStack() as stack:
            opened = open_file(path, None, stack)
            if opened.packed is not opened.chunks:
                return None
            found = config.input.format or format_of(opened, config.input)
    except SourceError:
        return None
    table = None
    if found in {"parquet", "arrow"}:
        table = _of_library(lambda: _arrow_table(path, layout))
    elif (
        found in _TEXTS
        and _has_size(path, smallest)
        and codecs.lookup(config.input.encoding).name == "utf-8"
    ):
        table = _TEXTS[found](path, layout, config.input)
    return None if table is None else _read_table(table)


def columns_of_table(table: Table, layout: Layout) -> ReadColumns | None:
    """Return the events of a table of Arrow as columns, or None if it needs another reader."""
    if not _is_simple(layout) or not _has_libraries():
        return None
    from workhours_sla.adapters.sources.columns.arrow_columns import text_table  # noqa: PLC0415

    found = _of_library(lambda: text_table(table, layout))
    return None if found is None else _read_table(found)


def _is_simple(layout: Layout) -> bool:
    """Return whether each event has a row with its own columns, whose values can be coded."""
    return (
        TypedLines.fits(layout) and not layout.first_is_created and "refers_to" not in layout.values
    )


def _has_size(path: Path, smallest: int) -> bool:
    try:
        return path.is_file() and smallest <= path.stat().st_size <= _LARGEST
    except OSError:
        return False


def _has_libraries() -> bool:
    try:
        import numpy  # noqa: F401, ICN001, PLC0415 - of an extra
        import pyarrow  # noqa: F401, ICN001, PLC0415 - of an extra
    except ImportError:
        return False
    return True


def _read_table(table: TextTable) -> ReadColumns | None:
    """Return the columns of a table, without the rows that are rejected or ignored.

    Returns None if a row has a value that is not coded, or cannot be read.
    """
    from workhours_sla.adapters.sources.columns.coding import Coder  # noqa: PLC0415 - of an extra

    coder = Coder(table)
    events = coder.events()
    if not coder.doubtful.any():
        return ReadColumns(events, [], table.size, 0, table.unit)
    faults, ignored = [], 0
    for item in table.items(coder.doubtful):
        if isinstance(item, Fault):
            faults.append(item)
        elif item:
            return None  # an event without an id, or another value that is not coded
        else:
            ignored += 1
    return ReadColumns(events.taken(~coder.doubtful), faults, table.size, ignored, table.unit)


def _text_table(
    path: Path,
    texts: dict[str, Any],
    mapper: Mapper,
    item_of: Callable[[str, int], Item],
    first: int = 1,
) -> TextTable:
    """Return the columns of a text file, whose first row is in the line ``first``.

    ``item_of`` returns the item of a line, given its text and number.
    """
    import numpy as np  # noqa: PLC0415 - of an extra

    from workhours_sla.adapters.sources.columns.table import TextTable  # noqa: PLC0415

    def items(doubtful: Bools) -> Iterator[Item]:
        return (item_of(text, line) for text, line in _lines(path, first, doubtful.tolist()))

    size = len(texts["event_id"])
    return TextTable(texts, size, mapper, np.zeros(size, np.bool_), items, "line")


def _lines(path: Path, first: int, wanted: Sequence[bool]) -> Iterator[tuple[str, int]]:
    """Yield the text and the number of each line of a wanted row; blank lines are no rows."""
    rows = iter(wanted)
    with path.open("rb") as file:
        for line, text in enumerate(file, 1):
            if line >= first and text.strip(b"\r\n") and next(rows):
                yield text.decode(), line


# -- formats ---------------------------------------------------------------------------------


def _csv_table(path: Path, layout: Layout, options: Input) -> TextTable | None:
    import pyarrow as pa  # noqa: PLC0415 - of an extra
    from pyarrow import csv  # noqa: PLC0415 - of an extra

    from workhours_sla.adapters.sources.columns.scan import is_plain_csv  # noqa: PLC0415

    delimiter = options.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
    if not delimiter.isascii() or not is_plain_csv(path):
        return None
    with path.open("rb") as file:
        header = [name.strip() for name in file.readline().decode("utf-8-sig").split(delimiter)]
    try:
        layout.check(header, path.name)
    except SourceError:
        return None
    if not layout.claim_names.isdisjoint(header):
        return None
    mapper = Mapper(layout, header)
    place = {
        name: str(header.index(layout.column(name)))
        for name in EVENT_COLUMNS
        if layout.column(name) in header
    }
    if "event_id" not in place:
        return None
    table = _of_library(
        lambda: csv.read_csv(
            path,
            csv.ReadOptions(
                column_names=list(map(str, range(len(header)))),
                skip_rows=1,
                block_size=_BLOCK,
            ),
            csv.ParseOptions(delimiter=delimiter, quote_char=False, newlines_in_values=False),
            csv.ConvertOptions(
                include_columns=list(place.values()),
                column_types=dict.fromkeys(place.values(), pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    )
    if not table:
        return None

    def item_of(text: str, line: int) -> Item:
        values = text.rstrip("\r\n").split(delimiter)
        record = {name: values[header.index(name)] for name in mapper.read_columns}
        item = mapper(record, line)
        return item._replace(text=clip(text)) if isinstance(item, Fault) else item

    texts = {name: table[at] for name, at in place.items()}
    return _text_table(path, texts, mapper, item_of, first=2)


def _json_table(path: Path, layout: Layout, _options: Input) -> TextTable | None:
    from workhours_sla.adapters.sources.columns.scan import (  # noqa: PLC0415 - of an extra
        count_json_lines,
        sampled_lines,
    )

    mapper = Mapper(layout)
    lines = count_json_lines(path)
    if nested(mapper) is not mapper or lines is None:
        return None
    rows = JsonRows(mapper)
    place = {name: layout.column(name) for name in EVENT_COLUMNS if layout.column(name)}
    claims = layout.claim_names
    kinds = dict.fromkeys((*place.values(), *claims), "string")
    if "substantive" in place:
        kinds[place["substantive"]] = "bool"
    seen = {name for line in sampled_lines(path) for name in rows.columns_of(line)}
    table = None
    if seen <= kinds.keys():  # a column that no line has would take as much time as any other
        only = {name: kind for name, kind in kinds.items() if name in seen}
        table = _parsed_json(path, only, others="error")
    if table is None:
        table = _parsed_json(path, kinds, others="ignore")
    if table is None or table.num_rows != lines:
        return None
    texts = {name: table[at] for name, at in place.items() if at in table.column_names}
    needed = ("event_id", *layout.required)
    if any(name not in texts for name in needed):
        return None
    first = table.slice(0, _FIRST_LINES)
    if any(first[place[name]].null_count == len(first) for name in layout.required):
        return None
    if any(table[name].null_count < lines for name in claims.intersection(table.column_names)):
        return None
    return _text_table(path, texts, mapper, rows.item_of)


def _parsed_json(path: Path, kinds: Mapping[str, str], *, others: str) -> Any:
    """Return a table of the columns of a file, or None if Arrow does not accept the file.

    ``kinds`` has the type of each column. ``others`` says what a line with another column does.
    """
    import pyarrow as pa  # noqa: PLC0415 - of an extra
    from pyarrow import json  # noqa: PLC0415 - of an extra

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in kinds.items()])
    return _of_library(
        lambda: json.read_json(
            path,
            json.ReadOptions(block_size=_BLOCK),
            json.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others),
        )
    )


_TEXTS: Final = {"csv": _csv_table, "jsonl": _json_table}


def _arrow_table(path: Path, layout: Layout) -> TextTable | None:
    from workhours_sla.adapters.sources.arrow_tables import faults, open_table  # noqa: PLC0415
    from workhours_sla.adapters.sources.columns.arrow_columns import text_table  # noqa: PLC0415

    with path.open("rb") as file:
        with faults(str(path)):
            table = open_table(file, str(path))
        return text_table(table, layout)


def _of_library(read: Callable[[], Any]) -> Any:
    """Return a table, or None if the library does not accept the file."""
    import pyarrow as pa  # noqa: PLC0415 - of an extra

    try:
        return read()
    except (pa.ArrowException, SourceError, UnicodeError):
        return None

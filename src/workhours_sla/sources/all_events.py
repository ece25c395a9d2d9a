"""Read all events of a file or a data frame at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast

from workhours_sla.config.sections import Config
from workhours_sla.module_names import public
from workhours_sla.sla.event import Claim, Event
from workhours_sla.sources.appeal_file import layout_of, open_source
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.sources.statuses import events_of_statuses
from workhours_sla.sources.tables import Table, item_of, items_of, sliced, table_mapper
from workhours_sla.sources.values import text_of

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


@public("workhours_sla.files")
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

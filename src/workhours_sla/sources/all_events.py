"""Read all events of a file or a data frame at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from workhours_sla.config.sections import Config
from workhours_sla.module_names import public
from workhours_sla.sla.claim import Claim
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import layout_of, open_source
from workhours_sla.sources.frame_tables import (
    DataFrame,
    frame_library,
    names_of,
    rows_without_arrow,
    table_of,
)
from workhours_sla.sources.rows import Fault, Item
from workhours_sla.sources.statuses import events_of_statuses
from workhours_sla.sources.tables import items_of, table_mapper


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

    A data frame is one of pandas or polars or a table of Arrow; its columns mean what the columns
    of a file of events mean, and ``config`` may name them as it does those of a file. Raises
    SourceError for a file or frame that does not match the configuration, and TypeError for another
    value.

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
    table = table_of(frame, layout)
    paths = names_of(frame) if table is None else table.paths
    mapper = table_mapper(paths, name, layout, claims)
    items = rows_without_arrow(frame, mapper) if table is None else items_of(table, mapper)
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

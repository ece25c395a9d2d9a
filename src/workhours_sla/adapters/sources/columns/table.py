"""The columns of a file before they are coded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from workhours_sla.adapters.sources.mapping import Mapper
from workhours_sla.adapters.sources.rows import Item
from workhours_sla.worktime.columns.lookups import Bools


class TextTable(NamedTuple):
    """The columns of a file, keyed by canonical name, as arrays of Arrow.

    A column has texts; times may be timestamps in microseconds, and ``substantive`` booleans.
    ``doubtful`` marks rows that ``mapper`` must read. ``items`` is a function that takes such a
    mask and yields the item of each marked row. ``unit`` is the unit that ``Fault.line`` counts.
    """

    texts: dict[str, Any]
    size: int
    mapper: Mapper
    doubtful: Bools
    items: Callable[[Bools], Iterator[Item]]
    unit: Literal["line", "row"]

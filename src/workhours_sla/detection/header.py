"""Find the row of a table with the column names, which may follow a title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from workhours_sla.config.column_words import matches_of
from workhours_sla.detection.seen import Row
from workhours_sla.detection.time_forms import shape_of, shape_text

SEARCHED: Final = 50
"""Number of non-blank rows in which the header is searched."""
_ENOUGH: Final = 2
"""A row with this many known column names is certainly a header."""


class Header(NamedTuple):
    """The row with the column names. ``known`` counts the canonical columns that it names.

    ``above`` is the text of the rows above it. ``others`` are the numbers of other rows that may be
    the header.
    """

    row: int
    cells: tuple[str, ...]
    known: int
    others: tuple[int, ...] = ()
    above: str = ""


def find_header(rows: Iterable[Row]) -> Header | None:
    """Return the header from the first rows, None if no row can be one."""
    best: Header | None = None
    rivals: list[Header] = []
    below: list[Row] = []
    for number, cells in islice(_filled(rows), SEARCHED):
        known = _known(cells)
        if known is not None and (best is None or known > best.known):
            rivals = [] if best is None else [best, *rivals]
            best = Header(number, tuple(cells), known)
        elif known is not None and best is not None:
            rivals.append(Header(number, tuple(cells), known))
        below.append((number, cells))
    if best is None:
        return None
    if best.known < _ENOUGH and not _has_times_below(best, below):
        return None
    others = tuple(
        sorted(
            rival.row
            for rival in rivals
            if rival.known >= max(_ENOUGH, best.known - 1) and rival.cells != best.cells
        )
    )
    above = " ".join(" ".join(cells) for number, cells in below if number < best.row)
    return best._replace(others=others, above=above)


def _filled(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if any(map(str.strip, row[1])))


def _known(cells: Sequence[str]) -> int | None:
    """Return the number of canonical columns that the cells name.

    Return None if the cells cannot be a header.
    """
    names = [cell.strip() for cell in cells if cell.strip()]
    if len(names) < _ENOUGH:
        return None
    if any(shape_of(shape_text(name)).kind in ("moment", "date", "clock") for name in names):
        return None
    numbers = sum(shape_of(shape_text(name)).kind == "number" for name in names)
    if 2 * numbers > len(names):
        return None
    first = [matches_of(name) for name in dict.fromkeys(names)]
    return len({(match[0].canonical, match[0].rank) for match in first if match})


def has_times(rows: Iterable[Row]) -> bool:
    """Whether a row looks like an appeal: it has a date with a time of day, and other values."""
    return any(
        sum(1 for cell in cells if cell.strip()) > _ENOUGH
        and any(shape_of(shape_text(cell.strip())).kind == "moment" for cell in cells)
        for _, cells in rows
    )


def _has_times_below(header: Header, rows: Sequence[Row]) -> bool:
    """Whether a row below the header has a date or time."""
    return any(
        shape_of(shape_text(cell.strip())).kind in ("moment", "date")
        for number, cells in rows
        if number > header.row
        for cell in cells
    )

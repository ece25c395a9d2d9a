"""Split text files into rows of cells, without interpreting the cells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.detection.header import Header, find_header
from workhours_sla.sources.lines import Lines

if TYPE_CHECKING:
    from workhours_sla.detection.seen import Row
    from workhours_sla.sources.opened import OpenedFile

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLED: Final = 500
"""Number of first lines from which the delimiter is detected."""
_MOST: Final = 0.5
"""Another delimiter is an alternative if at least this share of rows is as long as the header."""


class Split(NamedTuple):
    """The delimiter and the header of a CSV file. ``others`` are delimiters that fit as well."""

    delimiter: str
    header: Header
    others: tuple[str, ...] = ()


def split_of(opened: OpenedFile, encoding: str) -> Split | None:
    """Detect the delimiter and the header, None if no row can be the header."""
    lines = list(islice(Lines(opened.chunks, encoding), _SAMPLED))
    found: list[tuple[int, float, Split]] = []
    for delimiter in DELIMITERS:
        rows = list(rows_of(lines, delimiter))
        header = find_header(rows)
        if header is None:
            continue
        below = [cells for number, cells in rows if number > header.row and any(cells)]
        alike = sum(len(cells) == len(header.cells) for cells in below)
        share = alike / len(below) if below else 1.0
        found.append((header.known, share, Split(delimiter, header)))
    if not found:
        return None
    found.sort(key=lambda one: (one[0], one[1]), reverse=True)
    known, share, best = found[0]
    others = [
        split.delimiter
        for also_known, also_share, split in found[1:]
        if also_known >= max(known, 1) and also_share >= min(share, _MOST)
    ]
    return best._replace(others=tuple(others))


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield each CSV record with the number of its first line; skip broken records."""
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            line = reader.line_num + 1
            continue
        yield line, cells
        line = reader.line_num + 1


def delimited_rows(opened: OpenedFile, encoding: str, split: Split) -> Iterator[Row]:
    """Yield the rows below the header of a CSV file."""
    for number, cells in rows_of(Lines(opened.chunks, encoding), split.delimiter):
        if number > split.header.row:
            yield number, cells

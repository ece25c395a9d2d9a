"""The marks of a sheet: error cells, links and times that the workbook reader misreads.

The reader returns an empty cell for an error such as #N/A, so that an appeal could look unanswered.
It returns an empty cell also for a formula of a link whose text was never computed, and a date for
a time at midnight. It allocates a table up to the last cell of a sheet, which can fill the memory.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say

MOST_CELLS: Final = 10_000_000
"""Maximum number of cells of a sheet: the last row number times the last column number."""


KNOWN_ERRORS: Final = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#")
)
"""Cell errors that the workbook reader accepts; it refuses a sheet with any other."""


class Marks(NamedTuple):
    """Corrections to the cells of a sheet, keyed by row and column, each counted from 0.

    ``errors`` has the text of an error, ``""`` for a formula without a value. ``links`` has the
    text of a link. ``midnights`` lists the cells that contain a time although the reader returns a
    date. ``merged`` lists the ranges over several rows as first row, column and last row; it is
    None if the reader itself knows the ranges.
    """

    errors: dict[tuple[int, int], str]
    links: dict[tuple[int, int], str]
    midnights: set[tuple[int, int]]
    merged: list[tuple[int, int, int]] | None = None


def no_marks() -> Marks:
    """Return the marks of a sheet that needs no corrections."""
    return Marks({}, {}, set())


def check_size(rows: int, columns: int, name: str, sheet: str) -> None:
    """Raise SourceError if a sheet has too many cells, empty cells included."""
    if rows * columns > MOST_CELLS:
        msg = say(
            "sheet_large", name=name, sheet=sheet, rows=rows, columns=columns, most=MOST_CELLS
        )
        raise SourceError(msg, name=name)


def damaged(name: str) -> SourceError:
    """Return the SourceError for a workbook that violates its format."""
    return SourceError(say("workbook_damaged", name=name), name=name)
